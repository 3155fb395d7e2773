"""The release of the project itself: complete, the same every time, true to its base IRI."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Quad, RdfFormat, parse

from ctl_kg.assets import find_assets
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.publish.build import build

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_manifest_tells_every_file(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    assert listed == {n: d for n, d in digests(release).items() if n != "manifest.json"}


def test_every_statement_has_a_source(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["statements_without_source"] == 0
    assert manifest["counts"]["entities_by_class"]["ctl:TechnologyCluster"] == 9
    assert manifest["counts"]["entities_by_class"]["ctl:PnrrComponent"] == 16
    assert manifest["counts"]["entities_by_class"]["ctl:InnovationEcosystem"] == 8


def test_another_process_under_other_conditions_builds_the_same_bytes(
    release: Path, tmp_path: Path
) -> None:
    environment = os.environ | {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
    }
    out = tmp_path / "again"
    subprocess.run(
        [sys.executable, "-m", "ctl_kg", "build", "--out", str(out)],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert digests(out) == digests(release)


def test_no_blank_node_is_published(release: Path) -> None:
    for name in ("ctl-kg.nq", "ctl-kg.nt"):
        assert "_:" not in {line.split(" ", 1)[0][:2] for line in lines(release / name)}
    graph = rdflib.Graph().parse(release / "ctl-kg.ttl", format="turtle")
    assert not any(isinstance(term, rdflib.BNode) for triple in graph for term in triple)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def union(path: Path, syntax: RdfFormat) -> set[tuple[object, ...]]:
    return {(q.subject, q.predicate, q.object) for q in parse(path=str(path), format=syntax)}


def test_every_syntax_holds_the_same_graph(release: Path) -> None:
    expected = union(release / "ctl-kg.nt", RdfFormat.N_TRIPLES)
    assert len(expected) > 20_000
    for name, syntax in (
        ("ctl-kg.ttl", RdfFormat.TURTLE),
        ("ctl-kg.rdf", RdfFormat.RDF_XML),
        ("ctl-kg.jsonld", RdfFormat.JSON_LD),
    ):
        assert union(release / name, syntax) == expected, name
    quads = set(parse(path=str(release / "ctl-kg.nq"), format=RdfFormat.N_QUADS))
    assert set(parse(path=str(release / "ctl-kg.trig"), format=RdfFormat.TRIG)) == quads
    shapes = f"{DEFAULT_BASE}data/graph/shapes"
    assert {triple(q) for q in quads if q.graph_name.value != shapes} == expected  # type: ignore[union-attr]


def triple(quad: Quad) -> tuple[object, ...]:
    return (quad.subject, quad.predicate, quad.object)


def test_rdflib_reads_json_ld_and_turtle_alike(release: Path) -> None:
    turtle = rdflib.Graph().parse(release / "ctl-kg.ttl", format="turtle")
    jsonld = rdflib.Graph().parse(release / "ctl-kg.jsonld", format="json-ld")
    assert set(turtle) == set(jsonld)  # there are no blank nodes


def test_another_base_iri_moves_every_iri(tmp_path: Path) -> None:
    base = "https://dati.example.org/cluster/"
    out = tmp_path / "moved"
    built = build(find_assets(), out, base)
    assert [f for f in built.findings if f.severity == "Violation"] == []
    for path in sorted(out.rglob("*")):
        if path.is_file():
            assert DEFAULT_BASE.encode() not in path.read_bytes(), path.name
    assert f"<{base}data/cluster/afil>" in (out / "ctl-kg.nt").read_text(encoding="utf-8")


def test_the_source_check_finds_every_line_covered() -> None:
    brochure = ROOT.parent / "shared" / "source" / "brochure.txt"
    if not brochure.is_file():
        pytest.skip("the source document is not beside the project (../shared/source)")
    from ctl_kg.publish.source import verify_source

    report = verify_source(find_assets(), brochure)
    assert report.errors == []
    assert report.uncovered == []
    assert report.coverage == 100.0
