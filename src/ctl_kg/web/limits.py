"""What a request may be: its size, its time to arrive, and how often one client may ask.

Refusals are made here, before anything of ours reads the request. The limits of a query itself
(time, memory, rows) are elsewhere, with the processes that run it.

Source: RFC 9110 §15.5.9 (408), §15.5.15 (414); RFC 6585 §4 (429), §5 (431); RFC 9112 §6.3;
draft-ietf-httpapi-ratelimit-headers-10 (``RateLimit``, ``RateLimit-Policy``).
"""

from __future__ import annotations

import asyncio
import math
from time import monotonic

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctl_kg.errors import (
    HeadersTooLargeError,
    RequestError,
    RequestTimeoutError,
    TooManyRequestsError,
    UriTooLongError,
)
from ctl_kg.settings import Settings
from ctl_kg.web.clients import Clients, limited_as
from ctl_kg.web.responses import Refuse, refuse_plainly

MAX_ADDRESS_BYTES = 32_768  # a query of 6 KB takes up to 18 KB when percent-encoded
MAX_HEADER_BYTES = 32_768
MAX_HEADER_FIELDS = 100
_WINDOW_S = 60
_CLIENTS = 50_000  # remembered at a time, in about 15 MB
# Who watches over the server must not be refused.
_EXEMPT = ("/healthz", "/readyz", "/metrics")
_NO_BODY = ("GET", "HEAD", "OPTIONS", "TRACE")


class RateLimit:
    """How often each client may ask: evenly, with a reserve of a full minute.

    Each client has one number, the moment when its reserve is full again (the generic cell
    rate algorithm, which is a token bucket without a timer). Only so many clients are
    remembered; one that was forgotten starts with a full reserve.

    Args:
        name: of the policy, as the answer names it.
        per_minute: requests, 1 or more.
    """

    def __init__(self, name: str, per_minute: int) -> None:
        self.name = name
        self.per_minute = per_minute
        self._interval = _WINDOW_S / per_minute
        self._full_at: LRUCache[str, float] = LRUCache(_CLIENTS)

    def take(self, client: str, now: float) -> float:
        """Count a request, and return 0; or count nothing, and return the seconds to wait."""
        full_at = max(self._full_at.get(client, now), now) + self._interval
        wait = full_at - now - _WINDOW_S
        if wait > 1e-6:  # sums of fractions are not exact
            return wait
        self._full_at[client] = full_at
        return 0.0

    def headers(self, wait: float) -> dict[str, str]:
        """Return the header fields of a refusal."""
        seconds = math.ceil(wait)
        return {
            "retry-after": str(seconds),
            "ratelimit-policy": f'"{self.name}";q={self.per_minute};w={_WINDOW_S}',
            "ratelimit": f'"{self.name}";r=0;t={seconds}',
        }


class Limited:
    """Middleware: refuses requests that are too large, too slow or too many.

    Args:
        app: what answers all others.
        settings: the rates, and the time that a body may take to arrive.
        clients: who asks.
        refuse: answers in place of the application.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        clients: Clients,
        refuse: Refuse = refuse_plainly,
    ) -> None:
        self.app = app
        self._refuse = refuse
        self._clients = clients
        self._body_timeout_s = settings.body_timeout_s
        rate, query_rate = settings.rate_per_minute, settings.query_rate_per_minute
        self._all = RateLimit("requests", rate) if rate else None
        self._queries = RateLimit("queries", query_rate) if query_rate else None
        self._has_rates = bool(rate or query_rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fault = _fault_of(scope)
        if fault is not None:
            await self._refuse(fault, scope, receive, send)
            return
        if self._has_rates and (refusal := self._refusal(scope)) is not None:
            error, headers = refusal
            await self._refuse(error, scope, receive, send, headers)
            return
        if scope["method"] in _NO_BODY:
            await self.app(scope, receive, send)
            return
        await self._with_body(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[TooManyRequestsError, dict[str, str]] | None:
        path = scope["path"]
        if path in _EXEMPT:
            return None
        limits = [self._all, self._queries if is_query(path) else None]
        client = limited_as(self._clients.address_of(scope))
        now = monotonic()
        for limit in limits:
            if limit is not None and (wait := limit.take(client, now)):
                error = TooManyRequestsError(
                    f"more than {limit.per_minute} {limit.name} in a minute",
                    retry_after_s=math.ceil(wait),
                    hint="Wait as long as Retry-After says; downloads hold the whole dataset.",
                )
                return error, limit.headers(wait)
        return None

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body must have arrived in time."""
        body = _Body(receive, send, self._body_timeout_s)
        try:
            await self.app(scope, body.receive, body.send)
        except RequestTimeoutError as error:
            if body.answered:
                raise
            await self._refuse(error, scope, receive, body.send)


class _Body:
    """A request's body with a deadline; the connection ends after an answer that is too early."""

    def __init__(self, receive: Receive, send: Send, timeout_s: float) -> None:
        self._receive = receive
        self._send = send
        self._timeout_s = timeout_s
        self._deadline = math.inf  # until it is first asked for
        self._whole = False
        self._late = False
        self.answered = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()  # waits until the client leaves
        now = monotonic()
        self._deadline = min(self._deadline, now + self._timeout_s)
        try:
            message = await asyncio.wait_for(self._receive(), self._deadline - now)
        except TimeoutError as error:
            self._late = True
            raise RequestTimeoutError(
                f"the body did not arrive within {self._timeout_s:g} s"
            ) from error
        if message["type"] == "http.disconnect":  # or a body that is no HTTP
            self._late = True
            raise RequestError("the body of the request is malformed, or ended too early")
        self._whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answered = True
            if self._late:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await self._send(message)


def is_query(path: str) -> bool:
    """Return whether what is asked for is worked out by a query of the client's choice.

    >>> is_query("/sparql"), is_query("/queries/cluster-chain"), is_query("/queries")
    (True, True, False)
    """
    lists = ("/queries/", "/api/queries/")
    return path == "/sparql" or (path.startswith(lists) and path not in lists)


def _fault_of(scope: Scope) -> RequestError | None:
    """Return what is wrong with the outside of a request, or None."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        return UriTooLongError(
            f"the address is longer than {MAX_ADDRESS_BYTES} bytes",
            hint="Send a long query by POST.",
        )
    if not scope["path"].startswith("/") and scope["method"] != "OPTIONS":
        return RequestError("the target of the request is not a path of this server")
    headers = scope["headers"]
    size = hosts = 0
    has_length = has_coding = False
    for name, value in headers:
        size += len(name) + len(value)
        hosts += name == b"host" and value != b""
        if name == b"content-length":
            has_length = True
        elif name == b"transfer-encoding":
            has_coding = True
    if size > MAX_HEADER_BYTES or len(headers) > MAX_HEADER_FIELDS:
        return HeadersTooLargeError(
            f"the header fields are more than {MAX_HEADER_FIELDS}, "
            f"or longer than {MAX_HEADER_BYTES} bytes",
        )
    if hosts != 1 and (hosts or scope["http_version"] == "1.1"):
        return RequestError("a request names its host once", hint="Send one Host field.")
    if has_length and has_coding:
        return RequestError("a request has either Content-Length or Transfer-Encoding")
    return None
