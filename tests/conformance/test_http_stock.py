"""The stock queries as pages: list, forms, answers, what one takes along, embedded answers."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from html_reader import Page
from server import BROWSER, MINI, Server, environment, serve_at_home
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.web import stock_page
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
ROOT = Path(__file__).resolve().parents[2]
QUERY = "/queries/clusters-by-network"
LEAST = "/queries/large-clusters"
HTML = {"accept": BROWSER}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(MINI, Settings())) as made:
        yield made


@pytest.fixture(scope="module")
def whole(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def options(text: str) -> list[tuple[str, bool]]:
    found = re.findall(r'<option value="([^"]*)"( selected)?>', text)
    return [(unescape(value), bool(selected)) for value, selected in found]


# ---------------------------------------------------------------- the list


def test_the_list_counts_and_leads_to_every_query(whole: TestClient) -> None:
    queries = load_queries(ROOT / "queries")
    page = whole.get("/queries?lang=it", headers=HTML).text
    for query in queries.values():
        assert f'href="/queries/{query.name}?lang=it"' in page
    counts = [int(each) for each in re.findall(r"<h2 [^>]*>[^<]*<small>(\d+)</small>", page)]
    assert sum(counts) == len(queries)


@pytest.mark.parametrize(
    ("language", "words", "name"),
    [
        ("it", "catena corta", "cluster-chain"),
        ("it", "QUALITA cifre", "conflicting-figures"),
        ("en", "shortest chain", "cluster-chain"),
        ("en", "CQ-31", "project-timeline"),
    ],
)
def test_the_filter_works_without_scripts(
    whole: TestClient, language: str, words: str, name: str
) -> None:
    page = whole.get("/queries", params={"lang": language, "q": words}, headers=HTML).text
    cards = re.findall(r'<h3><a href="/queries/([^"?]+)', page)
    assert name in cards
    assert len(cards) < 10
    assert f'value="{words}"' in page


def test_a_filter_that_finds_nothing_says_so(whole: TestClient) -> None:
    page = whole.get("/queries?lang=en&q=zzz+%3Cb%3E", headers=HTML).text
    assert re.search(r'id="filter-none">No question has these words', page)
    assert "<b>" not in page
    assert re.findall(r'<h3><a href="/queries/', page) == []


# ---------------------------------------------------------------- the form


@pytest.mark.parametrize(
    ("language", "message"),
    [("it", "serve una voce dell&#39;elenco"), ("en", "it must be an entry of the list")],
)
def test_a_bad_value_keeps_the_form_and_names_the_field(
    client: TestClient, language: str, message: str
) -> None:
    answer = client.get(QUERY, params={"network": "eusalpp", "lang": language}, headers=HTML)
    assert answer.status_code == 400
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] == language
    text = re.sub(r"\s+", " ", answer.text)
    field = text[text.index('<select id="field-network"') :]
    assert 'aria-invalid="true"' in field[: field.index("</select>")]
    assert ("eusalpp", True) in options(field)
    assert "eusalpp" in field[field.index('id="help-network"') :]
    assert message in text
    assert "EUSALP" in field[field.index('id="help-network"') :]  # the nearest by name
    assert re.search(r'role="alert"><p><strong>[^<]*(Rete|Network)', text)


@pytest.mark.parametrize(
    ("query", "italian", "english"),
    [
        ("least=many", "serve un numero intero da 0 fino a 1000", "a whole number from 0 up to"),
        ("least=5000", "«5000» non va bene", "“5000” is not right"),
        ("most=5", "non ha un parametro «most»", "has no parameter “most”"),
    ],
)
def test_every_mistake_is_told_in_the_reader_s_language(
    client: TestClient, query: str, italian: str, english: str
) -> None:
    for language, words in (("it", italian), ("en", english)):
        answer = client.get(f"{LEAST}?{query}&lang={language}", headers=HTML)
        assert answer.status_code == 400
        assert words in answer.text
    kept = client.get(f"{LEAST}?least=many&lang=it", headers=HTML).text
    assert re.search(r'id="field-least"[^>]*type="text"[^>]*value="many"', kept)


def test_the_value_that_is_wrong_is_named(client: TestClient) -> None:
    page = client.get(QUERY + "?network=eusalp&network=vangard&lang=it", headers=HTML).text
    assert "«vangard» non va bene" in page
    assert [value for value, selected in options(page) if selected] == ["vangard", "network:eusalp"]


def test_hostile_values_stay_text(client: TestClient) -> None:
    for path in (QUERY, QUERY + "/embed"):
        answer = client.get(path, params={"network": '"><script>x</script>'}, headers=HTML)
        assert answer.status_code == 400
        assert Page(answer.text).live == []
        assert "<script>x" not in answer.text


def test_several_values_are_kept_everywhere(client: TestClient) -> None:
    both = [("network", "network:eusalp"), ("network", "network:vanguard")]
    page = client.get(QUERY, params=[*both, ("lang", "it")], headers=HTML).text
    chosen = [value for value, selected in options(page) if selected]
    assert set(chosen) == {value for _, value in both}
    assert (
        '<select id="field-network" name="network" aria-describedby="help-network" multiple' in page
    )
    links = [each for each in Page(page).links if f"{QUERY}.csv" in each]
    assert parse_qs(urlsplit(links[0]).query)["network"] == [value for _, value in both]


# ---------------------------------------------------------------- the answer


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_table_shows_what_the_download_holds(whole: TestClient, language: str) -> None:
    for name in ("cluster-degree", "seats", "member-composition"):
        page = whole.get(f"/queries/{name}", params={"lang": language}, headers=HTML)
        href = next(each for each in Page(page.text).links if f"/{name}.csv" in each)
        rows = list(csv.DictReader(io.StringIO(whole.get(href).text)))
        shown = re.findall(r"<tr>(.*?)</tr>", page.text[page.text.index("<tbody") :], re.S)
        assert len(shown) == len(rows)
        for row, html in zip(rows, shown, strict=True):
            text = unescape(re.sub(r"<[^>]+>", "\n", html))
            for column, cell in row.items():
                if column + "Label" not in row:
                    assert cell in text, (name, column, cell)


def test_a_long_answer_is_cut_with_a_note(
    whole: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_page, "SHOWN_ROWS", 3)
    page = whole.get("/queries/events?lang=en&cut", headers=HTML)
    assert page.status_code == 400  # no such parameter: the answer is not kept
    page = whole.get("/queries/network-degree.html?lang=en", headers=HTML).text
    assert page[page.index("<tbody") :].count("<tr>") == 3
    assert re.search(r"The first 3 rows: the downloads have all \d+", page)


def test_the_editor_opens_what_was_asked(client: TestClient) -> None:
    page = client.get(QUERY, params={"network": "eusalp", "lang": "en"}, headers=HTML).text
    href = next(each for each in Page(page).links if each.startswith("/sparql?query="))
    answer = client.get(href, headers={"accept": "text/csv"})
    assert answer.text == client.get(QUERY + ".csv?network=eusalp&lang=en").text


# ---------------------------------------------------------------- taken along


class Copies:
    """The texts to copy of a page, by the name of their kind."""

    def __init__(self, page: str) -> None:
        blocks = re.findall(r"<summary>([^<]*)</summary>.*?<code>(.*?)</code>", page, re.S)
        self.texts = {name: unescape(re.sub(r"<[^>]+>", "", text)) for name, text in blocks}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that stands at the address that its data name."""
    with serve_at_home(tmp_path_factory.mktemp("home") / "release") as running:
        yield running


