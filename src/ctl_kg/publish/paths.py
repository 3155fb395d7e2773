"""The shortest paths between two resources: breadth-first from both ends, within bounds.

The search is made from the end whose IRI comes first, whichever way it was asked, so that the
answer to "from B to A" is that to "from A to B" read backwards. Not here: what counts as a link
(``link_rules``), reading links (``links``), words (``sentences``).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ctl_kg.publish.links import Link, LinkReader

DEFAULT_LIMIT, MOST_PATHS = 5, 20
DEFAULT_HOPS, MOST_HOPS = 4, 6
BUDGET_S = 0.25
# When the shortest paths are fewer than were asked for, those one hop longer follow, but none
# longer than this: they tell of the graph, not of the two resources.
_LONGEST_MORE = 3
_MOST_NODES = 20_000
_MOST_CANDIDATES = 400

Names = Callable[[str], str]
_Edges = dict[str, dict[str, tuple[Link, ...]]]


@dataclass(frozen=True)
class Path:
    """Resources in a row, and between each two the links there are, the best first."""

    nodes: tuple[str, ...]
    hops: tuple[tuple[Link, ...], ...]

    @property
    def doubt(self) -> int:
        """How much the weakest hop is doubted; 0 if nothing is."""
        return max(hop[0].doubt for hop in self.hops)

    @property
    def weight(self) -> int:
        """How little the path says."""
        return sum(hop[0].weight for hop in self.hops)

    def reversed(self) -> Path:
        """Return the path read from its other end."""
        return Path(self.nodes[::-1], self.hops[::-1])


@dataclass(frozen=True)
class Found:
    """The outcome of a search.

    Args:
        paths: the best, in order.
        shortest: how many hops the shortest path has, even if that is more than was allowed;
            None if there is none within ``MOST_HOPS`` and the bounds.
        total: how many paths of that length there are, at least.
        reached: how many resources were looked at from either end.
        notes: which bounds the search met: ``links``, ``nodes``, ``time``, ``candidates``.
    """

    paths: tuple[Path, ...]
    shortest: int | None
    total: int
    reached: tuple[int, int]
    notes: tuple[str, ...] = ()


@dataclass
class _Ball:
    """What was reached from one end: resources by their distance, the outermost in front."""

    distances: dict[str, int]
    front: list[str]
    radius: int = 0


@dataclass
class _Search:
    reader: LinkReader
    ends: tuple[str, str]
    deadline: float
    clock: Callable[[], float]
    edges: _Edges = field(default_factory=lambda: defaultdict(dict))
    notes: set[str] = field(default_factory=set)

    def late(self) -> bool:
        """Tell whether the time is over."""
        if self.clock() > self.deadline:
            self.notes.add("time")
        return "time" in self.notes

    def expand(self, ball: _Ball) -> None:
        """Go one hop further from one end."""
        front: list[str] = []
        for node in ball.front:
            if self.late():
                break
            for other in self._read(node):
                if other not in ball.distances:
                    ball.distances[other] = ball.radius + 1
                    front.append(other)
            if len(ball.distances) > _MOST_NODES:
                self.notes.add("nodes")
                break
        ball.front, ball.radius = front, ball.radius + 1

    def _read(self, node: str) -> Iterable[str]:
        """Note the links of a resource that may be followed, and return what they lead to."""
        found = self.reader.neighbours(node)
        if found.capped:
            self.notes.add("links")
        mine = self.edges[node]
        for other, links in found.links.items():
            if other in mine or not (other in self.ends or self.reader.passable(other)):
                continue
            kept = tuple(link for link in links if self._counts(link))
            if kept:
                mine[other] = kept
                self.edges[other][node] = kept
        return list(mine)

    def _counts(self, link: Link) -> bool:
        return link.object in self.ends or not self.reader.only_to_an_end(link)


def find_paths(
    reader: LinkReader,
    start: str,
    end: str,
    names: Names,
    *,
    limit: int = DEFAULT_LIMIT,
    max_hops: int = DEFAULT_HOPS,
    budget_s: float = BUDGET_S,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Return the best paths between two different resources.

    Paths are ordered by length, then by the certainty of their weakest hop, then by how much
    their links say (the weights of ``link_rules``), then by the names of what lies in between.

    Args:
        reader: reads links.
        start: IRI.
        end: IRI.
        names: gives the name by which a resource is ordered.
        limit: paths to return, at most.
        max_hops: length of a path, at most.
        budget_s: seconds after which the search stops with what it has.
        clock: seconds, for the budget.
    """
    ends = (min(start, end), max(start, end))
    search = _Search(reader, ends, clock() + budget_s, clock)
    balls = (_Ball({ends[0]: 0}, [ends[0]]), _Ball({ends[1]: 0}, [ends[1]]))
    shortest = _meet(search, balls)
    paths: list[Path] = []
    total = 0
    if shortest is not None and shortest <= max_hops:
        candidates = list(_walk(search, shortest))
        total = len(candidates)
        paths = _best(candidates, limit, names)
        if len(paths) < limit and shortest < min(max_hops, _LONGEST_MORE):
            _expand(search, balls)
            longer = list(_walk(search, shortest + 1))
            paths += _best(longer, limit - len(paths), names)
    if ends[0] != start:
        paths = [path.reversed() for path in paths]
    reached = tuple(len(ball.distances) - 1 for ball in balls)
    reached = reached if ends[0] == start else reached[::-1]
    return Found(
        tuple(paths), shortest, total, (reached[0], reached[1]), tuple(sorted(search.notes))
    )


