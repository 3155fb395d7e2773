"""The bounded description of one resource, with where each statement comes from.

A description holds the statements about the resource, one page of the statements that point
to it, and the labels of everything they name. All of it is found by look-ups with a bound
subject or object, so the cost depends on the resource and not on the size of the graph. Of a
resource that thousands point to, only the order of those statements is worked out whole.

Not here: rendering (``formats``, ``web/views``), lists of resources (``publish/index``),
what profiles show of a description (``publish/profiles``).
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Term

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"

RDF_TYPE = NamedNode(RDF + "type")
LABELS = tuple(
    NamedNode(iri)
    for iri in (SKOS + "prefLabel", RDFS + "label", DCT + "title", "http://xmlns.com/foaf/0.1/name")
)
DEFINITIONS = tuple(
    NamedNode(iri) for iri in (SKOS + "definition", DCT + "description", RDFS + "comment")
)
PAGE_SIZE = 100  # incoming statements on one page
# Orders of incoming statements that are kept, so that the pages of a hub are not each sorted
# anew; the largest hubs are not kept, for memory.
_KEPT_ORDERS = 4
_LARGEST_KEPT = 50_000

_Link = tuple[NamedNode | BlankNode, NamedNode]


@dataclass(frozen=True)
class Source:
    """Where a named graph comes from: a passage of the document, or an editorial act."""

    graph: str
    kind: str  # passage, editorial, links, provenance, derived, ontology, shapes; or empty
    passage: str | None = None
    section: str | None = None
    start_line: int | None = None
    end_line: int | None = None


@dataclass(frozen=True)
class Assessment:
    """What an alignment says of a statement: how certain it is. Both are IRIs."""

    alignment: str
    certainty: str


@dataclass(frozen=True)
class Statement:
    """One triple, the graphs that hold it, and what an alignment says of it if there is one."""

    subject: NamedNode | BlankNode
    predicate: NamedNode
    object: Term
    graphs: tuple[str, ...]
    assessment: Assessment | None = None

    @property
    def certainty(self) -> str | None:
        """Return the IRI of the certainty that an alignment gives it."""
        return self.assessment.certainty if self.assessment else None

    @property
    def triple(self) -> Triple:
        """Return the statement without its graphs."""
        return Triple(self.subject, self.predicate, self.object)

    @property
    def quads(self) -> list[Quad]:
        """Return the statement in each of its graphs."""
        triple = (self.subject, self.predicate, self.object)
        return [Quad(*triple, NamedNode(graph)) for graph in self.graphs]


@dataclass(frozen=True)
class Description:
    """What is said about one resource.

    ``incoming`` is one page of the statements that point to it, by property;
    ``incoming_counts`` are all of them, by the IRI of the property, in the same order.
    """

    iri: str
    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    incoming_total: int
    page: int
    pages: int
    labels: dict[str, tuple[Literal, ...]] = field(default_factory=dict)
    definitions: dict[str, tuple[Literal, ...]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    nodes: tuple[Statement, ...] = ()  # its parts: blank nodes and fragments (lists, paths)
    label_statements: tuple[Statement, ...] = ()
    incoming_counts: tuple[tuple[str, int], ...] = ()

    def values(self, predicate: str) -> list[Term]:
        """Return the values of one property."""
        return [s.object for s in self.outgoing if s.predicate.value == predicate]

    @property
    def types(self) -> list[str]:
        """Return the IRIs of the classes, alphabetically."""
        return [t.value for t in self.values(RDF_TYPE.value) if isinstance(t, NamedNode)]

    def statements(self) -> list[Statement]:
        """Return all statements: about the resource, pointing to it, and labels."""
        return [*self.outgoing, *self.nodes, *self.incoming, *self.label_statements]

    def triples(self) -> list[Triple]:
        """Return the description as one graph, the same for every serialisation."""
        return list(dict.fromkeys(s.triple for s in self.statements()))


class Describer:
    """Describes resources of one store."""

    def __init__(self, store: LocalStore, base_iri: str) -> None:
        self._store = store
        self._orders: OrderedDict[NamedNode, list[_Link]] = OrderedDict()
        ctl = base_iri + "onto/CTL/"
        self._graphs = base_iri + "data/graph/"
        self._passages = base_iri + "data/passage/"
        self._start_line, self._end_line = NamedNode(ctl + "startLine"), NamedNode(ctl + "endLine")
        self._aligned_subject = NamedNode(ctl + "alignedSubject")
        self._aligned_predicate = NamedNode(ctl + "alignedPredicate")
        self._aligned_object = NamedNode(ctl + "alignedObject")
        self._certainty = NamedNode(ctl + "certainty")

    def exists(self, iri: str) -> bool:
        """Return whether anything is said about the resource, or in it if it is a graph."""
        node = _node(iri)
        return node is not None and bool(self._store.quads(node) or self._is_graph(node))

    def _is_graph(self, node: NamedNode) -> bool:
        return node.value.startswith(self._graphs) and self._store.has_graph(node)

    def describe(self, iri: str, *, page: int = 1) -> Description | None:
        """Return the description of a resource, or None if nothing is said about it.

        Args:
            iri: the resource.
            page: which page of incoming statements, from 1; beyond the last gives an empty page.
        """
        node = _node(iri)
        quads = self._store.quads(node) if node is not None else []
        if node is None or not (quads or self._is_graph(node)):
            return None
        assessments = self.assessments(node)
        outgoing = _statements(quads, assessments)
        incoming = self._incoming(node)
        start = (page - 1) * PAGE_SIZE
        shown = self._linked(incoming[start : start + PAGE_SIZE], node)
        nodes = self._below(iri, outgoing)
        certainties = {each.certainty for each in assessments.values()}
        named = self._named(outgoing, shown, nodes, certainties)
        label_quads, labels = self._literals(named, LABELS)
        definitions = self.definition_index((*outgoing, *shown))
        graphs = sorted({graph for s in (*outgoing, *shown) for graph in s.graphs})
        sources = {graph: self.source(graph) for graph in graphs}
        sections = {s.section for s in sources.values() if s.section} - set(labels)
        _, section_labels = self._literals(sections, LABELS)
        return Description(
            iri=iri,
            outgoing=tuple(outgoing),
            incoming=tuple(shown),
            incoming_total=len(incoming),
            page=page,
            pages=max(1, -(-len(incoming) // PAGE_SIZE)),
            labels=labels | section_labels,
            definitions=definitions,
            sources=sources,
            nodes=tuple(nodes),
            label_statements=tuple(_statements(label_quads, {})),
            incoming_counts=tuple(Counter(predicate.value for _, predicate in incoming).items()),
        )

    def outgoing(self, iri: str) -> list[Statement]:
        """Return what is said about a resource itself, in order."""
        node = _node(iri)
        return self.about(node) if node is not None else []

    def about(self, node: NamedNode | BlankNode) -> list[Statement]:
        """Return what is said about a node, named or not, in order."""
        return _statements(self._store.quads(node), {})

    def _incoming(self, node: NamedNode) -> list[_Link]:
        """Return subject and predicate of every statement that points to a node, by property."""
        kept = self._orders.get(node)
        if kept is not None:
            return kept
        links = {
            (quad.subject, quad.predicate)
            for quad in self._store.quads(object=node)
            if not isinstance(quad.subject, Triple)
        }
        found = sorted(links, key=lambda link: (str(link[1]), str(link[0])))
        if PAGE_SIZE < len(found) <= _LARGEST_KEPT:
            self._orders[node] = found
            while len(self._orders) > _KEPT_ORDERS:
                self._orders.popitem(last=False)
        return found

    def _linked(self, links: Iterable[_Link], node: NamedNode) -> list[Statement]:
        """Return the statements from subjects, by predicates, to a node, in the order given."""
        return [
            statement
            for subject, predicate in links
            for statement in _statements(self._store.quads(subject, predicate, node), {})
        ]

    def assessed(self, statements: Iterable[Statement]) -> list[Statement]:
        """Return statements of any subjects with what alignments say of them."""
        found = list(statements)
        known = {node: self.assessments(node) for node in {each.subject for each in found}}
        return [
            replace(each, assessment=known[each.subject].get((each.predicate.value, each.object)))
            for each in found
        ]

    def labels(self, iri: str) -> tuple[Literal, ...]:
        """Return the labels of a resource, of the best property that has any."""
        return self._literals({iri}, LABELS)[1].get(iri, ())

    def label_statements(self, iri: str) -> list[Statement]:
        """Return the statements that give a resource its labels."""
        return _statements(self._literals({iri}, LABELS)[0], {})

    def provenance(self, graphs: Iterable[str]) -> list[Quad]:
        """Return what the provenance graph says about named graphs and their passages.

        That is every statement of ``graph:provenance`` whose subject is one of the graphs, a
        passage that one of them was derived from, or the provenance graph itself; nothing for
        graphs that it does not describe.
        """
        home = NamedNode(self._graphs + "provenance")
        found: dict[Quad, None] = {}
        for graph in sorted({*graphs, home.value}):
            about = [q for q in self._store.quads(NamedNode(graph)) if q.graph_name == home]
            found |= dict.fromkeys(about)
            passage = _first(about, PROV + "wasDerivedFrom") or self._passage_named_like(graph)
            if passage.startswith(self._passages):
                lines = self._store.quads(NamedNode(passage))
                found |= dict.fromkeys(q for q in lines if q.graph_name == home)
        return list(found)

    def source(self, graph: str) -> Source:
        """Return where a named graph comes from."""
        about = self._store.quads(NamedNode(graph))
        kind = _first(about, DCT + "type").rpartition("/")[2]
        derived = _first(about, PROV + "wasDerivedFrom") or self._passage_named_like(graph)
        lines = self._store.quads(NamedNode(derived)) if derived else []
        start, end = _first(lines, self._start_line.value), _first(lines, self._end_line.value)
        if not (start.isdigit() and end.isdigit()):
            return Source(graph, kind or graph.rpartition("/")[2].partition("-")[0])
        section = _first(lines, DCT + "isPartOf") or None
        return Source(graph, kind or "passage", derived, section, int(start), int(end))

    def _passage_named_like(self, graph: str) -> str:
        """Return the passage of a graph ``p-NNNN``: both are named by the first line."""
        slug = graph.removeprefix(self._graphs)
        passage = self._passages + slug
        return passage if re.fullmatch(r"p-\d+", slug) and self.exists(passage) else ""

    def statements_of_graph(self, graph: str, *, limit: int = 500) -> list[Statement]:
        """Return the statements of one named graph, in order, at most ``limit``."""
        found = self._store.graph(NamedNode(graph))
        # The first by their text; a graph may hold a large part of the release.
        return _statements(heapq.nsmallest(limit, found, key=lambda q: str(q.triple)), {})

    def label_index(self, statements: Iterable[Statement]) -> dict[str, tuple[Literal, ...]]:
        """Return the labels of everything that statements name."""
        return self._literals(self._named(statements, (), (), ()), LABELS)[1]

    def definition_index(self, statements: Iterable[Statement]) -> dict[str, tuple[Literal, ...]]:
        """Return the definitions of the properties of statements."""
        return self._literals({each.predicate.value for each in statements}, DEFINITIONS)[1]

    def certainties(self, node: NamedNode) -> dict[tuple[str, Term], str]:
        """Return the certainty that alignments give statements, by predicate and object."""
        return {key: found.certainty for key, found in self.assessments(node).items()}

    def assessments(self, node: NamedNode | BlankNode) -> dict[tuple[str, Term], Assessment]:
        """Return what alignments say of a node's statements, by predicate and object."""
        found: dict[tuple[str, Term], Assessment] = {}
        alignments = {q.subject for q in self._store.quads(None, self._aligned_subject, node)}
        for alignment in sorted(alignments, key=str):
            if not isinstance(alignment, NamedNode):
                continue
            about = self._store.quads(alignment)
            predicate = _first(about, self._aligned_predicate.value)
            certainty = _first(about, self._certainty.value)
            for quad in about:
                if quad.predicate == self._aligned_object and certainty:
                    found[predicate, quad.object] = Assessment(alignment.value, certainty)
        return found

    def _below(self, iri: str, statements: Iterable[Statement]) -> list[Statement]:
        """Return what is said about the parts of a resource: blank nodes, and its fragments."""

        def parts(found: Iterable[Statement]) -> list[NamedNode | BlankNode]:
            return [
                s.object
                for s in found
                if isinstance(s.object, BlankNode)
                or (isinstance(s.object, NamedNode) and s.object.value.startswith(iri + "#"))
            ]

        pending = parts(statements)
        seen: set[NamedNode | BlankNode] = set()
        found: list[Statement] = []
        while pending and len(seen) < 1000:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            below = _statements(self._store.quads(node), {})
            found += below
            pending += parts(below)
        return found

    def _named(
        self,
        outgoing: Iterable[Statement],
        incoming: Iterable[Statement],
        nodes: Iterable[Statement],
        more: Iterable[str],
    ) -> set[str]:
        named = set(more)
        for statement in (*outgoing, *nodes):
            named.add(statement.predicate.value)
            if isinstance(statement.object, NamedNode):
                named.add(statement.object.value)
        for statement in incoming:
            named.add(statement.predicate.value)
            if isinstance(statement.subject, NamedNode):
                named.add(statement.subject.value)
        return named

    def _literals(
        self, iris: Iterable[str], properties: tuple[NamedNode, ...]
    ) -> tuple[list[Quad], dict[str, tuple[Literal, ...]]]:
        """Return the quads of the best property that each resource has, and its literals."""
        kept: list[Quad] = []
        found: dict[str, tuple[Literal, ...]] = {}
        for iri in sorted(iris):
            node = _node(iri)
            for quads in (self._store.quads(node, each) for each in properties if node is not None):
                literals = [q.object for q in quads if isinstance(q.object, Literal)]
                if literals:
                    found[iri] = tuple(dict.fromkeys(sorted(literals, key=str)))
                    kept += quads
                    break
        return kept, found


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def _statements(
    quads: Iterable[Quad], assessments: Mapping[tuple[str, Term], Assessment]
) -> list[Statement]:
    """Merge quads that differ by graph only; in order of their text."""
    graphs: dict[Triple, set[str]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            graphs[quad.triple].add(quad.graph_name.value)
    return [
        Statement(
            triple.subject,
            triple.predicate,
            triple.object,
            tuple(sorted(graphs[triple])),
            assessments.get((triple.predicate.value, triple.object)),
        )
        for triple in sorted(graphs, key=str)
        if not isinstance(triple.subject, Triple)
    ]


def _first(quads: Iterable[Quad], predicate: str) -> str:
    values = [
        quad.object.value
        for quad in quads
        if quad.predicate.value == predicate and isinstance(quad.object, (NamedNode, Literal))
    ]
    return min(values, default="")
