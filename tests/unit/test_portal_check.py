"""What portals trip on is named: the node, the line, what was expected, what to do."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal_fixture import (
    CONTENT,
    DATASET,
    EU,
    FILE,
    GOOD,
    changed,
    checked,
    line_of,
    send,
    served,
    trap,
    trapped,
    traps,
)
from pyoxigraph import RdfFormat, parse, serialize

from ctl_kg.errors import RdfSyntaxError, SourceError
from ctl_kg.portal.check import inspect, placed
from ctl_kg.portal.mqa import DIMENSIONS, INDICATORS, MOST, RATINGS, score
from ctl_kg.portal.report import check_json, check_lines
from ctl_kg.portal.source import read_file
from ctl_kg.portal.syntaxes import read_rdf
from ctl_kg.portal.terms import PROFILES
from ctl_kg.publish.findings import VIOLATION, WARNING

TOMORROW = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
ITALIAN = (
    GOOD.replace("a dcat:Catalog", "a dcat:Catalog , dcatapit:Catalog")
    .replace("a dcat:Dataset", "a dcat:Dataset , dcatapit:Dataset")
    .replace(f"{EU}licence/CC_BY_4_0",
             "https://w3id.org/italia/controlled-vocabulary/licences/A21_CCBY40")
)  # fmt: skip


def test_a_catalogue_that_has_everything_has_no_finding(tmp_path: Path) -> None:
    result = checked(tmp_path, GOOD)
    assert result.findings == ()
    assert (result.datasets, result.files) == (1, 1)
    assert trapped(tmp_path, ITALIAN, "dcat-ap-it") == []


# What is changed, the trap, the node that is named.
@pytest.mark.parametrize(
    ("old", "new", "name", "focus"),
    [
        (f"    dct:license <{EU}licence/CC_BY_4_0> ;\n", "", "licence-missing", FILE),
        (f"<{EU}licence/CC_BY_4_0>", "<https://example.org/terms>", "licence-unknown", FILE),
        (f"<{EU}licence/CC_BY_4_0>", '"CC BY"', "licence-unknown", FILE),
        (f"<{EU}data-theme/TECH>", f"<{EU}data-theme/MUSIC>", "theme-unknown", DATASET),
        (f"<{EU}data-theme/TECH>", "<https://example.org/music>", "theme-unknown", DATASET),
        (f"<{EU}frequency/ANNUAL>", '"yearly"', "frequency-unknown", DATASET),
        (f"<{EU}language/ITA>", '"it"', "language-unknown", DATASET),
        (f"<{EU}access-right/PUBLIC> ;\n    dct:spatial", f"<{EU}access-right/OPEN> ;\n    "
         "dct:spatial", "access-rights-unknown", DATASET),
        ("    dcat:accessURL <https://example.org/data.csv> ;\n", "", "access-url-missing", FILE),
        ("dcat:accessURL <https://example.org/data.csv>", "dcat:accessURL <data.csv>",
         "address", FILE),
        ("dcat:accessURL <https://example.org/data.csv>",
         'dcat:accessURL "https://example.org/data.csv"', "address", FILE),
        ("dcat:downloadURL <https://example.org/data.csv>",
         "dcat:downloadURL <http://localhost:8000/data.csv>", "address", FILE),
        ("dcat:downloadURL <https://example.org/data.csv>",
         "dcat:downloadURL <http://10.0.0.7/data.csv>", "address", FILE),
        ("dcat:downloadURL <https://example.org/data.csv>",
         "dcat:downloadURL <file:///home/me/data.csv>", "address", FILE),
        (f"<{EU}file-type/CSV>", '"csv"', "format-unknown", FILE),
        ("media-types/text/csv> ;", "media-types/csv> ;", "media-type-unknown", FILE),
        (f'"{len(CONTENT)}"^^xsd:nonNegativeInteger', '"8 kB"', "size", FILE),
        ("    spdx:algorithm spdx:checksumAlgorithm_sha256 ;\n", "", "checksum", FILE),
        ('"d-1"', f'"d-1" . <{DATASET}b> a dcat:Dataset ; dct:identifier "d-1"',
         "identifier-duplicate", DATASET + "b"),
        ('"2024-02-01"^^xsd:date', '"1 febbraio 2024"', "date", DATASET),
        ('"2024-02-01"^^xsd:date', '"2024-02-30"^^xsd:date', "date", DATASET),
        ('"2023-12-31"', '"2022-12-31"', "date-order", "https://example.org/year"),
        ('    dct:title "Dati"@it , "Data"@en ;\n', "", "title-missing", DATASET),
        (f"dcat:dataset <{DATASET}>", "dcat:dataset <https://example.org/d/2>",
         "dataset-unlisted", DATASET),
        ("    vcard:hasEmail <mailto:office@example.org> ;\n", "", "contact-address",
         "https://example.org/contact"),
        ("<mailto:office@example.org>", "<office@example.org>", "contact-address",
         "https://example.org/contact"),
        ('    foaf:name "Ente" ;\n', "", "agent-name", "https://example.org/me"),
    ],
)  # fmt: skip
def test_each_trap_is_a_violation_that_names_node_line_and_way_out(
    tmp_path: Path, old: str, new: str, name: str, focus: str
) -> None:
    text = changed(old, new)
    findings = trapped(tmp_path, text)
    found = [each for each in findings if trap(each) == name]
    assert found, traps(findings)
    (finding,) = found
    assert finding.severity == VIOLATION
    assert finding.focus == focus
    assert finding.message["en"]
    assert finding.mend["en"]
    assert finding.place is not None
    lines = text.split("\n")
    start = line_of(text, f"<{focus}> a ") if f"<{focus}> a " in text else line_of(
        text, f"\n<{focus}>\n") + 1  # fmt: skip
    end = next(number for number in range(start, len(lines)) if lines[number].startswith("."))
    assert start <= finding.place.line <= end + 1


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (f"<{EU}licence/CC_BY_4_0>", "<http://creativecommons.org/licenses/by/4.0/>",
         "licence-table"),
        (f"    dct:language <{EU}language/ITA> ;\n", "", "language-missing"),
        (f"    dcat:theme <{EU}data-theme/TECH> ;\n", "", "theme-missing"),
        (f"    dct:accrualPeriodicity <{EU}frequency/ANNUAL> ;\n", "", "frequency-missing"),
        ("    dcat:downloadURL <https://example.org/data.csv> ;\n", "", "download-url-missing"),
        ("media-types/text/csv> ;", "media-types/text/html> ;", "media-type-format"),
        (f"<{EU}file-type/CSV>", f"<{EU}file-type/VHS>", "format-unknown"),
        ('"Dati"@it , "Data"@en', '"Dati"@it', "one-language"),
        ('"Dati"@it , "Data"@en', '"Dati"', "language-tag"),
        ('"2024-02-01"^^xsd:date', f'"{TOMORROW}"^^xsd:date', "date-order"),
        ('    dct:identifier "r_ente" ;\n', "", "agent-code"),
        ("    dcat:contactPoint <https://example.org/contact> ;\n", "", "contact-missing"),
        ("dct:temporal <https://example.org/year>", "dct:temporal [ a dct:PeriodOfTime ]",
         "blank-node"),
    ],
)  # fmt: skip
def test_what_portals_bear_is_a_warning(tmp_path: Path, old: str, new: str, name: str) -> None:
    findings = trapped(tmp_path, changed(old, new))
    assert traps(findings) == [name]
    assert {each.severity for each in findings} == {WARNING}


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (f"    dcat:theme <{EU}data-theme/TECH> ;\n", "", "theme-missing"),
        (f"    dct:accrualPeriodicity <{EU}frequency/ANNUAL> ;\n", "", "frequency-missing"),
        ("    dct:rightsHolder <https://example.org/me> ;\n", "", "rights-holder-missing"),
        ('    dct:identifier "d-1" ;\n', "", "identifier-missing"),
        ('    dct:identifier "r_ente" ;\n', "", "agent-code"),
        ("a dcat:Dataset , dcatapit:Dataset", "a dcat:Dataset", "dataset-class"),
        ("https://w3id.org/italia/controlled-vocabulary/licences/A21_CCBY40",
         "https://example.org/terms", "licence-unknown"),
        ("vcard:hasEmail <mailto:office@example.org>", "vcard:hasURL <https://example.org/>",
         "contact-address"),
        ('"Dati"@it , "Data"@en', '"Data"@en', "one-language"),
    ],
)  # fmt: skip
def test_italy_is_stricter(tmp_path: Path, old: str, new: str, name: str) -> None:
    findings = trapped(tmp_path, changed(old, new, ITALIAN), "dcat-ap-it")
    assert name in {trap(each) for each in findings if each.severity == VIOLATION}


def test_a_licence_on_the_dataset_only_is_told_as_such(tmp_path: Path) -> None:
    licence = f"    dct:license <{EU}licence/CC_BY_4_0> ;\n"
    identifier = '    dct:identifier "d-1" ;\n'
    text = changed(licence, "").replace(identifier, licence + identifier)
    (finding,) = trapped(tmp_path, text)
    assert finding.focus == FILE
    assert "on the dataset only" in finding.message["en"]


def test_datasets_and_files_without_an_iri_are_named_by_their_title(tmp_path: Path) -> None:
    text = GOOD + '\n[] a dcat:Dataset ; dct:title "Anonimo"@it .\n'
    nameless = [each for each in trapped(tmp_path, text) if trap(each) == "blank-node"]
    assert [each.severity for each in nameless] == [VIOLATION]
    assert "Anonimo" in nameless[0].message["en"]


def test_an_empty_document_harvests_nothing(tmp_path: Path) -> None:
    result = checked(tmp_path, "<https://example.org/a> <https://example.org/b> 1 .")
    assert traps(result.findings) == ["catalogue-missing", "datasets-missing"]
    assert result.score is None


def test_shapes_of_ours_find_what_no_trap_tells(tmp_path: Path) -> None:
    text = changed('    dct:description "Prova"@it , "Trial"@en ;\n', "")
    (finding,) = checked(tmp_path, text).findings
    assert finding.focus == "https://example.org/catalog"
    assert finding.path == "http://purl.org/dc/terms/description"
    assert finding.place is not None


@pytest.mark.parametrize("name", ["c.rdf", "c.nt", "c.jsonld"])
def test_every_syntax_gives_the_same_findings_with_lines(tmp_path: Path, name: str) -> None:
    text = changed(f"    dct:license <{EU}licence/CC_BY_4_0> ;\n", "")
    syntax = {"rdf": RdfFormat.RDF_XML, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
    triples = [each.triple for each in parse(text.encode(), format=RdfFormat.TURTLE)]
    written = serialize(triples, format=syntax[name.partition(".")[2]])
    assert written is not None
    (finding,) = trapped(tmp_path, written.decode(), name=name)
    assert (trap(finding), finding.focus) == ("licence-missing", FILE)
    assert finding.place is not None
    assert FILE in written.decode().split("\n")[finding.place.line - 1]


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("a.ttl", "<urn:a> <urn:b> <urn:c> .\n<urn:a> nothing:b 1 .\n", 2, "nothing"),
        ("a.nt", "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b>\n", 2, r"\S"),
        ("a.rdf", '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
         'syntax-ns#">\n<rdf:Description>\n</rdf:RDF>\n', 4, r"\S"),
        ("a.jsonld", '{\n "@id": "urn:a",\n "urn:b": ]\n}', 3, r"\S"),
        ("a.ttl", "\n<!DOCTYPE html>\n<html><body>Log in</body></html>", 1, "HTML"),
        ("a.rdf", '<html lang="it"><head/></html>', 1, "HTML"),
    ],
)  # fmt: skip
def test_malformed_rdf_names_file_and_line(
    tmp_path: Path, name: str, text: str, line: int, message: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(RdfSyntaxError, match=message) as caught:
        read_file(path)
    assert (caught.value.path, caught.value.line) == (str(path), line)
    assert caught.value.hint


@pytest.mark.parametrize("syntax", [RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.JSON_LD])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_end_in_anything_but_triples_or_an_error_of_ours(
    syntax: RdfFormat, content: bytes
) -> None:
    with contextlib.suppress(RdfSyntaxError):
        read_rdf(content, "c", syntax, "relative:/")


def test_json_that_is_nested_without_end_is_an_error_of_ours() -> None:
    with pytest.raises(RdfSyntaxError):
        read_rdf(b"[" * 200_000, "c", RdfFormat.JSON_LD, "relative:/")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gone=st.sets(st.integers(8, GOOD.count("\n") - 1), min_size=1, max_size=6))
@pytest.mark.parametrize("profile", ["dcat-ap", "dcat-ap-it", "schema-org"])
def test_whatever_is_missing_the_check_goes_on(
    tmp_path: Path, profile: str, gone: set[int]
) -> None:
    """Any statements taken out leave a document that is read and told about, or refused."""
    lines = GOOD.split("\n")
    text = "\n".join(
        line for number, line in enumerate(lines)
        if number not in gone or not line.startswith("    ")
    )  # fmt: skip
    path = tmp_path / "c.ttl"
    path.write_text(text, encoding="utf-8")
    try:
        offered = read_file(path)
    except RdfSyntaxError:
        return
    it = inspect(offered, PROFILES[profile])
    for each in placed(it.found, offered):
        assert each.message["en"]
        assert each.mend["en"]
    if it.profile.is_dcat:
        found = score(it, ())
        assert 0 <= found.total <= found.total + found.unknown <= 405


def test_a_file_of_no_syntax_and_a_missing_file_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b")
    with pytest.raises(SourceError, match=r"no RDF syntax.*'\.csv'"):
        read_file(tmp_path / "a.csv")
    with pytest.raises(SourceError, match="cannot be read"):
        read_file(tmp_path / "no.ttl")


def test_a_context_elsewhere_is_told_and_not_fetched(tmp_path: Path) -> None:
    asked = []

    def answer(handler: object) -> None:
        asked.append(handler)

    with served(answer) as address:
        document = {
            "@context": [f"{address}/context.jsonld", {"dcat": "http://www.w3.org/ns/dcat#"}],
            "@id": "https://example.org/c",
            "@type": "dcat:Catalog",
        }
        findings = trapped(tmp_path, json.dumps(document), name="c.jsonld")
    assert asked == []
    (finding,) = [each for each in findings if trap(each) == "remote-context"]
    assert finding.value == f"{address}/context.jsonld"
    assert "Write the context into the document" in finding.mend["en"]


def test_points_of_indicators_are_those_of_the_methodology() -> None:
    for dimension, most in DIMENSIONS.items():
        assert sum(i.points for i in INDICATORS if i.dimension == dimension) == most
    assert MOST == 405
    assert RATINGS[0] == (351, "excellent")


def test_what_is_there_earns_its_points_and_the_rest_needs_the_net(tmp_path: Path) -> None:
    found = checked(tmp_path, GOOD).score
    assert found is not None
    assert (found.total, found.unknown, found.lost()) == (325, 80, [])
    assert found.rating == "good to excellent"


@pytest.mark.parametrize(
    ("old", "points"),
    [
        ('    dcat:keyword "prova"@it ;\n', 30),
        (f"    dcat:theme <{EU}data-theme/TECH> ;\n", 30),
        ("    dct:spatial <https://sws.geonames.org/3174618/> ;\n", 20),
        ("    dcat:downloadURL <https://example.org/data.csv> ;\n", 20),
        (f"    dct:format <{EU}file-type/CSV> ;\n", 20 + 20 + 20),
        (f"    dct:license <{EU}licence/CC_BY_4_0> ;\n", 20 + 10),
        (f"    dct:rights <{EU}access-right/PUBLIC> ;\n", 5),
        ('    dct:issued "2024-01-01"^^xsd:date ;\n', 5),
        ("    dcat:accessURL <https://example.org/data.csv> ;\n", 30),  # not DCAT-AP without
    ],
)
def test_what_is_missing_costs_its_points_and_says_how_to_earn_them(
    tmp_path: Path, old: str, points: int
) -> None:
    found = checked(tmp_path, changed(old, "")).score
    assert found is not None
    lost = found.lost()
    measured = [(each, number) for each, number, _ in lost if "accessibility" not in each.name]
    assert sum(number for _, number in measured) == points
    assert all(each.mend and datasets == [DATASET] for each, _, datasets in lost)


def test_the_best_file_counts(tmp_path: Path) -> None:
    worse = (
        f"\n<{FILE}2> a dcat:Distribution ; dct:license <{EU}licence/CC_BY_4_0> ; "
        "dcat:accessURL <https://example.org/x> .\n"
    )
    text = changed(f"dcat:distribution <{FILE}>", f"dcat:distribution <{FILE}> , <{FILE}2>")
    found = checked(tmp_path, text + worse).score
    assert found is not None
    assert (found.total, found.datasets[0].best_file) == (325, FILE)


@pytest.mark.parametrize(
    ("status", "body", "expected", "points"),
    [
        (200, CONTENT, [], 405),
        (200, b"a,b\n1,3\n", ["checksum-differs"], 405),
        (200, b"a,b\n", ["checksum-differs", "size-differs"], 405),
        (404, b"", ["address-broken"], 325),
        (403, b"", ["address-broken"], 325),
    ],
)
def test_online_every_address_is_asked_and_the_file_measured(
    tmp_path: Path, status: int, body: bytes, expected: list[str], points: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Addresses of this machine are no good to others; here they stand for the net."""
    monkeypatch.setattr("ctl_kg.portal.traps_files._is_inside", lambda host: False)
    with served(lambda handler: send(handler, status, body, "text/csv")) as address:
        text = GOOD.replace("https://example.org/data.csv", f"{address}/data.csv")
        result = checked(tmp_path, text, online=True)
    assert traps(result.findings) == expected
    assert result.score is not None
    assert (result.score.total, result.score.unknown) == (points, 0)
    if status != 200:
        assert {str(status) in each.message["en"] for each in result.findings} == {True}


