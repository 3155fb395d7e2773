"""The page of the SPARQL editor, without scripts, and what it is given for its scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from html_reader import Page
from server import BROWSER
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
ROOT = Path(__file__).resolve().parents[2]
HTML = {"accept": BROWSER}


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings(query_timeout_s=5))) as made:
        yield made


def query_in(page: str) -> str:
    return unescape(page[page.index("<textarea") :].partition(">")[2].partition("</textarea>")[0])


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_example_runs_in_both_languages(client: TestClient, language: str) -> None:
    groups = client.get(f"/sparql/examples.json?lang={language}").json()
    examples = [each for group in groups for each in group["queries"]]
    queries = load_queries(ROOT / "queries")
    assert {each["name"] for each in examples} == set(queries)
    for each in examples:
        query = queries[each["name"]]
        assert each["title"] == query.title[language]
        assert each["text"].startswith(f"# {query.question[language]}\n")
        answer = client.post("/sparql", data={"query": each["text"]})
        assert answer.status_code == 200, (each["name"], answer.text)


@pytest.mark.parametrize(("language", "name"), [("it", "Sedi dei cluster"), ("en", "Seats of")])
def test_an_example_opens_without_scripts(client: TestClient, language: str, name: str) -> None:
    page = client.get(f"/sparql?example=seats&lang={language}", headers=HTML)
    assert page.status_code == 200
    assert re.search(rf'<option value="seats" selected>{name}', page.text)
    text = query_in(page.text)
    assert f'VALUES ?lang {{ "{language}" }}' in text
    assert "data-asked" not in page.text  # it is offered, not run
    listed = client.get(f"/sparql/examples.json?lang={language}").json()
    assert text.strip() in {each["text"].strip() for group in listed for each in group["queries"]}


def test_an_unknown_example_is_not_found(client: TestClient) -> None:
    assert client.get("/sparql?example=nothing", headers=HTML).status_code == 404


def test_terms_have_names_and_kinds_in_the_language(client: TestClient) -> None:
    found = {}
    for language in ("it", "en"):
        document = client.get(f"/sparql/terms.json?lang={language}").json()
        found[language] = {curie: (name, kind) for curie, name, kind in document["terms"]}
        prefixes = document["prefixes"]
        assert all(curie.partition(":")[0] in prefixes for curie in found[language])
    assert found["it"].keys() == found["en"].keys()
    assert found["it"]["ctl:TechnologyCluster"] == ("cluster tecnologico", "class")
    assert found["en"]["ctl:TechnologyCluster"] == ("technology cluster", "class")
    assert found["en"]["ctl:hasNetworkTie"][1] == "property"
    assert found["en"]["skos:prefLabel"][1] == "property"
    assert found["it"]["cluster:afil"] == (
        "Associazione Fabbrica Intelligente Lombardia",
        "instance",
    )
    assert found["it"]["network-kind:expert-group"] == ("Gruppo di esperti", "concept")


def test_every_property_that_the_data_use_is_offered(client: TestClient) -> None:
    document = client.get("/sparql/terms.json?lang=en").json()
    offered = {curie for curie, _, _ in document["terms"]}
    used = client.get(
        "/sparql",
        params={"query": "SELECT DISTINCT ?p { ?s ?p ?o }"},
        headers={"accept": "application/sparql-results+json"},
    ).json()["results"]["bindings"]
    for row in used:
        iri = row["p"]["value"]
        fits = [p for p, start in document["prefixes"].items() if iri.startswith(start)]
        if fits:
            assert any(f"{p}:{iri[len(document['prefixes'][p]) :]}" in offered for p in fits), iri


def test_the_texts_say_what_the_page_says(client: TestClient) -> None:
    for language in ("it", "en"):
        texts = client.get(f"/sparql/texts.json?lang={language}").json()
        page = client.get(f"/sparql?lang={language}", headers=HTML).text
        assert texts["language"] == language
        assert texts["seconds"] == 5
        assert texts["editor"]["keys"] in unescape(page)
        assert texts["errors"]["query-timeout"]


@pytest.mark.parametrize(("language", "word"), [("it", "Riga 2, colonna 6"), ("en", "Line 2, col")])
def test_a_mistake_has_its_place(client: TestClient, language: str, word: str) -> None:
    query = "SELECT ?s WHERE {\n  ?s foo:bar ?o\n}"
    answer = client.get("/sparql", params={"query": query, "lang": language}, headers=HTML)
    assert answer.status_code == 400
    assert word in answer.text
    assert 'data-line="2" data-column="6"' in answer.text
    assert query_in(answer.text).strip() == query


def test_only_the_editor_loads_the_editor(client: TestClient) -> None:
    page = Page(client.get("/sparql", headers=HTML).text)
    assert any("/static/editor-" in each for each in page.loads)
    assert page.live == []
    for path in ("/queries", "/queries/seats", "/data/cluster/afil.html"):
        others = Page(client.get(path, headers=HTML).text)
        assert not any("/static/editor-" in each for each in others.loads), path


def test_the_editor_needs_no_exception_from_the_policy(client: TestClient) -> None:
    one, two = (client.get(path, headers=HTML) for path in ("/sparql", "/queries"))
    assert one.headers["content-security-policy"] == two.headers["content-security-policy"]
