"""Blank nodes get IRIs that depend on the graph alone."""

from __future__ import annotations

from pyoxigraph import BlankNode, Quad, RdfFormat, parse
from rdflib import Graph
from rdflib.compare import isomorphic

from ctl_kg.publish.skolem import WELL_KNOWN, skolemise

BASE = "https://example.org/kg/"
LIST = '@prefix : <https://example.org/kg/> . :a :chain ( {0} ) ; :label "x" . :b :chain ( :p ) .'


def quads(text: str) -> list[Quad]:
    return list(parse(text.encode(), format=RdfFormat.TURTLE, rename_blank_nodes=True))


def test_no_blank_node_is_left_and_the_rest_stays() -> None:
    found = skolemise(quads(LIST.format(":p :q")), BASE)
    assert not any(
        isinstance(term, BlankNode) for quad in found for term in (quad.subject, quad.object)
    )
    assert len(found) == len(quads(LIST.format(":p :q")))
    assert {q.subject.value for q in found if WELL_KNOWN in str(q.subject)} == {
        f"{BASE}{WELL_KNOWN}c14n{number}" for number in range(3)
    }


def test_the_names_do_not_depend_on_the_parser_or_the_order() -> None:
    once = skolemise(quads(LIST.format(":p :q")), BASE)
    again = skolemise(reversed(quads(LIST.format(":p :q"))), BASE)
    assert set(once) == set(again)
    assert set(once) != set(skolemise(quads(LIST.format(":q :p")), BASE))


def test_reading_the_iris_as_blank_nodes_gives_the_graph_back() -> None:
    before = Graph().parse(data=LIST.format(":p :q"), format="turtle")
    lines = "\n".join(
        f"{quad.subject} {quad.predicate} {quad.object} ."
        for quad in skolemise(quads(LIST.format(":p :q")), BASE)
    )
    blank = lines.replace(f"<{BASE}{WELL_KNOWN}", "_:").replace("> ", " ").replace("> .", " .")
    for iri in ("a", "b", "p", "q", "chain", "label"):
        blank = blank.replace(f"<{BASE}{iri} ", f"<{BASE}{iri}> ")
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    for name in ("first", "rest", "nil"):
        blank = blank.replace(f"<{rdf}{name} ", f"<{rdf}{name}> ")
    assert isomorphic(before, Graph().parse(data=blank, format="nt"))
