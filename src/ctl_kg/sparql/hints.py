"""Say what is wrong with a query that the engine could not parse: what, where, what to do.

The engine tells the furthest place that it reached and what it would have taken there, which
helps few people. So the tokens are looked at for the mistakes that people make; only if none
is found, the engine's place is told.
Not here: what is refused whether it parses or not (``guard``).
"""

from __future__ import annotations

import difflib
import re

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.namespaces import prefixes
from ctl_kg.sparql import guard
from ctl_kg.sparql.mistakes import find_mistake
from ctl_kg.sparql.token_walk import Mistake
from ctl_kg.sparql.tokens import Token, nearest_keyword


def explain_syntax_error(
    text: str, scan: guard.Scan, detail: str, base_iri: str
) -> QuerySyntaxError:
    """Turn the engine's message into one that says what is wrong, where, and what to do."""
    mistake = find_mistake(scan, early=True)
    if mistake:
        return _error(mistake)
    unknown = scan.undeclared()
    if unknown is not None:
        return undeclared_prefix(unknown, base_iri)
    if scan.form is None:
        return _no_form(scan)
    mistake = find_mistake(scan, early=False, detail=detail)
    if mistake:
        return _error(mistake)
    place = re.search(r"error at (\d+):(\d+)", detail)
    line, column = (int(place[1]), int(place[2])) if place else (None, None)
    if "IRI parsing failed" in detail:
        return QuerySyntaxError(
            "an IRI is malformed", line=line, column=column,
            hint="Write IRIs as <https://…> without spaces.",
        )  # fmt: skip
    wanted = _expected(detail)
    return QuerySyntaxError(
        "the query does not parse" + _what_stands(text, line, column),
        line=line,
        column=column,
        hint=f"Expected here: {wanted}."
        if wanted
        else "Check the dots and semicolons of the patterns before this place.",
    )


def _error(mistake: Mistake) -> QuerySyntaxError:
    return QuerySyntaxError(
        f"the query does not parse: {mistake.message}",
        line=mistake.token.line,
        column=mistake.token.column,
        hint=mistake.hint,
    )


def _no_form(scan: guard.Scan) -> QuerySyntaxError:
    first = _first_word(scan)
    near = nearest_keyword(first.value) if first else None
    return QuerySyntaxError(
        "this is not a SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE is missing",
        line=first.line if first else 1,
        column=first.column if first else 1,
        hint=f"Did you mean {near}?" if near else "Begin with one of them, after PREFIX.",
    )


def _first_word(scan: guard.Scan) -> Token | None:
    words = (token for token in scan.tokens if token.kind == "word")
    return next((t for t in words if t.value.upper() not in ("PREFIX", "BASE")), None)


def _expected(detail: str) -> str:
    """Return what the engine says that it expected, if a person can read it."""
    found = re.search(r"expected (?:one of )?(.*)", detail, re.DOTALL)
    # Names of rules and keywords that could stand anywhere tell nothing.
    if found is None or not re.fullmatch(r'"[^"]+"(?:, "[^"]+")*\s*', found[1]):
        return ""
    return " ".join(found[1].split())


def _what_stands(text: str, line: int | None, column: int | None) -> str:
    lines = text.split("\n")
    if line is None or column is None or line > len(lines):
        return ""
    row = lines[line - 1]
    if not row[column - 1 :].strip():
        before = row[: column - 1].strip()[-30:]
        return f" after '{before}'" if before else ": it ends too early"
    return f" at '{row[column - 1 :].strip()[:30]}'"


def undeclared_prefix(token: Token, base_iri: str) -> QuerySyntaxError:
    """Return the error of a name whose prefix is not declared, with the line to add."""
    prefix = token.value.partition(":")[0]
    table = prefixes(base_iri)
    if prefix in table:
        hint = f"Add this line at the top: PREFIX {prefix}: <{table[prefix]}>"
    else:
        near = difflib.get_close_matches(prefix, table, n=1, cutoff=0.5)
        hint = f"Did you mean '{near[0]}:' <{table[near[0]]}>? " if near else ""
        hint += f"Declare it with PREFIX {prefix}: <…>."
    return QuerySyntaxError(
        f"the prefix '{prefix}:' is not declared", line=token.line, column=token.column, hint=hint
    )
