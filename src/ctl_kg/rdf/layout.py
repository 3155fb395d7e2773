"""Where things stand in the text of a Turtle or TriG file: comments and subject blocks.

A small tokenizer, enough to tell comments from strings and IRIs and to see where a
statement starts. It does not check syntax: the text must have been parsed before.
Source: RDF 1.1 Turtle §6.5 and RDF 1.1 TriG §4.5 (grammars).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_WORD = r"[^\s<>\"'{}()\[\];,.\#\\]|\\."
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{{}}|^`\x00-\x20]*>)
    | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"\"\"
               | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
               | \"(?:[^\"\\\n\r]|\\.)*\"
               | '(?:[^'\\\n\r]|\\.)*')
    | (?P<word>\.\d[\w+\-]*|(?:{_WORD})(?:{_WORD}|\.+(?={_WORD}))*)
    | (?P<punctuation>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LOCAL_ESCAPE = re.compile(r"\\([^uU])")
_IRI_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

BlockKey = tuple[str | None, str | None]
"""Graph IRI (None: default graph) and subject IRI (None: the graph block itself)."""


class Token(NamedTuple):
    """One token: kind (comment, iri, string, word, punctuation), text, 1-based line."""

    kind: str
    text: str
    line: int
    own_line: bool


@dataclass(frozen=True)
class Block:
    """A top-level subject block: lines are 1-based, both ends included."""

    graph: str | None
    subject: str | None
    line: int
    end_line: int


@dataclass
class Layout:
    """What :func:`scan` found: comments by place, and the subject blocks in file order."""

    head: list[list[str]] = field(default_factory=list)
    comments: dict[BlockKey, list[str]] = field(default_factory=dict)
    misplaced: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a Turtle or TriG text, without white space.

    >>> [token.text for token in tokens('<a#b> a:p "x # y" . # note')]
    ['<a#b>', 'a:p', '"x # y"', '.', '# note']
    """
    line, line_is_empty = 1, True
    for match in _TOKEN.finditer(text):
        kind, value = match.lastgroup or "", match.group()
        if kind != "space":
            yield Token(kind, value, line, line_is_empty)
            line_is_empty = False
        newlines = value.count("\n")
        if newlines:
            line += newlines
            line_is_empty = kind == "space"


def scan(text: str) -> Layout:
    """Return the layout of a Turtle or TriG text that parses."""
    return _Scanner(text).run()


class _Scanner:
    """Walks the tokens and follows statements, brackets and graph blocks."""

    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.position = 0
        self.prefixes: dict[str, str] = {}
        self.layout = Layout()
        self.pending: list[list[tuple[int, str]]] = []
        self.graph: str | None = None
        self.started = False

    def run(self) -> Layout:
        while (token := self._next()) is not None:
            if token.kind == "comment":
                self._comment(token)
            else:
                self._statement(token)
                self.started = True
        self._refuse_pending()
        return self.layout

    def _next(self) -> Token | None:
        if self.position >= len(self.tokens):
            return None
        self.position += 1
        return self.tokens[self.position - 1]

    def _next_code(self) -> Token | None:
        """Return the next token that is no comment; a comment on the way is misplaced."""
        while (token := self._next()) is not None and token.kind == "comment":
            self.layout.misplaced.append((token.line, token.text))
        return token

    def _comment(self, token: Token) -> None:
        if not token.own_line:
            self.layout.misplaced.append((token.line, token.text))
        elif self.pending and self.pending[-1][-1][0] == token.line - 1:
            self.pending[-1].append((token.line, token.text.rstrip()))
        else:
            self.pending.append([(token.line, token.text.rstrip())])

    def _statement(self, token: Token) -> None:
        word = token.text.lower() if token.kind == "word" else ""
        if token.text == "}":
            self._refuse_pending()
            self.graph = None
        elif token.text == "{":
            self._refuse_pending()
        elif word in ("@prefix", "@base", "@version", "prefix", "base", "version"):
            self._take_head()
            self._directive(word)
        elif word == "graph":
            name = self._next_code()
            self._open_graph(token.line, name)
            self._next_code()
        elif self._peek() == "{":
            self._open_graph(token.line, token)
            self._next_code()
        else:
            self._subject(token)

    def _peek(self) -> str:
        rest = self.tokens[self.position : self.position + 1]
        return rest[0].text if rest else ""

    def _directive(self, word: str) -> None:
        names: list[str] = []
        wanted = 2 if word.endswith("prefix") else 1
        while len(names) < wanted and (token := self._next_code()) is not None:
            names.append(token.text)
        if len(names) == 2:
            self.prefixes[names[0].rstrip(":")] = _unescape_iri(names[1][1:-1])
        if word.startswith("@"):
            self._next_code()

    def _open_graph(self, line: int, name: Token | None) -> None:
        self.graph = None if name is None else self._expand(name)
        self._attach((self.graph, None), line)

    def _subject(self, token: Token) -> None:
        subject = self._expand(token)
        if subject is None:
            self._refuse_pending()
        else:
            self._attach((self.graph, subject), token.line)
        graph = self.graph
        end_line = self._skip_statement(token)
        self.layout.blocks.append(Block(graph, subject, token.line, end_line))

    def _skip_statement(self, token: Token) -> int:
        """Go behind the statement that starts with ``token``; return its last line."""
        depth = 0
        current: Token | None = token
        line = token.line
        while current is not None:
            line = current.line
            if current.kind == "punctuation":
                if current.text in "([":
                    depth += 1
                elif current.text in ")]":
                    depth -= 1
                elif depth == 0 and current.text == ".":
                    break
                elif depth == 0 and current.text == "}":
                    self.graph = None
                    break
            current = self._next_code()
        return line

    def _expand(self, token: Token) -> str | None:
        """Return the IRI that a token names, or None for a blank node."""
        if token.kind == "iri":
            return _unescape_iri(token.text[1:-1])
        prefix, colon, local = token.text.partition(":")
        if token.kind != "word" or not colon or prefix == "_" or prefix not in self.prefixes:
            return None
        return self.prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)

    def _take_head(self) -> None:
        """Comments before the first directive are the head of the file."""
        if self.started:
            self._refuse_pending()
        self.layout.head += [[text for _, text in group] for group in self.pending]
        self.pending = []

    def _attach(self, key: BlockKey, line: int) -> None:
        """Give the comment lines directly above ``line`` to a block."""
        if self.pending and self.pending[-1][-1][0] == line - 1:
            group = self.pending.pop()
            self.layout.comments.setdefault(key, []).extend(text for _, text in group)
        self._take_head()

    def _refuse_pending(self) -> None:
        self.layout.misplaced += [comment for group in self.pending for comment in group]
        self.pending = []


def _unescape_iri(text: str) -> str:
    return _IRI_ESCAPE.sub(lambda match: chr(int(match.group(1) or match.group(2), 16)), text)
