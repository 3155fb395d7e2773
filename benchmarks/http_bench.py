"""Print one table: our server beside its peers, on the same data, in the same run."""

from __future__ import annotations

import contextlib
import os
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import peers
from load import Measured, drive

RESOURCE = "data/cluster/afil"
BASE = "https://w3id.org/ctl-kg/"
FORMATS = (
    ("Turtle", ".ttl", "text/turtle"),
    ("JSON-LD", ".jsonld", "application/ld+json"),
    ("HTML", ".html", "text/html"),
)
JSON_RESULTS = "application/sparql-results+json"
SMALL_SELECT = (
    "PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
    "SELECT ?p ?label WHERE {{ ?p a ctl:Project ; skos:prefLabel ?label }} LIMIT {limit}"
)
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ <{BASE}{RESOURCE}> }} ?s ?p ?o }}"

Server = Callable[[], AbstractContextManager[tuple[str, int]]]


@dataclass(frozen=True)
class Row:
    """One measured line of the table."""

    work: str
    server: str
    measured: Measured
    memory_mb: float


class Bench:
    """Collects rows; a peer that is not there gives a note instead."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.rows: list[Row] = []
        self.notes: list[str] = []

    def measure(
        self, server: str, start: Server, works: Sequence[tuple[str, Sequence[str], dict[str, str]]]
    ) -> None:
        """Start a server and drive it with each (work, paths, headers)."""
        try:
            with start() as (origin, pid):
                for work, paths, headers in works:
                    found = drive(origin, paths, headers, seconds=self.seconds)
                    self.rows.append(Row(work, server, found, peers.memory_mb(pid)))
        except (FileNotFoundError, RuntimeError) as error:
            self.notes.append(f"{server}: left out ({error})")

    def table(self) -> Iterator[str]:
        """Yield the lines of a Markdown table, by work, with the ratio of ours to each peer."""
        yield "| Work | Server | requests/s | p50 ms | p99 ms | failed | memory MB | ours is |"
        yield "|---|---|---:|---:|---:|---:|---:|---:|"
        for work in dict.fromkeys(row.work for row in self.rows):
            rows = [row for row in self.rows if row.work == work]
            our = next((r.measured.per_second for r in rows if r.server == "ctl-kg"), None)
            for row in rows:
                m = row.measured
                ratio = (
                    "" if our is None or row.server == "ctl-kg" else f"{our / m.per_second:.2f} ×"
                )
                yield (
                    f"| {work} | {row.server} | {m.per_second:,.0f} | {m.p50_ms:.2f} | "
                    f"{m.p99_ms:.2f} | {m.failed} | {row.memory_mb:.0f} | {ratio} |"
                )
        yield from ("" if not self.notes else "\n" + "\n".join(self.notes),)


def query_path(endpoint: str, query: str) -> str:
    """Return the path of a SPARQL GET."""
    return f"{endpoint}?query={urllib.parse.quote(query, safe='')}"


def queries(endpoint: str, *, different: bool) -> list[str]:
    """Return paths of a small SELECT: always the same, or 2,000 that differ in their limit."""
    limits = range(20, 2020) if different else [20]
    return [query_path(endpoint, SMALL_SELECT.format(limit=limit)) for limit in limits]


def representations(release: Path) -> dict[str, tuple[bytes, str]]:
    """Return body and ETag of the resource in each format, as our server sends them."""
    found = {}
    with peers.ours(release) as (origin, _):
        for name, suffix, _media in FORMATS:
            with urllib.request.urlopen(f"{origin}/{RESOURCE}{suffix}") as answer:
                found[name] = (answer.read(), answer.headers.get("ETag", '""'))
    return found


def endpoint_works(endpoint: str) -> list[tuple[str, Sequence[str], dict[str, str]]]:
    """Return the SELECT works on an endpoint."""
    accept = {"Accept": JSON_RESULTS}
    return [
        ("small SELECT, always another", queries(endpoint, different=True), accept),
        ("small SELECT, the same", queries(endpoint, different=False), accept),
    ]


def main() -> None:
    """Run everything and print the table."""
    release = Path(sys.argv[1] if len(sys.argv) > 1 else "release")
    bench = Bench(int(os.environ.get("SECONDS_EACH", "5")))
    bodies = representations(release)
    ours = [(f"resource as {n}", [f"/{RESOURCE}{s}"], {"Accept": m}) for n, s, m in FORMATS]
    ours.append(("304", [f"/{RESOURCE}.ttl"], {"If-None-Match": bodies["Turtle"][1]}))
    bench.measure("ctl-kg", lambda: peers.ours(release), [*ours, *endpoint_works("/sparql")])
    for name, _suffix, media in FORMATS:
        body = bodies[name][0]
        works = [(f"resource as {name}", ["/"], {"Accept": media})]
        if name == "Turtle":
            works.append(("304", ["/"], {"If-None-Match": '"x"'}))
        bench.measure("bare ASGI (uvicorn)", lambda b=body, m=media: peers.bare_asgi(b, m), works)  # type: ignore[misc]
        bench.measure(
            "nginx static",
            lambda b=body: peers.nginx(b),  # type: ignore[misc]
            [(f"resource as {name}", ["/file"], {})],
        )
    nquads = release / "ctl-kg.nq"
    turtle = {"Accept": "text/turtle"}
    for name, start, endpoint in (
        ("oxigraph server", peers.oxigraph, "/query"),
        ("rdflib-endpoint", peers.rdflib_endpoint, "/"),
    ):
        construct = ("resource as Turtle", [query_path(endpoint, CONSTRUCT)], turtle)
        bench.measure(name, lambda s=start: s(nquads), [construct, *endpoint_works(endpoint)])  # type: ignore[misc]
    with contextlib.suppress(BrokenPipeError):
        print("\n".join(bench.table()))


if __name__ == "__main__":
    main()
