"""Read a stock query: an ``.rq`` file whose ``#+`` lines describe it in TOML.

The header says what the query asks, which parameters it takes and what its columns mean;
the body runs unchanged in any SPARQL tool. Reading is strict: a file whose header and body
differ is refused, with the line. Not here: whether they differ (``query_body``), putting values
in (``binding``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ctl_kg.errors import QueryFileError, QuerySyntaxError
from ctl_kg.languages import LANGUAGES
from ctl_kg.namespaces import prefixes
from ctl_kg.sparql import guard
from ctl_kg.sparql.query_body import Reader, check_body
from ctl_kg.sparql.query_model import (
    CHART_ARGUMENTS,
    CLIENT_ARGUMENTS,
    RESERVED_COLUMNS,
    RESERVED_PARAMETERS,
    Column,
    Parameter,
    QueryFile,
    Texts,
)
from ctl_kg.sparql.query_view import read_view
from ctl_kg.sparql.store import LocalStore

__all__ = ["Column", "Parameter", "QueryFile", "load_queries", "parse_query", "read_query"]

GROUPS = (
    "cluster-network", "s3", "pnrr", "projects", "organisations",
    "members", "geography", "events", "provenance", "quality",
)  # fmt: skip
PARAMETER_TYPES = ("iri", "string", "integer", "decimal", "date", "boolean")
COLUMN_TYPES = (
    *PARAMETER_TYPES, "lang-string", "double", "year", "year-month", "date-time", "duration",
    "period", "language", "any", "wkt", "latitude", "longitude",
)  # fmt: skip

_HEADER_KEYS = {
    "title", "description", "question", "competency", "group", "view", "version", "params",
    "columns",
}  # fmt: skip
_REQUIRED_KEYS = ("title", "description", "question", "competency", "group")
_PARAMETER_KEYS = {
    "type", "label", "description", "default", "required", "values",
    "minimum", "maximum", "pattern", "enum",
}  # fmt: skip
_COLUMN_KEYS = {"type", "label", "description", "unit"}


def parse_query(text: str, *, name: str, path: Path | str | None = None) -> QueryFile:
    """Return the stock query that a text holds.

    Args:
        text: content of the file.
        name: slug of the query.
        path: how messages call the file; the default is the name.
    Raises:
        QueryFileError: the header is malformed, or header and body differ.
    """
    reader = Reader(path or f"{name}.rq", text)
    header, first_body_line = _header(reader)
    _check_header(reader, header)
    parameters = tuple(
        _parameter(reader, key, table) for key, table in header.get("params", {}).items()
    )
    columns = tuple(_column(reader, key, row) for key, row in header.get("columns", {}).items())
    view = read_view(
        header.get("view", "table"), columns, parameters,
        lambda message, hint: reader.fail(message, key="view", hint=hint),
    )  # fmt: skip
    try:
        scan = guard.scan(text)
        LocalStore().query(text)
    except QuerySyntaxError as error:
        reader.fail(error.message, line=error.line or first_body_line, hint=error.hint)
    query = QueryFile(
        name=name,
        title=header["title"],
        description=header["description"],
        question=header["question"],
        competency=str(header["competency"]),
        group=header["group"],
        view=view,
        parameters=parameters,
        columns=columns,
        form=scan.form or "",
        text=text,
        version=header.get("version", 1),
    )
    check_body(reader, query, scan, first_body_line)
    return query


def read_query(path: Path) -> QueryFile:
    """Return the stock query of a file.

    Raises:
        QueryFileError: the file cannot be read, or is malformed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise QueryFileError("there is no such file", path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise QueryFileError(f"cannot be read: {error}", path=path) from error
    check_slug(path)
    return parse_query(text, name=path.stem, path=path)


def check_slug(path: Path, name: str | None = None) -> None:
    """Refuse a file name that cannot be the last part of an address.

    Raises:
        QueryFileError: names the file as ``name``, if given.
    """
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", path.stem):
        raise QueryFileError(
            "the file name is not a slug",
            path=name or path,
            hint="Use lower case, digits and hyphens.",
        )


def load_queries(folder: Path) -> dict[str, QueryFile]:
    """Return every stock query of a folder by name, alphabetically.

    Raises:
        QueryFileError: one of the files is malformed.
    """
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"))}


def _header(reader: Reader) -> tuple[dict[str, Any], int]:
    """Return the header as a table, and the number of the first line after it."""
    rows: list[str] = []
    for line in reader.lines:
        if not line.startswith("#+"):
            break
        rows.append(line[2:])
    if not rows:
        reader.fail(
            "the header is missing",
            line=1,
            hint="Begin with lines as: #+ title = { it = …, en = … }",
        )
    late = [n for n, line in enumerate(reader.lines, 1) if line.startswith("#+") and n > len(rows)]
    if late:
        reader.fail("a header line stands after the body began", line=late[0])
    try:
        return tomllib.loads("\n".join(rows)), len(rows) + 1
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        reader.fail(
            f"the header is not TOML: {message}", line=int(place[1]) if place else len(rows)
        )


def _check_header(reader: Reader, header: dict[str, Any]) -> None:
    _refuse_unknown(reader, header, _HEADER_KEYS, "header")
    for key in _REQUIRED_KEYS:
        if key not in header:
            reader.fail(f"the header lacks '{key}'")
    for key in ("title", "description", "question"):
        _texts(reader, header[key], key)
    if header["group"] not in GROUPS:
        reader.fail(f"unknown group '{header['group']}'", key="group", hint=_one_of(GROUPS))
    version = header.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        reader.fail("'version' is not a whole number from 1", key="version")
    for key in ("params", "columns"):
        tables = header.get(key, {})
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            reader.fail(f"'{key}' holds something that is not a table", key=key)


def _one_of(values: tuple[str, ...]) -> str:
    return "Use one of " + ", ".join(values) + "."


def _refuse_unknown(
    reader: Reader, table: dict[str, Any], known: set[str], where: str, key: str = ""
) -> None:
    for name in table:
        if name not in known:
            reader.fail(
                f"unknown key '{name}' in {where}",
                line=reader.line_of(name) if not key else reader.line_of(key),
                hint=_one_of(tuple(sorted(known))),
            )


def _texts(reader: Reader, value: object, key: str) -> Texts:
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        reader.fail(f"'{key}' needs both languages", key=key, hint='Write { it = "…", en = "…" }.')
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip():
            reader.fail(f"'{key}' has no text in '{language}'", key=key)
    return value


def _parameter(reader: Reader, name: str, table: dict[str, Any]) -> Parameter:
    place = f"params.{name}"
    _refuse_unknown(reader, table, _PARAMETER_KEYS, place, place)
    reserved = (*RESERVED_PARAMETERS, *CLIENT_ARGUMENTS, *CHART_ARGUMENTS)
    _refuse_reserved(reader, name, place, reserved)
    kind = str(table.get("type"))
    if kind not in PARAMETER_TYPES:
        reader.fail(f"{place} has type '{kind}'", key=place, hint=_one_of(PARAMETER_TYPES))
    required = table.get("required", False)
    if not isinstance(required, bool):
        reader.fail(f"'required' of {place} is not true or false", key=place)
    if kind == "iri" and "values" not in table:
        reader.fail(f"{place} is an iri without 'values'", key=place,
                    hint="Give the query that lists the allowed values.")  # fmt: skip

    def plain(key: str) -> str | None:
        value = table.get(key)
        return (
            str(value).lower() if isinstance(value, bool) else None if value is None else str(value)
        )

    enum = table.get("enum", [])
    if not isinstance(enum, list) or not all(isinstance(value, str) for value in enum):
        reader.fail(f"'enum' of {place} is not a list of texts", key=place)
    if name == "lang" and (kind, sorted(enum)) != ("string", sorted(LANGUAGES)):
        reader.fail("'lang' is not the language of the answer", key=place,
                    hint='Give it type = "string" and enum = ["it", "en"].')  # fmt: skip
    _check_bounds(reader, place, kind, table)
    if "values" in table:
        try:
            guard.scan(str(table["values"]))
            table_of = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in prefixes().items())
            LocalStore().query(table_of + str(table["values"]))
        except QuerySyntaxError as error:
            reader.fail(f"'values' of {place}: {error.message}", key=place, hint=error.hint)
    if "pattern" in table:
        try:
            re.compile(str(table["pattern"]))
        except re.error as error:
            reader.fail(f"'pattern' of {place} is not a regular expression: {error}", key=place)
    return Parameter(
        name=name,
        type=kind,
        label=_texts(reader, table.get("label"), place),
        description=_texts(reader, table.get("description", table.get("label")), place),
        default=plain("default"),
        required=required,
        values=plain("values"),
        minimum=plain("minimum"),
        maximum=plain("maximum"),
        pattern=plain("pattern"),
        enum=tuple(enum),
    )


