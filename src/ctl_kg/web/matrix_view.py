"""What the pages of the matrices are given: the table, its chart, evidence, the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.chart_view import Chart
from ctl_kg.web.views import CoverageNote, Link, Mark, Option, Pager, Value
from ctl_kg.web.why_view import WhyHop


@dataclass(frozen=True)
class MatrixCell:
    """One cell of a matrix: how many links, where they are shown, and the same in words."""

    text: str
    href: str
    title: str
    kind: str  # stated, partly, inferred, gap


@dataclass(frozen=True)
class MatrixTotal:
    """The number of links of a row or a column; ``href`` leads to its cells, ``title`` says so."""

    number: int
    href: str
    title: str


@dataclass(frozen=True)
class MatrixRow:
    """One row of a matrix."""

    head: Link
    cells: tuple[MatrixCell, ...]
    total: MatrixTotal


@dataclass(frozen=True)
class MatrixTable:
    """A matrix with its totals; ``corner`` names the rows."""

    corner: str
    heads: tuple[Link, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[MatrixTotal, ...]
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
    """One cell: the query that gives its links, and how it is bridged if it is a gap."""

    ends: tuple[Link, Link]
    sparql: str
    try_it: str
    gap: MatrixGap | None
    why: str


@dataclass(frozen=True)
class MatrixSide:
    """One row or one column: the cells that have links, with their roles, and the gaps.

    ``rest`` says how many gaps are not listed.
    """

    head: Link
    axis: str
    summary: str
    cells: tuple[tuple[Link, str, str], ...]
    gaps: tuple[Link, ...]
    rest: str = ""


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
    gaps_note: str = ""
    side: MatrixSide | None = None
    downloads: tuple[Link, ...] = ()
    pager: Pager | None = None
    column_pager: Pager | None = None
    try_it: str = ""
    stock: str = ""
    coverage: tuple[CoverageNote, ...] = ()


@dataclass(frozen=True)
class LinkEvidence:
    """One link of a cell: how certain it is, what makes it, and each place that says so, once."""

    link: Value
    certainty: str
    statements: tuple[tuple[Link, Value], ...]
    sources: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class MatrixPage(MatrixView):
    """A matrix with its chart: matrix.html.

    Args:
        description: of the page, for its head.
        counted: how many links, cells and gaps there are.
        chart: the picture of the matrix.
        kinds: of columns, to choose from; none if they have none.
        kind_label: what the kinds are.
        evidence: of the cell that is asked for, with the sources of each link.
        roll_up: leads to the matrix that sums this one up, if there is one.
        closed: address of the page without the cell.
    """

    description: str = ""
    counted: str = ""
    chart: Chart | None = None
    kinds: tuple[Option, ...] = ()
    kind_label: str = ""
    evidence: tuple[LinkEvidence, ...] = ()
    roll_up: Link | None = None
    closed: str = ""


@dataclass(frozen=True)
class DoorEntry:
    """A matrix on the page that lists them: the link to it, and what a link in it is."""

    link: Link
    text: str
    summary: str


@dataclass(frozen=True)
class MatrixDoor:
    """The page that lists the matrices: matrices.html."""

    template: ClassVar[str] = "matrices.html"
    title: str
    description: str
    entries: tuple[DoorEntry, ...]
    chart: Chart | None
