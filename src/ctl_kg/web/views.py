"""What each template is given: one frozen dataclass per template, and their parts.

Plain values only: no store, no request. Addresses are ready to stand in ``href``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True)
class Link:
    """A text that may lead somewhere; ``language`` only where it is not the page's."""

    text: str
    href: str | None = None
    language: str | None = None
    title: str = ""


@dataclass(frozen=True)
class Mark:
    """The mark behind a statement that says where it comes from."""

    text: str
    href: str | None
    title: str
    kind: str  # passage, editorial, derived, ontology …


@dataclass(frozen=True)
class Value:
    """One value of a property, or one cell of a table."""

    link: Link
    note: str = ""
    marks: tuple[Mark, ...] = ()
    numeric: bool = False
    inferred: str = ""  # the certainty in words, where it is not plainly stated


@dataclass(frozen=True)
class Pager:
    """Where one is in a long list."""

    page: int
    pages: int
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class Alternate:
    """The same document in another format."""

    name: str
    media_type: str
    href: str


@dataclass(frozen=True)
class HeadLink:
    """A typed link in the head of a page, as in its ``Link`` header."""

    rel: str
    href: str
    media_type: str


@dataclass(frozen=True)
class Table:
    """A result as a table; ``total`` counts the rows that there are, shown or not."""

    headers: tuple[Link, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: int


@dataclass(frozen=True)
class Entry:
    """One member of a list."""

    link: Link
    note: str


@dataclass(frozen=True)
class ListView:
    """What stands in a folder: list.html."""

    template: ClassVar[str] = "list.html"
    title: str
    description: str
    entries: tuple[Entry, ...]
    folders: tuple[Entry, ...]
    total: int
    pager: Pager
    alternates: tuple[Alternate, ...]
    parents: tuple[Link, ...]
    head_links: tuple[HeadLink, ...]


@dataclass(frozen=True)
class Count:
    """A number on the home page, and where it leads."""

    number: str
    link: Link


@dataclass(frozen=True)
class QueryEntry:
    """A stock query in a list."""

    link: Link
    question: str


@dataclass(frozen=True)
class QueryGroup:
    """The stock queries of one group."""

    heading: str
    queries: tuple[QueryEntry, ...]


@dataclass(frozen=True)
class HomeView:
    """The home page: home.html."""

    template: ClassVar[str] = "home.html"
    title: str
    counts: tuple[Count, ...]
    entry_points: tuple[Entry, ...]
    query_groups: tuple[QueryGroup, ...]
    downloads: tuple[Link, ...]
    version: str
    released: str
    base_iri: str
    json_ld: str


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
class Option:
    """One choice in a form."""

    value: str
    label: str
    selected: bool


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
class CoverageNote:
    """What the data say of their own completeness: ``extent`` in a word, ``text`` in full.

    ``kind`` is ``passage`` or ``editorial``; ``marks`` lead to the passages.
    """

    link: Link
    extent: Link
    kind: str
    text: str
    marks: tuple[Mark, ...]


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


@dataclass(frozen=True)
class WhyEnd:
    """One of the two resources that are asked about, as it was written."""

    name: str
    label: str
    value: str
    error: str = ""
    suggestions: tuple[Link, ...] = ()


@dataclass(frozen=True)
class WhyHop:
    """One link in words; ``also`` are further links between the same two resources."""

    text: str
    marks: tuple[Mark, ...]
    also: tuple[WhyHop, ...] = ()


@dataclass(frozen=True)
class WhyPath:
    """One path: its resources, its links in words, and where the query that proves it runs."""

    resources: tuple[Link, ...]
    hops: tuple[WhyHop, ...]
    inferred: str
    proof: str


@dataclass(frozen=True)
class WhyView:
    """How two resources are linked: why.html."""

    template: ClassVar[str] = "why.html"
    title: str
    ends: tuple[WhyEnd, ...]
    action: str
    kept: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    examples: tuple[Link, ...]
    error: str = ""
    asked: tuple[Link, ...] = ()
    summary: str = ""
    longer: Link | None = None
    paths: tuple[WhyPath, ...] = ()
    notes: tuple[str, ...] = ()
    near: tuple[tuple[Link, tuple[WhyHop, ...]], ...] = ()
    in_common: tuple[Link, ...] = ()
    coverage: tuple[CoverageNote, ...] = ()
    downloads: tuple[Link, ...] = ()


@dataclass(frozen=True)
class SearchHit:
    """One result; ``name`` and ``snippet`` are parts of a text and whether each is marked."""

    link: Link
    name: tuple[tuple[str, bool], ...]
    kinds: tuple[str, ...]
    where: str  # the field of the snippet, if it is no description
    snippet: tuple[tuple[str, bool], ...]
    snippet_language: str | None


@dataclass(frozen=True)
class FacetChoice:
    """A value to narrow a search to; the address of a selected one widens it again."""

    label: str
    count: int
    href: str
    selected: bool


@dataclass(frozen=True)
class FacetGroup:
    """The values of one facet: those shown, and those shown on demand."""

    heading: str
    choices: tuple[FacetChoice, ...]
    more: tuple[FacetChoice, ...]


@dataclass(frozen=True)
class SearchView:
    """The search with what it found: search.html."""

    template: ClassVar[str] = "search.html"
    title: str
    query: str
    action: str
    error: str
    hint: str
    total: int
    summary: str
    corrected: str
    hits: tuple[SearchHit, ...]
    first: int  # the number of the first hit of this page
    facets: tuple[FacetGroup, ...]
    pager: Pager
    api: str
    examples: tuple[Link, ...]
    has_searched: bool


@dataclass(frozen=True)
class MatrixCell:
    """One cell of a matrix: how many links, where they are shown, and the same in words."""

    text: str
    href: str
    title: str
    kind: str  # stated, partly, inferred, gap


@dataclass(frozen=True)
class MatrixRow:
    """One row of a matrix."""

    head: Link
    cells: tuple[MatrixCell, ...]
    total: int


@dataclass(frozen=True)
class MatrixTable:
    """A matrix with its totals; ``corner`` names the rows."""

    corner: str
    heads: tuple[Link, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class MatrixGap:
    """An empty cell with the nearest path; ``note`` says why there is none."""

    ends: tuple[Link, Link]
    hops: tuple[WhyHop, ...]
    note: str
    why: str


@dataclass(frozen=True)
class MatrixDetail:
    """One cell: its links with what they rest on, and the query that gives them."""

    ends: tuple[Link, Link]
    links: tuple[Value, ...]
    sparql: str
    try_it: str
    gap: MatrixGap | None
    why: str


@dataclass(frozen=True)
class MatrixView:
    """Which members of two classes are linked, and which are not: matrix.html."""

    template: ClassVar[str] = "matrix.html"
    title: str
    says: str
    others: tuple[Link, ...]
    table: MatrixTable | None = None
    summary: str = ""
    action: str = ""
    roles: tuple[Option, ...] = ()
    stated: bool = False
    detail: MatrixDetail | None = None
    gaps: tuple[MatrixGap, ...] = ()
    gaps_href: str = ""
    downloads: tuple[Link, ...] = ()
    pager: Pager | None = None
    try_it: str = ""
    stock: str = ""
    coverage: tuple[CoverageNote, ...] = ()


class View(Protocol):
    """A frozen dataclass that a template is filled with, field by field."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
