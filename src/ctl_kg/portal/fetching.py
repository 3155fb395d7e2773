"""Ask other servers: bounded in time, size and redirects, and again where that helps.

Proxies and certificates are those of the environment, as urllib finds them.
Source: RFC 9110 §10.2.3 (Retry-After), §15 (status codes).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import ctl_kg
from ctl_kg.errors import PortalError, RequestError

USER_AGENT = f"ctl-kg/{ctl_kg.__version__}"
_AGAIN = (429, 500, 502, 503, 504)  # a state that may pass
_PIECE = 1 << 16
_Read = TypeVar("_Read")
_WHY = {
    401: "It wants a name and a password: a harvester has none. Open it to everybody.",
    403: "It refuses programs, or this network. Open it to harvesters, whatever their User-Agent.",
    404: "Nothing is there. Mend the address, or put the document in its place.",
    410: "It was withdrawn. Take the address out of the catalogue, or mend it.",
    429: "It allows fewer requests. Try again later, or ask its keepers for a higher limit.",
}


@dataclass(frozen=True)
class Limits:
    """How long to wait and how much to take; seconds and bytes.

    ``timeout_s`` holds for each read, ten times as much for the whole of a document.
    """

    timeout_s: float = 30.0
    most_bytes: int = 256_000_000
    attempts: int = 3
    most_wait_s: float = 30.0
    first_pause_s: float = 0.5


@dataclass(frozen=True)
class Fetched:
    """A complete answer: address after redirects, media type (lower case, may be empty), body."""

    url: str
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Probe:
    """What an address gives; ``problem`` is empty if it gives a document.

    ``sha256`` (hex) and ``size`` are known only where the whole was read.
    """

    status: int
    media_type: str = ""
    size: int | None = None
    sha256: str = ""
    problem: str = ""
    hint: str = ""


def fetch(url: str, *, accept: str, limits: Limits) -> Fetched:
    """Return a document.

    Raises:
        RequestError: the address is not one of http or https.
        PortalError: the server refuses, fails, breaks off, is too slow or sends too much.
    """

    def read(answer: HTTPResponse) -> Fetched:
        body = b"".join(_pieces(answer, limits))
        return Fetched(answer.url, _media_type(answer.headers), body)

    return _asked(Request(_checked(url), headers=_headers(accept)), read, limits)


def probe(url: str, *, with_content: bool, limits: Limits) -> Probe:
    """Return what an address gives, without raising for what the server does wrong.

    Args:
        url: of http or https.
        with_content: read the whole to know size and SHA-256; else only ask (HEAD, or GET where
            the server does not know HEAD).
        limits: see :class:`Limits`.
    """
    try:
        if not with_content:
            found = _head(url, limits)
            if found is not None:
                return found
        return _get(url, limits, with_content=with_content)
    except PortalError as error:
        return Probe(error.status_code, problem=error.message, hint=error.hint)
    except RequestError as error:
        return Probe(0, problem=error.message, hint=error.hint)


def _head(url: str, limits: Limits) -> Probe | None:
    """Ask for the head; None where GET must be tried (many servers refuse HEAD)."""
    request = Request(_checked(url), headers=_headers("*/*"), method="HEAD")
    try:
        return _asked(request, _told, limits)
    except PortalError as error:
        if error.status_code in (403, 404, 405, 501):
            return None
        raise


def _told(answer: HTTPResponse) -> Probe:
    length = answer.headers.get("content-length", "")
    return Probe(
        answer.status, _media_type(answer.headers), int(length) if length.isdigit() else None
    )


def _get(url: str, limits: Limits, *, with_content: bool) -> Probe:
    def read(answer: HTTPResponse) -> Probe:
        if not with_content:
            return _told(answer)
        digest, size = hashlib.sha256(), 0
        for piece in _pieces(answer, limits):
            digest.update(piece)
            size += len(piece)
        return Probe(answer.status, _media_type(answer.headers), size, digest.hexdigest())

    return _asked(Request(_checked(url), headers=_headers("*/*")), read, limits)


def _headers(accept: str) -> dict[str, str]:
    return {"Accept": accept, "User-Agent": USER_AGENT}


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or not url.isascii() or any(each <= " " for each in url):
        raise RequestError(
            f"<{url}> is not an address of http or https that can be asked",
            hint="Write it whole, from https:// on, with other characters percent-encoded.",
        )
    return url


def _media_type(headers: Message) -> str:
    return headers.get_content_type().lower() if "content-type" in headers else ""


def _asked(request: Request, read: Callable[[HTTPResponse], _Read], limits: Limits) -> _Read:
    """Return what ``read`` makes of the answer, asking again while that may help."""
    for attempt in range(1, limits.attempts + 1):
        wait = limits.first_pause_s * 2 ** (attempt - 1)
        try:
            with _open(request, limits) as answer:
                return read(answer)
        except HTTPError as error:
            with error:
                asked = error.headers.get("retry-after", "") if error.headers else ""
                failure = _refused(request.full_url, error)
            if error.code not in _AGAIN:
                raise failure from error
            wait = max(wait, float(asked)) if asked.strip().isdigit() else wait
            cause: Exception = error
        except TimeoutError as error:
            raise _slow(request.full_url, limits) from error
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            if isinstance(reason, TimeoutError):
                raise _slow(request.full_url, limits) from error
            failure, cause = _broken(request.full_url, reason), error
        if attempt == limits.attempts or wait > limits.most_wait_s:
            raise failure from cause
        time.sleep(wait)
    raise AssertionError("at least one attempt")


@contextmanager
def _open(request: Request, limits: Limits) -> Iterator[HTTPResponse]:
    with urlopen(request, timeout=limits.timeout_s) as answer:
        yield answer


def _pieces(answer: HTTPResponse, limits: Limits) -> Iterator[bytes]:
    """Yield the body; refuse what is too large, too slow or breaks off."""
    length = answer.headers.get("content-length", "")
    wanted = int(length) if length.isdigit() else None
    end, size = time.monotonic() + 10 * limits.timeout_s, 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > limits.most_bytes:
            raise PortalError(
                f"<{answer.url}> sends more than {limits.most_bytes} bytes",
                status_code=answer.status,
                hint="Offer smaller files, or the catalogue in pages.",
            )
        if time.monotonic() > end:
            raise _slow(answer.url, limits)
        yield piece
    if wanted is not None and size < wanted:
        raise ConnectionResetError(f"it ended after {size} of {wanted} bytes")


def _refused(url: str, error: HTTPError) -> PortalError:
    if 300 <= error.code < 400:
        return PortalError(
            f"<{url}> leads in a circle, or to an address that is not of http",
            status_code=error.code,
            hint="Let it redirect once, to where the document is.",
        )
    hint = _WHY.get(error.code) or (
        "The server failed. Look into its log, or try again later."
        if error.code >= 500
        else "Ask the address by hand and mend what it says."
    )
    return PortalError(f"<{url}> answered {error.code}", status_code=error.code, hint=hint)


def _broken(url: str, cause: object) -> PortalError:
    return PortalError(
        f"<{url}> cannot be read: {str(cause) or type(cause).__name__}",
        hint="The connection failed or was cut. Try again; if it stays, look at server and proxy.",
    )


def _slow(url: str, limits: Limits) -> PortalError:
    return PortalError(
        f"<{url}> did not answer within {limits.timeout_s:g} s",
        hint="Harvesters do not wait longer either. Make it quicker, or raise --timeout.",
    )
