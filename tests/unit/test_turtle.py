"""The writer: one graph, one text; and nothing is lost on the way."""

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_fixture import environment
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from ctl_kg.errors import FormatError
from ctl_kg.namespaces import prefixes
from ctl_kg.rdf.terms import RDF, XSD, TermWriter, escape
from ctl_kg.rdf.turtle import write_trig, write_turtle

TABLE = prefixes()
EX = "https://w3id.org/ctl-kg/data/cluster/"

iris = st.sampled_from([EX + "a", EX + "b", EX, EX + "x/y", "urn:x:1", RDF + "type", RDF + "nil"])
nodes = st.builds(NamedNode, iris)
blanks = st.builds(BlankNode, st.sampled_from(["b0", "b1", "b2", "b3", "b4", "b5"]))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
literals = st.one_of(
    st.builds(Literal, texts),
    st.builds(lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["it", "en"])),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        st.sampled_from(["1", "01", "+1", "1.", ".5", "1.50", "1e3", "1.E3", "true", "1", "x", ""]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "gYear"]),
    ),
)
predicates = st.builds(
    NamedNode,
    st.sampled_from([RDF + "type", RDF + "first", RDF + "rest", EX + "p", "urn:p#q"]),
)
quads = st.builds(
    Quad,
    st.one_of(nodes, blanks),
    predicates,
    st.one_of(nodes, blanks, literals),
    st.sampled_from([NamedNode(EX + "g"), NamedNode("urn:g")]),
)


def canonical(found: list[Quad]) -> Dataset:
    dataset = Dataset(found)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def read(text: str) -> list[Quad]:
    return list(parse(text.encode(), format=RdfFormat.TRIG))


def body(text: str) -> str:
    """Return the text without its prefixes."""
    return text[text.index("\n\n") + 2 :]


def turtle(text: str) -> str:
    declared = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in TABLE.items())
    return body(write_turtle(parse((declared + text).encode(), format=RdfFormat.TURTLE), TABLE))


@settings(max_examples=300, deadline=None)
@given(st.lists(quads, max_size=12))
def test_round_trip_is_isomorphic(found: list[Quad]) -> None:
    assert canonical(read(write_trig(found, TABLE))) == canonical(found)


