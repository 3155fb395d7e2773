"""What the public service promises of its endpoint, by the number of the promise (1 to 5).

Each test asks a real server process. Promise 2 is in ``test_abuse_network``; the W3C cases are
in ``test_sparql_protocol``.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from server import ASK, BASE, DIRECT, FORM, GRAPH_TYPES, JSON_RESULTS, Server

pytestmark = pytest.mark.conformance
AFIL = f"<{BASE}data/cluster/afil>"
G1, G2 = (BASE + "data/graph/" + name for name in ("p-0114", "p-0164"))


# ------------------------------------------------------------- 1: the protocol


KINDS = (DIRECT, DIRECT.upper(), DIRECT + ";charset=utf-8", DIRECT + '; Charset="UTF-8"',
         DIRECT + " ; charset=utf8")  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_01_content_types_without_case_and_with_charset(server: Server, kind: str) -> None:
    answer = server.client.post("/sparql", content=ASK.encode(), headers={"content-type": kind})
    assert answer.json()["boolean"] is True
    form = kind.replace(DIRECT, FORM).replace(DIRECT.upper(), FORM.upper())
    body = urlencode({"query": ASK}).encode()
    answer = server.client.post("/sparql", content=body, headers={"content-type": form})
    assert answer.json()["boolean"] is True


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "x-gzip", "gzip, identity"])
def test_01_compressed_bodies_are_refused(server: Server, encoding: str) -> None:
    headers = {"content-type": DIRECT, "content-encoding": encoding}
    body = gzip.compress(ASK.encode())
    answer = server.client.post("/sparql", content=body, headers=headers)
    assert answer.status_code == 415


def test_01_two_queries_in_two_places_are_refused(server: Server) -> None:
    for kind, body in ((FORM, urlencode({"query": ASK})), (DIRECT, ASK)):
        answer = server.client.post("/sparql", params={"query": ASK}, content=body.encode(),
                                    headers={"content-type": kind})  # fmt: skip
        assert answer.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_01_other_methods_are_told_which_there_are(server: Server, method: str) -> None:
    answer = server.client.request(method, "/sparql", params={"query": ASK})
    assert answer.status_code == 405
    allowed = {each.strip() for each in answer.headers["allow"].split(",")}
    assert {"GET", "POST"} <= allowed <= {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("query", ["query=ASK%20%7B%20%3Fs%20%3Fp%20%22%FF%22%20%7D",
                                   "query=ASK%20%7B%7D%FE"])  # fmt: skip
def test_01_only_utf_8(server: Server, query: str) -> None:
    assert server.client.get(httpx.URL(server.origin + "/sparql", query=query.encode())
                             ).status_code == 400  # fmt: skip
    answer = server.client.post("/sparql", content=query.encode(), headers={"content-type": FORM})
    assert answer.status_code == 400


# ------------------------------------------------------------- 3: graphs


def rows(server: Server, query: str, **graphs: str | list[str]) -> set[str]:
    parameters = {"query": query, **{name.replace("_", "-"): v for name, v in graphs.items()}}
    answer = server.client.get("/sparql", params=parameters, headers={"accept": JSON_RESULTS})
    assert answer.status_code == 200, answer.text
    return {next(iter(row.values()))["value"] for row in answer.json()["results"]["bindings"]}


SUBJECTS = "SELECT DISTINCT ?s {0} {{ ?s ?p ?o }}"
NAMED = "SELECT DISTINCT ?g {0} {{ GRAPH ?g {{ ?s ?p ?o }} }}"


def test_03_the_default_graph_holds_all_that_is_published(server: Server) -> None:
    everything = rows(server, "SELECT DISTINCT ?s { GRAPH ?g { ?s ?p ?o } }")
    assert rows(server, SUBJECTS.format("")) == everything
    assert G1 in rows(server, NAMED.format(""))


def test_03_from_is_as_default_graph_uri_and_loses_to_it(server: Server) -> None:
    for graphs in ([G1], [G2], [G1, G2]):
        clause = " ".join(f"FROM <{each}>" for each in graphs)
        by_text = rows(server, SUBJECTS.format(clause))
        by_request = rows(server, SUBJECTS.format(""), default_graph_uri=graphs)
        assert by_text == by_request != set()
    assert rows(server, SUBJECTS.format(f"FROM <{G1}>"), default_graph_uri=G2) == rows(
        server, SUBJECTS.format(f"FROM <{G2}>")
    )
    assert rows(server, NAMED.format(f"FROM NAMED <{G1}>"), named_graph_uri=G2) == {G2}


def test_03_a_dataset_has_the_named_graphs_it_names_and_no_others(server: Server) -> None:
    assert rows(server, NAMED.format(f"FROM <{G1}>")) == set()
    assert rows(server, NAMED.format(""), default_graph_uri=G1) == set()
    assert rows(server, SUBJECTS.format(f"FROM NAMED <{G1}>")) == set()
    assert rows(server, SUBJECTS.format(""), named_graph_uri=G1) == set()
    assert rows(server, NAMED.format(f"FROM NAMED <{G1}> FROM NAMED <{G2}>")) == {G1, G2}
    assert rows(server, NAMED.format(""), named_graph_uri=[G1, G2]) == {G1, G2}


@pytest.mark.parametrize("iri", ["not an iri", "http://a b/", "<http://a/>", "", "relative/iri"])
def test_03_invalid_graph_names_are_refused(server: Server, iri: str) -> None:
    for name in ("default-graph-uri", "named-graph-uri"):
        answer = server.ask(ASK, **{name: iri})
        assert answer.status_code == 400, (iri, answer.text)


# ------------------------------------------------------------- 4: formats

VALUES = (
    'SELECT * { VALUES (?a ?b ?c ?d ?e ?f) { (<https://example.org/a,b;"c> "x"@en-GB '
    '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> UNDEF "a\\"b\\r\\nc,\\td" "é☃😀") } }'
).replace(';"c', ";c")


def test_04_rows_hold_exact_values_in_each_format(server: Server) -> None:
    found = server.ask(VALUES, JSON_RESULTS).json()["results"]["bindings"][0]
    assert found["a"] == {"type": "uri", "value": "https://example.org/a,b;c"}
    assert found["b"] == {"type": "literal", "value": "x", "xml:lang": "en-gb"} or (
        found["b"]["xml:lang"].lower() == "en-gb"
    )
    assert found["c"]["value"] == "1.5"
    assert found["c"]["datatype"] == "http://www.w3.org/2001/XMLSchema#decimal"
    assert "d" not in found
    assert found["e"]["value"] == 'a"b\r\nc,\td'
    text = server.ask(VALUES, "text/csv").content.decode()
    assert text.endswith("\r\n")
    head, row = csv.reader(io.StringIO(text, newline=""))
    assert head == ["a", "b", "c", "d", "e", "f"]
    assert row == ["https://example.org/a,b;c", "x", "1.5", "", 'a"b\r\nc,\td', "é☃😀"]
    lines = server.ask(VALUES, "text/tab-separated-values").content.decode().split("\n")
    assert lines[0] == "?a\t?b\t?c\t?d\t?e\t?f"
    cells = lines[1].split("\t")
    assert cells[0] == "<https://example.org/a,b;c>"
    assert cells[3] == ""
    assert cells[4] == '"a\\"b\\r\\nc,\\td"'
    tree = ElementTree.fromstring(server.ask(VALUES, "application/sparql-results+xml").content)
    bindings = {each.get("name"): each[0] for each in tree.findall(".//{*}binding")}
    assert "d" not in bindings
    assert bindings["e"].text == 'a"b\r\nc,\td'
    assert bindings["f"].text == "é☃😀"


def test_04_blank_nodes_are_the_same_within_an_answer(server: Server) -> None:
    query = "SELECT ?a ?b ?c { BIND (BNODE('x') AS ?a) BIND (?a AS ?b) BIND (BNODE('y') AS ?c) }"
    row = server.ask(query, JSON_RESULTS).json()["results"]["bindings"][0]
    assert row["a"]["type"] == "bnode"
    assert row["a"] == row["b"] != row["c"]
    cells = server.ask(query, "text/csv").text.splitlines()[1].split(",")
    assert cells[0].startswith("_:")
    assert cells[0] == cells[1] != cells[2]


NOTHING = "SELECT ?s ?p { ?s ?p 'no such thing' }"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (JSON_RESULTS, '"bindings"'),
        ("application/sparql-results+xml", "<results"),
        ("text/csv", "s,p\r\n"),
        ("text/tab-separated-values", "?s\t?p\n"),
    ],
)
def test_04_empty_answers_are_valid(server: Server, accept: str, expected: str) -> None:
    answer = server.ask(NOTHING, accept)
    assert expected in answer.content.decode()
    if "sparql-results" in accept:
        form = ox.QueryResultsFormat.from_media_type(accept)
        assert form is not None
        assert list(ox.parse_query_results(answer.content, format=form)) == []  # type: ignore[arg-type]
    for kind, name in GRAPH_TYPES.items():
        empty = server.ask("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER (false) }", kind)
        assert empty.status_code == 200
        assert len(rdflib.Graph().parse(data=empty.content, format=name)) == 0


@pytest.mark.parametrize("kind", GRAPH_TYPES)
def test_04_graphs_are_the_same_in_each_format(server: Server, kind: str) -> None:
    query = (
        "CONSTRUCT { <s> <p> 1, 1.0, 1e0, true, 'x'@it, 'y', '<&>\"\\\\', [] , ?o } "
        "{ VALUES ?o { '2022'^^<http://www.w3.org/2001/XMLSchema#gYear> 'a\\tb\\nc' } }"
    )
    found = rdflib.Graph().parse(data=server.ask(query, kind).content, format=GRAPH_TYPES[kind])
    plain = server.ask(query, "application/n-triples").content
    expected = rdflib.Graph().parse(data=plain, format="nt")
    assert len(expected) == 11
    lexical = {(o.n3() if not isinstance(o, rdflib.BNode) else "_") for o in found.objects()}
    assert lexical == {
        (o.n3() if not isinstance(o, rdflib.BNode) else "_") for o in expected.objects()
    }
    assert all(str(s).startswith("http") for s in found.subjects(rdflib.URIRef(BASE + "p")))


def test_04_json_ld_needs_nothing_else(server: Server) -> None:
    """No context is fetched: each ``@context`` is written out."""
    body = server.ask(f"DESCRIBE {AFIL}", "application/ld+json").text
    contexts: list[object] = []

    def collect(pairs: list[tuple[str, object]]) -> dict[str, object]:
        contexts.extend(value for name, value in pairs if name == "@context")
        return dict(pairs)

    json.loads(body, object_pairs_hook=collect)
    assert not any(isinstance(each, str) for each in contexts)


def test_04_relative_iris_resolve(server: Server) -> None:
    answer = server.ask("SELECT (<x> AS ?a) (IRI('y') AS ?b) {}", JSON_RESULTS)
    row = answer.json()["results"]["bindings"][0]
    assert row["a"]["value"].startswith("http")
    assert row["b"]["value"].startswith("http")


@pytest.mark.parametrize("kind", ["application/sparql-results+xml", "application/rdf+xml"])
def test_04_no_ill_formed_xml(server: Server, kind: str) -> None:
    """A value that XML cannot hold is refused, never sent as broken XML."""
    hostile = f"<{BASE}data/claim/hostile>"
    query = f"SELECT ?o {{ {hostile} ?p ?o }}"
    if "rdf" in kind:
        query = f"CONSTRUCT WHERE {{ {hostile} ?p ?o }}"
    answer = server.ask(query, kind)
    if answer.status_code == 200:
        ElementTree.fromstring(answer.content)
    else:
        assert answer.status_code == 406
        assert answer.json()["detail"]


# ------------------------------------------------------------- 5: negotiation


MALFORMED = ("/", "*", "a/b/c", ";q=1", "text/turtle;q=2", ",,,", "\\", "text", 'a/b;c="', "q=0",
             "text/turtle;q=", "*/json", "x" * 5000, "é/ü", "text/turtle;q=-1", "*/*;q=0.0001",
             "text/html;level=1;q=1;x")  # fmt: skip


@pytest.mark.parametrize("accept", MALFORMED)
def test_05_a_malformed_accept_is_no_fault_of_ours(server: Server, accept: str) -> None:
    for path in ("/sparql?" + urlencode({"query": ASK}), "/sparql", "/data/cluster/afil", "/"):
        answer = server.client.get(path, headers=[(b"accept", accept.encode())])
        assert answer.status_code in (200, 303, 400, 406), answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_05_several_lines_are_one_list(server: Server) -> None:
    lines = [("accept", "text/csv;q=0.5"), ("accept", "text/tab-separated-values;q=0.9")]
    answer = server.client.get("/sparql", params={"query": NOTHING}, headers=lines)
    assert answer.headers["content-type"].startswith("text/tab-separated-values")


def test_05_406_lists_what_there_is(server: Server) -> None:
    answer = server.ask(NOTHING, "image/png")
    assert answer.status_code == 406
    assert {JSON_RESULTS, "text/csv"} <= set(answer.json()["offers"])
    assert "accept" in answer.headers["vary"].lower()
    nothing = server.ask(NOTHING, "*/*;q=0")
    assert nothing.status_code == 406
