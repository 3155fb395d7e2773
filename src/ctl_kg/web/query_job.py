"""One query from the public and its answer: what a query process does with a job.

Everything that looks at the text happens here, in a process that may die: the scan, the choice
of the result format, the evaluation and the writing.
Source: SPARQL 1.1 Protocol §2.1 (query operation), §2.1.6 (result formats).
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from ctl_kg.errors import QueryLimitError
from ctl_kg.publish.formats import (
    HTML,
    Format,
    GraphWriter,
    by_suffix,
    formats_for,
    offers,
    write_result,
)
from ctl_kg.sparql import guard
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import QueryResult, Solutions
from ctl_kg.web.negotiation import choose_media_type

PAGE_ROWS = 1000  # rows or triples that a page shows; the download has them all
# Functions whose value may be another at each call: such an answer must not be kept.
_VOLATILE = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))


@dataclass(frozen=True)
class Job:
    """One query, and how its answer is wanted.

    Args:
        query: the text, as received.
        accept: the Accept header; decides if there is no suffix.
        suffix: the suffix of the format wished, or empty.
        default_graphs: IRIs that make the default graph, or None for the text's own dataset.
        named_graphs: IRIs that ``GRAPH`` sees, or None.
        page: the answer is for a page: JSON or Turtle of the first ``PAGE_ROWS``.
    """

    query: str
    accept: str = ""
    suffix: str = ""
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    page: bool = False

    def fields(self) -> dict[str, Any]:
        """Return the job as data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Limits:
    """What one query may use: seconds, bytes of memory, rows or triples, bytes of answer."""

    seconds: float
    memory_bytes: int
    rows: int
    bytes: int


@dataclass(frozen=True)
class Head:
    """What is known of an answer beside its bytes.

    Args:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        suffix: the format of the bytes.
        page: whether the client wants a page.
        rows: number of rows or triples of the whole answer.
        volatile: whether the same query may give another answer.
        parse_ms: milliseconds until the engine began.
        run_ms: milliseconds of evaluation and writing.
    """

    form: str
    suffix: str
    page: bool = False
    rows: int = 0
    volatile: bool = False
    parse_ms: float = 0.0
    run_ms: float = 0.0


class Sink(Protocol):
    """Takes the bytes of an answer."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes; return how many."""


class Desk:
    """Answers jobs on one store, within limits of size."""

    def __init__(
        self,
        store: LocalStore,
        writer: GraphWriter,
        limits: Limits,
        service_allow: tuple[str, ...] = (),
    ) -> None:
        self._store = store
        self._writer = writer
        self._limits = limits
        self._service_allow = service_allow

    def answer(self, job: Job, output: Sink) -> Head:
        """Write the answer to a job to ``output``, and return its head.

        Raises:
            QuerySyntaxError: the text does not parse or is refused.
            NotAcceptableError: no format of the answer suits.
            QueryLimitError: the answer is too large.
            StoreError: the engine failed.
        """
        begin = time.perf_counter()
        scan = guard.scan(job.query.removeprefix("\ufeff"))
        form = scan.form or "SELECT"
        chosen = _format(job, form)
        page = chosen is HTML
        graph = form in ("CONSTRUCT", "DESCRIBE")
        suffix = chosen.suffix if not page else "ttl" if graph else "json"
        middle = time.perf_counter()
        result = self._store.query(
            job.query, default_graphs=job.default_graphs, named_graphs=job.named_graphs
        )
        self._check_rows(result)
        size = _size(result)
        if page:
            result = _first_rows(result)
        output.write(write_result(result, suffix, self._writer))
        end = time.perf_counter()
        words = {token.value.upper() for token in scan.tokens if token.kind == "word"}
        return Head(
            form=form,
            suffix=suffix,
            page=page,
            rows=size,
            volatile=not _VOLATILE.isdisjoint(words),
            parse_ms=1000 * (middle - begin),
            run_ms=1000 * (end - middle),
        )

    def _check_rows(self, result: QueryResult) -> None:
        if _size(result) > self._limits.rows:
            raise QueryLimitError(
                f"the answer has more than {self._limits.rows} rows or triples",
                limit="rows",
                hint="Add LIMIT and OFFSET, or download the whole dataset.",
            )


def _format(job: Job, form: str) -> Format:
    """Return the format that a job asks for.

    Raises:
        NotAcceptableError: none suits.
    """
    offered = (*formats_for(form), HTML)
    if job.page:
        return HTML
    found = by_suffix(job.suffix, offered)
    if found is not None:
        return found
    # A name that is none of ours is no reason to refuse: clients send several at once.
    table = offers(offered)
    return table[choose_media_type(job.accept, table)]


def _size(result: QueryResult) -> int:
    """Return the number of rows or triples; 1 for a truth value."""
    if isinstance(result, bool):
        return 1
    return len(result.rows) if isinstance(result, Solutions) else len(result)


def _first_rows(result: QueryResult) -> QueryResult:
    """Return what a page shows of an answer."""
    if isinstance(result, Solutions):
        return Solutions(result.variables, result.rows[:PAGE_ROWS])
    return result if isinstance(result, bool) else result[:PAGE_ROWS]
