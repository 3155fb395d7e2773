"""What is asked of each server, and the goals: the same questions for all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from load import UNIQUE

BASE = "https://w3id.org/ctl-kg/"
RESOURCE = "data/cluster/afil"
HUB = "data/source/brochure-text-v1"

TURTLE, JSON_LD, HTML = "resource as Turtle", "resource as JSON-LD", "resource as HTML"
NOT_MODIFIED = "304"
SMALL, AGAIN, HEAVY = "small SELECT, always another", "small SELECT again", "heavy SELECT"
STOCK = "stock query, always other values"
FILTERED = "stock query again, always another filter"
SEARCH, WHY = "search, always other words", "why, always another pair"
ALONE = ", one connection"
LARGE = " (1M triples)"

FORMATS = (
    (TURTLE, ".ttl", "text/turtle"),
    (JSON_LD, ".jsonld", "application/ld+json"),
    (HTML, ".html", "text/html"),
)
_JSON_RESULTS = {"Accept": "application/sparql-results+json"}
_PREFIXES = (
    "PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
# A name that no resource has: each request asks a query that nobody asked before.
_NEW = f'FILTER(STR(?label) != "x{UNIQUE}")'
_SMALL = _PREFIXES + (
    "SELECT ?project ?label WHERE {{ ?project a ctl:Project ; skos:prefLabel ?label {new} }} "
    "LIMIT 20"
)
# Which networks join the most clusters and projects: a join of clusters, networks and projects,
# twice over on the reference data, once on the large graph, where it is as costly.
_HEAVY = _PREFIXES + (
    "SELECT ?network (COUNT(DISTINCT ?cluster) AS ?clusters) "
    "(COUNT(DISTINCT ?project) AS ?projects) (COUNT(*) AS ?ways) "
    "WHERE {{ ?cluster ctl:hasNetworkTie ?network ; ctl:participatesIn ?project . {more}"
    "?project skos:prefLabel ?label {new} }} GROUP BY ?network ORDER BY DESC(?ways) LIMIT 20"
)
_TWICE = (
    "?other ctl:hasNetworkTie ?network ; ctl:participatesIn ?second . "
    "?second skos:prefLabel ?name . "
)
_ENTITY = f"<{BASE}{RESOURCE}>"
CONSTRUCT = f"CONSTRUCT {{ {_ENTITY} ?p ?o }} WHERE {{ {_ENTITY} ?p ?o }}"


@dataclass(frozen=True)
class Work:
    """One row: the paths that are asked in turn, with these headers, over so many connections.

    Of several paths some warm the server up, and the others are measured.
    """

    name: str
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = 32

    @property
    def warming(self) -> Sequence[str]:
        """The paths that are asked before."""
        return self.paths[-len(self.paths) // 5 :]

    @property
    def measured(self) -> Sequence[str]:
        """The paths that are asked while it counts."""
        return self.paths[: -len(self.paths) // 5] or self.paths


@dataclass(frozen=True)
class Goal:
    """How ours must stand to a peer: requests per second, ours over the peer's, at least."""

    work: str
    peer: str
    least: float


GOALS = (
    *(Goal(work, bare, 0.5) for work in (TURTLE, JSON_LD) for bare in ("uvicorn", "granian")),
    *(Goal(HTML, bare, 0.4) for bare in ("uvicorn", "granian")),
    *(Goal(NOT_MODIFIED, bare, 0.6) for bare in ("uvicorn", "granian")),
    *(Goal(work, "oxigraph", 1.5) for work in (TURTLE, JSON_LD)),
    *(Goal(work, "trifid", 50) for work in (TURTLE, JSON_LD, HTML)),
    Goal(SMALL, "oxigraph", 0.4),
    Goal(SMALL, "rdflib-endpoint", 3),
    Goal(AGAIN, "oxigraph", 1),
)


@dataclass(frozen=True)
class OwnGoal:
    """What ours must reach by itself, on the reference data: latency in milliseconds, at most.

    ``least`` is of the requests per second of another work of ours, ``other``.
    """

    work: str
    p50_ms: float = math.inf
    p99_ms: float = math.inf
    other: str = ""
    least: float = 0


