"""Why an answer is empty: the part that takes the last row away, and what exists instead."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql.explain import explain_empty
from ctl_kg.sparql.store import LocalStore

DATA = """
PREFIX ex: <http://example.org/id/>
PREFIX v: <http://example.org/vocab#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
GRAPH ex:g-one {
  ex:afil a v:Cluster ; rdfs:label "AFIL"@it , "AFIL"@en ; v:name "EUSALP"@it ; v:members 144 ;
    v:seat ex:seat-1 ; v:code "AF-01" ; v:since "2012-05-31"^^xsd:date .
  ex:tav a v:Cluster ; rdfs:label "TAV"@it ; v:name "Tecnologie"@it ; v:members 60 ;
    v:partOf ex:net .
  ex:seat-1 v:city ex:milano .
  ex:milano a v:City ; rdfs:label "Milano"@it .
}
GRAPH ex:g-two { ex:net a v:Network ; rdfs:label "Rete"@it ; v:kind ex:european . }
"""
HEAD = """PREFIX ex: <http://example.org/id/>
PREFIX v: <http://example.org/vocab#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
ID, V = "http://example.org/id/", "http://example.org/vocab#"


@pytest.fixture(scope="module")
def store() -> LocalStore:
    made = LocalStore(base_iri="http://example.org/")
    made.add(list(ox.parse(DATA.encode(), format=ox.RdfFormat.TRIG)))
    return made


def why(store: LocalStore, text: str, **more: Any) -> dict[str, Any]:
    found = explain_empty(store, HEAD + text, **more)
    json.dumps(found)
    assert set(found.get("message", {"it": "", "en": ""})) == {"it", "en"}
    return found


def first(found: dict[str, Any]) -> str:
    suggestion = found["suggestions"][0]
    return str(suggestion.get("iri", suggestion.get("value")))


