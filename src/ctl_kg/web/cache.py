"""Keep what a release answers, made once and compressed once; decide conditions and codings.

A release never changes while it is served, so an answer to GET depends on the address and on a
few header fields alone. Below this middleware nothing knows of copies that a client holds, nor
of content codings. Errors, and what is not ``public``, are never kept; what is too large to be
kept is passed on piece by piece.

Source: RFC 9110 §8.4 (codings), §13 (conditions), §15.4.5 (304); RFC 9111 §4.1 (Vary).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from cachetools import LRUCache
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctl_kg.web.codings import CODINGS, choose_coding

_LEAST_BYTES = 500
_COMPRESSIBLE = ("text/", "application/", "image/svg+xml")
_KEPT_STATUSES = (200, 303, 308)
_DROPPED_FROM_304 = ("content-type", "content-length", "content-encoding", "server-timing")
# What the choice of a representation can depend on, and what the answer to a client does.
_CHOOSING = frozenset((b"accept", b"accept-language", b"accept-profile"))
_SENDING = _CHOOSING | {b"accept-encoding", b"if-none-match", b"if-modified-since"}

_Fields: TypeAlias = tuple[tuple[bytes, bytes], ...]
_Key: TypeAlias = tuple[bytes, bytes, _Fields]
_Messages: TypeAlias = tuple[Message, Message]


@dataclass(frozen=True)
class Answer:
    """A whole answer without content coding, or one coded form of it."""

    status: int
    headers: Headers
    body: bytes

    @property
    def size(self) -> int:
        """Bytes that keeping it takes, roughly."""
        return len(self.body) + sum(len(k) + len(v) for k, v in self.headers.raw) + 500


def is_public(status: int, headers: Headers) -> bool:
    """Tell whether an answer may be kept and given to every client."""
    return status in _KEPT_STATUSES and headers.get("cache-control", "").startswith("public")


class AnswerCache:
    """Middleware: answers GET and HEAD from memory where it can.

    Args:
        app: what makes an answer that is not kept.
        max_bytes: memory for kept answers; the least recently used go first.
        count: called with ``hit`` for each look.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, count: Callable[..., None] = lambda *, hit: None
    ) -> None:
        self.app = app
        self._count = count
        # Answers by what they depend on and coding; and whole exchanges, ready to send.
        self._kept: LRUCache[tuple[_Key, str], Answer] = LRUCache(
            max_bytes // 2, getsizeof=lambda answer: answer.size
        )
        self._ready: LRUCache[tuple[str, _Key], _Messages] = LRUCache(
            max_bytes // 2, getsizeof=lambda messages: len(messages[1]["body"]) + 2000
        )
        self._pending: dict[_Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        whole = (scope["method"], _key(scope, _SENDING))
        ready = self._ready.get(whole)
        if ready is not None:
            self._count(hit=True)
            await send(ready[0])
            await send(ready[1])
            return
        self._count(hit=False)
        through = _Through(Headers(scope=scope), send, with_body=scope["method"] == "GET")
        key = _key(scope, _CHOOSING)
        was_kept = (key, "") in self._kept
        answer = await self._answer(key, scope, receive, through)
        if answer is None:
            return
        messages = self._messages(scope, key, answer)
        # Not at the first time: most addresses are asked for once.
        if was_kept and sum(map(len, whole[1][:2])) < 10_000:
            self._store(whole, messages)
        await send(messages[0])
        await send(messages[1])

    def _store(self, whole: tuple[str, _Key], messages: _Messages) -> None:
        if self._ready.getsizeof(messages) <= self._ready.maxsize // 4:
            self._ready[whole] = messages

    def _messages(self, scope: Scope, key: _Key, answer: Answer) -> _Messages:
        """Return what is sent to one client: coded, or 304, or without body."""
        headers = Headers(scope=scope)
        coding = choose_coding(headers.getlist("accept-encoding")) if _can_code(answer) else ""
        if coding:
            answer = self._coded(key, coding, answer)
        if is_current(headers, answer.headers):
            answer = Answer(304, _not_modified(answer.headers), b"")
        body = answer.body if scope["method"] == "GET" else b""
        return (
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers.raw},
            {"type": "http.response.body", "body": body},
        )

    async def _answer(
        self, key: _Key, scope: Scope, receive: Receive, through: _Through
    ) -> Answer | None:
        """Return the kept answer, or make it; a second request waits for the first.

        Returns:
            None if the answer was none to keep and has been passed on.
        """
        while True:
            kept = self._kept.get((key, ""))
            if kept is not None:
                return kept
            pending = self._pending.get(key)
            if pending is None:
                break
            await pending.wait()
            if (key, "") not in self._kept:  # it was none to keep: everyone makes his own
                return await self._made(scope, receive, through)
        self._pending[key] = asyncio.Event()
        try:
            answer = await self._made(scope, receive, through)
            if answer is not None:
                self._keep((key, ""), answer)
            return answer
        finally:
            self._pending.pop(key).set()

    async def _made(self, scope: Scope, receive: Receive, through: _Through) -> Answer | None:
        """Return what the application answers to GET, or None if that was passed on."""
        collector = _Collector(through, int(self._kept.maxsize) // 4)
        await self.app({**scope, "method": "GET"}, receive, collector)
        return collector.answer()

    def _coded(self, key: _Key, coding: str, answer: Answer) -> Answer:
        kept = self._kept.get((key, coding))
        if kept is None:
            kept = _with_coding(answer, coding)
            self._keep((key, coding), kept)
        return kept

    def _keep(self, key: tuple[_Key, str], answer: Answer) -> None:
        if answer.size > self._kept.maxsize // 4:
            return
        if "server-timing" in answer.headers:  # true of the making, not of the next sending
            headers = MutableHeaders(raw=list(answer.headers.raw))
            headers["server-timing"] = 'cache;desc="hit"'
            answer = replace(answer, headers=Headers(raw=headers.raw))
        self._kept[key] = answer


def _key(scope: Scope, names: frozenset[bytes]) -> _Key:
    fields = tuple([each for each in scope["headers"] if each[0] in names])
    return scope.get("raw_path") or scope["path"].encode(), scope["query_string"], fields


class _Through:
    """Passes an answer on as it comes, as 304 if the client has it, without body for HEAD."""

    def __init__(self, request: Headers, send: Send, *, with_body: bool) -> None:
        self._request = request
        self._send = send
        self._with_body = with_body

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=list(message["headers"]))
            if message["status"] == 200 and is_current(self._request, headers):
                message = {**message, "status": 304, "headers": _not_modified(headers).raw}
                self._with_body = False
        elif not self._with_body:
            if message.get("more_body"):
                return
            message = {**message, "body": b""}
        await self._send(message)


class _Collector:
    """Gathers an answer that can be kept; passes any other on."""

    def __init__(self, through: _Through, most_bytes: int) -> None:
        self._through = through
        self._most_bytes = most_bytes
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=list(message["headers"]))
            length = headers.get("content-length", "0")
            fits = length.isdigit() and int(length) <= self._most_bytes
            if fits and is_public(message["status"], headers):
                self._start = message
                return
        elif self._start is not None:
            self._parts.append(message.get("body", b""))
            return
        await self._through(message)

    def answer(self) -> Answer | None:
        """Return the answer, or None if it was passed on."""
        if self._start is None:
            return None
        headers = MutableHeaders(raw=list(self._start["headers"]))
        body = b"".join(self._parts)
        if _is_compressible(headers):
            headers.add_vary_header("Accept-Encoding")
        headers["content-length"] = str(len(body))
        return Answer(self._start["status"], Headers(raw=headers.raw), body)


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


def is_current(request: Headers, answer: Headers) -> bool:
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


def _not_modified(headers: Headers) -> Headers:
    return Headers(raw=[(k, v) for k, v in headers.raw if k.decode() not in _DROPPED_FROM_304])
