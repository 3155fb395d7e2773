"""How a stock query's answer is best shown: the ``view`` of its header, checked.

A view is a kind and, for each of its channels, the columns that it is drawn from::

    view = { kind = "bar", x = "cluster", y = "networks" }

A column ``x`` that has a column ``xLabel`` beside it is drawn with that label. A view that is
only a text names a kind without channels, as files written before there were channels do: its
answer is shown as a table. Not here: drawing (``ctl_kg.charts``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from ctl_kg.sparql.query_model import Column, Parameter, View

NUMBERS = ("integer", "decimal", "double")
DATES = ("date", "date-time", "year", "year-month")
NAMES = ("iri", "string", "lang-string", "boolean", "language", "any", *DATES)


@dataclass(frozen=True)
class Channel:
    """What a view draws from a column: types it takes, and how many columns.

    ``parameters`` allows the name of a parameter in place of a column: the same in each row.
    """

    name: str
    types: tuple[str, ...]
    least: int = 1
    most: int = 1
    parameters: bool = False


CHANNELS: dict[str, tuple[Channel, ...]] = {
    "table": (),
    "bar": (
        Channel("x", NAMES),
        Channel("y", NUMBERS, most=4),
        Channel("color", NAMES, least=0),
    ),
    "matrix": (
        Channel("row", NAMES),
        Channel("column", NAMES),
        Channel("value", (*NAMES, *NUMBERS), least=0),
    ),
    # Each row is a path through its nodes; empty cells are passed over.
    "network": (Channel("path", NAMES, least=2, most=8, parameters=True),),
    "map": (
        Channel("place", ("iri",), least=0),
        Channel("latitude", ("latitude", *NUMBERS), least=0),
        Channel("longitude", ("longitude", *NUMBERS), least=0),
        Channel("wkt", ("wkt",), least=0),
        Channel("label", NAMES, least=0),
    ),
    "timeline": (
        Channel("label", NAMES),
        Channel("start", DATES),
        Channel("end", DATES, least=0),
        Channel("color", NAMES, least=0),
    ),
}
VIEWS = tuple(CHANNELS)
# A map needs one of these.
_PLACES = (("place",), ("latitude", "longitude"), ("wkt",))

Fail = Callable[[str, str], NoReturn]


def read_view(
    value: object, columns: Sequence[Column], parameters: Sequence[Parameter], fail: Fail
) -> View:
    """Return the view that a header asks for.

    Args:
        value: of the key ``view``: a text, or a table with ``kind`` and a key per channel.
        columns: of the query.
        parameters: of the query.
        fail: called with a message and a hint for a view that cannot be drawn.
    """
    if isinstance(value, str):
        value = {"kind": value}
        bare = True
    else:
        bare = False
    if not isinstance(value, dict):
        fail("'view' is no text and no table", _example())
    kind = value.get("kind")
    if kind not in CHANNELS:
        fail(f"unknown view '{kind}'", "Use one of " + ", ".join(VIEWS) + ".")
    if bare:
        return View(kind)
    known = {channel.name: channel for channel in CHANNELS[kind]}
    for name in value:
        if name != "kind" and name not in known:
            fail(f"the view '{kind}' has no channel '{name}'", _takes(kind))
    types = {each.name: each.type for each in columns}
    asked = {each.name: each.type for each in parameters}
    channels = {}
    for channel in known.values():
        names = _names(kind, channel, value.get(channel.name, []), fail)
        for name in names:
            _check_type(kind, channel, name, types, asked, fail)
        if names:
            channels[channel.name] = names
    if kind == "map" and not any(all(n in channels for n in place) for place in _PLACES):
        fail("the view 'map' has no place", "Give place, wkt, or latitude and longitude.")
    return View(kind, channels)


def _names(kind: str, channel: Channel, value: object, fail: Fail) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        fail(f"'{channel.name}' of the view is no column and no list of columns", _example())
    if not channel.least <= len(names) <= channel.most:
        few = len(names) < channel.least
        fail(
            f"the view '{kind}' needs {'at least' if few else 'at most'} "
            f"{channel.least if few else channel.most} for '{channel.name}'",
            _takes(kind),
        )
    return tuple(names)


def _check_type(
    kind: str,
    channel: Channel,
    name: str,
    columns: dict[str, str],
    parameters: dict[str, str],
    fail: Fail,
) -> None:
    found = columns.get(name) or (parameters.get(name) if channel.parameters else None)
    if found is None:
        allowed = [*columns, *(parameters if channel.parameters else ())]
        fail(f"'{channel.name}' of the view names no column: '{name}'",
             "Columns: " + ", ".join(allowed) + ".")  # fmt: skip
    if found not in channel.types:
        fail(
            f"'{channel.name}' of the view '{kind}' cannot be drawn from '{name}', of type {found}",
            "It takes " + ", ".join(channel.types) + ".",
        )


def _takes(kind: str) -> str:
    parts = [f"{c.name}{'' if c.least else ' (optional)'}" for c in CHANNELS[kind]]
    return "It takes " + ", ".join(parts) + "." if parts else "It takes none."


def _example() -> str:
    return 'Write { kind = "bar", x = "…", y = "…" }.'
