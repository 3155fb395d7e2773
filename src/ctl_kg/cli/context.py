"""What the commands share: the project and the release chosen on the command line."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ctl_kg.assets import Assets, find_assets
from ctl_kg.errors import RequestError, SettingsError

if TYPE_CHECKING:
    from ctl_kg.settings import Settings
    from ctl_kg.sparql.store import LocalStore

ReleaseOption = Annotated[
    Path | None,
    typer.Option("--release", metavar="DIR", help="Folder of the release; default: release."),
]


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


def check_language(lang: str) -> None:
    """Refuse a language that there are no texts in.

    Raises:
        RequestError: names those that there are.
    """
    from ctl_kg.languages import LANGUAGES

    if lang not in LANGUAGES:
        raise RequestError(f"there is no language '{lang}'", hint=f"Use {' or '.join(LANGUAGES)}.")


def base_of(settings: Settings) -> str:
    """Return the base of the IRIs in the release, as its manifest says.

    Raises:
        ReleaseError: the manifest is damaged.
    """
    from ctl_kg.publish.release import MANIFEST, read_manifest

    if not (settings.release_dir / MANIFEST).exists():
        return settings.base_iri
    return str(read_manifest(settings.release_dir).get("base_iri", settings.base_iri))


def open_store(settings: Settings) -> LocalStore:
    """Return the dataset of the release.

    Raises:
        ReleaseError: there is none, or it is damaged.
    """
    from ctl_kg.sparql.store import open_release_store

    return open_release_store(settings.release_dir, base_iri=base_of(settings))


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
