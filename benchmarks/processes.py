"""Start a server for the time of its turn, and read what it costs from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

START_LIMIT_S = 90.0


@dataclass(frozen=True)
class Running:
    """A server that answers: where, its process, and how long it took to the first answer."""

    origin: str
    pid: int
    start_s: float


@dataclass(frozen=True)
class Memory:
    """Memory of a process and its children in MB.

    Resident memory counts a page once per process that maps it; proportional memory (PSS)
    divides it among them, so it is the cost of processes that were forked from one another.
    """

    resident: float
    proportional: float


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str],
    port: int,
    path: str = "/",
    *,
    environment: Mapping[str, str] | None = None,
    folder: str | None = None,
    limit_s: float = START_LIMIT_S,
) -> Iterator[Running]:
    """Run a server; give it once it answers, and end it afterwards.

    Args:
        command: the program and its arguments.
        port: where it will listen on this host.
        path: what is asked until it is answered; an error status is no answer, but 404 is.
        environment: variables beside our own.
        folder: its working directory.
        limit_s: how long it may take to start.
    Raises:
        RuntimeError: it ended or did not answer in time.
    """
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as output:
        begin = time.monotonic()
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
            cwd=folder,
            start_new_session=True,
        )
        try:
            if not _answers(process, origin + path, begin + limit_s):
                raise RuntimeError(_why(command, process, output))
            yield Running(origin, process.pid, time.monotonic() - begin)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server's whole process group, and wait until its memory is free again."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answers(process: subprocess.Popen[bytes], address: str, end: float) -> bool:
    """Ask until there is an answer; False if the process ends or the time is over."""
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return True
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return True
        except OSError:
            pass
        time.sleep(0.01)
    return False


def _why(command: Sequence[str], process: subprocess.Popen[bytes], output: IO[bytes]) -> str:
    """Say why a server did not start, with the last line that it printed."""
    name = Path(command[0]).name
    output.seek(0)
    said = output.read().decode(errors="replace").strip().rpartition("\n")[2]
    what = "did not answer in time" if process.poll() is None else "ended"
    return f"{name} {what}" + (f": {said}" if said else "")


def family(pid: int) -> set[int]:
    """Return a process and all its descendants."""
    children: dict[int, set[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), set()).add(int(stat.parent.name))
    found, new = {pid}, {pid}
    while new:
        new = {child for parent in new for child in children.get(parent, ())} - found
        found |= new
    return found


def memory(pid: int) -> Memory:
    """Return what a process and its descendants hold now."""
    resident = proportional = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(":")
                if name == "Rss":
                    resident += int(rest.split()[0])
                elif name == "Pss":
                    proportional += int(rest.split()[0])
    return Memory(resident / 1024, proportional / 1024)


def cpu_seconds(pids: set[int]) -> float:
    """Return the processor time that processes have used since they began."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
