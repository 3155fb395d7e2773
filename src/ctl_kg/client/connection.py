"""Requests of the client: one at a time over urllib, tried again where that helps, kept by ETag.

Proxies and certificates are those of the environment, as urllib finds them; to a server on the
same machine no proxy is used.
Source: RFC 9110 §10.2.3 (Retry-After), §13.1.2 (If-None-Match).
"""

from __future__ import annotations

import gzip
import json
import random
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import ctl_kg
from ctl_kg.client.problems import error_of
from ctl_kg.errors import CtlKgError, QueryTimeoutError, StoreUnavailableError

USER_AGENT = f"ctl-kg-client/{ctl_kg.__version__}"
_RETRIED = (429, 502, 503)  # a passing state; 504 is a limit, which would be met again
_FIRST_PAUSE_S = 0.5
_KEPT_BYTES = 16_000_000
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")  # which no proxy leads to

Pairs: TypeAlias = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """A complete answer; ``etag`` is empty where the server gave none.

    ``release`` identifies the release that it comes from, ``modified`` says when that was made.
    """

    url: str
    media_type: str
    body: bytes
    etag: str
    modified: str
    release: str = ""

    def json(self) -> Any:
        """Return the body as JSON, its fractions as ``Decimal``.

        Raises:
            StoreUnavailableError: it is none, so this is hardly a ctl-kg server.
        """
        if self.media_type == "application/json" or self.media_type.endswith("+json"):
            try:
                return json.loads(self.body, parse_float=Decimal)
            except ValueError:
                pass
        raise StoreUnavailableError(
            f"{self.url} answered with {self.media_type or 'an unknown type'} in place of JSON",
            hint="Is this the address of a ctl-kg server?",
        )


