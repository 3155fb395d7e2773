"""Quality for people: ``/quality``, ``/quality/anomalies`` and ``/quality/inferred``.

``/quality`` says what was checked and what was found, the two others list the anomalies of the
source and the inferred links that wait for a review. Facets (``cluster=``, ``kind=`` …) narrow a
list, ``page=`` turns it; ``/quality/findings.csv``, ``.json`` and the like hold all of what is
chosen, not one page. Not here: what the lists hold (``publish/review``).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotFoundError
from ctl_kg.publish.formats import HTML, JSON, Format, offers
from ctl_kg.publish.iris import split_suffix
from ctl_kg.sparql.results import CSV_TYPE
from ctl_kg.web import quality_pages
from ctl_kg.web.api import language_of, refuse_unknown
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import render
from ctl_kg.web.quality_lists import FACETS, Asked, csv_document, json_document, read_asked
from ctl_kg.web.requests import accept_of, page_of, raw_path, site_of, site_path
from ctl_kg.web.responses import Links, Representation, moved, respond
from ctl_kg.web.site import Site

CSV = Format("csv", CSV_TYPE, "CSV")
_SUFFIXED = {"csv": CSV, "json": JSON}
_VARY = ("Accept", "Accept-Language")


def overview(request: Request) -> Response:
    """Say what was checked, and list what was found."""
    return _answer(request, "findings", "")


def listed(request: Request) -> Response:
    """Answer with one of the lists, as a page or in the format of the suffix."""
    name, suffix = split_suffix(raw_path(request).removeprefix("/quality/"), tuple(_SUFFIXED))
    if name not in FACETS:
        site = site_of(request)
        raise NotFoundError(
            "there is no such list",
            suggestions=[f"{site.base_iri}quality/{each}" for each in FACETS if each != "findings"],
        )
    if name == "findings" and not suffix:
        return moved(site_path(request, "/quality"))
    return _answer(request, name, suffix or "")


def _answer(request: Request, name: str, suffix: str) -> Response:
    site = site_of(request)
    refuse_unknown(request, (*FACETS[name], "page", "lang"))
    language = language_of(request)
    asked = read_asked(site, name, request.query_params.multi_items())
    chosen = _SUFFIXED.get(suffix) or _wished(request)
    if chosen is HTML:
        page = page_of(request)
        body = render(quality_pages.view(site, page, asked), page)
    else:
        make = json_document if chosen is JSON else csv_document
        body = make(site, page_of(request), asked)
    vary = ("Accept-Language",) if suffix else _VARY
    links = _links(request, site, asked)
    representation = Representation(body, chosen.content_type, language, vary, links)
    return respond(representation, modified=site.modified)


def _wished(request: Request) -> Format:
    table = offers((HTML, JSON, CSV))
    return table[choose_media_type(accept_of(request), table)]


def _links(request: Request, site: Site, asked: Asked) -> Links:
    page = page_of(request)
    return [
        (
            page.url(f"/quality/{asked.name}.{suffix}", **dict(asked.kept)),
            {"rel": "alternate", "type": each.media_type},
        )
        for suffix, each in _SUFFIXED.items()
    ]
