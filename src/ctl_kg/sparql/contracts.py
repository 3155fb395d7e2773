"""The contract of a stock query: what a program that calls it relies on, and its version.

The parameters and the columns are the contract; texts, order and group may change at any time.
``queries/contracts.json`` keeps version and digest of each, so that a change of a contract
without a new version is found by a check and not by a client.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ctl_kg.errors import QueryFileError
from ctl_kg.sparql.query_model import QueryFile

CONTRACTS_FILE = "contracts.json"
_UPDATE = "Write the file anew: ctl-kg contracts --update"


def contract_digest(query: QueryFile) -> str:
    """Return a digest of the parameters and columns of a query, 16 hexadecimal digits.

    Names, types, order, limits and defaults count; labels and descriptions do not.
    """
    document = {
        "form": query.form,
        "parameters": [
            [p.name, p.type, p.required, p.default, p.values, p.minimum, p.maximum, p.pattern,
             list(p.enum)]
            for p in query.parameters
        ],
        "columns": [[c.name, c.type, c.unit] for c in query.columns],
    }  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contracts_of(queries: Mapping[str, QueryFile]) -> dict[str, dict[str, object]]:
    """Return version and digest of each query, by name."""
    return {
        name: {"version": query.version, "digest": contract_digest(query)}
        for name, query in sorted(queries.items())
    }


def read_contracts(folder: Path) -> dict[str, dict[str, object]]:
    """Return the contracts that a folder of queries keeps; none if it has no such file.

    Raises:
        QueryFileError: the file is malformed.
    """
    path = folder / CONTRACTS_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: {"version": each["version"], "digest": each["digest"]}
                for name, each in found.items()}  # fmt: skip
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise QueryFileError("is not a list of contracts", path=path, hint=_UPDATE) from error


def write_contracts(folder: Path, queries: Mapping[str, QueryFile]) -> None:
    """Write the contracts of a folder of queries."""
    text = json.dumps(contracts_of(queries), indent=1) + "\n"
    (folder / CONTRACTS_FILE).write_text(text, encoding="utf-8")


def broken_contracts(
    kept: Mapping[str, Mapping[str, object]], queries: Mapping[str, QueryFile]
) -> dict[str, str]:
    """Return what is wrong by query: a contract that changed while its version did not.

    A version that goes back is wrong too; a query that is new or gone is not.
    """
    found: dict[str, str] = {}
    for name, now in contracts_of(queries).items():
        before = kept.get(name)
        if before is None or before == now:
            continue
        version, next_version = before["version"], now["version"]
        assert isinstance(version, int)
        assert isinstance(next_version, int)
        if next_version <= version and before["digest"] != now["digest"]:
            found[name] = (
                f"its parameters or columns changed: write 'version = {version + 1}' in its header"
            )
        elif next_version < version:
            found[name] = f"its version went back from {version} to {next_version}"
    return found
