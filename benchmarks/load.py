"""Drive one address with wrk and read what it measured."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}

# Each connection asks for the paths in turn, from a place of its own.
_SCRIPT = """
local paths = {{{paths}}}
local position = math.random(#paths)
request = function()
  position = position % #paths + 1
  return wrk.format("GET", paths[position])
end
"""


@dataclass(frozen=True)
class Measured:
    """Requests per second, latencies in milliseconds, and answers that were not 2xx or 3xx."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def drive(
    origin: str,
    paths: Sequence[str],
    headers: Mapping[str, str],
    *,
    seconds: int,
    connections: int = 32,
) -> Measured:
    """Return what wrk measured on ``origin`` (http://host:port) over the paths.

    Raises:
        RuntimeError: wrk could not connect or printed something else.
    """
    quoted = ",".join('"' + path.replace('"', "%22") + '"' for path in paths)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        script.write_text(_SCRIPT.format(paths=quoted), encoding="utf-8")
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "--latency",
            "-s",
            str(script),
        ]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        done = subprocess.run([*command, origin], capture_output=True, text=True, check=False)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(f"wrk on {origin}: {done.stderr.strip() or done.stdout.strip()}")
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    return Measured(
        float(rate.group(1)),
        _latency(done.stdout, "50%"),
        _latency(done.stdout, "99%"),
        int(failed.group(1)) if failed else 0,
    )


def _latency(text: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)", text)
    return float(found.group(1)) * _UNITS_MS[found.group(2)] if found else float("nan")
