"""What people come for, with the keyboard alone, in both languages, with scripts and without.

Three readers: a policy analyst, one who knows SPARQL, and who runs an open data portal.
"""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from keyboard import follow, tab_to
from playwright.sync_api import Browser, Page, expect
from server import Server
from visit import Visit, visiting

IN_BOTH = """PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/>
PREFIX network: <https://w3id.org/ctl-kg/data/network/>
SELECT ?cluster { ?cluster ctl:hasNetworkTie network:eccp, network:vanguard-initiative }"""

everyone = pytest.mark.parametrize(
    ("language", "scripts"),
    [("it", True), ("en", True), ("it", False), ("en", False)],
    ids=["it", "en", "it-no-scripts", "en-no-scripts"],
)


@everyone
def test_an_analyst_finds_who_is_in_two_networks_and_why(
    site: Server, browser: Browser, language: str, scripts: bool
) -> None:
    """Which clusters are in both the Vanguard Initiative and ECCP, why, and who says so."""
    with visiting(browser, site.origin, language=language, scripts=scripts) as visit:
        page = visit.page
        visit.open("/")
        follow(page, ".nav-link[href^='/explore']")
        follow(page, "main a[href^='/explore/clusters']")
        _choose(page, ("#network-eccp", "#network-vanguard-initiative"), scripts)
        _choose(page, ("#all-network",), scripts)
        rows = page.locator(".list-table tbody th a")
        expected = {row["cluster"].rpartition("/")[2] for row in site.select(IN_BOTH)}
        expect(rows).to_have_count(len(expected))
        found = [str(row.get_attribute("href")).partition("?")[0] for row in rows.all()]
        assert {each.rpartition("/")[2] for each in found} == expected
        name = rows.first.inner_text()
        # Why this one: the cluster's page, and the source of a statement there.
        follow(page, ".list-table tbody th a")
        expect(page.locator("h1")).to_contain_text(name)
        tab_to(page, "main .mark-passage")
        mark = page.evaluate("document.activeElement.hash")
        page.keyboard.press("Enter")
        note = page.locator("dialog[open]" if scripts else mark)
        expect(note).to_be_visible()
        expect(note).to_be_in_viewport()
        follow(page, f"{'dialog[open]' if scripts else mark} a[href^='/data/passage/']")
        _passage(page)
        # Why, as a sentence.
        cluster = found[0].rpartition("/")[2]
        follow(page, ".nav-link[href^='/why']")
        tab_to(page, "#end-from")
        page.keyboard.type(f"cluster:{cluster}")
        tab_to(page, "#end-to")
        page.keyboard.type("Vanguard Initiative")
        follow(page, ".why-form button")
        expect(page.locator(".why-hops").first).to_contain_text("Vanguard Initiative")
        follow(page, ".why-hops .source-mark")
        _passage(page)
        assert visit.complaints == []


def _choose(page: Page, boxes: tuple[str, ...], scripts: bool) -> None:
    """Tick boxes: with scripts the list follows at once, without them by the form's button."""
    for box in boxes:
        tab_to(page, box)
        page.keyboard.press("Space")
        if scripts:
            name, _, value = box.removeprefix("#").partition("-")
            page.wait_for_url(lambda url, pair=(name, value): _has(url, *pair))
    if not scripts:
        follow(page, ".list-filters button")


def _has(url: str, name: str, value: str) -> bool:
    return value in parse_qs(urlsplit(url).query).get(name, [])


def _passage(page: Page) -> None:
    """A passage says where in the document it stands: its lines and its digest."""
    assert "/data/passage/" in page.url
    expect(page.locator("main")).to_contain_text("SHA-256")


