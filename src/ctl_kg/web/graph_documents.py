"""Documents that are one graph as a whole: the VoID description, the shapes.

Each answers in every graph format and as a page, by ``Accept`` or by suffix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ctl_kg.publish.description import LABELS, Statement
from ctl_kg.publish.formats import DESCRIPTION_FORMATS, HTML, by_suffix, offers
from ctl_kg.web.descriptions import no_such_page
from ctl_kg.web.folder_pages import pager
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import accept_of, page_number, page_of, raw_path
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site
from ctl_kg.web.statement_view import ShownSubject
from ctl_kg.web.statements import StatementParts, nameless
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Pager

_FORMATS = (*DESCRIPTION_FORMATS, HTML)
_OFFERS = offers(_FORMATS)
_VARY = ("Accept", "Accept-Language")
_VOID = "http://rdfs.org/ns/void#"
_PART_OF = tuple(NamedNode(_VOID + name) for name in ("class", "property", "linkPredicate"))
_SUBJECTS = 60  # on one page; the other formats have them all


@dataclass(frozen=True)
class GraphView:
    """A document that is one graph, page by page: graph.html. ``total`` counts its subjects."""

    template: ClassVar[str] = "graph.html"
    title: str
    lead: str
    description: str
    subjects: tuple[ShownSubject, ...]
    total: int
    pager: Pager
    downloads: tuple[Link, ...]


def routes(path: str, answer: object) -> list[Route]:
    """Return the routes of a document: the path, and the path with each suffix."""
    suffixes = ("", *("." + each.suffix for each in _FORMATS))
    return [Route(path + suffix, answer) for suffix in suffixes]  # type: ignore[arg-type]


def chosen_suffix(request: Request, path: str) -> str:
    """Return the suffix of the format that a request asks for.

    Raises:
        NotAcceptableError: none of the formats suits.
    """
    given = raw_path(request).removeprefix(path).removeprefix(".")
    found = by_suffix(given, _FORMATS) or _OFFERS[choose_media_type(accept_of(request), _OFFERS)]
    return found.suffix


def graph_document(
    request: Request, site: Site, path: str, title: str, triples: Iterable[Triple]
) -> Response:
    """Return one graph, as data or as a page.

    Args:
        request: what was asked.
        site: the release.
        path: address of the document without suffix.
        title: key of the title in the messages.
        triples: the graph.
    Raises:
        NotAcceptableError: none of the formats suits.
        NotFoundError: the page has no such page.
    """
    suffix = chosen_suffix(request, path)
    links = [
        (f"{path}.{each.suffix}", {"rel": "alternate", "type": each.media_type})
        for each in _FORMATS
        if each.suffix != suffix
    ]
    if suffix == HTML.suffix:
        page = page_of(request)
        body = render(_view(site, page, path, title, list(triples), page_number(request)), page)
        made = Representation(body, HTML.content_type, page.language, _VARY, links)
    else:
        chosen = by_suffix(suffix, DESCRIPTION_FORMATS)
        assert chosen is not None
        body = site.writer.write(triples, suffix)
        made = Representation(body, chosen.content_type, vary=_VARY, links=links)
    return respond(made, modified=site.modified)


def _own_names(
    site: Site, page: PageContext, by_subject: Mapping[NamedNode | BlankNode, list[Statement]]
) -> dict[str, tuple[Literal, ...]]:
    """Return the names of the nodes of a document that stand in no other graph.

    A node is called what the document calls it; a part of the dataset, what it is the part of.
    """
    found: dict[str, tuple[Literal, ...]] = {}
    parts = ViewParts(site, page, {})
    for node, said in by_subject.items():
        if not isinstance(node, NamedNode) or site.describer.labels(node.value):
            continue
        given = [s.object for s in said if s.predicate in LABELS and isinstance(s.object, Literal)]
        of = [s.object for s in said if s.predicate in _PART_OF and isinstance(s.object, NamedNode)]
        if given:
            found[node.value] = tuple(given)
        elif of:
            names = " · ".join(parts.name(each.value)[0] for each in of)
            found[node.value] = (Literal(names),)
    return found


def _view(
    site: Site, page: PageContext, path: str, title: str, triples: list[Triple], number: int
) -> GraphView:
    by_subject: dict[NamedNode | BlankNode, list[Statement]] = defaultdict(list)
    for each in triples:
        if not isinstance(each.subject, Triple):
            said = Statement(each.subject, each.predicate, each.object, ())
            by_subject[each.subject].append(said)
    # Nodes without a name are shown where they stand.
    named = [each for each in by_subject if not nameless(each, site.base_iri)]
    pages = max(1, -(-len(named) // _SUBJECTS))
    if number > pages:
        raise no_such_page(number, pages)
    shown = named[(number - 1) * _SUBJECTS : number * _SUBJECTS]
    sayings = [statement for each in shown for statement in by_subject[each]]
    labels = site.describer.label_index(sayings) | _own_names(site, page, by_subject)
    parts = StatementParts(site, page, labels, site.describer.definition_index(sayings))
    lead = page.messages(f"documents.{title}_lead")
    return GraphView(
        title=page.messages(f"documents.{title}"),
        lead=lead,
        description=lead,
        subjects=tuple(
            ShownSubject(
                parts.link(each.value),
                tuple(
                    parts.with_rest(said, f"{page.root_path}{path}.ttl")
                    for _, said in parts.properties(by_subject[each])
                ),
            )
            for each in shown
            if isinstance(each, NamedNode)
        ),
        total=len(named),
        pager=pager(page, number, pages),
        downloads=tuple(
            Link(each.name, f"{page.root_path}{path}.{each.suffix}") for each in DESCRIPTION_FORMATS
        ),
    )
