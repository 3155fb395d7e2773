"""What went wrong, told to people: a page in their language, with the right status.

Programs get the same as problem+json (RFC 9457). Errors carry English words for programs and
logs; a page says the same in the language of its reader, from the error's code and data, and
keeps the English words as a detail.

Not here: which errors there are (``ctl_kg.errors``).
Source: RFC 9110 §15.5, §15.6; RFC 6585 §4.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from time import monotonic
from typing import ClassVar
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ctl_kg.errors import (
    CtlKgError,
    GoneError,
    NotFoundError,
    ParameterError,
    QueryLimitError,
    UnknownResourceError,
)
from ctl_kg.languages import Messages, load_messages
from ctl_kg.publish.search_question import parse
from ctl_kg.settings import Settings
from ctl_kg.web.logs import request_id
from ctl_kg.web.negotiation import prefers_html
from ctl_kg.web.pages import FOOTER, NAVIGATION, PageContext, Publisher, publisher_of, render
from ctl_kg.web.requests import accept_of, page_context, page_of, site_of
from ctl_kg.web.responses import SECURITY_HEADERS, problem, retry_headers
from ctl_kg.web.site import MESSAGES_DIR, Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link

_MOST_SUGGESTED = 6
_FEW = 3  # with fewer suggestions, those of a search are added
_MOST_ALLOWED = 40
_LONGEST_WORDS = 100
_LONGEST_PATH = 2_000  # a longer address is not repeated in its own error page
_MOST_PAGES_PER_S = 100  # of refusals; each takes a millisecond of everybody's time
_VARY = "Accept, Accept-Language"


@dataclass(frozen=True)
class ErrorPage:
    """A page that says what went wrong, and what to do: error.html.

    ``detail`` is English; ``search`` is None where searching is no help; ``again`` is the
    address to try again, where that may help.
    """

    template: ClassVar[str] = "error.html"
    title: str
    status: int
    message: str
    hint: str
    detail: str = ""
    value: str = ""
    example: str = ""
    allowed: tuple[str, ...] = ()
    suggestions: tuple[Link, ...] = ()
    offers: tuple[str, ...] = ()
    search: str | None = None
    again: str = ""
    number: str = ""


def error_page(error: CtlKgError, t: Messages) -> ErrorPage:
    """Return an error in the words of a language, without what depends on the request."""
    key = error.code
    if isinstance(error, QueryLimitError) and t.get("errors", f"{key}-{error.limit}"):
        key = f"{key}-{error.limit}"
    title = t.get("errors", f"title_{error.status}") or t("errors.title")
    if isinstance(error, GoneError):  # it says when and why, in the language of the page
        return ErrorPage(title, error.status, error.message, error.hint)
    message = t.get("errors", key) or t("errors.error")
    hint = t.get("errors", "hint-" + key)
    seconds = getattr(error, "retry_after_s", None)
    if seconds:
        hint = t("errors.hint-wait", seconds=seconds)
    page = ErrorPage(
        title,
        error.status,
        message,
        hint,
        detail=" ".join(filter(None, (_sentence(error.message), error.hint))),
        offers=tuple(getattr(error, "offers", ())),
    )
    if isinstance(error, ParameterError):
        page = replace(
            page,
            message=t("errors." + key, name=error.name),
            value=error.value or "",
            example=error.example or "",
            # What has spaces is English prose; it stands in the detail.
            allowed=tuple(each for each in error.allowed if " " not in each)[:_MOST_ALLOWED],
        )
    return page


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


async def error_response(
    request: Request, error: CtlKgError, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error met by a route: a page for people, problem+json for programs."""
    if not prefers_html(accept_of(request)):
        return problem(error, headers=_headers(error, headers))
    return await run_in_threadpool(_page_of_route, request, error, headers)


def _page_of_route(
    request: Request, error: CtlKgError, headers: Mapping[str, str] | None
) -> Response:
    site, page = site_of(request), page_of(request)
    view = replace(
        error_page(error, page.messages), suggestions=_suggestions(site, page, error, request)
    )
    if isinstance(error, NotFoundError):
        view = replace(view, search=_words(request))
    elif isinstance(error, UnknownResourceError):
        view = replace(view, search=error.value or "")
    return _page_response(request, page, error, view, headers)


