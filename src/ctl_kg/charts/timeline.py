"""Events and intervals on a line of time: one row each, in the order of their beginnings.

An event is a shape, an interval a bar; what is uncertain is hollow and dashed. Moments are dates
of the proleptic Gregorian calendar; an interval ends where its last day ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

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
from ctl_kg.charts.text import fit, widest, wrap

_AXIS = 28
_LEAST = 4.0  # pixels of the shortest interval
_EDGE = 14.0  # beside the plot on a small screen, for half a year of the axis


@dataclass(frozen=True)
class Span:
    """Something that happened: its name, its first and last day (None for an event), its series.

    ``when`` is the time in words, as precisely as it is known.
    """

    node: Node
    start: date
    end: date | None
    when: str
    series: int = 0
    uncertain: bool = False


@dataclass(frozen=True)
class Words:
    """Texts of the legend: the series in order, and what hollow and dashed means."""

    series: tuple[str, ...]
    uncertain: str


def timeline(spans: Sequence[Span], words: Words, head: Head, *, narrow: bool = False) -> Picture:
    """Return the picture of events and intervals, the earliest at the top.

    Args:
        spans: in any order.
        words: texts of the legend.
        head: title, description and language.
        narrow: for a small screen: names stand above their bars.
    """
    canvas = Canvas(theme.NARROW if narrow else theme.WIDE, narrow=narrow)
    ordered = sorted(
        spans, key=lambda s: (s.start, s.end or s.start, s.node.label.casefold(), s.node.key)
    )
    top = legend(canvas, _keys(words, ordered), 0, 0, canvas.width) + _AXIS + 8
    names = [span.node.label for span in ordered]
    whens = [span.when for span in ordered]
    when_room = widest(whens, canvas.type.small, most=canvas.width * (0.5 if narrow else 0.17))
    room = canvas.width if narrow else widest(names, canvas.type.size, most=canvas.width * 0.36)
    left = _EDGE if narrow else room + 12
    right = canvas.width - (_EDGE if narrow else when_room + 12)
    tops, bottom = _labels(canvas, ordered, room, when_room, top)
    _draw_plot(canvas, ordered, tops, (left, top, right, bottom))
    return canvas.finish(bottom + _AXIS, head, len(ordered))


def _keys(words: Words, spans: Sequence[Span]) -> list[Key]:
    used = sorted({span.series for span in spans})
    keys = []
    if len(words.series) > 1:
        keys = [Key(words.series[n], theme.SERIES[n % len(theme.SERIES)],
                    theme.SHAPES[n % len(theme.SHAPES)]) for n in used]  # fmt: skip
    if any(span.uncertain for span in spans):
        keys.append(Key(words.uncertain, theme.SOFT, dashed=True, hollow=True))
    return keys


def _labels(
    canvas: Canvas, spans: Sequence[Span], room: float, when_room: float, top: float
) -> tuple[list[float], float]:
    """Draw names and times; return the middle of each row's bar, and the bottom."""
    kind = canvas.type
    names: list[Spec] = []
    whens: list[Spec] = []
    middles: list[float] = []
    y = top
    for span in spans:
        more = {"href": span.node.href, "tooltip": span.node.says or span.node.label}
        if canvas.narrow:
            lines = len(wrap(span.node.label, kind.size, room, 2))
            names += block(kind, span.node.label, 0, y + 4 + lines * kind.line / 2, room, 2, **more)
            y += lines * kind.line + 6
            whens.append({"x": 0, "y": y + kind.small * 0.6, "align": "left"})
            y += kind.small * 1.3
            middles.append(y + 8)
            y += 20
        else:
            lines = len(wrap(span.node.label, kind.size, room, 2))
            tall = max(26.0, lines * kind.line + 6)
            names += block(kind, span.node.label, room, y + tall / 2, room, 2, **more)
            whens.append({"x": canvas.width, "y": y + tall / 2, "align": "right"})
            middles.append(y + tall / 2)
            y += tall
        whens[-1] |= {"text": fit(span.when, kind.small, when_room), "limit": when_room}
    canvas.text("names", names, align="left" if canvas.narrow else "right")
    canvas.text("times", whens, fontSize=kind.small, fill=theme.SOFT)
    return middles, y


