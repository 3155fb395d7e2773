"""Run the server: processes, sockets, signals.

The HTTP server is granian, which bounds the time and the size of a request's head and restarts
a process that has died. SIGTERM and SIGINT end it once the requests inside are answered; SIGHUP
starts new processes, which load the release anew, before the old ones end.
Source: RFC 9112 §2 (messages), §9 (connections).
"""

from __future__ import annotations

import functools
import logging.config
import sys
import tempfile
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from starlette.types import ASGIApp

from ctl_kg.errors import CtlKgError
from ctl_kg.publish.release import check_release
from ctl_kg.settings import Settings
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.web.app import create_app
from ctl_kg.web.logs import log_config

_HEAD_BYTES = 64 * 1024  # of request line and header fields; the application allows less
_GRACE_S = 30  # for requests inside when the server ends
_CONNECTIONS = 1024  # that one process answers at the same time; more wait


def application(settings: Settings, metrics_folder: Path) -> ASGIApp:
    """Return the application, in the process that will serve it."""
    logging.config.dictConfig(log_config(settings))
    try:
        return create_app(settings.release_dir, settings, metrics_folder)
    except CtlKgError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


def run(settings: Settings) -> None:
    """Serve the release until the process is told to end.

    Raises:
        ReleaseError: the release is missing or damaged.
        QueryFileError: one of its stock queries is malformed.
    """
    check_release(settings.release_dir)
    load_queries(settings.release_dir / "queries")
    server = Granian(
        "ctl-kg",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        backlog=1024,
        backpressure=_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(1000 * settings.header_timeout_s), max_buffer_size=_HEAD_BYTES
        ),
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE_S,
        log_level=LogLevels.warning,
        log_dictconfig=log_config(settings),
    )
    address = f"http://{settings.host}:{settings.port}/"
    print(f"serving {settings.release_dir} at {address}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="ctl-kg-") as folder:
        loader = functools.partial(application, settings, Path(folder))
        server.serve(target_loader=loader, wrap_loader=False)
