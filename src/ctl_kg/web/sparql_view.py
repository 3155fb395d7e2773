"""What the page of the SPARQL endpoint is given: sparql.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import Link, Option, Table


@dataclass(frozen=True)
class Explanation:
    """Why an answer is empty; ``steps`` are patterns and whether each matches on its own."""

    message: str
    line: int | None = None
    pattern: str = ""
    suggestions: tuple[Link, ...] = ()
    steps: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class ExampleGroup:
    """Stock queries to begin with; the value of an option is the name of the query."""

    heading: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class SparqlPage:
    """The form of the endpoint, with an answer if a query was sent.

    ``error_line`` and ``error_column`` are where the query is wrong, from 1; 0 if that is not
    known. ``has_query`` tells that the answer of the form's query is asked for.
    """

    template: ClassVar[str] = "sparql.html"
    title: str
    description: str
    query: str
    version: str
    base_iri: str
    examples: tuple[ExampleGroup, ...]
    has_query: bool = False
    table: Table | None = None
    boolean: bool | None = None
    graph_text: str = ""
    left_out: int = 0
    why_empty: str = ""
    explanation: Explanation | None = None
    error: str = ""
    hint: str = ""
    detail: str = ""
    error_line: int = 0
    error_column: int = 0
    downloads: tuple[Link, ...] = ()
