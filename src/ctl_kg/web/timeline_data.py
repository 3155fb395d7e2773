"""What happens when: the projects and events of ``/explore`` with their periods.

A period says its first and last day, month or year, how certain they are, and whether its end is
not stated (``ctl:notStated schema:endDate``). Rows, choices and addresses are those of the lists.
Not here: how it is drawn (``timeline_chart``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from ctl_kg.errors import ParameterError
from ctl_kg.publish.list_index import NOTHING, Choice
from ctl_kg.publish.list_kinds import list_kinds
from ctl_kg.publish.list_rows import ListRow, Reading
from ctl_kg.rdf.terms import text_of
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.parameters import choice, number
from ctl_kg.web.query_rows import day_of
from ctl_kg.web.site import Site, once_per_site

LISTS = ("projects", "events")  # with a column "period"
ALL = "all"
FACETS = ("cluster", "programme")  # as the lists have them; not each list has both
PAGE_ROWS = 40
_LARGEST_PAGE = 100_000
_MOST_NAMED = 50  # allowed values in an error


@dataclass(frozen=True)
class Period:
    """When something happens, as it is stated (ISO 8601, of any precision).

    Args:
        start: first day, month or year; empty if it is not stated.
        end: the last; empty if there is none, or it is not stated.
        is_open: whether the end is said to be not stated.
        status: IRI, how certain the date is; empty if nothing says so.
        certainty: IRI, of the weakest statement on the way to the period.
    """

    start: str
    end: str
    is_open: bool
    status: str
    certainty: str


@dataclass(frozen=True)
class Entry:
    """A project or an event: its list, its row there, and its period (None if undated)."""

    list: str
    row: ListRow
    period: Period | None


@dataclass(frozen=True)
class Wish:
    """What is asked of the timeline: lists, and for each facet a key; and the page."""

    kind: str
    chosen: tuple[tuple[str, str], ...] = ()
    page: int = 1

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that are wanted and can fit."""
        return tuple(
            name
            for name in LISTS
            if self.kind in (ALL, name) and all(_has(name, facet) for facet, _ in self.chosen)
        )

    def choice(self, *, without: str = "") -> Choice:
        """Return what is chosen of a list, with one facet set aside."""
        return Choice({facet: (key,) for facet, key in self.chosen if facet != without})


def _has(name: str, facet: str) -> bool:
    return any(each.name == facet for each in list_kinds()[name].facets)


def read_wish(site: Site, given: Mapping[str, str]) -> Wish:
    """Return what parameters ask for; empty ones are as good as none.

    Raises:
        ParameterError: a value is none of those that there are, or the page is past the end.
    """
    kept = {name: value for name, value in given.items() if value}
    kind = choice(kept, "kind", (ALL, *LISTS))
    chosen = tuple((name, _key(site, name, kept[name])) for name in FACETS if name in kept)
    wish = Wish(kind, chosen, number(kept, "page", 1, _LARGEST_PAGE))
    pages = pages_of(len(dated(entries(site, wish))))
    if wish.page > pages:
        raise ParameterError(
            "page", f"{wish.page} is past the end", value=str(wish.page), allowed=[f"1 to {pages}"],
            hint=f"The last page is {pages}.", example=f"page={pages}",
        )  # fmt: skip
    return wish


def pages_of(total: int) -> int:
    """Return how many pages a number of entries takes, at least one."""
    return max(1, -(-total // PAGE_ROWS))


def names(site: Site, facet: str) -> dict[str, str]:
    """Return the keys of a facet in any of the lists, by their names in addresses."""
    found: dict[str, str] = {}
    for each in LISTS:
        if _has(each, facet):
            address = site.lists.address(each)
            for key in sorted(site.lists.index(each).keys[facet] - {NOTHING}):
                name = address.slug(facet, key)
                if key not in found.values():
                    found[name if name not in found else key] = key
    return found


def _key(site: Site, facet: str, value: str) -> str:
    """Return the key of a value: its name in addresses, its CURIE or its IRI."""
    known = names(site, facet)
    keys = set(known.values())
    if value in keys:
        return value
    found = known.get(value) or site.curies.expand(value)
    if found not in keys:
        allowed = sorted(known)[:_MOST_NAMED]
        raise ParameterError(
            facet, f"'{cut(value)}' is none of its values", value=value, allowed=allowed,
            hint="Choose one on the page.", example=f"{facet}={allowed[0]}" if allowed else None,
        )  # fmt: skip
    return found


def entries(site: Site, wish: Wish) -> list[Entry]:
    """Return what is wished, in no order."""
    known = _entries(site)
    return [
        known[name, row.iri]
        for name in wish.lists
        for row in site.lists.index(name).select(wish.choice())
    ]


@once_per_site
def _entries(site: Site) -> dict[tuple[str, str], Entry]:
    """Return every project and event with its period, by list and IRI; worked out once."""
    return {
        (name, row.iri): Entry(name, row, _period(site, row.cells["period"]))
        for name in LISTS
        for row in site.lists.index(name).rows
    }


def dated(found: Iterable[Entry]) -> list[Entry]:
    """Return those that have a date, in no order."""
    return [each for each in found if each.period is not None]


def counts(site: Site, wish: Wish, facet: str) -> dict[str, int]:
    """Return for each key of a facet how many entries it would leave."""
    found: dict[str, int] = {}
    rest = Wish(wish.kind, tuple(pair for pair in wish.chosen if pair[0] != facet))
    for name in rest.lists:
        if _has(name, facet):
            counted = site.lists.index(name).counts(wish.choice(without=facet))[facet]
            for key, count in counted.items():
                found[key] = found.get(key, 0) + count
    return found


def _period(site: Site, readings: Iterable[Reading]) -> Period | None:
    """Return the first period that has a date; of several, the earliest."""
    found = [_read_period(site, each) for each in readings if not _is_literal(each)]
    good = [each for each in found if day_of(each.start or each.end)]
    return min(good, key=lambda each: (each.start or each.end, each.end), default=None)


def _is_literal(reading: Reading) -> bool:
    return not isinstance(reading.value, NamedNode | BlankNode)


def _read_period(site: Site, reading: Reading) -> Period:
    iri = site.lists.rows.iri
    assert isinstance(reading.value, NamedNode | BlankNode)
    said: dict[str, list[str]] = {}
    for quad in site.store.quads(reading.value):
        said.setdefault(quad.predicate.value, []).append(text_of(quad.object))

    def first(curie: str) -> str:
        return min(said.get(iri(curie), ()), default="")

    status, end = first("ctl:dateStatus"), first("schema:endDate")
    is_open = iri("schema:endDate") in said.get(iri("ctl:notStated"), ())
    is_open = not end and (is_open or status == iri("date-status:open-ended"))
    return Period(first("schema:startDate"), end, is_open, status, reading.certainty)
