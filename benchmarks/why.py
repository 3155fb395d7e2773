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
from pathlib import Path

from ctl_kg.publish.description import Describer
from ctl_kg.publish.index import ReleaseIndex
from ctl_kg.publish.release import read_manifest
from ctl_kg.publish.why import Why
from ctl_kg.sparql.store import open_release_store

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


def main() -> None:
    """Print one line per kind of pairs and round."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--release", type=Path, default=Path("release"))
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    base_iri = str(read_manifest(options.release)["base_iri"])
    store = open_release_store(options.release, base_iri=base_iri)
    asked = pairs(ReleaseIndex(store, base_iri), options.pairs, options.seed)
    why = Why(store, Describer(store, base_iri), base_iri)
    first, _ = measure(why, asked["random"][:1])
    print(f"cold: {first[0]:.1f} ms")
    for round_name in ("first", "again"):
        for name, chosen in asked.items():
            times, outcomes = measure(why, chosen)
            p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
            told = ", ".join(f"{key} {value}" for key, value in sorted(outcomes.items()))
            print(
                f"{name}, {round_name}: {len(times)} pairs, p50 {statistics.median(times):.2f} ms, "
                f"p99 {p99:.2f} ms, longest {times[-1]:.2f} ms ({told})"
            )


if __name__ == "__main__":
    main()
