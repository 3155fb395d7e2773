"""The settings of ctl-kg: one row each, from default, then file, then environment, then flag.

A setting has one name everywhere: ``query_timeout_s`` in the TOML file, in messages and in
``ctl-kg config check``, ``CTL_KG_QUERY_TIMEOUT_S`` in the environment. Nothing is read at
import: :func:`load_settings` is called by the command line, and ``Settings`` is passed down as
the values that a function needs.

Source: TOML 1.0.0 (the file is a flat list of keys, without tables).
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from ctl_kg.errors import SettingsError
from ctl_kg.namespaces import DEFAULT_BASE

FILE_NAME = "ctl-kg.toml"
FILE_VARIABLE = "CTL_KG_CONFIG"
_PREFIX = "CTL_KG_"
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#/]+/([^\s<>\"{}|\\^`?#]*/)?")
_ENDPOINT = re.compile(r"https?://[^\s<>\"{}|\\^`?#/]+(/[^\s<>\"{}|\\^`#]*)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`/?#]+[^\s<>\"{}|\\^`]*")
_MAILBOX = re.compile(r"[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;]+")
_LONGEST_NAME = 200
_DAY_S = 86_400


@dataclass(frozen=True)
class Rule:
    """What a value must be: in words, and as a test. A list is tested item by item."""

    expected: str
    holds: Callable[[Any], bool]


def _number(low: float, high: float) -> Rule:
    return Rule(f"a number from {low:,} to {high:,}", lambda value: low <= value <= high)


def _one_of(*choices: str) -> Rule:
    return Rule(" or ".join(choices), choices.__contains__)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


_ABOVE_ZERO = Rule("a number above 0", lambda value: 0 < value < math.inf)
_SECONDS = Rule("seconds above 0, at most a day", lambda value: 0 < value <= _DAY_S)
_RATE = Rule("0 (no limit) or more", lambda value: value >= 0)
_BASE_IRI = Rule(
    "an http or https IRI that ends with a slash, as https://w3id.org/ctl-kg/",
    lambda value: _BASE.fullmatch(value) is not None,
)
_ENDPOINTS = Rule(
    "absolute http or https addresses, as https://example.org/sparql",
    lambda value: _ENDPOINT.fullmatch(value) is not None,
)
_NETWORKS = Rule("addresses or networks, as 127.0.0.1 or 10.0.0.0/8", _is_network)
_ANYTHING = Rule("a text", lambda value: bool(str(value)))
# What may be left empty.
_NAME = Rule(
    f"a name of at most {_LONGEST_NAME} characters on one line, or nothing",
    lambda value: not value or (value.isprintable() and 0 < len(value.strip()) <= _LONGEST_NAME),
)
_WEB_ADDRESS = Rule(
    "an http or https address, as https://example.org/contact, or nothing",
    lambda value: not value or _ADDRESS.fullmatch(value) is not None,
)
_EMAIL = Rule(
    "an e-mail address, as opendata@example.org, or nothing",
    lambda value: not value or _MAILBOX.fullmatch(value) is not None,
)


def _row(default: Any, meaning: str, rule: Rule = _ANYTHING) -> Any:
    return field(default=default, metadata={"meaning": meaning, "rule": rule})


@dataclass(frozen=True)
class Settings:
    """All settings: name, default, meaning and the values that each may take.

    Raises:
        SettingsError: a value is out of range; the message names the setting.
    """

    base_iri: str = _row(DEFAULT_BASE, "base of every IRI that is published", _BASE_IRI)
    release_dir: Path = _row(Path("release"), "folder of the release")  # noqa: RUF009 (immutable)
    host: str = _row("127.0.0.1", "address that the server listens on")
    port: int = _row(8000, "TCP port that the server listens on", _number(1, 65535))
    workers: int = _row(
        1,
        "server processes, each with its own cache, rate limits and query processes",
        _number(1, 256),
    )
    dereference: str = _row(
        "see-other",
        "how the IRI of a thing answers: 303 to its document, or 200 with Content-Location",
        _one_of("see-other", "direct"),
    )
    query_timeout_s: float = _row(10.0, "longest time that a query may take", _SECONDS)
    query_workers: int = _row(4, "costly queries that may run at the same time", _number(1, 256))
    query_queue: int = _row(
        256, "queries that may wait for a process; more are refused with 503", _ABOVE_ZERO
    )
    query_memory_bytes: int = _row(750_000_000, "memory that one query may take", _ABOVE_ZERO)
    query_max_rows: int = _row(1_000_000, "most rows or triples of an answer", _ABOVE_ZERO)
    query_max_bytes: int = _row(100_000_000, "largest answer to a query", _ABOVE_ZERO)
    service_allow: tuple[str, ...] = _row((), "endpoints that SERVICE may call", _ENDPOINTS)
    max_body_bytes: int = _row(1_000_000, "largest request body that is read", _ABOVE_ZERO)
    header_timeout_s: float = _row(
        10.0, "longest time that a request's headers may take to arrive", _SECONDS
    )
    body_timeout_s: float = _row(
        15.0, "longest time that a request's body may take to arrive", _SECONDS
    )
    cache_bytes: int = _row(64_000_000, "memory for answers that are kept", _ABOVE_ZERO)
    rate_per_minute: int = _row(
        0, "requests that one client may make in a minute; 0 sets no limit", _RATE
    )
    query_rate_per_minute: int = _row(0, "the same, for SPARQL and stock queries alone", _RATE)
    trusted_proxies: tuple[str, ...] = _row(
        (), "proxies whose X-Forwarded-For and X-Request-ID are believed", _NETWORKS
    )
    publisher_name: str = _row("", "who publishes the site, as the pages name it", _NAME)
    publisher_url: str = _row("", "the publisher's own website", _WEB_ADDRESS)
    contact_email: str = _row("", "where questions and reports may be sent", _EMAIL)
    feedback_url: str = _row("", "a page where readers may report a problem", _WEB_ADDRESS)
    robots: str = _row("open", "whether crawlers may read the pages", _one_of("open", "closed"))
    log_format: str = _row("text", "how a line of the log is written", _one_of("text", "json"))
    log_level: str = _row(
        "warning",
        "least weight of what is logged; requests are info",
        _one_of("debug", "info", "warning", "error"),
    )

    def __post_init__(self) -> None:
        for row in fields(self):
            _check(row, getattr(self, row.name))


@dataclass(frozen=True)
class LoadedSettings:
    """Settings, and for each its origin: ``default``, ``FILE:LINE``, a variable or ``flag``."""

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None


def load_settings(
    environment: Mapping[str, str] = os.environ, *, config: Path | None = None, **flags: Any
) -> Settings:
    """Return the settings; a flag that is None counts as not given.

    Args:
        environment: variables; ``CTL_KG_CONFIG`` names a file if ``config`` does not.
        config: TOML file; default: ``ctl-kg.toml`` in the working folder, if there is one.
        flags: values of the command line, by the name of the setting.
    Raises:
        SettingsError: the file or a value cannot be read, or is out of range; the message
            names the setting, the file and the line.
    """
    return trace_settings(environment, config=config, **flags).settings


def trace_settings(
    environment: Mapping[str, str] = os.environ, *, config: Path | None = None, **flags: Any
) -> LoadedSettings:
    """Return the settings as :func:`load_settings` does, with the origin of each."""
    path = _chosen_file(environment, config)
    text, document = _read_file(path)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for row in fields(Settings):
        variable = _PREFIX + row.name.upper()
        if flags.get(row.name) is not None:
            values[row.name] = _from_text(row, flags[row.name], "flag")
            origins[row.name] = "flag"
        elif variable in environment:
            values[row.name] = _from_text(row, environment[variable], variable)
            origins[row.name] = variable
        elif path is not None and row.name in document:
            line = _line_of(row.name, text)
            values[row.name] = _from_toml(row, document[row.name], path, line)
            origins[row.name] = f"{path}:{line}"
        else:
            origins[row.name] = "default"
    return LoadedSettings(Settings(**values), origins, path)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that look like settings and are none, each with the nearest or ""."""
    known = [FILE_VARIABLE, *(_PREFIX + row.name.upper() for row in fields(Settings))]
    return {
        name: next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), "")
        for name in sorted(environment)
        if name.startswith(_PREFIX) and name not in known
    }


