"""The command config check: effective settings, their origin, and advice."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from project_fixture import environment

from ctl_kg.cli.config import advice, memory_bytes
from ctl_kg.settings import Settings

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
GIGABYTE = 10**9


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ctl_kg", "config", "check", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(**variables),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ctl-kg.toml"
    path.write_text(f'release_dir = "{MINI}"\nport = {free_port()}\nquery_memory_bytes = 1000\n')
    return path


def test_every_setting_with_value_and_origin(tmp_path: Path, file: Path) -> None:
    done = run(tmp_path, CTL_KG_ROBOTS="closed")
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert list(rows) == [row.name for row in fields(Settings)]
    assert rows["release_dir"] == [str(MINI), "ctl-kg.toml:1"]
    assert rows["robots"] == ["closed", "CTL_KG_ROBOTS"]
    assert rows["workers"] == ["1", "default"]
    columns = {line.index(rows[line.split()[0]][0], 20) for line in done.stdout.splitlines()}
    assert len(columns) == 1


def test_json(tmp_path: Path, file: Path) -> None:
    done = run(tmp_path, "--config", str(file), "--json", CTL_KG_HOST="0.0.0.0")
    document = json.loads(done.stdout)
    assert document["file"] == str(file)
    assert document["settings"]["host"] == {"value": "0.0.0.0", "origin": "CTL_KG_HOST"}
    assert document["settings"]["trusted_proxies"] == {"value": [], "origin": "default"}
    assert len(document["warnings"]) == 1
    assert "rate_per_minute" in document["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        (["--config", "no.toml"], {}, "no.toml: cannot be read"),
        ([], {"CTL_KG_PORT": "x"}, "port is 'x' (CTL_KG_PORT)"),
        ([], {"CTL_KG_RELEASE_DIR": "."}, "manifest.json is missing"),
    ],
)
def test_what_cannot_be_used_ends_in_one_message(
    tmp_path: Path, file: Path, arguments: list[str], variables: dict[str, str], message: str
) -> None:
    done = run(tmp_path, *arguments, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("error:") == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_with_a_file_missing_cannot_be_used(tmp_path: Path, file: Path) -> None:
    shutil.copytree(MINI, tmp_path / "release")
    lost = next(iter(json.loads((MINI / "manifest.json").read_text())["files"]))
    (tmp_path / "release" / lost).unlink()
    done = run(tmp_path, CTL_KG_RELEASE_DIR="release")
    assert done.returncode == 2
    assert lost in done.stderr


def test_what_is_unwise_is_a_warning(tmp_path: Path, file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(tmp_path, CTL_KG_PORT=port, CTL_KG_RELEASE_DIR="none", CTL_KG_PROT="1")
    assert done.returncode == 0
    assert "warning: the variable CTL_KG_PROT is no setting; did you mean CTL_KG_PORT?" in (
        done.stderr.splitlines()
    )
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "there is no release in none" in done.stderr


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"host": "0.0.0.0"}, "no rate limit"),
        ({"host": "::"}, "no rate limit"),
        ({"rate_per_minute": 60}, "trusted_proxies is empty"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "every client"),
        ({"rate_per_minute": 5, "query_rate_per_minute": 9, "trusted_proxies": ("::1",)},
         "limits nothing"),
        ({"query_memory_bytes": 3 * GIGABYTE}, "12.1 GB"),
        ({"workers": 2, "query_memory_bytes": GIGABYTE}, "8.1 GB"),
        ({"workers": 5, "query_memory_bytes": 1}, "5, but there are 4 processors"),
        ({"query_timeout_s": 100}, "give up"),
        ({"service_allow": ("http://169.254.169.254/latest",)}, "private network"),
        ({"service_allow": ("http://localhost:9/sparql",)}, "this machine"),
        ({"log_level": "debug"}, "text of each query"),
    ],
)  # fmt: skip
def test_advice(values: dict[str, Any], word: str) -> None:
    found = advice(Settings(**values), 8 * GIGABYTE, 4)
    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"host": "0.0.0.0", "rate_per_minute": 600},
        {"rate_per_minute": 600, "trusted_proxies": ("127.0.0.1",)},
        {"service_allow": ("https://query.wikidata.org/sparql",)},
    ],
)
def test_no_advice_where_none_is_needed(values: dict[str, Any]) -> None:
    assert advice(Settings(**values), 8 * GIGABYTE, 4) == []


def test_the_memory_is_not_more_than_the_machine_has() -> None:
    assert 0 < memory_bytes() <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
