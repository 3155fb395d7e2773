"""The command ``matrix``: which members of two classes are linked, and which are not."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ctl_kg.cli.context import ReleaseOption, check_language, open_store
from ctl_kg.errors import RequestError

if TYPE_CHECKING:
    from ctl_kg.namespaces import Curies
    from ctl_kg.publish.coverage import Coverage
    from ctl_kg.publish.description import Describer
    from ctl_kg.publish.matrix import Cell, Matrix, Spec
    from ctl_kg.publish.resources import Resources
    from ctl_kg.publish.why import Why
    from ctl_kg.sparql.store import LocalStore
    from ctl_kg.web.matrix_documents import Asked

_FORMATS = ("table", "csv", "json")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("matrix")(matrix)


def matrix(
    rows: Annotated[str, typer.Argument(help="What stands in the rows, as clusters.")] = "",
    columns: Annotated[str, typer.Argument(help="What stands in the columns, as networks.")] = "",
    chosen: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    lang: Annotated[str, typer.Option("--lang", help="Language: it or en.")] = "it",
    role: Annotated[str, typer.Option("--role", help="Count only links of this role.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only columns of this kind.")] = "",
    stated: Annotated[
        bool, typer.Option("--stated", help="Leave out links that are inferred.")
    ] = False,
    paths: Annotated[
        bool, typer.Option("--paths", help="Look for the nearest path across each gap.")
    ] = False,
    release: ReleaseOption = None,
) -> None:
    """Tell which members of two classes are linked; without ROWS and COLUMNS, list the matrices.

    CSV has a line for each cell, JSON the evidence and the query of each, and the gaps.

    Examples:
    ctl-kg matrix clusters networks --lang en;
    ctl-kg matrix projects components --stated --format csv;
    ctl-kg matrix clusters ecosystems --paths --format json
    """
    from ctl_kg.publish.matrix import MATRICES, matrix_query
    from ctl_kg.sparql.results import write_json
    from ctl_kg.sparql.terms import Solutions
    from ctl_kg.web.matrix_documents import title_of
    from ctl_kg.web.matrix_wishes import read_asked
    from ctl_kg.web.row_cache import read_rows

    check_language(lang)
    if chosen not in _FORMATS:
        raise RequestError(f"there is no format '{chosen}'", hint=f"Use {', '.join(_FORMATS)}.")
    if not rows and not columns:
        for each in MATRICES:
            typer.echo(f"{each.name}  {title_of(each, lang)}: {each.says[lang]}")
        return
    spec = _spec(f"{rows}/{columns}")
    opened = _open(release)
    found = opened.store.query(matrix_query(spec, opened.base_iri))
    assert isinstance(found, Solutions)
    given = {"certainty": "stated" if stated else "any", "role": role,
             "kind": kind, "gaps": "paths" if paths else "list"}  # fmt: skip
    asked, made = read_asked(opened, spec, given, lang, read_rows(write_json(found)))
    # On one page, however many rows there are.
    _print(opened, replace(asked, rows=made.rows, pages=1), made, chosen)


def _print(opened: _Opened, asked: Asked, made: Matrix, chosen: str) -> None:
    from ctl_kg.web.matrix_documents import csv_document, document

    if chosen == "csv":
        typer.echo(csv_document(opened, asked, made, "long").decode(), nl=False)
    elif chosen == "json":
        whole, _ = document(opened, asked, made, opened.base_iri.removesuffix("/"))
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        for line in _table(opened, asked, made):
            typer.echo(line)
        told = _TEXTS[asked.language]["summary"]
        cells, gaps = len(made.cells), made.gap_count
        print(told.format(links=made.total, cells=cells, gaps=gaps), file=sys.stderr)


def _spec(name: str) -> Spec:
    from ctl_kg.publish.matrix import BY_NAME

    if name not in BY_NAME:
        known = ", ".join(each.replace("/", " ") for each in BY_NAME)
        raise RequestError(f"there is no matrix '{name[:80]}'", hint=f"There are: {known}.")
    return BY_NAME[name]


@dataclass(frozen=True)
class _Opened:
    """An open release, as the documents of a matrix want it."""

    base_iri: str
    store: LocalStore
    curies: Curies
    describer: Describer
    why: Why
    resources: Resources
    coverage: Coverage


def _open(folder: Path | None) -> _Opened:
    from ctl_kg.namespaces import Curies, prefixes
    from ctl_kg.publish.description import Describer
    from ctl_kg.publish.resources import Resources
    from ctl_kg.publish.why import Why
    from ctl_kg.settings import load_settings

    store = open_store(load_settings(release_dir=folder))
    base_iri = store.base_iri
    describer = Describer(store, base_iri)
    why = Why(store, describer, base_iri)
    return _Opened(base_iri, store, Curies(prefixes(base_iri)), describer, why,
                   Resources(store, why.reader), why.coverage)  # fmt: skip


_TEXTS = {
    "it": {
        "total": "Totale",
        "summary": "{links} legami in {cells} caselle, {gaps} lacune; con ? i legami dedotti",
        "none": "nessun percorso",
        "unknown": "non cercato: il tempo è finito",
    },
    "en": {
        "total": "Total",
        "summary": "{links} links in {cells} cells, {gaps} gaps; with ? the inferred links",
        "none": "no path",
        "unknown": "not looked for: time was up",
    },
}


def _table(opened: _Opened, asked: Asked, made: Matrix) -> list[str]:
    """Return a matrix as lines: numbered columns, whose names follow, and the paths of gaps."""
    from ctl_kg.publish.matrix import AXES
    from ctl_kg.sparql.results import width

    words, lang = opened.why.words, asked.language
    numbers = [str(place) for place, _ in enumerate(made.columns, 1)]
    total = _TEXTS[lang]["total"]
    grid = [[AXES[asked.spec.rows].label[lang], *numbers, total]]
    for row in made.rows:
        cells = [_shown(made.cell(row, each), asked.stated) for each in made.columns]
        grid.append([words.short(row, lang), *cells, str(made.row_totals.get(row, 0))])
    totals = [str(made.column_totals.get(each, 0)) for each in made.columns]
    grid.append([total, *totals, str(made.total)])
    widths = [max(width(line[place]) for line in grid) for place in range(len(grid[0]))]
    lines = [
        "  ".join(
            [line[0] + " " * (widths[0] - width(line[0])),
             *(" " * (most - width(cell)) + cell for cell, most in
               zip(line[1:], widths[1:], strict=True))]
        )
        for line in grid
    ]  # fmt: skip
    named = zip(numbers, made.columns, strict=True)
    lines += ["", *(f"{number:>3}  {words.label(iri, lang)}" for number, iri in named)]
    return [*lines, "", *_gaps(opened, asked, made)] if asked.gaps == "paths" else lines


def _shown(cell: Cell, stated: Sequence[str]) -> str:
    """Return a cell as its number of links, with a mark if one of them is inferred."""
    if not cell.links:
        return "·"
    return str(cell.count) + ("" if cell.weakest in stated else "?")


def _gaps(opened: _Opened, asked: Asked, made: Matrix) -> list[str]:
    from ctl_kg.web.matrix_documents import nearest_paths

    words, lang, lines = opened.why.words, asked.language, []
    for each in nearest_paths(opened, made.gaps(made.rows)):
        lines.append(" × ".join(words.short(iri, lang) for iri in each.pair))
        if each.path is None:
            lines.append("   " + _TEXTS[lang]["none" if each.is_known else "unknown"])
        else:
            lines += [f"   {hop.sentences[lang]}" for hop in each.path.hops]
    return lines
