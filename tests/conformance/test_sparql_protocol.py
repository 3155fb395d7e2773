"""The W3C suites for the SPARQL 1.1 Protocol, Service Description and Graph Store Protocol.

Every case of the three suites is one test with the identifier of the suite. Each runs against
a real server process; ``CTL_KG_TEST_REPORTS=FOLDER`` writes a table with the outcomes.

Source: https://w3c.github.io/rdf-tests/sparql/sparql11/ (protocol: 34 cases,
service-description: 3, http-rdf-update: 19).
"""

from __future__ import annotations

import io
import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
from protocol_cases import BAD_QUERIES, BOOLEAN_TYPES, CASES, QUERIES, THREE, UPDATES, Case, Pairs
from server import BASE, JSON_RESULTS, Report, Server

pytestmark = pytest.mark.conformance
REPORT = Report("w3c-protocol")
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


def send(
    server: Server, case: Case, accept: str | None = None, graphs: Pairs | None = None
) -> httpx.Response:
    parameters = case.parameters
    if graphs is not None:
        parameters = (*graphs, *(pair for pair in parameters if pair[0] == "query"))
    headers = {} if case.content_type is None else {"content-type": case.content_type}
    if accept is not None:
        headers["accept"] = accept
    body = urlencode(case.fields).encode() if case.fields else case.body
    request = httpx.Request(
        case.method,
        server.origin + "/sparql" + ("?" + urlencode(parameters) if parameters else ""),
        headers=headers,
        content=body or None,
    )
    return server.client.send(request)


def media_type(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


def boolean(answer: httpx.Response) -> bool:
    assert answer.status_code == 200, answer.text
    if media_type(answer) == JSON_RESULTS:
        return bool(answer.json()["boolean"])
    assert media_type(answer) == "application/sparql-results+xml"
    found = ElementTree.fromstring(answer.text).find("{*}boolean")
    assert found is not None
    return found.text == "true"


@pytest.mark.parametrize("accept", [None, *BOOLEAN_TYPES])
@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.name) for c in QUERIES if isinstance(c.expected, bool)]
)
def test_protocol_answer(server: Server, case: Case, accept: str | None) -> None:
    answer = send(server, case, accept)
    assert boolean(answer) is case.expected
    if accept is not None:
        assert media_type(answer) == accept
    if case.control is not None:
        assert boolean(send(server, case, accept, case.control)) is not case.expected
    REPORT.row(case.name, accept or "no Accept", answer.status_code, str(case.expected).lower())


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.name) for c in QUERIES if isinstance(c.expected, tuple)]
)
def test_protocol_media_type(server: Server, case: Case) -> None:
    answer = send(server, case)
    assert answer.status_code == 200, answer.text
    assert media_type(answer) in case.expected  # type: ignore[operator]
    if media_type(answer) in FORMATS:
        found = list(ox.parse(answer.content, format=FORMATS[media_type(answer)]))
        assert len(found) == (1 if case.name == "query_content_type_construct" else 0)
    REPORT.row(case.name, "no Accept", answer.status_code, media_type(answer))


def test_the_rows_of_the_full_dataset(server: Server) -> None:
    """``query_dataset_full``: ?x is of the default graph, ?s of one of the two named ones."""
    case = next(case for case in QUERIES if case.name == "query_dataset_full")
    rows = send(server, case, JSON_RESULTS).json()["results"]["bindings"]
    assert {row["g"]["value"] for row in rows} == {
        BASE + "data/graph/p-0114", BASE + "data/graph/p-0164"
    }  # fmt: skip
    subjects = server.select(f"SELECT DISTINCT ?s FROM <{THREE}> {{ ?s a ?type }}")
    assert {row["x"]["value"] for row in rows} == {row["s"] for row in subjects}


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in BAD_QUERIES])
def test_protocol_refuses_bad_queries(server: Server, case: Case) -> None:
    answer = send(server, case)
    assert 400 <= answer.status_code < 500
    assert answer.text.strip()
    if case.method == "PUT":
        assert answer.status_code == 405
        assert {"GET", "POST"} <= {each.strip() for each in answer.headers["allow"].split(",")}
    REPORT.row(case.name, case.method, answer.status_code, answer.text)


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in UPDATES])
def test_protocol_refuses_updates(server: Server, case: Case) -> None:
    """A read-only endpoint may refuse every update (SPARQL 1.1 Protocol §2.2): it says so."""
    before = server.select(COUNT)
    answer = send(server, case)
    assert 400 <= answer.status_code < 500
    assert answer.text.strip()
    assert server.select(COUNT) == before
    written = "ASK { GRAPH ?g { ?s ?p ?o } FILTER (STRSTARTS(STR(?s), 'urn:x:')) }"
    assert boolean(server.client.get("/sparql", params={"query": written})) is False
    REPORT.row(case.name, case.method, answer.status_code, answer.text)