@settings(max_examples=200, deadline=None)
@given(st.lists(quads, max_size=12), st.randoms(use_true_random=False))
def test_text_depends_on_the_graph_only(found: list[Quad], chance: random.Random) -> None:
    names = [f"b{n}" for n in range(6)]
    chance.shuffle(names)

    def renamed(term: object) -> object:
        return BlankNode("z" + names[int(term.value[1])]) if isinstance(term, BlankNode) else term

    others = [
        Quad(renamed(q.subject), q.predicate, renamed(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in found
    ]
    chance.shuffle(others)
    assert write_trig(others, TABLE) == write_trig(found, TABLE)


def test_layout_follows_the_conventions() -> None:
    assert turtle(
        'cluster:b skos:prefLabel "B"@en , "Bi"@it ; ctl:x 2 , 1.0 , true ; dct:title "t" ;'
        ' dct:description "d"@it ; a ctl:Z , ctl:A . cluster:a ctl:p cluster:b .'
        " <https://w3id.org/ctl-kg/z> a owl:Ontology ."
    ) == (
        "<https://w3id.org/ctl-kg/z>\n    a owl:Ontology ;\n.\n\n"
        "cluster:a\n    ctl:p cluster:b ;\n.\n\n"
        "cluster:b\n    a ctl:A ;\n    a ctl:Z ;\n"
        '    skos:prefLabel "Bi"@it ;\n    skos:prefLabel "B"@en ;\n'
        '    dct:description "d"@it ;\n'
        "    ctl:x 1.0 ;\n    ctl:x 2 ;\n    ctl:x true ;\n"
        '    dct:title "t" ;\n.\n'
    )


def test_shapes_start_with_path_and_end_with_messages() -> None:
    lines = turtle(
        'ctlsh:s sh:message "m"@en ; sh:severity sh:Info ; sh:datatype xsd:string ;'
        ' ctl:howToMend "h"@en ; sh:path ctl:p ; a sh:PropertyShape .'
    ).splitlines()
    order = ["a", "sh:path", "sh:datatype", "sh:severity", "sh:message", "ctl:howToMend"]
    assert [line.split()[0] for line in lines[1:-1]] == order


def test_lists_and_blank_nodes_stand_inline() -> None:
    written = turtle("cluster:a ctl:l ( 1 [ ctl:p 2 ] () ) ; ctl:b [] , [ ctl:q ( 3 4 ) ] .")
    assert written == (
        "cluster:a\n"
        "    ctl:b [\n        ctl:q ( 3 4 ) ;\n    ] ;\n"
        "    ctl:b [] ;\n"
        "    ctl:l (\n        1\n        [\n            ctl:p 2 ;\n        ]\n        ()\n    ) ;\n"
        ".\n"
    )


def test_graphs_are_sorted_and_only_used_prefixes_declared() -> None:
    found = [
        Quad(NamedNode(EX + "a"), NamedNode(EX + "p"), Literal("x"), NamedNode(name))
        for name in ("urn:g2", "urn:g1")
    ]
    assert write_trig(found, TABLE) == (
        f"@prefix cluster: <{EX}> .\n\n"
        '<urn:g1> {\n    cluster:a\n        cluster:p "x" ;\n    .\n}\n\n'
        '<urn:g2> {\n    cluster:a\n        cluster:p "x" ;\n    .\n}\n'
    )


def test_nothing_gives_an_empty_file() -> None:
    assert write_turtle([], TABLE) == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('"', '\\"'),
        ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\x00\x1f\x7f", "\\u0000\\u001F\\u007F"),
        ("\u2028\u202e\ufeff", "\\u2028\\u202E\\uFEFF"),
        ("città 😀", "città 😀"),
        ("\\u0041", "\\\\u0041"),
    ],
)
def test_escapes(text: str, written: str) -> None:
    assert escape(text) == written


@pytest.mark.parametrize(
    ("lexical", "datatype", "written"),
    [
        ("01", "integer", "01"),
        ("+1", "integer", "+1"),
        ("1.50", "decimal", "1.50"),
        ("1.", "decimal", '"1."^^xsd:decimal'),
        ("1e3", "double", "1e3"),
        ("1", "double", '"1"^^xsd:double'),
        ("1", "boolean", '"1"^^xsd:boolean'),
        ("1\n", "integer", '"1\\n"^^xsd:integer'),
        ("144", "nonNegativeInteger", '"144"^^xsd:nonNegativeInteger'),
        ("x", "string", '"x"'),
    ],
)
def test_short_forms_keep_the_lexical_form(lexical: str, datatype: str, written: str) -> None:
    assert (
        TermWriter(TABLE).literal(Literal(lexical, datatype=NamedNode(XSD + datatype))) == written
    )


@given(texts.map(lambda text: f'SELECT "\n{text}'))
def test_texts_of_queries_keep_their_line_breaks(query: str) -> None:
    quad = Quad(NamedNode(EX + "s"), NamedNode("http://www.w3.org/ns/shacl#select"), Literal(query))
    written = write_turtle([quad], TABLE)
    assert '"""SELECT "\n' in written
    assert read(written) == [quad]


def test_text_direction_is_refused() -> None:
    quad = next(iter(read('<urn:a> <urn:b> "x"@it--ltr .')))
    with pytest.raises(FormatError, match="direction"):
        write_turtle([quad], TABLE)


def test_shared_and_cyclic_blank_nodes_get_stable_labels() -> None:
    program = (
        "import pyoxigraph as o; from ctl_kg.rdf.turtle import write_turtle;"
        "text = b'_:x <urn:p> _:y . _:y <urn:p> _:x . <urn:a> <urn:p> _:x , _:w .';"
        "quads = o.parse(text, format=o.RdfFormat.TURTLE, rename_blank_nodes=True);"
        "print(write_turtle(quads, {}))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env=environment(),
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert "_:c14n" in runs.pop()
