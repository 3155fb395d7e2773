"""Rows of a stock query as plain values, and as CSV, TSV and XLSX that are safe to open.

A spreadsheet runs a cell as a formula if its text begins with one of six characters. In XLSX
every text is written as text, which no program runs. In CSV there are no types, so such a text
gets an apostrophe before it, as OWASP advises, unless the exact bytes are asked for; numbers,
dates and IRIs stay as they are in both. TSV holds terms in Turtle syntax, exactly, for programs.

Source: RFC 4180; SPARQL 1.1 Query Results CSV and TSV Formats; ECMA-376 part 1 §18.3.1.4 (cells).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec
import pyoxigraph as ox

from ctl_kg.sparql.query_model import Column, QueryFile
from ctl_kg.sparql.results import write_tsv
from ctl_kg.sparql.terms import Solutions, Term


class Binding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A term as SPARQL results JSON writes it; the value of a triple term is its three parts."""

    type: str
    value: str | dict[str, Binding]
    datatype: str | None = None
    language: str | None = msgspec.field(default=None, name="xml:lang")


Row: TypeAlias = Mapping[str, Binding]
Plain: TypeAlias = str | int | float | bool | None

NUMERIC = ("integer", "decimal", "double", "latitude", "longitude")
_FORMULA = tuple("=+-@\t\r")
_INTEGER = re.compile(r"[+-]?[0-9]{1,300}\Z")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?\Z"
)
_CELL_CHARACTERS = 32_767  # of one cell, the limit of the format
_EXCEL_DIGITS = 15
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


def plain_value(kind: str, binding: Binding | None) -> Plain:
    """Return a term as a plain value of a column's type.

    Numbers and truth values are such; everything else is its text, and so is what is not of the
    type that its column says. A decimal keeps as many digits as a double has.

    >>> plain_value("integer", Binding("literal", "12"))
    12
    """
    if binding is None:
        return None
    value = binding.value
    if not isinstance(value, str):
        return triple_text(value)
    if kind == "integer" and _INTEGER.match(value):
        return int(value)
    if kind in NUMERIC and _NUMBER.match(value):
        number = float(value)
        return number if abs(number) != float("inf") else value
    if kind == "boolean" and value in ("true", "1", "false", "0"):
        return value in ("true", "1")
    return value


def triple_text(parts: Mapping[str, Binding]) -> str:
    """Return a triple term as a text: its parts as SPARQL results JSON writes them."""
    return json.dumps(msgspec.to_builtins(parts), ensure_ascii=False, sort_keys=True)


def term_of(binding: Binding) -> Term:
    """Return the RDF term that a binding of SPARQL results JSON stands for."""
    value = binding.value
    if not isinstance(value, str):
        parts = [term_of(value[name]) for name in ("subject", "predicate", "object")]
        return ox.Triple(*parts)  # type: ignore[arg-type]
    if binding.type == "uri":
        return ox.NamedNode(value)
    if binding.type == "bnode":
        return ox.BlankNode(value)
    if binding.language is not None:
        return ox.Literal(value, language=binding.language)
    if binding.datatype is not None:
        return ox.Literal(value, datatype=ox.NamedNode(binding.datatype))
    return ox.Literal(value)


def _text(binding: Binding | None) -> str:
    if binding is None:
        return ""
    value = binding.value
    return value if isinstance(value, str) else str(term_of(binding))


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell("Milano")
    ("'=1+1", 'Milano')
    """
    return "'" + text if text.startswith(_FORMULA) else text


def write_csv(columns: Sequence[Column], rows: Iterable[Row], *, exact: bool = False) -> bytes:
    """Return rows as CSV: names in the first line, CRLF, quotes only where they are needed.

    Args:
        columns: which, in order.
        rows: the rows.
        exact: leave texts that begin like a formula as they are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        cells = [_csv_cell(column, row.get(column.name), exact=exact) for column in columns]
        if cells == [""]:
            out.write("\r\n")  # one unbound cell is an empty line, not a quoted empty string
        else:
            writer.writerow(cells)
    return out.getvalue().encode()


def _csv_cell(column: Column, binding: Binding | None, *, exact: bool) -> str:
    text = _text(binding)
    is_number = column.type in NUMERIC and not isinstance(plain_value(column.type, binding), str)
    return text if exact or is_number else safe_cell(text)