def test_every_case_of_the_suite_is_here() -> None:
    assert len(CASES) == len({case.name for case in CASES}) == 34


# ------------------------------------------------------------- Service Description

SD = "http://www.w3.org/ns/sparql-service-description#"
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def description(server: Server, accept: str | None = None) -> ox.Dataset:
    answer = server.client.get("/sparql", headers={"accept": accept} if accept else {})
    assert answer.status_code == 200
    assert accept is None or media_type(answer) == accept
    return ox.Dataset(ox.parse(io.BytesIO(answer.content), format=FORMATS[media_type(answer)],
                               base_iri=server.origin + "/sparql"))  # fmt: skip


def services(data: ox.Dataset) -> list[ox.NamedNode]:
    return [quad.subject for quad in data.quads_for_object(ox.NamedNode(SD + "Service"))
            if quad.predicate == RDF_TYPE]  # type: ignore[misc]  # fmt: skip


@pytest.mark.parametrize("accept", [None, *FORMATS])
def test_service_description_returns_rdf(server: Server, accept: str | None) -> None:
    """``returns-rdf``: a GET on the endpoint, with no query, answers RDF."""
    assert len(description(server, accept)) > 10
    REPORT.row("returns-rdf", accept or "no Accept", 200)


def test_service_description_has_endpoint_triple(server: Server) -> None:
    """``has-endpoint-triple``: the service has the endpoint that was asked.

    The endpoint's public address is the base of the data, wherever the server runs: a test with
    a release whose base is the server's own address is in ``test_clients``.
    """
    data = description(server)
    (service,) = services(data)
    endpoints = [q.object.value for q in data.quads_for_subject(service)
                 if q.predicate.value == SD + "endpoint"]  # type: ignore[union-attr]  # fmt: skip
    assert endpoints == [BASE + "sparql"]
    REPORT.row("has-endpoint-triple", endpoints[0], 200)


def test_service_description_conforms_to_schema(server: Server) -> None:
    """``conforms-to-schema``: only terms of the vocabulary, each with a value of its range.

    Source: SPARQL 1.1 Service Description §3 (classes, instances and properties).
    """
    data = description(server)
    ranges = {
        "defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph",
        "graph": "Graph",
    }  # fmt: skip
    plain = {
        "endpoint",
        "feature",
        "resultFormat",
        "supportedLanguage",
        "name",
        "extensionFunction",
    }
    individuals = {
        "feature": {"UnionDefaultGraph", "EmptyGraphs"}, "supportedLanguage": {"SPARQL11Query"},
    }  # fmt: skip
    used = [quad for quad in data if quad.predicate.value.startswith(SD)]
    for quad in used:
        name = quad.predicate.value.removeprefix(SD)
        assert name in ranges.keys() | plain, f"sd:{name} is no term for a read-only service"
        assert isinstance(quad.object, ox.NamedNode)
        if name in ranges:
            kinds = {each.object for each in data.quads_for_subject(quad.object)
                     if each.predicate == RDF_TYPE}  # fmt: skip
            assert ox.NamedNode(SD + ranges[name]) in kinds
        if name in individuals:
            assert quad.object.value.removeprefix(SD) in individuals[name]
    formats = {quad.object.value.rpartition("/")[2] for quad in used
               if quad.predicate.value == SD + "resultFormat"}  # type: ignore[union-attr]  # fmt: skip
    assert formats == {
        "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
        "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
    }  # fmt: skip
    REPORT.row("conforms-to-schema", f"{len(used)} statements", 200)


