"""Programs that people use, against a real server process: each gets what it can read.

Two servers run: one with the small release at its public base, another whose base is its own
address, so that links in the data lead back to it. Programs that are not installed are left out
with a message; ``CTL_KG_TEST_REPORTS=FOLDER`` writes the table of Accept headers.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from accept_headers import SENDERS, Sender
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from server import BASE, MINI, Report, Server, serve_at_home
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, SPARQLWrapper

from SPARQLWrapper import TSV, TURTLE, URLENCODED, XML  # isort: skip

pytestmark = pytest.mark.conformance
REPORT = Report("accept-headers")
AFIL = BASE + "data/cluster/afil"
SKOS = "http://www.w3.org/2004/02/skos/core#"
NAMES = (
    f"SELECT ?s ?name {{ ?s a <{BASE}onto/CTL/TechnologyCluster> ; <{SKOS}prefLabel> ?name }}"
    " ORDER BY ?s ?name"
)
GRAPH = f"CONSTRUCT WHERE {{ <{AFIL}> ?p ?o }}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server at the base of its own data."""
    with serve_at_home(tmp_path_factory.mktemp("home") / "release") as running:
        yield running


@pytest.fixture(scope="module")
def truth() -> ox.Store:
    """Return the small release, its graphs merged."""
    store = ox.Store()
    for quad in ox.parse(path=MINI / "ctl-kg.nq", format=ox.RdfFormat.N_QUADS):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


# ------------------------------------------------------------- SPARQLWrapper


def wrapper(server: Server, query: str, wish: str, method: str = GET) -> SPARQLWrapper:
    client = SPARQLWrapper(server.origin + "/sparql")
    client.setQuery(query)
    client.setReturnFormat(wish)
    client.setMethod(POST if method == POSTDIRECTLY else method)
    client.setRequestMethod(POSTDIRECTLY if method == POSTDIRECTLY else URLENCODED)
    return client


