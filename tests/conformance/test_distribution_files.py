"""The tables of a release, read by what others wrote and by our own reader."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from pyld import jsonld
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple, parse
from server import Server

from ctl_kg.assets import find_assets
from ctl_kg.distributions.files import Source, make_distributions
from ctl_kg.distributions.plan import covered
from ctl_kg.distributions.reader import read_tables
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.publish.validation import load

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
GRAPHS = DEFAULT_BASE + "data/graph/"


def stated(quads: list[Quad]) -> list[Quad]:
    left_out = {GRAPHS + each for each in ("derived", "shapes", "queries")}
    return [quad for quad in quads if graph_of(quad) not in left_out]


def graph_of(quad: Quad) -> str:
    return "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name.value)  # type: ignore[union-attr]


def of_release(folder: Path) -> list[Quad]:
    return list(parse(path=str(folder / "ctl-kg.nq"), format=RdfFormat.N_QUADS))


def test_the_tables_hold_every_stated_triple_about_things(release: Path) -> None:
    """Read from the released files alone: what the documentation promises to be covered."""
    graphs = ("ontology", "provenance", "catalogue", "withdrawn", "derived", "shapes", "queries")
    left_out = {GRAPHS + each for each in graphs}
    expected = {
        Triple(q.subject, q.predicate, q.object)
        for q in of_release(release)
        if graph_of(q) not in left_out
    }
    assert len(expected) > 12_000
    assert read_tables(release / "tables") == expected


def test_the_command_writes_the_graph_back(release: Path) -> None:
    command = [sys.executable, "-m", "ctl_kg", "tables", str(release / "tables")]
    run = subprocess.run(command, capture_output=True, check=True, env=environment())
    found = {
        Triple(q.subject, q.predicate, q.object)
        for q in parse(run.stdout, format=RdfFormat.N_TRIPLES)
    }
    assert found == read_tables(release / "tables")


def test_the_command_names_what_is_wrong(release: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(release / "tables", folder)
    path = folder / "legal-act.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("legislationDate", "date", 1), encoding="utf-8")
    command = [sys.executable, "-m", "ctl_kg", "tables", str(folder), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert run.returncode == 2
    assert "legal-act.csv:1: column" in run.stderr
    assert "expected 'legislationDate'" in run.stderr


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"PYTHONPATH": path}


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Quad], Path]:
    """Return what a generated release states, and a folder with the files made from it."""
    folder = tmp_path_factory.mktemp("synthetic")
    program = [sys.executable, str(ROOT / "benchmarks/generate.py")]
    arguments = ["--triples", "60000", "--seed", "3", "--out", str(folder / "release")]
    subprocess.run([*program, *arguments], check=True, capture_output=True, env=environment())
    quads = of_release(folder / "release")
    derived = [quad for quad in quads if graph_of(quad) == GRAPHS + "derived"]
    context = json.loads((folder / "release/context.jsonld").read_text(encoding="utf-8"))
    shapes = load(find_assets()).shapes
    source = Source(stated(quads), derived, shapes, context["@context"], DEFAULT_BASE, "2026-11-22")
    for name, content in make_distributions(source).files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return source.stated, folder  # type: ignore[return-value]


def test_generated_data_comes_back_too(synthetic: tuple[list[Quad], Path]) -> None:
    quads, folder = synthetic
    expected = covered(quads, DEFAULT_BASE)
    assert len(expected) > 15_000
    assert read_tables(folder / "tables") == expected


@pytest.fixture(scope="module", params=["reference", "synthetic"])
def tables(
    request: pytest.FixtureRequest, release: Path, synthetic: tuple[list[Quad], Path]
) -> Path:
    return (release if request.param == "reference" else synthetic[1]) / "tables"


def test_csvw_reads_and_validates_every_table(tables: Path) -> None:
    metadata = pytest.importorskip("csvw.metadata", reason="csvw is not installed (PyPI: csvw)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        found = metadata.CSVW(str(tables / "csv-metadata.json"), validate=True)
        assert [str(each.message) for each in found.warnings] == []
        assert found.is_valid
        group = metadata.TableGroup.from_file(tables / "csv-metadata.json")
        rows = {table.url.string: len(list(table.iterdicts(strict=True))) for table in group.tables}
    assert set(rows) == {path.name for path in tables.glob("*.csv")}
    assert rows["technology-cluster.csv"] >= 9
    assert all(rows.values())


def test_csvw_refuses_a_bad_date(release: Path, tmp_path: Path) -> None:
    """So that its silence about our files means something."""
    metadata = pytest.importorskip("csvw.metadata", reason="csvw is not installed (PyPI: csvw)")
    shutil.copytree(release / "tables", tmp_path / "tables")
    path = tmp_path / "tables" / "legal-act.csv"
    text = path.read_text(encoding="utf-8")
    date = next(part for part in text.replace("\n", ",").split(",") if part.count("-") == 2)
    path.write_text(text.replace(date, "2022-13-99"), encoding="utf-8")
    group = metadata.TableGroup.from_file(tmp_path / "tables" / "csv-metadata.json")
    (table,) = (each for each in group.tables if each.url.string == "legal-act.csv")
    with pytest.raises(ValueError, match="legislationDate: month"):
        list(table.iterdicts(strict=True))


def test_frictionless_validates_the_data_package(tables: Path) -> None:
    pytest.importorskip("frictionless", reason="frictionless is not installed (PyPI: frictionless)")
    command = [sys.executable, "-m", "frictionless", "validate", "--json", "datapackage.json"]
    run = subprocess.run(command, cwd=tables, capture_output=True, text=True, check=False)
    report = json.loads(run.stdout)
    assert report["valid"], report["tasks"]
    assert report["stats"]["tasks"] == len(list(tables.glob("*.csv")))
    assert report["stats"]["errors"] == 0


def test_another_library_reads_parquet_with_the_same_rows(release: Path) -> None:
    arrow = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    description = json.loads((release / "tables/csv-metadata.json").read_text(encoding="utf-8"))
    for table in description["tables"]:
        path = release / "tables" / table["url"]
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        found = arrow.read_table(path.with_suffix(".parquet"))
        names = [column["name"] for column in table["tableSchema"]["columns"]]
        assert found.column_names == names
        for index, column in enumerate(table["tableSchema"]["columns"]):
            values = found.column(index).to_pylist()
            many = "separator" in column
            assert [text(value, many=many) for value in values] == [row[index] for row in rows]


def text(value: object, *, many: bool) -> str:
    if many:
        assert isinstance(value, list)
        return "|".join(text(each, many=False) for each in value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_arrays_read_as_json_ld_give_the_same_graph(release: Path) -> None:
    context = json.loads((release / "json/context.jsonld").read_text(encoding="utf-8"))

    def loader(address: str, options: object) -> dict[str, object]:
        return {"document": context, "documentUrl": address, "contextUrl": None}

    options = {"base": "https://example.org/json/x.json", "documentLoader": loader,
               "format": "application/n-quads"}  # fmt: skip
    lines: set[str] = set()
    for name in ("technology-cluster", "network", "project", "member-count", "period"):
        array = json.loads((release / f"json/{name}.json").read_text(encoding="utf-8"))
        assert isinstance(array, list)
        lines |= set(jsonld.to_rdf(array, options).splitlines())
        subjects = {f"<{each['id']}>" for each in array}
        expected = {
            f"{t.subject} {t.predicate} {t.object} ."
            for t in read_tables(release / "tables")
            if str(t.subject) in subjects
        }
        assert lines == expected
        lines.clear()


def test_n_triples_are_canonical(release: Path) -> None:
    """By another's canonicalisation, of as much as it does in reasonable time."""
    content = (release / "ctl-kg.nt").read_text(encoding="utf-8")
    lines = content.splitlines(keepends=True)
    assert lines == sorted(lines)
    part = "".join(lines[::20])
    options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads",
               "format": "application/n-quads"}  # fmt: skip
    assert jsonld.normalize(part, options) == part


