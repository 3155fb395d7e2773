"""What a stock query costs beside the bare engine, in process: ``python stock.py RELEASE``.

For each stock query: raw pyoxigraph (evaluation and its own JSON writer), our way for a first
request (bind, evaluate, write, read, document of the first page) and for a further page (from
memory). The goal is at most 1.2 times raw and 0.2 ms. Values are medians in milliseconds.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.formats import GraphWriter
from ctl_kg.publish.row_documents import Piece, json_document
from ctl_kg.sparql.binding import bind, list_choices
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.sparql.total_order import with_total_order
from ctl_kg.web.api_wishes import read_wish, selected
from ctl_kg.web.query_job import Desk, Job, Limits
from ctl_kg.web.row_cache import read_rows

_CURIES = Curies(prefixes())


def median_ms(run: Callable[[], object], seconds: float = 0.25) -> float:
    """Return the median time of a call."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        begin = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def measure(query: QueryFile, store: LocalStore, engine: ox.Store, desk: Desk) -> tuple[float, ...]:
    """Return raw, first and further in milliseconds."""
    ordered = with_total_order(query)
    kept = {each.name: list_choices(store, each, _CURIES) for each in query.parameters}
    given = {each.name: [each.default] for each in query.parameters if each.default}

    def bound() -> str:
        def choices(parameter: Parameter) -> list[object]:
            return kept[parameter.name]  # type: ignore[return-value]

        return bind(ordered, given, curies=_CURIES, choices_of=choices)  # type: ignore[arg-type]

    def fetch() -> bytes:
        output = io.BytesIO()
        desk.answer(Job(bound(), suffix="json"), output)
        return output.getvalue()

    def page(body: bytes) -> bytes:
        return page_of(read_rows(body).rows)

    def page_of(rows: object) -> bytes:
        wish = read_wish(query, [])
        found = selected(rows, wish, _CURIES)  # type: ignore[arg-type]
        piece = Piece(query, wish.columns, found[:100], len(found), 1, 1, 100)
        return json_document(piece, language="it", parameters={}, links={}, labels={})

    text = bound()
    kept_rows = read_rows(fetch()).rows
    raw = median_ms(
        lambda: engine.query(text).serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]
    )
    return raw, median_ms(lambda: page(fetch())), median_ms(lambda: page_of(kept_rows))


def main(release: Path) -> None:
    """Print one line for each query."""
    store = open_release_store(release)
    limits = Limits(30, 1_000_000_000, 1_000_000, 100_000_000)
    desk = Desk(store, GraphWriter(store.base_iri), limits)
    print(f"{'query':34}{'raw':>9}{'first':>9}{'further':>9}{'allowed':>9}")
    late = []
    queries = [each for each in load_queries(release / "queries").values() if each.form == "SELECT"]
    for query in queries:
        raw, first, further = measure(query, store, store._store, desk)
        allowed = 1.2 * raw + 0.2
        late += [query.name] if first > allowed else []
        print(f"{query.name:34}{raw:9.3f}{first:9.3f}{further:9.3f}{allowed:9.3f}")
    print(f"{len(queries) - len(late)} of {len(queries)} within 1.2 × raw + 0.2 ms", *late)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
