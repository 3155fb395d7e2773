"""What the checks for mistakes share: a mistake, and ways to look at tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctl_kg.sparql.tokens import Token


@dataclass(frozen=True)
class Mistake:
    """What is wrong, the token where, and what to do."""

    token: Token
    message: str
    hint: str


def merge(tokens: Sequence[Token]) -> list[Token]:
    """Join what the scan reads apart: numbers, and operators of two marks."""
    found: list[Token] = []
    for token in tokens:
        kind = "number" if token.kind == "mark" and token.text.isdigit() else token.kind
        found.append(token._replace(kind=kind))
        while len(found) > 1 and _joins(found):
            last = found.pop()
            text = found[-1].text + last.text
            kind = "number" if last.kind == "number" else "mark"
            found[-1] = Token(kind, text, text, found[-1].line, found[-1].column)
    return found


def _joins(found: Sequence[Token]) -> bool:
    """Tell whether the last two tokens are parts of one."""
    before, last = found[-2], found[-1]
    if not are_adjacent(before, last):
        return False
    if last.kind == "number":
        if before.text == "." and len(found) > 2:
            return found[-3].kind == "number" and are_adjacent(found[-3], before)
        return before.kind == "number"
    pairs = ("&&", "||", "^^", "!=", "<=", ">=", "==")
    return last.kind == before.kind == "mark" and before.text + last.text in pairs


def are_adjacent(first: Token, second: Token) -> bool:
    """Tell whether nothing stands between two tokens."""
    return first.line == second.line and first.column + len(first.text) == second.column


def word_of(token: Token | None) -> str:
    """Return a keyword in capitals; empty for anything else."""
    return token.value.upper() if token and token.kind == "word" else ""


def token_at(tokens: Sequence[Token], index: int) -> Token | None:
    """Return the token at an index, or None."""
    return tokens[index] if 0 <= index < len(tokens) else None


def text_at(tokens: Sequence[Token], index: int) -> str:
    """Return the text of the token at an index, or empty."""
    token = token_at(tokens, index)
    return token.text if token else ""


def until_closed(tokens: Sequence[Token], index: int) -> Sequence[Token]:
    """Return the tokens from an opening bracket to the one that closes it."""
    depth = 0
    for end in range(index, len(tokens)):
        depth += (tokens[end].text == "(") - (tokens[end].text == ")")
        if depth == 0:
            return tokens[index : end + 1]
    return tokens[index:]
