"""The rows of one list: what each column's path leads to, and what that rests on.

Read by look-ups from each row, so that every value comes with its statements. Not here: which
rows a choice leaves (``list_index``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.list_kinds import Column, Kind
from ctl_kg.publish.readings import Readings
from ctl_kg.publish.resources import fold
from ctl_kg.rdf.terms import text_of
from ctl_kg.sparql.property_path import Fact, Node, Path, Reached, reached, read_path
from ctl_kg.sparql.store import LocalStore

# What the text filter looks at.
_TEXTS = (
    "skos:prefLabel", "rdfs:label", "skos:altLabel", "cov:orgAcronym", "rov:legalName", "dct:title",
    "dct:description", "skos:definition", "skos:notation", "ctl:printedForm",
)  # fmt: skip
_YEAR = re.compile(r"-?\d{4,}")

Keys: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One value of a column.

    Args:
        value: the term at the end of the path.
        keys: for each facet of the column, the values that it gives this reading.
        certainty: IRI; of the strongest way to the value, the weakest statement.
        graphs: IRIs of the graphs that hold the first statement of that way.
        facts: the statements of all ways, and of those to the keys.
        order: what the column is sorted by, if not the name of the value.
    """

    value: Node
    keys: tuple[Keys, ...]
    certainty: str
    graphs: tuple[str, ...]
    facts: frozenset[Fact]
    order: str = ""


@dataclass(frozen=True)
class ListRow:
    """One resource with its readings by column; ``certainty`` and ``graphs`` are of its class."""

    iri: str
    certainty: str
    graphs: tuple[str, ...]
    fact: Fact
    cells: Mapping[str, tuple[Reading, ...]]
    text: str = ""


class RowReader:
    """Reads the rows of the lists of one release."""

    def __init__(self, store: LocalStore, readings: Readings, base_iri: str) -> None:
        self._store = store
        self.readings = readings
        self._prefixes = prefixes(base_iri)
        self.curies = Curies(self._prefixes)
        self._texts = [NamedNode(self.iri(each)) for each in _TEXTS]

    def iri(self, curie: str) -> str:
        """Return the IRI of a CURIE of the table."""
        found = self.curies.expand(curie)
        assert found is not None, curie
        return found

    def path(self, text: str) -> Path | None:
        """Return a path of the table; None if there is none."""
        return read_path(text, self._prefixes) if text else None

    def rows(self, kind: Kind) -> Iterator[ListRow]:
        """Yield the rows of a list, by IRI."""
        members: dict[NamedNode, tuple[Fact, tuple[str, ...]]] = {}
        for each in reversed(kind.classes):
            members |= self.readings.members(self.iri(each))
        for each in kind.without:
            for node in self.readings.members(self.iri(each)):
                members.pop(node, None)
        makers = [(column.name, CellReader(self, column)) for column in kind.columns]
        for node in sorted(members, key=str):
            fact, graphs = members[node]
            yield ListRow(
                node.value,
                self.readings.certainty([fact]),
                graphs,
                fact,
                {name: make.readings(node) for name, make in makers},
                self._text(node),
            )

    def _text(self, node: NamedNode) -> str:
        """Return the folded texts of a resource, each on a line of its own."""
        found = {
            fold(quad.object.value)
            for each in self._texts
            for quad in self._store.quads(node, each)
            if isinstance(quad.object, Literal)
        }
        return "\n".join(sorted(found))


class CellReader:
    """Reads one column: splits its path where facets and conditions look at the first node."""

    def __init__(self, reader: RowReader, column: Column) -> None:
        self._lookup = reader.readings.lookup
        self._readings = reader.readings
        path = reader.path(column.path)
        assert path is not None
        ways = path.parts if path.kind == "alternative" else (path,)
        self._ways = [_split(each) for each in ways]
        self._facets = [(each, reader.path(each.path)) for each in column.facets]
        self._order = reader.path(column.order)
        self._where = [
            (NamedNode(reader.iri(name)), NamedNode(reader.iri(value)))
            for name, value in column.where.items()
        ]
        self._among = {NamedNode(reader.iri(each)) for each in column.among}
        only = reader.readings.members(reader.iri(column.only)) if column.only else None
        self._only = None if only is None else frozenset(only)

    def readings(self, row: NamedNode) -> tuple[Reading, ...]:
        """Return what the column holds for a row: per value and keys the strongest reading."""
        found: dict[tuple[Node, tuple[Keys, ...]], Reading] = {}
        for each in self._found(row):
            known = found.get((each.value, each.keys))
            if known is None:
                found[each.value, each.keys] = each
                continue
            best = min(known, each, key=lambda one: self._readings.strength(one.certainty))
            found[each.value, each.keys] = replace(best, facts=known.facts | each.facts)
        return tuple(sorted(found.values(), key=lambda one: (str(one.value), one.keys)))

    def _found(self, row: NamedNode) -> Iterator[Reading]:
        for first, rest in self._ways:
            for node, before in reached(first, row, self._lookup).items():
                if self._holds(node):
                    for value, after in self._ends(rest, node).items():
                        if self._takes(value):
                            yield self._reading(node, value, before, after)

    def _reading(
        self, node: Node, value: Node, before: frozenset[Fact], after: frozenset[Fact]
    ) -> Reading:
        graphs = {text_of(q.graph_name) for fact in before or after for q in self._lookup(*fact)}
        keys: list[Keys] = []
        facts = before | after
        for facet, path in self._facets:
            ends = self._ends(path, node if facet.at == "node" else value)
            keys.append(tuple(sorted({key for end in ends if (key := _key(end, facet.cut))})))
            facts = facts.union(*ends.values())
        order = sorted(text_of(each) for each in self._ends(self._order, value))
        return Reading(
            value,
            tuple(keys),
            self._readings.certainty(before | after),
            tuple(sorted(graphs)),
            facts,
            order[0] if order and self._order else "",
        )

    def _ends(self, path: Path | None, start: Node) -> Reached:
        return {start: frozenset()} if path is None else reached(path, start, self._lookup)

    def _holds(self, node: Node) -> bool:
        return all(
            not isinstance(node, Literal) and self._lookup(node, name, value)
            for name, value in self._where
        )

    def _takes(self, value: Node) -> bool:
        if self._among and value not in self._among:
            return False
        return self._only is None or value in self._only


def _split(path: Path) -> tuple[Path, Path | None]:
    """Return the first step of a path, and the rest."""
    if path.kind != "sequence":
        return path, None
    rest = path.parts[1:]
    return path.parts[0], rest[0] if len(rest) == 1 else Path("sequence", rest)


def _key(node: Node, cut: str) -> str:
    text = text_of(node)
    if cut != "year":
        return text
    year = _YEAR.match(text)
    return year.group() if year else ""
