"""``/map`` and ``/timeline``: picture, table and CSV say the same, and what is unsure is told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from altered import altered
from html_reader import Page
from pyoxigraph import Literal, NamedNode, Quad
from server import MINI
from starlette.testclient import TestClient

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app
from ctl_kg.web.timeline_data import PAGE_ROWS

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
BROWSER = {"accept": "text/html"}
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
LANGUAGES = ("it", "en")
MANY = 60  # projects with a date, beside those that there are
CURIES = Curies(prefixes(BASE))


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


@pytest.fixture(scope="module")
def fuller(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A release with a seat in a municipality that no register knows, and many projects."""
    folder = tmp_path_factory.mktemp("fuller") / "release"
    with TestClient(create_app(altered(release, folder, quads=_more()), Settings())) as made:
        yield made


def _more() -> Iterator[Quad]:
    graph = node("graph:test")

    def said(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
        return Quad(node(subject), node(predicate), value, graph)

    def named(subject: str, kind: str, text: str) -> Iterator[Quad]:
        yield said(subject, "rdf:type", node(kind))
        yield from (said(subject, "skos:prefLabel", Literal(text, language=each))
                    for each in LANGUAGES)  # fmt: skip

    yield from named("cluster:hostile", "ctl:TechnologyCluster", HOSTILE)
    yield said("cluster:hostile", "org:hasPrimarySite", node("site:hostile"))
    yield said("site:hostile", "org:siteAddress", node("address:hostile"))
    yield said("address:hostile", "locn:fullAddress", Literal("Via <b>Uno</b>"))
    yield said("address:hostile", "clv:hasCity", node("municipality:new"))
    yield from named("municipality:new", "clv:City", "Nuovo Comune")
    yield said("municipality:new", "clv:hasDirectHigherRank", node("province:lodi"))
    for number in range(MANY):
        year = NamedNode("http://www.w3.org/2001/XMLSchema#gYear")
        yield from named(f"project:new-{number}", "ctl:Project", f"{HOSTILE} {number:02}")
        yield said(f"project:new-{number}", "dct:temporal", node(f"period:new-{number}"))
        start = Literal(str(1950 + number), datatype=year)
        yield said(f"period:new-{number}", "schema:startDate", start)


def node(curie: str) -> NamedNode:
    found = CURIES.expand(curie)
    assert found is not None, curie
    return NamedNode(found)


def page(client: TestClient, path: str, **parameters: str) -> str:
    answer = client.get(path, params=parameters or None, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def table(text: str, number: int = 0) -> list[list[str]]:
    """Return the texts of a table of a page, its heads first."""
    found = re.findall(r"<table>.*?</table>", text, re.DOTALL)[number]
    return [
        [unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in cells]
        for row in re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
        if (cells := re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL))
    ]


def rows(client: TestClient, path: str, **parameters: str) -> list[list[str]]:
    answer = client.get(path, params=parameters or None)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


def spec(client: TestClient, name: str, **parameters: str) -> dict[str, Any]:
    answer = client.get(f"/charts/{name}.json", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def data(picture: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = [each["values"] for each in picture["data"] if each["name"] == name]
    return found[0] if found else []


ASKED = [
    ("map", {}),
    ("map", {"kind": "events"}),
    ("map", {"kind": "all", "province": "milano"}),
    ("timeline", {}),
    ("timeline", {"kind": "events"}),
    ("timeline", {"cluster": "tav"}),
    ("timeline", {"programme": "por-fesr-lombardia-2014-2020"}),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "asked"), ASKED)
def test_page_picture_and_csv_say_the_same(
    client: TestClient, name: str, asked: dict[str, str], language: str
) -> None:
    text = page(client, f"/{name}", lang=language, **asked)
    assert f'<html lang="{language}"' in text
    address, alt = re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]*)"', text)[-1]
    svg = client.get(unescape(address))
    assert svg.headers["content-type"].startswith("image/svg+xml")
    picture = spec(client, name, lang=language, **asked)
    assert unescape(alt) == picture["description"]
    shown = table(text)
    assert shown == rows(client, f"/charts/{name}.csv", lang=language, **asked)
    assert len(shown) > 1
    if name == "timeline":
        drawn = sum(len(data(picture, each)) for each in ("intervals", "events"))
        inside = sum(each.get("stroke") is None for each in data(picture, "events"))
        assert drawn - inside == len(shown) - 1
        assert len(data(picture, "times")) == len(shown) - 1
    else:
        nowhere = {"it": "nessuno", "en": "none"}[language]
        placed = [row for row in shown[1:] if not row[-1].startswith(nowhere)]
        assert len(data(picture, "list-numbers")) == len(placed)


