"""The chart of a stock query's answer: ``/charts/query.svg?query=NAME&…``, as its view asks.

``/queries/NAME/chart.svg?…`` leads there. What is drawn are the rows that the page of the query
shows, in the language of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ctl_kg.charts.picture import Head, Picture
from ctl_kg.errors import NotFoundError
from ctl_kg.publish.tables import Row, term_of
from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.sparql.terms import Solutions
from ctl_kg.web.api_answers import all_rows
from ctl_kg.web.chart_view import Chart, Drawn, chart_of
from ctl_kg.web.pages import PageContext
from ctl_kg.web.places import Places, outlines_of
from ctl_kg.web.query_asked import bound_query, given_values, term_texts
from ctl_kg.web.query_job import PAGE_ROWS
from ctl_kg.web.query_picture import picture_of
from ctl_kg.web.query_rows import Rows
from ctl_kg.web.query_snippets import Bound
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Table

_OTHER = ("query", "size", "caption")  # parameters of every chart, and the one that names this


async def query(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return what is drawn of the answer to the stock query that ``query`` names.

    Raises:
        NotFoundError: there is no such query, or its answer cannot be drawn.
        CtlKgError: it cannot be answered.
    """
    name = request.query_params.get("query", "")
    found = site.queries.get(name)
    if found is None or not found.view.channels:
        drawable = [each.name for each in site.queries.values() if each.view.channels]
        raise NotFoundError(
            f"no stock query '{name[:80]}' has a chart",
            hint="Those that have: " + ", ".join(drawable) + ".",
        )
    given = given_values(request, found, _OTHER)
    bound = await run_in_threadpool(bound_query, site, page, found, given)
    rows = await all_rows(request, site, bound.text)
    drawn = await run_in_threadpool(drawn_of, site, page, bound, rows[:PAGE_ROWS], len(rows))
    if drawn is None:
        raise NotFoundError(
            f"the answer of '{name}' has nothing to draw", hint="Choose other values."
        )
    return replace(drawn, volatile=rows.volatile)


def drawn_of(
    site: Site, page: PageContext, bound: Bound, rows: Sequence[Row], total: int
) -> Drawn | None:
    """Return what is drawn of an answer; None if its view is a table, or it has nothing to draw.

    Args:
        site: the release.
        page: whose language the picture has.
        bound: the query.
        rows: of the answer, from the first.
        total: number of its rows.
    """
    query, t = bound.query, page.messages
    parts = ViewParts(site, page, {})
    shown = _on_ground(Rows(query, rows[:PAGE_ROWS], term_texts(site, bound), parts), site)
    title = query.title[page.language]
    first = picture_of(shown, Head(title, query.question[page.language], page.language))
    if first is None:
        return None
    kind = t("stock.view_" + query.view.kind)
    alternative = t("stock.alternative", kind=kind, marked=first.picture.marked)
    description = f"{query.question[page.language]} {alternative}"
    head = Head(title, description, page.language)
    notes = [t("stock.left_out", left=first.left_out)] if first.left_out else []
    notes += [t("stock.drawn_rows", rows=PAGE_ROWS, total=total)] if total > PAGE_ROWS else []

    def draw(narrow: bool) -> Picture:
        drawn = picture_of(shown, head, narrow=narrow)
        assert drawn is not None
        return drawn.picture

    return Drawn(title, description, _table(parts, query, shown.rows), draw, " ".join(notes))


def _on_ground(rows: Rows, site: Site) -> Rows:
    """Return rows with where their places lie, if they are to be drawn on a map."""
    if "place" not in rows.query.view.channels:
        return rows
    places = Places(site)
    column = rows.column("place")
    iris = {rows.text(row, column) for row in rows.rows} - {""}
    provinces = {found for iri in iris if (found := places.province(iri))}
    named = {code: rows.parts.name(each)[0] for each in provinces if (code := places.code(each))}

    def place_of(iri: str) -> tuple[float, float] | None:
        found = places.position(iri) if iri else None
        return None if found is None else (found.longitude, found.latitude)

    return replace(rows, outlines=outlines_of(named, named), place_of=place_of)


def _table(parts: ViewParts, query: QueryFile, rows: Sequence[Row]) -> Table:
    names = [column.name for column in query.columns]
    cells = [tuple(term_of(row[name]) if name in row else None for name in names) for row in rows]
    language = parts.page.language
    titles = [Link(c.label[language], title=c.description[language]) for c in query.columns]
    return parts.labelled_table(Solutions(names, cells), titles)


def chart_on_page(bound: Bound, drawn: Drawn, root_path: str) -> Chart:
    """Return the chart as the page of the query shows it: the table stands below."""
    pairs = (("query", bound.query.name), *bound.pairs)
    csv = f"{root_path}/{bound.path('.csv')}"
    made = chart_of("query", tuple(p for p in pairs if p[0] != "lang"), drawn, csv=csv)
    return replace(made, table=None)