@pytest.mark.parametrize("method", [GET, POST, POSTDIRECTLY])
@pytest.mark.parametrize("wish", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_rows(server: Server, wish: str, method: str) -> None:
    found = wrapper(server, NAMES, wish, method).queryAndConvert()
    if wish == JSON:
        values = [row["name"]["value"] for row in found["results"]["bindings"]]
    elif wish == XML:
        values = [node.firstChild.data for node in found.getElementsByTagName("literal")]
    else:
        lines = found.decode().splitlines()[1:]
        values = [line.replace("\t", ",").rpartition(",")[2] for line in lines]
        values = [value.partition("@")[0].strip('"') for value in values]
    assert values == ["Fabbrica Intelligente", "Smart Factory", "Aerospace", "Aerospazio"]


@pytest.mark.parametrize("method", [GET, POST, POSTDIRECTLY])
@pytest.mark.parametrize("wish", [RDFXML, N3, TURTLE, JSONLD, XML])
@pytest.mark.parametrize("query", [GRAPH, GRAPH.replace("CONSTRUCT WHERE", "CONSTRUCT")])
def test_sparqlwrapper_reads_graphs(
    server: Server, truth: ox.Store, query: str, wish: str, method: str
) -> None:
    if not query.startswith("CONSTRUCT WHERE"):
        query = f"DESCRIBE <{AFIL}>"
    found = wrapper(server, query, wish, method).queryAndConvert()
    if not isinstance(found, rdflib.Graph):
        found = rdflib.Graph().parse(data=found, format="turtle")
    expected = list(truth.quads_for_pattern(ox.NamedNode(AFIL), None, None))
    assert len(found) >= len(expected) == 9
    for quad in expected:
        assert str(quad.object.value) in {str(o) for o in found.objects(rdflib.URIRef(AFIL))}


@pytest.mark.parametrize("wish", [JSON, XML])
def test_sparqlwrapper_reads_booleans_and_graph_names(server: Server, wish: str) -> None:
    client = wrapper(server, f"ASK {{ <{BASE}data/network/vanguard> ?p ?o }}", wish)
    found = client.queryAndConvert()
    value = found["boolean"] if wish == JSON else "true" in found.toxml()
    assert value is True
    client.addDefaultGraph(BASE + "data/graph/p-0114")
    found = client.queryAndConvert()
    value = found["boolean"] if wish == JSON else "true" in found.toxml()
    assert value is False


# ------------------------------------------------------------- rdflib


@pytest.mark.parametrize("returned", ["xml", "json"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store(server: Server, method: str, returned: str) -> None:
    store = SPARQLStore(server.origin + "/sparql", method=method, returnFormat=returned)
    graph = rdflib.Graph(store)
    labels = set(graph.objects(rdflib.URIRef(AFIL), rdflib.URIRef(SKOS + "prefLabel")))
    assert labels == {rdflib.Literal("Fabbrica Intelligente", lang="it"),
                      rdflib.Literal("Smart Factory", lang="en")}  # fmt: skip
    rows = list(graph.query(NAMES))
    assert len(rows) == 4
    assert graph.query(f"ASK {{ <{AFIL}> ?p ?o }}").askAnswer is True
    if returned == "xml":  # rdflib asks for a graph in RDF/XML only then
        assert len(graph.query(GRAPH).graph) == 9  # type: ignore[arg-type]
    assert len(graph) == int(server.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"])
    one = rdflib.Graph(store, identifier=rdflib.URIRef(BASE + "data/graph/p-0164"))
    assert len(list(one.triples((rdflib.URIRef(AFIL), None, None)))) == 1


def test_rdflib_service(server: Server) -> None:
    for more in ("", "# " + "x" * 3000):
        query = f"SELECT ?s ?name {{ SERVICE <{server.origin}/sparql> {{ {NAMES} \n{more}\n }} }}"
        found = sorted(str(row[1]) for row in rdflib.Graph().query(query))  # type: ignore[index]
        assert found == ["Aerospace", "Aerospazio", "Fabbrica Intelligente", "Smart Factory"]


@pytest.mark.parametrize("form", [None, "turtle", "xml", "nt", "json-ld", "n3"])
def test_rdflib_parses_things(home: Server, form: str | None) -> None:
    """The address of a thing, of a graph, of the ontology and of the endpoint are read."""
    for path in ("data/cluster/afil", "onto/CTL/TechnologyCluster", "data/graph/p-0114"):
        iri = rdflib.URIRef(f"{home.origin}/{path}")
        graph = rdflib.Graph().parse(iri, format=form)
        assert (iri, rdflib.RDF.type, None) in graph
    assert len(rdflib.Graph().parse(home.origin + "/sparql", format=form)) > 5


def test_rdflib_parses_quads(home: Server) -> None:
    thing = rdflib.URIRef(home.origin + "/data/cluster/afil")
    for address, form in ((thing, "trig"), (thing + ".trig", "trig"), (thing + ".nq", "nquads")):
        data = rdflib.Dataset(default_union=True)
        data.parse(address, format=form)
        graphs = {str(each.identifier) for each in data.graphs() if (thing, None, None) in each}
        assert any(name.startswith(home.origin + "/data/graph/p-") for name in graphs)


# ------------------------------------------------------------- pyoxigraph, pandas


@pytest.mark.parametrize("padding", ["", "# " + "x" * 20_000])
def test_pyoxigraph_service(server: Server, padding: str) -> None:
    query = f"SELECT ?s ?name {{ SERVICE <{server.origin}/sparql> {{ {NAMES} {padding}\n }} }}"
    found = ox.Store().query(query)
    assert sorted(row["name"].value for row in found) == [  # type: ignore[union-attr,index]
        "Aerospace", "Aerospazio", "Fabbrica Intelligente", "Smart Factory",
    ]  # fmt: skip


def test_pandas_reads_csv(server: Server) -> None:
    pandas = pytest.importorskip("pandas", exc_type=ImportError)
    import httpx

    url = httpx.URL(server.origin + "/sparql", params={"query": NAMES, "format": "csv"})
    frame = pandas.read_csv(str(url))
    assert list(frame.columns) == ["s", "name"]
    assert frame["name"].tolist()[0] == "Fabbrica Intelligente"
    frame = pandas.read_csv(server.origin + "/queries/clusters-by-network.csv")
    assert len(frame) == 2


# ------------------------------------------------------------- Accept headers


def type_of(server: Server, path: str, accept: str | None) -> str:
    request = server.client.build_request("GET", path)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    answer = server.client.send(request, follow_redirects=True)
    assert answer.status_code == 200, (path, accept, answer.text[:200])
    assert len(answer.history) <= 2
    assert all("accept" in each.headers["vary"].lower() for each in answer.history)
    assert answer.content
    kind = str(answer.headers["content-type"]).partition(";")[0]
    _parse(kind, answer.content)
    return kind


def _parse(kind: str, body: bytes) -> None:
    """Read a body as what its label says."""
    if kind == "text/html":
        assert body.lstrip()[:9].lower() == b"<!doctype"
    elif "sparql-results" in kind:
        form = ox.QueryResultsFormat.from_media_type(kind)
        assert list(ox.parse_query_results(io.BytesIO(body), format=form))  # type: ignore[arg-type]
    elif kind in ("text/csv", "text/tab-separated-values"):
        assert body.count(b"\n") > 3
    else:
        found = ox.RdfFormat.from_media_type(kind)
        assert len(list(ox.parse(body, format=found))) > 3


@pytest.mark.parametrize("sender", [pytest.param(each, id=each.name) for each in SENDERS])
def test_accept_headers_of_real_programs(server: Server, sender: Sender) -> None:
    rows = "/sparql?" + str(
        server.client.build_request("GET", "", params={"query": NAMES}).url.query.decode()
    )
    graph = "/sparql?" + str(
        server.client.build_request("GET", "", params={"query": GRAPH}).url.query.decode()
    )
    found = []
    for path, expected in (
        ("/data/cluster/afil", sender.thing), (rows, sender.rows), (graph, sender.graph)
    ):  # fmt: skip
        kind = None if expected is None else type_of(server, path, sender.accept)
        assert kind == expected
        found.append(kind or "-")
    REPORT.row(sender.name, *found, sender.accept)


def test_there_are_forty_accept_headers() -> None:
    assert len({each.accept for each in SENDERS}) >= 40
    assert len({each.name for each in SENDERS}) == len(SENDERS)


# ------------------------------------------------------------- curl


@pytest.fixture(scope="module")
def curl() -> str:
    found = shutil.which("curl")
    if found is None:
        pytest.skip("curl is not installed")
    return found


def run(*command: str, text: bytes = b"") -> bytes:
    done = subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.engine
def test_curl_follows_things_to_documents(home: Server, curl: str) -> None:
    thing = home.origin + "/data/cluster/afil"
    for accept, form in (
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/n-quads", ox.RdfFormat.N_QUADS),
        ("application/trig", ox.RdfFormat.TRIG),
    ):
        for options in (
            ("-sL",),
            ("-sL", "--compressed"),
            ("-sL", "--http1.0"),
            ("-sL", "--http2"),
        ):
            body = run(curl, *options, "-H", f"Accept: {accept}", thing)
            subjects = {quad.subject for quad in ox.parse(body, format=form, base_iri=thing)}
            assert ox.NamedNode(thing) in subjects
    seen = run(curl, "-sL", "-o", "/dev/null", "-w", "%{num_redirects} %{http_code}", thing)
    assert seen == b"1 200"


@pytest.mark.engine
def test_curl_asks_the_endpoint(server: Server, curl: str) -> None:
    address = server.origin + "/sparql"
    accept = ("-H", "Accept: text/csv")
    expected = run(curl, "-sG", *accept, "--data-urlencode", f"query={NAMES}", address)
    assert expected.count(b"\r\n") == 5
    form = run(curl, "-s", *accept, "--data-urlencode", f"query={NAMES}", address)
    kind = ("-H", "Content-Type: application/sparql-query")
    direct = run(curl, "-s", *accept, *kind, "--data-binary", "@-", address, text=NAMES.encode())
    assert expected == form == direct
    head = run(curl, "-sI", *accept, f"{address}?query=ASK%20%7B%7D&format=json")
    assert head.startswith(b"HTTP/1.1 200")


@pytest.mark.engine
def test_curl_keeps_a_copy(server: Server, curl: str, tmp_path: Path) -> None:
    """``--etag-save`` and ``--etag-compare``, ``-z``: the second answer is empty."""
    address, tag, copy = server.origin + "/data/cluster/afil.ttl", tmp_path / "t", tmp_path / "c"
    run(curl, "-s", "--etag-save", str(tag), "-o", str(copy), address)
    assert copy.stat().st_size > 100
    status = ("-o", str(tmp_path / "x"), "-w", "%{http_code}")
    assert run(curl, "-s", "--etag-compare", str(tag), *status, address) == b"304"
    assert run(curl, "-s", "-z", "1 Jun 2022", *status, address) == b"304"
