"""Where the authored files are: in the checkout, or inside the installed wheel.

The wheel carries ``ontology/``, ``data/``, ``shapes/`` and ``queries/`` under
``ctl_kg/assets``; in a checkout they stand at the top level.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ctl_kg.errors import SourceError

_PACKAGE = Path(__file__).resolve().parent
FOLDERS = ("ontology", "data", "shapes", "queries")


@dataclass(frozen=True)
class Assets:
    """The authored files of one project, below ``root``."""

    root: Path

    @property
    def ontology(self) -> Path:
        """The ontology, its context and its entailment rules."""
        return self.root / "ontology"

    @property
    def data(self) -> Path:
        """The authored data, vocabularies and passages."""
        return self.root / "data"

    @property
    def shapes(self) -> Path:
        """The SHACL shapes and quality rules."""
        return self.root / "shapes"

    @property
    def queries(self) -> Path:
        """The stock queries."""
        return self.root / "queries"

    def files(self, folder: str, *suffixes: str) -> list[Path]:
        """Return the files below ``folder`` with one of the suffixes, sorted by path.

        Raises:
            SourceError: a folder cannot be listed; what it holds would be left out in silence.
        """
        found = []
        for inside, folders, names in os.walk(self.root / folder, onerror=_not_listed):
            paths = (Path(inside, name) for name in (*folders, *names))
            found += [path for path in paths if path.suffix in suffixes]
        return sorted(found, key=lambda path: path.relative_to(self.root).as_posix())

    def name(self, path: Path) -> str:
        """Return the path as messages show it: relative to the root, with slashes."""
        return path.relative_to(self.root).as_posix()


def _not_listed(error: OSError) -> None:
    raise SourceError(
        f"the folder cannot be read: {error.strerror}",
        path=error.filename,
        hint="Give yourself the permission to list it.",
    ) from error


def find_assets(root: Path | None = None) -> Assets:
    """Return the authored files: of ``root`` if given, else the checkout's or the wheel's own.

    Raises:
        SourceError: a folder is missing.
    """
    carried = _PACKAGE / "assets"
    chosen = root or (carried if carried.is_dir() else _PACKAGE.parents[1])
    for folder in FOLDERS:
        if not (chosen / folder).is_dir():
            raise SourceError(
                f"folder '{folder}' is missing",
                path=chosen,
                hint="Give the root of a ctl-kg project: it holds " + ", ".join(FOLDERS) + ".",
            )
    return Assets(chosen)
