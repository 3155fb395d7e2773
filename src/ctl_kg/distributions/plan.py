"""Which tables there are and what stands in them: one table per class, one row per resource.

A column is a property and a kind of value: resources, texts in one language, or literals of one
datatype, so a value says by its column all that it is. Columns come from the statements and from
what ontology and shapes say; nothing here names a class or a property of ours.

A resource stands in one table: that of the class of our ontology it belongs to; else of a class
that the shapes have constraints for; else of any; of several the one with the fewest members,
which is the most specific.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias, TypeVar

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ctl_kg.distributions.vocabulary import TYPE, Texts, Vocabulary
from ctl_kg.languages import LANGUAGES
from ctl_kg.publish.link_rules import EXCLUDED_GRAPHS
from ctl_kg.rdf.terms import XSD

IRI = "iri"
TEXT = "text"  # with a language
LITERAL = "literal"  # with a datatype
UNTYPED = "untyped"  # name of the table of resources that no statement gives a class

_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_LEFT_OUT = (*EXCLUDED_GRAPHS, "queries")
# What a reader wants to see first.
_FIRST = (TYPE, "http://www.w3.org/2004/02/skos/core#prefLabel",
          "http://www.w3.org/2004/02/skos/core#altLabel",
          "http://www.w3.org/2004/02/skos/core#notation",
          "http://www.w3.org/2004/02/skos/core#definition",
          "http://purl.org/dc/terms/title", "http://purl.org/dc/terms/description")  # fmt: skip

# Names of files that are no table of a class.
_TAKEN = ("csv-metadata", "data-dictionary", "datapackage", "other-statements", "seats")

Value: TypeAlias = NamedNode | Literal
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Kind:
    """A kind of value: ``detail`` is the language or the IRI of the datatype."""

    what: str
    detail: str = ""

    @property
    def is_plain(self) -> bool:
        """Tell whether it is a text without language."""
        return self == Kind(LITERAL, XSD + "string")


def kind_of(value: Value) -> Kind:
    """Return the kind of a value.

    >>> kind_of(Literal("Rete", language="it"))
    Kind(what='text', detail='it')
    """
    if isinstance(value, NamedNode):
        return Kind(IRI)
    return Kind(TEXT, value.language) if value.language else Kind(LITERAL, value.datatype.value)


@dataclass(frozen=True)
class Column:
    """One column: a property, a kind of value, and whether a resource may have several.

    ``key`` is the name without the language; ``references`` is the table that every value of a
    column of single resources stands in, if there is one.
    """

    name: str
    key: str
    predicate: str
    kind: Kind
    many: bool
    label: Texts = field(hash=False)
    definition: Texts = field(hash=False)
    references: str = ""


Cells: TypeAlias = Mapping[Column, Sequence[Value]]


@dataclass(frozen=True)
class Table:
    """A class with its columns and rows; rows are in the order of their IRIs."""

    name: str
    class_iri: str
    label: Texts
    definition: Texts
    columns: tuple[Column, ...]
    rows: Mapping[str, Cells]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the columns, each once, in order."""
        return tuple(dict.fromkeys(column.key for column in self.columns))


def covered(quads: Iterable[Quad], base_iri: str) -> set[Triple]:
    """Return the statements that the tables hold: what is stated about the things described.

    Those are the triples of all named graphs but the ones of ontology, shapes, provenance,
    catalogue, stock queries, withdrawn IRIs and derived statements. What is not covered says
    where statements come from, or follows from others by rule.
    """
    left_out = {NamedNode(f"{base_iri}data/graph/{slug}") for slug in _LEFT_OUT}
    return {
        Triple(quad.subject, quad.predicate, quad.object)
        for quad in quads
        if quad.graph_name not in left_out
    }


