"""A matrix of numbers as a heat map: rows in groups with their sums, columns, totals.

Every cell shows its number, so the colour only repeats it; what is not certain has a dashed
frame; what is empty is a small point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctl_kg.charts import theme
from ctl_kg.charts.picture import Canvas, Group, Head, Key, Node, Picture, Spec, Type, block, legend
from ctl_kg.charts.text import fit, widest, width, wrap

_PAD = 8  # between a label and the cells
_LABEL_SHARE = 0.37  # of the width of a usual picture, that the labels of rows take
_LEAST_WIDE = 21.0  # a column: with many columns the picture becomes wider
_HEAD_LINES = 4  # of the label of a column that stands upright


@dataclass(frozen=True)
class Cell:
    """A number, and how it is shown; ``uncertain`` cells are dashed."""

    row: str
    column: str
    value: float
    text: str
    uncertain: bool = False
    href: str = ""
    says: str = ""


@dataclass(frozen=True)
class Words:
    """Texts of the picture; ``total`` empty leaves the totals out."""

    total: str
    uncertain: str
    empty: str


@dataclass(frozen=True)
class _Grid:
    """Where cells stand: the left edge of the first column, and sizes, in pixels."""

    x: float
    top: float
    wide: float
    tall: float
    columns: Mapping[str, int]

    def left(self, column: str) -> float:
        return self.x + self.columns[column] * self.wide


def heat_map(
    columns: Sequence[Node],
    groups: Sequence[Group],
    cells: Sequence[Cell],
    words: Words,
    head: Head,
    *,
    narrow: bool = False,
) -> Picture:
    """Return the picture of a matrix.

    Args:
        columns: from left to right; very many make the picture wider than usual.
        groups: rows from top to bottom; a group with a label has a line with its sums.
        cells: those that are not empty.
        words: texts of the picture.
        head: title, description and language.
        narrow: for a small screen.
    """
    least = theme.NARROW * _LABEL_SHARE + (len(columns) + bool(words.total)) * _LEAST_WIDE
    wide = max(theme.NARROW, round(least)) if narrow else max(theme.WIDE, round(least))
    canvas = Canvas(wide, narrow=narrow)
    thresholds = steps([cell.value for cell in cells])
    top = legend(canvas, _keys(thresholds, cells, words), 0, 0, canvas.width) + 8
    grid = _grid(canvas, columns, groups, words, top)
    _draw_heads(canvas, columns, grid, words, top)
    rows, bottom = _draw_rows(canvas, groups, cells, grid, words)
    _draw_cells(canvas, cells, columns, rows, grid, thresholds)
    if words.total:
        bottom = _draw_totals(canvas, columns, rows, cells, grid, words, bottom)
    return canvas.finish(bottom + 4, head, len(cells))


def steps(values: Sequence[float]) -> list[float]:
    """Return the least value of each step of colour, ascending: at most five.

    >>> steps([1, 1, 2]), steps([1, 5, 9, 20, 30, 40])
    ([1, 2], [1, 9, 17, 25, 33])
    """
    distinct = sorted(set(values))
    most = len(theme.STEPS)
    if len(distinct) <= most:
        return distinct
    low, high = distinct[0], distinct[-1]
    if all(value == int(value) for value in distinct):
        size = -(-(int(high) - int(low) + 1) // most)
        return [low + size * number for number in range(most) if low + size * number <= high]
    return [low + (high - low) * number / most for number in range(most)]


def step_of(value: float, thresholds: Sequence[float]) -> int:
    """Return the step of colour; fewer steps than there are leave the palest out."""
    place = max(number for number, least in enumerate(thresholds) if value >= least)
    return place + (len(thresholds) < len(theme.STEPS))


def step_keys(thresholds: Sequence[float], texts: Mapping[float, str]) -> list[Key]:
    """Return the entries of the legend: a colour each, with the least and largest value there.

    Args:
        thresholds: the least value of each step.
        texts: how each value is written.
    """
    keys = []
    for number, least in enumerate(thresholds):
        above = thresholds[number + 1] if number + 1 < len(thresholds) else None
        inside = sorted(v for v in texts if v >= least and (above is None or v < above))
        if inside:
            label = texts[inside[0]]
            if inside[-1] != inside[0]:
                label += f"–{texts[inside[-1]]}"
            color = theme.STEPS[step_of(least, thresholds)][0]
            keys.append(Key(label, color, "square"))
    return keys


def _keys(thresholds: Sequence[float], cells: Sequence[Cell], words: Words) -> list[Key]:
    keys = step_keys(thresholds, {cell.value: cell.text for cell in cells})
    if any(cell.uncertain for cell in cells):
        keys.append(Key(words.uncertain, theme.AMBER, "square", dashed=True, hollow=True))
    return [*keys, Key(words.empty, theme.GREY, area=8)]


def _grid(
    canvas: Canvas, columns: Sequence[Node], groups: Sequence[Group], words: Words, top: float
) -> _Grid:
    kind = canvas.type
    labels = [node.label for group in groups for node in group.nodes]
    usual = theme.NARROW if canvas.narrow else theme.WIDE
    room = widest([*labels, words.total], kind.size, most=usual * _LABEL_SHARE)
    count = max(1, len(columns) + (1 if words.total else 0))
    wide = min(92.0, (canvas.width - room - _PAD) / count)
    if not canvas.narrow:  # what is left over goes to the labels
        room = min(
            canvas.width - _PAD - wide * count, widest(labels, kind.size, most=canvas.width * 0.55)
        )
    upright = _is_upright(columns, words, kind, wide)
    if upright:
        lines = max((len(_head_lines(n.label, kind, wide)) for n in columns), default=1)
        tall = lines * kind.small * 1.25 + 6
    else:
        most = 250 if canvas.narrow else 230
        tall = widest([n.label for n in columns] + [words.total], kind.small, most=most) + 6
    places = {node.key: number for number, node in enumerate(columns)}
    return _Grid(room + _PAD, top + tall, wide, 26 if canvas.narrow else 32, places)


def _head_lines(label: str, kind: Type, wide: float) -> list[str]:
    return wrap(label, kind.small, wide - 6, _HEAD_LINES)


def _turned_lines(kind: Type, wide: float) -> int:
    """Return how many lines of a turned label have room side by side."""
    return max(1, min(3, int((wide - 2) / (kind.small * 1.25))))


def _is_upright(columns: Sequence[Node], words: Words, kind: Type, wide: float) -> bool:
    """Tell whether the labels of the columns have room without being turned or cut."""
    for label in [*(node.label for node in columns), words.total]:
        lines = _head_lines(label, kind, wide)
        if any(width(word, kind.small) > wide - 6 for word in label.split()):
            return False
        if lines[-1].endswith("…") and not label.endswith("…"):
            return False
    return True


def _draw_heads(
    canvas: Canvas, columns: Sequence[Node], grid: _Grid, words: Words, top: float
) -> None:
    kind = canvas.type
    small = Type(kind.small, kind.small)
    upright = _is_upright(columns, words, kind, grid.wide)
    total = [Node("", words.total)] if words.total else []
    texts: list[Spec] = []
    for number, node in enumerate([*columns, *total]):
        middle = grid.x + (number + 0.5) * grid.wide
        more = {"href": node.href, "tooltip": node.says or node.label}
        if upright:
            lines = len(_head_lines(node.label, kind, grid.wide))
            y = grid.top - 6 - lines * small.line / 2
            texts += block(small, node.label, middle, y, grid.wide - 6, _HEAD_LINES, **more)
        else:
            room = grid.top - top - 6
            lines_ = wrap(node.label, kind.small, room, _turned_lines(kind, grid.wide))
            first = middle - (len(lines_) - 1) * small.line / 2
            texts += [
                {"x": first + place * small.line, "y": grid.top - 5, "text": line, "limit": room,
                 **more}
                for place, line in enumerate(lines_)
            ]  # fmt: skip
    turned = {} if upright else {"angle": -90, "align": "left"}
    canvas.text("column-labels", texts, **{"align": "center", "fontSize": kind.small,
                                           "fontWeight": theme.BOLD, **turned})  # fmt: skip


def _draw_rows(
    canvas: Canvas, groups: Sequence[Group], cells: Sequence[Cell], grid: _Grid, words: Words
) -> tuple[dict[str, float], float]:
    """Draw labels, lines and the sums of groups; return the top of each row, and the bottom."""
    kind, room, most = canvas.type, grid.x - _PAD, 5 if canvas.narrow else 2
    labels: list[Spec] = []
    bands: list[Spec] = []
    headings: list[Spec] = []
    sums: list[Spec] = []
    lines: list[Spec] = []
    rows: dict[str, float] = {}
    y = grid.top
    for group in groups:
        if group.label:
            small = Type(kind.small, kind.small)
            count = len(wrap(group.label, small.size, room - 6, most))
            tall = max(grid.tall, count * small.line + 8)
            bands.append({"y": y + 2, "height": tall - 4})
            headings += block(small, group.label, 6, y + tall / 2, room - 6, most,
                              tooltip=group.label)  # fmt: skip
            sums += _sums(group, cells, grid, y + (tall - grid.tall) / 2, words)
            y += tall
        for node in group.nodes:
            more = {"href": node.href, "tooltip": node.says or node.label}
            tall = max(grid.tall, len(wrap(node.label, kind.size, room, most)) * kind.line + 6)
            lines.append({"y": y})
            rows[node.key] = y + (tall - grid.tall) / 2
            labels += block(kind, node.label, room, y + tall / 2, room, most, **more)
            y += tall
    canvas.add("rule", "row-lines", lines, ("y",), x=0, x2=canvas.width, stroke=theme.FAINT)
    canvas.add("rect", "group-bands", bands, ("y", "height"), x=0, width=canvas.width,
               fill=theme.FAINT, cornerRadius=3)  # fmt: skip
    canvas.text("group-labels", headings, fontSize=kind.small, fontWeight=theme.BOLD)
    canvas.text("group-sums", sums, align="center", fontSize=kind.small, fontWeight=theme.BOLD)
    canvas.text("row-labels", labels, align="right")
    return rows, y


def _sums(group: Group, cells: Sequence[Cell], grid: _Grid, y: float, words: Words) -> list[Spec]:
    keys = {node.key for node in group.nodes}
    found: dict[str, float] = defaultdict(float)
    for cell in cells:
        if cell.row in keys:
            found[cell.column] += cell.value
    texts = [
        {"x": grid.left(column) + grid.wide / 2, "y": y + grid.tall / 2, "text": plain(value),
         "limit": grid.wide}
        for column, value in sorted(found.items())
    ]  # fmt: skip
    if words.total and found:
        x = grid.x + (len(grid.columns) + 0.5) * grid.wide
        texts.append({"x": x, "y": y + grid.tall / 2, "text": plain(sum(found.values())),
                      "limit": grid.wide})  # fmt: skip
    return texts


def plain(value: float) -> str:
    """Return a sum as text: whole numbers without a point."""
    return str(int(value)) if value == int(value) else f"{value:.4g}"


def _draw_cells(
    canvas: Canvas,
    cells: Sequence[Cell],
    columns: Sequence[Node],
    rows: Mapping[str, float],
    grid: _Grid,
    thresholds: Sequence[float],
) -> None:
    filled = {(cell.row, cell.column) for cell in cells}
    gaps = [
        {"x": grid.left(node.key) + grid.wide / 2, "y": y + grid.tall / 2}
        for row, y in rows.items()
        for node in columns
        if (row, node.key) not in filled
    ]
    canvas.add("symbol", "gaps", gaps, ("x", "y"), shape="circle", size=6, fill=theme.GREY)
    boxes: list[Spec] = []
    texts: list[Spec] = []
    for cell in cells:
        color, ink = theme.STEPS[step_of(cell.value, thresholds)]
        x, y = grid.left(cell.column), rows[cell.row]
        more = {"href": cell.href, "tooltip": cell.says}
        boxes.append({
            "x": x + 1.5, "y": y + 1.5, "fill": color, **more,
            "stroke": theme.AMBER if cell.uncertain else color,
            "strokeDash": [4, 2] if cell.uncertain else [],
        })  # fmt: skip
        text = cell.text + ("?" if cell.uncertain else "")
        texts.append({"x": x + grid.wide / 2, "y": y + grid.tall / 2 + 0.5, "fill": ink,
                      "text": fit(text, canvas.type.small, grid.wide - 2),
                      "limit": grid.wide, **more})  # fmt: skip
    fields = ("x", "y", "fill", "stroke", "strokeDash", "href", "tooltip")
    canvas.add("rect", "cells", boxes, fields, width=grid.wide - 3, height=grid.tall - 3,
               cornerRadius=3, strokeWidth=2)  # fmt: skip
    canvas.text(
        "cell-texts", texts, align="center", fontSize=canvas.type.small, fontWeight=theme.BOLD
    )


def _draw_totals(
    canvas: Canvas,
    columns: Sequence[Node],
    rows: Mapping[str, float],
    cells: Sequence[Cell],
    grid: _Grid,
    words: Words,
    bottom: float,
) -> float:
    of_row: dict[str, float] = defaultdict(float)
    of_column: dict[str, float] = defaultdict(float)
    for cell in cells:
        of_row[cell.row] += cell.value
        of_column[cell.column] += cell.value
    last = grid.x + (len(columns) + 0.5) * grid.wide
    middle = bottom + grid.tall / 2
    texts = [
        {"x": last, "y": y + grid.tall / 2, "text": plain(of_row[row])} for row, y in rows.items()
    ]
    texts += [
        {"x": grid.left(node.key) + grid.wide / 2, "y": middle, "text": plain(of_column[node.key])}
        for node in columns
    ]
    texts.append({"x": last, "y": middle, "text": plain(sum(of_row.values()))})
    room = grid.x - _PAD
    text = fit(words.total, canvas.type.small, room)
    label = [{"x": room, "y": middle, "text": text, "limit": room}]
    canvas.add("rule", "total-line", [{"y": bottom}], ("y",), x=0, x2=canvas.width,
               stroke=theme.LINE)  # fmt: skip
    canvas.text("totals", [{**text, "limit": grid.wide} for text in texts], align="center",
                fill=theme.SOFT, fontSize=canvas.type.small)  # fmt: skip
    canvas.text("total-label", label, align="right", fill=theme.SOFT,
                fontSize=canvas.type.small)  # fmt: skip
    return bottom + grid.tall
