"""Paths through things in layers: each layer is a column of boxes, each step a line.

A step may pass over layers where a path has nothing: it keeps a place free there, so that no line
runs behind a box. Boxes stand where few lines cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ctl_kg.charts import theme
from ctl_kg.charts.ordering import Pair, by_middle, ordered
from ctl_kg.charts.picture import Canvas, Datum, Group, Head, Node, Picture, Spec, Type, block
from ctl_kg.charts.text import fit, wrap

_SHARE = 0.64  # of a layer's width that its boxes take
_LEAST_LAYER = 118.0  # pixels of a layer on a small screen: with many layers it is wider
_GAP = 8.0  # between boxes
_PASSAGE = 4.0  # height of the place that a passing line keeps free


@dataclass(frozen=True)
class Layer:
    """A column: what stands in it, and its nodes."""

    label: str
    nodes: tuple[Node, ...]


class _Passage(Node):
    """The place that a step keeps free in a layer that it passes."""


Step = tuple[tuple[int, str], tuple[int, str]]  # from and to: layer and key of a node


def layered(
    layers: Sequence[Layer], steps: Sequence[Step], head: Head, *, narrow: bool = False
) -> Picture:
    """Return the picture of steps between layers.

    Args:
        layers: from left to right, at least two.
        steps: between nodes of two layers, each once.
        head: title, description and language.
        narrow: for a small screen; more than three layers make the picture wider than that.
    """
    wide = theme.WIDE
    if narrow:
        wide = max(theme.NARROW, round(_LEAST_LAYER * len(layers)))
    canvas = Canvas(wide, narrow=narrow)
    threads = [_thread(step) for step in steps]
    columns = _ordered(_with_passages(layers, threads), [
        pair for thread in threads for pair in pairwise(thread)
    ])  # fmt: skip
    each = canvas.width / len(layers)
    box = each * _SHARE
    room = canvas.width - box - 2  # frames have a width, too
    lefts = [1 + number * room / max(1, len(layers) - 1) for number in range(len(layers))]
    top = _draw_heads(canvas, layers, lefts, box)
    middles, bottom = _places(canvas, columns, box, top)
    _draw_steps(canvas, threads, middles, lefts, box)
    _draw_boxes(canvas, columns, middles, lefts, box)
    return canvas.finish(bottom, head, len(steps))


def _thread(step: Step) -> list[tuple[int, str]]:
    """Return the places of a step: where it begins, one in each layer it passes, where it ends."""
    (first, key), (last, target) = step
    passed = [(layer, f"{first} {key} {last} {target}") for layer in range(first + 1, last)]
    return [(first, key), *passed, (last, target)]


def _with_passages(
    layers: Sequence[Layer], threads: Sequence[Sequence[tuple[int, str]]]
) -> list[Layer]:
    """Return the layers with a place kept free wherever a step passes."""
    more: dict[int, list[Node]] = defaultdict(list)
    for thread in threads:
        for layer, key in thread[1:-1]:
            more[layer].append(_Passage(key, ""))
    return [Layer(each.label, (*each.nodes, *more[n])) for n, each in enumerate(layers)]


def _ordered(layers: Sequence[Layer], steps: Sequence[Step]) -> list[list[Node]]:
    """Return the nodes of each layer in an order in which few steps cross."""
    between: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for (layer, key), (other, target) in steps:
        between[layer, other].append((key, target))
    first, second = ordered(layers[0].nodes, [Group("", layers[1].nodes)], between[0, 1])
    columns = [list(first), list(second[0].nodes if second else ())]
    for number in range(2, len(layers)):
        places: dict[str, list[int]] = defaultdict(list)
        for layer in range(number):
            index = {node.key: place for place, node in enumerate(columns[layer])}
            for key, target in between[layer, number]:
                places[target].append(index[key])
        columns.append(list(by_middle(layers[number].nodes, places)))
    return columns


def _draw_heads(
    canvas: Canvas, layers: Sequence[Layer], lefts: Sequence[float], box: float
) -> float:
    small = canvas.type.small
    texts = [
        {"x": left, "y": small * 0.8, "text": fit(layer.label, small, box), "limit": box}
        for layer, left in zip(layers, lefts, strict=True)
    ]
    canvas.text("layers", texts, fontSize=small, fontWeight=theme.BOLD, fill=theme.SOFT)
    return small * 1.9


def _lines(canvas: Canvas) -> int:
    return 4 if canvas.narrow else 3


def _text_type(canvas: Canvas) -> Type:
    return Type(canvas.type.small, canvas.type.small) if canvas.narrow else canvas.type


@dataclass(frozen=True)
class _Box:
    middle: float
    height: float


def _places(
    canvas: Canvas, columns: Sequence[Sequence[Node]], box: float, top: float
) -> tuple[list[dict[str, _Box]], float]:
    """Return the place of each node; the shorter columns are spread over the height."""
    kind = _text_type(canvas)
    talls = [
        [
            _PASSAGE
            if isinstance(n, _Passage)
            else len(wrap(n.label, kind.size, box - 14, _lines(canvas))) * kind.line + 10
            for n in nodes
        ]
        for nodes in columns
    ]
    height = max(sum(some) + _GAP * len(some) for some in talls)
    found = []
    for nodes, some in zip(columns, talls, strict=True):
        free = (height - sum(some)) / max(1, len(some))
        y = top
        places = {}
        for node, tall in zip(nodes, some, strict=True):
            places[node.key] = _Box(y + (tall + free) / 2, tall)
            y += tall + free
        found.append(places)
    return found, top + height + 4


def _draw_steps(
    canvas: Canvas,
    threads: Sequence[Sequence[tuple[int, str]]],
    middles: Sequence[Mapping[str, _Box]],
    lefts: Sequence[float],
    box: float,
) -> None:
    rows: list[Datum] = []
    for thread in threads:
        (layer, key), (last, target) = thread[0], thread[-1]
        x, y = lefts[layer] + box, middles[layer][key].middle
        path = f"M{x:.1f},{y:.1f}"
        for other, place in thread[1:]:
            x2, y2 = lefts[other] - (8 if other == last else 0), middles[other][place].middle
            half = (x + x2) / 2
            path += f"C{half:.1f},{y:.1f},{half:.1f},{y2:.1f},{x2:.1f},{y2:.1f}"
            x, y = lefts[other] + box, y2
            path += "" if other == last else f"H{x:.1f}"
        end = {"x": lefts[last] - 5, "y": middles[last][target].middle}
        rows.append({"path": path, **end, "from": key, "to": target})
    canvas.add("path", "steps", rows, ("path",), stroke=theme.BLUE, strokeWidth=1.5, opacity=0.75)
    ends = [{"x": row["x"], "y": row["y"]} for row in rows]
    canvas.add("symbol", "step-ends", ends, ("x", "y"), shape="triangle-right", size=50,
               fill=theme.BLUE)  # fmt: skip


def _draw_boxes(
    canvas: Canvas,
    columns: Sequence[Sequence[Node]],
    middles: Sequence[Mapping[str, _Box]],
    lefts: Sequence[float],
    box: float,
) -> None:
    kind = _text_type(canvas)
    boxes: list[Spec] = []
    texts: list[Spec] = []
    for nodes, places, left in zip(columns, middles, lefts, strict=True):
        for node in (each for each in nodes if not isinstance(each, _Passage)):
            place = places[node.key]
            more = {"href": node.href, "tooltip": node.says or node.label}
            boxes.append({"x": left, "y": place.middle - place.height / 2,
                          "height": place.height, **more})  # fmt: skip
            texts += block(
                kind, node.label, left + 7, place.middle, box - 14, _lines(canvas), **more
            )
    canvas.add("rect", "boxes", boxes, ("x", "y", "height", "href", "tooltip"), width=box,
               fill=theme.PAPER, stroke=theme.GREY, cornerRadius=4)  # fmt: skip
    canvas.text("box-texts", texts, fontSize=kind.size)
