"""The cost of a page that was not asked before: each page once, over one connection."""

from __future__ import annotations

import http.client
import random
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

_PAGES = 300
_SUBJECT = b"<https://w3id.org/ctl-kg/data/"


def fresh_pages(origin: str, release: Path) -> dict[str, float]:
    """Return the median milliseconds to the end of an answer, by format.

    The pages are the same kind at each size of graph: projects, participations, memberships,
    networks, alignments, chosen by a fixed seed; each is asked once, so no cache holds it.
    """
    kinds = ("project/", "participation/", "membership/", "network/", "alignment/", "initiative/")
    found = sorted(_subjects(release / "ctl-kg.nq", kinds))
    chosen = random.Random(1).sample(found, min(_PAGES, len(found)))
    address = urlsplit(origin)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.connect()
    taken: dict[str, list[float]] = {"HTML": [], "Turtle": [], "JSON-LD": []}
    suffixes = {"HTML": ".html", "Turtle": ".ttl", "JSON-LD": ".jsonld"}
    for number, path in enumerate(chosen):
        name = list(suffixes)[number % 3]  # each resource in one format: none helps another
        begin = time.perf_counter()
        connection.request("GET", path + suffixes[name])
        connection.getresponse().read()
        taken[name].append((time.perf_counter() - begin) * 1000)
    connection.close()
    return {name: statistics.median(values) for name, values in taken.items()}


def _subjects(nquads: Path, kinds: tuple[str, ...]) -> set[str]:
    """Return the paths of resources of some kinds, from the subjects of a file."""
    wanted = tuple(_SUBJECT + kind.encode() for kind in kinds)
    found = set()
    with nquads.open("rb") as lines:
        for line in lines:
            if line.startswith(wanted):
                found.add(line[len(b"<https://w3id.org/ctl-kg") : line.index(b">")].decode())
    return found
