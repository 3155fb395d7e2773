"""One query from the public and its answer: what a query process does with a job.

Everything that looks at the text happens here, in a process that may die: the scan, the choice
of the result format, the evaluation and the writing.
Source: SPARQL 1.1 Protocol §2.1 (query operation), §2.1.6 (result formats).
"""

from __future__ import annotations

import json
import re
import time
from typing import Any, BinaryIO, NamedTuple

import pyoxigraph as ox

from ctl_kg.publish.formats import (
    GRAPH_FORMATS,
    HTML,
    JSON,
    SELECT_FORMATS,
    Format,
    GraphWriter,
    by_suffix,
    formats_for,
    offers,
    write_result,
)
from ctl_kg.sparql import guard
from ctl_kg.sparql.explain import explain_empty
from ctl_kg.sparql.store import Evaluation, LocalStore, failed
from ctl_kg.sparql.streaming import serialise_solutions, too_many
from ctl_kg.sparql.terms import QueryResult, Row, Solutions
from ctl_kg.web.negotiation import choose_media_type

PAGE_ROWS = 1000  # rows or triples that a page shows; the download has them all
# Functions whose value may be another at each call: such an answer must not be kept.
_VOLATILE = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\b[^(]{0,100}\(|\\u", re.IGNORECASE)
_VOLATILE_MARKS = ("NOW", "RAND", "UUID", "BNODE", "\\U")  # quicker to look for, in capitals


class Job(NamedTuple):
    """One query, and how its answer is wanted.

    Args:
        query: the text, as received.
        accept: the Accept header; decides if there is no suffix.
        suffix: the suffix of the format wished, or empty.
        default_graphs: IRIs that make the default graph, or None for the text's own dataset.
        named_graphs: IRIs that ``GRAPH`` sees, or None.
        page: the answer is for a page: JSON or Turtle of the first ``PAGE_ROWS``.
        explain: say why the answer is empty, instead of giving it.
        form: SELECT, for a text that is a stock query with terms in place: it was looked at when
            its file was read. Empty for a text from outside.
    """

    query: str
    accept: str = ""
    suffix: str = ""
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    page: bool = False
    explain: bool = False
    form: str = ""


class Limits(NamedTuple):
    """What one query may use: seconds, bytes of memory, rows or triples, bytes of answer."""

    seconds: float
    memory_bytes: int
    rows: int
    bytes: int


class Head(NamedTuple):
    """What is known of an answer beside its bytes.

    Args:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        content_type: the label of the bytes.
        page: whether the client wants a page.
        rows: number of rows or triples of the whole answer.
        volatile: whether the same query may give another answer.
        parse_ms: milliseconds until the engine began.
        run_ms: milliseconds of evaluation and writing.
    """

    form: str
    content_type: str
    page: bool = False
    rows: int = 0
    volatile: bool = False
    parse_ms: float = 0.0
    run_ms: float = 0.0


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

    def answer(self, job: Job, output: BinaryIO) -> Head:
        """Write the answer to a job to ``output``, and return its head.

        Raises:
            QuerySyntaxError: the text does not parse or is refused.
            NotAcceptableError: no format of the answer suits.
            QueryLimitError: the answer is too large.
            StoreError: the engine failed.
        """
        begin = time.perf_counter()
        scan = (
            guard.Scan(job.query, job.form, has_dataset=False)
            if job.form
            else guard.scan(job.query.removeprefix("\ufeff"), self._service_allow)
        )
        form = scan.form or "SELECT"
        if job.explain:
            return self._explain(job, form, output)
        chosen = _format(job, form)
        page = chosen is HTML
        if page:
            graph = form in ("CONSTRUCT", "DESCRIBE")
            chosen = (GRAPH_FORMATS if graph else SELECT_FORMATS)[0]
        found = self._store.evaluate(
            job.query,
            default_graphs=job.default_graphs,
            named_graphs=job.named_graphs,
            service_allow=self._service_allow,
            scan=scan,
        )
        middle = time.perf_counter()
        size = self._write(found, chosen.suffix, output, page=page)
        return Head(
            form=form,
            content_type=chosen.content_type,
            page=page,
            rows=size,
            volatile=scan.has_service or _may_change(job.query),
            parse_ms=1000 * (middle - begin),
            run_ms=1000 * (time.perf_counter() - middle),
        )

    def _explain(self, job: Job, form: str, output: BinaryIO) -> Head:
        table = offers((JSON, HTML))
        page = table[choose_media_type(job.accept, table)] is HTML or job.suffix == HTML.suffix
        document = explain_empty(
            self._store,
            job.query,
            default_graphs=job.default_graphs,
            named_graphs=job.named_graphs,
            budget_s=self._limits.seconds / 2,
        )
        output.write(json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")
        return Head(form=form, content_type=JSON.content_type, page=page)

    def _write(self, found: Evaluation, suffix: str, output: BinaryIO, *, page: bool) -> int:
        """Write an answer and return its number of rows or triples; a page gets the first."""
        if isinstance(found, ox.QueryBoolean):
            output.write(write_result(bool(found), suffix, self._writer))
            return 1
        if isinstance(found, ox.QuerySolutions) and not page:
            return serialise_solutions(found, suffix, output, max_rows=self._limits.rows)
        result, size = self._collected(found, PAGE_ROWS if page else self._limits.rows)
        output.write(write_result(result, suffix, self._writer))
        return size

    def _collected(
        self, found: ox.QuerySolutions | ox.QueryTriples, most: int
    ) -> tuple[QueryResult, int]:
        """Return the first rows or triples of an answer, and how many there are in all."""
        kept: dict[Any, None] = {}
        rows: list[Row] = []
        size = 0
        graph = isinstance(found, ox.QueryTriples)
        try:
            for each in found:
                if graph and each in kept:
                    continue  # a graph is a set
                size += 1
                if size > self._limits.rows:
                    raise too_many(self._limits.rows)
                if graph:
                    kept[each] = None
                elif size <= most:
                    rows.append(tuple(each))
        except (OSError, RuntimeError, ValueError) as error:
            raise failed(error) from error
        if isinstance(found, ox.QueryTriples):
            return list(kept)[:most], size
        return Solutions([variable.value for variable in found.variables], rows), size


def _may_change(query: str) -> bool:
    """Tell whether the same query may give another answer at another time."""
    upper = query.upper()
    return any(mark in upper for mark in _VOLATILE_MARKS) and bool(_VOLATILE.search(query))


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
