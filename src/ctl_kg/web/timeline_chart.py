"""The timeline: projects and events in the order of their beginnings, doubtful dates dashed.

``/charts/timeline.svg?kind=&cluster=&programme=&page=`` and the page ``/timeline`` draw the same.
An end that is not stated is not drawn: the mark stands at the beginning, and is dashed. Not here:
what happens when (``timeline_data``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ctl_kg.charts.picture import Head, Node, Picture
from ctl_kg.charts.timeline import Span, Words, timeline
from ctl_kg.publish.list_kinds import list_kinds
from ctl_kg.web.chart_view import Drawn
from ctl_kg.web.list_text import ListText
from ctl_kg.web.pages import PageContext
from ctl_kg.web.query_rows import day_of, day_written
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.timeline_data import (
    ALL,
    FACETS,
    LISTS,
    PAGE_ROWS,
    Entry,
    Period,
    Wish,
    entries,
    read_wish,
)
from ctl_kg.web.views import Link, Table, Value

PARAMETERS = ("kind", *FACETS, "page")
_FIRM = ("", "date-status:stated", "date-status:open-ended")


@dataclass(frozen=True)
class Told:
    """A timeline, and what stands beside it: entries without a date, and how many with one."""

    drawn: Drawn
    undated: tuple[Entry, ...]
    dated: int


async def over_time(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return the timeline that a request asks for."""
    given = {name: request.query_params.get(name, "") for name in PARAMETERS}
    return await run_in_threadpool(_asked, site, page, given)


def _asked(site: Site, page: PageContext, given: Mapping[str, str]) -> Drawn:
    return told_of(site, page, read_wish(site, given)).drawn


def told_of(site: Site, page: PageContext, wish: Wish) -> Told:
    """Return the timeline of what is wished."""
    return _Maker(site, page, wish).told()


