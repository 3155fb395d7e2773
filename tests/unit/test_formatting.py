"""Authored files in the canonical layout: comments kept or refused, never lost."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_fixture import MINI

from ctl_kg.assets import find_assets
from ctl_kg.errors import FormatError, RdfSyntaxError
from ctl_kg.rdf.formatting import format_file, format_text, replace_text
from ctl_kg.rdf.layout import scan, tokens
from ctl_kg.rdf.loading import project_files

PREFIXES = """@prefix cluster: <https://w3id.org/ctl-kg/data/cluster/> .
@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .
@prefix graph: <https://w3id.org/ctl-kg/data/graph/> .
"""
TRIG = f"""# Head, one.

#   Head, two.
{PREFIXES}
# Of the graph.
graph:p-0002 {{
# Of b.
#   Second line.
cluster:b ctl:p 1 ; ctl:q "# no comment", <urn:x#y> .
    cluster:a ctl:p '''long # no
# comment either''' }}
graph:p-0001 {{ cluster:c ctl:p 1 . }}
"""


def test_comments_stay_with_their_blocks() -> None:
    written = format_text(TRIG, "x.trig")
    assert written.startswith("# Head, one.\n\n#   Head, two.\n\n@prefix cluster:")
    assert "\n# Of the graph.\ngraph:p-0002 {\n    cluster:a\n" in written
    assert "\n    # Of b.\n    #   Second line.\n    cluster:b\n" in written
    assert format_text(written, "x.trig") == written


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("cluster:a ctl:p 1 . # behind", 4, id="behind a statement"),
        pytest.param("cluster:a\n# inside\nctl:p 1 .", 5, id="inside a statement"),
        pytest.param("cluster:a ctl:p 1 .\n# at the end", 5, id="at the end"),
        pytest.param("# away\n\ncluster:a ctl:p 1 .", 4, id="blank line before the subject"),
        pytest.param("# on a blank node\n[] ctl:p 1 .", 4, id="above a blank node"),
        pytest.param("cluster:a ctl:p (\n1 # in a list\n) .", 5, id="in a list"),
        pytest.param(
            "# between\n@prefix skos: <urn:skos> .\ncluster:a ctl:p 1 .", 4, id="prefixes"
        ),
    ],
)
def test_comments_elsewhere_are_refused(text: str, line: int) -> None:
    with pytest.raises(FormatError, match="would be lost") as caught:
        format_text(PREFIXES + text, "x.ttl")
    assert caught.value.line == line
    assert "directly above" in caught.value.hint


def test_a_comment_on_an_empty_graph_is_refused() -> None:
    with pytest.raises(FormatError, match="has no triples"):
        format_text(PREFIXES + "# Empty.\ngraph:p-0001 { }\n", "x.trig")


def test_a_subject_in_two_blocks_becomes_one_with_both_comments() -> None:
    text = PREFIXES + "# One.\ncluster:a ctl:p 1 .\n\n# Two.\ncluster:a ctl:q 2 .\n"
    written = format_text(text, "x.ttl")
    assert "# One.\n# Two.\ncluster:a\n    ctl:p 1 ;\n    ctl:q 2 ;\n.\n" in written


def test_unused_prefixes_go_and_unknown_ones_become_iris() -> None:
    written = format_text(
        "@prefix ex: <urn:ex:> .\n@prefix owl: <urn:o> .\nex:a ex:b ex:c .", "x.ttl"
    )
    assert written == "<urn:ex:a>\n    <urn:ex:b> <urn:ex:c> ;\n.\n"


def test_line_ends_become_lf() -> None:
    assert "\r" not in format_text(
        PREFIXES.replace("\n", "\r\n") + "cluster:a ctl:p 1 .\r\n", "x.ttl"
    )


def test_syntax_errors_are_not_format_errors() -> None:
    with pytest.raises(RdfSyntaxError):
        format_text("cluster:a", "x.ttl")


@pytest.mark.parametrize("path", project_files(find_assets(MINI)), ids=lambda path: path.name)
def test_fixture_is_in_the_canonical_layout(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(text, path.name) == text


def test_every_file_of_the_project_can_be_formatted() -> None:
    assets = find_assets()
    for path in project_files(assets):
        text = path.read_text(encoding="utf-8")
        written = format_text(text, assets.name(path))
        assert format_text(written, assets.name(path)) == written


words = st.sampled_from(
    [
        "cluster:a ctl:p 1 .",
        "cluster:b ctl:p ( 1 2 ) .",
        'cluster:b ctl:q "# x" .',
        "cluster:c ctl:p cluster:a , <urn:a#b> ;\n  ctl:r [ ctl:p '#' ] .",
        "# One comment.\ncluster:d ctl:p 1.5 .",
        '# \'quoted "\ncluster:a ctl:p """#\n# """ .',
    ]
)


@settings(deadline=None)
@given(st.lists(words, max_size=8))
def test_formatting_is_idempotent(statements: list[str]) -> None:
    written = format_text(PREFIXES + "\n".join(statements), "x.ttl")
    assert format_text(written, "x.ttl") == written
    wanted = [s for s in statements if s.startswith("# One")]
    assert written.count("\n# One comment.") == len(wanted)


def test_tokens_tell_comments_from_strings_and_iris() -> None:
    text = '<a#b> "#" \'#\' """#\n#""" a:b\\#c a:d.e .5 1.5 . # yes'
    assert [t.text for t in tokens(text) if t.kind == "comment"] == ["# yes"]
    assert [t.text for t in tokens(text)][4:8] == ["a:b\\#c", "a:d.e", ".5", "1.5"]


def test_blocks_have_lines_and_graphs() -> None:
    blocks = scan(TRIG).blocks
    assert [(block.subject or "").rpartition("/")[2] for block in blocks] == ["b", "a", "c"]
    assert [(block.line, block.end_line) for block in blocks] == [(12, 12), (13, 14), (15, 15)]
    assert (blocks[0].graph or "").endswith("/p-0002")


def test_writing_replaces_the_file_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(PREFIXES + "cluster:a ctl:p 1 .")
    assert format_file(path, "x.ttl", write=False)
    assert path.read_text().endswith("1 .")
    assert format_file(path, "x.ttl")
    assert not format_file(path, "x.ttl")
    assert [p.name for p in tmp_path.iterdir()] == ["x.ttl"]


def test_a_failed_write_leaves_the_file(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OSError, match="irectory"):
        replace_text(target, "x")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
