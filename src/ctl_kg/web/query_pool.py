"""Run queries from the public in processes that can be killed: who gets one, and for how long.

Every query begins in the *fast lane*, a few processes at normal priority. What is not answered
within a slice of 50 ms is costly: it leaves the lane to the next query, goes on at the lowest
priority with at most ``query_workers`` others, or is stopped until one of them ends. So a plain
query is answered at once however many costly ones run, and so are pages. A process that ran a
costly query, overran, or lost its client is killed; the nursery forks another in milliseconds.

Not here: what a process does (``query_process``, ``query_job``).
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from ctl_kg import errors
from ctl_kg.errors import BusyError, ClientGoneError, CtlKgError, QueryTimeoutError, StoreError
from ctl_kg.settings import Settings
from ctl_kg.sparql.results import parse_json
from ctl_kg.sparql.terms import QueryResult
from ctl_kg.web.query_job import Head, Job
from ctl_kg.web.query_process import FRAME_HEAD, JOB_HEAD, out_of_memory

SLICE_S = 0.05
_START_LIMIT_S = 120.0
_LANES = max(2, os.cpu_count() or 1)
_JOBS_PER_PROCESS = 20_000  # then it is replaced, whatever it may have leaked
_STOPPED_PER_WORKER = 8  # costly queries that wait for each that runs; more get 503
_IN_MEMORY_BYTES = 4_000_000  # of one answer; the rest waits on disk for the client

# What the metrics call the end of a query, by limit or error code.
_OUTCOMES = {
    "time": "timeout", "memory": "memory", "rows": "rows", "bytes": "bytes", "busy": "busy",
    "query-syntax": "syntax", "cancelled": "cancelled",
}  # fmt: skip

Gone: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
Count: TypeAlias = Callable[[str, float], None]


@dataclass
class Answer:
    """A whole answer: what is known of it, and its bytes from the start."""

    head: Head
    body: IO[bytes]
    size: int

    def read(self) -> bytes:
        """Return all bytes; they can be read once."""
        self.body.seek(0)
        with self.body:
            return self.body.read()


class _Process(asyncio.Protocol):
    """One query process; it has at most one job at a time."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.pid = 0
        self.jobs = 0
        self.hello: asyncio.Future[None] = loop.create_future()
        self._turn: asyncio.Future[Answer | None] | None = None
        self._result: Answer | CtlKgError | None = None
        self._received = bytearray()
        self._pieces: IO[bytes] = io.BytesIO()
        self._size = 0
        self._transport: asyncio.Transport | None = None
        self.is_dead = False
        self.is_busy = False

    @property
    def is_reusable(self) -> bool:
        """Tell whether the process is good for another job."""
        return not (self.is_dead or self.is_busy or self.jobs >= _JOBS_PER_PROCESS)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the process."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the process has ended."""
        self.is_dead = True
        self._finish(out_of_memory())
        if not self.hello.done():
            self.hello.set_exception(StoreError("no process can be started for the query"))

    def data_received(self, data: bytes) -> None:
        """Take what the process sends."""
        received = self._received
        received += data
        size = FRAME_HEAD.size
        while len(received) >= size:
            kind, length = FRAME_HEAD.unpack_from(received)
            if len(received) < size + length:
                return
            content = bytes(received[size : size + length])
            del received[: size + length]
            self._frame(kind, content)

    def _frame(self, kind: bytes, content: bytes) -> None:
        if kind == b"D":
            self._size += len(content)
            if self._size > _IN_MEMORY_BYTES and isinstance(self._pieces, io.BytesIO):
                begun = self._pieces.getvalue()
                self._pieces = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
                self._pieces.write(begun)
            self._pieces.write(content)
        elif kind == b"E":
            self.is_busy = False
            document = json.loads(content)
            if "error" in document:
                self._finish(rebuilt_error(document))
            else:
                self._finish(Answer(Head(**document), self._pieces, self._size))
        else:
            self.pid = int(content)
            if not self.hello.done():
                self.hello.set_result(None)

    def _finish(self, result: Answer | CtlKgError) -> None:
        if self._result is None:
            self._result = result
        self._wake()

    def _wake(self) -> None:
        if self._turn is not None and not self._turn.done():
            if isinstance(self._result, CtlKgError):
                self._turn.set_exception(self._result)
            else:
                self._turn.set_result(self._result)

    def ask(self, job: Job) -> None:
        """Give the process a job."""
        assert self._transport is not None
        self._result = out_of_memory() if self.is_dead else None
        self._pieces = io.BytesIO()
        self._size = 0
        self.jobs += 1
        self.is_busy = True
        message = json.dumps(job.fields()).encode()
        self._transport.write(JOB_HEAD.pack(len(message)) + message)

    async def wait(self, seconds: float) -> Answer | None:
        """Return the answer, or None if it is not there after so many seconds.

        Raises:
            CtlKgError: what the process met.
        """
        loop = asyncio.get_running_loop()
        self._turn = loop.create_future()
        timer = loop.call_later(max(0.0, seconds), self._wake)
        if self._result is not None or self.is_dead:
            self._wake()
        try:
            return await self._turn
        finally:
            timer.cancel()

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        if self.pid and not self.is_dead:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def yield_to_others(self) -> None:
        """Give the process the lowest priority."""
        if self.pid and not self.is_dead:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, 19)

    def kill(self) -> None:
        """End the process now."""
        self.signal(signal.SIGKILL)
        self.is_dead = True
        if self.is_busy:
            self._pieces.close()
        if self._transport is not None:
            self._transport.abort()