def _headers(error: CtlKgError, headers: Mapping[str, str] | None) -> dict[str, str]:
    vary = {"vary": _VARY + ", Accept-Profile"}
    return {**vary, **retry_headers(error), **(headers or {})}


def _page_response(
    request: Request,
    page: PageContext,
    error: CtlKgError,
    view: ErrorPage,
    headers: Mapping[str, str] | None,
) -> Response:
    may_pass = error.status >= 500 or error.status in (408, 429)
    if may_pass and request.method in ("GET", "HEAD"):
        view = replace(view, again=page.here())
    if error.status >= 500:
        view = replace(view, number=request_id.get())
    more = _headers(error, headers) | {
        "content-language": page.language,
        "cache-control": "no-store",
    }
    body = render(view, page)
    return Response(body, error.status, more, media_type="text/html; charset=utf-8")


def _words(request: Request) -> str:
    """Return the last part of the address as words to search for."""
    last = unquote(request.url.path).rstrip("/").rpartition("/")[2]
    stem = re.sub(r"\.(?:html|ttl|jsonld|json|nt|nq|rdf|trig|csv|xml)$", "", last)
    return " ".join(re.findall(r"\w+", stem))[:_LONGEST_WORDS]


def _suggestions(
    site: Site, page: PageContext, error: CtlKgError, request: Request
) -> tuple[Link, ...]:
    """Return what the visitor may have meant: what the error names, our pages, a search."""
    parts = ViewParts(site, page, {})
    found = [_link(parts, iri) for iri in getattr(error, "suggestions", ())]
    if isinstance(error, NotFoundError) and not isinstance(error, GoneError):
        path = request.url.path.removeprefix(page.root_path)
        found += [
            Link(page.messages("nav." + key), page.url(known)) for known, key in _pages_like(path)
        ]
        if len(found) < _FEW:
            found += [parts.link(iri) for iri in _searched(site, _words(request))]
    return tuple(dict.fromkeys(found))[:_MOST_SUGGESTED]


def _link(parts: ViewParts, iri: str) -> Link:
    """Return the link to what an error suggests, which may be an address that is no resource."""
    link = parts.link(iri)
    if link.text == iri and parts.site.iris.is_own(iri):
        return replace(link, text="/" + iri.removeprefix(parts.site.base_iri), title="")
    return link


def _pages_like(path: str) -> list[tuple[str, str]]:
    known = {at.lower(): (at, key) for at, key in NAVIGATION}
    known |= {at.lower(): (at, key) for _, links in FOOTER for at, key in links if "#" not in at}
    near = difflib.get_close_matches(path.lower().rstrip("/"), known, n=2, cutoff=0.75)
    return [known[each] for each in near]


def _searched(site: Site, words: str) -> list[str]:
    try:
        hits = site.search.search(parse(words)).hits if words else ()
    except CtlKgError:
        return []
    return [hit.iri for hit in hits[:_MOST_SUGGESTED]]


@lru_cache(maxsize=1)
def _messages() -> dict[str, Messages]:
    return load_messages(MESSAGES_DIR)


class Refusals:
    """Answers with errors where no release is at hand: before the routes, or after a fault.

    Args:
        settings: of the server; who publishes it is named in the pages.
    """

    def __init__(self, settings: Settings) -> None:
        self._publisher: Publisher = publisher_of(settings)
        self._second = 0
        self._pages = 0

    async def __call__(
        self,
        error: CtlKgError,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer one request, with the headers that every answer has."""
        response = self.response(Request(scope), error, {**SECURITY_HEADERS, **(headers or {})})
        await response(scope, receive, send)

    def response(
        self, request: Request, error: CtlKgError, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the answer to a request."""
        if not (prefers_html(accept_of(request)) and self._has_time()):
            return problem(error, headers={**retry_headers(error), **(headers or {})})
        page = page_context(request, _messages(), self._publisher)
        if len(page.path) + len(request.scope["query_string"]) > _LONGEST_PATH:
            page = replace(page, path=page.root_path + "/", query=())
        return _page_response(request, page, error, error_page(error, page.messages), headers)

    def _has_time(self) -> bool:
        """Count a page; False if there were many in this second, for a flood gets plain answers."""
        second = int(monotonic())
        if second != self._second:
            self._second, self._pages = second, 0
        self._pages += 1
        return self._pages <= _MOST_PAGES_PER_S
