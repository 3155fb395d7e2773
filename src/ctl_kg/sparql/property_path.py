"""Property paths as the statements that make them: from a node, along a path, to others.

The engine says that a path holds, not through which statements; this finds them by look-ups.
Where repetition (``+``, ``*``) allows many ways, one shortest is taken; otherwise all are.
Source: SPARQL 1.1 Query §9 (property paths), §19.8 (grammar: Path).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ctl_kg.sparql.token_walk import merge
from ctl_kg.sparql.tokens import Token, tokenise

Node: TypeAlias = NamedNode | BlankNode | Literal
Fact: TypeAlias = tuple[NamedNode | BlankNode, NamedNode, Node]  # subject, predicate, object
Subject: TypeAlias = NamedNode | BlankNode
Lookup: TypeAlias = Callable[[Subject | None, NamedNode, Node | None], list[Quad]]

RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class NotCoveredError(Exception):
    """A part of a query whose statements cannot be told; the text says which."""


@dataclass(frozen=True)
class Path:
    """``kind`` is step, inverse, sequence, alternative, or repeat (of its one part)."""

    kind: str
    parts: tuple[Path, ...] = ()
    predicate: NamedNode | None = None
    least: int = 1
    endless: bool = False


def read_path(text: str, declared: Mapping[str, str]) -> Path:
    """Return a path from its text.

    Args:
        text: as a query writes it.
        declared: the namespaces of the query by prefix.
    Raises:
        NotCoveredError: it holds a negated set, or no path at all.
    """
    reader = _Reader(merge(list(tokenise(text))), declared)
    found = reader.alternative()
    if reader.index != len(reader.tokens):
        raise NotCoveredError(text)
    return found


class _Reader:
    def __init__(self, tokens: list[Token], declared: Mapping[str, str]) -> None:
        self.tokens = tokens
        self.index = 0
        self._declared = declared

    def _take(self, *marks: str) -> str:
        if self.index < len(self.tokens) and self.tokens[self.index].text in marks:
            self.index += 1
            return self.tokens[self.index - 1].text
        return ""

    def alternative(self) -> Path:
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Path("alternative", tuple(parts))

    def _sequence(self) -> Path:
        parts = [self._element()]
        while self._take("/"):
            parts.append(self._element())
        return parts[0] if len(parts) == 1 else Path("sequence", tuple(parts))

    def _element(self) -> Path:
        if self._take("^"):
            return Path("inverse", (self._element(),))
        found = self._primary()
        mark = self._take("?", "*", "+")
        if not mark:
            return found
        return Path("repeat", (found,), least=int(mark == "+"), endless=mark != "?")

    def _primary(self) -> Path:
        if self._take("("):
            found = self.alternative()
            if not self._take(")"):
                raise NotCoveredError("a path with a bracket that is not closed")
            return found
        if self.index >= len(self.tokens):
            raise NotCoveredError("a path that ends early")
        token = self.tokens[self.index]
        self.index += 1
        return Path("step", predicate=self._predicate(token))

    def _predicate(self, token: Token) -> NamedNode:
        if token.kind == "word" and token.value == "a":
            return RDF_TYPE
        prefix, _, local = token.value.partition(":")
        if token.kind == "name" and prefix in self._declared:
            return NamedNode(self._declared[prefix] + re.sub(r"\\(.)", r"\1", local))
        if token.kind == "iri":
            return NamedNode(token.value[1:-1])
        raise NotCoveredError(f"the path element {token.text}")


Reached: TypeAlias = dict[Node, frozenset[Fact]]


def reached(path: Path, start: Node, lookup: Lookup) -> Reached:
    """Return every node at the end of a path from ``start``, with the statements on the way."""
    if path.kind == "step":
        assert path.predicate is not None
        if isinstance(start, Literal):
            return {}
        return _steps(lookup(start, path.predicate, None), forward=True)
    if path.kind == "inverse":
        return _inverse(path.parts[0], start, lookup)
    if path.kind == "alternative":
        return _merged([reached(part, start, lookup) for part in path.parts])
    if path.kind == "sequence":
        found: Reached = {start: frozenset()}
        for part in path.parts:
            found = _onward(found, part, lookup)
        return found
    return _repeated(path, start, lookup)


def _steps(quads: list[Quad], *, forward: bool) -> Reached:
    found: Reached = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, Triple) or isinstance(value, Triple):
            continue
        fact: Fact = (subject, quad.predicate, value)
        end = value if forward else subject
        found[end] = found.get(end, frozenset()) | {fact}
    return found


def _inverse(path: Path, start: Node, lookup: Lookup) -> Reached:
    """Walk a path from its end: each of its parts the other way round."""
    if path.kind == "step":
        assert path.predicate is not None
        return _steps(lookup(None, path.predicate, start), forward=False)
    if path.kind == "inverse":
        return reached(path.parts[0], start, lookup)
    parts = tuple(Path("inverse", (part,)) for part in path.parts)
    if path.kind == "sequence":
        parts = parts[::-1]
    turned = Path(path.kind, parts, least=path.least, endless=path.endless)
    return reached(turned, start, lookup)


def _merged(several: list[Reached]) -> Reached:
    found: Reached = {}
    for each in several:
        for node, facts in each.items():
            found[node] = found.get(node, frozenset()) | facts
    return found


def _onward(so_far: Reached, part: Path, lookup: Lookup) -> Reached:
    return _merged(
        [
            {node: facts | before for node, facts in reached(part, middle, lookup).items()}
            for middle, before in so_far.items()
        ]
    )


def _repeated(path: Path, start: Node, lookup: Lookup) -> Reached:
    """Walk in rounds, so that the first way to a node is a shortest."""
    found: Reached = {start: frozenset()} if path.least == 0 else {}
    edge: Reached = {start: frozenset()}
    seen: set[Node] = {start} if path.least == 0 else set()
    while edge:
        edge = {n: f for n, f in _onward(edge, path.parts[0], lookup).items() if n not in seen}
        seen |= edge.keys()
        found |= edge
        if not path.endless:
            break
    return found
