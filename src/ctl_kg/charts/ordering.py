"""In which order two sides of a network stand, so that few ties cross.

Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for Visual Understanding of Hierarchical System
Structures (1981): the barycentre heuristic, by sweeps from side to side.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ctl_kg.charts.picture import Group, Node

Pair: TypeAlias = tuple[str, str]  # keys of the node on the left and of that on the right

_SWEEPS = 8


def ordered(
    left: Sequence[Node], right: Sequence[Group], ties: Sequence[Pair]
) -> tuple[list[Node], list[Group]]:
    """Return both sides in the order in which the fewest ties cross, of those that are tried."""
    lefts, groups = list(left), [group for group in right if group.nodes]
    best: tuple[int, list[Node], list[Group]] | None = None
    for _ in range(_SWEEPS):
        groups = _by_partners(groups, _partners(ties, lefts, rightward=False))
        crossings = _crossings(lefts, groups, ties)
        if best is None or crossings < best[0]:
            best = (crossings, lefts, groups)
        nodes = [node for group in groups for node in group.nodes]
        lefts = list(by_middle(lefts, _partners(ties, nodes, rightward=True)))
    assert best is not None
    return best[1], best[2]


def _partners(
    ties: Sequence[Pair], nodes: Sequence[Node], *, rightward: bool
) -> Mapping[str, list[int]]:
    """Return the places of the nodes that a node of the other side is tied to."""
    index = {node.key: number for number, node in enumerate(nodes)}
    found: dict[str, list[int]] = defaultdict(list)
    for tie in ties:
        one, other = (tie[0], tie[1]) if rightward else (tie[1], tie[0])
        found[one].append(index[other])
    return found


def _middle(places: Sequence[int]) -> float:
    return sum(places) / len(places) if places else float("inf")


def by_middle(nodes: Sequence[Node], partners: Mapping[str, list[int]]) -> tuple[Node, ...]:
    """Return nodes by the middle of their partners' places; those without any come last."""
    return tuple(sorted(nodes, key=lambda n: (_middle(partners.get(n.key, [])), n.label, n.key)))


def _by_partners(groups: Sequence[Group], partners: Mapping[str, list[int]]) -> list[Group]:
    made = [Group(g.label, by_middle(g.nodes, partners), g.key) for g in groups]

    def place(group: Group) -> tuple[float, str, str]:
        found = [each for node in group.nodes for each in partners.get(node.key, [])]
        return _middle(found), group.label, group.key

    return sorted(made, key=place)


def _crossings(lefts: Sequence[Node], groups: Sequence[Group], ties: Sequence[Pair]) -> int:
    """Return how many pairs of ties cross."""
    start = {node.key: number for number, node in enumerate(lefts)}
    nodes = [node for group in groups for node in group.nodes]
    end = {node.key: number for number, node in enumerate(nodes)}
    ends = [e for _, e in sorted((start[tie[0]], end[tie[1]]) for tie in ties)]
    passed: list[int] = []
    crossings = 0
    for each in ends:
        crossings += len(passed) - bisect_right(passed, each)
        insort(passed, each)
    return crossings
