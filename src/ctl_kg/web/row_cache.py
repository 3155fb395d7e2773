"""The answers of stock queries that were asked for last, so that their pages cost no query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, overload

import msgspec
from cachetools import LRUCache
from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.tables import Binding, Row

_MOST_BYTES = 16_000_000
_ROW_BYTES = 100  # what a row takes in memory beside its JSON
_MOST_TEXTS = 2_000
_MOST_VALUES = 10_000
_MOST_LABELS = 20_000

Given: TypeAlias = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
Terms: TypeAlias = Mapping[tuple[str, str, str], NamedNode | Literal]


@dataclass(frozen=True)
class Bound:
    """A stock query with values in place: its text, and the values by parameter.

    ``read`` has what new values were read as, by query, parameter and value.
    """

    text: str
    values: Mapping[str, Sequence[str]]
    read: Terms


class Rows(Sequence[Row]):
    """The whole answer to one bound query: each row stays JSON until it is looked at.

    Of most answers only a page is wanted, and a row as objects takes eight times the memory.

    Args:
        parts: the JSON of each row.
        size: of all in memory, in bytes.
        volatile: whether the same query may give another answer another time.
    """

    def __init__(
        self, parts: Sequence[msgspec.Raw], size: int = 0, *, volatile: bool = False
    ) -> None:
        self._parts = parts
        self.size = size
        self.volatile = volatile

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._parts)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Return a row, or a list of some."""
        found = self._parts[index]
        if isinstance(found, msgspec.Raw):
            return _read_row(found)
        return [_read_row(part) for part in found]

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in order."""
        return map(_read_row, self._parts)


class RowCache:
    """Keeps bound texts by what was asked, whole answers by bound text, and labels by IRI.

    And what the values of parameters were read as, so that others need not look for them among
    all that are allowed.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self.terms: LRUCache[tuple[str, str, str], NamedNode | Literal] = LRUCache(_MOST_VALUES)
        self._bound: LRUCache[Given, Bound] = LRUCache(_MOST_TEXTS)
        self.labels: LRUCache[tuple[str, str], str | None] = LRUCache(_MOST_LABELS)
        self._rows: LRUCache[str, Rows] = LRUCache(most_bytes, getsizeof=lambda rows: rows.size)

    def bound(self, asked: Given) -> Bound | None:
        """Return the kept text of what was asked."""
        return self._bound.get(asked)

    def keep_bound(self, asked: Given, bound: Bound) -> None:
        """Keep the text of what was asked, and what its values were read as."""
        self._bound[asked] = bound
        self.terms.update(bound.read)

    def get(self, text: str) -> Rows | None:
        """Return the kept answer to a bound query."""
        return self._rows.get(text)

    def keep(self, text: str, rows: Rows) -> None:
        """Keep an answer, if it is not too large and would be the same another time."""
        if not rows.volatile and rows.size <= self._rows.maxsize // 2:
            self._rows[text] = rows


class _Results(msgspec.Struct):
    bindings: list[msgspec.Raw]


class _Document(msgspec.Struct):
    results: _Results


_read_document = msgspec.json.Decoder(_Document).decode
_read_row = msgspec.json.Decoder(dict[str, Binding]).decode


def read_rows(body: bytes, *, volatile: bool = False) -> Rows:
    """Return an answer in SPARQL results JSON as rows."""
    parts = _read_document(body).results.bindings
    return Rows(parts, len(body) + _ROW_BYTES * len(parts), volatile=volatile)
