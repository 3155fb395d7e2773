"""Shared by the conformance tests.

Starlette's test client prefers httpx2 and warns when it finds httpx; warnings are errors here,
so it is imported once where that warning is let pass.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import starlette.testclient  # noqa: F401

from pathlib import Path

import pytest

from ctl_kg.assets import find_assets
from ctl_kg.publish.build import build


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of the project itself, built once for all tests of a process."""
    folder = tmp_path_factory.mktemp("release") / "release"
    build(find_assets(), folder)
    return folder
