"""The store that queries run on: one protocol, and the embedded engine behind it.

What a query without a dataset sees: the default graph is the *union of all named graphs*
(shapes and derived statements too), each triple once; ``GRAPH ?g`` sees the named graphs.
The engine's own union counts a triple once per graph that holds it, so the union is kept
as the store's default graph instead.

Not here: remote endpoints (``remote``), time limits (the worker processes of the server).
Source: SPARQL 1.1 Query §13 (datasets), SPARQL 1.1 Protocol §2.1.4.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from ctl_kg.errors import QuerySyntaxError, ReleaseError, StoreError
from ctl_kg.namespaces import DEFAULT_BASE, prefixes
from ctl_kg.sparql import guard
from ctl_kg.sparql.terms import QueryResult, Solutions

__all__ = ["LocalStore", "QueryResult", "Solutions", "Store", "open_release_store"]

NQUADS_FILE = "ctl-kg.nq"


class Store(Protocol):
    """Anything that answers SPARQL queries."""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QueryResult:
        """Answer one query.

        Args:
            text: SPARQL 1.1; ``SERVICE`` and updates are refused.
            default_graphs: IRIs of the graphs that make the default graph; with
                ``named_graphs`` they replace the dataset that the text declares.
            named_graphs: IRIs of the graphs that ``GRAPH`` sees.
        Raises:
            QuerySyntaxError: the text does not parse or is refused.
            StoreError: the engine failed.
        """


class LocalStore:
    """A dataset in memory; the engine is pyoxigraph."""

    def __init__(self, *, base_iri: str = DEFAULT_BASE) -> None:
        self.base_iri = base_iri
        self._store = ox.Store()

    def __len__(self) -> int:
        """Return the number of quads in named graphs."""
        return sum(1 for quad in self._store if not isinstance(quad.graph_name, ox.DefaultGraph))

    def load_nquads(self, path: Path) -> None:
        """Add the quads of a file.

        Raises:
            ReleaseError: the file is missing or does not parse.
        """
        try:
            self._store.load(path=str(path), format=ox.RdfFormat.N_QUADS)
        except (OSError, SyntaxError, ValueError) as error:
            raise ReleaseError(
                f"cannot be loaded: {str(error).splitlines()[0]}",
                path=path,
                hint="Build the release anew: ctl-kg build",
            ) from error
        self._unite()

    def add(self, quads: Sequence[ox.Quad]) -> None:
        """Add quads."""
        self._store.extend(quads)
        self._unite()

    def _unite(self) -> None:
        default = ox.DefaultGraph()
        self._store.extend(
            [
                ox.Quad(quad.subject, quad.predicate, quad.object, default)
                for quad in self._store
                if quad.graph_name != default
            ]
        )

    def quads(
        self,
        subject: ox.NamedNode | ox.BlankNode | None = None,
        predicate: ox.NamedNode | None = None,
        object: ox.NamedNode | ox.BlankNode | ox.Literal | None = None,  # noqa: A002 - RDF's word
    ) -> list[ox.Quad]:
        """Return the quads of the named graphs that match, in no particular order.

        A look-up with a bound subject or object costs the same on any size of graph.
        """
        found = self._store.quads_for_pattern(subject, predicate, object, None)
        return [quad for quad in found if not isinstance(quad.graph_name, ox.DefaultGraph)]

    def has_graph(self, name: ox.NamedNode) -> bool:
        """Return whether there is a named graph of that name."""
        return self._store.contains_named_graph(name)

    def graph(self, name: ox.NamedNode) -> list[ox.Quad]:
        """Return the quads of one named graph, in no particular order."""
        return list(self._store.quads_for_pattern(None, None, None, name))

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QueryResult:
        """Answer one query: see :class:`Store`."""
        text = text.removeprefix("\ufeff")
        scan = guard.scan(text)
        try:
            store = self._store
            if default_graphs is not None or named_graphs is not None:
                store = self._selected(default_graphs or (), named_graphs or ())
                text = _without_dataset(text, scan)
            elif scan.has_dataset:
                store = self._selected(*_declared_dataset(scan, self.base_iri))
                text = _without_dataset(text, scan)
            found = store.query(text, base_iri=self.base_iri)
            return _collect(found)
        except SyntaxError as error:
            raise explain_syntax_error(text, scan, str(error), self.base_iri) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"the query failed: {str(error).splitlines()[0]}") from error

    def _selected(self, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> ox.Store:
        """Return a store with just these graphs: their merge as default graph, each triple once."""
        selected = ox.Store()
        default = ox.DefaultGraph()
        for name in default_graphs:
            found = self._store.quads_for_pattern(None, None, None, _graph_name(name))
            selected.extend([ox.Quad(q.subject, q.predicate, q.object, default) for q in found])
        for name in named_graphs:
            graph = _graph_name(name)
            selected.extend(list(self._store.quads_for_pattern(None, None, None, graph)))
        return selected


def _graph_name(iri: str) -> ox.NamedNode:
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


def _dataset_clauses(scan: guard.Scan) -> list[tuple[guard.Token, bool, guard.Token]]:
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
                "FROM is not followed by the IRI of a graph", line=token.line, column=token.column
            )
        clauses.append((token, named, source[0]))
    return clauses


def _declared_dataset(scan: guard.Scan, base_iri: str) -> tuple[list[str], list[str]]:
    """Return the default and the named graphs that FROM and FROM NAMED select."""
    chosen: tuple[list[str], list[str]] = ([], [])
    base = base_iri
    for index, token in enumerate(scan.tokens[:-1]):
        if token.kind == "word" and token.value.upper() == "BASE":
            base = _resolve(scan.tokens[index + 1].text[1:-1], base)
    for _, named, source in _dataset_clauses(scan):
        if source.kind == "iri":
            iri = _resolve(guard._decode(source.text[1:-1]), base)
        else:
            prefix, _, local = source.value.partition(":")
            if prefix not in scan.declared:
                raise _undeclared_prefix(source, base_iri)
            iri = _resolve(scan.declared[prefix], base) + re.sub(r"\\(.)", r"\1", local)
        chosen[named].append(iri)
    return chosen


def _resolve(reference: str, base: str) -> str:
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


def _without_dataset(text: str, scan: guard.Scan) -> str:
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


def _clause_tokens(
    scan: guard.Scan, token: guard.Token, named: bool, source: guard.Token
) -> list[guard.Token]:
    between = scan.tokens[scan.tokens.index(token) + 1] if named else None
    return [part for part in (token, between, source) if part is not None]


def _collect(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> QueryResult:
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return list(dict.fromkeys(found))  # a graph is a set
    names = [variable.value for variable in found.variables]
    return Solutions(names, [tuple(solution) for solution in found])


def explain_syntax_error(
    text: str, scan: guard.Scan, detail: str, base_iri: str
) -> QuerySyntaxError:
    """Turn the engine's message into one that says what is wrong, where, and what to do."""
    unknown = scan.undeclared()
    if unknown is not None:
        return _undeclared_prefix(unknown, base_iri)
    place = re.search(r"error at (\d+):(\d+)", detail)
    line, column = (int(place[1]), int(place[2])) if place else (None, None)
    known = (
        (
            "variable that is unbound",
            "SELECT names a variable that the query never binds",
            "Use the variable in WHERE, or list it in GROUP BY.",
        ),
        ("IRI parsing failed", "an IRI is malformed", "Write IRIs as <https://…> without spaces."),
    )
    for phrase, message, hint in known:
        if phrase in detail:
            return QuerySyntaxError(message, line=line, column=column, hint=hint)
    if scan.form is None:
        words = (token for token in scan.tokens if token.kind == "word")
        first = next((t for t in words if t.value.upper() not in ("PREFIX", "BASE")), None)
        near = guard.nearest_keyword(first.value) if first else None
        return QuerySyntaxError(
            "this is not a SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE is missing",
            line=first.line if first else 1,
            column=first.column if first else 1,
            hint=f"Did you mean {near}?" if near else "Begin with one of them, after PREFIX.",
        )
    return QuerySyntaxError(
        "the query does not parse" + _what_stands(text, line, column),
        line=line,
        column=column,
        hint=_hint(scan, line),
    )


