"""Every kind of page in a real browser: both languages, wide and narrow, with and without scripts.

Source: WCAG 2.1 A and AA by axe-core; RFC 5646 (lang); Open Graph; schema.org.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from page_kinds import PAGES, address
from playwright.sync_api import Browser
from server import Server
from visit import WIDTHS, visiting

KINDS = sorted(PAGES)
LANGUAGES = ("it", "en")
# Swagger UI draws this page, with colours of its own; its plain list is what others read.
NOT_OURS = {"api"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_sound_and_accessible(
    site: Server, browser: Browser, packages: Path, kind: str, language: str, width: int
) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin, width=width, language=language) as visit:
        response = visit.open(address(path, language))
        assert response.status == status
        assert visit.page.locator("html").get_attribute("lang") == language
        assert visit.page.locator("h1").count() == 1
        assert visit.overflow() <= 0, "the page scrolls sideways"
        found = [] if kind in NOT_OURS else visit.violations(packages)
        assert not found, "\n".join(found)
        expected = [each for each in visit.complaints if not _of_the_document(each, status)]
        assert expected == []


def _of_the_document(complaint: str, status: int) -> bool:
    """Tell whether the browser only repeats that the page itself has the status of an error."""
    return status >= 400 and "Failed to load resource" in complaint


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_can_be_read_without_scripts_and_at_double_size(
    site: Server, browser: Browser, kind: str
) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin, scripts=False, zoom=2) as visit:
        assert visit.open(address(path, "it")).status == status
        assert len(visit.page.locator("main").inner_text().strip()) > 40
        script = "() => document.documentElement.scrollWidth - innerWidth"
        assert visit.page.evaluate(script) <= 0
    with visiting(browser, site.origin, scripts=False, width=390) as visit:
        visit.open(address(path, "it"))
        assert visit.page.locator("nav .nav-link").first.is_visible(), "no menu without scripts"


@pytest.mark.parametrize("kind", KINDS)
def test_the_head_says_what_the_page_is(site: Server, browser: Browser, kind: str) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin, language="it") as visit:
        visit.open(path)
        head = visit.page.evaluate(_HEAD)
        assert head["title"]
        assert 20 <= len(head["description"]) <= 330
        assert head["og"].get("og:title")
        assert head["og"].get("og:type")
        assert head["og"].get("og:locale") == "it_IT"
        if status == 200:
            assert head["canonical"]
            assert {"it", "en", "x-default"} <= head["hreflang"].keys()
        for text in head["data"]:
            document: dict[str, Any] = json.loads(text)
            assert document["@context"]


_HEAD = """() => ({
  title: document.title,
  description: document.querySelector("meta[name=description]")?.content ?? "",
  canonical: document.querySelector("link[rel=canonical]")?.href ?? "",
  hreflang: Object.fromEntries([...document.querySelectorAll("link[hreflang]")]
    .map((link) => [link.hreflang, link.href])),
  og: Object.fromEntries([...document.querySelectorAll("meta[property^='og:']")]
    .map((meta) => [meta.getAttribute("property"), meta.content])),
  data: [...document.querySelectorAll("script[type='application/ld+json']")]
    .map((script) => script.textContent),
})"""


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_language_is_the_same_page(site: Server, browser: Browser, kind: str) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin) as visit:
        visit.open(address(path, "it"))
        visit.page.locator(".languages a").first.click()
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.locator("html").get_attribute("lang") == "en"
        there, query = visit.page.url.removeprefix(site.origin).partition("?")[::2]
        assert there == path.partition("?")[0]
        asked = parse_qsl(path.partition("?")[2], keep_blank_values=True)
        assert sorted(parse_qsl(query, keep_blank_values=True)) == sorted([*asked, ("lang", "en")])
        assert status == site.client.get(there + "?" + query, headers=_HTML).status_code


_HTML = {"accept": "text/html"}
