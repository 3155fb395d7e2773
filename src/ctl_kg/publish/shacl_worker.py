"""Run the SHACL engine in a process of its own, beside whatever the build does meanwhile.

The engine is the slowest step of a build and pure Python, so a second process halves the
time. The protocol: N-Quads in (shapes in one graph, data in the other), JSON out.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from ctl_kg.errors import SourceError
from ctl_kg.publish.findings import Finding
from ctl_kg.publish.shacl import run_shapes

_SHAPES = NamedNode("urn:ctl-kg:shapes")
_DATA = NamedNode("urn:ctl-kg:data")


class ShapesRun:
    """A validation that goes on in another process; use as a context manager."""

    def __init__(
        self, data: Sequence[Quad], shapes: Sequence[Quad], how_to_mend: str, *, check_shapes: bool
    ) -> None:
        quads = [Quad(q.subject, q.predicate, q.object, _SHAPES) for q in shapes]
        quads += [Quad(q.subject, q.predicate, q.object, _DATA) for q in data]
        content = serialize(quads, format=RdfFormat.N_QUADS)
        assert content is not None
        # A file and no pipe: the worker can read it whenever it likes, and nothing blocks.
        self._input: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._input.write(content)
        self._input.seek(0)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ctl_kg.publish.shacl_worker",
                how_to_mend,
                "check" if check_shapes else "",
            ],
            stdin=self._input,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": python_path(), "PYTHONIOENCODING": "utf-8"},
        )

    def __enter__(self) -> ShapesRun:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._input.close()

    def findings(self) -> list[Finding]:
        """Wait for the end and return the findings, without places.

        Raises:
            SourceError: the shapes cannot be used, or the process died.
        """
        output, _ = self._process.communicate()
        if self._process.returncode != 0:
            raise SourceError(
                f"the SHACL process ended with status {self._process.returncode}",
                hint="It may have run out of memory; what it wrote stands above.",
            )
        answer: dict[str, Any] = json.loads(output)
        if "error" in answer:
            message = answer["error"].removeprefix("shapes: ")
            raise SourceError(message, path="shapes", hint=answer["hint"])
        return [Finding(**members) for members in answer["findings"]]


def python_path() -> str:
    """Return a search path with this package first, wherever it was imported from."""
    package_parent = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([package_parent, *filter(None, [os.environ.get("PYTHONPATH")])])


def main() -> None:
    """Read N-Quads from stdin, validate, write JSON to stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    logging.disable(logging.CRITICAL)  # rdflib logs a traceback per ill-typed literal
    how_to_mend, check = sys.argv[1:3]
    parts: dict[NamedNode, list[Quad]] = {_SHAPES: [], _DATA: []}
    for quad in parse(sys.stdin.buffer, format=RdfFormat.N_QUADS):
        parts[quad.graph_name].append(quad)
    answer: dict[str, object]
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # the engine prints its errors, too
            found = run_shapes(parts[_DATA], parts[_SHAPES], how_to_mend, check_shapes=bool(check))
        answer = {"findings": [asdict(finding) for finding in found]}
    except SourceError as error:
        answer = {"error": error.message, "hint": error.hint}
    except Exception as error:  # a pattern or a path may break the engine in many ways
        answer = {"error": f"the engine failed: {error!r}", "hint": "Look at the newest shape."}
    with contextlib.suppress(BrokenPipeError):  # the build was killed: nobody listens
        sys.stdout.write(json.dumps(answer))
        sys.stdout.flush()
        return
    os._exit(1)  # without the interpreter's own attempt to flush


if __name__ == "__main__":
    main()
