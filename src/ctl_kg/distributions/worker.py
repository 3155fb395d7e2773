"""Make the files beside the core RDF in a process of its own, while the build goes on.

They take as long as a quarter of a build, workbooks and Parquet most of it, and nothing but the
catalogue waits for them. The protocol: a line of JSON and N-Quads in, a pickle of our own out.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

from pyoxigraph import Quad, RdfFormat, parse, serialize

from ctl_kg.distributions.files import Made, Source, make_distributions
from ctl_kg.errors import SourceError
from ctl_kg.publish.shacl_worker import python_path


class DistributionsRun:
    """The making of the files, under way; use as a context manager."""

    def __init__(self, source: Source) -> None:
        parts = [_n_quads(each) for each in (source.stated, source.derived, source.shapes)]
        head = {
            "sizes": [len(part) for part in parts],
            "context": source.context,
            "base_iri": source.base_iri,
            "released": source.released,
        }
        # A file and no pipe: nothing blocks, whenever the other process reads.
        self._input: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._input.write(json.dumps(head).encode() + b"\n" + b"".join(parts))
        self._input.seek(0)
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ctl_kg.distributions.worker"],
            stdin=self._input,
            stdout=self._output,
            env=os.environ | {"PYTHONPATH": python_path()},
        )

    def __enter__(self) -> DistributionsRun:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._input.close()
        self._output.close()

    def result(self) -> Made:
        """Wait for the end and return what was made.

        Raises:
            SourceError: the process died.
        """
        status = self._process.wait()
        if status != 0:
            raise SourceError(
                f"the process that makes tables and arrays ended with status {status}",
                hint="It may have run out of memory; what it wrote stands above.",
            )
        self._output.seek(0)
        made: Made = pickle.load(self._output)
        return made


def _n_quads(quads: Sequence[Quad]) -> bytes:
    content = serialize(quads, format=RdfFormat.N_QUADS)
    assert content is not None
    return content


def main() -> None:
    """Read statements from stdin, make the files, write them to stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    head = json.loads(sys.stdin.buffer.readline())
    stated, derived, shapes = (
        tuple(parse(sys.stdin.buffer.read(size), format=RdfFormat.N_QUADS))
        for size in head["sizes"]
    )
    made = make_distributions(
        Source(stated, derived, shapes, head["context"], head["base_iri"], head["released"])
    )
    with contextlib.suppress(BrokenPipeError):  # the build was killed: nobody listens
        pickle.dump(made, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
