"""A real server process, asked by real clients."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql.remote import RemoteStore
from ctl_kg.sparql.store import Solutions, open_release_store

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
NAMES = (
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
    "SELECT ?s ?name WHERE { ?s a <https://w3id.org/ctl-kg/onto/CTL/TechnologyCluster> ;"
    " skos:prefLabel ?name } ORDER BY ?s ?name"
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "from ctl_kg.cli import main; main()"
    server = subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--release", str(MINI), "--port", str(port)],
        stderr=subprocess.PIPE,
    )
    found = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            with urllib.request.urlopen(found + "/healthz", timeout=1):
                break
        except OSError:
            time.sleep(0.1)
    yield found
    server.terminate()
    server.wait(10)
    if server.stderr is not None:
        server.stderr.close()


@pytest.mark.parametrize(
    ("wish", "method"), [(JSON, "GET"), (XML, "GET"), (CSV, "GET"), (JSON, POST)]
)
def test_sparqlwrapper_select(address: str, wish: str, method: str) -> None:
    client = SPARQLWrapper(address + "/sparql")
    client.setQuery(NAMES)
    client.setReturnFormat(wish)
    client.setMethod(method)
    found = client.query().convert()
    if wish == JSON:
        assert found["results"]["bindings"][0]["name"]["value"] == "Fabbrica Intelligente"
    else:
        text = found if isinstance(found, bytes) else found.toxml().encode()
        assert b"Aerospace" in text


def test_sparqlwrapper_construct(address: str) -> None:
    client = SPARQLWrapper(address + "/sparql")
    client.setQuery(f"DESCRIBE <{BASE}data/cluster/lac>")
    client.setReturnFormat(TURTLE)
    graph = rdflib.Graph().parse(data=client.query().convert(), format="turtle")
    assert len(graph) == 4


def test_both_stores_give_the_same_answers(address: str) -> None:
    remote, local = RemoteStore(address + "/sparql"), open_release_store(MINI)
    for text in (NAMES, "ASK { ?s ?p ?o }", NAMES + " #" + "x" * 3000):
        assert remote.query(text) == local.query(text)
    construct = f"CONSTRUCT WHERE {{ <{BASE}data/cluster/afil> ?p ?o }}"
    both = [store.query(construct) for store in (remote, local)]
    assert all(isinstance(each, list) for each in both)
    assert set(both[0]) == set(both[1])  # type: ignore[arg-type]
    graph = BASE + "data/graph/p-0164"
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert remote.query(count, default_graphs=[graph]) == local.query(count, default_graphs=[graph])
    with pytest.raises(QuerySyntaxError):
        remote.query("SELECT ?s { ?s ?p ")


def test_rdflib_reads_a_resource(address: str) -> None:
    graph = rdflib.Graph().parse(address + "/data/cluster/afil")
    assert (rdflib.URIRef(BASE + "data/cluster/afil"), None, None) in graph


def test_pyoxigraph_federates_with_it(address: str) -> None:
    query = (
        f"SELECT ?n {{ SERVICE <{address}/sparql> {{ SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} }} }}"
    )
    found = ox.Store().query(query)
    assert isinstance(found, ox.QuerySolutions)
    expected = open_release_store(MINI).query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert isinstance(expected, Solutions)
    assert [tuple(row) for row in found] == expected.rows


def test_a_head_request_has_no_body(address: str) -> None:
    request = urllib.request.Request(address + "/data/cluster/afil.ttl", method="HEAD")
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b""
        assert answer.headers["etag"]
