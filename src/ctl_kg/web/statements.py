"""From statements to what a page shows: properties in groups, values in words, a mark on each.

Dates, numbers and truth values are written as people write them in the language of the page.
Nodes without a name are shown where they stand: a list as its entries, any other by what is said
of it. Not here: reading the store (``publish/description``), the marks (``source_notes``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import RDF, Statement
from ctl_kg.publish.skolem import WELL_KNOWN
from ctl_kg.sparql.terms import XSD, XSD_STRING, Term, text_of
from ctl_kg.web.pages import PageContext
from ctl_kg.web.shown import shown_date, shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.source_notes import SourceNotes
from ctl_kg.web.statement_view import ShownGroup, ShownProperty, ShownValue
from ctl_kg.web.values import Labels, ViewParts
from ctl_kg.web.views import Link

MOST_VALUES = 100  # of one property on one page
_MOST_DEPTH = 4  # of nameless nodes inside one another
_MOST_ITEMS = 200  # of one list
_FIRST, _REST = RDF + "first", RDF + "rest"
_INTEGERS = {XSD + name for name in ("integer", "int", "long", "nonNegativeInteger",
                                     "positiveInteger")}  # fmt: skip
_DECIMALS = {XSD + name for name in ("decimal", "double", "float")}
_LARGE = 10_000  # from here on thousands are set apart, so that years are left alone
# Which properties stand together on a page; a property not named here is a fact.
_GROUPS: dict[str, tuple[str, ...]] = {
    "facts": (),
    "derived": (),  # facts that are only worked out by rule
    "names": (
        "skos:prefLabel", "skos:altLabel", "rdfs:label", "dct:title", "rov:legalName",
        "cov:orgAcronym", "ctl:printedForm", "skos:definition", "dct:description", "rdfs:comment",
        "skos:notation", "skos:scopeNote", "foaf:name", "dct:alternative", "skos:hiddenLabel",
        "skos:example", "sh:name", "sh:description",
    ),
    "elsewhere": (
        "owl:sameAs", "schema:sameAs", "skos:exactMatch", "skos:closeMatch", "skos:relatedMatch",
        "skos:broadMatch", "skos:narrowMatch", "rdfs:seeAlso", "adms:identifier", "foaf:homepage",
        "foaf:page", "owl:equivalentClass", "owl:equivalentProperty",
    ),
    "about": (
        "rdf:type", "ctl:notStated", "prov:wasDerivedFrom", "prov:wasGeneratedBy", "dct:isPartOf",
        "oa:hasSource", "oa:hasSelector", "ctl:passageDigest", "vs:term_status", "dct:created",
        "dct:modified", "dct:issued", "rdfs:isDefinedBy", "skos:inScheme", "owl:versionInfo",
        "prov:wasAttributedTo", "skos:changeNote", "skos:editorialNote", "skos:historyNote",
        "ctl:since", "skos:topConceptOf",
    ),
}  # fmt: skip
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}


class StatementParts(ViewParts):
    """Makes the parts of a page about statements.

    ``notes`` collects where they are from; without it no statement has a mark.
    """

    def __init__(
        self,
        site: Site,
        page: PageContext,
        labels: Labels,
        definitions: Labels | None = None,
        notes: SourceNotes | None = None,
    ) -> None:
        super().__init__(site, page, labels)
        self.notes = notes
        self._definitions = definitions or {}

    def shown(self, statement: Statement, term: Term, depth: int = 0) -> ShownValue:
        """Return one end of a statement as a value, with the marks of the statement."""
        value = self._value(term, depth)
        if self.notes is None:
            return value
        return replace(
            value, marks=self.notes.marks(statement), inferred=self.notes.doubt(statement)
        )

    def _value(self, term: Term, depth: int) -> ShownValue:
        if isinstance(term, Literal):
            return self._literal(term)
        if isinstance(term, (NamedNode, BlankNode)) and nameless(term, self.site.base_iri):
            found = self._inside(term, depth)
            if found is not None:
                return found
        if isinstance(term, NamedNode):
            link = self.link(term.value)
            outside = not self.site.iris.is_own(term.value) and link.href is not None
            return ShownValue(link, is_external=outside)
        text = self.t("resource.unnamed") if isinstance(term, BlankNode) else text_of(term)
        return ShownValue(Link(text))

    def _inside(self, node: NamedNode | BlankNode, depth: int) -> ShownValue | None:
        """Return a nameless node as its entries or its properties; None if it is too deep."""
        if depth >= _MOST_DEPTH:
            return None
        entries = self._entries(node)
        if entries:
            return ShownValue(
                Link(""), items=tuple(self._value(each, depth + 1) for each in entries)
            )
        said = self.site.describer.about(node)
        parts = tuple(each for _, each in self.properties(said, depth=depth + 1))
        return ShownValue(Link(""), parts=parts) if parts else None

    def _entries(self, node: NamedNode | BlankNode) -> list[Term]:
        """Return the entries of an RDF list, the first of a long one; empty if it is none."""
        entries: list[Term] = []
        place: Term = node
        while len(entries) < _MOST_ITEMS and isinstance(place, (NamedNode, BlankNode)):
            said = {each.predicate.value: each.object for each in self.site.describer.about(place)}
            if _FIRST not in said or _REST not in said:
                break
            entries.append(said[_FIRST])
            place = said[_REST]
        return entries

    def _literal(self, literal: Literal) -> ShownValue:
        """Return a plain value as people write it."""
        value, tag, kind = literal.value, literal.language or None, literal.datatype.value
        other = tag if tag != self.page.language else None
        if tag or kind == XSD_STRING:
            return ShownValue(Link(value, None, other), is_code="\n" in value)
        if kind == XSD + "anyURI":
            href = value if value.startswith(("http://", "https://")) else None
            return ShownValue(Link(value, href), is_external=bool(href))
        text = written(value, kind, self)
        if text is not None:
            return ShownValue(Link(text))
        term = self.term(kind)
        return ShownValue(
            Link(value), note=term.label if term else self.site.curies.shorten(kind) or kind
        )

    def properties(
        self, statements: Iterable[Statement], *, incoming: bool = False, depth: int = 0
    ) -> list[tuple[str, ShownProperty]]:
        """Return (predicate IRI, property), by label.

        Args:
            statements: with the same subject, or if incoming with the same object.
            incoming: show subjects in place of objects.
            depth: how many nameless nodes these statements stand in.
        """
        by_predicate: dict[str, list[Statement]] = defaultdict(list)
        for statement in statements:
            by_predicate[statement.predicate.value].append(statement)
        made = [
            (predicate, self.property(predicate, found, incoming=incoming, depth=depth))
            for predicate, found in by_predicate.items()
        ]
        return sorted(made, key=lambda item: item[1].label.text.casefold())

    def property(
        self,
        predicate: str,
        statements: Sequence[Statement],
        *,
        incoming: bool = False,
        depth: int = 0,
    ) -> ShownProperty:
        """Return one property with the values that statements give it, at most ``MOST_VALUES``."""
        kept = statements[:MOST_VALUES]
        values = [
            self.shown(each, each.subject if incoming else each.object, depth) for each in kept
        ]
        if not incoming or len(kept) == len(statements):
            values.sort(key=lambda v: (v.link.language is not None, _sortable(v.link.text)))
        definition = best_literal(self._definitions.get(predicate, ()), self.page.language)
        term = self.term(predicate)
        text = definition.value if definition else term.definition if term else ""
        tag = definition.language if definition else None
        return ShownProperty(
            key=self.key(predicate, incoming=incoming),
            label=self.link(predicate),
            definition=text,
            definition_language=None if tag in (None, self.page.language) else tag,
            values=tuple(values),
            total=len(statements),
        )

    def with_rest(self, shown: ShownProperty, address: str | None) -> ShownProperty:
        """Return a property with the address of all its values, if it has more than it shows."""
        if shown.total <= MOST_VALUES:
            return shown
        return replace(shown, rest=Link(self.t("record.all_values", total=shown.total), address))

    def key(self, predicate: str, *, incoming: bool = False) -> str:
        """Return what a property is called in the fragments of a page."""
        name = self.site.curies.shorten(predicate) or predicate
        return ("from-" if incoming else "is-") + re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")

    def groups(self, properties: Iterable[tuple[str, ShownProperty]]) -> tuple[ShownGroup, ...]:
        """Return the properties in their groups; empty groups are left out."""
        members: dict[str, list[ShownProperty]] = defaultdict(list)
        for predicate, each in properties:
            group = _GROUP_OF.get(self.site.curies.shorten(predicate) or "", "facts")
            kinds = {mark.kind for value in each.values for mark in value.marks}
            members["derived" if group == "facts" and kinds == {"derived"} else group].append(each)
        return tuple(
            ShownGroup(
                key=key,
                heading=self.t("groups." + key),
                properties=tuple(members[key]),
                help=self.t.get("record", "help_" + key),
            )
            for key in _GROUPS
            if members[key]
        )


def nameless(node: NamedNode | BlankNode, base_iri: str) -> bool:
    """Tell whether a node has no name but the one that a release gives to blank nodes."""
    return isinstance(node, BlankNode) or node.value.startswith(base_iri + WELL_KNOWN)


def written(value: str, kind: str, parts: ViewParts) -> str | None:
    """Return a number, a date or a truth value in words; None for other types.

    Args:
        value: the lexical form.
        kind: IRI of the type.
        parts: gives the language.
    """
    t, italian = parts.t, parts.page.language == "it"
    if kind in _INTEGERS and re.fullmatch(r"[+-]?\d{1,18}", value):
        number = int(value)
        return shown_number(number, parts.page.language) if abs(number) >= _LARGE else str(number)
    if kind in _DECIMALS:
        return value.replace(".", ",") if italian else value
    if kind == XSD + "boolean":
        return t("record.yes") if value in ("true", "1") else t("record.no")
    if kind == XSD + "date":
        return shown_date(value, t)
    month = re.fullmatch(r"(\d{4})-(\d{2})", value)
    if kind == XSD + "gYearMonth" and month and 1 <= int(month[2]) <= 12:
        return f"{t(f'months.{int(month[2])}')} {month[1]}"
    return value if kind == XSD + "gYear" else None


def _sortable(text: str) -> list[tuple[int, int | str]]:
    """Return a text for sorting, with numbers by their size: "line 9" before "line 10"."""
    pieces = re.split(r"(\d{1,12})", text.casefold())
    return [(0, int(each)) if each.isdecimal() else (1, each) for each in pieces if each]
