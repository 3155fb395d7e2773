"""Keep what a release answers, made once and compressed once; decide conditions and codings.

A release never changes while it is served, so an answer to GET depends on the address and on a
few header fields alone. Below this middleware nothing knows of copies that a client holds, nor
of content codings. Errors, and what is not ``public``, are never kept; what is too large to be
kept is passed on piece by piece.

Source: RFC 9110 §8.4 (codings), §13 (conditions), §15.4.5 (304); RFC 9111 §4.1 (Vary).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeAlias

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctl_kg.web.codings import CODINGS, choose_coding

_LEAST_BYTES = 500
_HEAD_BYTES = 2000  # what the header fields of an answer take in memory, roughly
_COMPRESSIBLE = (b"text/", b"application/", b"image/svg+xml")
_KEPT_STATUSES = (200, 303, 308)
# What 304 repeats: what guides caches, and what a script of another site must have to read it.
# All else the client has from the answer that it holds (RFC 9110 §15.4.5).
_KEPT_IN_304 = frozenset(
    (
        b"access-control-allow-origin", b"access-control-expose-headers", b"cache-control",
        b"content-location", b"cross-origin-resource-policy", b"ctl-kg-release", b"etag",
        b"last-modified", b"server", b"vary",
    )
)  # fmt: skip
# What the choice of a representation can depend on, and what the answer to a client does.
_CHOOSING = frozenset((b"accept", b"accept-language", b"accept-profile"))
_SENDING = _CHOOSING | {b"accept-encoding", b"if-none-match", b"if-modified-since"}

_Fields: TypeAlias = Iterable[tuple[bytes, bytes]]
_Key: TypeAlias = tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...]]
_Messages: TypeAlias = tuple[Message, Message]


class Answer(NamedTuple):
    """A whole answer without content coding, or one coded form of it.

    Header fields are kept as they are sent: names in lower case, each once but for ``link``.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    is_compressible: bool


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
            max_bytes // 2, getsizeof=lambda answer: len(answer.body) + _HEAD_BYTES
        )
        self._ready: LRUCache[tuple[str, _Key], _Messages] = LRUCache(
            max_bytes // 2, getsizeof=lambda messages: len(messages[1]["body"]) + _HEAD_BYTES
        )
        self._most_bytes = max_bytes // 8  # of one answer
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
        asked = _joined(whole[1][2])
        key = _key(scope, _CHOOSING)
        was_kept = (key, "") in self._kept
        through = _Through(asked, send, with_body=scope["method"] == "GET")
        answer = await self._answer(key, scope, receive, through)
        if answer is None:
            return
        messages = self._messages(scope, key, asked, answer)
        # Not at the first time: most addresses are asked for once.
        if was_kept and sum(map(len, whole[1][:2])) < 10_000:
            self._store(whole, messages)
        await send(messages[0])
        await send(messages[1])

    def _store(self, whole: tuple[str, _Key], messages: _Messages) -> None:
        if len(messages[1]["body"]) + _HEAD_BYTES <= self._most_bytes:
            self._ready[whole] = messages

    def _messages(
        self, scope: Scope, key: _Key, asked: Mapping[bytes, bytes], answer: Answer
    ) -> _Messages:
        """Return what is sent to one client: coded, or 304, or without body."""
        wished = asked.get(b"accept-encoding")
        if wished and _can_code(answer) and (coding := choose_coding([wished.decode("latin-1")])):
            answer = self._coded(key, coding, answer)
        status, headers, body = answer.status, answer.headers, answer.body
        if is_current(asked, dict(headers)):
            status, headers, body = 304, _not_modified(headers), b""
        elif scope["method"] != "GET":
            body = b""
        return (
            {"type": "http.response.start", "status": status, "headers": headers},
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
        collector = _Collector(through, self._most_bytes)
        if scope["method"] != "GET":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, collector)
        return collector.answer()

    def _coded(self, key: _Key, coding: str, answer: Answer) -> Answer:
        kept = self._kept.get((key, coding))
        if kept is None:
            kept = _with_coding(answer, coding)
            self._keep((key, coding), kept)
        return kept

    def _keep(self, key: tuple[_Key, str], answer: Answer) -> None:
        if len(answer.body) + _HEAD_BYTES > self._most_bytes:
            return
        # How long the making took is not true of the next sending.
        headers = [
            (name, b'cache;desc="hit"' if name == b"server-timing" else value)
            for name, value in answer.headers
        ]
        self._kept[key] = answer._replace(headers=headers)


