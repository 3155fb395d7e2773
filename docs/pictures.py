"""Take the README's pictures again, from a running server.

    python docs/pictures.py [http://127.0.0.1:8000]

Needs the packages of the tests (Playwright) and Chromium; ``CTL_KG_CHROMIUM`` may name it.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).with_name("images")
WIDTH, HEIGHT = 1440, 900
# Name of the picture: the page, and what stands at its top.
PICTURES = {
    "home": ("/?lang=it", None),
    "resource": ("/data/cluster/afil.html?lang=en", None),
    "matrix": ("/matrix/clusters/networks?lang=en", "main figure"),
    "map": ("/map?lang=it", "main figure"),
}


def take(page: Page, name: str) -> None:
    """Write one picture as WebP: a quarter of the size of PNG, and text stays sharp."""
    _, top = PICTURES[name]
    if top is not None:
        page.locator(top).first.evaluate("(each) => each.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(500)  # the frame is drawn again where it was scrolled to
    page.wait_for_function("[...document.images].every((each) => each.complete)")
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": 85})
    (FOLDER / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))


def main(origin: str) -> None:
    """Take all pictures."""
    program = os.environ.get("CTL_KG_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, (path, _) in PICTURES.items():
            page.goto(origin + path, wait_until="networkidle")
            take(page, name)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000")
