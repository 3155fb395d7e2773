"""What ``ctl-kg query`` is given: values of parameters, a file, standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ctl_kg.errors import RequestError


def read_flags(arguments: Sequence[str], pairs: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of a query's own flags, by parameter.

    Args:
        arguments: what typer left over: ``--name value`` or ``--name=value``.
        pairs: values of ``--param``, each ``name=value``.
    Raises:
        RequestError: a flag has no value, or something is not a flag.
    """
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise RequestError(f"--param {pair} has no value", hint="Write --param name=value.")
        found.setdefault(name.strip(), []).append(value)
    rest = list(arguments)
    while rest:
        flag = rest.pop(0)
        if not flag.startswith("--") or flag == "--":
            raise RequestError(
                f"'{flag}' is one argument too many", hint="Give parameters as --name value."
            )
        name, equals, value = flag[2:].partition("=")
        if not equals:
            if not rest or rest[0].startswith("--"):
                raise RequestError(f"--{name} has no value", hint=f"Write --{name} VALUE.")
            value = rest.pop(0)
        found.setdefault(name, []).append(value)
    return found


def read_text(file: Path) -> str:
    """Return the text of a query file.

    Raises:
        RequestError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise RequestError(f"{file} is not UTF-8 text", hint="Give a SPARQL file.") from error
    except OSError as error:
        raise RequestError(
            f"{file} cannot be read: {error.strerror}", hint="Give a SPARQL file."
        ) from error


def read_input() -> str:
    """Return the query on standard input.

    Raises:
        RequestError: there is none, or it is not UTF-8.
    """
    if sys.stdin is None:
        raise RequestError("there is no standard input", hint="Give a name or --file.")
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError("standard input is not UTF-8 text") from error