@pytest.mark.parametrize(
    ("body", "reason", "pattern", "suggestion"),
    [
        pytest.param("?s v:memebers ?n", "term", "?s v:memebers ?n", V + "members", id="property"),
        pytest.param("?s a v:Clusters", "term", "?s a v:Clusters", V + "Cluster", id="class"),
        pytest.param("?s a v:cluster", "term", "?s a v:cluster", V + "Cluster", id="class case"),
        pytest.param("ex:afill v:name ?n", "term", "ex:afill v:name ?n", ID + "afil", id="subject"),
        pytest.param("?s v:seat ex:seat1", "term", "?s v:seat ex:seat1", ID + "seat-1",
                     id="object"),
        pytest.param("<https://example.org/id/afil> v:name ?n", "term",
                     "<https://example.org/id/afil> v:name ?n", ID + "afil", id="scheme"),
        pytest.param("ex:afil\\/ v:name ?n", "term", "ex:afil\\/ v:name ?n", ID + "afil",
                     id="trailing slash"),
        pytest.param("?s <http://example.org/vocab/name> ?n", "term",
                     "?s <http://example.org/vocab/name> ?n", V + "name", id="hash for slash"),
        pytest.param('?s v:name "EUSALP"', "term", '?s v:name "EUSALP"', '"EUSALP"@it',
                     id="language tag missing"),
        pytest.param('?s v:code "AF-01"@it', "term", '?s v:code "AF-01"@it', '"AF-01"',
                     id="language tag too many"),
        pytest.param('?s v:name "eusalp"@it', "term", '?s v:name "eusalp"@it', '"EUSALP"@it',
                     id="literal case"),
        pytest.param('?s v:name "Tecnologia"@it', "term", '?s v:name "Tecnologia"@it',
                     '"Tecnologie"@it', id="like text"),
        pytest.param('?s v:members "144"', "term", '?s v:members "144"',
                     '"144"^^<http://www.w3.org/2001/XMLSchema#integer>', id="datatype"),
        pytest.param('?s v:since "2012-05-31"', "term", '?s v:since "2012-05-31"',
                     '"2012-05-31"^^<http://www.w3.org/2001/XMLSchema#date>', id="date"),
        pytest.param("?s v:seat/v:town ?c", "term", "?s v:seat/v:town ?c", None,
                     id="property of a path"),
        pytest.param("?s v:seat/v:kind ?c", "path", "?s v:seat/v:kind ?c", None, id="path breaks"),
        pytest.param("ex:tav v:seat ?s", "pattern", "ex:tav v:seat ?s", None, id="no value"),
        pytest.param("ex:tav v:members 144", "pattern", "ex:tav v:members 144",
                     '"60"^^<http://www.w3.org/2001/XMLSchema#integer>', id="another value"),
        pytest.param("?s v:name ?n . ?s v:city ?c", "join", "?s v:city ?c", None, id="join"),
        pytest.param("?s a v:Cluster ; v:city ?c ; v:name ?n", "join", "?s v:city ?c", None,
                     id="join by semicolon"),
        pytest.param("VALUES ?s { ex:afill } ?s v:name ?n", "values", "VALUES ?s { ex:afill }",
                     ID + "afil", id="VALUES"),
        pytest.param('?s v:name ?n VALUES ?n { "Tecnologia"@it }', "values",
                     'VALUES ?n { "Tecnologia"@it }', '"Tecnologie"@it', id="VALUES of texts"),
        pytest.param("?s v:members ?n FILTER(?n > 1000)", "filter", "FILTER(?n > 1000)",
                     '"144"^^<http://www.w3.org/2001/XMLSchema#integer>', id="filter"),
        pytest.param('?s v:name ?n FILTER(STR(?n) = "Eusalp")', "filter",
                     'FILTER(STR(?n) = "Eusalp")', '"EUSALP"@it', id="filter by text"),
        pytest.param('?s v:name ?n FILTER(LANG(?n) = "en")', "filter", 'FILTER(LANG(?n) = "en")',
                     '"it"', id="filter by language"),
        pytest.param('?s v:name ?n FILTER(CONTAINS(?name, "x"))', "filter",
                     'FILTER(CONTAINS(?name, "x"))', "?n", id="filter on another variable"),
        pytest.param("?s v:name ?n FILTER NOT EXISTS { ?s a v:Cluster }", "filter",
                     "FILTER NOT EXISTS { ?s a v:Cluster }", None, id="NOT EXISTS"),
        pytest.param("?s v:name ?n FILTER EXISTS { ?s a v:Clusters }", "term", "?s a v:Clusters",
                     V + "Cluster", id="EXISTS"),
        pytest.param("?s v:name ?n MINUS { ?s a v:Cluster }", "minus", "MINUS { ?s a v:Cluster }",
                     None, id="MINUS"),
        pytest.param("GRAPH ex:g-three { ?s ?p ?o }", "graph", "GRAPH ex:g-three { ?s ?p ?o }",
                     ID + "g-two", id="GRAPH unknown"),
        pytest.param("GRAPH ex:g-two { ?s v:name ?n }", "graph", "GRAPH ex:g-two { ?s v:name ?n }",
                     ID + "g-one", id="another GRAPH"),
        pytest.param("GRAPH ?g { ?s v:nme ?n }", "term", "?s v:nme ?n", V + "name",
                     id="within GRAPH"),
        pytest.param("{ ?s v:nme ?n } UNION { ?s v:labl ?n }", "term", "?s v:nme ?n", V + "name",
                     id="UNION"),
        pytest.param("?s a v:Cluster { SELECT ?s { ?s v:nme ?n } }", "term", "?s v:nme ?n",
                     V + "name", id="sub-query"),
        pytest.param("?s a v:Cluster OPTIONAL { ?s v:nme ?n } FILTER(?n = 1)", "term",
                     "?s v:nme ?n", V + "name", id="filter on what an OPTIONAL never binds"),
        pytest.param("?s a v:City OPTIONAL { ?s v:name ?n } FILTER(?n = 1)", "filter",
                     "FILTER(?n = 1)", None, id="filter on what no row has"),
        pytest.param("?s (v:nme|v:city) ?n . ?n v:name ?m", "term", "?s (v:nme|v:city) ?n",
                     V + "name", id="alternative of a path"),
        pytest.param("[] v:nme ?n", "pattern", "[] v:nme ?n", None, id="blank node"),
    ],
)  # fmt: skip
def test_names_the_part_and_the_nearest(
    store: LocalStore, body: str, reason: str, pattern: str, suggestion: str | None
) -> None:
    for form in ("SELECT * WHERE", "ASK", "CONSTRUCT { ?s ?p 1 } WHERE"):
        found = why(store, f"{form} {{\n{body}\n}}")
        assert found["empty"] is True
        assert (found["reason"], found["pattern"]) == (reason, pattern)
        assert found["line"] == 6
        if suggestion is not None:
            assert first(found) == suggestion


