"""Nothing is fetched and nothing is written, however a request is dressed.

A socket listens while requests name its address in every place that a server might follow:
no connection may arrive. Refusals are by the meaning of the text, so a text that only looks
like ``SERVICE`` or an update is answered.
Source: SPARQL 1.1 Query §19.1 (codepoint escapes), §19.2 (codepoint escape sequences before
parsing), Protocol §4.1 (security considerations); service promises 2, 3 and 17.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from server import BASE, BROWSER, DIRECT, FORM, JSON_RESULTS, Report, Server, serve, status_of

pytestmark = pytest.mark.conformance
REPORT = Report("abuse-network")
UPDATE = "application/sparql-update"
COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


class Listener:
    """A port that counts who connects, and answers nothing."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self.authority = self.url.removeprefix("http://").rstrip("/")
        self.arrived = 0
        self._thread = threading.Thread(target=self._count)
        self._thread.start()

    def _count(self) -> None:
        while True:
            link, address = self._socket.accept()
            with link:
                if link.recv(4) == b"stop":
                    return
                self.arrived += 1
                REPORT.row("a connection arrived", address)

    def close(self) -> None:
        """Wait for what is still on its way, and stop."""
        with socket.create_connection(self._socket.getsockname()) as link:
            link.sendall(b"stop")
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(query_timeout_s=5) as running:
        yield running


def send_query(server: Server, text: str, way: str = "direct") -> httpx.Response:
    if way == "get":
        return server.client.get("/sparql", params={"query": text})
    if way == "form":
        return server.client.post("/sparql", data={"query": text})
    headers = {"content-type": DIRECT}
    return server.client.post("/sparql", content=text.encode(), headers=headers)


# ------------------------------------------------------------- SERVICE

