"""What is known of each request: its number, a line in the log, and counts.

A line names no client and repeats no query: of an address it has the network, of a query the
length and a digest, by which equal queries can be found. At level debug it has the query's text.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from itertools import count
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctl_kg.errors import CtlKgError
from ctl_kg.web.clients import Clients, anonymised
from ctl_kg.web.logs import request_id
from ctl_kg.web.metrics import Metrics
from ctl_kg.web.responses import Refuse, refuse_plainly

_access = logging.getLogger("ctl_kg.access")
_log = logging.getLogger(__name__)
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LONGEST_PATH = 500
# The first segment of a path says the kind of what is asked for; all else is other.
_ROUTES = {
    "data": "resource", "controlled-vocabulary": "resource", "onto": "resource",
    "graph": "resource", "shapes": "resource", "sparql": "sparql", "queries": "stock query",
    "download": "download", "static": "static",
}  # fmt: skip


def route_class(path: str) -> str:
    """Return the kind of what is asked for, one of ``metrics.ROUTES``.

    >>> [route_class(path) for path in ("/data/cluster/afil", "/data/cluster/", "/sparql", "/x")]
    ['resource', 'list', 'sparql', 'other']
    """
    end = path.find("/", 1)
    route = _ROUTES.get(path[1:] if end < 0 else path[1:end], "other")
    if route == "resource":
        return "list" if path[-1] == "/" else route
    if route == "stock query" and end in (-1, len(path) - 1):
        return "list"
    return route


class Observed:
    """Middleware, the outermost: numbers, logs and counts every request.

    Args:
        app: what answers.
        clients: who asks, and whether to believe its ``X-Request-ID``.
        metrics: where requests are counted.
        refuse: answers where the application met an error of its own.
    """

    def __init__(
        self,
        app: ASGIApp,
        clients: Clients,
        metrics: Metrics,
        refuse: Refuse = refuse_plainly,
    ) -> None:
        self.app = app
        self._refuse = refuse
        self._clients = clients
        self._metrics = metrics
        self._prefix = secrets.token_hex(6)
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        exchange = _Exchange(send, self._number(scope))
        request_id.set(exchange.number)
        self._metrics.request_started()
        try:
            await self.app(scope, receive, exchange.send)
        except Exception:
            _log.exception("a request failed", extra={"data": _described(scope)})
            if exchange.is_complete:  # it was answered below, and raised again to be logged
                return
            if exchange.status:  # a broken transfer, rather than a part that looks whole
                raise
            fault = CtlKgError("the server met an error of its own")
            fault.code = "internal"
            await self._refuse(fault, scope, receive, exchange.send)
        finally:
            seconds = perf_counter() - started
            self._metrics.request_ended(
                route_class(scope["path"]), scope["method"], exchange.status, seconds, exchange.size
            )
            if _access.isEnabledFor(logging.INFO):
                self._write(scope, exchange, seconds)

    def _number(self, scope: Scope) -> str:
        """Return the number that a trusted proxy gave the request, or a new one."""
        if self._clients.is_trusted(scope):
            for name, value in scope["headers"]:
                if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
                    return str(value, "ascii")
        return f"{self._prefix}-{next(self._numbers)}"

    def _write(self, scope: Scope, exchange: _Exchange, seconds: float) -> None:
        described = _described(scope)
        data = {
            **described,
            "status": exchange.status,
            "bytes": exchange.size,
            "duration_ms": round(seconds * 1000, 2),
            "client": anonymised(self._clients.address_of(scope)),
            "request_id": exchange.number,
        }
        # Not by info(), which looks for the calling line at the price of all the rest.
        record = logging.LogRecord(_access.name, logging.INFO, "", 0, "request", (), None)
        record.data = data
        _access.handle(record)


class _Exchange:
    """The answer to one request, seen passing."""

    __slots__ = ("_send", "is_complete", "number", "size", "status")

    def __init__(self, send: Send, number: str) -> None:
        self._send = send
        self.number = number
        self.status = 0
        self.size = 0
        self.is_complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            self.is_complete = not message.get("more_body", False)
        elif message["type"] == "http.response.start":
            self.status = message["status"]
            # A new message: the one at hand may be kept and sent again.
            headers = [*message["headers"], (b"x-request-id", self.number.encode())]
            message = {**message, "headers": headers}
        await self._send(message)


def _described(scope: Scope) -> dict[str, Any]:
    """Return method, path and what may be said of the query."""
    raw = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
    described = {
        "method": scope["method"][:20],
        "path": raw[:_LONGEST_PATH].decode("latin-1"),
    }
    query = scope["query_string"]
    if query:
        described["query_bytes"] = len(query)
        described["query_digest"] = hashlib.blake2b(query, digest_size=6).hexdigest()
        if _access.isEnabledFor(logging.DEBUG):
            described["query"] = query.decode("latin-1")
    return described