class QueryPool:
    """The query processes of one release.

    Args:
        release_dir: the release; read once, by the nursery.
        base_iri: base of its IRIs.
        manifest_digest: SHA-256 of its manifest, so that the nursery loads this release or none.
        settings: the limits.
        count: called with the outcome of each query, as the metrics name it, and its seconds.
    """

    def __init__(
        self,
        release_dir: Path,
        base_iri: str,
        manifest_digest: str,
        settings: Settings,
        count: Count = lambda outcome, seconds: None,
    ) -> None:
        self.settings = settings
        self.lanes = _LANES
        self._count = count
        self._arguments = json.dumps(
            {
                "release_dir": str(release_dir),
                "base_iri": base_iri,
                "manifest_digest": manifest_digest,
                "limits": {
                    "seconds": settings.query_timeout_s,
                    "memory_bytes": settings.query_memory_bytes,
                    "rows": settings.query_max_rows,
                    "bytes": settings.query_max_bytes,
                },
                "service_allow": settings.service_allow,
            }
        )
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._idle: list[_Process] = []
        self.processes: set[_Process] = set()

    async def start(self) -> None:
        """Load the release and start the first processes.

        Raises:
            StoreError: the nursery could not load it.
        """
        self._loop = asyncio.get_running_loop()
        self._fast = asyncio.Semaphore(self.lanes)
        self._costly = asyncio.Semaphore(self.settings.query_workers)
        self._starting = asyncio.Lock()
        self._waiting = 0
        self._stopped = 0
        if self._nursery is None:
            self.launch()
        await self._loaded()
        self._idle += [await self._new() for _ in range(self.lanes)]

    def launch(self) -> None:
        """Start the nursery; it loads the release while the server does other things."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "ctl_kg.web.query_process", str(theirs.fileno())]
        self._nursery = subprocess.Popen(
            [*command, self._arguments],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()
        ours.setblocking(False)
        if self._control is not None:
            self._control.close()
        self._control = ours

    async def _loaded(self) -> None:
        """Wait until the nursery has loaded the release.

        Raises:
            StoreError: it could not, or not in time.
        """
        assert self._control is not None
        loop = asyncio.get_running_loop()
        try:
            said = await asyncio.wait_for(loop.sock_recv(self._control, 65536), _START_LIMIT_S)
        except TimeoutError as error:
            raise StoreError("the release could not be loaded for queries in time") from error
        document = json.loads(said or b'{"error": "StoreError"}')
        if document:
            raise rebuilt_error(document)

    def kill_nursery(self) -> None:
        """End the nursery; the next process that is needed starts another."""
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()

    async def close(self) -> None:
        """End every process."""
        for process in list(self.processes):
            process.kill()
        self.processes.clear()
        self._idle.clear()
        if self._control is not None:
            self._control.close()
        await asyncio.to_thread(self.kill_nursery)

    @property
    def is_ready(self) -> bool:
        """Tell whether queries can be answered."""
        return self._nursery is not None and self._nursery.poll() is None

    async def _new(self) -> _Process:
        """Return a new process.

        Raises:
            StoreError: none can be started.
        """
        async with self._starting:
            if not self.is_ready:
                self.launch()
                await self._loaded()
        assert self._control is not None
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        loop = asyncio.get_running_loop()
        _, process = await loop.create_unix_connection(_Process, sock=ours)
        self.processes.add(process)
        await asyncio.wait_for(process.hello, _START_LIMIT_S)
        return process

    def _end(self, process: _Process) -> None:
        process.kill()
        self.processes.discard(process)

    def query(self, text: str) -> QueryResult:
        """Return the answer to a SELECT of our own; for other threads than the event loop's.

        Raises:
            CtlKgError: see :meth:`run`.
        """
        answer = asyncio.run_coroutine_threadsafe(
            self.run(Job(text, suffix="json")), self._loop
        ).result()
        return parse_json(answer.read())

    async def run(self, job: Job, gone: Gone | None = None) -> Answer:
        """Return the answer to a job.

        Args:
            job: what is asked.
            gone: returns when nobody waits for the answer any more; the query then ends.
        Raises:
            ClientGoneError: nobody waits for the answer any more.
            QuerySyntaxError: the text does not parse or is refused.
            NotAcceptableError: no format suits.
            QueryLimitError: the query would pass a limit.
            BusyError: too many queries run and wait.
            StoreError: the engine failed.
        """
        loop = asyncio.get_running_loop()
        begin = loop.time()
        outcome = "cancelled"
        try:
            answer = await self._run(job, begin + self.settings.query_timeout_s, gone)
            outcome = "ok"
            return answer
        except CtlKgError as error:
            outcome = _OUTCOMES.get(getattr(error, "limit", "") or error.code, "error")
            raise
        finally:
            self._count(outcome, loop.time() - begin)

    async def _run(self, job: Job, deadline: float, gone: Gone | None) -> Answer:
        await self._enter(deadline)
        in_lane = True
        process: _Process | None = None
        try:
            process = self._take_idle() or await self._new()
            process.ask(job)
            answer = await process.wait(min(SLICE_S, _left(deadline)))
            if answer is None:
                in_lane = False
                self._fast.release()
                async with _while_wanted(gone):
                    answer = await self._finish_costly(process, deadline)
            return answer
        finally:
            if process is not None:
                if in_lane and process.is_reusable:
                    self._idle.append(process)
                else:
                    self._end(process)
            if in_lane:
                self._fast.release()

    def _take_idle(self) -> _Process | None:
        """Return a process that waits for a job, if there is one that still lives."""
        while self._idle:
            process = self._idle.pop()
            if process.is_reusable:
                return process
            self._end(process)
        return None

    async def _enter(self, deadline: float) -> None:
        """Wait for a place in the fast lane."""
        if not self._fast.locked():
            await self._fast.acquire()
            return
        if self._waiting >= self.settings.query_queue:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(_left(deadline)):
                await self._fast.acquire()
        except TimeoutError as error:
            raise _busy() from error
        finally:
            self._waiting -= 1

    async def _finish_costly(self, process: _Process, deadline: float) -> Answer:
        """Return the answer of a process that has left the fast lane."""
        process.yield_to_others()
        await self._take_turn(process, deadline)
        try:
            answer = await process.wait(_left(deadline))
        finally:
            self._costly.release()
        if answer is None:
            limit = self.settings.query_timeout_s
            raise QueryTimeoutError(
                f"the query ran longer than {limit:g} s and was stopped",
                hint="Narrow it: bind a subject or an object, filter early, add LIMIT.",
            )
        return answer

    async def _take_turn(self, process: _Process, deadline: float) -> None:
        """Let a costly query go on if there are few; else stop it until one of them ends."""
        if not self._costly.locked():
            await self._costly.acquire()
            return
        if self._stopped >= _STOPPED_PER_WORKER * self.settings.query_workers:
            raise _busy()
        self._stopped += 1
        process.signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(_left(deadline)):
                await self._costly.acquire()
        except TimeoutError as error:
            raise _busy() from error
        finally:
            self._stopped -= 1
        process.signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def _while_wanted(gone: Gone | None) -> AsyncIterator[None]:
    """Break off what is awaited inside as soon as nobody waits for it any more.

    Raises:
        ClientGoneError: it was broken off.
    """
    task = asyncio.current_task()
    if gone is None or task is None:
        yield
        return
    fired = False

    def fire(watch: asyncio.Task[None]) -> None:
        nonlocal fired
        if not watch.cancelled() and watch.exception() is None:
            fired = True
            task.cancel()

    watch = asyncio.create_task(gone())
    watch.add_done_callback(fire)
    try:
        yield
    except asyncio.CancelledError as error:
        if fired and task.uncancel() == 0:
            raise ClientGoneError("the client closed the connection") from error
        raise
    finally:
        watch.remove_done_callback(fire)
        watch.cancel()


def _left(deadline: float) -> float:
    return max(0.0, deadline - asyncio.get_running_loop().time())


def _busy() -> BusyError:
    return BusyError(
        "the server is busy with other queries",
        hint="Try again in a few seconds; a query that binds a subject or an object is quicker.",
    )


def rebuilt_error(document: dict[str, Any]) -> CtlKgError:
    """Return an error that another process met, as it was."""
    kind = getattr(errors, str(document.get("error")), StoreError)
    error: CtlKgError = kind.__new__(kind)
    message = str(document.get("message", "the query failed"))
    CtlKgError.__init__(error, message, hint=str(document.get("hint", "")))
    for name, value in document.items():
        if name not in ("error", "message", "hint"):
            setattr(error, name, value)
    return error
