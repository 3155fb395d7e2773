"""The tables of a release at ``/downloads``: one line for each, with all formats it is there in.

Names and descriptions come from the CSVW metadata of the release, so a class that the data begin
to have is listed by itself.

Source: CSVW metadata vocabulary §5.3 (``url``, ``dc:title``), https://www.w3.org/TR/tabular-metadata/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ctl_kg.distributions.csvw import METADATA
from ctl_kg.web.pages import PageContext
from ctl_kg.web.shown import shown_size
from ctl_kg.web.site import Site
from ctl_kg.web.views import Link

FOLDER = "tables"
# What a table is there as: folder, suffix and the name that people know.
_FORMS = (
    ("tables", "csv", "CSV"), ("tables-it", "csv", "CSV Excel"), ("tables", "xlsx", "XLSX"),
    ("tables", "parquet", "Parquet"), ("json", "json", "JSON"),
)  # fmt: skip


@dataclass(frozen=True)
class DataTable:
    """One table: what it is called and holds, and its files, each with format and size."""

    name: str
    title: str
    description: str
    files: tuple[tuple[Link, str], ...]


def is_of_table(name: str) -> bool:
    """Tell whether a file of the release is one form of a table.

    >>> is_of_table("tables-it/network.csv"), is_of_table("tables/csv-metadata.json")
    (True, False)
    """
    path = PurePosixPath(name)
    return (str(path.parent), path.suffix[1:]) in {form[:2] for form in _FORMS}


def data_tables(site: Site, page: PageContext) -> tuple[DataTable, ...]:
    """Return the tables of the release by title; those that link two classes come first."""
    try:
        described = json.loads((site.release_dir / FOLDER / METADATA).read_bytes())
    except OSError:  # a release of the mini project, or one that is being replaced
        return ()
    files: Mapping[str, Any] = site.manifest.get("files", {})
    found = [
        DataTable(
            name,
            _capital(_in_language(table.get("dc:title", ()), page.language) or name),
            _in_language(table.get("dc:description", ()), page.language),
            tuple(_forms(name, files, page)),
        )
        for table in described.get("tables", ())
        for name in [PurePosixPath(str(table["url"])).stem]
    ]
    return tuple(sorted(found, key=lambda each: (not _links(each.name), each.title.casefold())))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _links(name: str) -> bool:
    return name.startswith("links-")


def _forms(name: str, files: Mapping[str, Any], page: PageContext) -> Sequence[tuple[Link, str]]:
    found = []
    for folder, suffix, text in _FORMS:
        path = f"{folder}/{name}.{suffix}"
        if path in files:
            size = shown_size(int(files[path].get("bytes", 0)), page.language)
            found.append((Link(text, f"{page.root_path}/download/{path}"), size))
    return found


def _in_language(texts: object, language: str) -> str:
    """Return a text of JSON-LD in a language, else in any."""
    if isinstance(texts, str):
        return texts
    by_language = {each["@language"]: each["@value"] for each in texts}  # type: ignore[attr-defined]
    return str(by_language.get(language) or next(iter(by_language.values()), ""))
