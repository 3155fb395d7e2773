"""The command that reads the tables of a release back: ``tables``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("tables")(tables)


def tables(
    place: Annotated[
        Path,
        typer.Argument(metavar="PLACE", help="Folder of the tables, or their csv-metadata.json."),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Only check the tables; write nothing.")
    ] = False,
) -> None:
    """Check CSV tables by their CSVW description and write what they say as N-Triples.

    Example: ctl-kg tables release/tables > tables.nt
    """
    from ctl_kg.distributions.reader import read_tables
    from ctl_kg.publish.writers import sorted_lines

    found = read_tables(place)
    if not check:
        typer.echo(sorted_lines(found).decode(), nl=False)
    typer.echo(f"{place}: {len(found)} triples; keys and values are as described", err=True)
