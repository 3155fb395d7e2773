"""What the public service promises of its safety, by the number of the promise (18, 21, 24).

Promises 17, 19, 20, 22 and 23 are in ``test_abuse`` and its neighbours.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from html_reader import Page, link_header
from raw_http import get, head_of
from server import BASE, BROWSER, DIRECT, MINI, Server, environment, free_port, serve, status_of

pytestmark = pytest.mark.conformance
AFIL = "/data/cluster/afil"
QUERY = "/queries/clusters-by-network"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(MINI, query_timeout_s=2) as running:
        yield running


@pytest.fixture(scope="module")
def whole(release: Path) -> Iterator[Server]:
    """Run a server with the reference release."""
    with serve(release, query_timeout_s=5) as running:
        yield running


def page_of(answer: httpx.Response) -> Page:
    """Return a page that has nothing live in it."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text, "/")
    assert page.live == [], page.live
    assert all(each.startswith("/") and not each.startswith("//") for each in page.loads)
    for text in page.data:
        json.loads(text)
    return page


# ------------------------------------------------------------- 18: nothing is live

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'-alert(1)-'",
    "</textarea><script>alert(1)</script>", "</title><svg onload=alert(1)>", "javascript:alert(1)",
    "</script><script>alert(1)</script>", "<!--<script>", "{{ 7*7 }}", "{% raw %}", "${7*7}",
    "%3Cscript%3Ealert(1)%3C/script%3E", "&lt;script&gt;", "\u2028alert(1)", "]]><script>",
    "<iframe srcdoc='x'>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
]  # fmt: skip
PLACES = [
    "/sparql?query={}", "/sparql?query=ASK+%7B+%3Fs+%3Fp+%22{}%22+%7D",
    "/sparql?query=SELECT+(%22{}%22+AS+%3Fx)+%7B%7D", "/sparql?query=ASK%7B%7D&format={}",
    "/sparql?default-graph-uri={}&query=ASK%7B%7D", "/{}", "/data/{}", "/data/cluster/{}",
    "/data/cluster/afil.html?lang={}", "/data/cluster/afil.html?{}=1", "/data/cluster/?page={}",
    "/data/cluster/afil.html?_profile={}", "/queries/{}", QUERY + "?network={}", QUERY + "?{}=1",
    "/download/{}", "/static/{}", "/?lang={}", "/context/{}", "/sparql?callback={}",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_18_nothing_of_a_request_is_live(server: Server, place: str) -> None:
    for text in HOSTILE:
        address = place.format(quote(text, safe=""))
        answer = server.client.get(address, headers={"accept": BROWSER}, follow_redirects=True)
        assert answer.status_code < 500
        if answer.headers["content-type"].startswith("text/html"):
            assert "49" not in page_of(answer).texts.get("h1", "")
        else:
            assert "script" not in answer.headers["content-type"]
        assert not any(c in value for value in answer.headers.values() for c in ("<scr", "<img"))
        link_header(answer.headers.get("link", ""))


HEADERS = ("user-agent", "referer", "accept-language", "cookie", "x-evil", "accept-profile",
           "if-none-match", "authorization", "range")  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_18_nothing_of_a_header_is_live(server: Server, name: str) -> None:
    for path in (AFIL + ".html", "/none", "/sparql?query=x", QUERY):
        headers = {name: "<script>alert(1)</script>", "accept": BROWSER}
        answer = server.client.get(path, headers=headers)
        assert answer.status_code < 500
        assert "alert(1)" not in answer.text
        assert "alert(1)" not in str(answer.headers)


@pytest.mark.parametrize(
    "path",
    ["/data/claim/hostile.html", "/data/claim/", "/data/graph/p-0164.html", "/sitemap.xml",
     "/sparql?" + urlencode({"query": f"SELECT * {{ <{BASE}data/claim/hostile> ?p ?o }}"}),
     "/sparql?" + urlencode({"query": f"DESCRIBE <{BASE}data/claim/hostile>"})],
)  # fmt: skip
def test_18_nothing_of_the_data_is_live(server: Server, path: str) -> None:
    for language in ("it", "en"):
        answer = server.client.get(path, headers={"accept": BROWSER, "accept-language": language})
        assert answer.status_code == 200
        if "html" in answer.headers["content-type"]:
            page = page_of(answer)
            assert not any(each.lower().startswith("javascript") for each in page.links)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


def test_18_no_jsonp(server: Server) -> None:
    for name in ("callback", "jsonp", "cb", "json.wrf"):
        parameters = {"query": "ASK {}", name: "steal"}
        answer = server.client.get("/sparql", params=parameters)
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert "steal" not in answer.text


# ------------------------------------------------------------- 21: stock queries


def lines(server: Server, parameters: object) -> list[str]:
    answer = server.client.get(QUERY + ".csv", params=parameters)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return answer.text.splitlines()[1:]


@pytest.mark.parametrize(
    "value",
    ["eusalp> } UNION { ?s ?p ?o", "network:eusalp ) ( network:vanguard", "UNDEF", "?x", "*", ".*",
     "network:eusalp } #", "eusalp\n} VALUES ?network { UNDEF", '"x"', "<>", "_:b", "' OR '1'='1",
     "network:*", "network:eusalp,network:vanguard", "%", "\\", "\u0000", "x" * 5000, "http://[",
     "network:../cluster/afil", "<javascript:alert(1)>", "EUSALP ", "network:EUSALP", "1; CLEAR"],
)  # fmt: skip
def test_21_no_value_brings_more_than_it_matches(server: Server, value: str) -> None:
    answer = server.client.get(QUERY + ".csv", params={"network": value})
    assert answer.status_code in (200, 400, 404, 414, 422), answer.text
    if answer.status_code == 200:
        assert len(answer.text.splitlines()) == 1
    elif value.isprintable() and len(value) < 1000:
        assert "network" in answer.text


def test_21_repeated_missing_and_unknown_parameters(server: Server) -> None:
    both = [("network", "network:eusalp"), ("network", "network:vanguard")]
    answer = server.client.get(QUERY + ".csv", params=both)
    assert answer.status_code in (200, 400, 422)
    if answer.status_code != 200:
        assert answer.json()["parameter"] == "network"
    unknown = server.client.get(QUERY + ".csv", params={"netwrok": "network:eusalp"})
    assert unknown.status_code in (200, 400, 422)
    assert unknown.status_code == 200 or "netwrok" in unknown.text
    assert len(lines(server, {})) == 2
    assert len(lines(server, {"network": ""})) in (0, 2)


NUMBERS = ("ten", "1e3", "1.5", "-1", "9" * 400, "١٢", "0x10", "1 2", "NaN", "1;2", "' or 1=1",
           "1)", "<1>", "∞")  # fmt: skip


@pytest.mark.parametrize("value", NUMBERS)
def test_21_typed_parameters(server: Server, value: str) -> None:
    answer = server.client.get("/queries/large-clusters.nt", params={"least": value})
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        assert value in ("-1", "9" * 400)
    else:
        assert answer.json()["parameter"] == "least"


def test_21_every_stock_query_answers_and_is_negotiated(whole: Server) -> None:
    listed = Page(whole.client.get("/queries", headers={"accept": BROWSER}).text, "/queries")
    names = sorted({each for each in listed.links if re.fullmatch(r"/queries/[a-z0-9-]+", each)})
    assert len(names) > 30
    for name in names:
        for accept, kind in (("text/csv", "text/csv"), (BROWSER, "text/html")):
            answer = whole.client.get(name, headers={"accept": accept})
            assert answer.status_code in (200, 400), (name, answer.text[:300])
            if answer.status_code == 200:
                assert answer.headers["content-type"].startswith(kind)
            else:
                assert "parameter" in answer.text, "only a required parameter may be missing"
        for value in ("(a+)+$", "<script>", "a" * 2000, "\\", "["):
            answer = whole.client.get(name + ".csv", params={"text": value, "lang": value})
            assert answer.status_code in (200, 400, 404, 422), (name, value, answer.text[:300])


# ------------------------------------------------------------- 24: headers, errors

ALL_KINDS = [
    "/", AFIL + ".html", AFIL, AFIL + ".ttl", "/none", "/sparql", "/sparql?query=ASK%7B%7D",
    "/sparql?query=ASK", "/queries", QUERY, "/data/cluster/", "/data/cluster", "/robots.txt",
    "/static/site.css", "/static/none", "/download/ctl-kg.nq", "/download/none", "/data/%00",
    "/.well-known/void", "/healthz", "/sitemap.xml", "/data/cluster/?page=0",
]  # fmt: skip
SOFTWARE = re.compile(
    r"granian|uvicorn|hypercorn|starlette|python|pyoxigraph|oxigraph|rdflib|jinja|hyper/|werkzeug"
)
INSIDE = re.compile(
    r"Traceback|File \"|line \d+, in |site-packages|/src/|/home/|/root/|/usr/|/tmp/|\.py\b|panicked"
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ALL_KINDS)
def test_24_headers_of_every_answer(server: Server, path: str, method: str) -> None:
    for accept in (BROWSER, "*/*"):
        answer = server.client.request(method, path, headers={"accept": accept})
        assert answer.status_code < 500
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert re.search(r"default-src '(none|self)'", policy)
        assert "frame-ancestors 'none'" in policy
        assert "referrer-policy" in headers
        assert "set-cookie" not in headers
        assert not SOFTWARE.search(headers.get("server", "").lower())
        assert "x-powered-by" not in headers
        if answer.status_code >= 400 and method != "HEAD":
            assert not INSIDE.search(answer.text), answer.text
            assert not SOFTWARE.search(answer.text.lower()), answer.text


def test_24_the_policy_is_true_to_every_page(whole: Server) -> None:
    """What a page loads, posts to and holds is what its policy allows."""
    for path in ("/", "/queries", "/sparql", AFIL + ".html", "/none", "/data/cluster/",
                 "/queries/cluster-network-matrix", "/queries/seats", "/onto/CTL.html",
                 "/sparql?query=ASK", "/data/passage/p-0114.html"):  # fmt: skip
        answer = whole.client.get(path, headers={"accept": BROWSER})
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in answer.headers["content-security-policy"].split(";")
        )
        page = page_of(answer)
        for address in page.loads:
            assert whole.client.get(address).status_code == 200, address
        for tag, values in page.tags:
            if tag == "form":
                assert policy["form-action"] == "'self'"
                assert values.get("action", "/").startswith("/")
        assert policy.get("base-uri") in ("'none'", "'self'")


