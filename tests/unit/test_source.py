"""verify-source: positions, digests, coverage, and what --update writes."""

import hashlib
from pathlib import Path

import pytest
from project_fixture import MINI, copy_mini, replace

from ctl_kg.assets import Assets
from ctl_kg.errors import RdfSyntaxError, SourceError
from ctl_kg.publish.passages import DocumentText, update_passages
from ctl_kg.publish.source import SourceReport, line_ranges, verify_source

DOCUMENT = MINI / "document.txt"


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


def kinds(report: SourceReport) -> list[str]:
    return [finding.kind for finding in report.errors]


def test_the_fixture_agrees_with_its_document(assets: Assets) -> None:
    report = verify_source(assets, DOCUMENT)
    assert (report.errors, report.notes, report.unreadable) == ([], [], [])
    assert (report.passages, report.statements, report.coverage) == (2, 5, 100.0)


def test_slices_are_whole_lines_in_code_points() -> None:
    text = "à\r\n😀b\n\nlast"
    document = DocumentText(text.encode())
    assert document.span(1, 1) == (0, 2)  # the carriage return belongs to the line
    assert document.span(2, 2) == (3, 5)  # one code point, not two
    assert document.span(1, 4) == (0, len(text))
    assert document.line_count == 4
    wanted = hashlib.sha256("😀b".encode()).hexdigest()
    assert document.slice_digest(3, 5) == wanted


def test_other_line_separators_do_not_count() -> None:
    assert DocumentText("a\x0bb\u2028c\x85d\re\n".encode()).line_count == 1


def test_update_fills_in_what_the_author_left_out(assets: Assets) -> None:
    path = assets.data / "passages" / "afil.ttl"
    path.write_text(
        "# Head.\n@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .\n"
        "@prefix passage: <https://w3id.org/ctl-kg/data/passage/> .\n"
        "# Why here.\npassage:p-0001 a ctl:Passage ; ctl:startLine 1 ; ctl:endLine 3 .\n"
        "passage:p-0005 a ctl:Passage ; ctl:startLine 5 ; ctl:endLine 6 .\n"
    )
    assert "position-mismatch" in kinds(verify_source(assets, DOCUMENT))
    report = verify_source(assets, DOCUMENT, update=True)
    assert report.errors == []
    assert report.updated == ["data/passages/afil.ttl"]
    written = path.read_text()
    assert "# Why here.\npassage:p-0001\n" in written
    assert "graph:p-0005\n    a ctl:SourcedGraph ;\n    a prov:Entity ;\n" in written
    assert "    prov:wasDerivedFrom passage:p-0005 ;\n" in written
    assert "    oa:hasSource source:brochure-text-v1 ;\n" in written
    assert "    oa:start 0 ;\n" in written
    assert verify_source(assets, DOCUMENT, update=True).updated == []


def test_update_removes_what_belonged_to_a_passage_that_is_gone(assets: Assets) -> None:
    path = assets.data / "passages" / "afil.ttl"
    text = path.read_text().replace("p-0005", "p-0004").replace("Line 5", "Line 4")
    kept = text.replace("ctl:startLine 5", "ctl:startLine 4")
    updated = update_passages(kept, "p.ttl", DocumentText(DOCUMENT.read_bytes()))
    assert "p-0004/position" in updated
    orphan = updated.replace(
        "passage:p-0004\n    a ctl:Passage ;", "passage:p-0005\n    a ctl:Passage ;"
    ).replace("ctl:startLine 4", "ctl:startLine 5")
    again = update_passages(orphan, "p.ttl", DocumentText(DOCUMENT.read_bytes()))
    assert "graph:p-0004" not in again
    assert "p-0004/position" not in again


def test_reports_what_disagrees(assets: Assets, tmp_path: Path) -> None:
    document = tmp_path / "other.txt"
    document.write_text(DOCUMENT.read_text().replace("144 soci", "145 soci!"))
    report = verify_source(assets, document)
    assert kinds(report) == ["wrong-checksum", "position-mismatch", "digest-mismatch"]
    assert "passage:p-0005 oa:end" in report.errors[1].message
    place = report.errors[1].place
    assert place is not None
    assert place.file == "data/passages/afil.ttl"


def test_reports_a_missing_checksum(assets: Assets) -> None:
    path = assets.data / "source.ttl"
    path.write_text("\n".join(x for x in path.read_text().split("\n") if "Digest" not in x))
    assert kinds(verify_source(assets, DOCUMENT)) == ["missing-checksum"]


def test_reports_passages_without_statements_and_uncovered_lines(assets: Assets) -> None:
    path = assets.data / "clusters" / "afil.trig"
    path.write_text(path.read_text().replace("graph:p-0005", "graph:p-0006"))
    report = verify_source(assets, DOCUMENT)
    assert kinds(report) == [
        "passage-without-statement",
        "graph-without-passage",
        "uncovered-lines",
    ]
    assert report.uncovered == [5, 6]
    assert report.coverage == 60.0
    assert str(report.errors[1].place) == "data/clusters/afil.trig:20"


def test_reports_overlaps_as_notes(assets: Assets) -> None:
    replace(assets.data / "passages" / "afil.ttl", "ctl:endLine 3", "ctl:endLine 5")
    report = verify_source(assets, DOCUMENT, update=True)
    assert report.errors == []
    assert [finding.kind for finding in report.notes] == ["overlap"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ctl:startLine 5", "ctl:startLine 4", "must be passage:p-0004"),
        ("ctl:endLine 6", "ctl:endLine 99", "not in the document"),
        ("ctl:endLine 6", "ctl:endLine 4", "not in the document"),
        ("ctl:endLine 6", 'ctl:endLine "x"', "whole numbers"),
        ("    ctl:endLine 6 ;\n", "", "exactly one"),
    ],
)
def test_reports_badly_written_passages(assets: Assets, old: str, new: str, problem: str) -> None:
    replace(assets.data / "passages" / "afil.ttl", old, new)
    report = verify_source(assets, DOCUMENT)
    assert "bad-passage" in kinds(report)
    assert problem in report.errors[0].message
    text = (assets.data / "passages" / "afil.ttl").read_text()
    document = DocumentText(DOCUMENT.read_bytes())
    with pytest.raises(SourceError, match="passage:p-0005"):
        update_passages(text, "p.ttl", document)


def test_goes_on_without_files_that_do_not_parse(assets: Assets) -> None:
    (assets.data / "clusters" / "bad.trig").write_text("a b c")
    (assets.data / "passages" / "bad.ttl").write_text("a b c")
    report = verify_source(assets, DOCUMENT, update=True)
    assert len(report.unreadable) == 2
    assert report.errors == []


def test_refuses_a_document_that_is_not_utf8(assets: Assets, tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes(b"citt\xe0")
    with pytest.raises(RdfSyntaxError, match="not UTF-8"):
        verify_source(assets, path)


def test_json_has_every_count(assets: Assets) -> None:
    report = verify_source(assets, DOCUMENT).as_json()
    assert report["coverage_percent"] == 100.0
    assert report["uncovered_lines"] == []


def test_ranges() -> None:
    assert line_ranges([]) == ""
    assert line_ranges([3, 4, 6]) == "3-4, 6"
