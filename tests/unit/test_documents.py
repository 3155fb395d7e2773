"""What the documents say exists: commands, settings, stock queries, files."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from ctl_kg.cli import app
from ctl_kg.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command_names() -> set[str]:
    return set(get_command(app).commands)  # type: ignore[attr-defined]


def test_the_readme_lists_every_command_and_no_other() -> None:
    assert set(re.findall(r"^\| `ctl-kg ([a-z-]+)", README, re.MULTILINE)) == command_names()


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"CTL_KG_([A-Z_]+)", README))
    assert named
    assert named <= {row.name.upper() for row in fields(Settings)}


def test_the_readme_calls_stock_queries_with_their_parameters() -> None:
    calls = re.findall(r"ctl-kg query ([a-z]+-[a-z-]+)(.*)", README)
    assert calls
    for name, flags in calls:
        text = (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8")
        for word in shlex.split(flags.split("#")[0]):
            if word.startswith("--") and word not in ("--format", "--lang"):
                assert f"[params.{word[2:]}]" in text


def test_the_readme_counts_the_stock_queries() -> None:
    number = len(list((ROOT / "queries").glob("*.rq")))
    assert f"{number} stock queries" in README


@pytest.mark.parametrize(
    "document",
    ["README.md", "CONTRIBUTING.md", "docs/api.md", "docs/client.md", "docs/decisions.md",
     "docs/running.md"],
)  # fmt: skip
def test_links_between_files_lead_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (path.parent / link).resolve().exists()
    ]
    assert missing == []
