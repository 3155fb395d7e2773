"""The chart of what stands around one resource: ``/charts/neighbourhood.svg?iri=…``.

A neighbour is what a link leads to as the search for paths follows it: nodes that only describe
a role are left out, and statements that are worked out by rule say nothing new. Not here: what
is a link (``publish/links``), how the chart looks (``ctl_kg.charts``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ctl_kg.charts.neighbourhood import Branch, neighbourhood, shared_out
from ctl_kg.charts.picture import Head, Node, Picture
from ctl_kg.publish.links import Link as Relation
from ctl_kg.web.asked_resource import asked_resource
from ctl_kg.web.chart_view import Chart, Drawn, chart_of
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Table, Value

NAME = "neighbourhood"
PARAMETERS = ("iri",)
_FOLDERS = ("data/", "controlled-vocabulary/")

_Way = tuple[bool, str]  # whether the links lead in, and the IRI of their property


async def around(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return the neighbourhood of the resource that ``iri`` names, with all its neighbours.

    Raises:
        ParameterError: no resource is named.
        UnknownResourceError: there is no such resource.
    """
    given = request.query_params.get("iri", "")
    return await run_in_threadpool(_asked, site, page, given)


def _asked(site: Site, page: PageContext, given: str) -> Drawn:
    return _Maker(site, page, asked_resource(site, given, "iri")).drawn()


def neighbourhood_chart(site: Site, page: PageContext, iri: str, title: str) -> Chart | None:
    """Return the chart for the page of a resource; None if nothing stands around it.

    Its table holds the neighbours of the picture; the data as CSV hold them all.
    """
    maker = _Maker(site, page, iri, title)
    if not maker.total:
        return None
    value = site.curies.shorten(iri) or iri
    return chart_of(NAME, (("iri", value),), maker.drawn(only_shown=True))


@dataclass(frozen=True)
class _Group:
    """The links of one property, one for each neighbour, in one direction."""

    way: _Way
    ends: tuple[tuple[str, Relation], ...]


class _Maker:
    """Makes the chart of one resource in the language of a page."""

    def __init__(self, site: Site, page: PageContext, iri: str, title: str = "") -> None:
        self.site, self.page, self.iri, self.t = site, page, iri, page.messages
        self.parts = ViewParts(site, page, {})
        # Not the stock queries and the shapes, which only name what the data are about.
        self._folders = tuple(site.base_iri + each for each in _FOLDERS)
        self.title = title or self.parts.name(iri)[0]
        found = site.why.reader.neighbours(iri)
        self.capped = found.capped
        self.groups = self._grouped(found.links)
        self.total = sum(len(group.ends) for group in self.groups)

    def _grouped(self, links: Mapping[str, Sequence[Relation]]) -> list[_Group]:
        """Return the neighbours by the best link of each, the largest groups first."""
        reader = self.site.why.reader
        found: dict[_Way, list[tuple[str, Relation]]] = defaultdict(list)
        for other, relations in links.items():
            if other.startswith(self._folders) and reader.passable(other):
                best = relations[0]
                found[best.object == self.iri, best.predicate].append((other, best))
        groups = [
            _Group(way, tuple(sorted(ends, key=lambda end: (end[1].key, end[0]))))
            for way, ends in found.items()
        ]
        return sorted(groups, key=lambda group: (-len(group.ends), group.way))

    def drawn(self, *, only_shown: bool = False) -> Drawn:
        """Return the chart; with a table of all neighbours, or of those in the picture."""
        counts = shared_out([len(group.ends) for group in self.groups])
        shown = sum(counts)
        kept = [(g, self._branch(g, n)) for g, n in zip(self.groups, counts, strict=True)]
        outgoing = [branch for group, branch in kept if not group.way[0]]
        incoming = [branch for group, branch in kept if group.way[0]]
        head = self._head(shown)

        def draw(narrow: bool) -> Picture:
            centre = Node(self.iri, self.title)
            return neighbourhood(centre, incoming, outgoing, head, narrow=narrow)

        groups = (
            [replace(g, ends=g.ends[:n]) for g, n in zip(self.groups, counts, strict=True)]
            if only_shown
            else self.groups
        )
        note = ""
        if shown < self.total or self.capped:
            note = self.t("record.around_cut", shown=shown, total=self.total)
        return Drawn(head.title, head.description, self._table(groups), draw, note)

    def _head(self, shown: int) -> Head:
        description = self.t("record.around_says", title=self.title, count=self.total)
        return Head(self.t("record.around", title=self.title), description, self.page.language)

    def _branch(self, group: _Group, count: int) -> Branch:
        nodes = tuple(self._node(other, link) for other, link in group.ends[:count])
        left = len(group.ends) - count
        more = self.t("record.more", count=left) if left else ""
        return Branch(self._name(group), nodes, more)

    def _name(self, group: _Group) -> str:
        leads_in, predicate = group.way
        name = self.parts.name(predicate)[0]
        return self.t("record.around_in", name=name) if leads_in else name

    def _node(self, iri: str, link: Relation) -> Node:
        language = self.page.language
        label = self.site.why.words.short(iri, language)
        says = self.site.why.words.text(link, language)
        return Node(iri, label, self.parts.href(iri) or "", says)

    def _table(self, groups: Sequence[_Group]) -> Table:
        t, words = self.t, self.site.why.words
        heads = (
            Link(t("record.around_what")),
            Link(t("record.around_by")),
            Link(t("record.around_how")),
        )
        rows = []
        for group in groups:
            for other, link in group.ends:
                text = words.label(other, self.page.language)
                rows.append(
                    (
                        Value(Link(text, self.parts.href(other))),
                        Value(Link(self._name(group))),
                        Value(Link(words.text(link, self.page.language))),
                    )
                )
        return Table(heads, tuple(rows), len(rows))
