"""Derived triples: to the end, new ones only, the same each time."""

from pathlib import Path

import pytest
from project_fixture import BASE, MINI, copy_mini
from pyoxigraph import NamedNode

from ctl_kg.errors import QueryFileError, SourceError
from ctl_kg.publish.entailment import derive, load_rules
from ctl_kg.publish.rule_file import RuleFile
from ctl_kg.publish.validation import load
from ctl_kg.rdf.loading import parse_text

DERIVED = "urn:derived"
DATA = parse_text(
    "@prefix e: <urn:e:> . e:g1 { e:a e:next e:b . e:b e:next e:c } e:g2 { e:c e:next e:d }",
    "x.trig",
)


def rule(text: str, name: str = "r") -> RuleFile:
    return RuleFile(name, f"ontology/rules/{name}.rq", {}, "PREFIX e: <urn:e:>\n" + text)


TRANSITIVE = rule("CONSTRUCT { ?a e:next ?c } WHERE { ?a e:next ?b . ?b e:next ?c }")


def test_runs_to_the_end_over_the_union_of_graphs() -> None:
    found = derive(DATA, [TRANSITIVE], DERIVED)
    pairs = [(q.subject.value[-1], q.object.value[-1]) for q in found]  # type: ignore[union-attr]
    assert pairs == [("a", "c"), ("a", "d"), ("b", "d")]
    assert {q.graph_name for q in found} == {NamedNode(DERIVED)}


def test_the_order_of_statements_does_not_matter() -> None:
    assert derive(DATA[::-1], [TRANSITIVE], DERIVED) == derive(DATA, [TRANSITIVE], DERIVED)


def test_known_triples_are_not_derived() -> None:
    assert derive(DATA, [rule("CONSTRUCT WHERE { ?a e:next ?b }")], DERIVED) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CONSTRUCT { ?a e:p [] } WHERE { ?a e:next ?b }", "makes a blank node"),
        ("SELECT ?a WHERE { ?a e:next ?b }", "must be a CONSTRUCT"),
        ("CONSTRUCT { ?a e:p } WHERE", "does not parse"),
    ],
)
def test_bad_rules_are_named(text: str, message: str) -> None:
    with pytest.raises(QueryFileError, match=message) as caught:
        derive(DATA, [rule(text)], DERIVED)
    assert caught.value.path == "ontology/rules/r.rq"


def test_rules_without_an_end_are_stopped() -> None:
    growing = rule(
        "CONSTRUCT { ?a e:n ?m } WHERE { ?a e:next ?b OPTIONAL { ?a e:n ?k } "
        "BIND(COALESCE(?k, 0) + 1 AS ?m) }"
    )
    with pytest.raises(SourceError, match="still add triples"):
        derive(DATA, [growing], DERIVED)


def test_the_fixture_derives_types_and_parts() -> None:
    from ctl_kg.assets import find_assets

    derived = {(q.subject.value, q.object.value) for q in load(find_assets(MINI)).derived}  # type: ignore[union-attr]
    theme = BASE + "controlled-vocabulary/theme/"
    assert (theme + "robotics", theme + "all") in derived
    assert (BASE + "data/cluster/afil", "http://www.w3.org/ns/org#Organization") in derived


def test_a_header_that_is_not_toml_is_named(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    (assets.ontology / "rules" / "z.rq").write_text("#+ title = {\nCONSTRUCT {} WHERE {}")
    with pytest.raises(QueryFileError, match=r"ontology/rules/z\.rq:1: the header is not TOML"):
        load_rules(assets.ontology, assets.root, BASE)


def test_no_rules_no_triples(tmp_path: Path) -> None:
    assert load_rules(tmp_path, tmp_path, BASE) == []
    assert derive(DATA, [], DERIVED) == []
