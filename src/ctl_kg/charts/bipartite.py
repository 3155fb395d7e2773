"""A network between two kinds of things: one left, the other right and in groups, ties between.

Every tie has a port of its own on both sides, so no two ties end at one point, and the height of
a node says how many ties it has. Pointing at a node or a tie lets the others step back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctl_kg.charts import theme
from ctl_kg.charts.ordering import ordered
from ctl_kg.charts.picture import (
    Canvas,
    Datum,
    Group,
    Head,
    Key,
    Node,
    Picture,
    Spec,
    Type,
    block,
    legend,
)
from ctl_kg.charts.text import widest, wrap

_BAR = 8  # width of a node
_GAP = 8  # between a node, its number of ties and its label
_COUNT = 20  # room for that number
_PORT, _NARROW_PORT = 10, 8  # from one tie of a node to the next


@dataclass(frozen=True)
class Tie:
    """A link from a node on the left to one on the right.

    ``role`` is the number of its role in the legend; ``uncertain`` ties are dashed.
    """

    left: str
    right: str
    role: int = 0
    uncertain: bool = False
    href: str = ""
    says: str = ""


@dataclass(frozen=True)
class Words:
    """Texts of the picture: the roles in order, and what a dashed tie means."""

    roles: tuple[str, ...]
    uncertain: str


@dataclass(frozen=True)
class _Place:
    """Where a node stands: the middle of its bar, its height, and the lines of its label."""

    node: Node
    middle: float
    height: float


@dataclass(frozen=True)
class _Columns:
    """The columns of the picture: edges of label areas and bars, in pixels."""

    left_room: float
    left_bar: float
    right_bar: float
    right_label: float
    right_room: float
    kind: float
    kind_room: float


def bipartite(
    left: Sequence[Node],
    right: Sequence[Group],
    ties: Sequence[Tie],
    words: Words,
    head: Head,
    *,
    narrow: bool = False,
) -> Picture:
    """Return the picture of a network between two kinds of things.

    Args:
        left: nodes from top to bottom.
        right: groups of nodes; their order follows the ties.
        ties: between them.
        words: texts of the legend.
        head: title, description and language.
        narrow: for a small screen: the labels of groups stand above them, not beside.
    """
    canvas = Canvas(theme.NARROW if narrow else theme.WIDE, narrow=narrow)
    left, groups = ordered(left, right, [(tie.left, tie.right) for tie in ties])
    columns = _columns(canvas, left, groups)
    keys = _keys(words, ties)
    top = legend(canvas, keys, 0, 0, canvas.width) + 12
    ports = _NARROW_PORT if narrow else _PORT
    degree = _degrees(ties)
    rights, headings, bottom = _right_places(canvas, groups, columns, degree, ports, top)
    lefts = _left_places(canvas, left, columns, degree, ports, (top, bottom))
    bottom = max([bottom, *(place.middle + place.height / 2 for place in lefts)])
    _draw_headings(canvas, headings, columns)
    _draw_ties(canvas, ties, lefts, rights, columns, ports)
    _draw_nodes(canvas, lefts, rights, columns, degree)
    return canvas.finish(bottom + 4, head, len(ties))


def _degrees(ties: Sequence[Tie]) -> Mapping[tuple[str, str], int]:
    """Return the number of ties by side and key."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for tie in ties:
        found["left", tie.left] += 1
        found["right", tie.right] += 1
    return found


def _columns(canvas: Canvas, left: Sequence[Node], groups: Sequence[Group]) -> _Columns:
    wide, size, small = canvas.width, canvas.type.size, canvas.type.small
    nodes = [node for group in groups for node in group.nodes]
    shares = (0.27, 0.36, 0.0) if canvas.narrow else (0.22, 0.31, 0.17)
    count = 0 if canvas.narrow else _COUNT
    left_room = widest([n.label for n in left], size, most=shares[0] * wide)
    right_room = widest([n.label for n in nodes], size, most=shares[1] * wide)
    kind_room = widest([g.label for g in groups], small, most=shares[2] * wide)
    kind = wide - kind_room
    right_label = kind - (2 * _GAP if kind_room > 1 else 0) - right_room
    right_bar = right_label - _GAP - count - _BAR
    return _Columns(
        left_room, left_room + _GAP + count, right_bar, right_label, right_room, kind, kind_room
    )


