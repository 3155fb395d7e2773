"""What changed since an earlier release: exact, without rules' results, never invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project_fixture import BASE, copy_mini, replace
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from ctl_kg.assets import Assets
from ctl_kg.errors import ReleaseError
from ctl_kg.publish.build import build
from ctl_kg.publish.changes import ADDED, REMOVED, open_changes
from ctl_kg.publish.release import check_release, read_manifest
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

OLD, NEW = "2026-01-31", "2026-03-01"
HTML = {"accept": "text/html"}


def _triples(path: Path, syntax: RdfFormat) -> set[Triple]:
    return {quad.triple for quad in parse(path=str(path), format=syntax)}


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


@pytest.fixture
def released(assets: Assets, tmp_path: Path) -> tuple[Path, Path]:
    """Return two releases: in the second a number is another, and a cluster is new."""
    before, after = tmp_path / "before", tmp_path / "after"
    build(assets, before)
    _edit(assets)
    build(assets, after, previous=before)
    return before, after


def _edit(assets: Assets) -> None:
    replace(assets.ontology / "ctl.ttl", f'"{OLD}"', f'"{NEW}"')
    data = assets.root / "data" / "clusters" / "afil.trig"
    replace(
        data,
        "        ctl:members 144 ;\n    .\n",
        "        ctl:members 150 ;\n    .\n\n    cluster:other\n        a ctl:TechnologyCluster ;\n"
        '        skos:prefLabel "Other <b>"@it ;\n        skos:prefLabel "Other <b>"@en ;\n'
        "        ctl:theme theme:robotics ;\n        ctl:members 7 ;\n    .\n",
    )


def test_the_files_say_what_came_and_what_went(released: tuple[Path, Path]) -> None:
    before, after = released
    old, new = (_triples(folder / "ctl-kg.nt", RdfFormat.N_TRIPLES) for folder in (before, after))
    added, removed = (_triples(after / name, RdfFormat.N_TRIPLES) for name in (ADDED, REMOVED))
    assert added
    assert removed
    assert added <= new - old
    assert removed <= old - new
    # What the files leave out is worked out by rule, or hangs on a node without a name.
    derived = {
        quad.triple
        for folder in released
        for quad in parse(path=str(folder / "ctl-kg.nq"), format=RdfFormat.N_QUADS)
        if str(quad.graph_name).endswith("/graph/derived>")
    }
    for rest in ((new - old) - added, (old - new) - removed):
        assert all(each in derived or "/genid/" in str(each) for each in rest)
    assert not added & derived
    named = read_manifest(after)["previous"]
    assert named["released"] == OLD
    check_release(after)


def test_the_same_files_give_the_same_bytes(assets: Assets, tmp_path: Path) -> None:
    before = tmp_path / "before"
    build(assets, before)
    assert "previous" not in json.loads((before / "manifest.json").read_text("utf-8"))
    _edit(assets)
    for name in ("one", "two"):
        build(assets, tmp_path / name, previous=before)
    for name in (ADDED, REMOVED, "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_folder_that_is_replaced_may_be_the_earlier_release(
    released: tuple[Path, Path], assets: Assets
) -> None:
    before, after = released
    build(assets, before, previous=before)
    for name in (ADDED, REMOVED):
        assert (before / name).read_bytes() == (after / name).read_bytes()


def test_changes_are_found_by_what_they_are_about_and_by_what_they_lead_to(
    released: tuple[Path, Path],
) -> None:
    changes = open_changes(released[1], read_manifest(released[1]))
    assert changes is not None
    members = NamedNode(BASE + "onto/CTL/members")
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    afil = NamedNode(BASE + "data/cluster/afil")
    assert changes.added(afil.value) == [Triple(afil, members, Literal("150", datatype=integer))]
    assert changes.removed(afil.value) == [Triple(afil, members, Literal("144", datatype=integer))]
    theme = BASE + "controlled-vocabulary/theme/robotics"
    assert {str(each.subject) for each in changes.added(theme)} == {f"<{BASE}data/cluster/other>"}
    assert changes.added(BASE + "data/cluster/nobody") == []


def test_what_is_no_earlier_release_is_refused(
    released: tuple[Path, Path], assets: Assets, tmp_path: Path
) -> None:
    before, after = released
    out = tmp_path / "out"
    with pytest.raises(ReleaseError, match="not earlier"):
        build(assets, out, previous=after)
    with pytest.raises(ReleaseError, match="no release here"):
        build(assets, out, previous=tmp_path / "nothing")
    with pytest.raises(ReleaseError, match="not of"):
        build(assets, out, "https://example.org/", previous=before)
    (before / "ctl-kg.nq").write_text("damaged", encoding="utf-8")
    with pytest.raises(ReleaseError, match="damaged"):
        build(assets, out, previous=before)
    assert not out.exists()


def test_a_release_without_its_changes_is_damaged(released: tuple[Path, Path]) -> None:
    (released[1] / ADDED).write_text("<a", encoding="utf-8")
    with pytest.raises(ReleaseError, match="cannot be read"):
        open_changes(released[1], read_manifest(released[1]))


@pytest.mark.parametrize(
    ("language", "since", "new", "none"),
    [
        ("it", "Rispetto alla versione", "non c'era nella versione", "Nessun cambiamento"),
        ("en", "Since version", "was not in version", "No change"),
    ],
)
def test_pages_say_what_changed(
    released: tuple[Path, Path], language: str, since: str, new: str, none: str
) -> None:
    with TestClient(create_app(released[1], Settings())) as client:

        def page(path: str) -> str:
            answer = client.get(f"{path}?lang={language}", headers=HTML)
            assert answer.status_code == 200
            return answer.text.replace("&#39;", "'")

        changed, other = page("/data/cluster/afil.html"), page("/data/cluster/other.html")
        leading = page("/controlled-vocabulary/theme/robotics.html")
        unchanged = page("/onto/CTL/members.html")
    assert since in changed
    section = changed[changed.index('id="changes"') : changed.index('id="sources"')]
    assert section.index("150") < section.index("144")
    assert new in other
    assert "Other <b>" not in other
    assert "/data/cluster/other" in leading[leading.index('id="changes"') :]
    assert none in unchanged
    assert 'id="changes"' not in unchanged


@pytest.mark.parametrize(("language", "text"), [("it", "precedente"), ("en", "no earlier version")])
def test_without_an_earlier_release_a_page_says_so(
    released: tuple[Path, Path], language: str, text: str
) -> None:
    with TestClient(create_app(released[0], Settings())) as client:
        answer = client.get(f"/data/cluster/afil.html?lang={language}", headers=HTML)
    assert text in answer.text
    assert 'id="changes"' not in answer.text
