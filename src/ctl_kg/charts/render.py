"""Draw pictures as SVG and PNG, in one process of its own that lives while it is needed.

The process starts with the first picture, draws one at a time, and ends when nothing was drawn
for a while; one that takes too long is killed and started anew. The renderer weighs 90 MB: none
of it is in the server's own process. The caller's event loop only waits.
Not here: what the process does (``render_process``).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from ctl_kg.charts.picture import Picture
from ctl_kg.errors import BusyError, NoPicturesError, PictureError

_log = logging.getLogger(__name__)

LIMIT_S = 10.0  # for one picture
_START_LIMIT_S = 60.0  # for the process to be ready
IDLE_S = 60.0  # after which the process ends
PNG_SCALE = 2.0  # pixels of a PNG for one of the picture: sharp in print and on fine screens
_MOST_WAITING = 32
_HEAD_BYTES = 4
_NEEDED = ("vl_convert", "fontTools")


@lru_cache(maxsize=1)
def can_draw() -> bool:
    """Tell whether the optional packages that pictures need are installed."""
    return all(find_spec(name) is not None for name in _NEEDED)


class Renderer:
    """Draws pictures; the process is started and ended as needed.

    Args:
        fonts: folder of the TrueType files that pictures are set in.
        limit_s: seconds that one picture may take.
        idle_s: seconds without a picture after which the process ends.
    """

    def __init__(self, fonts: Path, *, limit_s: float = LIMIT_S, idle_s: float = IDLE_S) -> None:
        self._fonts, self._limit_s, self._idle_s = fonts, limit_s, idle_s
        # One thread: pictures come one after another, and only it touches the process.
        self._thread: ThreadPoolExecutor | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None
        self._lock = threading.Lock()
        self._waiting = 0
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The process id while there is a process."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    async def svg(self, picture: Picture) -> bytes:
        """Return a picture as SVG.

        Raises:
            NoPicturesError: the packages that it needs are not installed.
            PictureError: it could not be drawn, or not in time.
            BusyError: too many pictures wait.
        """
        return await self._draw({"kind": "svg", "spec": picture.spec})

    async def png(self, picture: Picture, scale: float = PNG_SCALE) -> bytes:
        """Return a picture as PNG; ``scale`` pixels for one of the picture's.

        Raises:
            CtlKgError: as :meth:`svg`.
        """
        return await self._draw({"kind": "png", "spec": picture.spec, "scale": scale})

    async def _draw(self, job: dict[str, Any]) -> bytes:
        if not can_draw():
            raise NoPicturesError(
                "this server draws no pictures",
                hint="Install its extra 'pictures': pip install 'ctl-kg[pictures]'. "
                "The data and the specification (.csv, .json) are there without it.",
            )
        if self._waiting >= _MOST_WAITING or self._is_closed:
            raise BusyError("too many pictures wait to be drawn", hint="Try again in a moment.")
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._exchange, job)
        finally:
            self._waiting -= 1

    def _exchange(self, job: dict[str, Any]) -> bytes:
        """Give the process a job and wait for the answer; once more if it had ended before."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            message = json.dumps(job).encode()
            answer = b""
            begin = time.monotonic()
            for _ in range(2):
                is_new = self.pid is None
                answer = self._ask(message)
                if answer or is_new or time.monotonic() - begin >= self._limit_s:
                    break
            self._await_idleness()
        if not answer:
            _log.warning("a picture was not drawn within %g s, or its process died", self._limit_s)
            raise PictureError("the picture could not be drawn in time", hint="Try again.")
        if answer[:1] != b"O":
            _log.error("a picture was not drawn: %s", answer[1:500].decode(errors="replace"))
            raise PictureError("the picture could not be drawn")
        return answer[1:]

    def _ask(self, message: bytes) -> bytes:
        """Return the answer of the process, or nothing if it ended or had to be killed."""
        process = self._process
        if process is None or process.poll() is not None:
            self._end(process)
            process = self._process = self._start()
            if not _exchanged(process, b"", _START_LIMIT_S):  # it says that it is ready
                self._end(process)
                return b""
        answer = _exchanged(process, _framed(message), self._limit_s)
        if not answer:
            self._end(process)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ctl_kg.charts.render_process"]
        return subprocess.Popen(
            [*command, str(self._fonts), str(self._limit_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _await_idleness(self) -> None:
        self._idle = threading.Timer(self._idle_s, self._end_idle)
        self._idle.daemon = True
        self._idle.start()

    def _end_idle(self) -> None:
        if self._lock.acquire(blocking=False):  # otherwise something is being drawn again
            try:
                self._end(self._process)
            finally:
                self._lock.release()

    def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent any more
                    stream.close()
        if self._process is process:
            self._process = None

    def close(self) -> None:
        """End the process for good; a picture that is being drawn fails."""
        self._is_closed = True
        if self._idle is not None:
            self._idle.cancel()
        if (process := self._process) is not None:
            process.kill()
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        self._end(self._process)


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(_HEAD_BYTES, "big") + message


def _exchanged(process: subprocess.Popen[bytes], message: bytes, seconds: float) -> bytes:
    """Send bytes to a process and return its next answer; nothing if it ends, or is too slow."""
    assert process.stdin is not None
    assert process.stdout is not None
    limit = threading.Timer(seconds, process.kill)
    limit.daemon = True
    limit.start()
    try:
        process.stdin.write(message)
        process.stdin.flush()
        return _read(process.stdout, int.from_bytes(_read(process.stdout, _HEAD_BYTES), "big"))
    except (OSError, EOFError):
        return b""
    finally:
        limit.cancel()


def _read(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found
