"""The store that queries run on: one protocol, and the embedded engine behind it.

What a query without a dataset sees: the default graph is the *union of all named graphs*
(shapes and derived statements too), each triple once; ``GRAPH ?g`` sees the named graphs.
The engine's own union counts a triple once per graph that holds it, so the union is kept
as the store's default graph instead.

Not here: remote endpoints (``remote``), datasets that a query declares (``dataset``), time
limits (the query processes of the server).
Source: SPARQL 1.1 Query §13 (datasets), SPARQL 1.1 Protocol §2.1.4.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeAlias

import pyoxigraph as ox

from ctl_kg.errors import (
    CtlKgError,
    QuerySyntaxError,
    ReleaseError,
    StoreError,
    StoreUnavailableError,
)
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.sparql import guard
from ctl_kg.sparql.dataset import declared_dataset, graph_name, without_dataset
from ctl_kg.sparql.hints import explain_syntax_error
from ctl_kg.sparql.terms import QueryResult, Solutions

__all__ = ["LocalStore", "QueryResult", "Solutions", "Store", "open_release_store"]

NQUADS_FILE = "ctl-kg.nq"

Evaluation: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


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
        self._is_united = True

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
        self._forget()

    def add(self, quads: Sequence[ox.Quad]) -> None:
        """Add quads."""
        self._store.extend(quads)
        self._forget()

    def _forget(self) -> None:
        self._is_united = False
        for name in ("_sizes", "default_size"):
            self.__dict__.pop(name, None)

    def unite(self) -> None:
        """Make the default graph the union of the named graphs, each triple once.

        Done before the first query that needs it: whoever only looks quads up (pages do) is
        spared its time and memory, nearly those of loading.
        """
        if not self._is_united:
            self._store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
            self._is_united = True

    def quads(
        self,
        subject: ox.NamedNode | ox.BlankNode | None = None,
        predicate: ox.NamedNode | None = None,
        object: ox.NamedNode | ox.BlankNode | ox.Literal | None = None,  # noqa: A002 - RDF's word
        *,
        limit: int | None = None,
    ) -> list[ox.Quad]:
        """Return the quads of the named graphs that match, in no particular order.

        A look-up with a bound subject or object costs the same on any size of graph; of a hub
        with many statements, ``limit`` bounds how many are read.
        """
        found = self._store.quads_for_pattern(subject, predicate, object, None)
        named = (quad for quad in found if not isinstance(quad.graph_name, ox.DefaultGraph))
        return list(named if limit is None else islice(named, limit))

    def has_graph(self, name: ox.NamedNode) -> bool:
        """Return whether there is a named graph of that name."""
        return self._store.contains_named_graph(name)

    def graph(self, name: ox.NamedNode) -> list[ox.Quad]:
        """Return the quads of one named graph, in no particular order."""
        return list(self._store.quads_for_pattern(None, None, None, name))

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        sizes: dict[str, int] = {}
        for quad in self._store:
            if not isinstance(quad.graph_name, ox.DefaultGraph):
                name = str(quad.graph_name.value)
                sizes[name] = sizes.get(name, 0) + 1
        return dict(sorted(sizes.items()))

    def graph_sizes(self) -> Mapping[str, int]:
        """Return the number of triples of each named graph, by IRI; counted once."""
        return self._sizes

    @cached_property
    def default_size(self) -> int:
        """The number of triples of the default graph, which is the union of the others."""
        self.unite()
        default = self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return sum(1 for _ in default)

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        service_allow: Collection[str] = (),
    ) -> QueryResult:
        """Answer one query: see :class:`Store` and :meth:`evaluate`."""
        found = self.evaluate(
            text,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            service_allow=service_allow,
        )
        try:
            return _collect(found)
        except (OSError, RuntimeError, ValueError) as error:
            raise failed(error) from error

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        service_allow: Collection[str] = (),
        scan: guard.Scan | None = None,
    ) -> Evaluation:
        """Return the engine's own answer, which is computed while it is read.

        Reading it may raise the engine's errors: :func:`failed` translates them.

        Args:
            text: SPARQL 1.1; updates are refused, and ``SERVICE`` but for allowed endpoints.
            default_graphs: IRIs of the graphs that make the default graph; with
                ``named_graphs`` they replace the dataset that the text declares.
            named_graphs: IRIs of the graphs that ``GRAPH`` sees.
            service_allow: IRIs of the endpoints that ``SERVICE`` may call.
            scan: of this text, for the same endpoints, if it is at hand.
        Raises:
            QuerySyntaxError: the text does not parse or is refused.
            StoreError: the engine failed.
        """
        text = text.removeprefix("\ufeff")
        scan = scan or guard.scan(text, service_allow)
        default: Sequence[str] | None = None
        named: Sequence[str] = ()
        if default_graphs is not None or named_graphs is not None:
            default, named = default_graphs or (), named_graphs or ()
        elif scan.has_dataset:
            default, named = declared_dataset(scan, self.base_iri)
        try:
            if default is None:
                self.unite()
                return self._store.query(text, base_iri=self.base_iri)
            return self._query_selected(without_dataset(text, scan), default, named)
        except SyntaxError as error:
            raise explain_syntax_error(text, scan, str(error), self.base_iri) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise failed(error) from error

    def _query_selected(
        self, text: str, default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> Evaluation:
        """Query just these graphs: their merge as default graph, each triple once.

        The engine would give a triple of several default graphs several times, so these are
        copied; each graph at most once, so that a copy is never larger than the store.
        """
        if len(set(default_graphs)) > 1:
            copy = self.selected(default_graphs, named_graphs)
            return copy._store.query(text, base_iri=self.base_iri)
        return self._store.query(
            text,
            base_iri=self.base_iri,
            default_graph=[graph_name(iri) for iri in dict.fromkeys(default_graphs)],
            named_graphs=[graph_name(iri) for iri in dict.fromkeys(named_graphs)],
        )

    def selected(self, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> LocalStore:
        """Return a copy of some graphs: the merge of the first, and the others by name."""
        copy = LocalStore(base_iri=self.base_iri)
        merged = ox.DefaultGraph()
        for iri in dict.fromkeys(default_graphs):
            found = self._store.quads_for_pattern(None, None, None, graph_name(iri))
            copy._store.extend([ox.Quad(q.subject, q.predicate, q.object, merged) for q in found])
        for iri in dict.fromkeys(named_graphs):
            found = self._store.quads_for_pattern(None, None, None, graph_name(iri))
            copy._store.extend(list(found))
        return copy


def failed(error: Exception) -> CtlKgError:
    """Return what the engine raised while it answered, as an error of ours."""
    detail = (str(error).splitlines() or ["no reason given"])[0]
    function = re.match(r"The custom function (<.*>) is not supported", detail)
    if function:
        return QuerySyntaxError(
            f"there is no function {function[1]}",
            hint="Use the functions of SPARQL 1.1, or the casts of XML Schema as xsd:integer(?x).",
        )
    if isinstance(error, OSError):  # the data is in memory: only SERVICE reaches out
        return StoreUnavailableError(
            f"a service that the query calls cannot be used: {detail}",
            hint="Leave SERVICE out, or try again later.",
        )
    return StoreError(f"the query failed: {detail}")


def _collect(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> QueryResult:
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return list(dict.fromkeys(found))  # a graph is a set
    names = [variable.value for variable in found.variables]
    return Solutions(names, [tuple(solution) for solution in found])


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
