"""What the templates of the lists are given: explore.html and explore_list.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import Link, Pager, Value


@dataclass(frozen=True)
class ListLink:
    """One list in the door: its name, what stands in it, how many, and what it narrows by."""

    link: Link
    text: str
    total: str
    facets: str


@dataclass(frozen=True)
class DoorView:
    """All lists: explore.html."""

    template: ClassVar[str] = "explore.html"
    title: str
    description: str
    lists: tuple[ListLink, ...]


@dataclass(frozen=True)
class FacetOption:
    """One value of a facet, and how many rows there are with it."""

    id: str
    value: str
    label: str
    count: str
    chosen: bool


@dataclass(frozen=True)
class FacetView:
    """One facet; ``all_of`` is None where it cannot be asked for, else whether it was."""

    name: str
    heading: str
    options: tuple[FacetOption, ...]
    more: tuple[FacetOption, ...]
    left_out: int
    all_of: bool | None
    is_open: bool


@dataclass(frozen=True)
class Head:
    """The head of a column: where sorting by it leads, and ``aria-sort`` if it is sorted by."""

    link: Link
    sorted: str
    numeric: bool


@dataclass(frozen=True)
class ListCell:
    """One cell: its values, and a link to those that are not shown."""

    values: tuple[Value, ...]
    more: Link | None = None
    numeric: bool = False


@dataclass(frozen=True)
class FacetedListView:
    """One list: explore_list.html."""

    template: ClassVar[str] = "explore_list.html"
    title: str
    description: str
    parents: tuple[Link, ...]
    others: tuple[Link, ...]
    action: str
    query: str
    order: str
    total: int
    status: str
    facets: tuple[FacetView, ...]
    chosen: tuple[Link, ...]
    clear: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[ListCell, ...], ...]
    pager: Pager
    widen: tuple[Link, ...]
    downloads: tuple[Link, ...]
    folder: Link
    is_narrowed: bool
