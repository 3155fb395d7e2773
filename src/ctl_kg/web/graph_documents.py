"""Documents that are one graph as a whole: the VoID description, the shapes.

Each answers in every graph format and as a page, by ``Accept`` or by suffix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ctl_kg.publish.formats import DESCRIPTION_FORMATS, HTML, by_suffix, offers
from ctl_kg.sparql.terms import Term, text_of
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import accept_of, page_of, raw_path
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import GraphView, Link, Property, SubjectStatements, Value

_FORMATS = (*DESCRIPTION_FORMATS, HTML)
_OFFERS = offers(_FORMATS)
_VARY = ("Accept", "Accept-Language")
_MOST_SUBJECTS = 200  # that a page shows; the other formats have them all


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
    """
    suffix = chosen_suffix(request, path)
    links = [
        (f"{path}.{each.suffix}", {"rel": "alternate", "type": each.media_type})
        for each in _FORMATS
        if each.suffix != suffix
    ]
    if suffix == HTML.suffix:
        page = page_of(request)
        body = render(_view(site, page, path, title, list(triples)), page)
        made = Representation(body, HTML.content_type, page.language, _VARY, links)
    else:
        chosen = by_suffix(suffix, DESCRIPTION_FORMATS)
        assert chosen is not None
        body = site.writer.write(triples, suffix)
        made = Representation(body, chosen.content_type, vary=_VARY, links=links)
    return respond(made, modified=site.modified)


def _view(site: Site, page: PageContext, path: str, title: str, triples: list[Triple]) -> GraphView:
    parts = ViewParts(site, page, {})
    by_subject: dict[Term, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        by_subject[triple.subject][triple.predicate.value].append(parts.value(triple.object))
    shown = list(by_subject.items())[:_MOST_SUBJECTS]
    subjects = tuple(
        SubjectStatements(
            parts.link(subject.value) if isinstance(subject, NamedNode) else Link(text_of(subject)),
            tuple(
                Property(parts.link(predicate), "", tuple(values))
                for predicate, values in found.items()
            ),
        )
        for subject, found in shown
    )
    return GraphView(
        title=page.messages(f"documents.{title}"),
        lead=page.messages(f"documents.{title}_lead"),
        subjects=subjects,
        left_out=len(by_subject) - len(shown),
        downloads=tuple(
            Link(each.name, f"{page.root_path}{path}.{each.suffix}") for each in DESCRIPTION_FORMATS
        ),
    )
