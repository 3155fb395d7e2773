"""The servers that are measured: ours and its peers, each started for the time of its turn."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PEERS = Path(__file__).resolve().parents[1] / ".venv-bench" / "bin"
_START_LIMIT_S = 60.0

_BARE_APP = """
import os, pathlib
BODY = pathlib.Path(os.environ["BENCH_BODY"]).read_bytes()
TYPE = os.environ["BENCH_TYPE"].encode()
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    held = any(name == b"if-none-match" for name, _ in scope["headers"])
    head = [(b"content-type", TYPE), (b"etag", b'"x"')]
    if not held:
        head.append((b"content-length", str(len(BODY)).encode()))
    await send({"type": "http.response.start", "status": 304 if held else 200, "headers": head})
    await send({"type": "http.response.body", "body": b"" if held else BODY})
"""


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str], port: int, path: str = "/", environment: Mapping[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """Run a server; give its origin and process id once it answers, and end it afterwards.

    Raises:
        RuntimeError: it ended or did not answer in time.
    """
    origin = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | dict(environment or {}),
        start_new_session=True,
    )
    try:
        _wait(process, origin + path)
        yield origin, process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer within {_START_LIMIT_S:.0f} s")


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process and its children, in MB."""
    total = 0
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True)
    rows = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    family = {pid}
    for _ in range(4):
        family |= {child for child, parent, _ in rows if parent in family}
    total = sum(rss for child, _, rss in rows if child in family)
    return total / 1024


@contextlib.contextmanager
def ours(release: Path) -> Iterator[tuple[str, int]]:
    """Serve a release with ``ctl-kg serve``."""
    port = free_port()
    command = [sys.executable, "-m", "ctl_kg", "serve", "--release", str(release)]
    with running([*command, "--port", str(port)], port, "/healthz") as server:
        yield server


@contextlib.contextmanager
def bare_asgi(body: bytes, media_type: str) -> Iterator[tuple[str, int]]:
    """Serve fixed bytes from the smallest application under uvicorn, without access log."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.py").write_text(_BARE_APP, encoding="utf-8")
        content = Path(folder) / "body"
        content.write_bytes(body)
        command = [sys.executable, "-m", "uvicorn", "bare:app", "--app-dir", folder]
        command += ["--port", str(port), "--log-level", "critical", "--no-access-log"]
        environment = {"BENCH_BODY": str(content), "BENCH_TYPE": media_type}
        with running(command, port, environment=environment) as server:
            yield server


@contextlib.contextmanager
def nginx(body: bytes) -> Iterator[tuple[str, int]]:
    """Serve fixed bytes as a file from nginx with one worker.

    Raises:
        FileNotFoundError: nginx is not installed.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise FileNotFoundError("nginx is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "file").write_bytes(body)
        (root / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error;\n"
            "events { worker_connections 512; }\n"
            f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;"
            f" fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;"
            f" keepalive_requests 1000000;"
            f" server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n",
            encoding="utf-8",
        )
        with running([program, "-c", f"{folder}/nginx.conf"], port, "/file") as server:
            yield server


@contextlib.contextmanager
def oxigraph(nquads: Path) -> Iterator[tuple[str, int]]:
    """Serve the data from Oxigraph's own server, on disk.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = _peer("oxigraph")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store")
        load = [program, "load", "--location", store, "--file", str(nquads)]
        subprocess.run(load, check=True, capture_output=True)
        command = [program, "serve", "--location", store, "--bind", f"127.0.0.1:{port}"]
        command.append("--union-default-graph")
        with running(command, port) as server:
            yield server


@contextlib.contextmanager
def rdflib_endpoint(nquads: Path) -> Iterator[tuple[str, int]]:
    """Serve the data from rdflib-endpoint.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = _peer("rdflib-endpoint")
    port = free_port()
    command = [program, "serve", str(nquads), "--host", "127.0.0.1", "--port", str(port)]
    with running(command, port, "/?query=ASK%20%7B%7D") as server:
        yield server


def _peer(name: str) -> str:
    path = PEERS / name
    if not path.exists():
        raise FileNotFoundError(f"{name} is not installed in .venv-bench")
    return str(path)
