"""What the commands share: the project chosen on the command line."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import typer

from ctl_kg.assets import Assets, find_assets
from ctl_kg.errors import SettingsError


@dataclass(frozen=True)
class Context:
    """The options that stand before the command's name."""

    project_root: Path | None = None


def chosen_project(context: typer.Context) -> Assets:
    """Return the authored files of ``--project``, or our own.

    Raises:
        SourceError: the folder is not a project.
    """
    shared = cast("Context | None", context.obj)
    return find_assets(None if shared is None else shared.project_root)


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anything is built or loaded.

    Raises:
        SettingsError: the port is taken, or the host is not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}",
            hint="Choose a free --port, and a --host of this machine.",
        ) from error


@contextmanager
def shown_progress() -> Iterator[Callable[[str], None]]:
    """Give a function that shows the stage at work on the terminal; the line goes at the end.

    Shows nothing where stderr is not a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    try:
        yield lambda stage: print(f"\r\x1b[K{stage} …", end="", file=sys.stderr, flush=True)
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
