"""The pages about quality: what they say agrees with report, graph and stock queries."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from altered import altered
from html_reader import Page
from pyoxigraph import Literal, NamedNode, Quad
from starlette.testclient import TestClient

from ctl_kg.publish.findings import Finding, ordered
from ctl_kg.rdf.places import Place
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app
from ctl_kg.web.quality_lists import COLUMNS, FACETS, PAGE_SIZE

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
CTL = BASE + "onto/CTL/"
BROWSER = {"accept": "text/html"}
# List: path of the page, and the member that names an item.
LISTS = {
    "findings": ("/quality", "focus"),
    "anomalies": ("/quality/anomalies", "anomaly"),
    "inferred": ("/quality/inferred", "alignment"),
}
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def page(client: TestClient, path: str, **parameters: str) -> str:
    answer = client.get(path, params=parameters, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def main_of(text: str) -> str:
    """Return what a page holds besides its frame."""
    return text[text.index("<main") : text.index("</main>")]


def items(client: TestClient, name: str, **parameters: str) -> list[dict[str, Any]]:
    document = client.get(f"/quality/{name}.json", params=parameters).json()
    assert document["total"] == len(document["items"])
    found: list[dict[str, Any]] = document["items"]
    return found


def options(text: str, facet: str) -> dict[str, int]:
    """Return value to count of a facet's choices, as the form shows them."""
    select = re.search(rf'<select id="filter-{facet}".*?</select>', text, re.DOTALL)
    assert select
    found = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)</option>', select[0])
    return {unescape(value): int(count) for value, count in found}


def rows(client: TestClient, query: str) -> list[dict[str, Any]]:
    document = client.get(f"/api/queries/{query}", params={"size": "1000"}).json()
    assert document["pages"] == 1
    found: list[dict[str, Any]] = document["rows"]
    return found


def test_the_anomalies_are_those_of_the_stock_queries(client: TestClient) -> None:
    found = items(client, "anomalies", lang="it")
    members = ("kindLabel", "target", "asRead", "rationale")
    ours = {tuple(each[member] for member in members) for each in found}
    assert ours == {tuple(row[member] for member in members) for row in rows(client, "anomalies")}
    by_kind = {row["kind"]: row["anomalies"] for row in rows(client, "anomalies-by-kind")}
    assert Counter(each["kind"] for each in found) == {k: n for k, n in by_kind.items() if n}


def test_the_inferred_links_are_those_of_the_stock_query(client: TestClient) -> None:
    found = items(client, "inferred")
    ours = {
        (each["subject"], each["property"], each["object"], other)
        for each in found
        for other in each["alternativeSubjects"] + each["alternativeObjects"]
    }
    stock = rows(client, "inferred-alignments")
    assert ours == {(r["target"], r["property"], r["value"], r["alternative"]) for r in stock}
    assert {each["reviewStatus"] for each in found} == {
        BASE + "controlled-vocabulary/review-status/proposed"
    }
    counts = {row["certainty"]: row["statements"] for row in rows(client, "certainty-summary")}
    assert len(found) == counts[BASE + "controlled-vocabulary/certainty/inferred"]


def test_the_report_is_told_whole(client: TestClient, release: Path) -> None:
    report = client.get("/download/report.json").json()
    found = items(client, "findings", lang="en")
    assert [(f["focus"], f["rule"], f["file"], f["line"]) for f in found] == [
        (f["focus"], f["rule"], f.get("file"), f.get("line")) for f in report["findings"]
    ]
    text = page(client, "/quality", lang="en")
    for each in report["findings"]:
        assert f"<code>{each['file']}:{each['line']}</code>" in text
        assert each["message"]["en"] in text
        assert each["mend"]["en"] in text
        assert f'href="/{each["focus"].removeprefix(BASE)}' in text
    checked = report["checked"]
    for name in ("statements", "shapes", "constraints"):
        assert f"{checked[name]:,} " in text
    assert checked["statements"] == client.get("/download/manifest.json").json()["counts"]["quads"]
    assert "No violation." in text
    assert "Nessuna violazione." in page(client, "/quality", lang="it")
    italian = unescape(page(client, "/quality", lang="it"))
    assert all(rule["title"]["it"] in italian for rule in checked["rules"])


