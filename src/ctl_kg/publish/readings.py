"""Statements as the lists read them: with the alignments that doubt, confirm or suggest them.

A statement that an alignment is about is as certain as the alignment says; one that stands only
in an alignment counts too; one that a review rejected does not. What is derived by rule says
again what other statements say, and is left out.

The order of certainties is that of ``link_rules``; what counts is as in ``publish/matrix``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ctl_kg.publish.link_rules import CERTAINTIES
from ctl_kg.publish.links import LinkReader
from ctl_kg.rdf.terms import text_of
from ctl_kg.sparql.property_path import RDF_TYPE, Fact, Node, Subject
from ctl_kg.sparql.store import LocalStore


@dataclass(frozen=True)
class Aligned:
    """What alignments say of one statement: the strongest certainty, the nodes, their graphs.

    ``certainty`` is empty if every alignment was rejected.
    """

    certainty: str
    nodes: tuple[NamedNode, ...]
    graphs: tuple[NamedNode, ...]


class Readings:
    """Reads the statements of one store."""

    def __init__(self, store: LocalStore, reader: LinkReader) -> None:
        self._store = store
        self._reader = reader
        self._iri = reader.rules.iri
        self.stated = self._iri(CERTAINTIES[0])
        self._order = [self._iri(each) for each in CERTAINTIES]
        self._derived = self._iri("graph:derived")
        self._not_read = frozenset((self._derived, self._iri("graph:withdrawn")))

    def strength(self, certainty: str) -> tuple[int, str]:
        """Return what certainties are sorted by, the strongest first."""
        place = self._order.index(certainty) if certainty in self._order else len(self._order)
        return place, certainty

    def weakest(self, certainties: Iterable[str]) -> str:
        """Return the weakest of some certainties; of none, that of a plain statement."""
        return max(certainties, key=self.strength, default=self.stated)

    @cached_property
    def _alignments(self) -> tuple[dict[Fact, Aligned], dict[NamedNode, str]]:
        """What is aligned, by statement; and the certainty of each alignment, empty if rejected."""
        parts: dict[Subject, dict[str, list[Quad]]] = defaultdict(lambda: defaultdict(list))
        names = ("alignedSubject", "alignedPredicate", "alignedObject", "certainty", "reviewStatus")
        for name in names:
            for quad in self._store.quads(None, NamedNode(self._iri("ctl:" + name))):
                if isinstance(quad.subject, NamedNode):
                    parts[quad.subject][name].append(quad)
        rejected = self._iri("review-status:rejected")
        found: dict[Fact, list[tuple[str, NamedNode, list[NamedNode]]]] = defaultdict(list)
        own: dict[NamedNode, str] = {}
        for node, said in parts.items():
            assert isinstance(node, NamedNode)
            certainty = self.weakest(text_of(quad.object) for quad in said["certainty"])
            if any(text_of(quad.object) == rejected for quad in said["reviewStatus"]):
                certainty = ""
            own[node] = certainty
            graphs = [q.graph_name for q in said["alignedObject"]
                      if isinstance(q.graph_name, NamedNode)]  # fmt: skip
            for fact in _facts(said):
                found[fact].append((certainty, node, graphs))
        return {fact: self._merged(each) for fact, each in found.items()}, own

    def _merged(self, several: list[tuple[str, NamedNode, list[NamedNode]]]) -> Aligned:
        kept = [each for each in several if each[0]]
        strongest = min((each[0] for each in kept), key=self.strength, default="")
        nodes = sorted((each[1] for each in kept), key=str)
        graphs = sorted({graph for each in kept for graph in each[2]}, key=str)
        return Aligned(strongest, tuple(nodes), tuple(graphs))

    @cached_property
    def _suggested(self) -> dict[tuple[str, NamedNode, Node], list[Fact]]:
        """The aligned statements, by (subject, predicate) and by (object, predicate)."""
        found: dict[tuple[str, NamedNode, Node], list[Fact]] = defaultdict(list)
        for fact, aligned in self._alignments[0].items():
            if aligned.certainty:
                found["subject", fact[1], fact[0]].append(fact)
                found["object", fact[1], fact[2]].append(fact)
        return found

    def members(self, class_iri: str) -> dict[NamedNode, tuple[Fact, tuple[str, ...]]]:
        """Return the members of a class, each with the statement that says so and its graphs.

        A member that only a rule makes one counts; its graph is then that of what is derived. What
        is only said to be one in a graph about this dataset itself (its publisher) does not.
        """
        left_out = self._reader.left_out - {self._derived}
        aligned, own = self._alignments
        graphs: dict[NamedNode, set[str]] = defaultdict(set)
        of_class = NamedNode(class_iri)
        for quad in self._store.quads(None, RDF_TYPE, of_class):
            graph = text_of(quad.graph_name)
            counts = graph not in left_out and not self._is_rejected(quad, aligned, own)
            if counts and isinstance(quad.subject, NamedNode):
                graphs[quad.subject].add(graph)
        return {
            node: ((node, RDF_TYPE, of_class), tuple(sorted(found - {self._derived} or found)))
            for node, found in graphs.items()
        }

    def lookup(
        self, subject: Subject | None, predicate: NamedNode, value: Node | None
    ) -> list[Quad]:
        """Return the statements that match: those of the data, and those only aligned.

        The subject or the object is given, or both.
        """
        aligned, own = self._alignments
        found = [
            quad
            for quad in self._store.quads(subject, predicate, value)
            if text_of(quad.graph_name) not in self._not_read
            and not self._is_rejected(quad, aligned, own)
        ]
        known = {(quad.subject, quad.object) for quad in found}
        for fact in self._suggested_at(subject, predicate, value):
            if (fact[0], fact[2]) not in known:
                found += [Quad(*fact, graph) for graph in aligned[fact].graphs]
        return found

    def _suggested_at(
        self, subject: Subject | None, predicate: NamedNode, value: Node | None
    ) -> list[Fact]:
        if subject is not None:
            found = self._suggested.get(("subject", predicate, subject), [])
            return [fact for fact in found if value in (None, fact[2])]
        return [] if value is None else self._suggested.get(("object", predicate, value), [])

    @staticmethod
    def _is_rejected(quad: Quad, aligned: dict[Fact, Aligned], own: dict[NamedNode, str]) -> bool:
        if isinstance(quad.subject, NamedNode) and own.get(quad.subject) == "":
            return True
        said = _known(aligned, quad)
        return said is not None and not said.certainty

    def certainty(self, facts: Iterable[Fact]) -> str:
        """Return the weakest certainty among some statements."""
        aligned, own = self._alignments

        def of(fact: Fact) -> str:
            said = aligned.get(fact)
            node = fact[0]
            mine = own.get(node, "") if isinstance(node, NamedNode) else ""
            return said.certainty if said is not None and said.certainty else mine or self.stated

        return self.weakest(map(of, facts))

    def triples(self, facts: Iterable[Fact]) -> list[Triple]:
        """Return what statements rest on: themselves, if the data makes them, and alignments."""
        aligned = self._alignments[0]
        found = []
        for fact in facts:
            if self._store.quads(*fact, limit=1):
                found.append(Triple(*fact))
            said = aligned.get(fact)
            for node in said.nodes if said is not None else ():
                found += [q.triple for q in self._store.quads(node) if self._says_alignment(q)]
        return found

    def _says_alignment(self, quad: Quad) -> bool:
        kept = ("alignedSubject", "alignedPredicate", "alignedObject", "certainty")
        ours = {self._iri("ctl:" + name) for name in kept}
        is_class = quad.predicate == RDF_TYPE and quad.object == NamedNode(
            self._iri("ctl:Alignment")
        )
        return is_class or quad.predicate.value in ours


def _facts(said: dict[str, list[Quad]]) -> list[Fact]:
    found: list[Fact] = []
    for subject in said["alignedSubject"]:
        for predicate in said["alignedPredicate"]:
            for value in said["alignedObject"]:
                if (
                    isinstance(subject.object, (NamedNode, BlankNode))
                    and isinstance(predicate.object, NamedNode)
                    and isinstance(value.object, (NamedNode, BlankNode, Literal))
                ):
                    found.append((subject.object, predicate.object, value.object))
    return list(dict.fromkeys(found))


def _known(aligned: dict[Fact, Aligned], quad: Quad) -> Aligned | None:
    if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
        return None
    return aligned.get((quad.subject, quad.predicate, quad.object))
