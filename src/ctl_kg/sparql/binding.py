"""Put values into a stock query: request text → typed RDF term → its ``VALUES`` line.

A value never reaches the query as text: it is read as the parameter's type, becomes a term,
and the term's own serialisation stands in the parameter's ``VALUES`` line. Nothing else of
the query changes. Not here: reading the file (``query_file``), running it (``store``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Protocol

from pyoxigraph import Literal, NamedNode

from ctl_kg.errors import ParameterError
from ctl_kg.namespaces import Curies
from ctl_kg.sparql.query_body import VALUES_LINE
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.sparql.terms import XSD, QueryResult, Solutions, text_of

MAX_VALUES = 50  # values of one parameter in one request
MAX_LENGTH = 2000  # characters of one value


class Queryable(Protocol):
    """Anything that answers a query with the dataset as it is."""

    def query(self, text: str) -> QueryResult:
        """Return the answer."""


@dataclass(frozen=True)
class Choice:
    """One allowed value of a parameter, with the label that people choose by."""

    value: str
    label: str


ChoicesOf = Callable[[Parameter], Sequence[Choice]]
Parse = Callable[[Parameter, str, Curies, ChoicesOf], NamedNode | Literal]


def list_choices(store: Queryable, parameter: Parameter, curies: Curies) -> list[Choice]:
    """Return the allowed values of a parameter, in the order of its ``values`` query.

    Empty if the parameter has neither a ``values`` query nor an enumeration.
    """
    if parameter.enum:
        return [Choice(value, value) for value in parameter.enum]
    if parameter.values is None:
        return []
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in curies.table.items())
    found = store.query(prologue + parameter.values)
    if not isinstance(found, Solutions):
        return []
    labels: dict[str, str] = {}
    for row in found.rows:
        value = text_of(row[0])
        labels.setdefault(value, text_of(row[1]) if len(row) > 1 and row[1] else value)
    return [Choice(value, label) for value, label in labels.items()]


def bind(
    query: QueryFile,
    given: Mapping[str, Sequence[str]],
    *,
    curies: Curies,
    choices_of: ChoicesOf,
    parse: Parse | None = None,
) -> str:
    """Return the query's text with the given values in place.

    Args:
        query: the stock query.
        given: values by parameter. A parameter that is absent keeps its default; one that is
            given empty means "any", if it is not required; several values mean "any of these".
        curies: the prefix table, for values such as ``network:eusalp``.
        choices_of: gives the allowed values of a parameter.
        parse: reads a value; :func:`parse_value` unless given.
    Raises:
        ParameterError: a parameter is unknown or missing, or a value is not allowed.
    """
    for name in given:
        if query.parameter(name) is None:
            raise _unknown(query, name)
    before, places = _places(query.text)
    lines = list(before)
    for number, head, name in places:
        parameter = query.parameter(name)
        if parameter is None:
            continue
        if parameter.name not in given:
            if parameter.required and parameter.default is None:
                raise ParameterError(
                    parameter.name, "is required", allowed=_shown(choices_of(parameter), curies)
                )
            continue
        found = _present(parameter, given[parameter.name])
        read = parse or parse_value
        terms = [read(parameter, value, curies, choices_of) for value in found]
        written = " ".join(dict.fromkeys(map(str, terms))) or "UNDEF"
        lines[number] = f"{head} {written} }}"
    return "\n".join(lines)


@lru_cache(maxsize=256)
def _places(text: str) -> tuple[Sequence[str], Sequence[tuple[int, str, str]]]:
    """Return the lines of a query, and number, head and variable of each ``VALUES`` line."""
    lines = text.split("\n")
    found = ((number, VALUES_LINE.match(line)) for number, line in enumerate(lines))
    return lines, [(number, match["head"], match["name"]) for number, match in found if match]


def _unknown(query: QueryFile, name: str) -> ParameterError:
    names = [parameter.name for parameter in query.parameters]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    known = "It takes: " + ", ".join(names) + "." if names else "It takes none."
    return ParameterError(
        name,
        f"the query '{query.name}' has no such parameter",
        allowed=names,
        hint=(f"Did you mean '{near[0]}'? " if near else "") + known,
    )


def _present(parameter: Parameter, values: Sequence[str]) -> list[str]:
    """Return the values that are not empty; none means that any value will do."""
    if len(values) > MAX_VALUES:
        raise ParameterError(parameter.name, f"has more than {MAX_VALUES} values")
    present = [value for value in values if value != ""]
    if not present and parameter.required:
        raise ParameterError(parameter.name, "is required and was given empty")
    return present


def parse_value(
    parameter: Parameter, text: str, curies: Curies, choices_of: ChoicesOf
) -> NamedNode | Literal:
    """Return the RDF term that a text stands for, by the parameter's type.

    Raises:
        ParameterError: the text is not of the type, out of range or not among the choices.
    """
    if len(text) > MAX_LENGTH:
        raise ParameterError(parameter.name, f"is longer than {MAX_LENGTH} characters")
    if any(0xD800 <= ord(character) <= 0xDFFF or character == "\0" for character in text):
        raise ParameterError(parameter.name, "holds characters that are not text")
    if parameter.type == "iri":
        return _parse_iri(parameter, text, curies, choices_of)
    if parameter.enum and text not in parameter.enum:
        raise ParameterError(
            parameter.name,
            f"'{text}' is not one of its values",
            allowed=parameter.enum,
            hint=_near(text, [Choice(value, value) for value in parameter.enum], curies),
        )
    if parameter.pattern and not re.fullmatch(parameter.pattern, text):
        raise ParameterError(parameter.name, f"'{text}' does not have the form {parameter.pattern}")
    return _PARSERS[parameter.type](parameter, text)


def _parse_iri(parameter: Parameter, text: str, curies: Curies, choices_of: ChoicesOf) -> NamedNode:
    choices = choices_of(parameter)
    allowed = {choice.value for choice in choices}
    text = text.strip()
    bare = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    expanded = curies.expand(bare)
    for candidate in (bare, expanded):
        if candidate in allowed:
            return NamedNode(candidate)
    slug_of = [value for value in allowed if re.split(r"[/#]", value)[-1] == bare]
    if len(slug_of) == 1:
        return NamedNode(slug_of[0])
    if len(slug_of) > 1:
        raise ParameterError(
            parameter.name,
            f"'{text}' is the short name of several values",
            allowed=[curies.shorten(value) or value for value in sorted(slug_of)],
        )
    raise ParameterError(
        parameter.name,
        f"'{text}' is not one of its values",
        allowed=_shown(choices, curies),
        hint=_near(text, choices, curies),
    )


def _shown(choices: Sequence[Choice], curies: Curies) -> list[str]:
    return [curies.shorten(choice.value) or choice.value for choice in choices]


def _near(text: str, choices: Sequence[Choice], curies: Curies) -> str:
    """Return a hint that names the values most like a text, by name, CURIE or label."""
    shown: dict[str, str] = {}
    for choice in choices:
        curie = curies.shorten(choice.value) or choice.value
        for name in (curie, curie.partition(":")[2], choice.label):
            shown.setdefault(name.lower(), curie)
    found = difflib.get_close_matches(text.lower(), shown, n=5, cutoff=0.6)
    names = list(dict.fromkeys(shown[name] for name in found))[:3]
    if names:
        return "Did you mean " + " or ".join(names) + "?"
    return (
        "Allowed: " + ", ".join(_shown(choices, curies)[:12]) + ("…" if len(choices) > 12 else "")
    )


def _bounded(
    parameter: Parameter, text: str, value: object, parse: Callable[[str], object]
) -> None:
    """Check ``minimum`` and ``maximum``, read in the same way as the value."""
    for bound, wrong in ((parameter.minimum, -1), (parameter.maximum, 1)):
        if bound is None:
            continue
        limit = parse(bound)
        too_far = value < limit if wrong < 0 else value > limit  # type: ignore[operator]
        if too_far:
            side = "at least" if wrong < 0 else "at most"
            raise ParameterError(
                parameter.name, f"{text} is out of range", hint=f"Give {side} {bound}."
            )


def _typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


def _parse_integer(parameter: Parameter, text: str) -> Literal:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ParameterError(
            parameter.name, f"'{text}' is not a whole number", hint="For example 12."
        )
    _bounded(parameter, text, int(text), int)
    return _typed(str(int(text)), "integer")


def _parse_decimal(parameter: Parameter, text: str) -> Literal:
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?", plain):
        raise ParameterError(parameter.name, f"'{text}' is not a number", hint="For example 12.5.")
    try:
        _bounded(parameter, text, Decimal(plain), Decimal)
    except InvalidOperation as error:
        raise ParameterError(parameter.name, f"'{text}' is not a number") from error
    return _typed(plain, "decimal")


def _parse_date(parameter: Parameter, text: str) -> Literal:
    hint = "Give year-month-day, for example 2022-05-31."
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ParameterError(parameter.name, f"'{text}' is not a date", hint=hint)
    try:
        _bounded(parameter, text, date.fromisoformat(text), date.fromisoformat)
    except ValueError as error:
        raise ParameterError(parameter.name, f"there is no day {text}", hint=hint) from error
    return _typed(text, "date")


def _parse_boolean(parameter: Parameter, text: str) -> Literal:
    if text not in ("true", "false", "1", "0"):
        raise ParameterError(
            parameter.name, f"'{text}' is not true or false", allowed=["true", "false"]
        )
    return _typed("true" if text in ("true", "1") else "false", "boolean")


def _parse_string(parameter: Parameter, text: str) -> Literal:
    return Literal(text)


_PARSERS: dict[str, Callable[[Parameter, str], Literal]] = {
    "integer": _parse_integer,
    "decimal": _parse_decimal,
    "date": _parse_date,
    "boolean": _parse_boolean,
    "string": _parse_string,
}
