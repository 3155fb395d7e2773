"""Our own catalogue before a harvest: official shapes, score, addresses, and CKAN's own parser.

``CTL_KG_CKAN_PYTHON`` names a Python with ckan and ckanext-dcat; docs/portals.md says how to
install it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from server import Server

from ctl_kg.assets import find_assets
from ctl_kg.portal.check import Checked, check
from ctl_kg.portal.fetching import Limits
from ctl_kg.portal.rehearsal_table import CKAN_DCAT, PORTALS, Take
from ctl_kg.portal.rehearse import Entry, rehearse
from ctl_kg.portal.source import Addresses, read_address, read_file, read_release
from ctl_kg.portal.terms import PROFILES
from ctl_kg.publish.findings import INFO, VIOLATION, count_by_severity
from ctl_kg.publish.release import MANIFEST

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = ROOT.parent / "shared" / "standards" / "dcat-ap" / "3.0.1" / "shacl"
BASE = "https://w3id.org/ctl-kg/"
# No place and no time is covered by what is no data about a territory.
TIMELESS = {f"{BASE}catalog/dataset/{key}" for key in ("ontology", "shapes", "vocabularies")}


def checked(release: Path, token: str, **options: Any) -> Checked:
    offered = read_release(release, PROFILES[token], find_assets())
    return check(offered, PROFILES[token], find_assets(), **options)


@pytest.mark.parametrize("token", PROFILES)
def test_our_catalogue_has_no_violation(release: Path, token: str) -> None:
    result = checked(release, token)
    assert [each.message for each in result.findings if each.severity == VIOLATION] == []
    assert (result.datasets, result.files > 200) == (10, True)
    rules = {each.rule.rpartition("/")[2] for each in result.findings}
    assert rules <= ({"portal-contact-missing"} if token == "dcat-ap-it" else set())


def test_the_official_shapes_find_no_violation(release: Path) -> None:
    """Their vocabularies' defect (https: for SPDX) is told as such."""
    if not OFFICIAL.is_dir():
        pytest.skip(f"{OFFICIAL} is absent")
    result = checked(release, "dcat-ap", shapes=[OFFICIAL])
    assert count_by_severity(result.findings)[VIOLATION] == 0
    assert {each.message["en"][:8] for each in result.findings if each.severity == INFO} <= {
        "a defect"
    }
    assert result.score is not None
    assert result.score.earned("interoperability") == 110


def test_the_official_shapes_are_really_asked(release: Path, tmp_path: Path) -> None:
    if not OFFICIAL.is_dir():
        pytest.skip(f"{OFFICIAL} is absent")
    text = (release / "catalog.ttl").read_text()
    broken = tmp_path / "catalog.ttl"
    dataset = "    a dcat:Dataset ;\n"
    broken.write_text(text.replace(dataset, f'{dataset}    dct:creator "me" ;\n', 1))
    offered, profile = read_file(broken), PROFILES["dcat-ap"]
    assert check(offered, profile, find_assets()).findings == ()  # ours do not ask it
    found = check(offered, profile, find_assets(), shapes=[OFFICIAL]).findings
    paths = {each.path for each in found if each.severity == VIOLATION}
    assert paths == {"http://purl.org/dc/terms/creator"}


def test_only_what_covers_no_place_loses_points(release: Path) -> None:
    result = checked(release, "dcat-ap")
    assert result.score is not None
    assert {each.name for each, _, _ in result.score.lost()} == {"Geo search", "Time based search"}
    for _, _, datasets in result.score.lost():
        assert set(datasets) == TIMELESS
    assert {each.total for each in result.score.datasets} == {325, 285}


def test_every_address_answers_with_the_file_that_the_catalogue_describes(
    whole: Server, release: Path
) -> None:
    limits, at = Limits(timeout_s=20), f"http://127.0.0.1:{whole.port}/"
    addresses = Addresses(BASE, None, at)
    offered = read_address(f"{BASE}catalog.ttl?page_size=3", limits, addresses)
    result = check(offered, PROFILES["dcat-ap"], find_assets(), online=True, limits=limits)
    assert [each.message for each in result.findings] == []
    assert result.score is not None
    assert (result.score.unknown, result.score.rating) == (0, "excellent")
    assert {each.total for each in result.score.datasets} == {405, 365}


def test_a_file_that_is_not_the_one_described_is_found(release: Path, tmp_path: Path) -> None:
    for name in (MANIFEST, "catalog.ttl"):
        (tmp_path / name).write_bytes((release / name).read_bytes())
    result = check(read_file(tmp_path / "catalog.ttl"), PROFILES["dcat-ap"], find_assets())
    assert {each.rule.rpartition("-")[2] for each in result.findings} == {"broken"}
    (tmp_path / "tables").mkdir()
    table = (release / "tables" / "organization.csv").read_bytes()
    (tmp_path / "tables" / "organization.csv").write_bytes(table.replace(b"a", b"b", 1))
    again = check(read_file(tmp_path / "catalog.ttl"), PROFILES["dcat-ap"], find_assets())
    (differs,) = [each for each in again.findings if each.rule.endswith("checksum-differs")]
    assert "organization.csv" in differs.focus
    assert differs.place is not None


