"""Give the blank nodes of lists and property paths an IRI, for the published graphs.

Only the ontology (lists of property chains) and the shapes may hold blank nodes. In the files
of their own they stand as Turtle writes them; in the dataset each is an IRI below
``.well-known/genid/``, the same in every build of the same files.

Source: RDF 1.1 Concepts §3.5 (replacing blank nodes with IRIs), https://www.w3.org/TR/rdf11-concepts/.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad

WELL_KNOWN = ".well-known/genid/"


def skolemise(quads: Iterable[Quad], base_iri: str) -> list[Quad]:
    """Return the quads with an IRI for every blank node.

    The IRI ends in the label that RDFC-1.0 gives the node within the quads that hold one.
    """
    found = list(quads)
    blank = Dataset(quad for quad in found if _has_blank(quad))
    blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    kept = [quad for quad in found if not _has_blank(quad)]
    return kept + [_named(quad, base_iri + WELL_KNOWN) for quad in blank]


def _has_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def _named(quad: Quad, prefix: str) -> Quad:
    subject, value = quad.subject, quad.object
    if isinstance(subject, BlankNode):
        subject = NamedNode(prefix + subject.value)
    if isinstance(value, BlankNode):
        value = NamedNode(prefix + value.value)
    return Quad(subject, quad.predicate, value, quad.graph_name)
