"""The server's end of a query process: jobs go out, and their answers come in, in order.

Not here: what the process does (``query_process``), and which job it gets (``query_pool``).
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from typing import IO, Any, NamedTuple, TypeAlias, cast

import msgspec

from ctl_kg import errors
from ctl_kg.errors import BusyError, CtlKgError, StoreError
from ctl_kg.web.query_job import Head, Job
from ctl_kg.web.query_process import FRAME_HEAD, JOB_HEAD, out_of_memory

_JOBS_PER_PROCESS = 200_000  # then it is replaced, whatever it may have leaked
_MOST_WALL = 40  # times the processor time that a slice has
_decode_head = msgspec.json.Decoder(Head).decode
_IN_MEMORY_BYTES = 4_000_000  # of one answer; the rest waits on disk for the client


class Answer(NamedTuple):
    """A whole answer: what is known of it, and its bytes from the start."""

    head: Head
    body: IO[bytes]
    size: int

    def read(self) -> bytes:
        """Return all bytes; they can be read once."""
        self.body.seek(0)
        with self.body:
            return self.body.read()


Ended: TypeAlias = Callable[["QueryProcess", Answer | CtlKgError], None]


class QueryProcess(asyncio.Protocol):
    """One query process.

    Args:
        ended: called for each job in turn, with its answer or with what the process met;
            when the process dies, only for the job that it was at.
    """

    def __init__(self, ended: Ended) -> None:
        self.pid = 0
        self._loop = asyncio.get_running_loop()
        self.hello: asyncio.Future[None] = self._loop.create_future()
        # When the job that it is at was begun: by the event loop's clock, and by its own.
        self._begun_at = self._begun_cpu = 0.0
        self.is_dead = False
        self._ended = ended
        self._given = self._unanswered = 0
        self._received = bytearray()
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._size = 0
        self._transport: asyncio.Transport | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether the process has a job."""
        return self._unanswered > 0

    @property
    def is_reusable(self) -> bool:
        """Tell whether the process is good for another job."""
        return not self.is_dead and self._given < _JOBS_PER_PROCESS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the process."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the process has ended."""
        self.is_dead = True
        if not self.hello.done():
            self.hello.set_exception(BusyError("no process can be started for the query"))
        self._finish(out_of_memory())

    def data_received(self, data: bytes) -> None:
        """Take what the process sends."""
        received = self._received
        received += data
        start, size = 0, FRAME_HEAD.size
        while len(received) >= start + size:
            kind, length = FRAME_HEAD.unpack_from(received, start)
            end = start + size + length
            if len(received) < end:
                break
            content = bytes(received[start + size : end])
            start = end
            if kind == b"D":
                self._take(content)
            elif kind == b"E":
                self._finish(self._answer(_decode_head(content)))
            elif kind == b"X":
                self._finish(rebuilt_error(json.loads(content)))
            else:
                self.pid = int(content)
                self.hello.set_result(None)
        del received[:start]

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._file is not None:
            self._file.write(piece)
            return
        self._pieces.append(piece)
        if self._size > _IN_MEMORY_BYTES:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
            self._file.writelines(self._pieces)
            self._pieces.clear()

    def _answer(self, head: Head) -> Answer:
        body = self._file or io.BytesIO(b"".join(self._pieces))
        self._file = None
        return Answer(head, body, self._size)

    def _finish(self, result: Answer | CtlKgError) -> None:
        if self._unanswered:
            self._unanswered -= 1
            self._pieces = []
            self._size = 0
            self._begin()
            self._ended(self, result)

    def ask(self, job: Job) -> None:
        """Give the process a job, which it does after those that it has."""
        assert self._transport is not None
        if not self._unanswered:
            self._begin()
        self._given += 1
        self._unanswered += 1
        message = msgspec.json.encode(job)
        self._transport.write(JOB_HEAD.pack(len(message)) + message)

    def _begin(self) -> None:
        self._begun_at = self._loop.time()
        self._begun_cpu = self._cpu_s()

    def has_used(self, seconds: float) -> bool:
        """Tell whether the job that it is at has had so much processor time.

        Not time on the wall, of which a plain query needs much on a crowded machine; but one
        that waits for something else, or for a processor forever, ends its slice too.
        """
        wall = self._loop.time() - self._begun_at
        if not self._unanswered or wall < seconds:
            return False
        return wall >= _MOST_WALL * seconds or self._cpu_s() - self._begun_cpu >= seconds

    def _cpu_s(self) -> float:
        """Return the processor time of the process, or that of the clock where none can tell."""
        try:
            # What clock_getcpuclockid(3) gives for a process, which Python has no name for.
            return time.clock_gettime(~self.pid << 3 | 2)
        except (OSError, ValueError, OverflowError):
            return self._loop.time()

    def stop(self) -> None:
        """Let the process rest until :meth:`resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the process go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.pid and not self.is_dead:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def yield_to_others(self) -> None:
        """Let the process run only where nothing else would."""
        if self.pid and not self.is_dead:
            with contextlib.suppress(OSError):
                if sys.platform == "linux":  # who wakes up then need not wait for its time slice
                    os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))
                else:
                    os.setpriority(os.PRIO_PROCESS, self.pid, 19)

    def kill(self) -> None:
        """End the process now; nothing is said of its jobs any more."""
        self._signal(signal.SIGKILL)
        self.is_dead = True
        self._unanswered = 0
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._transport is not None:
            self._transport.abort()


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
