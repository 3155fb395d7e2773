"""The map: marks for seats and places of events, provinces shaded by how many are there.

``/charts/map.svg?kind=&province=`` and the page ``/map`` draw the same. Where there are many
marks, those of one place are one. Not here: what lies where (``map_data``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ctl_kg.charts.outline_map import Area, Point, Shading, outline_map
from ctl_kg.charts.picture import Head, Node, Picture
from ctl_kg.web.chart_view import Drawn
from ctl_kg.web.map_data import (
    Ground,
    Located,
    Wish,
    ground_of,
    kind_label,
    kinds_in,
    per_province,
    read_wish,
)
from ctl_kg.web.pages import PageContext
from ctl_kg.web.places import GeoJson, Places, outlines_of
from ctl_kg.web.query_picture import MOST_POINTS
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Table, Value

PARAMETERS = ("kind", "province")
SHOWN_ROWS = 200  # of the table on the page; the data as CSV have them all
_MOST_ALONE = 30  # marks, before those of one place become one
_MOST_NAMED = 3  # provinces, in the description


async def seats(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return the map that a request asks for."""
    given = {name: request.query_params.get(name, "") for name in PARAMETERS}
    return await run_in_threadpool(_asked, site, page, given)


def _asked(site: Site, page: PageContext, given: Mapping[str, str]) -> Drawn:
    ground = ground_of(site)
    return drawn_of(site, page, ground, read_wish(ground, site, given))


def drawn_of(site: Site, page: PageContext, ground: Ground, wish: Wish) -> Drawn:
    """Return the map of what is wished."""
    return _Maker(site, page, ground, wish).drawn()


