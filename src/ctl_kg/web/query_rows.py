"""Rows of a stock query as a picture reads them: cells as names, numbers and dates.

A column with a column of labels beside it is named by that, other resources by their name. The
name of a parameter stands for its value, the same in each row.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ctl_kg.charts.picture import Node
from ctl_kg.publish.tables import Row
from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.web.values import ViewParts

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")


@dataclass(frozen=True)
class Rows:
    """The answer of a query, and how its cells are read.

    Args:
        query: with its view.
        rows: as SPARQL results JSON binds them.
        values: what the parameters are bound to: texts of terms.
        parts: gives names and addresses in the language of the page.
        outlines: of the ground of a map, as GeoJSON.
        place_of: gives longitude and latitude of a place, by IRI.
    """

    query: QueryFile
    rows: Sequence[Row]
    values: Mapping[str, Sequence[str]]
    parts: ViewParts
    outlines: Mapping[str, Any] = field(default_factory=dict)
    place_of: Callable[[str], tuple[float, float] | None] = lambda iri: None

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.parts.page.language

    def column(self, channel: str) -> str | None:
        """Return the column of a channel of the view."""
        return self.query.view.column(channel)

    def label(self, name: str) -> str:
        """Return what a column, or a parameter, is called."""
        labels = {each.name: each.label for each in self.query.parameters}
        labels |= {each.name: each.label for each in self.query.columns}
        return labels[name][self.language]

    def node(self, row: Row, name: str | None) -> Node | None:
        """Return what stands in a cell, or what a parameter is; None if there is nothing."""
        cell = row.get(name or "")
        if cell is None:
            return self._parameter(name or "")
        value = str(cell.value)
        if cell.type != "uri":
            return Node(value, value)
        label = row.get(f"{name}Label")
        text = str(label.value) if label else self.parts.name(value)[0]
        return self._resource(value, text)

    def _parameter(self, name: str) -> Node | None:
        is_column = any(column.name == name for column in self.query.columns)
        values = self.values.get(name, ())
        if is_column or len(values) != 1:
            return None
        return self._resource(values[0], self.parts.name(values[0])[0])

    def _resource(self, iri: str, text: str) -> Node:
        return Node(iri, text, self.parts.href(iri) or "", text)

    def number(self, row: Row, name: str) -> float | None:
        """Return the number in a cell."""
        cell = row.get(name)
        try:
            return None if cell is None or cell.type == "uri" else float(str(cell.value))
        except ValueError:
            return None

    def point(self, row: Row) -> tuple[float, float] | None:
        """Return longitude and latitude of a row, as the view's channels have them."""
        view = self.query.view
        if "place" in view.channels:
            return self.place_of(self.text(row, self.column("place")))
        if "wkt" in view.channels:
            return point_of(self.text(row, self.column("wkt")))
        longitude, latitude = (
            self.number(row, self.column(each) or "") for each in ("longitude", "latitude")
        )
        return None if longitude is None or latitude is None else (longitude, latitude)

    def written(self, value: float) -> str:
        """Return a number as the language writes it.

        >>> Rows(..., language="it").written(1234.5)  # doctest: +SKIP
        '1.234,5'
        """
        text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
        if self.language == "it":
            text = text.translate(str.maketrans(",.", ".,"))
        return text

    def text(self, row: Row, name: str | None) -> str:
        """Return the text of a cell as it is written."""
        cell = row.get(name or "")
        return "" if cell is None else str(cell.value)


def day_of(text: str, *, last: bool = False) -> date | None:
    """Return the first or the last day of a date of any precision (ISO 8601).

    >>> day_of("2022-02", last=True)
    datetime.date(2022, 2, 28)
    """
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if last and not day:
            month = month or 12
            day = calendar.monthrange(year, month)[1]
        return date(year, month or 1, day or 1)
    except ValueError:
        return None


def day_written(text: str) -> str:
    """Return a date as people write it, no more precise than it is.

    >>> day_written("2022-05-31"), day_written("2022-05"), day_written("2022")
    ('31/05/2022', '05/2022', '2022')
    """
    found = _DATE.match(text)
    return "/".join(part for part in reversed(found.groups()) if part) if found else text


def point_of(wkt: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a point in WKT (OGC 06-103r4 §7); None of another shape.

    >>> point_of("POINT(9.19 45.46)")
    (9.19, 45.46)
    """
    found = re.fullmatch(r"(?:<[^>]*>)?\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*", wkt, re.IGNORECASE)
    try:
        return (float(found[1]), float(found[2])) if found else None
    except ValueError:
        return None