def _chosen_file(environment: Mapping[str, str], config: Path | None) -> Path | None:
    if config is not None:
        return config
    if environment.get(FILE_VARIABLE):
        return Path(environment[FILE_VARIABLE])
    return Path(FILE_NAME) if Path(FILE_NAME).is_file() else None


def _read_file(path: Path | None) -> tuple[str, dict[str, Any]]:
    """Return text and keys of a settings file, all of them known."""
    if path is None:
        return "", {}
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", path=path) from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not UTF-8", path=path) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r" \(at line (\d+), column \d+\)$| \(at end of document\)$", str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines()) or 1
        what = str(error)[: place.start()] if place else str(error)
        raise SettingsError(
            f"this is not TOML: {what}", path=path, line=line, hint="Write: name = value"
        ) from error
    for name, value in document.items():
        _check_name(name, value, path, text)
    return text, document


def _check_name(name: str, value: Any, path: Path, text: str) -> None:
    known = [row.name for row in fields(Settings)]
    if name in known and not isinstance(value, dict):
        return
    hint = "List the settings with: ctl-kg config check"
    if isinstance(value, dict):
        hint = "Settings stand without tables, each on a line of its own: port = 8080"
    elif near := difflib.get_close_matches(name, known, n=1):
        hint = f"Did you mean {near[0]}?"
    line = _line_of(name, text)
    raise SettingsError(f"there is no setting '{name}'", path=path, line=line, hint=hint)


