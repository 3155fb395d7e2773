"""One visit of one page: what the browser met, and what axe-core finds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

WIDTHS = (1440, 390)
# How Chromium is started, for all tests.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Images further down are fetched, too, and what they say of a failure is heard.
_DRAWN = """async () => {
  const images = [...document.images].filter((image) => image.checkVisibility());
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map((image) => image.decode().catch(() => {})));
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
_MOVING = """() => document.getAnimations()
  .filter((each) => each.playState === "running" && each.effect.getComputedTiming().duration > 10)
  .map((each) => `${each.animationName ?? each.transitionProperty} of ${each.effect.target.tagName}`
    + `.${each.effect.target.className}`)"""
_AXE = """async (rules) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: rules } });
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target} (${failureSummary})`));
}"""


@dataclass
class Visit:
    """A page that was opened, and what went wrong meanwhile."""

    page: Page
    origin: str
    scripts: bool = True
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, ready: str = "") -> Response:
        """Open a path of the server and wait until it is drawn.

        Args:
            path: of the page, with its query.
            ready: what only a script draws, as a CSS selector; waited for if scripts run.
        """
        response = self.page.goto(self.origin + path, wait_until="load")
        assert response is not None
        if self.scripts:
            if ready:
                self.page.locator(ready).first.wait_for()
            self.page.evaluate(_DRAWN)
        return response

    def moving(self) -> list[str]:
        """Return the animations that run although the reader wants none."""
        found: list[str] = self.page.evaluate(_MOVING)
        return found

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))

    def violations(self, packages: Path) -> list[str]:
        """Return what axe-core finds of WCAG 2.1 A and AA, and of good practice."""
        self.page.evaluate((packages / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(_AXE, _RULES)
        return found


@contextlib.contextmanager
def visiting(
    browser: Browser,
    origin: str,
    *,
    width: int = 1440,
    language: str = "it",
    scripts: bool = True,
    reduced_motion: bool = True,
    zoom: float = 1.0,
) -> Iterator[Visit]:
    """Open a window; requests to other hosts, console errors and failures are noted."""
    height = 900 if width > 600 else 800
    context = browser.new_context(
        viewport={"width": int(width / zoom), "height": int(height / zoom)},
        device_scale_factor=zoom,
        locale={"it": "it-IT", "en": "en-GB"}[language],
        java_script_enabled=scripts,
        reduced_motion="reduce" if reduced_motion else "no-preference",
    )
    try:
        page = context.new_page()
        visit = Visit(page, origin, scripts)
        host = urlsplit(origin).netloc

        complain = visit.complaints.append

        def asked(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
                complain(f"a request left the server: {url}")

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                complain(f"console {message.type}: {message.text}")

        def answered(response: Response) -> None:
            if response.status >= 400 and response.request.resource_type != "document":
                complain(f"{response.status} for {response.url}")

        def failed(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # the visitor has gone on to another page
                complain(f"failed: {request.url} {request.failure}")

        page.on("request", lambda request: asked(request.url))
        page.on("pageerror", lambda error: complain(f"script error: {error}"))
        page.on("requestfailed", failed)
        page.on("console", said)
        page.on("response", answered)
        yield visit
    finally:
        context.close()
