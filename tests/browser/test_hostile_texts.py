"""Hostile texts, in the data and in what is searched for: they are shown, and do nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hostile import ATTACKS, SCRIPTED, attack_of, harm, hostile_release
from page_kinds import PAGES, address, drawn
from playwright.sync_api import Browser, expect
from server import BASE, Server, serve
from visit import WIDTHS, Visit, visiting

PREFIX = f"PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX ctl: <{BASE}onto/CTL/> "
NAMES = PREFIX + "SELECT ?cluster ?name { ?cluster a ctl:TechnologyCluster; skos:prefLabel ?name }"
COUNTED = "{ ?cluster ctl:hasNetworkTie ?network; skos:prefLabel ?name } GROUP BY ?name"
NUMBERS = f"{PREFIX}SELECT ?name (COUNT(?network) AS ?networks) {COUNTED}"
TIES = PREFIX + "CONSTRUCT WHERE { ?cluster ctl:hasNetworkTie ?network }"
LEADING = f'SELECT ?text ?link {{ VALUES (?text ?link) {{ ("<b>bold</b>" <{SCRIPTED}>) }} }}'
MARKUP, TEMPLATE, TURNED, LONG = ATTACKS


@pytest.fixture(scope="module")
def hostile(whole_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the server on a release with hostile texts."""
    folder = tmp_path_factory.mktemp("hostile") / "release"
    with serve(hostile_release(whole_release, folder)) as running:
        yield running


def _is_harmless(visit: Visit, status: int = 200) -> None:
    assert harm(visit.page) == []
    assert visit.overflow() <= 0, "the page scrolls sideways"
    for width in reversed(WIDTHS):
        visit.page.set_viewport_size({"width": width, "height": 900})
        assert visit.overflow() <= 0, f"the page scrolls sideways, {width} px wide"
    said = [each for each in visit.complaints if status < 400 or "Failed to load" not in each]
    assert said == []


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_texts_of_the_data_stay_texts(hostile: Server, browser: Browser, kind: str) -> None:
    path, status = PAGES[kind]
    with visiting(browser, hostile.origin, width=390) as visit:
        assert visit.open(address(path, "it"), drawn(path)).status == status
        _is_harmless(visit, status)


@pytest.mark.parametrize("attack", ATTACKS, ids=["markup", "template", "turned", "long"])
def test_each_hostile_name_is_shown_as_it_is(
    hostile: Server, browser: Browser, attack: str
) -> None:
    """On the page that has it as heading, title and description, and in a note of a source."""
    rows = hostile.select(PREFIX + "SELECT ?of { ?of a ctl:Network } ORDER BY ?of")
    iri = next(row["of"] for row in rows if attack_of(row["of"]) == attack)
    with visiting(browser, hostile.origin, language="en") as visit:
        page = visit.page
        visit.open(f"/{iri.removeprefix(BASE)}.html?lang=en")
        assert attack in (page.locator("h1").text_content() or "")
        assert attack in page.title()
        page.locator("a.source-mark").first.click()
        expect(page.locator("dialog.source-dialog")).to_be_visible()
        _is_harmless(visit)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path",
    ["/", "/map?kind=all", "/timeline", "/why?from=cluster:afil&to=network:eusalp",
     "/matrix/clusters/networks", "/matrix/clusters/ecosystems",
     "/queries/cluster-degree", "/data/cluster/afil.html"],
)  # fmt: skip
def test_live_charts_show_texts(hostile: Server, browser: Browser, path: str, width: int) -> None:
    with visiting(browser, hostile.origin, width=width) as visit:
        page = visit.page
        visit.open(address(path, "it"))
        page.locator(".chart-live").first.press("Enter")
        page.locator(".chart[data-state=live]").first.wait_for()
        marks = page.locator(".chart-place svg [aria-roledescription], .chart-place svg text")
        marks.first.hover(force=True)
        _is_harmless(visit)


def test_a_cell_of_a_matrix_and_its_evidence(hostile: Server, browser: Browser) -> None:
    with visiting(browser, hostile.origin) as visit:
        visit.open("/matrix/clusters/networks?lang=it")
        for kind in ("stated", "gap", "total"):
            visit.page.locator(f"table.matrix tbody td.{kind} a").first.press("Enter")
            expect(visit.page.locator("dialog[open] h2")).to_be_visible()
            assert harm(visit.page) == []
            visit.page.keyboard.press("Escape")
        _is_harmless(visit)


def test_names_that_are_offered_while_one_types(hostile: Server, browser: Browser) -> None:
    with visiting(browser, hostile.origin) as visit:
        page = visit.page
        visit.open("/why?lang=it")
        for end, typed in (("from", "cluster"), ("to", "precipit")):
            page.locator(f"#end-{end}").press_sequentially(typed)
            options = page.locator(f"#end-{end} ~ [role=listbox] [role=option]")
            expect(options.first).to_be_visible()
            _is_harmless(visit)
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            assert any(each in page.locator(f"#end-{end}").input_value() for each in ATTACKS)
        with page.expect_navigation():
            page.locator(".why-form button.primary").click()
        _is_harmless(visit)


def test_lists_that_follow_what_one_types(hostile: Server, browser: Browser) -> None:
    with visiting(browser, hostile.origin) as visit:
        page = visit.page
        visit.open("/explore/clusters?lang=it")
        for typed in ("script", "Precipitevolissim", MARKUP):
            with page.expect_response("**/explore/clusters*"):
                page.locator("#list-text").fill(typed)
            page.wait_for_url(lambda url, typed=typed: quote(typed[:5], safe="") in url)
            expect(page.locator(".list-table tbody th a").first).to_contain_text(typed)
            _is_harmless(visit)


@pytest.mark.parametrize(
    ("query", "view", "ready"),
    [
        (NAMES, "table", ".yasr tbody td"),
        (LEADING, "table", ".yasr tbody td"),
        (NUMBERS, "chart", ".figure svg .mark-rect path"),
        (TIES, "graph", ".figure svg .mark-symbol path"),
        (NAMES, "raw", ".yasr pre code"),
        (f"SELECT {MARKUP}", "table", "#problem"),
    ],
    ids=["table", "links", "chart", "graph", "raw", "mistake"],
)
def test_answers_in_the_editor(
    hostile: Server, browser: Browser, query: str, view: str, ready: str
) -> None:
    with visiting(browser, hostile.origin) as visit:
        response = visit.open(f"/sparql?lang=it&view={view}&query={quote(query)}")
        expect(visit.page.locator(ready).first).to_be_visible()
        _is_harmless(visit, response.status)


@pytest.mark.parametrize("attack", ATTACKS, ids=["markup", "template", "turned", "long"])
@pytest.mark.parametrize(
    "path",
    ["/search?q=", "/explore/projects?q=", "/queries?q=", "/why?to=cluster:afil&from=",
     "/queries/clusters-by-network?network=", "/timeline?cluster=", "/quality/anomalies?kind=",
     "/data/cluster/"],
)  # fmt: skip
def test_what_is_asked_for(site: Server, browser: Browser, path: str, attack: str) -> None:
    with visiting(browser, site.origin) as visit:
        response = visit.open(path + quote(attack, safe=""))
        assert response.status in (200, 400, 404)
        assert "text/html" in response.headers["content-type"]
        _is_harmless(visit, response.status)
