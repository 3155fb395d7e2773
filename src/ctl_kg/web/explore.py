"""The lists with facets: ``/explore`` and ``/explore/KIND``, as pages, CSV and JSON-LD.

``/explore/projects?cluster=afil&role=coordinator&q=salute&sort=-period&page=2`` is a page;
``/explore/projects.csv?…`` and ``.jsonld?…`` are all rows that the same parameters leave.

Not here: which lists there are (``publish/lists.toml``), how rows are found (``publish/lists``).
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotFoundError, ParameterError
from ctl_kg.publish.formats import GRAPH_FORMATS, HTML, Format, by_suffix, offers
from ctl_kg.publish.iris import split_suffix
from ctl_kg.publish.list_kinds import CERTAINTY, Kind, list_kinds
from ctl_kg.sparql.results import CSV_TYPE
from ctl_kg.web.api import language_of, refuse_unknown
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.explore_page import Asked, door_view, list_view, pages_of
from ctl_kg.web.list_documents import DIALECTS, csv_document, graph_of
from ctl_kg.web.list_text import ListText
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import render
from ctl_kg.web.parameters import choice, number
from ctl_kg.web.requests import accept_of, page_of, raw_path, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site

_VARY = ("Accept", "Accept-Language")
_CSV = Format("csv", CSV_TYPE, "CSV")
_JSON_LD = next(each for each in GRAPH_FORMATS if each.suffix == "jsonld")
_LARGEST_PAGE = 100_000
_OFFERED = (HTML, _CSV, _JSON_LD)


def door(request: Request) -> Response:
    """Lead to all lists."""
    site = site_of(request)
    refuse_unknown(request, ("lang",))
    language_of(request)
    page = page_of(request)
    body = render(door_view(site, page), page)
    representation = Representation(body, HTML.content_type, page.language, ("Accept-Language",))
    return respond(representation, modified=site.modified)


def faceted_list(request: Request) -> Response:
    """Answer with one list, as a page or as data."""
    site = site_of(request)
    kind, suffix = _named(site, raw_path(request).removeprefix("/explore/"))
    facets = [each.name for each in kind.facets]
    refuse_unknown(request, (*facets, CERTAINTY, "all", "q", "sort", "page", "dialect", "lang"))
    language_of(request)
    table = offers(_OFFERED)
    chosen = by_suffix(suffix, _OFFERED) if suffix else None
    chosen = chosen or table[choose_media_type(accept_of(request), table)]
    asked = read_asked(site, kind, request)
    if chosen is HTML:
        page = page_of(request)
        body = render(list_view(site, page, kind, asked), page)
        language: str | None = page.language
    else:
        body = _exported(request, site, kind, asked, chosen)
        language = None if chosen is _JSON_LD else page_of(request).language
    headers = {}
    if chosen is not HTML:
        headers["content-disposition"] = f'attachment; filename="{kind.name}.{chosen.suffix}"'
    vary = _VARY[1:] if suffix else _VARY
    representation = Representation(body, chosen.content_type, language, vary, headers=headers)
    return respond(representation, modified=site.modified)


def _named(site: Site, name: str) -> tuple[Kind, str]:
    """Return the list of an address, and the suffix.

    Raises:
        NotFoundError: there is no such list.
    """
    stem, suffix = split_suffix(name, tuple(each.suffix for each in _OFFERED))
    kind = list_kinds().get(stem)
    if kind is None:
        raise NotFoundError(
            f"there is no list '{cut(name)}'",
            suggestions=[f"{site.base_iri}explore/{each}" for each in list_kinds()],
            hint=f"There are: {', '.join(list_kinds())}.",
        )
    return kind, suffix or ""


def read_asked(site: Site, kind: Kind, request: Request) -> Asked:
    """Return what a request asks of a list.

    Raises:
        ParameterError: a value is not allowed.
    """
    pairs = tuple(request.query_params.multi_items())
    chosen = site.lists.address(kind.name).read(pairs)
    given = _given(pairs)
    orders = [kind.order, *(sign + name for name in kind.orders for sign in ("", "-"))]
    order = choice(given, "sort", list(dict.fromkeys(orders)))
    page = number(given, "page", 1, _LARGEST_PAGE)
    pages = pages_of(site.lists.index(kind.name).count(chosen))
    if page > pages:
        raise ParameterError(
            "page", f"{page} is past the end", value=str(page), allowed=[f"1 to {pages}"],
            hint=f"The last page is {pages}.", example=f"page={pages}",
        )  # fmt: skip
    return Asked(chosen, order, page, choice(given, "dialect", DIALECTS))


def _given(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters that are no facets; a form sends empty ones, too.

    Raises:
        ParameterError: one is given twice.
    """
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in ("sort", "page", "dialect") and value:
            if name in given:
                raise ParameterError(name, "is given twice", value=value, hint="Give it once.")
            given[name] = value
    return given


def _exported(request: Request, site: Site, kind: Kind, asked: Asked, chosen: Format) -> bytes:
    index = site.lists.index(kind.name)
    rows = index.select(asked.choice)
    if chosen is _JSON_LD:
        return site.writer.write(graph_of(site, rows, kind.shown), chosen.suffix)
    words = ListText(site, page_of(request), index)
    return csv_document(words, words.ordered(rows, asked.order), asked.dialect)
