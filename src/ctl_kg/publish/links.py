"""The links of one resource: statements about it that lead to another, and role nodes in between.

A link is read by look-ups with a bound subject or object, and kept: a release never changes.
What links and what does not stands in ``link_rules``. Not here: searching (``paths``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from pyoxigraph import NamedNode, Quad

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish import link_rules
from ctl_kg.publish.description import DCT, RDF_TYPE
from ctl_kg.publish.link_rules import ALIGNMENT, CERTAINTIES, End, Pair, Role
from ctl_kg.rdf.terms import text_of
from ctl_kg.sparql.store import LocalStore

MAX_READ = 1000  # statements read of one resource, in each direction
_KEPT_NODES = 4000
_KEPT_ROLES = 8000

_Key = tuple[str, str, str, str]  # subject, predicate, object, role node


@dataclass(frozen=True)
class Link:
    """One way in which two resources are linked, as ``subject predicate object``.

    Args:
        subject: IRI.
        predicate: IRI; for a role node, of the property that says the same in one statement.
        object: IRI.
        quads: the statements that make the link, each in one of its graphs.
        via: IRI of the role node, or empty.
        role_class: CURIE of the role node's class, or empty.
        roles: IRIs of the roles that the role node names.
        certainty: IRI of what an alignment says, else of ``stated`` if it stands in the
            document, else empty.
        alignment: IRI of that alignment, or empty.
        weight: how little the link says, from 1.
        doubt: 0 if the certainty does not weaken it.
    """

    subject: str
    predicate: str
    object: str
    quads: tuple[Quad, ...]
    via: str = ""
    role_class: str = ""
    roles: tuple[str, ...] = ()
    certainty: str = ""
    alignment: str = ""
    weight: int = 1
    doubt: int = 0

    @property
    def key(self) -> tuple[int, int, str, str, str, str]:
        """What to sort by: the best link first."""
        return (self.doubt, self.weight, self.predicate, self.subject, self.object, self.via)

    def other(self, iri: str) -> str:
        """Return the end that is not ``iri``."""
        return self.object if iri == self.subject else self.subject


@dataclass(frozen=True)
class Neighbours:
    """The links of a resource by what they lead to; ``capped`` if it has more than were read."""

    links: Mapping[str, tuple[Link, ...]]
    capped: bool


class LinkReader:
    """Reads the links of the resources of one store."""

    def __init__(self, store: LocalStore, base_iri: str) -> None:
        self._store = store
        self.rules = link_rules.rules(Curies(prefixes(base_iri)), base_iri)
        self._ctl = base_iri + "onto/CTL/"
        self._folders = tuple(base_iri + folder for folder in link_rules.STOP_FOLDERS)
        self._certainties = {self.rules.iri(c): max(0, n - 1) for n, c in enumerate(CERTAINTIES)}
        self._stated = self.rules.iri(CERTAINTIES[0])
        self._rejected = self.rules.iri("review-status:rejected")
        self.neighbours = lru_cache(_KEPT_NODES)(self._neighbours)
        self._links_of_role = lru_cache(_KEPT_ROLES)(self._read_role)

    @cached_property
    def _roles(self) -> dict[str, Role]:
        """Role nodes by IRI; of two classes the first of the table."""
        found: dict[str, Role] = {}
        for role in link_rules.ROLES:
            for iri in self._members(role.curie):
                found.setdefault(iri, role)
        return found

    @cached_property
    def _stops(self) -> frozenset[str]:
        return frozenset(iri for curie in link_rules.STOPS for iri in self._members(curie))

    def _members(self, curie: str) -> Iterator[str]:
        for quad in self._store.quads(None, RDF_TYPE, NamedNode(self.rules.iri(curie))):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The named graphs whose statements are not followed."""
        graphs = self.rules.base_iri + "data/graph/"
        found = {graphs + kind for kind in link_rules.EXCLUDED_GRAPHS}
        for kind in link_rules.EXCLUDED_GRAPHS:
            concept = NamedNode(self.rules.iri("graph-kind:" + kind))
            for quad in self._store.quads(None, NamedNode(DCT + "type"), concept):
                if isinstance(quad.subject, NamedNode):
                    found.add(quad.subject.value)
        return frozenset(found)

    def passable(self, iri: str) -> bool:
        """Tell whether a path may lead through a resource that was not asked for."""
        hidden = iri in self._roles or iri in self._stops or iri.startswith(self._folders)
        return not hidden

    def only_to_an_end(self, link: Link) -> bool:
        """Tell whether a link counts only if its object was asked for."""
        return self.is_kind(link.predicate)

    def is_kind(self, predicate: str) -> bool:
        """Tell whether a property gives a kind, a state or a role: to share one is no link."""
        return predicate in self.rules.to_an_end

    def role_of(self, iri: str) -> Role | None:
        """Return the class of role nodes that a resource belongs to, if any."""
        return self._roles.get(iri)

    def _followed(self, quads: Iterable[Quad]) -> Iterator[tuple[str, str, str, Quad]]:
        never, left_out = self.rules.never, self.left_out
        for quad in quads:
            subject, value, graph = quad.subject, quad.object, quad.graph_name
            if not (isinstance(subject, NamedNode) and isinstance(value, NamedNode)):
                continue
            predicate = quad.predicate.value
            if predicate in never or subject == value or not isinstance(graph, NamedNode):
                continue
            if graph.value not in left_out:
                yield subject.value, predicate, value.value, quad

    def _neighbours(self, iri: str) -> Neighbours:
        node = NamedNode(iri)
        said = self._store.quads(node, limit=MAX_READ)
        pointing = self._store.quads(object=node, limit=MAX_READ)
        direct: dict[tuple[str, str, str], list[Quad]] = defaultdict(list)
        hidden: set[str] = set()
        for subject, predicate, value, quad in self._followed((*said, *pointing)):
            direct[subject, predicate, value].append(quad)
            other = value if subject == iri else subject
            if other in self._roles:
                hidden.add(other)
        found: dict[_Key, Link] = {
            (*key, ""): self._direct(*key, quads) for key, quads in direct.items()
        }
        for role_node in sorted(hidden):
            for link in self._links_of_role(role_node):
                if iri in (link.subject, link.object):
                    _add(found, link)
        links: dict[str, list[Link]] = defaultdict(list)
        for link in found.values():
            links[link.other(iri)].append(link)
        ordered = {m: tuple(sorted(links[m], key=lambda each: each.key)) for m in sorted(links)}
        capped = len(said) == MAX_READ or len(pointing) == MAX_READ
        return Neighbours(ordered, capped)

    def _direct(self, subject: str, predicate: str, value: str, quads: list[Quad]) -> Link:
        quad = min(quads, key=lambda each: str(each.graph_name))
        weight = self.rules.weights.get(predicate, 1)
        certainty = self._stated if self._from_document(quad) else ""
        return Link(subject, predicate, value, (quad,), weight=weight, certainty=certainty)

    def _from_document(self, quad: Quad) -> bool:
        graph = quad.graph_name
        slug = graph.value.rpartition("/")[2] if isinstance(graph, NamedNode) else ""
        return slug.startswith("p-")

    def _read_role(self, iri: str) -> tuple[Link, ...]:
        """Return the links that a role node makes."""
        role = self._roles[iri]
        node = NamedNode(iri)
        by_end: dict[End, list[Quad]] = defaultdict(list)
        about = self._store.quads(node, limit=MAX_READ)
        for _, predicate, _, quad in self._followed(about):
            by_end[End(self.rules.curies.shorten(predicate) or predicate)].append(quad)
        for end in {end for pair in role.pairs for end in (pair.source, pair.target)}:
            if end.inverse:
                found = self._store.quads(
                    None, NamedNode(self.rules.iri(end.curie)), node, limit=MAX_READ
                )
                by_end[end] = [quad for *_, quad in self._followed(found)]
        if role.curie == ALIGNMENT:
            return self._of_alignment(iri, about, by_end)
        roles = tuple(sorted(by_end[End(role.role)], key=str))
        doubts = self._doubts(node)
        made = [
            self._of_pair(iri, role, pair, (source, target), roles, doubts)
            for pair in role.pairs
            for source in by_end[pair.source]
            for target in by_end[pair.target]
        ]
        return tuple(dict.fromkeys(made))

    def _of_pair(
        self,
        iri: str,
        role: Role,
        pair: Pair,
        quads: tuple[Quad, Quad],
        roles: tuple[Quad, ...],
        doubts: Mapping[tuple[str, str], tuple[str, str]],
    ) -> Link:
        source, target = quads
        subject = _end(source, inverse=pair.source.inverse)
        value = _end(target, inverse=pair.target.inverse)
        certainty = self._stated if all(map(self._from_document, quads)) else ""
        alignment = ""
        for quad in quads:
            known = doubts.get((quad.predicate.value, _end(quad)))
            if known is not None:
                certainty, alignment = known
        means = self.rules.iri(pair.means)
        return Link(
            subject, means, value, (*quads, *roles), iri, role.curie,
            tuple(dict.fromkeys(map(_end, roles))), certainty, alignment,
            self.rules.weights.get(means, 1), self._doubt(certainty),
        )  # fmt: skip

    def _doubt(self, certainty: str) -> int:
        return self._certainties.get(certainty, len(CERTAINTIES)) if certainty else 0

    def _doubts(self, node: NamedNode) -> dict[tuple[str, str], tuple[str, str]]:
        """Return what alignments say of a role node's statements: certainty and alignment."""
        found = {}
        for quad in self._store.quads(None, NamedNode(self._ctl + "alignedSubject"), node):
            if isinstance(quad.subject, NamedNode):
                for link in self._links_of_role(quad.subject.value):
                    found[link.predicate, link.object] = (link.certainty, link.via)
        return found

    def _of_alignment(
        self, iri: str, about: list[Quad], by_end: Mapping[End, list[Quad]]
    ) -> tuple[Link, ...]:
        values: dict[str, list[str]] = defaultdict(list)
        for quad in about:
            if isinstance(quad.object, NamedNode):
                values[quad.predicate.value].append(quad.object.value)
        predicates = sorted(set(values[self._ctl + "alignedPredicate"]))
        if self._rejected in values[self._ctl + "reviewStatus"] or len(predicates) != 1:
            return ()
        predicate = predicates[0]
        if predicate in self.rules.never:
            return ()
        certainty = min(values[self._ctl + "certainty"], default="")
        said = (self._ctl + "alignedPredicate", self._ctl + "certainty")
        kept = [
            quad
            for quad in about
            if quad.predicate.value in said and text_of(quad.graph_name) not in self.left_out
        ]
        return tuple(
            Link(
                _end(source), predicate, _end(target), (source, target, *kept),
                iri, ALIGNMENT, (), certainty, iri, self.rules.weights.get(predicate, 1),
                self._doubt(certainty),
            )
            for source in by_end.get(End("ctl:alignedSubject"), [])
            for target in by_end.get(End("ctl:alignedObject"), [])
        )  # fmt: skip


def _end(quad: Quad, *, inverse: bool = False) -> str:
    term = quad.subject if inverse else quad.object
    assert isinstance(term, NamedNode)
    return term.value


def _add(found: dict[_Key, Link], link: Link) -> None:
    """Add a link of a role node; an alignment of a statement that is made says how certain it is.

    Of several alignments of one statement the most certain counts.
    """
    if link.role_class != ALIGNMENT:
        found[link.subject, link.predicate, link.object, link.via] = link
        return
    key = (link.subject, link.predicate, link.object, "")
    known = found.get(key)
    if known is None or (known.via and link.doubt < known.doubt):
        found[key] = link
    elif not known.alignment or link.doubt < known.doubt:
        found[key] = replace(known, certainty=link.certainty, alignment=link.via, doubt=link.doubt)
