"""The table: rows of requests per second with ratios and goals, then facts, then notes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from load import Measured
from processes import Memory
from works import GOALS, LARGE, OWN_GOALS

OURS = "ctl-kg"


@dataclass(frozen=True)
class Row:
    """What one server did at one work.

    ``cpu_s`` is the processor time of all its processes meanwhile, ``size`` one answer's bytes,
    ``memory`` what it held afterwards.
    """

    work: str
    server: str
    measured: Measured
    cpu_s: float
    size: int
    memory: Memory


@dataclass(frozen=True)
class Fact:
    """A number that is no rate; ``goal`` is the most that it may be."""

    what: str
    server: str
    value: float
    unit: str
    goal: float | None


@dataclass(frozen=True)
class Section:
    """A table of its own, as lines of Markdown."""

    title: str
    content: list[str]


@dataclass
class Table:
    """Everything that was measured."""

    rows: list[Row] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the lines of a Markdown document."""
        yield (
            "| Work | Server | requests/s | p50 ms | p99 ms | failed | CPU µs | answer kB "
            "| RSS MB | PSS MB | ours is | goal |"
        )
        yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
        for work in dict.fromkeys(row.work for row in self.rows):
            rows = [row for row in self.rows if row.work == work]
            our = next((r.measured.per_second for r in rows if r.server == OURS), None)
            for row in sorted(rows, key=lambda row: row.server != OURS):
                yield self._rate(row, our)
        yield from ("", "| What | Server | value | goal |", "|---|---|--:|---|")
        for fact in self.facts:
            yield _fact(fact)
        if self.notes:
            yield from ("", *(f"- {note}" for note in self.notes))
        for section in self.sections:
            yield from ("", f"## {section.title}", "", *section.content)

    def _rate(self, row: Row, our: float | None) -> str:
        m, held = row.measured, row.memory
        compared = "" if our is None or row.server == OURS else _ratio(our, m.per_second)
        return (
            f"| {row.work} | {row.server} | {m.per_second:,.0f} | {m.p50_ms:.2f} | "
            f"{m.p99_ms:.2f} | {m.failed} | {_cpu(row)} | {row.size / 1000:.1f} | "
            f"{held.resident:.0f} | {held.proportional:.0f} | {compared} | "
            f"{_goal(row, our) or self._own_goal(row)} |"
        )

    def _own_goal(self, row: Row) -> str:
        """Say whether a row of ours reaches what it must by itself."""
        goal = next((each for each in OWN_GOALS if each.work == row.work), None)
        if goal is None or row.server != OURS:
            return ""
        found = []
        m = row.measured
        for name, taken, most in (("p50", m.p50_ms, goal.p50_ms), ("p99", m.p99_ms, goal.p99_ms)):
            if most < math.inf:
                found.append(f"{name} < {most:g} ms: {_met(taken < most)}")
        for other in self.rows:
            if other.server == OURS and other.work == goal.other:
                met = m.per_second >= goal.least * other.measured.per_second
                ratio = m.per_second / other.measured.per_second
                found.append(f"≥ {goal.least:g} × {goal.other} ({ratio:.2f} ×): {_met(met)}")
        return "; ".join(found)


def _cpu(row: Row) -> str:
    """Return microseconds for one request; nothing where ended processes took theirs along."""
    requests = row.measured.requests
    return f"{1e6 * row.cpu_s / requests:,.0f}" if requests and row.cpu_s > 0 else ""


def _ratio(our: float, other: float) -> str:
    return f"{our / other:.2f} ×" if other else "no answer in time"


def _goal(row: Row, our: float | None) -> str:
    work = row.work.removesuffix(LARGE)
    for goal in GOALS:
        if goal.work == work and goal.peer in row.server and our is not None:
            met = our >= goal.least * row.measured.per_second
            return f"≥ {goal.least:g} ×: {_met(met)}"
    return ""


def _met(is_met: bool) -> str:
    return "met" if is_met else "not met"


def _fact(fact: Fact) -> str:
    goal = ""
    if fact.goal is not None:
        goal = f"≤ {fact.goal:.2f} {fact.unit}: {_met(fact.value <= fact.goal)}"
    return f"| {fact.what} | {fact.server} | {fact.value:,.2f} {fact.unit} | {goal} |"