def test_the_links_of_a_page_lead_to_csv_and_resources(client: TestClient) -> None:
    for name in ("map", "timeline"):
        text = page(client, f"/{name}", lang="en")
        links = Page(text, "http://testserver/").links
        assert rows(client, next(each for each in links if f"/charts/{name}.csv" in each))
        resources = [each for each in links if "/data/" in each]
        assert len(resources) > 10
        for each in sorted(set(resources))[::7]:
            assert client.get(each, headers=BROWSER).status_code == 200, each


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("kind", ["clusters", "all"])
def test_marks_do_not_overlap_and_every_seat_is_named(
    client: TestClient, kind: str, size: str
) -> None:
    picture = spec(client, "map", kind=kind, size=size, lang="it")
    boxes = data(picture, "places")
    for one, other in combinations(boxes, 2):
        left, right = sorted((one, other), key=lambda each: each["x"])
        assert left["x"] + left["width"] <= right["x"] or abs(one["y"] - other["y"]) >= 22
    assert all(each["x"] >= 0 and each["x"] + each["width"] <= picture["width"] for each in boxes)
    named = data(picture, "list-names")
    heights = [each["y"] for each in data(picture, "list-numbers")]
    assert all(below - above >= 15 for above, below in pairwise(heights))
    assert {each["href"].partition("?")[0] for each in named} >= {
        "/data/cluster/" + each
        for each in ("afil", "agrifood", "lac", "le2c", "lgca", "mobilita", "scc",
                     "scienze-della-vita", "tav")
    }  # fmt: skip
    assert all(each["tooltip"] for each in data(picture, "outlines"))


def test_the_map_agrees_with_the_stock_queries(client: TestClient) -> None:
    seats = rows(client, "/api/queries/seats.csv", lang="en")
    names = [seats[0].index(each) for each in
             ("clusterLabel", "address", "cityLabel", "provinceLabel")]  # fmt: skip
    shown = rows(client, "/charts/map.csv", lang="en", kind="clusters")[1:]
    asked = sorted([row[each] for each in names] for row in seats[1:])
    assert sorted([row[0], *row[2:5]] for row in shown) == asked
    counted = rows(client, "/api/queries/clusters-by-province.csv", lang="en")
    label, clusters = (counted[0].index(each) for each in ("provinceLabel", "clusters"))
    provinces = table(page(client, "/map", lang="en"), 1)
    assert {(row[0], row[1]) for row in provinces[1:]} == {
        (row[label], row[clusters]) for row in counted[1:]
    }
    shaded = [each for each in data(spec(client, "map", lang="en"), "outlines") if each["href"]]
    assert len(shaded) == len(counted) - 1


def test_what_no_register_knows_stands_in_its_province(fuller: TestClient) -> None:
    shown = {row[0]: row for row in rows(fuller, "/charts/map.csv", lang="en")}
    assert shown[HOSTILE][2:] == [
        "Via <b>Uno</b>", "Nuovo Comune", "Province of Lodi", "in the middle of the province",
    ]  # fmt: skip
    lodi = {row[0]: row for row in rows(fuller, "/charts/map.csv", lang="en", province="lodi")}
    assert HOSTILE in lodi
    assert "Lombardia Aerospace Cluster" not in lodi


def test_hostile_names_never_become_markup(fuller: TestClient) -> None:
    for path in ("/map", "/timeline", "/timeline?page=2"):
        for language in LANGUAGES:
            text = page(fuller, path + ("&" if "?" in path else "?") + f"lang={language}")
            assert "alert(" in text
            assert Page(text).live == []
            assert "<b>Uno" not in text
    for name in ("map", "timeline"):
        svg = fuller.get(f"/charts/{name}.svg", params={"lang": "it"}).text
        assert "alert" in svg
        assert "<script" not in svg
        assert "<img" not in svg
        for line in rows(fuller, f"/charts/{name}.csv", lang="it"):
            assert not any(cell.startswith(("=", "@", "+")) for cell in line)


BAD = [
    ("map", "kind", "nonsense"),
    ("map", "province", "nowhere"),
    ("timeline", "kind", "clusters"),
    ("timeline", "cluster", "nobody"),
    ("timeline", "programme", "nothing"),
    ("timeline", "page", "99"),
    ("timeline", "page", "x"),
    ("timeline", "colour", "red"),
]


@pytest.mark.parametrize(("name", "parameter", "value"), BAD)
def test_a_bad_value_is_a_page_that_names_it(
    client: TestClient, name: str, parameter: str, value: str
) -> None:
    for language in LANGUAGES:
        asked = {parameter: value, "lang": language}
        answer = client.get(f"/{name}", params=asked, headers=BROWSER)
        assert answer.status_code == 400
        assert f'<html lang="{language}"' in answer.text
        assert parameter in answer.text
        problem = client.get(f"/charts/{name}.json", params=asked)
        assert (problem.status_code, problem.json()["parameter"]) == (400, parameter)


@pytest.mark.parametrize("name", ["map", "timeline"])
def test_a_form_that_is_sent_empty_is_the_whole_page(client: TestClient, name: str) -> None:
    fields = re.findall(r'<select id="choice-\w+" name="(\w+)"', page(client, f"/{name}"))
    assert fields
    empty = page(client, f"/{name}", lang="en", **dict.fromkeys(fields, ""))
    assert table(empty) == table(page(client, f"/{name}", lang="en"))


