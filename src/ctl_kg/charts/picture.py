"""What every picture is made with: its parts as plain data, and the frame of a specification.

All marks stand at positions that are worked out here, in the pixels of a box of known size, so a
page can keep the place free and no label can leave the box. Texts are data of the specification,
never part of an expression or of a signal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ctl_kg.charts import theme
from ctl_kg.charts.text import clean, fit, width, wrap

Spec: TypeAlias = dict[str, Any]
Datum: TypeAlias = Mapping[str, Any]

SCHEMA = "https://vega.github.io/schema/vega/v6.json"
# Channels of a text that may vary from one to the next.
_TEXT_CHANNELS = (
    "x", "y", "text", "limit", "fill", "fontSize", "fontWeight", "href", "tooltip", "align",
    "angle",
)  # fmt: skip
_LINE = 1.25  # heights of type from one line to the next
_TITLE_ABOVE, _NOTE_BELOW = 18, 12


@dataclass(frozen=True)
class Head:
    """What a picture is called, what it shows in words, and the language of its numbers."""

    title: str
    description: str
    language: str = "it"


@dataclass(frozen=True)
class Picture:
    """A specification with the size of its box in CSS pixels, and how many data it marks."""

    spec: Spec
    width: int
    height: int
    marked: int


@dataclass(frozen=True)
class Node:
    """Something with a name: ``href`` leads to it, ``says`` is shown when it is pointed at."""

    key: str
    label: str
    href: str = ""
    says: str = ""


@dataclass(frozen=True)
class Group:
    """Nodes that belong together, under a label (none if it is empty)."""

    label: str
    nodes: tuple[Node, ...]
    key: str = ""


@dataclass(frozen=True)
class Type:
    """Sizes of type for a width of picture."""

    size: int
    small: int

    @property
    def line(self) -> float:
        """From one line of full size to the next."""
        return self.size * _LINE


def type_for(narrow: bool) -> Type:
    """Return the sizes of type of a wide or a narrow picture."""
    if narrow:
        return Type(theme.NARROW_SIZE, theme.NARROW_SMALL)
    return Type(theme.SIZE, theme.SMALL)


class Canvas:
    """Collects the marks of one picture.

    Args:
        width: of the picture, in pixels.
        narrow: whether it is for a small screen.
    """

    def __init__(self, width: int, *, narrow: bool) -> None:
        self.width, self.narrow = width, narrow
        self.type = type_for(narrow)
        self._data: list[Spec] = []
        self._marks: list[Spec] = []
        self._signals: list[Spec] = []

    def signal(self, signal: Spec) -> None:
        """Add a signal."""
        self._signals.append(signal)

    def add(
        self,
        kind: str,
        name: str,
        rows: Sequence[Datum],
        fields: Sequence[str] = (),
        update: Mapping[str, Any] | None = None,
        **constants: Any,
    ) -> None:
        """Add one mark per datum.

        Args:
            kind: of mark, as Vega names it.
            name: of the mark and of its data.
            rows: the data; no mark is added if there are none.
            fields: channels that are read from the field of the same name.
            update: channels that depend on signals.
            constants: channels that are the same for all.
        """
        if rows:
            self._data.append({"name": name, "values": [dict(row) for row in rows]})
            self._marks.append(mark(kind, name, fields, update, **constants))

    def text(self, name: str, rows: Sequence[Datum], **constants: Any) -> None:
        """Add texts: each datum has ``x``, ``y``, ``text`` and ``limit``, and what else varies."""
        always: Spec = {"baseline": "middle", "font": theme.FONT, "fontSize": self.type.size}
        always |= {"fill": theme.INK, **constants}
        vary = (
            "x",
            "y",
            "text",
            "limit",
            "fill",
            "fontWeight",
            "href",
            "tooltip",
            "align",
            "angle",
        )
        fields = [each for each in vary if rows and each in rows[0]]
        self.add("text", name, rows, fields, **{k: v for k, v in always.items() if k not in fields})

    def group(self, spec: Spec) -> None:
        """Add a group with scales and axes of its own."""
        self._marks.append({"type": "group", "aria": False, **spec})

    def data(self, name: str, rows: Sequence[Datum]) -> None:
        """Add data that a group's marks are drawn from."""
        self._data.append({"name": name, "values": [dict(row) for row in rows]})

    def finish(self, height: float, head: Head, marked: int) -> Picture:
        """Return the picture."""
        spec = {
            "$schema": SCHEMA,
            "description": clean(head.description),
            "usermeta": {"title": clean(head.title), "language": head.language},
            "width": self.width,
            "height": round(height),
            "padding": 0,
            "autosize": "none",
            "config": theme.config(head.language, narrow=self.narrow),
            "signals": self._signals,
            "data": self._data,
            "marks": self._marks,
        }
        return Picture(_cleaned(spec), self.width, round(height), marked)


def mark(
    kind: str,
    name: str,
    fields: Sequence[str] = (),
    update: Mapping[str, Any] | None = None,
    **constants: Any,
) -> Spec:
    """Return a mark drawn from the data of the same name."""
    enter: Spec = {each: {"field": each} for each in fields}
    enter |= {
        channel: value if isinstance(value, dict) else {"value": value}
        for channel, value in constants.items()
    }
    if "href" in enter:
        enter["cursor"] = {"value": "pointer"}
    encode = {"enter": enter, **({"update": dict(update)} if update else {})}
    # The whole picture has one description, and a table beside it: its parts are not read out.
    return {"type": kind, "name": f"{name}-marks", "from": {"data": name}, "aria": False,
            "interactive": bool({"href", "tooltip"} & enter.keys()), "encode": encode}  # fmt: skip


