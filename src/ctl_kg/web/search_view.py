"""What the page of the search is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import Link, Pager


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
