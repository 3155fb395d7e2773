"""Keep what a release answers, made once and compressed once; decide conditions and codings.

A release never changes while it is served, so an answer to GET depends on the address, on
``Accept`` and on ``Accept-Language`` alone. Below this middleware nothing knows of copies that
a client holds, nor of content codings. Errors, and what is not ``public``, are never kept.

Source: RFC 9110 §8.4 (codings), §12.5.3 (Accept-Encoding), §13 (conditions); RFC 9111 §4.1.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

import brotli
import zstandard
from cachetools import LRUCache
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Best first: the first of equal quality wins. All are deterministic for one version.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "zstd": lambda body: zstandard.ZstdCompressor(level=9).compress(body),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
_LEAST_BYTES = 500
_COMPRESSIBLE = ("text/", "application/", "image/svg+xml")
_KEPT_STATUSES = (200, 303, 308)
# Headers of a 304 (RFC 9110 §15.4.5), and those that every answer of ours has.
_DROPPED_FROM_304 = ("content-type", "content-length", "content-encoding")

_Key = tuple[bytes, bytes, str, str]


@dataclass(frozen=True)
class Answer:
    """A whole answer without content coding, or one coded form of it."""

    status: int
    headers: Headers
    body: bytes

    @property
    def is_public(self) -> bool:
        """Tell whether every client may get this same answer."""
        public = self.headers.get("cache-control", "").startswith("public")
        return self.status in _KEPT_STATUSES and public

    @property
    def size(self) -> int:
        """Bytes that keeping it takes, roughly."""
        return len(self.body) + sum(len(k) + len(v) for k, v in self.headers.raw) + 500


class AnswerCache:
    """Middleware: answers GET and HEAD from memory where it can.

    Args:
        app: what makes an answer that is not kept.
        max_bytes: memory for kept answers; the least recently used go first.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self._kept: LRUCache[tuple[_Key, str], Answer] = LRUCache(
            max_bytes, getsizeof=lambda answer: answer.size
        )
        self._pending: dict[_Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = _key(scope, headers)
        answer = await self._answer(key, scope, receive)
        coding = choose_coding(headers.getlist("accept-encoding")) if _can_code(answer) else ""
        if coding:
            answer = self._coded(key, coding, answer)
        if _is_current(headers, answer.headers):
            answer = _not_modified(answer)
        await _send(answer, send, with_body=scope["method"] == "GET")

    async def _answer(self, key: _Key, scope: Scope, receive: Receive) -> Answer:
        """Return the kept answer, or make it; a second request waits for the first."""
        while True:
            kept = self._kept.get((key, ""))
            if kept is not None:
                return kept
            pending = self._pending.get(key)
            if pending is None:
                break
            await pending.wait()
            if (key, "") not in self._kept:  # it was none to keep: everyone makes his own
                return await _made(self.app, scope, receive)
        self._pending[key] = asyncio.Event()
        try:
            answer = await _made(self.app, scope, receive)
            self._keep((key, ""), answer)
            return answer
        finally:
            self._pending.pop(key).set()

    def _coded(self, key: _Key, coding: str, answer: Answer) -> Answer:
        kept = self._kept.get((key, coding))
        if kept is None:
            kept = _with_coding(answer, coding)
            self._keep((key, coding), kept)
        return kept

    def _keep(self, key: tuple[_Key, str], answer: Answer) -> None:
        if answer.is_public and answer.size <= self._kept.maxsize // 4:
            self._kept[key] = answer


def _key(scope: Scope, headers: Headers) -> _Key:
    return (
        scope.get("raw_path") or scope["path"].encode(),
        scope["query_string"],
        ",".join(headers.getlist("accept")),
        ",".join(headers.getlist("accept-language")),
    )


async def _made(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Return what the application answers to an unconditional GET of the same address."""
    start: dict[str, Any] = {}
    parts: list[bytes] = []

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app({**scope, "method": "GET"}, receive, collect)
    headers = MutableHeaders(raw=list(start["headers"]))
    body = b"".join(parts)
    if _is_compressible(headers):
        headers.add_vary_header("Accept-Encoding")
    headers["content-length"] = str(len(body))
    return Answer(start["status"], Headers(raw=headers.raw), body)


def _is_compressible(headers: Headers) -> bool:
    kind = headers.get("content-type", "")
    return kind.startswith(_COMPRESSIBLE) and "content-encoding" not in headers


def _can_code(answer: Answer) -> bool:
    long_enough = len(answer.body) >= _LEAST_BYTES
    return answer.status == 200 and long_enough and _is_compressible(answer.headers)


def _with_coding(answer: Answer, coding: str) -> Answer:
    body = CODINGS[coding](answer.body)
    headers = MutableHeaders(raw=list(answer.headers.raw))
    headers["content-encoding"] = coding
    headers["content-length"] = str(len(body))
    if "etag" in headers:  # another representation, so another strong validator
        headers["etag"] = f'{headers["etag"][:-1]}-{coding}"'
    return replace(answer, headers=Headers(raw=headers.raw), body=body)


def choose_coding(lines: Sequence[str], offers: Sequence[str] = tuple(CODINGS)) -> str:
    """Return the content coding that a client prefers among ours, or "" for none.

    Args:
        lines: values of ``Accept-Encoding``, in order; none means that nothing is coded.
        offers: codings, best first.

    >>> choose_coding(["gzip, br;q=0.5"])
    'gzip'
    >>> choose_coding(["identity"])
    ''
    """
    qualities: dict[str, float] = {}
    for item in ",".join(lines).lower().split(","):
        name, _, parameter = item.partition(";")
        try:
            quality = float(parameter.partition("=")[2]) if parameter.strip() else 1.0
        except ValueError:
            quality = 0.0
        qualities.setdefault(name.strip(), quality)
    weights = {offer: qualities.get(offer, qualities.get("*", 0.0)) for offer in offers}
    best = max(offers, key=weights.__getitem__)
    return best if weights[best] > 0 and weights[best] >= qualities.get("identity", 0.0) else ""


def _is_current(request: Headers, answer: Headers) -> bool:
    """Tell whether the copy that the client holds still is what would be sent."""
    held = ",".join(request.getlist("if-none-match"))
    etag = answer.get("etag")
    if held and etag is not None:
        known = [each.strip().removeprefix("W/") for each in held.split(",")]
        return "*" in known or etag in known
    since, modified = request.get("if-modified-since"), answer.get("last-modified")
    if held or not since or not modified:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a time zone
        return False


def _not_modified(answer: Answer) -> Answer:
    kept = [(k, v) for k, v in answer.headers.raw if k.decode() not in _DROPPED_FROM_304]
    return Answer(304, Headers(raw=kept), b"")


async def _send(answer: Answer, send: Send, *, with_body: bool) -> None:
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers.raw}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
