"""A copy of the small project, to break as a test likes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ctl_kg.assets import Assets, find_assets

MINI = Path(__file__).parents[1] / "fixtures" / "mini"
SOURCE = Path(__file__).resolve().parents[2] / "src"
BASE = "https://w3id.org/ctl-kg/"


def copy_mini(folder: Path) -> Assets:
    """Return the small project, copied below ``folder``."""
    root = folder / "project"
    shutil.copytree(MINI, root)
    return find_assets(root)


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def environment(**variables: str) -> dict[str, str]:
    """Return the variables for another Python process that imports this package."""
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"PYTHONPATH": path} | variables
