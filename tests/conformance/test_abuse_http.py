"""Malformed, oversized and badly encoded requests against a real server process, byte by byte.

Each ends with a clear 4xx (or 501, 505) or a closed connection, never with 500, and the server
answers the next request as before. ``CTL_KG_TEST_REPORTS=FOLDER`` writes a table.
Source: RFC 9112 (message syntax), RFC 6585 (431), RFC 9110 §15.5.14 (413), §15.5.15 (414);
service promises 16 and 23.
"""

from __future__ import annotations

import pytest
from raw_http import CLOSE, HOST, PAGE, chunked, get, head_of, post
from server import BROWSER, DIRECT, FORM, MINI, Report, Server, serve, status_of

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.usefixtures("the_next_request_is_answered"),
]
REPORT = Report("abuse-http")


@pytest.fixture(scope="module")
def server(hurried: Server) -> Server:
    return hurried


# ------------------------------------------------------------- message syntax

MALFORMED = {
    "nothing but a line": b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a version to come": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "no Host (RFC 9112 §3.2)": b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n",
    "control characters": b"\x00\x01\x02\x03\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "an SSH greeting": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a mail": b"EHLO x\r\nMAIL FROM:<a@example.org>\r\n\r\n",
    "a field without colon": b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"nonsense\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"accept : */*\r\n\r\n",
    "a NUL in a field": b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"accept: a\x00b\r\n\r\n",
    "a NUL in a name": b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"ac\x00cept: a\r\n\r\n",
    "a bare CR in a field": b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"accept: a\rb: c\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
    "a NUL in the target": b"GET /a\x00b HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
    "a line break in the target": b"GET /a\nb HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
    "no method": b" / HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests(server: Server, name: str) -> None:
    answer = server.exchange(MALFORMED[name])
    status = status_of(answer)
    REPORT.row(name, status or "closed")
    assert status in (0, 400, 408, 505), answer[:300]


@pytest.mark.parametrize(
    "line", ["accept:\r\n text/turtle", "accept: text/turtle;\r\n\tq=1"], ids=["empty", "parameter"]
)
def test_folded_fields_are_refused_or_joined(server: Server, line: str) -> None:
    """RFC 9112 §5.2: refuse, or replace by a space."""
    answer = server.exchange(get(PAGE + ".ttl", line))
    assert status_of(answer) in (0, 200, 400)
    REPORT.row("a folded field", status_of(answer) or "closed")


SECOND = b"GET /queries HTTP/1.1\r\nhost: smuggled\r\n\r\n"
SMUGGLED = {
    "Content-Length and Transfer-Encoding": post(
        b"0\r\n\r\n" + SECOND, "transfer-encoding: chunked", "content-length: 5"),
    "two Content-Lengths": post(b"ASK {}" + SECOND, "content-length: 3"),
    "a list of Content-Lengths": get(
        "/sparql", f"content-type: {DIRECT}", "content-length: 6, 7", method="POST") + b"ASK {}",
    "a negative Content-Length": post(b"ASK {}", length=-6),
    "a signed Content-Length": get(
        "/sparql", f"content-type: {DIRECT}", "content-length: +6", method="POST") + b"ASK {}",
    "a Content-Length in hexadecimal": get(
        "/sparql", f"content-type: {DIRECT}", "content-length: 0x6", method="POST") + b"ASK {}",
    "a Content-Length beyond all bounds": post(b"ASK {}", length=10**30),
    "an unknown Transfer-Encoding": post(b"ASK {}", "transfer-encoding: xchunked"),
    "chunked, but not last": post(chunked([b"ASK {}"]), "transfer-encoding: chunked, gzip"),
    "chunked twice": post(chunked([b"ASK {}"]), "transfer-encoding: chunked",
                          "transfer-encoding: identity"),
    "a chunk size that is none": post(b"zz\r\nASK {}\r\n0\r\n\r\n", "transfer-encoding: chunked"),
    "a chunk size beyond all bounds": post(
        b"fffffffffffffffff\r\nASK {}\r\n0\r\n\r\n", "transfer-encoding: chunked"),
    "a chunk longer than its size": post(
        b"3\r\nASK {}\r\n0\r\n\r\n", "transfer-encoding: chunked"),
}  # fmt: skip


@pytest.mark.parametrize("name", SMUGGLED)
def test_bodies_of_two_lengths_are_refused(server: Server, name: str) -> None:
    """RFC 9112 §6.1 and §6.3: what could be read in two ways is refused, and the link closed."""
    answer = server.exchange(SMUGGLED[name])
    REPORT.row(name, status_of(answer) or "closed")
    assert answer.count(b"HTTP/1.1 ") <= 1, "the smuggled request was answered"
    allowed = (0, 400, 408, 413, 501)
    assert status_of(answer) in allowed, answer[:300]


# ------------------------------------------------------------- sizes

LARGE = {
    "a field of 100 kB": (get("/", "x-large: " + "x" * 100_000), (0, 400, 431)),
    "a field of 2 MB": (get("/", "x-large: " + "x" * 2_000_000), (0, 400, 431)),
    "10,000 fields": (get("/", *(f"x-{i}: y" for i in range(10_000))), (0, 400, 431)),
    "an Accept of 60 kB": (
        get(PAGE, "accept: " + "text/x;q=0.1," * 4600), (0, 400, 406, 431)),
    "an address of 100 kB": (get("/" + "x" * 100_000), (0, 400, 414, 431)),
    "an address of 30 kB": (get("/data/" + "x" * 30_000), (0, 400, 404, 414, 431)),
    "a query string of 100 kB": (get("/?" + "x=1&" * 25_000), (0, 400, 414, 431)),
    "a path of 5,000 folders": (get("/data" + "/x" * 5_000), (0, 400, 404, 414, 431)),
    "10,000 parameters": (get("/sparql?" + "a=1&" * 6_000), (0, 200, 400, 414, 431)),
    "a method of 10 kB": (get("/", method="X" * 10_000), (0, 400, 405, 431, 501)),
    "a body of 2 MB": (post(b"#" * 2_000_000), (0, 413)),
    "a body said to have 5 GB": (post(b"ASK {}", length=5_000_000_000), (0, 408, 413)),
    "2 MB in chunks": (
        post(chunked([b"#" * 10_000] * 200), "transfer-encoding: chunked"), (0, 413)),
    "200,000 chunks of one byte": (
        post(chunked([b"#"] * 200_000), "transfer-encoding: chunked"),
        (0, 200, 400, 408, 413)),
    "a chunk extension of 1 MB": (
        post(b"6;" + b"x" * 1_000_000 + b"\r\nASK {}\r\n0\r\n\r\n", "transfer-encoding: chunked"),
        (0, 200, 400, 413, 431)),
    "trailers of 1 MB": (
        post(chunked([b"ASK {}"], b"0\r\n" + b"x-t: y\r\n" * 120_000 + b"\r\n"),
             "transfer-encoding: chunked"), (0, 200, 400, 413, 431)),
    "a form of 100,000 fields": (post(b"a=1&" * 100_000, kind=FORM), (0, 400, 413)),
    "an empty body": (post(b""), (400,)),
    "an empty form": (post(b"", kind=FORM), (400,)),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_large_requests(server: Server, name: str) -> None:
    request, allowed = LARGE[name]
    answer = server.exchange(request)
    REPORT.row(name, status_of(answer) or "closed")
    assert status_of(answer) in allowed, answer[:300]


# ------------------------------------------------------------- text

ODD_TARGETS = [
    "/data/%00", "/data/cluster/afil%00.ttl", "/data/%FF%FE", "/data/%C0%AF", "/data/%ED%A0%80",
    "/data/%", "/data/%zz", "/data/%E0%80%80", "/data/cluster/afil%0d%0a", "/data/cluster/afil%20",
    "/data/cluster/%61fil%00", "/data//cluster///afil", "/data/cluster/afil;jsessionid=1",
    "/data/cluster/afil%23x", "/data/cluster/afil%3Fx", "/data/cluster/afil/..", "/./data/./x",
    "/data/\xe9", "/data/{}", "/data/|", "/data/<script>", "/data/^`", "/data/cluster/AFIL%C3",
    "/sparql?query=%FF", "/sparql?query=ASK%7B%7D%00", "/sparql?query", "/sparql?=", "/sparql?&&",
    "/sparql?query=%ED%A0%80", "/queries/%00", "/queries/%2e%2e", "/download/%00", "/static/%00",
    "/static/%FF", "/context/%00", "/?lang=%FF", "/?lang=%00", "/data/cluster/?page=%00",
    "/data/cluster/?page=99999999999999999999", "/data/cluster/?page=-1", "/data/cluster/?page=1e3",
    "/data/cluster/?page=\u0661".encode().decode("latin-1"), "/.well-known/void%00",
    "/%F0%9F%92%A9", "/data/cluster/afil?_profile=%00",
]  # fmt: skip


@pytest.mark.parametrize("target", ODD_TARGETS)
def test_odd_addresses(server: Server, target: str) -> None:
    """404, 400 or a redirect to the right IRI; never 5xx (promise 16)."""
    for accept in ("text/turtle", BROWSER):
        answer = server.exchange(get(target, f"accept: {accept}"))
        assert status_of(answer) in (0, 200, 301, 303, 307, 308, 400, 404, 406, 414), answer[:200]
        assert b"\r\nlocation: //" not in head_of(answer)
    REPORT.row(target, status_of(answer) or "closed")


ODD_BODIES = {
    "a query that is not UTF-8": (post(b"ASK { ?s ?p '\xff' }"), (400,)),
    "a query with a NUL": (post(b"ASK { ?s ?p '\x00' }"), (200, 400)),
    "a query of NULs": (post(b"\x00" * 1000), (400,)),
    "a form that is not UTF-8": (post(b"query=ASK%20%7B%20%3Fs%20%3Fp%20%22%FF%22%7D", kind=FORM),
                                 (400,)),
    "a lone surrogate": (post(b"ASK { FILTER ('\xed\xa0\x80' = '') }"), (400,)),
    "a surrogate by escape": (post(rb"ASK { FILTER ('\uD800' = '') }"), (400,)),
    "an escape beyond Unicode": (post(rb"ASK { FILTER ('\U00110000' = '') }"), (400,)),
    "UTF-16": (post("ASK {}".encode("utf-16")), (400,)),
    "a byte order mark": (post(b"\xef\xbb\xbfASK {}"), (200,)),
    "gzip": (post(b"\x1f\x8b\x08\x00", "content-encoding: gzip"), (415,)),
    "a charset that is none": (post(b"ASK {}", kind=DIRECT + "; charset=x"), (415,)),
    "multipart": (post(b"--b\r\n\r\nASK {}\r\n--b--", kind="multipart/form-data; boundary=b"),
                  (415,)),
    "a media type that is none": (post(b"ASK {}", kind=";;;"), (400, 415)),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_BODIES)
def test_odd_bodies(server: Server, name: str) -> None:
    request, allowed = ODD_BODIES[name]
    answer = server.exchange(request)
    REPORT.row(name, status_of(answer))
    assert status_of(answer) in allowed, answer[:300]


def test_the_largest_body_is_a_setting() -> None:
    with serve(MINI, max_body_bytes=1000) as small:
        assert status_of(small.exchange(post(b"#" * 2000))) == 413
        assert status_of(small.exchange(post(b"ASK {}"))) == 200
