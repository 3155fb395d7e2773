"""The servers that are measured: ours and its peers, each with the same data."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

from processes import Running, free_port, running

HERE = Path(__file__).resolve().parent
# Where the peers from PyPI and npm are installed; other places for experiments.
PYTHON_PEERS = Path(os.environ.get("BENCH_VENV", HERE.parent / ".venv-bench")) / "bin"
NODE_PEERS = Path(os.environ.get("BENCH_NODE_MODULES", HERE / "node_modules"))
BASE = "https://w3id.org/ctl-kg/"
_ASK = "query=ASK%20%7B%7D"

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

_TRIFID = """
server:
  logLevel: error
globals:
  datasetBaseUrl: {base}
  endpoints:
    default:
      url: /query
plugins:
  entity-renderer:
    module: "@zazuko/trifid-entity-renderer"
  fetch-handler:
    module: trifid-handler-fetch
    paths: /query
    config:
      url: {data}
      contentType: application/n-triples
      baseIRI: {base}
      unionDefaultGraph: true
"""


def _listening(
    command: Sequence[str],
    path: str,
    *,
    environment: Mapping[str, str] | None = None,
    folder: str | None = None,
) -> AbstractContextManager[Running]:
    """Run a program that takes ``--port``; ready when it answers ``path``."""
    port = free_port()
    with_port = [*command, "--port", str(port)]
    return running(with_port, port, path, environment=environment, folder=folder)


def ours(release: Path, path: str = "/data/cluster/afil.ttl") -> AbstractContextManager[Running]:
    """Serve a release with ``ctl-kg serve``, one worker; ready when it answers ``path``."""
    command = [sys.executable, "-m", "ctl_kg", "serve", "--release", str(release)]
    return _listening(command, path)


@contextlib.contextmanager
def bare_asgi(body: bytes, media_type: str, server_name: str) -> Iterator[Running]:
    """Serve fixed bytes from the smallest application, without access log.

    Args:
        body: what is sent.
        media_type: its type.
        server_name: ``uvicorn`` or ``granian``, with one worker.
    Raises:
        FileNotFoundError: the server is not installed.
    """
    program = _python_peer(server_name)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.py").write_text(_BARE_APP, encoding="utf-8")
        content = Path(folder) / "body"
        content.write_bytes(body)
        command = [program, "bare:app"]
        if server_name == "uvicorn":
            command += ["--log-level", "critical", "--no-access-log", "--app-dir", folder]
        else:
            command += ["--interface", "asgi", "--workers", "1", "--no-log", "--no-ws"]
            command += ["--working-dir", folder]
        environment = {"BENCH_BODY": str(content), "BENCH_TYPE": media_type, "PYTHONPATH": folder}
        with _listening(command, "/", environment=environment, folder=folder) as server:
            yield server


@contextlib.contextmanager
def nginx(body: bytes) -> Iterator[Running]:
    """Serve fixed bytes as a file from nginx with one worker.

    Raises:
        FileNotFoundError: nginx is not installed.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise FileNotFoundError("nginx is not installed (Debian: nginx-light)")
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
def oxigraph(nquads: Path) -> Iterator[Running]:
    """Serve the data from Oxigraph's own server, on disk; loading is not part of its start.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = _python_peer("oxigraph")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store")
        load = [program, "load", "--location", store, "--file", str(nquads)]
        subprocess.run(load, check=True, capture_output=True)
        command = [program, "serve-read-only", "--location", store]
        command += ["--bind", f"127.0.0.1:{port}", "--union-default-graph"]
        with running(command, port, f"/query?{_ASK}") as server:
            yield server


def rdflib_endpoint(nquads: Path) -> AbstractContextManager[Running]:
    """Serve the data from rdflib-endpoint.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = _python_peer("rdflib-endpoint")
    return _listening([program, "serve", str(nquads), "--host", "127.0.0.1"], f"/?{_ASK}")


@contextlib.contextmanager
def shmarql(nquads: Path) -> Iterator[Running]:
    """Serve the data from SHMARQL, which reads no N-Quads: as N-Triples, in memory.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = _python_peer("uvicorn")
    if not list(PYTHON_PEERS.parent.glob("lib/python*/site-packages/shmarql")):
        raise FileNotFoundError("shmarql is not installed in .venv-bench")
    with tempfile.TemporaryDirectory() as folder:
        data = _without_graphs(nquads, Path(folder))
        environment = {"DATA_LOAD_PATHS": str(data), "SITE_URI": BASE, "DEBUG": "0"}
        command = [program, "shmarql:app", "--log-level", "critical", "--no-access-log"]
        path = "/shmarql/?query=" + quote("SELECT * WHERE { ?s ?p ?o } LIMIT 1")  # no ASK
        with _listening(command, path, environment=environment, folder=folder) as server:
            yield server


@contextlib.contextmanager
def trifid(nquads: Path) -> Iterator[Running]:
    """Serve the data from Trifid, with its own in-memory store.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = NODE_PEERS / ".bin" / "trifid"
    if not program.exists():
        raise FileNotFoundError("trifid is not installed (npm ci --prefix benchmarks)")
    with tempfile.TemporaryDirectory() as folder:
        data = _without_graphs(nquads, Path(folder))
        config = Path(folder) / "config.yaml"
        config.write_text(_TRIFID.format(base=BASE, data=data), encoding="utf-8")
        command = [str(program), "--config", str(config)]
        with _listening(command, f"/query?{_ASK}", folder=str(NODE_PEERS.parent)) as server:
            yield server


def _without_graphs(nquads: Path, folder: Path) -> Path:
    """Write N-Quads as N-Triples, for a server that reads no named graphs."""
    target = folder / "data.nt"
    with nquads.open("rb") as source, target.open("wb") as out:
        out.writelines(line.rpartition(b" <")[0] + b" .\n" for line in source)
    return target


def _python_peer(name: str) -> str:
    path = PYTHON_PEERS / name
    if not path.exists():
        raise FileNotFoundError(f"{name} is not installed in .venv-bench")
    return str(path)