ERRORS: dict[int, tuple[str, str, bytes, str]] = {
    400: ("GET", "/sparql?query=ASK", b"", ""),
    404: ("GET", "/none", b"", ""),
    405: ("DELETE", AFIL, b"", ""),
    406: ("GET", AFIL, b"", ""),
    413: ("POST", "/sparql", b"#" * 1_100_000, DIRECT),
    415: ("POST", "/sparql", b"ASK {}", "text/plain"),
    504: ("POST", "/sparql", b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
          b" . ?m ?n1 ?o }", DIRECT),
}  # fmt: skip


@pytest.mark.parametrize("status", ERRORS)
def test_24_errors_are_documents_for_programs_and_pages_for_people(
    server: Server, status: int
) -> None:
    method, path, body, kind = ERRORS[status]
    accepts = ("image/png", "image/png") if status == 406 else (BROWSER, "*/*")
    for accept in accepts:
        headers = {"accept": accept} | ({"content-type": kind} if kind else {})
        answer = server.client.request(method, path, content=body or None, headers=headers)
        assert answer.status_code == status, answer.text[:300]
        if accept == BROWSER:
            page = page_of(answer)
            assert len(page.texts["h1"].strip()) > 3
            assert page.attribute("html", "lang") in ("it", "en")
        else:
            assert answer.headers["content-type"] == "application/problem+json"
            document = answer.json()
            assert document["status"] == status
            assert len(document["title"]) > 3
            assert len(document["detail"]) > 10
        assert not INSIDE.search(answer.text)
        assert not SOFTWARE.search(answer.text.lower())
        assert "no-store" in answer.headers.get("cache-control", "no-store")


