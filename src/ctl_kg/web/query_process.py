"""The processes that run queries from the public: any of them may be killed at any moment.

``python -m ctl_kg.web.query_process FD ARGUMENTS`` is the *nursery*: it loads a release once
and then forks a query process for each socket that it receives over descriptor FD. A fork
shares the loaded dataset, so a killed process is replaced in milliseconds, and every process
answers from the release that the nursery loaded, whatever stands in the folder by then.

A query process can open no file and no connection (no descriptors are left), may use a bounded
amount of memory, is the first that a machine short of memory ends, and is ended by the system's
own alarm should the server be gone.

Frames. To a query process: a length (4 bytes, big-endian) and a job as JSON. From it: a kind
(one byte), a length and that many bytes; ``H`` says hello with the process id, ``D`` is a piece
of the answer, ``E`` ends it with the head, ``X`` with an error, both as JSON.
Not here: which process gets a query, and for how long (``query_pool``).
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from ctl_kg.errors import BusyError, CtlKgError, QueryLimitError
from ctl_kg.publish.formats import GraphWriter, read_context
from ctl_kg.publish.release import manifest_digest
from ctl_kg.sparql.store import open_release_store
from ctl_kg.web.query_job import Desk, Head, Job, Limits

JOB_HEAD = struct.Struct(">I")
FRAME_HEAD = struct.Struct(">cI")
PIECE_BYTES = 256 * 1024
_GRACE_S = 2.0  # the server kills at the limit; this is for a server that is gone
_NICENESS = 10  # of one that is quick: below the server, which answers pages meanwhile
_ERROR_FIELDS = ("message", "hint", "line", "column", "offers", "limit", "name", "allowed")
_decode_job = msgspec.json.Decoder(Job).decode


class Output(io.RawIOBase):
    """Sends what is written to it as pieces of an answer, up to a number of bytes.

    Raises:
        QueryLimitError: more is written.
    """

    def __init__(self, connection: socket.socket, most_bytes: int) -> None:
        self._connection = connection
        self._most_bytes = most_bytes
        self._held = bytearray()
        self._sent = 0

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._held += data
        if self._sent + len(self._held) > self._most_bytes:
            raise QueryLimitError(
                f"the answer is larger than {self._most_bytes} bytes",
                limit="bytes",
                hint="Select fewer variables, add LIMIT, or download the whole dataset.",
            )
        if len(self._held) >= PIECE_BYTES:
            self._connection.sendall(FRAME_HEAD.pack(b"D", len(self._held)) + self._held)
            self._sent += len(self._held)
            self._held.clear()
        return len(data)

    def end(self, result: Head | CtlKgError) -> None:
        """Send the rest and the head, or what was met instead."""
        kind, document = (
            (b"X", error_document(result)) if isinstance(result, CtlKgError) else (b"E", result)
        )
        content = msgspec.json.encode(document)
        rest = FRAME_HEAD.pack(b"D", len(self._held)) + self._held if self._held else b""
        end = FRAME_HEAD.pack(kind, len(content))
        self._connection.sendall(rest + end + content)


def error_document(error: CtlKgError) -> dict[str, Any]:
    """Return an error as data, for :func:`rebuilt_error` on the other side."""
    known = {name: getattr(error, name) for name in _ERROR_FIELDS if hasattr(error, name)}
    return {"error": type(error).__name__, **known}


def answer_one(desk: Desk, connection: socket.socket, message: bytes, most_bytes: int) -> None:
    """Answer one job; errors that we know become the end of the answer."""
    output = Output(connection, most_bytes)
    try:
        output.end(desk.answer(_decode_job(message), cast(BinaryIO, output)))
    except CtlKgError as error:
        output.end(error)
    except (MemoryError, RecursionError):
        output.end(out_of_memory())


def out_of_memory() -> QueryLimitError:
    """Return the error of a query that was too large or too deep for its process."""
    return QueryLimitError(
        "the query needs too much memory, or is nested too deeply",
        limit="memory",
        hint="Bind a subject or an object, drop ORDER BY and DISTINCT, or write shorter lists.",
    )


def _confine(memory_bytes: int, *, network: bool) -> None:
    """Leave the process a bounded amount of memory, and nothing to open.

    Where ``SERVICE`` is allowed for some endpoints, the engine must be able to call them; then
    only the scan of the text stands between a query and the network.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc").is_dir() else 0
    limit = pages * resource.getpagesize() + memory_bytes
    with contextlib.suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if network:
        return
    # Any descriptor numbered from here on cannot be made: no socket, no file.
    highest = max((fd for fd in range(3, 64) if _is_open(fd)), default=2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, highest + 1))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _jobs(connection: socket.socket) -> Iterator[bytes]:
    """Yield the jobs that arrive, until the other end closes."""
    received = bytearray()
    while part := connection.recv(PIECE_BYTES):
        received += part
        while len(received) >= JOB_HEAD.size:
            end = JOB_HEAD.size + JOB_HEAD.unpack_from(received)[0]
            if len(received) < end:
                break
            message = bytes(received[JOB_HEAD.size : end])
            del received[:end]
            yield message


