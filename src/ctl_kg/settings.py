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
_ABOVE_ZERO = ("query_timeout_s", "query_workers", "max_body_bytes", "cache_bytes")


@dataclass(frozen=True)
class Settings:
    """All settings; the environment variable of ``base_iri`` is ``CTL_KG_BASE_IRI``, and so on.

    Args:
        base_iri: base of every IRI that is published; ends with a slash.
        release_dir: folder of the release, written by build and read by serve.
        host: address that serve listens on.
        port: TCP port that serve listens on, 1 to 65535.
        query_timeout_s: longest time that a SPARQL query may take, in seconds.
        query_workers: number of processes that answer SPARQL queries.
        max_body_bytes: largest request body that is read, in bytes.
        cache_bytes: memory for answers that are kept, in bytes.
    Raises:
        SettingsError: a value is out of range; the message names the setting.
    """

    base_iri: str = DEFAULT_BASE
    release_dir: Path = Path("release")
    host: str = "127.0.0.1"
    port: int = 8000
    query_timeout_s: float = 10.0
    query_workers: int = 4
    max_body_bytes: int = 1_000_000
    cache_bytes: int = 64_000_000

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
    try:
        return kind(given)
    except ValueError as error:
        raise SettingsError(
            f"{name} is '{given}'",
            hint=f"Give {'a whole number' if kind is int else 'a number'} (flag or {variable}).",
        ) from error