def shown_items(main: str, name: str) -> list[str]:
    """Return the IRIs of the items that a page lists, in their order."""
    folder = {"findings": "", "anomalies": "anomaly/", "inferred": "alignment/"}[name]
    if name == "findings":
        cells = re.findall(r'<tr>\s*<td[^>]*><a href="([^"?]+)', main)
    else:
        cells = re.findall(rf'<a href="(/data/{folder}[^"?]+)', main)
    return [BASE + address.removeprefix("/") for address in cells]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("language", ["it", "en"])
def test_what_is_exported_is_what_is_shown(client: TestClient, name: str, language: str) -> None:
    path, member = LISTS[name]
    exported = items(client, name, lang=language)
    shown: list[str] = []
    for number in range(1, -(-len(exported) // PAGE_SIZE) + 1):
        main = main_of(page(client, path, lang=language, page=str(number)))
        main = main[main.index('id="list"') :]
        shown += shown_items(main, name)
        for item in exported[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]:
            assert (item.get("rationale") or item["message"]) in unescape(main)
    assert shown == [each[member] for each in exported]
    table = client.get(f"/quality/{name}.csv", params={"lang": language})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert list(lines[0]) == [column for column, _ in COLUMNS[name]] == list(exported[0])
    for line, item in zip(lines, exported, strict=True):
        for column, value in item.items():
            separator = " | " if column == "stated" else " "
            expected = separator.join(value) if isinstance(value, list) else value
            plain = "" if expected is None else str(expected)
            plain = plain.lower() if isinstance(expected, bool) else plain
            assert line[column].removeprefix("'") == plain.removeprefix("'")


@pytest.mark.parametrize("name", LISTS)
def test_each_choice_gives_as_many_items_as_it_says(client: TestClient, name: str) -> None:
    path, _ = LISTS[name]
    text = page(client, path, lang="en")
    for facet in FACETS[name]:
        if name == "findings" and f'id="filter-{facet}"' not in text:
            continue  # a list of one item has nothing to choose
        for value, count in options(text, facet).items():
            assert len(items(client, name, **{facet: value})) == count, (facet, value)


def test_two_choices_narrow_together_and_may_leave_nothing(client: TestClient) -> None:
    both = items(client, "anomalies", kind="anomaly-kind:misprint", cluster="cluster:afil")
    one = {each["anomaly"] for each in items(client, "anomalies", kind="anomaly-kind:misprint")}
    other = {each["anomaly"] for each in items(client, "anomalies", cluster="cluster:afil")}
    assert {each["anomaly"] for each in both} == one & other
    empty = {"property": "ctl:continues", "cluster": "cluster:agrifood"}
    assert items(client, "inferred", **empty) == []
    text = page(client, "/quality/inferred", lang="it", **empty)
    assert "Nessuna voce con questi filtri." in text
    assert 'href="/quality/inferred?lang=it">Togli i filtri' in text


def test_an_item_belongs_to_the_cluster_of_its_chapter(client: TestClient) -> None:
    query = (
        "SELECT DISTINCT ?a ?c { GRAPH ?g { ?a a ctl:Anomaly } ?g prov:wasDerivedFrom ?p . "
        "?p dct:isPartOf/schema:about ?c . ?c a ctl:TechnologyCluster }"
    )
    prefixes = (
        f"PREFIX ctl: <{CTL}> PREFIX prov: <http://www.w3.org/ns/prov#> "
        "PREFIX dct: <http://purl.org/dc/terms/> PREFIX schema: <http://schema.org/> "
    )
    answer = client.get("/sparql", params={"query": prefixes + query, "format": "json"}).json()
    chapters = {(r["a"]["value"], r["c"]["value"]) for r in answer["results"]["bindings"]}
    found = {each["anomaly"]: set(each["clusters"]) for each in items(client, "anomalies")}
    assert len(chapters) > len(found) / 2
    assert all(cluster in found[anomaly] for anomaly, cluster in chapters)


def test_every_link_of_the_pages_leads_somewhere(client: TestClient) -> None:
    addresses = {
        address
        for path in ("/quality", "/quality/anomalies", "/quality/inferred")
        for address in Page(main_of(page(client, path, lang="en"))).links
        if address.startswith("/")
    }
    assert len(addresses) > 100
    wrong = {
        address: status
        for address in sorted(addresses)
        if (status := client.get(address, headers=BROWSER).status_code) != 200
    }
    assert not wrong


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("/quality/anomalies", "kind", "anomaly-kind:nonsense"),
        ("/quality/anomalies", "colour", "red"),
        ("/quality/inferred", "basis", "cluster:afil"),
        ("/quality/inferred", "page", "99"),
        ("/quality/inferred", "page", "first"),
        ("/quality", "severity", "Catastrophe"),
        ("/quality", "cluster", "http://example.org/nobody"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: TestClient, path: str, parameter: str, value: str
) -> None:
    for language, words in (("it", "nel parametro «"), ("en", "in the parameter “")):
        answer = client.get(path, params={parameter: value, "lang": language}, headers=BROWSER)
        assert answer.status_code == 400
        assert words + parameter in answer.text
        assert f"<code>{value}</code>" in answer.text
    problem = client.get(path, params={parameter: value}, headers={"accept": "application/json"})
    assert problem.status_code == 400
    assert problem.json()["parameter"] == parameter


def test_a_list_that_there_is_not(client: TestClient) -> None:
    answer = client.get("/quality/nonsense", headers=BROWSER)
    assert answer.status_code == 404
    assert 'href="/quality/anomalies"' in answer.text
    assert client.get("/quality/findings", follow_redirects=False).headers["location"] == "/quality"


@pytest.fixture(scope="module")
def crowded(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve 120 findings of three rules and 2,000 anomalies more, some with hostile texts."""
    graph = NamedNode(BASE + "data/graph/p-0126")
    quads = []
    for number in range(2000):
        node = NamedNode(f"{BASE}data/anomaly/more-{number}")
        target = NamedNode(f"{BASE}data/project/more-{number}")
        for predicate, value in (
            ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", NamedNode(CTL + "Anomaly")),
            (CTL + "anomalyKind", NamedNode(BASE + "controlled-vocabulary/anomaly-kind/misprint")),
            (CTL + "asRead", Literal(f"=1+{number} {HOSTILE}")),
            (CTL + "rationale", Literal(HOSTILE, language="it")),
            (CTL + "onProperty", NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")),
            ("http://www.w3.org/ns/oa#hasTarget", target),
        ):
            quads.append(Quad(node, NamedNode(predicate), value, graph))
        label = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
        quads.append(Quad(target, label, Literal(HOSTILE, language="it"), graph))
    findings = ordered(
        Finding(
            severity=("Warning", "Info")[number % 2],
            focus=HOSTILE if number == 7 else f"{BASE}data/project/more-{number}",
            rule=f"{BASE}rules/rule-{number % 3}",
            component="http://www.w3.org/ns/shacl#SPARQLConstraintComponent",
            message={"it": f"=Messaggio {number} {HOSTILE}", "en": f"Message {number}"},
            mend={"it": "Rimedio.", "en": "Remedy."},
            place=Place("data/more.trig", number + 1),
        )
        for number in range(120)
    )
    folder = tmp_path_factory.mktemp("crowded") / "release"
    altered(release, folder, quads=quads, findings=findings)
    with TestClient(create_app(folder, Settings())) as made:
        yield made


def test_long_lists_come_in_pages(crowded: TestClient) -> None:
    for name, (path, _) in LISTS.items():
        total = len(items(crowded, name))
        for number in (1, -(-total // PAGE_SIZE)):
            text = page(crowded, path, page=str(number))
            assert len(text) < 300_000
            shown = min(PAGE_SIZE, total - (number - 1) * PAGE_SIZE)
            assert text.count('<li class="record">') == (0 if name == "findings" else shown)
            if name == "findings":
                assert len(re.findall(r"<code>data/more\.trig:\d+</code>", text)) == shown
    assert len(items(crowded, "anomalies")) > 2000
    rules = options(page(crowded, "/quality"), "rule")
    assert sum(rules.values()) == 120


def test_hostile_texts_stay_texts(crowded: TestClient) -> None:
    for path, _ in LISTS.values():
        for number in ("1", "2"):
            text = page(crowded, path, page=number, lang="it")
            assert "<script>alert" not in text
            assert not Page(text).live
    for name in LISTS:
        table = crowded.get(f"/quality/{name}.csv", params={"lang": "it"}).text
        cells = (cell for line in csv.reader(io.StringIO(table)) for cell in line)
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_a_release_without_a_report_says_so(release: Path, tmp_path: Path) -> None:
    folder = altered(release, tmp_path / "release")
    (folder / "report.json").unlink()
    with TestClient(create_app(folder, Settings())) as client:
        assert "non contiene il rapporto" in page(client, "/quality", lang="it")
        assert items(client, "findings") == []
