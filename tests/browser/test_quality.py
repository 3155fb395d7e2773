"""A reviewer's way through the pages about quality, by keyboard and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from server import Server
from visit import visiting


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_counts_to_the_source_of_a_link(
    site: Server, browser: Browser, scripts: bool
) -> None:
    with visiting(browser, site.origin, scripts=scripts) as visit:
        page = visit.page
        visit.open("/quality?lang=it")
        count = page.get_by_role("link", name="Legami da rivedere: Lombardia Aerospace Cluster")
        expected = int(count.inner_text())
        count.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Legami da rivedere")
        assert page.locator(".record").count() == expected
        page.get_by_label("Fondamento").select_option(index=1)
        page.get_by_role("button", name="Mostra").click()
        chosen = page.get_by_label("Fondamento").locator("option:checked").inner_text()
        assert page.locator(".record").count() == int(chosen.rpartition("(")[2].rstrip(")"))
        assert "cluster=" in page.url
        assert "basis=" in page.url
        page.locator(".record .mark-passage").first.click()
        expect(page.locator("main")).to_contain_text("righe")
        page.go_back()
        page.get_by_role("link", name="Togli i filtri").click()
        expect(page.get_by_role("status")).to_contain_text("1–50")
        assert visit.complaints == []


def test_an_error_page_leads_back_to_something_found(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin, language="en") as visit:
        page = visit.page
        response = visit.open("/data/network/vangard-initative.html?lang=en")
        assert response.status == 404
        field = page.locator("main").get_by_role("searchbox")
        assert field.input_value() == "vangard initative"
        field.press("Enter")
        expect(page.locator(".hits")).to_contain_text("Vanguard Initiative")
