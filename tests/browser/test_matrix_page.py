"""The matrices and the paths between two resources in a browser, by keyboard alone; and without
scripts.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from server import Server
from visit import visiting

MATRIX = "/matrix/clusters/networks"
CLOSE = {"it": "Chiudi il dettaglio", "en": "Close the details"}
SHOW = {"it": "Mostra", "en": "Show"}
CERTAIN = {"it": "Dichiarato", "en": "Stated"}


def _given(page: Page) -> dict[str, str]:
    query = parse_qs(urlsplit(page.url).query)
    return {name: values[0] for name, values in query.items()}


def _press(target: Locator, key: str) -> None:
    target.focus()
    target.page.keyboard.press(key)


def _cell(page: Page, kind: str) -> Locator:
    return page.locator(f"table.matrix tbody td.{kind} a").first


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_filter_read_the_evidence_and_see_how_a_gap_is_bridged(
    site: Server, browser: Browser, packages: Path, language: str, width: int
) -> None:
    with visiting(browser, site.origin, language=language, width=width) as visit:
        page = visit.page
        visit.open(MATRIX)
        every = page.locator("table.matrix thead th").count()
        kind = page.locator("#kind")
        _press(kind, "ArrowDown")
        chosen = kind.evaluate("(select) => select.value")
        assert chosen
        with page.expect_navigation():
            _press(page.get_by_role("button", name=SHOW[language], exact=True), "Enter")
        assert _given(page)["kind"] == chosen
        assert page.locator("table.matrix thead th").count() < every

        # A cell opens above the page: its heading is read first, its sources lead on.
        address = page.url
        cell = _cell(page, "stated")
        name = cell.get_attribute("aria-label") or ""
        _press(cell, "Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert page.evaluate("document.activeElement.tagName") == "H2"
        expect(dialog.locator("strong").first).to_have_text(CERTAIN[language])
        source = dialog.locator(".cell-sources a").first
        assert "/data/passage/" in (source.get_attribute("href") or "")
        assert {"row", "column"} <= set(_given(page))
        shared = page.url
        assert visit.violations(packages) == []
        assert visit.overflow() <= 0
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page).to_have_url(address)
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == name

        # An empty cell says how its ends are linked otherwise; the button closes as well.
        gap = _cell(page, "gap")
        _press(gap, "Enter")
        expect(dialog).to_be_visible()
        expect(dialog.locator(".why-hops li").first).to_be_visible()
        assert dialog.locator(".why-hops li").count() > 1
        _press(dialog.get_by_role("button", name=CLOSE[language]), "Enter")
        expect(dialog).to_be_hidden()
        assert page.evaluate("document.activeElement.parentElement.className") == "gap"

        # The address of the cell shows the same to whoever is given it.
        page.goto(shared)
        expect(page.locator("#cell .cell-sources a").first).to_be_visible()
        assert visit.complaints == []


def test_a_row_lists_its_cells_and_each_opens_in_the_same_place(
    site: Server, browser: Browser
) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open(MATRIX)
        total = page.locator("table.matrix tbody td.total a").first
        _press(total, "Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("li")).to_have_count(page.locator("table.matrix .turned").count())
        _press(dialog.locator("ul a").first, "Enter")
        expect(dialog.locator(".cell-sources").first).to_be_visible()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.parentElement.className") == "total"
        assert visit.complaints == []


def test_a_lost_connection_leads_to_the_cell_itself(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open(MATRIX)
        page.route(
            "**/matrix/**",
            lambda route: (
                route.continue_()
                if route.request.resource_type == "document"
                else route.fulfill(status=503, body="")
            ),
        )
        _press(_cell(page, "stated"), "Enter")
        expect(page.locator("main #cell")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_without_scripts_cells_and_gaps_are_pages(
    site: Server, browser: Browser, width: int
) -> None:
    with visiting(browser, site.origin, width=width, scripts=False) as visit:
        page = visit.page
        visit.open(MATRIX)
        page.locator("#certainty").select_option("stated")
        with page.expect_navigation():
            page.get_by_role("button", name=SHOW["it"], exact=True).click()
        assert _given(page)["certainty"] == "stated"
        assert page.locator("table.matrix td.inferred").count() == 0
        _press(_cell(page, "stated"), "Enter")
        expect(page.locator("#cell .cell-sources a").first).to_be_visible()
        assert page.url.endswith("#cell")
        _press(_cell(page, "gap"), "Enter")
        expect(page.locator("#cell .why-hops li").first).to_be_visible()
        _press(page.locator("#cell .cell-close a"), "Enter")
        expect(page.locator("#cell")).to_have_count(0)
        assert _given(page)["certainty"] == "stated"
        assert visit.complaints == []


@pytest.mark.parametrize("language", ["it", "en"])
def test_two_names_are_chosen_as_one_types_and_change_places(
    site: Server, browser: Browser, packages: Path, language: str
) -> None:
    with visiting(browser, site.origin, language=language) as visit:
        page = visit.page
        visit.open("/why")
        first, second = page.locator("#end-from"), page.locator("#end-to")
        first.press_sequentially("vangu", delay=20)
        expect(page.get_by_role("option").first).to_be_visible()
        assert visit.violations(packages) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("option")).to_have_count(0)
        assert first.input_value() == "vangu"
        page.keyboard.press("ArrowDown")
        option = page.get_by_role("option", name="Vanguard Initiative").first
        expect(option).to_be_visible()
        while option.get_attribute("aria-selected") != "true":
            page.keyboard.press("ArrowDown")
        assert first.get_attribute("aria-activedescendant") == option.get_attribute("id")
        page.keyboard.press("Enter")
        assert first.input_value().startswith("Vanguard Initiative")
        second.fill("AFIL")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.wait_for_url("**/why?*")
        assert _given(page)["from"].endswith("data/network/vanguard-initiative")
        expect(page.locator(".why-hops .source-mark").first).to_be_visible()
        shown = [first.input_value(), second.input_value()]
        assert "vanguard" in shown[0].lower()
        _press(page.locator("button.why-swap"), "Enter")
        page.wait_for_function(
            "(name) => document.querySelector('#end-from').value === name", arg=shown[1]
        )
        page.wait_for_load_state()
        assert [first.input_value(), second.input_value()] == shown[::-1]
        expect(page.locator(".why-path").first).to_be_visible()
        assert visit.complaints == []


def test_without_scripts_the_question_is_a_form_and_the_swap_a_link(
    site: Server, browser: Browser
) -> None:
    with visiting(browser, site.origin, scripts=False) as visit:
        page = visit.page
        visit.open("/why")
        page.locator("#end-from").fill("AFIL")
        page.locator("#end-to").fill("TAV")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        paths = page.locator(".why-path").count()
        assert paths > 1
        with page.expect_navigation():
            page.locator("a.why-swap").click()
        assert (_given(page)["from"], _given(page)["to"]) == ("TAV", "AFIL")
        assert page.locator(".why-path").count() == paths
