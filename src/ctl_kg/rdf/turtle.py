"""Write Turtle and TriG deterministically: the same graph always gives the same text.

One triple per line, subject alone on its line, closing ``.`` on its own line, prefixes
alphabetical and only those used. Blank nodes with one reference stand inline (lists as
``( … )``); the others get labels from RDFC-1.0, so that names in the input do not matter.
Not here: parsing and comments of authored files (``rdf/formatting.py``).
Source: RDF 1.1 Turtle, RDF 1.1 TriG.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
)

from ctl_kg.errors import FormatError
from ctl_kg.rdf.layout import BlockKey
from ctl_kg.rdf.terms import RDF, Subject, Term, TermWriter, term_key

_INDENT = "    "
_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", RDF + "nil"
_OWL_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"
_SH = "http://www.w3.org/ns/shacl#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"

# Predicates that do not stand in alphabetical order: rank 50 is the alphabetical middle.
_PREDICATE_RANK = {
    RDF + "type": 0,
    _SH + "targetClass": 1,
    _SH + "targetNode": 1,
    _SH + "targetSubjectsOf": 1,
    _SH + "targetObjectsOf": 1,
    _SH + "target": 1,
    _SH + "path": 2,
    _SKOS + "prefLabel": 3,
    "http://www.w3.org/2000/01/rdf-schema#label": 4,
    _SKOS + "definition": 5,
    "http://purl.org/dc/terms/description": 6,
    _SH + "severity": 90,
    _SH + "message": 91,
}
# Texts of many lines that people read and write: their line breaks stay.
_LONG_TEXTS = {_SH + "select", _SH + "ask", _SH + "construct", _SH + "update"}
_LAST_LOCAL_NAMES = {"howToMend": 92}

_Properties = dict[str, list[Term]]
_Graph = dict[Subject, _Properties]


def write_turtle(
    triples: Iterable[Quad],
    table: dict[str, str],
    *,
    head: list[list[str]] | None = None,
    comments: Mapping[BlockKey, list[str]] | None = None,
) -> str:
    """Return the triples as Turtle; graph names are ignored.

    Args:
        triples: in any order; duplicates count once.
        table: prefix to namespace IRI; only the used ones are written.
        head: comment blocks for the top of the file, each line with its ``#``.
        comments: comment lines to stand above a subject, by (None, subject IRI).
    Raises:
        FormatError: a term that Turtle 1.1 cannot hold (triple terms, text direction).
    """
    default = (Quad(quad.subject, quad.predicate, quad.object) for quad in triples)
    return write_trig(default, table, head=head, comments=comments)


def write_trig(
    quads: Iterable[Quad],
    table: dict[str, str],
    *,
    head: list[list[str]] | None = None,
    comments: Mapping[BlockKey, list[str]] | None = None,
) -> str:
    """Return the quads as TriG: default graph first, then named graphs by IRI.

    Args:
        quads: in any order; duplicates count once.
        table: prefix to namespace IRI; only the used ones are written.
        head: comment blocks for the top of the file, each line with its ``#``.
        comments: comment lines by (graph IRI, subject IRI or None for the graph itself).
    Raises:
        FormatError: a term that TriG 1.1 cannot hold (triple terms, text direction).
    """
    dataset = set(quads)
    labelled = _needs_labels(dataset)
    if labelled:
        dataset = _with_canonical_labels(dataset)
    writer = _Writer(dataset, TermWriter(table), comments or {}, labelled=labelled)
    body = writer.dataset()
    declared = [f"@prefix {prefix}: <{table[prefix]}> ." for prefix in sorted(writer.terms.used)]
    parts = ["\n".join(block) for block in head or []]
    parts += ["\n".join(declared)] if declared else []
    return "\n\n".join(parts + body) + "\n" if parts or body else ""


def _with_canonical_labels(quads: set[Quad]) -> set[Quad]:
    """Return the quads with blank node labels that depend on the graph only."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def _needs_labels(quads: set[Quad]) -> bool:
    """Tell whether a blank node is shared, stands in two graphs or lies on a cycle."""
    parent: dict[BlankNode, Subject] = {}
    references: Counter[BlankNode] = Counter()
    graphs: dict[BlankNode, set[object]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.subject, BlankNode):
            graphs[quad.subject].add(quad.graph_name)
        if isinstance(quad.object, BlankNode):
            references[quad.object] += 1
            graphs[quad.object].add(quad.graph_name)
            parent[quad.object] = quad.subject  # type: ignore[assignment]
    if any(count > 1 for count in references.values()):
        return True
    return any(len(names) > 1 for names in graphs.values()) or _has_cycle(parent)