# In each text, <@> is the address of the listener.
SERVICES = {
    "plain": "SELECT * { SERVICE <@> { ?s ?p ?o } }",
    "lower case": "select * { service <@> { ?s ?p ?o } }",
    "mixed case": "SELECT * { sErViCe <@> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <@> { ?s ?p ?o } }",
    "silent without spaces": "SELECT*{SERVICE SILENT<@>{?s?p?o}}",
    "a comment between": "SELECT * { SERVICE # {\n <@> # }\n { ?s ?p ?o } }",
    "tabs and line breaks": "SELECT * {\r\n\tSERVICE\r\n\t<@>\r\n\t{ ?s ?p ?o } }",
    "an escaped letter": "SELECT * { \\u0053ERVICE <@> { ?s ?p ?o } }",
    "all letters escaped": (
        "SELECT * { \\u0053\\u0045\\u0052\\u0056\\U00000049\\u0043\\u0045 <@> { ?s ?p ?o } }"
    ),
    "an escaped bracket": "SELECT * { SERVICE \\u003C@\\u003E { ?s ?p ?o } }",
    "a variable": "SELECT * { BIND (<@> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "a variable of VALUES": "SELECT * { VALUES ?x { <@> } SERVICE ?x { ?s ?p ?o } }",
    "a made-up IRI": 'SELECT * { BIND (IRI("@") AS ?x) SERVICE ?x { ?s ?p ?o } }',
    "a prefixed name": "PREFIX a: <@> SELECT * { SERVICE a:sparql { ?s ?p ?o } }",
    "a prefix of nothing": "PREFIX : <@> SELECT * { SERVICE: { ?s ?p ?o } }",
    "a relative IRI": "BASE <@> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
    "an empty IRI": "BASE <@> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "after a byte order mark": "\ufeffSELECT * { SERVICE <@> { ?s ?p ?o } }",
    "in OPTIONAL": "SELECT * { OPTIONAL { SERVICE <@> { ?s ?p ?o } } }",
    "in UNION": "SELECT * { { ?s ?p ?o } UNION { SERVICE <@> { ?s ?p ?o } } }",
    "in MINUS": "SELECT * { ?s ?p ?o MINUS { SERVICE <@> { ?s ?p ?o } } }",
    "in EXISTS": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <@> { ?s ?p ?o } } }",
    "in NOT EXISTS": "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <@> { ?s ?p ?o } } }",
    "in GRAPH": "SELECT * { GRAPH ?g { SERVICE <@> { ?s ?p ?o } } }",
    "in a subquery": "SELECT * { { SELECT * { SERVICE <@> { ?s ?p ?o } } } }",
    "in SERVICE": "SELECT * { SERVICE <urn:x> { SERVICE <@> { ?s ?p ?o } } }",
    "in an expression": "SELECT (EXISTS { SERVICE <@> { ?s ?p ?o } } AS ?x) {}",
    "in HAVING": "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (EXISTS { SERVICE <@> { ?s ?p ?o } })",
    "in ORDER BY": "SELECT ?s { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <@> { ?s ?p ?o } })",
    "in BIND": "SELECT * { ?s ?p ?o BIND (EXISTS { SERVICE <@> { ?s ?p ?o } } AS ?e) }",
    "ASK": "ASK { SERVICE <@> { ?s ?p ?o } }",
    "CONSTRUCT": "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <@> { ?s ?p ?o } }",
    "DESCRIBE": "DESCRIBE ?s { SERVICE <@> { ?s ?p ?o } }",
    "after a number": "SELECT * { ?s ?p 1SERVICE<@>{ ?a ?b ?c } }",
    "after a string": "SELECT * { ?s ?p 'x'SERVICE<@>{ ?a ?b ?c } }",
    "after what looks like a string": "SELECT * { ?s ?p '\\\\'. SERVICE <@> { ?a ?b '' } }",
    "after what looks like a comment": "SELECT * { ?s <#> ?o . SERVICE <@> { ?a ?b ?c } }",
    "after a long string": "SELECT * { ?s ?p '''a'b''c''' . SERVICE <@> { ?a ?b ?c } }",
    "after an escaped quotation mark": 'SELECT * { ?s ?p "\\u0022" . SERVICE <@> { ?a ?b "" } }',
    "HTTPS": "SELECT * { SERVICE <https@> { ?s ?p ?o } }",
    "a file": "SELECT * { SERVICE <file:///etc/passwd> { ?s ?p ?o } }",
    "with a user": "SELECT * { SERVICE <http://user:word@@> { ?s ?p ?o } }",
}


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize("name", SERVICES)
def test_service_is_refused_with_a_reason(
    server: Server, listener: Listener, name: str, way: str
) -> None:
    text = SERVICES[name].replace("https@", "https://" + listener.authority)
    text = text.replace("@@", "@" + listener.authority).replace("@", listener.url)
    text = text.replace("user:word" + listener.url, "user:word@" + listener.authority)
    answer = send_query(server, text, way)
    assert 400 <= answer.status_code < 500, answer.text
    document = answer.json()
    assert listener.arrived == 0
    if document["code"] == "query-syntax" and "parse" in document["detail"]:
        # Not every engine takes these as SPARQL; a text that does not parse calls nobody.
        assert name.startswith(("in HAVING", "in ORDER BY", "after ", "an escaped"))
    else:
        assert "SERVICE" in document["detail"] + document.get("hint", "")
    REPORT.row(f"SERVICE, {name}, {way}", answer.status_code, document["detail"])


def test_an_escaped_line_break_in_a_comment_calls_nobody(
    server: Server, listener: Listener
) -> None:
    """By §19.2 it ends the comment, by most engines it does not: either way, no call."""
    answer = send_query(
        server, f"SELECT * {{ # \\u000A SERVICE <{listener.url}> {{ ?a ?b ?c }}\n }}"
    )
    assert answer.status_code in (200, 400)
    assert listener.arrived == 0


LOOKALIKES = {
    "a string": 'SELECT ("SERVICE <@> { }" AS ?x) {}',
    "a long string": "SELECT ('''SERVICE\n<@> { }''' AS ?x) {}",
    "a comment": "SELECT (1 AS ?x) {} # SERVICE <@> { ?s ?p ?o }",
    "a variable": "SELECT ?SERVICE { VALUES ?SERVICE { 1 } }",
    "an IRI": "SELECT (<urn:SERVICE> AS ?x) {}",
    "a prefix": "PREFIX service: <@> SELECT (service:x AS ?x) {}",
    "a local name": "PREFIX a: <@> SELECT (a:SERVICE AS ?x) {}",
    "a language": 'SELECT ("x"@load AS ?x) {}',
    "INSERT in a string": 'SELECT ("INSERT DATA { <a:a> <a:b> <a:c> }" AS ?x) {}',
    "DELETE in a comment": "# DELETE WHERE { ?s ?p ?o }\nSELECT (1 AS ?x) {}",
    "LOAD as a local name": "PREFIX a: <@> SELECT (a:LOAD AS ?x) {}",
    "CLEAR as a variable": "SELECT ?CLEAR { VALUES ?CLEAR { 1 } }",
    "DROP in an IRI": "SELECT (<urn:DROP> AS ?x) {}",
}


