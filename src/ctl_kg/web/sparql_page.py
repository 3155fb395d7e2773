"""The page of the SPARQL endpoint: the form, and below it an answer or what is wrong."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import CtlKgError, NotFoundError, QuerySyntaxError
from ctl_kg.publish.formats import HTML, formats_for
from ctl_kg.sparql.query_file import GROUPS
from ctl_kg.sparql.results import parse_json
from ctl_kg.web.error_pages import error_page
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.protocol import Operation
from ctl_kg.web.query_job import PAGE_ROWS
from ctl_kg.web.query_link import Answer
from ctl_kg.web.requests import page_of
from ctl_kg.web.responses import Representation, respond, retry_headers
from ctl_kg.web.site import Site
from ctl_kg.web.sparql_terms import example_text
from ctl_kg.web.sparql_view import ExampleGroup, Explanation, SparqlPage
from ctl_kg.web.stock_form import version_of
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Option

_VARY = ("Accept", "Accept-Language")
_HEADERS: dict[str, str] = {}


def _page(
    page: PageContext, view: SparqlPage, error: CtlKgError | None = None, *, kept: bool = True
) -> Response:
    representation = Representation(
        render(view, page), HTML.content_type, page.language, vary=_VARY, headers=_HEADERS
    )
    response = respond(representation)
    if error is not None or not kept:
        response.headers["cache-control"] = "no-store"
    if error is not None:
        response.status_code = error.status
        response.headers.update(retry_headers(error))
    return response


def _form(site: Site, page: PageContext, query: str, chosen: str = "") -> SparqlPage:
    t = page.messages
    return SparqlPage(
        title=t("sparql.title"),
        description=t("sparql.lead"),
        query=query or _EXAMPLE.format(base=site.base_iri, language=page.language),
        version=version_of(site, page),
        base_iri=site.base_iri,
        examples=_examples(site, page, chosen),
        has_query=bool(query) and not chosen,
    )


def _examples(site: Site, page: PageContext, chosen: str) -> tuple[ExampleGroup, ...]:
    members: dict[str, list[Option]] = defaultdict(list)
    for each in site.queries.values():
        option = Option(each.name, each.title[page.language], each.name == chosen)
        members[each.group].append(option)
    return tuple(
        ExampleGroup(page.messages("query_groups." + group), tuple(members[group]))
        for group in GROUPS
        if members[group]
    )


_EXAMPLE = """PREFIX ctl: <{base}onto/CTL/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?cluster ?name
WHERE {{
  ?cluster a ctl:TechnologyCluster ;
    skos:prefLabel ?name .
  FILTER (LANG(?name) = "{language}")
}}
ORDER BY ?name ?cluster
"""


def refused(request: Request, site: Site, operation: Operation, error: CtlKgError) -> Response:
    """Return the form with what is wrong above it."""
    page = page_of(request)
    told = error_page(error, page.messages)
    wrong = error if isinstance(error, QuerySyntaxError) else None
    view = replace(
        _form(site, page, operation.query or ""),
        error=told.message,
        hint="" if wrong else told.hint,  # this is the editor that it leads to
        detail=told.detail,
        error_line=(wrong and wrong.line) or 0,
        error_column=(wrong and wrong.column) or 0,
    )
    return _page(page, view, error)


def opened(request: Request, site: Site) -> Response:
    """Return the form with an example in it: the stock query asked for, if one is.

    Raises:
        NotFoundError: there is no such stock query.
    """
    page = page_of(request)
    name = request.query_params.get("example", "")
    if not name:
        return _page(page, _form(site, page, ""))
    query = site.queries.get(name)
    if query is None:
        raise NotFoundError(f"there is no stock query '{name[:80]}'")
    return _page(page, _form(site, page, example_text(site, query, page.language), name))


def answered(request: Request, site: Site, operation: Operation, answer: Answer) -> Response:
    """Return the form with the answer below it, or with the reason why it is empty."""
    page = page_of(request)
    assert operation.query is not None
    view = _form(site, page, operation.query)
    form = answer.head.form
    if operation.explain:
        found = _explanation(site, page, json.loads(answer.read()))
        return _page(page, replace(view, explanation=found))
    if operation.has_dataset or len(operation.query) > 4000:
        address = ""  # an address would not say the same, or not fit
    else:
        address = page.url("/sparql", query=operation.query)
        downloads = tuple(
            Link(each.name, page.url("/sparql", query=operation.query, format=each.suffix))
            for each in formats_for(form)
        )
        view = replace(view, downloads=downloads)
    if form in ("CONSTRUCT", "DESCRIBE"):
        text = answer.read().decode()
        left_out = max(0, answer.head.rows - PAGE_ROWS)
        view = replace(view, graph_text=text, left_out=left_out)
    else:
        result = parse_json(answer.read())
        if isinstance(result, bool):
            view = replace(view, boolean=result)
        else:
            table = ViewParts(site, page, {}).table(result, total=answer.head.rows)
            view = replace(view, table=table)
    if address and (answer.head.rows == 0 or view.boolean is False):
        why = page.url("/sparql", query=operation.query, explain="empty")
        view = replace(view, why_empty=why)
    return _page(page, view, kept=not answer.head.volatile)


def _explanation(site: Site, page: PageContext, found: dict[str, Any]) -> Explanation:
    parts = ViewParts(site, page, {})
    if not found["empty"]:
        return Explanation(page.messages("sparql.not_empty"))
    suggestions = [
        parts.link(each["iri"]) if "iri" in each else Link(each["value"])
        for each in found.get("suggestions", [])
    ]
    return Explanation(
        message=found["message"][page.language],
        line=found.get("line"),
        pattern=found.get("pattern") or "",
        suggestions=tuple(suggestions),
        steps=tuple((each["pattern"], bool(each["matches"])) for each in found.get("steps", [])),
    )
