"""Which statements made a row: the query's own patterns with the row's values put in.

A row shows only some variables. So the patterns are asked once more for all of them, for the
rows of one page together; then each pattern, filled in, is a statement, if the store has it. An
aggregate is made by all the solutions of its group, so they all are found; a sub-query is asked
likewise, for the values that its rows had.

Who asks decides where the questions run: :func:`gather` yields texts and is sent answers.
Not here: graphs, passages and certainty of the statements (``publish/evidence``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import pyoxigraph as ox

from ctl_kg.sparql import guard
from ctl_kg.sparql.patterns import Group, Select, Step, read_query
from ctl_kg.sparql.patterns import Term as Written
from ctl_kg.sparql.property_path import (
    RDF_TYPE,
    Fact,
    Lookup,
    Node,
    NotCoveredError,
    Path,
    Subject,
    reached,
    read_path,
)
from ctl_kg.sparql.terms import Solutions, Term

MOST_SOLUTIONS = 5_000  # of one question
MOST_LOOKUPS = 100_000  # of one page of rows
_SILENT = ("values", "bind")  # they name no statement

Bound: TypeAlias = Mapping[str, Term]
Questions: TypeAlias = Generator[str, Solutions, list[set[Fact]]]


@dataclass
class Gaps:
    """Why what was found may not be all: codes that say what is not covered.

    ``absence`` (a row depends on what is not there), ``exists``, ``path``, ``pattern`` (a list or
    a nameless node in the query), ``service``, ``limit`` (too many solutions), ``lookups``, and
    ``unmatched`` (no solution was found for a row).
    """

    codes: set[str] = field(default_factory=set)


def gather(scan: guard.Scan, rows: Sequence[Bound], lookup: Lookup, gaps: Gaps) -> Questions:
    """Find the statements of each row of a SELECT.

    Args:
        scan: of the query, as it ran.
        rows: the values of each row by column; columns without a value are left out.
        lookup: gives the statements of the dataset that match a pattern.
        gaps: is told what is not covered.
    Yields:
        SPARQL texts to answer.
    Returns:
        The statements, in the order of the rows.
    """
    prologue, select = read_query(scan)
    search = _Search(_without_comments(prologue), scan.declared, lookup, gaps)
    if select.where is None:
        return [set() for _ in rows]
    found = yield from search.ask(select.where, _projected(select), rows)
    if not all(found):
        gaps.codes.add("unmatched")
    return found


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("#")) + "\n"


def _projected(select: Select) -> list[str]:
    """Return the variables that a SELECT shows as they are, not worked out."""
    plain = re.sub(r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", " ", select.head)
    return re.findall(r"[?$](\w+)", plain)


@dataclass(frozen=True)
class _Pending:
    """A sub-query, or what ``EXISTS`` holds, that one solution depends on."""

    where: Group
    names: tuple[str, ...]
    inside: bool
    solution: Bound
    row: int


class _Search:
    def __init__(
        self, prologue: str, declared: Mapping[str, str], lookup: Lookup, gaps: Gaps
    ) -> None:
        self._prologue = prologue
        self._declared = declared
        self._gaps = gaps.codes
        self._find = lookup
        self._looked = 0
        self._constants: dict[str, Node] = {}
        self._paths: dict[str, Path | None] = {}
        self._pending: list[_Pending] = []
        self._row = 0

    def ask(
        self, where: Group, shown: Sequence[str], rows: Sequence[Bound], *, inside: bool = False
    ) -> Questions:
        """Find the statements that make each of some rows of a group of patterns."""
        known = frozenset().union(*(step.variables for step in where.steps))
        names = [name for name in dict.fromkeys(shown) if name in known]
        places: dict[tuple[Term | None, ...], list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            places[tuple(row.get(name) for name in names)].append(index)
        answer = yield self._question(where, names, list(places), inside=inside)
        if len(answer.rows) > MOST_SOLUTIONS:
            self._gaps.add("limit")
        found: list[set[Fact]] = [set() for _ in rows]
        waiting: list[_Pending] = []
        for values in answer.rows[:MOST_SOLUTIONS]:
            solution = {
                name: value
                for name, value in zip(answer.variables, values, strict=True)
                if value is not None
            }
            for index in places.get(tuple(solution.get(name) for name in names), ()):
                self._pending, self._row = [], index
                found[index] |= self._group(where, solution) or set()
                waiting += self._pending
        for facts, pending in (yield from self._below(waiting)):
            found[pending.row] |= facts
        return found

    def _below(
        self, waiting: list[_Pending]
    ) -> Generator[str, Solutions, list[tuple[set[Fact], _Pending]]]:
        """Ask the sub-queries: each once, for all the solutions that depend on it."""
        by_group: dict[int, list[_Pending]] = defaultdict(list)
        for each in waiting:
            by_group[id(each.where)].append(each)
        result: list[tuple[set[Fact], _Pending]] = []
        for members in by_group.values():
            first = members[0]
            rows = [each.solution for each in members]
            found = yield from self.ask(first.where, first.names, rows, inside=first.inside)
            result += zip(found, members, strict=True)
        return result

    def _question(
        self,
        where: Group,
        names: Sequence[str],
        rows: Sequence[tuple[Term | None, ...]],
        *,
        inside: bool,
    ) -> str:
        body = "\n".join(
            step.text + (" ." if step.kind in ("triple", "block") else "") for step in where.steps
        )
        values = ""
        if names:
            lines = "\n".join("(" + " ".join(map(_written, row)) + ")" for row in rows)
            values = f"VALUES ({' '.join('?' + name for name in names)}) {{\n{lines}\n}}"
        body = f"{values}\n{body}" if inside else f"{{\n{body}\n}}\n{values}"
        return f"{self._prologue}SELECT * WHERE {{\n{body}\n}}\nLIMIT {MOST_SOLUTIONS + 1}"

    def _group(self, group: Group, solution: Bound) -> set[Fact] | None:
        """Return the statements of a group, or None if the solution does not come from it."""
        found: set[Fact] = set()
        for step in group.steps:
            facts = self._step(step, solution)
            if facts is None:
                return None
            found |= facts
        return found

    def _step(self, step: Step, solution: Bound) -> set[Fact] | None:
        if step.kind == "triple":
            return self._triple(step, solution)
        if step.kind in ("group", "graph"):
            return self._group(step.groups[0], solution)
        if step.kind == "optional":
            return self._group(step.groups[0], solution) or set()
        if step.kind == "union":
            parts = [self._group(each, solution) for each in step.groups]
            made = [part for part in parts if part is not None]
            return set().union(*made) if made else None
        if step.kind == "select" and step.query and step.query.where:
            names = tuple(_projected(step.query))
            self._wait(step.query.where, names, solution, inside=False)
        elif step.kind == "filter":
            self._filter(step, solution)
        elif step.kind not in _SILENT:
            self._gaps.add({"minus": "absence", "service": "service"}.get(step.kind, "pattern"))
        return set()

    def _filter(self, step: Step, solution: Bound) -> None:
        if step.negated:
            self._gaps.add("absence")
        elif step.groups:
            self._wait(step.groups[0], tuple(solution), solution, inside=True)
        elif "EXISTS" in step.text.upper():
            self._gaps.add("exists")

    def _wait(self, where: Group, names: tuple[str, ...], solution: Bound, *, inside: bool) -> None:
        self._pending.append(_Pending(where, names, inside, solution, self._row))

    def _triple(self, step: Step, solution: Bound) -> set[Fact] | None:
        subject, predicate, value = step.terms
        try:
            start, end = self._node(subject, solution), self._node(value, solution)
            if start is None or end is None or isinstance(start, ox.Literal):
                return None
            if predicate.kind == "path":
                path = self._path(predicate.text)
                facts = reached(path, start, self._lookup).get(end)
                return None if facts is None else set(facts)
            verb = RDF_TYPE if predicate.kind == "a" else self._node(predicate, solution)
            if not isinstance(verb, ox.NamedNode) or not self._lookup(start, verb, end):
                return None
            return {(start, verb, end)}
        except NotCoveredError as error:
            self._gaps.add(str(error))
            return set()

    def _lookup(self, start: Subject | None, verb: ox.NamedNode, end: Node | None) -> list[ox.Quad]:
        self._looked += 1
        if self._looked > MOST_LOOKUPS:
            raise NotCoveredError("lookups")
        return self._find(start, verb, end)

    def _path(self, text: str) -> Path:
        if text not in self._paths:
            try:
                self._paths[text] = read_path(text, self._declared)
            except NotCoveredError:
                self._paths[text] = None
        found = self._paths[text]
        if found is None:
            raise NotCoveredError("path")
        return found

    def _node(self, term: Written, solution: Bound) -> Node | None:
        """Return what a term of a pattern stands for; None for a variable without value."""
        if term.kind == "variable":
            found = solution.get(term.text[1:])
            return None if found is None or isinstance(found, ox.Triple) else found
        if term.is_variable:
            raise NotCoveredError("pattern")
        if term.text not in self._constants:
            self._constants[term.text] = self._constant(term.text)
        return self._constants[term.text]

    def _constant(self, text: str) -> Node:
        """Return a term as the engine reads it."""
        answer = ox.Store().query(f"{self._prologue}SELECT ({text} AS ?x) {{}}")
        value = next(iter(cast(ox.QuerySolutions, answer)))[0]
        if isinstance(value, (ox.NamedNode, ox.Literal)):
            return value
        raise NotCoveredError("pattern")


def _written(term: Term | None) -> str:
    return str(term) if isinstance(term, (ox.NamedNode, ox.Literal)) else "UNDEF"