def _keys(words: Words, ties: Sequence[Tie]) -> list[Key]:
    """Return the legend: the roles and the dash, as far as they occur."""
    used = sorted({tie.role for tie in ties})
    keys = [
        Key(words.roles[role], color=_color(role), shape=_shape(role), line=True) for role in used
    ]
    if any(tie.uncertain for tie in ties):
        keys.append(Key(words.uncertain, theme.SOFT, line=True, dashed=True, hollow=True))
    return keys


def _color(role: int) -> str:
    return theme.SERIES[role % len(theme.SERIES)]


def _shape(role: int) -> str:
    return theme.SHAPES[role % len(theme.SHAPES)]


@dataclass(frozen=True)
class _Heading:
    """The label of a group, and where the group begins."""

    label: str
    top: float
    first: float  # the middle of its first node


def _height(canvas: Canvas, node: Node, room: float, degree: int, port: int) -> float:
    lines = len(wrap(node.label, canvas.type.size, room, _lines(canvas)))
    return max(lines * canvas.type.line, degree * port) + (8 if canvas.narrow else 7)


def _lines(canvas: Canvas) -> int:
    return 4 if canvas.narrow else 2


def _right_places(
    canvas: Canvas,
    groups: Sequence[Group],
    columns: _Columns,
    degree: Mapping[tuple[str, str], int],
    port: int,
    top: float,
) -> tuple[list[_Place], list[_Heading], float]:
    places: list[_Place] = []
    headings: list[_Heading] = []
    y = top
    for group in groups:
        start = y
        if canvas.narrow and group.label:
            y += canvas.type.line + 6
        first = 0.0
        for node in group.nodes:
            tall = _height(canvas, node, columns.right_room, degree["right", node.key], port)
            places.append(_Place(node, y + tall / 2, tall))
            first = first or y + tall / 2
            y += tall
        if not canvas.narrow and group.label:  # its label may need more lines than its nodes
            lines = len(wrap(group.label, canvas.type.small, columns.kind_room, 3))
            y = max(y, first + lines * canvas.type.small * 1.3)
        headings.append(_Heading(group.label, start, first))
        y += 5
    return places, headings, y


def _left_places(
    canvas: Canvas,
    left: Sequence[Node],
    columns: _Columns,
    degree: Mapping[tuple[str, str], int],
    port: int,
    between: tuple[float, float],
) -> list[_Place]:
    """Return the nodes spread over the height."""
    talls = [
        _height(canvas, node, columns.left_room, degree["left", node.key], port) for node in left
    ]
    top, bottom = between
    free = max(0.0, bottom - top - sum(talls)) / max(1, len(left))
    places = []
    y = top
    for node, tall in zip(left, talls, strict=True):
        places.append(_Place(node, y + (tall + free) / 2, tall))
        y += tall + free
    return places


def _draw_headings(canvas: Canvas, headings: Sequence[_Heading], columns: _Columns) -> None:
    small = Type(canvas.type.small, canvas.type.small)
    texts: list[Spec] = []
    lines = [{"x": columns.right_bar, "x2": canvas.width, "y": h.top - 2.5} for h in headings[1:]]
    for each in headings:
        if canvas.narrow and each.label:
            room = canvas.width - columns.right_bar
            middle = each.top + canvas.type.line / 2 + 2
            texts += block(small, each.label, columns.right_bar, middle, room, 1)
        elif each.label:
            count = len(wrap(each.label, small.size, columns.kind_room, 3))
            middle = each.first + (count - 1) * small.line / 2
            texts += block(small, each.label, columns.kind, middle, columns.kind_room, 3)
    canvas.add("rule", "group-lines", lines, ("x", "x2", "y"), stroke=theme.LINE)
    canvas.text("group-labels", texts, fontSize=small.size, fill=theme.SOFT,
                fontWeight=theme.BOLD if canvas.narrow else 400)  # fmt: skip


