"""What a request wants of the rows of a stock query: which, in what order, which page.

``columns=a,b``, ``sort=-a,b``, ``filter=a:ge:10`` (as often as wished, all must hold), ``page``,
``size``, ``evidence``. All of it works on the whole answer of the bound query, which is never
changed by it. Pure functions; the names are reserved (``sparql/query_file``).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ctl_kg.errors import ParameterError
from ctl_kg.namespaces import Curies
from ctl_kg.publish.tables import NUMERIC, Plain, Row, plain_value
from ctl_kg.sparql.query_model import RESERVED_PARAMETERS, Column, QueryFile

DEFAULT_SIZE = 100
LARGEST_SIZE = 1_000
MOST_ROWS = 50_000  # of size=all
MOST_FILTERS = 20
OPERATIONS = ("eq", "ne", "lt", "le", "gt", "ge", "contains")
_UNORDERED = ("iri", "boolean")
_NUMBER = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_TEXT = r"[^\x00-\x1f\x7f]{1,200}"  # no control characters


@dataclass(frozen=True)
class Filter:
    """One condition on a column."""

    column: Column
    operation: str
    value: str


@dataclass(frozen=True)
class Wish:
    """What is wanted; ``size`` 0 stands for all rows."""

    columns: tuple[Column, ...]
    sort: tuple[tuple[Column, bool], ...]
    filters: tuple[Filter, ...]
    page: int
    size: int
    evidence: bool
    exact_cells: bool


def read_wish(query: QueryFile, pairs: Sequence[tuple[str, str]]) -> Wish:
    """Return what the parameters of a request wish.

    Args:
        query: the stock query.
        pairs: names and values, as received; others than the reserved ones are passed over.
    Raises:
        ParameterError: a value is not allowed, or there are two where one is.
    """
    given = [(name, value) for name, value in pairs if name in RESERVED_PARAMETERS]
    size = _one(given, "size", str(DEFAULT_SIZE))
    return Wish(
        columns=_columns(query, _list(given, "columns")) or query.columns,
        sort=tuple(_sort(query, item) for item in _list(given, "sort")),
        filters=tuple(_filters(query, [value for name, value in given if name == "filter"])),
        page=_number("page", _one(given, "page", "1"), 1_000_000_000),
        size=0 if size == "all" else _number("size", size, LARGEST_SIZE),
        evidence=_choice("evidence", _one(given, "evidence", "0"), ("0", "1")) == "1",
        exact_cells=_choice("cells", _one(given, "cells", "safe"), ("safe", "exact")) == "exact",
    )


def _one(given: Sequence[tuple[str, str]], wanted: str, default: str) -> str:
    values = [value for name, value in given if name == wanted]
    if len(values) > 1:
        raise ParameterError(
            wanted, f"is given {len(values)} times", value=", ".join(values),
            hint="Give it once.", example=f"{wanted}={default}",
        )  # fmt: skip
    return values[0] if values else default


def _list(given: Sequence[tuple[str, str]], wanted: str) -> list[str]:
    """Return the items of a list: commas separate them, and the name may come again."""
    return [item for name, value in given if name == wanted for item in value.split(",")]


def _number(name: str, text: str, most: int) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most:
        return int(text[:12])
    allowed = [f"1 to {most}", "all"] if name == "size" else ["1 or more"]
    raise ParameterError(
        name, f"'{cut(text)}' is no number of a page" if name == "page" else
        f"'{cut(text)}' is no number of rows",
        value=text, allowed=allowed, example=f"{name}={'1' if name == 'page' else DEFAULT_SIZE}",
    )  # fmt: skip


def _choice(name: str, text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise ParameterError(
            name, f"'{cut(text)}' is not one of its values",
            value=text, allowed=allowed, example=f"{name}={allowed[-1]}",
        )  # fmt: skip
    return text


def column_of(query: QueryFile, name: str, parameter: str, value: str) -> Column:
    """Return the column of a name.

    Raises:
        ParameterError: there is none; carries the columns, and hints at the nearest.
    """
    names = [column.name for column in query.columns]
    if name in names:
        return query.columns[names.index(name)]
    near = difflib.get_close_matches(name[:80], names, n=1, cutoff=0.5)
    nearest = query.columns[names.index(near[0]) if near else 0]
    example = _example_of(nearest) if parameter == "filter" else nearest.name
    raise ParameterError(
        parameter, f"there is no column '{cut(name)}'", value=value, allowed=names,
        hint=f"Did you mean '{near[0]}'?" if near else "",
        example=f"{parameter}={example}",
    )  # fmt: skip


def _columns(query: QueryFile, names: list[str]) -> tuple[Column, ...]:
    found = tuple(column_of(query, name, "columns", ",".join(names)) for name in names)
    if len({column.name for column in found}) < len(found):
        raise ParameterError(
            "columns", "names a column twice", value=",".join(names),
            allowed=[column.name for column in query.columns],
            example="columns=" + ",".join(dict.fromkeys(names)),
        )  # fmt: skip
    return found


def _sort(query: QueryFile, item: str) -> tuple[Column, bool]:
    return column_of(query, item.removeprefix("-"), "sort", item), item.startswith("-")


_TAKEN = {"boolean": ("eq", "ne"), "iri": ("eq", "ne", "contains")}
_COMPARE_NAMES = "eq|ne|lt|le|gt|ge"
# What may stand after the column's name, by its type; the last is for every other type.
_CONDITIONS = {
    **dict.fromkeys(NUMERIC, f"(?:(?:{_COMPARE_NAMES}):{_NUMBER}|contains:{_TEXT})"),
    "boolean": "(?:eq|ne):(?:true|false)",
    "iri": f"(?:eq|ne|contains):{_TEXT}",
    "": f"(?:{_COMPARE_NAMES}|contains):{_TEXT}",
}


def filter_pattern(columns: Sequence[Column]) -> str:
    """Return the regular expression of the conditions on columns, without anchors.

    >>> from ctl_kg.sparql.query_model import Column
    >>> bool(re.fullmatch(filter_pattern([Column("n", "integer", {}, {})]), "n:ge:10"))
    True
    """
    names: dict[str, list[str]] = {}
    for column in columns:
        names.setdefault(_CONDITIONS.get(column.type, _CONDITIONS[""]), []).append(column.name)
    parts = (f"(?:{'|'.join(those)}):{condition}" for condition, those in names.items())
    return "|".join(parts)


def _filters(query: QueryFile, values: Sequence[str]) -> list[Filter]:
    if len(values) > MOST_FILTERS:
        raise ParameterError("filter", f"has more than {MOST_FILTERS} values",
                             allowed=[f"at most {MOST_FILTERS}"])  # fmt: skip
    return [_filter(query, value) for value in values]


def _filter(query: QueryFile, text: str) -> Filter:
    name, _, rest = text.partition(":")
    operation, colon, value = rest.partition(":")
    column = column_of(query, name, "filter", text)
    if re.fullmatch(filter_pattern((column,)), text):
        return Filter(column, operation, value)
    takes = _TAKEN.get(column.type, OPERATIONS)
    fits = {"boolean": "true or false", **dict.fromkeys(NUMERIC, "a number")}.get(column.type)
    wrong = (
        f"'{cut(operation)}' is no operation on the column '{name}'"
        if operation not in takes or not colon
        else f"'{cut(value)}' is not {fits or 'a text of 1 to 200 characters'}"
    )
    raise ParameterError(
        "filter", wrong, value=text, hint="Write COLUMN:OPERATION:VALUE.",
        allowed=[f"{name}:{each}:…" for each in takes], example=f"filter={_example_of(column)}",
    )  # fmt: skip


def _example_of(column: Column) -> str:
    """Return a right condition on a column."""
    if column.type == "boolean":
        return f"{column.name}:eq:true"
    return f"{column.name}:ge:10" if column.type in NUMERIC else f"{column.name}:contains:milano"


def cut(text: str) -> str:
    """Return a text as messages quote it."""
    return text if len(text) <= 80 else text[:79] + "…"


def selected(rows: Sequence[Row], wish: Wish, curies: Curies) -> Sequence[Row]:
    """Return the rows that a wish wants, in its order; of equals the query's order stays."""
    for each in wish.filters:
        holds = _condition(each, curies)
        rows = [row for row in rows if holds(row)]
    for column, is_falling in reversed(wish.sort):
        keyed = [(plain_value(column.type, row.get(column.name)), row) for row in rows]
        known = [pair for pair in keyed if pair[0] is not None]
        known.sort(key=lambda pair: sort_key(pair[0]), reverse=is_falling)
        rows = [row for _, row in known] + [row for value, row in keyed if value is None]
    return rows


