"""Notes of completeness: read from a release, chosen for a query, told by server and client."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_fixture import BASE, copy_mini
from pyoxigraph import RdfFormat, parse

from ctl_kg.client import Iri
from ctl_kg.client.coverage import coverage_of
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.build import build
from ctl_kg.publish.coverage import Coverage, Note
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.sparql.store import LocalStore, open_release_store

MINI_RELEASE = Path(__file__).parents[1] / "fixtures" / "mini-release"
CURIES = Curies(prefixes())
PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes().items())
VOCABULARY = """\
@prefix completeness: <https://w3id.org/ctl-kg/controlled-vocabulary/completeness/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

completeness:complete
    a skos:Concept ;
    skos:prefLabel "Completo"@it ;
    skos:prefLabel "Complete"@en ;
.

completeness:counted
    a skos:Concept ;
    skos:prefLabel "Contato"@it ;
    skos:prefLabel "Counted"@en ;
.
"""
NOTES = """\
@prefix completeness: <https://w3id.org/ctl-kg/controlled-vocabulary/completeness/> .
@prefix coverage: <https://w3id.org/ctl-kg/data/coverage/> .
@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dqv: <http://www.w3.org/ns/dqv#> .
@prefix graph: <https://w3id.org/ctl-kg/data/graph/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix passage: <https://w3id.org/ctl-kg/data/passage/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix source: <https://w3id.org/ctl-kg/data/source/> .

graph:coverage {
    coverage:clusters
        a dqv:QualityAnnotation ;
        skos:prefLabel "Cluster"@it ;
        skos:prefLabel "Clusters"@en ;
        dct:description "Sono tutti."@it ;
        dct:description "These are all."@en ;
        oa:hasBody completeness:complete ;
        oa:hasTarget ctl:TechnologyCluster ;
        prov:wasDerivedFrom passage:p-0005 ;
        prov:wasDerivedFrom passage:p-0001 ;
    .

    coverage:members
        a dqv:QualityAnnotation ;
        skos:prefLabel "Soci"@it ;
        skos:prefLabel "Members"@en ;
        dct:description "Contati, non nominati."@it ;
        dct:description "Counted, not named."@en ;
        oa:hasBody completeness:counted ;
        oa:hasTarget ctl:members ;
        oa:hasTarget ctl:theme ;
    .
}

graph:provenance {
    graph:coverage
        a ctl:SourcedGraph ;
        prov:wasGeneratedBy source:extraction-2026 ;
    .
}
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of the small project with two notes."""
    folder = tmp_path_factory.mktemp("coverage")
    assets = copy_mini(folder)
    (assets.root / "data" / "vocabularies" / "completeness.ttl").write_text(VOCABULARY)
    (assets.root / "data" / "coverage.trig").write_text(NOTES)
    build(assets, folder / "release")
    return folder / "release"


@pytest.fixture(scope="module")
def coverage(release: Path) -> Coverage:
    return Coverage(open_release_store(release), BASE)


def names(notes: tuple[Note, ...]) -> list[str]:
    return [note.iri.rpartition("/")[2] for note in notes]


def iri(curie: str) -> str:
    found = CURIES.expand(curie)
    assert found
    return found


def test_notes_are_read_from_a_release(coverage: Coverage) -> None:
    clusters, members = coverage.notes
    assert clusters == Note(
        iri=iri("coverage:clusters"),
        about=(iri("ctl:TechnologyCluster"),),
        extent=iri("completeness:complete"),
        extent_label={"en": "Complete", "it": "Completo"},
        label={"en": "Clusters", "it": "Cluster"},
        text={"en": "These are all.", "it": "Sono tutti."},
        passages=(iri("passage:p-0001"), iri("passage:p-0005")),
    )
    assert (clusters.kind, members.kind) == ("passage", "editorial")
    assert members.about == (iri("ctl:members"), iri("ctl:theme"))


def test_the_manifest_counts_them(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["coverage_notes"] == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { ?cluster a ctl:TechnologyCluster }", ["clusters"]),
        ("SELECT * { ?cluster ctl:members ?n }", ["members"]),
        ("ASK { ?s ctl:theme ?t ; ctl:members ?n ; a ctl:TechnologyCluster }",
         ["clusters", "members"]),
        (f"SELECT * {{ ?s <{BASE}onto/CTL/members> ?n }}", ["members"]),
        ("SELECT * { ?s ctl:partOf/ctl:members ?n }", ["members"]),
        ("CONSTRUCT { ?s ctl:members ?n } { ?s ?p ?n }", ["members"]),
        ("SELECT * { VALUES ?p { ctl:theme } ?s ?p ?o }", ["members"]),
        # What a text only says, or what is only alike, is no use of a term.
        ("SELECT * { ?s ?p 'ctl:members' } # ctl:TechnologyCluster", []),
        ("SELECT * { ?s ctl:memberships ?o }", []),
        ("SELECT * { ?s ?p ?o }", []),
    ],
)  # fmt: skip
def test_a_query_gets_the_notes_that_concern_it(
    coverage: Coverage, text: str, expected: list[str]
) -> None:
    assert names(coverage.coverage_for(PROLOGUE + text)) == expected


def test_a_prefix_means_what_the_query_says(coverage: Coverage) -> None:
    own = f"PREFIX x: <{BASE}onto/CTL/> PREFIX ctl: <urn:x:> "
    assert names(coverage.coverage_for(own + "ASK { ?s x:members ctl:theme }")) == ["members"]
    assert names(coverage.coverage_for(own + "ASK { ?s ?p ctl:TechnologyCluster }")) == []


TERMS = ("ctl:TechnologyCluster", "ctl:members", "ctl:theme", "ctl:partOf", "ctl:Passage")


@given(st.lists(st.sampled_from(TERMS), max_size=4), st.lists(st.sampled_from(TERMS), max_size=3))
def test_text_iris_and_values_agree(coverage: Coverage, used: list[str], values: list[str]) -> None:
    """A term counts the same in the text, as an IRI by itself, or as a parameter's value."""
    template = PROLOGUE + "SELECT * { ?s ?p ?o . " + " ".join(f"{t} ?p ?o ." for t in used) + " }"
    given_values = [iri(term) for term in values]
    bound = template + " VALUES ?s { " + " ".join(values) + " }"
    terms = {iri(term) for term in (*used, *values)}
    expected = [note for note in coverage.notes if terms & set(note.about)]
    assert list(coverage.coverage_for(terms)) == expected
    assert list(coverage.coverage_for(bound)) == expected
    assert list(coverage.of_query(template, given_values)) == expected
    found = coverage.document(template, given_values, "en")
    assert [each["iri"] for each in found] == [note.iri for note in expected]


