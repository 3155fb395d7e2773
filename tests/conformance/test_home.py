"""The home page: its figures are those of the data, and its doors are open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from html_reader import Page
from list_cases import PREFIXES
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
HTML = {"accept": "text/html"}
LANGUAGES = ("it", "en")
COUNTED = {
    "clusters": "?x a ctl:TechnologyCluster",
    "networks": "?x a ctl:Network",
    "projects": "?x a ctl:Project",
}


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def _home(client: TestClient, language: str) -> str:
    answer = client.get("/", params={"lang": language}, headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    return answer.text


def _select(client: TestClient, query: str) -> list[dict[str, str]]:
    answer = client.get("/sparql", params={"query": PREFIXES + query, "format": "json"})
    assert answer.status_code == 200, answer.text
    rows = answer.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def _figures(text: str) -> dict[str, int]:
    """Return the numbers on the page by the address that each leads to."""
    found = re.findall(r'<strong>([\d.,]+)</strong>\s*<a href="([^"]+)"', text)
    numbers = {href.replace("&amp;", "&"): re.sub(r"\D", "", number) for number, href in found}
    return {href: int(number) for href, number in numbers.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_figure_is_that_of_the_data_and_of_the_list_it_leads_to(
    client: TestClient, language: str
) -> None:
    figures = _figures(_home(client, language))
    for name, where in COUNTED.items():
        (row,) = _select(client, f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {where} }}")
        address = f"/explore/{name}?lang={language}"
        assert figures[address] == int(row["n"]) > 0
        rows = client.get(address.replace("?", ".csv?")).text.count("\r\n") - 1
        assert rows == figures[address]


@pytest.mark.parametrize("language", LANGUAGES)
def test_members_are_the_sum_of_what_the_clusters_count(client: TestClient, language: str) -> None:
    text = _home(client, language)
    figures = _figures(text)
    sums = {
        row["type"].rpartition("/")[2]: int(row["n"])
        for row in _select(
            client,
            "SELECT ?type (SUM(?m) AS ?n) { ?c ctl:memberCount ?m ; ctl:memberType ?type ; "
            "ctl:refCluster ?x . ?x a ctl:TechnologyCluster } GROUP BY ?type",
        )
    }
    column_of = {"total": "members", "companies": "companies",
                 "research-organisations": "research", "other-bodies": "others"}  # fmt: skip
    assert set(column_of) == set(sums)
    for kind, column in column_of.items():
        address = f"/explore/clusters?sort=-{column}&lang={language}"
        assert figures[address] == sums[kind] > 0
        assert client.get(address, headers=HTML).status_code == 200
    assert sums["total"] == sum(n for kind, n in sums.items() if kind != "total")
    # The total that is printed, and the figure that does not agree with it, with their sources.
    (printed,) = _select(client, "SELECT ?c ?m { ?c ctl:memberCount ?m ; ctl:memberType "
                         "member-type:total ; ctl:refCluster ?x MINUS { ?x a "
                         "ctl:TechnologyCluster } }")  # fmt: skip
    (other,) = _select(client, "SELECT ?o ?form { ?o ctl:printedForm ?form ; ctl:conflictsWith "
                       f"<{printed['c']}> }}")  # fmt: skip
    note = text[text.index('class="home-note"') :].partition("</p>")[0]
    assert re.search(rf">{printed['m']}</a>.*mark-passage.*{other['form']}.*mark-passage", note)
    assert ("nominati" if language == "it" else "named") in note


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_door_is_open(client: TestClient, language: str) -> None:
    text = _home(client, language)
    assert not Page(text).live
    page = Page(text[text.index("<main") : text.index("</main>")], "http://x/")
    paths = dict.fromkeys(urldefrag(each).url.removeprefix("http://x") for each in page.links)
    for name in ("/queries", "/sparql", "/downloads", "/onto/CTL", "/quality", "/explore/projects"):
        assert any(path.startswith(name) for path in paths), name
    for path in paths:
        assert client.get(path, headers=HTML).status_code == 200, path
    questions = [path for path in paths if path.startswith("/queries/")]
    assert 3 <= len(questions) <= 8, "a handful, not all of them"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dataset_is_described_in_the_page(client: TestClient, language: str) -> None:
    page = Page(_home(client, language))
    (document,) = map(json.loads, page.data)
    manifest = client.get("/download/manifest.json").json()
    assert document["@type"] == "Dataset"
    assert document["version"] == manifest["version"]
    assert document["dateModified"] == manifest["released"]
    assert document["name"] in page.texts["h1"]
    for each in document["distribution"]:
        path = each["contentUrl"].removeprefix(document["@id"].rstrip("/"))
        assert client.head(path).headers["content-type"].startswith(each["encodingFormat"])


def test_the_address_is_the_dataset_for_programs(client: TestClient) -> None:
    answer = client.get("/", headers={"accept": "text/turtle"}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/.well-known/void.ttl"


def test_the_search_leads_to_the_search(client: TestClient) -> None:
    text = _home(client, "en")
    form = re.search(r'<form method="get" action="([^"]+)" role="search" class="home-search"', text)
    assert form is not None
    found = client.get(form[1], params={"q": "vanguard", "lang": "en"}, headers=HTML)
    assert "/data/network/vanguard-initiative" in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_stands_with_its_table(client: TestClient, language: str) -> None:
    text = _home(client, language)
    figure = text[text.index('<figure class="chart"') : text.index("</figure>")]
    source = re.search(r'<img src="(/charts/network\.svg[^"]+)"', figure)
    assert source is not None
    picture = client.get(source[1].replace("&amp;", "&"))
    assert picture.headers["content-type"] == "image/svg+xml"
    (row,) = _select(client, "SELECT (COUNT(DISTINCT ?t) AS ?n) { ?t org:organization ?x ; "
                     "org:member ?c . ?x a ctl:Network . ?c a ctl:TechnologyCluster }")  # fmt: skip
    assert figure.count("<tr>") - 1 == int(row["n"])


def test_without_an_answer_in_the_limits_only_the_picture_is_left_out(release: Path) -> None:
    with TestClient(create_app(release, Settings(query_max_rows=1))) as limited:
        answer = limited.get("/", headers=HTML)
        assert answer.status_code == 200
        assert "<figure" not in answer.text
        assert len(_figures(answer.text)) >= 8
        assert answer.headers["cache-control"] == "no-store"
