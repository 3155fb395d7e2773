"""The RDF terms that stores return: pyoxigraph's, under one name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Row: TypeAlias = tuple[Term | None, ...]

XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING = XSD + "string"
RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


@dataclass(frozen=True)
class Solutions:
    """The answer to a SELECT: variables in projection order, one tuple of terms per row."""

    variables: list[str]
    rows: list[Row]


QueryResult: TypeAlias = Solutions | bool | list[Triple]


def text_of(term: Term | None) -> str:
    """Return the plain text of a term: IRI, lexical form, ``_:label``, or empty if unbound."""
    if term is None:
        return ""
    return str(term) if isinstance(term, (BlankNode, Triple)) else term.value