@pytest.mark.parametrize("name", ["map", "timeline"])
def test_every_value_of_the_form_can_be_chosen(client: TestClient, name: str) -> None:
    text = page(client, f"/{name}", lang="en")
    forms = re.findall(r'<select id="choice-\w+" name="(\w+)">(.*?)</select>', text, re.DOTALL)
    for parameter, options in forms:
        for value in re.findall(r'<option value="([^"]+)"', options):
            chosen = page(client, f"/{name}", lang="en", **{parameter: unescape(value)})
            assert f'<option value="{value}" selected>' in chosen


def test_uncertain_dates_are_dashed_and_told(client: TestClient) -> None:
    shown = rows(client, "/charts/timeline.csv", lang="en")
    heads, entries = shown[0], shown[1:]
    doubts = {row[0]: row[heads.index("Doubts about the date")] for row in entries}
    unsure = rows(client, "/api/queries/uncertain-dates.csv", lang="en")
    label, status = (unsure[0].index(each) for each in ("targetLabel", "statusLabel"))
    told = {row[label]: row[status] for row in unsure[1:] if row[label] in doubts}
    assert told
    for name, said in told.items():
        assert said.lower() in doubts[name]
    picture = spec(client, "timeline", lang="en")
    marks = data(picture, "intervals") + data(picture, "events")
    marks = [each for each in marks if each["stroke"]]
    dashed = {each["tooltip"].split("\n")[0] for each in marks if each["strokeDash"]}
    assert dashed == {name for name, doubt in doubts.items() if doubt}
    ends = heads.index("End")
    assert all(not row[ends] for row in entries if "end not stated" in doubts[row[0]])


def test_what_has_no_date_is_listed_apart(client: TestClient) -> None:
    text = page(client, "/timeline", lang="en")
    apart = text[text.index('id="undated"') :]
    undated = set(re.findall(r'href="/data/((?:project|initiative)/[\w-]+)', apart))
    dated = set(re.findall(r'<td[^>]*><a href="/data/((?:project|initiative)/[\w-]+)', text))
    assert undated
    assert not undated & dated
    every = {
        row[0].removeprefix(BASE + "data/")
        for name in ("projects", "events")
        for row in rows(client, f"/explore/{name}.csv")[1:]
    }
    assert undated | dated == every
    leads = [unescape(each) for each in re.findall(r'href="(/explore/[^"]+)"', apart)]
    found = sum(
        len(rows(client, each.replace("?", ".csv?", 1))) - 1
        for each in leads
        if "year=none" in each
    )
    assert found == len(undated)


def test_a_choice_is_that_of_the_lists(client: TestClient) -> None:
    text = page(client, "/timeline", cluster="afil", lang="en")
    shown = set(re.findall(r'href="/data/((?:project|initiative)/[\w-]+)', text))
    listed = {
        row[0].removeprefix(BASE + "data/")
        for name in ("projects", "events")
        for row in rows(client, f"/explore/{name}.csv", cluster="afil")[1:]
    }
    assert shown == listed
    iri = page(client, "/timeline", cluster=BASE + "data/cluster/afil", lang="en")
    assert table(iri) == table(text) if "<table>" in text else "<table>" not in iri


def test_a_long_timeline_is_paged(fuller: TestClient) -> None:
    whole = rows(fuller, "/charts/timeline.csv", lang="en")
    pages = -(-(len(whole) - 1) // PAGE_ROWS)
    assert pages > 1
    shown: list[list[str]] = []
    for number in range(1, pages + 1):
        text = page(fuller, "/timeline", lang="en", page=str(number))
        shown += table(text)[1:]
        picture = spec(fuller, "timeline", lang="en", page=str(number))
        assert len(data(picture, "times")) == len(table(text)) - 1 <= PAGE_ROWS
    assert shown == whole[1:]
    starts = [row[whole[0].index("Start")] or row[whole[0].index("End")] for row in whole[1:]]
    assert starts == sorted(starts)
    first = page(fuller, "/timeline", lang="en")
    assert f"of {len(shown)}" in first
    assert 'rel="next"' in first


def test_a_release_without_places_and_dates_says_so() -> None:
    with TestClient(create_app(MINI, Settings())) as client:
        for name in ("map", "timeline"):
            for language in LANGUAGES:
                text = page(client, f"/{name}", lang=language)
                assert "<figure" not in text
                assert 'class="empty"' in text
            assert len(rows(client, f"/charts/{name}.csv")) == 1
            assert client.get(f"/charts/{name}.svg").status_code == 200


def test_pages_are_in_the_menu_and_in_the_site_map(client: TestClient) -> None:
    links = Page(page(client, "/"), "http://testserver/").links
    pages = client.get("/sitemap.xml").text
    for name in ("map", "timeline"):
        assert f"http://testserver/{name}" in links
        assert f"<loc>{BASE}{name}</loc>" in pages
