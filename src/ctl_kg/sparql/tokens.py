"""The tokens of a SPARQL text: what they are, and where each stands.

Escapes such as ``\\u0053`` are decoded outside strings, comments and IRIs, because a reader of
the standard may decode them there.
Source: SPARQL 1.1 Query §19.2 (codepoint escapes), §19.8 (grammar: terminals).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import NamedTuple

from ctl_kg.errors import QuerySyntaxError

MAX_TOKENS = 250_000

_KEYWORD_TEXT = """
SELECT ASK CONSTRUCT DESCRIBE WHERE PREFIX BASE FROM NAMED DISTINCT REDUCED ORDER GROUP BY HAVING
LIMIT OFFSET ASC DESC OPTIONAL FILTER UNION MINUS GRAPH BIND VALUES UNDEF EXISTS NOT IN AS COUNT
SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE BOUND IRI URI COALESCE
IF STRLEN SUBSTR UCASE LCASE STRSTARTS STRENDS CONTAINS STRBEFORE STRAFTER CONCAT REGEX REPLACE
YEAR MONTH DAY NOW ABS ROUND CEIL FLOOR STRDT STRLANG ISIRI ISLITERAL ISBLANK ISNUMERIC SAMETERM
ENCODE_FOR_URI TRUE FALSE TZ TIMEZONE HOURS MINUTES SECONDS RAND UUID STRUUID BNODE MD5 SHA1
SHA256 SHA384 SHA512
"""
KEYWORDS = tuple(_KEYWORD_TEXT.split())


ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_LETTER = r"[A-Za-z_\u00B7-\uFFFD\U00010000-\U000EFFFF]"
_WORD = rf"(?:{_LETTER}|{ESCAPE})(?:{_LETTER}|[0-9\-]|{ESCAPE})*"
_LOCAL = (
    rf"(?:{_LETTER}|[0-9:\-]|%[0-9A-Fa-f]{{2}}|{ESCAPE}|\\[_~.\-!$&'()*+,;=/?#@%]"
    r"|\.(?=[A-Za-z0-9_:.%\\\-\u00B7-\uFFFD]))*"
)
_TOKEN = re.compile(
    "|".join(
        (
            r"(?P<space>[ \t\r\n]+)",
            r"(?P<comment>\#[^\r\n]*)",
            rf"(?P<iri><(?:[^\x00-\x20<>\"{{}}|^`\\]|{ESCAPE})*>)",
            r'(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""'
            r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
            r'|"(?:[^"\\\r\n]|\\[^\r\n])*"'
            r"|'(?:[^'\\\r\n]|\\[^\r\n])*')",
            rf"(?P<variable>[?$](?:{_LETTER}|[0-9])+)",
            rf"(?P<blank>_:(?:{_LETTER}|[0-9])(?:{_LETTER}|[0-9.\-])*)",
            r"(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)",
            rf"(?P<name>(?:(?:{_LETTER}|{ESCAPE})(?:{_LETTER}|[0-9.\-]|{ESCAPE}){{0,128}})?:{_LOCAL})",
            rf"(?P<word>{_WORD})",
            r"(?P<mark>.)",
        )
    ),
    re.DOTALL,
)


class Token(NamedTuple):
    """One token; ``text`` is as written, ``value`` with escapes decoded; line and column from 1."""

    kind: str
    text: str
    value: str
    line: int
    column: int


def decode(text: str) -> str:
    """Return a text with its codepoint escapes decoded."""
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        number = int(match.group()[2:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"

    return re.sub(ESCAPE, character, text)


def tokenise(text: str) -> Iterator[Token]:
    """Yield the tokens of a SPARQL text, without white space and comments.

    Every token is found in time that grows with its own length: a string that is not closed
    ends the scan, and the prefix of a name is at most 128 characters long.

    Raises:
        QuerySyntaxError: a string is not closed, or there are more than ``MAX_TOKENS`` tokens.

    >>> [t.value for t in tokenise("ASK { ?s a <x> } # SERVICE")]
    ['ASK', '{', '?s', 'a', '<x>', '}']
    """
    line, line_start = 1, 0
    for count, match in enumerate(_TOKEN.finditer(text)):
        kind, content = match.lastgroup or "mark", match[0]
        if content in ("'", '"') or count > MAX_TOKENS:
            unclosed = count <= MAX_TOKENS
            raise QuerySyntaxError(
                "a string is not closed" if unclosed else f"more than {MAX_TOKENS} words and marks",
                line=line,
                column=match.start() - line_start + 1,
                hint="Close it with the same quotation mark." if unclosed else "Shorten the query.",
            )
        if kind not in ("space", "comment"):
            value = decode(content) if kind in ("name", "word") else content
            yield Token(kind, content, value, line, match.start() - line_start + 1)
        if "\n" in content:
            line += content.count("\n")
            line_start = match.start() + content.rindex("\n") + 1


def nearest_keyword(word: str) -> str | None:
    """Return the SPARQL keyword that a misspelt word most resembles, if any.

    >>> nearest_keyword("SELEC")
    'SELECT'
    """
    found = difflib.get_close_matches(word.upper(), KEYWORDS, n=1, cutoff=0.8)
    return found[0] if found and found[0] != word.upper() else None
