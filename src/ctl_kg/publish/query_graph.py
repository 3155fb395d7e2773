"""The stock queries as data: executables that can be found, read and run by machines.

Each query is a resource at its own address, with its texts in both languages, its text as
SPARQL without the header, and its parameters. No node is blank: what belongs to a query has
the query's IRI and a fragment.

Source: SHACL-SPARQL (SHACL §5.2.1 prefixes, §6.2 parameters; ``sh:select``, ``sh:construct``,
``sh:ask``) and SHACL Advanced Features 1.0 §4 (``sh:SPARQLExecutable`` and its kinds).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.sparql.query_model import Parameter, QueryFile, Texts
from ctl_kg.sparql.terms import XSD

GRAPH = "data/graph/queries"

_SH = "http://www.w3.org/ns/shacl#"
_DCT = "http://purl.org/dc/terms/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_KINDS = {
    "SELECT": ("SPARQLSelectExecutable", "select"),
    "ASK": ("SPARQLAskExecutable", "ask"),
    "CONSTRUCT": ("SPARQLConstructExecutable", "construct"),
}


def query_quads(queries: Iterable[QueryFile], base_iri: str) -> list[Quad]:
    """Return the descriptions of stock queries as statements of ``graph:queries``."""
    graph = NamedNode(base_iri + GRAPH)
    triples = [triple for query in queries for triple in query_description(query, base_iri)]
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]


def query_description(query: QueryFile, base_iri: str) -> list[Triple]:
    """Return a stock query as a SHACL executable with its texts in both languages."""
    made = _Description(base_iri + "queries/" + query.name)
    made.add(_RDF + "type", NamedNode(_SH + "SPARQLExecutable"))
    if query.form in _KINDS:  # SHACL has none for DESCRIBE
        kind, text_term = _KINDS[query.form]
        made.add(_RDF + "type", NamedNode(_SH + kind))
        made.add(_SH + text_term, Literal(executable_text(query)))
    for term, texts in (
        (_SKOS + "prefLabel", query.title),
        (_DCT + "description", query.description),
        (_RDFS + "comment", query.question),
    ):
        made.add_texts(term, texts)
    made.add(_DCT + "identifier", Literal(query.competency))
    made.add(_SH + "prefixes", NamedNode(base_iri + "prefixes"))
    curies = Curies(prefixes(base_iri))
    for order, parameter in enumerate(query.parameters):
        made.triples += _parameter(made, parameter, order, curies)
    return made.triples


def executable_text(query: QueryFile) -> str:
    """Return a query's text as it runs, without the comments at its head."""
    lines = query.text.split("\n")
    body = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    return "\n".join(lines[body:]).strip() + "\n"


class _Description:
    """Collects what is said of one node."""

    def __init__(self, iri: str) -> None:
        self.iri = iri
        self.node = NamedNode(iri)
        self.triples: list[Triple] = []

    def add(self, term: str, *values: NamedNode | Literal) -> None:
        self.triples += [Triple(self.node, NamedNode(term), value) for value in values]

    def add_texts(self, term: str, texts: Texts) -> None:
        self.add(term, *(Literal(text, language=tag) for tag, text in texts.items()))


def _parameter(
    query: _Description, parameter: Parameter, order: int, curies: Curies
) -> list[Triple]:
    """Describe a parameter; the property's local name is the name of the query's variable."""
    made = _Description(f"{query.iri}#parameter-{parameter.name}")
    variable = _Description(f"{query.iri}#{parameter.name}")
    variable.add(_RDF + "type", NamedNode(_RDF + "Property"))
    variable.add_texts(_RDFS + "label", parameter.label)
    query.add(_SH + "parameter", made.node)
    made.add(_RDF + "type", NamedNode(_SH + "Parameter"))
    made.add(_SH + "path", variable.node)
    made.add_texts(_SH + "name", parameter.label)
    made.add_texts(_SH + "description", parameter.description)
    optional = not parameter.required or parameter.default is not None
    made.add(_SH + "optional", _typed(str(optional).lower(), "boolean"))
    made.add(_SH + "order", _typed(str(order), "integer"))
    if parameter.type == "iri":
        made.add(_SH + "nodeKind", NamedNode(_SH + "IRI"))
    else:
        made.add(_SH + "datatype", NamedNode(XSD + parameter.type))
    if parameter.default is not None:
        made.add(_SH + "defaultValue", _value(parameter, parameter.default, curies))
    for term, bound in (("minInclusive", parameter.minimum), ("maxInclusive", parameter.maximum)):
        if bound is not None:
            made.add(_SH + term, _typed(bound, parameter.type))
    if parameter.pattern is not None:
        made.add(_SH + "pattern", Literal(f"^(?:{parameter.pattern})$"))
    allowed = _list(made, [_value(parameter, value, curies) for value in parameter.enum])
    return [*made.triples, *variable.triples, *allowed]


def _list(parameter: _Description, values: Sequence[NamedNode | Literal]) -> list[Triple]:
    """Return the list of allowed values, each of its nodes with an IRI."""
    found: list[Triple] = []
    nodes = [_Description(f"{parameter.iri}-value-{n}") for n in range(1, len(values) + 1)]
    for index, (node, value) in enumerate(zip(nodes, values, strict=True)):
        last = index + 1 == len(nodes)
        node.add(_RDF + "first", value)
        node.add(_RDF + "rest", NamedNode(_RDF + "nil") if last else nodes[index + 1].node)
        found += node.triples
    if nodes:
        parameter.add(_SH + "in", nodes[0].node)
    return found


def _value(parameter: Parameter, text: str, curies: Curies) -> NamedNode | Literal:
    if parameter.type == "iri":
        return NamedNode(curies.expand(text) or text)
    return _typed(text, parameter.type)


def _typed(text: str, kind: str) -> Literal:
    return Literal(text) if kind == "string" else Literal(text, datatype=NamedNode(XSD + kind))
