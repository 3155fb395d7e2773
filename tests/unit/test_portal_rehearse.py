"""The rehearsal: every value is either shown in a field or told as lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from portal_fixture import DATASET, EU, FILE, GOOD, changed

from ctl_kg.portal.rehearsal_report import rehearsal_json, rehearsal_lines
from ctl_kg.portal.rehearsal_table import PORTALS
from ctl_kg.portal.rehearse import Rehearsed, rehearse
from ctl_kg.portal.source import read_file
from ctl_kg.portal.terms import PROFILES


def rehearsed(folder: Path, portal: str, text: str = GOOD, language: str = "") -> Rehearsed:
    path = folder / "c.ttl"
    path.write_text(text, encoding="utf-8")
    (found,) = rehearse(read_file(path), PORTALS[portal], language=language)
    return found


def fields(found: Rehearsed) -> dict[str, tuple[str, ...]]:
    return {each.field.name: each.values for each in found.dataset.shown}


@pytest.mark.parametrize("portal", PORTALS)
def test_nothing_disappears_without_being_told(tmp_path: Path, portal: str) -> None:
    """A property of the dataset that no field is made from is lost, with its values."""
    text = changed('dct:identifier "d-1"', 'dct:identifier "d-1" ; <urn:mine> "a" , "b"')
    found = rehearsed(tmp_path, portal, text)
    (lost,) = [each for each in found.dataset.lost if each.path == "urn:mine"]
    assert (lost.lost, lost.of, sorted(lost.examples)) == (2, 2, ["a", "b"])
    statements = read_file(tmp_path / "c.ttl").statements
    told = {each.path for each in found.dataset.lost}
    made = {path for each in PORTALS[portal].fields for path in each.paths}
    passed_over = {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
                   "http://www.w3.org/ns/dcat#distribution"}  # fmt: skip
    assert set(statements.paths(DATASET)) <= told | made | passed_over


def test_one_language_is_shown_where_there_is_one_field(tmp_path: Path) -> None:
    title = "http://purl.org/dc/terms/title"
    for language, shown, gone in (("it", "Dati", "Data"), ("en", "Data", "Dati")):
        found = rehearsed(tmp_path, "ckan", language=language)
        assert fields(found)["title"] == (shown,)
        (lost,) = [each for each in found.dataset.lost if each.path == title]
        assert lost.examples == (gone,)
    both = rehearsed(tmp_path, "data.europa.eu")
    assert fields(both)["title"] == ("Dati (it)", "Data (en)")
    assert title not in {each.path for each in both.dataset.lost}


def test_ckan_knows_no_licence_of_the_european_table(tmp_path: Path) -> None:
    assert fields(rehearsed(tmp_path, "ckan"))["license_id"] == ()
    text = GOOD.replace(f"{EU}licence/CC_BY_4_0", "http://www.opendefinition.org/licenses/cc-by")
    assert fields(rehearsed(tmp_path, "ckan", text))["license_id"] == ("cc-by",)


def test_codes_are_what_italy_shows(tmp_path: Path) -> None:
    found = fields(rehearsed(tmp_path, "dati.gov.it"))
    assert found["extras.frequency"] == ("ANNUAL",)
    assert found["extras.theme"] == ("TECH",)
    assert found["extras.holder_name"] == ("Ente",)
    assert found["extras.holder_identifier"] == ("r_ente",)


def test_socrata_takes_tables_only(tmp_path: Path) -> None:
    assert rehearsed(tmp_path, "socrata").left_out == ()
    text = changed(f"{EU}file-type/CSV", f"{EU}file-type/RDF_TURTLE")
    found = rehearsed(tmp_path, "socrata", text)
    assert (found.files, found.left_out) == ((), (FILE,))
    assert fields(found)["Contact Email"] == ("mailto:office@example.org",)


@pytest.mark.parametrize("portal", PORTALS)
def test_every_row_names_its_source_and_the_report_holds_every_field(
    tmp_path: Path, portal: str
) -> None:
    found = rehearsed(tmp_path, portal)
    rows = (*PORTALS[portal].fields, *PORTALS[portal].file_fields)
    assert all(each.source.startswith("https://") for each in rows)
    assert PORTALS[portal].profile in PROFILES
    names = [each.name for each in PORTALS[portal].fields]
    assert len(names) == len(set(names))
    told = "\n".join(rehearsal_lines([found], {}))
    assert all(name in told for name in names)
    (document,) = rehearsal_json([found])
    assert list(document["fields"]) == names
