"""The stock queries: ``/queries`` and ``/queries/NAME``, with values in the address.

``/queries/NAME?network=network:eusalp`` answers in the format that ``Accept`` asks for;
``/queries/NAME.csv?…`` in the format of the suffix; ``/queries/NAME.rq`` is the text.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import CtlKgError, NotFoundError, ParameterError
from ctl_kg.publish.formats import (
    DATASET_FORMATS,
    DESCRIPTION_FORMATS,
    HTML,
    by_suffix,
    formats_for,
    offers,
)
from ctl_kg.publish.iris import split_suffix
from ctl_kg.publish.query_graph import GRAPH
from ctl_kg.sparql.binding import bind
from ctl_kg.sparql.query_file import GROUPS, Parameter, QueryFile
from ctl_kg.sparql.results import parse_json
from ctl_kg.web import coverage, descriptions, documents
from ctl_kg.web.endpoint import answer_response, ask
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.query_job import Job
from ctl_kg.web.query_link import Answer
from ctl_kg.web.query_view import ColumnHelp, Field, QueriesView, QueryView
from ctl_kg.web.requests import accept_of, page_of, raw_path, site_of
from ctl_kg.web.responses import Representation, respond, retry_headers
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Option, QueryEntry, QueryGroup

_VARY = ("Accept", "Accept-Language")
RQ_TYPE = "application/sparql-query; charset=utf-8"


def query_groups(site: Site, page: PageContext) -> tuple[QueryGroup, ...]:
    """Return the stock queries by group, in the order of the groups."""
    members: dict[str, list[QueryEntry]] = defaultdict(list)
    for query in site.queries.values():
        link = Link(query.title[page.language], page.url("/queries/" + query.name))
        members[query.group].append(QueryEntry(link, query.question[page.language]))
    return tuple(
        QueryGroup(page.messages("query_groups." + group), tuple(members[group]))
        for group in GROUPS
        if members[group]
    )


def queries(request: Request) -> Response:
    """List the stock queries."""
    site = site_of(request)
    table = offers((*DESCRIPTION_FORMATS, HTML))
    chosen = table[choose_media_type(accept_of(request), table)]
    if chosen is HTML:
        page = page_of(request)
        view = QueriesView(
            page.messages("queries.title"), query_groups(site, page), len(site.queries)
        )
        body, language = render(view, page), page.language
        representation = Representation(body, HTML.content_type, language, _VARY)
    else:
        representation = Representation(
            _list_body(site, chosen.suffix), chosen.content_type, vary=_VARY
        )
    return respond(representation, modified=site.modified)


def _list_body(site: Site, suffix: str) -> bytes:
    """Return the descriptions of all queries, with their graph where the format has graphs."""
    quads = site.store.graph(NamedNode(site.base_iri + GRAPH))
    if by_suffix(suffix, DATASET_FORMATS):
        return site.writer.write_dataset(descriptions.with_provenance(site, quads), suffix)
    return site.writer.write((quad.triple for quad in quads), suffix)


async def query(request: Request) -> Response:
    """Answer a stock query, as a page or in the format asked for."""
    site = site_of(request)
    name = raw_path(request).removeprefix("/queries/")
    stem, suffix = split_suffix(name, ("html", "rq", "json", "xml", "csv", "tsv", "ttl", "jsonld",
                                       "nt", "rdf", "trig", "nq"))  # fmt: skip
    found = site.queries.get(stem)
    if found is None:
        raise unknown_query(site.queries, stem, site.base_iri)
    if suffix == "rq":
        return respond(Representation(found.text.encode(), RQ_TYPE), modified=site.modified)
    # A SELECT has a description as RDF; a CONSTRUCT answers with RDF itself.
    answers = formats_for(found.form)
    offered = (*answers, *(() if found.form == "CONSTRUCT" else DESCRIPTION_FORMATS), HTML)
    if suffix:
        chosen = by_suffix(suffix, offered)
        vary: tuple[str, ...] = ("Accept-Language",) if suffix == "html" else ()
    else:
        table = offers(offered)
        chosen = table[choose_media_type(accept_of(request), table)]
        vary = _VARY
    if chosen is None:
        raise unknown_query(site.queries, name, site.base_iri)
    if chosen is HTML:
        return await _query_page(request, site, found)
    text_link = {"rel": "describedby", "type": "application/sparql-query"}
    if chosen not in answers:
        iri = f"{site.base_iri}queries/{stem}"
        return await run_in_threadpool(documents.document, request, site, iri, chosen.suffix)
    text = await run_in_threadpool(_bound, site, found, given_values(request, found))
    notes = await run_in_threadpool(site.coverage.coverage_for, text)
    links = [(f"/queries/{stem}.rq", text_link), *coverage.links(request, site, notes)]
    answer = await ask(request, Job(text, suffix=chosen.suffix))
    return await answer_response(answer, modified=site.modified, vary=vary, links=links)


def _bound(site: Site, query: QueryFile, given: Mapping[str, list[str]]) -> str:
    return bind(query, given, curies=site.curies, choices_of=site.choices)


def unknown_query(known: dict[str, QueryFile], name: str, base_iri: str) -> NotFoundError:
    """Return the error for a name that no stock query has."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return NotFoundError(
        f"there is no stock query '{name}'",
        suggestions=[base_iri + "queries/" + each for each in near],
        hint="See the list of queries.",
    )


