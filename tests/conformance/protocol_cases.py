"""The cases of the W3C suite for the SPARQL 1.1 Protocol, as requests to a read-only endpoint.

The identifiers are those of the suite; the requests are written for this endpoint, whose
graphs are those of the small release in ``tests/fixtures``. Where the suite has a graph with a
description of its own, one of ours stands with a resource that it alone describes. The suite
updates; this endpoint refuses, so an update has one outcome here whatever its merits.

Source: https://w3c.github.io/rdf-tests/sparql/sparql11/protocol/ (manifest.ttl, 34 cases).
"""

from __future__ import annotations

from dataclasses import dataclass

from server import BASE, DIRECT, FORM

UPDATE = "application/sparql-update"
BOOLEAN_TYPES = ("application/sparql-results+xml", "application/sparql-results+json")
ROW_TYPES = (*BOOLEAN_TYPES, "text/csv", "text/tab-separated-values")
GRAPH_TYPES = ("text/turtle", "application/rdf+xml", "application/n-triples",
               "application/ld+json", "text/html", "application/xhtml+xml")  # fmt: skip

ONE, TWO, THREE = (BASE + "data/graph/" + name for name in ("p-0114", "p-0164", "provenance"))
IN_ONE, IN_TWO = f"<{BASE}data/cluster/lac>", f"<{BASE}data/network/vanguard>"
BOTH = f"ASK {{ {IN_ONE} a ?one . {IN_TWO} a ?two }}"
ANY = "ASK { GRAPH ?g { ?s ?p ?o } }"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Case:
    """One request and what its answer must be.

    Args:
        name: identifier of the suite.
        expected: True or False for the answer to an ASK, a tuple of media types one of which the
            answer must have, or the word ``refused`` for a status 4xx.
        parameters: of the address. ``fields`` are those of a form, ``body`` is sent as it is.
        control: parameters with which the same query must answer the opposite.
    """

    name: str
    expected: bool | tuple[str, ...] | str
    method: str = "GET"
    parameters: Pairs = ()
    fields: Pairs = ()
    body: bytes = b""
    content_type: str | None = None
    control: Pairs | None = None


def _get(name: str, query: str, *graphs: tuple[str, str], **more: object) -> Case:
    return Case(name, True, parameters=(*graphs, ("query", query)), **more)  # type: ignore[arg-type]


def _post(
    name: str, query: str, *graphs: tuple[str, str], expected: object = True, **more: object
) -> Case:
    return Case(name, expected, "POST", graphs, (), query.encode(), DIRECT, **more)  # type: ignore[arg-type]


def _default(*iris: str) -> Pairs:
    return tuple(("default-graph-uri", iri) for iri in iris)


def _named(*iris: str) -> Pairs:
    return tuple(("named-graph-uri", iri) for iri in iris)


QUERIES = [
    Case("query_post_form", True, "POST", fields=(("query", "ASK {}"),), content_type=FORM),
    _get("query_dataset_default_graphs_get", BOTH, *_default(ONE, TWO), control=_default(ONE)),
    _post("query_dataset_default_graphs_post", BOTH, *_default(ONE, TWO), control=_default(TWO)),
    _post("query_dataset_named_graphs_post", ANY, *_named(ONE, TWO), control=_default(ONE)),
    _get("query_dataset_named_graphs_get", ANY, *_named(ONE, TWO), control=_default(ONE)),
    _post(
        "query_dataset_full",
        "SELECT ?g ?x ?s { ?x a ?type  GRAPH ?g { ?s a ?kind } }",
        *_default(THREE),
        *_named(ONE, TWO),
        expected=BOOLEAN_TYPES,
    ),
    _post(
        "query_multiple_dataset",
        f"ASK FROM <{ONE}> {{ {IN_ONE} ?p ?o }}",
        *_default(TWO),
        expected=False,
        control=_default(ONE),
    ),
    _get("query_get", "ASK {}"),
    _post("query_content_type_select", "SELECT (1 AS ?value) {}", expected=ROW_TYPES),
    _post("query_content_type_ask", "ASK {}", expected=BOOLEAN_TYPES),
    _post("query_content_type_describe", "DESCRIBE <http://example.org/>", expected=GRAPH_TYPES),
    _post(
        "query_content_type_construct",
        "CONSTRUCT { <s> <p> 1 } WHERE {}",
        expected=GRAPH_TYPES,
    ),
    _post("query_post_direct", "ASK {}"),
]

