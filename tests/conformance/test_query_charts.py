"""The charts of stock queries: drawn from the answer, in the language of the page, with bounds."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from server import BROWSER, MINI
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.web import query_picture
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
ROOT = Path(__file__).resolve().parents[2]
HTML = {"accept": BROWSER}
QUERIES = load_queries(ROOT / "queries")
DRAWN = [name for name, query in QUERIES.items() if query.view.channels]


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def spec(client: TestClient, name: str, **asked: str) -> dict[str, Any]:
    answer = client.get(f"/queries/{name}/chart.json", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def data(picture: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = [each["values"] for each in picture["data"] if each["name"] == name]
    return found[0] if found else []


def texts(picture: dict[str, Any]) -> list[str]:
    return [
        str(row["text"])
        for each in picture["data"]
        for row in each["values"]
        if isinstance(row, dict) and "text" in row
    ]


@pytest.mark.parametrize("name", DRAWN)
def test_every_view_is_drawn_in_both_languages(client: TestClient, name: str) -> None:
    for language in ("it", "en"):
        page = client.get(f"/queries/{name}", params={"lang": language}, headers=HTML).text
        picture = spec(client, name, lang=language)
        alternative = re.search(
            r'<img src="([^"]+)" width="(\d+)" height="(\d+)" alt="([^"]*)"', page
        )
        assert alternative, "the page shows no picture"
        address, width, height, alt = (unescape(each) for each in alternative.groups())
        assert (int(width), int(height)) == (picture["width"], picture["height"])
        assert alt == picture["description"]
        assert alt.startswith(QUERIES[name].question[language])
        assert address.startswith(f"/charts/query.svg?query={name}")
        narrow = spec(client, name, lang=language, size="narrow")
        assert narrow["width"] < picture["width"]


def test_bars_are_as_long_as_the_numbers(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/queries/cluster-degree.csv?lang=it").text)))
    picture = spec(client, "cluster-degree", lang="it")
    shown = texts(picture)
    for row in rows:
        assert row["networks"] in shown
        words = " ".join(shown)
        assert all(word in words for word in row["clusterLabel"].split()[:2])


def test_stacked_bars_add_up(client: TestClient) -> None:
    rows = csv.DictReader(io.StringIO(client.get("/queries/member-composition.csv?lang=en").text))
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["clusterLabel"]] = sums.get(row["clusterLabel"], 0) + int(row["members"])
    shown = texts(spec(client, "member-composition", lang="en"))
    assert {str(each) for each in sums.values()} <= set(shown)


def test_the_data_of_a_chart_are_those_of_the_page(client: TestClient) -> None:
    answer = client.get("/queries/network-degree/chart.csv?lang=en")
    rows = list(csv.reader(io.StringIO(answer.text)))
    page = client.get("/queries/network-degree?lang=en", headers=HTML).text
    body = page[page.index("<tbody") : page.index("</tbody")]
    shown = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    assert len(rows) == len(shown) + 1
    for row, html in zip(rows[1:], shown, strict=True):
        text = unescape(re.sub(r"<[^>]+>", "\n", html))
        assert all(cell in text for cell in row)


def test_a_picture_is_svg_that_says_what_it_shows(client: TestClient) -> None:
    answer = client.get("/queries/cluster-chain/chart.svg?lang=it&from=afil&to=le2c")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    tree = ElementTree.fromstring(answer.text)
    names = {each.tag.rpartition("}")[2]: each.text for each in tree}
    assert names["title"] == QUERIES["cluster-chain"].title["it"]
    assert names["desc"]
    assert client.get("/queries/seats/chart.svg?size=huge").status_code in (400, 404)


def test_the_ends_of_a_chain_are_its_parameters(client: TestClient) -> None:
    asked = {"from": "cluster:afil", "to": "cluster:le2c", "lang": "it"}
    shown = " ".join(texts(spec(client, "cluster-chain", **asked)))
    assert "Fabbrica" in shown
    assert "Cleantech" in shown


def test_only_what_is_drawn_has_a_chart(client: TestClient) -> None:
    for name in ("nothing", "anomalies"):
        answer = client.get(f"/queries/{name}/chart.svg")
        assert answer.status_code == 404
    page = client.get("/queries/anomalies", headers=HTML).text
    assert "<figure" not in page
    refused = client.get("/queries/cluster-chain/chart.svg?from=nobody")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "from")


def test_an_empty_answer_has_a_page_and_no_picture(client: TestClient) -> None:
    asked = {"from": "cluster:afil", "to": "cluster:afil", "lang": "en"}
    page = client.get("/queries/cluster-chain", params=asked, headers=HTML)
    assert page.status_code == 200
    assert "<figure" not in page.text
    assert "No rows" in page.text
    assert client.get("/queries/cluster-chain/chart.svg", params=asked).status_code == 404


def test_what_a_picture_leaves_out_is_told(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = spec(client, "network-degree", lang="en", caption="no")
    monkeypatch.setattr(query_picture, "MOST_BARS", 3)
    cut = spec(client, "network-degree", lang="en", size="wide")
    assert cut["height"] < whole["height"]
    rows = client.get("/queries/network-degree.csv?lang=en").text.count("\r\n") - 1
    page = client.get("/queries/network-degree.html?lang=en&", headers=HTML).text
    assert f"{rows - 3} entries are not in the figure" in page


PLACES = """#+ title = { it = "Luoghi", en = "Places" }
#+ description = { it = "Due luoghi.", en = "Two places." }
#+ question = { it = "Dove?", en = "Where?" }
#+ competency = "CQ-99"
#+ group = "geography"
#+ view = { kind = "map", %s, label = "name" }
#+ [columns.name]
#+ type = "string"
#+ label = { it = "Nome", en = "Name" }
#+ [columns.lat]
#+ type = "latitude"
#+ label = { it = "Latitudine", en = "Latitude" }
#+ [columns.long]
#+ type = "longitude"
#+ label = { it = "Longitudine", en = "Longitude" }
#+ [columns.wkt]
#+ type = "wkt"
#+ label = { it = "Forma", en = "Shape" }
SELECT ?name ?lat ?long ?wkt WHERE {
  VALUES (?name ?lat ?long ?wkt) {
    ("Milano" 45.46 9.19 "POINT(9.19 45.46)") ("<b>Como</b>" 45.81 9.08 "POINT(9.08 45.81)")
    ("Nowhere" UNDEF UNDEF "LINESTRING(1 2, 3 4)")
  }
}
ORDER BY ?name
"""


def test_points_of_either_kind_are_drawn(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    shutil.copytree(MINI, folder)
    ways = {"points": 'latitude = "lat", longitude = "long"', "shapes": 'wkt = "wkt"'}
    for name, way in ways.items():
        (folder / "queries" / f"{name}.rq").write_text(PLACES % way, encoding="utf-8")
    with TestClient(create_app(folder, Settings())) as client:
        shown = [texts(spec(client, name, lang="it")) for name in ways]
        assert shown[0] == shown[1]
        assert {"Milano", "<b>Como</b>"} <= set(shown[0])
        assert "Nowhere" not in shown[0]
        svg = client.get("/queries/points/chart.svg?lang=it").text
        assert "<b>" not in svg
