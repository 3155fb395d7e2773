"""The page of the downloads: what its script adds, and a portal manager's way to a sound file."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import Browser, expect
from server import Server
from visit import visiting


@pytest.mark.parametrize(("language", "copied"), [("it", "Copiato"), ("en", "Copied")])
def test_a_checksum_is_copied(site: Server, browser: Browser, language: str, copied: str) -> None:
    with visiting(browser, site.origin, language=language) as visit:
        page = visit.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.origin)
        visit.open(f"/downloads?lang={language}")
        row = page.locator("tr", has=page.get_by_role("link", name="ctl-kg.jsonld"))
        button = row.get_by_role("button")
        expect(button).to_have_accessible_name(re.compile("ctl-kg.jsonld"))
        button.focus()
        page.keyboard.press("Enter")
        expect(row.get_by_role("status")).to_contain_text(copied)
        digest = page.evaluate("navigator.clipboard.readText()")
        assert digest == row.locator(".checksum").inner_text()
        with page.expect_download() as download:
            row.get_by_role("link").click()
        content = download.value.path().read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert visit.complaints == []


def test_the_commands_name_the_address_that_the_reader_uses(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        visit.open("/downloads?lang=it")
        commands = visit.page.locator("#verify ~ pre").first.inner_text()
        assert f"curl -LO {site.origin}/download/ctl-kg.jsonld" in commands
        assert "sha256sum --check" in commands


def test_without_scripts_there_are_no_buttons_that_do_nothing(
    site: Server, browser: Browser
) -> None:
    with visiting(browser, site.origin, scripts=False) as visit:
        visit.open("/downloads?lang=it")
        assert visit.page.locator("main button").count() == 0
        assert visit.page.locator(".checksum").count() > 10