BAD_QUERIES = [
    Case("bad_query_method", "refused", "PUT", (("query", "ASK {}"),)),
    Case("bad_multiple_queries", "refused",
         parameters=(("query", "ASK {}"), ("query", "SELECT * {}"))),
    Case("bad_query_wrong_media_type", "refused", "POST", body=b"ASK {}",
         content_type="text/plain"),
    Case("bad_query_missing_form_type", "refused", "POST", body=b"query=ASK%20%7B%7D"),
    Case("bad_query_missing_direct_type", "refused", "POST", body=b"ASK {}"),
    Case("bad_query_non_utf8", "refused", "POST", body="ASK {}".encode("utf-16"),
         content_type=DIRECT + "; charset=UTF-16"),
    Case("bad_query_syntax", "refused", parameters=(("query", "ASK {"),)),
]  # fmt: skip


def _update(name: str, body: str, *graphs: tuple[str, str]) -> Case:
    return Case(name, "refused", "POST", graphs, (), body.encode(), UPDATE)


def _using(*iris: str) -> Pairs:
    return tuple(("using-graph-uri", iri) for iri in iris)


def _using_named(*iris: str) -> Pairs:
    return tuple(("using-named-graph-uri", iri) for iri in iris)


_WRITE = (
    f"CLEAR ALL ; INSERT DATA {{ GRAPH <{ONE}> {{ <urn:x:s> a <urn:x:Document> }} }} ;"
    " INSERT { GRAPH <urn:x:copy> { ?s a <urn:x:Resource> } } WHERE { ?s a <urn:x:Document> }"
)
_WITH = "WITH <urn:x:g> DELETE { ?p <urn:x:n> 'a' } INSERT { ?p <urn:x:n> 'b' } WHERE { ?p ?q ?r }"
UPDATES = [
    _update("update_dataset_default_graph", _WRITE, *_using(ONE)),
    _update("update_dataset_default_graphs", _WRITE, *_using(ONE, TWO)),
    _update("update_dataset_named_graphs", _WRITE, *_using_named(ONE, TWO)),
    _update("update_dataset_full", _WRITE, *_using(ONE), *_using_named(TWO)),
    Case("update_post_form", "refused", "POST", fields=(("update", "CLEAR ALL"),),
         content_type=FORM),
    _update("update_post_direct", "CLEAR ALL"),
    _update("update_base_uri", "INSERT DATA { GRAPH <urn:x:g> { <urn:x:s> <urn:x:p> <test> } }"),
    Case("bad_update_get", "refused", parameters=(("update", "CLEAR ALL"),)),
    Case("bad_multiple_updates", "refused", "POST",
         fields=(("update", "CLEAR NAMED"), ("update", "CLEAR DEFAULT")), content_type=FORM),
    Case("bad_update_wrong_media_type", "refused", "POST", body=b"CLEAR NAMED",
         content_type="text/plain"),
    Case("bad_update_missing_form_type", "refused", "POST", body=b"update=CLEAR%20NAMED"),
    Case("bad_update_non_utf8", "refused", "POST", body="CLEAR NAMED".encode("utf-16"),
         content_type=UPDATE + "; charset=UTF-16"),
    Case("bad_update_syntax", "refused", "POST", fields=(("update", "CLEAR XYZ"),),
         content_type=FORM),
    Case("bad_update_dataset_conflict", "refused", "POST",
         fields=(*_using_named("urn:x:people"), ("update", _WITH)), content_type=FORM),
]  # fmt: skip

CASES = [*QUERIES, *BAD_QUERIES, *UPDATES]
