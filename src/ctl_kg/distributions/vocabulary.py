"""What ontology, shapes and context say of classes and properties, as far as tables need it.

Names come from the JSON-LD context, labels and definitions from the ontology, for terms of others
from the names of the shapes, or else from what the pages call them (``ctl_kg.terms``); how many
values a property may have comes from ontology and shapes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.languages import LANGUAGES
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.rdf.terms import RDF, text_of
from ctl_kg.terms import TermText, standard_terms

TYPE = RDF + "type"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_OWL = "http://www.w3.org/2002/07/owl#"
_SH = "http://www.w3.org/ns/shacl#"

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """What is known of terms, by IRI.

    ``single`` holds (class, property) pairs with one value at most per resource, ``one_text``
    those with one text at most per language; the class is empty where any class will do.
    """

    base_iri: str
    terms: Mapping[str, str]
    labels: Mapping[str, Texts]
    definitions: Mapping[str, Texts]
    own_classes: frozenset[str]
    target_classes: frozenset[str]
    single: frozenset[tuple[str, str]]
    one_text: frozenset[tuple[str, str]]
    curies: Curies = field(compare=False)

    def name(self, iri: str) -> str:
        """Return the name of a term: the context's, else prefix and local name, else from the IRI.

        >>> read_vocabulary([], [], {}, "https://example.org/").name("http://schema.org/funder")
        'schema_funder'
        """
        known = self.terms.get(iri)
        if known is not None:
            return known
        text = self.curies.shorten(iri) or re.sub(r"^[a-z]+:/*", "", iri)
        return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "term"

    def label(self, iri: str) -> Texts:
        """Return the label of a term in each language; its name where there is none."""
        known = self.labels.get(iri, {})
        return {
            each: known.get(each) or (found.label if found else self.name(iri))
            for each in LANGUAGES
            for found in [self._standard(iri, each)]
        }

    def definition(self, iri: str) -> Texts:
        """Return the definition of a term in each language, empty where there is none."""
        known = self.definitions.get(iri, {})
        return {
            each: known.get(each) or (found.definition if found else "")
            for each in LANGUAGES
            for found in [self._standard(iri, each)]
        }

    def _standard(self, iri: str, language: str) -> TermText | None:
        return standard_terms(language).get(self.curies.shorten(iri) or iri)

    def is_single(self, classes: Iterable[str], predicate: str, *, text: bool) -> bool:
        """Tell whether resources of all these classes have one value at most (per language)."""
        table = self.single | self.one_text if text else self.single
        return any((each, predicate) in table for each in ("", *classes))


def read_vocabulary(
    asserted: Iterable[Quad], shapes: Sequence[Quad], context: Mapping[str, Any], base_iri: str
) -> Vocabulary:
    """Return what ontology, shapes and context say.

    Args:
        asserted: statements, those of the ontology's graph among them.
        shapes: the statements of the shapes.
        context: term definitions of the JSON-LD context.
        base_iri: base of our IRIs.
    """
    ontology = NamedNode(f"{base_iri}data/graph/ontology")
    facts = _Facts(quad for quad in asserted if quad.graph_name == ontology)
    curies = Curies(prefixes(base_iri))
    names, single, one_text, targets = _of_shapes(_Facts(shapes))
    labels = names | {iri: facts.texts(iri, _RDFS + "label") for iri in facts.about}
    functional = {("", iri) for iri in facts.instances(_OWL + "FunctionalProperty")}
    return Vocabulary(
        base_iri,
        _terms(context, curies),
        labels,
        {iri: facts.texts(iri, _SKOS + "definition") for iri in facts.about},
        frozenset(facts.instances(_OWL + "Class")),
        frozenset(targets),
        frozenset(single | functional),
        frozenset(one_text),
        curies,
    )


def _terms(context: Mapping[str, Any], curies: Curies) -> dict[str, str]:
    """Return IRI → term; of several terms for an IRI the alphabetically first."""
    found: dict[str, str] = {}
    for term in sorted(context, reverse=True):
        meaning = context[term]
        iri = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
        if not isinstance(iri, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", term):
            continue
        if iri.startswith("@") or iri[-1:] in "/#":
            continue
        found[curies.expand(iri) or iri] = term
    return found


class _Facts:
    """Statements by subject and predicate."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.about: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            self.about[text_of(quad.subject)][quad.predicate.value].append(quad.object)

    def values(self, subject: str, predicate: str) -> list[Any]:
        return self.about[subject].get(predicate, []) if subject in self.about else []

    def instances(self, kind: str) -> set[str]:
        found = NamedNode(kind)
        return {iri for iri, said in self.about.items() if found in said.get(TYPE, ())}

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        literals = [each for each in self.values(subject, predicate) if isinstance(each, Literal)]
        return {each.language: each.value
                for each in sorted(literals, key=lambda each: each.value, reverse=True)
                if each.language}  # fmt: skip


def _of_shapes(
    facts: _Facts,
) -> tuple[dict[str, Texts], set[tuple[str, str]], set[tuple[str, str]], set[str]]:
    """Return labels of properties, the single-valued pairs, the one-text pairs, target classes."""
    names: dict[str, Texts] = {}
    single: set[tuple[str, str]] = set()
    one_text: set[tuple[str, str]] = set()
    targets: set[str] = set()
    properties: dict[str, set[str]] = defaultdict(set)  # property shape → classes it is about
    for shape in sorted(facts.about):
        classes = {text_of(each) for each in facts.values(shape, _SH + "targetClass")}
        targets |= classes
        for each in facts.values(shape, _SH + "property"):
            properties[text_of(each)] |= classes
    for shape in sorted(properties):
        for path in facts.values(shape, _SH + "path"):
            if not isinstance(path, NamedNode):
                continue
            said = facts.texts(shape, _SH + "name")
            label = {tag: text.partition(":")[0] for tag, text in said.items() if ":" in text}
            if label:
                names.setdefault(path.value, label)
            pairs = {(each, path.value) for each in properties[shape]}
            if [text_of(each) for each in facts.values(shape, _SH + "maxCount")] in (["1"], ["0"]):
                single |= pairs
            if [text_of(each) for each in facts.values(shape, _SH + "uniqueLang")] == ["true"]:
                one_text |= pairs
    return names, single, one_text, targets
