"""What is asked of each server, and the goals: the same questions for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from load import UNIQUE

BASE = "https://w3id.org/ctl-kg/"
RESOURCE = "data/cluster/afil"
HUB = "data/source/brochure-text-v1"

TURTLE, JSON_LD, HTML = "resource as Turtle", "resource as JSON-LD", "resource as HTML"
NOT_MODIFIED = "304"
SMALL, AGAIN, HEAVY = "small SELECT, always another", "small SELECT again", "heavy SELECT"
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
    """One row: the paths that are asked in turn, with these headers."""

    name: str
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)


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
    return [Work(work.name + suffix, work.paths, work.headers) for work in works]
