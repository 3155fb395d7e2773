"""Every IRI of the release answers in every media type, with the same statements.

A part of the IRIs is asked for: every class, every folder, and each n-th of all. Set
``CTL_KG_CRAWL_EVERY=1`` for all of them, or run ``python tests/conformance/crawl.py RELEASE``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import crawl
import pyoxigraph as ox
import pytest
from server import BASE, Report
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
REPORT = Report("crawl")


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def test_every_iri_in_every_media_type(release: Path) -> None:
    findings, count = crawl.run(release, int(os.environ.get("CTL_KG_CRAWL_EVERY", "10")))
    for line in crawl.report(findings, count):
        REPORT.row(line)
    assert findings.wrong == []
    assert count > 500
    assert sum(findings.asked.values()) >= count * len(crawl.TYPES)


def test_each_statement_says_where_it_comes_from(client: TestClient) -> None:
    body = client.get("/data/cluster/afil.nq").content
    quads = list(ox.parse(body, format=ox.RdfFormat.N_QUADS))
    about = {quad.subject for quad in quads}
    graphs = {quad.graph_name for quad in quads}
    assert len(graphs) > 10
    assert ox.DefaultGraph() not in graphs
    assert graphs <= about
    line = ox.NamedNode(BASE + "onto/CTL/startLine")
    passages = {q.object for q in quads if q.predicate.value.endswith("wasDerivedFrom")}
    numbered = {q.subject for q in quads if q.predicate == line}
    assert {p for p in passages if "/passage/" in str(p)} <= numbered


def test_fragments_lead_to_the_document_that_describes_them(client: TestClient) -> None:
    for path, iri in (("/void", "void#dataset"), ("/sparql", "sparql#default-graph")):
        answer = client.get(path, headers={"accept": "application/n-triples"})
        assert f"<{BASE}{iri}>" in answer.text
