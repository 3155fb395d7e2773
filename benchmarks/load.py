"""Drive one address with wrk and read what it measured."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}

# Stands in a path for a number that no other request of the run has.
UNIQUE = "0000000"

# Each request asks for the next path; a path with UNIQUE is never asked twice.
_SCRIPT = """
local paths = {{{paths}}}
local position = 0
local number = {start}
request = function()
  position = position % #paths + 1
  local path = paths[position]
  if {unique} then
    number = number + 1
    path = string.gsub(path, "{mark}", number)
  end
  return wrk.format("GET", path)
end
"""


@dataclass(frozen=True)
class Measured:
    """Good answers per second, latencies in milliseconds, and requests that failed.

    Failed are answers that were not 2xx or 3xx, errors of the socket and timeouts; answers that
    failed do not count as answers per second.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    requests: int


def drive(
    origin: str,
    paths: Sequence[str],
    headers: Mapping[str, str],
    *,
    seconds: int,
    connections: int,
) -> Measured:
    """Return what wrk measured on ``origin`` (http://host:port) over the paths.

    Raises:
        FileNotFoundError: wrk is not installed.
        RuntimeError: wrk could not connect or printed something else.
    """
    quoted = ",".join('"' + path.replace('"', "%22") + '"' for path in paths)
    unique = any(UNIQUE in path for path in paths)
    start = time.monotonic_ns() // 1_000_000 % 1_000_000 * 1_000_000
    text = _SCRIPT.format(paths=quoted, start=start, unique=str(unique).lower(), mark=UNIQUE)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        script.write_text(text, encoding="utf-8")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout"]
        command += ["30s", "-s", str(script)]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        done = subprocess.run([*command, origin], capture_output=True, text=True, check=False)
    return _read(done.stdout, done.stderr, done.returncode)


def _read(output: str, errors: str, status: int) -> Measured:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if status or rate is None:
        raise RuntimeError(f"wrk: {(errors.strip() or output.strip()).partition(chr(10))[0]}")
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    sockets = re.search(r"Socket errors: (.*)", output)
    lost = sum(map(int, re.findall(r"\d+", sockets[1]))) if sockets else 0
    refused = int(failed[1]) if failed else 0
    total = re.search(r"(\d+) requests in", output)
    requests = int(total[1]) if total else 0
    good = 1 - refused / requests if requests else 1
    return Measured(
        float(rate[1]) * good,
        _latency(output, "50%"),
        _latency(output, "99%"),
        refused + lost,
        requests,
    )


def _latency(text: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)", text)
    return float(found[1]) * _UNITS_MS[found[2]] if found else float("nan")
