"""Read a rule: an ``.rq`` file whose ``#+`` lines hold TOML, as in stock queries.

Entailment rules (``ontology/rules``) carry a title and a description; quality rules
(``shapes/qc``) a title, a message, how to mend, and a severity.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctl_kg.errors import QueryFileError, QuerySyntaxError, StoreError
from ctl_kg.namespaces import rebase
from ctl_kg.rdf.loading import read_text
from ctl_kg.sparql.store import LocalStore

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
        header = _header(text, name)
        check_query(text, name, base_iri)
        rules.append(RuleFile(path.stem, name, header, text))
    return rules


def check_query(text: str, name: str, base_iri: str) -> None:
    """Refuse a SPARQL text that does not parse, updates, or asks another server.

    Raises:
        QueryFileError: with the line and what to do.
    """
    try:
        LocalStore(base_iri=base_iri).query(text)
    except QuerySyntaxError as error:
        raise QueryFileError(
            error.message, path=name, line=error.line, hint=error.hint or "Mend the query."
        ) from error
    except StoreError as error:
        raise QueryFileError(error.message, path=name, hint="Mend the query.") from error


def _header(text: str, name: str) -> dict[str, Any]:
    rows = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.startswith("#+")]
    try:
        return tomllib.loads("\n".join(line[2:].strip() for _, line in rows))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        number = int(place[1]) if place else len(rows)
        raise QueryFileError(
            f"the header is not TOML: {re.sub(r' *[(]at .*[)]$', '', str(error))}",
            path=name,
            line=rows[number - 1][0] if 0 < number <= len(rows) else 1,
            hint="Mend the '#+' lines.",
        ) from error
