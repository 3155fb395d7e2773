"""Take a query that parses apart: which patterns and filters its WHERE holds, and where.

Read from the tokens, so that every part keeps its line and its text as written, and a part can
be put into a smaller query that the same engine answers. The engine offers no algebra, and
another library's algebra would lose the places and need its own text written back.
The query must be one that the engine takes; of other texts the result means nothing.
Source: SPARQL 1.1 Query §19.8 (grammar: GroupGraphPattern).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ctl_kg.sparql.guard import Scan
from ctl_kg.sparql.token_walk import merge
from ctl_kg.sparql.tokens import Token

_CLAUSES = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_PLAIN_TERMS = ("iri", "name", "variable", "blank")


@dataclass(frozen=True)
class Term:
    """A term as written; ``token`` is its first."""

    text: str
    token: Token
    kind: str

    @property
    def is_variable(self) -> bool:
        """True for ``?x``, and for blank nodes, which match anything."""
        return self.kind in ("variable", "blank", "block")


@dataclass(frozen=True)
class Step:
    """One part of a group.

    ``kind`` is triple, block, filter, bind, values, optional, minus, union, group, graph,
    service or select.
    """

    kind: str
    text: str
    line: int
    terms: tuple[Term, ...] = ()
    groups: tuple[Group, ...] = ()
    query: Select | None = None
    variables: frozenset[str] = frozenset()
    negated: bool = False


@dataclass(frozen=True)
class Group:
    """What stands between two braces."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Select:
    """A query or sub-query: its patterns, and the text of each clause after them."""

    text: str
    where: Group | None
    clauses: dict[str, tuple[str, int]] = field(default_factory=dict)
    head: str = ""


def read_query(scan: Scan) -> tuple[str, Select]:
    """Return the prologue and the rest of a query."""
    reader = _Reader(scan)
    start = reader.seek_form()
    return scan.text[: reader.offset(start)], reader.select(start, len(reader.tokens))