def _expand(search: _Search, balls: tuple[_Ball, _Ball]) -> None:
    """Go further from the end that has fewer resources in front; of two alike, fewer links."""
    ready = [ball for ball in balls if ball.front]
    if not ready:
        return

    def size(ball: _Ball) -> tuple[int, int]:
        first = len(search.reader.neighbours(ball.front[0]).links) if len(ball.front) == 1 else 0
        return len(ball.front), first

    search.expand(min(ready, key=size))


def _meet(search: _Search, balls: tuple[_Ball, _Ball]) -> int | None:
    """Grow both balls until they touch; return the length of the shortest path, if any."""
    first, second = balls
    while first.radius + second.radius < MOST_HOPS and (first.front or second.front):
        _expand(search, balls)
        small, large = sorted((first.distances, second.distances), key=len)
        lengths = [small[node] + large[node] for node in small if node in large]
        if lengths:
            return min(lengths)
        if search.notes & {"time", "nodes"}:
            return None
        # All that one end leads to is known, unless a hub was not read whole.
        if not (first.front and second.front) and "links" not in search.notes:
            return None
    return None


def _walk(search: _Search, length: int) -> Iterator[Path]:
    """Yield the paths of a length without loops, over the links that were read."""
    start, end = search.ends
    left = _distances(search.edges, end, length)
    found = 0
    trail = [start]

    def onward(node: str) -> list[str]:
        rest = length - len(trail)
        options = [
            other
            for other in search.edges[node]
            if left.get(other, length + 1) <= rest and (other != end or rest == 0)
        ]
        return sorted(options, key=lambda other: (search.edges[node][other][0].key[:2], other))

    pending = [iter(onward(start))]
    while pending:
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
            trail.pop()
        elif step == end:
            nodes = (*trail, end)
            yield Path(nodes, tuple(search.edges[a][b] for a, b in pairwise(nodes)))
            found += 1
            if found == _MOST_CANDIDATES:
                search.notes.add("candidates")
                return
        elif step not in trail:
            trail.append(step)
            pending.append(iter(onward(step)))
            if search.late() and found:
                return


def _distances(edges: Mapping[str, Mapping[str, object]], end: str, most: int) -> dict[str, int]:
    """Return how far resources are from an end, over the links that were read."""
    found, front = {end: 0}, [end]
    for distance in range(1, most + 1):
        reached = {other for node in front for other in edges.get(node, ()) if other not in found}
        found |= dict.fromkeys(reached, distance)
        front = sorted(reached)
    return found


def _best(candidates: list[Path], limit: int, names: Names) -> list[Path]:
    """Return the first of some paths of one length; names are looked up for those in doubt."""
    ranked = sorted(candidates, key=lambda path: (path.doubt, path.weight))
    if len(ranked) > limit:
        last = ranked[limit - 1]
        ranked = [p for p in ranked if (p.doubt, p.weight) <= (last.doubt, last.weight)]
    known: dict[str, str] = {}

    def name(iri: str) -> str:
        if iri not in known:
            known[iri] = names(iri).casefold()
        return known[iri]

    ranked.sort(key=lambda p: (p.doubt, p.weight, [name(iri) for iri in p.nodes[1:-1]], p.nodes))
    return ranked[:limit]
