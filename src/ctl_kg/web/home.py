"""The home page, ``/``: what this is, how much there is of it, and three doors.

This address is also the IRI of the dataset: a client that asks for RDF is led to its description.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from pyoxigraph import Literal, NamedNode, Quad
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import StoreError
from ctl_kg.publish.formats import DESCRIPTION_FORMATS, HTML, offers
from ctl_kg.publish.list_kinds import list_kinds
from ctl_kg.publish.matrix import BY_NAME, matrix_query
from ctl_kg.publish.schema_org import SCHEMA
from ctl_kg.rdf.terms import text_of
from ctl_kg.web import discovery
from ctl_kg.web.api_answers import all_rows
from ctl_kg.web.chart_view import Chart
from ctl_kg.web.handlers import downloads, media_type
from ctl_kg.web.matrix_parts import chart_of_matrix
from ctl_kg.web.matrix_wishes import read_asked
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import accept_of, page_of, site_of, site_path
from ctl_kg.web.responses import Representation, respond, see_other
from ctl_kg.web.row_cache import Rows
from ctl_kg.web.shown import shown_date, shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Mark, Value

_log = logging.getLogger(__name__)

# Lists whose number stands on the page; the members of the clusters are shown beside them.
_COUNTED = ("clusters", "networks", "projects", "organisations")
# Questions that show what the data is good for; those that a release has are offered.
_QUESTIONS = (
    "clusters-in-both-networks", "shared-networks", "projects-by-ecosystem", "component-coverage",
    "uncovered-components", "member-composition",
)  # fmt: skip
_DOWNLOADS = {"ctl-kg.ttl": "Turtle", "ctl-kg.jsonld": "JSON-LD", "ctl-kg.nq": "N-Quads"}
_MATRIX = "clusters/networks"  # drawn as a network
_VARY = ("Accept", "Accept-Language")
# A browser, and whoever does not say, gets the page.
_OFFERS = offers((HTML, *DESCRIPTION_FORMATS))


@dataclass(frozen=True)
class Figure:
    """A number, and where it leads."""

    number: str
    link: Link


@dataclass(frozen=True)
class Members:
    """The members that the clusters count: their sum, its parts, and what the sum rests on.

    ``printed`` are totals that the document gives for all clusters together, with their source;
    ``conflicts`` are figures that say otherwise.
    """

    total: Figure
    parts: tuple[Figure, ...]
    clusters: int
    printed: tuple[Value, ...]
    conflicts: tuple[Value, ...]


@dataclass(frozen=True)
class HomeView:
    """The home page: home.html."""

    template: ClassVar[str] = "home.html"
    title: str
    figures: tuple[Figure, ...]
    members: Members | None
    chart: Chart | None
    questions: tuple[Link, ...]
    questions_total: int
    downloads: tuple[Link, ...]
    version: str
    released: str
    json_ld: str


async def home(request: Request) -> Response:
    """Say what this is, and lead to everything."""
    site = site_of(request)
    chosen = _OFFERS[choose_media_type(accept_of(request), _OFFERS)]
    if chosen is not HTML:
        location = site_path(request, f"{discovery.VOID_PATH}.{chosen.suffix}")
        return see_other(location, vary=_VARY, links=())
    page = page_of(request)
    rows = await _network(request, site)
    view = await run_in_threadpool(home_view, site, page, rows)
    representation = Representation(render(view, page), HTML.content_type, page.language, _VARY)
    response = respond(representation, modified=site.modified)
    if rows is None or rows.volatile:
        response.headers["cache-control"] = "no-store"  # a busy moment is no property of the data
    return response


async def _network(request: Request, site: Site) -> Rows | None:
    """Return the links of clusters and networks; None if there is no answer in time."""
    try:
        return await all_rows(request, site, matrix_query(BY_NAME[_MATRIX], site.base_iri))
    except StoreError as error:
        _log.warning("/: the picture is left out: %s", error.message)
        return None


def home_view(site: Site, page: PageContext, rows: Rows | None) -> HomeView:
    """Return the home page, with the picture of the network if its links are at hand."""
    t = page.messages
    figures = []
    for name in _COUNTED:
        link = Link(list_kinds()[name].label[page.language], page.url(f"/explore/{name}"))
        total = len(site.lists.index(name).rows)
        figures.append(Figure(shown_number(total, page.language), link))
    names = downloads(site)
    questions = [site.queries[name] for name in _QUESTIONS if name in site.queries]
    return HomeView(
        title=t("site.title"),
        figures=tuple(figures),
        members=members_of(site, page),
        chart=None if rows is None else _chart(site, page, rows),
        questions=tuple(
            Link(each.question[page.language], page.url("/queries/" + each.name))
            for each in questions
        ),
        questions_total=len(site.queries),
        downloads=tuple(
            Link(title, page.root_path + "/download/" + name, title=name)
            for name, title in _DOWNLOADS.items()
            if name in names
        ),
        version=str(site.manifest.get("version", "")),
        released=shown_date(str(site.manifest.get("released", "")), t),
        json_ld=_dataset_json_ld(site, page, [n for n in names if n.startswith("ctl-kg.")]),
    )


def _chart(site: Site, page: PageContext, rows: Rows) -> Chart | None:
    spec, wishes = BY_NAME[_MATRIX], {"gaps": "none"}
    asked, matrix = read_asked(site, spec, wishes, page.language, rows)
    return chart_of_matrix(site, page, asked, matrix) if matrix.total else None


@dataclass(frozen=True)
class _Count:
    """One member count: its IRI, what is counted, whose, how many, and the graphs it stands in."""

    iri: str
    type: str
    of: str
    members: int
    graphs: frozenset[str]


def _counts(site: Site) -> list[_Count]:
    expand = site.lists.rows.iri
    found = []
    quads: dict[str, list[Quad]] = defaultdict(list)
    for quad in site.store.quads(None, NamedNode(expand("ctl:memberCount"))):
        quads[text_of(quad.subject)].append(quad)
    for iri, said in sorted(quads.items()):
        about = site.store.quads(NamedNode(iri))
        value = text_of(said[0].object)
        kinds = _values(about, expand("ctl:memberType"))
        whose = _values(about, expand("ctl:refCluster"))
        if value.isascii() and value.isdigit() and kinds and whose:
            graphs = frozenset(text_of(quad.graph_name) for quad in said)
            found.append(_Count(iri, kinds[0], whose[0], int(value), graphs))
    return found


def _values(quads: Iterable[Quad], predicate: str) -> list[str]:
    return sorted({text_of(q.object) for q in quads if q.predicate.value == predicate})


def members_of(site: Site, page: PageContext) -> Members | None:
    """Return the members that the clusters count; None if they count none."""
    expand, language = site.lists.rows.iri, page.language
    clusters = {row.iri for row in site.lists.index("clusters").rows}
    whole = expand("member-type:total")
    sums: dict[str, int] = defaultdict(int)
    counts = _counts(site)
    for each in counts:
        if each.of in clusters:
            sums[each.type] += each.members
    if whole not in sums:
        return None
    parts = ViewParts(site, page, site.lists.labels)
    totals = [each for each in counts if each.type == whole]
    others = [each for each in totals if each.of not in clusters]
    href = page.url("/explore/clusters", sort="-members")
    return Members(
        Figure(shown_number(sums[whole], language), Link(page.messages("home.members"), href)),
        tuple(
            Figure(shown_number(sums[kind], language), _to_column(site, page, parts, kind))
            for kind in sorted(sums, key=lambda kind: (-sums[kind], kind))
            if kind != whole
        ),
        len({each.of for each in totals} & clusters),
        tuple(_printed(site, parts, each) for each in others),
        tuple(value for each in others for value in _conflicts(site, parts, each.iri)),
    )


def _to_column(site: Site, page: PageContext, parts: ViewParts, kind: str) -> Link:
    """Return a link to the clusters sorted by one type of members, if a column shows it."""
    for column in list_kinds()["clusters"].shown:
        if kind in map(site.lists.rows.iri, column.where.values()):
            href = page.url("/explore/clusters", sort="-" + column.name)
            return Link(parts.name(kind)[0], href)
    return parts.link(kind)


def _printed(site: Site, parts: ViewParts, count: _Count) -> Value:
    text = shown_number(count.members, parts.page.language)
    return Value(Link(text, parts.href(count.iri)), marks=_marks(site, parts, count.graphs))


def _conflicts(site: Site, parts: ViewParts, iri: str) -> list[Value]:
    """Return the figures that a count conflicts with, as they are printed."""
    expand = site.lists.rows.iri
    found = []
    for other in _values(site.store.quads(NamedNode(iri)), expand("ctl:conflictsWith")):
        printed = site.store.quads(NamedNode(other), NamedNode(expand("ctl:printedForm")))
        texts = sorted(q.object.value for q in printed if isinstance(q.object, Literal))
        name = texts[0] if texts else parts.name(other)[0]
        graphs = {text_of(quad.graph_name) for quad in printed}
        link = Link(name, parts.href(other), "it" if parts.page.language != "it" else None)
        found.append(Value(link, marks=_marks(site, parts, graphs)))
    return found


def _marks(site: Site, parts: ViewParts, graphs: Iterable[str]) -> tuple[Mark, ...]:
    sources = [site.describer.source(graph) for graph in sorted(graphs)]
    return tuple(parts.mark(each, None) for each in sources)


def _dataset_json_ld(site: Site, page: PageContext, names: list[str]) -> str:
    t = page.messages
    document = {
        # Its own context: a reader need not fetch schema.org's to know what it says.
        "@context": {"@vocab": SCHEMA, "license": {"@type": "@id"}, "contentUrl": {"@type": "@id"}},
        "@type": "Dataset",
        "@id": site.base_iri,
        "name": t("site.title"),
        "description": t("site.description"),
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "version": str(site.manifest.get("version", "")),
        "dateModified": str(site.manifest.get("released", "")),
        "inLanguage": ["it", "en"],
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": site.base_iri + "download/" + name,
                "encodingFormat": media_type(name).partition(";")[0],
            }
            for name in names
        ],
    }
    text = json.dumps(document, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")
