"""The service description, and the stock queries as executables: what machines read of us."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from ctl_kg.assets import find_assets
from ctl_kg.publish.query_graph import executable_text, query_description, query_quads
from ctl_kg.publish.service import QueryLimits, service_description
from ctl_kg.sparql.query_file import QueryFile, load_queries
from ctl_kg.sparql.store import LocalStore

BASE = "https://w3id.org/ctl-kg/"
SH = "http://www.w3.org/ns/shacl#"
SD = "http://www.w3.org/ns/sparql-service-description#"
DCT = "http://purl.org/dc/terms/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
QUERIES = load_queries(find_assets(Path(__file__).parents[2]).queries)


def values(triples: list[Triple], subject: str, term: str) -> list[str]:
    return [
        t.object.value for t in triples if t.subject.value == subject and t.predicate.value == term
    ]  # type: ignore[union-attr]


def languages(triples: list[Triple], subject: str, term: str) -> set[str | None]:
    return {
        t.object.language
        for t in triples
        if t.subject.value == subject
        and t.predicate.value == term
        and isinstance(t.object, Literal)  # type: ignore[union-attr]
    }


def test_says_what_the_endpoint_is_in_both_languages() -> None:
    limits = QueryLimits(10.0, 1_000_000_000, 1_000_000, 100_000_000)
    graphs = {BASE + "data/graph/p-0114": 7}
    found = service_description(BASE, BASE + "sparql", graphs, default_triples=6, limits=limits)
    service = BASE + "sparql"
    for term in (DCT + "title", DCT + "description", RDFS + "comment"):
        assert languages(found, service, term) == {"it", "en"}
    assert "10 s, 1000000 rows" in " ".join(values(found, service, RDFS + "comment"))
    assert values(found, service, SD + "endpoint") == [service]
    assert values(found, service, SD + "supportedLanguage") == [SD + "SPARQL11Query"]
    assert values(found, service, SD + "feature") == [SD + "UnionDefaultGraph"]
    formats = {each.rpartition("/")[2] for each in values(found, service, SD + "resultFormat")}
    assert formats == {
        "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
        "Turtle", "JSON-LD", "N-Triples", "RDF_XML",
    }  # fmt: skip
    dataset = values(found, service, SD + "defaultDataset")[0]
    assert values(found, dataset, RDFS + "seeAlso") == [BASE + "void#dataset"]
    default = values(found, dataset, SD + "defaultGraph")[0]
    void_triples = "http://rdfs.org/ns/void#triples"
    assert values(found, default, void_triples) == ["6"]
    named = values(found, dataset, SD + "namedGraph")[0]
    assert values(found, named, void_triples) == ["7"]
    assert values(found, named, SD + "name") == list(graphs)


def test_federation_is_told_only_if_it_is_there() -> None:
    allowed = service_description(BASE, BASE + "sparql", {}, service_allow=["http://x/"])
    assert SD + "BasicFederatedQuery" in values(allowed, BASE + "sparql", SD + "feature")


@cache
def described() -> list[Triple]:
    return [quad.triple for quad in query_quads(QUERIES.values(), BASE)]


def test_no_node_is_blank_and_each_is_below_its_query() -> None:
    for triple in described():
        assert not isinstance(triple.subject, BlankNode)
        assert not isinstance(triple.object, BlankNode)
        assert isinstance(triple.subject, NamedNode)
        assert triple.subject.value.partition("#")[0].removeprefix(BASE + "queries/") in QUERIES


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.name)
def test_each_query_is_an_executable_that_runs(query: QueryFile) -> None:
    found = query_description(query, BASE)
    node = f"{BASE}queries/{query.name}"
    kind, term = {"SELECT": ("Select", "select"), "CONSTRUCT": ("Construct", "construct")}[
        query.form
    ]
    types = values(found, node, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    assert types == [SH + "SPARQLExecutable", f"{SH}SPARQL{kind}Executable"]
    text = values(found, node, SH + term)[0]
    assert "#+" not in text
    assert LocalStore().query(text) is not None
    for each in (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        DCT + "description",
        RDFS + "comment",
    ):
        assert languages(found, node, each) == {"it", "en"}
    assert values(found, node, DCT + "identifier") == [query.competency]
    parameters = values(found, node, SH + "parameter")
    assert parameters == [f"{node}#parameter-{parameter.name}" for parameter in query.parameters]
    for parameter, iri in zip(query.parameters, parameters, strict=True):
        assert values(found, iri, SH + "path") == [f"{node}#{parameter.name}"]
        assert languages(found, iri, SH + "name") == {"it", "en"}
        assert values(found, iri, SH + "optional")[0] in ("true", "false")
        assert (
            len(values(found, iri, SH + ("nodeKind" if parameter.type == "iri" else "datatype")))
            == 1
        )
        assert f"?{parameter.name}" in text


def test_the_allowed_values_are_a_list() -> None:
    store = Store()
    store.extend(query_quads(QUERIES.values(), BASE))
    path = f"<{SH}in>/<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>*/<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>"
    node = f"<{BASE}queries/cluster-chain#parameter-lang>"
    rows = store.query(f"SELECT ?v {{ {node} {path} ?v }}", use_default_graph_as_union=True)
    assert [row[0].value for row in rows] == ["it", "en"]  # type: ignore[union-attr]


def test_the_text_is_the_query_without_its_header() -> None:
    query = QUERIES["cluster-chain"]
    assert query.text.endswith(executable_text(query))
