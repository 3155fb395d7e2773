"""Read a SPARQL text as tokens, and refuse what this project never runs.

The engine sends real HTTP requests for ``SERVICE`` and would do so for ``LOAD``; it also
overflows its stack on deeply nested text. So a query is looked at before the engine sees it.
The scan is lexical on purpose: it does not decide whether a query is well formed (the engine
does), only what it can contain. Escapes such as ``\\u0053`` are decoded outside strings,
comments and IRIs, because a reader of the standard may decode them there.

Source: SPARQL 1.1 Query §19.2 (codepoint escapes), §19.8 (grammar: terminals).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ctl_kg.errors import QuerySyntaxError

MAX_DEPTH = 128  # nested brackets; the engine's stack is safe far above this
MAX_CHAIN = 2000  # operators of one expression or path; the engine fails at some ten thousand
MAX_TOKENS = 250_000

QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATE_KEYWORDS = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
)
_KEYWORD_TEXT = """
SELECT ASK CONSTRUCT DESCRIBE WHERE PREFIX BASE FROM NAMED DISTINCT REDUCED ORDER GROUP BY HAVING
LIMIT OFFSET ASC DESC OPTIONAL FILTER UNION MINUS GRAPH BIND VALUES UNDEF EXISTS NOT IN AS COUNT
SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE BOUND IRI URI COALESCE
IF STRLEN SUBSTR UCASE LCASE STRSTARTS STRENDS CONTAINS STRBEFORE STRAFTER CONCAT REGEX REPLACE
YEAR MONTH DAY NOW ABS ROUND CEIL FLOOR STRDT STRLANG ISIRI ISLITERAL ISBLANK ISNUMERIC SAMETERM
ENCODE_FOR_URI TRUE FALSE
"""
_KEYWORDS = tuple(_KEYWORD_TEXT.split())

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_LETTER = r"[A-Za-z_\u00B7-\uFFFD\U00010000-\U000EFFFF]"
_WORD = rf"(?:{_LETTER}|{_ESCAPE})(?:{_LETTER}|[0-9\-]|{_ESCAPE})*"
_LOCAL = (
    rf"(?:{_LETTER}|[0-9:\-]|%[0-9A-Fa-f]{{2}}|{_ESCAPE}|\\[_~.\-!$&'()*+,;=/?#@%]"
    r"|\.(?=[A-Za-z0-9_:.%\\\-\u00B7-\uFFFD]))*"
)
_TOKEN = re.compile(
    "|".join(
        (
            r"(?P<space>[ \t\r\n]+)",
            r"(?P<comment>\#[^\r\n]*)",
            rf"(?P<iri><(?:[^\x00-\x20<>\"{{}}|^`\\]|{_ESCAPE})*>)",
            r'(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""'
            r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
            r'|"(?:[^"\\\r\n]|\\[^\r\n])*"'
            r"|'(?:[^'\\\r\n]|\\[^\r\n])*')",
            rf"(?P<variable>[?$](?:{_LETTER}|[0-9])+)",
            rf"(?P<blank>_:(?:{_LETTER}|[0-9])(?:{_LETTER}|[0-9.\-])*)",
            r"(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)",
            rf"(?P<name>(?:(?:{_LETTER}|{_ESCAPE})(?:{_LETTER}|[0-9.\-]|{_ESCAPE}){{0,128}})?:{_LOCAL})",
            rf"(?P<word>{_WORD})",
            r"(?P<mark>.)",
        )
    ),
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One token; ``text`` is as written, ``value`` with escapes decoded; line and column from 1."""

    kind: str
    text: str
    value: str
    line: int
    column: int


@dataclass(frozen=True)
class Scan:
    """What a query contains, before the engine has parsed it."""

    tokens: tuple[Token, ...]
    form: str | None
    has_dataset: bool
    declared: dict[str, str] = field(default_factory=dict)

    @property
    def is_graph(self) -> bool:
        """True for the forms that answer with triples."""
        return self.form in ("CONSTRUCT", "DESCRIBE")

    def undeclared(self) -> Token | None:
        """Return the first prefixed name whose prefix is not declared in the text."""
        for token in _without_declarations(self.tokens):
            if token.kind == "name" and token.value.partition(":")[0] not in self.declared:
                return token
        return None

    def iris(self) -> list[tuple[int, str]]:
        """Return line and IRI of every name and whole IRI outside the declarations."""
        found = []
        for token in _without_declarations(self.tokens):
            prefix, _, local = token.value.partition(":")
            if token.kind == "iri":
                found.append((token.line, token.value[1:-1]))
            elif token.kind == "name" and prefix in self.declared:
                found.append((token.line, self.declared[prefix] + local))
        return found

    def used_prefixes(self) -> set[str]:
        """Return the prefixes of all prefixed names outside the declarations."""
        return {
            token.value.partition(":")[0]
            for token in _without_declarations(self.tokens)
            if token.kind == "name"
        }