@pytest.fixture(scope="module")
def copies(home: Server) -> dict[str, str]:
    page = home.client.get(QUERY, params={"network": "network:eusalp", "lang": "en"}, headers=HTML)
    return Copies(page.text).texts


def test_the_link_leads_back(home: Server, copies: dict[str, str]) -> None:
    assert copies["Link"].startswith(home.origin)
    answer = home.client.get(copies["Link"].strip(), headers=HTML)
    assert '<option value="network:eusalp" selected>' in answer.text


def test_curl_fetches_the_answer(home: Server, copies: dict[str, str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    done = subprocess.run(
        ["bash", "-c", copies["cURL"]], capture_output=True, text=True, timeout=60, check=True
    )
    expected = home.client.get(QUERY + ".csv?network=network:eusalp&lang=en").text
    assert done.stdout.splitlines() == expected.splitlines()
    assert len(expected.splitlines()) > 1


def test_python_fetches_the_answer(copies: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", copies["Python"]], env=environment(), capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "Aerospace" in done.stdout


def test_python_fetches_a_graph(home: Server) -> None:
    page = home.client.get(LEAST, params={"least": "100", "lang": "en"}, headers=HTML)
    program = Copies(page.text).texts["Python"]
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert int(done.stdout) == 1


def test_r_parses(copies: dict[str, str]) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("there is no R here; tests/unit/test_query_snippets.py reads its strings")
    subprocess.run([program, "-e", f"parse(text = {copies['R']!r})"], check=True, timeout=60)


def test_excel_and_sparql_ask_for_the_same(home: Server, copies: dict[str, str]) -> None:
    address = re.search(r'Web\.Contents\("([^"]+)"\)', copies["Excel (Power Query)"])
    assert address
    rows = list(csv.DictReader(io.StringIO(home.client.get(address[1]).text)))
    answer = home.client.get(
        "/sparql", params={"query": copies["SPARQL"]}, headers={"accept": "text/csv"}
    )
    assert rows == list(csv.DictReader(io.StringIO(answer.text)))


def test_the_frame_holds_the_answer(home: Server, copies: dict[str, str]) -> None:
    address = Page(copies["HTML for another site"]).attribute("iframe", "src")
    assert address.startswith(home.origin + QUERY + "/embed?")
    assert "Aerospace" in home.client.get(address).text


# ---------------------------------------------------------------- embedded


def test_only_embedded_answers_may_be_framed(client: TestClient) -> None:
    embedded = client.get(QUERY + "/embed?network=eusalp&lang=it", headers=HTML)
    assert embedded.status_code == 200
    assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    assert "x-frame-options" not in embedded.headers
    for path in ("/", QUERY, "/queries", "/sparql", LEAST):
        other = client.get(path, headers=HTML).headers
        assert "frame-ancestors 'none'" in other["content-security-policy"], path
        assert other["x-frame-options"] == "DENY", path
    # What else the policy says is the same.
    strict = client.get(QUERY, headers=HTML).headers["content-security-policy"]
    assert (
        strict.replace("frame-ancestors 'none'", "frame-ancestors *")
        == embedded.headers["content-security-policy"]
    )


@pytest.mark.parametrize(("language", "name"), [("it", "Aerospazio"), ("en", "Aerospace")])
def test_an_embedded_answer_stands_alone(client: TestClient, language: str, name: str) -> None:
    answer = client.get(f"{QUERY}/embed?network=eusalp&lang={language}", headers=HTML)
    page = Page(answer.text)
    assert page.live == []
    assert f'<html lang="{language}">' in answer.text
    assert name in answer.text
    assert "<form" not in answer.text
    assert "<script" not in answer.text
    # A link within the frame would lead to a page that may not be framed.
    assert all(values.get("target") == "_blank" for tag, values in page.tags if tag == "a")
    whole_page = next(each for each in page.links if f"{QUERY}?" in each)
    assert client.get(whole_page, headers=HTML).status_code == 200


def test_an_embedded_mistake_is_told(client: TestClient) -> None:
    answer = client.get(QUERY + "/embed?network=nope&lang=it", headers=HTML)
    assert answer.status_code == 400
    assert "non va bene" in answer.text
    assert client.get("/queries/nothing/embed", headers=HTML).status_code == 404