def _moment(day: date, *, after: int = 0) -> int:
    """Return a day's first moment in milliseconds of Unix time, or that of a later day."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=after)
    return int(moment.timestamp()) * 1000


def _end(span: Span) -> date:
    """Return the last day; the calendar ends with the year 9999."""
    return min(max(span.end or span.start, span.start), date(9999, 12, 30))


@dataclass(frozen=True)
class _Plot:
    """The box of the plot, and the time from its left to its right edge."""

    left: float
    top: float
    right: float
    bottom: float
    first: int
    last: int

    def wide(self, start: int, end: int) -> float:
        return (end - start) / (self.last - self.first) * (self.right - self.left)


def _plot(spans: Sequence[Span], box: tuple[float, float, float, float]) -> _Plot:
    first = min((_moment(span.start) for span in spans), default=0)
    last = max((_moment(_end(span), after=1) for span in spans), default=1)
    margin = max(86_400_000 * 30, (last - first) // 40)
    return _Plot(*box, first - margin, last + margin)


def _draw_plot(
    canvas: Canvas,
    spans: Sequence[Span],
    middles: Sequence[float],
    box: tuple[float, float, float, float],
) -> None:
    plot = _plot(spans, box)
    intervals: list[Spec] = []
    symbols: list[Spec] = []
    several = len({span.series for span in spans}) > 1
    for span, middle in zip(spans, middles, strict=True):
        color = theme.SERIES[span.series % len(theme.SERIES)]
        shape = theme.SHAPES[span.series % len(theme.SHAPES)]
        start = _moment(span.start)
        row: Spec = {
            "start": start, "y": middle - plot.top, "stroke": color,
            "fill": theme.PAPER if span.uncertain else color,
            "strokeDash": [3, 2] if span.uncertain else [],
            "href": span.node.href, "tooltip": span.node.says or f"{span.node.label}\n{span.when}",
        }  # fmt: skip
        if span.end is None:
            symbols.append(row | {"shape": shape, "size": 110, "right": 0})
            continue
        end = _moment(_end(span), after=1)
        wide = plot.wide(start, end)
        intervals.append(row | {"end": end, "wide": max(_LEAST, wide)})
        if several and wide > 18:
            inside = {"fill": color if span.uncertain else theme.PAPER, "stroke": None}
            symbols.append(row | inside | {"shape": shape, "size": 42, "right": 9})
    canvas.add("rect", "tracks", [{"y": y} for y in middles] if canvas.narrow else [],
               x=plot.left, width=plot.right - plot.left, yc={"field": "y"}, height=14,
               fill=theme.FAINT, cornerRadius=2)  # fmt: skip
    _add_group(canvas, plot, intervals, symbols)


def _add_group(
    canvas: Canvas, plot: _Plot, intervals: Sequence[Spec], symbols: Sequence[Spec]
) -> None:
    """Add the plot with its scale, its axes above and below, and its marks."""
    start = {"scale": "time", "field": "start"}
    fields: tuple[str, ...]
    marks = []
    if intervals:
        canvas.data("intervals", intervals)
        fields = ("fill", "stroke", "strokeDash", "href", "tooltip")
        # A short interval of a long time would not be seen without a least width.
        marks.append(
            mark(
                "rect",
                "intervals",
                fields,
                None,
                x=start,
                width={"field": "wide"},
                yc={"field": "y"},
                height=14,
                strokeWidth=1.5,
                cornerRadius=2,
            )
        )
    if symbols:
        canvas.data("events", symbols)
        fields = ("y", "shape", "size", "fill", "stroke", "strokeDash", "href", "tooltip")
        marks.append(mark("symbol", "events", fields, None,
                          x={**start, "offset": {"field": "right"}}, strokeWidth=1.6))  # fmt: skip
    wide, tall = plot.right - plot.left, plot.bottom - plot.top
    axis = {"scale": "time", "tickCount": 4 if canvas.narrow else 10, "domain": False}
    box = {"x": plot.left, "y": plot.top, "width": wide, "height": tall}
    canvas.group({
        "name": "plot",
        "encode": {"enter": {name: {"value": value} for name, value in box.items()}},
        "scales": [{"name": "time", "type": "utc", "domain": [plot.first, plot.last],
                    "range": [0, wide]}],
        "axes": [{**axis, "orient": "top", "grid": not canvas.narrow},
                 {**axis, "orient": "bottom"}],
        "marks": marks,
    })  # fmt: skip
