"""White space: the matrices of the project's data, over HTTP."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from ctl_kg.publish.matrix import AXES, MATRICES, Spec
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
PREFIXES = (
    f"PREFIX ctl: <{BASE}onto/CTL/> PREFIX org: <http://www.w3.org/ns/org#> "
    "PREFIX schema: <http://schema.org/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
# The number of links, asked in other words than those of the matrix.
_PAGE = (
    "?page schema:about ?r . ?r a ctl:TechnologyCluster . ?l ctl:inSection ?page ; "
    "ctl:alignedPredicate ctl:hasSynergyWith ; ctl:alignedObject ?c . ?c a "
)
_PROJECT = (
    "?r a ctl:Project . ?l ctl:alignedSubject ?r ; ctl:alignedPredicate ctl:hasSynergyWith ; "
    "ctl:alignedObject ?c . ?c a "
)
COUNTS = {
    "clusters/networks": "?l org:organization ?c ; org:member ?r . ?c a ctl:Network . "
    "?r a ctl:TechnologyCluster",
    "clusters/ecosystems": "{ ?r ctl:referenceEcosystem ?c BIND('own' AS ?l) } UNION { "
    + _PAGE + "ctl:InnovationEcosystem }",
    "clusters/components": _PAGE + "ctl:PnrrComponent",
    "clusters/missions": _PAGE.replace("?c . ?c a ", "?part . ?part skos:broader? ?c . ?c a ")
    + "ctl:PnrrMission",
    "projects/components": _PROJECT + "ctl:PnrrComponent",
    "projects/ecosystems": _PROJECT + "ctl:InnovationEcosystem",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def _select(client: TestClient, query: str) -> list[dict[str, str]]:
    answer = client.get("/sparql", params={"query": query, "format": "json"})
    assert answer.status_code == 200, answer.text
    bindings = answer.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def _matrix(client: TestClient, spec: Spec, **parameters: str) -> dict[str, Any]:
    answer = client.get(f"/api/matrix/{spec.name}", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_the_sums_are_those_of_the_raw_query(client: TestClient, spec: Spec) -> None:
    found = _matrix(client, spec)
    query = f"{PREFIXES} SELECT ?r ?c (COUNT(DISTINCT ?l) AS ?n) {{ {COUNTS[spec.name]} }} "
    rows = _select(client, query + "GROUP BY ?r ?c")
    assert {(cell["row"], cell["column"]): cell["count"] for cell in found["cells"]} == {
        (row["r"], row["c"]): int(row["n"]) for row in rows
    }
    total = sum(int(row["n"]) for row in rows)
    assert total == found["total"] > 0
    assert total == sum(row["total"] for row in found["rows"])
    assert total == sum(column["total"] for column in found["columns"])
    for axis, side in ((spec.rows, "rows"), (spec.columns, "columns")):
        every = _select(client, f"{PREFIXES} SELECT ?x {{ ?x a {AXES[axis].curie} }}")
        assert {each["iri"] for each in found[side]} == {row["x"] for row in every}
    cells = len(found["rows"]) * len(found["columns"])
    assert found["gaps"]["total"] == cells - len(found["cells"]) == len(found["gaps"]["cells"])


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
@pytest.mark.parametrize("certainty", ["any", "stated"])
def test_the_query_of_each_cell_gives_its_links(
    client: TestClient, spec: Spec, certainty: str
) -> None:
    found = _matrix(client, spec, certainty=certainty)
    for cell in found["cells"]:
        rows = _select(client, cell["sparql"])
        assert {row["link"] for row in rows} == {link["link"] for link in cell["links"]}
        assert {row["role"] for row in rows if "role" in row} == set(cell["roles"])
        for link in cell["links"]:
            graphs = {row["graph"] for row in rows if row["link"] == link["link"]}
            assert graphs == {each["graph"] for each in link["evidence"]}
            assert any(each["passage"] and each["start_line"] for each in link["evidence"])
    assert len(_select(client, found["sparql"])) >= found["total"]


def test_stated_leaves_out_what_is_inferred(client: TestClient) -> None:
    """The layout of several pages leaves open which project a box belongs to."""
    spec = next(spec for spec in MATRICES if spec.name == "projects/components")
    every, stated = _matrix(client, spec), _matrix(client, spec, certainty="stated")
    inferred = [cell for cell in every["cells"] if cell["certainty"].endswith("/inferred")]
    assert inferred
    assert stated["total"] == every["total"] - len(inferred)
    assert not any(cell["certainty"].endswith("/inferred") for cell in stated["cells"])


def test_a_gap_is_given_its_nearest_path(client: TestClient) -> None:
    spec = MATRICES[0]
    gaps = _matrix(client, spec, gaps="paths", lang="en")["gaps"]
    answered = [gap for gap in gaps["cells"] if gap["searched"]]
    assert answered
    for gap in answered[:20]:
        ends = client.get(gap["why"]).json()
        assert (ends["from"]["iri"], ends["to"]["iri"]) == (gap["row"], gap["column"])
        if gap["path"]:
            assert gap["path"]["length"] == ends["shortest"] > 1
    assert "cells" not in _matrix(client, spec, gaps="none")["gaps"]


def test_one_cell_and_one_role(client: TestClient) -> None:
    spec = MATRICES[0]
    found = _matrix(client, spec, row="cluster:tav", column="network:vanguard-initiative")
    assert found["cell"]["roles"] == [f"{BASE}controlled-vocabulary/network-role/guest"]
    guests = _matrix(client, spec, role="guest")
    assert [cell["row"] for cell in guests["cells"]] == [f"{BASE}data/cluster/tav"]


def test_csv_says_the_same_long_and_wide(client: TestClient) -> None:
    spec = MATRICES[1]
    total = _matrix(client, spec)["total"]
    address = f"/api/matrix/{spec.name}"
    tables = [
        list(csv.DictReader(io.StringIO(client.get(address, params=wish).text)))
        for wish in ({"format": "csv"}, {"format": "csv", "layout": "wide"})
    ]
    assert sum(int(row["count"]) for row in tables[0]) == total
    assert sum(int(row["total"]) for row in tables[1][:-1]) == total == int(tables[1][-1]["total"])


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("clusters/boats", 404, None),
        ("networks/clusters", 404, None),
        ("clusters/networks?certainty=maybe", 400, "certainty"),
        ("clusters/networks?role=captain", 400, "role"),
        ("clusters/networks?gaps=all", 400, "gaps"),
        ("clusters/networks?lang=fr", 400, "lang"),
        ("clusters/networks?format=xlsx", 400, "format"),
        ("clusters/networks?page=2", 400, "page"),
        ("clusters/networks?row=cluster:afil", 400, "column"),
        ("clusters/networks?row=network:eusalp&column=network:eusalp", 400, "row"),
        ("clusters/networks?role=guest&role=listed", 400, "role"),
        ("clusters/networks?rolle=guest", 400, "rolle"),
    ],
)
def test_a_mistake_is_told(
    client: TestClient, address: str, status: int, parameter: str | None
) -> None:
    answer = client.get(f"/api/matrix/{address}")
    assert answer.status_code == status
    problem = answer.json()
    assert problem.get("parameter") == parameter
    if status == 404:
        assert all(spec.name in problem["hint"] for spec in MATRICES)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_page_has_heads_totals_and_the_cell(client: TestClient, language: str) -> None:
    ends = {"row": "cluster:afil", "column": "network:vanguard-initiative", "lang": language}
    page = client.get("/matrix/clusters/networks", params=ends, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert page.text.count('scope="row"') == 9 + 1
    assert page.text.count('scope="col" class="turned"') == 22
    assert "membership/afil-vanguard-initiative" in page.text
    found = client.get("/api/matrix/clusters/networks", params=ends).json()
    for source in found["cell"]["links"][0]["evidence"]:
        assert f"{source['start_line']}–{source['end_line']}" in page.text
    assert client.get("/matrix", headers={"accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
@pytest.mark.parametrize("side", ["row", "column"])
def test_one_row_or_column_lists_its_links_and_its_gaps(
    client: TestClient, spec: Spec, side: str
) -> None:
    """A program has to name both: what it gets is one cell or the whole."""
    found = _matrix(client, spec)
    other = "column" if side == "row" else "row"
    member = max(found[side + "s"], key=lambda each: each["total"])
    ends = {side: member["iri"], "lang": "en"}
    assert client.get(f"/api/matrix/{spec.name}", params=ends).json()["parameter"] == other
    page = client.get(f"/matrix/{spec.name}", params=ends, headers={"accept": "text/html"})
    assert page.status_code == 200
    listed = page.text.partition('id="cell"')[2].partition("</section>")[0]
    hrefs = [html.unescape(href) for href in re.findall(r'href="([^"]+#cell)"', listed)]
    opposite = [parse_qs(urlsplit(href).query)[other][0] for href in hrefs]
    linked = {each[other] for each in found["cells"] if each[side] == member["iri"]}
    curies = {each["iri"]: each["curie"] for each in found[other + "s"]}
    assert len(opposite) == len(set(opposite)) == len(curies)
    assert set(opposite[: len(linked)]) == {curies[iri] for iri in linked}
    for href in (hrefs[0], hrefs[-1]):
        cell = client.get(href, headers={"accept": "text/html"})
        assert cell.status_code == 200
        assert 'id="cell"' in cell.text
    assert f"{member['total']}. Show its cells" in page.text


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_filter_keeps_page_chart_and_data_alike(client: TestClient, language: str) -> None:
    wish = {"kind": "interregional-initiative", "certainty": "stated", "lang": language}
    found = client.get("/api/matrix/clusters/networks", params=wish).json()
    assert 0 < len(found["columns"]) < 22
    page = client.get("/matrix/clusters/networks", params=wish, headers={"accept": "text/html"})
    assert page.text.count('scope="col" class="turned"') == len(found["columns"])
    hrefs = re.findall(r'href="(/api/matrix/[^"]*format=csv[^"]*)"', page.text)
    long = [html.unescape(href) for href in hrefs if "layout=wide" not in href]
    assert len(long) == 2  # of the chart, and of the table
    for href in long:
        rows = csv.DictReader(io.StringIO(client.get(href).text))
        assert sum(int(row["count"]) for row in rows) == found["total"]
    (picture,) = set(re.findall(r'<img src="(/charts/network\.svg[^"]*)"', page.text))
    ties = client.get(html.unescape(picture).replace(".svg", ".csv")).text
    assert len(ties.splitlines()) - 1 == found["total"]


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("clusters/networks?across=2", "across"),
        ("clusters/networks?across=x", "across"),
        ("clusters/networks?row=network:eusalp", "row"),
        ("clusters/networks?column=cluster:afil", "column"),
        ("clusters/networks?row=%3Cscript%3Ealert(1)%3C/script%3E", "row"),
    ],
)
def test_a_page_names_the_parameter_that_is_wrong(
    client: TestClient, address: str, parameter: str
) -> None:
    page = client.get(f"/matrix/{address}&lang=it", headers={"accept": "text/html"})
    assert page.status_code in (400, 404)
    assert f"«{parameter}»" in page.text
    assert "<script>alert" not in page.text
