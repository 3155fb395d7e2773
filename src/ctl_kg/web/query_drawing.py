"""From the rows of a stock query to what its view draws: bars, cells, links, places, spans.

The view of the query says which columns; this reads them. A column with a column of labels
beside it is named by that, other resources by their name. Not here: how it looks
(``ctl_kg.charts``), and the addresses (``query_chart``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.web.values import ViewParts

Row = Mapping[str, Any]  # a binding of SPARQL results JSON by column


@dataclass(frozen=True)
class Named:
    """What stands at a place of a figure: its key, its text, and where it leads."""

    key: str
    text: str
    href: str | None = None


@dataclass(frozen=True)
class Bar:
    """One bar, or one part of a stacked or grouped one."""

    name: Named
    series: str
    value: float


@dataclass(frozen=True)
class Cell:
    """One filled cell of a matrix; ``value`` counts, ``kinds`` tell of what kind it is."""

    row: Named
    column: Named
    value: float
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """A link between two nodes and the rows that it stands in."""

    ends: tuple[Named, Named]
    rows: int


@dataclass(frozen=True)
class Spot:
    """A place with what is there: by IRI, or by longitude and latitude."""

    place: Named
    names: tuple[str, ...]
    at: tuple[float, float] | None = None


@dataclass(frozen=True)
class Span:
    """What lasts from a date to another; ``start`` and ``end`` as ISO 8601, of any precision."""

    name: Named
    start: str
    end: str
    kind: str


class Drawing:
    """Reads rows as the view of a query asks.

    Args:
        query: with its view.
        rows: its answer, as SPARQL results JSON binds it.
        values: what the parameters are bound to, as terms' texts.
        parts: gives names and addresses in the language of the page.
    """

    def __init__(
        self,
        query: QueryFile,
        rows: Sequence[Row],
        values: Mapping[str, Sequence[str]],
        parts: ViewParts,
    ) -> None:
        self.query = query
        self.rows = rows
        self._values = values
        self._parts = parts
        self._columns = {column.name: column for column in query.columns}

    def title(self, channel: str) -> str:
        """Return the label of the column that a channel draws, or an empty text."""
        name = self.query.view.column(channel)
        return self._columns[name].label[self._parts.page.language] if name else ""

    def bars(self) -> list[Bar]:
        """Return the bars, in the order of the rows; one for each column of numbers."""
        view = self.query.view
        x, color = view.column("x"), view.column("color")
        assert x is not None
        found = []
        for row in self.rows:
            name = self._named(row, x)
            for y in view.channels["y"]:
                number = _number(row.get(y))
                if name is None or number is None:
                    continue
                kind = self._named(row, color) if color else None
                label = self._columns[y].label[self._parts.page.language]
                found.append(Bar(name, kind.text if kind else label, number))
        return found

    def cells(self) -> list[Cell]:
        """Return the filled cells; rows that meet in one cell are added up."""
        view = self.query.view
        row_name, column_name, value = (view.column(each) for each in ("row", "column", "value"))
        assert row_name is not None
        assert column_name is not None
        found: dict[tuple[str, str], Cell] = {}
        for row in self.rows:
            one, other = self._named(row, row_name), self._named(row, column_name)
            if one is None or other is None:
                continue
            number = _number(row.get(value)) if value else None
            kind = self._named(row, value) if value and number is None else None
            known = found.get((one.key, other.key), Cell(one, other, 0))
            kinds = dict.fromkeys((*known.kinds, *((kind.text,) if kind else ())))
            total = known.value + (1 if number is None else number)
            found[one.key, other.key] = Cell(one, other, total, tuple(kinds))
        return list(found.values())

    def edges(self) -> list[Edge]:
        """Return the links between what follows each other on the paths of the rows."""
        found: dict[tuple[str, str], Edge] = {}
        for row in self.rows:
            path = [node for node in self._path(row) if node is not None]
            for one, other in pairwise(path):
                if one.key == other.key:
                    continue
                key = (one.key, other.key)
                if key[::-1] in found:  # a link has no direction
                    key = key[::-1]
                known = found.get(key, Edge((one, other), 0))
                found[key] = Edge(known.ends, known.rows + 1)
        return list(found.values())

    def layers(self) -> dict[str, int]:
        """Return for each node the first position that it has on a path."""
        found: dict[str, int] = {}
        for row in self.rows:
            for position, node in enumerate(self._path(row)):
                if node is not None:
                    found.setdefault(node.key, position)
        return found

    def _path(self, row: Row) -> Iterator[Named | None]:
        for name in self.query.view.channels["path"]:
            if name in self._columns:
                yield self._named(row, name)
            else:
                values = self._values.get(name, ())
                yield self._resource(values[0]) if len(values) == 1 else None

    def spots(self) -> list[Spot]:
        """Return the places of the rows, each with what is there."""
        view = self.query.view
        label = view.column("label")
        found: dict[str, Spot] = {}
        for row in self.rows:
            place = self._place(row)
            if place is None:
                continue
            known = found.get(place.place.key, place)
            named = self._named(row, label) if label else None
            names = dict.fromkeys((*known.names, *((named.text,) if named else ())))
            found[place.place.key] = Spot(known.place, tuple(names), known.at)
        return list(found.values())

    def _place(self, row: Row) -> Spot | None:
        view = self.query.view
        if name := view.column("place"):
            named = self._named(row, name)
            return Spot(named, ()) if named else None
        if "wkt" in view.channels:
            at = _point(str(row.get(view.column("wkt") or "", {}).get("value", "")))
        else:
            longitude, latitude = (
                _number(row.get(view.column(each) or "")) for each in ("longitude", "latitude")
            )
            at = None if longitude is None or latitude is None else (longitude, latitude)
        return None if at is None else Spot(Named(f"{at[0]},{at[1]}", ""), (), at)

    def spans(self) -> list[Span]:
        """Return what has a date; without an end it lasts a moment."""
        view = self.query.view
        label, start, end = (view.column(each) for each in ("label", "start", "end"))
        color = view.column("color")
        assert label is not None
        assert start is not None
        found = []
        for row in self.rows:
            name = self._named(row, label)
            begins = str(row.get(start, {}).get("value", ""))
            ends = str(row.get(end, {}).get("value", "")) if end else ""
            if name is None or not (begins or ends):
                continue
            kind = self._named(row, color) if color else None
            found.append(Span(name, begins or ends, ends or begins, kind.text if kind else ""))
        return found

    def _named(self, row: Row, name: str) -> Named | None:
        cell = row.get(name)
        if cell is None:
            return None
        value = str(cell["value"])
        label = row.get(name + "Label")
        if cell["type"] != "uri":
            return Named(value, value)
        if label is not None:
            return Named(value, str(label["value"]), self._parts.href(value))
        return self._resource(value)

    def _resource(self, iri: str) -> Named:
        return Named(iri, self._parts.name(iri)[0], self._parts.href(iri))


def _number(cell: Mapping[str, Any] | None) -> float | None:
    try:
        return None if cell is None or cell["type"] == "uri" else float(cell["value"])
    except (TypeError, ValueError):
        return None


def _point(wkt: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a point in WKT (OGC 06-103r4 §7); None for other shapes."""
    head, _, rest = wkt.partition("(")
    if head.strip().upper().rpartition(" ")[2] != "POINT" and head.strip().upper() != "POINT":
        return None
    parts = rest.rstrip(" )").split()
    try:
        return float(parts[0]), float(parts[1])
    except (IndexError, ValueError):
        return None
