"""The settings of ctl-kg: one row each, from default, then environment, then flag.

Nothing is read at import: :func:`load_settings` is called by the command line, and
``Settings`` is passed down as the values that a function needs.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ctl_kg.errors import SettingsError
from ctl_kg.namespaces import DEFAULT_BASE

_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#/]+/([^\s<>\"{}|\\^`?#]*/)?")
_ABOVE_ZERO = (
    "workers", "query_timeout_s", "query_workers", "query_queue", "query_memory_bytes",
    "query_max_rows", "query_max_bytes", "max_body_bytes", "header_timeout_s", "body_timeout_s",
    "cache_bytes",
)  # fmt: skip
_NOT_NEGATIVE = ("rate_per_minute", "query_rate_per_minute")
_CHOICES = {
    "dereference": ("see-other", "direct"),
    "robots": ("open", "closed"),
    "log_format": ("text", "json"),
    "log_level": ("debug", "info", "warning", "error"),
}


@dataclass(frozen=True)
class Settings:
    """All settings; the environment variable of ``base_iri`` is ``CTL_KG_BASE_IRI``, and so on.

    Args:
        base_iri: base of every IRI that is published; ends with a slash.
        release_dir: folder of the release, written by build and read by serve.
        host: address that serve listens on.
        port: TCP port that serve listens on, 1 to 65535.
        workers: number of server processes, each with its own cache and query processes.
        dereference: how the IRI of a thing answers: ``see-other`` (303 to a document) or
            ``direct`` (200 with ``Content-Location``).
        query_timeout_s: longest time that a SPARQL query may take, in seconds.
        query_workers: costly queries that may run at the same time, in processes of their own.
        query_queue: queries that may wait for a process; more are refused with 503.
        query_memory_bytes: memory that one query may take, in bytes.
        query_max_rows: largest number of rows or triples of an answer.
        query_max_bytes: largest answer to a query, in bytes.
        service_allow: endpoints that ``SERVICE`` may call; none unless they are listed.
        max_body_bytes: largest request body that is read, in bytes.
        header_timeout_s: longest time that a request's headers may take to arrive, in seconds.
        body_timeout_s: longest time that a request's body may take to arrive, in seconds.
        cache_bytes: memory for answers that are kept, in bytes.
        rate_per_minute: requests that one client may make in a minute; 0 sets no limit.
        query_rate_per_minute: the same, for SPARQL and stock queries alone.
        trusted_proxies: addresses or networks whose ``X-Forwarded-For`` names the client.
        robots: ``open`` lets crawlers read the pages, ``closed`` asks them to stay away.
        log_format: ``text`` or ``json``.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
    Raises:
        SettingsError: a value is out of range; the message names the setting.
    """

    base_iri: str = DEFAULT_BASE
    release_dir: Path = Path("release")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    dereference: str = "see-other"
    query_timeout_s: float = 10.0
    query_workers: int = 4
    query_queue: int = 32
    query_memory_bytes: int = 1_000_000_000
    query_max_rows: int = 1_000_000
    query_max_bytes: int = 100_000_000
    service_allow: tuple[str, ...] = ()
    max_body_bytes: int = 1_000_000
    header_timeout_s: float = 10.0
    body_timeout_s: float = 15.0
    cache_bytes: int = 64_000_000
    rate_per_minute: int = 0
    query_rate_per_minute: int = 0
    trusted_proxies: tuple[str, ...] = ()
    robots: str = "open"
    log_format: str = "text"
    log_level: str = "info"

    def __post_init__(self) -> None:
        if not _BASE.fullmatch(self.base_iri):
            raise SettingsError(
                f"base_iri is '{self.base_iri}'",
                hint="Give an http or https IRI that ends with a slash, as https://w3id.org/ctl-kg/.",
            )
        if not 1 <= self.port <= 65535:
            raise SettingsError(f"port is {self.port}", hint="Give a number from 1 to 65535.")
        for name in _ABOVE_ZERO:
            if not 0 < getattr(self, name) < math.inf:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}", hint="Give a number above 0."
                )
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}", hint="Give 0 (no limit) or more."
                )
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise SettingsError(
                    f"{name} is '{getattr(self, name)}'", hint=f"Give {' or '.join(choices)}."
                )


def load_settings(environment: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """Return the settings; a flag that is None counts as not given.

    Raises:
        SettingsError: a value cannot be read or is out of range; the message names the setting.
    """
    values: dict[str, Any] = {}
    for row in fields(Settings):
        variable = f"CTL_KG_{row.name.upper()}"
        given = flags.get(row.name)
        if given is None:
            given = environment.get(variable)
        if given is not None:
            values[row.name] = _read(row.name, variable, row.default, given)
    return Settings(**values)


def _read(name: str, variable: str, default: Any, given: Any) -> Any:
    kind: type[Any] = Path if isinstance(default, Path) else type(default)
    if kind is tuple:
        parts = given.split(",") if isinstance(given, str) else given
        return tuple(part.strip() for part in parts if part.strip())
    try:
        return kind(given)
    except ValueError as error:
        raise SettingsError(
            f"{name} is '{given}'",
            hint=f"Give {'a whole number' if kind is int else 'a number'} (flag or {variable}).",
        ) from error
