"""A value as the text of a cell, and back: exact, or not in the cell at all.

What a cell cannot say without doubt (an empty text, a text with the separator in a cell of
several, a literal that is no value of its datatype) stands in a table of its own, as a statement
in N-Triples syntax, so that the tables always give the same graph back.

Source: Model for Tabular Data and Metadata §6.4 (parsing cells); XML Schema 1.1 part 2.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.distributions.plan import IRI, LITERAL, TEXT, Column, Kind, Table, Value
from ctl_kg.rdf.terms import XSD

SEPARATOR = "|"  # no IRI holds one (RFC 3987 §2.2)

_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
# Datatypes of XML Schema that CSVW has by the same name, with what their values look like.
BUILT_IN = {
    "integer": r"[+-]?[0-9]+",
    "nonNegativeInteger": r"\+?[0-9]+",
    "positiveInteger": r"\+?0*[1-9][0-9]*",
    "decimal": _NUMBER,
    "double": _NUMBER + r"(?:[eE][+-]?[0-9]+)?|NaN|[+-]?INF",
    "float": _NUMBER + r"(?:[eE][+-]?[0-9]+)?|NaN|[+-]?INF",
    "boolean": r"true|false|0|1",
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "time": _TIME + _ZONE,
    "gYear": _YEAR + _ZONE,
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
}
_PATTERNS = {XSD + name: re.compile(f"(?:{text})\\Z") for name, text in BUILT_IN.items()}
_WHAT = {
    "integer": "a whole number, as 12", "nonNegativeInteger": "a whole number, as 12",
    "positiveInteger": "a whole number from 1", "decimal": "a number, as 12.5",
    "double": "a number, as 1.5E3", "float": "a number, as 1.5E3", "boolean": "true or false",
    "date": "a date, as 2022-12-31", "dateTime": "date and time, as 2022-12-31T09:30:00Z",
    "time": "a time, as 09:30:00", "gYear": "a year, as 2022", "gYearMonth": "a month, as 2022-12",
}  # fmt: skip


def cell_of(column: Column, values: Sequence[Value]) -> tuple[str, list[Value]]:
    """Return the text of a cell and the values that it cannot hold."""
    kept: list[Value] = []
    left: list[Value] = []
    for value in values:
        text = value.value
        fits = bool(text) and (not column.many or SEPARATOR not in text)
        (kept if fits and is_value(column.kind, text) else left).append(value)
    return SEPARATOR.join(value.value for value in kept), left


def is_value(kind: Kind, text: str) -> bool:
    """Tell whether a text is written as a value of a kind.

    >>> is_value(Kind(LITERAL, XSD + "date"), "2022-02-30")
    False
    """
    if kind.what == IRI:
        return _is_iri(text)
    pattern = _PATTERNS.get(kind.detail) if kind.what == LITERAL else None
    if pattern is None:
        return True
    return pattern.match(text) is not None and _is_day(kind.detail, text)


def _is_iri(text: str) -> bool:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*\Z", text):
        return False
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _is_day(datatype: str, text: str) -> bool:
    """Tell whether a date is in the calendar; texts without a day are."""
    if datatype not in (XSD + "date", XSD + "dateTime"):
        return True
    match = re.match(r"(-?[0-9]+)-([0-9]{2})-([0-9]{2})", text)
    if match is None:
        return False
    # The calendar repeats after 400 years; the engine's limits do not matter here.
    return int(match[3]) <= monthrange(int(match[1]) % 400 + 400, int(match[2]))[1]


def expected(kind: Kind) -> str:
    """Return what a cell of a kind should look like, for messages."""
    if kind.what == IRI:
        return "an IRI, as https://example.org/thing"
    if kind.what == LITERAL:
        return _WHAT.get(kind.detail.removeprefix(XSD), "a text")
    return "a text"


def value_of(kind: Kind, text: str) -> Value:
    """Return the value that a text of a kind stands for.

    Raises:
        ValueError: it is no value of the kind.
    """
    if not is_value(kind, text):
        raise ValueError(text)
    if kind.what == IRI:
        return NamedNode(text)
    if kind.what == TEXT:
        return Literal(text, language=kind.detail)
    return Literal(text, datatype=NamedNode(kind.detail))


def records(table: Table) -> Iterator[list[str]]:
    """Yield the records of a table: the row's IRI, then a cell per column."""
    for iri, cells in table.rows.items():
        yield [iri, *(cell_of(column, cells.get(column, ()))[0] for column in table.columns)]


def readable_records(table: Table, names: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the records for people: the names of resources, and every value, whatever it holds.

    Args:
        table: of a class.
        names: by IRI; a resource without one stands by its IRI.
    """
    for iri, cells in table.rows.items():
        yield [
            iri,
            *(
                f" {SEPARATOR} ".join(
                    names.get(value.value, value.value) if column.kind.what == IRI else value.value
                    for value in cells.get(column, ())
                )
                for column in table.columns
            ),
        ]


def left_over(tables: Sequence[Table]) -> list[Triple]:
    """Return the statements that no cell holds, in order."""
    found = [
        Triple(NamedNode(iri), NamedNode(column.predicate), value)
        for table in tables
        for iri, cells in table.rows.items()
        for column, values in cells.items()
        for value in cell_of(column, values)[1]
    ]
    return sorted(found, key=str)
