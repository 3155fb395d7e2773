"""What the public service promises of its endpoint, by the number of the promise (6 to 9).

Each test asks a real server process.
"""

from __future__ import annotations

import gzip
from urllib.parse import urlencode

import brotli
import httpx
import pytest
import rdflib
import zstandard
from rdflib.namespace import DCAT, DCTERMS, RDF, VOID
from server import ASK, BASE, BROWSER, DIRECT, GRAPH_TYPES, JSON_RESULTS, Server

pytestmark = pytest.mark.conformance


# ------------------------------------------------------------- 6: HEAD, OPTIONS, CORS


PATHS = ("/sparql?" + urlencode({"query": ASK}), "/sparql", "/sparql?query=ASK", "/nothing",
         "/data/cluster/afil.ttl", "/data/cluster/afil", "/queries/clusters-by-network.csv",
         )  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_06_head_is_get_without_body(server: Server, path: str) -> None:
    get, head = server.client.get(path), server.client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    changing = {"date", "server-timing", "x-request-id"}
    for name in get.headers.keys() - changing:
        if name in head.headers:
            assert head.headers[name] == get.headers[name], name
    assert {"content-type", "etag", "vary", "link", "location"} & get.headers.keys() <= (
        head.headers.keys()
    )


@pytest.mark.parametrize("path", ["/sparql", "/data/cluster/afil", "/nothing", "/queries"])
def test_06_cors_for_every_answer(server: Server, path: str) -> None:
    """Fetch standard: any origin may read, with no credentials; the preflight allows POST."""
    origin = {"origin": "https://elsewhere.example"}
    for answer in (
        server.client.get(path, headers=origin),
        server.client.get(path + "?query=ASK", headers=origin),
        server.client.delete(path, headers=origin),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {"etag", "link", "location"} <= {each.strip() for each in exposed.split(",")}
    asked = {"access-control-request-method": "POST",
             "access-control-request-headers": "content-type, accept"}  # fmt: skip
    preflight = server.client.options(path, headers=origin | asked)
    assert preflight.status_code in (200, 204)
    assert preflight.headers["access-control-allow-origin"] == "*"
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert {"content-type", "accept"} <= {each.strip() for each in allowed.split(",")}
    if path == "/sparql":
        assert "POST" in preflight.headers["access-control-allow-methods"]


# ------------------------------------------------------------- 7: errors


def test_07_errors_name_line_and_prefix(server: Server) -> None:
    answer = server.ask("SELECT *\nWHERE {\n  ?s foo:bar ?o }")
    assert answer.status_code == 400
    document = answer.json()
    assert document["line"] == 3
    assert "foo" in document["detail"] + document.get("hint", "")
    page = server.ask("SELECT *\nWHERE {\n  ?s foo:bar ?o }", BROWSER)
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert "foo" in page.text


def test_07_unknown_parameters_are_ignored(server: Server) -> None:
    more = {"timeout": "1000", "debug": "on", "should-sponge": "", "x": "<y>", "named_graph": "z"}
    assert server.ask(ASK, JSON_RESULTS, **more).json()["boolean"] is True
    assert server.client.get("/sparql", params={"x": "y"}).status_code == 200


# ------------------------------------------------------------- 8: descriptions

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")


@pytest.mark.parametrize("kind", GRAPH_TYPES)
def test_08_the_service_describes_itself(server: Server, kind: str) -> None:
    answer = server.client.get("/sparql", headers={"accept": kind})
    graph = rdflib.Graph().parse(data=answer.content, format=GRAPH_TYPES[kind])
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert graph.value(service, SD.endpoint) == rdflib.URIRef(BASE + "sparql")
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert len(set(graph.objects(service, SD.resultFormat))) == 8
    assert SD.DereferencesURIs not in set(graph.objects(service, SD.feature))
    assert SD.BasicFederatedQuery not in set(graph.objects(service, SD.feature))


def test_08_void_says_what_is_true(whole: Server) -> None:
    answer = whole.client.get("/.well-known/void", follow_redirects=True)
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    (dataset,) = set(graph.subjects(VOID.sparqlEndpoint))
    assert graph.value(dataset, VOID.sparqlEndpoint) == rdflib.URIRef(BASE + "sparql")
    assert graph.value(dataset, VOID.uriSpace) or graph.value(dataset, VOID.exampleResource)
    count = whole.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]
    assert int(graph.value(dataset, VOID.triples)) == int(count)  # type: ignore[arg-type]
    dumps = list(graph.objects(dataset, VOID.dataDump))
    assert dumps
    for dump in dumps:
        head = whole.client.head("/" + str(dump).removeprefix(BASE))
        assert head.status_code == 200
        assert int(head.headers["content-length"]) > 1000