@pytest.mark.parametrize(
    ("text", "reason", "line", "suggestion"),
    [
        pytest.param("SELECT ?s { ?s ?p ?o } LIMIT 0", "limit", 5, None, id="LIMIT 0"),
        pytest.param("SELECT ?s { ?s a v:Cluster }\nOFFSET 7", "offset", 6, None, id="OFFSET"),
        pytest.param("SELECT ?s { ?s v:members ?n } GROUP BY ?s\nHAVING (SUM(?n) > 999)", "having",
                     6, None, id="HAVING"),
        pytest.param("SELECT ?s { ?s a v:Cluster }\nVALUES ?s { ex:afill }", "values", 6,
                     ID + "afil", id="VALUES at the end"),
        pytest.param("SELECT ?s\nFROM ex:g-three { ?s ?p ?o }", "graph", 6, ID + "g-two",
                     id="FROM an unknown graph"),
        pytest.param("SELECT ?s FROM NAMED ex:g-one\n{ ?s v:name ?n }", "graph", 6, None,
                     id="FROM NAMED without GRAPH"),
        pytest.param("SELECT ?s FROM ex:g-one\n{ GRAPH ?g { ?s v:name ?n } }", "graph", 6, None,
                     id="FROM without NAMED"),
        pytest.param("SELECT ?s FROM ex:g-two\n{ ?s v:name ?n }", "term", 6, None,
                     id="in another graph"),
        pytest.param("CONSTRUCT { ?s v:p ?none } { ?s a v:Cluster }", "template", 1, None,
                     id="template"),
        pytest.param("DESCRIBE\nex:afill", "term", 6, ID + "afil", id="DESCRIBE"),
    ],
)  # fmt: skip
def test_clauses_and_datasets(
    store: LocalStore, text: str, reason: str, line: int, suggestion: str | None
) -> None:
    found = why(store, text)
    assert (found["empty"], found["reason"], found["line"]) == (True, reason, line)
    if suggestion:
        assert first(found) == suggestion


def test_a_prefix_that_stands_for_something_else(store: LocalStore) -> None:
    made = LocalStore(base_iri="https://w3id.org/ctl-kg/")
    term = ox.NamedNode("https://w3id.org/ctl-kg/onto/CTL/members")
    made.add([ox.Quad(ox.NamedNode("x:s"), term, ox.Literal("1"), ox.NamedNode("x:g"))])
    text = "PREFIX ctl: <https://w3id.org/ctl-kg/CTL#>\nSELECT * { ?s ctl:members ?n }"
    found = explain_empty(made, text)
    assert first(found) == term.value
    assert "<https://w3id.org/ctl-kg/onto/CTL/>" in found["message"]["en"]


def test_the_request_names_the_dataset(store: LocalStore) -> None:
    text = "SELECT ?s { ?s v:name ?n }"
    assert why(store, text, default_graphs=[ID + "g-none"])["reason"] == "graph"
    assert why(store, text, default_graphs=[ID + "g-one"])["empty"] is False


def test_suggestions_carry_labels_and_steps_tell_what_matches(store: LocalStore) -> None:
    found = why(store, "SELECT * {\n?s a v:Cluster .\nex:afill v:name ?n }")
    assert found["suggestions"][0] == {"iri": ID + "afil", "label": "AFIL"}
    assert [(step["line"], step["matches"]) for step in found["steps"]] == [(6, True), (7, False)]


def test_a_query_with_rows_is_not_explained(store: LocalStore) -> None:
    assert why(store, "SELECT ?s { ?s ?p ?o }")["empty"] is False
    assert why(store, "ASK { ?s a v:Cluster }")["empty"] is False


def test_an_empty_store_is_no_failure() -> None:
    assert explain_empty(LocalStore(), "SELECT * { ?s ?p ?o }")["reason"] == "graph"


def test_the_budget_ends_the_search(store: LocalStore) -> None:
    found = why(store, "SELECT * { ?s v:nme ?n }", budget_s=0)
    assert (found["empty"], found["reason"]) == (True, "unknown")


def test_what_does_not_parse_is_refused_as_ever(store: LocalStore) -> None:
    with pytest.raises(QuerySyntaxError):
        explain_empty(store, "SELECT * { ?s ?p }")
