"""External identifiers come from the checked crosswalk, web addresses from the document."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from ctl_kg.assets import find_assets
from ctl_kg.namespaces import DEFAULT_BASE, prefixes
from ctl_kg.rdf.loading import load_project

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
CROSSWALK = ROOT.parent / "shared" / "standards" / "crosswalk.csv"
# An alignment may propose a printed address as somebody's home page.
WEB_ADDRESSES = {
    "http://xmlns.com/foaf/0.1/homepage",
    "http://xmlns.com/foaf/0.1/page",
    "http://purl.org/dc/terms/conformsTo",  # specifications
    DEFAULT_BASE + "onto/CTL/alignedObject",
}
# Lists of codes and licences that describe the data set itself, not the entities in it.
CODE_LISTS = (
    "http://publications.europa.eu/resource/authority/",
    "http://creativecommons.org/licenses/",
    "http://purl.org/adms/",
    "http://eurovoc.europa.eu/",
)


@pytest.fixture(scope="module")
def crosswalk() -> set[str]:
    if not CROSSWALK.is_file():
        pytest.skip("the crosswalk is not beside the project (../shared/standards)")
    with CROSSWALK.open(encoding="utf-8", newline="") as file:
        return {row["external_iri"] for row in csv.DictReader(file)}


def test_every_external_link_stands_in_the_crosswalk(crosswalk: set[str]) -> None:
    names = tuple(prefixes().values())
    found = set()
    for file in load_project(find_assets()):
        if not file.name.startswith("data/links/"):
            continue
        for quad in file.quads:
            value = quad.object
            if isinstance(value, NamedNode) and not value.value.startswith((DEFAULT_BASE, *names)):
                found.add(value.value)
    assert len(found) > 50
    assert found - crosswalk == set()


def test_codes_stand_in_the_crosswalk(crosswalk: set[str]) -> None:
    notation = "http://www.w3.org/2004/02/skos/core#notation"
    codes = {
        quad.object.value
        for file in load_project(find_assets())
        if file.name.startswith("data/links/")
        for quad in file.quads
        if quad.predicate.value == notation and isinstance(quad.object, Literal)
    }
    assert codes
    assert {code for code in codes if not any(code in entry for entry in crosswalk)} == set()


def test_no_other_file_names_an_external_entity() -> None:
    names = (*prefixes().values(), *CODE_LISTS)
    stray = {
        f"{file.name}: {quad.object.value}"
        for file in load_project(find_assets())
        if file.name.startswith("data/") and not file.name.startswith("data/links/")
        for quad in file.quads
        if isinstance(quad.object, NamedNode)
        and not quad.object.value.startswith((DEFAULT_BASE, *names))
        and quad.predicate.value not in WEB_ADDRESSES
    }
    assert stray == set()
