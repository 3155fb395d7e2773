"""Rows as data frames of pandas and polars, which are imported only here and only when asked."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ctl_kg.client.queries import Column
from ctl_kg.client.values import Cell, Iri
from ctl_kg.errors import CtlKgError

_Rows = Sequence[Mapping[str, Cell]]
_KINDS: dict[type, str] = {
    Iri: "iri", str: "string", int: "integer", float: "double", Decimal: "decimal",
    bool: "boolean", date: "date", datetime: "dateTime",
}  # fmt: skip
_MOST_INTEGER = 2**63


def kind_of(cells: Iterable[Cell]) -> str:
    """Return the type of the cells of a column; ``string`` if they have several.

    >>> kind_of([1, None, 2]), kind_of([1, "a"]), kind_of([])
    ('integer', 'string', 'string')
    """
    kinds = {_KINDS[type(each)] for each in cells if each is not None}
    return kinds.pop() if len(kinds) == 1 else "string"


def labelled(
    columns: Sequence[Column], rows: _Rows
) -> tuple[tuple[Column, ...], list[dict[str, Cell]]]:
    """Return columns and rows for reading: columns by their titles, resources by their names.

    A resource whose name stands in a column of the same title is left out.
    """
    titles = Counter(column.label for column in columns)
    kept = [c for c in columns if c.type != "iri" or titles[c.label] == 1]
    titles = Counter(column.label for column in kept)
    names = {c.name: c.label if c.label and titles[c.label] == 1 else c.name for c in kept}
    return (
        tuple(replace(c, name=names[c.name], type="" if c.type == "iri" else c.type) for c in kept),
        [{names[c.name]: _readable(row[c.name]) for c in kept} for row in rows],
    )


def _readable(cell: Cell) -> Cell:
    return (cell.label or str(cell)) if isinstance(cell, Iri) else cell


def to_pandas(columns: Sequence[Column], rows: _Rows) -> Any:
    """Return rows as a data frame of pandas: see :meth:`ctl_kg.client.rows.Rows.to_pandas`."""
    pandas = _imported("pandas")
    types = {"integer": "Int64", "decimal": "float64", "double": "float64", "boolean": "boolean",
             "date": "datetime64[s]", "dateTime": "object",
             "mixed": "object"}  # fmt: skip
    series = {}
    for column in columns:
        cells, kind = _cells(column, rows)
        dtype = types.get(kind, "string")
        series[column.name] = pandas.Series(cells, dtype=dtype)
    frame = pandas.DataFrame(series, columns=[column.name for column in columns])
    frame.attrs["labels"] = {column.name: column.label for column in columns}
    frame.attrs["units"] = {column.name: column.unit for column in columns if column.unit}
    return frame


def to_polars(columns: Sequence[Column], rows: _Rows) -> Any:
    """Return rows as a data frame of polars: see :meth:`ctl_kg.client.rows.Rows.to_polars`."""
    polars = _imported("polars")
    types = {"integer": polars.Int64, "decimal": polars.Float64, "double": polars.Float64,
             "boolean": polars.Boolean, "date": polars.Date}  # fmt: skip
    series = []
    for column in columns:
        cells, kind = _cells(column, rows)
        if kind not in types:
            cells = [None if each is None else str(each) for each in cells]
        series.append(polars.Series(column.name, cells, dtype=types.get(kind, polars.String)))
    return polars.DataFrame(series)


def _cells(column: Column, rows: _Rows) -> tuple[list[Any], str]:
    """Return the cells of a column as plain values, and their common type or ``mixed``."""
    cells = [row[column.name] for row in rows]
    kinds = {_KINDS[type(each)] for each in cells if each is not None}
    kind = "mixed" if len(kinds) > 1 else next(iter(kinds), column.type)
    if any(isinstance(each, int) and abs(each) >= _MOST_INTEGER for each in cells):
        kind = "mixed"
    if kind == "decimal":
        return [float(each) if isinstance(each, Decimal) else None for each in cells], kind
    return [str(each) if isinstance(each, Iri) else each for each in cells], kind


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise CtlKgError(
            f"{name} is not installed", hint="Install it with: pip install 'ctl-kg[frames]'"
        ) from error
