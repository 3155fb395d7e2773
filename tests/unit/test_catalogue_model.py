"""The catalogue of the small project, and the gate that keeps out what has no terms of use."""

from __future__ import annotations

from pathlib import Path

import pytest
from project_fixture import BASE, copy_mini, replace
from pyoxigraph import NamedNode, Quad, Triple

from ctl_kg.assets import Assets
from ctl_kg.catalogue.documents import DCAT_AP, DCAT_AP_IT, CatalogueWriter, Parts
from ctl_kg.catalogue.model import Catalogue
from ctl_kg.catalogue.reading import Facts, read_catalogue
from ctl_kg.distributions.distribution import Distribution
from ctl_kg.errors import NotConformingError, SourceError
from ctl_kg.publish import validation
from ctl_kg.publish.authority import FREQUENCIES, LICENCES, THEMES
from ctl_kg.publish.build import build
from ctl_kg.publish.rights import check_rights

DATASET = BASE + "catalog/dataset/clusters"
TERMS = {
    "dct:license": "<http://creativecommons.org/licenses/by/4.0/>",
    "dct:rightsHolder": "organisation:publisher",
    "dct:accrualPeriodicity": "<http://publications.europa.eu/resource/authority/frequency/IRREG>",
    "dcat:theme": "<http://publications.europa.eu/resource/authority/data-theme/TECH>",
}


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


def change(assets: Assets, subject: str, old: str, new: str) -> None:
    """Replace a text in one subject's block of the authored catalogue."""
    path = assets.data / "catalogue.ttl"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"\n<{subject}>\n")
    end = text.index("\n.\n", start) + 1
    block = text[start:end]
    assert old in block
    path.write_text(text[:start] + block.replace(old, new) + text[end:], encoding="utf-8")


def file(name: str, dataset: str = "clusters") -> Distribution:
    texts = {"it": "Tavola", "en": "Table"}
    return Distribution(dataset, name, "text/csv", "CSV", texts, texts)


