"""Answers are made once, compressed once, and not sent to a client that holds them."""

from __future__ import annotations

import asyncio
import gzip

import brotli
import pytest
import zstandard
from starlette.types import Message, Receive, Scope, Send

from ctl_kg.web.cache import AnswerCache
from ctl_kg.web.codings import choose_coding

BODY = b"<a> <b> <c> .\n" * 100


class Origin:
    """An application that counts how often it is asked."""

    def __init__(self, status: int = 200, cache_control: str = "public, max-age=300") -> None:
        self.calls = 0
        self.status = status
        self.cache_control = cache_control.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        await asyncio.sleep(0.01)
        headers = [
            (b"content-type", b"text/turtle; charset=utf-8"),
            (b"cache-control", self.cache_control),
            (b"etag", b'"abc"'),
            (b"last-modified", b"Sun, 22 Nov 2026 00:00:00 GMT"),
            (b"vary", b"Accept"),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": BODY[:5], "more_body": True})
        await send({"type": "http.response.body", "body": BODY[5:]})


class Got:
    """What came back."""

    def __init__(self, messages: list[Message]) -> None:
        self.status = messages[0]["status"]
        self.headers = {k.decode(): v.decode() for k, v in messages[0]["headers"]}
        self.body = b"".join(message["body"] for message in messages[1:])


async def ask(app: AnswerCache, method: str = "GET", **headers: str) -> Got:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": method, "path": "/x", "raw_path": b"/x", "query_string": b"",
        "headers": raw,
    }  # fmt: skip
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    await app(scope, receive, send)
    return Got(messages)


def test_the_second_request_is_answered_from_memory() -> None:
    async def scenario() -> None:
        origin = Origin()
        app = AnswerCache(origin, 100_000)
        first, second = await ask(app), await ask(app)
        assert (first.body, first.headers) == (second.body, second.headers)
        assert first.body == BODY
        assert origin.calls == 1
        assert (await ask(app, accept="text/html")).status == 200
        assert origin.calls == 2

    asyncio.run(scenario())


def test_requests_at_once_wait_for_the_first() -> None:
    async def scenario() -> None:
        origin = Origin()
        app = AnswerCache(origin, 100_000)
        answers = await asyncio.gather(*(ask(app) for _ in range(20)))
        assert {got.body for got in answers} == {BODY}
        assert origin.calls == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(("status", "control"), [(404, "public"), (200, "no-store"), (500, "")])
def test_errors_and_private_answers_are_not_kept(status: int, control: str) -> None:
    async def scenario() -> None:
        origin = Origin(status, control)
        app = AnswerCache(origin, 100_000)
        answers = await asyncio.gather(*(ask(app) for _ in range(3)))
        assert {got.status for got in answers} == {status}
        await ask(app)
        assert origin.calls == 4

    asyncio.run(scenario())


def test_each_coding_unpacks_and_has_its_own_validator() -> None:
    unpack = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    }

    async def scenario() -> None:
        app = AnswerCache(Origin(), 100_000)
        etags = {(await ask(app)).headers["etag"]}
        for coding, unpacked in unpack.items():
            got = await ask(app, accept_encoding=coding)
            assert got.headers["content-encoding"] == coding
            assert unpacked(got.body) == BODY
            assert got.headers["content-length"] == str(len(got.body))
            assert got.headers["vary"] == "Accept, Accept-Encoding"
            etags.add(got.headers["etag"])
            held = await ask(app, accept_encoding=coding, if_none_match=got.headers["etag"])
            assert (held.status, held.body) == (304, b"")
            assert held.headers["vary"] == "Accept, Accept-Encoding"
            assert (await ask(app, if_none_match=got.headers["etag"])).status == 200
        assert len(etags) == 4

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": '"abc"'}, 304),
        ({"if_none_match": 'W/"abc", "other"'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"other"'}, 200),
        ({"if_modified_since": "Sun, 22 Nov 2026 00:00:00 GMT"}, 304),
        ({"if_modified_since": "Sat, 21 Nov 2026 00:00:00 GMT"}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        (
            {
                "if_none_match": '"other"',
                "if_modified_since": "Sun, 22 Nov 2026 00:00:00 GMT",
            },
            200,
        ),
    ],
)
def test_conditions(headers: dict[str, str], status: int) -> None:
    assert asyncio.run(ask(AnswerCache(Origin(), 100_000), **headers)).status == status


def test_head_is_get_without_its_body() -> None:
    async def scenario() -> None:
        origin = Origin()
        app = AnswerCache(origin, 100_000)
        head, get = await ask(app, "HEAD"), await ask(app)
        assert (head.headers, head.body) == (get.headers, b"")
        assert origin.calls == 1

    asyncio.run(scenario())


def test_memory_is_bounded() -> None:
    async def scenario() -> None:
        origin = Origin()
        app = AnswerCache(origin, 10_000)
        for number in range(50):
            await ask(app, accept=f"text/turtle;x={number}")
        assert app._kept.currsize <= 10_000
        await ask(app, accept="text/turtle;x=0")
        assert origin.calls == 51

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        ([], ""),
        (["gzip"], "gzip"),
        (["gzip, deflate, br, zstd"], "br"),
        (["gzip;q=1.0, br;q=0.8"], "gzip"),
        (["br;q=0, gzip;q=0.1"], "gzip"),
        (["*"], "br"),
        (["*;q=0"], ""),
        (["identity, gzip;q=0.5"], ""),
        (["GZIP"], "gzip"),
        (["gzip;q=x"], ""),
        (["deflate", "gzip"], "gzip"),
        ([""], ""),
    ],
)
def test_coding_is_chosen_as_the_client_prefers(lines: list[str], chosen: str) -> None:
    assert choose_coding(lines) == chosen
