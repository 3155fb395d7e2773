"""How complete the data is, as the data itself says: the notes that concern a query.

A note is a ``dqv:QualityAnnotation`` of ``graph:coverage``: its targets are the classes and
properties that it is about, its body says how far they are covered. It concerns a query if the
query's text names one of them. Source: Data on the Web: Data Quality Vocabulary; Web Annotation.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from ctl_kg.namespaces import prefixes
from ctl_kg.sparql import guard
from ctl_kg.sparql.store import LocalStore


@dataclass(frozen=True)
class Note:
    """One statement of completeness.

    Args:
        iri: of the note.
        about: IRIs of classes and properties.
        extent: IRI of the concept that says how far they are covered.
        label: its name, by language.
        text: what it says, by language.
        passages: IRIs of the passages it rests on; none for an editorial judgement.
    """

    iri: str
    about: tuple[str, ...]
    extent: str
    label: dict[str, str]
    text: dict[str, str]
    passages: tuple[str, ...]

    @property
    def kind(self) -> str:
        """``passage`` or ``editorial``."""
        return "passage" if self.passages else "editorial"


class Coverage:
    """The notes of one release."""

    def __init__(self, store: LocalStore, base_iri: str) -> None:
        self._store = store
        self._graph = NamedNode(base_iri + "data/graph/coverage")
        self._table = prefixes(base_iri)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Every note, by IRI."""
        annotation = NamedNode(self._table["dqv"] + "QualityAnnotation")
        subjects = {q.subject.value for q in self._store.graph(self._graph)
                    if q.object == annotation and isinstance(q.subject, NamedNode)}  # fmt: skip
        return tuple(self._note(iri) for iri in sorted(subjects))

    def coverage_for(self, asked: str | Collection[str]) -> list[Note]:
        """Return the notes that concern a query's text, or IRIs of classes and properties."""
        if isinstance(asked, str):
            named = {iri for _, iri in guard.scan(asked).iris()}
        else:
            named = set(asked)
        return [note for note in self.notes if named.intersection(note.about)]

    def _note(self, iri: str) -> Note:
        oa, dct, prov = (self._table[each] for each in ("oa", "dct", "prov"))
        return Note(
            iri,
            self._iris(iri, oa + "hasTarget"),
            next(iter(self._iris(iri, oa + "hasBody")), ""),
            self._texts(iri, self._table["skos"] + "prefLabel"),
            self._texts(iri, dct + "description"),
            self._iris(iri, prov + "wasDerivedFrom"),
        )

    def _iris(self, iri: str, predicate: str) -> tuple[str, ...]:
        found = self._store.quads(NamedNode(iri), NamedNode(predicate))
        return tuple(sorted({q.object.value for q in found if isinstance(q.object, NamedNode)}))

    def _texts(self, iri: str, predicate: str) -> dict[str, str]:
        found = self._store.quads(NamedNode(iri), NamedNode(predicate))
        return {
            q.object.language: q.object.value
            for q in found
            if isinstance(q.object, Literal) and q.object.language
        }
