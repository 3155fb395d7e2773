"""Measure what costly queries do to everybody else, and how soon they end.

    python benchmarks/isolation.py RELEASE [--limit 3] [--rounds 3] [--seconds 6]

Starts our server with a query time limit and measures resource pages first idle, then while
eight clients send queries that would take hours. Prints one table with the goals.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import multiprocessing
import os
import statistics
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import TypeAlias
from urllib.parse import urlsplit

import peers
from load import UNIQUE
from processes import Running, cpu_seconds, family
from works import RESOURCE, SMALL, query_path, selects

ATTACKERS = 8
_PAGES_PER_SECOND = 200
_READERS = 4
_CHEAP_PER_SECOND = 5
_COSTLY = (
    "SELECT (COUNT(*) AS ?n) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != 'x{n}') }}",
    "SELECT * WHERE {{ ?a ?b ?c . ?d ?e ?f FILTER(?a != 'x{n}') }} ORDER BY ?f ?c ?a",
    "SELECT DISTINCT ?a ?d ?g WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != 'x{n}') }}",
    "SELECT ?b (SUM(STRLEN(STR(?f))) AS ?n) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
    "FILTER(?a != 'x{n}') }} GROUP BY ?b",
)
_numbers = itertools.count(time.monotonic_ns())


@dataclass
class Observed:
    """Milliseconds of the answers that came, and the statuses of all."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the latency that a share of the answers did not exceed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


Seen: TypeAlias = tuple[Observed, Observed]  # pages, cheap queries


def read_steadily(
    origin: str, paths: Callable[[], str], per_second: float, end: float, into: Observed
) -> None:
    """Ask for pages at a steady rate over one connection until a time, noting each latency."""
    address = urlsplit(origin)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    turn = time.monotonic()
    while turn < end:
        turn = max(turn + 1 / per_second, time.monotonic())
        time.sleep(max(0.0, turn - time.monotonic()))
        begin = time.perf_counter()
        try:
            connection.request("GET", paths())
            answer = connection.getresponse()
            answer.read()
            into.statuses.append(answer.status)
        except (OSError, http.client.HTTPException):
            into.statuses.append(0)
            connection.close()
        into.milliseconds.append((time.perf_counter() - begin) * 1000)


