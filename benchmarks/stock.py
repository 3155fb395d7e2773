"""The cost of what lies between the engine and a stock query's answer, without HTTP.

    python benchmarks/stock.py RELEASE

For every stock query: raw pyoxigraph (evaluation and its own JSON writer), our way for a first
request (bind, evaluate, write, read, document of the first page) and for a further page (from
memory), in turn. The goal is at most 1.2 times raw and 0.2 ms. Values are medians of processor
time in milliseconds, which hardly depends on what else the machine does.
"""

from __future__ import annotations

import io
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.formats import GraphWriter
from ctl_kg.publish.row_documents import Piece, json_document
from ctl_kg.sparql.binding import Choice, bind, list_choices
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.sparql.total_order import in_language
from ctl_kg.web.api_wishes import read_wish, selected
from ctl_kg.web.query_job import Desk, Job, Limits
from ctl_kg.web.row_cache import Rows, read_rows

_CURIES = Curies(prefixes())
# For the engine it is as much work as half of the queries are at most (the table below), and
# with so many orders of its values no two requests need be the same.
_ASKED = "clusters-by-technology-area"
_VALUES = 5


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one stock query: the engine alone, our way, and from memory."""

    query: str
    raw: float
    first: float
    further: float

    @property
    def allowed(self) -> float:
        """The most that a first request may take."""
        return 1.2 * self.raw + 0.2


def addresses(release: Path, count: int, seed: int = 1) -> list[str]:
    """Return paths of one stock query, each with other values of its parameter.

    Fewer than ``count`` if the release has too few values.
    """
    query = load_queries(release / "queries")[_ASKED]
    parameter = next(each for each in query.parameters if each.values)
    choices = list_choices(open_release_store(release), parameter, _CURIES)
    values = [_CURIES.shorten(choice.value) or choice.value for choice in choices]
    chance = random.Random(seed)
    found: dict[tuple[str, ...], None] = {}
    for _ in range(3 * count):
        found[tuple(chance.sample(values, _VALUES))] = None
        if len(found) == count:
            break
    return [
        f"/api/queries/{_ASKED}?"
        + urlencode([*((parameter.name, value) for value in chosen), ("lang", "en")])
        for chosen in found
    ]


def medians_ms(runs: Sequence[Callable[[], object]], seconds: float) -> list[float]:
    """Return the median time of each call; they take turns, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in runs]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 5:
        for run, taken in zip(runs, times, strict=True):
            begin = time.thread_time()
            run()
            taken.append(1000 * (time.thread_time() - begin))
    return [statistics.median(taken) for taken in times]


def _bound(query: QueryFile, choices: dict[str, list[Choice]]) -> str:
    def choices_of(parameter: Parameter) -> list[Choice]:
        return choices[parameter.name]

    given = {each.name: [each.default] for each in query.parameters if each.default}
    ready = in_language(query, given.get("lang", ["it"])[0])
    return bind(ready, given, curies=_CURIES, choices_of=choices_of)


def _fetched(desk: Desk, text: str) -> bytes:
    output = io.BytesIO()
    desk.answer(Job(text, suffix="json"), output)
    return output.getvalue()


def _page(query: QueryFile, rows: Rows) -> bytes:
    wish = read_wish(query, [])
    found = selected(rows, wish, _CURIES)
    piece = Piece(query, wish.columns, found[: wish.size], len(found), 1, 1, wish.size)
    return json_document(piece, language="it", parameters={}, links={}, labels={})


def _raw(engine: ox.Store, text: str) -> object:
    found = engine.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return found.serialize(format=ox.QueryResultsFormat.JSON)


def measure(query: QueryFile, store: LocalStore, desk: Desk, seconds: float) -> Cost:
    """Return what a stock query costs with its default values."""
    choices = {each.name: list_choices(store, each, _CURIES) for each in query.parameters}
    text = _bound(query, choices)
    kept = read_rows(_fetched(desk, text))
    runs = (
        partial(_raw, store._store, text),
        lambda: _page(query, read_rows(_fetched(desk, _bound(query, choices)))),
        partial(_page, query, kept),
    )
    return Cost(query.name, *medians_ms(runs, seconds))


def lines(release: Path, seconds: float = 0.75) -> Iterator[str]:
    """Yield a table in Markdown, and how many queries meet the goal."""
    store = open_release_store(release)
    desk = Desk(store, GraphWriter(store.base_iri), Limits(30, 10**9, 10**6, 10**8))
    yield "| Query | raw ms | first ms | further ms | allowed ms |"
    yield "|---|--:|--:|--:|--:|"
    late = []
    queries = [each for each in load_queries(release / "queries").values() if each.form == "SELECT"]
    for query in queries:
        cost = measure(query, store, desk, seconds)
        late += [query.name] if cost.first > cost.allowed else []
        yield (
            f"| {query.name} | {cost.raw:.3f} | {cost.first:.3f} | {cost.further:.3f} "
            f"| {cost.allowed:.3f} |"
        )
    verdict = f"not met by {', '.join(late)}" if late else "met"
    within = f"{len(queries) - len(late)} of {len(queries)}"
    yield from ("", f"{within} within 1.2 × raw + 0.2 ms: {verdict}")


if __name__ == "__main__":
    for line in lines(Path(sys.argv[1])):
        print(line)
