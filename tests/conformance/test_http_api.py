"""``/api/queries`` over HTTP: every query in every format, pages, bad input, evidence.

Source: RFC 8288 (Link), RFC 9457 (problems), OpenAPI 3.1 (schemas of the answers).
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ctl_kg.assets import find_assets
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.settings import Settings
from ctl_kg.sparql.binding import bind
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.sparql.terms import Solutions, text_of
from ctl_kg.sparql.total_order import in_language, with_total_order
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
QUERIES = load_queries(find_assets(Path(__file__).resolve().parents[2]).queries)
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CLUSTER = "/api/queries/networks-by-cluster"


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings()), follow_redirects=False) as made:
        yield made


@pytest.fixture(scope="module")
def store(release: Path) -> LocalStore:
    return open_release_store(release)


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json?lang=en").json()
    return found


def links(header: str) -> dict[str, str]:
    return {m[2]: m[1] for m in re.finditer(r'<([^>]*)>; rel="([^"]*)"', header)}


def whole(store: LocalStore, name: str) -> list[list[str]]:
    """Return the answer to a query as the store gives it, as texts."""
    found = store.query(with_total_order(QUERIES[name]).text)
    assert isinstance(found, Solutions)
    return [[text_of(term) for term in row] for row in found.rows]


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_language_for_good_answers_as_the_parameter_does(
    store: LocalStore, language: str
) -> None:
    quicker = 0
    for query in QUERIES.values():
        if query.form != "SELECT" or query.parameter("lang") is None:
            continue
        text = bind(with_total_order(query), {"lang": [language]}, curies=Curies(prefixes()),
                    choices_of=lambda parameter: ())  # fmt: skip
        ready = in_language(query, language).text
        quicker += "?lang =" not in ready and "= ?lang" not in ready
        asked, found = store.query(text), store.query(ready)
        assert isinstance(asked, Solutions)
        assert isinstance(found, Solutions)
        assert (asked.variables, asked.rows) == (found.variables, found.rows), query.name
    assert quicker > 40


def test_a_language_that_a_query_gives_back_stays_a_parameter() -> None:
    for line in ("BIND(?lang AS ?told)", "FILTER(?lang != LANG(?label))"):
        text = f'SELECT * {{\n  VALUES ?lang {{ "it" }}\n  ?s ?p ?o .\n  {line}\n}}\n'
        query = replace(next(iter(QUERIES.values())), text=text, form="SELECT")
        assert 'VALUES ?lang { "it" }' in in_language(query, "en").text


def test_the_list_says_what_the_headers_say(client: TestClient) -> None:
    for language in ("it", "en"):
        answer = client.get("/api/queries", headers={"accept-language": language})
        assert answer.headers["content-language"] == language
        found = {each["name"]: each for each in answer.json()["queries"]}
        assert found.keys() == QUERIES.keys()
        for name, query in QUERIES.items():
            assert found[name]["title"] == query.title[language]
            assert [c["name"] for c in found[name]["columns"]] == [c.name for c in query.columns]
            assert [p["name"] for p in found[name]["parameters"]] == [
                p.name for p in query.parameters
            ]
            assert client.get(found[name]["links"]["version"]).status_code == 200
    values = next(p for p in found["networks-by-cluster"]["parameters"] if p["name"] == "cluster")
    assert {"value": "cluster:tav", "label": "Lombardia Aerospace Cluster"} not in values["allowed"]
    assert len(values["allowed"]) == 9
    page = client.get("/api/queries", headers={"accept": BROWSER})
    assert (page.status_code, page.headers["location"]) == (303, "/queries")


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_query_answers_as_described(
    client: TestClient, store: LocalStore, description: dict[str, Any], name: str
) -> None:
    validator = pytest.importorskip("openapi_schema_validator").OAS31Validator
    operation = description["paths"][f"/api/queries/{name}"]["get"]
    content = operation["responses"]["200"]["content"]
    schema = content["application/json"]["schema"] | {"components": description["components"]}
    for query in ("?size=all", "?size=5&evidence=1"):
        answer = client.get(f"/api/queries/{name}{query}&lang=it")
        assert answer.status_code == 200
        assert [error.message for error in validator(schema).iter_errors(answer.json())] == []
    expected = whole(store, name)
    answer = client.get(f"/api/queries/{name}.csv?size=all&lang=it&cells=exact")
    assert list(csv.reader(io.StringIO(answer.text, newline="")))[1:] == expected
    for kind in content:
        answer = client.get(f"/api/queries/{name}?lang=it", headers={"accept": kind})
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert answer.status_code == 200


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("name", sorted(QUERIES))
def test_the_links_lead_through_the_whole_answer_once(
    client: TestClient, store: LocalStore, name: str, size: int
) -> None:
    found: list[list[str]] = []
    address = f"/api/queries/{name}.csv?size={size}&lang=it&cells=exact"
    first = address
    seen = []
    while address:
        seen.append(address)
        answer = client.get(address)
        found += list(csv.reader(io.StringIO(answer.text, newline="")))[1:]
        relations = links(answer.headers["link"])
        assert client.get(relations["first"]).content == client.get(first).content
        if len(seen) > 1:
            assert client.get(relations["prev"]).content == client.get(seen[-2]).content
        else:
            assert "prev" not in relations
        address = relations.get("next", "")
        if not address:
            assert client.get(relations["last"]).content == answer.content
    expected = whole(store, name)
    assert found == expected
    assert len(seen) == max(1, -(-len(expected) // size))


def test_the_total_counts_what_the_conditions_leave(client: TestClient) -> None:
    everything = client.get("/api/queries/cluster-degree?size=all").json()["rows"]
    least = sorted(row["networks"] for row in everything)[len(everything) // 2]
    wanted = [row for row in everything if row["networks"] >= least]
    query = f"filter=networks:ge:{least}&sort=networks&columns=networks,cluster&size=2"
    answer = client.get("/api/queries/cluster-degree?" + query).json()
    assert answer["total"] == len(wanted)
    assert answer["pages"] == -(-len(wanted) // 2)
    assert [list(row) for row in answer["rows"]] == [["networks", "cluster"]] * 2
    assert answer["rows"][0]["networks"] == least
    nothing = client.get("/api/queries/cluster-degree?filter=networks:gt:100000").json()
    assert (nothing["total"], nothing["pages"], nothing["rows"]) == (0, 1, [])


def test_values_may_be_written_in_three_ways(client: TestClient) -> None:
    iri = "https://w3id.org/ctl-kg/data/cluster/tav"
    answers = [
        client.get(CLUSTER, params={"cluster": value}).json()
        for value in ("tav", "cluster:tav", iri)
    ]
    assert answers[0]["parameters"]["cluster"] == [iri]
    assert answers[0]["rows"] == answers[1]["rows"] == answers[2]["rows"]
    assert (
        answers[0]["labels"][answers[0]["rows"][0]["network"]]
        == (answers[0]["rows"][0]["networkLabel"])
    )


def test_the_language_of_labels_follows_the_request(client: TestClient) -> None:
    italian = client.get("/api/queries/anomalies-by-kind").json()
    english = client.get("/api/queries/anomalies-by-kind", headers={"accept-language": "en"}).json()
    assert italian["parameters"]["lang"] == ["it"]
    assert english["parameters"]["lang"] == ["en"]
    assert italian["columns"][0]["label"] != english["columns"][0]["label"]
    assert client.get("/api/queries/anomalies-by-kind?lang=en").json() | {"links": 0} == english | {
        "links": 0
    }


def test_versions(client: TestClient) -> None:
    latest = client.get("/api/queries/seats").json()
    one = client.get("/api/queries/seats@1")
    assert one.json()["rows"] == latest["rows"]
    assert links(one.headers["link"])["latest-version"] == "/api/queries/seats"
    assert client.get("/api/queries/seats@1.csv").text == client.get("/api/queries/seats.csv").text
    for version in ("2", "0", "", "x", "1@1"):
        answer = client.get(f"/api/queries/seats@{version}")
        assert answer.status_code == 404
        assert answer.json()["suggestions"] == ["https://w3id.org/ctl-kg/api/queries/seats@1"]


def test_a_browser_gets_the_page(client: TestClient) -> None:
    answer = client.get(CLUSTER + "?cluster=tav&page=1", headers={"accept": BROWSER})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/queries/networks-by-cluster?cluster=tav"
    assert client.get(answer.headers["location"]).status_code == 200


def test_a_query_that_gives_a_graph_is_answered_at_its_page() -> None:
    with TestClient(create_app(MINI, Settings()), follow_redirects=False) as client:
        answer = client.get("/api/queries/large-clusters?least=5")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/queries/large-clusters?least=5"


def test_the_page_of_the_api_has_no_inline_code(client: TestClient) -> None:
    page = client.get("/api", headers={"accept": BROWSER})
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|javascript:", page.text)
    loaded = re.findall(r"<(?:script|img|link rel=\"(?:stylesheet|icon)\")[^>]*>", page.text)
    assert loaded
    assert not [tag for tag in loaded if re.search(r"https?://", tag)]
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert client.get(address).status_code == 200
    assert client.get("/static/swagger-ui/../../secret").status_code == 404
    assert client.get("/static/swagger-ui/index.html").status_code == 404
    data = client.get("/api", headers={"accept": "application/json"})
    assert data.headers["location"] == "/api/openapi.json"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("cluster=cluster:afill", "cluster"),
        ("cluster=", "cluster"),
        ("cluster=afil&cluster=tav", "cluster"),
        ("cluster=%22%20.%20%7D%20%23", "cluster"),
        ("cluster=%3E%20.%20%7D", "cluster"),
        ("cluster=cluster:afil%0A%7D", "cluster"),
        ("cluster==1%2B1", "cluster"),
        ("cluster=" + "x" * 3000, "cluster"),
        ("clster=afil", "clster"),
        ("lang=de", "lang"),
        ("lang=it&lang=en", "lang"),
        ("page=0", "page"),
        ("page=99", "page"),
        ("page=two", "page"),
        ("size=1001", "size"),
        ("columns=network,nope", "columns"),
        ("sort=-nope", "sort"),
        ("filter=network:like:x", "filter"),
        ("format=pdf", "format"),
        ("format=csv&format=json", "format"),
        ("%3Cscript%3E=1", "<script>"),
    ],
)
def test_bad_input_names_the_parameter(client: TestClient, query: str, parameter: str) -> None:
    answer = client.get(f"{CLUSTER}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert len(problem.get("value", "")) <= 80
    assert len(problem["detail"]) < 400
    assert problem["allowed"]
    if parameter not in ("<script>",):
        assert problem["example"]
    # The example is right.
    pairs = parse_qsl(problem.get("example", ""))
    if pairs and "…" not in pairs[0][1]:
        assert client.get(CLUSTER, params=pairs).status_code == 200


def test_ten_megabytes_of_parameters_are_refused(client: TestClient) -> None:
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http", "method": "GET", "path": CLUSTER, "raw_path": CLUSTER.encode(),
        "query_string": b"cluster=" + b"x" * 10_000_000, "headers": [], "client": ("192.0.2.1", 1),
    }  # fmt: skip
    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    assert statuses == [414]


def test_a_page_with_an_error_escapes_the_value(client: TestClient) -> None:
    answer = client.get(CLUSTER + "@%3Cscript%3E", headers={"accept": BROWSER})
    assert answer.status_code == 404
    assert "<script>" not in answer.text


# Their evidence is cut, and says so.
CUT = {"passages-by-section": {"cut", "limit"}, "certainty-summary": {"cut"}}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_the_evidence_alone_gives_the_answer_again(
    client: TestClient, store: LocalStore, name: str
) -> None:
    """A store of nothing but the statements given as evidence answers the query alike."""
    answer = client.get(f"/api/queries/{name}?evidence=1&size=1000&lang=it").json()
    evidence = answer["evidence"]
    codes = {gap["code"] for gap in evidence["gaps"]}
    assert codes - {"absence", "derived"} == CUT.get(name, set())
    assert evidence["complete"] is (not codes)
    assert len(evidence["rows"]) == len(answer["rows"])
    small = LocalStore()
    quads = []
    for row in evidence["rows"]:
        assert row["statements"]
        for each in row["statements"]:
            assert each["graphs"]
            for graph in each["graphs"]:
                assert graph in evidence["sources"]
                quads.append(
                    ox.Quad(ox.NamedNode(each["subject"]), ox.NamedNode(each["predicate"]),
                            _term(each["object"]), ox.NamedNode(graph))
                )  # fmt: skip
    assert all(store.quads(q.subject, q.predicate, q.object) for q in quads)
    for source in evidence["sources"].values():
        if source["passage"]:
            assert 1 <= source["startLine"] <= source["endLine"]
            assert source["sectionLabel"]
    if name in CUT:
        return
    small.add(quads)
    again = small.query(with_total_order(QUERIES[name]).text)
    assert isinstance(again, Solutions)
    assert [[text_of(term) for term in row] for row in again.rows] == whole(store, name)


def _term(found: dict[str, str]) -> ox.NamedNode | ox.Literal:
    if found["type"] == "iri":
        return ox.NamedNode(found["value"])
    if "language" in found:
        return ox.Literal(found["value"], language=found["language"])
    return ox.Literal(found["value"], datatype=ox.NamedNode(found["datatype"]))


def test_evidence_in_a_table_is_two_more_columns(client: TestClient) -> None:
    answer = client.get("/api/queries/cluster-ecosystem-matrix.csv?evidence=1&size=all")
    header, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    assert header[-2:] == ["_certainty", "_passages"]
    assert {row[-2].rpartition("/")[2] for row in rows} == {"inferred", "stated", ""}
    assert all(row[-1].startswith("https://w3id.org/ctl-kg/data/passage/p-") for row in rows)


def test_the_answer_is_kept_and_the_same_bytes_each_time(client: TestClient) -> None:
    for suffix in ("json", "csv", "tsv", "xlsx", "jsonld"):
        one, two = (client.get(f"/api/queries/seats.{suffix}?size={n}") for n in (50, 51))
        again = client.get(f"/api/queries/seats.{suffix}?size=50")
        assert one.headers["etag"] == again.headers["etag"]
        assert one.headers["cache-control"].startswith("public")
        if suffix != "json":
            assert one.content == two.content
    assert json.loads(client.get("/api/queries/seats").content)["total"] == 10


def test_values_given_before_are_the_same_in_other_combinations(client: TestClient) -> None:
    path = "/api/queries/project-figures?size=all"
    everything = client.get(path).json()["rows"]
    some = sorted({row["project"] for row in everything})[:4]

    def rows(*projects: str) -> list[dict[str, Any]]:
        answer = client.get(path, params={"size": "all", "project": projects})
        assert answer.json()["parameters"]["project"] == list(projects)
        return answer.json()["rows"]  # type: ignore[no-any-return]

    for chosen in (some[:1], some[1:2], some[:2], some[1::-1], some, some[:1]):
        assert rows(*chosen) == [row for row in everything if row["project"] in chosen]
    refused = client.get(path, params={"project": [*some, "project:none"]})
    assert refused.status_code == 400
    assert refused.json()["value"] == "project:none"


def test_the_links_keep_what_was_asked_but_for_the_page(client: TestClient) -> None:
    for search in ("", "p%61ge=2&", "filter=asRead:ne:%22a%3C\u00e8&", "page=2&", "sort=-target&"):
        answer = client.get(f"/api/queries/anomalies?{search}size=40&lang=en")
        found = answer.json()["links"]["first"].partition("?")[2]
        assert found.isascii()
        asked = [pair for pair in parse_qsl(search + "size=40&lang=en") if pair[0] != "page"]
        assert parse_qsl(found) == [*asked, ("page", "1")], search