@pytest.mark.parametrize("name", LOOKALIKES)
def test_what_only_looks_like_it_is_answered(server: Server, listener: Listener, name: str) -> None:
    answer = send_query(server, LOOKALIKES[name].replace("@>", listener.url + ">"))
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]["bindings"]) == 1


# ------------------------------------------------------------- graphs and other fetches

FETCHES = {
    "FROM": "SELECT * FROM <@> { ?s ?p ?o }",
    "FROM NAMED": "SELECT * FROM NAMED <@> { GRAPH ?g { ?s ?p ?o } }",
    "FROM by a prefix": "PREFIX a: <@> SELECT * FROM a:x { ?s ?p ?o }",
    "FROM by a relative IRI": "BASE <@> SELECT * FROM <x.ttl> { ?s ?p ?o }",
    "FROM a file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "GRAPH": "SELECT * { GRAPH <@> { ?s ?p ?o } }",
    "DESCRIBE": "DESCRIBE <@>",
    "a subject": "SELECT * { <@> ?p ?o }",
}


@pytest.mark.parametrize("name", FETCHES)
def test_graphs_are_never_fetched(server: Server, listener: Listener, name: str) -> None:
    """An unknown graph is empty, or refused (promise 3)."""
    answer = send_query(server, FETCHES[name].replace("@", listener.url))
    if answer.status_code == 200:
        assert not answer.content or answer.json()["results"]["bindings"] == []
    else:
        assert 400 <= answer.status_code < 500
    assert listener.arrived == 0
    REPORT.row(name, answer.status_code)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_graphs_of_the_request_are_never_fetched(
    server: Server, listener: Listener, name: str
) -> None:
    for iri in (listener.url, listener.url + "x.ttl", "file:///etc/passwd", "urn:x:none"):
        for query in ("SELECT * { ?s ?p ?o }", "SELECT * { GRAPH ?g { ?s ?p ?o } }"):
            parameters = {"query": query, name: iri}
            for answer in (
                server.client.get("/sparql", params=parameters),
                server.client.post("/sparql", data=parameters),
            ):
                assert answer.status_code == 200 or 400 <= answer.status_code < 500
                if answer.status_code == 200:
                    assert answer.json()["results"]["bindings"] == []
    assert listener.arrived == 0


