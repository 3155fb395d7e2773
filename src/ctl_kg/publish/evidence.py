"""What the rows of an answer rest on: statements, the passages they stand in, their certainty.

The certainty of a statement is the one that an alignment gives it, or its subject if that is
itself an alignment or a link; most statements have none. The weakest among those of a row is
the row's. What the release does not record is not made up: a derived statement stands in the
graph of derived statements, and from which others it follows is not said there.

Not here: finding the statements (``sparql/witnesses``), texts in both languages (``web``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.description import Describer, Source
from ctl_kg.sparql.property_path import Fact
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import text_of

MOST_STATEMENTS = 200  # shown of one row
# From the weakest; a certainty that is not named here is weaker than all.
_ORDER = ("inferred", "stated", "confirmed")


@dataclass(frozen=True)
class RowEvidence:
    """What one row rests on.

    ``statements`` are at most ``MOST_STATEMENTS`` of ``total``, ready for JSON; ``certainty`` is
    the weakest of all, or None where none is recorded; ``graphs`` hold the statements shown.
    """

    statements: tuple[dict[str, Any], ...]
    total: int
    certainty: str | None
    graphs: frozenset[str]


class EvidenceReader:
    """Looks up graphs, passages and certainty of statements, for one page of rows."""

    def __init__(self, store: LocalStore, describer: Describer, base_iri: str) -> None:
        self._store = store
        self._describer = describer
        self._certainty = NamedNode(base_iri + "onto/CTL/certainty")
        self._aligned: dict[NamedNode, dict[tuple[str, Any], str]] = {}
        self._own: dict[NamedNode, str | None] = {}
        self._sources: dict[str, Source] = {}

    def row(self, facts: Iterable[Fact]) -> RowEvidence:
        """Return what a row rests on, its statements in the order of their text."""
        ordered = sorted(facts, key=lambda fact: tuple(map(str, fact)))
        certainties = [self._certainty_of(fact) for fact in ordered]
        statements = []
        graphs: set[str] = set()
        for fact, certainty in zip(ordered[:MOST_STATEMENTS], certainties, strict=False):
            held = self._graphs(fact)
            graphs |= set(held)
            statements.append(_as_json(fact, held, certainty))
        known = [each for each in certainties if each]
        weakest = min(known, key=_strength) if known else None
        return RowEvidence(tuple(statements), len(ordered), weakest, frozenset(graphs))

    def source(self, graph: str) -> Source:
        """Return where a named graph comes from."""
        if graph not in self._sources:
            self._sources[graph] = self._describer.source(graph)
        return self._sources[graph]

    def _graphs(self, fact: Fact) -> list[str]:
        return sorted(text_of(quad.graph_name) for quad in self._store.quads(*fact))  # type: ignore[arg-type]

    def _certainty_of(self, fact: Fact) -> str | None:
        subject, predicate, value = fact
        if not isinstance(subject, NamedNode):
            return None
        if subject not in self._aligned:
            self._aligned[subject] = dict(self._describer.certainties(subject))
        return self._aligned[subject].get((predicate.value, value)) or self._own_of(subject)

    def _own_of(self, node: NamedNode) -> str | None:
        if node not in self._own:
            found = sorted(text_of(q.object) for q in self._store.quads(node, self._certainty))
            self._own[node] = min(found, key=_strength) if found else None
        return self._own[node]


def _strength(certainty: str) -> tuple[int, str]:
    name = certainty.rpartition("/")[2]
    return (_ORDER.index(name) if name in _ORDER else -1, certainty)


def _as_json(fact: Fact, graphs: list[str], certainty: str | None) -> dict[str, Any]:
    subject, predicate, value = fact
    term: dict[str, Any] = {"value": text_of(value)}
    if isinstance(value, Literal):
        term["type"] = "literal"
        if value.language:
            term["language"] = value.language
        else:
            term["datatype"] = value.datatype.value
    else:
        term["type"] = "iri"
    return {
        "subject": text_of(subject),
        "predicate": predicate.value,
        "object": term,
        "graphs": graphs,
        "certainty": certainty,
    }