def _key(scope: Scope, names: frozenset[bytes]) -> _Key:
    fields = tuple([each for each in scope["headers"] if each[0] in names])
    return scope.get("raw_path") or scope["path"].encode(), scope["query_string"], fields


def _joined(fields: _Fields) -> dict[bytes, bytes]:
    """Return header fields by name, several lines of one field joined."""
    found: dict[bytes, bytes] = {}
    for name, value in fields:
        found[name] = found[name] + b"," + value if name in found else value
    return found


class _Through:
    """Passes an answer on as it comes, as 304 if the client has it, without body for HEAD."""

    def __init__(self, asked: Mapping[bytes, bytes], send: Send, *, with_body: bool) -> None:
        self._asked = asked
        self._send = send
        self._with_body = with_body

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            if message["status"] == 200 and is_current(self._asked, dict(headers)):
                message = {**message, "status": 304, "headers": _not_modified(headers)}
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
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            fields = dict(message["headers"])
            length = fields.get(b"content-length", b"0")
            fits = length.isdigit() and int(length) <= self._most_bytes
            is_public = fields.get(b"cache-control", b"").startswith(b"public")
            if fits and is_public and message["status"] in _KEPT_STATUSES:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            return
        await self._through(message)

    def answer(self) -> Answer | None:
        """Return the answer, or None if it was passed on."""
        if self._start is None:
            return None
        fields = dict(self._start["headers"])
        headers = [each for each in self._start["headers"] if each[0] != b"content-length"]
        headers.append((b"content-length", b"%d" % len(self._body)))
        is_compressible = (
            fields.get(b"content-type", b"").startswith(_COMPRESSIBLE)
            and b"content-encoding" not in fields
        )
        if is_compressible:
            vary = fields.get(b"vary")
            headers = [each for each in headers if each[0] != b"vary"]
            headers.append((b"vary", vary + b", Accept-Encoding" if vary else b"Accept-Encoding"))
        return Answer(self._start["status"], headers, self._body, is_compressible)


def _can_code(answer: Answer) -> bool:
    return answer.is_compressible and answer.status == 200 and len(answer.body) >= _LEAST_BYTES


def _with_coding(answer: Answer, coding: str) -> Answer:
    body = CODINGS[coding](answer.body)
    headers = []
    for name, value in answer.headers:
        if name == b"content-length":
            value = b"%d" % len(body)
        elif name == b"etag":  # another representation, so another strong validator
            value = value[:-1] + b"-" + coding.encode() + b'"'
        headers.append((name, value))
    headers.append((b"content-encoding", coding.encode()))
    return answer._replace(headers=headers, body=body, is_compressible=False)


def is_current(asked: Mapping[bytes, bytes], answer: Mapping[bytes, bytes]) -> bool:
    """Tell whether the copy that the client holds still is what would be sent.

    Args:
        asked: the header fields of the request.
        answer: the header fields of the answer.
    """
    held, etag = asked.get(b"if-none-match"), answer.get(b"etag")
    if held and etag is not None:
        known = [each.strip().removeprefix(b"W/") for each in held.split(b",")]
        return b"*" in known or etag in known
    since, modified = asked.get(b"if-modified-since"), answer.get(b"last-modified")
    if held or not since or not modified:
        return False
    try:
        return parsedate_to_datetime(modified.decode("latin-1")) <= parsedate_to_datetime(
            since.decode("latin-1")
        )
    except (ValueError, TypeError):  # no date, or one without a time zone
        return False


def _not_modified(headers: _Fields) -> list[tuple[bytes, bytes]]:
    return [each for each in headers if each[0] in _KEPT_IN_304]
