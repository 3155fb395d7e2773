"""SPARQL 1.1 Protocol and the stock queries over HTTP."""

import csv
import io
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/ctl-kg/onto/CTL/TechnologyCluster> }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
COSTLY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    settings = Settings(query_timeout_s=1.0, max_body_bytes=300_000)
    with TestClient(create_app(MINI, settings)) as made:
        yield made


@pytest.fixture(scope="module")
def patient() -> Iterator[TestClient]:
    """A server that lets a query take its time: the machine may be at other work."""
    with TestClient(create_app(MINI, Settings(query_timeout_s=60.0))) as made:
        yield made


def _number(body: bytes) -> str:
    found = ox.parse_query_results(io.BytesIO(body), format=ox.QueryResultsFormat.JSON)
    return str(next(iter(found))[0].value)  # type: ignore[arg-type,index,union-attr]


@pytest.mark.parametrize(
    "kind", [FORM, DIRECT, DIRECT + "; charset=UTF-8", 'Application/SPARQL-Query; Charset="utf-8"']
)
def test_the_three_ways_of_the_protocol(client: TestClient, kind: str) -> None:
    assert _number(client.get("/sparql", params={"query": COUNT}).content) == "2"
    if kind == FORM:
        answer = client.post("/sparql", data={"query": COUNT})
    else:
        answer = client.post("/sparql", content=COUNT, headers={"content-type": kind})
    assert answer.status_code == 200
    assert _number(answer.content) == "2"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=0.1, text/*;q=0.5", "text/tab-separated-values; charset=utf-8"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_select_formats(client: TestClient, accept: str, content_type: str) -> None:
    answer = client.get("/sparql", params={"query": COUNT}, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("form", ["ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_impossible_types_get_406(client: TestClient, form: str) -> None:
    answer = client.get("/sparql", params={"query": form}, headers={"accept": "text/csv"})
    assert answer.status_code == 406
    assert answer.json()["offers"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", ox.RdfFormat.TURTLE),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
def test_graph_formats(client: TestClient, accept: str, kind: ox.RdfFormat) -> None:
    query = f"DESCRIBE <{BASE}data/cluster/lac>"
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert len(list(ox.parse(answer.content, format=kind))) == 4


def test_datasets_of_the_request_win(client: TestClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <x:none> { ?s ?p ?o }"
    assert _number(client.get("/sparql", params={"query": query}).content) == "0"
    chosen = {"query": query, "default-graph-uri": BASE + "data/graph/p-0114"}
    assert int(_number(client.get("/sparql", params=chosen).content)) > 5
    unknown = {"query": COUNT, "default-graph-uri": "http://127.0.0.1:1/never-fetched"}
    assert _number(client.post("/sparql", data=unknown).content) == "0"
    invalid = {"query": COUNT, "default-graph-uri": "not an iri"}
    assert client.get("/sparql", params=invalid).status_code == 400
    named = {
        "query": "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "named-graph-uri": [BASE + "data/graph/p-0114", BASE + "data/graph/p-0164"],
    }
    assert _number(client.get("/sparql", params=named).content) == "2"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"params": {"query": [COUNT, COUNT]}}, 400),
        ({"params": {"update": "CLEAR ALL"}}, 400),
        ({"params": {"query": "INSERT DATA { <a:a> <a:b> <a:c> }"}}, 400),
        ({"params": {"query": "SELECT ?s { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}}, 400),
        ({"params": {"query": ""}}, 400),
    ],
)
def test_refused_on_get(client: TestClient, arguments: dict[str, object], status: int) -> None:
    answer = client.get("/sparql", **arguments)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (COUNT, {"content-type": "text/plain"}, 415),
        (COUNT, {}, 415),
        ("a", {"content-type": "multipart/form-data; boundary=x"}, 415),
        (COUNT, {"content-type": DIRECT + "; charset=iso-8859-1"}, 415),
        (COUNT, {"content-type": DIRECT, "content-encoding": "gzip"}, 415),
        ("CLEAR ALL", {"content-type": "application/sparql-update"}, 400),
        ("update=CLEAR+ALL", {"content-type": FORM}, 400),
        ("x=1", {"content-type": FORM}, 400),
        (b"ASK { ?s ?p '\xff' }", {"content-type": DIRECT}, 400),
        ("#" * 400_000, {"content-type": DIRECT}, 413),
    ],
)
def test_refused_on_post(
    client: TestClient, content: str | bytes, headers: dict[str, str], status: int
) -> None:
    assert client.post("/sparql", content=content, headers=headers).status_code == status


def test_errors_say_what_and_where(client: TestClient) -> None:
    found = client.get("/sparql", params={"query": "ASK {\n ?s skos:prefLabel ?o }"}).json()
    assert found["line"] == 2
    assert "skos" in found["detail"]
    assert "PREFIX skos:" in found["hint"]
    page = client.get(
        "/sparql", params={"query": "ASK {\n ?s skos:prefLabel ?o }"}, headers={"accept": BROWSER}
    )
    assert page.status_code == 400
    assert "PREFIX skos:" in page.text


def test_methods_and_head(client: TestClient) -> None:
    assert client.put("/sparql").status_code == 405
    head = client.head("/sparql", params={"query": COUNT})
    assert (head.status_code, head.content) == (200, b"")


def test_service_description(client: TestClient) -> None:
    answer = client.get("/sparql")
    assert answer.headers["content-type"].startswith("text/turtle")
    text = answer.text
    for expected in ("sd:SPARQL11Query", "sd:UnionDefaultGraph", "SPARQL_Results_CSV"):
        assert expected in text
    assert "Update" not in text
    for kind in ("application/ld+json", "application/rdf+xml", "application/n-triples"):
        assert client.get("/sparql", headers={"accept": kind}).status_code == 200
    page = client.get("/sparql", headers={"accept": BROWSER})
    assert "<textarea" in page.text


def test_long_queries(client: TestClient) -> None:
    long = COUNT + " #" + "x" * 200_000
    answer = client.post("/sparql", content=long, headers={"content-type": DIRECT})
    assert _number(answer.content) == "2"
    assert (
        _number(client.get("/sparql", params={"query": COUNT + " #" + "y" * 6000}).content) == "2"
    )


def test_values_survive_every_coding(client: TestClient) -> None:
    value = 'a+b%20c & d=é ☃ 😀 \\\\ \\"'
    query = f'SELECT ("{value}" AS ?x) {{}}'
    expected = 'a+b%20c & d=é ☃ 😀 \\ "'
    for answer in (
        client.get("/sparql", params={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", content=query.encode(), headers={"content-type": DIRECT}),
    ):
        assert _number(answer.content) == expected


def test_csv_and_xml_are_exact(client: TestClient) -> None:
    query = f"SELECT ?o {{ <{BASE}data/claim/hostile> ?p ?o }} ORDER BY ?o"
    body = client.get("/sparql", params={"query": query}, headers={"accept": "text/csv"}).text
    cells = [row[0] for row in csv.reader(io.StringIO(body, newline=""))]
    assert "https://example.org/a,b" in cells
    assert 'a\x01b\r\nc "quoted", \ttab & <b>' in cells
    refused = client.get("/sparql", params={"query": query, "format": "xml"})
    assert refused.status_code == 406
    fine = 'SELECT ("a\\r\\n<b>" AS ?x) {}'
    xml = client.get("/sparql", params={"query": fine, "format": "xml"}).content
    texts = [
        node.text for node in ElementTree.fromstring(xml).iter() if node.tag.endswith("literal")
    ]
    assert texts == ["a\r\n<b>"]


def test_a_costly_query_is_stopped_while_others_are_answered(client: TestClient) -> None:
    statuses: list[tuple[int, float]] = []

    def ask() -> None:
        start = time.monotonic()
        answer = client.get("/sparql", params={"query": COSTLY})
        statuses.append((answer.status_code, time.monotonic() - start))

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    start = time.monotonic()
    assert client.get("/data/cluster/afil.ttl").status_code == 200
    assert _number(client.get("/sparql", params={"query": COUNT}).content) == "2"
    assert time.monotonic() - start < 0.9
    thread.join()
    assert statuses[0][0] == 504
    assert statuses[0][1] < 2.5
    assert _number(client.get("/sparql", params={"query": COUNT}).content) == "2"


def test_a_query_that_kills_the_engine_is_an_error_and_no_more(client: TestClient) -> None:
    query = "SELECT (" + "+".join(["1"] * 60_000) + " AS ?x) {}"
    answer = client.post("/sparql", content=query, headers={"content-type": DIRECT})
    assert answer.status_code in (200, 400, 500, 503, 504)
    assert _number(client.get("/sparql", params={"query": COUNT}).content) == "2"


def test_no_connection_is_ever_made(client: TestClient) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.3)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for query in (
            f"SELECT ?s {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT ?s {{ SERVICE SILENT<{address}>{{ ?s ?p ?o }} }}",
            f"SELECT ?s {{ BIND(<{address}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
            f"SELECT ?s FROM <{address}> {{ ?s ?p ?o }}",
            f"LOAD <{address}>",
            f"PREFIX a: <{address}> ASK {{ SERVICE a:x {{ ?s ?p ?o }} }}",
            f"BASE <{address}> ASK {{ ?s ?p 1SERVICE<x>{{ ?s ?p ?o }} }}",
            f"PREFIX : <{address}> ASK {{ SERVICE:x{{ ?s ?p ?o }} }}",
        ):
            client.get("/sparql", params={"query": query})
        with pytest.raises(TimeoutError):
            listener.accept()


# ---------------------------------------------------------------- stock queries


def test_stock_queries_answer_in_every_format(client: TestClient) -> None:
    path = "/queries/clusters-by-network"
    for suffix, start in (("csv", b"cluster,clusterLabel,networks\r\n"), ("json", b'{"head"'),
                          ("tsv", b"?cluster\t"), ("xml", b"<?xml")):  # fmt: skip
        answer = client.get(f"{path}.{suffix}?network=network:eusalp")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
    everything = client.get(path + ".csv").text
    one = client.get(path + ".csv", params={"network": "vanguard", "lang": "en"}).text
    assert len(everything.splitlines()) == 3
    assert one.splitlines() == [
        "cluster,clusterLabel,networks",
        f"{BASE}data/cluster/afil,Smart Factory,1",
    ]
    by_accept = client.get(path, headers={"accept": "text/csv"})
    assert by_accept.text == everything
    assert "Accept" in by_accept.headers["vary"]


def test_stock_query_as_a_page(client: TestClient) -> None:
    page = client.get(
        "/queries/clusters-by-network?network=network:eusalp", headers={"accept": BROWSER}
    )
    assert page.status_code == 200
    assert '<option value="network:eusalp" selected>' in page.text
    assert "Aerospazio" in page.text
    english = client.get("/queries/clusters-by-network.html?lang=en").text
    assert "Aerospace" in english


def test_stock_query_text_and_graph(client: TestClient) -> None:
    text = client.get("/queries/clusters-by-network.rq")
    assert text.headers["content-type"].startswith("application/sparql-query")
    assert text.text.startswith("#+ title")
    graph = client.get("/queries/large-clusters.ttl?least=100").text
    assert "144" in graph
    assert client.get("/queries", headers={"accept": "text/turtle"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("network=nope", "network"),
        ("network=%22%7D%20%23", "network"),
        ("networks=x", "networks"),
        ("lang=fr", "lang"),
    ],
)
def test_bad_values_name_the_parameter(client: TestClient, query: str, name: str) -> None:
    answer = client.get("/queries/clusters-by-network.csv?" + query)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == name


def test_unknown_queries_get_suggestions(client: TestClient) -> None:
    answer = client.get("/queries/cluster-by-network")
    assert answer.status_code == 404
    assert answer.json()["suggestions"][0] == BASE + "queries/clusters-by-network"


MISSPELT = """PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/>
SELECT * WHERE {
  ?s a ctl:TecnologyCluster
}"""


def test_an_empty_answer_is_explained(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": MISSPELT, "explain": "empty"})
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert (found["empty"], found["line"]) == (True, 3)
    assert found["suggestions"][0]["iri"].endswith("onto/CTL/TechnologyCluster")
    assert set(found["message"]) == {"it", "en"}
    full = client.get("/sparql", params={"query": "ASK { ?s ?p ?o }", "explain": "empty"}).json()
    assert full["empty"] is False


def test_the_page_of_an_empty_answer_leads_to_its_explanation(client: TestClient) -> None:
    page = {"accept": "text/html", "accept-language": "it"}
    empty = client.get("/sparql", params={"query": MISSPELT}, headers=page)
    assert "explain=empty" in empty.text
    why = client.get("/sparql", params={"query": MISSPELT, "explain": "empty"}, headers=page)
    assert "Perché non c" in why.text
    assert "TechnologyCluster" in why.text.split('id="why"')[1]


def test_an_answer_that_may_change_is_not_kept(client: TestClient) -> None:
    params = {"query": "SELECT (STRUUID() AS ?x) {}", "format": "csv"}
    first, second = client.get("/sparql", params=params), client.get("/sparql", params=params)
    assert first.headers["cache-control"] == "no-store"
    assert first.text != second.text


def test_a_large_answer_is_whole_and_has_a_validator(patient: TestClient) -> None:
    numbers = " ".join(str(n) for n in range(200))
    query = (
        f"SELECT ?a ?b ('{'x' * 100}' AS ?c)"
        f" {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }} ORDER BY ?a ?b"
    )
    answer = patient.post("/sparql", data={"query": query}, headers={"accept": "text/csv"})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content) > 4_000_000
    assert answer.text.count("\r\n") == 40_001
    tag = answer.headers["etag"]
    plain = {"accept": "text/csv", "accept-encoding": "identity"}
    held = {**plain, "if-none-match": tag}
    assert patient.get("/sparql", params={"query": query}, headers=held).status_code == 304
    head = patient.head("/sparql", params={"query": query}, headers=plain)
    assert (head.content, head.headers["etag"]) == (b"", tag)


def test_the_time_an_answer_took_is_told(client: TestClient) -> None:
    query = {"query": "SELECT * { ?s ?p ?o } LIMIT 3"}
    assert "query;dur=" in client.get("/sparql", params=query).headers["server-timing"]
    assert "cache" in client.get("/sparql", params=query).headers["server-timing"]


@pytest.mark.parametrize(("limit", "settings"), [("rows", 5), ("bytes", 50)])
def test_a_limit_is_named_in_the_error(limit: str, settings: int) -> None:
    chosen = Settings(**{f"query_max_{limit}": settings})  # type: ignore[arg-type]
    with TestClient(create_app(MINI, chosen)) as client:
        answer = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"})
    assert answer.status_code == 504
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["limit"] == limit
    assert answer.json()["hint"]