class _Maker:
    """Makes one map, in the language of a page."""

    def __init__(self, site: Site, page: PageContext, ground: Ground, wish: Wish) -> None:
        self.site, self.page, self.wish = site, page, wish
        self.t = page.messages
        self.parts = ViewParts(site, page, site.lists.labels)
        self.places = Places(site)
        self.ground = ground
        self.located = sorted(filter(wish.takes, ground.located), key=self._order)
        self.kinds = kinds_in(self.located)

    def _order(self, each: Located) -> tuple[object, ...]:
        return (self.name(each.iri).casefold(), each.kind, self.name(each.place), each.address)

    def name(self, iri: str) -> str:
        return self.parts.name(iri)[0]

    def label(self, kind: str) -> str:
        return kind_label(self.ground, kind, self.page.language)

    def drawn(self) -> Drawn:
        """Return the data of the map with the way to draw them."""
        points = self.points()
        head = self.head(points)
        shading = self.shading()
        outlines = self.outlines()
        series = [self.label(kind) for kind in self.kinds]

        def draw(narrow: bool) -> Picture:
            return outline_map(
                points[:MOST_POINTS], outlines, series, head, shading=shading, narrow=narrow
            )

        return Drawn(
            head.title,
            head.description,
            self.table(self.located[:SHOWN_ROWS]),
            draw,
            self.note(points),
            whole=lambda: self.table(self.located),
        )

    def head(self, points: Sequence[Point]) -> Head:
        """Return title and description: how many, and where the most are."""
        language = self.page.language
        what = self.label(self.wish.kind)
        counts = {iri: sum(kinds.values()) for iri, kinds in per_province(self.located).items()}
        title = self.t("map.chart", what=what)
        if self.wish.province:
            title += f" ({self.name(self.wish.province)})"
        said = self.t("map.says", marks=shown_number(len(points), language),
                      provinces=shown_number(len(counts), language))  # fmt: skip
        best = sorted(counts, key=lambda iri: (-counts[iri], self.name(iri)))[:_MOST_NAMED]
        if best:
            names = ", ".join(f"{self.name(iri)} ({counts[iri]})" for iri in best)
            said += " " + self.t("map.most", names=names)
        return Head(title, f"{title}. {said}", language)

    def points(self) -> list[Point]:
        """Return the marks; those of one place are one if there are many."""
        there = [each for each in self.located if each.position]
        if len(there) > _MOST_ALONE:
            return self._by_place(there)
        return [self._point(each) for each in there]

    def _point(self, each: Located) -> Point:
        assert each.position is not None
        words, language = self.site.why.words, self.page.language
        full, place = self.name(each.iri), self.name(each.place)
        lines = [full, each.address or place]
        if not each.position.exact:
            lines.append(self.t("map.in_province"))
        node = Node(
            f"{each.iri} {each.place} {each.address}",
            words.short(each.iri, language),
            self.parts.href(each.iri) or "",
            "\n".join(lines),
        )
        at = each.position
        note = each.address or place
        return Point(node, at.longitude, at.latitude, note, self.kinds.index(each.kind))

    def _by_place(self, there: Iterable[Located]) -> list[Point]:
        groups: dict[tuple[str, str], list[Located]] = {}
        for each in there:
            groups.setdefault((each.kind, each.place), []).append(each)
        found = []
        for (_, place), group in groups.items():
            points = [self._point(each) for each in group]
            iris = list(dict.fromkeys(each.iri for each in group))
            names = ", ".join(self.site.why.words.short(iri, self.page.language) for iri in iris)
            count = shown_number(len(iris), self.page.language)
            label = f"{self.name(place)} ({count})"
            node = Node(place, label, self.parts.href(place) or "", f"{label}: {names}")
            found.append(replace(points[0], node=node, note=names))
        return found

    def shading(self) -> Shading:
        """Return how many things each province has, by its code."""
        language = self.page.language
        areas = {}
        for province, kinds in per_province(self.located).items():
            code = self.places.code(province)
            if not code:
                continue
            total = sum(kinds.values())
            says = "\n".join(
                [self.name(province), *(f"{self.label(k)}: {n}" for k, n in kinds.items())]
            )
            node = Node(province, self.name(province), self.parts.href(province) or "", says)
            short = code.partition("-")[2]
            areas[code] = Area(node, total, shown_number(total, language), short)
        what = self.label(self.wish.kind)
        return Shading(self.t("map.per_province", what=what), areas)

    def outlines(self) -> GeoJson:
        """Return the ground: the same whatever is chosen, so that places stay where they are."""
        named = {
            code: self.name(iri)
            for iri in self.ground.provinces.values()
            if (code := self.places.code(iri))
        }
        return outlines_of(named, named)

    def note(self, points: Sequence[Point]) -> str:
        """Return what the picture leaves out."""
        language = self.page.language
        unknown = len({each.place for each in self.located if each.position is None})
        notes = [self.t("map.unknown", number=shown_number(unknown, language))] if unknown else []
        if len(points) > MOST_POINTS:
            left = shown_number(len(points) - MOST_POINTS, language)
            notes.append(self.t("map.left_out", number=left))
        return " ".join(notes)

    def table(self, located: Sequence[Located]) -> Table:
        """Return things as a table: a row for each place of each."""
        heads = ["name", "kind", "address", "place", "province", "position"]
        rows = tuple(
            (
                Value(Link(self.name(each.iri), self.parts.href(each.iri))),
                Value(Link(self.t("map.one_" + each.kind))),
                Value(Link(each.address)),
                Value(Link(self.name(each.place), self.parts.href(each.place))),
                self._province(each.province),
                Value(Link(self.position(each))),
            )
            for each in located
        )
        return Table(tuple(Link(self.t("map." + head)) for head in heads), rows, len(self.located))

    def _province(self, iri: str) -> Value:
        return Value(Link(self.name(iri), self.parts.href(iri)) if iri else Link(""))

    def position(self, each: Located) -> str:
        """Return in words where the mark stands."""
        if each.position is None:
            return self.t("map.nowhere")
        return self.t("map.at_place" if each.position.exact else "map.in_province")
