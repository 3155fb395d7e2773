"""How complete the data are, as the data say themselves: the notes that concern an answer.

A note is a ``dqv:QualityAnnotation`` of ``graph:coverage``. Its targets are classes and
properties, its body says how far the data cover what they stand for. A note concerns a query
if the query's text names one of its targets. Not here: pages (``web/coverage``).

Source: Data on the Web Best Practices: Data Quality Vocabulary §4 (quality annotations);
Web Annotation Vocabulary §2.2 (hasBody, hasTarget).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from ctl_kg.namespaces import prefixes
from ctl_kg.publish.description import RDF_TYPE, SKOS
from ctl_kg.sparql import guard
from ctl_kg.sparql.store import LocalStore

Texts: TypeAlias = Mapping[str, str]  # by language

GRAPH = "data/graph/coverage"
_KEPT_TEXTS = 500


@dataclass(frozen=True)
class Note:
    """One statement of completeness.

    Args:
        iri: of the note.
        about: IRIs of classes and properties.
        extent: IRI of the concept that says how far they are covered.
        extent_label: name of that concept.
        label: name of the note.
        text: what it says.
        passages: IRIs of the passages it rests on; none if it is an editorial judgement.
    """

    iri: str
    about: tuple[str, ...]
    extent: str
    extent_label: Texts
    label: Texts
    text: Texts
    passages: tuple[str, ...]

    @property
    def kind(self) -> str:
        """``passage`` or ``editorial``."""
        return "passage" if self.passages else "editorial"

    def as_json(self, language: str | None = None) -> dict[str, Any]:
        """Return the note as plain data, its texts in one language; None gives all of them."""

        def said(texts: Texts) -> str | dict[str, str]:
            return dict(texts) if language is None else in_language(texts, language)

        return {
            "iri": self.iri,
            "extent": {"iri": self.extent, "label": said(self.extent_label)},
            "label": said(self.label),
            "text": said(self.text),
            "kind": self.kind,
            "passages": list(self.passages),
        }


class Coverage:
    """The notes of one release."""

    def __init__(self, store: LocalStore, base_iri: str) -> None:
        self._store = store
        self._base_iri = base_iri
        self._of_query = lru_cache(_KEPT_TEXTS)(self._of_query_with)
        self._documents = lru_cache(_KEPT_TEXTS)(self._documents_with)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Every note, by IRI; none in a release that has no ``graph:coverage``."""
        table = prefixes(self._base_iri)
        annotation = NamedNode(table["dqv"] + "QualityAnnotation")
        subjects = {
            quad.subject.value
            for quad in self._store.graph(NamedNode(self._base_iri + GRAPH))
            if quad.predicate == RDF_TYPE
            and quad.object == annotation
            and isinstance(quad.subject, NamedNode)
        }
        return tuple(self._read(iri, table) for iri in sorted(subjects))

    def coverage_for(self, asked: str | Collection[str]) -> tuple[Note, ...]:
        """Return the notes that concern an answer, by IRI.

        Args:
            asked: text of a query, or IRIs of classes and properties.
        Raises:
            QuerySyntaxError: the text is none of a query (see :func:`ctl_kg.sparql.guard.scan`).
        """
        return self.of_query(asked) if isinstance(asked, str) else self._concerning(asked)

    def of_query(self, text: str, values: Iterable[str] = ()) -> tuple[Note, ...]:
        """Return the notes that concern a stock query with values in place.

        The same as :meth:`coverage_for` of the text with the values in it, but that text is
        another one for each request, and to read it takes longer than all the rest.

        Args:
            text: of the query, as its file has it.
            values: given to its parameters.
        Raises:
            QuerySyntaxError: as :meth:`coverage_for`.
        """
        return self._of_query(text, self._targets.intersection(values))

    def document(
        self, text: str, values: Iterable[str], language: str
    ) -> Sequence[Mapping[str, Any]]:
        """Return the notes of :meth:`of_query` as plain data in a language."""
        return self._documents(text, self._targets.intersection(values), language)

    @cached_property
    def _targets(self) -> frozenset[str]:
        return frozenset(term for note in self.notes for term in note.about)

    def _of_query_with(self, text: str, named: frozenset[str]) -> tuple[Note, ...]:
        return self._concerning(self._terms(text) | named)

    def _documents_with(
        self, text: str, named: frozenset[str], language: str
    ) -> tuple[dict[str, Any], ...]:
        return tuple(note.as_json(language) for note in self._of_query(text, named))

    def _concerning(self, terms: Collection[str]) -> tuple[Note, ...]:
        named = self._targets.intersection(terms)
        return tuple(note for note in self.notes if not named.isdisjoint(note.about))

    def _terms(self, text: str) -> frozenset[str]:
        return frozenset(iri for _, iri in guard.scan(text).iris())

    def _read(self, iri: str, table: Mapping[str, str]) -> Note:
        extent = next(iter(self._iris(iri, table["oa"] + "hasBody")), "")
        return Note(
            iri=iri,
            about=self._iris(iri, table["oa"] + "hasTarget"),
            extent=extent,
            extent_label=self._texts(extent, SKOS + "prefLabel"),
            label=self._texts(iri, SKOS + "prefLabel"),
            text=self._texts(iri, table["dct"] + "description"),
            passages=self._iris(iri, table["prov"] + "wasDerivedFrom"),
        )

    def _iris(self, iri: str, predicate: str) -> tuple[str, ...]:
        found = self._store.quads(NamedNode(iri), NamedNode(predicate))
        return tuple(sorted({q.object.value for q in found if isinstance(q.object, NamedNode)}))

    def _texts(self, iri: str, predicate: str) -> Texts:
        found = self._store.quads(NamedNode(iri), NamedNode(predicate)) if iri else []
        literals = (quad.object for quad in found if isinstance(quad.object, Literal))
        return dict(sorted((each.language or "", each.value) for each in literals))


def in_language(texts: Texts, language: str) -> str:
    """Return a text in a language, else in another; empty if there is none."""
    return texts.get(language) or next(iter(texts.values()), "")
