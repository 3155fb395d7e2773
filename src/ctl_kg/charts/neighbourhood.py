"""What stands around one thing: what leads to it on the left, where it leads to on the right.

Neighbours stand in groups, one per property. On a small screen they stand below the centre, as
branches of one stem. There are at most :data:`MOST`; each group says how many more it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ctl_kg.charts import theme
from ctl_kg.charts.picture import Canvas, Datum, Head, Node, Picture, Spec, Type, block
from ctl_kg.charts.text import fit, wrap

MOST = 24  # neighbours in one picture
_CENTRE = 250  # width of its box
_ARROW = 60  # area of an arrow's head
_INDENT = 26  # of a branch on a small screen


@dataclass(frozen=True)
class Branch:
    """The neighbours by one property; ``more`` says how many are left out, in words."""

    label: str
    nodes: tuple[Node, ...]
    more: str = ""


def shared_out(counts: Sequence[int], most: int = MOST) -> list[int]:
    """Return how many neighbours each group may show so that no group is starved.

    >>> shared_out([1, 100, 3], 10)
    [1, 6, 3]
    """
    shown = [0] * len(counts)
    left = most
    while left and any(s < c for s, c in zip(shown, counts, strict=True)):
        for number, count in enumerate(counts):
            if left and shown[number] < count:
                shown[number] += 1
                left -= 1
    return shown


def neighbourhood(
    centre: Node,
    incoming: Sequence[Branch],
    outgoing: Sequence[Branch],
    head: Head,
    *,
    narrow: bool = False,
) -> Picture:
    """Return the picture of what stands around a thing.

    Args:
        centre: the thing.
        incoming: groups of what leads to it.
        outgoing: groups of where it leads to.
        head: title, description and language.
        narrow: for a small screen.
    """
    canvas = Canvas(theme.NARROW if narrow else theme.WIDE, narrow=narrow)
    incoming = [branch for branch in incoming if branch.nodes or branch.more]
    outgoing = [branch for branch in outgoing if branch.nodes or branch.more]
    marked = sum(len(branch.nodes) for branch in (*incoming, *outgoing))
    if narrow:
        bottom = _stem(canvas, centre, incoming, outgoing)
    else:
        bottom = _sides(canvas, centre, incoming, outgoing)
    return canvas.finish(bottom, head, marked)


@dataclass(frozen=True)
class _Placed:
    """A branch with the heights of its label and of its neighbours."""

    branch: Branch
    label: float
    middles: tuple[float, ...]
    rest: float


def _place(kind: Type, branches: Sequence[Branch], room: float) -> tuple[list[_Placed], float]:
    """Return branches from top to bottom, beginning at 0, and their height."""
    placed = []
    y = 0.0
    for branch in branches:
        label = y + kind.small * 0.8
        y += kind.small * 1.6
        middles = []
        for node in branch.nodes:
            tall = len(wrap(node.label, kind.size, room, 2)) * kind.line + 6
            middles.append(y + tall / 2)
            y += tall
        rest = y + kind.small * 0.7
        y += (kind.small * 1.4 if branch.more else 0.0) + 14
        placed.append(_Placed(branch, label, tuple(middles), rest))
    return placed, max(0.0, y - 14)


def _sides(
    canvas: Canvas, centre: Node, incoming: Sequence[Branch], outgoing: Sequence[Branch]
) -> float:
    kind = canvas.type
    room = canvas.width * 0.29
    sides = [_place(kind, branches, room) for branches in (incoming, outgoing)]
    tall = max(100.0, *(height for _, height in sides)) + 8
    middle = tall / 2
    labels: list[Spec] = []
    lines: list[Datum] = []
    for (placed, height), is_left in zip(sides, (True, False), strict=True):
        top = (tall - height) / 2
        edge = room if is_left else canvas.width - room
        near = edge + 10 if is_left else edge - 10
        box = (canvas.width - _CENTRE) / 2 if is_left else (canvas.width + _CENTRE) / 2
        _texts(canvas, placed, top, edge, room, "right" if is_left else "left", labels)
        ends = [top + each for branch in placed for each in branch.middles]
        ports = _spread(len(ends), middle, 7.0)
        for y, port in zip(ends, ports, strict=True):
            lines.append(_link(near, y, box, port, is_left=is_left))
    _draw_links(canvas, lines)
    _draw_centre(canvas, centre, (canvas.width - _CENTRE) / 2, middle, _CENTRE, len(lines))
    canvas.text("neighbours", [t for t in labels if t["layer"] == "name"])
    _draw_labels(canvas, labels)
    return tall


def _spread(count: int, middle: float, step: float) -> list[float]:
    return [middle + (number - (count - 1) / 2) * step for number in range(count)]


def _link(near: float, y: float, box: float, port: float, *, is_left: bool) -> Datum:
    """Return a line between a neighbour and the centre, with the head where it leads."""
    half = (near + box) / 2
    tip = box - 5 if is_left else near - 5
    begin, end = ((near, y), (tip - 3, port)) if is_left else ((box, port), (tip - 3, y))
    path = (
        f"M{begin[0]:.1f},{begin[1]:.1f}C{half:.1f},{begin[1]:.1f},"
        f"{half:.1f},{end[1]:.1f},{end[0]:.1f},{end[1]:.1f}"
    )
    return {"path": path, "x": tip, "y": port if is_left else y, "angle": 90}


def _texts(
    canvas: Canvas,
    placed: Sequence[_Placed],
    top: float,
    edge: float,
    room: float,
    align: str,
    into: list[Spec],
) -> None:
    kind = canvas.type
    for each in placed:
        common = {"align": align, "limit": room}
        label = fit(each.branch.label, kind.small, room)
        into.append({"x": edge, "y": top + each.label, "text": label, "layer": "label", **common})
        for node, middle in zip(each.branch.nodes, each.middles, strict=True):
            more = {"href": node.href, "tooltip": node.says or node.label, "align": align}
            into += block(kind, node.label, edge, top + middle, room, 2, layer="name", **more)
        if each.branch.more:
            rest = fit(each.branch.more, kind.small, room)
            into.append({"x": edge, "y": top + each.rest, "text": rest, "layer": "rest", **common})


def _draw_labels(canvas: Canvas, labels: Sequence[Spec]) -> None:
    small = canvas.type.small
    canvas.text("properties", [t for t in labels if t["layer"] == "label"], fontSize=small,
                fontWeight=theme.BOLD, fill=theme.SOFT)  # fmt: skip
    canvas.text("rests", [t for t in labels if t["layer"] == "rest"], fontSize=small,
                fill=theme.SOFT)  # fmt: skip


def _draw_links(canvas: Canvas, lines: Sequence[Datum]) -> None:
    canvas.add("path", "links", lines, ("path",), stroke=theme.BLUE, strokeWidth=1.5)
    canvas.add("symbol", "arrows", lines, ("x", "y", "angle"), shape="triangle", size=_ARROW,
               fill=theme.BLUE)  # fmt: skip


def _draw_centre(
    canvas: Canvas, centre: Node, x: float, middle: float, wide: float, links: int
) -> None:
    kind = canvas.type
    lines = len(wrap(centre.label, kind.size, wide - 24, 4))
    tall = max(lines * kind.line + 20, min(links, MOST) * 7.0 + 16)
    box = [{"x": x, "y": middle - tall / 2, "width": wide, "height": tall}]
    canvas.add("rect", "centre", box, ("x", "y", "width", "height"), fill=theme.BLUE,
               cornerRadius=4)  # fmt: skip
    text = block(kind, centre.label, x + wide / 2, middle, wide - 24, 4)
    canvas.text("centre-label", text, align="center", fill=theme.PAPER, fontWeight=theme.BOLD)


def _stem(
    canvas: Canvas, centre: Node, incoming: Sequence[Branch], outgoing: Sequence[Branch]
) -> float:
    """Draw the neighbours as branches below the centre: arrows say which way they lead."""
    kind = canvas.type
    room = canvas.width - _INDENT - 14
    lines_of_centre = len(wrap(centre.label, kind.size, canvas.width - 24, 4))
    below = lines_of_centre * kind.line + 20
    _draw_centre(canvas, centre, 0, below / 2, canvas.width, 0)
    labels: list[Spec] = []
    links: list[Datum] = []
    x = 10.0
    y = below + 12
    for branches, leads_in in ((outgoing, False), (incoming, True)):
        placed, height = _place(kind, branches, room)
        _texts(canvas, placed, y, _INDENT + 14, room, "left", labels)
        for branch in placed:
            for middle in branch.middles:
                at = y + middle
                path = f"M{x:.1f},{at:.1f}L{_INDENT + 6:.1f},{at:.1f}"
                links.append({"path": path, "x": x + 6 if leads_in else _INDENT + 5, "y": at,
                              "angle": -90 if leads_in else 90})  # fmt: skip
        y += height + (16 if placed else 0)
    if links:
        last = max(float(each["y"]) for each in links)
        stem: Datum = {"path": f"M{x:.1f},{below:.1f}L{x:.1f},{last:.1f}"}
        canvas.add("path", "stem", [stem], ("path",), stroke=theme.BLUE, strokeWidth=1.5)
    _draw_links(canvas, links)
    canvas.text("neighbours", [t for t in labels if t["layer"] == "name"])
    _draw_labels(canvas, labels)
    return y


def cut(branches: Sequence[Branch], shown: Sequence[int], more: Sequence[str]) -> list[Branch]:
    """Return branches with as many neighbours as they may show, and what they say of the rest."""
    return [
        replace(branch, nodes=branch.nodes[:count], more=rest)
        for branch, count, rest in zip(branches, shown, more, strict=True)
    ]