SEARCH_GOAL_MS = 5.0
WHY_GOAL_MS = 50.0
STOCK_GOAL_MS = 50.0
OWN_GOALS = (
    *(OwnGoal(w, p99_ms=STOCK_GOAL_MS, other=SMALL, least=0.5) for w in (STOCK, FILTERED)),
    OwnGoal(SEARCH + ALONE, p50_ms=SEARCH_GOAL_MS),
    OwnGoal(WHY + ALONE, p99_ms=WHY_GOAL_MS),
)
LOAD_GOAL = 1.3  # of pyoxigraph's Store.load
START_GOAL_S = 2.0
MEMORY_GOAL_MB = 200


def query_path(endpoint: str, query: str) -> str:
    """Return the path of a SPARQL GET."""
    return f"{endpoint}?query={quote(query, safe='')}"


def selects(endpoint: str, *, large: bool = False) -> list[Work]:
    """Return the SELECT works on an endpoint."""
    heavy = _HEAVY.format(new=_NEW, more="" if large else _TWICE)
    found = [
        Work(SMALL, [query_path(endpoint, _SMALL.format(new=_NEW))], _JSON_RESULTS),
        Work(AGAIN, [query_path(endpoint, _SMALL.format(new=""))], _JSON_RESULTS),
        Work(HEAVY, [query_path(endpoint, heavy)], _JSON_RESULTS),
    ]
    return _named(found, large=large)


def ours(etag: str, *, large: bool = False) -> list[Work]:
    """Return what is asked of our server; ``etag`` is that of the Turtle."""
    found = [Work(n, [f"/{RESOURCE}{suffix}"], {"Accept": m}) for n, suffix, m in FORMATS]
    found.append(Work(NOT_MODIFIED, [f"/{RESOURCE}.ttl"], {"If-None-Match": etag}))
    return [*_named(found, large=large), *selects("/sparql", large=large)]


def api(
    stock: Sequence[str], searches: Sequence[str], pairs: Sequence[str], *, large: bool = False
) -> list[Work]:
    """Return what only our server can be asked, from many paths of each kind, each once.

    A filter is worked out anew on an answer that is kept, the same at each request.
    """
    kept = f"/api/queries/network-degree?lang=en&filter=network:ne:x{UNIQUE}"
    half = len(searches) // 2
    found = [
        Work(STOCK, stock),
        Work(FILTERED, [kept]),
        Work(SEARCH, searches[:half]),
        Work(SEARCH + ALONE, searches[half:], connections=1),
        Work(WHY, pairs[:half]),
        Work(WHY + ALONE, pairs[half:], connections=1),
    ]
    return _named(found, large=large)


def constructs(endpoint: str, *, large: bool = False) -> list[Work]:
    """Return the CONSTRUCT of the resource as Turtle and JSON-LD, and the SELECT works."""
    path = query_path(endpoint, CONSTRUCT)
    found = [Work(name, [path], {"Accept": media}) for name, _, media in FORMATS[:2]]
    return [*_named(found, large=large), *selects(endpoint, large=large)]


def shmarql(*, large: bool = False) -> list[Work]:
    """Return what is asked of SHMARQL: no JSON-LD, and the page of 0.70 is an object's name.

    The address of an entity redirects to the CONSTRUCT that is asked here.
    """
    found = [Work(TURTLE, [query_path("/shmarql/", CONSTRUCT)], {"Accept": "text/turtle"})]
    return [*_named(found, large=large), *selects("/sparql", large=large)]


def trifid(*, large: bool = False) -> list[Work]:
    """Return what is asked of Trifid: its entity page in each format, and its endpoint."""
    found = [Work(name, [f"/{RESOURCE}"], {"Accept": media}) for name, _, media in FORMATS]
    return [*_named(found, large=large), *selects("/query", large=large)]


def _named(works: Sequence[Work], *, large: bool) -> list[Work]:
    suffix = LARGE if large else ""
    return [replace(work, name=work.name + suffix) for work in works]