def _refuse_reserved(reader: Reader, name: str, place: str, reserved: tuple[str, ...]) -> None:
    """Refuse a name that has a meaning of its own in an address or in an answer."""
    if name in reserved or name.startswith("_"):
        reader.fail(
            f"the name '{name}' belongs to the API",
            key=place,
            hint="Take another name, here and in the body. Not to be used: "
            f"{', '.join(reserved)}, and names that begin with '_'.",
        )


def _check_bounds(reader: Reader, place: str, kind: str, table: dict[str, Any]) -> None:
    """Refuse bounds that are no values of the parameter's type."""
    read: dict[str, Callable[[str], object]] = {
        "integer": int, "decimal": Decimal, "date": date.fromisoformat,
    }  # fmt: skip
    for key in ("minimum", "maximum"):
        if key not in table:
            continue
        try:
            read[kind](str(table[key]))
        except (KeyError, ValueError, InvalidOperation):
            reader.fail(f"'{key}' of {place} is not a value of type {kind}", key=place)


def _column(reader: Reader, name: str, table: dict[str, Any]) -> Column:
    place = f"columns.{name}"
    _refuse_unknown(reader, table, _COLUMN_KEYS, place, place)
    _refuse_reserved(reader, name, place, RESERVED_COLUMNS)
    if table.get("type") not in COLUMN_TYPES:
        reader.fail(
            f"{place} has type '{table.get('type')}'", key=place, hint=_one_of(COLUMN_TYPES)
        )
    return Column(
        name=name,
        type=table["type"],
        label=_texts(reader, table.get("label"), place),
        description=_texts(reader, table.get("description", table.get("label")), place),
        unit=None if table.get("unit") is None else str(table["unit"]),
    )
