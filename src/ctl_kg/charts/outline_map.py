"""Points on outlines: numbered marks, and a list that says what stands where.

Names on a small map would lie upon one another, so a mark has a number and the names stand in a
list beside it (below it on a small screen). Marks that would overlap become one, with the range
of their numbers. Areas may be shaded by what they count. Outlines and points are in WGS 84 and
drawn in the Mercator projection, as web maps are; north is up.

Source: RFC 7946 (GeoJSON), J. P. Snyder, Map Projections: A Working Manual (1987), p. 38.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctl_kg.charts import theme
from ctl_kg.charts.heat_map import step_keys, step_of, steps
from ctl_kg.charts.picture import Canvas, Head, Key, Node, Picture, Spec, block, legend
from ctl_kg.charts.text import fit, width, wrap

_MARK = 22  # height of a mark
_MARGIN = 14
_MOST_LATITUDE = 85.0


@dataclass(frozen=True)
class Point:
    """A place: longitude and latitude in degrees, its name, and a line below the name."""

    node: Node
    longitude: float
    latitude: float
    note: str = ""
    series: int = 0


@dataclass(frozen=True)
class Area:
    """What an outline counts: a number above 0 and how it is written; its name, and a short one."""

    node: Node
    value: float
    text: str
    short: str = ""


@dataclass(frozen=True)
class Shading:
    """The areas to shade by ``id`` of their feature, and what they count, for the legend."""

    title: str
    areas: Mapping[str, Area]


@dataclass(frozen=True)
class _Mark:
    """Points that are shown as one: where, and their numbers in the list, from 1."""

    x: float
    y: float
    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        first, last = self.numbers[0], self.numbers[-1]
        return str(first) if first == last else f"{first}–{last}"


def outline_map(
    points: Sequence[Point],
    outlines: Mapping[str, Any],
    series: Sequence[str],
    head: Head,
    *,
    shading: Shading | None = None,
    narrow: bool = False,
) -> Picture:
    """Return the picture of points on outlines.

    Args:
        points: from west to east they are numbered.
        outlines: a GeoJSON FeatureCollection of polygons; the first text among ``label`` and
            ``name`` of a feature's properties names it when it is pointed at.
        series: names of the series; several have a legend, and a colour and frame each.
        head: title, description and language.
        shading: what areas count; a point ``at`` in a feature's properties is where its short
            name stands.
        narrow: for a small screen.
    """
    canvas = Canvas(theme.NARROW if narrow else theme.WIDE, narrow=narrow)
    top = _draw_legends(canvas, series, shading)
    map_wide = float(canvas.width) if narrow else canvas.width * 0.58
    rings = list(_rings(outlines))
    frame = _frame(rings, points, map_wide, 420.0 if narrow else 640.0)
    _draw_outlines(canvas, outlines, frame, top, shading)
    marks, ordered = _marks(points, frame, top)
    if shading is not None:
        _draw_short_names(canvas, outlines, frame, top, shading, marks)
    _draw_marks(canvas, marks, ordered)
    if narrow:
        bottom = _draw_list(canvas, ordered, 0, top + frame.height + 10, canvas.width)
    else:
        start = map_wide + 24
        bottom = _draw_list(canvas, ordered, start, top, canvas.width - start)
    return canvas.finish(max(bottom, top + frame.height) + 4, head, len(points))


@dataclass(frozen=True)
class _Frame:
    """From degrees to pixels: scale, offsets, and the height that the map takes."""

    scale: float
    x: float
    y: float
    height: float

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        east, south = _projected(longitude, latitude)
        return self.x + self.scale * east, self.y + self.scale * south


def _projected(longitude: float, latitude: float) -> tuple[float, float]:
    bounded = max(-_MOST_LATITUDE, min(_MOST_LATITUDE, latitude))
    south = -math.log(math.tan(math.pi / 4 + math.radians(bounded) / 2))
    return math.radians(longitude), south


def _rings(outlines: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    for feature in outlines.get("features", ()):
        yield from _feature_rings(feature)


def _feature_rings(feature: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    geometry = feature.get("geometry") or {}
    found = geometry.get("coordinates", ())
    if geometry.get("type") == "Polygon":
        yield from found
    elif geometry.get("type") == "MultiPolygon":
        for polygon in found:
            yield from polygon


def _frame(
    rings: Sequence[Sequence[Sequence[float]]],
    points: Sequence[Point],
    wide: float,
    most_tall: float,
) -> _Frame:
    corners = [_projected(each[0], each[1]) for ring in rings for each in ring]
    corners += [_projected(point.longitude, point.latitude) for point in points]
    if not corners:
        corners = [(0.0, 0.0)]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    north, south = min(c[1] for c in corners), max(c[1] for c in corners)
    across, down = max(east - west, 1e-6), max(south - north, 1e-6)
    scale = min((wide - 2 * _MARGIN) / across, (most_tall - 2 * _MARGIN) / down)
    left = (wide - scale * across) / 2 - scale * west
    return _Frame(scale, left, _MARGIN - scale * north, scale * down + 2 * _MARGIN)


def _draw_legends(canvas: Canvas, series: Sequence[str], shading: Shading | None) -> float:
    """Draw what colours and shapes mean, and return where the rest begins."""
    top = 0.0
    if len(series) > 1:
        keys = [Key(name, theme.SERIES[n % len(theme.SERIES)], theme.SHAPES[n % len(theme.SHAPES)])
                for n, name in enumerate(series)]  # fmt: skip
        top = legend(canvas, keys, 0, 0, canvas.width) + 8
    if shading is not None and shading.areas:
        kind = canvas.type
        texts = {area.value: area.text for area in shading.areas.values()}
        keys = step_keys(steps(list(texts)), texts)
        title = fit(shading.title, kind.small, canvas.width * 0.6)
        left = width(title, kind.small) + 14
        middle = top + kind.small * 0.85
        canvas.text("shading-title", [{"x": 0, "y": middle, "text": title, "limit": left}],
                    fontSize=kind.small, fill=theme.SOFT)  # fmt: skip
        top += legend(canvas, keys, left, top, canvas.width - left, name="shading") + 8
    return top


def _draw_outlines(
    canvas: Canvas,
    outlines: Mapping[str, Any],
    frame: _Frame,
    top: float,
    shading: Shading | None,
) -> None:
    areas = shading.areas if shading else {}
    thresholds = steps([area.value for area in areas.values()])
    rows: list[Spec] = []
    for feature in outlines.get("features", ()):
        parts = []
        for ring in _feature_rings(feature):
            places = [frame.place(each[0], each[1]) for each in ring]
            parts.append("M" + "L".join(f"{x:.1f},{y + top:.1f}" for x, y in places) + "Z")
        if not parts:
            continue
        area = areas.get(str(feature.get("id", "")))
        names = feature.get("properties") or {}
        says = next((str(names[key]) for key in ("label", "name") if names.get(key)), "")
        row: Spec = {"path": "".join(parts), "tooltip": says, "fill": theme.FAINT, "href": ""}
        if area is not None:
            row["fill"] = theme.STEPS[step_of(area.value, thresholds)][0]
            row |= {"tooltip": area.node.says or f"{says}: {area.text}", "href": area.node.href}
        rows.append(row)
    canvas.add("path", "outlines", rows, ("path", "tooltip", "fill", "href"),
               stroke=theme.GREY, strokeWidth=0.8)  # fmt: skip


def _draw_short_names(
    canvas: Canvas,
    outlines: Mapping[str, Any],
    frame: _Frame,
    top: float,
    shading: Shading,
    marks: Sequence[_Mark],
) -> None:
    """Draw the short names of areas, where no mark stands."""
    thresholds = steps([area.value for area in shading.areas.values()])
    size = canvas.type.small
    rows: list[Spec] = []
    for feature in outlines.get("features", ()):
        at = (feature.get("properties") or {}).get("at")
        area = shading.areas.get(str(feature.get("id", "")))
        if at is None or area is None or not area.short:
            continue
        x, y = frame.place(at[0], at[1])
        wide = width(area.short, size)
        near = min(((abs(each.x - x) - _wide(len(each.numbers)) / 2 - wide / 2,
                     abs(each.y - y - top) - _MARK / 2 - size / 2) for each in marks),
                   key=max, default=(1.0, 1.0))  # fmt: skip
        if max(near) > 0:
            ink = theme.STEPS[step_of(area.value, thresholds)][1]
            rows.append({"x": x, "y": y + top, "text": area.short, "limit": wide + 1, "fill": ink})
    canvas.text("area-names", rows, align="center", fontSize=size)


def _marks(points: Sequence[Point], frame: _Frame, top: float) -> tuple[list[_Mark], list[Point]]:
    """Return marks that do not overlap, and the points in the order of their numbers."""
    heaps: list[list[Point]] = []
    for point in sorted(points, key=lambda p: (p.longitude, p.latitude, p.node.label, p.node.key)):
        heaps.append([point])
    merged = True
    while merged:  # one pass may bring marks together that were apart before it
        merged = False
        for number, heap in enumerate(heaps):
            near = [h for h in heaps[number + 1 :] if _overlap(heap, h, frame)]
            if near:
                heap += [point for each in near for point in each]
                heaps = [h for h in heaps if not any(h is each for each in near)]
                merged = True
                break
    ordered: list[Point] = []
    marks = []
    for heap in heaps:
        heap.sort(key=lambda p: (p.longitude, p.latitude, p.node.label, p.node.key))
        x, y = _centre(heap, frame)
        numbers = tuple(range(len(ordered) + 1, len(ordered) + 1 + len(heap)))
        marks.append(_Mark(x, y + top, numbers))
        ordered += heap
    return marks, ordered


def _centre(heap: Sequence[Point], frame: _Frame) -> tuple[float, float]:
    places = [frame.place(point.longitude, point.latitude) for point in heap]
    return (
        sum(x for x, _ in places) / len(places),
        sum(y for _, y in places) / len(places),
    )


def _overlap(one: Sequence[Point], other: Sequence[Point], frame: _Frame) -> bool:
    x, y = _centre(one, frame)
    x2, y2 = _centre(other, frame)
    return abs(x - x2) < _wide(len(one)) / 2 + _wide(len(other)) / 2 and abs(y - y2) < _MARK + 2


def _wide(count: int) -> float:
    """Return the width of a mark for some numbers of up to two digits."""
    return _MARK + 2 if count == 1 else 2 * _MARK + 6


def _draw_marks(canvas: Canvas, marks: Sequence[_Mark], points: Sequence[Point]) -> None:
    boxes: list[Spec] = []
    texts: list[Spec] = []
    for each in marks:
        inside = [points[number - 1] for number in each.numbers]
        alike = len({point.series for point in inside}) == 1
        color = theme.SERIES[inside[0].series % len(theme.SERIES)] if alike else theme.INK
        wide = max(_MARK, width(each.text, 13) + 12)
        more = {"tooltip": "\n".join(point.node.says or point.node.label for point in inside),
                "href": inside[0].node.href if len(inside) == 1 else ""}  # fmt: skip
        boxes.append({"x": each.x - wide / 2, "y": each.y - _MARK / 2, "width": wide,
                      "fill": color, **more})  # fmt: skip
        texts.append({"x": each.x, "y": each.y + 0.5, "text": each.text, "limit": wide, **more})
    canvas.add(
        "rect",
        "places",
        boxes,
        ("x", "y", "width", "fill", "tooltip", "href"),
        height=_MARK,
        cornerRadius=_MARK / 2,
        stroke=theme.PAPER,
        strokeWidth=1.5,
    )
    canvas.text("place-numbers", texts, align="center", fill=theme.PAPER, fontSize=13,
                fontWeight=theme.BOLD)  # fmt: skip


def _draw_list(canvas: Canvas, points: Sequence[Point], x: float, top: float, room: float) -> float:
    """Draw the list of names, and return its bottom."""
    kind = canvas.type
    numbers: list[Spec] = []
    names: list[Spec] = []
    notes: list[Spec] = []
    shapes: list[Spec] = []
    several = len({point.series for point in points}) > 1
    indent = width("00", kind.size) + (22 if several else 8)
    y = top + 4
    for number, point in enumerate(points, start=1):
        lines = len(wrap(point.node.label, kind.size, room - indent, 2))
        more = {"tooltip": point.node.says or point.node.label, "href": point.node.href}
        numbers.append({"x": x, "y": y + kind.line / 2, "text": str(number), "limit": indent})
        if several:
            series = point.series
            shapes.append({"x": x + indent - 12, "y": y + kind.line / 2,
                           "shape": theme.SHAPES[series % len(theme.SHAPES)],
                           "fill": theme.SERIES[series % len(theme.SERIES)]})  # fmt: skip
        middle = y + lines * kind.line / 2
        names += block(kind, point.node.label, x + indent, middle, room - indent, 2, **more)
        y += lines * kind.line
        if point.note:
            text = fit(point.note, kind.small, room - indent)
            notes.append({"x": x + indent, "y": y + kind.small * 0.55, "text": text,
                          "limit": room - indent})  # fmt: skip
            y += kind.small * 1.2
        y += 6
    canvas.text("list-numbers", numbers, fill=theme.SOFT, fontWeight=theme.BOLD)
    canvas.add("symbol", "list-shapes", shapes, ("x", "y", "shape", "fill"), size=60)
    canvas.text("list-names", names)
    canvas.text("list-notes", notes, fill=theme.SOFT, fontSize=kind.small)
    return y
