"""Clients that are slow, many, silent, or do not read, against a real server process.

Source: RFC 9110 §15.5.9 (408), RFC 9112 §9.3.2 (pipelining) and §9.5 (failures and timeouts);
service promise 22.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from raw_http import CLOSE, HOST, PAGE, get, head_of
from server import DIRECT, PATIENCE_S, Report, Server, status_of

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.usefixtures("the_next_request_is_answered"),
]
REPORT = Report("abuse-clients")


@pytest.fixture(scope="module")
def server(hurried: Server) -> Server:
    return hurried


# ------------------------------------------------------------- slow and many


def until_closed(link: socket.socket, send: bytes) -> bytes:
    """Send a byte now and then until the other end closes; return what it said."""
    received = b""
    link.settimeout(0.2)
    deadline = time.monotonic() + PATIENCE_S
    for number in range(10_000):
        assert time.monotonic() < deadline, "a client that never ends is never dropped"
        with contextlib.suppress(TimeoutError):
            try:
                part = link.recv(65536)
            except ConnectionError:
                return received
            if not part:
                return received
            received += part
        if send:
            try:
                link.sendall(send[number % len(send) :][:1])
            except OSError:
                return received
    return received


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n" + HOST, b""),
        (b"GET / HTTP/1.1\r\n" + HOST + b"x: ", b"y"),
        (get("/sparql", f"content-type: {DIRECT}", "content-length: 1000", method="POST"), b""),
        (get("/sparql", f"content-type: {DIRECT}", "content-length: 1000", method="POST"), b"#"),
        (get("/sparql", f"content-type: {DIRECT}", "transfer-encoding: chunked", method="POST"),
         b"1\r\n#\r\n"),
    ],
    ids=["nothing sent", "half a head", "a slow head", "half a body", "a slow body",
         "slow chunks"],
)  # fmt: skip
def test_slow_clients_are_dropped(server: Server, start: bytes, more: bytes) -> None:
    """Half-sent requests end by 408 or a closed connection, and hinder nobody meanwhile."""
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.sendall(start)
        assert server.client.get(PAGE + ".ttl").status_code == 200  # meanwhile
        answer = until_closed(link, more)
    assert status_of(answer) in (0, 400, 408), answer[:200]
    REPORT.row("a slow client", start[:60], status_of(answer) or "closed")


def test_many_idle_and_slow_connections_hinder_nobody(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        links = []
        for number in range(200):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            link.sendall((b"", b"GET / HT", b"GET / HTTP/1.1\r\nx: ")[number % 3])
            links.append(link)
        assert server.client.get(PAGE + ".ttl").status_code == 200
        assert server.select("SELECT (2 AS ?x) {}") == [{"x": "2"}]
    REPORT.row("200 connections that say nothing or half", "others answered")


def test_clients_that_do_not_read_hinder_nobody(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            link = socket.socket()
            stack.enter_context(link)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            link.connect(("127.0.0.1", server.port))
            link.sendall(get("/download/ctl-kg.nq") * 3)
        assert server.client.get(PAGE + ".ttl").status_code == 200
        assert server.select("SELECT (3 AS ?x) {}") == [{"x": "3"}]
    server.settle()
    REPORT.row("20 clients that do not read", "others answered")


def test_two_hundred_parallel_connections(server: Server) -> None:
    """All connect, then all ask, then all read: every one gets its whole answer."""
    expected = server.client.get(PAGE + ".ttl").content
    barrier = threading.Barrier(200)

    def ask(_: int) -> tuple[int, bytes]:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as link:
            barrier.wait(PATIENCE_S)
            link.sendall(get(PAGE + ".ttl"))
            received = b""
            while part := link.recv(65536):
                received += part
            return status_of(received), received.partition(b"\r\n\r\n")[2]

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(ask, range(200)))
    assert {status for status, _ in answers} == {200}
    assert {body for _, body in answers} == {expected}
    REPORT.row("200 parallel connections", "200 times 200")


def test_two_hundred_parallel_queries(server: Server) -> None:
    """Every one is answered, or told to come back (503 with Retry-After)."""

    def ask(number: int) -> bytes:
        return server.exchange(
            get(f"/sparql?query=SELECT+({number}+AS+?x)+%7B%7D", "accept: text/csv")
        )

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(ask, range(200)))
    for number, answer in enumerate(answers):
        assert status_of(answer) in (200, 503), answer[:200]
        if status_of(answer) == 200:
            assert f"\r\n{number}\r\n".encode() in answer
        else:
            assert b"\r\nretry-after: " in head_of(answer)
    served = sum(status_of(answer) == 200 for answer in answers)
    assert served > 100
    REPORT.row("200 parallel small queries", f"{served} times 200, {200 - served} times 503")


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    """RFC 9112 §9.3.2."""
    paths = ["/healthz", PAGE + ".ttl", "/none", PAGE + ".nt"]
    request = b"".join(get(path).replace(CLOSE, b"") for path in paths[:-1]) + get(paths[-1])
    answer = server.exchange(request)
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"200", b"404", b"200"]
