"""The build: all or nothing, the same bytes each time, nothing left behind."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from project_fixture import BASE, copy_mini, environment, replace
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from ctl_kg import __version__
from ctl_kg.assets import Assets
from ctl_kg.errors import NotConformingError, ReleaseError, SourceError
from ctl_kg.publish import release
from ctl_kg.publish.build import build, write_files
from ctl_kg.publish.release import only_build, recover, write_release

NAMES = [
    "SHA256SUMS", "catalog-dcat-ap-it.jsonld", "catalog-dcat-ap-it.rdf", "catalog-dcat-ap-it.ttl",
    "catalog-schema-org.jsonld", "catalog-schema-org.rdf", "catalog-schema-org.ttl",
    "catalog.jsonld", "catalog.rdf", "catalog.ttl", "context.jsonld", "ctl-kg.jsonld",
    "ctl-kg.nq", "ctl-kg.nt", "ctl-kg.rdf", "ctl-kg.trig", "ctl-kg.ttl", "manifest.json",
    "ontology.ttl", "queries/clusters.rq", "report.html", "report.json", "report.ttl",
    "search.sqlite", "shapes.ttl",
]  # fmt: skip
# What stands in them follows from the data; other tests look at it.
FOLDERS = ("croissant/", "json/", "tables/", "tables-it/")


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def named_files(folder: Path) -> list[str]:
    return [name for name in contents(folder) if not name.startswith(FOLDERS)]


def litter(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(copy_mini(folder), folder / "release")
    return folder / "release"


def test_writes_every_file_and_nothing_else(built: Path) -> None:
    assert sorted(named_files(built)) == NAMES
    assert litter(built.parent) == []


def test_manifest_describes_every_file(built: Path) -> None:
    files = contents(built)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["name"] == "ctl-kg"
    assert manifest["version"] == __version__
    assert manifest["base_iri"] == BASE
    assert manifest["released"] == "2026-01-31"
    assert manifest["findings"] == {"Violation": 0, "Warning": 0, "Info": 1}
    counts = manifest["counts"]
    assert counts["quads"] == len(files["ctl-kg.nq"].splitlines())
    assert counts["entities_by_class"]["ctl:TechnologyCluster"] == 1
    assert counts["statements_by_source"]["source:brochure-text-v1"] == 5
    assert sorted(manifest["files"]) == sorted(files)
    for name, content in files.items():
        entry = manifest["files"][name]
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert "/" in entry["media_type"]


def canonical(path: Path, syntax: RdfFormat, *, union: bool) -> Dataset:
    quads = parse(path=str(path), format=syntax)
    found = (Quad(q.subject, q.predicate, q.object) for q in quads) if union else quads
    dataset = Dataset(found)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("ctl-kg.ttl", RdfFormat.TURTLE),
        ("ctl-kg.jsonld", RdfFormat.JSON_LD),
        ("ctl-kg.rdf", RdfFormat.RDF_XML),
    ],
)
def test_syntaxes_of_the_union_say_the_same(built: Path, name: str, syntax: RdfFormat) -> None:
    wanted = canonical(built / "ctl-kg.nt", RdfFormat.N_TRIPLES, union=True)
    assert canonical(built / name, syntax, union=True) == wanted


def test_syntaxes_of_the_dataset_say_the_same(built: Path) -> None:
    quads = canonical(built / "ctl-kg.nq", RdfFormat.N_QUADS, union=False)
    assert canonical(built / "ctl-kg.trig", RdfFormat.TRIG, union=False) == quads


def test_lines_are_sorted_and_shapes_only_in_datasets(built: Path) -> None:
    for name in ("ctl-kg.nq", "ctl-kg.nt"):
        lines = (built / name).read_bytes().splitlines()
        assert lines == sorted(lines)
    assert b"shacl#NodeShape" in (built / "ctl-kg.nq").read_bytes()
    assert b"shacl#NodeShape" not in (built / "ctl-kg.nt").read_bytes()


def test_json_ld_carries_its_context(built: Path) -> None:
    assert isinstance(json.loads((built / "ctl-kg.jsonld").read_bytes())["@context"], dict)


def test_same_bytes_whatever_the_surroundings(built: Path, assets: Assets, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from ctl_kg.assets import Assets;"
        "from ctl_kg.publish.build import build;"
        "build(Assets(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    surroundings: list[dict[str, str]] = [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "LANG": "tr"},
    ]
    for number, variables in enumerate(surroundings):
        out = tmp_path / f"release-{number}"
        subprocess.run(
            [sys.executable, "-c", program, str(assets.root), str(out)],
            env=environment(**variables),
            check=True,
            cwd=tmp_path,
        )
        assert contents(out) == contents(built)


def test_the_order_of_statements_in_files_does_not_matter(
    built: Path, assets: Assets, tmp_path: Path
) -> None:
    path = assets.data / "clusters" / "afil.trig"
    head, graphs = path.read_text().split("\n\ngraph:", 1)
    first, second = ("graph:" + graphs).rstrip().split("\n\ngraph:")
    path.write_text(f"{head}\n\ngraph:{second}\n\n{first}\n")
    out = tmp_path / "out"
    build(assets, out)
    ours, theirs = contents(out), contents(built)
    for name in ours:
        # The report has line numbers, and the others its digest.
        if not name.startswith(("report", "manifest", "SHA256SUMS")):
            assert ours[name] == theirs[name], name


def test_another_base_goes_through_every_file(assets: Assets, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(assets, out, "https://example.org/k/")
    for name, content in contents(out).items():
        assert BASE.encode() not in content, name


def break_data(assets: Assets) -> None:
    replace(assets.data / "clusters" / "afil.trig", "ctl:theme ", "ctl:thema ")


def break_syntax(assets: Assets) -> None:
    replace(assets.data / "clusters" / "afil.trig", "ctl:theme ", "ctl:theme ; ")


def break_blank(assets: Assets) -> None:
    replace(assets.data / "clusters" / "afil.trig", "theme:robotics", "[ a skos:Concept ]")


def break_date(assets: Assets) -> None:
    replace(assets.ontology / "ctl.ttl", '    dct:modified "2026-01-31"^^xsd:date ;\n', "")


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (break_data, NotConformingError, "found 1 violation"),
        (break_syntax, SourceError, r"data/clusters/afil\.trig:14"),
        (break_blank, SourceError, r"data/clusters/afil\.trig:14: a blank node"),
        (break_date, SourceError, "no dct:modified"),
    ],
)
def test_a_failed_build_leaves_the_release(
    assets: Assets, tmp_path: Path, damage: object, error: type[Exception], message: str
) -> None:
    out = tmp_path / "release"
    write_release(out, lambda folder: write_files(folder, {"manifest.json": b'{"name": "ctl-kg"}'}))
    before = contents(out)
    damage(assets)  # type: ignore[operator]
    with pytest.raises(error, match=message):
        build(assets, out)
    assert contents(out) == before
    assert litter(tmp_path) == []


def test_a_new_release_replaces_the_old_one(assets: Assets, tmp_path: Path) -> None:
    out = tmp_path / "release"
    write_release(
        out,
        lambda folder: write_files(folder, {"manifest.json": b'{"name": "ctl-kg"}', "old": b""}),
    )
    build(assets, out)
    assert sorted(named_files(out)) == NAMES
    assert litter(tmp_path) == []


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    out = tmp_path / "release"
    out.mkdir()
    write_release(out, lambda folder: write_files(folder, {"a": b"1"}))
    assert contents(out) == {"a": b"1"}


@pytest.mark.parametrize("manifest", [None, "{}", '{"name": "other"}', "no json"])
def test_a_folder_that_is_no_release_is_not_touched(
    assets: Assets, tmp_path: Path, manifest: str | None
) -> None:
    out = tmp_path / "precious"
    out.mkdir()
    (out / "thesis.txt").write_text("x")
    if manifest is not None:
        (out / "manifest.json").write_text(manifest)
    before = contents(out)
    with pytest.raises(ReleaseError, match="is not a release"):
        build(assets, out)
    assert contents(out) == before


def test_a_file_or_a_link_is_not_replaced(assets: Assets, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ReleaseError, match="is not a folder"):
        build(assets, file)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReleaseError, match="symbolic link"):
        build(assets, link)


def test_a_parent_that_is_a_file_is_reported(assets: Assets, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReleaseError, match="cannot be written"):
        write_release(tmp_path / "file" / "release", lambda folder: None)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_reported(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ReleaseError, match="Permission denied"):
            write_release(tmp_path / "release", lambda folder: None)
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_leaves_the_release(tmp_path: Path) -> None:
    out = tmp_path / "release"
    write_release(out, lambda folder: write_files(folder, {"manifest.json": b'{"name": "ctl-kg"}'}))
    before = contents(out)

    def fill(folder: Path) -> None:
        write_files(folder, {"a": b"x"})
        raise OSError(28, "No space left on device", str(folder / "b"))

    with pytest.raises(ReleaseError, match="No space left") as caught:
        write_release(out, fill)
    assert "untouched" in caught.value.hint
    assert contents(out) == before
    assert litter(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(assets: Assets, small_disk: Path) -> None:
    out = small_disk / "release"
    write_release(out, lambda folder: write_files(folder, {"manifest.json": b'{"name": "ctl-kg"}'}))
    before = contents(out)
    with pytest.raises(ReleaseError, match="No space left"):
        build(assets, out)
    assert contents(out) == before
    assert litter(small_disk) == []


def test_two_renames_where_names_cannot_be_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "_exchange", lambda one, other: False)
    out = tmp_path / "release"
    for content in (b"1", b"2"):
        files = {"manifest.json": b'{"name": "ctl-kg"}', "a": content}
        write_release(out, lambda folder, files=files: write_files(folder, files))  # type: ignore[misc]
    assert contents(out)["a"] == b"2"
    assert litter(tmp_path) == []


@pytest.mark.parametrize("killed_at", ["writing", "between the renames", "after the swap"])
def test_what_a_kill_leaves_is_put_right(tmp_path: Path, killed_at: str) -> None:
    out, new, old = (tmp_path / name for name in ("release", ".release.new", ".release.old"))
    if killed_at == "writing":
        write_files(out, {"manifest.json": b"old"})
        write_files(new, {"half": b"x"})
    elif killed_at == "between the renames":
        write_files(old, {"manifest.json": b"old"})
        write_files(new, {"manifest.json": b"new"})
    else:
        write_files(out, {"manifest.json": b"old"})
        write_files(old, {"manifest.json": b"older"})
    recover(out)
    assert contents(out) == {"manifest.json": b"old"}
    assert litter(tmp_path) == []


def test_kill_while_writing_leaves_the_release(tmp_path: Path) -> None:
    out = tmp_path / "release"
    write_release(out, lambda folder: write_files(folder, {"manifest.json": b'{"name": "ctl-kg"}'}))
    before = contents(out)
    program = (
        "import os, sys; from pathlib import Path;"
        "from ctl_kg.publish.release import write_release;"
        "die = lambda folder: ((folder / 'x').write_text('x'), os.kill(os.getpid(), 9));"
        "write_release(Path(sys.argv[1]), die)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(out)], env=environment(), check=False)
    assert done.returncode == -9
    assert contents(out) == before
    recover(out)
    assert litter(tmp_path) == []


def test_one_build_at_a_time(assets: Assets, tmp_path: Path) -> None:
    with (
        only_build(tmp_path / "release"),
        pytest.raises(ReleaseError, match="another build is writing"),
    ):
        build(assets, tmp_path / "release")


def test_shapes_are_checked_again_when_they_change(assets: Assets, tmp_path: Path) -> None:
    out = tmp_path / "release"
    build(assets, out)
    replace(assets.shapes / "cluster.ttl", "sh:minCount 1", 'sh:minCount "one"')
    with pytest.raises(SourceError, match="the shapes cannot be used"):
        build(assets, out)