def write_exact_tsv(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """Return rows as SPARQL results TSV: terms in Turtle syntax, with type and language."""
    names = [column.name for column in columns]
    found = [tuple(term_of(row[name]) if name in row else None for name in names) for row in rows]
    return write_tsv(Solutions(names, found))


def write_xlsx(
    query: QueryFile,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    language: str,
    facts: Sequence[tuple[str, str]] = (),
    modified: datetime | None = None,
) -> bytes:
    """Return rows as a workbook: the rows with titles, and a sheet that says what they are.

    The same rows give the same bytes. Texts are never formulas or links; a text too long for
    a cell ends with a mark of omission.

    Args:
        query: whose rows they are.
        columns: which, in order.
        rows: the rows.
        language: of titles and descriptions.
        facts: lines of name and value for the second sheet.
        modified: date of the release; the workbook says it was made then.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(out, options)
    created = (modified or _EPOCH).astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": query.title[language], "author": "ctl-kg", "created": created})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(query.name[:31])
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column.name, bold)
        sheet.set_column(index, index, 12 if column.type in NUMERIC else 36)
    for number, row in enumerate(rows, 1):
        for index, column in enumerate(columns):
            _write_cell(sheet, number, index, plain_value(column.type, row.get(column.name)))
    sheet.freeze_panes(1, 0)
    _about(book.add_worksheet("info"), query, columns, language, facts, bold)
    book.close()
    return out.getvalue()


def _write_cell(sheet: Any, row: int, index: int, value: Plain) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, index, value)
    elif isinstance(value, (int, float)) and len(str(value).strip("-")) <= _EXCEL_DIGITS:
        sheet.write_number(row, index, value)
    else:
        sheet.write_string(row, index, _fitting(str(value)))


def _fitting(text: str) -> str:
    # The format counts UTF-16 units.
    if len(text.encode("utf-16-le")) <= 2 * _CELL_CHARACTERS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (_CELL_CHARACTERS - 1)].decode("utf-16-le", "ignore")
    return kept + "…"


def _about(
    sheet: Any,
    query: QueryFile,
    columns: Sequence[Column],
    language: str,
    facts: Sequence[tuple[str, str]],
    bold: Any,
) -> None:
    lines: list[Sequence[str]] = [
        (query.title[language],), (query.question[language],), (query.description[language],), (),
        *facts, (),
    ]  # fmt: skip
    lines += [
        (c.name, c.label[language], c.description[language], c.type, c.unit or "") for c in columns
    ]
    for number, line in enumerate(lines):
        for index, text in enumerate(line):
            sheet.write_string(number, index, _fitting(text), bold if number == 0 else None)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 4, 40)


Geometry: TypeAlias = dict[str, Any]


def geography_of(columns: Sequence[Column]) -> Callable[[Row], Geometry | None] | None:
    """Return how to find the geometry of a row, or None if no column holds geography.

    That is a column of type ``wkt``, or one of type ``latitude`` and one of type ``longitude``
    (degrees, WGS 84).
    """
    of_type = {column.type: column.name for column in reversed(columns)}
    if "wkt" in of_type:
        name = of_type["wkt"]
        return lambda row: geometry_of_wkt(_text(row.get(name)))
    if "latitude" in of_type and "longitude" in of_type:
        north, east = of_type["latitude"], of_type["longitude"]

        def point(row: Row) -> Geometry | None:
            places = [
                plain_value("longitude", row.get(east)),
                plain_value("latitude", row.get(north)),
            ]
            if not all(isinstance(each, float) for each in places):
                return None
            return {"type": "Point", "coordinates": places}

        return point
    return None


_WKT_KINDS = {
    "POINT": ("Point", 0), "LINESTRING": ("LineString", 1), "POLYGON": ("Polygon", 2),
    "MULTIPOINT": ("MultiPoint", 1), "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}  # fmt: skip
_CRS84 = ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "")


def geometry_of_wkt(text: str) -> Geometry | None:
    """Return a WKT literal of GeoSPARQL as a geometry of GeoJSON.

    None for an empty or malformed one, and for one in another reference system than CRS84,
    whose axes could be the other way round.

    Source: OGC 22-047r1 §8.5.1 (wktLiteral); RFC 7946 §3.1 and §4.

    >>> geometry_of_wkt("POINT(9.19 45.46)")
    {'type': 'Point', 'coordinates': [9.19, 45.46]}
    """
    match = re.match(r"\s*(?:<([^>]*)>)?\s*([A-Za-z]+)\s*Z?\s*(\(.*\))\s*\Z", text, re.DOTALL)
    if match is None or (match[1] or "") not in _CRS84 or match[2].upper() not in _WKT_KINDS:
        return None
    kind, depth = _WKT_KINDS[match[2].upper()]
    points = re.sub(
        r"[^\s(),]+(?:\s+[^\s(),]+)+", lambda m: f"[{', '.join(m[0].split())}]", match[3]
    )
    try:
        found = json.loads(points.replace("(", "[").replace(")", "]"))
    except ValueError:
        return None
    if kind == "MultiPoint":  # its points stand in brackets of their own, or not
        found = [each[0] if isinstance(each[0], list) else each for each in found]
    while kind == "Point" and found and isinstance(found[0], list):
        found = found[0]
    return {"type": kind, "coordinates": found} if _has_depth(found, depth) else None


def _has_depth(value: Any, depth: int) -> bool:
    if depth == 0:
        return (
            isinstance(value, list)
            and len(value) in (2, 3)
            and all(isinstance(each, (int, float)) for each in value)
        )
    return isinstance(value, list) and bool(value) and all(_has_depth(v, depth - 1) for v in value)
