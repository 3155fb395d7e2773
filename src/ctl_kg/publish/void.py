"""The VoID description of a release: what it is, how large, where to get it, what it links to.

Counts are taken from the store itself, so they are those of the dump.
Source: Describing Linked Datasets with the VoID Vocabulary (W3C Interest Group Note 2011),
§3 access metadata, §4.5 and §4.6 partitions and statistics, §5 linksets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

_VOID = "http://rdfs.org/ns/void#"
_DCT = "http://purl.org/dc/terms/"
_RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FORMATS = "http://www.w3.org/ns/formats/"
_LICENSE = "http://creativecommons.org/licenses/by/4.0/"
_DCAT = "http://www.w3.org/ns/dcat#"
_MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
# Files of the release: what W3C calls the format, and its media type.
_DUMPS = {
    "ctl-kg.ttl": ("Turtle", "text/turtle"),
    "ctl-kg.nt": ("N-Triples", "application/n-triples"),
    "ctl-kg.nq": ("N-Quads", "application/n-quads"),
    "ctl-kg.trig": ("TriG", "application/trig"),
    "ctl-kg.jsonld": ("JSON-LD", "application/ld+json"),
    "ctl-kg.rdf": ("RDF_XML", "application/rdf+xml"),
}
_TITLE = {
    "it": "Grafo di conoscenza dei Cluster Tecnologici Lombardi",
    "en": "Knowledge graph of the Cluster Tecnologici Lombardi",
}
_DESCRIPTION = {
    "it": "I nove cluster tecnologici lombardi con progetti, reti europee, ecosistemi S3 e PNRR; "
    "ogni enunciato con il passo del documento da cui viene.",
    "en": "The nine technology clusters of Lombardy with projects, European networks, S3 "
    "ecosystems and the PNRR; each statement with the passage of the document it comes from.",
}


class _Description:
    """Collects triples about one node at a time."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []

    def add(self, subject: NamedNode, term: str, *values: NamedNode | Literal) -> None:
        for value in values:
            self.triples.append(Triple(subject, NamedNode(term), value))

    def count(self, subject: NamedNode, name: str, number: int) -> None:
        integer = NamedNode(_XSD + "integer")
        self.add(subject, _VOID + name, Literal(str(number), datatype=integer))


def void_description(
    quads: Sequence[Quad], base_iri: str, manifest: Mapping[str, Any], examples: Iterable[str]
) -> list[Triple]:
    """Return the description of a release.

    Args:
        quads: the statements of all named graphs.
        base_iri: base of the published IRIs.
        manifest: the release's manifest (version, date, files).
        examples: IRIs of typical resources.
    """
    found = _Description()
    dataset = NamedNode(base_iri + "void#dataset")
    found.add(dataset, _RDF_TYPE.value, NamedNode(_VOID + "Dataset"), NamedNode(_DCAT + "Dataset"))
    _general(found, dataset, base_iri, manifest)
    found.add(dataset, _VOID + "exampleResource", *(NamedNode(iri) for iri in examples))
    _statistics(found, dataset, quads, base_iri)
    _linksets(found, dataset, quads, base_iri)
    return found.triples


def _general(
    found: _Description, dataset: NamedNode, base_iri: str, manifest: Mapping[str, Any]
) -> None:
    for language in ("it", "en"):
        found.add(dataset, _DCT + "title", Literal(_TITLE[language], language=language))
        found.add(dataset, _DCT + "description", Literal(_DESCRIPTION[language], language=language))
    found.add(dataset, _DCT + "license", NamedNode(_LICENSE))
    publisher = NamedNode(base_iri + "data/organisation/ctl-kg-project")
    found.add(dataset, _DCT + "publisher", publisher)
    date = NamedNode(_XSD + "date")
    found.add(dataset, _DCT + "modified", Literal(str(manifest.get("released")), datatype=date))
    found.add(dataset, _VOID + "uriSpace", Literal(base_iri))
    found.add(dataset, _VOID + "sparqlEndpoint", NamedNode(base_iri + "sparql"))
    _distributions(found, dataset, base_iri, manifest)
    service = NamedNode(base_iri + "void#service")
    found.add(service, _RDF_TYPE.value, NamedNode(_DCAT + "DataService"))
    found.add(service, _DCT + "title", Literal("SPARQL"))
    found.add(service, _DCAT + "endpointURL", NamedNode(base_iri + "sparql"))
    found.add(service, _DCAT + "endpointDescription", NamedNode(base_iri + "sparql"))
    found.add(service, _DCAT + "servesDataset", dataset)