def test_08_the_dataset_can_be_found_by_dcat(whole: Server) -> None:
    answer = whole.client.get("/", headers={"accept": "text/turtle"}, follow_redirects=True)
    assert answer.status_code == 200, "the dataset's own IRI answers RDF"
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    datasets = [each for each in set(graph.subjects(RDF.type, DCAT.Dataset))
                if graph.value(each, DCAT.distribution)]  # fmt: skip
    assert datasets
    for dataset in datasets:
        for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
            assert graph.value(dataset, needed) is not None, (dataset, needed)
    files = list(graph.objects(None, DCAT.distribution))
    assert files
    for each in files:
        assert graph.value(each, DCTERMS.license) is not None
        address = str(graph.value(each, DCAT.downloadURL))
        head = whole.client.head("/" + address.removeprefix(BASE), follow_redirects=True)
        assert head.status_code == 200, address
    (service,) = graph.subjects(RDF.type, DCAT.DataService)
    assert graph.value(service, DCAT.endpointURL) == rdflib.URIRef(BASE + "sparql")


# ------------------------------------------------------------- 9: compression, size, text

UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


MANY_ROWS = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 500"})


@pytest.mark.parametrize(
    "path",
    ["/data/cluster/tav", "/data/cluster/tav.html", "/sparql", "/download/ctl-kg.nt", MANY_ROWS],
)
def test_09_compression_only_when_accepted(whole: Server, path: str) -> None:
    def raw(coding: str) -> httpx.Response:
        headers = {"accept-encoding": coding, "accept": "text/turtle, */*;q=0.5"}
        request = whole.client.build_request("GET", path, headers=headers)
        answer = whole.client.send(request, stream=True, follow_redirects=True)
        answer.extensions["raw"] = b"".join(answer.iter_raw())
        answer.close()
        return answer

    plain = raw("identity")
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["vary"].lower()
    expected = plain.extensions["raw"]
    for coding, unpack in UNPACK.items():
        answer = raw(coding)
        assert answer.headers["content-encoding"] == coding, path
        assert len(answer.extensions["raw"]) < len(expected)
        assert unpack(answer.extensions["raw"]) == expected
        assert answer.headers["etag"] != plain.headers["etag"]
        assert "accept-encoding" in answer.headers["vary"].lower()
    for refused in ("gzip;q=0, br;q=0, zstd;q=0", "compress", "", "*;q=0, identity"):
        assert "content-encoding" not in raw(refused).headers


@pytest.mark.parametrize("value", ["a+b%20c&d=é", "%2B%25", "\\u00e9\\U0001F600", "☃;=#?/", "'\\t",
                                   "a%0Ab", "+", "％", "\u202e\u200b", "İı"])  # fmt: skip
def test_09_text_survives_exactly(server: Server, value: str) -> None:
    query = f'SELECT ("{value}" AS ?x) {{}} # ' + "é" * 1000
    expected = value.replace("\\u00e9", "é").replace("\\U0001F600", "😀").replace("\\t", "\t")
    headers = {"accept": JSON_RESULTS}
    for answer in (
        server.client.get("/sparql", params={"query": query}, headers=headers),
        server.client.post("/sparql", data={"query": query}, headers=headers),
        server.client.post("/sparql", content=query.encode(),
                           headers=headers | {"content-type": DIRECT}),
    ):  # fmt: skip
        assert answer.json()["results"]["bindings"][0]["x"]["value"] == expected


def test_09_long_queries_work(server: Server) -> None:
    body = (ASK + "#" + "x" * 200_000).encode()
    assert server.client.post(
        "/sparql", content=body, headers={"content-type": DIRECT}
    ).json()["boolean"]  # fmt: skip
    assert server.client.post("/sparql", data={"query": body.decode()}).json()["boolean"]
    assert server.ask(ASK + "#" + "x" * 6_000).json()["boolean"]
