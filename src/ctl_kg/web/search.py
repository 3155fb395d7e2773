"""Full-text search: ``/search`` for people, ``/api/search`` for programs, ``/opensearch.xml``.

``?q=vanguard initiative`` is enough; ``type`` and ``cluster`` (CURIE or IRI) keep what is of a
class and what is linked to a cluster, ``page`` and ``size`` cut the list, ``prefix=1`` lets the
last word go on, for suggestions while one types. An IRI or CURIE leads to its resource.

Not here: what is found and how it is ranked (``publish/search``).
Source: RFC 8288 §3 (Link), OpenSearch 1.1 Draft 6 (description documents).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import ParameterError
from ctl_kg.languages import LANGUAGES
from ctl_kg.publish.formats import HTML, JSON, offers
from ctl_kg.publish.row_documents import write_json
from ctl_kg.publish.search import Found, Hit
from ctl_kg.publish.search_question import parse
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.parameters import choice, given_once, number
from ctl_kg.web.requests import accept_of, page_of, site_of
from ctl_kg.web.responses import Links, Representation, respond, see_other
from ctl_kg.web.search_docs import DEFAULT_SIZE, LARGEST_PAGE, LARGEST_SIZE
from ctl_kg.web.search_results import Results, as_json, search_view
from ctl_kg.web.site import Site
from ctl_kg.web.suggestions import SUGGESTIONS

PARAMETERS = ("q", "type", "cluster", "page", "size", "prefix", "lang")
_VARY = ("Accept", "Accept-Language")
_EXAMPLES = {
    "q": "vanguard initiative", "type": "ctl:Network", "cluster": "cluster:afil", "page": "1",
    "size": "20", "prefix": "1", "lang": "en",
}  # fmt: skip
_LONGEST_IRI = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Asked:
    """What a request asks; ``kind`` and ``cluster`` are IRIs, or empty."""

    text: str
    kind: str = ""
    cluster: str = ""
    page: int = 1
    size: int = DEFAULT_SIZE
    prefix: bool = False


def search(request: Request) -> Response:
    """Answer with a page for people; programs get from here what they get from the API."""
    site = site_of(request)
    table = offers((HTML, JSON))
    if table[choose_media_type(accept_of(request), table)] is JSON:
        return _data(request, site)
    page = page_of(request)
    status, error = 200, None
    asked = Asked(request.query_params.get("q", ""))
    results = None
    try:
        asked = read_asked(site, request)
        iri = exact_iri(site, asked.text)
        path = site.iris.path_of(iri) if iri else None
        if path is not None:
            return see_other(page.keep_language(page.root_path + path), vary=_VARY, links=())
        if asked.text.strip():
            results = find(site, asked)
    except ParameterError as refused:
        status, error = refused.status, refused
    body = render(search_view(site, page, asked.text, results, error), page)
    links = _links(page, results, "/search") if results else ()
    representation = Representation(body, HTML.content_type, page.language, _VARY, links)
    response = respond(representation, modified=site.modified)
    if status != 200:
        response.status_code = status
        response.headers["cache-control"] = "no-store"
    return response


def api(request: Request) -> Response:
    """Answer in JSON."""
    table = offers((JSON,))
    choose_media_type(accept_of(request), table)
    return _data(request, site_of(request))


def _data(request: Request, site: Site) -> Response:
    page = page_of(request)
    asked = read_asked(site, request)
    if not asked.text.strip():
        raise ParameterError("q", "is missing or empty", hint="Say what to search for.",
                             value=asked.text, example=f"q={_EXAMPLES['q']}")  # fmt: skip
    results = find(site, asked)
    body = write_json(as_json(site, page, results))
    links = _links(page, results, "/api/search")
    representation = Representation(body, JSON.content_type, page.language, _VARY, links)
    return respond(representation, modified=site.modified)


def read_asked(site: Site, request: Request) -> Asked:
    """Return what a request asks.

    Raises:
        ParameterError: a parameter is unknown, given twice, or has a value it cannot take.
    """
    given = given_once(request, PARAMETERS, may_be_empty=("q",), examples=_EXAMPLES)
    choice(given, "lang", LANGUAGES)
    return Asked(
        text=_CONTROL.sub(" ", given.get("q", "")),
        kind=_facet(site, given, "type"),
        cluster=_facet(site, given, "cluster"),
        page=number(given, "page", 1, LARGEST_PAGE),
        size=number(given, "size", DEFAULT_SIZE, LARGEST_SIZE),
        prefix=choice(given, "prefix", ("0", "1")) == "1",
    )


def _facet(site: Site, given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if text == "":
        return ""
    is_iri = text.startswith(("http://", "https://"))
    iri = text if is_iri else site.curies.expand(text)
    known = site.search.kinds if name == "type" else site.search.clusters
    if iri not in known:
        raise ParameterError(
            name, f"'{text[:80]}' is none of those in the release", value=text,
            allowed=[site.curies.shorten(each) or each for each in sorted(known)],
            example=f"{name}={_EXAMPLES[name]}",
        )  # fmt: skip
    return iri or ""


def exact_iri(site: Site, text: str) -> str | None:
    """Return the resource of ours whose IRI or CURIE a text is, or None."""
    text = text.strip().removeprefix("<").removesuffix(">")
    if len(text) > _LONGEST_IRI or ":" not in text or re.search(r"\s", text):
        return None
    iri = text if text.startswith(("http://", "https://")) else site.curies.expand(text)
    return iri if iri and site.iris.is_own(iri) and site.describer.exists(iri) else None


def find(site: Site, asked: Asked) -> Results:
    """Return one page of what fits.

    Raises:
        ParameterError: the text is too long, or the page is past the end.
        QueryTimeoutError: the search took too long.
    """
    iri = exact_iri(site, asked.text)
    excluded: tuple[str, ...] = ()
    if iri is not None:
        hit = site.search.hit(iri) or Hit(0, iri, 0.0, (), ())
        found = Found((hit,), "all", {}, {}, {}, ())
    else:
        question = parse(asked.text, prefix=asked.prefix)
        found = site.search.search(question, kind=asked.kind, cluster=asked.cluster)
        excluded = question.excluded
    pages = max(1, -(-len(found.hits) // asked.size))
    if asked.page > pages:
        raise ParameterError("page", f"{asked.page} is past the end", value=str(asked.page),
                             allowed=[f"1 to {pages}"], example=f"page={pages}")  # fmt: skip
    start = (asked.page - 1) * asked.size
    shown = found.hits[start : start + asked.size]
    return Results(
        asked.text, iri, found, shown, asked.page, pages, asked.size, asked.kind, asked.cluster,
        excluded,
    )  # fmt: skip


def _links(page: PageContext, results: Results, path: str) -> Links:
    """Return the links to the other pages, and to the other form of this one."""
    numbers = {"first": 1, "prev": results.page - 1, "next": results.page + 1,
               "last": results.pages}  # fmt: skip
    links = [
        (page.root_path + path + page.here(page=str(number)).removeprefix(page.path),
         {"rel": relation})
        for relation, number in numbers.items()
        if 1 <= number <= results.pages
    ]  # fmt: skip
    other = "/api/search" if path == "/search" else "/search"
    kind = "application/json" if path == "/search" else "text/html"
    address = page.root_path + other + page.here().removeprefix(page.path)
    return [*links, (address, {"rel": "alternate", "type": kind})]


def opensearch(request: Request) -> Response:
    """Describe the search for browsers and for aggregators."""
    site, page = site_of(request), page_of(request)
    t = page.messages
    base = escape(site.base_iri)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{escape(t("site.short")[:16])}</ShortName>
<Description>{escape(t("search.opensearch"))}</Description>
<Language>it</Language>
<Language>en</Language>
<OutputEncoding>UTF-8</OutputEncoding>
<InputEncoding>UTF-8</InputEncoding>
<Image width="16" height="16" type="image/svg+xml">{base}static/icon.svg</Image>
<Url type="text/html" template="{base}search?q={{searchTerms}}"/>
<Url type="application/json" template="{base}api/search?q={{searchTerms}}"/>
<Url type="{SUGGESTIONS.media_type}" rel="suggestions"
 template="{base}api/suggestions?q={{searchTerms}}"/>
<Query role="example" searchTerms="vanguard initiative"/>
</OpenSearchDescription>
"""
    media_type = "application/opensearchdescription+xml; charset=utf-8"
    representation = Representation(text.encode(), media_type, page.language, ("Accept-Language",))
    return respond(representation, modified=site.modified)
