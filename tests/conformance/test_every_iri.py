"""Every IRI of the release answers in every media type, with one graph, after one hop at most.

Run here on some IRIs of each folder; ``EVERY_IRI=all`` in the environment takes them all.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
PROVENANCE = ox.NamedNode(BASE + "data/graph/provenance")
GRAPHS = {
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
DATASETS = ("application/trig", "application/n-quads")
PER_FOLDER = 2
# The file of the ontology is a distribution with an IRI of its own, and that address is the file.
FILES = {BASE + "onto/CTL.ttl"}


def all_iris(release: Path) -> set[str]:
    found: set[str] = set()
    for quad in ox.parse(path=str(release / "ctl-kg.nq"), format=ox.RdfFormat.N_QUADS):
        terms: list[object] = [quad.subject, quad.predicate, quad.object, quad.graph_name]
        if isinstance(quad.object, ox.Literal):
            terms.append(quad.object.datatype)
        found |= {t.value for t in terms if isinstance(t, ox.NamedNode)}
    return {iri for iri in found if iri.startswith(BASE) and iri != BASE} - FILES


def some_iris(release: Path) -> list[str]:
    """Return the first and the last IRIs of each folder, or all of them."""
    folders: dict[str, list[str]] = defaultdict(list)
    for iri in sorted(all_iris(release)):
        folders[iri.rpartition("/")[0]].append(iri)
    if os.environ.get("EVERY_IRI") == "all":
        return [iri for members in folders.values() for iri in members]
    # Passages have folders of their own for their positions: three of those are enough.
    chosen = [m for f, m in folders.items() if "/passage/" not in f or f.endswith("0")][:80]
    return [iri for members in chosen for iri in {*members[:PER_FOLDER], members[-1]}]


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings()), follow_redirects=False) as made:
        yield made


def dereferenced(client: TestClient, iri: str, accept: str) -> tuple[int, bytes]:
    """Return the status and the body after at most one hop."""
    path = "/" + iri.removeprefix(BASE).partition("#")[0]
    answer = client.get(path, headers={"accept": accept})
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/")
        answer = client.get(answer.headers["location"], headers={"accept": accept})
    if answer.status_code == 200:
        assert answer.headers["content-type"].startswith(accept), iri
        assert len(answer.headers["link"]) < 4_000
    return answer.status_code, answer.content


def test_iris_resolve_to_one_graph(client: TestClient, release: Path) -> None:
    iris = some_iris(release)
    assert len(iris) > 100
    failed = []
    for iri in iris:
        status, page = dereferenced(client, iri, "text/html")
        if status != 200 or iri.encode() not in page:
            failed.append((iri, "text/html", status))
        _, turtle = dereferenced(client, iri, "text/turtle")
        wanted = {quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
        assert wanted, iri
        for accept, kind in GRAPHS.items():
            status, body = dereferenced(client, iri, accept)
            quads = list(ox.parse(body, format=kind)) if status == 200 else []
            triples = {quad.triple for quad in quads}
            same = triples == wanted
            if accept in DATASETS:
                added = {q.graph_name for q in quads if q.triple not in wanted}
                same = wanted <= triples and added <= {PROVENANCE}
            if not same:
                failed.append((iri, accept, status))
    assert failed == []


def test_each_statement_says_where_it_comes_from(client: TestClient) -> None:
    body = client.get("/data/cluster/afil.nq").content
    quads = list(ox.parse(body, format=ox.RdfFormat.N_QUADS))
    about = {quad.subject for quad in quads}
    graphs = {quad.graph_name for quad in quads}
    assert len(graphs) > 10
    assert ox.DefaultGraph() not in graphs
    assert graphs <= about
    line = ox.NamedNode(BASE + "onto/CTL/startLine")
    passages = {q.object for q in quads if q.predicate.value.endswith("wasDerivedFrom")}
    numbered = {q.subject for q in quads if q.predicate == line}
    assert {p for p in passages if "/passage/" in str(p)} <= numbered


def test_fragments_lead_to_the_document_that_describes_them(client: TestClient) -> None:
    for path, iri in (("/void", "void#dataset"), ("/sparql", "sparql#default-graph")):
        answer = client.get(path, headers={"accept": "application/n-triples"})
        if answer.status_code == 303:
            answer = client.get(answer.headers["location"])
        assert f"<{BASE}{iri}>" in answer.text
