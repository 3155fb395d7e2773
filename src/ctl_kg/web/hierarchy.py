"""Trees on pages: concepts of a list, broader and narrower ones, classes and properties.

A tree is read from the store by look-ups, bounded in size; what does not fit is counted.
Source: SKOS Reference §4, §8 (top concepts, broader and narrower); OWL 2 §5.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.description import RDF_TYPE, RDFS, SKOS, Description
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link

MOST_NODES = 300  # of one tree
_MOST_ABOVE = 12  # steps from a resource to the root
_OWL = "http://www.w3.org/2002/07/owl#"
_NOTATION = NamedNode(SKOS + "notation")


@dataclass(frozen=True)
class TreeNode:
    """One entry with those below it; ``code`` is its notation, ``left_out`` counts children."""

    link: Link
    code: str
    is_here: bool
    children: tuple[TreeNode, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Tree:
    """A tree with its heading."""

    heading: str
    roots: tuple[TreeNode, ...]
    left_out: int = 0


@dataclass(frozen=True)
class _Order:
    """Which properties lead up and down, as (IRI, whether the statement is read backwards)."""

    up: tuple[tuple[str, bool], ...]
    down: tuple[tuple[str, bool], ...]


_CONCEPTS = _Order(
    ((SKOS + "broader", False), (SKOS + "narrower", True)),
    ((SKOS + "narrower", False), (SKOS + "broader", True)),
)
_CLASSES = _Order(((RDFS + "subClassOf", False),), ((RDFS + "subClassOf", True),))
_PROPERTIES = _Order(((RDFS + "subPropertyOf", False),), ((RDFS + "subPropertyOf", True),))
_TOPS = ((SKOS + "hasTopConcept", False), (SKOS + "topConceptOf", True))


def trees(parts: ViewParts, description: Description) -> tuple[Tree, ...]:
    """Return the trees that a resource has by its classes: most have none."""
    iri, types = description.iri, set(description.types)
    found: list[Tree] = []
    if SKOS + "ConceptScheme" in types:
        reader = _Reader(parts, iri, _CONCEPTS)
        found.append(reader.forest("scheme", reader.linked(iri, _TOPS)))
    elif SKOS + "Concept" in types:
        found.append(_Reader(parts, iri, _CONCEPTS).around("concepts"))
    elif _OWL + "Class" in types:
        found.append(_Reader(parts, iri, _CLASSES).around("classes"))
    elif _OWL + "Ontology" in types:
        found += _of_ontology(parts, iri)
    return tuple(tree for tree in found if tree.roots)


def _of_ontology(parts: ViewParts, iri: str) -> Iterable[Tree]:
    reader = _Reader(parts, iri, _CLASSES)
    defined = reader.linked(iri, ((RDFS + "isDefinedBy", True),))
    for key, order, kinds in (
        ("classes", _CLASSES, ("Class",)),
        ("properties", _PROPERTIES,
         ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
    ):  # fmt: skip
        wanted = {_OWL + kind for kind in kinds}
        members = [each for each in defined if wanted & set(reader.types(each))]
        reader = _Reader(parts, iri, order, frozenset(members))
        tops = [each for each in members if not reader.linked(each, order.up)]
        yield reader.forest(key, tops)


class _Reader:
    """Reads one tree; ``members`` bound it, if any are given, to these resources."""

    def __init__(
        self, parts: ViewParts, here: str, order: _Order, members: frozenset[str] = frozenset()
    ) -> None:
        self._parts = parts
        self._here = here
        self._order = order
        self._members = members
        self._seen: set[str] = set()

    def forest(self, key: str, tops: list[str]) -> Tree:
        """Return the tree below several roots."""
        roots = self._nodes(tops)
        heading = self._parts.t("record.tree_" + key)
        return Tree(heading, roots, len(tops) - len(roots))

    def around(self, key: str) -> Tree:
        """Return the resource of the page between what is above and what is below it."""
        above = [self._here]
        while len(above) < _MOST_ABOVE:
            upper = [each for each in self.linked(above[-1], self._order.up) if each not in above]
            if not upper:
                break
            above.append(upper[0])
        below = self.linked(self._here, self._order.down)
        if len(above) == 1 and not below:
            return Tree("", ())
        self._seen.update(above)
        node = self._node(self._here)
        for iri in above[1:]:
            node = TreeNode(*self._named(iri), children=(node,))
        return Tree(self._parts.t("record.tree_" + key), (node,))

    def linked(self, iri: str, properties: Iterable[tuple[str, bool]]) -> list[str]:
        """Return the own resources that properties lead to, each once, in the order to show."""
        store, node = self._parts.site.store, NamedNode(iri)
        found: dict[str, None] = {}
        for predicate, backwards in properties:
            term = NamedNode(predicate)
            quads = store.quads(None, term, node) if backwards else store.quads(node, term)
            ends = ((quad.subject if backwards else quad.object) for quad in quads)
            found |= {end.value: None for end in ends if isinstance(end, NamedNode)}
        own = [each for each in found if self._parts.site.iris.is_own(each) and each != iri]
        if self._members:
            own = [each for each in own if each in self._members]
        return sorted(own, key=self._rank)

    def types(self, iri: str) -> list[str]:
        """Return the classes of a resource."""
        quads = self._parts.site.store.quads(NamedNode(iri), RDF_TYPE)
        return [quad.object.value for quad in quads if isinstance(quad.object, NamedNode)]

    def _rank(self, iri: str) -> tuple[str, str, str]:
        return (self._code(iri), self._parts.name(iri)[0].casefold(), iri)

    def _code(self, iri: str) -> str:
        quads = self._parts.site.store.quads(NamedNode(iri), _NOTATION)
        return min((q.object.value for q in quads if isinstance(q.object, Literal)), default="")

    def _nodes(self, iris: list[str]) -> tuple[TreeNode, ...]:
        kept = list(islice((i for i in iris if i not in self._seen), MOST_NODES - len(self._seen)))
        self._seen.update(kept)
        return tuple(self._node(iri) for iri in kept)

    def _node(self, iri: str) -> TreeNode:
        below = [each for each in self.linked(iri, self._order.down) if each not in self._seen]
        children = self._nodes(below)
        return TreeNode(*self._named(iri), children, len(below) - len(children))

    def _named(self, iri: str) -> tuple[Link, str, bool]:
        is_here = iri == self._here
        text, language = self._parts.name(iri)
        href = None if is_here else self._parts.href(iri)
        return Link(text, href, language), self._code(iri), is_here