def test_bodies_are_not_parsed(server: Server, listener: Listener) -> None:
    """RDF, XML and JSON-LD that name something to fetch."""
    url = listener.url
    dtd = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{url}">]>'
    bodies = {
        "application/ld+json": json.dumps({"@context": url, "@id": "urn:x"}),
        "application/json": json.dumps({"query": f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"}),
        "application/xml": dtd + "<a>&x;</a>",
        "application/rdf+xml": dtd + "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-"
        "ns#'>&x;</rdf:RDF>",
        "application/sparql-results+xml": dtd + "<a>&x;</a>",
        "text/turtle": f"@base <{url}> . <a> <b> <c> .",
        "text/x-url": url,
    }
    for path in ("/sparql", "/", "/data/cluster/afil", "/queries", "/data/graph/p-0114"):
        for kind, body in bodies.items():
            for method in ("POST", "PUT"):
                answer = server.client.request(
                    method, path, content=body.encode(), headers={"content-type": kind}
                )
                assert 400 <= answer.status_code < 500, (path, kind, method)
    assert listener.arrived == 0


def test_nothing_else_is_followed(server: Server, listener: Listener) -> None:
    """Addresses in parameters, fields and request targets: the server is no proxy."""
    url, authority = listener.url, listener.authority
    names = "url uri iri resource graph endpoint service callback context profile _profile format"
    for name in [*names.split(), "lang", "redirect", "next", "src"]:
        for path in ("/", "/sparql", "/data/cluster/afil", "/queries/clusters-by-network"):
            answer = server.client.get(path, params={name: url})
            assert answer.status_code < 500
            assert not answer.headers.get("location", "").startswith(url)
    lines = "".join(
        f"{name}: {url}\r\n"
        for name in ("referer", "origin", "x-forwarded-host", "forwarded", "accept-profile",
                     "link", "slug", "destination", "x-callback-url", "ping-to")
    )  # fmt: skip
    for first in (
        f"GET {url} HTTP/1.1",
        f"GET {url}data/cluster/afil HTTP/1.1",
        f"POST {url} HTTP/1.1",
        f"CONNECT {authority} HTTP/1.1",
        f"GET /{url} HTTP/1.1",
        f"GET /{quote(url, safe='')} HTTP/1.1",
        "GET / HTTP/1.1",
        "GET /data/cluster/afil HTTP/1.1",
    ):
        request = f"{first}\r\nhost: {authority}\r\n{lines}connection: close\r\n\r\n"
        answer = server.exchange(request.encode())
        assert status_of(answer) < 500 or status_of(answer) == 501
        assert authority.encode() not in answer
    assert listener.arrived == 0


# ------------------------------------------------------------- updates

UPDATES = [
    "INSERT DATA { <urn:x:s> <urn:x:p> 1 }",
    "insert data { <urn:x:s> <urn:x:p> 1 }",
    "INSERT DATA { GRAPH <urn:x:g> { <urn:x:s> <urn:x:p> 1 } }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE DATA { <urn:x:s> <urn:x:p> 1 }",
    "DELETE { ?s ?p ?o } INSERT { <urn:x:s> ?p ?o } WHERE { ?s ?p ?o }",
    "WITH <urn:x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "LOAD <@>",
    "LOAD SILENT <@> INTO GRAPH <urn:x:g>",
    "CLEAR ALL", "CLEAR SILENT DEFAULT", "DROP ALL", "DROP SILENT GRAPH <urn:x:g>",
    "CREATE GRAPH <urn:x:g>", "COPY DEFAULT TO <urn:x:g>", "MOVE DEFAULT TO <urn:x:g>",
    "ADD DEFAULT TO <urn:x:g>",
    "# a comment\nCLEAR ALL",
    "\ufeffCLEAR ALL",
    "PREFIX a: <urn:x:> BASE <urn:x:> INSERT DATA { a:s a:p 1 }",
    "\\u0043LEAR ALL",
    "\\u0049NSERT DATA { <urn:x:s> <urn:x:p> 1 }",
    "ASK {} ; INSERT DATA { <urn:x:s> <urn:x:p> 1 }",
    "ASK {}\n;\nCLEAR ALL",
    "SELECT * { ?s ?p ?o } INSERT DATA { <urn:x:s> <urn:x:p> 1 }",
    "CLEAR ALL ; SELECT * { ?s ?p ?o }",
    "SELECT * { INSERT DATA { <urn:x:s> <urn:x:p> 1 } }",
    "  \r\n\t CLEAR\r\n\tALL  ",
]  # fmt: skip


@pytest.fixture
def unchanged(server: Server) -> Iterator[None]:
    before = server.select(COUNT)
    yield
    assert server.select(COUNT) == before
    assert server.select("SELECT ?s { ?s <urn:x:p> ?o }") == []


def refused(answer: httpx.Response) -> str:
    """Return the reason of a refusal."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    detail = answer.json()["detail"] + " " + answer.json().get("hint", "")
    REPORT.row(answer.request.method, answer.request.url.query[:80], answer.status_code, detail)
    return str(detail)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("text", UPDATES)
def test_updates_are_refused_in_every_way(server: Server, listener: Listener, text: str) -> None:
    text = text.replace("@", listener.url)
    for way in ("get", "form", "direct"):
        refused(send_query(server, text, way))
    body = text.encode()
    detail = refused(server.client.post("/sparql", content=body, headers={"content-type": UPDATE}))
    assert "updates" in detail
    refused(server.client.post("/sparql", data={"update": text}))
    refused(server.client.get("/sparql", params={"update": text}))
    refused(server.client.post("/sparql", data={"query": "ASK {}", "update": text}))
    refused(server.client.get("/sparql", params={"query": "ASK {}", "update": text}))
    assert listener.arrived == 0


def test_plain_updates_are_told_that_this_endpoint_reads_only(server: Server) -> None:
    """The first thing to say of an update is that it is one (promise 2)."""
    for text in UPDATES[:20]:
        for way in ("get", "form", "direct"):
            detail = refused(send_query(server, text.replace("@", BASE), way))
            assert "only reads" in detail or "update" in detail.lower(), (text, detail)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("method", "target", "kind", "body"),
    [
        ("POST", "/sparql?query=ASK+%7B%7D", UPDATE, "CLEAR ALL"),
        ("POST", "/sparql?update=CLEAR+ALL", DIRECT, "ASK {}"),
        ("POST", "/sparql?update=CLEAR+ALL", FORM, "query=ASK+%7B%7D"),
        ("POST", "/sparql", UPDATE.upper() + "; CHARSET=UTF-8", "CLEAR ALL"),
        ("POST", "/sparql", "text/plain", "CLEAR ALL"),
        ("POST", "/sparql", "multipart/form-data; boundary=b",
         '--b\r\nContent-Disposition: form-data; name="update"\r\n\r\nCLEAR ALL\r\n--b--\r\n'),
        ("POST", "/sparql?using-graph-uri=urn:x:g&query=ASK+%7B%7D", FORM, ""),
        ("PUT", "/sparql?default", "text/turtle", "<urn:x:s> <urn:x:p> 1 ."),
        ("PATCH", "/sparql", UPDATE, "CLEAR ALL"),
        ("DELETE", "/sparql?default", "text/plain", ""),
        ("DELETE", "/sparql?graph=" + quote(BASE + "data/graph/p-0114"), "text/plain", ""),
        ("POST", "/sparql?graph=urn:x:g", "text/turtle", "<urn:x:s> <urn:x:p> 1 ."),
        ("PUT", "/data/cluster/afil", "text/turtle", "<urn:x:s> <urn:x:p> 1 ."),
        ("DELETE", "/data/cluster/afil.ttl", "text/plain", ""),
        ("POST", "/update", UPDATE, "CLEAR ALL"),
        ("POST", "/sparql/update", UPDATE, "CLEAR ALL"),
        ("POST", "/statements", UPDATE, "CLEAR ALL"),
    ],
)  # fmt: skip
def test_no_form_method_or_path_writes(
    server: Server, method: str, target: str, kind: str, body: str
) -> None:
    headers = {"content-type": kind, "x-http-method-override": "PUT"}
    answer = server.client.request(method, target, content=body.encode(), headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.text.strip()
    REPORT.row(f"{method} {target}", answer.status_code)


def test_stock_queries_take_no_update(server: Server, listener: Listener) -> None:
    for value in (
        f"network:eusalp }} }} ; LOAD <{listener.url}> #",
        f"eusalp> }} SERVICE <{listener.url}> {{ ?s ?p ?o }} #",
        f"<{listener.url}>", f"{listener.url}", "UNDEF } { SERVICE ?x {} } VALUES ?y {",
    ):  # fmt: skip
        for path in ("/queries/clusters-by-network", "/queries/clusters-by-network.csv"):
            answer = server.client.get(
                path + "?" + urlencode({"network": value}), headers={"accept": BROWSER}
            )
            assert 400 <= answer.status_code < 500
    assert listener.arrived == 0


def test_an_endpoint_on_the_list_is_called_and_no_other(listener: Listener) -> None:
    """``service_allow`` opens ``SERVICE`` for the endpoints it names, exactly."""
    with serve() as other, serve(service_allow=other.origin + "/sparql") as running:
        query = f"SELECT * {{ SERVICE <{other.origin}/sparql> {{ SELECT (7 AS ?x) {{}} }} }}"
        answer = running.client.get(
            "/sparql", params={"query": query}, headers={"accept": JSON_RESULTS}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"]["bindings"][0]["x"]["value"] == "7"
        for near in (listener.url, other.origin + "/sparql2", other.origin + "/sparql/../x",
                     other.origin + "/sparql#x", other.origin + "/sparql?x"):  # fmt: skip
            text = f"SELECT * {{ SERVICE <{near}> {{ ?s ?p ?o }} }}"
            assert 400 <= send_query(running, text).status_code < 500
            text = f"SELECT * {{ VALUES ?x {{ <{near}> }} SERVICE ?x {{ ?s ?p ?o }} }}"
            assert 400 <= send_query(running, text).status_code < 500
    assert listener.arrived == 0
