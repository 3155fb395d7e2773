"""The client: one method for each thing that a server answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, overload
from urllib.parse import quote, urljoin, urlsplit

from ctl_kg.client.connection import Connection, Reply, refuse_mixture, understood
from ctl_kg.client.links import Answer, answer_of
from ctl_kg.client.matrix import Matrix, matrix_of
from ctl_kg.client.queries import StockQuery, query_of
from ctl_kg.client.rows import Hits, Rows, rows_of_results
from ctl_kg.errors import NotFoundError, RequestError
from ctl_kg.namespaces import DEFAULT_BASE, Curies, prefixes

if TYPE_CHECKING:
    import rdflib

Value: TypeAlias = str | int | float | Decimal | bool | date
Values: TypeAlias = Value | Iterable[Value] | None

_RESULTS = "application/sparql-results+json"
_TURTLE = "text/turtle"
_TRIG = "application/trig"
_GRAPH_TYPES = {
    "ttl": _TURTLE, "jsonld": "application/ld+json", "nt": "application/n-triples",
    "rdf": "application/rdf+xml", "trig": _TRIG, "nq": "application/n-quads",
}  # fmt: skip
_LONGEST_GET = 1500  # characters of query text; longer texts go by POST
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"  # IRIs are escaped already where they have to be


class Client:
    """A client of one server.

    Args:
        url: where the server is, with the path it is mounted at, if any.
        language: ``it`` or ``en``, of names and texts; None leaves it to the server.
        timeout: seconds to wait for an answer, each time.
        retries: how often to try again when the server is busy, asks to slow down or cannot be
            reached. The pauses grow, and last at least as long as ``Retry-After`` says.
        most_wait: the longest pause in seconds; who is asked to wait longer gets the error.
    Raises:
        RequestError: ``url`` is not the address of a server.

    >>> kg = Client("http://127.0.0.1:8000", language="en", timeout=10)
    >>> rows = kg.query("networks-by-cluster", cluster="cluster:afil")  # doctest: +SKIP
    >>> len(rows), rows[0]["network"].label  # doctest: +SKIP
    (8, 'Cluster Fabbrica Intelligente')
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        language: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        most_wait: float = 60.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise RequestError(
                f"'{url[:80]}' is not the address of a server",
                hint="Give an http or https address, as http://127.0.0.1:8000.",
            )
        self.url = url.rstrip("/")
        self.language = language
        self._curies = Curies(prefixes(""))  # paths below the base, whichever it is
        self._connection = Connection(
            self.url, timeout=timeout, retries=retries, most_wait=most_wait, language=language
        )

    def __repr__(self) -> str:
        return f"Client({self.url!r}, language={self.language!r})"

    def queries(self) -> list[StockQuery]:
        """Return the stock queries of the server, with their parameters and columns.

        >>> [q.name for q in Client().queries() if q.group == "networks"]  # doctest: +SKIP
        """
        reply = self._get("/api/queries")
        document = reply.json()
        with understood(reply):
            return [query_of(each) for each in document["queries"]]

    def query(
        self,
        name: str,
        /,
        *,
        version: int | None = None,
        columns: Iterable[str] = (),
        sort: Iterable[str] = (),
        filters: Iterable[str] = (),
        evidence: bool = False,
        page_size: int | None = None,
        **parameters: Values,
    ) -> Rows:
        """Return the answer of a stock query; its further pages are asked for when needed.

        Args:
            name: of the query.
            version: of its contract; None takes the latest.
            columns: names of those wanted; all if empty.
            sort: names of columns to sort by, ``-`` before those that fall.
            filters: conditions as ``members:ge:100``; all must hold.
            evidence: ask too what each row rests on (:meth:`Rows.with_evidence`).
            page_size: rows asked for at a time, up to 1,000.
            parameters: of the query, by name; several values where a list is given. A final
                underscore is left out, so that ``from_`` can stand for ``from``.
        Raises:
            NotFoundError: there is no such query or version.
            ParameterError: a parameter is unknown or has a value that is not allowed.

        >>> Client().query("clusters-by-network", network="network:eusalp")  # doctest: +SKIP
        """
        pairs = _pairs({key.removesuffix("_"): value for key, value in parameters.items()})
        pairs += [(key, ",".join(names)) for key, names in
                  (("columns", list(columns)), ("sort", list(sort))) if names]  # fmt: skip
        pairs += [("filter", each) for each in filters]
        pairs += [("evidence", "1")] if evidence else []
        pairs += [("size", str(page_size or (100 if evidence else 1000)))]
        at = "" if version is None else f"@{version}"
        path = f"/api/queries/{quote(name, safe='')}{at}"

        def fetch(page: int) -> Reply:
            return self._get(path, [*pairs, ("page", str(page))])

        return Rows(fetch, fetch(1))

    def sparql(self, text: str) -> Rows | bool | rdflib.Graph:
        """Return the answer to a SPARQL query: rows, a truth value, or a graph.

        Raises:
            QuerySyntaxError: the server does not take the query.
            QueryLimitError: the query passes a limit of the server.

        >>> Client().sparql("ASK { ?s a ctl:TechnologyCluster }")  # doctest: +SKIP
        """
        accept = f"{_RESULTS}, {_TURTLE};q=0.9"
        reply = (
            self._get("/sparql", [("query", text)], accept=accept)
            if len(text) <= _LONGEST_GET
            else self._connection.post(self.url + "/sparql", {"query": text}, accept=accept)
        )
        if reply.media_type == _TURTLE:
            return _graph(reply)
        document = reply.json()
        with understood(reply):
            return bool(document["boolean"]) if "boolean" in document else rows_of_results(reply)

    def select(self, text: str) -> Rows:
        """Return the rows of a SELECT query.

        Raises:
            RequestError: the query is none.
            QuerySyntaxError, QueryLimitError: as for ``sparql``.
        """
        found = self.sparql(text)
        if not isinstance(found, Rows):
            raise RequestError("this query has no rows", hint="Use sparql() for other queries.")
        return found

    @overload
    def describe(self, iri: str, profile: str | None = None) -> rdflib.Graph: ...
    @overload
    def describe(self, iri: str, profile: str | None = None, *, format: str) -> str: ...
    def describe(
        self,
        iri: str,
        profile: str | None = None,
        *,
        format: str | None = None,  # noqa: A002 - its name in rdflib too
    ) -> rdflib.Graph | str:
        """Return what the server says of a resource, as a graph or as text.

        Args:
            iri: the resource, as IRI or CURIE (``cluster:afil``).
            profile: ``full``, ``summary``, ``labels``, ``schema`` or ``prov``; None is ``full``.
            format: ``ttl``, ``jsonld``, ``nt``, ``rdf``, ``trig`` or ``nq`` for text; None for
                a graph. A profile with named graphs gives an ``rdflib.Dataset``.
        Raises:
            NotFoundError: nothing is known of it; GoneError: it was withdrawn.
            NotAcceptableError: there is no such profile, or it is not written in the format.
            RequestError: there is no such format.
        """
        if format is not None and format not in _GRAPH_TYPES:
            names = ", ".join(_GRAPH_TYPES)
            raise RequestError(f"there is no format '{format[:80]}'", hint=f"Formats: {names}.")
        accept = _GRAPH_TYPES[format] if format else f"{_TURTLE}, {_TRIG};q=0.5"
        pairs = [] if profile is None else [("_profile", profile)]
        reply = self._connection.get(self._address_of(iri), pairs, accept=accept)
        return reply.body.decode() if format else _graph(reply)

    def search(
        self,
        text: str,
        *,
        type: str | None = None,  # noqa: A002 - its name in the API
        cluster: str | None = None,
    ) -> Hits:
        """Return the resources that a text finds, the best first.

        Args:
            text: words, an acronym, or an IRI or CURIE.
            type: keep what is of this class (``ctl:Network``).
            cluster: keep what is linked to this cluster (``cluster:afil``).
        Raises:
            ParameterError: the text is empty or too long, or a facet is unknown.
        """
        pairs = _pairs({"q": text, "type": type, "cluster": cluster, "size": 100})

        def fetch(page: int) -> Reply:
            return self._get("/api/search", [*pairs, ("page", str(page))])

        return Hits(fetch, fetch(1))

    def why(
        self, start: str, end: str, *, limit: int | None = None, max_hops: int | None = None
    ) -> Answer:
        """Return how two resources are linked: the shortest paths, as sentences with sources.

        Args:
            start: a resource, by IRI, CURIE or name.
            end: another.
            limit: how many paths at most.
            max_hops: how long a path may be.
        Raises:
            UnknownResourceError: an end names no resource, or several.

        >>> print(Client().why("AFIL", "Vanguard Initiative"))  # doctest: +SKIP
        """
        asked = {"from": start, "to": end, "limit": limit, "max_hops": max_hops}
        reply = self._get("/api/why", _pairs(asked))
        document = reply.json()
        with understood(reply):
            return answer_of(document, self.language or "it")

    def matrix(
        self,
        rows: str,
        columns: str,
        *,
        stated_only: bool = False,
        role: str | None = None,
        paths: bool = False,
    ) -> Matrix:
        """Return which members of two classes are linked, and which are not.

        Args:
            rows: what stands in the rows, as ``clusters``.
            columns: what stands in the columns, as ``networks``.
            stated_only: leave out links that are inferred.
            role: count links of this role only.
            paths: look for the nearest indirect path across each gap; takes longer.
        Raises:
            NotFoundError: there is no such matrix; its hint names those there are.
            ParameterError: no link has the role.

        >>> Client().matrix("clusters", "networks").to_pandas()  # doctest: +SKIP
        """
        path = f"/api/matrix/{quote(rows, safe='')}/{quote(columns, safe='')}"
        pairs = _pairs({"role": role, "certainty": "stated" if stated_only else None,
                        "gaps": "paths" if paths else "list"})  # fmt: skip
        replies = [self._get(path, pairs)]
        with understood(replies[0]):
            for page in range(2, replies[0].json()["pages"] + 1):
                replies.append(self._get(path, [*pairs, ("page", str(page))]))
                refuse_mixture(replies[0], replies[-1])
            return matrix_of([each.json() for each in replies])

    def _get(
        self, path: str, pairs: Iterable[tuple[str, str]] = (), *, accept: str = "application/json"
    ) -> Reply:
        return self._connection.get(self.url + path, pairs, accept=accept)

    def _address_of(self, name: str) -> str:
        """Return where the server answers for a resource.

        Raises:
            NotFoundError: it is no resource of the server.
        """
        iri = name.strip().removeprefix("<").removesuffix(">")
        if "://" not in iri:
            iri = self._curies.expand(iri) or iri
        if "://" not in iri and ":" not in iri:
            return f"{self.url}/{_document(iri)}"  # a CURIE of ours, now relative to the base
        for base in (self.url + "/", DEFAULT_BASE):
            if iri.startswith(base):
                return f"{self.url}/{_document(iri.removeprefix(base))}"
        # Another base: the server knows its own.
        reply = self._get("/api/search", [("q", iri), ("size", "1")])
        found = reply.json()
        with understood(reply):
            url = found["results"][0]["url"] if found["exact"] else None
        if not url:
            raise NotFoundError(f"'{name[:200]}' is no resource of {self.url}")
        return urljoin(self.url + "/", str(url))


def _document(local: str) -> str:
    return quote(local.partition("#")[0], safe=_PATH_SAFE)


def _pairs(parameters: Mapping[str, Values]) -> list[tuple[str, str]]:
    """Return parameters as they stand in an address; None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, given in parameters.items():
        values = [given] if isinstance(given, (str, int, float, Decimal, date)) else given or ()
        pairs += [(name, _text(each)) for each in values]
    return pairs


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _graph(reply: Reply) -> rdflib.Graph:
    import rdflib

    if reply.media_type == _TRIG:
        return rdflib.Dataset().parse(data=reply.body, format="trig")
    return rdflib.Graph().parse(data=reply.body, format="turtle")
