"""Who is linked to what, and who is not: what ``/api/matrix`` answers, as objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctl_kg.client import frames
from ctl_kg.client.coverage import CoverageNote, coverage_of
from ctl_kg.client.evidence import Source, iri_or_none
from ctl_kg.client.queries import Column
from ctl_kg.client.values import Cell, Iri

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]


@dataclass(frozen=True)
class MatrixCell:
    """Where a row and a column meet: how many links, how certain, and from which sources.

    ``certainty`` is the weakest of the links', ``sparql`` the query that gives them.
    """

    row: Iri
    column: Iri
    count: int
    roles: tuple[Iri, ...]
    certainty: Iri | None
    sources: tuple[Source, ...]
    sparql: str


@dataclass(frozen=True)
class Gap:
    """A row and a column without a link.

    ``path`` tells the nearest indirect path, a sentence per step; it is empty where none was
    asked for (``is_searched`` is false then), or none found.
    """

    row: Iri
    column: Iri
    path: tuple[str, ...] = ()
    is_searched: bool = False


@dataclass(frozen=True)
class Matrix:
    """A matrix: its rows, columns, the cells that have links, and the gaps.

    ``total`` is the number of links, ``sparql`` the query that gives all of them; ``coverage``
    tells how complete the data are that they come from, so what a gap means.
    """

    title: str
    description: str
    rows: tuple[Iri, ...]
    columns: tuple[Iri, ...]
    cells: Mapping[tuple[str, str], MatrixCell]
    gaps: tuple[Gap, ...]
    total: int
    sparql: str
    coverage: tuple[CoverageNote, ...] = ()

    def count(self, row: str, column: str) -> int:
        """Return the number of links between two resources, by IRI; 0 in a gap."""
        cell = self.cells.get((row, column))
        return cell.count if cell else 0

    def to_pandas(self) -> pandas.DataFrame:
        """Return the counts as a data frame of pandas, rows and columns by their names.

        Raises:
            CtlKgError: pandas is not installed (it comes with the extra ``frames``).
        """
        rows: list[dict[str, Cell]] = [
            {str(column): self.count(row, column) for column in self.columns} for row in self.rows
        ]
        columns = [Column(str(each), "integer") for each in self.columns]
        frame: pandas.DataFrame = frames.to_pandas(columns, rows)
        frame.columns = [each.label or str(each) for each in self.columns]
        frame.index = [each.label or str(each) for each in self.rows]
        frame.attrs = {}
        return frame


def matrix_of(pages: Sequence[Mapping[str, Any]]) -> Matrix:
    """Return a matrix from the documents of all its pages."""
    first = pages[0]
    rows = tuple(_named(each) for page in pages for each in page["rows"])
    columns = tuple(map(_named, first["columns"]))
    names = {str(each): each for each in (*rows, *columns, *map(_named, first["roles"]))}
    cells = [_cell_of(each, names) for page in pages for each in page["cells"]]
    return Matrix(
        title=first["title"],
        description=first["description"],
        rows=rows,
        columns=columns,
        cells={(str(each.row), str(each.column)): each for each in cells},
        gaps=tuple(_gap_of(each, names) for page in pages for each in page["gaps"]["cells"]),
        total=first["total"],
        sparql=first["sparql"],
        coverage=coverage_of(first),
    )


def _named(entry: Mapping[str, Any]) -> Iri:
    return Iri(entry["iri"], entry["label"])


def _cell_of(entry: Mapping[str, Any], names: Mapping[str, Iri]) -> MatrixCell:
    found = (_source_of(each) for link in entry["links"] for each in link["evidence"])
    return MatrixCell(
        row=names[entry["row"]],
        column=names[entry["column"]],
        count=entry["count"],
        roles=tuple(names.get(each, Iri(each)) for each in entry["roles"]),
        certainty=iri_or_none(entry["certainty"]),
        sources=tuple(dict.fromkeys(found)),
        sparql=entry["sparql"],
    )


def _source_of(entry: Mapping[str, Any]) -> Source:
    return Source(
        graph=Iri(entry["graph"]),
        kind=entry["kind"],
        passage=iri_or_none(entry["passage"]),
        section=iri_or_none(entry["section"], entry["section_label"]),
        start_line=entry["start_line"],
        end_line=entry["end_line"],
    )


def _gap_of(entry: Mapping[str, Any], names: Mapping[str, Iri]) -> Gap:
    path = entry.get("path") or {}
    return Gap(
        names[entry["row"]],
        names[entry["column"]],
        tuple(path.get("sentences", ())),
        bool(entry.get("searched", False)),
    )
