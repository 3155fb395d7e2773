"""The command line: one thin function per command, and the one place where errors become text.

Data goes to stdout, messages to stderr. Exit codes: 0 good, 1 findings, 2 wrong use or
unreadable input. Commands import what they need when they run, so that ``--help`` is quick.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import re
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from ctl_kg import __version__
from ctl_kg.cli import config, contracts, matrix, project, search, serving, why
from ctl_kg.cli.context import Context
from ctl_kg.errors import CtlKgError, QuerySyntaxError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

app = typer.Typer(
    name="ctl-kg",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Build, check, query and serve a knowledge graph of regional technology clusters.",
    epilog="Examples: 'ctl-kg build' writes the release folder; 'ctl-kg serve' publishes it.",
)
project.register(app)
serving.register(app)
config.register(app)
why.register(app)
matrix.register(app)
search.register(app)
contracts.register(app)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ctl-kg {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    project_root: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="Root of the authored files (ontology, data, shapes, queries); default: our own.",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Build, check, query and serve a knowledge graph of regional technology clusters."""
    context.obj = Context(project_root)


def main() -> None:
    """Run the command line; an error becomes a message and an exit code, never a traceback."""
    _prepare_streams()
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, _terminated)
    try:
        app()
    except QuerySyntaxError as error:
        where = f"line {error.line}, column {error.column or 1}: " if error.line else ""
        _fail(f"{where}{error}", error.exit_code)
    except CtlKgError as error:
        _fail(str(error), error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}", 2)


def _prepare_streams() -> None:
    """See to it that any text can be printed, whatever the locale, and that streams exist."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if is_ascii else None, errors="backslashreplace")


def _terminated(*_: object) -> None:
    """End as on Ctrl-C, so that processes are ended and half-written folders removed."""
    sys.exit(128 + signal.SIGTERM)


def _fail(message: str, exit_code: int) -> None:
    """Print an error; control characters of what was read do not reach the terminal."""
    print(f"error: {_CONTROL.sub(_escaped, message)}", file=sys.stderr)
    sys.exit(exit_code)


def _escaped(match: re.Match[str]) -> str:
    return f"\\x{ord(match.group()):02x}"
