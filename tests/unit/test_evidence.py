"""The statements that make a row: the right ones, and no word of what is not known."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox
import pytest

from ctl_kg.publish.description import Describer
from ctl_kg.publish.evidence import EvidenceReader
from ctl_kg.sparql import guard
from ctl_kg.sparql.property_path import Fact, NotCoveredError, reached, read_path
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Solutions, Term
from ctl_kg.sparql.witnesses import Gaps, gather

BASE = "https://w3id.org/ctl-kg/"
DATA = """
@prefix : <x:> . @prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .
@prefix certainty: <https://w3id.org/ctl-kg/controlled-vocabulary/certainty/> .
<x:g1> { :a :in :m . :b :in :m . :m :in :l . :l :in :i . :a :size 3 . :a :tag :t . }
<x:g2> { :a :in :m . :c :near :a . :b :size 4 . :l a :Region . :b :tag :t . :b :closed true . }
<x:g3> { :al ctl:alignedSubject :a ; ctl:alignedPredicate :tag ; ctl:alignedObject :t ;
         ctl:certainty certainty:inferred .
         :al2 ctl:alignedSubject :a ; ctl:alignedPredicate :size ; ctl:alignedObject 3 ;
         ctl:certainty certainty:confirmed . }
"""
PREFIX = "PREFIX : <x:> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


def store() -> LocalStore:
    made = LocalStore(base_iri=BASE)
    made.add(list(ox.parse(DATA, format=ox.RdfFormat.TRIG)))
    return made


STORE = store()


def short(facts: set[Fact]) -> set[str]:
    def name(term: object) -> str:
        value = str(getattr(term, "value", term))
        return value.removeprefix("x:").rpartition("#")[2]

    return {" ".join(name(term) for term in fact) for fact in facts}


def evidence(text: str) -> tuple[list[set[str]], set[str]]:
    """Return the statements of each row, and what is not covered."""
    text = PREFIX + text
    answer = STORE.query(text)
    assert isinstance(answer, Solutions)
    rows: list[Mapping[str, Term]] = [
        {n: t for n, t in zip(answer.variables, row, strict=True) if t is not None}
        for row in answer.rows
    ]
    gaps = Gaps()
    search = gather(guard.scan(text), rows, STORE.quads, gaps)
    question = next(search)
    while True:
        found = STORE.query(question)
        assert isinstance(found, Solutions)
        try:
            question = search.send(found)
        except StopIteration as stop:
            return [short(facts) for facts in stop.value], gaps.codes


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT ?x ?n { ?x :size ?n } ORDER BY ?n", [{"a size 3"}, {"b size 4"}]),
        # What no column shows is found too.
        ("SELECT ?x { ?x :in ?m . ?m :in :l ; :in ?l . ?l a :Region } ORDER BY ?x",
         [{"a in m", "m in l", "l type Region"}, {"b in m", "m in l", "l type Region"}]),
        # An aggregate rests on all its solutions.
        ("SELECT ?m (COUNT(?x) AS ?n) { ?x :in ?m } GROUP BY ?m ORDER BY DESC(?n) ?m LIMIT 1",
         [{"a in m", "b in m"}]),
        ("SELECT (SUM(?n) AS ?s) { ?x :size ?n }", [{"a size 3", "b size 4"}]),
        # OPTIONAL only where it matched, UNION only the branch that did.
        ("SELECT ?x ?c { ?x :size ?n OPTIONAL { ?x :closed ?c } } ORDER BY ?x",
         [{"a size 3"}, {"b size 4", "b closed true"}]),
        ("SELECT ?x ?k { { ?x :near :a BIND(1 AS ?k) } UNION { ?x :closed true BIND(2 AS ?k) } }"
         " ORDER BY ?k", [{"c near a"}, {"b closed true"}]),
        # Paths: every statement on the way.
        ("SELECT ?x { ?x :in/:in :l } ORDER BY ?x", [{"a in m", "m in l"}, {"b in m", "m in l"}]),
        ("SELECT ?x { ?x ^:near/:near? ?y . ?x :size 3 . ?y :size 3 }",
         [{"c near a", "a size 3"}]),
        ("SELECT ?y { :a :in+ ?y . ?y a :Region }", [{"a in m", "m in l", "l type Region"}]),
        ("SELECT ?x { ?x :in|:near :m } ORDER BY ?x", [{"a in m"}, {"b in m"}]),
        # A sub-query, for the values that it had.
        ("SELECT ?m ?n { { SELECT ?m (COUNT(?x) AS ?n) { ?x :in ?m } GROUP BY ?m } ?m :in :l }",
         [{"a in m", "b in m", "m in l"}]),
        ("SELECT ?x { ?x :size ?n FILTER EXISTS { ?x :closed ?c } }",
         [{"b size 4", "b closed true"}]),
        ("SELECT ?x { GRAPH ?g { ?x :near ?y } }", [{"c near a"}]),
        ("SELECT ?x { VALUES ?x { :a :c } ?x ?p ?o . FILTER(?p IN (:size, :near)) } ORDER BY ?x",
         [{"a size 3"}, {"c near a"}]),
    ],
)  # fmt: skip
def test_the_statements_of_each_row(query: str, rows: list[set[str]]) -> None:
    assert evidence(query) == (rows, set())


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT ?x { ?x :size ?n FILTER NOT EXISTS { ?x :closed ?c } }", "absence"),
        ("SELECT ?x { ?x :size ?n MINUS { ?x :closed ?c } }", "absence"),
        ("SELECT ?x { ?x !:in ?y . ?x :near ?y }", "path"),
        ("SELECT ?x { ?x :in [ :in ?y ] }", "pattern"),
        ("SELECT ?x { ?x :size ?n FILTER(?n > 3 || EXISTS { ?x :near ?y }) }", "exists"),
    ],
)
def test_what_is_not_covered_is_said(query: str, code: str) -> None:
    _, codes = evidence(query)
    assert code in codes


def test_a_repeated_path_takes_a_shortest_way() -> None:
    path = read_path(":in*", {"": "x:"})
    found = reached(path, ox.NamedNode("x:a"), STORE.quads)
    assert short(set(found[ox.NamedNode("x:l")])) == {"a in m", "m in l"}
    assert found[ox.NamedNode("x:a")] == frozenset()


@pytest.mark.parametrize("text", ["!:in", "(:in", ":in/", "", ":in :in", "y:in"])
def test_a_path_that_is_not_covered(text: str) -> None:
    with pytest.raises(NotCoveredError):
        read_path(text, {"": "x:"})


def test_passages_and_the_weakest_certainty() -> None:
    reader = EvidenceReader(STORE, Describer(STORE, BASE), BASE)
    node = ox.NamedNode
    tag = (node("x:a"), node("x:tag"), node("x:t"))
    size = (node("x:a"), node("x:size"),
            ox.Literal("3", datatype=node("http://www.w3.org/2001/XMLSchema#integer")))  # fmt: skip
    place = (node("x:a"), node("x:in"), node("x:m"))
    row = reader.row([place, size, tag])
    assert row.certainty == BASE + "controlled-vocabulary/certainty/inferred"
    assert [each["graphs"] for each in row.statements] == [["x:g1", "x:g2"], ["x:g1"], ["x:g1"]]
    assert row.graphs == {"x:g1", "x:g2"}
    assert reader.row([size]).certainty == BASE + "controlled-vocabulary/certainty/confirmed"
    assert reader.row([place]).certainty is None
    about = (node("x:al"), node(BASE + "onto/CTL/alignedSubject"), node("x:a"))
    assert reader.row([about, size]).certainty == BASE + "controlled-vocabulary/certainty/inferred"