def test_the_ledger_tells_every_file(release: Path) -> None:
    lines = (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    ledger = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = {
        path.relative_to(release).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in release.rglob("*")
        if path.is_file() and path.name not in ("SHA256SUMS", "manifest.json")
    }
    assert ledger == found


_TYPES = {
    "tables/network.csv": "text/csv; charset=utf-8",
    "tables-it/network.csv": "text/csv; charset=utf-8",
    "tables/csv-metadata.json": "application/csvm+json",
    "tables/network.parquet": "application/vnd.apache.parquet",
    "tables/network.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "tables/seats.geojson": "application/geo+json",
    "tables/datapackage.json": "application/vnd.datapackage+json",
    "json/network.json": "application/ld+json",
    "json/context.jsonld": "application/ld+json",
    "SHA256SUMS": "text/plain; charset=utf-8",
}


@pytest.mark.parametrize("name", sorted(_TYPES))
def test_files_are_served_as_what_they_are(whole: Server, release: Path, name: str) -> None:
    answer = whole.client.get(f"/download/{name}")
    assert answer.status_code == 200
    assert answer.content == (release / name).read_bytes()
    assert answer.headers["content-type"] == _TYPES[name]
    is_saved = name.endswith((".csv", ".xlsx", ".parquet"))
    assert ("content-disposition" in answer.headers) == is_saved
    if is_saved:
        wanted = f'attachment; filename="{name.rpartition("/")[2]}"'
        assert answer.headers["content-disposition"] == wanted


def test_a_table_leads_to_its_description(whole: Server) -> None:
    link = whole.client.get("/download/tables/network.csv").links["describedby"]
    assert link["type"] == "application/csvm+json"
    description = whole.client.get(link["url"]).json()
    assert "network.csv" in {table["url"] for table in description["tables"]}
    assert "link" not in whole.client.get("/download/tables-it/network.csv").headers


def test_data_frames_read_the_csv(release: Path) -> None:
    pandas = pytest.importorskip("pandas")
    content = (release / "tables/member-count.csv").read_bytes()
    frame = pandas.read_csv(io.BytesIO(content), dtype_backend="numpy_nullable")
    assert len(frame) >= 40
    assert frame["memberCount"].dtype.kind == "i"