def given_values(request: Request, query: QueryFile) -> dict[str, list[str]]:
    """Return the values in the address, by parameter.

    ``lang`` is the language of the page where the query has no parameter of that name.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        if name != "lang" or query.parameter("lang") is not None:
            found[name].append(value)
    return dict(found)


async def _query_page(request: Request, site: Site, query: QueryFile) -> Response:
    page = page_of(request)
    given = given_values(request, query)
    bound = dict(given)
    language = query.parameter("lang")
    if language is not None and "lang" not in given:
        bound["lang"] = [page.language]
    view = await run_in_threadpool(_form, site, page, query, given)
    status = 200
    headers: dict[str, str] = {}
    try:
        text = await run_in_threadpool(_bound, site, query, bound)
        view = replace(view, try_it=page.url("/sparql", query=text))
        answer = await ask(request, Job(text, page=True))
        view = await run_in_threadpool(_answered, site, page, query, view, text, answer)
    except CtlKgError as error:
        status = error.status
        headers = {"cache-control": "no-store", **retry_headers(error)}
        view = _refused(view, error)
    body = await run_in_threadpool(render, view, page)
    representation = Representation(body, HTML.content_type, page.language, _VARY, headers=headers)
    response = respond(representation, modified=site.modified)
    response.status_code = status
    return response


def _refused(view: QueryView, error: CtlKgError) -> QueryView:
    """Return the page with what is wrong, at the field that it is about if there is one."""
    named = error.name if isinstance(error, ParameterError) else None
    if all(each.name != named for each in view.fields):
        return replace(view, error=error.message, hint=error.hint)
    fields = [
        replace(each, error=f"{error.message}. {error.hint}") if each.name == named else each
        for each in view.fields
    ]
    return replace(view, fields=tuple(fields))


def _answered(
    site: Site, page: PageContext, query: QueryFile, view: QueryView, text: str, answer: Answer
) -> QueryView:
    notes = coverage.on_page(site, page, site.coverage.coverage_for(text))
    view = replace(view, coverage=notes)
    if query.form == "CONSTRUCT":
        return replace(view, graph_text=answer.read().decode())
    result = parse_json(answer.read())
    assert not isinstance(result, bool)
    titles = [
        Link(column.label[page.language], title=column.description[page.language])
        for column in query.columns
    ]
    table = ViewParts(site, page, {}).labelled_table(result, titles, answer.head.rows)
    return replace(view, table=table)


def _form(
    site: Site, page: PageContext, query: QueryFile, given: dict[str, list[str]]
) -> QueryView:
    language = page.language
    # The language of labels follows the page; it is not a question to ask.
    fields = [
        _field(site, page, each, given.get(each.name, [each.default or ""]))
        for each in query.parameters
        if each.name != "lang"
    ]
    kept = {name: values[0] for name, values in given.items() if values and values[0]}
    downloads = [
        Link(each.name, page.url(f"/queries/{query.name}.{each.suffix}", **kept))
        for each in formats_for(query.form)
    ]
    downloads.append(Link("SPARQL", page.root_path + f"/queries/{query.name}.rq"))
    return QueryView(
        title=query.title[language],
        name=query.name,
        question=query.question[language],
        description=query.description[language],
        competency=query.competency,
        group=page.messages("query_groups." + query.group),
        fields=tuple(fields),
        columns=tuple(
            ColumnHelp(c.name, c.label[language], c.description[language], c.unit or "")
            for c in query.columns
        ),
        table=None,
        graph_text="",
        error="",
        hint="",
        downloads=tuple(downloads),
        sparql=query.text,
        action=page.root_path + "/queries/" + query.name,
        try_it=page.url("/sparql", query=query.text),
    )


def _field(site: Site, page: PageContext, parameter: Parameter, values: list[str]) -> Field:
    value = values[0] if values else ""
    options = []
    for choice in site.choices(parameter):
        short = site.curies.shorten(choice.value) or choice.value
        selected = value in (choice.value, short, short.partition(":")[2])
        label = (
            ViewParts(site, page, {}).name(choice.value)[0]
            if parameter.type == "iri"
            else choice.label
        )
        options.append(Option(short, label, selected))
    if parameter.type == "iri":
        options.sort(key=lambda option: option.label.lower())
    return Field(
        name=parameter.name,
        label=parameter.label[page.language],
        description=parameter.description[page.language],
        value=value,
        options=tuple(options),
        required=parameter.required,
        kind={"integer": "number", "decimal": "number", "date": "date"}.get(parameter.type, "text"),
        error="",
    )
