"""The process that runs queries from the public: it may be killed at any moment.

Started as ``python -m ctl_kg.web.worker_process RELEASE BASE_IRI LIMIT_S``. It loads the
release, says that it is ready, then answers requests from standard input until that closes.
A message is a length (8 bytes, big-endian) and that many bytes: first JSON, then a body.

After loading, the process can open no file and no connection any more (no descriptors are
left), may use a bounded amount of memory, and is ended by the system's own alarm should the
server not end it first.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import IO, Any

from ctl_kg.errors import CtlKgError, QuerySyntaxError
from ctl_kg.publish.formats import (
    GraphWriter,
    by_suffix,
    formats_for,
    read_context,
    write_result,
)
from ctl_kg.sparql.store import LocalStore, open_release_store

MAX_MEMORY_BYTES = 4 * 1024**3  # of address space, above what loading took
_GRACE_S = 2.0  # the server kills at the limit; this is for a server that is gone

LENGTH = struct.Struct(">Q")


def write_message(stream: IO[bytes], message: bytes) -> None:
    """Write one length and one message."""
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)


def read_message(stream: IO[bytes]) -> bytes | None:
    """Read one message, or None if the stream has ended."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def answer(
    store: LocalStore, writer: GraphWriter, request: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    """Run one request; errors that we know become data.

    Returns:
        A head with ``ok`` and either ``suffix`` or the error's fields; and the body.
    """
    try:
        result = store.query(
            request["query"],
            default_graphs=request["default_graphs"],
            named_graphs=request["named_graphs"],
        )
        suffix = request["suffix"]
        form = (
            "CONSTRUCT" if isinstance(result, list) else "ASK" if isinstance(result, bool) else ""
        )
        if by_suffix(suffix, formats_for(form)) is None and not (form == "ASK" and suffix == "csv"):
            raise QuerySyntaxError(f"the answer to this query cannot be written as {suffix}")
        return {"ok": True}, write_result(result, suffix, writer)
    except CtlKgError as error:
        fields = ("message", "hint", "line", "column", "offers")
        known = {name: getattr(error, name) for name in fields if hasattr(error, name)}
        return {"ok": False, "error": type(error).__name__, **known}, b""
    except (MemoryError, RecursionError):
        return {
            "ok": False,
            "error": "StoreError",
            "message": "the query needs too much memory",
        }, b""


def _confine() -> None:
    """Leave the process nothing to open and a bounded amount of memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc").is_dir() else 0
    limit = pages * resource.getpagesize() + MAX_MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Any descriptor numbered from here on cannot be made: no socket, no file.
    highest = max((fd for fd in range(3, 64) if _is_open(fd)), default=2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, highest + 1))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def main(arguments: list[str]) -> None:
    """Load, confine, then answer until standard input ends."""
    release_dir, base_iri, limit_s = Path(arguments[0]), arguments[1], float(arguments[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's business
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    store = open_release_store(release_dir, base_iri=base_iri)
    writer = GraphWriter(base_iri, read_context(release_dir))
    warm = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1"
    for suffix in ("ttl", "jsonld", "nt", "rdf"):  # import now what cannot be opened later
        answer(store, writer, _request(warm, suffix))
    _confine()
    write_message(outgoing, b"ready")
    outgoing.flush()
    while (message := read_message(incoming)) is not None:
        signal.setitimer(signal.ITIMER_REAL, limit_s + _GRACE_S)
        head, body = answer(store, writer, json.loads(message))
        write_message(outgoing, json.dumps(head).encode())
        write_message(outgoing, body)
        outgoing.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _request(query: str, suffix: str) -> dict[str, Any]:
    return {"query": query, "default_graphs": None, "named_graphs": None, "suffix": suffix}


if __name__ == "__main__":
    main(sys.argv[1:])