def test_24_errors_of_the_protocol_say_nothing_of_the_server(server: Server) -> None:
    for request in (b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\r\n\r\n", get("/ x"),
                    get("/", "x" * 100)):  # fmt: skip
        answer = server.exchange(request)
        assert status_of(answer) in (0, 400, 408, 505)
        assert not SOFTWARE.search(head_of(answer).decode("latin-1"))
        assert not INSIDE.search(answer.decode("latin-1"))


# ------------------------------------------------------------- stopping


def test_the_server_stops_when_told_and_answers_what_it_began(tmp_path: Path) -> None:
    """SIGTERM: the query that runs is answered, nothing is left, the status is 0."""
    port = free_port()
    log = (tmp_path / "log").open("wb")
    command = [sys.executable, "-m", "ctl_kg", "serve", "--release", str(MINI), "--port", str(port)]
    process = subprocess.Popen(command, env=environment(), stdout=log, stderr=log)
    log.close()
    origin = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=origin, timeout=30, trust_env=False) as client:
        for _ in range(600):
            try:
                if client.get("/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        running = Server(origin, port, process.pid, client)
        family = set(running.family())
        query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (RAND() < 2) }"
        with httpx.stream("POST", origin + "/sparql", content=query.encode(), timeout=30,
                          headers={"content-type": DIRECT}) as answer:  # fmt: skip
            process.send_signal(signal.SIGTERM)
            assert answer.status_code in (200, 503, 504)
            answer.read()
    assert process.wait(30) == 0
    for _ in range(100):
        left = {pid for pid in family if Path(f"/proc/{pid}").exists()}
        if not left:
            break
        time.sleep(0.1)
    assert not left
    assert b"Traceback" not in (tmp_path / "log").read_bytes()
    assert b"refused" not in (tmp_path / "log").read_bytes()
