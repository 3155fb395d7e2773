"""What stands in a list with facets, and which rows a choice leaves: one index per list.

A *reading* is one value of a column with what it rests on. Each facet of a column gives it keys,
so that a choice of several facets of one column is about one reading ("this cluster, in this
role"). A row without readings in a column has one without values. If certainties are chosen,
only readings of those count, and a row must have one.

Rows are bits of a number: 10 000 rows are 1.25 kB, and to narrow or count them takes microseconds.
Made once per release, by look-ups; a release never changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import TypeAlias

from ctl_kg.publish.list_kinds import CERTAINTY, Column, Kind
from ctl_kg.publish.list_rows import Keys, ListRow
from ctl_kg.publish.resources import fold

NOTHING = ""  # the key of a reading that has no value for a facet

_KEPT_TEXTS = 64

Bits: TypeAlias = int


@dataclass(frozen=True)
class Choice:
    """What was chosen: keys by facet, the facets of which all keys must fit, and a text.

    Keys are IRIs, or texts of literals; ``NOTHING`` fits what has no value.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    all_of: frozenset[str] = frozenset()
    text: str = ""

    def having(self, facet: str, keys: tuple[str, ...]) -> Choice:
        """Return the choice with other keys for a facet."""
        return replace(self, values={**self.values, facet: keys})

    def without(self, facet: str, key: str | None = None) -> Choice:
        """Return the choice with one key, or all keys, of a facet taken back."""
        values = dict(self.values)
        left = tuple(each for each in values.pop(facet, ()) if key is not None and each != key)
        return replace(self, values=values | ({facet: left} if left else {}))


_Atom: TypeAlias = tuple[Keys, str]  # one key per facet of the column, and the certainty


