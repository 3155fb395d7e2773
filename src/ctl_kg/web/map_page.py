"""The map, ``/map?kind=&province=``: where clusters have their seats, and what is in a province."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.publish.formats import HTML
from ctl_kg.web.api import language_of
from ctl_kg.web.chart_view import Chart, Drawn, chart_of
from ctl_kg.web.map_chart import PARAMETERS, drawn_of
from ctl_kg.web.map_data import (
    Ground,
    Wish,
    ground_of,
    kind_label,
    kinds_in,
    per_province,
    read_wish,
)
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.parameters import given_once
from ctl_kg.web.quality_view import Filter
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Option, Table, Value

_STOCK = ("seats", "clusters-by-province", "shared-addresses")


@dataclass(frozen=True)
class MapView:
    """The map with its table: map.html.

    Args:
        title: of the page.
        description: what it shows.
        action: address of the form.
        filters: of the form.
        clear: address without any choice; empty if nothing was chosen.
        chart: the map; its table stands below it.
        table: what the map shows, the first rows.
        more: how many rows are not shown.
        provinces: how many of each kind are in each province.
        queries: the stock queries about the same.
        is_narrowed: whether something was chosen.
    """

    template: ClassVar[str] = "map.html"
    title: str
    description: str
    action: str
    filters: tuple[Filter, ...]
    clear: str
    chart: Chart
    table: Table
    more: str
    provinces: Table
    queries: tuple[Link, ...]
    is_narrowed: bool


def page(request: Request) -> Response:
    """Answer with the page of the map."""
    site, context = site_of(request), page_of(request)
    given = given_once(request, ("lang", *PARAMETERS), may_be_empty=PARAMETERS)
    language_of(request)
    ground = ground_of(site)
    wish = read_wish(ground, site, given)
    body = render(view(site, context, ground, wish), context)
    representation = Representation(body, HTML.content_type, context.language, ("Accept-Language",))
    return respond(representation, modified=site.modified)


def view(site: Site, page: PageContext, ground: Ground, wish: Wish) -> MapView:
    """Return the page of what is wished."""
    drawn = drawn_of(site, page, ground, wish)
    kept = _kept(ground, wish)
    left = drawn.table.total - len(drawn.table.rows)
    more = page.messages("map.more", number=shown_number(left, page.language)) if left else ""
    return MapView(
        title=page.messages("map.title"),
        description=page.messages("map.lead"),
        action=f"{page.root_path}/map",
        filters=_filters(site, page, ground, wish),
        clear=page.url("/map") if kept else "",
        chart=_chart(kept, drawn),
        table=drawn.table,
        more=more,
        provinces=_provinces(site, page, ground),
        queries=tuple(
            Link(site.queries[name].title[page.language], page.url(f"/queries/{name}"))
            for name in _STOCK
            if name in site.queries
        ),
        is_narrowed=bool(kept),
    )


def _kept(ground: Ground, wish: Wish) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a wish, without those that say what is so anyway."""
    names = {iri: name for name, iri in ground.provinces.items()}
    pairs = (
        ("kind", wish.kind if wish.kind != ground.kinds[0] else ""),
        ("province", names[wish.province] if wish.province else ""),
    )
    return tuple((name, value) for name, value in pairs if value)


def _chart(kept: tuple[tuple[str, str], ...], drawn: Drawn) -> Chart:
    return replace(chart_of("map", kept, drawn), table=None)


def _filters(site: Site, page: PageContext, ground: Ground, wish: Wish) -> tuple[Filter, ...]:
    t, parts = page.messages, ViewParts(site, page, site.lists.labels)
    kinds = tuple(
        Option(kind, kind_label(ground, kind, page.language), selected=kind == wish.kind)
        for kind in ground.kinds
    )
    named = sorted((parts.name(iri)[0], name, iri) for name, iri in ground.provinces.items())
    provinces = tuple(
        Option(name, label, selected=iri == wish.province) for label, name, iri in named
    )
    anywhere = Option("", t("map.every_province"), selected=not wish.province)
    found = [Filter("kind", t("map.what"), kinds, 0)] if len(kinds) > 1 else []
    return (*found, Filter("province", t("map.province"), (anywhere, *provinces), 0))


def _provinces(site: Site, page: PageContext, ground: Ground) -> Table:
    """Return the provinces with how many of each kind are there; each number leads to its map."""
    parts = ViewParts(site, page, site.lists.labels)
    counts = per_province(ground.located)
    kinds = kinds_in(ground.located)
    names = {iri: name for name, iri in ground.provinces.items()}
    order = sorted(counts, key=lambda iri: (-sum(counts[iri].values()), parts.name(iri)[0]))
    heads = [
        Link(page.messages("map.province")),
        *(Link(kind_label(ground, k, page.language)) for k in kinds),
    ]
    rows = []
    for iri in order:
        cells = [Value(Link(parts.name(iri)[0], parts.href(iri)))]
        for kind in kinds:
            count = counts[iri].get(kind, 0)
            href = page.url("/map", kind=kind, province=names[iri]) if count else None
            title = f"{kind_label(ground, kind, page.language)}: {parts.name(iri)[0]}"
            number = shown_number(count, page.language)
            cells.append(Value(Link(number, href, title=title), numeric=True))
        rows.append(tuple(cells))
    return Table(tuple(heads), tuple(rows), len(rows))
