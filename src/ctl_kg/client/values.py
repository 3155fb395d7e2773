"""Cells of answers as Python values.

Source: SPARQL 1.1 Query Results JSON Format §3.2.2 (terms).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

_XSD = "http://www.w3.org/2001/XMLSchema#"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INTEGERS = (
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
    "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort",
    "unsignedByte",
)  # fmt: skip


class Iri(str):
    """An IRI; ``label`` is its name in the language of the answer, where there is one.

    >>> cluster = Iri("https://w3id.org/ctl-kg/data/cluster/afil", "AFIL")
    >>> cluster == "https://w3id.org/ctl-kg/data/cluster/afil", cluster.label
    (True, 'AFIL')
    """

    __slots__ = ("label",)
    label: str | None

    def __new__(cls, iri: str, label: str | None = None) -> Iri:
        """Return an IRI with its name."""
        made = super().__new__(cls, iri)
        made.label = label
        return made

    def __repr__(self) -> str:
        name = "" if self.label is None else f", {self.label!r}"
        return f"Iri({str.__repr__(self)}{name})"

    def __getnewargs__(self) -> tuple[str, str | None]:  # type: ignore[override]
        return str(self), self.label  # for copy and pickle


Cell: TypeAlias = Iri | str | int | float | Decimal | bool | date | datetime | None


def cell_of(kind: str, value: Any, labels: Mapping[str, str]) -> Cell:
    """Return a value from the API's JSON as its column's type.

    What does not fit its type (a year where a date is expected) stays what it was.

    Args:
        kind: the column's type.
        value: as parsed from JSON, its fractions as ``Decimal``.
        labels: names by IRI.

    >>> cell_of("date", "2022-05-31", {}), cell_of("date", "2022-05", {})
    (datetime.date(2022, 5, 31), '2022-05')
    """
    if kind == "iri" and isinstance(value, str):
        return Iri(value, labels.get(value))
    if kind == "date" and isinstance(value, str):
        return _or_text(_date, value)
    if isinstance(value, int) and not isinstance(value, bool) and kind in ("decimal", "double"):
        value = Decimal(value)
    if isinstance(value, Decimal) and kind in ("double", "latitude", "longitude"):
        return float(value)
    cell: Cell = value
    return cell


def cell_of_term(term: Mapping[str, Any] | None) -> Cell:
    """Return a term of SPARQL results JSON; an unbound one is None.

    A literal with a language is its text; ``LANG(?x)`` in the query tells the language.

    >>> cell_of_term({"type": "literal", "value": "12", "datatype": _XSD + "integer"})
    12
    """
    if term is None:
        return None
    value = term["value"]
    if term["type"] == "uri":
        return Iri(value)
    if term["type"] != "literal":
        return "_:" + value if isinstance(value, str) else str(value)
    kind = str(term.get("datatype", ""))
    read = _READERS.get(kind.removeprefix(_XSD)) if kind.startswith(_XSD) else None
    return value if read is None else _or_text(read, value)


def _or_text(read: Callable[[str], Cell], text: str) -> Cell:
    try:
        return read(text)
    except (ValueError, ArithmeticError):
        return text


def _date(text: str) -> date:
    if not _DATE.match(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "1", "false", "0"):
        raise ValueError(text)
    return text in ("true", "1")


_READERS: dict[str, Callable[[str], Cell]] = {
    **dict.fromkeys(_INTEGERS, int),
    "decimal": Decimal,
    "double": float,
    "float": float,
    "boolean": _boolean,
    "date": _date,
    "dateTime": datetime.fromisoformat,
}
