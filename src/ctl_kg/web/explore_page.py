"""The pages of the lists: the door with all of them, and one list with its facets."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from ctl_kg.publish.list_index import NOTHING, Choice
from ctl_kg.publish.list_kinds import Column, Kind, list_kinds
from ctl_kg.publish.list_rows import ListRow
from ctl_kg.web.explore_view import (
    DoorView,
    FacetedListView,
    FacetOption,
    FacetView,
    Head,
    ListCell,
    ListLink,
)
from ctl_kg.web.list_documents import EXCEL_IT
from ctl_kg.web.list_text import CellText, ListText
from ctl_kg.web.pages import PageContext
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.views import Link, Pager, Value

PAGE_ROWS = 50
_SHOWN_OPTIONS = 8
_MOST_OPTIONS = 100  # of one facet; more would make a heavy page that nobody reads
_SHOWN_VALUES = 6  # in one cell
_OPEN_FACETS = 3


@dataclass(frozen=True)
class Asked:
    """What a request asks of a list; ``order`` is a column, with a hyphen from the last.

    ``dialect`` is that of CSV.
    """

    choice: Choice
    order: str
    page: int = 1
    dialect: str = "plain"


def door_view(site: Site, page: PageContext) -> DoorView:
    """Return the page that leads to all lists."""
    t = page.messages
    lists = [
        ListLink(
            Link(kind.label[page.language], page.url(f"/explore/{kind.name}")),
            kind.text[page.language],
            shown_number(len(site.lists.index(kind.name).rows), page.language),
            ", ".join(_inside(each.label[page.language]) for each in kind.facets[:4]),
        )
        for kind in list_kinds().values()
    ]
    return DoorView(t("explore.title"), t("explore.lead"), tuple(lists))


def list_view(site: Site, page: PageContext, kind: Kind, asked: Asked) -> FacetedListView:
    """Return the page of one list."""
    made = _Page(site, page, kind, asked)
    t = page.messages
    label = kind.label[page.language]
    folder = page.url(f"/{kind.folder}/")
    return FacetedListView(
        title=label,
        description=kind.text[page.language],
        parents=(Link(t("explore.title"), page.url("/explore")),),
        others=tuple(
            Link(each.label[page.language], page.url(f"/explore/{each.name}"))
            for each in list_kinds().values()
            if each.name != kind.name
        ),
        action=page.root_path + f"/explore/{kind.name}",
        query=asked.choice.text,
        order="" if asked.order == kind.order else asked.order,
        total=len(made.left),
        status=made.status(),
        facets=made.facets(),
        chosen=made.chosen(),
        clear=made.href(Choice()),
        heads=made.heads(),
        rows=made.rows(),
        pager=made.pager(),
        widen=made.widen() if not made.left else (),
        downloads=made.downloads(),
        folder=Link(t("explore.folder"), folder),
        is_narrowed=asked.choice != Choice(),
    )


def _inside(label: str) -> str:
    """Return a label as it stands inside a sentence; an acronym keeps its capitals."""
    return label if label[1:2].isupper() or label[1:2].isdigit() else label[:1].lower() + label[1:]


class _Page:
    """Makes the parts of one page."""

    def __init__(self, site: Site, page: PageContext, kind: Kind, asked: Asked) -> None:
        self.site, self.page, self.kind, self.asked = site, page, kind, asked
        self.t = page.messages
        self.index = site.lists.index(kind.name)
        self.address = site.lists.address(kind.name)
        self.words = ListText(site, page, self.index)
        self.left = self.words.ordered(self.index.select(asked.choice), asked.order)
        start = (asked.page - 1) * PAGE_ROWS
        self.shown = self.left[start : start + PAGE_ROWS]

    def href(self, choice: Choice, *, order: str | None = None, page: int = 1) -> str:
        """Return the address of this list with another choice, order or page."""
        order = self.asked.order if order is None else order
        pairs = self.address.write(choice)
        pairs += [("sort", order)] if order != self.kind.order else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [("lang", self.page.language)] if self.page.explicit else []
        path = f"{self.page.root_path}/explore/{self.kind.name}"
        return path + (f"?{urlencode(pairs)}" if pairs else "")

    def status(self) -> str:
        """Return how many rows there are, and which are shown."""
        total, all_ = len(self.left), len(self.index.rows)
        first = (self.asked.page - 1) * PAGE_ROWS + 1
        key = "found" if self.asked.choice != Choice() else "whole"
        said = self.t("explore." + key, total=self._number(total), all=self._number(all_))
        if total <= PAGE_ROWS:
            return said
        last = first + len(self.shown) - 1
        return f"{said} {self.t('explore.shown', first=first, last=last)}"

    def _number(self, value: int) -> str:
        return shown_number(value, self.page.language)

    def facets(self) -> tuple[FacetView, ...]:
        """Return the facets with the number of rows that each value would give."""
        counts = self.index.counts(self.asked.choice)
        found: list[FacetView] = []
        for name in self.index.facets:
            chosen = self.asked.choice.values.get(name, ())
            options = self._options(name, counts[name])
            if len(options) < 2 and not chosen:
                continue
            shown = max(_SHOWN_OPTIONS, sum(each.chosen for each in options))
            shown = shown if len(options) > shown + 1 else len(options)
            most = max(shown, _MOST_OPTIONS)
            found.append(
                FacetView(
                    name,
                    self.words.facet_name(name),
                    tuple(options[:shown]),
                    tuple(options[shown:most]),
                    max(0, len(options) - most),
                    name in self.asked.choice.all_of if self._can_want_all(name) else None,
                    is_open=bool(chosen) or len(found) < _OPEN_FACETS,
                )
            )
        return tuple(found)

    def _can_want_all(self, name: str) -> bool:
        return name in self.index.several and bool(self.asked.choice.values.get(name))

    def _options(self, name: str, counts: dict[str, int]) -> list[FacetOption]:
        chosen = self.asked.choice.values.get(name, ())
        facet = next((each for each in self.kind.facets if each.name == name), None)
        found = [
            (key, self.words.key(facet, key), count)
            for key, count in counts.items()
            if key in chosen or count or key != NOTHING
        ]
        in_order = facet is not None and (facet.cut or facet.code)
        strength = self.site.lists.readings.strength

        def rank(each: tuple[str, str, int]) -> tuple[object, ...]:
            key, label, count = each
            if facet is None:  # certainties
                return strength(key)
            by_count = 0 if in_order else -count
            return key not in chosen, key == NOTHING, not count, by_count, label.casefold(), key

        return [
            FacetOption(
                f"{name}-{self.address.slug(name, key)}",
                self.address.slug(name, key),
                label,
                self._number(count),
                key in chosen,
            )
            for key, label, count in sorted(found, key=rank)
        ]

    def chosen(self) -> tuple[Link, ...]:
        """Return what was chosen; each link takes it back."""
        return tuple(Link(text, self.href(without)) for text, without in self._taken_back())

    def widen(self) -> tuple[Link, ...]:
        """Return how to find more: for each thing chosen, what there is without it."""
        return tuple(
            Link(
                self.t("explore.without", choice=text, total=self._number(count)),
                self.href(without),
            )
            for text, without in self._taken_back()
            if (count := self.index.count(without))
        )

    def _taken_back(self) -> list[tuple[str, Choice]]:
        choice = self.asked.choice
        found = []
        if choice.text:
            text = self.t("explore.with_text", text=choice.text)
            found.append((text, Choice(choice.values, choice.all_of)))
        labels = {each.name: each for each in self.kind.facets}
        for name, keys in choice.values.items():
            for key in keys:
                label = self.words.key(labels.get(name), key)
                text = f"{self.words.facet_name(name)}: {label}"
                found.append((text, choice.without(name, key)))
        return found

    def heads(self) -> tuple[Head, ...]:
        """Return the heads of the columns; each leads to the list sorted by it."""
        label = self.t("explore.name")
        found = [self._head("name", label, numeric=False)]
        return tuple(
            found
            + [
                self._head(
                    each.name,
                    each.label[self.page.language],
                    numeric=each.show in ("number", "count"),
                )
                for each in self.kind.shown
            ]
        )

    def _head(self, name: str, label: str, *, numeric: bool) -> Head:
        order = self.asked.order
        is_first, is_last = order == name, order == "-" + name
        # Of numbers the largest are sought first.
        begin, turned = ("-" + name, name) if numeric else (name, "-" + name)
        to = turned if order == begin else begin
        state = "ascending" if is_first else "descending" if is_last else ""
        return Head(Link(label, self.href(self.asked.choice, order=to)), state, numeric)

    def rows(self) -> tuple[tuple[ListCell, ...], ...]:
        """Return the rows of this page."""
        return tuple(
            (
                ListCell((self._value(self.words.name(row)),)),
                *(self._cell(row, column) for column in self.kind.shown),
            )
            for row in self.shown
        )

    def _cell(self, row: ListRow, column: Column) -> ListCell:
        cells = self.words.cell(row, column)
        is_count = column.show == "count"
        values = [self._value(each) for each in cells[:_SHOWN_VALUES]]
        if is_count and column.leads:
            values = [self._counted(row, column, each) for each in cells]
        more = len(cells) - len(values)
        link = None
        if more > 0:
            link = Link(self.t("explore.more_values", number=more), self.words.parts.href(row.iri))
        return ListCell(tuple(values), link, is_count or column.show == "number")

    def _value(self, cell: CellText) -> Value:
        parts = self.words.parts
        marks = tuple(
            parts.mark(self.site.describer.source(graph), cell.certainty) for graph in cell.graphs
        )
        href = parts.href(cell.iri) if cell.iri else None
        link = Link(cell.text, href, cell.language, title=cell.full)
        doubt = self.words.certainty(cell.certainty) if cell.certainty else ""
        return Value(link, cell.note, marks, inferred=doubt)

    def _counted(self, row: ListRow, column: Column, cell: CellText) -> Value:
        assert column.leads is not None
        slug = self.site.lists.address(column.leads.list).slug(column.leads.facet, row.iri)
        if not slug:  # none: a gap that is worth seeing
            return Value(Link(cell.text), numeric=True)
        href = self.page.url(f"/explore/{column.leads.list}", **{column.leads.facet: slug})
        label = list_kinds()[column.leads.list].label[self.page.language]
        title = f"{cell.text} {label.lower()}: {self.words.name(row).text}"
        return Value(Link(cell.text, href, title=title), inferred=cell.note, numeric=True)

    def pager(self) -> Pager:
        """Return where one is among the pages."""
        number_, pages = self.asked.page, pages_of(len(self.left))
        choice = self.asked.choice
        return Pager(
            number_,
            pages,
            self.href(choice, page=number_ - 1) if number_ > 1 else None,
            self.href(choice, page=number_ + 1) if number_ < pages else None,
        )

    def downloads(self) -> tuple[Link, ...]:
        """Return links to all rows as data, in the language of the page."""
        pairs = self.address.write(self.asked.choice)
        pairs += [("sort", self.asked.order)] if self.asked.order != self.kind.order else []
        path = f"{self.page.root_path}/explore/{self.kind.name}"
        language = ("lang", self.page.language)

        def link(label: str, suffix: str, *more: tuple[str, str]) -> Link:
            query = urlencode([*pairs, *more])
            return Link(label, f"{path}.{suffix}" + (f"?{query}" if query else ""))

        return (
            link("CSV", "csv", language),
            link(self.t("explore.excel"), "csv", ("dialect", EXCEL_IT), language),
            link("JSON-LD", "jsonld"),
        )


def pages_of(total: int) -> int:
    """Return how many pages a number of rows takes, at least one."""
    return max(1, -(-total // PAGE_ROWS))
