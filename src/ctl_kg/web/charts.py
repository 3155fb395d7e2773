"""Charts: ``/charts/NAME.svg``, ``.png``, ``.json`` (the Vega specification) and ``.csv``.

Every chart takes ``lang``, ``size=narrow`` (for small screens) and ``caption=yes`` (title and
source in the picture, for use elsewhere) beside its own parameters. Which charts there are says
one table, :data:`SOURCES`. Not here: what a chart shows (the modules of the table), how it looks
and is rendered (``ctl_kg.charts``).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ctl_kg.charts.picture import Picture, with_caption
from ctl_kg.errors import NotFoundError
from ctl_kg.publish.tables import safe_cell
from ctl_kg.sparql.results import CSV_TYPE
from ctl_kg.web import (
    map_chart,
    matrix_charts,
    neighbourhood,
    query_chart,
    timeline_chart,
    why,
    why_chart,
)
from ctl_kg.web.api import language_of
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.chart_view import Drawn
from ctl_kg.web.pages import PageContext
from ctl_kg.web.parameters import choice, given_once
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site

Make = Callable[[Request, Site, PageContext], Awaitable[Drawn]]

_COMMON = ("lang", "size", "caption")
_SIZES = ("wide", "narrow")
_CAPTIONS = ("no", "yes")
_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
    "csv": CSV_TYPE,
}
# An SVG that is opened on its own may use the styles and glyphs that are in it, and nothing else.
_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox"


@dataclass(frozen=True)
class Source:
    """A chart that there is.

    Args:
        make: returns its data for a request.
        parameters: names of its own parameters; None if ``make`` refuses what it does not know.
        may_be_empty: names of those whose empty value means something.
    """

    make: Make
    parameters: tuple[str, ...] | None = ()
    may_be_empty: tuple[str, ...] = ()


SOURCES: dict[str, Source] = {
    "network": Source(matrix_charts.network, matrix_charts.WISHES, ("role", "kind")),
    "matrix": Source(
        matrix_charts.matrix, ("matrix", "page", "across", *matrix_charts.WISHES), ("role", "kind")
    ),
    "query": Source(query_chart.query, None),
    neighbourhood.NAME: Source(neighbourhood.around, neighbourhood.PARAMETERS),
    why_chart.NAME: Source(why.picture, why_chart.PARAMETERS),
    "map": Source(map_chart.seats, map_chart.PARAMETERS),
    "timeline": Source(timeline_chart.over_time, timeline_chart.PARAMETERS),
}


def routes() -> list[Route]:
    """Return the routes of the charts."""
    return [Route("/charts/{name}", chart)]


async def chart(request: Request) -> Response:
    """Answer with a chart in a format."""
    site, page = site_of(request), page_of(request)
    name, suffix, source = _source(request, site)
    given = _given(request, source)
    language = language_of(request)
    narrow = choice(given, "size", _SIZES) == "narrow"
    captioned = choice(given, "caption", _CAPTIONS) == "yes"
    drawn = await source.make(request, site, page)
    body = await _body(site, page, drawn, suffix, narrow=narrow, captioned=captioned)
    headers = {"content-disposition": f'inline; filename="{name}.{suffix}"'}
    if suffix == "svg":
        headers["content-security-policy"] = _SVG_POLICY
    vary = () if request.query_params.get("lang") else ("Accept-Language",)
    response = respond(
        Representation(body, _TYPES[suffix], language, vary, headers=headers),
        modified=site.modified,
    )
    if drawn.volatile:
        response.headers["cache-control"] = "no-store"
    return response


def _source(request: Request, site: Site) -> tuple[str, str, Source]:
    stem, _, suffix = request.path_params["name"].rpartition(".")
    source = SOURCES.get(stem)
    if source is None or suffix not in _TYPES:
        near = difflib.get_close_matches(stem or suffix, SOURCES, n=3, cutoff=0.4) or [*SOURCES]
        raise NotFoundError(
            f"there is no chart '{cut(request.path_params['name'])}'",
            hint=f"There are: {', '.join(SOURCES)}; each as {', '.join(_TYPES)}.",
            suggestions=[f"{site.base_iri}charts/{each}.svg" for each in near],
        )
    return stem, suffix, source


def _given(request: Request, source: Source) -> Mapping[str, str]:
    if source.parameters is None:
        return {name: request.query_params[name] for name in _COMMON[1:]
                if name in request.query_params}  # fmt: skip
    return given_once(request, (*_COMMON, *source.parameters), may_be_empty=source.may_be_empty)


async def _body(
    site: Site, page: PageContext, drawn: Drawn, suffix: str, *, narrow: bool, captioned: bool
) -> bytes:
    if suffix == "csv":
        return csv_of(drawn)
    picture = await run_in_threadpool(drawn.draw, narrow)
    if captioned:
        picture = with_caption(picture, source_note(site, page))
    if suffix == "json":
        return json_of(picture)
    return await (site.pictures.svg(picture) if suffix == "svg" else site.pictures.png(picture))


def source_note(site: Site, page: PageContext) -> str:
    """Return where a picture comes from, for those who see it elsewhere."""
    version = str(site.manifest.get("version", ""))
    released = str(site.manifest.get("released", ""))[:10]
    return page.messages("charts.source", version=version, released=released, iri=site.base_iri)


def json_of(picture: Picture) -> bytes:
    """Return the specification of a picture."""
    return json.dumps(picture.spec, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def csv_of(drawn: Drawn) -> bytes:
    """Return the data of a chart as CSV (RFC 4180): the texts of its table, with all rows."""
    table = drawn.whole() if drawn.whole else drawn.table
    lines = [[head.text for head in table.headers]]
    lines += [[cell.link.text for cell in row] for row in table.rows]
    return "".join(",".join(_field(each) for each in line) + "\r\n" for line in lines).encode()


def _field(text: str) -> str:
    safe = safe_cell(text)
    if any(each in safe for each in ',"\r\n'):
        return '"' + safe.replace('"', '""') + '"'
    return safe
