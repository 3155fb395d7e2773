"""The answers of stock queries that were asked for last, so that their pages cost no query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cachetools import LRUCache

_MOST_BYTES = 4_000_000  # of answers as JSON; the objects take about eight times as much
_MOST_TEXTS = 2_000
_MOST_LABELS = 20_000

Row: TypeAlias = Mapping[str, Any]
Asked: TypeAlias = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]


@dataclass(frozen=True)
class Bound:
    """A stock query with values in place: its text, and the values by parameter."""

    text: str
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Rows:
    """The whole answer to one bound query; ``size`` in bytes as JSON."""

    rows: Sequence[Row]
    size: int
    volatile: bool = False


class RowCache:
    """Keeps bound texts by what was asked, whole answers by bound text, and labels by IRI."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self.bound: LRUCache[Asked, Bound] = LRUCache(_MOST_TEXTS)
        self.labels: LRUCache[tuple[str, str], str | None] = LRUCache(_MOST_LABELS)
        self._rows: LRUCache[str, Rows] = LRUCache(most_bytes, getsizeof=lambda rows: rows.size)

    def get(self, text: str) -> Rows | None:
        """Return the kept answer to a bound query."""
        return self._rows.get(text)

    def keep(self, text: str, rows: Rows) -> None:
        """Keep an answer, if it is not too large and would be the same another time."""
        if not rows.volatile and rows.size <= self._rows.maxsize // 2:
            self._rows[text] = rows


def read_rows(body: bytes, *, volatile: bool = False) -> Rows:
    """Return an answer in SPARQL results JSON as rows."""
    found = json.loads(body)["results"]["bindings"]
    return Rows(found, len(body) + 500, volatile)
