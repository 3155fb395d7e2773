"""Whether the body of a stock query is what its header says: columns, parameters, order.

Not here: the header itself (``query_file``).
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from pyoxigraph import Literal

from ctl_kg.errors import QueryFileError
from ctl_kg.sparql import guard
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.sparql.terms import XSD

_SEE = "CONTRIBUTING.md tells what a stock query holds ('Add a stock query')."
VALUES_LINE = re.compile(r"^(?P<head>\s*VALUES\s+\?(?P<name>\w+)\s*\{)(?P<terms>.*)\}\s*$")


class Reader:
    """Collects the place of a file, so that every complaint names file and line."""

    def __init__(self, path: Path | str, text: str) -> None:
        self.path = path
        self.lines = [line.removesuffix("\r") for line in text.split("\n")]

    def fail(
        self, message: str, *, line: int | None = None, key: str = "", hint: str = ""
    ) -> NoReturn:
        """Refuse the file.

        Raises:
            QueryFileError: with the line, or that of the key of the header.
        """
        if line is None:
            line = self.line_of(key)
        raise QueryFileError(message, path=self.path, line=line, hint=hint or _SEE)

    def line_of(self, key: str) -> int:
        """Return the header line that holds a key or a table name, else the first line."""
        if key:
            pattern = re.compile(rf"#\+\s*(?:\[{re.escape(key)}\]|{re.escape(key)}\s*=)")
            for number, line in enumerate(self.lines, 1):
                if pattern.match(line):
                    return number
        return 1


def check_body(reader: Reader, query: QueryFile, scan: guard.Scan, first_line: int) -> None:
    """Refuse a query whose body differs from its header.

    Raises:
        QueryFileError: it does, has no order, or declares a prefix that it does not use.
    """
    used = scan.used_prefixes()
    for prefix in scan.declared:
        if prefix not in used:
            line = next(
                number for number, text in enumerate(reader.lines, 1)
                if re.match(rf"\s*PREFIX\s+{re.escape(prefix)}:", text, re.IGNORECASE)
            )  # fmt: skip
            reader.fail(f"the prefix '{prefix}:' is declared and not used", line=line)
    if query.form == "SELECT":
        _check_projection(reader, query, scan)
        words = [token.value.upper() for token in scan.tokens if token.kind == "word"]
        if ("ORDER", "BY") not in pairwise(words):
            reader.fail("the query has no ORDER BY", line=first_line,
                        hint="Order by enough columns that the order is total.")  # fmt: skip
    elif query.columns:
        reader.fail("columns are described, but the query is not a SELECT", key="columns")
    _check_parameters(reader, query, first_line)


def _check_projection(reader: Reader, query: QueryFile, scan: guard.Scan) -> None:
    start = next(i for i, t in enumerate(scan.tokens) if t.value.upper() == "SELECT")
    line = scan.tokens[start].line
    projected: list[str] = []
    depth = 0
    previous = ""
    for token in scan.tokens[start + 1 :]:
        if depth == 0 and (token.text == "{" or token.value.upper() in ("WHERE", "FROM")):
            break
        if depth == 0 and token.text == "*":
            reader.fail("SELECT * is not allowed", line=line, hint="Name the columns.")
        depth += (token.text == "(") - (token.text == ")")
        if token.kind == "variable" and (depth == 0 or (depth == 1 and previous == "AS")):
            projected.append(token.text[1:])
        previous = token.value.upper()
    described = [column.name for column in query.columns]
    if projected != described:
        reader.fail(
            "the columns of the header are not those of the SELECT",
            line=line,
            hint=f"Header: {', '.join(described) or 'none'}. Query: {', '.join(projected)}.",
        )


def _check_parameters(reader: Reader, query: QueryFile, first_line: int) -> None:
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(reader.lines, 1):
        match = VALUES_LINE.match(line)
        if match and query.parameter(match["name"]):
            if match["name"] in found:
                reader.fail(f"?{match['name']} has two VALUES lines", line=number)
            found[match["name"]] = (number, match["terms"].strip())
    for parameter in query.parameters:
        if parameter.name not in found:
            reader.fail(
                f"the parameter '{parameter.name}' has no VALUES line of its own",
                line=first_line,
                hint=f"Write the line: VALUES ?{parameter.name} {{ UNDEF }}",
            )
        number, terms = found[parameter.name]
        if terms not in _default_terms(parameter):
            reader.fail(
                f"the VALUES line of ?{parameter.name} is not the default of the header",
                line=number,
                hint=f"Header: {parameter.default or 'none (UNDEF)'}. Body: {terms}.",
            )


def _default_terms(parameter: Parameter) -> tuple[str, ...]:
    """Return the ways in which the body may write the header's default."""
    default = parameter.default
    if default is None:
        return ("UNDEF",)
    if parameter.type == "iri":
        return (default, f"<{default}>")
    if parameter.type == "string":
        return (str(Literal(default)), f"'{default}'")
    if parameter.type == "date":
        return (f'"{default}"^^xsd:date', f'"{default}"^^<{XSD}date>')
    return (default, f'"{default}"^^xsd:{parameter.type}', f'"{default}"^^<{XSD}{parameter.type}>')
