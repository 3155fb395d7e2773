"""What the templates of the stock queries are given: lists, forms, answers, embedded answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.chart_view import Chart
from ctl_kg.web.query_snippets import Snippet
from ctl_kg.web.views import CoverageNote, Link, Option, Table


@dataclass(frozen=True)
class ColumnHelp:
    """What a column of the answer means."""

    name: str
    label: str
    description: str
    unit: str


@dataclass(frozen=True)
class QueryCard:
    """A stock query in the list; ``view`` names how its answer is shown."""

    link: Link
    question: str
    view: str
    view_name: str
    words: str  # what the filter looks through


@dataclass(frozen=True)
class CardGroup:
    """The stock queries of one group; ``total`` counts them unfiltered."""

    key: str
    heading: str
    cards: tuple[QueryCard, ...]
    total: int


@dataclass(frozen=True)
class QueriesPage:
    """All stock queries: queries.html. ``asked`` is what they are filtered by."""

    template: ClassVar[str] = "queries.html"
    title: str
    description: str
    groups: tuple[CardGroup, ...]
    total: int
    shown: int
    asked: str
    action: str


@dataclass(frozen=True)
class QueryField:
    """One parameter in a form; options make it a list to choose from."""

    name: str
    label: str
    description: str
    value: str
    options: tuple[Option, ...] = ()
    is_multiple: bool = False
    is_long: bool = False
    required: bool = False
    kind: str = "text"
    step: str = ""
    minimum: str = ""
    maximum: str = ""
    error: str = ""


@dataclass(frozen=True)
class QueryPage:
    """A stock query with its form and its answer: query.html."""

    template: ClassVar[str] = "query.html"
    title: str
    name: str
    question: str
    description: str
    competency: str
    group: Link
    fields: tuple[QueryField, ...]
    columns: tuple[ColumnHelp, ...]
    sparql: str
    action: str
    try_it: str
    version: str
    base_iri: str
    chart: Chart | None = None
    table: Table | None = None
    graph_text: str = ""
    error: str = ""
    hint: str = ""
    downloads: tuple[Link, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    coverage: tuple[CoverageNote, ...] = ()


@dataclass(frozen=True)
class EmbedPage:
    """The answer of a stock query for a frame in another site: embed.html."""

    template: ClassVar[str] = "embed.html"
    title: str
    description: str
    source: Link
    version: str
    chart: Chart | None = None
    table: Table | None = None
    graph_text: str = ""
    error: str = ""
