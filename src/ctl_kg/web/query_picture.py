"""From the answer of a stock query to the picture that its view asks for.

Every picture has a bound: what comes after it stands in the table, and the note says how much
that is. Not here: how pictures look (``ctl_kg.charts``), and their addresses (``query_chart``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from ctl_kg.charts import heat_map, timeline
from ctl_kg.charts.bars import Amount, Bars, bars
from ctl_kg.charts.heat_map import Cell
from ctl_kg.charts.layered import Layer, Step, layered
from ctl_kg.charts.outline_map import Point, outline_map
from ctl_kg.charts.picture import Group, Head, Node, Picture
from ctl_kg.charts.theme import SERIES
from ctl_kg.charts.timeline import Span
from ctl_kg.web.query_rows import Rows, day_of, day_written

MOST_BARS = 60
MOST_ROWS, MOST_COLUMNS = 60, 40  # of a matrix
MOST_NODES = 40  # of one layer of a network
MOST_SPANS = 120
MOST_POINTS = 120
_MOST = len(SERIES)  # kinds that have a colour of their own


@dataclass(frozen=True)
class Drawn:
    """A picture, and how many categories, cells' lines, nodes or spans it leaves out."""

    picture: Picture
    left_out: int


def picture_of(rows: Rows, head: Head, *, narrow: bool = False) -> Drawn | None:
    """Return the picture of an answer; None if its view is a table, or nothing can be drawn."""
    make = _MAKERS.get(rows.query.view.kind)
    if make is None or not rows.query.view.channels:
        return None
    return make(rows, head, narrow)


def _bars(rows: Rows, head: Head, narrow: bool) -> Drawn | None:
    numbers, color = rows.query.view.channels["y"], rows.column("color")
    if color and len({node.label for row in rows.rows if (node := rows.node(row, color))}) > _MOST:
        color = None  # more kinds than colours tell nothing
    categories, names, found = _sums(rows, numbers, color)
    kept = list(categories.values())[:MOST_BARS]
    lines = [
        Bars(each, tuple(_amount(rows, each, name, found, len(names)) for name in names))
        for each in kept
    ]
    if not lines:
        return None
    title = rows.label(numbers[0]) if len(numbers) == 1 else ""
    stacked = color is not None or (len(numbers) > 1 and len(_units(rows, numbers)) == 1)
    picture = bars(lines, names, title, head, stacked=stacked, narrow=narrow)
    return Drawn(picture, len(categories) - len(kept))


def _sums(
    rows: Rows, numbers: Sequence[str], color: str | None
) -> tuple[dict[str, Node], list[str], dict[tuple[str, str], float]]:
    """Return the categories, the series, and the sum for each category and series."""
    categories: dict[str, Node] = {}
    found: dict[tuple[str, str], float] = {}
    series: dict[str, None] = dict.fromkeys(() if color else map(rows.label, numbers))
    for row in rows.rows:
        category = rows.node(row, rows.column("x"))
        kind = rows.node(row, color) if color else None
        for name in numbers:
            value = rows.number(row, name)
            if category is None or value is None:
                continue
            label = kind.label if kind else "" if color else rows.label(name)
            series.setdefault(label)
            categories.setdefault(category.key, category)
            key = (category.key, label)
            found[key] = found.get(key, 0) + value
    return categories, list(series), found


def _amount(
    rows: Rows, category: Node, name: str, found: dict[tuple[str, str], float], series: int
) -> Amount | None:
    value = found.get((category.key, name))
    if value is None:
        return None
    text = rows.written(value)
    what = f"{category.label}, {name}" if series > 1 and name else category.label
    return Amount(value, text, f"{what}: {text}")


def _units(rows: Rows, names: Sequence[str]) -> set[str | None]:
    return {column.unit for column in rows.query.columns if column.name in names}


def _matrix(rows: Rows, head: Head, narrow: bool) -> Drawn | None:
    row_name, column_name, value = (rows.column(each) for each in ("row", "column", "value"))
    lines: dict[str, Node] = {}
    columns: dict[str, Node] = {}
    found: dict[tuple[str, str], float] = {}
    kinds: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows.rows:
        one, other = rows.node(row, row_name), rows.node(row, column_name)
        if one is None or other is None:
            continue
        lines.setdefault(one.key, one)
        columns.setdefault(other.key, other)
        number = rows.number(row, value) if value else None
        kind = rows.node(row, value) if value and number is None else None
        key = (one.key, other.key)
        found[key] = found.get(key, 0) + (1 if number is None else number)
        kinds.setdefault(key, {}).update({kind.label: None} if kind else {})
    kept_lines, kept_columns = _first(lines, MOST_ROWS), _first(columns, MOST_COLUMNS)
    cells = [
        Cell(one, other, number, rows.written(number),
             says=_says(lines[one], columns[other], rows.written(number), kinds[one, other]))
        for (one, other), number in found.items()
        if one in kept_lines and other in kept_columns
    ]  # fmt: skip
    if not cells:
        return None
    t = rows.parts.page.messages
    words = heat_map.Words(total="", uncertain="", empty=t("stock.empty_cell"))
    order = sorted(kept_columns.values(), key=lambda node: node.label.casefold())
    group = Group("", tuple(sorted(kept_lines.values(), key=lambda node: node.label.casefold())))
    picture = heat_map.heat_map(order, [group], cells, words, head, narrow=narrow)
    return Drawn(picture, len(lines) - len(kept_lines) + len(columns) - len(kept_columns))


