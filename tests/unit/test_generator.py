"""The generator of large releases: the same bytes from a seed, and the shape of the reference."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ctl_kg.assets import find_assets
from ctl_kg.publish.description import Describer
from ctl_kg.publish.validation import load
from ctl_kg.sparql.query_file import load_queries
from ctl_kg.sparql.store import LocalStore, open_release_store

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/ctl-kg/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TRIPLES = 42_000  # the reference data, and some clusters of a synthetic region


def generate(out: Path, *, triples: int = TRIPLES, seed: int = 1) -> bytes:
    # Another order of sets in each process: the bytes must not depend on it.
    environment = os.environ | {"PYTHONHASHSEED": str(len(out.name))}
    program = [sys.executable, str(ROOT / "benchmarks/generate.py"), "--out", str(out)]
    arguments = ["--triples", str(triples), "--seed", str(seed)]
    subprocess.run([*program, *arguments], check=True, capture_output=True, env=environment)
    return (out / "ctl-kg.nq").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated") / "one"
    generate(out)
    return out


@pytest.fixture(scope="module")
def store(folder: Path) -> LocalStore:
    return open_release_store(folder)


def described(store: LocalStore, kind: str) -> Iterator[str]:
    quads = store.quads(predicate=TYPE, object=NamedNode(f"{BASE}onto/CTL/{kind}"))
    yield from sorted({quad.subject.value for quad in quads})


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert generate(tmp_path / "another") == (folder / "ctl-kg.nq").read_bytes()


def test_another_seed_gives_another_graph_of_the_same_size(folder: Path, tmp_path: Path) -> None:
    other = generate(tmp_path / "seed", seed=2)
    assert other != (folder / "ctl-kg.nq").read_bytes()
    assert abs(other.count(b"\n") - TRIPLES) < 3000


def test_a_small_number_gives_the_fixed_part_and_one_cluster(tmp_path: Path) -> None:
    generate(tmp_path / "small", triples=5000)
    assert len(list(described(open_release_store(tmp_path / "small"), "TechnologyCluster"))) == 1


def test_classes_and_properties_are_those_of_the_reference_data(folder: Path) -> None:
    project = load(find_assets(ROOT))
    reference = [*project.data, *project.shapes]
    generated = list(parse(path=folder / "ctl-kg.nq", format=RdfFormat.N_QUADS))
    assert {q.predicate for q in generated} == {q.predicate for q in reference}
    assert {q.object for q in generated if q.predicate == TYPE} == {
        q.object for q in reference if q.predicate == TYPE
    }


def test_every_resource_of_a_synthetic_cluster_is_described(store: LocalStore) -> None:
    synthetic = [iri for iri in described(store, "TechnologyCluster") if iri.endswith("-1")]
    assert synthetic
    describer = Describer(store, BASE)
    for iri in synthetic:
        description = describer.describe(iri)
        assert description is not None
        assert description.incoming_total > 5
        names = description.values("http://www.w3.org/2004/02/skos/core#prefLabel")
        assert {name.language for name in names if isinstance(name, Literal)} == {"it", "en"}
        assert any(source.passage for source in description.sources.values())


def test_no_synthetic_statement_points_to_what_is_not_there(store: LocalStore) -> None:
    quads = store.quads()
    subjects = {quad.subject for quad in quads}
    pointed = {q.object for q in quads if isinstance(q.object, NamedNode)}
    copies = [node for node in pointed if node.value.startswith(BASE) and node.value[-2:] == "-1"]
    assert len(copies) > 100
    assert [node for node in copies if node not in subjects] == []


def test_no_person_is_copied(store: LocalStore) -> None:
    found = {quad.subject.value for quad in store.quads()}
    people = {iri for iri in found if iri.startswith(f"{BASE}data/person/")}
    assert people
    assert not [iri for iri in people if iri[-1].isdigit()]


def test_the_folder_is_a_release(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
    assert manifest["counts"]["quads"] == (folder / "ctl-kg.nq").read_bytes().count(b"\n")
    assert "anomalies" in load_queries(folder / "queries")
