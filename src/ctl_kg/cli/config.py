"""``ctl-kg config check``: what the settings are, where each comes from, and what is unwise.

The settings go to stdout, the warnings to stderr.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from ctl_kg.cli.context import check_address
from ctl_kg.errors import ReleaseError, SettingsError
from ctl_kg.settings import LoadedSettings, Settings, trace_settings, unknown_variables

_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(config)
    group.command("check")(check)
    app.add_typer(group, name="config")


def config() -> None:
    """Look at the settings. Example: ctl-kg config check."""


def check(
    file: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="Settings file; default: ctl-kg.toml, if it exists."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show each setting with its origin, and warn of what is unwise for a public server.

    Exit code 0 if the server can run with them, 2 with a message if not.

    Examples:
    ctl-kg config check;
    ctl-kg config check --config deploy/ctl-kg.toml --json
    """
    loaded = trace_settings(config=file)
    warnings = [
        *_unknown(),
        *release_advice(loaded.settings),
        *_address_advice(loaded.settings),
        *advice(loaded.settings, memory_bytes(), os.cpu_count() or 1),
    ]
    if as_json:
        typer.echo(json.dumps(_document(loaded, warnings), ensure_ascii=False, indent=1))
        return
    typer.echo(table(loaded), nl=False)
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)


def table(loaded: LoadedSettings) -> str:
    """Return name, value and origin of each setting, in columns."""
    rows = [
        (row.name, _shown(getattr(loaded.settings, row.name)), loaded.origins[row.name])
        for row in fields(Settings)
    ]
    names = max(len(name) for name, _, _ in rows)
    values = max(len(value) for _, value, _ in rows)
    return "".join(
        f"{name:<{names}}  {value:<{values}}  {origin}\n" for name, value, origin in rows
    )


def _shown(value: Any) -> str:
    return (", ".join(value) if isinstance(value, tuple) else str(value)) or "none"


def _document(loaded: LoadedSettings, warnings: list[str]) -> dict[str, Any]:
    values = {row.name: getattr(loaded.settings, row.name) for row in fields(Settings)}
    return {
        "file": None if loaded.file is None else str(loaded.file),
        "settings": {
            name: {
                "value": str(value) if isinstance(value, Path) else value,
                "origin": loaded.origins[name],
            }
            for name, value in values.items()
        },
        "warnings": warnings,
    }


def _unknown() -> list[str]:
    return [
        f"the variable {name} is no setting" + (f"; did you mean {near}?" if near else "")
        for name, near in unknown_variables().items()
    ]


def release_advice(settings: Settings) -> list[str]:
    """Return what is to be known of the release.

    Raises:
        ReleaseError: it cannot be read, or there is none and it could not be built.
    """
    from ctl_kg.publish.release import read_manifest

    folder = settings.release_dir
    if not folder.exists():
        above = next(each for each in folder.absolute().parents if each.exists())
        if not os.access(above, os.W_OK):
            raise ReleaseError(
                "there is no release here, and none can be written",
                path=folder,
                hint="Give the folder of a release as release_dir.",
            )
        return [f"there is no release in {folder}: the server builds one when it starts"]
    manifest = read_manifest(folder)
    unreadable = [name for name in manifest.get("files", {}) if not _is_readable(folder / name)]
    if unreadable:
        raise ReleaseError(
            f"{len(unreadable)} of its files cannot be read, as {unreadable[0]}", path=folder
        )
    base_iri = manifest.get("base_iri", settings.base_iri)
    if base_iri != settings.base_iri:
        return [f"the release was built for {base_iri}: base_iri changes nothing before a build"]
    return []


def _is_readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _address_advice(settings: Settings) -> list[str]:
    try:
        check_address(settings.host, settings.port)
    except SettingsError as error:
        return [f"{error.message}; if the server runs already, this is as it should be"]
    return []


def advice(settings: Settings, memory: int, processors: int) -> list[str]:
    """Return what is unwise in these settings for a server that is open to the public.

    Args:
        settings: the settings.
        memory: bytes that the server may use.
        processors: processors that it may use.
    """
    found = [*_exposure(settings), *_capacity(settings, memory, processors)]
    for endpoint in settings.service_allow:
        if _is_internal(urlsplit(endpoint).hostname or ""):
            found.append(
                f"service_allow has {endpoint}: every client can make the server call an address"
                " of this machine or of a private network"
            )
    if settings.log_level == "debug":
        found.append("log_level is debug: the text of each query is written to the log")
    return found


def _exposure(settings: Settings) -> list[str]:
    found = []
    has_rate = bool(settings.rate_per_minute or settings.query_rate_per_minute)
    local = _is_loopback(settings.host)
    if not local and not has_rate:
        found.append(
            f"host is {settings.host} and there is no rate limit: set rate_per_minute and"
            " query_rate_per_minute, or limit rates in the proxy"
        )
    if local and has_rate and not settings.trusted_proxies:
        found.append(
            "host is of this machine and trusted_proxies is empty: behind a proxy all clients"
            " count as one"
        )
    for network in settings.trusted_proxies:
        if ipaddress.ip_network(network).prefixlen == 0:
            found.append(f"trusted_proxies has {network}: every client can say that it is another")
    if 0 < settings.rate_per_minute < settings.query_rate_per_minute:
        found.append("query_rate_per_minute is above rate_per_minute, so it limits nothing")
    return found


def _capacity(settings: Settings, memory: int, processors: int) -> list[str]:
    found = []
    each = settings.query_memory_bytes * settings.query_workers + settings.cache_bytes
    if each * settings.workers > memory:
        found.append(
            f"queries and kept answers may take {each * settings.workers / 1e9:.1f} GB, but there"
            f" are {memory / 1e9:.1f}: lower query_memory_bytes, query_workers or workers"
        )
    if settings.workers > processors:
        found.append(f"workers is {settings.workers}, but there are {processors} processors")
    if settings.query_timeout_s > 60:
        found.append(
            f"query_timeout_s is {settings.query_timeout_s:g}: proxies commonly give up after 60"
        )
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_internal(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".internal", ".local"))
    return not address.is_global


def memory_bytes() -> int:
    """Return the memory of the machine, or less if this process may take less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in _CGROUP_LIMITS:
        try:
            text = Path(name).read_text(encoding="ascii")
        except OSError:
            continue
        if re.fullmatch(r"\d+\n?", text):
            limits.append(int(text))
    return min(limits)
