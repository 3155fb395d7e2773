"""Read a rule: an ``.rq`` file whose ``#+`` lines hold TOML, as in stock queries.

Entailment rules (``ontology/rules``) carry a title and a description; quality rules
(``shapes/qc``) a title, a message, how to mend, and a severity.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctl_kg.errors import QueryFileError
from ctl_kg.namespaces import rebase
from ctl_kg.rdf.loading import read_text

LANGUAGES = ("it", "en")


@dataclass(frozen=True)
class RuleFile:
    """One rule; ``slug`` is the file name without suffix, ``name`` the path for messages."""

    slug: str
    name: str
    header: Mapping[str, Any]
    text: str

    def texts(self, key: str) -> dict[str, str]:
        """Return the Italian and the English text of a header key.

        Raises:
            QueryFileError: one of them is missing.
        """
        value = self.header.get(key)
        if not isinstance(value, dict) or set(value) != set(LANGUAGES):
            raise QueryFileError(
                f"the header needs '{key}' in Italian and in English",
                path=self.name,
                line=1,
                hint=f'Write: #+ {key} = {{ it = "…", en = "…" }}',
            )
        return {language: str(value[language]) for language in LANGUAGES}


def read_rules(folder: Path, root: Path, base_iri: str) -> list[RuleFile]:
    """Return every rule of a folder, by file name; none if there is no folder.

    Raises:
        SourceError, QueryFileError: a file cannot be read, or its header is malformed.
    """
    rules = []
    for path in sorted(folder.glob("*.rq")):
        name = path.relative_to(root).as_posix()
        text = rebase(read_text(path, name), base_iri)
        rules.append(RuleFile(path.stem, name, _header(text, name), text))
    return rules


def _header(text: str, name: str) -> dict[str, Any]:
    lines = [line[2:].removeprefix(" ") for line in text.split("\n") if line.startswith("#+")]
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise QueryFileError(
            f"the header is not TOML: {error}", path=name, line=1, hint="Mend the '#+' lines."
        ) from error
