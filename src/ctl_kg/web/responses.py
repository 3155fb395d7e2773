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

from starlette.responses import Response

from ctl_kg.errors import CtlKgError

PROBLEM_TYPE = "application/problem+json"

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Last-Modified, Link, Location, Content-Language, Vary",
}


@dataclass(frozen=True)
class Representation:
    """What is sent: bytes, their label, and what the choice depended on."""

    body: bytes
    content_type: str
    language: str | None = None
    vary: Sequence[str] = ()
    links: Sequence[tuple[str, Mapping[str, str]]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def link_header(links: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """Return a Link header value.

    >>> link_header([("/a.ttl", {"rel": "alternate", "type": "text/turtle"})])
    '</a.ttl>; rel="alternate"; type="text/turtle"'
    """
    return ", ".join(
        f"<{target}>" + "".join(f'; {name}="{value}"' for name, value in parameters.items())
        for target, parameters in links
    )


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
        headers["last-modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if representation.language:
        headers["content-language"] = representation.language
    if representation.vary:
        headers["vary"] = ", ".join(representation.vary)
    if representation.links:
        headers["link"] = link_header(representation.links)
    headers |= representation.headers
    headers["content-type"] = representation.content_type
    return Response(representation.body, headers=headers)


def see_other(
    location: str, *, vary: Sequence[str], links: Sequence[tuple[str, Mapping[str, str]]]
) -> Response:
    """Return 303 from a thing to a document about it."""
    headers = {
        "location": location,
        "vary": ", ".join(vary),
        "cache-control": "public, max-age=300",
    }
    if links:
        headers["link"] = link_header(links)
    return Response(status_code=303, headers=headers)


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
    for name in ("line", "column", "name", "allowed", "suggestions", "offers"):
        value = getattr(error, name, None)
        if value not in (None, [], ""):
            document["parameter" if name == "name" else name] = value
    body = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
    return Response(
        body,
        status_code=error.status,
        headers={"content-type": PROBLEM_TYPE, "cache-control": "no-store", **(headers or {})},
    )


def modified_from(released: str) -> datetime | None:
    """Return the moment of a release date (ISO 8601), at midnight UTC."""
    try:
        moment = datetime.fromisoformat(released)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
