"""Commands about the authored files: build, validate, stats, format, verify-source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ctl_kg.cli.context import chosen_project, shown_progress
from ctl_kg.errors import CtlKgError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctl_kg.assets import Assets
    from ctl_kg.publish.findings import Finding

_JSON = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("build")(build)
    app.command("validate")(validate)
    app.command("stats")(stats)
    app.command("format")(format_files)
    app.command("verify-source")(verify_source)


def _say(message: str) -> None:
    typer.echo(message, err=True)


def build(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="Release folder; default: release.")
    ] = None,
    base_iri: Annotated[
        str | None, typer.Option("--base-iri", help="Base of every IRI; ends with a slash.")
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Folder of an earlier release: say what changed since."),
    ] = None,
    as_json: _JSON = False,
) -> None:
    """Parse, derive, validate and write the release folder, all or nothing.

    Example: ctl-kg build --out release
    """
    from ctl_kg.errors import NotConformingError
    from ctl_kg.publish.build import build as build_release
    from ctl_kg.settings import load_settings

    settings = load_settings(base_iri=base_iri, release_dir=out)
    assets = chosen_project(context)
    try:
        with shown_progress() as progress:
            built = build_release(
                assets, settings.release_dir, settings.base_iri, progress, previous
            )
    except NotConformingError as error:
        _show_findings(cast("list[Finding]", error.findings), settings.base_iri, as_json=as_json)
        raise
    _show_findings(list(built.findings), settings.base_iri, as_json=as_json)
    counts = built.statistics
    for name in built.left_out:
        _say(f"{name} files are left out: install ctl-kg[parquet] to have them")
    _say(
        f"{built.folder}: {len(built.files)} files, {counts.quads} quads in "
        f"{counts.named_graphs} graphs, {_number(built.findings)}"
    )


def _number(findings: Sequence[Finding]) -> str:
    return f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"


def _show_findings(findings: list[Finding], base_iri: str, *, as_json: bool) -> None:
    from ctl_kg.publish.report import console_lines, report_json

    if as_json:
        typer.echo(report_json(findings), nl=False)
    else:
        for line in console_lines(findings, base_iri):
            _say(line)


def validate(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of the project: show only what concerns them; default: all."),
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="A Turtle or TriG file to validate together with the project."),
    ] = None,
    as_json: _JSON = False,
) -> None:
    """Check the project (and further data) against vocabulary, shapes and quality rules.

    Example: ctl-kg validate --data more.trig
    """
    from ctl_kg.publish import validation
    from ctl_kg.publish.build import refuse_blank_nodes
    from ctl_kg.publish.report import conforms
    from ctl_kg.settings import load_settings

    base_iri = load_settings().base_iri
    assets = chosen_project(context)
    extra = [validation.extra_file(path, base_iri) for path in data or []]
    wanted = {_project_name(path, assets) for path in files or []}
    project = validation.load(assets, base_iri, extra)
    refuse_blank_nodes(project)
    findings = validation.validate(project)
    if wanted:
        findings = [f for f in findings if f.place is None or f.place.file in wanted]
    _show_findings(findings, base_iri, as_json=as_json)
    _say(f"{_number(findings)}; {'conforms' if conforms(findings) else 'does not conform'}")
    if not conforms(findings):
        raise typer.Exit(1)


def _project_name(path: Path, assets: Assets) -> str:
    """Return a file's name in the project, whether given from here or from its root."""
    for candidate in (path, assets.root / path):
        resolved = candidate.resolve()
        if resolved.is_file() and resolved.is_relative_to(assets.root.resolve()):
            return resolved.relative_to(assets.root.resolve()).as_posix()
    raise typer.BadParameter(f"'{path}' is no file of the project; use --data for other files")


def stats(context: typer.Context, as_json: _JSON = False) -> None:
    """Count entities per class, graphs, sources, alignments and anomalies.

    Example: ctl-kg stats --json
    """
    from ctl_kg.publish import validation
    from ctl_kg.publish.statistics import count
    from ctl_kg.settings import load_settings

    base_iri = load_settings().base_iri
    project = validation.load(chosen_project(context), base_iri)
    counts = count([*project.data, *project.shapes], base_iri).as_json()
    if as_json:
        typer.echo(json.dumps(counts, indent=2, ensure_ascii=False))
        return
    for name, value in counts.items():
        title = name.replace("_", " ")
        if isinstance(value, dict):
            typer.echo(f"{title}:")
            for key, number in value.items():
                typer.echo(f"  {number:>7}  {key}")
        else:
            typer.echo(f"{value:>9}  {title}")


def format_files(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Turtle or TriG files, or folders; default: the whole project."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")
    ] = False,
) -> None:
    """Bring Turtle and TriG files into the canonical layout.

    Example: ctl-kg format data/clusters/afil.trig
    """
    from ctl_kg.rdf.formatting import format_file

    changed = failed = 0
    files = _rdf_files(context, paths or [])
    for path, name in files:
        try:
            differs = format_file(path, name, write=not check)
        except CtlKgError as error:
            _say(f"error: {error}")
            failed += 1
            continue
        except OSError as error:
            _say(f"error: {name}: cannot be written: {error.strerror}")
            failed += 1
            continue
        if differs:
            changed += 1
            _say(f"{name}: {'not in the canonical layout' if check else 'formatted'}")
    _say(f"{len(files)} files, {changed} {'would change' if check else 'changed'}, {failed} failed")
    if failed:
        raise typer.Exit(2)
    if check and changed:
        raise typer.Exit(1)


def _rdf_files(context: typer.Context, paths: list[Path]) -> list[tuple[Path, str]]:
    """Return the files to format with the names that messages show."""
    from ctl_kg.rdf.loading import SUFFIXES, project_files

    if not paths:
        assets = chosen_project(context)
        return [(path, assets.name(path)) for path in project_files(assets)]
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
            found += [(file, str(file)) for file in inside]
        elif path.suffix in SUFFIXES:
            found.append((path, str(path)))
        else:
            raise typer.BadParameter(f"'{path}' is neither a .ttl nor a .trig file nor a folder")
    return found


def verify_source(
    context: typer.Context,
    document: Annotated[Path, typer.Argument(metavar="BROCHURE", help="The document's text.")],
    update: Annotated[
        bool,
        typer.Option("--update", help="First write positions, digests and graph descriptions."),
    ] = False,
    as_json: _JSON = False,
) -> None:
    """Check every passage against the document's text: positions, digests, coverage.

    Example: ctl-kg verify-source brochure.txt --update
    """
    from ctl_kg.publish.source import verify_source as verify

    report = verify(chosen_project(context), document, update=update)
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        for finding in report.errors + report.notes:
            where = f"{finding.place}: " if finding.place else ""
            typer.echo(f"{where}{finding.kind}: {finding.message}")
    for problem in report.unreadable:
        _say(f"error: {problem}")
    for name in report.updated:
        _say(f"{name}: updated")
    _say(
        f"{report.passages} passages, {report.statements} statements, "
        f"{report.covered} of {report.lines} non-blank lines covered ({report.coverage:.2f} %), "
        f"{len(report.errors)} errors, {len(report.notes)} notes"
    )
    if report.unreadable:
        raise typer.Exit(2)
    if report.errors:
        raise typer.Exit(1)