def _what_stands(text: str, line: int | None, column: int | None) -> str:
    lines = text.split("\n")
    if line is None or column is None or line > len(lines):
        return ""
    row = lines[line - 1]
    if not row[column - 1 :].strip():
        before = row[: column - 1].strip()[-30:]
        return f" after '{before}'" if before else ": it ends too early"
    return f" at '{row[column - 1 :].strip()[:30]}'"


def _hint(scan: guard.Scan, line: int | None) -> str:
    for opening, closing in ("{}", "()", "[]"):
        texts = [token.text for token in scan.tokens if token.kind == "mark"]
        surplus = texts.count(opening) - texts.count(closing)
        if surplus:
            return f"'{opening}' and '{closing}' do not balance: one of them is missing."
    for token in scan.tokens:
        if token.kind == "word" and token.value not in ("a", "true", "false"):
            near = guard.nearest_keyword(token.value)
            if near and (line is None or abs(token.line - line) <= 1):
                return f"Did you mean {near} (instead of {token.value})?"
    return "Check the dots and semicolons of the patterns before this place."


def _undeclared_prefix(token: guard.Token, base_iri: str) -> QuerySyntaxError:
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


def open_release_store(release_dir: Path, *, base_iri: str = DEFAULT_BASE) -> LocalStore:
    """Return the dataset of a release folder, loaded from its N-Quads file.

    The file, not a database folder, is the release's store: a database writes random
    identifiers and times, so that two builds could never be equal byte for byte.

    Raises:
        ReleaseError: there is no release, or its file is damaged.
    """
    path = release_dir / NQUADS_FILE
    if not path.is_file():
        raise ReleaseError(
            f"there is no release here ({NQUADS_FILE} is missing)",
            path=release_dir,
            hint=f"Make one with: ctl-kg build --out {release_dir}",
        )
    _check_digest(path)
    store = LocalStore(base_iri=base_iri)
    store.load_nquads(path)
    return store


def _check_digest(path: Path) -> None:
    """Compare a release's N-Quads with its manifest, if that describes them.

    Raises:
        ReleaseError: the file cannot be read, or is not the one that was built.
    """
    try:
        manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
        wanted = manifest["files"][path.name]["sha256"]
    except (OSError, ValueError, LookupError, TypeError):
        return
    try:
        same = hashlib.sha256(path.read_bytes()).hexdigest() == wanted
    except OSError as error:
        raise ReleaseError(f"cannot be read: {error.strerror}", path=path) from error
    if not same:
        raise ReleaseError(
            "is not the file that manifest.json describes: the release is damaged",
            path=path,
            hint="Build the release anew: ctl-kg build",
        )