def read(assets: Assets, *offered: Distribution) -> Catalogue:
    quads = validation.load(assets).asserted
    files = {each.path: b"id\r\n" for each in offered}
    found = read_catalogue(quads, BASE, Facts("1.0.0", "2026-01-31", files), offered)
    assert found is not None
    return found


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("subject", [DATASET, BASE + "onto/CTL"])
def test_nothing_is_released_without_its_terms_of_use(
    assets: Assets, tmp_path: Path, term: str, subject: str
) -> None:
    change(assets, subject, f"    {term} {TERMS[term]} ;\n", "")
    with pytest.raises(NotConformingError) as caught:
        build(assets, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (finding,) = [each for each in caught.value.findings if each.rule.endswith("rights-gate")]
    assert finding.focus == subject
    assert finding.place is not None
    assert term in finding.message["en"]
    assert term in finding.mend["it"]
    if subject == DATASET:
        assert finding.place.file == "data/catalogue.ttl"


def test_a_vocabulary_needs_them_too(assets: Assets) -> None:
    path = assets.data / "vocabularies" / "graph-kind.ttl"
    scheme = BASE + "controlled-vocabulary/graph-kind"
    path.write_text(
        path.read_text() + f"\n<{scheme}>\n    a <http://www.w3.org/2004/02/skos/core#"
        "ConceptScheme> ;\n.\n"
    )
    findings = validation.validate(validation.load(assets), check_shapes=False)
    lacking = [each for each in findings if each.rule.endswith("rights-gate")]
    assert {each.focus for each in lacking} == {scheme}
    assert len(lacking) == len(TERMS)
    assert {each.place.file for each in lacking if each.place} == {
        "data/vocabularies/graph-kind.ttl"
    }


@pytest.mark.parametrize("term", [term for term in TERMS if term != "dct:rightsHolder"])
def test_a_value_that_no_portal_knows_is_named(assets: Assets, term: str) -> None:
    change(assets, DATASET, TERMS[term], "<https://example.org/mine>")
    findings = validation.validate(validation.load(assets), check_shapes=False)
    (finding,) = [each for each in findings if each.rule.endswith("rights-gate")]
    assert (finding.focus, finding.value) == (DATASET, "https://example.org/mine")


@pytest.mark.parametrize("holder", ['"Regione"', "<https://example.org/nobody>"])
def test_a_rights_holder_without_a_name_is_none(assets: Assets, holder: str) -> None:
    change(assets, DATASET, f"dct:rightsHolder {TERMS['dct:rightsHolder']}",
           f"dct:rightsHolder {holder}")  # fmt: skip
    findings = validation.validate(validation.load(assets), check_shapes=False)
    (finding,) = [each for each in findings if each.rule.endswith("rights-gate")]
    assert (finding.focus, finding.value) == (DATASET, holder.strip('<>"'))
    assert finding.place is not None
    assert finding.place.file == "data/catalogue.ttl"


def test_a_project_without_catalogue_is_not_released(assets: Assets, tmp_path: Path) -> None:
    (assets.data / "catalogue.ttl").unlink()
    with pytest.raises(NotConformingError) as caught:
        build(assets, tmp_path / "out")
    assert any("data/catalogue.ttl" in each.mend["en"] for each in caught.value.findings)


def test_a_file_of_no_dataset_is_refused(assets: Assets) -> None:
    with pytest.raises(SourceError, match=r"catalogue\.ttl: the file a\.csv .*'nothing'"):
        read(assets, file("a.csv", "nothing"))


def test_a_catalogue_without_a_licence_it_can_name_is_refused(assets: Assets) -> None:
    change(assets, BASE + "catalog", TERMS["dct:license"], "<https://example.org/mine>")
    with pytest.raises(SourceError, match="which portals do not know"):
        read(assets, file("a.csv"))


def test_a_dataset_without_files_is_not_offered(assets: Assets) -> None:
    assert [each.key for each in read(assets, file("a.csv")).datasets] == ["clusters"]


def test_each_licence_is_named_as_each_portal_knows_it(assets: Assets) -> None:
    for name in LICENCES:
        assert LICENCES[name].european.startswith("http://publications.europa.eu/")
        assert LICENCES[name].italian.startswith("https://w3id.org/italia/")
        assert LICENCES[LICENCES[name].italian] is LICENCES[name]
    change(
        assets, DATASET, TERMS["dct:license"],
        "<https://w3id.org/italia/controlled-vocabulary/licences/A11_CCO10>",
    )  # fmt: skip
    catalogue = read(assets, file("a.csv"))
    licence = NamedNode("http://purl.org/dc/terms/license")
    iri = f"{DATASET}#a.csv"
    for profile, expected in ((DCAT_AP, "CC0"), (DCAT_AP_IT, "A11_CCO10")):
        (found,) = [
            each.object.value  # type: ignore[union-attr]
            for each in profile.write(catalogue)
            if each.subject == NamedNode(iri) and each.predicate == licence
        ]
        assert found.endswith("/" + expected)


def test_an_official_code_is_taken_from_the_data(assets: Assets) -> None:
    """An agent with no code of its own has that of its official identifier."""
    path = assets.data / "catalogue.ttl"
    replace(path, '    dct:identifier "publisher" ;\n',
            "    <http://www.w3.org/ns/adms#identifier> <urn:code> ;\n")  # fmt: skip
    path.write_text(
        path.read_text()
        + '\n<urn:code>\n    <http://www.w3.org/2004/02/skos/core#notation> "r_lombar" ;\n.\n'
    )
    assert read(assets, file("a.csv")).publisher.identifier == "r_lombar"


def test_a_contact_is_offered_to_italy_with_its_mailbox_only(assets: Assets) -> None:
    contact = f"{BASE}catalog/contact"
    path = assets.data / "catalogue.ttl"
    change(assets, DATASET, "    a dcat:Dataset ;\n",
           f"    a dcat:Dataset ;\n    dcat:contactPoint <{contact}> ;\n")  # fmt: skip
    vcard = "http://www.w3.org/2006/vcard/ns#"
    text = path.read_text()
    path.write_text(f'{text}\n<{contact}>\n    <{vcard}fn> "Ufficio" ;\n.\n')
    point = NamedNode("http://www.w3.org/ns/dcat#contactPoint")

    def points(profile: object) -> int:
        written = profile.write(read(assets, file("a.csv")))  # type: ignore[attr-defined]
        return sum(each.predicate == point for each in written)

    assert (points(DCAT_AP), points(DCAT_AP_IT)) == (1, 0)
    path.write_text(
        f'{text}\n<{contact}>\n    <{vcard}fn> "Ufficio" ;\n'
        f"    <{vcard}hasEmail> <mailto:office@example.org> ;\n.\n"
    )
    assert (points(DCAT_AP), points(DCAT_AP_IT)) == (1, 1)


def test_parts_together_are_the_whole(assets: Assets) -> None:
    catalogue = read(assets, file("a.csv"), file("b.csv", "graph"), file("c.csv", "projects"))
    triples = DCAT_AP.write(catalogue)
    parts = Parts(triples)
    assert len(parts.entries) == 3
    assert set(parts.about(catalogue.iri)) == set(triples)
    pages = [set(parts.about(catalogue.iri, [entry])) for entry in parts.entries]
    assert set().union(*pages) == set(triples)
    for entry, page in zip(parts.entries, pages, strict=True):
        assert set(parts.about(entry)) <= page


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf", "nt"])
def test_the_order_of_statements_does_not_matter(assets: Assets, suffix: str) -> None:
    catalogue = read(assets, file("a.csv"), file("b.csv", "graph"))
    triples: list[Triple] = DCAT_AP_IT.write(catalogue)
    writer = CatalogueWriter(BASE, {})
    once = writer.write(triples, suffix, catalogue.iri)
    assert once == writer.write(reversed(triples), suffix, catalogue.iri)


def test_every_code_of_the_lists_is_below_its_table() -> None:
    table = "http://publications.europa.eu/resource/authority/"
    assert all(each.startswith(table + "data-theme/") for each in THEMES)
    assert all(each.startswith(table + "frequency/") for each in FREQUENCIES)


def test_the_gate_asks_only_what_is_published_as_a_whole(assets: Assets) -> None:
    """A dataset that the data merely speak of needs no licence of ours."""
    quads = list(validation.load(assets).asserted)
    other = Quad(
        NamedNode("urn:other"),
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        NamedNode("http://www.w3.org/ns/dcat#Dataset"),
        NamedNode(BASE + "data/graph/p-0001"),
    )
    assert check_rights([*quads, other], BASE) == []
