"""Run queries from the public in processes that can be killed.

The engine knows no time limit and can bring its process down, so each query runs in one of a
few worker processes; at the limit the process is killed and another takes its place.
Not here: what a worker does (``worker_process``).
"""

from __future__ import annotations

import contextlib
import io
import json
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox

from ctl_kg import errors
from ctl_kg.errors import BusyError, QueryTimeoutError, StoreError
from ctl_kg.sparql.terms import Solutions
from ctl_kg.web.worker_process import read_message, write_message

_START_LIMIT_S = 120.0

_T = TypeVar("_T")


@dataclass(frozen=True)
class Job:
    """One query, and the suffix of the format that its answer is wanted in."""

    query: str
    suffix: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None


class _Worker:
    """One process; ``ask`` must not be called from two threads at once."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._ready = False

    def ask(self, job: Job, limit_s: float) -> tuple[dict[str, Any], bytes]:
        """Return the head and the body of the answer.

        Raises:
            QueryTimeoutError: the limit passed; the process is gone.
            StoreError: the process died.
        """
        if not self._ready:
            self._within(_START_LIMIT_S, lambda: read_message(self._output))
            self._ready = True
        message = json.dumps(
            {
                "query": job.query,
                "suffix": job.suffix,
                "default_graphs": job.default_graphs,
                "named_graphs": job.named_graphs,
            }
        ).encode()

        def exchange() -> tuple[bytes, bytes] | None:
            try:
                write_message(self._input, message)
                self._input.flush()
            except OSError:
                return None
            head = read_message(self._output)
            body = read_message(self._output) if head is not None else None
            return (head, body) if head is not None and body is not None else None

        head, body = self._within(limit_s, exchange)
        return json.loads(head), body

    def _within(self, limit_s: float, call: Callable[[], _T | None]) -> _T:
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(limit_s, expire)
        timer.start()
        try:
            found = call()
        finally:
            timer.cancel()
        if found is not None and not expired.is_set():
            return found
        self.stop()
        if expired.is_set():
            raise QueryTimeoutError(
                f"the query ran longer than {limit_s:g} s and was stopped",
                hint="Narrow it: bind a subject or an object, filter early, add LIMIT.",
            )
        raise StoreError(
            "the query brought the engine down: it is too deep or needs too much memory",
            hint="Write it with fewer nested brackets, terms and values.",
        )

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):  # closing flushes, and the other end is gone
                pipe.close()
        self._process.wait()


class WorkerPool:
    """A few workers on one release."""

    def __init__(self, release_dir: Path, base_iri: str, limit_s: float, *, size: int) -> None:
        self._command = [
            sys.executable, "-m", "ctl_kg.web.worker_process",
            str(release_dir), base_iri, str(limit_s),
        ]  # fmt: skip
        self._limit_s = limit_s
        # None stands for a worker that has not been started yet.
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._alive: set[_Worker] = set()
        self._lock = threading.Lock()
        for _ in range(size):
            self._idle.put(None)
        self._size = size
        self._finalizer = weakref.finalize(self, _stop_all, self._alive)

    def start(self) -> None:
        """Start every worker now, not at the first query."""
        for _ in range(self._size):
            found = self._idle.get_nowait()
            self._idle.put(found or self._new())

    def close(self) -> None:
        """End every worker."""
        self._finalizer()
        while not self._idle.empty():
            self._idle.get_nowait()
        for _ in range(self._size):
            self._idle.put(None)
        self._finalizer = weakref.finalize(self, _stop_all, self._alive)

    def _new(self) -> _Worker:
        worker = _Worker(self._command)
        with self._lock:
            self._alive.add(worker)
        return worker

    def run(self, job: Job) -> bytes:
        """Return the answer to a query in its format; blocks, so call it in a thread.

        Raises:
            QuerySyntaxError: the text does not parse or is refused.
            QueryTimeoutError: the query ran longer than the limit.
            BusyError: no worker became free within the limit.
            StoreError: the engine failed.
        """
        try:
            worker = self._idle.get(timeout=self._limit_s)
        except queue.Empty as error:
            raise BusyError(
                "the server is busy with other queries", hint="Try again in a few seconds."
            ) from error
        try:
            worker = worker or self._new()
        except OSError as error:
            self._idle.put(None)
            raise BusyError("no process can be started for the query") from error
        try:
            head, body = worker.ask(job, self._limit_s)
        except StoreError:
            with self._lock:
                self._alive.discard(worker)
            worker = self._new()  # it loads while others are answered
            raise
        finally:
            self._idle.put(worker)
        if not head["ok"]:
            raise _rebuild(head)
        return body

    def select(self, text: str) -> Solutions:
        """Return the answer to a SELECT as terms."""
        body = self.run(Job(text, "json"))
        found = ox.parse_query_results(io.BytesIO(body), format=ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        return Solutions(names, [tuple(row) for row in found])


def _stop_all(workers: set[_Worker]) -> None:
    while workers:
        workers.pop().stop()


def _rebuild(head: dict[str, Any]) -> errors.CtlKgError:
    """Return the error that a worker met, as it was."""
    kind = getattr(errors, head["error"], StoreError)
    if kind is errors.NotAcceptableError:
        not_acceptable = errors.NotAcceptableError(head.get("offers", []))
        not_acceptable.hint = head["hint"]
        return not_acceptable
    if kind is errors.QuerySyntaxError:
        return errors.QuerySyntaxError(
            head["message"], line=head.get("line"), column=head.get("column"), hint=head["hint"]
        )
    return StoreError(head["message"], hint=head.get("hint", ""))