def plan_tables(
    statements: Iterable[Triple], quads: Iterable[Quad], vocabulary: Vocabulary
) -> tuple[Table, ...]:
    """Return the tables of some statements, in the order of their names.

    Args:
        statements: as :func:`covered` gives them; no blank nodes.
        quads: everything stated, for the classes of resources typed in graphs not covered.
        vocabulary: names, labels and numbers of values.
    """
    said: dict[str, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
    for triple in statements:
        said[triple.subject.value][triple.predicate.value].append(triple.object)  # type: ignore[union-attr,arg-type]
    members = _classes(said, quads, vocabulary)
    names = _unique_names({each: table_name(each, vocabulary) for each in members}, _TAKEN)
    table_of = {iri: names[class_iri] for class_iri, iris in members.items() for iri in iris}
    maker = _Maker(vocabulary, _column_keys(said, vocabulary), table_of)
    made = [
        maker.table(names[class_iri], class_iri, {iri: said[iri] for iri in iris})
        for class_iri, iris in members.items()
    ]
    return tuple(sorted(made, key=lambda table: table.name))


def table_name(class_iri: str, vocabulary: Vocabulary) -> str:
    """Return the name of the table of a class: the class's, in lower case with hyphens."""
    if not class_iri:
        return UNTYPED
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", vocabulary.name(class_iri))
    return words.replace("_", "-").lower()


def _classes(
    said: Mapping[str, Mapping[str, list[Value]]], quads: Iterable[Quad], vocabulary: Vocabulary
) -> dict[str, list[str]]:
    """Return the resources of each class, each in one; those without class under ''."""
    types: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value == TYPE and isinstance(quad.object, NamedNode):
            subject = quad.subject.value  # type: ignore[union-attr]
            if subject in said:
                types[subject].add(quad.object.value)
    sizes = Counter(each for found in types.values() for each in found)
    members: dict[str, list[str]] = defaultdict(list)
    for iri in sorted(said):
        found = types.get(iri, set())
        best = found & vocabulary.own_classes or found & vocabulary.target_classes or found
        members[min(best, key=lambda each: (sizes[each], each), default="")].append(iri)
    return dict(members)


def _column_keys(
    said: Mapping[str, Mapping[str, list[Value]]], vocabulary: Vocabulary
) -> dict[tuple[str, Kind], str]:
    """Return the key of each property and kind of value: the property's name.

    Where a property has values of several kinds, all but resources have the kind behind it.
    """
    kinds: dict[str, set[Kind]] = defaultdict(set)
    for properties in said.values():
        for predicate, values in properties.items():
            kinds[predicate].update(Kind(TEXT) if each.what == TEXT else each
                                    for each in map(kind_of, values))  # fmt: skip
    keys = {}
    for predicate, found in kinds.items():
        name = "type" if predicate == TYPE else vocabulary.name(predicate)
        for kind in found:
            is_alone = kind.what == IRI or len(found) == 1
            local = re.split(r"[/#]", kind.detail)[-1] or "text"
            keys[predicate, kind] = name if is_alone else f"{name}_{local}"
    return _unique_names(keys, taken=("id",))


def _unique_names(names: Mapping[_Key, str], taken: Sequence[str] = ()) -> dict[_Key, str]:
    """Number the names that are the same but for case, in the order of what they name."""
    seen = Counter(dict.fromkeys(taken, 1))
    found = {}
    for each in sorted(names, key=repr):
        name = re.sub(r"[^A-Za-z0-9_-]", "_", names[each])
        seen[name.lower()] += 1
        while seen[name.lower()] > 1:
            name = f"{name}_{seen[name.lower()]}"
            seen[name.lower()] += 1
        found[each] = name
    return found


class _Maker:
    """Makes the tables of one release."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        keys: Mapping[tuple[str, Kind], str],
        table_of: Mapping[str, str],
    ) -> None:
        self._vocabulary = vocabulary
        self._keys = keys
        self._table_of = table_of

    def table(
        self, name: str, class_iri: str, said: Mapping[str, Mapping[str, list[Value]]]
    ) -> Table:
        """Return the table of a class whose members say these things."""
        rows = {iri: self._cells(properties) for iri, properties in said.items()}
        columns = self._columns(class_iri, rows)
        vocabulary = self._vocabulary
        untyped = {"it": "Altre risorse", "en": "Other resources"}
        return Table(
            name,
            class_iri,
            vocabulary.label(class_iri) if class_iri else untyped,
            vocabulary.definition(class_iri),
            tuple(columns.values()),
            {iri: {columns[at]: found for at, found in cells.items()}
             for iri, cells in rows.items()},
        )  # fmt: skip

    def _cells(self, properties: Mapping[str, list[Value]]) -> dict[tuple[str, Kind], list[Value]]:
        cells: dict[tuple[str, Kind], list[Value]] = defaultdict(list)
        for predicate, values in properties.items():
            for value in values:
                cells[predicate, kind_of(value)].append(value)
        for found in cells.values():
            found.sort(key=lambda value: value.value)
        return cells

    def _columns(
        self, class_iri: str, rows: Mapping[str, Mapping[tuple[str, Kind], list[Value]]]
    ) -> dict[tuple[str, Kind], Column]:
        found = {at for cells in rows.values() for at in cells}
        several = {at for cells in rows.values() for at, values in cells.items() if len(values) > 1}
        shared = self._shared_classes(class_iri, rows)
        columns = {}
        for predicate, kind in found:
            at = (predicate, kind)
            is_text = kind.what == TEXT
            single = self._vocabulary.is_single(shared, predicate, text=is_text)
            many = at in several or not single
            references = "" if many or kind.what != IRI else self._references(at, rows)
            columns[at] = self._column(predicate, kind, many, references)
        return _unique(dict(sorted(columns.items(), key=lambda item: _place(item[1]))))

    def _shared_classes(
        self, class_iri: str, rows: Mapping[str, Mapping[tuple[str, Kind], list[Value]]]
    ) -> set[str]:
        """Return the classes that every member has: what is said of those holds here."""
        typed = [{each.value for each in cells.get((TYPE, Kind(IRI)), ())}
                 for cells in rows.values()]  # fmt: skip
        return {class_iri} | set.intersection(*typed)

    def _references(
        self,
        at: tuple[str, Kind],
        rows: Mapping[str, Mapping[tuple[str, Kind], list[Value]]],
    ) -> str:
        """Return the name of the one table that all values of a column stand in, or ''."""
        tables = {self._table_of.get(value.value) for cells in rows.values()
                  for value in cells.get(at, ())}  # fmt: skip
        return (tables.pop() or "") if len(tables) == 1 else ""

    def _column(self, predicate: str, kind: Kind, many: bool, references: str) -> Column:
        key = self._keys[predicate, Kind(TEXT) if kind.what == TEXT else kind]
        name = f"{key}_{kind.detail}" if kind.what == TEXT else key
        label = self._vocabulary.label(predicate)
        if predicate == TYPE:
            label = {"it": "classi", "en": "classes"}
        definition = self._vocabulary.definition(predicate)
        return Column(name, key, predicate, kind, many, label, definition, references)


def _unique(columns: dict[tuple[str, Kind], Column]) -> dict[tuple[str, Kind], Column]:
    """Give every column a name of its own that is a name in CSVW: letters, digits, "_"."""
    names = {at: column.name.replace("-", "_") for at, column in columns.items()}
    unique = _unique_names(names, taken=("id",))
    return {at: replace(column, name=unique[at]) for at, column in columns.items()}


def _place(column: Column) -> tuple[int, str, int, str]:
    """Return the place of a column: what names the row, then the others by name."""
    first = _FIRST.index(column.predicate) if column.predicate in _FIRST else len(_FIRST)
    tag = column.kind.detail if column.kind.what == TEXT else ""
    rank = LANGUAGES.index(tag) if tag in LANGUAGES else len(LANGUAGES)
    return (first, column.key.lower(), rank, column.name)
