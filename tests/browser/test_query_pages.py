"""The stock queries in a browser: filter while typing, long lists, texts to copy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, expect
from server import Server
from visit import visiting

QUERY = "/queries/statement-sources"


def test_the_list_is_filtered_while_one_types(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open("/queries?lang=it")
        cards = page.locator(".query-cards li:visible")
        everything = cards.count()
        page.locator("#filter").fill("catena più CORTA")
        expect(cards).to_have_count(1)
        expect(page.locator("#filter-status")).to_have_text(f"1 domande su {everything}")
        expect(page.locator(".query-group:visible")).to_have_count(1)
        page.locator("#filter").fill("zzzz")
        expect(page.locator("#filter-none")).to_be_visible()
        page.locator("#filter").fill("")
        expect(cards).to_have_count(everything)
        assert visit.complaints == []


def test_a_long_list_can_be_narrowed(site: Server, browser: Browser) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open(QUERY + "?lang=it")
        options = page.locator("#field-resource option")
        everything = options.count()
        assert everything > 50
        page.locator(".narrow").fill("vanguard initiative")
        assert options.count() < everything / 4
        kept = options.all_inner_texts()
        assert any("Vanguard Initiative" in text for text in kept)
        page.locator(".narrow").fill("")
        assert options.count() == everything
        assert visit.complaints == []


def test_the_texts_to_copy_name_the_address_that_the_reader_uses(
    site: Server, browser: Browser
) -> None:
    with visiting(browser, site.origin) as visit:
        page = visit.page
        visit.open(QUERY + "?lang=it")
        for name in ("Collegamento", "cURL", "Python", "R", "HTML per un altro sito"):
            page.locator(".copy summary", has_text=name).first.click()
        texts = page.locator(".copy pre").all_inner_texts()
        copied = page.locator(".site-address").all_text_contents()
        assert copied
        assert set(copied) == {site.origin + "/"}
        assert "w3id.org/ctl-kg/queries" not in "".join(texts)
        page.locator(".copy[open] .copy-button").click()
        expect(page.locator(".copy[open] [role=status]")).to_contain_text("Copiato")
        assert visit.complaints == []


class _Elsewhere(BaseHTTPRequestHandler):
    """Another site: a page with a frame of the address in its query string."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        frame = escape(unquote(self.path.partition("?")[2]))
        self.wfile.write(f'<iframe src="{frame}" width="900" height="600"></iframe>'.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_an_embedded_answer_shows_in_another_site(
    site: Server, browser: Browser, elsewhere: str
) -> None:
    with visiting(browser, site.origin) as visit:
        for path, shown in (("/queries/seats/embed?lang=it", 1), ("/queries/seats?lang=it", 0)):
            visit.page.goto(f"{elsewhere}?{quote(site.origin + path)}", wait_until="networkidle")
            title = visit.page.frame_locator("iframe").locator("h1", has_text="Sedi dei cluster")
            expect(title).to_have_count(shown)
