"""Hand graphs from pyoxigraph to rdflib, for the libraries that need rdflib.

``xsd:string`` is left out on the way: rdflib holds ``"x"`` and ``"x"^^xsd:string`` unequal.
Lexical forms stay as written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ctl_kg.rdf.terms import XSD


def to_rdflib(quads: Iterable[Quad]) -> rdflib.Graph:
    """Return the triples as one rdflib graph; graph names are dropped."""
    graph = rdflib.Graph(bind_namespaces="none")
    terms: dict[object, rdflib.term.Node] = {}

    def converted(term: object) -> Any:
        node = terms.get(term)
        if node is None:
            node = terms[term] = rdflib_term(term)
        return node

    for quad in quads:
        graph.add((converted(quad.subject), converted(quad.predicate), converted(quad.object)))
    return graph


def rdflib_term(term: object) -> rdflib.term.Identifier:
    """Return one term as rdflib's."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, Literal), "triple terms are refused before"
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == XSD + "string":
        return rdflib.Literal(term.value)
    datatype = rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)
