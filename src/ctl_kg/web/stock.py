"""The stock queries: ``/queries`` and ``/queries/NAME``, with values in the address.

``/queries/NAME?network=network:eusalp`` answers in the format that ``Accept`` asks for;
``/queries/NAME.csv?…`` in the format of the suffix; ``/queries/NAME.rq`` is the text.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from urllib.parse import urlencode

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

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
from ctl_kg.sparql.query_file import GROUPS, QueryFile
from ctl_kg.web import coverage, descriptions, documents, stock_page
from ctl_kg.web.endpoint import answer_response, ask
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.query_asked import bound_text, given_values, unknown_query
from ctl_kg.web.query_job import Job
from ctl_kg.web.requests import accept_of, page_of, raw_path, site_of, site_path
from ctl_kg.web.responses import Representation, moved, respond
from ctl_kg.web.site import Site
from ctl_kg.web.stock_view import CardGroup, QueriesPage, QueryCard
from ctl_kg.web.views import Link, QueryEntry, QueryGroup

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
        body, language = render(_list_page(site, page), page), page.language
        representation = Representation(body, HTML.content_type, language, _VARY)
    else:
        representation = Representation(
            _list_body(site, chosen.suffix), chosen.content_type, vary=_VARY
        )
    return respond(representation, modified=site.modified)


def _list_page(site: Site, page: PageContext) -> QueriesPage:
    asked = " ".join(dict(page.query).get("q", "").split())[:200]
    wanted = plain_words(asked).split()
    cards: dict[str, list[QueryCard]] = defaultdict(list)
    for query in site.queries.values():
        cards[query.group].append(_card(page, query))
    groups = []
    for group in (each for each in GROUPS if cards[each]):
        kept = [each for each in cards[group] if all(word in each.words for word in wanted)]
        heading = page.messages("query_groups." + group)
        groups.append(CardGroup(group, heading, tuple(kept), len(cards[group])))
    return QueriesPage(
        title=page.messages("queries.title"),
        description=page.messages("queries.lead"),
        groups=tuple(groups),
        total=len(site.queries),
        shown=sum(len(each.cards) for each in groups),
        asked=asked,
        action=page.root_path + "/queries",
    )


def _card(page: PageContext, query: QueryFile) -> QueryCard:
    language = page.language
    view = query.view.kind if query.view.channels else "table"
    texts = [query.title, query.question, query.description, *(c.label for c in query.columns)]
    words = [page.messages("query_groups." + query.group), query.name, query.competency]
    return QueryCard(
        link=Link(query.title[language], page.url("/queries/" + query.name)),
        question=query.question[language],
        view=view,
        view_name=page.messages("stock.view_" + view),
        words=plain_words(" ".join([*words, *(text[language] for text in texts)])),
    )


def plain_words(text: str) -> str:
    """Return a text as the filter compares it: without accents and capitals.

    >>> plain_words("Qualità dei Dati")
    'qualita dei dati'
    """
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


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
        return await stock_page.page(request, site, found)
    text_link = {"rel": "describedby", "type": "application/sparql-query"}
    if chosen not in answers:
        iri = f"{site.base_iri}queries/{stem}"
        return await run_in_threadpool(documents.document, request, site, iri, chosen.suffix)
    given = given_values(request, found)
    text = await run_in_threadpool(bound_text, site, found, given)
    notes = await run_in_threadpool(site.coverage.coverage_for, text)
    links = [(f"/queries/{stem}.rq", text_link), *coverage.links(request, site, notes)]
    answer = await ask(request, Job(text, suffix=chosen.suffix))
    return await answer_response(answer, modified=site.modified, vary=vary, links=links)


async def embed(request: Request) -> Response:
    """Answer a stock query for a frame in another site."""
    site = site_of(request)
    return await stock_page.embed(request, site, _named(site, request.path_params["name"]))


def chart(request: Request) -> Response:
    """Lead to the chart of a query's answer."""
    site = site_of(request)
    found = _named(site, request.path_params["name"])
    path = f"/charts/query.{request.path_params['suffix']}"
    asked = urlencode([("query", found.name), *request.query_params.multi_items()])
    return moved(f"{site_path(request, path)}?{asked}")


def _named(site: Site, name: str) -> QueryFile:
    found = site.queries.get(name)
    if found is None:
        raise unknown_query(site.queries, name, site.base_iri)
    return found
