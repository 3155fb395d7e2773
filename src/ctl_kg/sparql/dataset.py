"""The dataset that a query declares: read its ``FROM`` clauses, and take them out of the text.

The engine's own union counts a triple once per graph that holds it, so the store makes the
dataset itself and hands the engine a text without the clauses.
Source: SPARQL 1.1 Query §13.2 (specifying RDF datasets), §4.1.1 (relative IRIs).
"""

from __future__ import annotations

import re

import pyoxigraph as ox

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql import guard
from ctl_kg.sparql.hints import undeclared_prefix
from ctl_kg.sparql.tokens import Token, decode


def graph_name(iri: str) -> ox.NamedNode:
    """Return the name of a graph.

    Raises:
        QuerySyntaxError: the text is no absolute IRI.
    """
    if not re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri):
        raise QuerySyntaxError(
            f"the graph name '{iri}' is not an absolute IRI", hint="Give a whole IRI."
        )
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QuerySyntaxError(
            f"the graph name '{iri}' is not an IRI", hint="Give an absolute IRI."
        ) from error


def _dataset_clauses(scan: guard.Scan) -> list[tuple[Token, bool, Token]]:
    """Return (FROM token, is NAMED, graph token) for each dataset clause."""
    clauses = []
    tokens = scan.tokens
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.value.upper() != "FROM":
            continue
        following = tokens[index + 1 : index + 3]
        named = bool(following) and following[0].value.upper() == "NAMED"
        source = following[1:] if named else following[:1]
        if not source or source[0].kind not in ("iri", "name"):
            raise QuerySyntaxError(
                "FROM is not followed by the IRI of a graph",
                line=token.line,
                column=token.column,
                hint="Write FROM <https://…> or FROM NAMED <https://…>.",
            )
        clauses.append((token, named, source[0]))
    return clauses


def declared_dataset(scan: guard.Scan, base_iri: str) -> tuple[list[str], list[str]]:
    """Return the default and the named graphs that FROM and FROM NAMED select."""
    chosen: tuple[list[str], list[str]] = ([], [])
    base = base_iri
    for index, token in enumerate(scan.tokens[:-1]):
        if token.kind == "word" and token.value.upper() == "BASE":
            base = resolve(scan.tokens[index + 1].text[1:-1], base)
    for _, named, source in _dataset_clauses(scan):
        if source.kind == "iri":
            iri = resolve(decode(source.text[1:-1]), base)
        else:
            prefix, _, local = source.value.partition(":")
            if prefix not in scan.declared:
                raise undeclared_prefix(source, base_iri)
            iri = resolve(scan.declared[prefix], base) + re.sub(r"\\(.)", r"\1", local)
        chosen[named].append(iri)
    return chosen


def resolve(reference: str, base: str) -> str:
    """Resolve a relative IRI; the engine does it, so that both agree."""
    try:
        parsed = next(
            iter(
                ox.parse(f"<{reference}> <x:p> <x:o> .", format=ox.RdfFormat.TURTLE, base_iri=base)
            )
        )
    except SyntaxError as error:
        raise QuerySyntaxError(f"<{reference}> is not an IRI") from error
    return str(parsed.subject.value)


def without_dataset(text: str, scan: guard.Scan) -> str:
    """Blank out the dataset clauses, keeping every line and column where it was."""
    if not scan.has_dataset:
        return text
    lines = text.split("\n")
    for token, named, source in _dataset_clauses(scan):
        for part in _clause_tokens(scan, token, named, source):
            line = lines[part.line - 1]
            start = part.column - 1
            end = start + len(part.text)
            lines[part.line - 1] = line[:start] + " " * len(part.text) + line[end:]
    return "\n".join(lines)


def _clause_tokens(scan: guard.Scan, token: Token, named: bool, source: Token) -> list[Token]:
    between = scan.tokens[scan.tokens.index(token) + 1] if named else None
    return [part for part in (token, between, source) if part is not None]