def serve(connection: socket.socket, desk: Desk, limits: Limits) -> None:
    """Answer jobs from a connection until it closes."""
    hello = str(os.getpid()).encode()
    connection.sendall(FRAME_HEAD.pack(b"H", len(hello)) + hello)
    for message in _jobs(connection):
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + _GRACE_S)
        answer_one(desk, connection, message, limits.bytes)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _fork(
    desk: Desk,
    control: socket.socket,
    connection: socket.socket,
    limits: Limits,
    *,
    network: bool,
) -> None:
    """Start a query process on a connection."""
    try:
        child = os.fork()
    except OSError:
        child = -1  # closing the connection tells the server
    if child:
        connection.close()
        return
    try:
        control.close()
        os.nice(_NICENESS)
        _confine(limits.memory_bytes, network=network)
        serve(connection, desk, limits)
    except OSError:
        pass  # the server closed the connection in the middle of an answer
    finally:
        os._exit(0)


def main(arguments: list[str]) -> None:
    """Load a release, then fork a query process for each socket received."""
    control = socket.socket(fileno=int(arguments[0]))
    given = json.loads(arguments[1])
    limits = Limits(**given["limits"])
    release_dir, base_iri = Path(given["release_dir"]), given["base_iri"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's business
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended processes leave no trace
    try:
        if manifest_digest(release_dir) != given["manifest_digest"]:
            raise BusyError(
                "the release folder holds another release by now", hint="Try again in a moment."
            )
        store = open_release_store(release_dir, base_iri=base_iri)
        desk = Desk(
            store,
            GraphWriter(base_iri, read_context(release_dir)),
            limits,
            tuple(given["service_allow"]),
        )
        # Import and compute now what could not be opened later.
        for suffix in ("ttl", "jsonld", "nt", "rdf"):
            desk.answer(Job("CONSTRUCT WHERE { ?s a ?o } LIMIT 1", suffix=suffix), io.BytesIO())
        for suffix in ("json", "xml", "csv", "tsv"):
            desk.answer(Job("SELECT * { ?s a ?o } LIMIT 1", suffix=suffix), io.BytesIO())
        desk.answer(Job("SELECT * { ?s a <x:none> }", explain=True), io.BytesIO())
    except CtlKgError as error:
        control.sendall(json.dumps(error_document(error)).encode())
        return
    gc.collect()
    gc.freeze()  # otherwise a collection in a fork would copy every page
    control.sendall(b"{}")
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        connection = socket.socket(fileno=descriptors[0])
        _fork(desk, control, connection, limits, network=bool(given["service_allow"]))


if __name__ == "__main__":
    main(sys.argv[1:])