def _decode(text: str) -> str:
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        number = int(match.group()[2:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"

    return re.sub(_ESCAPE, character, text)


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
        kind, content = match.lastgroup or "mark", match.group()
        if content in ("'", '"') or count > MAX_TOKENS:
            unclosed = count <= MAX_TOKENS
            raise QuerySyntaxError(
                "a string is not closed" if unclosed else f"more than {MAX_TOKENS} words and marks",
                line=line,
                column=match.start() - line_start + 1,
                hint="Close it with the same quotation mark." if unclosed else "Shorten the query.",
            )
        if kind not in ("space", "comment"):
            value = _decode(content) if kind in ("name", "word") else content
            yield Token(kind, content, value, line, match.start() - line_start + 1)
        breaks = content.count("\n")
        if breaks:
            line += breaks
            line_start = match.start() + content.rindex("\n") + 1


def _without_declarations(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens, less the names that ``PREFIX name: <iri>`` declares."""
    declaring = False
    for token in tokens:
        if not (declaring and token.kind == "name"):
            yield token
        declaring = token.kind == "word" and token.value.upper() == "PREFIX"


def scan(text: str) -> Scan:
    """Return what a query contains.

    Raises:
        QuerySyntaxError: it is an update, calls ``SERVICE`` or is nested too deeply.
    """
    tokens = tuple(tokenise(text))
    declared: dict[str, str] = {}
    form: str | None = None
    has_dataset = False
    depth = 0
    chain = 0
    for index, token in enumerate(tokens):
        chain = _chain(token, chain)
        if token.kind == "mark":
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth > MAX_DEPTH:
                raise QuerySyntaxError(
                    f"the query is nested more than {MAX_DEPTH} brackets deep",
                    line=token.line,
                    column=token.column,
                    hint="Split it into smaller queries.",
                )
        elif token.kind in ("word", "name"):
            _refuse_service(tokens, index)
            word = token.value.upper()
            if token.kind == "name":
                continue
            if word == "PREFIX" and index + 2 < len(tokens):
                declared[tokens[index + 1].value.removesuffix(":")] = tokens[index + 2].text[1:-1]
            if form is None and depth == 0:
                if word in UPDATE_KEYWORDS:
                    raise _refusal(token, f"{word} is an update, and this endpoint only reads")
                form = word if word in QUERY_FORMS else None
            has_dataset = has_dataset or word == "FROM"
    return Scan(tokens, form, has_dataset, declared)


def _chain(token: Token, length: int) -> int:
    """Return how many operators follow one another without the end of a statement between.

    The engine goes one level deeper for each of them, and for each UNION.
    """
    if token.kind == "mark" and token.text in ".;":
        return 0
    is_operator = token.kind == "mark" and token.text in "!+-*/|^&=<>"
    if is_operator or (token.kind == "word" and token.value.upper() == "UNION"):
        length += 1
    if length > MAX_CHAIN:
        raise QuerySyntaxError(
            f"more than {MAX_CHAIN} operators follow one another",
            line=token.line,
            column=token.column,
            hint="Use IN, VALUES or smaller queries.",
        )
    return length


def _refuse_service(tokens: tuple[Token, ...], index: int) -> None:
    """Refuse the keyword SERVICE, also glued to what stands before or after it.

    Some parsers need no space after a keyword, so ``SERVICE:x { }`` can be a call to ``:x``
    as well as a name with the prefix ``service``: only the second may stand.
    """
    token = tokens[index]
    if token.kind == "word" and "SERVICE" in token.value.upper():
        raise _refusal(token, "SERVICE asks another server, and this endpoint never does")
    if token.kind == "name" and "SERVICE" in token.value.partition(":")[0].upper():
        before = tokens[index - 1].value.upper() if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if after == "{" and before not in ("GRAPH", "FROM", "NAMED"):
            raise _refusal(token, "SERVICE asks another server, and this endpoint never does")


def _refusal(token: Token, message: str) -> QuerySyntaxError:
    return QuerySyntaxError(
        message,
        line=token.line,
        column=token.column,
        hint="Use SELECT, ASK, CONSTRUCT or DESCRIBE over the graphs published here.",
    )


def nearest_keyword(word: str) -> str | None:
    """Return the SPARQL keyword that a misspelt word most resembles, if any.

    >>> nearest_keyword("SELEC")
    'SELECT'
    """
    found = difflib.get_close_matches(word.upper(), _KEYWORDS, n=1, cutoff=0.75)
    return found[0] if found and found[0] != word.upper() else None
