"""What we say in schema.org's terms."""

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.schema_org import CLASSES, PROPERTIES, SCHEMA, SchemaOrg

BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes(BASE))
MAP = SchemaOrg(BASE)
AFIL = BASE + "data/cluster/afil"


def said(*pairs: tuple[str, NamedNode | Literal]) -> list[Triple]:
    return [
        Triple(NamedNode(AFIL), NamedNode(CURIES.expand(name) or name), value)
        for name, value in pairs
    ]


def test_the_tables_name_terms_by_known_prefixes() -> None:
    assert [name for name in (*CLASSES, *PROPERTIES) if CURIES.expand(name) is None] == []
    assert all(name.isalnum() for name in (*CLASSES.values(), *PROPERTIES.values()))


def test_classes_and_properties_are_mapped_and_the_rest_is_left_out() -> None:
    cluster = NamedNode(BASE + "onto/CTL/TechnologyCluster")
    found = MAP.triples(
        AFIL,
        said(
            ("rdf:type", cluster),
            ("skos:prefLabel", Literal("AFIL", language="it")),
            ("ctl:notStated", NamedNode("x:y")),
            ("schema:foundingDate", Literal("2013")),
        ),
    )
    assert {(t.predicate.value.rpartition("/")[2], str(t.object)) for t in found} == {
        ("22-rdf-syntax-ns#type", f"<{SCHEMA}Organization>"),
        ("name", '"AFIL"@it'),
        ("foundingDate", '"2013"'),
    }


def test_statements_about_others_are_left_out_and_the_unknown_is_a_thing() -> None:
    other = Triple(NamedNode("x:s"), NamedNode(CURIES.expand("skos:prefLabel") or ""), Literal("x"))
    found = MAP.triples(AFIL, [other])
    assert [t.object for t in found] == [NamedNode(SCHEMA + "Thing")]
