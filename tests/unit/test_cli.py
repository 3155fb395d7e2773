"""The command line: exit codes, where output goes, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from project_fixture import MINI, copy_mini, environment, replace

from ctl_kg import __version__
from ctl_kg.assets import Assets


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "ctl_kg", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment(COLUMNS="100"),
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


def test_version_and_help() -> None:
    assert run("--version").stdout == f"ctl-kg {__version__}\n"
    text = run("--help").stdout
    for command in ("build", "validate", "stats", "format", "verify-source"):
        assert command in text
        assert "Example: ctl-kg " in run(command, "--help").stdout


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from ctl_kg.cli import app;"
        "heavy = {'rdflib', 'pyshacl', 'pyoxigraph', 'jinja2', 'starlette'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    assert done.stdout == "[]\n"


def test_build_and_what_it_says(assets: Assets, tmp_path: Path) -> None:
    done = run("--project", assets.root, "build", "--out", tmp_path / "release")
    assert (done.returncode, done.stdout) == (0, "")
    assert "data/clusters/afil.trig:21: info: cluster:afil: Only 144 members." in done.stderr
    assert (tmp_path / "release" / "manifest.json").is_file()


def test_violations_stop_the_build_with_exit_1(assets: Assets, tmp_path: Path) -> None:
    replace(assets.data / "clusters" / "afil.trig", "ctl:members 144", "ctl:members 2000")
    done = run("--project", assets.root, "build", "--out", tmp_path / "release")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == (
        "data/clusters/afil.trig:21: violation: cluster:afil: 2000 members are too many. "
        "[ctlsh:Cluster-members]"
    )
    assert lines[1] == "  Check the number."
    assert "error: validation found 1 violation: nothing was built" in done.stderr
    assert not (tmp_path / "release").exists()


def test_wrong_files_exit_2(assets: Assets, tmp_path: Path) -> None:
    replace(assets.data / "clusters" / "afil.trig", "theme:robotics", "thme:robotics")
    done = run("--project", assets.root, "build", "--out", tmp_path / "release")
    assert done.returncode == 2
    assert done.stderr == (
        "error: data/clusters/afil.trig:14: prefix 'thme:' is not declared\n"
        "  The nearest known prefix is 'theme:' "
        "<https://w3id.org/ctl-kg/controlled-vocabulary/theme/>.\n"
    )


def test_a_folder_that_is_no_project_exits_2(tmp_path: Path) -> None:
    done = run("--project", tmp_path, "stats")
    assert done.returncode == 2
    assert "folder 'ontology' is missing" in done.stderr


def test_an_out_folder_that_is_no_release_exits_2(assets: Assets) -> None:
    done = run("--project", assets.root, "build", "--out", assets.data)
    assert done.returncode == 2
    assert "will not be overwritten" in done.stderr


def test_validate_files_and_extra_data(assets: Assets, tmp_path: Path) -> None:
    done = run("--project", assets.root, "validate", "data/clusters/afil.trig")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 finding; conforms" in done.stderr
    assert "0 findings" in run("--project", assets.root, "validate", "data/source.ttl").stderr
    extra = tmp_path / "extra.ttl"
    extra.write_text(
        "@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .\n"
        "<https://w3id.org/ctl-kg/data/cluster/new> a ctl:TechnologyCluster .\n"
    )
    done = run("--project", assets.root, "validate", "--data", extra, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["counts"]["Violation"] == 1
    assert run("--project", assets.root, "validate", "--data", tmp_path / "no.ttl").returncode == 2
    assert run("--project", assets.root, "validate", tmp_path / "no.ttl").returncode == 2


def test_stats(assets: Assets) -> None:
    done = run("--project", assets.root, "stats", "--json")
    assert json.loads(done.stdout)["entities_by_class"]["ctl:Passage"] == 2
    assert "2  ctl:Passage" in run("--project", assets.root, "stats").stdout


def test_format(assets: Assets) -> None:
    path = assets.data / "clusters" / "afil.trig"
    good = path.read_text()
    path.write_text(good.replace("    ", "  "))
    assert run("--project", assets.root, "format", "--check").returncode == 1
    done = run("--project", assets.root, "format")
    assert (done.returncode, done.stdout) == (0, "")
    assert "data/clusters/afil.trig: formatted\n8 files, 1 changed, 0 failed" in done.stderr
    assert path.read_text() == good
    path.write_text(good + "# lost\n")
    done = run("format", path)
    assert done.returncode == 2
    assert "would be lost" in done.stderr
    assert run("format", assets.root / "document.txt").returncode == 2
    assert "1 files, 0" in run("format", "--check", assets.data / "source.ttl").stderr


def test_verify_source(assets: Assets, tmp_path: Path) -> None:
    document = MINI / "document.txt"
    done = run("--project", assets.root, "verify-source", document)
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 passages, 5 statements, 5 of 5 non-blank lines covered (100.00 %)" in done.stderr
    other = tmp_path / "other.txt"
    other.write_text("x\n" * 7)
    done = run("--project", assets.root, "verify-source", other, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["kind"] == "wrong-checksum"
    assert run("--project", assets.root, "verify-source", tmp_path / "no.txt").returncode == 2
    (assets.data / "clusters" / "bad.trig").write_text("x")
    assert run("--project", assets.root, "verify-source", document).returncode == 2


def test_wrong_settings_are_named(assets: Assets, tmp_path: Path) -> None:
    done = run("--project", assets.root, "build", "--base-iri", "nonsense")
    assert done.returncode == 2
    assert "base_iri is 'nonsense'" in done.stderr
