"""The timeline, ``/timeline?kind=&cluster=&programme=&page=``: projects and events over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.publish.formats import HTML
from ctl_kg.publish.list_index import NOTHING
from ctl_kg.publish.list_kinds import list_kinds
from ctl_kg.web.api import language_of
from ctl_kg.web.chart_view import Chart, chart_of
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.parameters import given_once
from ctl_kg.web.quality_view import Filter
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.timeline_chart import PARAMETERS, Told, told_of
from ctl_kg.web.timeline_data import (
    ALL,
    FACETS,
    LISTS,
    Entry,
    Wish,
    counts,
    names,
    pages_of,
    read_wish,
)
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Option, Pager, Table

_STOCK = ("project-timeline", "events", "uncertain-dates")
_MOST_OPTIONS = 200  # of a facet: those that leave the most
_MOST_UNDATED = 60  # of one list


@dataclass(frozen=True)
class Undated:
    """What has no date, of one list: the first ones, and where all of them are."""

    heading: str
    entries: tuple[Link, ...]
    every: Link


@dataclass(frozen=True)
class TimelineView:
    """The timeline with its table: timeline.html.

    Args:
        title: of the page.
        description: what it shows.
        action: address of the form.
        filters: of the form.
        clear: address without any choice; empty if nothing was chosen.
        status: how many have a date, and how many have none.
        chart: the timeline; its table stands below it. None if nothing has a date.
        table: what the timeline shows.
        pager: where one is.
        undated: what has no date.
        queries: the stock queries about the same.
        is_narrowed: whether something was chosen.
    """

    template: ClassVar[str] = "timeline.html"
    title: str
    description: str
    action: str
    filters: tuple[Filter, ...]
    clear: str
    status: str
    chart: Chart | None
    table: Table
    pager: Pager
    undated: tuple[Undated, ...]
    queries: tuple[Link, ...]
    is_narrowed: bool


def page(request: Request) -> Response:
    """Answer with the page of the timeline."""
    site, context = site_of(request), page_of(request)
    given = given_once(request, ("lang", *PARAMETERS), may_be_empty=PARAMETERS)
    language_of(request)
    wish = read_wish(site, given)
    body = render(view(site, context, wish), context)
    representation = Representation(body, HTML.content_type, context.language, ("Accept-Language",))
    return respond(representation, modified=site.modified)


def view(site: Site, page: PageContext, wish: Wish) -> TimelineView:
    """Return the page of what is wished."""
    t, language = page.messages, page.language
    told = told_of(site, page, wish)
    kept = _kept(site, wish)
    numbers = {"dated": told.dated, "undated": len(told.undated)}
    return TimelineView(
        title=t("timeline.title"),
        description=t("timeline.lead"),
        action=f"{page.root_path}/timeline",
        filters=_filters(site, page, wish),
        clear=page.url("/timeline") if kept else "",
        status=t("timeline.status", **{k: shown_number(n, language) for k, n in numbers.items()}),
        chart=_chart(kept, wish, told, page) if told.dated else None,
        table=told.drawn.table,
        pager=_pager(page, wish, told.dated),
        undated=_undated(site, page, kept, told.undated),
        queries=tuple(
            Link(site.queries[name].title[language], page.url(f"/queries/{name}"))
            for name in _STOCK
            if name in site.queries
        ),
        is_narrowed=bool(kept) or wish.page > 1,
    )


def _kept(site: Site, wish: Wish) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a choice, without the page."""
    pairs = [("kind", wish.kind)] if wish.kind != ALL else []
    for facet, key in wish.chosen:
        pairs.append((facet, next(n for n, found in names(site, facet).items() if found == key)))
    return tuple(pairs)


def _chart(kept: tuple[tuple[str, str], ...], wish: Wish, told: Told, page: PageContext) -> Chart:
    parameters = (*kept, ("page", str(wish.page))) if wish.page > 1 else kept
    plain = replace(page, explicit=False)
    csv = plain.url("/charts/timeline.csv", **dict(kept), lang=page.language)
    return replace(chart_of("timeline", parameters, told.drawn, csv=csv), table=None)


def _filters(site: Site, page: PageContext, wish: Wish) -> tuple[Filter, ...]:
    t = page.messages
    labels = {ALL: t("timeline.all")}
    labels |= {name: list_kinds()[name].label[page.language] for name in LISTS}
    kinds = tuple(Option(each, labels[each], each == wish.kind) for each in (ALL, *LISTS))
    found = [Filter("kind", t("timeline.what"), kinds, 0)]
    return (*found, *(_facet(site, page, wish, facet) for facet in FACETS))


def _facet(site: Site, page: PageContext, wish: Wish, facet: str) -> Filter:
    """Return a facet with the number of entries that each value would leave."""
    parts = ViewParts(site, page, site.lists.labels)
    counted = counts(site, wish, facet)
    chosen = dict(wish.chosen).get(facet, "")
    known = {key: name for name, key in names(site, facet).items()}
    kept = [key for key in known if counted.get(key) or key == chosen]
    best = sorted(kept, key=lambda key: (key != chosen, -counted.get(key, 0), key))[:_MOST_OPTIONS]
    labelled = sorted((parts.name(key)[0], key) for key in best)
    options = tuple(
        Option(known[key], f"{label} ({counted.get(key, 0)})", key == chosen)
        for label, key in labelled
    )
    label = next(
        each.label for name in LISTS for each in list_kinds()[name].facets if each.name == facet
    )
    every = Option("", page.messages("timeline.any"), selected=not chosen)
    return Filter(facet, label[page.language], (every, *options), len(kept) - len(best))


def _pager(page: PageContext, wish: Wish, total: int) -> Pager:
    pages = pages_of(total)
    return Pager(
        wish.page,
        pages,
        page.here(page=str(wish.page - 1) if wish.page > 2 else "") if wish.page > 1 else None,
        page.here(page=str(wish.page + 1)) if wish.page < pages else None,
    )


def _undated(
    site: Site, page: PageContext, kept: Sequence[tuple[str, str]], found: Sequence[Entry]
) -> tuple[Undated, ...]:
    """Return what has no date, list by list."""
    parts = ViewParts(site, page, site.lists.labels)
    lists = []
    for name in LISTS:
        own = [each for each in found if each.list == name]
        if not own:
            continue
        label = list_kinds()[name].label[page.language]
        count = shown_number(len(own), page.language)
        none = site.lists.address(name).slug("year", NOTHING)
        facets = {key: value for key, value in kept if key in FACETS}
        href = page.url(f"/explore/{name}", **facets, year=none)
        every = page.messages("timeline.every_undated", what=label.lower(), number=count)
        entries = tuple(parts.link(each.row.iri) for each in own[:_MOST_UNDATED])
        lists.append(Undated(f"{label} ({count})", entries, Link(every, href)))
    return tuple(lists)
