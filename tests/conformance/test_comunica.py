"""Comunica, a query engine in JavaScript that runs in browsers, against a real server process.

It is installed from ``tests/clients/package-lock.json`` the first time, if npm is there. The
lock holds ``sparqljson-parse`` at 2.2: with the 3.0 that Comunica 4.5 takes as well, it loses the
language tags of answers.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server import Server, serve_at_home

pytestmark = [pytest.mark.conformance, pytest.mark.engine]
CLIENTS = Path(__file__).parents[1] / "clients"
PREFIXES = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"


@pytest.fixture(scope="module")
def node() -> str:
    """Return the node program, with Comunica installed."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        pytest.skip("node and npm are not installed")
    with (Path(tempfile.gettempdir()) / "ctl-kg-comunica.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process installs, the others wait
        installed = CLIENTS / "node_modules" / ".package-lock.json"
        wanted = CLIENTS / "package-lock.json"
        if not installed.is_file() or installed.stat().st_mtime < wanted.stat().st_mtime:
            done = subprocess.run(
                [npm, "ci"], cwd=CLIENTS, capture_output=True, timeout=300, check=False
            )
            if done.returncode != 0:
                pytest.skip("npm cannot install Comunica here")
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server at the base of its own data."""
    with serve_at_home(tmp_path_factory.mktemp("home") / "release") as running:
        yield running


def ask(node: str, *questions: dict[str, Any]) -> list[Any]:
    """Return the answers of one Comunica engine to some questions."""
    done = subprocess.run(
        [node, "ask.mjs"], cwd=CLIENTS, input=json.dumps(questions).encode(),
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def labels(iri: str) -> str:
    return PREFIXES + f"SELECT ?name {{ <{iri}> skos:prefLabel ?name }} ORDER BY ?name"


EXPECTED = ['"Fabbrica Intelligente"@it', '"Smart Factory"@en']


@pytest.mark.parametrize("kind", ["sparql", None], ids=["said to be SPARQL", "detected"])
def test_the_endpoint_is_a_source(home: Server, node: str, kind: str | None) -> None:
    source: Any = home.origin + "/sparql"
    if kind:
        source = {"type": kind, "value": source}
    thing = home.origin + "/data/cluster/afil"
    rows, boolean, graph, count = ask(
        node,
        {"sources": [source], "query": labels(thing)},
        {"sources": [source], "query": f"ASK {{ <{thing}> ?p ?o }}"},
        {"sources": [source], "query": f"CONSTRUCT WHERE {{ <{thing}> a ?type }}"},
        {"sources": [source], "query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"},
    )
    assert [row["name"] for row in rows] == EXPECTED
    assert boolean is True
    assert len(graph) >= 1
    total = home.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]
    assert count[0]["n"].startswith(f'"{total}"')


@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld", ".rdf", ".nt"])
def test_documents_are_sources(home: Server, node: str, suffix: str) -> None:
    """A thing's address, and each document about it, answer the same question."""
    thing = home.origin + "/data/cluster/afil"
    (rows,) = ask(node, {"sources": [thing + suffix], "query": labels(thing)})
    assert [row["name"] for row in rows] == EXPECTED


@pytest.mark.parametrize("suffix", [".trig", ".nq"])
def test_documents_with_provenance_are_sources(home: Server, node: str, suffix: str) -> None:
    thing = home.origin + "/data/cluster/afil"
    query = PREFIXES + (
        f"SELECT DISTINCT ?name ?g {{ GRAPH ?g {{ <{thing}> skos:prefLabel ?name }} }}"
        " ORDER BY ?name"
    )
    (rows,) = ask(node, {"sources": [thing + suffix], "query": query})
    assert {row["name"] for row in rows} == set(EXPECTED)
    assert all(row["g"].startswith(home.origin + "/data/graph/") for row in rows)


def test_a_page_is_a_source(home: Server, node: str) -> None:
    """The JSON-LD that is embedded in a page names the entity (promise 15)."""
    page = home.origin + "/data/cluster/afil.html"
    (rows,) = ask(node, {"sources": [page], "query": "SELECT ?s ?name { ?s ?p ?name }"})
    assert any("Fabbrica Intelligente" in row["name"] or "Smart Factory" in row["name"]
               for row in rows)  # fmt: skip


def test_documents_and_endpoint_are_joined(home: Server, node: str) -> None:
    thing = home.origin + "/data/cluster/afil"
    query = PREFIXES + f"SELECT DISTINCT ?type ?name {{ <{thing}> a ?type ; skos:prefLabel ?name }}"
    (rows,) = ask(node, {"sources": [thing, home.origin + "/sparql"], "query": query})
    assert {row["name"] for row in rows} == set(EXPECTED)
