"""What a stock query is: the descriptions that ``/api/queries`` gives, as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Choice:
    """A value that a parameter takes, and its name."""

    value: str
    label: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of a stock query; ``choices`` is None where any value of the type will do."""

    name: str
    type: str
    label: str
    description: str
    required: bool
    default: str | None
    choices: tuple[Choice, ...] | None
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of an answer; columns of a SPARQL query have a name only."""

    name: str
    type: str = ""
    label: str = ""
    description: str = ""
    unit: str | None = None


@dataclass(frozen=True)
class StockQuery:
    """A stock query; ``links`` are the server's addresses of its page, text and formats.

    ``view`` says how its answer is best shown, ``channels`` which columns each part of that draws.
    """

    name: str
    version: int
    title: str
    question: str
    description: str
    group: str
    competency: str
    view: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    links: Mapping[str, str]
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def query_of(entry: Mapping[str, Any]) -> StockQuery:
    """Return a query from its entry in ``/api/queries``."""
    texts = ("name", "title", "question", "description", "group", "competency", "view")
    return StockQuery(
        **{name: str(entry.get(name, "")) for name in texts},
        version=int(entry["version"]),
        parameters=tuple(map(_parameter_of, entry["parameters"])),
        columns=columns_of(entry["columns"]),
        links=dict(entry["links"]),
        channels={name: tuple(each) for name, each in entry.get("channels", {}).items()},
    )


def columns_of(entries: list[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return columns from their entries."""
    return tuple(
        Column(
            each["name"], each["type"], each["label"], each["description"], each.get("unit")
        )
        for each in entries
    )  # fmt: skip


def _parameter_of(entry: Mapping[str, Any]) -> Parameter:
    allowed = entry.get("allowed")
    return Parameter(
        name=entry["name"],
        type=entry["type"],
        label=entry["label"],
        description=entry["description"],
        required=bool(entry["required"]),
        default=_text(entry.get("default")),
        choices=None if allowed is None
        else tuple(Choice(each["value"], each["label"]) for each in allowed),
        minimum=_text(entry.get("minimum")),
        maximum=_text(entry.get("maximum")),
        pattern=_text(entry.get("pattern")),
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
