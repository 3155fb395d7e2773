"""Statements in the making: names of terms to IRIs, and the shapes that every profile needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.namespaces import prefixes

XSD = "http://www.w3.org/2001/XMLSchema#"
# What the profiles use beside the project's own table.
PORTAL_PREFIXES = {
    "cr": "http://mlcommons.org/croissant/",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatapit": "http://dati.gov.it/onto/dcatapit#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "spdx": "http://spdx.org/rdf/terms#",
}


def portal_prefixes(base_iri: str) -> dict[str, str]:
    """Return the prefix table of the catalogue's documents."""
    return dict(sorted((prefixes(base_iri) | PORTAL_PREFIXES).items()))


class Triples:
    """Collects triples; terms are written as compact IRIs (``dct:title``).

    Values that are empty add nothing, so optional properties need no test at every use.
    """

    def __init__(self, base_iri: str) -> None:
        self._table = portal_prefixes(base_iri)
        self._found: dict[Triple, None] = {}

    @property
    def found(self) -> list[Triple]:
        """The triples, each once, in the order in which they were added."""
        return list(self._found)

    def iri(self, compact: str) -> str:
        """Return the IRI of a compact IRI."""
        prefix, _, local = compact.partition(":")
        return self._table[prefix] + local

    def add(self, subject: str, term: str, value: NamedNode | Literal) -> None:
        """Add one statement."""
        self._found[Triple(NamedNode(subject), NamedNode(self.iri(term)), value)] = None

    def kinds(self, subject: str, *classes: str) -> None:
        """Say of what classes something is."""
        for each in classes:
            self.add(subject, "rdf:type", NamedNode(self.iri(each)))

    def link(self, subject: str, term: str, *values: str) -> None:
        """Point at other resources."""
        for value in values:
            if value:
                self.add(subject, term, NamedNode(value))

    def texts(self, subject: str, term: str, texts: Mapping[str, str]) -> None:
        """Add a text in each language."""
        for language, text in texts.items():
            self.add(subject, term, Literal(text, language=language) if language else Literal(text))

    def words(self, subject: str, term: str, words: Mapping[str, Iterable[str]]) -> None:
        """Add several words in each language."""
        for language, each in words.items():
            for word in each:
                self.texts(subject, term, {language: word})

    def text(self, subject: str, term: str, text: str, datatype: str = "") -> None:
        """Add a plain text, or a literal of an ``xsd:`` datatype."""
        if text and datatype:
            self.add(subject, term, Literal(text, datatype=NamedNode(XSD + datatype)))
        elif text:
            self.add(subject, term, Literal(text))