def _draw_ties(
    canvas: Canvas,
    ties: Sequence[Tie],
    lefts: Sequence[_Place],
    rights: Sequence[_Place],
    columns: _Columns,
    port: int,
) -> None:
    from_y = {place.node.key: place.middle for place in lefts}
    to_y = {place.node.key: place.middle for place in rights}
    starts = _ports(ties, from_y, lambda t: t.left, lambda t: to_y[t.right], port)
    ends = _ports(ties, to_y, lambda t: t.right, lambda t: from_y[t.left], port)
    x, x2 = columns.left_bar + _BAR, columns.right_bar
    rows: list[Datum] = []
    for number, tie in enumerate(ties):
        y, y2 = starts[number], ends[number]
        rows.append({
            "path": _curve(x, y, x2 - 5, y2),
            "stroke": _color(tie.role), "strokeDash": list(theme.DASH) if tie.uncertain else [],
            "x": x2 - 5, "y": y2, "shape": _shape(tie.role), "left": tie.left, "right": tie.right,
            "fill": theme.PAPER if tie.uncertain else _color(tie.role),
            "href": tie.href, "tooltip": tie.says,
        })  # fmt: skip
    canvas.signal(_POINTED)
    canvas.add("path", "ties", rows, ("path", "stroke", "strokeDash", "href", "tooltip"),
               {"opacity": _STEP_BACK}, strokeWidth=1.8)  # fmt: skip
    ends_ = [{name: value for name, value in row.items() if name != "path"} for row in rows]
    fields = ("x", "y", "shape", "stroke", "fill", "href", "tooltip")
    canvas.add("symbol", "tie-ends", ends_, fields, {"opacity": _STEP_BACK},
               size=48, strokeWidth=1.6)  # fmt: skip


def _curve(x: float, y: float, x2: float, y2: float) -> str:
    half = (x + x2) / 2
    return f"M{x:.1f},{y:.1f}C{half:.1f},{y:.1f},{half:.1f},{y2:.1f},{x2:.1f},{y2:.1f}"


# What is pointed at: the data of a tie or of a node, or nothing.
_POINTED: Spec = {
    "name": "pointed",
    "value": {},
    "on": [
        {"events": "@ties-marks:pointerover, @tie-ends-marks:pointerover, "
                   "@left-nodes-marks:pointerover, @right-nodes-marks:pointerover, "
                   "@left-labels-marks:pointerover, @right-labels-marks:pointerover",
         "update": "datum"},
        {"events": "pointerout", "update": "{}"},
    ],
}  # fmt: skip
_STEP_BACK: list[Spec] = [
    {
        "test": "(pointed.left && pointed.left !== datum.left) || "
                "(pointed.right && pointed.right !== datum.right)",
        "value": 0.12,
    },
    {"value": 1},
]  # fmt: skip


def _ports(
    ties: Sequence[Tie],
    middles: Mapping[str, float],
    own: object,
    other: object,
    port: int,
) -> list[float]:
    """Return the height at which each tie meets a side: in the order of its other ends."""
    assert callable(own)
    assert callable(other)
    of_node: dict[str, list[int]] = defaultdict(list)
    for number, tie in enumerate(ties):
        of_node[own(tie)].append(number)
    found = [0.0] * len(ties)
    for key, numbers in of_node.items():
        numbers.sort(key=lambda each: (other(ties[each]), ties[each].role, each))
        top = middles[key] - (len(numbers) - 1) * port / 2
        for place, number in enumerate(numbers):
            found[number] = top + place * port
    return found


def _draw_nodes(
    canvas: Canvas,
    lefts: Sequence[_Place],
    rights: Sequence[_Place],
    columns: _Columns,
    degree: Mapping[tuple[str, str], int],
) -> None:
    sides = (
        ("left", lefts, columns.left_bar, columns.left_room, columns.left_room, "right"),
        ("right", rights, columns.right_bar, columns.right_label, columns.right_room, "left"),
    )
    for side, places, bar, edge, room, align in sides:
        bars: list[Spec] = []
        counts: list[Spec] = []
        labels: list[Spec] = []
        for place in places:
            node, count = place.node, degree[side, place.node.key]
            tall = max(12.0, place.height - 8)
            more = {"tooltip": node.says or node.label, "href": node.href, side: node.key}
            ink = theme.INK if count else theme.SOFT
            bars.append({"x": bar, "y": place.middle - tall / 2, "height": tall,
                         "fill": theme.INK if count else theme.LINE, **more})  # fmt: skip
            x = bar - _GAP if side == "left" else bar + _BAR + _GAP
            counts.append({"x": x, "y": place.middle, "text": str(count), "limit": _COUNT})
            labels += block(canvas.type, node.label, edge, place.middle, room, _lines(canvas),
                            fill=ink, **more)  # fmt: skip
        canvas.add("rect", f"{side}-nodes", bars,
                   ("x", "y", "height", "fill", "tooltip", "href"), width=_BAR)  # fmt: skip
        canvas.text(f"{side}-counts", [] if canvas.narrow else counts, align=align, fill=theme.SOFT,
                    fontSize=canvas.type.small)  # fmt: skip
        canvas.text(
            f"{side}-labels", labels, align=align, fontWeight=theme.BOLD if side == "left" else 400
        )
