"""The service description of the endpoint, and the descriptions of the stock queries.

Source: SPARQL 1.1 Service Description §3; SHACL-SPARQL executables (``sh:select``).
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.sparql.query_file import QueryFile

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_SH = "http://www.w3.org/ns/shacl#"
_DCT = "http://purl.org/dc/terms/"
_RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_FORMATS = "http://www.w3.org/ns/formats/"

# The names that W3C gives to the formats of ``publish/formats``.
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "JSON-LD", "N-Triples", "RDF_XML",
)  # fmt: skip


def service_description(base_iri: str, endpoint: str, graphs: dict[str, int]) -> list[Triple]:
    """Return the description of an endpoint.

    Args:
        base_iri: base of the published IRIs; the service and its dataset are named below it.
        endpoint: address of the endpoint.
        graphs: the named graphs and the number of triples in each.
    """
    service, dataset = NamedNode(base_iri + "sparql"), NamedNode(base_iri + "sparql#dataset")
    default = NamedNode(base_iri + "sparql#default-graph")
    found = [
        Triple(service, _RDF_TYPE, NamedNode(_SD + "Service")),
        Triple(service, NamedNode(_SD + "endpoint"), NamedNode(endpoint)),
        Triple(service, NamedNode(_SD + "supportedLanguage"), NamedNode(_SD + "SPARQL11Query")),
        Triple(service, NamedNode(_SD + "feature"), NamedNode(_SD + "UnionDefaultGraph")),
        Triple(service, NamedNode(_SD + "defaultDataset"), dataset),
        Triple(dataset, _RDF_TYPE, NamedNode(_SD + "Dataset")),
        Triple(dataset, NamedNode(_SD + "defaultGraph"), default),
        Triple(default, _RDF_TYPE, NamedNode(_SD + "Graph")),
    ]
    for name in _RESULT_FORMATS:
        found.append(Triple(service, NamedNode(_SD + "resultFormat"), NamedNode(_FORMATS + name)))
    for graph, size in sorted(graphs.items()):
        node = NamedNode(f"{base_iri}sparql#{graph.rpartition('/')[2]}")
        found += [
            Triple(dataset, NamedNode(_SD + "namedGraph"), node),
            Triple(node, _RDF_TYPE, NamedNode(_SD + "NamedGraph")),
            Triple(node, NamedNode(_SD + "name"), NamedNode(graph)),
            Triple(node, NamedNode(_VOID + "triples"), Literal(str(size), datatype=_XSD_INTEGER)),
        ]
    return found


def query_description(query: QueryFile, base_iri: str) -> list[Triple]:
    """Return a stock query as a SHACL executable with its texts in both languages."""
    node = NamedNode(base_iri + "queries/" + query.name)
    select = query.form == "SELECT"
    kind = "SPARQLSelectExecutable" if select else "SPARQLConstructExecutable"
    found = [
        Triple(node, _RDF_TYPE, NamedNode(_SH + kind)),
        Triple(node, NamedNode(_SH + ("select" if select else "construct")), Literal(query.text)),
        Triple(node, NamedNode(_DCT + "identifier"), Literal(query.competency)),
    ]
    for predicate, texts in (("title", query.title), ("description", query.description)):
        found += [
            Triple(node, NamedNode(_DCT + predicate), Literal(text, language=language))
            for language, text in texts.items()
        ]
    return found


def query_list(queries: Iterable[QueryFile], base_iri: str) -> list[Triple]:
    """Return the descriptions of several stock queries as one graph."""
    return [triple for query in queries for triple in query_description(query, base_iri)]
