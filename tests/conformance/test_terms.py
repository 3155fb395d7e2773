"""Every term of the release is called something, in both languages, on every page."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from ctl_kg.languages import LANGUAGES
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.profiles import PROFILES, profile_description
from ctl_kg.terms import standard_terms

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes())
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABELS = ("http://www.w3.org/2004/02/skos/core#prefLabel",
          "http://www.w3.org/2000/01/rdf-schema#label")  # fmt: skip
DEFINITIONS = ("http://www.w3.org/2004/02/skos/core#definition",
               "http://purl.org/dc/terms/description",
               "http://www.w3.org/2000/01/rdf-schema#comment")  # fmt: skip


def texts(quads: list[ox.Quad], properties: tuple[str, ...]) -> dict[str, set[str]]:
    """Return the languages in which a property of these is given, by resource."""
    found: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value in properties and isinstance(quad.object, ox.Literal):
            found[str(getattr(quad.subject, "value", ""))].add(quad.object.language or "")
    return found


@pytest.fixture(scope="module")
def quads(release: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(release / "ctl-kg.nq"), format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def terms(quads: list[ox.Quad]) -> set[str]:
    """Return every property and class in data, ontology and shapes, and those of profiles."""
    of_profiles = [triple for profile in PROFILES for triple in profile_description(profile, BASE)]
    found = {each.predicate.value for each in (*quads, *of_profiles)}
    for each in (*quads, *of_profiles):
        if each.predicate.value == RDF_TYPE and isinstance(each.object, ox.NamedNode):
            found.add(each.object.value)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_property_and_class_has_a_label(
    quads: list[ox.Quad], terms: set[str], language: str
) -> None:
    in_graph = texts(quads, LABELS)
    known = standard_terms(language)
    nameless = {
        CURIES.shorten(iri) or iri
        for iri in terms
        if language not in in_graph[iri] and (CURIES.shorten(iri) or iri) not in known
    }
    assert nameless == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_property_and_class_has_a_definition(
    quads: list[ox.Quad], terms: set[str], language: str
) -> None:
    in_graph = texts(quads, DEFINITIONS)
    known = standard_terms(language)
    undefined = {
        CURIES.shorten(iri) or iri
        for iri in terms
        if language not in in_graph[iri] and (CURIES.shorten(iri) or iri) not in known
    }
    assert undefined == set()


def test_both_languages_name_the_same_terms() -> None:
    italian, english = (standard_terms(language) for language in LANGUAGES)
    assert list(italian) == list(english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_definition_is_one_sentence_and_no_repetition(language: str) -> None:
    for name, term in standard_terms(language).items():
        assert term.definition.endswith("."), name
        assert "\n" not in term.label + term.definition, name
        assert len(term.definition) < 130, name
        assert term.label.rstrip(".") != term.definition.rstrip("."), name
        assert name not in (term.label, term.definition), name


def test_names_are_short_names_wherever_there_is_a_prefix() -> None:
    for name in standard_terms("en"):
        assert CURIES.expand(name) is not None or CURIES.shorten(name) is None, name
        assert "://" in name or CURIES.expand(name) is not None, name
