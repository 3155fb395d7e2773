"""Costly, deep, long and endless queries against a real server process.

All are sent a few at a time while a plain query is asked again and again beside them: each ends
with a status that says what became of it, and the plain query is answered while they run.
``CTL_KG_TEST_REPORTS=FOLDER`` writes a table of what each got.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from costly_queries import ANSWERED, COSTLY, HEAVY, STOPPED, Costly
from server import DIRECT, JSON_RESULTS, PATIENCE_S, Report, Server, serve

pytestmark = pytest.mark.conformance
REPORT = Report("abuse-queries")
TIMEOUT_S, MEMORY_BYTES, AT_ONCE = 2, 500_000_000, 3
CHEAP = "SELECT ?s { ?s a <https://w3id.org/ctl-kg/onto/CTL/TechnologyCluster> }"


@pytest.fixture(scope="module")
def server(release: Path) -> Iterator[Server]:
    limits = {"query_timeout_s": TIMEOUT_S, "query_memory_bytes": MEMORY_BYTES,
              "query_workers": 4, "query_queue": 8}  # fmt: skip
    with serve(release, **limits) as running:
        yield running


@dataclass
class Outcome:
    """What became of a query: when it ran, and what came back."""

    start: float
    end: float
    status: int
    headers: httpx.Headers
    text: str


@dataclass
class Round:
    """The outcomes of many queries, and of the plain one asked meanwhile."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    plain: list[Outcome] = field(default_factory=list)
    largest: int = 0


def ask(client: httpx.Client, text: str) -> Outcome:
    start = time.monotonic()
    answer = client.post(
        "/sparql",
        content=text.encode(),
        headers={"content-type": DIRECT, "accept": f"{JSON_RESULTS}, text/turtle;q=0.5"},
    )
    return Outcome(start, time.monotonic(), answer.status_code, answer.headers, answer.text)


def run_round(server: Server, queries: list[Costly], at_once: int) -> Round:
    """Send all queries, ``at_once`` at a time, and a plain one again and again meanwhile."""
    found, ended, numbers = Round(), threading.Event(), itertools.count()

    def watch() -> None:
        while not ended.wait(0.1):
            sizes = [each.resident for each in server.family().values()]
            found.largest = max([found.largest, *sizes])

    def ask_plainly() -> None:
        with httpx.Client(base_url=server.origin, timeout=PATIENCE_S, trust_env=False) as client:
            while not ended.wait(0.1):
                # A comment with a number: never an answer that was kept.
                found.plain.append(ask(client, f"{CHEAP} # {next(numbers)}"))

    def ask_costly(query: Costly) -> None:
        with httpx.Client(base_url=server.origin, timeout=PATIENCE_S, trust_env=False) as client:
            found.outcomes[query.name] = ask(client, query.text)

    helpers = [threading.Thread(target=each) for each in (watch, ask_plainly)]
    for each in helpers:
        each.start()
    try:
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(ask_costly, queries))
    finally:
        ended.set()
        for each in helpers:
            each.join()
    return found


@pytest.fixture(scope="module")
def costly(server: Server) -> Round:
    return run_round(server, COSTLY, AT_ONCE)


def says_why(outcome: Outcome) -> dict[str, object]:
    """Return the problem document of a refusal: it has a status, a detail and a type (RFC 9457)."""
    assert outcome.headers["content-type"] == "application/problem+json"
    document = json.loads(outcome.text)
    assert document["status"] == outcome.status
    assert len(document["detail"]) > 10
    for inside in ("Traceback", 'File "', "/src/", "site-packages", "pyoxigraph", "panicked"):
        assert inside not in outcome.text
    return dict(document)


