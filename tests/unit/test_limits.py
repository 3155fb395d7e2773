"""Limits of requests: size, time to arrive, rate; and who counts as one client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from http_fixture import Client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctl_kg.errors import CtlKgError
from ctl_kg.settings import Settings
from ctl_kg.web.clients import Clients, anonymised, limited_as
from ctl_kg.web.limits import MAX_ADDRESS_BYTES, MAX_HEADER_FIELDS, Limited, RateLimit
from ctl_kg.web.responses import SECURITY_HEADERS, problem


async def echo(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"{request.method} {len(body)}")


def told(request: Request, error: Exception) -> Response:
    assert isinstance(error, CtlKgError)
    return problem(error, headers=SECURITY_HEADERS)


METHODS = ["GET", "POST", "TRACE"]
APP = Starlette(
    routes=[Route("/{path:path}", echo, methods=METHODS)], exception_handlers={CtlKgError: told}
)


def client(peer: str = "192.0.2.1", **values: Any) -> Client:
    settings = Settings(**values)
    limited = Limited(APP, settings, Clients(settings.trusted_proxies))
    return Client(limited, peer=peer)


def test_a_refusal_says_when_to_come_back() -> None:
    asking = client(rate_per_minute=3)
    assert [asking.get("/data/x").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = asking.get("/data/x")
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert answer.headers["ratelimit-policy"] == '"requests";q=3;w=60'
    assert answer.headers["ratelimit"] == f'"requests";r=0;t={answer.headers["retry-after"]}'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["code"] == "too-many-requests"
    assert answer.json()["hint"]


def test_queries_have_a_rate_of_their_own() -> None:
    asking = client(query_rate_per_minute=1)
    assert asking.get("/sparql?query=ASK{}").status_code == 200
    assert asking.post("/sparql").status_code == 429
    assert asking.get("/queries/cluster-chain").status_code == 429
    assert asking.get("/queries").status_code == 200
    assert asking.get("/data/x").status_code == 200


def test_who_watches_is_not_refused() -> None:
    asking = client(rate_per_minute=1)
    for _ in range(3):
        assert asking.get("/healthz").status_code == 200
        assert asking.get("/readyz").status_code == 200
    assert [asking.get("/").status_code for _ in range(2)] == [200, 429]


def test_no_rate_unless_it_is_set() -> None:
    asking = client()
    assert {asking.get("/sparql").status_code for _ in range(100)} == {200}


def test_a_reserve_fills_again_evenly() -> None:
    limit = RateLimit("requests", 60)
    assert [limit.take("a", 1e6) for _ in range(60)] == [0.0] * 60
    assert limit.take("a", 1e6) == pytest.approx(1)
    assert limit.take("b", 1e6) == 0
    assert limit.take("a", 1e6 + 0.5) == pytest.approx(0.5)
    assert [limit.take("a", 1e6 + 2) for _ in range(2)] == [0.0, 0.0]
    assert limit.take("a", 1e6 + 2) == pytest.approx(1)
    assert [limit.take("a", 1e6 + 500) for _ in range(60)] == [0.0] * 60
    assert limit.take("a", 1e6 + 500) > 0


def test_memory_is_bounded() -> None:
    limit = RateLimit("requests", 1)
    for number in range(60_000):
        limit.take(str(number), 0.0)
    assert len(limit._full_at) == 50_000


def forwarded(asking: Client, value: str) -> int:
    return asking.get("/", headers={"x-forwarded-for": value}).status_code


def test_the_client_behind_a_trusted_proxy() -> None:
    asking = client("10.0.0.1", rate_per_minute=1, trusted_proxies=("10.0.0.0/8",))
    assert forwarded(asking, "198.51.100.1") == 200
    assert forwarded(asking, "198.51.100.2") == 200
    # What stands further left is the client's own word; trusted proxies in between are passed.
    assert forwarded(asking, "203.0.113.9, 198.51.100.1") == 429
    assert forwarded(asking, "203.0.113.9, 198.51.100.2, 10.9.9.9") == 429
    assert forwarded(asking, "198.51.100.3:4711") == 200
    assert forwarded(asking, "198.51.100.3") == 429


def test_several_lines_are_one_list() -> None:
    clients = Clients(("10.0.0.0/8",))
    scope = {
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"198.51.100.1")],
    }
    assert clients.address_of(scope) == "198.51.100.1"
    scope["headers"] = [(b"x-forwarded-for", b"198.51.100.1, <script>, 10.0.0.7")]
    assert clients.address_of(scope) == "10.0.0.7"
    scope["headers"] = []
    assert clients.address_of(scope) == "10.0.0.1"
    assert clients.address_of({"client": None, "headers": []}) == "unknown"


def test_a_client_that_is_no_proxy_cannot_be_another() -> None:
    asking = client("198.51.100.1", rate_per_minute=1, trusted_proxies=("10.0.0.0/8",))
    assert forwarded(asking, "203.0.113.1") == 200
    assert forwarded(asking, "203.0.113.2") == 429


def test_an_ipv6_network_is_one_client() -> None:
    assert limited_as("2001:db8:1:2::1") == limited_as("2001:db8:1:2:ffff::") == "2001:db8:1:2::"
    assert limited_as("2001:db8:1:3::1") != limited_as("2001:db8:1:2::1")
    assert limited_as("::ffff:192.0.2.1") == limited_as("192.0.2.1") == "192.0.2.1"
    assert anonymised("::ffff:192.0.2.1") == "192.0.2.0"
    assert anonymised("no address") == "unknown"


def test_long_addresses() -> None:
    asking = client()
    query = "query=" + "a" * (MAX_ADDRESS_BYTES - 20)
    assert asking.get(f"/sparql?{query}").status_code == 200
    answer = asking.get(f"/sparql?{query}{'a' * 20}")
    assert answer.status_code == 414
    assert "POST" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("accept", "text/turtle")] * (MAX_HEADER_FIELDS - 10), 200),
        ([("accept", "text/turtle")] * (MAX_HEADER_FIELDS + 1), 431),
        ([("accept", "a" * 30_000)], 200),
        ([("accept", "a" * 33_000)], 431),
        ([("cookie", "a" * 17_000), ("referer", "a" * 17_000)], 431),
        ([("x-http-method-override", "DELETE"), ("expect", "nonsense")], 200),
    ],
)
def test_header_fields(headers: list[tuple[str, str]], status: int) -> None:
    answer = client().get("/", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.text == "GET 0"
    else:
        assert answer.json()["code"] == "headers-too-large"


def test_two_ways_to_say_how_long_a_body_is() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"ASK {}"

    both = {"content-length": "6", "transfer-encoding": "chunked"}
    assert client().post("/sparql", content=chunks(), headers=both).status_code == 400
    assert client().post("/sparql", content=chunks()).text == "POST 6"


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body and answer, as a framework without handlers of errors does."""
    size = 0
    more = True
    while more:
        message = await receive()
        size += len(message["body"])
        more = message["more_body"]
    await PlainTextResponse(f"POST {size}")(scope, receive, send)


