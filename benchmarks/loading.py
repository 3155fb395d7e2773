"""How long our store takes to load a release, beside the engine alone on the same file.

Run as a program it measures one of the two, in a process of its own, and prints seconds and MB.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from processes import memory


@dataclass(frozen=True)
class Loaded:
    """Seconds and resident MB after loading: ours and the engine's, the best of some runs."""

    ours_s: float
    engine_s: float
    ours_mb: float
    engine_mb: float

    @property
    def ratio(self) -> float:
        """Our time over the engine's."""
        return self.ours_s / self.engine_s


def compare(release: Path, runs: int) -> Loaded:
    """Load a release in turn with our store and with the engine.

    Args:
        release: the folder.
        runs: how often each; the shortest counts.
    Raises:
        RuntimeError: one of them failed.
    """
    pairs = [(_run("ours", release), _run("engine", release)) for _ in range(runs)]
    ours, engine = min(p[0] for p in pairs), min(p[1] for p in pairs)
    return Loaded(ours[0], engine[0], ours[1], engine[1])


def _run(which: str, release: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, which, str(release)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"loading failed: {done.stderr.strip().splitlines()[-1:]}")
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def _load(which: str, release: Path) -> object:
    if which == "ours":
        from ctl_kg.sparql.store import open_release_store

        begin = time.perf_counter()
        store: object = open_release_store(release)
    else:
        import pyoxigraph

        begin = time.perf_counter()
        engine = pyoxigraph.Store()
        engine.load(path=str(release / "ctl-kg.nq"), format=pyoxigraph.RdfFormat.N_QUADS)
        store = engine
    print(time.perf_counter() - begin)
    return store


if __name__ == "__main__":
    import os

    kept = _load(sys.argv[1], Path(sys.argv[2]))
    print(memory(os.getpid()).resident)
