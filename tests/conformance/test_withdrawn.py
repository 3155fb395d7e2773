"""Withdrawn IRIs answer 410 with their successor, and stand in no list."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ctl_kg.assets import Assets, find_assets
from ctl_kg.errors import NotConformingError
from ctl_kg.publish.build import build
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini"
BASE = "https://w3id.org/ctl-kg/"
ENTRY = """
@prefix cluster: <https://w3id.org/ctl-kg/data/cluster/> .
@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix graph: <https://w3id.org/ctl-kg/data/graph/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix source: <https://w3id.org/ctl-kg/data/source/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

graph:provenance {
    graph:withdrawn
        a ctl:SourcedGraph ;
        prov:wasGeneratedBy source:extraction-2026 ;
    .
}

graph:withdrawn {
    cluster:fabbrica
        a prov:Entity ;
        dct:isReplacedBy cluster:afil ;
        owl:deprecated true ;
        prov:invalidatedAtTime "2026-11-22T00:00:00Z"^^xsd:dateTime ;
        skos:changeNote "Due IRI per un <cluster>."@it ;
        skos:changeNote "Two IRIs for one <cluster>."@en ;
    .
}
"""


def copy_mini(folder: Path) -> Assets:
    shutil.copytree(MINI, folder / "project")
    return find_assets(folder / "project")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("withdrawn")
    assets = copy_mini(folder)
    (assets.data / "withdrawn.trig").write_text(ENTRY, encoding="utf-8")
    release = folder / "release"
    build(assets, release)
    with TestClient(create_app(release, Settings()), follow_redirects=False) as made:
        yield made


@pytest.mark.parametrize("ending", ["", ".ttl", ".html", ".nq", "?_profile=summary"])
def test_programs_get_410_with_the_successor(client: TestClient, ending: str) -> None:
    answer = client.get("/data/cluster/fabbrica" + ending)
    assert answer.status_code == 410
    problem = answer.json()
    assert problem["suggestions"] == [BASE + "data/cluster/afil"]
    assert problem["detail"].startswith("This address was withdrawn on 2026-11-22. Two IRIs")


def test_people_get_a_page_with_the_reason_in_their_language(client: TestClient) -> None:
    for language, words in (("it", "Due IRI per un &lt;cluster&gt;"), ("en", "Two IRIs for one")):
        page = client.get(
            "/data/cluster/fabbrica",
            headers={"accept": "text/html", "accept-language": language},
        )
        assert page.status_code == 410
        assert words in page.text
        assert 'href="/data/cluster/afil"' in page.text


def test_it_stands_in_no_list_but_in_the_data(client: TestClient) -> None:
    assert b"fabbrica" not in client.get("/data/cluster/").content
    assert client.get("/data/cluster/Fabbrica").headers["location"] == "/data/cluster/fabbrica"
    asked = f"ASK {{ <{BASE}data/cluster/fabbrica> ?p <{BASE}data/cluster/afil> }}"
    answer = client.get("/sparql", params={"query": asked})
    assert answer.json()["boolean"] is True


def test_an_entry_without_reason_stops_the_build(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    rules = Path(__file__).resolve().parents[2] / "shapes" / "qc"
    for name in ("withdrawn-iri-unexplained.rq", "withdrawn-iri-in-use.rq"):
        text = (rules / name).read_text(encoding="utf-8")
        (assets.shapes / "qc" / name).write_text(text, encoding="utf-8")
    path = assets.data / "withdrawn.trig"
    path.write_text(ENTRY, encoding="utf-8")
    build(assets, tmp_path / "good")
    lines = [line for line in ENTRY.splitlines() if "changeNote" not in line]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(NotConformingError) as caught:
        build(assets, tmp_path / "bad")
    assert {finding.focus for finding in caught.value.findings} >= {BASE + "data/cluster/fabbrica"}  # type: ignore[attr-defined]
