"""What the pages of the endpoint, of the stock queries and of the API are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import CoverageNote, Link, Option, QueryGroup, Table


@dataclass(frozen=True)
class Explanation:
    """Why an answer is empty; ``steps`` are patterns and whether each matches on its own."""

    message: str
    line: int | None = None
    pattern: str = ""
    suggestions: tuple[Link, ...] = ()
    steps: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class SparqlView:
    """The form of the endpoint, with an answer if a query was sent: sparql.html."""

    template: ClassVar[str] = "sparql.html"
    title: str
    query: str
    table: Table | None
    boolean: bool | None
    graph_text: str
    left_out: int
    why_empty: str
    explanation: Explanation | None
    error: str
    hint: str
    line: int | None
    downloads: tuple[Link, ...]
    examples: tuple[Link, ...]


@dataclass(frozen=True)
class Field:
    """One parameter in a form; options make it a list to choose from."""

    name: str
    label: str
    description: str
    value: str
    options: tuple[Option, ...]
    required: bool
    kind: str
    error: str


@dataclass(frozen=True)
class ColumnHelp:
    """What a column of the answer means."""

    name: str
    label: str
    description: str
    unit: str


@dataclass(frozen=True)
class QueryView:
    """A stock query with its form and its answer: query.html."""

    template: ClassVar[str] = "query.html"
    title: str
    name: str
    question: str
    description: str
    competency: str
    group: str
    fields: tuple[Field, ...]
    columns: tuple[ColumnHelp, ...]
    table: Table | None
    graph_text: str
    error: str
    hint: str
    downloads: tuple[Link, ...]
    sparql: str
    action: str
    try_it: str
    coverage: tuple[CoverageNote, ...] = ()


@dataclass(frozen=True)
class QueriesView:
    """All stock queries: queries.html."""

    template: ClassVar[str] = "queries.html"
    title: str
    groups: tuple[QueryGroup, ...]
    total: int


@dataclass(frozen=True)
class ApiView:
    """The API for people: api.html. ``description`` is the address of the OpenAPI document."""

    template: ClassVar[str] = "api.html"
    title: str
    groups: tuple[QueryGroup, ...]
    description: str
    has_swagger: bool
    page_scripts: str
