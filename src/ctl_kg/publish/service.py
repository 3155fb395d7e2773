"""The service description of the endpoint.

It says what is true of this endpoint and no more: queries only, no federation unless endpoints
are allowed, nothing fetched.
Source: SPARQL 1.1 Service Description §3 and §4; VoID §3 (triples of a graph).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_DCT = "http://purl.org/dc/terms/"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_FORMATS = "http://www.w3.org/ns/formats/"
_LICENSE = "http://creativecommons.org/licenses/by/4.0/"

# The names that W3C gives to the formats of ``publish/formats``.
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "JSON-LD", "N-Triples", "RDF_XML",
)  # fmt: skip
_TITLE = {
    "it": "Endpoint SPARQL del grafo dei Cluster Tecnologici Lombardi",
    "en": "SPARQL endpoint of the graph of the Cluster Tecnologici Lombardi",
}
_DESCRIPTION = {
    "it": "Risponde a interrogazioni SPARQL 1.1 sul grafo pubblicato. Il grafo predefinito è "
    "l'unione dei grafi con nome, ogni tripla una volta. Solo lettura.",
    "en": "Answers SPARQL 1.1 queries over the published graph. The default graph is the merge "
    "of the named graphs, each triple once. Read only.",
}


@dataclass(frozen=True)
class QueryLimits:
    """What one query may use: seconds, bytes of memory, rows or triples, bytes of the answer."""

    seconds: float
    memory_bytes: int
    rows: int
    answer_bytes: int

    def texts(self) -> dict[str, str]:
        """Return the limits as one sentence in each language."""
        memory, size = self.memory_bytes // 1_000_000, self.answer_bytes // 1_000_000
        return {
            "it": f"Limiti di una interrogazione: {self.seconds:g} s, {self.rows} righe o triple, "
            f"{size} MB di risposta, {memory} MB di memoria. Oltre un limite la risposta è un "
            "errore 504 che lo nomina.",
            "en": f"Limits of one query: {self.seconds:g} s, {self.rows} rows or triples, "
            f"{size} MB of answer, {memory} MB of memory. Past a limit the answer is an error "
            "504 that names it.",
        }


def service_description(
    base_iri: str,
    endpoint: str,
    graphs: Mapping[str, int],
    *,
    default_triples: int | None = None,
    limits: QueryLimits | None = None,
    service_allow: Collection[str] = (),
) -> list[Triple]:
    """Return the description of an endpoint.

    Args:
        base_iri: base of the published IRIs; the service and its dataset are named below it.
        endpoint: public address of the endpoint.
        graphs: the named graphs and the number of triples in each
            (:meth:`ctl_kg.sparql.store.LocalStore.graph_sizes`).
        default_triples: number of triples of the default graph.
        limits: what one query may use.
        service_allow: endpoints that ``SERVICE`` may call.
    """
    found = _Description()
    service, dataset = base_iri + "sparql", base_iri + "sparql#dataset"
    found.add(service, _RDF_TYPE, NamedNode(_SD + "Service"))
    found.add_texts(service, _DCT + "title", _TITLE)
    found.add_texts(service, _DCT + "description", _DESCRIPTION)
    if limits is not None:
        found.add_texts(service, _RDFS + "comment", limits.texts())
    found.add(service, _DCT + "license", NamedNode(_LICENSE))
    found.add(service, _SD + "endpoint", NamedNode(endpoint))
    found.add(service, _SD + "supportedLanguage", NamedNode(_SD + "SPARQL11Query"))
    found.add(service, _SD + "feature", NamedNode(_SD + "UnionDefaultGraph"))
    if service_allow:
        found.add(service, _SD + "feature", NamedNode(_SD + "BasicFederatedQuery"))
    formats = (NamedNode(_FORMATS + name) for name in _RESULT_FORMATS)
    found.add(service, _SD + "resultFormat", *formats)
    found.add(service, _SD + "defaultDataset", NamedNode(dataset))
    _dataset(found, base_iri, graphs, default_triples)
    return found.triples


def _dataset(
    found: _Description, base_iri: str, graphs: Mapping[str, int], default_triples: int | None
) -> None:
    dataset, default = base_iri + "sparql#dataset", base_iri + "sparql#default-graph"
    found.add(dataset, _RDF_TYPE, NamedNode(_SD + "Dataset"))
    found.add(dataset, _RDFS + "seeAlso", NamedNode(base_iri + "void#dataset"))
    found.add(dataset, _SD + "defaultGraph", NamedNode(default))
    found.add(default, _RDF_TYPE, NamedNode(_SD + "Graph"))
    if default_triples is not None:
        found.count(default, default_triples)
    for graph, size in sorted(graphs.items()):
        node = f"{base_iri}sparql#{graph.rpartition('/')[2]}"
        found.add(dataset, _SD + "namedGraph", NamedNode(node))
        found.add(node, _RDF_TYPE, NamedNode(_SD + "NamedGraph"))
        found.add(node, _SD + "name", NamedNode(graph))
        found.count(node, size)


class _Description:
    """Collects triples about one node after another."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []

    def add(self, subject: str, term: str, *values: NamedNode | Literal) -> None:
        node = NamedNode(subject)
        self.triples += [Triple(node, NamedNode(term), value) for value in values]

    def add_texts(self, subject: str, term: str, texts: Mapping[str, str]) -> None:
        self.add(subject, term, *(Literal(text, language=tag) for tag, text in texts.items()))

    def count(self, subject: str, number: int) -> None:
        self.add(subject, _VOID + "triples", Literal(str(number), datatype=_XSD_INTEGER))
