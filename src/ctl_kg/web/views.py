"""What each template is given: one frozen dataclass per template, and their parts.

Plain values only: no store, no request. Addresses are ready to stand in ``href``. Here are the
parts that several pages share and the smallest pages; the others have modules of their own:
``resource_view``, ``query_view``, ``why_view``, ``search_view``, ``matrix_view``.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field
from typing import Any, ClassVar, Protocol


class View(Protocol):
    """What a template is given: a dataclass that names it."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    template: ClassVar[str]

    @property
    def title(self) -> str:
        """The title of the page."""


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
class Property:
    """One property with its values; ``definition`` says what the property means."""

    label: Link
    definition: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Pager:
    """Where one is in a long list."""

    page: int
    pages: int
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class SubjectStatements:
    """What one passage says about one resource."""

    subject: Link
    properties: tuple[Property, ...]


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
class GraphView:
    """A document that is one graph: graph.html."""

    template: ClassVar[str] = "graph.html"
    title: str
    lead: str
    subjects: tuple[SubjectStatements, ...]
    left_out: int
    downloads: tuple[Link, ...]


@dataclass(frozen=True)
class Option:
    """One choice in a form."""

    value: str
    label: str
    selected: bool


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
class ErrorView:
    """What went wrong, and what to do: error.html."""

    template: ClassVar[str] = "error.html"
    title: str
    status: int
    message: str
    hint: str
    suggestions: tuple[Link, ...] = field(default=())
    offers: tuple[str, ...] = field(default=())
