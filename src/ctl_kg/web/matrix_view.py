"""What the templates of the matrices are given, beside the table: chart, evidence, the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.chart_view import Chart
from ctl_kg.web.views import Link, MatrixView, Option, Value


@dataclass(frozen=True)
class LinkEvidence:
    """One link of a cell: how certain it is, and the statements that make it."""

    link: Value
    certainty: str
    statements: tuple[tuple[Link, Value], ...]


@dataclass(frozen=True)
class MatrixPage(MatrixView):
    """A matrix with its chart: matrix.html.

    Args:
        description: of the page, for its head.
        counted: how many links, cells and gaps there are.
        chart: the picture of the matrix.
        kinds: of columns, to choose from; none if they have none.
        kind_label: what the kinds are.
        evidence: of the cell that is asked for.
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