def attack(origin: str, seconds: float, statuses: Queue[int]) -> None:
    """Send one costly query after the other over each of eight threads, for some seconds.

    Runs in a process of its own, so that the readers do not wait for its threads.
    """
    end = time.monotonic() + seconds

    def send() -> None:
        while time.monotonic() < end:
            number = next(_numbers)
            query = _COSTLY[number % len(_COSTLY)].format(n=number)
            statuses.put(_status(origin + query_path("/sparql", query)))
            time.sleep(0.05)  # a client that is refused asks again, but not in a tight loop

    threads = [threading.Thread(target=send) for _ in range(ATTACKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.read()
        return error.code
    except OSError:
        return 0


def pages() -> str:
    """Return the path of a page that is in the cache: the same for both measurements."""
    return f"/{RESOURCE}.html"


def cheap_query() -> str:
    """Return the path of a small SELECT that nobody asked before."""
    path = next(work.paths[0] for work in selects("/sparql") if work.name == SMALL)
    return path.replace(UNIQUE, str(next(_numbers)))


def observe(origin: str, seconds: float) -> Seen:
    """Return (pages, cheap queries) seen during some seconds."""
    page, cheap = Observed(), Observed()
    end = time.monotonic() + seconds
    share = _PAGES_PER_SECOND / _READERS
    readers = [(pages, share, page)] * _READERS + [(cheap_query, _CHEAP_PER_SECOND, cheap)]
    threads = [
        threading.Thread(target=read_steadily, args=(origin, paths, rate, end, into))
        for paths, rate, into in readers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return page, cheap


def observe_attacked(origin: str, seconds: float) -> tuple[Observed, Observed, list[int]]:
    """Return (pages, cheap queries, statuses of costly queries) seen during an attack."""
    queue: Queue[int] = multiprocessing.Queue()
    attacker = multiprocessing.Process(target=attack, args=(origin, seconds, queue))
    attacker.start()
    time.sleep(0.5)
    page, cheap = observe(origin, seconds - 1)
    statuses = []
    while attacker.is_alive() or not queue.empty():
        with contextlib.suppress(Empty):
            statuses.append(queue.get(timeout=0.2))
    attacker.join()
    return page, cheap, statuses


def one_costly(server: Running, limit_s: float) -> Iterator[tuple[str, float, int, float]]:
    """Yield for each costly query alone: text, seconds to its end, status, CPU share at T + 1 s."""
    for template in _COSTLY:
        query = template.format(n=next(_numbers))
        found: list[tuple[float, int]] = []

        def ask(text: str = query, into: list[tuple[float, int]] = found) -> None:
            begin = time.perf_counter()
            status = _status(server.origin + query_path("/sparql", text))
            into.append((time.perf_counter() - begin, status))

        thread = threading.Thread(target=ask)
        begin = time.monotonic()
        thread.start()
        time.sleep(max(0.0, begin + limit_s + 1 - time.monotonic()))
        before = cpu_seconds(family(server.pid))
        time.sleep(0.5)
        share = (cpu_seconds(family(server.pid)) - before) / 0.5
        thread.join()
        yield query.partition("WHERE")[0].strip(), *found[0], share


def rounds(origin: str, number: int, seconds: float) -> tuple[list[Seen], list[Seen], list[int]]:
    """Return what was seen idle, under attack, and the statuses of costly queries.

    Idle and attacked take turns, so that what else the machine does falls on both.
    """
    observe(origin, 2)  # fills the cache
    idle, attacked, costly = [], [], []
    for _ in range(number):
        idle.append(observe(origin, seconds))
        page, cheap, statuses = observe_attacked(origin, seconds)
        attacked.append((page, cheap))
        costly += statuses
        time.sleep(1)  # what the attackers left behind has ended
    return idle, attacked, costly


def report(server: Running, limit_s: float, number: int, seconds: float) -> Iterator[str]:
    """Yield the lines of the table; latencies are medians of the rounds."""
    yield "| What | idle | under attack | goal |"
    yield "|---|--:|--:|---|"
    idle, attacked, costly = rounds(server.origin, number, seconds)
    for what, position, share, limit in (
        ("resource page, p50", 0, 0.5, None),
        ("resource page, p99", 0, 0.99, "3 × idle"),
        ("cheap query, p50", 1, 0.5, None),
        ("cheap query, longest", 1, 1.0, "1000 ms"),
    ):
        before, after = (
            statistics.median(seen[position].percentile(share) for seen in phase)
            for phase in (idle, attacked)
        )
        most = 3 * before if position == 0 else 1000
        goal = f"≤ {limit}: {_met(after <= most)}" if limit else ""
        yield f"| {what} | {before:.2f} ms | {after:.2f} ms | {goal} |"
    for what, position in (("resource pages", 0), ("cheap queries", 1)):
        statuses = [status for seen in attacked for status in seen[position].statuses]
        lost = sum(status != 200 for status in statuses)
        yield f"| {what} that failed | | {lost} of {len(statuses)} | 0: {_met(not lost)} |"
    counts = {status: costly.count(status) for status in sorted(set(costly))}
    yield f"| costly queries: statuses | | {counts} | never 200: {_met(200 not in counts)} |"
    yield from ("", "| Costly query alone | status | ends after | CPU at T + 1 s | goal |")
    yield "|---|--:|--:|--:|---|"
    for text, took, status, share in one_costly(server, limit_s):
        met = _met(took <= limit_s + 0.5 and status >= 400 and share < 0.1)
        yield (
            f"| `{text}` | {status} | {took:.2f} s | {share:.0%} | "
            f"error by T + 0.5 s = {limit_s + 0.5:g} s, CPU 0: {met} |"
        )


def _met(met: bool) -> str:
    return "met" if met else "not met"


def main() -> None:
    """Start our server, measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("release", nargs="?", type=Path, default=Path("release"))
    parser.add_argument("--limit", type=float, default=3.0, help="T, in seconds")
    parser.add_argument("--rounds", type=int, default=3, help="idle and attacked in turn")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each half of a round")
    arguments = parser.parse_args()
    os.environ["CTL_KG_QUERY_TIMEOUT_S"] = f"{arguments.limit:g}"
    with peers.ours(arguments.release) as server:
        for line in report(server, arguments.limit, arguments.rounds, arguments.seconds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
