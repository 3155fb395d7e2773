"""A matrix as JSON and as CSV, with what its links rest on and the way from gap to path.

Not here: reading requests (``matrix``), the page (``matrix_page``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

from ctl_kg.namespaces import Curies
from ctl_kg.publish.coverage import Coverage, Note
from ctl_kg.publish.description import Describer, Source
from ctl_kg.publish.matrix import (
    AXES,
    MATRICES,
    Cell,
    LinkFound,
    Matrix,
    Spec,
    Wish,
    matrix_query,
)
from ctl_kg.publish.resources import Resources
from ctl_kg.publish.tables import Binding, Row, write_csv
from ctl_kg.publish.why import Explanation, Why
from ctl_kg.sparql.query_model import Column
from ctl_kg.sparql.store import LocalStore

Json: TypeAlias = dict[str, Any]

MOST_PATHS = 400  # looked for in one answer
PATHS_BUDGET_S = 2.0  # for all of them
PATH_BUDGET_S = 0.1  # for one


class Release(Protocol):
    """What a matrix is told from: a release as the server, or the command line, has it open."""

    @property
    def base_iri(self) -> str:
        """Base of its IRIs."""

    @property
    def store(self) -> LocalStore:
        """Its statements."""

    @property
    def curies(self) -> Curies:
        """Its prefixes."""

    @property
    def describer(self) -> Describer:
        """Says where named graphs come from."""

    @property
    def why(self) -> Why:
        """Explains how resources are linked."""

    @property
    def resources(self) -> Resources:
        """Finds resources by name."""

    @property
    def coverage(self) -> Coverage:
        """Says how complete the data is."""


@dataclass(frozen=True)
class Asked:
    """What a request asks of a matrix.

    Args:
        spec: which matrix.
        wish: which links count.
        language: of labels.
        gaps: ``list``, ``paths`` or ``none``.
        rows: those of this page.
        page: its number.
        pages: how many there are.
        cell: the one cell that is asked for, if any.
        roles: IRIs that ``role`` may have.
        stated: IRIs of the certainties that count as stated.
        kept: the parameters as given, but for the format and the pages.
        kinds: of each column that has any.
        columns: those of this page, if columns come in pages.
        across: the number of the page of columns.
        across_pages: how many there are.
        side: ``row`` or ``column`` with the IRI of the one that is asked for alone, if any.
    """

    spec: Spec
    wish: Wish
    language: str
    gaps: str
    rows: tuple[str, ...]
    page: int
    pages: int
    cell: tuple[str, str] | None
    roles: tuple[str, ...]
    stated: Sequence[str]
    kept: tuple[tuple[str, str], ...]
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    across: int = 1
    across_pages: int = 1
    side: tuple[str, str] | None = None

    @property
    def every_kind(self) -> list[str]:
        """IRIs that ``kind`` may have."""
        return sorted({kind for some in self.kinds.values() for kind in some})


@dataclass(frozen=True)
class Nearest:
    """A gap with the best indirect path; None if there is none, or if time was up before."""

    pair: tuple[str, str]
    path: Explanation | None
    is_known: bool


def title_of(spec: Spec, language: str) -> str:
    """Return the name of a matrix."""
    return f"{AXES[spec.rows].label[language]} × {AXES[spec.columns].label[language]}"


def why_address(release: Release, row: str, column: str, path: str = "/api/why") -> str:
    """Return the address that explains how two members are linked."""
    shorten = release.curies.shorten
    ends = {"from": shorten(row) or row, "to": shorten(column) or column}
    return f"{path}?{urlencode(ends)}"


def list_document(language: str, root: str) -> Json:
    """Return the list of the matrices."""
    return {
        "language": language,
        "matrices": [
            {
                "name": spec.name,
                "title": title_of(spec, language),
                "description": spec.says[language],
                "links": {
                    "self": f"{root}/api/matrix/{spec.name}",
                    "page": f"{root}/matrix/{spec.name}",
                },
            }
            for spec in MATRICES
        ],
    }


def coverage_of(release: Release, asked: Asked) -> tuple[Note, ...]:
    """Return the notes of completeness that concern a matrix: those that concern its query."""
    return release.coverage.coverage_for(matrix_query(asked.spec, release.base_iri))


def nearest_paths(release: Release, pairs: Sequence[tuple[str, str]]) -> Iterator[Nearest]:
    """Give each gap with its nearest path, as far as time and number allow."""
    end = time.monotonic() + PATHS_BUDGET_S
    for number, pair in enumerate(pairs):
        left = end - time.monotonic()
        if number >= MOST_PATHS or left <= 0:
            yield Nearest(pair, None, is_known=False)
            continue
        answer = release.why.explain(*pair, limit=1, budget_s=min(PATH_BUDGET_S, left))
        path = answer.paths[0] if answer.paths else None
        cut_off = path is None and "time" in answer.found.notes
        yield Nearest(pair, path, is_known=not cut_off)


class Documents:
    """Makes the parts of the JSON of one request."""

    def __init__(self, release: Release, asked: Asked, matrix: Matrix, root: str) -> None:
        self.release, self.asked, self.matrix, self.root = release, asked, matrix, root
        self.source = lru_cache(None)(release.describer.source)

    def name(self, iri: str) -> Json:
        """Return a resource with its name."""
        label = self.release.why.words.label(iri, self.asked.language)
        return {"iri": iri, "curie": self.release.curies.shorten(iri), "label": label}

    def cell(self, cell: Cell) -> Json:
        """Return a cell with its links and the query that gives them."""
        pair = (cell.row, cell.column)
        spec, base_iri, wish = self.asked.spec, self.release.base_iri, self.asked.wish
        return {
            "row": cell.row,
            "column": cell.column,
            "count": cell.count,
            "roles": list(cell.roles),
            "certainty": cell.weakest or None,
            "strongest": cell.certainty or None,
            "links": [self._link(each) for each in cell.links],
            "why": self.root + why_address(self.release, *pair),
            "sparql": matrix_query(spec, base_iri, wish, pair),
        }

    def _link(self, link: LinkFound) -> Json:
        return {
            "link": link.node,
            "roles": list(link.roles),
            "certainty": link.certainty,
            "evidence": [self._source(self.source(graph)) for graph in link.graphs],
        }

    def _source(self, source: Source) -> Json:
        section = source.section
        return {
            "graph": source.graph,
            "kind": source.kind,
            "passage": source.passage,
            "section": section,
            "section_label": self.name(section)["label"] if section else None,
            "start_line": source.start_line,
            "end_line": source.end_line,
        }

    def nearest(self, found: Nearest) -> Json:
        """Return a gap with its nearest path."""
        gap = self.gap(found.pair)
        if not found.is_known:
            return gap | {"searched": False}
        if found.path is None:
            return gap | {"searched": True, "path": None}
        return gap | {
            "searched": True,
            "path": {
                "length": len(found.path.hops),
                "certainty": found.path.certainty or None,
                "nodes": [self.name(iri) for iri in found.path.path.nodes],
                "sentences": [hop.sentences[self.asked.language] for hop in found.path.hops],
                "sparql": found.path.sparql,
            },
        }

    def gap(self, pair: tuple[str, str]) -> Json:
        """Return a gap with the address that looks for paths."""
        row, column = pair
        return {"row": row, "column": column, "why": self.root + why_address(self.release, *pair)}

    def gaps(self) -> tuple[Json, bool]:
        """Return the gaps of the page, and whether all that was asked for is there."""
        asked = self.asked
        found: Json = {"total": self.matrix.gap_count}
        if asked.gaps == "none":
            return found, True
        pairs = self.matrix.gaps(asked.rows)
        if asked.gaps == "list":
            return found | {"cells": [self.gap(pair) for pair in pairs]}, True
        nearest = list(nearest_paths(self.release, pairs))
        known = sum(each.is_known for each in nearest)
        is_whole = known >= min(len(pairs), MOST_PATHS)
        cells = [self.nearest(each) for each in nearest]
        return found | {"searched": known, "cells": cells}, is_whole


def document(release: Release, asked: Asked, matrix: Matrix, root: str) -> tuple[Json, bool]:
    """Return a matrix, or its one cell, as JSON, and whether it is whole (time was enough)."""
    parts = Documents(release, asked, matrix, root)
    spec, language = asked.spec, asked.language
    head: Json = {
        "matrix": spec.name,
        "title": title_of(spec, language),
        "description": spec.says[language],
        "language": language,
        "parameters": {
            "certainty": "stated" if asked.wish.stated else "any",
            "role": asked.wish.role or None,
            "kind": asked.wish.kind or None,
        },
        "roles": [parts.name(iri) for iri in asked.roles],
        "kinds": [parts.name(iri) for iri in asked.every_kind],
        "coverage": [note.as_json(language) for note in coverage_of(release, asked)],
    }
    if asked.cell is not None:
        return _one_cell(parts, head, asked.cell)
    gaps, is_whole = parts.gaps()
    return head | {
        "page": asked.page,
        "pages": asked.pages,
        "rows": [
            parts.name(iri) | {"total": matrix.row_totals.get(iri, 0)} for iri in asked.rows
        ],
        "columns": [
            parts.name(iri) | {"total": matrix.column_totals.get(iri, 0)}
            for iri in matrix.columns
        ],
        "total": matrix.total,
        "cells": [
            parts.cell(matrix.cells[pair]) for pair in _linked(matrix, asked.rows)
        ],
        "gaps": gaps,
        "sparql": matrix_query(spec, release.base_iri, asked.wish),
        "stock_query": f"{root}/queries/{spec.stock}" if spec.stock else None,
    }, is_whole  # fmt: skip


def _one_cell(parts: Documents, head: Json, pair: tuple[str, str]) -> tuple[Json, bool]:
    cell = parts.matrix.cell(*pair)
    row, column = (parts.name(iri) for iri in pair)
    found = head | {"rows": [row], "columns": [column], "cell": parts.cell(cell)}
    if cell.links:
        return found, True
    nearest = next(nearest_paths(parts.release, [pair]))
    return found | {"gap": parts.nearest(nearest)}, nearest.is_known


def _linked(matrix: Matrix, rows: Sequence[str]) -> list[tuple[str, str]]:
    return [(row, each) for row in rows for each in matrix.columns if (row, each) in matrix.cells]


_TEXTS = {"it": "", "en": ""}
_LONG = (
    ("row", "iri"), ("rowLabel", "string"), ("column", "iri"), ("columnLabel", "string"),
    ("count", "integer"), ("roles", "string"), ("certainty", "iri"), ("passages", "string"),
)  # fmt: skip


def csv_document(release: Release, asked: Asked, matrix: Matrix, layout: str) -> bytes:
    """Return the page's cells as CSV: a line per cell, or (``wide``) a line per row.

    The wide layout ends each line, and the table, with totals; those of the columns are of the
    whole matrix.
    """
    rows = [asked.cell[0]] if asked.cell else asked.rows
    columns = [asked.cell[1]] if asked.cell else matrix.columns
    parts = Documents(release, asked, matrix, "")
    if layout == "long":
        cells = [matrix.cell(row, column) for row in rows for column in columns]
        kinds = [Column(name, kind, _TEXTS, _TEXTS) for name, kind in _LONG]
        return write_csv(kinds, [_long(parts, cell) for cell in cells])
    names = {iri: release.curies.shorten(iri) or iri for iri in columns}
    heads = [("row", "iri"), ("rowLabel", "string")]
    heads += [(each, "integer") for each in (*names.values(), "total")]
    kinds = [Column(name, kind, _TEXTS, _TEXTS) for name, kind in heads]
    made = [_wide(parts, row, names) for row in rows]
    totals = {names[iri]: str(matrix.column_totals.get(iri, 0)) for iri in columns}
    made.append(_plain({"row": "total", **totals, "total": str(matrix.total)}))
    return write_csv(kinds, made)


def _long(parts: Documents, cell: Cell) -> Row:
    graphs = sorted({graph for link in cell.links for graph in link.graphs})
    passages = (parts.source(graph).passage for graph in graphs)
    return _plain(
        {
            "row": cell.row,
            "rowLabel": parts.name(cell.row)["label"],
            "column": cell.column,
            "columnLabel": parts.name(cell.column)["label"],
            "count": str(cell.count),
            "roles": " ".join(cell.roles),
            "certainty": cell.weakest,
            "passages": " ".join(each for each in passages if each),
        }
    )


def _wide(parts: Documents, row: str, names: Mapping[str, str]) -> Row:
    matrix = parts.matrix
    counts = {name: str(matrix.cell(row, iri).count) for iri, name in names.items()}
    total = str(matrix.row_totals.get(row, 0))
    return _plain({"row": row, "rowLabel": parts.name(row)["label"], **counts, "total": total})


def _plain(values: Mapping[str, str]) -> Row:
    return {name: Binding("literal", value) for name, value in values.items()}