def test_a_stock_query_of_the_release_has_its_note(coverage: Coverage, release: Path) -> None:
    query = load_queries(release / "queries")["clusters"]
    assert "clusters" in names(coverage.of_query(query.text))


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_note_as_data_speaks_the_language_asked_for(coverage: Coverage, language: str) -> None:
    note = coverage.notes[0]
    assert note.as_json(language) == {
        "iri": note.iri,
        "extent": {"iri": note.extent, "label": note.extent_label[language]},
        "label": note.label[language],
        "text": note.text[language],
        "kind": "passage",
        "passages": list(note.passages),
    }
    assert note.as_json()["text"] == note.text


def test_a_text_in_one_language_is_better_than_none() -> None:
    texts = {"de": "Alle."}
    note = Note("urn:n", ("urn:c",), "", {}, texts, {}, ())
    assert note.as_json("it")["label"] == "Alle."
    assert note.as_json("it")["text"] == note.as_json("it")["extent"]["label"] == ""


def test_no_other_annotation_is_a_note() -> None:
    """Anomalies are quality annotations too, and stand in the graphs of passages."""
    elsewhere = NOTES.replace("graph:coverage {", "graph:p-0001 {")
    store = LocalStore()
    store.add(list(parse(elsewhere.encode(), format=RdfFormat.TRIG)))
    assert Coverage(store, BASE).notes == ()


def test_a_release_without_notes_has_none() -> None:
    coverage = Coverage(open_release_store(MINI_RELEASE), BASE)
    assert coverage.notes == ()
    text = PROLOGUE + "SELECT * { ?n a ctl:Network }"
    assert coverage.coverage_for(text) == coverage.coverage_for([iri("ctl:Network")]) == ()
    assert list(coverage.document(text, [], "it")) == []


@pytest.mark.parametrize("language", ["it", "en", None])
def test_the_client_reads_what_the_server_writes(coverage: Coverage, language: str | None) -> None:
    """None: a document that holds both languages, of which the client takes one."""
    document = {"coverage": [note.as_json(language) for note in coverage.notes]}
    taken = language or "en"
    for note, found in zip(coverage.notes, coverage_of(document, taken), strict=True):
        assert (found.iri, found.iri.label) == (Iri(note.iri), note.label[taken])
        assert (found.extent, found.extent.label) == (note.extent, note.extent_label[taken])
        assert (found.text, found.kind) == (note.text[taken], note.kind)
        assert found.passages == note.passages
        assert note.text[taken] in str(found)


def test_the_client_takes_an_answer_without_notes() -> None:
    assert coverage_of({"rows": []}) == coverage_of({"coverage": []}) == ()
