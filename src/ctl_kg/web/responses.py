"""From a representation to a response: validators, Vary, links, HEAD, problem documents.

Source: RFC 9110 §8.8 (validators), §13.1 (conditions), RFC 8288 (Link), RFC 9457 (problems).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol, TypeAlias
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ctl_kg.errors import CtlKgError

PROBLEM_TYPE = "application/problem+json"
# What errors carry beside their message, in the order in which a problem shows it.
_CARRIED = (
    "line", "column", "limit", "name", "value", "allowed", "example", "suggestions", "offers",
)  # fmt: skip
MOST_LINK_BYTES = 3_800  # proxies refuse long headers: all of ours together stay below 8 kB

SECURITY_HEADERS = {
    "server": "ctl-kg",  # and no word of the programs behind it
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "ETag, Last-Modified, Link, Location, Content-Language, Content-Location, Content-Profile,"
        " Vary, Ctl-Kg-Release"
    ),
}


Links: TypeAlias = Sequence[tuple[str, Mapping[str, str]]]


class Refuse(Protocol):
    """Answers a request with an error, before the routes or after a fault of theirs."""

    async def __call__(
        self,
        error: CtlKgError,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send the whole answer; ``headers`` go beside those that every answer has."""


@dataclass(frozen=True)
class Representation:
    """What is sent: bytes, their label, and what the choice depended on."""

    body: bytes
    content_type: str
    language: str | None = None
    vary: Sequence[str] = ()
    links: Links = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def link_header(links: Links, *, most: int = MOST_LINK_BYTES) -> str:
    """Return a Link header value of bounded length: links that do not fit are left out.

    Args:
        links: target and parameters, the most important first. Targets are IRIs or paths; what
            a URI may not hold is escaped, so nothing in one can end the link.
        most: length that is not exceeded.

    >>> link_header([("/a.ttl", {"rel": "alternate", "type": "text/turtle"})])
    '</a.ttl>; rel="alternate"; type="text/turtle"'
    """
    parts: list[str] = []
    length = 0
    for target, parameters in links:
        text = link_value(target, parameters)
        length += len(text) + 2
        if length <= most:
            parts.append(text)
        else:
            length -= len(text) + 2
    return ", ".join(parts)


def link_value(target: str, parameters: Mapping[str, str]) -> str:
    """Return one link of RFC 8288 §3, in ASCII."""
    written = "".join(f"; {name}={_quoted(value)}" for name, value in parameters.items())
    return f"<{uri(target)}>{written}"


def uri(iri: str) -> str:
    """Return an IRI or a path as a URI: other characters percent-encoded (RFC 3987 §3.1).

    >>> uri("/data/citt\u00e0>")
    '/data/citt%C3%A0%3E'
    """
    return quote(iri, safe="/:?#[]@!$&'()*+,;=-._~%")


def _quoted(value: str) -> str:
    """Return a quoted-string (RFC 9110 §5.6.4); characters outside ASCII become "?"."""
    if not (value.isascii() and value.isprintable()):
        value = "".join(c if " " <= c <= "~" else "?" for c in value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=16)
def http_date(moment: datetime) -> str:
    """Return a moment as HTTP writes it (RFC 9110 §5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def respond(
    representation: Representation,
    *,
    modified: datetime | None = None,
    max_age_s: int = 300,
) -> Response:
    """Return the response with its validators; ``cache`` sees whether the client has it."""
    etag = f'"{hashlib.sha256(representation.body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": f"public, max-age={max_age_s}"}
    if modified:
        headers["last-modified"] = http_date(modified)
    if representation.language:
        headers["content-language"] = representation.language
    if representation.vary:
        headers["vary"] = ", ".join(representation.vary)
    if representation.links:
        headers["link"] = link_header(representation.links)
    headers |= representation.headers
    headers["content-type"] = representation.content_type
    return Response(representation.body, headers=headers)


def see_other(location: str, *, vary: Sequence[str], links: Links) -> Response:
    """Return 303 from a thing to a document about it."""
    headers = {
        "location": location,
        "vary": ", ".join(vary),
        "cache-control": "public, max-age=300",
    }
    if links:
        headers["link"] = link_header(links)
    return Response(status_code=303, headers=headers)


def moved(location: str, *, max_age_s: int = 300) -> Response:
    """Return 308 to the one address of a thing or document, from another way to write it."""
    headers = {"location": location, "cache-control": f"public, max-age={max_age_s}"}
    return Response(status_code=308, headers=headers)


def problem(error: CtlKgError, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the error as problem+json (RFC 9457), with the data that it carries."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": error.code.replace("-", " "),
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if error.hint:
        document["hint"] = error.hint
    for name in _CARRIED:
        value = getattr(error, name, None)
        if value not in (None, [], ""):
            document["parameter" if name == "name" else name] = value
    body = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
    return Response(
        body,
        status_code=error.status,
        headers={"content-type": PROBLEM_TYPE, "cache-control": "no-store", **(headers or {})},
    )


async def refuse_plainly(
    error: CtlKgError,
    scope: Scope,
    receive: Receive,
    send: Send,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a problem document, with the headers that every answer has."""
    await problem(error, headers={**SECURITY_HEADERS, **(headers or {})})(scope, receive, send)


def retry_headers(error: CtlKgError) -> dict[str, str]:
    """Return when a refused client may try again, for the errors that pass."""
    seconds = getattr(error, "retry_after_s", 5 if error.status == 503 else 0)
    return {"retry-after": str(seconds)} if seconds else {}


def modified_from(released: str) -> datetime | None:
    """Return the moment of a release date (ISO 8601), at midnight UTC."""
    try:
        moment = datetime.fromisoformat(released)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