def _has_cycle(parent: dict[BlankNode, Subject]) -> bool:
    safe: set[Subject] = set()
    for start in parent:
        trail: dict[Subject, None] = {}
        node: Subject | None = start
        while isinstance(node, BlankNode) and node not in safe:
            if node in trail:
                return True
            trail[node] = None
            node = parent.get(node)
        safe.update(trail)
    return False


class _Writer:
    """Writes one dataset; knows which blank nodes stand inline."""

    def __init__(
        self,
        quads: set[Quad],
        terms: TermWriter,
        comments: Mapping[BlockKey, list[str]],
        *,
        labelled: bool,
    ) -> None:
        self.terms = terms
        self.comments = comments
        self.graphs: dict[str | None, _Graph] = {}
        self.inline: set[BlankNode] = set()
        self._index(quads)
        self.labelled = labelled
        if labelled:
            self._keep_trees_inline(quads)
        else:
            self.inline = {q.object for q in quads if isinstance(q.object, BlankNode)}

    def _index(self, quads: set[Quad]) -> None:
        for quad in quads:
            graph = quad.graph_name
            if isinstance(graph, BlankNode):
                raise FormatError("a blank node names a graph", hint="Give the graph an IRI.")
            name = None if isinstance(graph, DefaultGraph) else graph.value
            subject, value = quad.subject, quad.object
            if not isinstance(value, NamedNode | BlankNode | Literal):
                raise FormatError("a triple term cannot be written in Turtle 1.1")
            if not isinstance(subject, NamedNode | BlankNode):
                raise FormatError("a triple term cannot be written in Turtle 1.1")
            if isinstance(value, Literal) and value.direction is not None:
                raise FormatError("a text direction cannot be written in Turtle 1.1")
            properties = self.graphs.setdefault(name, {}).setdefault(subject, {})
            properties.setdefault(quad.predicate.value, []).append(value)

    def _keep_trees_inline(self, quads: set[Quad]) -> None:
        """Find the blank nodes that can stand inline although others need a label."""
        parents: dict[BlankNode, list[Subject]] = defaultdict(list)
        graphs: dict[BlankNode, set[object]] = defaultdict(set)
        for quad in quads:
            if isinstance(quad.object, BlankNode):
                parents[quad.object].append(quad.subject)  # type: ignore[arg-type]
                graphs[quad.object].add(quad.graph_name)
            if isinstance(quad.subject, BlankNode):
                graphs[quad.subject].add(quad.graph_name)
        for node, above in parents.items():
            if len(above) == 1 and len(graphs[node]) == 1 and not _on_cycle(node, parents):
                self.inline.add(node)

    def dataset(self) -> list[str]:
        """Return the blocks: subjects of the default graph, then one block per named graph."""
        blocks = self._graph(None, "") if None in self.graphs else []
        for name in sorted(graph for graph in self.graphs if graph is not None):
            lines = [*self.comments.get((name, None), []), f"{self.terms.iri(name)} {{"]
            lines.append("\n\n".join(self._graph(name, _INDENT)))
            lines.append("}")
            blocks.append("\n".join(lines))
        return blocks

    def _graph(self, name: str | None, indent: str) -> list[str]:
        graph = self.graphs[name]
        named: list[tuple[int, str, str]] = []
        blank: list[str] = []
        for subject, properties in graph.items():
            if isinstance(subject, NamedNode):
                is_header = _OWL_ONTOLOGY in {
                    value.value for value in properties.get(RDF + "type", [])
                }
                text = self._block(graph, subject, self.terms.iri(subject.value), indent)
                above = [indent + line for line in self.comments.get((name, subject.value), [])]
                text = "\n".join([*above, text])
                named.append((0 if is_header else 1, subject.value, text))
            elif subject not in self.inline:
                blank.append(self._block(graph, subject, self._label(subject), indent))
        return [text for _, _, text in sorted(named)] + sorted(blank)

    def _label(self, node: BlankNode) -> str:
        return f"_:{node.value}" if self.labelled else "[]"

    def _block(self, graph: _Graph, subject: Subject, name: str, indent: str) -> str:
        lines = [indent + name]
        lines += self._properties(graph, graph[subject], indent + _INDENT)
        lines.append(indent + ".")
        return "\n".join(lines)

    def _properties(self, graph: _Graph, properties: _Properties, indent: str) -> list[str]:
        rows = []
        for predicate, values in properties.items():
            text = "a" if predicate == RDF + "type" else self.terms.iri(predicate)
            rows.append((_predicate_rank(predicate), text, predicate in _LONG_TEXTS, values))
        lines = []
        for _, text, long, values in sorted(rows, key=lambda row: row[:2]):
            if len(values) == 1:  # as most properties: nothing to sort
                written_one = self._object(graph, values[0], indent, long=long)
                lines.append(f"{indent}{text} {written_one} ;")
                continue
            written = [
                (
                    term_key(value)[:2],
                    self._sort_text(value),
                    self._object(graph, value, indent, long=long),
                )
                for value in values
            ]
            written.sort()
            lines += [f"{indent}{text} {value} ;" for _, _, value in written]
        return lines

    @staticmethod
    def _sort_text(value: Term) -> str:
        """Return what literals are sorted by; other terms are sorted as they are written."""
        return value.value if isinstance(value, Literal) else ""

    def _object(self, graph: _Graph, value: Term, indent: str, *, long: bool = False) -> str:
        if isinstance(value, NamedNode):
            return "()" if value.value == _NIL else self.terms.iri(value.value)
        if isinstance(value, Literal):
            return self.terms.literal(value, long=long)
        if value not in self.inline:
            return self._label(value)
        items = self._list_items(graph, value)
        if items is not None:
            return self._list(graph, items, indent)
        lines = self._properties(graph, graph.get(value, {}), indent + _INDENT)
        return "\n".join(["[", *lines, indent + "]"]) if lines else "[]"

    def _list_items(self, graph: _Graph, head: BlankNode) -> list[Term] | None:
        """Return the items if ``head`` starts a well-formed list of inline nodes."""
        items: list[Term] = []
        node: Term = head
        while isinstance(node, BlankNode):
            properties = graph.get(node, {})
            if node not in self.inline or properties.keys() != {_FIRST, _REST}:
                return None
            first, rest = properties[_FIRST], properties[_REST]
            if len(first) != 1 or len(rest) != 1:
                return None
            items.append(first[0])
            node = rest[0]
        return items if isinstance(node, NamedNode) and node.value == _NIL else None

    def _list(self, graph: _Graph, items: list[Term], indent: str) -> str:
        inner = indent + _INDENT
        written = [self._object(graph, item, inner) for item in items]
        line = f"( {' '.join(written)} )"
        if "\n" not in line and len(indent) + len(line) <= 100:
            return line
        return "\n".join(["(", *(inner + item for item in written), indent + ")"])


def _on_cycle(node: BlankNode, parents: Mapping[BlankNode, list[Subject]]) -> bool:
    """Tell whether ``node`` hangs, through single references, from itself."""
    seen: set[Subject] = {node}
    above = parents[node]
    while len(above) == 1 and isinstance(above[0], BlankNode):
        if above[0] in seen:
            return True
        seen.add(above[0])
        above = parents.get(above[0], [])
    return False


def _predicate_rank(predicate: str) -> int:
    local = predicate.rsplit("/", 1)[-1]
    return _PREDICATE_RANK.get(predicate, _LAST_LOCAL_NAMES.get(local, 50))
