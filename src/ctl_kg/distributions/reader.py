"""Read the tables back: the statements that the CSV files say, by their CSVW description.

Nothing is taken on trust: the header, the number of cells, each value, the keys and what they
refer to are checked, and the first thing wrong is told with file, line, row and column.

Source: Metadata Vocabulary for Tabular Data §5; Model for Tabular Data and Metadata §6.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ctl_kg.distributions.cells import expected, value_of
from ctl_kg.distributions.csvw import CSVW, METADATA, STATEMENT_COLUMNS, kind_from
from ctl_kg.distributions.plan import Kind
from ctl_kg.errors import TableError
from ctl_kg.rdf.terms import RDF

_LONGEST_CELL = 2**31 - 1
_SHOWN = 60  # characters of a cell in a message
_MEND = "Mend the cell, or take the file of the release anew."


@dataclass(frozen=True)
class _Column:
    """What the description says of one column."""

    name: str
    kind: Kind
    predicate: str | None
    separator: str | None
    required: bool


@dataclass(frozen=True)
class _Description:
    """What the description says of one table."""

    url: str
    columns: tuple[_Column, ...]
    key: tuple[str, ...]
    references: tuple[tuple[str, str, str], ...]  # column, table, its column
    suppressed: bool

    @property
    def holds_statements(self) -> bool:
        """Tell whether its rows are statements with the object in N-Triples syntax."""
        predicates = tuple(column.predicate for column in self.columns)
        return predicates == tuple(RDF + name for name in STATEMENT_COLUMNS)


def read_tables(place: Path) -> set[Triple]:
    """Return the statements that tables say.

    Args:
        place: the CSVW description, or the folder that holds it as ``csv-metadata.json``.
    Raises:
        TableError: a file is missing, or what stands in it is not what the description says.
    """
    path = place / METADATA if place.is_dir() else place
    folder = path.parent
    found: set[Triple] = set()
    keys: dict[tuple[str, str], set[str]] = {}
    pointing: list[tuple[_Description, int, int, str, str, str, str]] = []
    for table in _tables(path):
        single_key = table.key[0] if len(table.key) == 1 else ""
        seen: set[tuple[str, ...]] = set()
        for row, line, cells in _rows(folder / table.url, table):
            where = _Where(table.url, line, row)
            values = [_values(column, cells[i], where) for i, column in enumerate(table.columns)]
            by_name = {column.name: cell for column, cell in zip(table.columns, cells, strict=True)}
            _check_key(table, by_name, seen, where)
            if single_key:
                keys.setdefault((table.url, single_key), set()).add(by_name[single_key])
            for column, other, at in table.references:
                if by_name[column]:
                    pointing.append((table, line, row, column, by_name[column], other, at))
            found |= _statements(table, cells, values, where)
    for table, line, row, column, cell, other, at in pointing:
        if cell not in keys.get((other, at), ()):
            where = _Where(table.url, line, row)
            raise where.error(column, cell, f"a value of column '{at}' of {other}")
    return found


@dataclass(frozen=True)
class _Where:
    """A record: its file, its first line, its number among the rows."""

    file: str
    line: int
    row: int

    def error(self, column: str, cell: str, wanted: str) -> TableError:
        """Return the error of a cell that is not what was expected."""
        shown = cell if len(cell) <= _SHOWN else cell[: _SHOWN - 1] + "…"
        what = f"holds '{shown}'" if cell else "is empty"
        return TableError(
            f"row {self.row}, column '{column}' {what}; expected {wanted}",
            path=self.file,
            line=self.line,
            hint="If the cells of the row stand in the wrong columns, put them back; else mend "
            "the cell, or take the file of the release anew.",
        )


def _statements(
    table: _Description, cells: list[str], values: list[list[Any]], where: _Where
) -> set[Triple]:
    if table.holds_statements:
        return {_statement(cells, where)}
    if table.suppressed:
        return set()
    subject = NamedNode(cells[0])
    return {
        Triple(subject, NamedNode(column.predicate), value)
        for column, each in zip(table.columns, values, strict=True)
        if column.predicate is not None
        for value in each
    }


def _statement(cells: list[str], where: _Where) -> Triple:
    text = f"<{cells[0]}> <{cells[1]}> {cells[2]} ."
    try:
        (quad,) = parse(text, format=RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise where.error("object", cells[2], "a term in N-Triples syntax") from error
    return Triple(quad.subject, quad.predicate, quad.object)


def _values(column: _Column, cell: str, where: _Where) -> list[Any]:
    if not cell:
        if column.required:
            raise where.error(column.name, cell, expected(column.kind))
        return []
    texts = cell.split(column.separator) if column.separator else [cell]
    found = []
    for text in texts:
        try:
            found.append(value_of(column.kind, text))
        except ValueError as error:
            raise where.error(column.name, text, expected(column.kind)) from error
        if not text:
            raise where.error(column.name, cell, f"a value on each side of '{column.separator}'")
    return found


def _check_key(
    table: _Description, by_name: Mapping[str, str], seen: set[tuple[str, ...]], where: _Where
) -> None:
    if not table.key:
        return
    key = tuple(by_name[name] for name in table.key)
    if key in seen:
        raise where.error(table.key[-1], key[-1], "a key that no row before it has")
    seen.add(key)


def _rows(path: Path, table: _Description) -> Iterator[tuple[int, int, list[str]]]:
    """Yield number, first line and cells of each row, as many cells as there are columns."""
    csv.field_size_limit(_LONGEST_CELL)
    names = [column.name for column in table.columns]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = csv.reader(file, strict=True)
            _check_header(next(records, []), names, table.url)
            line = records.line_num
            for row, cells in enumerate(records, 1):
                if len(cells) != len(names):
                    raise TableError(
                        f"row {row} has {len(cells)} cells; expected {len(names)}, of the columns "
                        f"{names[0]} to {names[-1]}",
                        path=table.url,
                        line=line + 1,
                        hint=_MEND,
                    )
                yield row, line + 1, cells
                line = records.line_num
    except OSError as error:
        raise TableError(
            f"cannot be read: {error.strerror}", path=table.url,
            hint=f"It is described in {METADATA}: put it beside.",
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise TableError(
            f"byte 0x{error.object[error.start]:02X} is not UTF-8", path=table.url,
            hint="Save the file as UTF-8.",
        ) from error  # fmt: skip
    except csv.Error as error:
        raise TableError(
            f"is not CSV: {error}", path=table.url, line=records.line_num, hint=_MEND
        ) from error


def _check_header(header: list[str], names: list[str], file: str) -> None:
    if header == names:
        return
    for number, name in enumerate(names):
        found = header[number] if number < len(header) else "nothing"
        if found != name:
            raise TableError(
                f"column {number + 1} is headed '{found[:_SHOWN]}'; expected '{name}'",
                path=file,
                line=1,
                hint="Put the columns in the order of the description: " + ", ".join(names) + ".",
            )
    raise TableError(
        f"there are {len(header)} columns; expected {len(names)}", path=file, line=1,
        hint="Remove those that the description does not have.",
    )  # fmt: skip


def _tables(path: Path) -> list[_Description]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TableError(
            f"cannot be read: {error.strerror}", path=path.name,
            hint="Give the folder of the tables, or their CSVW description.",
        ) from error  # fmt: skip
    except ValueError as error:
        raise TableError(f"is not JSON: {error}", path=path.name, hint=_MEND) from error
    context = document.get("@context") if isinstance(document, dict) else None
    if CSVW not in (context if isinstance(context, list) else [context]):
        raise TableError(
            "is no CSVW description", path=path.name, hint=f'It has "@context": "{CSVW}".'
        )
    try:
        return [_description(each) for each in document["tables"]]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise TableError(
            f"describes a table in a way that is not read here: {error}",
            path=path.name,
            hint="Only descriptions that ctl-kg has written are read.",
        ) from error


def _description(table: Mapping[str, Any]) -> _Description:
    schema = table["tableSchema"]
    url = table["url"]
    if not re.fullmatch(r"[\w-]+\.csv", url):
        raise ValueError(f"the address '{url}'")
    columns = tuple(
        _Column(
            each["name"],
            kind_from(each),
            None if each.get("suppressOutput") else each.get("propertyUrl"),
            each.get("separator"),
            bool(each.get("required")),
        )
        for each in schema["columns"]
    )
    if not columns:
        raise ValueError(f"no column in '{url}'")
    key = schema.get("primaryKey", ())
    references = tuple(
        (each["columnReference"], each["reference"]["resource"],
         each["reference"]["columnReference"])
        for each in schema.get("foreignKeys", ())
    )  # fmt: skip
    return _Description(
        url, columns, (key,) if isinstance(key, str) else tuple(key), references,
        bool(table.get("suppressOutput")),
    )  # fmt: skip