def test_no_data_of_a_release_are_outside_the_gate(release: Path) -> None:
    """Every file with data is a distribution of a dataset, with all terms of use."""
    say = read_release(release, PROFILES["dcat-ap"], None).statements
    profile = PROFILES["dcat-ap"]
    described = set()
    for dataset in say.members(profile.dataset_class):
        for path in ("rightsHolder", "accrualPeriodicity"):
            assert say.text(dataset, f"http://purl.org/dc/terms/{path}")
        assert say.text(dataset, "http://www.w3.org/ns/dcat#theme")
        for file in say.texts(dataset, profile.files):
            assert say.text(file, profile.licence).startswith("http://publications.europa.eu/")
            described.add(say.text(file, profile.download).removeprefix(f"{BASE}download/"))
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    about = {
        each
        for each in files
        if each.startswith(("catalog", "croissant/", "report.", "queries/"))
        or each in ("manifest.json", "SHA256SUMS", "search.sqlite", "json/context.jsonld")
    }
    assert files - about == described
    assert len(described) > 200


def parsed_by_ckan(release: Path, token: str, language: str) -> list[dict[str, Any]]:
    """Return what CKAN's parser makes of the catalogue that a portal of ours reads."""
    python = os.environ.get("CTL_KG_CKAN_PYTHON", "")
    if not python or not Path(python).exists():
        pytest.skip("CTL_KG_CKAN_PYTHON names no program; see docs/portals.md")
    name, profile = {
        "ckan": ("catalog.ttl", "euro_dcat_ap_3"),
        "dati.gov.it": ("catalog-dcat-ap-it.ttl", "euro_dcat_ap_2"),
    }[token]
    path = str(release / name)
    done = subprocess.run(
        [python, str(Path(__file__).parent / "ckan_parse.py")],
        input=json.dumps([[path, "turtle", profile, language]]), capture_output=True, text=True,
        timeout=300, check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    datasets: list[dict[str, Any]] = json.loads(done.stdout)[path]["datasets"]
    return datasets


def values(found: Any) -> list[str]:
    """Return what CKAN stores as a list of texts: it writes lists as JSON."""
    if isinstance(found, str) and found.startswith("["):
        found = json.loads(found)
    return [str(each) for each in (found if isinstance(found, list) else [found]) if each != ""]


def compare(entry: Entry, stored: dict[str, Any]) -> int:
    compared = 0
    for each in entry.shown:
        if each.field.source == CKAN_DCAT:
            name = each.field.name.removeprefix("extras.")
            theirs = values(stored.get(name, ""))
            if each.field.take is Take.LAST:  # of several values, the parser keeps any
                assert bool(theirs) == bool(each.values), name
            else:
                assert sorted(theirs) == sorted(each.values), (entry.node, name)
            compared += 1
    return compared


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("token", ["ckan", "dati.gov.it"])
def test_the_rehearsal_of_ckan_is_what_its_parser_makes(
    release: Path, token: str, language: str
) -> None:
    portal = PORTALS[token]
    datasets = parsed_by_ckan(release, token, language)
    offered = read_release(release, PROFILES[portal.profile], None)
    mine = {each.dataset.node: each for each in rehearse(offered, portal, language=language)}
    assert len(datasets) == len(mine)
    compared = 0
    for theirs in datasets:
        stored = {each["key"]: each["value"] for each in theirs["extras"]}
        stored |= {key: value for key, value in theirs.items() if key != "extras"}
        stored["tags"] = [each["name"] for each in theirs["tags"]]
        found = mine[stored["uri"]]
        compared += compare(found.dataset, stored)
        files = {each["uri"]: each for each in theirs["resources"]}
        assert set(files) == {each.node for each in found.files}
        for file in found.files:
            compared += compare(file, files[file.node])
    assert compared > 2000


@pytest.mark.parametrize("command", [["check"], ["rehearse", "--dataset", "clusters"]])
@pytest.mark.parametrize("output", ["text", "json"])
def test_the_commands_speak(release: Path, command: list[str], output: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ctl_kg", "portal", *command, "--release", str(release),
         "--format", output],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    if output == "json":
        json.loads(done.stdout)
    else:
        assert "clusters" in done.stdout or "DCAT-AP" in done.stdout


def test_a_bad_catalogue_ends_with_1_and_an_unreadable_one_with_2(
    release: Path, tmp_path: Path
) -> None:
    text = (release / "catalog.ttl").read_text()
    bad, unreadable = tmp_path / "bad.ttl", tmp_path / "unreadable.ttl"
    bad.write_text(text.replace("data-theme/TECH>", "data-theme/MUSIC>"))
    unreadable.write_text(text[:5000])
    for path, code, told in ((bad, 1, "theme-unknown"), (unreadable, 2, f"{unreadable}:")):
        done = subprocess.run(
            [sys.executable, "-m", "ctl_kg", "portal", "check", str(path)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert told in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
