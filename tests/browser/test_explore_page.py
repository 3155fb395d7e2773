"""The lists with facets in a browser: a choice applies at once; without scripts, by a button."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from server import Server
from visit import visiting


def _parameters(page: Page) -> list[tuple[str, str]]:
    return sorted(parse_qsl(page.url.partition("?")[2]))


def _rows(page: Page) -> Locator:
    return page.locator(".list-table tbody tr")


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_choice_applies_at_once_and_keeps_the_focus(
    site: Server, browser: Browser, language: str
) -> None:
    with visiting(browser, site.origin, language=language) as visit:
        page = visit.page
        visit.open("/explore/clusters")
        before = _rows(page).count()
        page.locator("#network-eccp").focus()
        page.keyboard.press("Space")
        expect(page).to_have_url(f"{site.origin}/explore/clusters?network=eccp")
        assert page.evaluate("document.activeElement.id") == "network-eccp"
        either = _rows(page).count()
        assert 0 < either < before
        page.locator("#network-vanguard-initiative").check()
        expect(page.locator(".list-chosen li")).to_have_count(2)
        more = _rows(page).count()
        page.locator("#all-network").check()
        expect(_rows(page)).not_to_have_count(more)
        assert ("all", "network") in _parameters(page)
        # The address says what is seen: opened anew it shows the same.
        shown = page.locator(".list-results").inner_text()
        page.reload()
        assert page.locator(".list-results").inner_text() == shown
        # Back undoes the last choice.
        page.go_back()
        expect(page.locator("#all-network")).not_to_be_checked()
        expect(_rows(page)).to_have_count(more)
        assert visit.complaints == []


def test_words_narrow_while_one_types(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/explore/projects")
        whole = _rows(page).count()
        page.locator("#list-text").press_sequentially("fanghi", delay=30)
        expect(_rows(page)).not_to_have_count(whole)
        assert page.evaluate("document.activeElement.value") == "fanghi"
        assert _parameters(page) == [("q", "fanghi")]
        page.locator("#list-text").fill("zzzz")
        expect(page.locator(".list-results .empty")).to_be_visible()
        page.locator(".list-results .empty a").last.click()
        expect(_rows(page)).to_have_count(whole)
        assert visit.complaints == []


def test_a_lost_connection_is_told(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/explore/networks")
        address, rows = page.url, _rows(page).count()
        page.route("**/explore/networks?*", lambda route: route.abort())
        page.locator(".list-filters input[name=cluster]").first.check()
        expect(page.get_by_role("status")).to_contain_text("connessione")
        assert page.url == address
        assert _rows(page).count() == rows


@pytest.mark.parametrize("width", [1440, 390])
def test_without_scripts_the_form_has_a_button(site: Server, browser: Browser, width: int) -> None:
    with visiting(browser, site.origin, width=width, scripts=False) as visit:
        page = visit.page
        visit.open("/explore/projects")
        if width < 600:
            expect(page.locator(".list-filters")).to_be_hidden()
            page.locator("#show-filters").focus()
            page.keyboard.press("Space")
        page.locator("#cluster-afil").check()
        page.locator("#list-text").fill("digital")
        page.locator(".list-filters button").click()
        page.wait_for_load_state()
        given = [each for each in _parameters(page) if each[1]]
        assert given == [("cluster", "afil"), ("q", "digital")]
        assert 0 < _rows(page).count() < 17
        page.locator(".list-chosen li a").first.click()
        page.wait_for_load_state()
        assert len(_parameters(page)) == 1


def test_on_a_narrow_screen_rows_are_cards(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin, width=390) as visit:
        visit.open("/explore/clusters")
        row = _rows(visit.page).first
        cells = row.locator("td:not(:empty)")
        tops = [cells.nth(n).bounding_box() for n in range(cells.count())]
        heights = [box["y"] for box in tops if box]
        assert len(set(heights)) == len(heights) > 3, "each cell has a line of its own"
        label = cells.first.evaluate("(td) => getComputedStyle(td, '::before').content")
        assert label.strip('"') == cells.first.get_attribute("data-label")
