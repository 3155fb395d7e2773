"""The page of one resource in a browser: sources beside statements, definitions, copies, citing."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from server import Server
from visit import WIDTHS, visiting

PAGE = "/data/network/vanguard-initiative.html"
IRI = "https://w3id.org/ctl-kg/data/network/vanguard-initiative"


def _inferred(page: Page) -> Locator:
    """Return the mark of the first statement that is inferred from a passage."""
    statement = page.locator("li.statement", has=page.locator(".inferred")).first
    return statement.locator("a.mark-passage")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("language", "section", "certainty", "other"),
    [("it", "Sezione", "Inferito", "alternativo"), ("en", "Section", "Inferred", "alternative")],
)
def test_a_source_opens_by_key_and_says_where_and_how_certain(
    site: Server,
    browser: Browser,
    width: int,
    language: str,
    section: str,
    certainty: str,
    other: str,
) -> None:
    with visiting(browser, site.origin, language=language, width=width) as visit:
        page = visit.page
        visit.open(f"{PAGE}?lang={language}")
        mark = _inferred(page)
        lines = mark.inner_text()
        assert re.fullmatch(r"\d+–\d+", lines)
        mark.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("dialog.source-dialog")
        expect(dialog).to_be_visible()
        said = dialog.inner_text()
        for word in (section, lines, certainty, other):
            assert word in said
        assert dialog.evaluate("(each) => each.contains(document.activeElement)")
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(mark).to_be_focused()
        # The button closes it too, and the passage is one step away.
        page.keyboard.press("Enter")
        dialog.get_by_role("button").press("Enter")
        expect(dialog).to_be_hidden()
        page.keyboard.press("Enter")
        dialog.get_by_role("link").first.press("Enter")
        page.wait_for_url("**/data/passage/**")
        expect(page.locator(".passage")).to_contain_text(lines)
        assert visit.complaints == []


def test_an_open_source_and_an_open_definition_are_accessible(
    site: Server, browser: Browser, packages: object
) -> None:
    with visiting(browser, site.origin, language="it") as visit:
        visit.open(PAGE + "?lang=it")
        visit.page.locator(".definition > summary").first.focus()
        _inferred(visit.page).click()
        expect(visit.page.locator("dialog.source-dialog")).to_be_visible()
        assert visit.violations(packages) == []  # type: ignore[arg-type]


def test_without_scripts_a_mark_leads_to_its_note(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin, scripts=False) as visit:
        page = visit.page
        visit.open(PAGE + "?lang=it")
        mark = _inferred(page)
        lines, target = mark.inner_text(), mark.get_attribute("href")
        mark.click()
        assert page.url.endswith(str(target))
        note = page.locator(str(target))
        expect(note).to_be_in_viewport()
        for word in (lines, "Inferito", "Sezione"):
            expect(note).to_contain_text(word)
        # A definition opens by a click.
        first = page.locator("details.definition").first
        first.locator("summary").click()
        expect(first.locator("p")).to_be_visible()


def test_a_definition_opens_by_focus_and_closes_by_escape(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin, language="en") as visit:
        page = visit.page
        visit.open(PAGE + "?lang=en")
        first = page.locator("details.definition").first
        text = first.locator("p")
        expect(text).to_be_hidden()
        first.locator("xpath=preceding-sibling::a").focus()
        page.keyboard.press("Tab")
        expect(text).to_be_visible()
        assert len(text.inner_text()) > 10
        page.keyboard.press("Escape")
        expect(text).to_be_hidden()
        first.locator("summary").hover()
        expect(text).to_be_visible()
        text.hover()  # the pointer may move onto it (WCAG 1.4.13)
        expect(text).to_be_visible()


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_address_and_a_citation_are_copied(
    site: Server, browser: Browser, language: str
) -> None:
    with visiting(browser, site.origin, language=language) as visit:
        page = visit.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.open(f"{PAGE}?lang={language}")
        page.locator(".iri .copy-button").press("Enter")
        expect(page.locator(".iri [role=status]")).not_to_be_empty()
        assert page.evaluate("navigator.clipboard.readText()") == IRI
        page.locator(".cite > summary").press("Enter")
        formats = page.locator(".citation")
        expect(formats).to_have_count(3)
        copied = []
        for number in range(3):
            formats.nth(number).locator(".copy-button").press("Enter")
            expect(formats.nth(number).locator("[role=status]")).not_to_be_empty()
            copied.append(page.evaluate("navigator.clipboard.readText()"))
        apa, bibtex, csl = copied
        assert IRI in apa
        assert bibtex.startswith("@misc{")
        assert json.loads(csl)[0]["URL"] == IRI
        # What is copied is what the links give.
        for number, text in enumerate(copied):
            href = formats.nth(number).locator("p a").get_attribute("href")
            assert page.request.get(site.origin + str(href)).text().strip() == text
        assert visit.complaints == []
