"""VoID and the site map say what is true of the release that is served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import DCTERMS, RDF, VOID
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
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


def test_every_page_of_the_site_map_answers(client: TestClient) -> None:
    text = client.get("/sitemap.xml").text
    pages = re.findall(r"<loc>([^<]+)</loc>", text)
    assert len(pages) > 2000
    for page in pages[:: len(pages) // 40]:
        path = "/" + page.removeprefix(BASE)
        assert client.get(path, headers={"accept": "text/html"}).status_code == 200, page
    assert f"Sitemap: {BASE}sitemap.xml" in client.get("/robots.txt").text
