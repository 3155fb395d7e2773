"""The settings of ctl-kg: one row each, from default, then environment, then flag.

Nothing is read at import: :func:`load_settings` is called by the command line, and
``Settings`` is passed down as the values that a function needs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ctl_kg.errors import SettingsError
from ctl_kg.namespaces import DEFAULT_BASE


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class Settings:
    """All settings. The environment variable of ``base_iri`` is ``CTL_KG_BASE_IRI``, and so on."""

    base_iri: str = _setting(DEFAULT_BASE, "Base of every IRI that is published; ends with a slash.")
    release_dir: Path = _setting(Path("release"), "Folder of the release: written by build, read by serve.")
    host: str = _setting("127.0.0.1", "Address that serve listens on.")
    port: int = _setting(8000, "TCP port that serve listens on (1 to 65535).")
    query_timeout_s: float = _setting(10.0, "Longest time a SPARQL query may take, in seconds.")
    max_body_bytes: int = _setting(1_000_000, "Largest request body that is read, in bytes.")

    def __post_init__(self) -> None:
        if not self.base_iri.startswith(("http://", "https://")) or not self.base_iri.endswith("/"):
            raise SettingsError(
                f"base_iri is '{self.base_iri}'",
                hint="Give an http or https IRI that ends with a slash, as https://w3id.org/ctl-kg/.",
            )
        if not 1 <= self.port <= 65535:
            raise SettingsError(f"port is {self.port}", hint="Give a number from 1 to 65535.")
        for name in ("query_timeout_s", "max_body_bytes"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} is {getattr(self, name)}", hint="Give a number above 0.")


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
        if given is None:
            continue
        kind = type(row.default)
        kind = Path if isinstance(row.default, Path) else kind
        try:
            values[row.name] = kind(given)
        except ValueError as error:
            raise SettingsError(
                f"{row.name} is '{given}'", hint=f"Give a {kind.__name__} (flag or {variable})."
            ) from error
    return Settings(**values)
