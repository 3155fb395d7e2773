"""Italian and English: which one a client gets, the best literal for it, and the messages.

Not here: the texts themselves (``web/messages/*.toml``, and the data).
Source: RFC 9110 §12.5.4 (Accept-Language), RFC 4647 §3.4 (lookup).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import Literal

from ctl_kg.errors import SettingsError

LANGUAGES = ("it", "en")
DEFAULT_LANGUAGE = "it"


def negotiate_language(accept_language: str, offered: Sequence[str] = LANGUAGES) -> str:
    """Return the offered language that a client prefers; the first if it names none of them.

    >>> negotiate_language("de, en-GB;q=0.8, it;q=0.5")
    'en'
    >>> negotiate_language("")
    'it'
    """
    best, best_quality = offered[0], 0.0
    for item in accept_language.split(","):
        tag, _, rest = item.strip().partition(";")
        quality = _quality(rest)
        primary = tag.strip().lower().partition("-")[0]
        if primary in offered and quality > best_quality:
            best, best_quality = primary, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def best_literal(literals: Iterable[Literal], language: str) -> Literal | None:
    """Return the literal to show: in the language, else untagged, else in another language.

    Among equals the alphabetically first is taken, so that the choice is stable.
    """

    def rank(literal: Literal) -> tuple[int, str]:
        tag = (literal.language or "").partition("-")[0]
        return (0 if tag == language else 1 if not tag else 2, literal.value)

    return min(literals, key=rank, default=None)


class Messages:
    """The texts of the interface in one language, by section and key."""

    def __init__(self, language: str, texts: Mapping[str, Any]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of ``section.key`` with its values filled in.

        Raises:
            KeyError: there is no such text.
        """
        section, _, name = key.partition(".")
        text = str(self._texts[section][name])
        return text.format(**values) if values else text

    def get(self, section: str, name: str, default: str = "") -> str:
        """Return a text, or the default if there is none."""
        return str(self._texts.get(section, {}).get(name, default))

    def keys(self) -> set[str]:
        """Return every ``section.key``."""
        return {f"{section}.{name}" for section, table in self._texts.items() for name in table}


def load_messages(folder: Path) -> dict[str, Messages]:
    """Return the message catalogues, by language.

    Raises:
        SettingsError: a catalogue is not TOML.
    """
    found = {}
    for language in LANGUAGES:
        path = folder / f"{language}.toml"
        try:
            found[language] = Messages(language, tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"is not TOML: {error}", path=path) from error
    return found
