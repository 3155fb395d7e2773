"""The mistakes that people make in SPARQL, found in the tokens of a query that does not parse.

Each check looks for one kind and gives its place; a query that parses never comes here, so a
check may take for a mistake what only looks like one.
Source: SPARQL 1.1 Query §19.8 (grammar).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ctl_kg.sparql.clause_mistakes import (
    check_bound_twice,
    check_clauses,
    check_functions,
    check_no_group,
    check_not_grouped,
    check_operators,
    check_projection,
    check_triples,
    check_words,
)
from ctl_kg.sparql.guard import Scan
from ctl_kg.sparql.token_walk import Mistake, are_adjacent, merge, token_at, word_of
from ctl_kg.sparql.tokens import Token

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_TYPOGRAPHIC = "“”„‟‘’‚«»"
_INVISIBLE = "\u00a0\u200b\u200c\u200d\u2060\ufeff\u202f"


_Check = Callable[[Sequence[Token]], Mistake | None]


def find_mistake(scan: Scan, *, early: bool, detail: str = "") -> Mistake | None:
    """Return the first mistake that a check finds.

    Args:
        scan: the query.
        early: only what garbles the text, so that no other check could read it.
        detail: the engine's message.
    """
    checks: tuple[_Check, ...]
    if early:
        checks = (_odd_character, _escaped_markup, _at_prefix, _prologue, _broken_iri, _escapes)
        return next((found for check in checks if (found := check(scan.tokens))), None)
    tokens = merge(scan.tokens)
    if "variable that is unbound" in detail:
        found = check_not_grouped(tokens)
        if found:
            return found
    checks = (
        _brackets, check_projection, check_no_group, check_operators, check_clauses,
        check_functions, check_words, check_bound_twice, check_triples,
    )  # fmt: skip
    return next((found for check in checks if (found := check(tokens))), None)


def _odd_character(tokens: Sequence[Token]) -> Mistake | None:
    for token in tokens:
        if token.kind in ("string", "iri"):
            continue
        for offset, character in enumerate(token.text):
            place = token._replace(column=token.column + offset)
            if character in _TYPOGRAPHIC:
                return Mistake(
                    place, f"a typographic quotation mark ({character}) stands where SPARQL "
                    "wants a plain one", "Write \" or '.",
                )  # fmt: skip
            if character in _INVISIBLE:
                return Mistake(
                    place, f"an invisible character (U+{ord(character):04X}) stands here",
                    "Delete it and type a plain space.",
                )  # fmt: skip
    return None


def _escaped_markup(tokens: Sequence[Token]) -> Mistake | None:
    plain = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": "a space"}
    for index, token in enumerate(tokens[:-2]):
        name, end = tokens[index + 1], tokens[index + 2]
        is_entity = end.text == ";" and name.text in plain and are_adjacent(token, name)
        if token.text == "&" and is_entity:
            return Mistake(
                token, f"&{name.text}; is written as in HTML",
                f"Write {plain[name.text]} instead.",
            )  # fmt: skip
    return None


def _at_prefix(tokens: Sequence[Token]) -> Mistake | None:
    for token in tokens:
        if token.kind == "language" and token.text.lower() in ("@prefix", "@base"):
            word = token.text[1:].upper()
            return Mistake(
                token, f"{token.text} is Turtle, not SPARQL",
                f"Write {word} without @, and no dot at the end of the line.",
            )  # fmt: skip
    return None


def _prologue(tokens: Sequence[Token]) -> Mistake | None:
    for index, token in enumerate(tokens):
        word = word_of(token)
        if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
            return None
        if word != "PREFIX":
            continue
        name, iri, after = (token_at(tokens, index + n) for n in (1, 2, 3))
        form = "Write PREFIX name: <https://…>, with a colon after the name."
        if name is None or not (name.kind == "name" and name.value.endswith(":")):
            return Mistake(name or token, "PREFIX is not followed by a name and a colon", form)
        if iri is None or iri.kind != "iri":
            # a space within the IRI has a check of its own
            if iri is not None and iri.text == "<":
                continue
            return Mistake(iri or name, f"PREFIX {name.text} is not followed by an IRI in <>", form)
        if after is not None and after.text in (".", ";", ","):
            return Mistake(
                after, f"'{after.text}' stands after a PREFIX", "Delete it: SPARQL wants none."
            )
    return None


def _broken_iri(tokens: Sequence[Token]) -> Mistake | None:
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1]
        if token.text != "<" or token.kind != "mark" or not are_adjacent(token, following):
            continue
        if following.kind == "name" and re.match(r"(?:https?|urn|file|mailto):", following.text):
            return Mistake(
                token, "an IRI is malformed: it holds a space or another character that IRIs "
                "cannot have, or its '>' is missing",
                "Write IRIs as <https://…> without spaces; a space is %20.",
            )  # fmt: skip
    return None


def _escapes(tokens: Sequence[Token]) -> Mistake | None:
    for token in tokens:
        if token.kind != "string":
            continue
        for match in re.finditer(r"\\(.)", token.text, re.DOTALL):
            if match[1] not in "tbnrf\"'\\uU":
                return Mistake(
                    token, f"\\{match[1]} is no escape of a string",
                    f"Write \\\\{match[1]} for a backslash and '{match[1]}', as in a REGEX.",
                )  # fmt: skip
    return None


def _brackets(tokens: Sequence[Token]) -> Mistake | None:
    opened: list[Token] = []
    for index, token in enumerate(tokens):
        ends_group = word_of(token) in ("ORDER", "LIMIT", "OFFSET") and not _closes(tokens, index)
        if ends_group and opened and opened[-1].text == "{":
            place = f"line {opened[-1].line}, column {opened[-1].column}"
            return _unbalanced(token, f"expected '}}' for the '{{' of {place} before {token.text}")
        if token.kind != "mark":
            continue
        if token.text in _CLOSING:
            opened.append(token)
        elif token.text in _CLOSING.values():
            if not opened:
                return _unbalanced(token, f"'{token.text}' closes nothing")
            begun = opened.pop()
            if _CLOSING[begun.text] != token.text:
                wanted = _CLOSING[begun.text]
                place = f"line {begun.line}, column {begun.column}"
                return _unbalanced(
                    token, f"expected '{wanted}' for the '{begun.text}' of {place}, "
                    f"found '{token.text}'",
                )  # fmt: skip
    if opened:
        return _unbalanced(opened[-1], f"'{opened[-1].text}' is never closed")
    return None


def _closes(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a brace is closed after a place that it holds, as a sub-query's is."""
    return any(token.text == "}" for token in tokens[index:])


def _unbalanced(token: Token, what: str) -> Mistake:
    marks = next(((a, b) for a, b in _CLOSING.items() if token.text in (a, b)), ("{", "}"))
    pair = f"'{marks[0]}' and '{marks[1]}'"
    return Mistake(
        token,
        what,
        f"{pair} do not balance: one of them is missing.",
    )