def variables_in(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the names of the variables among tokens."""
    return frozenset(token.text[1:] for token in tokens if token.kind == "variable")


class _Reader:
    """Walks over the tokens of one text."""

    def __init__(self, scan: Scan) -> None:
        self.source = scan.text
        self.tokens = merge(scan.tokens)
        self._starts = [0, *(match.end() for match in re.finditer("\n", scan.text))]

    def offset(self, index: int) -> int:
        token = self.tokens[index]
        return self._starts[token.line - 1] + token.column - 1

    def text(self, start: int, end: int) -> str:
        """Return the text of tokens ``start`` to before ``end``."""
        if start >= end:
            return ""
        last = self.tokens[end - 1]
        return self.source[self.offset(start) : self.offset(end - 1) + len(last.text)]

    def word(self, index: int) -> str:
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        return token.value.upper() if token.kind == "word" else ""

    def mark(self, index: int) -> str:
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        return token.text if token.kind == "mark" else ""

    def seek_form(self) -> int:
        forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
        return next(i for i in range(len(self.tokens)) if self.word(i) in forms)

    def close(self, index: int) -> int:
        """Return the index after the bracket that closes the one at ``index``."""
        depth = 0
        while index < len(self.tokens):
            mark = self.mark(index)
            depth += (mark in _BRACKETS) - (mark in _BRACKETS.values())
            index += 1
            if depth == 0:
                break
        return index

    def select(self, start: int, end: int) -> Select:
        """Read a query from its form on."""
        index = start + 1
        where: Group | None = None
        after = end
        is_template = self.word(start) == "CONSTRUCT" and self.mark(index) == "{"
        if is_template:
            index = self.close(index)
        while index < end:
            if self.mark(index) == "{":
                where = self.group(index)
                after = self.close(index)
                break
            if self.mark(index) in ("(", "["):
                index = self.close(index)
            elif self.word(index) in _CLAUSES:
                after = index
                break
            else:
                index += 1
        return Select(
            self.text(start, end), where, self._clauses(after, end), self.text(start, index)
        )

    def _clauses(self, start: int, end: int) -> dict[str, tuple[str, int]]:
        found: dict[str, tuple[str, int]] = {}
        index = start
        while index < end:
            name = self.word(index)
            begin = index
            index += 1
            while index < end and self.word(index) not in _CLAUSES:
                index = self.close(index) if self.mark(index) in _BRACKETS else index + 1
            if name in _CLAUSES:
                found[name] = (self.text(begin, index), self.tokens[begin].line)
        return found

    def group(self, index: int) -> Group:
        """Read the group whose brace stands at ``index``."""
        end = self.close(index) - 1
        index += 1
        if self.word(index) == "SELECT":
            query = self.select(index, end)
            line = self.tokens[index].line
            names = variables_in(self.tokens[index:end])
            return Group((Step("select", f"{{ {query.text} }}", line, query=query,
                               variables=names),))  # fmt: skip
        steps: list[Step] = []
        while index < end:
            if self.mark(index) == ".":
                index += 1
                continue
            found, index = self._step(index, end)
            steps += found
        return Group(tuple(steps))

    def _step(self, index: int, end: int) -> tuple[list[Step], int]:
        word = self.word(index)
        if word in ("OPTIONAL", "MINUS"):
            return self._braced(index, index + 1, word.lower())
        if word in ("GRAPH", "SERVICE"):
            brace = index + 1 + (self.word(index + 1) == "SILENT") + 1
            term = self._plain(brace - 1)
            return self._braced(index, brace, word.lower(), (term,))
        if word == "FILTER":
            return self._filter(index)
        if word == "BIND":
            return [self._made("bind", index, self.close(index + 1))], self.close(index + 1)
        if word == "VALUES":
            brace = self.close(index + 1) if self.mark(index + 1) == "(" else index + 2
            return [self._made("values", index, self.close(brace))], self.close(brace)
        if self.mark(index) == "{":
            return self._union(index)
        return self._triples(index, end)

    def _made(self, kind: str, start: int, end: int, **more: object) -> Step:
        names = variables_in(self.tokens[start:end])
        step = Step(kind, self.text(start, end), self.tokens[start].line, variables=names)
        return Step(**{**step.__dict__, **more})

    def _braced(
        self, start: int, brace: int, kind: str, terms: tuple[Term, ...] = ()
    ) -> tuple[list[Step], int]:
        end = self.close(brace)
        return [self._made(kind, start, end, groups=(self.group(brace),), terms=terms)], end

    def _union(self, index: int) -> tuple[list[Step], int]:
        start = index
        groups = []
        while True:
            groups.append(self.group(index))
            index = self.close(index)
            if self.word(index) != "UNION":
                break
            index += 1
        if len(groups) == 1 and groups[0].steps and groups[0].steps[0].kind == "select":
            return list(groups[0].steps), index
        kind = "union" if len(groups) > 1 else "group"
        return [self._made(kind, start, index, groups=tuple(groups))], index

    def _filter(self, index: int) -> tuple[list[Step], int]:
        inner = index + 1
        negated = self.word(inner) == "NOT"
        inner += negated
        if self.word(inner) == "EXISTS":
            end = self.close(inner + 1)
            made = self._made(
                "filter", index, end, groups=(self.group(inner + 1),), negated=negated
            )
            return [made], end
        while self.mark(inner) != "(":
            inner += 1
        return [self._made("filter", index, self.close(inner))], self.close(inner)

    def _triples(self, index: int, end: int) -> tuple[list[Step], int]:
        """Read the patterns of one subject."""
        start = index
        subject, index = self._term(index)
        found: list[Step] = []
        while index < end:
            verb = index
            index = self._path(index)
            if index == verb:
                break
            predicate = Term(self.text(verb, index), self.tokens[verb], self._kind(verb, index))
            while True:
                begin = index
                value, index = self._term(index)
                names = variables_in([subject.token, *self.tokens[verb:index]])
                text = f"{subject.text} {predicate.text} {value.text}"
                line = self.tokens[begin].line
                found.append(Step("triple", text, line, (subject, predicate, value),
                                  variables=names))  # fmt: skip
                if self.mark(index) != ",":
                    break
                index += 1
            while self.mark(index) == ";":
                index += 1
            if self.mark(index) in (".", "}") or self.word(index) not in ("", "A"):
                break
            if self.mark(index - 1) != ";":
                break
        if subject.text.startswith(("[", "(", "<<")) or not found:
            return [self._made("block", start, max(index, start + 1))], max(index, start + 1)
        return found, index

    def _kind(self, start: int, end: int) -> str:
        if end - start > 1:
            return "path"
        return "a" if self.tokens[start].kind == "word" else self.tokens[start].kind

    def _plain(self, index: int) -> Term:
        token = self.tokens[index]
        return Term(token.text, token, token.kind)

    def _term(self, index: int) -> tuple[Term, int]:
        token = self.tokens[index]
        start = index
        if self.mark(index) in _BRACKETS:
            index = self.close(index)
            return Term(self.text(start, index), token, "block"), index
        if token.text == "<" and self.mark(index + 1) == "<":
            while self.text(index, index + 2) != ">>":
                index += 1
            return Term(self.text(start, index + 2), token, "block"), index + 2
        if token.kind in _PLAIN_TERMS:
            return self._plain(index), index + 1
        index += 1
        if token.kind == "string":
            if index < len(self.tokens) and self.tokens[index].kind == "language":
                index += 1
            elif self.mark(index) == "^^":
                index += 2
        elif token.kind != "word":
            while self._adjacent(index) and re.match(r"[0-9.eE+\-]", self.tokens[index].text):
                if self.mark(index) == "." and not self._adjacent(index + 1):
                    break
                index += 1
        return Term(self.text(start, index), token, "literal"), index

    def _adjacent(self, index: int) -> bool:
        if not 0 < index < len(self.tokens):
            return False
        before = self.tokens[index - 1]
        return self.offset(index - 1) + len(before.text) == self.offset(index)

    def _path(self, index: int) -> int:
        """Return the index after the predicate or path at ``index``."""
        while True:
            while self.mark(index) in ("^", "!"):
                index += 1
            if self.mark(index) == "(":
                index = self.close(index)
            elif self.tokens[index].kind in _PLAIN_TERMS or self.word(index) == "A":
                index += 1
            else:
                return index
            is_sign = self.mark(index) == "+" and not self._adjacent(index)
            if self.mark(index) in ("*", "+", "?") and not is_sign:
                index += 1
            if self.mark(index) not in ("/", "|"):
                return index
            index += 1
