"""Commands for portals: ``portal check`` and ``portal rehearse``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctl_kg.cli.context import ReleaseOption, base_of, chosen_project
from ctl_kg.errors import NotFoundError, RequestError

if TYPE_CHECKING:
    from ctl_kg.portal.fetching import Limits
    from ctl_kg.portal.rehearse import Rehearsed
    from ctl_kg.portal.source import Offered
    from ctl_kg.portal.terms import Profile
    from ctl_kg.settings import Settings

_PLACE = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE|URL]", help="Catalogue to look at; default: that of the release."
    ),
]
_FORMAT = Annotated[str, typer.Option("--format", help="text or json.")]
_TIMEOUT = Annotated[
    float, typer.Option("--timeout", min=0.1, help="Seconds to wait for a server.")
]
_SERVED_AT = Annotated[
    str,
    typer.Option(
        "--served-at", metavar="URL", help="Ask this server for what is below the base IRI."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(portal)
    group.command("check")(check)
    group.command("rehearse")(rehearse)
    app.add_typer(group, name="portal")


def portal() -> None:
    """Try out what open-data portals will make of a catalogue. Example: ctl-kg portal check."""


def check(
    context: typer.Context,
    place: _PLACE = None,
    profile: Annotated[
        str, typer.Option("--profile", help="dcat-ap, dcat-ap-it or schema-org.")
    ] = "dcat-ap",
    shapes: Annotated[
        list[Path] | None,
        typer.Option("--shapes", metavar="PATH", help="Further SHACL shapes: a file or a folder."),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask every address of a file.")
    ] = False,
    served_at: _SERVED_AT = "",
    timeout: _TIMEOUT = 30.0,
    output: _FORMAT = "text",
    release: ReleaseOption = None,
) -> None:
    """Check a catalogue before a portal harvests it: shapes, lists, usual traps, MQA points.

    Exit code 0 if there is no violation, 1 if there is one.

    Examples:
    ctl-kg portal check;
    ctl-kg portal check --profile dcat-ap-it https://example.org/catalog.rdf;
    ctl-kg portal check --shapes shacl/ --online --format json catalog.ttl
    """
    from ctl_kg.portal.check import check as check_catalogue
    from ctl_kg.portal.fetching import Limits
    from ctl_kg.portal.report import check_json, check_lines
    from ctl_kg.publish.findings import VIOLATION, count_by_severity
    from ctl_kg.settings import load_settings

    _check_output(output)
    settings, limits = load_settings(release_dir=release), Limits(timeout_s=timeout)
    chosen = _profile(profile)
    offered = _offered(context, place, chosen, settings, limits, served_at)
    checked = check_catalogue(
        offered, chosen, chosen_project(context), shapes=shapes or (), online=online, limits=limits
    )
    if output == "json":
        typer.echo(check_json(checked), nl=False)
    else:
        for line in check_lines(checked, _prefixes(offered.addresses.base_iri)):
            typer.echo(line)
    counts = count_by_severity(checked.findings)
    typer.echo(f"{offered.name}: {_counted(counts)}", err=True)
    if counts[VIOLATION]:
        raise typer.Exit(1)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(
        f"{number} {name.lower()}{'' if number == 1 or name == 'Info' else 's'}"
        for name, number in counts.items()
    )


def rehearse(
    context: typer.Context,
    place: _PLACE = None,
    portal_name: Annotated[
        str,
        typer.Option(
            "--portal", help="socrata, ckan, dati.gov.it or data.europa.eu; default: all."
        ),
    ] = "",
    dataset: Annotated[
        str, typer.Option("--dataset", help="Only this one: its IRI, or the last part of it.")
    ] = "",
    served_at: _SERVED_AT = "",
    timeout: _TIMEOUT = 30.0,
    output: _FORMAT = "text",
    release: ReleaseOption = None,
) -> None:
    """Show, field by field, what portals will make of each dataset, and what they lose.

    Examples:
    ctl-kg portal rehearse --dataset clusters;
    ctl-kg portal rehearse --portal dati.gov.it catalog.rdf
    """
    from ctl_kg.portal.fetching import Limits
    from ctl_kg.portal.rehearsal_report import rehearsal_json, rehearsal_lines
    from ctl_kg.portal.rehearsal_table import PORTALS
    from ctl_kg.portal.rehearse import rehearse as rehearse_harvest
    from ctl_kg.settings import load_settings

    _check_output(output)
    if portal_name and portal_name not in PORTALS:
        raise RequestError(
            f"there is no portal '{portal_name}'", hint=f"Use one of {', '.join(PORTALS)}."
        )
    settings, limits = load_settings(release_dir=release), Limits(timeout_s=timeout)
    documents: list[dict[str, Any]] = []
    for each in PORTALS.values():
        if portal_name in ("", each.token):
            offered = _offered(context, place, _profile(each.profile), settings, limits, served_at)
            found = _only(rehearse_harvest(offered, each), dataset, offered.name)
            documents += rehearsal_json(found)
            if output == "text":
                for line in rehearsal_lines(found, _prefixes(offered.addresses.base_iri)):
                    typer.echo(line)
    if output == "json":
        typer.echo(json.dumps(documents, ensure_ascii=False, indent=1))


def _only(found: list[Rehearsed], dataset: str, name: str) -> list[Rehearsed]:
    """Return the datasets that were asked for.

    Raises:
        NotFoundError: the catalogue has none of that name, or none at all.
    """
    iris = [each.dataset.node for each in found]
    wanted = {iri for iri in iris if dataset in ("", iri, iri.rpartition("/")[2])}
    if not wanted:
        what = f"dataset '{dataset}'" if dataset else "dataset of DCAT"
        there = ", ".join(iri.rpartition("/")[2] or iri for iri in iris[:20])
        raise NotFoundError(
            f"{name} has no {what}",
            suggestions=iris,
            hint=f"There are: {there}." if iris else "Check the address, and what it serves.",
        )
    return [each for each in found if each.dataset.node in wanted]


def _check_output(name: str) -> None:
    if name not in ("text", "json"):
        raise RequestError(f"there is no format '{name}'", hint="Use text or json.")


def _profile(token: str) -> Profile:
    from ctl_kg.portal.terms import PROFILES

    if token not in PROFILES:
        raise RequestError(
            f"there is no profile '{token}'", hint=f"Use one of {', '.join(PROFILES)}."
        )
    return PROFILES[token]


def _prefixes(base_iri: str) -> dict[str, str]:
    from ctl_kg.catalogue.triples import portal_prefixes

    return portal_prefixes(base_iri)


def _offered(
    context: typer.Context,
    place: str | None,
    profile: Profile,
    settings: Settings,
    limits: Limits,
    served_at: str,
) -> Offered:
    """Read a file, an address, or the release's own catalogue.

    Raises:
        CtlKgError: it cannot be had or read.
    """
    from dataclasses import replace

    from ctl_kg.portal.source import Addresses, read_address, read_file, read_release

    if place is None:
        found = read_release(settings.release_dir, profile, chosen_project(context))
    elif place.partition("://")[0].lower() in ("http", "https"):
        addresses = Addresses(base_of(settings), None, served_at)
        return read_address(place, limits, addresses)
    else:
        found = read_file(Path(place), settings.base_iri)
    return replace(found, addresses=replace(found.addresses, served_at=served_at))
