"""Graphs in every format: the same graph, whatever its values."""

import io
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from ctl_kg.errors import NotAcceptableError
from ctl_kg.publish.formats import (
    DATASET_FORMATS,
    DESCRIPTION_FORMATS,
    GRAPH_FORMATS,
    HTML,
    LINKSET_FORMATS,
    Format,
    GraphWriter,
    formats_for,
    offers,
    read_context,
)

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
WRITER = GraphWriter(BASE, read_context(MINI))


def _literal(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#" + datatype))


P = ox.NamedNode(BASE + "onto/CTL/memberCount")
S = ox.NamedNode(BASE + "data/cluster/afil")
LABEL = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
TRIPLES = [
    ox.Triple(S, P, _literal("007", "nonNegativeInteger")),
    ox.Triple(S, P, _literal("2022-05", "gYearMonth")),
    ox.Triple(S, P, _literal("not a number", "integer")),
    ox.Triple(S, LABEL, ox.Literal('Fabbrica\r\n\t"x" & <y>', language="it")),
    ox.Triple(S, LABEL, ox.Literal("Factory", language="en")),
    ox.Triple(S, LABEL, ox.Literal("AFIL", language="en")),
    ox.Triple(S, LABEL, ox.Literal("untagged")),
    ox.Triple(S, ox.NamedNode("http://example.org/1,2"), ox.NamedNode("http://example.org/è")),
    ox.Triple(S, ox.NamedNode(BASE + "onto/CTL/referenceEcosystem"), S),
    ox.Triple(S, P, ox.BlankNode("b")),
    ox.Triple(ox.BlankNode("b"), P, ox.Literal("below")),
]
RDFLIB_NAMES = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}


def _graph(body: bytes, suffix: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=body, format=RDFLIB_NAMES[suffix])


@pytest.mark.parametrize("suffix", [each.suffix for each in GRAPH_FORMATS if each.suffix != "rdf"])
def test_every_format_carries_the_same_graph(suffix: str) -> None:
    kind = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD,
            "nt": ox.RdfFormat.N_TRIPLES}[suffix]  # fmt: skip
    found = ox.Dataset(ox.parse(WRITER.write(TRIPLES, suffix), format=kind))
    expected = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in TRIPLES)
    for dataset in (found, expected):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected


def test_rdf_xml_carries_the_same_graph() -> None:
    # RDF/XML has no name for a property whose IRI ends in a number.
    writable = [t for t in TRIPLES if "1,2" not in t.predicate.value]
    expected = _graph(ox.serialize(writable, format=ox.RdfFormat.N_TRIPLES) or b"", "nt")
    assert isomorphic(_graph(WRITER.write(writable, "rdf"), "rdf"), expected)


@pytest.mark.parametrize("suffix", [each.suffix for each in GRAPH_FORMATS])
def test_the_order_of_triples_does_not_matter(suffix: str) -> None:
    named = [t for t in TRIPLES if "1,2" not in t.predicate.value and "_:" not in str(t)]
    assert WRITER.write(named, suffix) == WRITER.write(named[::-1] + named[:2], suffix)


def test_an_empty_graph_is_valid() -> None:
    for each in GRAPH_FORMATS:
        assert len(_graph(WRITER.write([], each.suffix), each.suffix)) == 0


def test_rdf_xml_refuses_what_it_cannot_carry() -> None:
    with pytest.raises(NotAcceptableError):
        WRITER.write([ox.Triple(S, P, ox.Literal("a\x01"))], "rdf")


def test_a_prefix_never_captures_an_iri() -> None:
    eco = ox.NamedNode("eco:friendly")
    body = WRITER.write([ox.Triple(S, ox.NamedNode("http://e.org/p"), eco)], "jsonld")
    assert next(iter(ox.parse(body, format=ox.RdfFormat.JSON_LD))).object == eco


def test_json_ld_is_compact_and_self_contained() -> None:
    body = WRITER.write(TRIPLES[3:4], "jsonld").decode()
    assert '"cluster:afil"' in body
    assert '"prefLabel"' in body
    assert "memberCount" not in body  # only what is used


def test_lists_survive() -> None:
    text = b"<x:s> <x:p> ( 3 1 2 ) ."
    triples = [q.triple for q in ox.parse(io.BytesIO(text), format=ox.RdfFormat.TURTLE)]
    for suffix in ("ttl", "jsonld", "nt", "rdf"):
        if suffix == "rdf":
            continue  # x:p has no XML name
        assert isomorphic(_graph(WRITER.write(triples, suffix), suffix), _graph(text, "ttl"))


def test_main_types_come_before_aliases_and_generic_types() -> None:
    names = list(offers(formats_for("SELECT")))
    assert names[0] == "application/sparql-results+json"
    assert names.index("text/csv") < names.index("application/json")
    assert offers(GRAPH_FORMATS)["application/json"].suffix == "jsonld"
    assert [each.suffix for each in formats_for("ASK")] == ["json", "xml"]


G, H = ox.NamedNode(BASE + "data/graph/p-0001"), ox.NamedNode("geo:45,9")
QUADS = [
    *(ox.Quad(t.subject, t.predicate, t.object, G) for t in TRIPLES if "_:" not in str(t)),
    ox.Quad(S, LABEL, ox.Literal("AFIL", language="en"), H),
    ox.Quad(S, LABEL, ox.Literal("AFIL", language="en")),
    ox.Quad(G, LABEL, ox.Literal("Lines 1–5", language="en"), G),
]
DATASET_KINDS = {
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
}


@pytest.mark.parametrize("suffix", DATASET_KINDS)
def test_named_graphs_survive_and_bytes_are_stable(suffix: str) -> None:
    written = WRITER.write_dataset(QUADS, suffix)
    assert set(ox.parse(written, format=DATASET_KINDS[suffix])) == set(QUADS)
    assert WRITER.write_dataset(QUADS[::-1] + QUADS[:3], suffix) == written


def test_large_datasets_are_written_alike() -> None:
    many = [ox.Quad(S, P, ox.Literal(str(n)), H if n % 2 else G) for n in range(20_001)]
    for suffix, kind in DATASET_KINDS.items():
        written = WRITER.write_dataset(many, suffix)
        assert set(ox.parse(written, format=kind)) == set(many)
        assert WRITER.write_dataset(many[::-1], suffix) == written


@pytest.mark.parametrize("each", DATASET_FORMATS)
def test_a_graph_without_name_can_be_written_as_a_dataset(each: Format) -> None:
    written = WRITER.write(TRIPLES, each.suffix)
    found = ox.Dataset(ox.parse(written, format=DATASET_KINDS[each.suffix]))
    expected = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in TRIPLES)
    for dataset in (found, expected):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected


def test_suffixes_and_media_types_are_unique() -> None:
    every = (*DESCRIPTION_FORMATS, HTML, *LINKSET_FORMATS)
    assert len({each.suffix for each in every}) == len(every)
    names = [name for each in every for name in (each.media_type, *each.aliases)]
    assert len(set(names)) == len(names)