class _Maker:
    """Makes one timeline, in the language of a page."""

    def __init__(self, site: Site, page: PageContext, wish: Wish) -> None:
        self.site, self.page, self.wish = site, page, wish
        self.t = page.messages
        self.words = {name: ListText(site, page, site.lists.index(name)) for name in LISTS}
        self.parts = self.words[LISTS[0]].parts
        found = sorted(entries(site, wish), key=lambda each: self.name(each).casefold())
        self.undated = tuple(each for each in found if each.period is None)
        self.dated = sorted((each for each in found if each.period), key=self._order)
        start = (wish.page - 1) * PAGE_ROWS
        self.shown = self.dated[start : start + PAGE_ROWS]

    def _order(self, each: Entry) -> tuple[object, ...]:
        assert each.period is not None
        start, end = _days(each.period)
        return start, end or start, self.name(each).casefold(), each.row.iri

    def name(self, each: Entry) -> str:
        return self.words[each.list].name(each.row).text

    def label(self, kind: str) -> str:
        if kind == ALL:
            return self.t("timeline.all")
        return list_kinds()[kind].label[self.page.language]

    def told(self) -> Told:
        """Return the timeline with what stands beside it."""
        head = self.head()
        spans = [self.span(each) for each in self.shown]
        words = Words(tuple(map(self.label, LISTS)), self.t("timeline.uncertain"))

        def draw(narrow: bool) -> Picture:
            return timeline(spans, words, head, narrow=narrow)

        drawn = Drawn(
            head.title,
            head.description,
            self.table(self.shown),
            draw,
            self.note(),
            whole=lambda: self.table(self.dated),
        )
        return Told(drawn, self.undated, len(self.dated))

    def head(self) -> Head:
        """Return title and description: how many, from when to when, and how many are doubtful."""
        language = self.page.language
        title = self.t("timeline.chart", what=self.label(self.wish.kind))
        if self.wish.chosen:
            title += f" ({', '.join(self.parts.name(key)[0] for _, key in self.wish.chosen)})"
        doubtful = sum(self.is_doubtful(each.period) for each in self.shown if each.period)
        said = self.t("timeline.says", number=shown_number(len(self.shown), language),
                      doubtful=shown_number(doubtful, language))  # fmt: skip
        if self.shown:
            first, last = self.shown[0].period, max(self.shown, key=_last).period
            assert first is not None
            assert last is not None
            years = (first.start or first.end)[:4], (last.end or last.start)[:4]
            said += " " + self.t("timeline.years", first=years[0], last=years[1])
        return Head(title, f"{title}. {said}", language)

    def note(self) -> str:
        """Return what the picture leaves out."""
        if len(self.shown) == len(self.dated):
            return ""
        start = (self.wish.page - 1) * PAGE_ROWS
        return self.t("timeline.part", first=start + 1, last=start + len(self.shown),
                      total=shown_number(len(self.dated), self.page.language))  # fmt: skip

    def is_doubtful(self, period: Period) -> bool:
        """Tell whether a period is drawn dashed."""
        iri = self.site.lists.rows.iri
        firm = {iri(each) if each else "" for each in _FIRM}
        strength = self.site.lists.readings.strength(period.certainty)
        return period.is_open or period.status not in firm or strength[0] > 1

    def when(self, period: Period) -> str:
        """Return a period in words, no more precise than it is stated."""
        start, end = day_written(period.start), day_written(period.end)
        if period.is_open:
            return self.t("timeline.from", start=start)
        if not start:
            return self.t("timeline.until", end=end)
        return start if not end or end == start else f"{start}–{end}"

    def status(self, period: Period) -> str:
        """Return how certain a period is, in words; nothing where there is no doubt."""
        found = []
        if self.is_doubtful(period) and period.status:
            iri = self.site.lists.rows.iri
            if period.status not in {iri(each) for each in _FIRM if each}:
                found.append(self.parts.name(period.status)[0].lower())
        if period.is_open:
            found.append(self.t("timeline.open"))
        if self.site.lists.readings.strength(period.certainty)[0] > 1:
            found.append(self.parts.name(period.certainty)[0].lower())
        return ", ".join(found)

    def span(self, each: Entry) -> Span:
        """Return an entry as it is drawn."""
        assert each.period is not None
        start, end = _days(each.period)
        name, when = self.name(each), self.when(each.period)
        lines = [name, when, self.status(each.period)]
        words = self.words[each.list]
        short = words.short(each.row.iri)[0]
        node = Node(
            f"{each.list} {each.row.iri}",
            short if each.list == "projects" else name,
            self.parts.href(each.row.iri) or "",
            "\n".join(line for line in lines if line),
        )
        doubtful = self.is_doubtful(each.period)
        return Span(node, start, end, when, LISTS.index(each.list), doubtful)

    def table(self, found: Sequence[Entry]) -> Table:
        """Return entries as a table: a row each."""
        heads = ("name", "kind", "when", "start", "end", "date", "clusters", "programmes")
        rows = tuple(self._row(each) for each in found)
        titles = tuple(Link(self.t("timeline." + head)) for head in heads)
        return Table(titles, rows, len(self.dated))

    def _row(self, each: Entry) -> tuple[Value, ...]:
        assert each.period is not None
        texts = (
            self.t("timeline.one_" + each.list),
            self.when(each.period),
            each.period.start,
            each.period.end,
            self.status(each.period),
            self._names(each, "clusters"),
            self._names(each, "programmes"),
        )
        name = Link(self.name(each), self.parts.href(each.row.iri))
        return (Value(name), *(Value(Link(text)) for text in texts))

    def _names(self, each: Entry, column: str) -> str:
        """Return the values of a column of the list, if it has it."""
        columns = list_kinds()[each.list].columns
        found = next((one for one in columns if one.name == column), None)
        cells = self.words[each.list].cell(each.row, found) if found else ()
        return ", ".join(cell.text for cell in cells)


def _days(period: Period) -> tuple[date, date | None]:
    """Return the first and the last day of a period; no last day for a day, or an open end."""
    start = day_of(period.start or period.end)
    assert start is not None  # else it would be undated
    end = None if period.is_open else day_of(period.end or period.start, last=True)
    return start, end if end and end > start else None


def _last(each: Entry) -> str:
    assert each.period is not None
    return (each.period.end or each.period.start)[:4]
