"""What a stock query is, once read: its texts, parameters and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Texts = Mapping[str, str]

# Names with a meaning of their own, which no parameter of a query may have: what the API reads
# from an address (``web/api_wishes``; ``lang`` is both), the arguments of the Python client, and
# what the address of a chart says beside the query's own parameters (``web/query_chart``).
RESERVED_PARAMETERS = (
    "page", "size", "columns", "sort", "filter", "evidence", "format", "cells",
)  # fmt: skip
CLIENT_ARGUMENTS = ("version", "filters", "page_size")
CHART_ARGUMENTS = ("query", "caption")
# What no column may be called: the list of rows in the JSON-LD of an answer.
RESERVED_COLUMNS = ("rows",)


@dataclass(frozen=True)
class Parameter:
    """One parameter: the variable that its ``VALUES`` line binds, and what it accepts."""

    name: str
    type: str
    label: Texts
    description: Texts
    default: str | None = None
    required: bool = False
    values: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of the answer, in projection order."""

    name: str
    type: str
    label: Texts
    description: Texts
    unit: str | None = None


@dataclass(frozen=True)
class View:
    """How the answer is best shown: a kind, and the columns that each of its channels draws."""

    kind: str = "table"
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def column(self, channel: str) -> str | None:
        """Return the column of a channel that has one at most."""
        return next(iter(self.channels.get(channel, ())), None)


@dataclass(frozen=True, eq=False)
class QueryFile:
    """A stock query; ``name`` is the file name without suffix and the slug of its IRI.

    Each is itself alone, so that what is worked out from one can be kept by it.
    ``version`` counts the changes of its contract: its parameters and its columns.
    """

    name: str
    title: Texts
    description: Texts
    question: Texts
    competency: str
    group: str
    view: View
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    form: str
    text: str
    version: int = 1

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)
