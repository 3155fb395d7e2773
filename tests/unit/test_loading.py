"""Authored files to quads: which graph, which order, and errors that say what to do."""

from pathlib import Path

import pytest
from project_fixture import BASE, copy_mini, replace
from pyoxigraph import BlankNode, Literal, NamedNode

from ctl_kg.errors import RdfSyntaxError, SourceError
from ctl_kg.rdf.bridge import to_rdflib
from ctl_kg.rdf.loading import graph_slug, load_project, parse_text, read_text
from ctl_kg.rdf.places import Place, Places, SourceText

CTL = "@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .\n"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("ontology/ctl.ttl", "ontology"),
        ("shapes/cluster.ttl", "shapes"),
        ("data/vocabularies/theme.ttl", "vocabularies"),
        ("data/passages/afil.ttl", "provenance"),
        ("data/source.ttl", "provenance"),
        ("data/territory.ttl", "territory"),
        ("data/catalogue.ttl", "catalogue"),
        ("data/clusters/afil.trig", None),
    ],
)
def test_each_file_has_its_graph(name: str, slug: str | None) -> None:
    assert graph_slug(name) == slug


def test_a_file_without_a_graph_is_refused() -> None:
    with pytest.raises(SourceError, match="belongs to no graph"):
        graph_slug("data/more.ttl")


def test_loads_in_the_order_of_paths(tmp_path: Path) -> None:
    files = load_project(copy_mini(tmp_path))
    names = [file.name for file in files]
    assert names == sorted(names)
    graphs = {q.graph_name.value.rpartition("/")[2] for file in files for q in file.quads}  # type: ignore[union-attr]
    assert graphs == {
        "p-0001", "p-0005", "catalogue", "provenance", "vocabularies", "ontology", "shapes",
    }  # fmt: skip


def test_lexical_forms_stay() -> None:
    quads = parse_text(CTL + 'ctl:a ctl:p 01, 1.50, "x"@it .', "x.ttl", graph="urn:g")
    assert [q.object.value for q in quads if isinstance(q.object, Literal)] == ["01", "1.50", "x"]
    assert {q.graph_name for q in quads} == {NamedNode("urn:g")}


def test_blank_nodes_have_the_same_names_each_time(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    runs = [load_project(assets) for _ in range(2)]
    assert runs[0] == runs[1]
    labels = {
        q.object.value for file in runs[0] for q in file.quads if isinstance(q.object, BlankNode)
    }
    assert labels == {f"ontologyctl-n{n}" for n in range(2)} | {
        f"shapescluster-n{n}" for n in range(2)
    }


def test_another_base_goes_through_everything(tmp_path: Path) -> None:
    files = load_project(copy_mini(tmp_path), "https://example.org/k/")
    assert not any(BASE in str(quad) for file in files for quad in file.quads)


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        pytest.param(
            "\nctl:a ctl:p skos:b .",
            3,
            "prefix 'skos:' is not declared",
            "@prefix skos:",
            id="known",
        ),
        pytest.param("ctl:a ctl:p clustr:b .", 2, "prefix 'clustr:'", "'cluster:'", id="near"),
        pytest.param("ctl:a ctl:p qqqqqq:b .", 2, "prefix 'qqqqqq:'", "prefixes.ttl", id="unknown"),
        pytest.param('ctl:a ctl:p "b .\n', 2, "", "quotation mark", id="open string"),
        pytest.param("ctl:a ctl:p <b> .", 2, "scheme", "absolute", id="relative IRI"),
        pytest.param('ctl:a ctl:p "x"@ital_y .', 2, "", "The line reads", id="bad tag"),
        pytest.param("ctl:a ctl:p 1\nctl:b ctl:p 2 .", 3, "", "", id="missing dot"),
        pytest.param("ctl:a ctl:p <<( ctl:a ctl:b ctl:c )>> .", 2, "triple term", "node", id="1.2"),
    ],
)
def test_syntax_errors_say_where_and_what(
    text: str, line: int | None, message: str, hint: str
) -> None:
    with pytest.raises(RdfSyntaxError) as caught:
        parse_text(CTL + text, "data/x.ttl")
    assert caught.value.line == line
    assert caught.value.path == "data/x.ttl"
    assert message in caught.value.message or message in str(caught.value)
    assert hint in caught.value.hint


def test_a_triple_outside_any_graph_is_refused() -> None:
    text = CTL + "ctl:g { ctl:a ctl:p 1 }\n\nctl:b ctl:p 2 ."
    with pytest.raises(RdfSyntaxError, match="outside any graph") as caught:
        parse_text(text, "x.trig")
    assert caught.value.line == 4


def test_bad_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"# a\n# caff\xe8\n")
    with pytest.raises(RdfSyntaxError, match="0xE8 is not UTF-8") as caught:
        read_text(path)
    assert caught.value.line == 2


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.ttl: cannot be read: No such file"):
        read_text(tmp_path / "gone.ttl")


def test_an_error_in_a_project_names_the_file_in_the_project(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    replace(assets.data / "clusters" / "afil.trig", "theme:robotics ;", "thme:robotics ;")
    with pytest.raises(RdfSyntaxError, match=r"^data/clusters/afil\.trig:14: prefix 'thme:'"):
        load_project(assets)


def test_places_prefer_the_line_of_the_term() -> None:
    text = CTL + 'ctl:a ctl:p 1 ;\n    ctl:long-name 2 ;\n    ctl:long 3 ;\n    ctl:q "x" .\n'
    places = Places([SourceText("a.ttl", text)])
    term = "https://w3id.org/ctl-kg/onto/CTL/"
    assert places.find(term + "a") == Place("a.ttl", 2)
    assert places.find(term + "a", terms=[term + "long"]) == Place("a.ttl", 4)
    assert places.find(term + "a", terms=["x"]) == Place("a.ttl", 5)
    assert places.find(term + "a", terms=["nowhere"]) == Place("a.ttl", 2)
    assert places.find(term + "b") is None


def test_places_prefer_the_graph(tmp_path: Path) -> None:
    places = Places(load_project(copy_mini(tmp_path)))
    place = places.find(BASE + "data/cluster/afil", graph=BASE + "data/graph/p-0005")
    assert place == Place("data/clusters/afil.trig", 20)


def test_rdflib_sees_plain_strings_and_lexical_forms() -> None:
    import rdflib

    quads = parse_text(CTL + 'ctl:a ctl:p "MI" , 01 , "x"@it .', "x.ttl", graph="urn:g")
    values = set(to_rdflib(quads).objects())
    assert rdflib.Literal("MI") in values
    assert {str(value) for value in values} == {"MI", "01", "x"}