@pytest.mark.parametrize("language", ["it", "en"])
def test_who_knows_sparql_changes_an_example_and_hands_on_its_chart(
    site: Server, browser: Browser, language: str
) -> None:
    with visiting(browser, site.origin, language=language) as visit:
        page = visit.page
        visit.open("/")
        follow(page, ".nav-link[href^='/sparql']")
        expect(page.locator(".yasqe .CodeMirror")).to_be_visible()
        tab_to(page, "#example")
        page.keyboard.type({"it": "Cluster per numero", "en": "Clusters by number"}[language])
        expect(page.locator("#example")).to_have_value("cluster-degree")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".CodeMirror-focused")).to_contain_text("GROUP BY ?cluster")
        page.keyboard.press("Control+End")
        page.keyboard.type("\nLIMIT 4")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".yasr tbody tr")).to_have_count(4)
        page.keyboard.press("Escape")  # Tab is a key of the editor until then
        tab_to(page, "#share")
        tab_to(page, ".select_chart")
        page.keyboard.press("Enter")
        expect(page.locator(".figure svg .mark-rect path")).to_have_count(4)
        tab_to(page, "#share", back=True)
        page.keyboard.press("Enter")
        link = page.locator("#share-address").input_value()
        assert _has(link, "view", "chart")
        visit.open(link.removeprefix(site.origin))
        expect(page.locator(".figure svg .mark-rect path")).to_have_count(4)
        assert visit.complaints == []


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_same_without_scripts(site: Server, browser: Browser, language: str) -> None:
    """The chart is a picture of the stock query; the changed query answers as a table."""
    with visiting(browser, site.origin, language=language, scripts=False) as visit:
        page = visit.page
        visit.open("/")
        follow(page, ".nav-link[href^='/queries']")
        follow(page, "main a[href^='/queries/cluster-degree']")
        picture = page.locator("figure.chart img")
        picture.scroll_into_view_if_needed()
        there = "(img) => img.complete && img.naturalWidth"
        page.wait_for_function(there, arg=picture.element_handle())
        follow(page, ".data-version a[href^='/sparql?']")
        assert "ORDER BY" in page.locator("#query").input_value()
        tab_to(page, "#query")
        page.keyboard.press("Control+End")
        page.keyboard.type("\nLIMIT 4")
        changed = page.locator("#query").input_value()
        follow(page, "#sparql-form .primary")
        expect(page.locator("#server-answer tbody tr")).to_have_count(4)
        shown = page.locator("#server-answer table").inner_text()
        visit.open(page.url.removeprefix(site.origin))  # the address is the link
        assert page.locator("#query").input_value() == changed
        assert page.locator("#server-answer table").inner_text() == shown
        assert visit.complaints == []


@everyone
def test_who_runs_a_portal_finds_the_catalogue_and_a_sound_file(
    site: Server, browser: Browser, language: str, scripts: bool
) -> None:
    with visiting(browser, site.origin, language=language, scripts=scripts) as visit:
        page = visit.page
        visit.open("/")
        follow(page, "footer a[href^='/.well-known/void']")
        turtle = _pressed(visit, "main .formats a[href$='.jsonld']")
        described = json.loads(turtle)
        assert "https://w3id.org/ctl-kg/void#dataset" in json.dumps(described)
        follow(page, ".nav-link[href^='/downloads']", back=True)
        released = json.loads((site.client.get("/download/manifest.json")).content)
        expect(page.locator("main")).to_contain_text(released["version"])
        row = page.locator("tr", has=page.get_by_role("link", name="ctl-kg.jsonld"))
        digest = row.locator(".checksum").inner_text()
        content = _pressed(visit, "a[href$='/download/ctl-kg.jsonld']")
        assert hashlib.sha256(content).hexdigest() == digest
        assert json.loads(content)["@context"]
        sums = _pressed(visit, "main a[href$='/download/SHA256SUMS']").decode()
        assert f"{digest}  ctl-kg.jsonld" in sums
        assert visit.complaints == []


def _pressed(visit: Visit, wanted: str) -> bytes:
    """Return what a link leads to: a file that is saved, or a text that is shown."""
    tab_to(visit.page, wanted)
    target = str(visit.page.evaluate("document.activeElement.href"))
    assert target.startswith(visit.origin)
    if visit.page.evaluate("document.activeElement.hasAttribute('download')"):
        with visit.page.expect_download() as download:
            visit.page.keyboard.press("Enter")
        return download.value.path().read_bytes()
    answer = visit.page.request.get(target)
    assert answer.ok
    return answer.body()
