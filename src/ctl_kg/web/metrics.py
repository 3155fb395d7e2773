"""What is counted while the server runs, and its account for Prometheus.

Counts stand in a row of numbers that a request adds to, so counting costs less than a
microsecond. With several server processes each has its row in a file of a shared folder, and
whichever is asked adds the rows up; a process that ended keeps its counts there, so that no
counter ever goes back. The library's own mode for several processes needs a variable set before
it is imported, takes ten times as long and gives no figures about processes.

Source: Prometheus, Metric and label naming; Exposition formats.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

ROUTES = ("resource", "list", "sparql", "stock query", "download", "static", "other")
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "other")
# By the first digit of the status; "none" if the client left before there was an answer.
STATUSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
OUTCOMES = ("ok", "syntax", "timeout", "memory", "rows", "bytes", "busy", "cancelled", "error")
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# The row: where each count stands.
_HISTOGRAM = len(BOUNDS) + 2  # one more for what is longer than all, and the sum
_REQUESTS = 0
_BYTES = _REQUESTS + len(ROUTES) * len(METHODS) * len(STATUSES)
_DURATIONS = _BYTES + len(ROUTES)
_QUERIES = _DURATIONS + len(ROUTES) * _HISTOGRAM
_QUERY_DURATION = _QUERIES + len(OUTCOMES)
_CACHE = _QUERY_DURATION + _HISTOGRAM
_IN_FLIGHT = _CACHE + 2
_LENGTH = _IN_FLIGHT + 1

_METHOD_NUMBER = {name: number * len(STATUSES) for number, name in enumerate(METHODS)}
_ROUTE_NUMBER = {name: number for number, name in enumerate(ROUTES)}
_OUTCOME_NUMBER = {name: number for number, name in enumerate(OUTCOMES)}
_OTHER_METHOD = _METHOD_NUMBER["other"]
_PER_ROUTE = len(METHODS) * len(STATUSES)
_SUFFIX = ".row"


class Metrics:
    """The counts of this server process.

    Args:
        folder: shared by all server processes, and empty when the first starts; None if there
            is one process only. Made in each process for itself, after it was started.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        size = _LENGTH * 8
        if folder is None:
            memory = mmap.mmap(-1, size)
        else:
            number, _ = tempfile.mkstemp(_SUFFIX, f"{os.getpid()}-", folder)
            os.truncate(number, size)
            memory = mmap.mmap(number, size)
            os.close(number)
        self._row = memoryview(memory).cast("d")
        self._release: dict[str, str] = {}
        self._registry = CollectorRegistry()
        self._registry.register(_Account(self))

    def request_started(self) -> None:
        """Count a request as being answered."""
        self._row[_IN_FLIGHT] += 1

    def request_ended(
        self, route: str, method: str, status: int, seconds: float, size: int
    ) -> None:
        """Count an answer.

        Args:
            route: one of ``ROUTES``.
            method: as received; whatever is not among ``METHODS`` counts as other.
            status: 0 if there was no answer.
            seconds: from the request's headers to the answer's end.
            size: bytes of the body that were sent.
        """
        row = self._row
        number = _ROUTE_NUMBER[route]
        row[_IN_FLIGHT] -= 1
        row[number * _PER_ROUTE + _METHOD_NUMBER.get(method, _OTHER_METHOD) + status // 100] += 1
        row[_BYTES + number] += size
        start = _DURATIONS + number * _HISTOGRAM
        row[start + bisect_left(BOUNDS, seconds)] += 1
        row[start + _HISTOGRAM - 1] += seconds

    def count_query(self, outcome: str, seconds: float) -> None:
        """Count a query that ended, and how long it took with its waiting.

        Args:
            outcome: one of ``OUTCOMES``; another name counts as error.
            seconds: from its arrival to its end.
        """
        row = self._row
        row[_QUERIES + _OUTCOME_NUMBER.get(outcome, len(OUTCOMES) - 1)] += 1
        row[_QUERY_DURATION + bisect_left(BOUNDS, seconds)] += 1
        row[_QUERY_DURATION + _HISTOGRAM - 1] += seconds

    def count_cache(self, *, hit: bool) -> None:
        """Count a look into the answer cache."""
        self._row[_CACHE + hit] += 1

    def set_release(self, version: str, released: str) -> None:
        """Say which release is being served."""
        self._release = {"version": version, "released": released}

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Return the account and its content type, as text or OpenMetrics."""
        encoder, content_type = choose_encoder(accept)
        return encoder(self._registry), content_type

    def total(self) -> tuple[list[float], list[int]]:
        """Return the sum of all rows, and the numbers of the processes that live."""
        if self._folder is None:
            return list(self._row), [os.getpid()]
        total = [0.0] * _LENGTH
        alive = []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            content = path.read_bytes()
            if len(content) != _LENGTH * 8:
                continue  # it is being made
            row = memoryview(content).cast("d")
            process = int(path.name.partition("-")[0])
            lives = _is_alive(process)
            if lives:
                alive.append(process)
            for number in range(_LENGTH if lives else _IN_FLIGHT):
                total[number] += row[number]
        return total, alive

    @property
    def release(self) -> dict[str, str]:
        """Version and date of the release, empty before it is set."""
        return self._release


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Account(Collector):
    """Turns the numbers into families of metrics; nothing is described before it is asked."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterator[Metric]:
        yield from ()

    def collect(self) -> Iterator[Metric]:
        row, alive = self._metrics.total()
        yield _requests(row)
        sent = CounterMetricFamily(
            "ctl_kg_http_response_bytes", "Bytes of bodies sent, as coded.", labels=["route"]
        )
        durations = HistogramMetricFamily(
            "ctl_kg_http_request_duration_seconds",
            "From a request's headers to the end of its answer.",
            labels=["route"],
        )
        for number, route in enumerate(ROUTES):
            sent.add_metric([route], row[_BYTES + number])
            _add(durations, [route], row, _DURATIONS + number * _HISTOGRAM)
        yield sent
        yield durations
        yield GaugeMetricFamily(
            "ctl_kg_http_requests_in_flight", "Requests being answered.", row[_IN_FLIGHT]
        )
        yield from _queries(row)
        cache = CounterMetricFamily(
            "ctl_kg_cache_lookups", "Looks into the answer cache.", labels=["result"]
        )
        cache.add_metric(["miss"], row[_CACHE])
        cache.add_metric(["hit"], row[_CACHE + 1])
        yield cache
        yield InfoMetricFamily(
            "ctl_kg_release", "The release that is served.", self._metrics.release
        )
        yield from _processes(alive)


def _requests(row: list[float]) -> Metric:
    family = CounterMetricFamily(
        "ctl_kg_http_requests", "Requests answered.", labels=["route", "method", "status"]
    )
    number = _REQUESTS
    for route in ROUTES:
        for method in METHODS:
            for status in STATUSES:
                if row[number]:  # most never occur
                    family.add_metric([route, method, status], row[number])
                number += 1
    return family


def _queries(row: list[float]) -> Iterator[Metric]:
    outcomes = CounterMetricFamily("ctl_kg_queries", "Queries, by how they ended.",
                                   labels=["outcome"])  # fmt: skip
    for number, outcome in enumerate(OUTCOMES):
        outcomes.add_metric([outcome], row[_QUERIES + number])
    yield outcomes
    durations = HistogramMetricFamily(
        "ctl_kg_query_duration_seconds", "From a query's arrival to its end.", labels=[]
    )
    _add(durations, [], row, _QUERY_DURATION)
    yield durations


def _add(family: HistogramMetricFamily, labels: list[str], row: list[float], start: int) -> None:
    buckets = []
    count = 0.0
    for number, bound in enumerate((*BOUNDS, float("inf"))):
        count += row[start + number]
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), count))
    family.add_metric(labels, buckets, row[start + _HISTOGRAM - 1])


def _processes(alive: list[int]) -> Iterator[Metric]:
    """Yield the figures that the system gives, for each server process that lives."""
    families: dict[str, Metric] = {}
    for process in alive:
        found = ProcessCollector(pid=lambda process=process: process, registry=None)  # type: ignore[misc]
        for metric in found.collect():
            family = families.setdefault(
                metric.name, Metric(metric.name, metric.documentation, metric.type)
            )
            for sample in metric.samples:
                labels = {**sample.labels, "process": str(process)}
                family.add_sample(sample.name, labels, sample.value)
    yield from families.values()
