"""Run queries from the public in processes that can be killed: who gets one, and for how long.

Every query begins in the *fast lane*, a few processes at normal priority. What is not answered
within a slice of 20 ms of processor time is costly: it leaves the lane to the next query, goes
on at the lowest priority with at most ``query_workers`` others, or is stopped until one of them
ends. So a plain query is answered at once however many costly ones run, and so are pages. A
process that ran a costly query, overran, or lost its client is killed; the nursery forks another
in milliseconds.

Nothing here waits. A process has its next query before it has answered the last (to wake it
takes as long as a small query); should the last prove costly, the next goes to another process.
One clock looks after all limits of time.

Not here: what a process does (``query_process``, ``query_job``).
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

from ctl_kg.errors import BusyError, ClientGoneError, CtlKgError, QueryTimeoutError
from ctl_kg.settings import Settings
from ctl_kg.sparql.results import parse_json
from ctl_kg.sparql.terms import QueryResult
from ctl_kg.web.query_job import Job
from ctl_kg.web.query_link import Answer, QueryProcess
from ctl_kg.web.query_nursery import Nursery

SLICE_S = 0.02
_TICK_S = 0.01
_DEPTH = 4  # queries that a process has at a time: it never sleeps while others wait
_LANES = max(2, os.cpu_count() or 1)
_STOPPED_PER_WORKER = 8  # costly queries that wait for each that runs; more get 503

# What the metrics call the end of a query, by limit or error code.
_OUTCOMES = {
    "time": "timeout", "memory": "memory", "rows": "rows", "bytes": "bytes", "busy": "busy",
    "query-syntax": "syntax", "cancelled": "cancelled",
}  # fmt: skip

Gone: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
Count: TypeAlias = Callable[[str, float], None]


class _Ticket:
    """One query on its way: waiting for a process, or with one."""

    __slots__ = ("deadline", "future", "gone", "job", "process", "watch")

    def __init__(
        self, job: Job, deadline: float, gone: Gone | None, future: asyncio.Future[Answer]
    ) -> None:
        self.job = job
        self.deadline = deadline
        self.gone = gone
        self.future = future
        self.process: QueryProcess | None = None
        self.watch: asyncio.Task[None] | None = None

    def settle(self, result: Answer | CtlKgError) -> None:
        """Hand the result to whoever waits for it."""
        if self.future.done():
            return
        if isinstance(result, CtlKgError):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


class QueryPool:
    """The query processes of one release.

    Args:
        release_dir: the release; read once, by the nursery.
        base_iri: base of its IRIs.
        manifest_digest: SHA-256 of its manifest, so that the nursery loads this release or none.
        settings: the limits.
        count: called with the outcome of each query, as the metrics name it, and its seconds.
    """

    def __init__(
        self,
        release_dir: Path,
        base_iri: str,
        manifest_digest: str,
        settings: Settings,
        count: Count = lambda outcome, seconds: None,
    ) -> None:
        self.settings = settings
        self.lanes = _LANES
        self.nursery = Nursery(
            {
                "release_dir": str(release_dir),
                "base_iri": base_iri,
                "manifest_digest": manifest_digest,
                "limits": {
                    "seconds": settings.query_timeout_s,
                    "memory_bytes": settings.query_memory_bytes,
                    "rows": settings.query_max_rows,
                    "bytes": settings.query_max_bytes,
                },
                "service_allow": settings.service_allow,
            }
        )
        self._count = count
        self._waiting: deque[_Ticket] = deque()
        # The queries of each process: the one that it is at, and those that it has next.
        self._tickets: dict[QueryProcess, deque[_Ticket]] = {}
        # Where a process is: in the fast lane, running a costly query, or stopped in one.
        self._lane: set[QueryProcess] = set()
        self._costly: set[QueryProcess] = set()
        self._stopped: deque[QueryProcess] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._clock: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def start(self) -> None:
        """Load the release and start the first processes.

        Raises:
            CtlKgError: the nursery could not load it.
        """
        self._loop = asyncio.get_running_loop()
        await self.nursery.loaded()
        self._refill()
        await asyncio.gather(*self._starting)

    async def close(self) -> None:
        """End every process."""
        self._is_closed = True
        for process in self.processes:
            process.kill()
        for tickets in [self._waiting, *self._tickets.values()]:
            for ticket in tickets:
                ticket.settle(_busy())
        starting = list(self._starting)
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
        if self._clock is not None:
            self._clock.cancel()
        await asyncio.to_thread(self.nursery.close)

    @property
    def processes(self) -> list[QueryProcess]:
        """The processes that live."""
        return [process for process in self._tickets if not process.is_dead]

    def query(self, text: str) -> QueryResult:
        """Return the answer to a SELECT of our own; for other threads than the event loop's.

        Raises:
            CtlKgError: see :meth:`run`.
        """
        answer = asyncio.run_coroutine_threadsafe(
            self.run(Job(text, suffix="json")), self._loop
        ).result()
        return parse_json(answer.read())

    async def run(self, job: Job, gone: Gone | None = None) -> Answer:
        """Return the answer to a job.

        Args:
            job: what is asked.
            gone: returns when nobody waits for the answer any more; a costly query then ends.
        Raises:
            ClientGoneError: nobody waits for the answer any more.
            QuerySyntaxError: the text does not parse or is refused.
            NotAcceptableError: no format suits.
            QueryLimitError: the query would pass a limit.
            BusyError: too many queries run and wait.
            StoreError: the engine failed.
        """
        begin = self._loop.time()
        outcome = "cancelled"
        deadline = begin + self.settings.query_timeout_s
        ticket = _Ticket(job, deadline, gone, self._loop.create_future())
        try:
            self._admit(ticket)
            answer = await ticket.future
            outcome = "ok"
            return answer
        except CtlKgError as error:
            outcome = _OUTCOMES.get(getattr(error, "limit", "") or error.code, "error")
            raise
        except asyncio.CancelledError:
            self._abandon(ticket)
            raise
        finally:
            if ticket.watch is not None:
                ticket.watch.cancel()
            self._count(outcome, self._loop.time() - begin)

    def _admit(self, ticket: _Ticket) -> None:
        """Give a query to a process of the fast lane, or let it wait for one.

        Raises:
            BusyError: too many wait.
        """
        free = [each for each in self._lane if each.is_reusable]
        process = min(free, key=self._load, default=None)
        if process is not None and not self._tickets[process]:
            self._give(process, ticket)
            return
        self._refill()
        # Those for whom a process is on its way do not count as waiting.
        waiting = len(self._waiting) - len(self._starting)
        waiting += sum(max(0, len(self._tickets[each]) - 1) for each in self._lane)
        if self._is_closed or waiting >= self.settings.query_queue:
            raise _busy()
        if process is not None and len(self._tickets[process]) < _DEPTH:
            self._give(process, ticket)
        else:
            self._waiting.append(ticket)
            self._wind()

    def _load(self, process: QueryProcess) -> int:
        return len(self._tickets[process])

    def _give(self, process: QueryProcess, ticket: _Ticket) -> None:
        ticket.process = process
        self._tickets[process].append(ticket)
        process.ask(ticket.job)
        self._wind()

    def _feed(self, process: QueryProcess) -> None:
        """Give a process of the fast lane what waits."""
        tickets = self._tickets[process]
        while self._waiting and len(tickets) < _DEPTH and process.is_reusable:
            self._give(process, self._waiting.popleft())
        if not tickets and not process.is_reusable:
            self._leave(process)

    def _ended(self, process: QueryProcess, result: Answer | CtlKgError) -> None:
        """Take what a process answered, or the reason why it has ended."""
        ticket = self._tickets[process].popleft()
        if process in self._lane and not process.is_dead:
            self._feed(process)
        else:
            self._leave(process)
        ticket.settle(result)

    def _leave(self, process: QueryProcess) -> None:
        """End a process, wherever it is, and let another take its place."""
        process.kill()
        self._wait_again(self._tickets.pop(process, deque()))
        if process in self._lane:
            self._lane.discard(process)
            self._refill()
        elif process in self._stopped:
            self._stopped.remove(process)
        elif process in self._costly:
            self._costly.discard(process)
            if self._stopped:
                following = self._stopped.popleft()
                self._costly.add(following)
                following.resume()

    def _wait_again(self, tickets: deque[_Ticket]) -> None:
        """Let queries that were not begun wait for another process, before all others."""
        while tickets:
            ticket = tickets.pop()
            ticket.process = None
            if not ticket.future.done():
                self._waiting.appendleft(ticket)

    def _abandon(self, ticket: _Ticket, error: CtlKgError | None = None) -> None:
        """End a query before it is answered."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        elif (
            ticket.process
            and (tickets := self._tickets.get(ticket.process))
            and tickets[0] is ticket
        ):
            tickets.popleft()
            self._leave(ticket.process)
        # The answer to one that its process has not begun will be dropped.
        if error is not None:
            ticket.settle(error)

    def _refill(self) -> None:
        """Start as many processes as the fast lane lacks."""
        for process in [each for each in self._lane if each.is_dead]:
            self._lane.discard(process)
            self._tickets.pop(process)
        there = len(self._lane) + len(self._starting)
        for _ in range(there, 0 if self._is_closed else self.lanes):
            task = self._loop.create_task(self._add())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)
        for process in list(self._lane if self._waiting else ()):
            self._feed(process)

    async def _add(self) -> None:
        try:
            process = await self.nursery.fork(self._ended)
        except (CtlKgError, OSError) as error:
            # Who waits is served by another process of the lane, if there is one.
            while self._waiting and not self._lane:
                failed = error if isinstance(error, CtlKgError) else _busy()
                self._abandon(self._waiting[0], failed)
            return
        if self._is_closed:
            process.kill()
        else:
            self._tickets[process] = deque()
            self._lane.add(process)
            self._feed(process)

    def _demote(self, process: QueryProcess) -> None:
        """Let a query that has used its slice go on at the lowest priority, or wait, or end."""
        tickets = self._tickets[process]
        ticket = tickets.popleft()
        self._wait_again(tickets)
        tickets.append(ticket)
        self._lane.discard(process)
        process.yield_to_others()
        if ticket.gone is not None:
            ticket.watch = self._loop.create_task(ticket.gone())
            ticket.watch.add_done_callback(lambda watch: self._lost_client(ticket, watch))
        if len(self._costly) < self.settings.query_workers:
            self._costly.add(process)
        elif len(self._stopped) < _STOPPED_PER_WORKER * self.settings.query_workers:
            self._stopped.append(process)
            process.stop()
        else:
            self._abandon(ticket, _busy())
        self._refill()

    def _lost_client(self, ticket: _Ticket, watch: asyncio.Task[None]) -> None:
        if not watch.cancelled() and watch.exception() is None and not ticket.future.done():
            self._abandon(ticket, ClientGoneError("the client closed the connection"))

    def _wind(self) -> None:
        """Let the clock run while there is something to look after."""
        if self._clock is None:
            self._clock = self._loop.call_later(_TICK_S, self._tick)

    def _tick(self) -> None:
        """Look after all limits of time."""
        self._clock = None
        now = self._loop.time()
        for process in [each for each in self._lane if each.has_used(SLICE_S)]:
            self._demote(process)
        for process in [*self._stopped, *self._costly]:
            ticket = self._tickets[process][0]
            if now >= ticket.deadline:
                # One that was stopped has had no chance: it may be cheap enough on its own.
                was_stopped = process in self._stopped
                self._abandon(ticket, _busy() if was_stopped else self._overrun())
        while self._waiting and now >= self._waiting[0].deadline:
            self._abandon(self._waiting[0], _busy())
        if self._waiting or any(self._tickets.values()):
            self._wind()

    def _overrun(self) -> QueryTimeoutError:
        return QueryTimeoutError(
            f"the query ran longer than {self.settings.query_timeout_s:g} s and was stopped",
            hint="Narrow it: bind a subject or an object, filter early, add LIMIT.",
        )


def _busy() -> BusyError:
    return BusyError(
        "the server is busy with other queries",
        hint="Try again in a few seconds; a query that binds a subject or an object is quicker.",
    )