def sort_key(value: Plain) -> tuple[int, float, str, str]:
    """Return what to sort a value by: numbers by size, then texts without case and accents."""
    if isinstance(value, (bool, int, float)):
        return (0, float(value), "", "")
    return (1, 0.0, folded(str(value)), str(value))


def folded(text: str) -> str:
    """Return a text without case and accents.

    >>> folded("Università")
    'universita'
    """
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def _condition(each: Filter, curies: Curies) -> Callable[[Row], bool]:
    """Return a condition as a function; a row without value in the column never meets it."""
    name, kind, operation = each.column.name, each.column.type, each.operation
    if operation == "contains":
        part = folded(each.value)
        return lambda row: name in row and part in folded(str(row[name].value))
    wanted: Plain = each.value
    if kind == "iri":
        wanted = curies.expand(each.value.strip("<>")) or each.value.strip("<>")
    elif kind in NUMERIC:
        wanted = float(each.value)
    elif kind == "boolean":
        wanted = each.value == "true"
    compare = _COMPARE[operation]

    def holds(row: Row) -> bool:
        value = plain_value(kind, row.get(name))
        if value is None or (kind in NUMERIC and isinstance(value, str)):
            return False
        if kind in _UNORDERED or operation in ("eq", "ne"):
            return (value == wanted) == (operation == "eq")
        return compare(sort_key(value), sort_key(wanted))

    return holds


_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,  # type: ignore[operator]
    "le": lambda a, b: a <= b,  # type: ignore[operator]
    "gt": lambda a, b: a > b,  # type: ignore[operator]
    "ge": lambda a, b: a >= b,  # type: ignore[operator]
}
