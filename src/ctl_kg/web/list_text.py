"""What stands in the cells of a list, in words, and the order of its rows.

The page and the exports take their texts from here, so that what is exported is what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.list_index import NOTHING, ListIndex
from ctl_kg.publish.list_kinds import CERTAINTY, Column, Facet
from ctl_kg.publish.list_rows import ListRow, Reading
from ctl_kg.publish.resources import fold
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts

_NOTATION = "skos:notation"


@dataclass(frozen=True)
class CellText:
    """One value in a cell.

    Args:
        text: what it is called.
        note: what is said beside it: roles, or how many of a count are inferred.
        iri: of the resource, or empty.
        full: its full name, if that is another.
        language: of the text, if not the page's.
        certainty: IRI, if it is not plainly stated.
        graphs: IRIs of the graphs that it stands in.
    """

    text: str
    note: str = ""
    iri: str = ""
    full: str = ""
    language: str | None = None
    certainty: str = ""
    graphs: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The text with its note, as an export writes it."""
        return f"{self.text} ({self.note})" if self.note else self.text


class ListText:
    """Words for one list, in the language of a page."""

    def __init__(self, site: Site, page: PageContext, index: ListIndex) -> None:
        self._site = site
        self._words = site.why.words
        self._readings = site.lists.readings
        self._notation = NamedNode(site.lists.rows.iri(_NOTATION))
        self.page = page
        self.index = index
        self.parts = ViewParts(site, page, site.lists.labels)

    def name(self, row: ListRow) -> CellText:
        """Return the name of a row, with the certainty that it is of the list's class."""
        text, language = self.parts.name(row.iri)
        doubt = self._doubt(row.certainty)
        return CellText(text, "", row.iri, "", language, doubt, row.graphs if doubt else ())

    def cell(self, row: ListRow, column: Column) -> tuple[CellText, ...]:
        """Return the values of a cell in the order in which they are shown."""
        readings = row.cells[column.name]
        if column.show == "count":
            return self._count(readings)
        by_value: dict[str, list[Reading]] = {}
        for each in readings:
            by_value.setdefault(str(each.value), []).append(each)
        if column.show == "names" and any(isinstance(e.value, Literal) for e in readings):
            by_value = self._best_language(by_value)
        found = [self._value(column, each) for each in by_value.values()]
        return tuple(sorted(found, key=lambda each: (fold(each.text), each.text, each.iri)))

    def _best_language(self, by_value: dict[str, list[Reading]]) -> dict[str, list[Reading]]:
        """Keep the texts of the page's language, if there are any with a language."""
        tagged = {
            key: each[0].value
            for key, each in by_value.items()
            if isinstance(each[0].value, Literal) and each[0].value.language
        }
        best = best_literal(tagged.values(), self.page.language)
        return {
            key: each
            for key, each in by_value.items()
            if key not in tagged or (best and tagged[key].language == best.language)
        }

    def _count(self, readings: Sequence[Reading]) -> tuple[CellText, ...]:
        strongest: dict[str, str] = {}
        for each in readings:
            known = strongest.get(str(each.value), each.certainty)
            strongest[str(each.value)] = min(known, each.certainty, key=self._readings.strength)
        doubts = [doubt for each in strongest.values() if (doubt := self._doubt(each))]
        note = ""
        if doubts:
            said = self.certainty(self._readings.weakest(doubts))
            note = self.page.messages("explore.counted", certainty=said, number=len(doubts))
        return (CellText(str(len(strongest)), note),)

    def _value(self, column: Column, readings: Sequence[Reading]) -> CellText:
        best = min(readings, key=lambda each: self._readings.strength(each.certainty))
        doubt = self._doubt(best.certainty)
        graphs = best.graphs if doubt else ()
        notes = self._notes(column, readings)
        if isinstance(best.value, NamedNode):
            iri = best.value.value
            text, language = self.short(iri, code=column.code)
            full = self.full(iri, code=column.code)
            return CellText(text, notes, iri, full if full != text else "", language, doubt, graphs)
        other = getattr(best.value, "language", None)
        language = other if other and other != self.page.language else None
        return CellText(best.value.value, notes, "", "", language, doubt, graphs)

    def _notes(self, column: Column, readings: Sequence[Reading]) -> str:
        found: dict[str, None] = {}
        for place, facet in enumerate(column.facets):
            quiet = {self._site.lists.rows.iri(each) for each in facet.quiet}
            if facet.beside:
                for reading in readings:
                    kept = (key for key in reading.keys[place] if key not in quiet)
                    found |= dict.fromkeys(self.key(facet, key) for key in kept)
        return ", ".join(sorted(found))

    def _doubt(self, certainty: str) -> str:
        """Return a certainty that must be shown, else nothing."""
        return certainty if self._readings.strength(certainty)[0] > 1 else ""

    def certainty(self, iri: str) -> str:
        """Return a certainty in words."""
        return self.parts.name(iri)[0].lower()

    def short(self, iri: str, *, code: bool = False) -> tuple[str, str | None]:
        """Return a code or an acronym, else the name; and the language if not the page's."""
        text = self.code(iri) if code else self._words.acronym(iri)
        return (text, None) if text else self.parts.name(iri)

    def full(self, iri: str, *, code: bool = False) -> str:
        """Return the name of a resource with its code or acronym before it."""
        name = self.parts.name(iri)[0]
        short = self.code(iri) if code else self._words.acronym(iri)
        is_in = not short or short.casefold() in name.casefold().split()
        return name if is_in else f"{short} – {name}"

    def code(self, iri: str) -> str:
        """Return the code of a concept, or nothing."""
        quads = self._site.store.quads(NamedNode(iri), self._notation)
        return min((q.object.value for q in quads if isinstance(q.object, Literal)), default="")

    def key(self, facet: Facet | None, key: str) -> str:
        """Return what a value of a facet is called; None stands for the facet of certainties."""
        if key == NOTHING:
            return self.page.messages("explore.none")
        if not key.startswith(("http://", "https://")):
            return key
        return self.full(key, code=facet.code) if facet else self.parts.name(key)[0]

    def facet_name(self, name: str) -> str:
        """Return what a facet is called."""
        if name == CERTAINTY:
            return self.page.messages("explore.certainty")
        found = next(each for each in self.index.kind.facets if each.name == name)
        return found.label[self.page.language]

    def ordered(self, rows: Iterable[ListRow], order: str) -> list[ListRow]:
        """Return rows in an order: name of a column, with a hyphen before it from the last.

        What has no value comes last either way; equals are in the order of their names.
        """
        name = order.removeprefix("-")
        found = sorted(rows, key=lambda row: (*_by_name(self.name(row).text), row.iri))
        if name == "name":
            return found[::-1] if order != name else found
        column = next(each for each in self.index.kind.shown if each.name == name)
        keyed = [(self._order(row, column), row) for row in found]
        full = [each for each in keyed if each[0] is not None]
        full.sort(key=lambda each: each[0] or (), reverse=order != name)
        return [row for _, row in full] + [row for key, row in keyed if key is None]

    def _order(self, row: ListRow, column: Column) -> tuple[object, ...] | None:
        """Return what a row is sorted by in a column; None if there is nothing."""
        cells = self.cell(row, column)
        if not cells:
            return None
        if column.show in ("number", "count"):
            return (max(_number(each.text) for each in cells),)
        if column.order:
            found = sorted(each.order for each in row.cells[column.name] if each.order)
            return (found[0],) if found else None
        return _by_name(cells[0].text)


def _by_name(text: str) -> tuple[str, str]:
    return fold(text), text


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)