def _distributions(
    found: _Description, dataset: NamedNode, base_iri: str, manifest: Mapping[str, Any]
) -> None:
    """Describe the files that hold the whole dataset."""
    files = manifest.get("files", {})
    for name, (syntax, media_type) in _DUMPS.items():
        if name not in files:
            continue
        address = NamedNode(f"{base_iri}download/{name}")
        found.add(dataset, _VOID + "dataDump", address)
        found.add(dataset, _VOID + "feature", NamedNode(_FORMATS + syntax))
        node = NamedNode(f"{base_iri}void#{name}")
        found.add(dataset, _DCAT + "distribution", node)
        found.add(node, _RDF_TYPE.value, NamedNode(_DCAT + "Distribution"))
        found.add(node, _DCT + "title", Literal(syntax.replace("_", "/")))
        found.add(node, _DCT + "license", NamedNode(_LICENSE))
        found.add(node, _DCAT + "accessURL", address)
        found.add(node, _DCAT + "downloadURL", address)
        found.add(node, _DCAT + "mediaType", NamedNode(_MEDIA_TYPES + media_type))


def _statistics(
    found: _Description, dataset: NamedNode, quads: Sequence[Quad], base_iri: str
) -> None:
    triples = {quad.triple for quad in quads}
    found.count(dataset, "triples", len(triples))
    found.count(dataset, "distinctSubjects", len({t.subject for t in triples}))
    found.count(dataset, "distinctObjects", len({t.object for t in triples}))
    properties = Counter(t.predicate.value for t in triples)
    classes = Counter(
        t.object.value
        for t in triples
        if t.predicate == _RDF_TYPE and isinstance(t.object, NamedNode)
    )
    found.count(dataset, "properties", len(properties))
    found.count(dataset, "classes", len(classes))
    namespaces = {_namespace(iri) for iri in (*properties, *classes)}
    vocabularies = (NamedNode(iri) for iri in sorted(namespaces))
    found.add(dataset, _VOID + "vocabulary", *vocabularies)
    for kind, count_name, counts in (
        ("class", "entities", classes),
        ("property", "triples", properties),
    ):
        for number, (iri, size) in enumerate(sorted(counts.items()), 1):
            part = NamedNode(f"{base_iri}void#{kind}-{number}")
            found.add(dataset, f"{_VOID}{kind}Partition", part)
            found.add(part, _VOID + kind, NamedNode(iri))
            found.count(part, count_name, size)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _linksets(
    found: _Description, dataset: NamedNode, quads: Sequence[Quad], base_iri: str
) -> None:
    """Describe each graph of external links, by predicate, as a linkset."""
    prefix = base_iri + "data/graph/links-"
    counts: Counter[tuple[str, str]] = Counter()
    for quad in quads:
        graph, value = quad.graph_name, quad.object
        if not isinstance(graph, NamedNode) or not graph.value.startswith(prefix):
            continue
        outside = isinstance(value, NamedNode) and not value.value.startswith(base_iri)
        own = isinstance(quad.subject, NamedNode) and "/data/link/" not in quad.subject.value
        if outside and own and quad.predicate != _RDF_TYPE:
            counts[graph.value[len(prefix) :], quad.predicate.value] += 1
    for number, ((name, predicate), size) in enumerate(sorted(counts.items()), 1):
        linkset = NamedNode(f"{base_iri}void#linkset-{number}")
        found.add(dataset, _VOID + "subset", linkset)
        found.add(linkset, _RDF_TYPE.value, NamedNode(_VOID + "Linkset"))
        found.add(linkset, _DCT + "title", Literal(name))
        found.add(linkset, _VOID + "subjectsTarget", dataset)
        found.add(linkset, _VOID + "linkPredicate", NamedNode(predicate))
        found.count(linkset, "triples", size)
