"""Say why a query has no answer: which pattern, filter or clause takes the last row away.

The parts of the query are put to the store in smaller queries: each pattern alone, then one
after another, then each filter. The first that leaves nothing is the reason; for a term that
does not occur, the nearest that does is looked for.
Not here: reading the query apart (``patterns``), why one pattern matches nothing (``unmatched``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox

from ctl_kg.errors import CtlKgError
from ctl_kg.sparql import guard
from ctl_kg.sparql.dataset import declared_dataset
from ctl_kg.sparql.patterns import Group, Select, Step, read_query
from ctl_kg.sparql.probe import OutOfBudgetError, Probe, Wrap
from ctl_kg.sparql.reasons import Reason, reason, shown
from ctl_kg.sparql.store import Evaluation, LocalStore, failed
from ctl_kg.sparql.unmatched import (
    explain_filter,
    explain_graph,
    explain_resource,
    explain_triple,
    explain_values,
    unknown_in_path,
)

__all__ = ["explain_empty"]

_SOURCES = ("triple", "block", "graph", "union", "group", "select", "values")


def explain_empty(
    store: LocalStore,
    text: str,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    budget_s: float = 5.0,
) -> dict[str, Any]:
    """Return why a query has no rows, no triples, or the answer no.

    Args:
        store: what the query was put to.
        text: the query.
        default_graphs: as for :meth:`LocalStore.evaluate`.
        named_graphs: as for :meth:`LocalStore.evaluate`.
        budget_s: time after which no further question is put, in seconds.
    Returns:
        JSON-ready: ``empty``, ``rows``; and if it is empty ``reason`` (graph, term, pattern,
        path, join, values, filter, minus, limit, offset, having, template or unknown),
        ``message`` in both languages, ``line``, ``pattern``, ``suggestions`` (``iri`` or
        ``value``, with ``label``) and ``steps`` (which parts match on their own).
    Raises:
        QuerySyntaxError: the text does not parse or is refused.
        StoreError: the engine failed.
    """
    text = text.removeprefix("\ufeff")
    found = store.evaluate(text, default_graphs=default_graphs, named_graphs=named_graphs)
    if _has_answer(found):
        return {"empty": False, "rows": 1, "reason": "", "suggestions": [], "steps": []}
    scan = guard.scan(text)
    dataset: tuple[Sequence[str], Sequence[str]] | None = None
    if default_graphs is not None or named_graphs is not None:
        dataset = (default_graphs or (), named_graphs or ())
    elif scan.has_dataset:
        dataset = declared_dataset(scan, store.base_iri)
    steps: list[dict[str, object]] = []
    try:
        given = _Explanation(store, scan, dataset, budget_s, steps).run()
    except OutOfBudgetError:
        given = reason("unknown", "budget")
    except (CtlKgError, LookupError, ValueError, AssertionError, StopIteration, RecursionError):
        # A text that is read apart wrongly gives a smaller query that fails: no reason is known.
        given = reason("unknown", "unknown")
    return {"empty": True, "rows": 0, **given.as_json(), "steps": steps}


def _has_answer(found: Evaluation) -> bool:
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    try:
        return next(iter(found), None) is not None
    except (OSError, RuntimeError, ValueError) as error:
        raise failed(error) from error


class _Explanation:
    """One search for a reason."""

    def __init__(
        self,
        store: LocalStore,
        scan: guard.Scan,
        dataset: tuple[Sequence[str], Sequence[str]] | None,
        budget_s: float,
        steps: list[dict[str, object]],
    ) -> None:
        self._whole = store
        self._scan = scan
        self._dataset = dataset
        prologue, self._query = read_query(scan)
        selected = store if dataset is None else store.selected(*dataset)
        self._probe = Probe(selected, prologue, budget_s, store)
        self._steps = steps

    def run(self) -> Reason:
        found = self._missing_graph() or self._select(self._query, lambda body: body)
        if found:
            return found
        if self._query.head.upper().startswith("CONSTRUCT"):
            return reason("template", "template", line=1, pattern=self._query.head)
        return reason("unknown", "unknown")

    def _missing_graph(self) -> Reason | None:
        """Name a graph of the dataset that does not exist."""
        for iri in dict.fromkeys((*self._dataset[0], *self._dataset[1]) if self._dataset else ()):
            if not self._whole.has_graph(ox.NamedNode(iri)):
                line = next((n for n, each in self._scan.iris() if each == iri), None)
                return explain_graph(self._whole, self._probe, iri, line, f"<{iri}>")
        return None

    def _select(self, query: Select, wrap: Wrap) -> Reason | None:
        if query.where is None:
            return explain_resource(self._probe, self._scan)
        found = self._group(query.where, wrap)
        return found or self._clause(query, wrap)

    def _clause(self, query: Select, wrap: Wrap) -> Reason | None:
        """Explain by what stands after the patterns."""
        clauses = query.clauses
        text, line = clauses.get("LIMIT", ("", 0))
        if text and int(text.split()[-1]) == 0:
            return reason("limit", "limit", line=line, pattern=text)
        if not query.head.upper().startswith("SELECT"):
            return None
        assert query.where is not None
        body = wrap(f"{{ {_body(query.where.steps)} }}")
        head = _head(query.head)

        def with_clauses(*names: str) -> str:
            return " ".join(
                [head, f"{{ {body} }}", *(clauses[n][0] for n in names if n in clauses)]
            )

        if "OFFSET" in clauses:
            rows = self._probe.count(with_clauses("GROUP", "HAVING", "VALUES"))
            if rows:
                text, line = clauses["OFFSET"]
                return reason("offset", "offset", line=line, pattern=text, rows=rows)
        if "HAVING" in clauses and self._probe.holds(with_clauses("GROUP", "VALUES")):
            text, line = clauses["HAVING"]
            return reason("having", "having", line=line, pattern=text)
        if "VALUES" in clauses and self._probe.holds(with_clauses("GROUP", "HAVING")):
            text, line = clauses["VALUES"]
            step = Step("values", text, line)
            return explain_values(self._probe, step, body, self._scan)
        return None

    def _group(self, group: Group, wrap: Wrap) -> Reason | None:
        """Explain a group; None if it has solutions."""
        if self._probe.ask(wrap(_body(group.steps))):
            return None
        return self._alone(group, wrap) or self._joined(group, wrap) or self._filters(group, wrap)

    def _alone(self, group: Group, wrap: Wrap) -> Reason | None:
        failing: Step | None = None
        for step in group.steps:
            if step.kind in _SOURCES:
                matches = self._probe.ask(wrap(_body([step])))
                self._steps.append({"pattern": step.text, "line": step.line, "matches": matches})
                failing = failing or (None if matches else step)
        return self._step(failing, wrap) if failing else None

    def _step(self, step: Step, wrap: Wrap) -> Reason:
        """Explain a part that has no solution of its own."""
        found: Reason | None = None
        if step.kind == "triple":
            return explain_triple(self._probe, step, wrap, self._scan)
        if step.kind == "graph":
            found = self._graph(step, wrap)
        elif step.kind in ("union", "group"):
            found = next((r for each in step.groups if (r := self._group(each, wrap))), None)
        elif step.kind == "select" and step.query:
            found = self._select(step.query, wrap)
        return found or reason("pattern", "pattern", line=step.line, pattern=step.text)

    def _graph(self, step: Step, wrap: Wrap) -> Reason | None:
        name = step.terms[0]
        if not name.is_variable and not self._probe.ask(
            f"GRAPH {name.text} {{ ?ctlS ?ctlP ?ctlO }}"
        ):
            iri = shown(name, self._scan, self._probe.store.base_iri)
            return explain_graph(self._whole, self._probe, iri, step.line, step.text)
        if name.is_variable and not self._probe.ask("GRAPH ?ctlG { ?ctlS ?ctlP ?ctlO }"):
            return reason("graph", "no-named", line=step.line, pattern=step.text)
        if not name.is_variable:
            body = _body(step.groups[0].steps)
            graphs = self._probe.values("?ctlG", f"GRAPH ?ctlG {{ {body} }}", 3)
            if graphs:
                found = reason("graph", "other-graph", line=step.line, pattern=step.text)
                return found.suggest(self._probe, graphs)
        return self._group(step.groups[0], lambda body: wrap(f"GRAPH {name.text} {{ {body} }}"))

    def _joined(self, group: Group, wrap: Wrap) -> Reason | None:
        """Name the first part whose addition leaves nothing."""
        before: list[Step] = []
        for step in group.steps:
            if step.kind == "filter":
                continue
            if not self._probe.ask(wrap(_body([*before, step]))):
                return self._unjoined(before, step, wrap)
            before.append(step)
        return None

    def _dead_end(self, steps: Sequence[Step], wrap: Wrap) -> Reason | None:
        """Name a pattern that matches nothing where it need not: in a path, UNION or OPTIONAL.

        Such a pattern takes no row away itself, but leaves a variable without a value.
        """
        for step in steps:
            if step.kind == "triple":
                if not self._probe.ask(wrap(_body([step]))):
                    return self._step(step, wrap)
                found = unknown_in_path(self._probe, step, wrap, self._scan)
                if found:
                    return found
            elif step.kind in ("union", "optional", "group"):
                for group in step.groups:
                    found = self._dead_end(group.steps, wrap)
                    if found:
                        return found
        return None

    def _unjoined(self, before: Sequence[Step], step: Step, wrap: Wrap) -> Reason:
        if step.kind == "minus":
            return reason("minus", "minus", line=step.line, pattern=step.text)
        parts = [*before, step]
        dead = self._dead_end([each for each in parts if each.variables & step.variables], wrap)
        if dead:
            return dead
        for values in (each for each in parts if each.kind == "values"):
            rest = [each for each in parts if each is not values]
            if values.variables & step.variables and self._probe.ask(wrap(_body(rest))):
                return explain_values(self._probe, values, wrap(_body(rest)), self._scan)
        bound = {name for each in before if each.kind != "minus" for name in each.variables}
        common = ", ".join("?" + name for name in sorted(bound & step.variables))
        key = "join" if common else "pattern"
        return reason("join", key, line=step.line, pattern=step.text, variables=common)

    def _filters(self, group: Group, wrap: Wrap) -> Reason | None:
        """Name the filter that leaves nothing: by itself, else together with those before."""
        base = [step for step in group.steps if step.kind != "filter"]
        filters = [step for step in group.steps if step.kind == "filter"]
        failing = next((f for f in filters if not self._probe.ask(wrap(_body([*base, f])))), None)
        if failing is not None and not failing.groups:
            touched = [each for each in base if each.variables & failing.variables]
            dead = self._dead_end(touched, wrap)
            if dead:
                return dead
        if failing is None:
            kept = list(base)
            for step in filters:
                if not self._probe.ask(wrap(_body([*kept, step]))):
                    return explain_filter(self._probe, step, kept, wrap(_body(kept)))
                kept.append(step)
            return None
        if failing.groups and not failing.negated:
            inside = self._group(failing.groups[0], wrap)
            if inside:
                return inside
        return explain_filter(self._probe, failing, base, wrap(_body(base)))


def _body(steps: Sequence[Step]) -> str:
    """Return parts of a group as one text; filters see the whole group wherever they stand."""
    return "\n".join(
        step.text + (" ." if step.kind in ("triple", "block") else "") for step in steps
    )


def _head(head: str) -> str:
    """Return a SELECT clause without its dataset and WHERE."""
    scan = guard.scan(head + " {}")
    words = [t for t in scan.tokens if t.kind == "word" and t.value.upper() in ("FROM", "WHERE")]
    if not words:
        return head
    lines = head.split("\n")[: words[0].line]
    lines[-1] = lines[-1][: words[0].column - 1]
    return "\n".join(lines)