def _line_of(name: str, text: str) -> int:
    """Return the line that a top-level key or table stands on; 1 if it is hard to tell."""
    key = rf"[\"']?{re.escape(name)}[\"']?\s*"
    start = re.compile(rf"\s*(?:{key}[.=]|\[+\s*{key}[.\]])")
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if start.match(line):
            try:  # what comes before it is whole, so the line is not within a longer value
                tomllib.loads("".join(lines[: number - 1]))
            except tomllib.TOMLDecodeError:
                continue
            return number
    return 1


def _from_text(row: Field[Any], given: Any, origin: str) -> Any:
    """Return the value of a variable or a flag."""
    kind = _kind(row)
    if kind is tuple:
        parts = given.split(",") if isinstance(given, str) else given
        value: Any = tuple(part.strip() for part in parts if part.strip())
    else:
        try:
            value = kind(given)
        except ValueError as error:
            expected = "a whole number" if kind is int else "a number"
            raise SettingsError(
                f"{row.name} is '{given}' ({origin})", hint=f"Give {expected}."
            ) from error
    _check(row, value, origin)
    return value


def _from_toml(row: Field[Any], given: Any, path: Path, line: int) -> Any:
    """Return the value of a key; relative folders start from the folder of the file."""
    kind = _kind(row)
    expected, accepted = {
        int: ("a whole number", (int,)),
        float: ("a number", (int, float)),
        tuple: ('a list of texts, as ["a", "b"]', (list,)),
    }.get(kind, ("a text in quotation marks", (str,)))
    fits = isinstance(given, accepted) and not isinstance(given, bool)
    if kind is tuple and fits:
        fits = all(isinstance(item, str) for item in given)
    if not fits:
        raise SettingsError(
            f"{row.name} is {_shown(given)}", path=path, line=line, hint=f"Give {expected}."
        )
    if kind is Path:
        given = path.parent / Path(given).expanduser()
    value = kind(given)
    _check(row, value, path=path, line=line)
    return value


def _kind(row: Field[Any]) -> type[Any]:
    return Path if isinstance(row.default, Path) else type(row.default)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _check(row: Field[Any], value: Any, origin: str = "", **place: Any) -> None:
    """Refuse a value that is out of range, saying where it was read."""
    rule: Rule = row.metadata["rule"]
    for item in value if isinstance(value, tuple) else (value,):
        if not rule.holds(item):
            shown = f"'{item}'" if isinstance(item, str | Path) else str(item)
            verb = "has" if isinstance(value, tuple) else "is"
            raise SettingsError(
                f"{row.name} {verb} {shown}" + (f" ({origin})" if origin else ""),
                hint=f"Give {rule.expected}.",
                **place,
            )
