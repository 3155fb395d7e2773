"""A real server process: started on a free port, asked over sockets, watched, and stopped.

Not here: what is asked of it. Tests that need no process of their own use the application
through Starlette's client.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

SOURCE = Path(__file__).resolve().parents[2] / "src"
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON_RESULTS = "application/sparql-results+json"
ASK = "ASK { ?s ?p ?o }"
# Media types of graphs, and what rdflib calls them.
GRAPH_TYPES = {
    "text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}  # fmt: skip

# No test waits longer than this for one answer: a hang is a failure, not a stopped run.
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Server:
    """A server that runs; ``client`` keeps connections open and follows no redirect."""

    origin: str
    port: int
    pid: int
    client: httpx.Client

    def select(self, query: str, **more: str) -> list[dict[str, str]]:
        """Return the rows of a SELECT as name to value."""
        answer = self.ask(query, JSON_RESULTS, **more)
        assert answer.status_code == 200, answer.text
        rows = answer.json()["results"]["bindings"]
        return [{name: cell["value"] for name, cell in row.items()} for row in rows]

    def ask(self, query: str, accept: str | None = None, **more: str) -> httpx.Response:
        """Return the answer to a query, as it comes."""
        headers = {} if accept is None else {"accept": accept}
        return self.client.get("/sparql", params={"query": query, **more}, headers=headers)

    def exchange(self, data: bytes, *, patience_s: float = PATIENCE_S) -> bytes:
        """Send bytes as they are and return all that comes back until the server closes.

        A connection that is cut or stays silent ends with what was received.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience_s) as link:
            with contextlib.suppress(OSError):
                link.sendall(data)
            received = b""
            with contextlib.suppress(OSError):
                while part := link.recv(65536):
                    received += part
            return received

    def family(self) -> dict[int, Process]:
        """Return the server's processes, the first and all below it, by number."""
        parents = {each.pid: each for each in _processes()}
        found = {self.pid} & parents.keys()
        while True:
            more = {pid for pid, each in parents.items() if each.parent in found} - found
            if not more:
                return {pid: parents[pid] for pid in found}
            found |= more

    def settle(self) -> dict[int, Process]:
        """Wait until no process of the server computes any more, and return them.

        Raises:
            AssertionError: something still computes.
        """
        deadline = time.monotonic() + PATIENCE_S
        before = self.family()
        while time.monotonic() < deadline:
            time.sleep(0.5)
            after = self.family()
            used = sum(each.ticks for each in after.values())
            same = after.keys() == before.keys()
            # Two hundredths of a second in half a second: timers, not a query.
            if same and used - sum(each.ticks for each in before.values()) <= 2:
                return after
            before = after
        raise AssertionError(f"still computing: {before}")


@dataclass(frozen=True)
class Process:
    """One process: processor time in hundredths of a second, resident memory in bytes."""

    pid: int
    parent: int
    name: str
    ticks: int
    resident: int


def _processes() -> Iterator[Process]:
    page = os.sysconf("SC_PAGE_SIZE")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        name, _, rest = text.partition("(")[2].rpartition(")")
        cells = rest.split()
        if cells[0] != "Z":
            yield Process(
                int(folder.name), int(cells[1]), name, int(cells[11]) + int(cells[12]),
                int(cells[21]) * page,
            )  # fmt: skip


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serve(release: Path = MINI, *, port: int = 0, **settings: object) -> Iterator[Server]:
    """Run ``ctl-kg serve`` on a release until the block ends.

    Args:
        release: folder of the release.
        port: port to listen on; 0 takes a free one.
        settings: settings by name, as ``query_timeout_s=2``; handed over in the environment.
    """
    port = port or free_port()
    origin = f"http://127.0.0.1:{port}"
    variables = {f"CTL_KG_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "ctl_kg", "serve",
               "--release", str(release), "--port", str(port)]  # fmt: skip
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=environment(variables), stdout=log, stderr=log, start_new_session=True
        )
        try:
            with httpx.Client(base_url=origin, timeout=PATIENCE_S, trust_env=False) as client:
                _wait_until_ready(client, process)
                yield Server(origin, port, process.pid, client)
                assert process.poll() is None, "the server ended by itself"
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            raise
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # its own session: itself and its children
                process.wait(20)


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables for another Python process that imports this package."""
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"PYTHONPATH": path} | dict(variables or {})


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, f"the server ended with status {process.returncode}"
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server does not start")


@contextlib.contextmanager
def serve_at_home(folder: Path) -> Iterator[Server]:
    """Run a server on a copy of the small release whose base is the server's own address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}/"
    shutil.copytree(MINI, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for path in folder.rglob("*.*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(BASE.encode(), base.encode()))
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest["base_iri"] = base
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with serve(folder, port=port) as running:
        yield running


class Report:
    """A table of what was asked and what came back, for people.

    It is printed (seen with ``pytest -s``), and appended to ``NAME.tsv`` in the folder that the
    environment variable ``CTL_KG_TEST_REPORTS`` names.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def row(self, *cells: object) -> None:
        """Add a row."""
        line = "\t".join(str(cell).replace("\t", " ").replace("\n", " ") for cell in cells)
        print(f"\n[{self.name}] {line}")
        folder = os.environ.get("CTL_KG_TEST_REPORTS")
        if folder:
            path = Path(folder)
            path.mkdir(parents=True, exist_ok=True)
            with (path / f"{self.name}.tsv").open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def status_of(answer: bytes) -> int:
    """Return the status of a raw answer; 0 if the connection was closed without one."""
    first = answer.partition(b"\r\n")[0].split()
    return int(first[1]) if len(first) > 1 and first[0].startswith(b"HTTP/") else 0
