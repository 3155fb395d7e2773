"""What each template is given: one frozen dataclass per template, and their parts.

Plain values only: no store, no request. Addresses are ready to stand in ``href``. Here are the
parts that several pages share and the smallest pages; the others have modules of their own:
``resource_view``, ``stock_view``, ``sparql_view``, ``why_view``, ``matrix_view`` and others.
"""

from __future__ import annotations

from dataclasses import Field, dataclass
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
