"""Quantities by category as horizontal bars: one series, several side by side, or stacked.

Categories are labels of any length, so bars lie and labels stand before them (above them on a
small screen). A series has a colour and a shape; numbers stand at or in the bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctl_kg.charts import theme
from ctl_kg.charts.picture import (
    Canvas,
    Head,
    Key,
    Node,
    Picture,
    Spec,
    block,
    legend,
    mark,
)
from ctl_kg.charts.text import widest, width, wrap

_AXIS = 46  # room for the axis below, with its title
_END = 10  # after the longest number
_EDGE = 12.0  # beside the plot on a small screen, for half a number of the axis


@dataclass(frozen=True)
class Amount:
    """A number and how it is written; ``says`` is shown when its bar is pointed at."""

    value: float
    text: str
    says: str = ""


@dataclass(frozen=True)
class Bars:
    """A category with an amount per series; None where there is none."""

    category: Node
    amounts: tuple[Amount | None, ...]


@dataclass(frozen=True)
class _Segment:
    """One bar: from which value to which, and where it stands."""

    bars: Bars
    series: int
    amount: Amount
    start: float
    y: float
    height: float


def bars(
    rows: Sequence[Bars],
    series: Sequence[str],
    axis_title: str,
    head: Head,
    *,
    stacked: bool = False,
    narrow: bool = False,
) -> Picture:
    """Return the picture of quantities by category.

    Args:
        rows: from top to bottom.
        series: their names, in the order of the amounts; at most six have a colour of their own.
        axis_title: what the numbers count, with their unit.
        head: title, description and language.
        stacked: whether the series of a category follow one another on one line.
        narrow: for a small screen.
    """
    canvas = Canvas(theme.NARROW if narrow else theme.WIDE, narrow=narrow)
    top = 0.0
    if len(series) > 1:
        keys = [Key(name, _color(n), _shape(n)) for n, name in enumerate(series)]
        top = legend(canvas, keys, 0, 0, canvas.width) + 8
    labels = [row.category.label for row in rows]
    room = canvas.width if narrow else widest(labels, canvas.type.size, most=canvas.width * 0.4)
    left = _EDGE if narrow else room + 10
    segments, bottom = _layout(canvas, rows, room, top, stacked=stacked)
    domain = _domain(segments, stacked=stacked)
    right = canvas.width - _label_room(canvas, segments, stacked=stacked)
    _draw_plot(canvas, segments, domain, (left, top, right, bottom), axis_title)
    _draw_numbers(canvas, segments, domain, (left, right), stacked=stacked)
    return canvas.finish(bottom + _AXIS, head, len(segments))


def _color(series: int) -> str:
    return theme.SERIES[series % len(theme.SERIES)]


def _shape(series: int) -> str:
    return theme.SHAPES[series % len(theme.SHAPES)]


def _layout(
    canvas: Canvas, rows: Sequence[Bars], room: float, top: float, *, stacked: bool
) -> tuple[list[_Segment], float]:
    """Draw the labels, and return the bars with the bottom of the last."""
    kind = canvas.type
    texts: list[Spec] = []
    segments: list[_Segment] = []
    y = top
    for row in rows:
        present = [n for n, amount in enumerate(row.amounts) if amount is not None]
        thick = 20 if stacked or len(row.amounts) == 1 else 14
        bars_tall = thick if stacked else thick * max(1, len(present))
        lines = len(wrap(row.category.label, kind.size, room, 2))
        more = {"href": row.category.href, "tooltip": row.category.says or row.category.label}
        if canvas.narrow:
            middle = y + lines * kind.line / 2 + 4
            texts += block(kind, row.category.label, 0, middle, room, 2, **more)
            start = y + lines * kind.line + 6
            y = start + bars_tall + 4
        else:
            tall = max(bars_tall, lines * kind.line) + 10
            texts += block(kind, row.category.label, room, y + tall / 2, room, 2, **more)
            start = y + (tall - bars_tall) / 2
            y += tall
        segments += _segments(row, present, start, thick, stacked=stacked)
    canvas.text("categories", texts, align="left" if canvas.narrow else "right")
    return segments, y


def _segments(
    row: Bars, present: Sequence[int], start: float, thick: float, *, stacked: bool
) -> list[_Segment]:
    found = []
    above = below = 0.0
    for place, number in enumerate(present):
        amount = row.amounts[number]
        assert amount is not None
        if not stacked:
            found.append(
                _Segment(
                    row, number, amount, 0.0, start + place * thick, thick - (len(present) > 1)
                )
            )
            continue
        begin = above if amount.value >= 0 else below
        found.append(_Segment(row, number, amount, begin, start, thick))
        if amount.value >= 0:
            above += amount.value
        else:
            below += amount.value
    return found


def _domain(segments: Sequence[_Segment], *, stacked: bool) -> tuple[float, float]:
    ends = [each.start + each.amount.value if stacked else each.amount.value for each in segments]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    return (low, high) if high > low else (0.0, 1.0)


def _label_room(canvas: Canvas, segments: Sequence[_Segment], *, stacked: bool) -> float:
    """Return the room after the longest bar: for its number."""
    texts = [_total(segments, each.bars) if stacked else each.amount.text for each in segments]
    return max((width(text, canvas.type.small) for text in texts), default=0.0) + _END + 8


def _total(segments: Sequence[_Segment], row: Bars) -> str:
    """Return the sum of a row as it is written, if all its numbers are whole."""
    values = [amount.value for amount in row.amounts if amount is not None]
    total = sum(values)
    return f"{int(total)}" if total == int(total) else f"{total:.4g}"


def _draw_plot(
    canvas: Canvas,
    segments: Sequence[_Segment],
    domain: tuple[float, float],
    box: tuple[float, float, float, float],
    axis_title: str,
) -> None:
    left, top, right, bottom = box
    rows: list[Spec] = [
        {
            "from": each.start, "to": each.start + each.amount.value, "y": each.y - top,
            "height": each.height, "fill": _color(each.series), "href": each.bars.category.href,
            "tooltip": each.amount.says or f"{each.bars.category.label}\n{each.amount.text}",
        }
        for each in segments
    ]  # fmt: skip
    canvas.data("bars", rows)
    are_whole = all(float(each.amount.value).is_integer() for each in segments)
    axis = {
        "orient": "bottom", "scale": "amount", "grid": not canvas.narrow, "title": axis_title,
        "tickCount": 4 if canvas.narrow else 8, "titleLimit": right - left, "domain": False,
        "format": ",d" if are_whole and domain[1] - domain[0] < 1e6 else ",~s",
        **({"tickMinStep": 1} if are_whole else {}),
    }  # fmt: skip
    canvas.group({
        "name": "plot",
        "encode": {"enter": {"x": {"value": left}, "y": {"value": top},
                             "width": {"value": right - left}, "height": {"value": bottom - top}}},
        "scales": [{"name": "amount", "type": "linear", "domain": list(domain),
                    "range": [0, right - left], "zero": True}],
        "axes": [axis],
        "marks": [mark(
            "rect", "bars", ("y", "height", "fill", "href", "tooltip"), None,
            x={"scale": "amount", "field": "from"}, x2={"scale": "amount", "field": "to"},
            stroke=theme.PAPER, strokeWidth=1,
        )],
    })  # fmt: skip


def _draw_numbers(
    canvas: Canvas,
    segments: Sequence[_Segment],
    domain: tuple[float, float],
    sides: tuple[float, float],
    *,
    stacked: bool,
) -> None:
    """Write numbers after the bars, and in the parts of stacked ones; mark the series."""
    left, right = sides
    scale = (right - left) / (domain[1] - domain[0])
    kind = canvas.type
    texts: list[Spec] = []
    symbols: list[Spec] = []
    ends: dict[int, tuple[float, float, str]] = {}
    several = any(each.series for each in segments)
    for each in segments:
        begin = left + (each.start - domain[0]) * scale
        end = left + (each.start + each.amount.value - domain[0]) * scale
        middle = each.y + each.height / 2
        ink = theme.ON_SERIES[each.series % len(theme.ON_SERIES)]
        long = abs(end - begin)
        shaped = several and long >= 14
        if shaped:
            symbols.append({"x": min(begin, end) + 8, "y": middle, "shape": _shape(each.series),
                            "fill": ink})  # fmt: skip
        if not stacked:
            texts.append({"x": max(begin, end) + 5, "y": middle, "text": each.amount.text,
                          "limit": canvas.width, "fill": theme.INK, "align": "left"})  # fmt: skip
            continue
        room = long - (18 if shaped else 4)
        if width(each.amount.text, kind.small) <= room:
            texts.append({"x": max(begin, end) - 5, "y": middle, "text": each.amount.text,
                          "limit": room, "fill": ink, "align": "right"})  # fmt: skip
        key = id(each.bars)
        ends[key] = (max(end, *ends.get(key, (0.0,))[:1]), middle, _total(segments, each.bars))
    texts += [
        {"x": x + 5, "y": y, "text": text, "limit": canvas.width, "fill": theme.INK,
         "align": "left"}
        for x, y, text in ends.values()
    ]  # fmt: skip
    canvas.add("symbol", "series-shapes", symbols, ("x", "y", "shape", "fill"), size=42)
    canvas.text("numbers", texts, fontSize=kind.small, fontWeight=theme.BOLD)
