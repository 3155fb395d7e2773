"""What a request says, read once: path, language, wishes.

Source: RFC 9110 §5.3 (several header lines), §12.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from ctl_kg.errors import ParameterError, RequestError
from ctl_kg.languages import DEFAULT_LANGUAGE, LANGUAGES, Messages, negotiate_language
from ctl_kg.web.pages import PageContext, Publisher, publisher_of
from ctl_kg.web.site import Site

# Escaped bytes that are not ASCII text.
_MAY_BE_NO_TEXT = re.compile(rb"%(?:00|[89A-Fa-f])")


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site


def accept_of(request: Request) -> str:
    """Return the Accept header, several lines joined."""
    return ", ".join(request.headers.getlist("accept"))


def raw_path(request: Request) -> str:
    """Return the path as received, still percent-encoded, below the mount point."""
    raw = request.scope.get("raw_path")
    path = raw.partition(b"?")[0].decode("latin-1") if raw else request.url.path
    return path.removeprefix(request.scope.get("root_path", ""))


def site_path(request: Request, path: str) -> str:
    """Return a path below the mount point as an address on this server (never a host)."""
    return str(request.scope.get("root_path", "")) + "/" + path.lstrip("/")


def check_text(request: Request) -> None:
    """Refuse a path or a query string that is not text.

    Raises:
        RequestError: it is not UTF-8, or holds a NUL.
    """
    for part in (raw_path(request).encode("latin-1"), request.scope.get("query_string", b"")):
        if part.isascii() and b"\0" not in part and not _MAY_BE_NO_TEXT.search(part):
            continue
        decoded = unquote_to_bytes(part)
        try:
            decoded.decode()
        except UnicodeDecodeError as error:
            raise RequestError("the address is not UTF-8", hint="Percent-encode it.") from error
        if b"\0" in decoded:
            raise RequestError("the address holds a NUL character")


def page_of(request: Request) -> PageContext:
    """Return the page context: the language asked for in the address, else the negotiated one."""
    site = site_of(request)
    context = page_context(request, site.messages, publisher_of(site.settings))
    return replace(context, base_iri=site.base_iri)


def page_context(
    request: Request, messages: Mapping[str, Messages], publisher: Publisher
) -> PageContext:
    """Return the page context of a request that need not have reached a site."""
    asked = request.query_params.get("lang", "")
    explicit = asked in LANGUAGES
    accept = ", ".join(request.headers.getlist("accept-language"))
    language = asked if explicit else negotiate_language(accept)
    root_path = str(request.scope.get("root_path", ""))
    return PageContext(
        messages=messages.get(language) or messages[DEFAULT_LANGUAGE],
        path=root_path + raw_path(request),
        query=tuple(request.query_params.multi_items()),
        explicit=explicit,
        root_path=root_path,
        publisher=publisher,
    )


def page_number(request: Request) -> int:
    """Return the number of the page asked for, from 1.

    Raises:
        ParameterError: it is not a number from 1 to 100000.
    """
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 100_000):
        raise ParameterError("page", f"'{text[:20]}' is not a page number", hint="Give 1 or more.")
    return int(text)
