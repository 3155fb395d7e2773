"""Shared by the conformance tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from server import MINI, Server, serve

from ctl_kg.assets import find_assets
from ctl_kg.publish.build import build

# Run by CKAN's own Python, in an environment of its own.
collect_ignore = ["ckan_parse.py"]


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of the project itself, built once for all tests of a process."""
    folder = tmp_path_factory.mktemp("release") / "release"
    build(find_assets(), folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a server with the small release."""
    with serve(MINI) as running:
        yield running


@pytest.fixture(scope="module")
def whole(release: Path) -> Iterator[Server]:
    """Run a server with the reference release."""
    with serve(release) as running:
        yield running


@pytest.fixture(scope="module")
def hurried(release: Path) -> Iterator[Server]:
    """Run a server with the reference release that waits two seconds for anything."""
    with serve(release, header_timeout_s=2, body_timeout_s=2, query_timeout_s=2) as running:
        yield running


@pytest.fixture
def the_next_request_is_answered(server: Server) -> Iterator[None]:
    """After a test the server answers as before."""
    yield
    assert server.client.get("/data/cluster/afil.ttl").status_code == 200
    assert server.select("SELECT (1 AS ?x) {}") == [{"x": "1"}]
