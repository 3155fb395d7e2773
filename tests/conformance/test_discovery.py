"""VoID and the site map say what is true of the release that is served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCTERMS, RDF, VOID
from starlette.testclient import TestClient

from ctl_kg.publish.query_graph import query_description
from ctl_kg.settings import Settings
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance

BASE = "https://w3id.org/ctl-kg/"
DATASET = rdflib.URIRef(BASE + "void#dataset")


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings(release_dir=release))) as found:
        yield found


def described(client: TestClient) -> rdflib.Graph:
    answer = client.get("/.well-known/void", headers={"accept": "text/turtle"})
    assert answer.headers["content-type"].startswith("text/turtle")
    return rdflib.Graph().parse(data=answer.text, format="turtle")


def test_counts_are_those_of_the_endpoint(client: TestClient) -> None:
    graph = described(client)
    for query, term in (
        ("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", VOID.triples),
        ("SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }", VOID.distinctSubjects),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE { ?s ?p ?o }", VOID.properties),
    ):
        rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
        assert int(rows[0]["n"]["value"]) == graph.value(DATASET, term).toPython()  # type: ignore[union-attr]


def test_partitions_name_every_class_with_its_number(client: TestClient) -> None:
    graph = described(client)
    sizes = {
        str(graph.value(part, VOID["class"])): int(graph.value(part, VOID.entities))  # type: ignore[arg-type]
        for part in graph.objects(DATASET, VOID.classPartition)
    }
    assert sizes[BASE + "onto/CTL/TechnologyCluster"] == 9
    assert sizes[BASE + "onto/CTL/PnrrComponent"] == 16


def test_dumps_examples_and_linksets_exist(client: TestClient) -> None:
    graph = described(client)
    addresses = [
        *graph.objects(DATASET, VOID.dataDump),
        *graph.objects(DATASET, VOID.exampleResource),
    ]
    assert len(addresses) == 9
    for address in addresses:
        assert client.get("/" + str(address).removeprefix(BASE)).status_code == 200
    assert graph.value(DATASET, DCTERMS.license) is not None
    linksets = list(graph.subjects(RDF.type, VOID.Linkset))
    assert len(linksets) > 10
    assert all(int(graph.value(each, VOID.triples)) > 0 for each in linksets)  # type: ignore[arg-type]


def test_the_stock_queries_are_in_the_graph_and_run(client: TestClient) -> None:
    text = f"""PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?query ?text WHERE {{ GRAPH <{BASE}data/graph/queries> {{ ?query sh:select ?text }} }}
ORDER BY ?query"""
    rows = client.get("/sparql", params={"query": text}).json()["results"]["bindings"]
    assert len(rows) > 40
    for row in rows[::8]:
        path = "/" + row["query"]["value"].removeprefix(BASE)
        wanted = client.get(path, headers={"accept": "text/csv"})
        found = client.get(
            "/sparql", params={"query": row["text"]["value"]}, headers={"accept": "text/csv"}
        )
        assert found.status_code == wanted.status_code == 200
        assert found.text == wanted.text


def test_a_query_is_described_as_its_file_has_it(client: TestClient, release: Path) -> None:
    """At its own address, and in the list of all."""
    everything = client.get("/queries", headers={"accept": "application/n-triples"}).content
    listed = set(ox.parse(everything, format=ox.RdfFormat.N_TRIPLES))
    for query in load_queries(release / "queries").values():
        wanted = {ox.Quad(*triple) for triple in query_description(query, BASE)}
        answer = client.get(f"/queries/{query.name}.nt", headers={"accept": "*/*"})
        own = {each for each in wanted if each.subject.value == f"{BASE}queries/{query.name}"}
        assert own <= set(ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES)), query.name
        assert wanted <= listed


def test_the_queries_graph_says_where_it_comes_from(client: TestClient) -> None:
    text = f"""PREFIX dct: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
ASK {{ GRAPH <{BASE}data/graph/provenance> {{
  <{BASE}data/graph/queries> dct:type ?kind ; prov:wasAttributedTo ?who }} }}"""
    assert client.get("/sparql", params={"query": text}).json()["boolean"] is True


def test_every_page_of_the_site_map_answers(client: TestClient) -> None:
    text = client.get("/sitemap.xml").text
    pages = re.findall(r"<loc>([^<]+)</loc>", text)
    assert len(pages) > 2000
    for page in pages[:: len(pages) // 40]:
        path = "/" + page.removeprefix(BASE)
        assert client.get(path, headers={"accept": "text/html"}).status_code == 200, page
    assert f"Sitemap: {BASE}sitemap.xml" in client.get("/robots.txt").text