@pytest.mark.parametrize("query", [pytest.param(each, id=each.name) for each in COSTLY])
def test_it_ends_with_an_answer_or_a_reason(costly: Round, query: Costly) -> None:
    outcome = costly.outcomes[query.name]
    REPORT.row(query.name, f"{len(query.text):,} characters", outcome.status, outcome.text[:200])
    if outcome.status == 200:
        assert query.fate != STOPPED
        if "json" in outcome.headers["content-type"]:
            document = json.loads(outcome.text)
            assert "boolean" in document or "bindings" in document["results"]
            if query.rows is not None:
                assert len(document["results"]["bindings"]) == query.rows
        return
    assert query.fate != ANSWERED, outcome.text
    assert 400 <= outcome.status < 500 or outcome.status in (503, 504)
    document = says_why(outcome)
    if outcome.status == 503:
        assert int(outcome.headers["retry-after"]) > 0
    if outcome.status == 504:
        assert document.get("hint"), "an overrun says which limit and how to narrow the query"


def test_plain_queries_are_answered_meanwhile(costly: Round) -> None:
    assert {each.status for each in costly.plain} == {200}
    stopped = [each for each in costly.outcomes.values() if each.status == 504]
    assert len(stopped) > 10
    for each in stopped:
        during = [p for p in costly.plain if each.start < p.start and p.end < each.end]
        assert during, "no plain query came back while a costly one ran"


def test_the_memory_of_every_process_stays_bounded(costly: Round) -> None:
    """What is shared with the server counts too, so a process may show twice the limit."""
    REPORT.row("largest process seen", f"{costly.largest // 1_000_000} MB")
    assert costly.largest < 2 * MEMORY_BYTES


def test_plain_queries_are_answered_beside_eight_costly_ones(server: Server) -> None:
    """There are four places: four run, four wait, and the plain one passes them."""
    eight = [
        Costly(f"{each.name} {i}", each.text + f" # {i}", STOPPED)
        for i in range(4)
        for each in (HEAVY[0], HEAVY[6])
    ]
    found = run_round(server, eight, at_once=len(eight))
    assert {each.status for each in found.plain} == {200}
    assert {each.status for each in found.outcomes.values()} <= {503, 504}
    first = min(each.end for each in found.outcomes.values() if each.status == 504)
    assert any(each.end < first for each in found.plain)
    for each in found.outcomes.values():
        says_why(each)
    counts = [each.status for each in found.outcomes.values()]
    REPORT.row("8 costly queries at once", {s: counts.count(s) for s in sorted(set(counts))})


def test_too_many_queries_are_told_to_come_back(server: Server) -> None:
    """More than places and queue hold: 503 with Retry-After (RFC 9110 §10.2.3, §15.6.4)."""
    forty = [Costly(f"n{i}", HEAVY[0].text + f" # {i}", STOPPED) for i in range(40)]
    found = run_round(server, forty, at_once=40)
    refused = [each for each in found.outcomes.values() if each.status == 503]
    assert refused
    assert {each.status for each in found.outcomes.values()} <= {503, 504}
    assert all(int(each.headers["retry-after"]) > 0 for each in refused)
    assert {each.status for each in found.plain} <= {200, 503}
    REPORT.row("40 costly queries at once", f"{len(refused)} got 503, the others 504")


def test_clients_that_leave_leave_nothing_running(server: Server) -> None:
    import socket

    server.settle()
    before = len(server.family())
    for number in range(12):
        text = (HEAVY[0].text + f" # left {number}").encode()
        head = (
            f"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-type: {DIRECT}\r\n"
            f"content-length: {len(text)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port)) as link:
            link.sendall(head.encode() + text)
    server.settle()
    # On a machine that has better things to do, those who left may not even have been noticed yet.
    deadline = time.monotonic() + PATIENCE_S
    while server.ask(CHEAP + " # after those who left").status_code == 503:
        assert time.monotonic() < deadline, "queries of those who left are still in the way"
        time.sleep(0.2)
    assert server.select(CHEAP + " # well after those who left")
    server.settle()
    assert len(server.family()) <= before
    REPORT.row("12 clients that leave", "nothing left running")


def test_after_everything_the_server_is_as_before(server: Server, costly: Round) -> None:
    assert costly.outcomes
    assert len(server.select(CHEAP + " # at the end")) == 9
    family = server.settle()
    REPORT.row("processes at the end", len(family), [each.name for each in family.values()])
    largest = max(each.resident for each in family.values())
    assert largest < MEMORY_BYTES
