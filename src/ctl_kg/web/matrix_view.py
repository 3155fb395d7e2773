"""What the pages of the matrices are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import CoverageNote, Link, Option, Pager, Value
from ctl_kg.web.why_view import WhyHop


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
