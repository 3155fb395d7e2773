"""White space: ``/matrix/ROWS/COLUMNS`` for people, ``/api/matrix/ROWS/COLUMNS`` for programs.

``certainty=stated`` and ``role=…`` say which links count, ``kind=…`` which columns there are;
``row=`` and ``column=`` together ask for one cell. ``gaps=paths`` adds to the empty cells the
nearest indirect path, as far as there is time. Rows come in pages if there are very many; on the
page for people columns do too (``across=``), and ``row=`` or ``column=`` alone lists its cells.
Not here: what a link is (``publish/matrix``).
"""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotFoundError
from ctl_kg.publish.formats import CSV, HTML, JSON, Format, offers
from ctl_kg.publish.matrix import (
    BY_NAME,
    MATRICES,
    Spec,
    matrix_query,
)
from ctl_kg.publish.row_documents import write_json
from ctl_kg.web import coverage, matrix_documents, matrix_page, matrix_parts
from ctl_kg.web.api import language_of
from ctl_kg.web.api_answers import all_rows
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.matrix_wishes import LAYOUTS, one_of, read_asked
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import render
from ctl_kg.web.parameters import choice, given_once
from ctl_kg.web.requests import accept_of, page_number, page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site

_VARY = ("Accept", "Accept-Language")
_PARAMETERS = (
    "lang", "format", "certainty", "role", "kind", "gaps", "page", "row", "column", "layout",
)  # fmt: skip
_ON_PAGE = (*_PARAMETERS, "across")


async def index(request: Request) -> Response:
    """List the matrices that there are."""
    site = site_of(request)
    given_once(request, ("lang", "format"))
    language = language_of(request)
    is_api = request.url.path.endswith("/api/matrix")
    chosen = _format(request, (JSON,) if is_api else (HTML, JSON))
    if chosen is HTML:
        context = page_of(request)
        given = {"gaps": "none"}
        found = [(spec, await all_rows(request, site, matrix_query(spec, site.base_iri)))
                 for spec in MATRICES]  # fmt: skip
        made = [await run_in_threadpool(read_asked, site, spec, given, language, rows)
                for spec, rows in found]  # fmt: skip
        view = await run_in_threadpool(matrix_parts.door, site, context, made)
        body = render(view, context)
    else:
        root = str(request.scope.get("root_path", ""))
        body = write_json(matrix_documents.list_document(language, root))
    representation = Representation(body, chosen.content_type, language, _VARY)
    return respond(representation, modified=site.modified)


async def api(request: Request) -> Response:
    """Answer with a matrix, or one cell, as JSON or CSV."""
    return await _answer(request, (JSON, CSV))


async def page(request: Request) -> Response:
    """Answer with a page; programs get from here what they get from the API."""
    return await _answer(request, (HTML, JSON, CSV))


async def _answer(request: Request, offered: tuple[Format, ...]) -> Response:
    site = site_of(request)
    spec = _spec(request, site)
    chosen = _format(request, offered)
    taken = _ON_PAGE if chosen is HTML else _PARAMETERS
    given = given_once(request, taken, may_be_empty=("role", "kind"))
    layout = choice(given, "layout", LAYOUTS)
    language = language_of(request)
    rows = await all_rows(request, site, matrix_query(spec, site.base_iri))
    number = page_number(request)
    read = partial(read_asked, on_page=chosen is HTML)
    asked, matrix = await run_in_threadpool(read, site, spec, given, language, rows, number)
    if chosen is HTML:
        context = page_of(request)
        view, is_whole = await run_in_threadpool(matrix_page.view, site, context, asked, matrix)
        whole = await run_in_threadpool(
            matrix_parts.page_of_matrix, site, context, asked, matrix, view
        )
        body = await run_in_threadpool(render, whole, context)
    elif chosen is CSV:
        body, is_whole = matrix_documents.csv_document(site, asked, matrix, layout), True
    else:
        root = str(request.scope.get("root_path", ""))
        found, is_whole = await run_in_threadpool(
            matrix_documents.document, site, asked, matrix, root
        )
        body = write_json(found)
    notes = matrix_documents.coverage_of(site, asked) if chosen is CSV else ()  # others hold them
    links = coverage.links(request, site, notes)
    representation = Representation(body, chosen.content_type, language, _VARY, links)
    response = respond(representation, modified=site.modified)
    if not is_whole or rows.volatile:
        response.headers["cache-control"] = "no-store"  # a busy moment is no property of the data
    return response


def _spec(request: Request, site: Site) -> Spec:
    name = f"{request.path_params['rows']}/{request.path_params['columns']}"
    found = BY_NAME.get(name)
    if found is None:
        known = ", ".join(BY_NAME)
        raise NotFoundError(
            f"there is no matrix '{cut(name)}'", hint=f"There are: {known}.",
            suggestions=[f"{site.base_iri}matrix/{each}" for each in BY_NAME],
        )  # fmt: skip
    return found


def _format(request: Request, offered: tuple[Format, ...]) -> Format:
    wished = request.query_params.get("format", "")
    if wished:
        names = [each.suffix for each in offered]
        return offered[names.index(one_of("format", wished, names))]
    table = offers(offered)
    return table[choose_media_type(accept_of(request), table)]