class ListIndex:
    """The rows of one list, and the counts of its facets."""

    def __init__(self, kind: Kind, rows: Iterable[ListRow]) -> None:
        self.kind = kind
        self.rows = tuple(rows)
        self._everything: Bits = (1 << len(self.rows)) - 1
        self._atoms: dict[str, dict[_Atom, Bits]] = {}
        self._certain: dict[str, Bits] = defaultdict(int)
        self._with_text = lru_cache(_KEPT_TEXTS)(self._find_text)
        for column in kind.columns:
            self._add(column)
        for number, row in enumerate(self.rows):
            self._certain[row.certainty] |= 1 << number

    def _add(self, column: Column) -> None:
        atoms: dict[_Atom, Bits] = defaultdict(int)
        for number, row in enumerate(self.rows):
            for reading in row.cells[column.name]:
                self._certain[reading.certainty] |= 1 << number
                for keys in product(*(each or (NOTHING,) for each in reading.keys)):
                    atoms[keys, reading.certainty] |= 1 << number
        self._atoms[column.name] = dict(atoms)

    @property
    def facets(self) -> tuple[str, ...]:
        """The names of all facets."""
        return (*(each.name for each in self.kind.facets), CERTAINTY)

    @cached_property
    def keys(self) -> Mapping[str, frozenset[str]]:
        """Every key that a facet has in some row, and ``NOTHING``."""
        return {name: frozenset(found) for name, found in self.counts(Choice()).items()}

    @cached_property
    def several(self) -> frozenset[str]:
        """The facets of which some row has more than one value."""
        found = set()
        for column in self.kind.columns:
            for place, facet in enumerate(column.facets):
                for row in self.rows:
                    if len({k for r in row.cells[column.name] for k in r.keys[place]}) > 1:
                        found.add(facet.name)
                        break
        return frozenset(found)

    def select(self, choice: Choice) -> list[ListRow]:
        """Return the rows that a choice leaves."""
        return self._rows_of(self._left(choice))

    def count(self, choice: Choice) -> int:
        """Return how many rows a choice leaves."""
        return self._left(choice).bit_count()

    def counts(self, choice: Choice) -> dict[str, dict[str, int]]:
        """Return for each facet the number of rows per key, as the other choices leave them.

        Of a facet whose keys must all fit, a key counts the rows that have it and those chosen.
        """
        found = {
            facet.name: self._facet_counts(column, place, choice)
            for column in self.kind.columns
            for place, facet in enumerate(column.facets)
        }
        found[CERTAINTY] = {
            key: self.count(choice.having(CERTAINTY, (key,))) for key in self._certain
        }
        return found

    def _facet_counts(self, column: Column, place: int, choice: Choice) -> dict[str, int]:
        name = column.facets[place].name
        keys = {atom[place] for atom, _ in self._atoms[column.name]} | {NOTHING}
        others = self._left(choice, without=column.name)
        if any(each.name in choice.all_of for each in column.facets):
            kept = choice.values.get(name, ()) if name in choice.all_of else ()
            return {
                key: self._fitting(column, others, choice.having(name, (*kept, key)))
                for key in keys
            }
        free = choice.without(name)
        found = dict.fromkeys(keys, 0)
        for (atom, certainty), bits in self._atoms[column.name].items():
            if self._counts_certainty(certainty, choice) and self._fits(column, atom, free):
                found[atom[place]] |= bits
        if self._is_open(column, free):
            found[NOTHING] |= self._empty(column, choice)
        return {key: (bits & others).bit_count() for key, bits in found.items()}

    def _fitting(self, column: Column, others: Bits, choice: Choice) -> int:
        own = self._of_column(column, choice)
        return (others if own is None else others & own).bit_count()

    def _left(self, choice: Choice, *, without: str = "") -> Bits:
        """Return the rows that a choice leaves, with the facets of one column set aside."""
        left = self._everything
        for column in self.kind.columns:
            if column.name != without and column.facets:
                own = self._of_column(column, choice)
                left = left if own is None else left & own
        wanted = choice.values.get(CERTAINTY)
        if wanted:
            left &= _union(self._certain.get(key, 0) for key in wanted)
        return left & self._with_text(fold(choice.text)) if choice.text else left

    def _find_text(self, text: str) -> Bits:
        words = text.split()
        return _union(
            1 << number
            for number, row in enumerate(self.rows)
            if all(word in row.text for word in words)
        )

    def _of_column(self, column: Column, choice: Choice) -> Bits | None:
        """Return the rows with fitting readings in a column; None if nothing was chosen there."""
        if not any(choice.values.get(each.name) for each in column.facets):
            return None
        left = self._everything
        for each in self._single(column, choice):
            found = _union(
                bits
                for (keys, certainty), bits in self._atoms[column.name].items()
                if self._counts_certainty(certainty, choice) and self._fits(column, keys, each)
            )
            left &= found | (self._empty(column, choice) if self._is_open(column, each) else 0)
        return left

    def _single(self, column: Column, choice: Choice) -> Iterator[Choice]:
        """Yield choices that must all fit, each with one key for a facet that wants all of its."""
        names = [
            each.name
            for each in column.facets
            if each.name in choice.all_of and choice.values.get(each.name)
        ]
        for keys in product(*(choice.values[name] for name in names)):
            ones = {name: (key,) for name, key in zip(names, keys, strict=True)}
            yield replace(choice, values={**choice.values, **ones})

    @staticmethod
    def _fits(column: Column, keys: Keys, choice: Choice) -> bool:
        wanted = (choice.values.get(each.name) for each in column.facets)
        return all(not each or key in each for key, each in zip(keys, wanted, strict=True))

    @staticmethod
    def _is_open(column: Column, choice: Choice) -> bool:
        """Tell whether a row without readings fits."""
        wanted = (choice.values.get(each.name) for each in column.facets)
        return all(not each or NOTHING in each for each in wanted)

    @staticmethod
    def _counts_certainty(certainty: str, choice: Choice) -> bool:
        wanted = choice.values.get(CERTAINTY)
        return not wanted or certainty in wanted

    def _empty(self, column: Column, choice: Choice) -> Bits:
        """Return the rows without a reading in a column, of those that count."""
        return self._everything & ~_union(
            bits
            for (_, certainty), bits in self._atoms[column.name].items()
            if self._counts_certainty(certainty, choice)
        )

    def _rows_of(self, bits: Bits) -> list[ListRow]:
        return [row for number, row in enumerate(self.rows) if bits >> number & 1]


def _union(several: Iterable[Bits]) -> Bits:
    found = 0
    for each in several:
        found |= each
    return found
