"""What a row rests on: statements, and the passages they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctl_kg.client.values import Cell, Iri, cell_of_term


@dataclass(frozen=True)
class Source:
    """Where a named graph comes from: a passage of the document, or one of the other kinds."""

    graph: Iri
    kind: str
    passage: Iri | None
    section: Iri | None
    start_line: int | None
    end_line: int | None


@dataclass(frozen=True)
class Statement:
    """One statement, the sources that hold it, and how certain it is where that is recorded."""

    subject: Iri
    predicate: Iri
    object: Cell
    certainty: Iri | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Evidence:
    """What one row rests on.

    ``certainty`` is the weakest of its statements'; ``statements`` are at most as many as the
    server shows, of ``total``.
    """

    certainty: Iri | None
    total: int
    statements: tuple[Statement, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of the statements, each once."""
        return tuple(dict.fromkeys(each for found in self.statements for each in found.sources))


def evidence_of(document: Mapping[str, Any]) -> list[Evidence]:
    """Return the evidence of each row of a page, from the page's ``evidence``."""
    sources = {graph: _source_of(graph, each) for graph, each in document["sources"].items()}
    return [
        Evidence(
            iri_or_none(row["certainty"]),
            row["total"],
            tuple(_statement_of(each, sources) for each in row["statements"]),
        )
        for row in document["rows"]
    ]


def _statement_of(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Statement:
    term = dict(entry["object"])
    if term["type"] == "iri":
        term["type"] = "uri"
    return Statement(
        subject=Iri(entry["subject"]),
        predicate=Iri(entry["predicate"]),
        object=cell_of_term(term),
        certainty=iri_or_none(entry["certainty"]),
        sources=tuple(sources[each] for each in entry["graphs"] if each in sources),
    )


def _source_of(graph: str, entry: Mapping[str, Any]) -> Source:
    return Source(
        graph=Iri(graph),
        kind=entry["kind"],
        passage=iri_or_none(entry["passage"]),
        section=iri_or_none(entry["section"], entry["sectionLabel"]),
        start_line=entry["startLine"],
        end_line=entry["endLine"],
    )


def iri_or_none(value: str | None, label: str | None = None) -> Iri | None:
    """Return an IRI with its name, or None."""
    return Iri(value, label) if value else None
