"""The page of the API in a browser: light at first, Swagger UI when asked, readable by all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from server import Server
from visit import WIDTHS, visiting

CALL = "#operations-queries-query_cluster_degree"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_call_is_made_with_the_keyboard(
    site: Server, browser: Browser, packages: Path, language: str, width: int
) -> None:
    with visiting(browser, site.origin, width=width, language=language) as visit:
        page = visit.page
        visit.open(f"/api?lang={language}")
        assert page.locator("#plain-list a").count() > 20
        page.locator("#try button").focus()
        page.keyboard.press("Enter")
        call = page.locator(CALL)
        expect(call).to_be_visible()
        expect(page.locator("#plain-list")).to_have_count(0)
        call.locator("button").first.focus()
        page.keyboard.press("Enter")
        tried = call.locator(".try-out button")
        expect(tried).to_be_visible()
        tried.focus()
        page.keyboard.press("Enter")
        call.locator("button.execute").focus()
        page.keyboard.press("Enter")
        expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text(
            "200"
        )
        assert visit.overflow() <= 0
        assert not (found := visit.violations(packages)), "\n".join(found)
        assert visit.complaints == []


def test_the_list_stays_if_swagger_ui_does_not_come(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/api?lang=it")
        page.route("**/swagger-ui-bundle.js", lambda route: route.abort())
        page.locator("#try button").click()
        expect(page.locator("#try button")).to_be_enabled()
        assert page.locator("#plain-list a").count() > 20
