"""How the log is written: one line per record, as text or JSON, on standard error.

A record may carry ``data``, a dictionary of fields; the number of the request that it was made
for is added by itself. Control characters of what clients send never reach the log as they are.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from ctl_kg.settings import Settings

_encode = msgspec.json.Encoder(enc_hook=str).encode

request_id: ContextVar[str] = ContextVar("request_id", default="")


def log_config(settings: Settings) -> dict[str, Any]:
    """Return the configuration for ``logging.config.dictConfig``, the server's own lines too.

    What is not ours is logged from warnings up, whatever ``log_level`` says.
    """
    kind = JsonFormatter if settings.log_format == "json" else TextFormatter
    level = settings.log_level.upper()
    foreign = "ERROR" if level == "ERROR" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{kind.__module__}.{kind.__qualname__}"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": foreign, "handlers": ["stderr"]},
        "loggers": {"ctl_kg": {"level": level}, "_granian": {"level": foreign}},
    }


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of a record, the request's number last."""
    found: dict[str, Any] = dict(getattr(record, "data", {}))
    number = found.pop("request_id", "") or request_id.get()
    return found | ({"request_id": number} if number else {})


def _moment(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        document = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            document["traceback"] = self.formatException(record.exc_info)
        return _encode(document).decode()


class TextFormatter(logging.Formatter):
    """Writes a record as one line of text, and a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the lines of a traceback if there is one."""
        fields = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        line = f"{_moment(record)} {record.levelname.lower()} {_plain(record.getMessage())}{fields}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _word(value: object) -> str:
    text = str(value)
    return json.dumps(text) if " " in text or '"' in text else _plain(text)


def _plain(text: str) -> str:
    """Return a text whose control characters and line ends are written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
