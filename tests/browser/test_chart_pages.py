"""Charts and matrices in a real browser: pictures that become live, cells that open."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from page_kinds import address
from playwright.sync_api import Browser
from server import Server
from visit import WIDTHS, visiting

MATRICES = (
    "clusters/networks",
    "clusters/ecosystems",
    "clusters/components",
    "projects/components",
)
LANGUAGES = ("it", "en")
_BOXES = """() => {
  const svg = document.querySelector(".chart-place svg");
  const frame = svg.getBoundingClientRect();
  return {
    frame: [frame.left, frame.top, frame.right, frame.bottom],
    texts: [...svg.querySelectorAll("text")].map((text) => {
      const box = text.getBoundingClientRect();
      return [text.textContent, box.left, box.top, box.right, box.bottom];
    }).filter(([text]) => text.trim()),
  };
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MATRICES)
def test_a_live_chart_is_the_picture_and_its_labels_are_apart(
    site: Server, browser: Browser, packages: Path, name: str, language: str, width: int
) -> None:
    with visiting(browser, site.origin, width=width, language=language) as visit:
        visit.open(address(f"/matrix/{name}", language))
        picture = visit.page.locator(".chart-frame img")
        picture.scroll_into_view_if_needed()
        visit.page.wait_for_function("document.querySelector('.chart-frame img').complete")
        assert picture.evaluate("image => image.naturalWidth") > 0
        before = picture.bounding_box()
        button = visit.page.locator(".chart-live")
        button.focus()
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector(".chart[data-state=live]")
        after = visit.page.locator(".chart-place svg").bounding_box()
        assert before is not None
        assert after is not None
        assert abs(after["width"] - before["width"]) < 2
        assert abs(after["height"] - before["height"]) < 2, "the page jumps"
        _are_apart(visit.page.evaluate(_BOXES))
        assert visit.overflow() <= 0
        assert not (found := visit.violations(packages)), "\n".join(found)
        assert visit.complaints == []
        button.press("Enter")
        assert visit.page.locator(".chart-frame img").is_visible(), "no way back to the picture"


def _are_apart(found: dict[str, Any]) -> None:
    left, top, right, bottom = found["frame"]
    for text, x, y, x2, y2 in found["texts"]:
        assert x >= left - 1, text
        assert x2 <= right + 1, text
        assert y >= top - 3, text
        assert y2 <= bottom + 3, text
    for one, other in itertools.combinations(found["texts"], 2):
        wide = min(one[3], other[3]) - max(one[1], other[1])
        tall = min(one[4], other[4]) - max(one[2], other[2])
        # The box of a text is thicker than its letters.
        thick = min(min(each[3] - each[1], each[4] - each[2]) for each in (one, other))
        assert min(wide, tall) <= 0.4 * thick, (one, other)


def test_pointing_at_a_chart_makes_it_live_and_its_links_stay_here(
    site: Server, browser: Browser
) -> None:
    with visiting(browser, site.origin) as visit:
        visit.open("/matrix/clusters/networks")
        visit.page.locator(".chart-frame").hover()
        visit.page.wait_for_selector(".chart[data-state=live]")
        label = visit.page.locator(".chart-place text", has_text="EUSALP").first
        label.hover()
        note = visit.page.locator(".chart-note")
        note.wait_for(state="visible")
        assert "EUSALP" in note.inner_text()
        label.click()
        visit.page.wait_for_url("**/data/network/eusalp*")
        assert "lang=" not in visit.page.url
        assert visit.complaints == []


def test_a_chart_that_cannot_be_loaded_stays_a_picture(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        visit.page.route("**/charts/*.json*", lambda route: route.abort())
        visit.open("/matrix/clusters/networks?lang=en")
        visit.page.locator(".chart-live").click()
        visit.page.locator(".chart [role=status]").wait_for()
        assert visit.page.locator(".chart-frame img").is_visible()
        assert visit.page.locator(".chart-data summary").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_cell_opens_its_evidence_by_keyboard(
    site: Server, browser: Browser, packages: Path, width: int
) -> None:
    with visiting(browser, site.origin, width=width) as visit:
        visit.open("/matrix/clusters/networks?lang=en")
        before = visit.page.url
        cell = visit.page.locator("table.matrix td.stated a").first
        cell.focus()
        visit.page.keyboard.press("Enter")
        dialog = visit.page.locator("dialog[open]")
        dialog.wait_for()
        assert "SELECT DISTINCT" in (dialog.text_content() or "")
        assert dialog.locator(".mark-passage").count() > 0
        assert "row=" in visit.page.url, "the cell has no address"
        assert not (found := visit.violations(packages)), "\n".join(found)
        visit.page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        assert visit.page.url == before
        focused = visit.page.evaluate("document.activeElement.getAttribute('href')")
        assert focused == cell.get_attribute("href")
        assert visit.complaints == []


def test_without_scripts_a_cell_is_a_part_of_the_page(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin, scripts=False) as visit:
        visit.open("/matrix/clusters/networks?lang=en")
        assert visit.page.locator(".chart-frame img").is_visible()
        assert not visit.page.locator(".chart-live").is_visible()
        visit.page.locator("table.matrix td.gap a").first.click()
        assert visit.page.locator("#cell").is_visible()
        assert visit.page.url.endswith("#cell")
        visit.page.locator("#cell .cell-close a").click()
        assert visit.page.locator("#cell").count() == 0
