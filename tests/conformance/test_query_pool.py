"""Query processes: cheap queries before costly ones, limits, and nothing left running."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ctl_kg.errors import (
    BusyError,
    ClientGoneError,
    QueryLimitError,
    QuerySyntaxError,
    QueryTimeoutError,
    StoreError,
)
from ctl_kg.publish.release import manifest_digest
from ctl_kg.settings import Settings
from ctl_kg.web.query_job import PAGE_ROWS, Job
from ctl_kg.web.query_pool import QueryPool

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
CHEAP = "ASK { ?s ?p ?o }"
COSTLY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
NUMBERS = " ".join(str(number) for number in range(1100))


def with_pool(
    test: Callable[[QueryPool], Coroutine[Any, Any, None]], release: Path = MINI, **settings: Any
) -> list[str]:
    """Run a test on a pool of its own; return the outcomes that the pool counted."""
    outcomes: list[str] = []

    async def run() -> None:
        chosen = Settings(**settings)
        pool = QueryPool(
            release,
            chosen.base_iri,
            manifest_digest(release),
            chosen,
            lambda outcome, seconds: outcomes.append(outcome),
        )
        await pool.start()
        try:
            await test(pool)
        finally:
            await pool.close()

    asyncio.run(run())
    return outcomes


@contextlib.asynccontextmanager
async def running(jobs: list[Awaitable[Any]]) -> AsyncIterator[list[asyncio.Future[Any]]]:
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_cheap_query_is_answered_before_the_costly_ones_end() -> None:
    async def test(pool: QueryPool) -> None:
        async with running([pool.run(Job(COSTLY)) for _ in range(20)]) as costly:
            await asyncio.sleep(0.5)
            for _ in range(3):
                assert (await pool.run(Job(CHEAP))).read().strip().endswith(b"true}")
            unfinished = [task for task in costly if not task.done()]
            assert len(unfinished) >= pool.settings.query_workers

    with_pool(test, query_timeout_s=30.0, query_workers=2)


def test_an_overrun_ends_in_an_error_and_its_process_dies() -> None:
    async def test(pool: QueryPool) -> None:
        with pytest.raises(QueryTimeoutError) as caught:
            await pool.run(Job(COSTLY))
        assert caught.value.limit == "time"
        assert "1 s" in caught.value.message
        assert (await pool.run(Job(CHEAP))).head.form == "ASK"
        await asyncio.sleep(0.2)
        assert all(is_alive(process.pid) for process in pool.processes)
        assert len(pool.processes) <= pool.lanes

    assert with_pool(test, query_timeout_s=1.0) == ["timeout", "ok"]


def test_too_many_costly_queries_are_refused_and_the_rest_wait_their_turn() -> None:
    async def test(pool: QueryPool) -> None:
        found = await asyncio.gather(
            *(pool.run(Job(COSTLY)) for _ in range(12)), return_exceptions=True
        )
        # One runs until the limit; eight wait for it in vain; three are refused at once.
        refused = sum(isinstance(each, BusyError) for each in found)
        overrun = sum(isinstance(each, QueryTimeoutError) for each in found)
        assert refused + overrun == 12
        assert refused >= 3
        assert overrun >= 1

    with_pool(test, query_timeout_s=2.0, query_workers=1)


def test_a_full_queue_is_busy() -> None:
    async def test(pool: QueryPool) -> None:
        jobs = [pool.run(Job(CHEAP)) for _ in range(pool.lanes + 3)]
        found = await asyncio.gather(*jobs, return_exceptions=True)
        assert sum(isinstance(each, BusyError) for each in found) == 2

    with_pool(test, query_queue=1)


def test_queries_behind_a_costly_one_are_answered_by_another_process() -> None:
    async def test(pool: QueryPool) -> None:
        async with running([pool.run(Job(COSTLY)) for _ in range(pool.lanes)]) as costly:
            cheap = [pool.run(Job(CHEAP)) for _ in range(3 * pool.lanes)]
            for answer in await asyncio.wait_for(asyncio.gather(*cheap), 5):
                assert answer.read().strip().endswith(b"true}")
            assert not any(task.done() for task in costly)

    with_pool(test, query_timeout_s=30.0, query_workers=2)


def test_queries_behind_one_whose_process_dies_are_answered_by_another() -> None:
    async def test(pool: QueryPool) -> None:
        async with running([pool.run(Job(COSTLY)) for _ in range(pool.lanes)]) as costly:
            asked = asyncio.gather(*(pool.run(Job(CHEAP)) for _ in range(2 * pool.lanes)))
            await asyncio.sleep(0)
            for process in pool.processes:
                os.kill(process.pid, signal.SIGKILL)
            assert len(await asyncio.wait_for(asked, 5)) == 2 * pool.lanes
            ended = await asyncio.gather(*costly, return_exceptions=True)
            assert all(isinstance(each, QueryLimitError) for each in ended)

    with_pool(test, query_timeout_s=30.0)


def test_a_cancelled_query_leaves_the_others_be() -> None:
    async def test(pool: QueryPool) -> None:
        asked = [asyncio.ensure_future(pool.run(Job(CHEAP))) for _ in range(4 * pool.lanes)]
        await asyncio.sleep(0)
        for task in asked[::2]:
            task.cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(each, asyncio.CancelledError) for each in found) == 2 * pool.lanes
        assert all(each.head.form == "ASK" for each in found[1::2])  # type: ignore[union-attr]
        assert (await pool.run(Job(CHEAP))).head.form == "ASK"

    with_pool(test)


def test_a_query_ends_when_its_client_leaves() -> None:
    async def test(pool: QueryPool) -> None:
        left = asyncio.Event()

        async def gone() -> None:
            await left.wait()

        asked = asyncio.ensure_future(pool.run(Job(COSTLY), gone))
        await asyncio.sleep(0.4)
        busy = [process.pid for process in pool.processes if process.is_busy]
        assert len(busy) == 1
        left.set()
        with pytest.raises(ClientGoneError):
            await asked
        for _ in range(100):
            if not is_alive(busy[0]):
                break
            await asyncio.sleep(0.05)
        assert not is_alive(busy[0])

    assert with_pool(test, query_timeout_s=30.0) == ["cancelled"]


def test_memory_rows_and_bytes_are_limited() -> None:
    async def test(pool: QueryPool) -> None:
        for query, limit in (
            (f"SELECT * {{ VALUES ?x {{ {NUMBERS} }} }}", "rows"),
            (f"SELECT ?x ('{'y' * 200}' AS ?z) {{ VALUES ?x {{ {NUMBERS[:3000]} }} }}", "bytes"),
        ):
            with pytest.raises(QueryLimitError) as caught:
                await pool.run(Job(query))
            assert caught.value.limit == limit
            assert caught.value.hint

    with_pool(test, query_max_rows=1000, query_max_bytes=100_000)


def test_a_query_that_needs_too_much_memory_is_stopped() -> None:
    async def test(pool: QueryPool) -> None:
        query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?l ?i ?f ?c"
        with pytest.raises(QueryLimitError) as caught:
            await pool.run(Job(query))
        assert caught.value.limit == "memory"

    with_pool(test, query_timeout_s=60.0, query_memory_bytes=100_000_000)


def test_a_process_that_is_killed_is_replaced() -> None:
    async def test(pool: QueryPool) -> None:
        for process in list(pool.processes):
            os.kill(process.pid, signal.SIGKILL)
        await asyncio.sleep(0.2)
        for _ in range(pool.lanes + 1):
            assert (await pool.run(Job(CHEAP))).head.form == "ASK"

    with_pool(test)


def test_a_nursery_that_is_killed_is_replaced() -> None:
    async def test(pool: QueryPool) -> None:
        pool.nursery.kill()
        for process in list(pool.processes):
            os.kill(process.pid, signal.SIGKILL)
        await asyncio.sleep(0.2)
        assert (await pool.run(Job(CHEAP))).head.form == "ASK"

    with_pool(test)


def test_no_other_release_is_ever_answered_from(tmp_path: Path) -> None:
    release = tmp_path / "release"
    shutil.copytree(MINI, release)
    pool = QueryPool(release, Settings().base_iri, manifest_digest(release), Settings())
    manifest = release / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")

    async def start() -> None:
        try:
            await pool.start()
        finally:
            await pool.close()

    with pytest.raises(StoreError, match="another release"):
        asyncio.run(start())


def test_errors_cross_with_their_place() -> None:
    async def test(pool: QueryPool) -> None:
        with pytest.raises(QuerySyntaxError) as caught:
            await pool.run(Job("SELECT *\nWHERE { ?s foaf:name }"))
        assert caught.value.line == 2
        with pytest.raises(QuerySyntaxError, match="update"):
            await pool.run(Job("DELETE WHERE { ?s ?p ?o }"))

    assert with_pool(test) == ["syntax"] * 2


def test_a_page_gets_the_first_rows_and_their_number() -> None:
    async def test(pool: QueryPool) -> None:
        answer = await pool.run(Job(f"SELECT * {{ VALUES ?x {{ {NUMBERS} }} }}", page=True))
        assert answer.head.rows == 1100
        assert answer.read().count(b'"type"') == PAGE_ROWS

    with_pool(test)


@pytest.mark.parametrize(
    ("query", "volatile"),
    [
        ("SELECT (NOW() AS ?t) {}", True),
        ("SELECT (uuid() AS ?t) {}", True),
        ("SELECT (RAND() AS ?t) {}", True),
        ("SELECT * { BIND('NOW' AS ?uuid) }", False),
    ],
)
def test_an_answer_that_may_change_says_so(query: str, volatile: bool) -> None:
    async def test(pool: QueryPool) -> None:
        assert (await pool.run(Job(query))).head.volatile is volatile

    with_pool(test)