def _cleaned(value: Any, name: str = "") -> Any:
    """Return data with every text in them cleaned; what is shown at the pointer keeps its lines."""
    if isinstance(value, dict):
        return {key: _cleaned(each, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each, name) for each in value]
    if isinstance(value, float):
        return round(value, 2) if abs(value) < 1e6 else value
    if not isinstance(value, str) or name in ("path", "description"):
        return value
    lines = value.split("\n") if name == "tooltip" else [value]
    return "\n".join(clean(line) for line in lines)


def block(
    canvas_type: Type, text: str, x: float, y: float, room: float, most: int = 2, **more: Any
) -> list[Spec]:
    """Return data for a text of several lines around a height; see :meth:`Canvas.text`."""
    lines = wrap(text, canvas_type.size, room, most)
    top = y - (len(lines) - 1) * canvas_type.line / 2
    return [
        {"x": x, "y": top + number * canvas_type.line, "text": line, "limit": room, **more}
        for number, line in enumerate(lines)
    ]


def with_caption(picture: Picture, note: str = "") -> Picture:
    """Return a picture with its title above and a note below, for use outside a page."""
    narrow = picture.width < theme.WIDE / 2
    kind = type_for(narrow)
    title_size = kind.size + (3 if narrow else 6)
    title = wrap(picture.spec["usermeta"]["title"], title_size, picture.width, 3)
    notes = wrap(note, kind.small, picture.width, 2) if clean(note) else []
    above = round(len(title) * title_size * _LINE) + _TITLE_ABOVE
    below = round(len(notes) * kind.small * _LINE) + _NOTE_BELOW if notes else 0
    common: Spec = {"baseline": "top", "limit": picture.width, "x": 0}
    texts = [
        {"y": number * title_size * _LINE - above, "text": line, "size": title_size,
         "weight": theme.BOLD, "color": theme.INK}
        for number, line in enumerate(title)
    ]  # fmt: skip
    texts += [
        {"y": picture.height + _NOTE_BELOW + number * kind.small * _LINE, "text": line,
         "size": kind.small, "weight": 400, "color": theme.SOFT}
        for number, line in enumerate(notes)
    ]  # fmt: skip
    channels: Spec = {"fontSize": {"field": "size"}, "fontWeight": {"field": "weight"},
                "fill": {"field": "color"}, "font": theme.FONT, **common}  # fmt: skip
    spec = {
        **picture.spec,
        "padding": {"left": 0, "right": 0, "top": above, "bottom": below},
        "data": [*picture.spec["data"], {"name": "caption", "values": _cleaned(texts)}],
        "marks": [*picture.spec["marks"], mark("text", "caption", ("y", "text"), **channels)],
    }
    return replace(picture, spec=spec, height=picture.height + above + below)


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a shape in a colour, filled or hollow, on a line or alone."""

    label: str
    color: str = theme.INK
    shape: str = "circle"
    line: bool = False
    dashed: bool = False
    hollow: bool = False
    area: float = 70  # of the shape, in square pixels


def legend(
    canvas: Canvas, keys: Sequence[Key], x: float, y: float, room: float, name: str = "legend"
) -> float:
    """Draw a legend from a corner, on as many lines as it takes, and return its height.

    A second one in the same picture needs a name of its own.
    """
    kind = canvas.type
    sample, gap, step = 38, 22, kind.small * 1.7
    left, line = x, 0
    symbols: list[Spec] = []
    strokes: list[Spec] = []
    texts: list[Spec] = []
    for key in keys:
        before = sample if key.line else 18
        label = fit(key.label, kind.small, room - before)
        wide = before + width(label, kind.small)
        if left > x and left + wide > x + room:
            left, line = x, line + 1
        middle = y + step / 2 + line * step
        if key.line:
            strokes.append({"x": left, "y": middle, "x2": left + sample - 14, "stroke": key.color,
                            "strokeDash": list(theme.DASH) if key.dashed else []})  # fmt: skip
        symbols.append({
            "x": left + (sample - 14 if key.line else 6), "y": middle, "shape": key.shape,
            "stroke": key.color, "fill": theme.PAPER if key.hollow else key.color,
            "strokeDash": [3, 2] if key.dashed and not key.line else [], "size": key.area,
        })  # fmt: skip
        texts.append({"x": left + before, "y": middle + 0.5, "text": label, "limit": room - before})
        left += wide + gap
    canvas.add("rule", f"{name}-lines", strokes, ("x", "y", "x2", "stroke", "strokeDash"),
               strokeWidth=2, y2={"field": "y"})  # fmt: skip
    fields = ("x", "y", "shape", "stroke", "fill", "strokeDash", "size")
    canvas.add("symbol", f"{name}-symbols", symbols, fields, strokeWidth=1.6)
    canvas.text(f"{name}-texts", texts, fontSize=kind.small, fill=theme.SOFT)
    return (line + 1) * step if keys else 0.0
