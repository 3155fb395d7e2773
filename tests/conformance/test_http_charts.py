"""Charts over HTTP: every format says the same, and what is wished is wished of all."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from html_reader import Page
from starlette.testclient import TestClient

from ctl_kg.publish.matrix import MATRICES
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
needs_packages = pytest.mark.skipif(
    find_spec("vl_convert") is None or find_spec("fontTools") is None,
    reason="the extra 'pictures' is not installed",
)
SVG = "{http://www.w3.org/2000/svg}"
WISHES: list[dict[str, str]] = [
    {},
    {"certainty": "stated"},
    {"role": "listed"},
    {"kind": "interregional-initiative"},
    {"kind": "network-kind:innovation-hub", "role": "network-role:collaborates"},
]


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def _get(client: TestClient, path: str, **parameters: str) -> Any:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer


def _values(spec: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = [each["values"] for each in spec["data"] if each["name"] == name]
    return found[0] if found else []


@pytest.mark.parametrize("wish", WISHES, ids=str)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_network_holds_the_links_of_the_matrix(
    client: TestClient, wish: dict[str, str], language: str
) -> None:
    api = _get(client, "/api/matrix/clusters/networks", **wish, lang=language).json()
    links = {
        (cell["row"], cell["column"], link["link"])
        for cell in api["cells"]
        for link in cell["links"]
    }
    assert len(links) == api["total"]
    for size in ("wide", "narrow"):
        spec = _get(client, "/charts/network.json", **wish, lang=language, size=size).json()
        ties = _values(spec, "ties")
        assert sorted((row["left"], row["right"]) for row in ties) == sorted(
            (row, column) for row, column, _ in links
        )
    table = _get(client, "/charts/network.csv", **wish, lang=language).text
    assert len(list(csv.reader(io.StringIO(table)))) == 1 + api["total"]


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_the_heat_map_holds_the_cells_of_the_matrix(client: TestClient, spec: Any) -> None:
    api = _get(client, f"/api/matrix/{spec.name}", lang="en").json()
    drawn = _get(client, "/charts/matrix.json", matrix=spec.name, lang="en").json()
    cells = _values(drawn, "cell-texts")
    numbers = sorted(int(row["text"].rstrip("?")) for row in cells)
    assert numbers == sorted(cell["count"] for cell in api["cells"])
    assert sum(numbers) == api["total"]
    doubtful = [cell for cell in api["cells"] if not cell["certainty"].endswith("/stated")]
    assert sum(row["text"].endswith("?") for row in cells) == len(doubtful)
    table = _get(client, "/charts/matrix.csv", matrix=spec.name, lang="en").text
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 1 + len(cells)


def test_the_components_are_summed_up_by_mission(client: TestClient) -> None:
    missions = _get(client, "/api/matrix/clusters/missions", lang="en").json()
    drawn = _get(client, "/charts/matrix.json", matrix="clusters/components", lang="en").json()
    sums = sorted(int(row["text"]) for row in _values(drawn, "group-sums"))
    counted = [cell["count"] for cell in missions["cells"]]
    totals = [each["total"] for each in missions["columns"] if each["total"]]
    assert sums == sorted(counted + totals)
    assert len(_values(drawn, "group-labels")) == len(missions["columns"])


@needs_packages
@pytest.mark.parametrize("name", ["network", "matrix"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_pictures_are_sound_and_as_large_as_the_page_expects(
    client: TestClient, name: str, size: str
) -> None:
    spec = _get(client, f"/charts/{name}.json", size=size, lang="it").json()
    answer = _get(client, f"/charts/{name}.svg", size=size, lang="it")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"].startswith("public")
    root = ElementTree.fromstring(answer.content)
    box = (spec["width"], spec["height"])
    assert (int(root.get("width", 0)), int(root.get("height", 0))) == box
    assert root[1].text == spec["description"]
    assert not [e for e in root.iter() if e.tag in (SVG + "script", SVG + "a", SVG + "image")]
    ties = [e for e in root.iter(SVG + "g") if "ties-marks" in e.get("class", "").split()]
    if name == "network":
        assert len(ties[0]) == len(_values(spec, "ties"))
    png = _get(client, f"/charts/{name}.png", size=size, lang="it").content
    assert struct.unpack(">II", png[16:24]) == (2 * box[0], 2 * box[1])


@needs_packages
def test_a_caption_names_the_picture_and_its_source(client: TestClient) -> None:
    plain = ElementTree.fromstring(_get(client, "/charts/network.svg", lang="en").content)
    taken = ElementTree.fromstring(
        _get(client, "/charts/network.svg", lang="en", caption="yes").content
    )
    assert int(taken.get("height", 0)) > int(plain.get("height", 0))
    texts = {"".join(element.itertext()) for element in taken.iter(SVG + "text")}
    assert "Clusters × Networks" in texts
    assert any("CC BY 4.0" in text for text in texts)


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("network.svg?role=captain", 400, "role"),
        ("network.svg?kind=boats", 400, "kind"),
        ("network.png?certainty=maybe", 400, "certainty"),
        ("network.json?size=huge", 400, "size"),
        ("network.json?caption=perhaps", 400, "caption"),
        ("network.json?lang=fr", 400, "lang"),
        ("network.csv?rolle=listed", 400, "rolle"),
        ("network.csv?role=listed&role=guest", 400, "role"),
        ("matrix.json?matrix=clusters/boats", 400, "matrix"),
        ("matrix.json?matrix=clusters/missions&page=9", 400, "page"),
        ("netwerk.svg", 404, None),
        ("network.gif", 404, None),
        ("network", 404, None),
    ],
)
def test_a_mistake_is_told(
    client: TestClient, address: str, status: int, parameter: str | None
) -> None:
    answer = client.get(f"/charts/{address}")
    assert answer.status_code == status
    assert answer.json().get("parameter") == parameter


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_the_page_of_a_matrix_has_its_picture_and_the_same_data(
    client: TestClient, spec: Any, language: str
) -> None:
    answer = client.get(f"/matrix/{spec.name}", params={"lang": language},
                        headers={"accept": "text/html"})  # fmt: skip
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.live == []
    charts = [values for tag, values in page.tags if "/charts/" in values.get("src", "")]
    narrow = [values for tag, values in page.tags if "/charts/" in values.get("srcset", "")]
    assert len(charts) == len(narrow) == 1
    for values, where in ((charts[0], "src"), (narrow[0], "srcset")):
        drawn = client.get(values[where].replace(".svg", ".json")).json()
        assert (int(values["width"]), int(values["height"])) == (drawn["width"], drawn["height"])
        assert charts[0]["alt"] == drawn["description"]


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_filters_of_a_page_are_those_of_its_exports(client: TestClient, language: str) -> None:
    wish = {"kind": "network-kind:interregional-initiative", "role": "network-role:listed",
            "lang": language}  # fmt: skip
    page = client.get("/matrix/clusters/networks", params=wish, headers={"accept": "text/html"})
    assert page.status_code == 200
    for name, value in wish.items():
        if name != "lang":
            chosen = [v["value"] for tag, v in Page(page.text).tags if "selected" in v]
            assert value in chosen, name
    api = _get(client, "/api/matrix/clusters/networks", **wish).json()
    assert 0 < api["total"] < 33
    assert {each["total"] for each in api["columns"]}
    assert page.text.count('scope="col" class="turned"') == len(api["columns"])
    assert api["parameters"]["kind"].endswith("/interregional-initiative")
    rows = list(
        csv.DictReader(io.StringIO(
            _get(client, "/api/matrix/clusters/networks", **wish, format="csv").text
        ))
    )  # fmt: skip
    assert sum(int(row["count"]) for row in rows) == api["total"]
    answered = _get(client, "/sparql", query=api["sparql"], format="json").json()
    links = {row["link"]["value"] for row in answered["results"]["bindings"]}
    assert len(links) == api["total"]


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_a_cell_shows_what_it_rests_on_without_scripts(client: TestClient, spec: Any) -> None:
    api = _get(client, f"/api/matrix/{spec.name}", lang="en").json()
    cell = max(api["cells"], key=lambda each: (each["count"], each["row"]))
    ends = {"row": cell["row"], "column": cell["column"], "lang": "en"}
    page = client.get(f"/matrix/{spec.name}", params=ends, headers={"accept": "text/html"})
    section = page.text.partition('<section id="cell"')[2].partition("</section>")[0]
    assert section.count("<h3>") == cell["count"]
    assert section.count("cell-facts") == cell["count"], "a link without its statements"
    kinds = [values.get("class", "").split() for _, values in Page(section).tags]
    assert any("mark-passage" in kind for kind in kinds), "no source"
    assert "SELECT DISTINCT" in section
    assert "<h2" in section


def test_the_door_leads_to_every_matrix(client: TestClient) -> None:
    page = client.get("/matrix", params={"lang": "en"}, headers={"accept": "text/html"})
    for spec in MATRICES:
        assert f'href="/matrix/{spec.name}?lang=en"' in page.text
    assert "/charts/network.svg" in page.text
