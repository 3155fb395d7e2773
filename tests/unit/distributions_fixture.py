"""Statements to make tables from, few or hostile, and the files made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ctl_kg.distributions.files import Made, Source, make_distributions

BASE = "https://w3id.org/ctl-kg/"
ONTO = BASE + "onto/CTL/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
XSD = "http://www.w3.org/2001/XMLSchema#"
SHAPES = NamedNode(BASE + "data/graph/shapes")
ONTOLOGY = NamedNode(BASE + "data/graph/ontology")
GRAPH = NamedNode(BASE + "data/graph/p-1")

HOSTILE = (
    'he said "no"', "two\nlines", "carriage\rreturn", "both\r\nof them", "=cmd|' /C calc'!A0",
    "+39 02 1234", "-1+1", "@SUM(A1)", "\tindented", "a;b;c", "a,b,c", "a|b|c", "|",
    "🧪 emoji 👩‍🔬", "00123", "  spaces around  ", "'", "''quoted''", '"', "#comment",
    "NULL", "NA", "-", "\\N",
    "é and e\u0301", "\u202eright to left", "x" * 200_000, "1e5", "true", "", " ", "\u00a0",
)  # fmt: skip


def ex(name: str) -> NamedNode:
    return NamedNode("https://example.org/" + name)


def said(*statements: tuple[NamedNode, NamedNode, NamedNode | Literal]) -> list[Quad]:
    return [Quad(s, p, o, GRAPH) for s, p, o in statements]


def make(
    stated: Iterable[Quad], shapes: Iterable[Quad] = (), context: Mapping[str, object] | None = None
) -> Made:
    source = Source(tuple(stated), (), tuple(shapes), context or {}, BASE, "2026-11-22")
    return make_distributions(source)


def write(made: Made, folder: Path) -> Path:
    """Write the files and return the folder of the tables."""
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "tables"


def triples(quads: Iterable[Quad]) -> set[Triple]:
    return {Triple(q.subject, q.predicate, q.object) for q in quads}


def hostile_statements() -> list[Quad]:
    """Every hostile text in every kind of cell: alone, among others, with a language or not."""
    found = []
    for number, text in enumerate(HOSTILE):
        thing = ex(f"thing-{number}")
        found += said(
            (thing, TYPE, ex("Thing")),
            (thing, LABEL, Literal(text, language="it")),
            (thing, LABEL, Literal(text, language="en-gb")),
            (thing, ex("note"), Literal(text)),
            (thing, ex("code"), Literal(text, datatype=NamedNode(XSD + "token"))),
            (ex("all"), ex("note"), Literal(text)),
        )
    for text in ("7", "007", "seven", ""):
        found += said((ex("all"), ex("count"), Literal(text, datatype=NamedNode(XSD + "integer"))))
    for text in ("2022-12-31", "2022-02-30", "31/12/2022", "2022-12-31Z", "-0044-03-15"):
        found += said((ex("all"), ex("day"), Literal(text, datatype=NamedNode(XSD + "date"))))
    found += said(
        (ex("all"), ex("page"), ex("a,b;c")),
        (ex("all"), ex("page"), ex("à")),
        (
            ex("all"),
            ex("page"),
            Literal("https://example.org/x", datatype=NamedNode(XSD + "anyURI")),
        ),
        (ex("all"), TYPE, Literal("no class")),
    )
    return found
