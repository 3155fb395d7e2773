"""Every kind of page in a real browser: both languages, wide and narrow, large, without scripts.

Source: WCAG 2.1 A and AA by axe-core; RFC 5646 (lang).
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from page_kinds import FILES, IN_A_FRAME, PAGES, address, drawn
from playwright.sync_api import Browser
from server import MINI, Server
from starlette.routing import Match, Route
from visit import WIDTHS, visiting

from ctl_kg.publish.formats import DESCRIPTION_FORMATS
from ctl_kg.settings import Settings
from ctl_kg.web.app import routes
from ctl_kg.web.metrics import Metrics
from ctl_kg.web.site import open_site

KINDS = sorted(PAGES)
LANGUAGES = ("it", "en")
_SUFFIXES = "|".join(each.suffix for each in DESCRIPTION_FORMATS)
_ENDS = re.compile(rf"(?<=.)(?:/|\.html|\.\{{suffix\}}|\.(?:{_SUFFIXES}))$")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_sound_and_accessible(
    site: Server, browser: Browser, packages: Path, kind: str, language: str, width: int
) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin, width=width, language=language) as visit:
        response = visit.open(address(path, language), drawn(path))
        assert response.status == status
        assert visit.page.locator("html").get_attribute("lang") == language
        assert visit.page.locator("h1").count() == 1
        assert visit.overflow() <= 0, "the page scrolls sideways"
        assert visit.moving() == []
        found = visit.violations(packages)
        assert not found, "\n".join(found)
        expected = [each for each in visit.complaints if not _of_the_document(each, status)]
        assert expected == []


def _of_the_document(complaint: str, status: int) -> bool:
    """Tell whether the browser only repeats that the page itself has the status of an error."""
    return status >= 400 and "Failed to load resource" in complaint


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_can_be_read_at_double_size(
    site: Server, browser: Browser, kind: str, scripts: bool
) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin, scripts=scripts, zoom=2) as visit:
        assert visit.open(address(path, "it"), drawn(path)).status == status
        assert visit.page.evaluate("innerWidth") == 720
        assert visit.overflow() <= 0, "the page scrolls sideways"
        assert len(visit.page.locator("main").inner_text().strip()) > 20
        if not scripts:
            visit.page.set_viewport_size({"width": 390, "height": 800})
            assert visit.overflow() <= 0, "the page scrolls sideways"
            if kind not in IN_A_FRAME:
                assert visit.page.locator("nav .nav-link").first.is_visible(), "no menu"


@pytest.mark.parametrize("kind", sorted(PAGES.keys() - IN_A_FRAME))
def test_the_other_language_is_the_same_page(site: Server, browser: Browser, kind: str) -> None:
    path, status = PAGES[kind]
    with visiting(browser, site.origin, scripts=False) as visit:
        visit.open(address(path, "it"))
        with visit.page.expect_navigation() as navigation:
            visit.page.locator(".languages a").first.click()
        assert navigation.value.status == status
        assert visit.page.locator("html").get_attribute("lang") == "en"
        there, query = visit.page.url.removeprefix(site.origin).partition("?")[::2]
        assert there == path.partition("?")[0]
        asked = parse_qsl(path.partition("?")[2], keep_blank_values=True)
        assert sorted(parse_qsl(query, keep_blank_values=True)) == sorted([*asked, ("lang", "en")])


def _route(table: list[Route], path: str) -> str:
    scope = {"type": "http", "method": "GET", "path": path.partition("?")[0]}
    return next(each.path for each in table if each.matches(scope)[0] is Match.FULL)


def _plain(path: str) -> str:
    """Return a path without a slash or a suffix at its end."""
    return _ENDS.sub("", path)


def test_no_page_is_forgotten(site: Server) -> None:
    """Every route of the application is one of the pages that are tested, or a file."""
    small = open_site(MINI, Settings())
    table = routes(small, Metrics(None))
    small.pool.nursery.close()
    tested = {_plain(_route(table, path)) for path, _ in PAGES.values()}
    every = {route.path for route in table}
    # The description of the dataset is the same page at two addresses.
    same = FILES | {path for path in every if _plain(path) in tested | {"/void"}}
    assert every - same == set()
    assert every >= FILES, "these are no longer routes"
    for path in FILES:
        if "{" not in path:
            answer = site.client.get(path, headers={"accept": "text/html"})
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            assert not is_page or answer.status_code >= 400, path
