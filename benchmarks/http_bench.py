"""Print one table: our server beside its peers, on the same data, in the same run.

python benchmarks/http_bench.py RELEASE [--large FOLDER] [--only ours,oxigraph]
    [--seconds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import peers
import search
import stock
import why
import works
from fresh import fresh_pages
from load import drive
from loading import compare
from processes import Running, cpu_seconds, family, memory
from table import Fact, Row, Section, Table
from versions import versions
from works import Work

Start = Callable[[], AbstractContextManager[Running]]
OURS = "ctl-kg"
_ADDRESSES = 20_000  # of each kind: more than are asked
_HEAVY_S = 6  # less, and some peers have not answered all connections once


class Bench:
    """Runs servers one after the other and collects rows; what is missing becomes a note."""

    def __init__(self, only: frozenset[str], seconds: int) -> None:
        self.only = only
        self.seconds = seconds
        self.table = Table()

    def wanted(self, name: str) -> bool:
        """Return whether a server was asked for; ours also goes by ``ours``."""
        return not self.only or name in self.only or (name == OURS and "ours" in self.only)

    def measure(self, name: str, start: Start, asked: Sequence[Work], data: str = "") -> None:
        """Start a server, drive it with each work, note its memory and end it.

        Args:
            name: of the server.
            start: gives it while it runs.
            asked: what to measure.
            data: which data it holds, for the rows on start and memory; empty: none of these.
        """
        if not self.wanted(name):
            return
        try:
            with start() as server:
                rest = memory(server.pid)
                for work in asked:
                    self._drive(name, server, work)
                if data:
                    self.table.facts += _costs(name, data, server, rest)
        except (FileNotFoundError, RuntimeError, subprocess.CalledProcessError) as error:
            data_note = f" on {data}" if data else ""
            self.table.notes.append(f"{name}{data_note}: left out ({error})")

    def _drive(self, name: str, server: Running, work: Work) -> None:
        try:
            size = answer_size(server.origin + work.paths[0], work)
            connections = work.connections
            drive(server.origin, work.warming, work.headers, seconds=1, connections=connections)
            seconds = (
                max(self.seconds, _HEAVY_S) if work.name.startswith(works.HEAVY) else self.seconds
            )
            before = cpu_seconds(family(server.pid))
            found = drive(
                server.origin, work.measured, work.headers, seconds=seconds, connections=connections
            )
            cpu_s = cpu_seconds(family(server.pid)) - before
        except (RuntimeError, OSError) as error:
            self.table.notes.append(f"{name}, {work.name}: left out ({error})")
            return
        self.table.rows.append(Row(work.name, name, found, cpu_s, size, memory(server.pid)))


def _costs(name: str, data: str, server: Running, rest: object) -> list[Fact]:
    start, at_rest = ("start to the first answer", "memory at rest")
    ours = name == OURS and data == "reference data"
    goal_s = works.START_GOAL_S if ours else None
    goal_mb = works.MEMORY_GOAL_MB if ours else None
    now = memory(server.pid)
    found = [Fact(f"{start}, {data}", name, server.start_s, "s", goal_s)]
    for label, held in ((at_rest, rest), ("memory after load", now)):
        goal = goal_mb if label == at_rest else None
        found.append(Fact(f"{label}, {data}: PSS", name, held.proportional, "MB", goal))  # type: ignore[attr-defined]
        found.append(Fact(f"{label}, {data}: RSS", name, held.resident, "MB", None))  # type: ignore[attr-defined]
    return found


def answer_size(address: str, work: Work) -> int:
    """Return the bytes of one answer.

    Raises:
        OSError: there is none, or it is an error.
    """
    request = urllib.request.Request(address, headers=dict(work.headers))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return len(answer.read())
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return 0
        raise


def representations(release: Path) -> dict[str, tuple[bytes, str]]:
    """Return body and ETag of the resource in each format, as our server sends them."""
    found = {}
    with peers.ours(release) as server:
        for name, suffix, _media in works.FORMATS:
            with urllib.request.urlopen(f"{server.origin}/{works.RESOURCE}{suffix}") as answer:
                found[name] = (answer.read(), answer.headers.get("ETag", '""'))
    return found


def ceilings(bench: Bench, bodies: dict[str, tuple[bytes, str]]) -> None:
    """Measure what sends fixed bytes: the bare application under two servers, and nginx."""
    for server in ("granian", "uvicorn"):
        for name, _suffix, media in works.FORMATS:
            asked = [Work(name, ["/"], {"Accept": media})]
            if name == works.TURTLE:
                asked.append(Work(works.NOT_MODIFIED, ["/"], {"If-None-Match": '"x"'}))
            start = partial(peers.bare_asgi, bodies[name][0], media, server)
            bench.measure(f"bare ASGI ({server})", start, asked)
    for name, _suffix, _media in works.FORMATS:
        start = partial(peers.nginx, bodies[name][0])
        bench.measure("nginx static", start, [Work(name, ["/file"])])


def data_servers(bench: Bench, release: Path, etag: str, *, large: bool) -> None:
    """Measure the servers that hold the data: ours first."""
    data = "1M triples" if large else "reference data"
    nquads = release / "ctl-kg.nq"
    asked = [*works.ours(etag, large=large), *_api(release, large=large)]
    bench.measure(OURS, partial(peers.ours, release), asked, data)
    oxigraph = works.constructs("/query", large=large)
    bench.measure("oxigraph", partial(peers.oxigraph, nquads), oxigraph, data)
    if large:
        bench.table.notes.append(f"rdflib-endpoint on {data}: left out (loads for minutes)")
    else:
        rdflib = works.constructs("/", large=large)
        bench.measure("rdflib-endpoint", partial(peers.rdflib_endpoint, nquads), rdflib, data)
    bench.measure("shmarql", partial(peers.shmarql, nquads), works.shmarql(large=large), data)
    bench.measure("trifid", partial(peers.trifid, nquads), works.trifid(large=large), data)


def _api(release: Path, *, large: bool) -> list[Work]:
    return works.api(
        stock.addresses(release, _ADDRESSES),
        search.addresses(release, _ADDRESSES),
        why.addresses(release, _ADDRESSES),
        large=large,
    )


def in_process(bench: Bench, release: Path) -> None:
    """Measure what stands behind the API without HTTP."""
    if not bench.wanted(OURS):
        return
    bench.table.sections += [
        Section("Stock queries in process", list(stock.lines(release))),
        Section("Search in process", list(search.lines(release))),
        Section("How two things are linked, in process", list(why.lines(release))),
    ]


def ours_alone(bench: Bench, release: Path, *, large: bool) -> None:
    """Measure loading beside the engine, and pages that no cache holds."""
    if not bench.wanted(OURS):
        return
    data = "1M triples" if large else "reference data"
    loaded = compare(release, runs=1 if large else 3)
    bench.table.facts += [
        Fact(f"load, {data}", "pyoxigraph Store.load", loaded.engine_s, "s", None),
        Fact(f"load, {data}", OURS, loaded.ours_s, "s", works.LOAD_GOAL * loaded.engine_s),
    ]
    with peers.ours(release) as server:
        pages = fresh_pages(server.origin, release)
        for media, milliseconds in pages.items():
            work = f"page made anew as {media}, one connection, {data}: median"
            bench.table.facts.append(Fact(work, OURS, milliseconds, "ms", None))


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("release", nargs="?", type=Path, default=Path("release"))
    parser.add_argument("--large", type=Path, help="a release made by generate.py")
    parser.add_argument("--only", default="", help="servers, separated by commas")
    seconds = int(os.environ.get("SECONDS_EACH", "3"))
    parser.add_argument("--seconds", type=int, default=seconds)
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    arguments = parser.parse_args()
    bench = Bench(frozenset(filter(None, arguments.only.split(","))), arguments.seconds)
    bodies = representations(arguments.release)
    ceilings(bench, bodies)
    for release, large in ((arguments.release, False), (arguments.large, True)):
        if release is None:
            continue
        etag = bodies[works.TURTLE][1] if not large else representations(release)[works.TURTLE][1]
        data_servers(bench, release, etag, large=large)
        ours_alone(bench, release, large=large)
    in_process(bench, arguments.release)
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(bench.table), indent=2) + "\n")
    print("\n".join(bench.table.lines()))
    print(f"\n{versions()}")


if __name__ == "__main__":
    main()