def test_a_type_that_is_sent_otherwise_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctl_kg.portal.traps_files._is_inside", lambda host: False)
    with served(lambda handler: send(handler, 200, CONTENT, "text/html")) as address:
        text = GOOD.replace("https://example.org/data.csv", f"{address}/data.csv")
        findings = trapped(tmp_path, text, online=True)
    assert traps(findings) == ["media-type-sent"]


def test_the_report_is_short_and_the_json_complete(tmp_path: Path) -> None:
    files = "".join(
        f"<{FILE}{number}> a dcat:Distribution ; dcat:accessURL <https://example.org/x> .\n"
        for number in range(9)
    )
    links = " , ".join(f"<{FILE}{number}>" for number in range(9))
    text = changed(f"dcat:distribution <{FILE}>", f"dcat:distribution <{FILE}> , {links}") + files
    result = checked(tmp_path, text)
    document = json.loads(check_json(result))
    missing = [each for each in document["findings"] if each["rule"].endswith("licence-missing")]
    assert len(missing) == 9
    assert document["counts"]["Violation"] == 9
    assert document["mqa"]["most"] == 405
    told = "\n".join(check_lines(result, {}))
    assert told.count("portal-licence-missing") == 3
    assert "and 6 more" in told
    assert "MQA" in told
