"""The command line: one thin function per command, and the one place where errors become text.

Data goes to stdout, messages to stderr. Exit codes: 0 good, 1 findings, 2 wrong use or
unreadable input. Commands import what they need when they run, so that ``--help`` is quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ctl_kg import __version__
from ctl_kg.cli import project, serving
from ctl_kg.cli.context import Context
from ctl_kg.errors import CtlKgError

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
    try:
        app()
    except CtlKgError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(2)
