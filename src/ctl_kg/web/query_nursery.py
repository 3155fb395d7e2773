"""The nursery of one release, seen from the server: it loads once, and forks query processes.

Not here: what the nursery does inside (``query_process``).
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from ctl_kg.errors import BusyError, StoreError
from ctl_kg.web.query_link import Ended, QueryProcess, rebuilt_error

_START_LIMIT_S = 120.0


class Nursery:
    """Starts query processes, and itself anew if it has been killed.

    Args:
        arguments: what ``query_process`` is told, as data for JSON.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self._arguments = json.dumps(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()

    @property
    def is_alive(self) -> bool:
        """Tell whether the nursery runs."""
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start it; it loads the release while the server does other things."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "ctl_kg.web.query_process", str(theirs.fileno())]
        self._process = subprocess.Popen(
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

    async def loaded(self) -> None:
        """Wait until it has loaded the release.

        Raises:
            CtlKgError: it could not, or not in time.
        """
        if self._process is None:
            self.launch()
        assert self._control is not None
        loop = asyncio.get_running_loop()
        try:
            said = await asyncio.wait_for(loop.sock_recv(self._control, 65536), _START_LIMIT_S)
        except TimeoutError as error:
            raise StoreError("the release could not be loaded for queries in time") from error
        if not said:
            raise BusyError("the query engine has ended and is started anew")
        document = json.loads(said)
        if document:
            raise rebuilt_error(document)

    async def fork(self, ended: Ended) -> QueryProcess:
        """Return a new query process.

        Raises:
            CtlKgError: none can be started.
        """
        async with self._starting:
            if not self.is_alive:
                self.launch()
                await self.loaded()
        assert self._control is not None
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        _, process = await loop.create_unix_connection(lambda: QueryProcess(ended), sock=ours)
        try:
            await asyncio.wait_for(process.hello, _START_LIMIT_S)
        except TimeoutError as error:
            process.kill()
            raise StoreError("no process can be started for the query") from error
        except BaseException:
            process.kill()
            raise
        return process

    def kill(self) -> None:
        """End it now; the next process that is needed starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it for good."""
        if self._control is not None:
            self._control.close()
            self._control = None
        self.kill()
