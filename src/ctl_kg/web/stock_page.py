"""A stock query as a page: the form, the answer as it is best shown, and ways to take it along.

``/queries/NAME?…`` for reading, ``/queries/NAME/embed?…`` for a frame in another site. A value
that is not allowed gives the page again, with status 400 and the form as it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import CtlKgError, ParameterError
from ctl_kg.publish.formats import HTML, formats_for
from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.sparql.results import parse_json
from ctl_kg.web import coverage
from ctl_kg.web.chart_view import Chart
from ctl_kg.web.endpoint import ask
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.query_asked import bound_query, given_values
from ctl_kg.web.query_chart import chart_on_page, drawn_of
from ctl_kg.web.query_job import PAGE_ROWS, Job
from ctl_kg.web.query_link import Answer
from ctl_kg.web.query_snippets import Bound, snippets
from ctl_kg.web.requests import page_of
from ctl_kg.web.responses import SECURITY_HEADERS, Representation, respond, retry_headers
from ctl_kg.web.row_cache import read_rows
from ctl_kg.web.site import Site
from ctl_kg.web.stock_form import form_fields, told, version_of
from ctl_kg.web.stock_view import ColumnHelp, EmbedPage, QueryPage
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Table

_VARY = ("Accept", "Accept-Language")
SHOWN_ROWS = 250  # of a table on a page; the downloads have them all
EMBEDDED_ROWS = 100
_SNIPPETS = ("link", "sparql", "curl", "python", "r", "excel", "embed")
# Any site may show an embedded answer in a frame: it has no form and changes nothing.
EMBED_HEADERS = {
    "content-security-policy": SECURITY_HEADERS["content-security-policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    ),
    "x-frame-options": "",
}


async def page(request: Request, site: Site, query: QueryFile) -> Response:
    """Return the page of a query."""
    context = page_of(request)
    given = given_values(request, query)
    status = 200
    headers: dict[str, str] = {}
    try:
        bound = await run_in_threadpool(bound_query, site, context, query, given)
        view = await run_in_threadpool(_page, site, context, query, given)
        view = _taken_along(site, context, view, bound)
        answer = await ask(request, Job(bound.text, page=True))
        view = await run_in_threadpool(_answered, site, context, bound, view, answer)
    except CtlKgError as error:
        status = error.status
        headers = {"cache-control": "no-store", **retry_headers(error)}
        view = await run_in_threadpool(_refused, site, context, query, given, error)
    body = await run_in_threadpool(render, view, context)
    representation = Representation(
        body, HTML.content_type, context.language, _VARY, headers=headers
    )
    response = respond(representation, modified=site.modified)
    response.status_code = status
    return response


def _page(
    site: Site, page: PageContext, query: QueryFile, given: Mapping[str, list[str]]
) -> QueryPage:
    language = page.language
    t = page.messages
    return QueryPage(
        title=query.title[language],
        name=query.name,
        question=query.question[language],
        description=query.description[language],
        competency=query.competency,
        group=Link(t("query_groups." + query.group), page.url("/queries") + "#" + query.group),
        fields=form_fields(site, page, query, given),
        columns=_columns(query, language),
        sparql=query.text,
        action=f"{page.root_path}/queries/{query.name}",
        try_it=page.url("/sparql", query=query.text),
        version=version_of(site, page),
        base_iri=site.base_iri,
    )


def _columns(query: QueryFile, language: str) -> tuple[ColumnHelp, ...]:
    """Return what the columns mean; a resource and its label are one."""
    names = {each.name: each for each in query.columns}
    found = []
    for column in query.columns:
        if column.name.removesuffix("Label") != column.name and column.name[:-5] in names:
            continue
        label = names.get(column.name + "Label")
        name = f"{column.name} ?{label.name}" if label else column.name
        text = (label or column).description[language]
        found.append(ColumnHelp(name, column.label[language], text, column.unit or ""))
    return tuple(found)


def _taken_along(site: Site, page: PageContext, view: QueryPage, bound: Bound) -> QueryPage:
    """Return the page with its downloads and the texts to copy."""
    query = bound.query
    root = page.root_path + "/"
    downloads = [
        Link(each.name, root + bound.path(f".{each.suffix}")) for each in formats_for(query.form)
    ]
    if query.form == "SELECT":
        downloads.append(Link("Excel", root + bound.path(".xlsx", "api/queries", size="all")))
    names = {kind: page.messages("stock.copy_" + kind) for kind in _SNIPPETS}
    return replace(
        view,
        coverage=coverage.on_page(site, page, site.coverage.coverage_for(bound.text)),
        downloads=tuple(downloads),
        snippets=snippets(bound, names),
        sparql=bound.text,
        try_it=page.url("/sparql", query=bound.text),
    )


def _refused(
    site: Site,
    page: PageContext,
    query: QueryFile,
    given: Mapping[str, list[str]],
    error: CtlKgError,
) -> QueryPage:
    """Return the page with what is wrong, at the field that it is about if there is one."""
    view = _page(site, page, query, given)
    wrong = error if isinstance(error, ParameterError) else None
    fields = form_fields(site, page, query, given, wrong)
    if any(each.error for each in fields):
        name = next(each.label for each in fields if each.error)
        return replace(view, fields=fields, error=page.messages("stock.see_field", name=name))
    message, hint = told(page, query, error)
    return replace(view, error=message, hint=hint)


def _answered(
    site: Site, page: PageContext, bound: Bound, view: QueryPage, answer: Answer
) -> QueryPage:
    body = answer.read()
    if bound.query.form == "CONSTRUCT":
        return replace(view, graph_text=body.decode())
    table = _table(site, page, bound.query, body, answer.head.rows, SHOWN_ROWS)
    return replace(view, table=table, chart=_chart(site, page, bound, body, answer.head.rows))


def _chart(site: Site, page: PageContext, bound: Bound, body: bytes, total: int) -> Chart | None:
    """Return the chart of an answer, if its view is one and something can be drawn."""
    if not bound.query.view.channels:
        return None
    drawn = drawn_of(site, page, bound, read_rows(body)[:PAGE_ROWS], total)
    return None if drawn is None else chart_on_page(bound, drawn, page.root_path)


def _table(
    site: Site, page: PageContext, query: QueryFile, body: bytes, total: int, most: int
) -> Table:
    result = parse_json(body)
    assert not isinstance(result, bool)
    result = replace(result, rows=result.rows[:most])
    titles = [
        Link(column.label[page.language], title=column.description[page.language])
        for column in query.columns
    ]
    return ViewParts(site, page, {}).labelled_table(result, titles, total)


async def embed(request: Request, site: Site, query: QueryFile) -> Response:
    """Return the answer alone, for a frame."""
    context = page_of(request)
    title = query.title[context.language]
    given = given_values(request, query)
    status, headers = 200, dict(EMBED_HEADERS)
    whole = Link(context.messages("stock.whole_page"), context.url("/queries/" + query.name))
    view = EmbedPage(title, query.question[context.language], whole, version_of(site, context))
    try:
        bound = await run_in_threadpool(bound_query, site, context, query, given)
        more = {"lang": context.language} if query.parameter("lang") is None else {}
        href = f"{context.root_path}/{bound.path(**more)}"
        view = replace(view, source=replace(whole, href=href))
        answer = await ask(request, Job(bound.text, page=True))
        view = await run_in_threadpool(_embedded, site, context, bound, view, answer)
    except CtlKgError as error:
        status = error.status
        headers |= {"cache-control": "no-store", **retry_headers(error)}
        view = replace(view, error=told(context, query, error)[0])
    body = await run_in_threadpool(render, view, context)
    representation = Representation(
        body, HTML.content_type, context.language, ("Accept-Language",), headers=headers
    )
    response = respond(representation, modified=site.modified)
    response.status_code = status
    return response


def _embedded(
    site: Site, page: PageContext, bound: Bound, view: EmbedPage, answer: Answer
) -> EmbedPage:
    body = answer.read()
    if bound.query.form == "CONSTRUCT":
        return replace(view, graph_text=body.decode())
    table = _table(site, page, bound.query, body, answer.head.rows, EMBEDDED_ROWS)
    return replace(view, table=table, chart=_chart(site, page, bound, body, answer.head.rows))
