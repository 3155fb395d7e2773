"""The SPARQL editor in a browser: examples, completion, views, links, mistakes, keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from server import MINI, Server, serve
from visit import WIDTHS, visiting

DEGREES = """PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/>
SELECT ?cluster (COUNT(?network) AS ?networks)
WHERE { ?cluster ctl:hasNetworkTie ?network }
GROUP BY ?cluster ORDER BY DESC(?networks) ?cluster"""
TIES = DEGREES.partition("\n")[0] + "\nCONSTRUCT WHERE { ?cluster ctl:hasNetworkTie ?network }"
PLACES = """SELECT ?name ?lat ?long WHERE {
  VALUES (?name ?lat ?long) { ("Milano" 45.46 9.19) ("Bergamo" 45.69 9.67) } }"""
COSTLY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_EDITOR = "document.querySelector('.CodeMirror').CodeMirror"


def write(page: Page, text: str, line: int = 0, column: int = 0) -> None:
    page.evaluate(
        f"([text, line, ch]) => {{ {_EDITOR}.setValue(text); {_EDITOR}.focus();"
        f" {_EDITOR}.setCursor(line, ch); }}",
        [text, line, column],
    )


def written(page: Page) -> str:
    text: str = page.evaluate(f"{_EDITOR}.getValue()")
    return text


def run(page: Page, text: str) -> None:
    write(page, text)
    page.keyboard.press("Control+Enter")


def opened(page: Page) -> None:
    expect(page.locator(".yasqe .CodeMirror")).to_be_visible()


def test_an_example_becomes_a_chart_and_a_link(site: Server, browser: Browser) -> None:
    """The journey of who knows SPARQL."""
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/sparql?lang=it")
        opened(page)
        page.locator("#example").select_option("cluster-degree")
        page.locator("#examples button").click()
        expect(page.locator(".CodeMirror")).to_contain_text("Quali cluster sono legati")
        changed = written(page) + "LIMIT 4"
        run(page, changed)
        expect(page.locator(".yasr tbody tr")).to_have_count(4)
        expect(page.locator("#run-status")).to_contain_text("4 righe in")
        page.locator(".select_chart").click()
        expect(page.locator(".figure svg .mark-rect path")).to_have_count(4)
        page.locator("#share").click()
        link = page.locator("#share-address").input_value()
        asked = parse_qs(urlsplit(link).query)
        assert asked["query"] == [changed]
        assert asked["view"] == ["chart"]
        assert visit.complaints == []
    with visiting(browser, site.origin) as visit:
        visit.open(link.removeprefix(site.origin))
        expect(visit.page.locator(".figure svg .mark-rect path")).to_have_count(4)
        assert written(visit.page) == changed
        assert visit.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("query", "view", "drawn"),
    [
        (DEGREES, "table", ".yasr tbody td a"),
        (DEGREES, "chart", ".figure svg .mark-rect path"),
        (TIES, "graph", ".figure svg .mark-symbol path"),
        (PLACES, "map", ".figure svg .mark-symbol path"),
        (TIES, "raw", ".yasr pre code"),
    ],
)
def test_every_view_is_drawn_and_accessible(
    site: Server, browser: Browser, packages: Path, query: str, view: str, drawn: str, width: int
) -> None:
    for language in ("it", "en"):
        with visiting(browser, site.origin, width=width, language=language) as visit:
            visit.open(f"/sparql?lang={language}&view={view}&query={quote(query)}")
            expect(visit.page.locator(drawn).first).to_be_visible()
            pressed = visit.page.locator(".yasr_btn[aria-pressed=true]")
            expect(pressed).to_have_class(f"yasr_btn select_{view} selected")
            assert visit.overflow() <= 0
            assert not (found := visit.violations(packages)), "\n".join(found)
            assert visit.complaints == []


def test_links_stay_here_and_resources_have_names(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        query = "SELECT * WHERE { VALUES (?ours ?theirs) { (cluster:afil schema:Person) } }"
        visit.open("/sparql?lang=it&query=" + quote(
            "PREFIX cluster: <https://w3id.org/ctl-kg/data/cluster/>\n"
            "PREFIX schema: <http://schema.org/>\n" + query))  # fmt: skip
        ours = page.locator(".yasr tbody td a").first
        expect(ours).to_have_text("Associazione Fabbrica Intelligente Lombardia")
        assert ours.get_attribute("href") == "/data/cluster/afil"
        expect(page.locator(".yasr tbody td").first).to_contain_text("cluster:afil")
        theirs = page.locator(".yasr tbody td a").nth(1)
        assert theirs.get_attribute("rel") == "noopener"
        ours.click()
        expect(page.locator("h1")).to_contain_text("Fabbrica Intelligente")


def test_a_table_sorts_filters_and_turns(site: Server, browser: Browser) -> None:
    numbers = " ".join(map(str, range(250)))
    with visiting(browser, site.origin, language="en") as visit:
        page = visit.page
        visit.open(f"/sparql?lang=en&query={quote(f'SELECT ?n {{ VALUES ?n {{ {numbers} }} }}')}")
        rows = page.locator(".yasr tbody tr")
        expect(rows).to_have_count(100)
        page.locator(".yasr th button").click()
        page.locator(".yasr th button").click()
        expect(page.locator(".yasr th")).to_have_attribute("aria-sort", "descending")
        expect(rows.first).to_have_text("249")  # as numbers, not as texts
        page.get_by_role("button", name="Next").click()
        expect(rows.first).to_have_text("149")
        page.locator("#table-filter").fill("24")
        expect(rows).to_have_count(13)  # 24, 124, 224 and 240 to 249
        assert visit.complaints == []


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [("it", "legame", "ha un legame con"), ("en", "ctl:hasNetworkT", "ctl:hasNetworkTie")],
)
def test_completion_knows_the_ontology_by_name(
    site: Server, browser: Browser, packages: Path, language: str, typed: str, shown: str
) -> None:
    with visiting(browser, site.origin, language=language) as visit:
        page = visit.page
        visit.open(f"/sparql?lang={language}")
        opened(page)
        write(page, "SELECT * WHERE {\n  ?cluster \n}", 1, 11)
        page.keyboard.type(typed)
        page.keyboard.press("Control+Space")
        expect(page.locator(".CodeMirror-hint-active")).to_contain_text(shown)
        assert not (found := visit.violations(packages)), "\n".join(found)
        page.keyboard.press("Enter")
        text = written(page)
        assert "?cluster ctl:hasNetworkTie" in text
        assert text.startswith("PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/>")
        assert visit.complaints == []


def test_a_mistake_is_marked_where_it_is(site: Server, browser: Browser) -> None:
    wrong = "SELECT ?s WHERE {\n  ?s foo:bar ?o\n}"
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/sparql?lang=it&query=" + quote(wrong))  # the server has marked it
        expect(page.locator(".error-word")).to_have_text("foo:bar")
        run(page, wrong.replace("foo:bar", "?p"))
        expect(page.locator(".yasr tbody tr").first).to_be_visible()
        expect(page.locator(".error-word")).to_have_count(0)
        expect(page.locator("#problem")).to_have_count(0)
        run(page, wrong)
        expect(page.locator(".error-word")).to_have_text("foo:bar")
        expect(page.locator("#failure")).to_contain_text("Riga 2, colonna 6")
        expect(page.locator(".yasr")).to_be_hidden()


def test_the_keyboard_can_leave_the_editor(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/sparql?lang=it")
        opened(page)
        field = page.locator(".CodeMirror textarea")
        assert field.get_attribute("aria-label") == "Interrogazione SPARQL"
        field.focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null")
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        expect(page.locator("#sparql-form .primary")).to_be_focused()


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    with serve(MINI, query_timeout_s=2) as running:
        yield running


def test_a_query_can_be_cancelled_and_the_limit_is_explained(
    hasty: Server, browser: Browser
) -> None:
    with visiting(browser, hasty.origin) as visit:
        page = visit.page
        visit.open("/sparql?lang=it")
        opened(page)
        run(page, COSTLY)
        page.locator("#cancel").click()
        expect(page.locator("#run-status")).to_have_text("Interrotta.")
        expect(page.locator("#cancel")).to_be_hidden()
        expect(page.locator("#failure")).to_be_hidden()
        run(page, COSTLY)
        expect(page.locator("#failure")).to_contain_text("al massimo 2 secondi", timeout=20_000)


def test_nothing_is_stored_and_nobody_else_is_asked(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/sparql?lang=en")
        opened(page)
        write(page, "PREFIX foaf", 0, 11)
        page.keyboard.press("Control+Space")
        page.keyboard.press("Escape")
        write(page, "SELECT * WHERE { ?s a foaf:Per }", 0, 30)
        page.keyboard.press("Control+Space")
        page.keyboard.press("Control+s")
        run(page, DEGREES)
        expect(page.locator(".yasr tbody tr").first).to_be_visible()
        stored = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert stored == [0, 0, ""]
        assert visit.complaints == []