def test_the_described_graphs_are_those_of_the_endpoint(server: Server) -> None:
    data = description(server)
    names = {quad.object.value for quad in data if quad.predicate.value == SD + "name"}  # type: ignore[union-attr]
    rows = server.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert names == {row["g"] for row in rows}


# ------------------------------------------------------------- Graph Store HTTP Protocol

EXISTING, NEW = "/data/graph/p-0114", "/data/graph/never-written"
TURTLE_BODY = b"<urn:x:s> <urn:x:p> 'x' ."
STORE_WRITES = [
    ("put__initial_state", "PUT", NEW),
    ("put__graph_already_in_store", "PUT", EXISTING),
    ("put__default_graph", "PUT", "/sparql?default"),
    ("put__mismatched_payload", "PUT", "/sparql?graph=urn:x:g"),
    ("delete__existing_graph", "DELETE", EXISTING),
    ("delete__nonexistent_graph", "DELETE", NEW),
    ("post__existing_graph", "POST", EXISTING),
    ("post__multipart_formdata", "POST", EXISTING),
    ("post__create__new_graph", "POST", "/sparql?graph=urn:x:g"),
]
STORE_READS = [
    ("get_of_put__initial_state", "GET", NEW, 404),
    ("get_of_put__graph_already_in_store", "GET", EXISTING, 200),
    ("get_of_put__default_graph", "GET", "/sparql", 200),
    ("get_of_delete__existing_graph", "GET", EXISTING, 200),
    ("get_of_post__existing_graph", "GET", EXISTING, 200),
    ("get_of_post__multipart_formdata", "GET", EXISTING, 200),
    ("get_of_post__create__new_graph", "GET", NEW, 404),
    ("get_of_post__after_noop", "GET", EXISTING, 200),
    ("head_on_an_existing_graph", "HEAD", EXISTING, 200),
    ("head_on_a_nonexisting_graph", "HEAD", NEW, 404),
]


@pytest.mark.parametrize(("name", "method", "target"), STORE_WRITES)
def test_graph_store_refuses_to_write(server: Server, name: str, method: str, target: str) -> None:
    """No graph is written or deleted, whatever the method (Graph Store Protocol §5.1: 405)."""
    before = server.select(COUNT)
    kind, body = "text/turtle", TURTLE_BODY
    if name == "post__multipart_formdata":
        kind = "multipart/form-data; boundary=xyz"
        part = b'Content-Disposition: form-data; name="a.ttl"; filename="a.ttl"\r\n'
        body = (
            b"--xyz\r\n" + part + b"Content-Type: text/turtle\r\n\r\n" + body + b"\r\n--xyz--\r\n"
        )
    if name == "put__mismatched_payload":
        kind = "application/rdf+xml"
    answer = server.client.request(method, target, content=body, headers={"content-type": kind})
    expected = {404, 405} if target == NEW else {405, 415} if method == "POST" else {405}
    assert answer.status_code in expected
    assert answer.text.strip()
    if answer.status_code == 405:
        assert "GET" in answer.headers["allow"]
        assert method not in answer.headers["allow"].replace(" ", "").split(",") or (
            target.startswith("/sparql")
        )
    assert server.select(COUNT) == before
    REPORT.row(name, method, answer.status_code, answer.text)


@pytest.mark.parametrize(("name", "method", "target", "status"), STORE_READS)
def test_graph_store_reads(
    server: Server, name: str, method: str, target: str, status: int
) -> None:
    """What the writes above left is what there was."""
    headers = {"accept": "text/turtle"}
    answer = server.client.request(method, target, headers=headers, follow_redirects=True)
    assert answer.status_code == status
    assert len(answer.history) <= 1
    if status == 200:
        assert answer.headers["content-type"].partition(";")[0] == "text/turtle"
    if method == "HEAD":
        assert answer.content == b""
    elif status == 200:
        assert TURTLE_BODY not in answer.content
        assert len(list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))) > 2
    else:
        assert json.loads(answer.content)["status"] == status
    REPORT.row(name, method, answer.status_code)


def test_every_case_of_the_graph_store_suite_is_here() -> None:
    names = [case[0] for case in STORE_WRITES] + [case[0] for case in STORE_READS]
    assert len(names) == len(set(names)) == 19
