"""The notebooks of the documentation run, against a real server, and are kept without outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from server import SOURCE, environment, serve

pytestmark = pytest.mark.conformance
NOTEBOOKS = sorted((SOURCE.parent / "docs" / "notebooks").glob("*.ipynb"))

# In a process of its own: Jupyter warns of its own affairs, and warnings are errors here.
RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def executed(path: Path, folder: Path, origin: str) -> dict[str, str]:
    """Run a notebook and return the text that each code cell shows, by the cell's id."""
    target = folder / path.name
    command = [sys.executable, "-c", RUN, str(path), str(target)]
    variables = {"CTL_KG_URL": origin, "IPYTHONDIR": str(folder / "ipython")}
    done = subprocess.run(
        command, env=environment(variables) | {"JUPYTER_RUNTIME_DIR": str(folder)},
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    keep = os.environ.get("CTL_KG_TEST_REPORTS")
    if keep:
        (Path(keep) / path.name).write_bytes(target.read_bytes())
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: shown(cell) for cell in cells if cell["cell_type"] == "code"}


def shown(cell: dict[str, Any]) -> str:
    parts = []
    for output in cell["outputs"]:
        text = output["text"] if "text" in output else output["data"]["text/plain"]
        parts.append("".join(text))
    return "".join(parts)


def test_the_notebook_runs_and_shows_what_its_texts_say(release: Path, tmp_path: Path) -> None:
    (path,) = [each for each in NOTEBOOKS if each.stem == "clusters-and-networks"]
    with serve(release) as running:
        shows = executed(path, tmp_path, running.origin)
    assert all(shows.values()), "every cell shows something"
    assert "Vanguard Initiative" in shows["matrix"]
    assert "gaps" in shows["gaps"]
    lengths = [line.count("█") for line in shows["bars"].splitlines()]
    assert len(lengths) == 9
    assert lengths == sorted(lengths, reverse=True)
    assert "cluster:afil" in shows["choices"]
    assert "nomina la rete Vanguard Initiative" in shows["why"]
    assert "names the network Vanguard Initiative" in shows["why"]
    assert "holds: True" in shows["why"]
    assert "cluster:afil" in shows["refused"], "the refusal suggests the right value"
    assert "lines" in shows["evidence"]
    assert "Vanguard Initiative" in shows["describe"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs_and_traces_of_a_run(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    assert [cell["id"] for cell in code if cell["outputs"]] == []
    assert [cell["id"] for cell in code if cell["execution_count"] is not None] == []
    assert [cell["id"] for cell in notebook["cells"] if cell["metadata"]] == []
    assert set(notebook["metadata"]) <= {"kernelspec", "language_info"}
