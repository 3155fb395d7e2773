"""What a validation looked at, and the lists that a reviewer goes through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project_fixture import BASE, copy_mini
from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.errors import ReleaseError
from ctl_kg.publish.build import build
from ctl_kg.publish.checked import read_checked, what_is_checked
from ctl_kg.publish.description import Describer
from ctl_kg.publish.review import REPORT, Review, read_report
from ctl_kg.publish.search import open_search
from ctl_kg.publish.validation import load, validate
from ctl_kg.sparql.store import LocalStore, open_release_store

CTL, VOCABULARY = BASE + "onto/CTL/", BASE + "controlled-vocabulary/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
ABOUT = "http://schema.org/about"


def test_a_build_writes_down_what_it_checked(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    project = load(assets)
    built = build(assets, tmp_path / "release")
    report = read_report(tmp_path / "release")
    assert report is not None
    assert list(report.findings) == validate(project, check_shapes=False) == list(built.findings)
    assert report.checked == what_is_checked(project, built.statistics.quads)
    assert report.checked.statements == len({*project.data, *project.shapes})
    text = "".join(path.read_text() for path in sorted(assets.shapes.glob("*.ttl")))
    assert report.checked.shapes == text.count("a sh:NodeShape") + text.count("a sh:PropertyShape")
    assert report.checked.constraints > 0
    assert [each.iri for each in report.checked.rules] == [
        f"{BASE}rules/{path.stem}" for path in sorted((assets.shapes / "qc").glob("*.rq"))
    ]
    assert read_checked({"checked": report.checked.as_json()}) == report.checked


def test_one_constraint_more_is_counted(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    before = what_is_checked(load(assets), 1)
    path = next(assets.shapes.glob("*.ttl"))
    text = path.read_text(encoding="utf-8")
    assert "sh:minCount 1 ;" in text
    path.write_text(text.replace("sh:minCount 1 ;", "sh:minCount 1 ;\n    sh:maxCount 9 ;", 1))
    after = what_is_checked(load(assets), 1)
    assert after.constraints == before.constraints + 1
    assert after.shapes == before.shapes


def test_a_report_that_is_none(tmp_path: Path) -> None:
    assert read_report(tmp_path) is None
    for text in ("{", "[]", json.dumps({"findings": [{"severity": "Info"}]})):
        (tmp_path / REPORT).write_text(text, encoding="utf-8")
        with pytest.raises(ReleaseError, match="no validation report"):
            read_report(tmp_path)


def alignment(slug: str, certainty: str, status: str, graph: str) -> list[Quad]:
    node, home = NamedNode(f"{BASE}data/alignment/{slug}"), NamedNode(f"{BASE}data/graph/{graph}")
    return [
        Quad(node, NamedNode(predicate), NamedNode(value), home)
        for predicate, value in (
            (TYPE, CTL + "Alignment"),
            (CTL + "certainty", VOCABULARY + "certainty/" + certainty),
            (CTL + "reviewStatus", VOCABULARY + "review-status/" + status),
            (CTL + "alignedSubject", f"{BASE}data/cluster/afil"),
            (CTL + "alignedPredicate", ABOUT),
            (CTL + "alignedObject", f"{BASE}data/theme/robotics"),
        )
    ]


def review(store: LocalStore, release: Path) -> Review:
    search = open_search(release, BASE, lambda: store)
    return Review(store, Describer(store, BASE), search, read_report(release), BASE)


def test_only_what_is_inferred_and_still_proposed_waits(tmp_path: Path) -> None:
    release = tmp_path / "release"
    build(copy_mini(tmp_path), release)
    store = open_release_store(release, base_iri=BASE)
    before = len(review(store, release).inferred)
    store.add(
        [
            *alignment("waits", "inferred", "proposed", "p-0001"),
            *alignment("settled", "inferred", "accepted", "p-0001"),
            *alignment("plain", "stated", "proposed", "p-0001"),
        ]
    )
    made = review(store, release)
    found = [entry.key for entry in made.inferred if "/alignment/" in entry.key]
    assert f"{BASE}data/alignment/waits" in found
    assert len(made.inferred) == before + 1
    link = made.inferred_link(f"{BASE}data/alignment/waits")
    assert (link.subject, link.predicate) == (f"{BASE}data/cluster/afil", ABOUT)
    assert not link.asserted
    subject, theme = NamedNode(link.subject), NamedNode(link.object)
    store.add([Quad(subject, NamedNode(ABOUT), theme, NamedNode(BASE + "data/graph/p-0001"))])
    assert review(store, release).inferred_link(link.iri).asserted


def test_an_anomaly_says_what_the_graph_states(tmp_path: Path) -> None:
    release = tmp_path / "release"
    build(copy_mini(tmp_path), release)
    store = open_release_store(release, base_iri=BASE)
    node, home = NamedNode(BASE + "data/anomaly/x"), NamedNode(BASE + "data/graph/p-0001")
    label = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    target = NamedNode(BASE + "data/cluster/afil")
    store.add(
        [
            Quad(node, NamedNode(TYPE), NamedNode(CTL + "Anomaly"), home),
            Quad(node, NamedNode(CTL + "asRead"), Literal("AFlL"), home),
            Quad(node, NamedNode(CTL + "onProperty"), label, home),
            Quad(node, NamedNode("http://www.w3.org/ns/oa#hasTarget"), target, home),
        ]
    )
    made = review(store, release)
    assert [entry.key for entry in made.anomalies][-1:] == [node.value]
    found = made.anomaly(node.value)
    assert (found.read, found.believed, found.target) == ("AFlL", "", target.value)
    assert set(found.stated) == {quad.object for quad in store.quads(target, label)} != set()
    assert found.clusters == (target.value,)
