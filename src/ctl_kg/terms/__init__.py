"""What standard terms are called, in Italian and English, and what each means in one line.

The graph gives its own terms their labels; those of the vocabularies it reuses (``dct:temporal``,
``org:role``) have none there. They stand in ``it.toml`` and ``en.toml``, for whatever a release
may use. Not here: the labels in the graph (``publish/description``), which go before these.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ctl_kg.errors import SettingsError

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class TermText:
    """The name of a term and its definition, in one language."""

    label: str
    definition: str


@lru_cache(maxsize=8)
def standard_terms(language: str) -> Mapping[str, TermText]:
    """Return the texts by CURIE; by IRI where the table of prefixes has no prefix.

    Raises:
        SettingsError: the file is not TOML, or an entry is no pair of texts.
    """
    path = _FOLDER / f"{language}.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"is not TOML: {error}", path=path) from error
    for name, pair in entries.items():
        if not (isinstance(pair, list) and [type(text) for text in pair] == [str, str]):
            raise SettingsError(f"'{name}' is not a label and a definition", path=path)
    return {name: TermText(*pair) for name, pair in entries.items()}
