"""How two resources are linked: what ``/api/why`` answers, as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctl_kg.client.coverage import CoverageNote, coverage_of
from ctl_kg.client.evidence import Source
from ctl_kg.client.values import Iri


@dataclass(frozen=True)
class Hop:
    """One step of a path.

    ``subject``, ``predicate`` and ``object`` are the link as the data has it; ``via`` is the
    node that stands between them, as a membership. ``sentences`` tell it, by language.
    """

    start: Iri
    end: Iri
    subject: Iri
    predicate: Iri
    object: Iri
    via: Iri | None
    roles: tuple[Iri, ...]
    certainty: Iri | None
    sentences: Mapping[str, str]
    sentence: str
    sources: tuple[Source, ...]

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Path:
    """A path; ``sparql`` is an ASK query that is true where the path holds."""

    hops: tuple[Hop, ...]
    certainty: Iri | None
    sparql: str

    def __len__(self) -> int:
        return len(self.hops)

    def __str__(self) -> str:
        return "\n".join(map(str, self.hops))


@dataclass(frozen=True)
class Answer:
    """The shortest paths between two resources; empty if there is none within the bounds.

    ``total`` counts the paths found, of which ``paths`` are the best; ``coverage`` tells how
    complete the data are that their links come from; ``document`` is the whole answer of the
    server.
    """

    start: Iri
    end: Iri
    paths: tuple[Path, ...]
    total: int
    notes: tuple[str, ...]
    document: Mapping[str, Any]
    coverage: tuple[CoverageNote, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.paths)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.paths))


def answer_of(document: Mapping[str, Any], language: str) -> Answer:
    """Return an answer of ``/api/why`` with names and sentences in a language."""
    return Answer(
        start=_named(document["from"], language),
        end=_named(document["to"], language),
        paths=tuple(
            Path(
                tuple(_hop_of(hop, language) for hop in path["hops"]),
                _named_or_none(path["certainty"], language),
                path["sparql"],
            )
            for path in document["paths"]
        ),
        total=document["total"],
        notes=tuple(document["notes"]),
        document=document,
        coverage=coverage_of(document, language),
    )


def _hop_of(entry: Mapping[str, Any], language: str) -> Hop:
    subject, target = (_named(entry[name], language) for name in ("subject", "object"))
    names = {str(each): each for each in (subject, target)}
    sentences = entry["sentence"]
    return Hop(
        start=names.get(entry["from"], Iri(entry["from"])),
        end=names.get(entry["to"], Iri(entry["to"])),
        subject=subject,
        predicate=_named(entry["predicate"], language),
        object=target,
        via=_named_or_none(entry["via"], language),
        roles=tuple(_named(each, language) for each in entry["roles"]),
        certainty=_named_or_none(entry["certainty"], language),
        sentences=sentences,
        sentence=sentences.get(language) or next(iter(sentences.values()), ""),
        sources=tuple(_source_of(each, language) for each in entry["sources"]),
    )


def _source_of(entry: Mapping[str, Any], language: str) -> Source:
    passage = entry["passage"]
    return Source(
        graph=Iri(entry["graph"]),
        kind=entry["kind"],
        passage=Iri(passage) if passage else None,
        section=_named_or_none(entry["section"], language),
        start_line=entry["start_line"],
        end_line=entry["end_line"],
    )


def _named(reference: Mapping[str, Any], language: str) -> Iri:
    labels = reference.get("label") or {}
    return Iri(reference["iri"], labels.get(language) or next(iter(labels.values()), None))


def _named_or_none(reference: Mapping[str, Any] | None, language: str) -> Iri | None:
    return _named(reference, language) if reference else None