def _first(nodes: dict[str, Node], most: int) -> dict[str, Node]:
    return dict(list(nodes.items())[:most])


def _says(one: Node, other: Node, number: str, kinds: dict[str, None]) -> str:
    return f"{one.label} × {other.label}: {', '.join(kinds) or number}"


def _network(rows: Rows, head: Head, narrow: bool) -> Drawn | None:
    names = rows.query.view.channels["path"]
    steps: dict[Step, None] = {}
    nodes: list[dict[str, Node]] = [{} for _ in names]
    for row in rows.rows:
        path = [(layer, rows.node(row, name)) for layer, name in enumerate(names)]
        there = [(layer, node) for layer, node in path if node is not None]
        for layer, node in there:
            nodes[layer].setdefault(node.key, node)
        for (layer, one), (next_layer, other) in pairwise(there):
            steps[(layer, one.key), (next_layer, other.key)] = None
    degree = Counter(end for step in steps for end in step)
    kept: list[dict[str, Node]] = []
    for layer, some in enumerate(nodes):
        order = sorted(some, key=partial(_rank, degree, layer))
        kept.append({key: some[key] for key in order[:MOST_NODES]})
    shown = [step for step in steps if all(key in kept[layer] for layer, key in step)]
    used = [n for n, some in enumerate(kept) if some]
    if len(used) < 2 or not shown:
        return None
    place = {layer: number for number, layer in enumerate(used)}
    layers = [Layer(rows.label(names[n]), tuple(kept[n].values())) for n in used]
    moved = [((place[a], one), (place[b], other)) for (a, one), (b, other) in shown]
    left = sum(map(len, nodes)) - sum(map(len, kept))
    return Drawn(layered(layers, moved, head, narrow=narrow), left)


def _rank(degree: Counter[tuple[int, str]], layer: int, key: str) -> int:
    return -degree[layer, key]


def _timeline(rows: Rows, head: Head, narrow: bool) -> Drawn | None:
    label, start, end, color = (rows.column(each) for each in ("label", "start", "end", "color"))
    series: dict[str, int] = {}
    spans: dict[tuple[str, str, str], Span] = {}
    for row in rows.rows:
        node = rows.node(row, label)
        begins, ends = rows.text(row, start), rows.text(row, end)
        first, last = day_of(begins or ends), day_of(ends or begins, last=True)
        if node is None or first is None or last is None:
            continue
        kind = rows.node(row, color) if color else None
        number = series.setdefault(kind.label if kind else "", len(series))
        when = "–".join(dict.fromkeys(day_written(each) for each in (begins, ends) if each))
        node = replace(node, says=f"{node.label}: {when}")
        span = Span(node, first, last if last > first else None, when, number)
        spans[node.key, begins, ends] = span
    kept = sorted(spans.values(), key=lambda each: each.start)[:MOST_SPANS]
    if not kept:
        return None
    words = timeline.Words(tuple(series), "")
    return Drawn(timeline.timeline(kept, words, head, narrow=narrow), len(spans) - len(kept))


def _map(rows: Rows, head: Head, narrow: bool) -> Drawn | None:
    """Draw the points of the rows; several names at one place are one point."""
    found: dict[tuple[float, float], Point] = {}
    for row in rows.rows:
        at = rows.point(row)
        if at is None:
            continue
        place, name = rows.node(row, rows.column("place")), rows.node(row, rows.column("label"))
        node = place or name or Node(f"{at[0]},{at[1]}", f"{at[1]}, {at[0]}")
        note = name.label if place and name else ""
        known = found.setdefault(at, Point(node, at[0], at[1]))
        if note and note not in known.note:
            found[at] = replace(known, note=f"{known.note}, {note}" if known.note else note)
    kept = list(found.values())[:MOST_POINTS]
    if not kept:
        return None
    picture = outline_map(kept, rows.outlines, ("",), head, narrow=narrow)
    return Drawn(picture, len(found) - len(kept))


_MAKERS: dict[str, Callable[[Rows, Head, bool], Drawn | None]] = {
    "bar": _bars,
    "matrix": _matrix,
    "network": _network,
    "map": _map,
    "timeline": _timeline,
}