class Slow:
    """A client that sends some parts of a body, each after a pause, and then nothing more."""

    def __init__(self, *parts: tuple[float, bytes]) -> None:
        self.parts = list(parts)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if not self.parts:
            await asyncio.sleep(3600)
        pause, part = self.parts.pop(0)
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": part, "more_body": part != b"."}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def ask(self, app: ASGIApp, timeout_s: float) -> tuple[int, dict[bytes, bytes], bytes]:
        scope = {
            "type": "http", "method": "POST", "path": "/sparql", "query_string": b"",
            "headers": [(b"host", b"x")], "client": ("192.0.2.1", 1), "http_version": "1.1",
        }  # fmt: skip
        limited = Limited(app, Settings(body_timeout_s=timeout_s), Clients(()))
        asyncio.run(limited(scope, self.receive, self.send))
        start, *parts = self.sent
        return start["status"], dict(start["headers"]), b"".join(p["body"] for p in parts)


@pytest.mark.parametrize(
    "parts", [[], [(0.0, b"x")], [(0.05, b"x")] * 50], ids=["nothing", "half", "drop by drop"]
)
@pytest.mark.parametrize("app", [APP, bare], ids=["handled", "not handled"])
def test_a_body_that_does_not_arrive(app: ASGIApp, parts: list[tuple[float, bytes]]) -> None:
    status, headers, body = Slow(*parts).ask(app, 0.3)
    assert status == 408
    assert headers[b"connection"] == b"close"
    assert headers[b"content-type"] == b"application/problem+json"
    assert b"content-security-policy" in headers
    assert json.loads(body)["detail"] == "the body did not arrive within 0.3 s"


def test_a_body_that_arrives_in_time() -> None:
    status, headers, body = Slow((0.01, b"x"), (0.01, b".")).ask(APP, 30)
    assert (status, body) == (200, b"POST 2")
    assert b"connection" not in headers
