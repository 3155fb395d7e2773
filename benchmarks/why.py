"""How long it takes to explain how two resources are linked, in process: p50 and p99.

Pairs: every cluster with every network, and random pairs of things. ``cold`` is the first
question of a release, with nothing read yet; the pairs are asked once each, in that order, and
then again. Example: ``python benchmarks/why.py --release release``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from works import WHY_GOAL_MS

from ctl_kg.publish.description import Describer
from ctl_kg.publish.index import ReleaseIndex
from ctl_kg.publish.release import read_manifest
from ctl_kg.publish.why import Why
from ctl_kg.sparql.store import LocalStore, open_release_store

_KINDS = (
    "data/cluster/", "data/network/", "data/project/", "data/organisation/", "data/initiative/",
    "data/group/", "data/programme/", "data/call/", "controlled-vocabulary/s3-ecosystem/",
    "controlled-vocabulary/pnrr/", "data/achievement/", "data/claim/",
)  # fmt: skip
_MOST_MATRIX = 400
Pair = tuple[str, str]


def pairs(index: ReleaseIndex, count: int, seed: int) -> dict[str, list[Pair]]:
    """Return the pairs to ask about: clusters × networks (some, if there are many), and random."""
    members = {kind: found.members for kind in _KINDS if (found := index.folder(kind))}
    generator = random.Random(seed)
    matrix = [(a, b) for a in members[_KINDS[0]] for b in members[_KINDS[1]]]
    if len(matrix) > _MOST_MATRIX:
        matrix = generator.sample(matrix, _MOST_MATRIX)
    everything = sorted(iri for found in members.values() for iri in found)
    anything = [tuple(generator.sample(everything, 2)) for _ in range(count)]
    return {"clusters x networks": matrix, "random": [(a, b) for a, b in anything]}


def measure(why: Why, asked: list[Pair]) -> tuple[list[float], Counter[str]]:
    """Return the milliseconds of each pair, in order, and how often each outcome came."""
    times, outcomes = [], Counter[str]()
    for start, end in asked:
        begin = time.perf_counter()
        answer = why.explain(start, end)
        times.append((time.perf_counter() - begin) * 1000)
        outcomes[f"{answer.found.shortest} hops" if answer.paths else "no path"] += 1
        outcomes.update(f"bound: {note}" for note in answer.found.notes)
    return sorted(times), outcomes


def addresses(release: Path, count: int, seed: int = 2) -> list[str]:
    """Return paths that ask about random pairs, over HTTP."""
    store = _opened(release)
    asked = pairs(ReleaseIndex(store, store.base_iri), count, seed)["random"]
    return [f"/api/why?from={quote(start)}&to={quote(end)}" for start, end in asked]


def _opened(release: Path) -> LocalStore:
    return open_release_store(release, base_iri=str(read_manifest(release)["base_iri"]))


def lines(release: Path, count: int = 200, seed: int = 1) -> Iterator[str]:
    """Yield a table in Markdown: one line per kind of pairs and round."""
    store = _opened(release)
    asked = pairs(ReleaseIndex(store, store.base_iri), count, seed)
    why = Why(store, Describer(store, store.base_iri), store.base_iri)
    yield "| Pairs | number | p50 ms | p99 ms | longest ms | goal | outcomes |"
    yield "|---|--:|--:|--:|--:|---|---|"
    yield _row("cold", *measure(why, asked["random"][:1]))
    for round_name in ("first", "again"):
        for name, chosen in asked.items():
            yield _row(f"{name}, {round_name}", *measure(why, chosen))


def _row(name: str, times: list[float], outcomes: Counter[str]) -> str:
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    goal = f"p99 < {WHY_GOAL_MS:g} ms: {'met' if p99 < WHY_GOAL_MS else 'not met'}"
    told = ", ".join(f"{key} {value}" for key, value in sorted(outcomes.items()))
    return (
        f"| {name} | {len(times)} | {statistics.median(times):.2f} | {p99:.2f} | {times[-1]:.2f} "
        f"| {goal} | {told} |"
    )


def main() -> None:
    """Print one line per kind of pairs and round."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--release", type=Path, default=Path("release"))
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for line in lines(options.release, options.pairs, options.seed):
        print(line)


if __name__ == "__main__":
    main()
