"""Answers that come in pages, read as one sequence: rows of queries, and hits of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, overload

from ctl_kg.client import frames
from ctl_kg.client.connection import Reply, refuse_mixture, understood
from ctl_kg.client.coverage import CoverageNote, coverage_of
from ctl_kg.client.evidence import Evidence, evidence_of
from ctl_kg.client.queries import Column, columns_of
from ctl_kg.client.values import Cell, Iri, cell_of, cell_of_term

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]
    import polars  # type: ignore[import-not-found,unused-ignore]

Row: TypeAlias = dict[str, Cell]
Fetch: TypeAlias = Callable[[int], Reply]  # by number of the page, from 1
T = TypeVar("T")


class Pages(Sequence[T], Generic[T]):
    """The items of all pages; a page is asked for when one of its items is wanted.

    ``len`` is the number of items of the whole answer and costs no more than the first page,
    which is there already; ``document`` is that page as the server sent it.
    """

    def __init__(self, fetch: Fetch, first: Reply) -> None:
        self._fetch = fetch
        self._first = first
        self.document: Mapping[str, Any] = first.json()
        with understood(first):
            self._total = int(self.document["total"])
            self._size = int(self.document["size"])
            self._pages = {1: self._read(self.document)}

    def _read(self, document: Mapping[str, Any]) -> list[T]:
        raise NotImplementedError

    def _page(self, number: int) -> list[T]:
        """Return the items of a page.

        Raises:
            StoreUnavailableError: the server has a new release since the first page.
        """
        if number not in self._pages:
            reply = self._fetch(number)
            with understood(reply):
                refuse_mixture(self._first, reply)
                self._pages[number] = self._read(reply.json())
        return self._pages[number]

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -self._total <= index < self._total:
            raise IndexError(f"there are {self._total} items")
        page, place = divmod(index % self._total, self._size)
        return self._page(page + 1)[place]

    def __iter__(self) -> Iterator[T]:
        for number in range(1, -(-self._total // self._size) + 1):
            yield from self._page(number)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._total}>"


class Rows(Pages[Row]):
    """The rows of a query, each a ``dict`` from the name of a column to its cell.

    ``coverage`` tells how complete the data are that they come from; the answer to a SPARQL
    text has no such notes.
    """

    columns: tuple[Column, ...]
    coverage: tuple[CoverageNote, ...] = ()

    def __init__(self, fetch: Fetch, first: Reply) -> None:
        self._evidence: dict[int, list[Evidence]] = {}
        super().__init__(fetch, first)
        with understood(first):
            self.coverage = coverage_of(self.document)

    def _read(self, document: Mapping[str, Any]) -> list[Row]:
        self.columns = columns_of(document["columns"])
        labels = document["labels"]
        if "evidence" in document:
            self._evidence[int(document["page"])] = evidence_of(document["evidence"])
        return [
            {c.name: cell_of(c.type, row.get(c.name), labels) for c in self.columns}
            for row in document["rows"]
        ]

    def with_evidence(self) -> Iterator[tuple[Row, Evidence]]:
        """Return each row with what it rests on.

        Raises:
            ValueError: the rows were asked for without ``evidence=True``.
        """
        if not self._evidence:
            raise ValueError("ask for the rows with evidence=True")
        for number in range(1, -(-self._total // self._size) + 1):
            yield from zip(self._page(number), self._evidence[number], strict=True)

    def to_pandas(self, *, labelled: bool = False) -> pandas.DataFrame:
        """Return all rows as a data frame of pandas.

        Integers are ``Int64``, decimals ``float64``, dates ``datetime64``, the rest text; a
        column whose cells are not all of one type (dates of which some are years) is kept as it
        is. ``attrs["labels"]`` and ``attrs["units"]`` say what the columns are,
        ``attrs["coverage"]`` how complete the data are.

        Args:
            labelled: for reading: columns by their titles, resources by their names.
        Raises:
            CtlKgError: pandas is not installed (it comes with the extra ``frames``).
        """
        frame: pandas.DataFrame = frames.to_pandas(*self._table(labelled=labelled))
        frame.attrs["coverage"] = [str(note) for note in self.coverage]
        return frame

    def to_polars(self, *, labelled: bool = False) -> polars.DataFrame:
        """Return all rows as a data frame of polars.

        Integers are ``Int64``, decimals ``Float64``, dates ``Date``, the rest text; a column
        whose cells are not all of one type is text.

        Args:
            labelled: for reading: columns by their titles, resources by their names.
        Raises:
            CtlKgError: polars is not installed (it comes with the extra ``frames``).
        """
        frame: polars.DataFrame = frames.to_polars(*self._table(labelled=labelled))
        return frame

    def _table(self, *, labelled: bool) -> tuple[tuple[Column, ...], list[Row]]:
        rows = list(self)
        return frames.labelled(self.columns, rows) if labelled else (self.columns, rows)


def rows_of_results(reply: Reply) -> Rows:
    """Return the answer to a SELECT, which comes in one piece, as rows."""
    found = reply.json()
    with understood(reply):
        names = list(found["head"]["vars"])
        return _Results(names, found["results"]["bindings"])


class _Results(Rows):
    def __init__(self, names: Sequence[str], bindings: Sequence[Mapping[str, Any]]) -> None:
        self._evidence = {}
        self._total = self._size = len(bindings)
        self._size = self._size or 1
        self._pages = {1: [{n: cell_of_term(row.get(n)) for n in names} for row in bindings]}
        kinds = {name: frames.kind_of(row[name] for row in self._pages[1]) for name in names}
        self.columns = tuple(Column(name, kinds[name], name) for name in names)
        self.document = {"total": self._total}


@dataclass(frozen=True)
class Hit:
    """A resource that a search found; ``snippet`` is text in which ``<mark>`` shows the words."""

    resource: Iri
    curie: str | None
    types: tuple[Iri, ...]
    clusters: tuple[Iri, ...]
    snippet: str | None
    score: float

    @property
    def label(self) -> str:
        """The name of the resource."""
        return self.resource.label or str(self.resource)


class Hits(Pages[Hit]):
    """What a search found, the best first; ``document`` has the facets and corrections."""

    def _read(self, document: Mapping[str, Any]) -> list[Hit]:
        return [
            Hit(
                resource=Iri(each["iri"], each["label"]),
                curie=each["curie"],
                types=tuple(Iri(e["iri"], e["label"]) for e in each["types"]),
                clusters=tuple(Iri(e["iri"], e["label"]) for e in each["clusters"]),
                snippet=each["snippet"],
                score=float(each["score"]),
            )
            for each in document["results"]
        ]
