"""The command that keeps the contracts of the stock queries."""

from __future__ import annotations

from typing import Annotated

import typer

from ctl_kg.cli.context import chosen_project


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("contracts")(contracts)


def contracts(
    context: typer.Context,
    update: Annotated[
        bool, typer.Option("--update", help="Write the file, if no contract is broken.")
    ] = False,
) -> None:
    """Check that no stock query changed its parameters or columns without a new version.

    Example: ctl-kg contracts --update
    """
    from ctl_kg.sparql.contracts import (
        broken_contracts,
        contracts_of,
        read_contracts,
        write_contracts,
    )
    from ctl_kg.sparql.query_file import load_queries

    folder = chosen_project(context).queries
    queries = load_queries(folder)
    kept = read_contracts(folder)
    broken = broken_contracts(kept, queries)
    for name, message in broken.items():
        typer.echo(f"{name}.rq: {message}")
    if broken:
        raise typer.Exit(1)
    if update:
        write_contracts(folder, queries)
        typer.echo(f"{len(queries)} contracts written", err=True)
    elif kept != contracts_of(queries):
        typer.echo("contracts.json is not up to date: run ctl-kg contracts --update", err=True)
        raise typer.Exit(1)
    else:
        typer.echo(f"{len(queries)} contracts hold", err=True)