@contextmanager
def understood(reply: Reply) -> Iterator[None]:
    """Translate what goes wrong when an answer lacks what this client looks for.

    Raises:
        StoreUnavailableError: it does; client and server are of different versions, or the
            server is none of ours.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise StoreUnavailableError(
            f"{reply.url} answered in a shape that this client does not know",
            hint="Is this a ctl-kg server, and the client of the same version?",
        ) from error


def refuse_mixture(first: Reply, other: Reply) -> None:
    """Refuse two pages of an answer that are of different releases.

    Raises:
        StoreUnavailableError: they are, as far as identifiers, dates and totals tell.
    """
    tell = [(each.release, each.modified, each.json()["total"]) for each in (first, other)]
    if tell[0] != tell[1]:
        raise StoreUnavailableError(
            "the data changed while the pages of an answer were read", hint="Ask again."
        )


class Connection:
    """Sends requests to one server and keeps the answers that have an ETag.

    A kept answer is used again only once the server has said that it still holds, so a new
    release is seen at once.
    """

    def __init__(
        self, url: str, *, timeout: float, retries: int, most_wait: float, language: str | None
    ) -> None:
        self.url = url
        self.timeout = timeout
        self.retries = retries
        self.most_wait = most_wait
        self.language = language
        is_near = urlsplit(url).hostname in _OWN_MACHINE
        self._opener = build_opener(ProxyHandler({} if is_near else None))
        self._kept: OrderedDict[tuple[str, str], Reply] = OrderedDict()
        self._kept_bytes = 0
        self._lock = threading.Lock()

    def get(self, url: str, parameters: Pairs = (), *, accept: str = "application/json") -> Reply:
        """Return the answer to GET.

        Raises:
            CtlKgError: see :func:`ctl_kg.client.problems.error_of`.
            StoreUnavailableError: the server cannot be reached.
            QueryTimeoutError: no answer within the timeout.
        """
        query = urlencode(list(parameters))
        url += ("&" if "?" in url else "?") + query if query else ""
        with self._lock:
            kept = self._kept.get((url, accept))
        headers = {"If-None-Match": kept.etag} if kept else {}
        reply = self._send(Request(url, headers=self._headers(accept) | headers), kept)
        self._keep((url, accept), reply)
        return reply

    def post(self, url: str, form: Mapping[str, str], *, accept: str) -> Reply:
        """Return the answer to a form sent by POST; for queries, which change nothing.

        Raises:
            CtlKgError: as for ``get``.
        """
        body = urlencode(form).encode()
        return self._send(Request(url, data=body, headers=self._headers(accept), method="POST"))

    def _headers(self, accept: str) -> dict[str, str]:
        headers = {"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": USER_AGENT}
        return headers | ({"Accept-Language": self.language} if self.language else {})

    def _keep(self, key: tuple[str, str], reply: Reply) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._kept_bytes -= len(old.body) if old else 0
            if not reply.etag or len(reply.body) > _KEPT_BYTES // 4:
                return
            self._kept[key] = reply
            self._kept_bytes += len(reply.body)
            while self._kept_bytes > _KEPT_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1].body)

    def _send(self, request: Request, kept: Reply | None = None) -> Reply:
        for attempt in range(self.retries + 1):
            wait: float | None = _pause(attempt)
            try:
                return self._once(request)
            except HTTPError as error:
                with error:
                    if error.code == 304 and kept is not None:
                        return _renewed(kept, error.headers)
                    failure, asked = self._refused(error)
                wait = max(wait or 0, asked or 0) if error.code in _RETRIED else None
            except (OSError, HTTPException) as error:
                failure = self._unreached(error)
                # A query that took too long would take as long again.
                wait = None if isinstance(failure, QueryTimeoutError) else wait
            if wait is None or wait > self.most_wait or attempt == self.retries:
                break
            time.sleep(wait)
        raise failure

    def _once(self, request: Request) -> Reply:
        with self._opener.open(request, timeout=self.timeout) as answer:
            headers = answer.headers
            return Reply(
                url=answer.url,
                media_type=headers.get_content_type() if "content-type" in headers else "",
                body=_decoded(answer.read(), headers),
                etag=headers.get("etag", ""),
                modified=headers.get("last-modified", ""),
                release=headers.get("ctl-kg-release", ""),
            )

    def _refused(self, error: HTTPError) -> tuple[CtlKgError, float | None]:
        asked = _retry_after(error.headers.get("retry-after", ""))
        try:
            body = _decoded(error.read(), error.headers)
        except (OSError, HTTPException):
            body = b""
        return error_of(error.code, error.headers.get_content_type(), body, asked), asked

    def _unreached(self, error: OSError | HTTPException) -> CtlKgError:
        cause = error.reason if isinstance(error, URLError) else error
        made: CtlKgError
        if isinstance(cause, TimeoutError):
            made = QueryTimeoutError(
                f"{self.url} did not answer within {self.timeout:g} s",
                hint="Ask for less, or give the client a longer timeout.",
            )
        else:
            made = StoreUnavailableError(
                f"{self.url} cannot be reached: {cause or type(cause).__name__}",
                hint="Check the address, or start a server with: ctl-kg serve",
            )
        made.__cause__ = error
        return made


def _renewed(kept: Reply, headers: Message) -> Reply:
    """Return a kept answer as the server holds it now: another release may say the same."""
    return replace(
        kept,
        modified=headers.get("last-modified", kept.modified),
        release=headers.get("ctl-kg-release", kept.release),
    )


def _decoded(body: bytes, headers: Message) -> bytes:
    if headers.get("content-encoding", "").lower() != "gzip":
        return body
    try:
        return gzip.decompress(body)
    except (EOFError, zlib.error) as error:
        raise HTTPException("the answer is not the gzip that it says") from error


def _pause(attempt: int) -> float:
    """Return how long to wait after an attempt: twice as long each time, a little at random."""
    return float(_FIRST_PAUSE_S * 2**attempt * random.uniform(0.75, 1.25))


def _retry_after(text: str) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for; None if it says nothing readable."""
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
