"""The statements of a catalogue, by subject; the way in which every check looks at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ctl_kg.rdf.terms import RDF, text_of

TYPE = RDF + "type"
Node = NamedNode | BlankNode
Term = Node | Literal


def name_of(term: object) -> str:
    """Return an IRI, a blank node's label with ``_:``, or a literal's text.

    >>> name_of(BlankNode("b0"))
    '_:b0'
    """
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    return text_of(term)  # type: ignore[arg-type]


class Statements:
    """An index of triples; subjects and properties are given as strings (:func:`name_of`)."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: dict[tuple[str, str], list[Term]] = defaultdict(list)
        self._subjects: dict[tuple[str, str], list[Node]] = defaultdict(list)
        self._paths: dict[str, list[str]] = defaultdict(list)
        self.nodes: dict[str, Node] = {}
        for subject, predicate, value in dict.fromkeys(tuple(each) for each in triples):
            if not isinstance(value, (NamedNode, BlankNode, Literal)):
                continue  # triple terms say nothing that portals read
            name, path = name_of(subject), predicate.value
            self.nodes.setdefault(name, subject)
            self._objects[name, path].append(value)
            self._subjects[path, name_of(value)].append(subject)
            if path not in self._paths[name]:
                self._paths[name].append(path)

    def values(self, subject: str, *paths: str) -> list[Term]:
        """Return what a subject has for any of the properties, in the order of the text."""
        return [each for path in paths for each in self._objects.get((subject, path), ())]

    def texts(self, subject: str, *paths: str) -> list[str]:
        """Return the values as strings."""
        return [name_of(each) for each in self.values(subject, *paths)]

    def literals(self, subject: str, *paths: str) -> list[Literal]:
        """Return the values that are literals."""
        return [each for each in self.values(subject, *paths) if isinstance(each, Literal)]

    def text(self, subject: str, *paths: str) -> str:
        """Return the first value as a string, or the empty string."""
        return next(iter(self.texts(subject, *paths)), "")

    def subjects(self, path: str, value: str) -> list[str]:
        """Return what has a value for a property."""
        return [name_of(each) for each in self._subjects.get((path, value), ())]

    def members(self, *classes: str) -> list[str]:
        """Return the members of any of the classes, each once, in order."""
        found = (name for each in classes for name in self.subjects(TYPE, each))
        return sorted(dict.fromkeys(found))

    def paths(self, subject: str) -> list[str]:
        """Return the properties that a subject has, in order."""
        return sorted(self._paths.get(subject, ()))
