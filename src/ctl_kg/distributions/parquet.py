"""A table as Parquet, for data frames: lists are lists, numbers numbers, dates dates.

polars writes it, an extra of this package: a release made without it has no such files. The
bytes depend on the version of polars. Decimal numbers are doubles here; CSV has their digits.

Source: Apache Parquet format, logical types.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ctl_kg.distributions.cells import SEPARATOR
from ctl_kg.distributions.flat import FlatTable
from ctl_kg.distributions.plan import LITERAL, Table
from ctl_kg.rdf.terms import XSD

_MOST_INTEGER = 2**63


@dataclass(frozen=True)
class Series:
    """A column of values: its name, its kind (``text``, ``integer``, …), lists or not."""

    name: str
    kind: str
    many: bool
    values: Sequence[Any]


def is_available() -> bool:
    """Tell whether polars is installed."""
    return importlib.util.find_spec("polars") is not None


def class_series(table: Table) -> list[Series]:
    """Return the columns of a class's table; every value is there, also what no cell holds."""
    found = [Series("id", "text", False, list(table.rows))]
    for column in table.columns:
        local = column.kind.detail.removeprefix(XSD) if column.kind.what == LITERAL else ""
        said = [[value.value for value in cells.get(column, ())] for cells in table.rows.values()]
        found.append(_typed(column.name, local, column.many, said))
    return found


def flat_series(table: FlatTable) -> list[Series]:
    """Return the columns of a link table, or of the dictionary."""
    found = []
    for index, column in enumerate(table.columns):
        said = [[text for text in _parts(record[index], column.many) if text]
                for record in table.records]  # fmt: skip
        found.append(_typed(column.name, "", column.many, said))
    return found


def _parts(text: str, many: bool) -> list[str]:
    return text.split(SEPARATOR) if many else [text]


def _typed(name: str, datatype: str, many: bool, said: Sequence[Sequence[str]]) -> Series:
    """Return the column with values of their type if all are; else with their texts."""
    for kind, convert in _CONVERTERS.get(datatype, ()):
        try:
            values = [[convert(text) for text in each] for each in said]
        except ValueError:
            continue
        return Series(name, kind, many, _single(values, many))
    return Series(name, "text", many, _single(said, many))


def _single(said: Sequence[Sequence[Any]], many: bool) -> list[Any]:
    return [list(each) for each in said] if many else [each[0] if each else None for each in said]


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) >= _MOST_INTEGER:
        raise ValueError(text)
    return number


def _truth(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text in ("true", "1")


_CONVERTERS: dict[str, tuple[tuple[str, Callable[[str], Any]], ...]] = {
    "integer": (("integer", _whole),),
    "nonNegativeInteger": (("integer", _whole),),
    "positiveInteger": (("integer", _whole),),
    "decimal": (("double", float),),
    "double": (("double", float),),
    "float": (("double", float),),
    "boolean": (("boolean", _truth),),
    "date": (("date", date.fromisoformat),),
}


def parquet(columns: Sequence[Series]) -> bytes:
    """Return columns as a Parquet file."""
    import polars

    types: dict[str, Any] = {
        "text": polars.String, "integer": polars.Int64, "double": polars.Float64,
        "boolean": polars.Boolean, "date": polars.Date,
    }  # fmt: skip
    schema = {
        each.name: polars.List(types[each.kind]) if each.many else types[each.kind]
        for each in columns
    }
    frame = polars.DataFrame({each.name: each.values for each in columns}, schema=schema)
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", compression_level=9)
    return out.getvalue()
