"""What the commands share: the project chosen on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import typer

from ctl_kg.assets import Assets, find_assets


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
