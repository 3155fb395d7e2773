"""Validation: shapes, quality rules, closed vocabulary, and reports about them."""

import json
from collections.abc import Callable
from dataclasses import replace as changed
from pathlib import Path

import pytest
from project_fixture import BASE, copy_mini, replace
from pyoxigraph import RdfFormat, parse

from ctl_kg.assets import Assets, find_assets
from ctl_kg.errors import QueryFileError, SourceError
from ctl_kg.publish.findings import Finding, ordered
from ctl_kg.publish.report import (
    conforms,
    console_lines,
    report_html,
    report_json,
    report_turtle,
)
from ctl_kg.publish.shacl import prefix_declarations, run_shapes
from ctl_kg.publish.sparql_constraints import run_constraints, take_over
from ctl_kg.publish.validation import extra_file, load, validate

MEND = BASE + "onto/CTL/howToMend"
TRIG = "data/clusters/afil.trig"


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


def found(assets: Assets) -> list[Finding]:
    return validate(load(assets), check_shapes=False)


def test_the_fixture_has_one_note(assets: Assets) -> None:
    findings = validate(load(assets))
    assert [(f.severity, f.rule) for f in findings] == [("Info", BASE + "rules/small-cluster")]
    assert findings[0].message == {"it": "Solo 144 soci.", "en": "Only 144 members."}
    assert str(findings[0].place) == f"{TRIG}:21"


def test_a_missing_label_is_a_violation_with_advice(assets: Assets) -> None:
    path = assets.root / TRIG
    path.write_text("\n".join(x for x in path.read_text().split("\n") if "prefLabel" not in x))
    finding = found(assets)[0]
    assert finding.severity == "Violation"
    assert finding.rule == BASE + "shapes/Cluster-label"
    assert finding.path == "http://www.w3.org/2004/02/skos/core#prefLabel"
    assert finding.component.endswith("#MinCountConstraintComponent")
    assert finding.mend == {"it": "Aggiungete skos:prefLabel.", "en": "Add skos:prefLabel."}
    assert str(finding.place) == f"{TRIG}:10"


def test_a_warning_does_not_stop_a_build(assets: Assets) -> None:
    replace(assets.root / TRIG, "theme:robotics", "graph:p-0001")
    findings = found(assets)
    assert findings[0].severity == "Warning"
    assert conforms(findings)
    assert str(findings[0].place) == f"{TRIG}:14"


def test_sparql_constraints_give_value_path_and_message(assets: Assets) -> None:
    replace(assets.root / TRIG, "ctl:members 144", "ctl:members 2000")
    finding = found(assets)[0]
    assert finding.rule == BASE + "shapes/Cluster-members"
    assert finding.message["en"] == "2000 members are too many."
    assert finding.path == BASE + "onto/CTL/members"
    assert finding.value == "2000"
    assert finding.mend["en"] == "Check the number."


@pytest.mark.parametrize("members", ["144", "2000"])
def test_both_engines_agree_on_sparql_constraints(assets: Assets, members: str) -> None:
    if members != "144":
        replace(assets.root / TRIG, "ctl:members 144", f"ctl:members {members}")
    project = load(assets)
    shapes = [*project.shapes, *prefix_declarations(project.asserted)]
    constraints, rest = take_over(shapes, MEND, project.places)
    assert len(constraints) == 1
    ours = run_constraints(constraints, project.data, shapes)
    ours += run_shapes(project.data, rest, MEND, check_shapes=False)
    theirs = run_shapes(project.data, shapes, MEND, check_shapes=False)
    # pySHACL drops the language tags of messages with placeholders, so texts are left out.
    assert [(f.key(), f.mend) for f in ordered(ours)] == [
        (f.key(), f.mend) for f in ordered(theirs)
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  FILTER (?value > 1000)\n", "  MINUS { $this a ctl:X }\n", "MINUS is not allowed"),
        ("  FILTER (?value > 1000)\n", "  { SELECT ?value WHERE { ?x ?y ?value } }\n", "nested"),
        ("$this ctl:members ?value", "$this ctl:members ?value ?value", "failed"),
        ("    a sh:SPARQLConstraint ;", "    a sh:SPARQLRule ;", "sh:SPARQLRule is not evaluated"),
        ("sh:class skos:Concept ;", "sh:expression true ;", "sh:expression is not evaluated"),
        ("sh:class skos:Concept ;", "sh:js [] ;", "sh:js is not evaluated"),
        ("    sh:class skos:Concept ;", "    sh:klass skos:Concept ;", "sh:klass is not evaluated"),
    ],
)
def test_what_an_engine_would_skip_is_refused(
    assets: Assets, old: str, new: str, message: str
) -> None:
    replace(assets.shapes / "cluster.ttl", old, new)
    with pytest.raises(SourceError, match=message):
        found(assets)


def test_shapes_are_checked_themselves(assets: Assets) -> None:
    replace(assets.shapes / "cluster.ttl", "sh:minCount 1", 'sh:minCount "one"')
    with pytest.raises(SourceError, match="the shapes cannot be used"):
        validate(load(assets))


@pytest.mark.parametrize(
    ("old", "new", "message", "mend", "line"),
    [
        (
            "ctl:theme",
            "ctl:themes",
            "ctl:themes is not a term of the ontology.",
            "Did you mean ctl:theme?",
            14,
        ),
        (
            "ctl:TechnologyCluster",
            "ctl:TechnologyClustr",
            "ctl:TechnologyClustr is not a term",
            "ctl:TechnologyCluster",
            11,
        ),
        (
            "theme:robotics",
            "theme:robotic",
            "theme:robotic is referred to, but no file",
            "theme:robotics",
            14,
        ),
        (
            "theme:robotics",
            "<https://w3id.org/ctl-kg/data/clusters/x>",
            "no file describes it",
            "Mend",
            14,
        ),
    ],
)
def test_unknown_terms_and_dangling_iris(
    assets: Assets, old: str, new: str, message: str, mend: str, line: int
) -> None:
    replace(
        assets.root / TRIG,
        f"{old} ;" if old[0] == "t" else f" {old} ",
        f"{new} ;" if old[0] == "t" else f" {new} ",
    )
    finding = found(assets)[0]
    assert finding.severity == "Violation"
    assert message in finding.message["en"]
    assert mend in finding.mend["en"]
    assert str(finding.place) == f"{TRIG}:{line}"


def test_an_iri_outside_every_namespace_is_refused(assets: Assets) -> None:
    path = assets.root / TRIG
    path.write_text(path.read_text().replace("data/cluster/>", "data/clusters/>"))
    messages = [finding.message["en"] for finding in found(assets)]
    assert any("stands in no namespace of the project" in message for message in messages)


def edit_rule(old: str, new: str) -> Callable[[Assets], None]:
    return lambda assets: replace(assets.shapes / "qc" / "small-cluster.rq", old, new)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (edit_rule('"Info"', '"Bad"'), "severity is 'Bad'"),
        (edit_rule("#+ message", "#+ massage"), "needs 'message'"),
        (edit_rule("SELECT ?focus", "SELECT ?fokus"), "at least \\?focus"),
        (edit_rule("WHERE {", "WHERE"), "does not parse"),
    ],
)
def test_bad_quality_rules_are_named(
    assets: Assets, edit: Callable[[Assets], None], message: str
) -> None:
    edit(assets)
    with pytest.raises(QueryFileError, match=message) as caught:
        found(assets)
    assert caught.value.path == "shapes/qc/small-cluster.rq"


def test_extra_data_is_validated_with_the_project(assets: Assets, tmp_path: Path) -> None:
    extra = tmp_path / "extra.ttl"
    extra.write_text(
        "@prefix cluster: <https://w3id.org/ctl-kg/data/cluster/> .\n"
        "@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .\n\n"
        "cluster:new a ctl:TechnologyCluster .\n"
    )
    finding = validate(load(assets, extra=[extra_file(extra)]), check_shapes=False)[0]
    assert finding.focus == BASE + "data/cluster/new"
    assert str(finding.place) == f"{extra}:4"


FINDING = Finding(
    severity="Violation",
    focus=BASE + "data/cluster/afil",
    rule=BASE + "shapes/Cluster-label",
    component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
    message={"it": "Manca <b>.", "en": "Missing <b>."},
    mend={"it": "Aggiungete.", "en": "Add."},
    path="http://www.w3.org/2004/02/skos/core#prefLabel",
)


def test_reports_are_complete_and_the_same_each_time() -> None:
    findings = ordered([changed(FINDING, value="x"), FINDING, FINDING])
    assert len(findings) == 2
    document = json.loads(report_json(findings))
    assert document["conforms"] is False
    assert document["counts"] == {"Violation": 2, "Warning": 0, "Info": 0}
    assert document["findings"][0]["mend"] == {"it": "Aggiungete.", "en": "Add."}
    turtle = report_turtle(findings, BASE)
    assert turtle == report_turtle(findings[::-1], BASE)
    quads = list(parse(turtle.encode(), format=RdfFormat.TURTLE))
    assert not any("_:" in str(quad) for quad in quads)
    assert sum(quad.predicate.value.endswith("#result") for quad in quads) == 2


def test_the_html_report_speaks_both_languages_and_escapes() -> None:
    page = report_html([FINDING], BASE)
    assert "Manca &lt;b&gt;." in page
    assert "Missing &lt;b&gt;." in page
    assert "ctlsh:Cluster-label" in page
    assert "<script" not in page
    assert "http-equiv" not in page
    assert "I dati sono conformi" in report_html([], BASE)


def test_console_lines_start_with_the_place() -> None:
    from ctl_kg.rdf.places import Place

    lines = console_lines([changed(FINDING, place=Place("data/a.trig", 7))], BASE)
    assert lines == [
        "data/a.trig:7: violation: cluster:afil: Missing <b>. [ctlsh:Cluster-label]",
        "  Add.",
    ]


def test_complex_paths_are_written_as_sparql_does(assets: Assets) -> None:
    shapes = assets.shapes / "cluster.ttl"
    replace(shapes, "sh:path ctl:theme ;", "sh:path ( ctl:theme [ sh:inversePath ctl:partOf ] ) ;")
    replace(shapes, "sh:class skos:Concept ;", "sh:minCount 1 ;")
    finding = found(assets)[0]
    assert finding.path == f"<{BASE}onto/CTL/theme>/(^<{BASE}onto/CTL/partOf>)"
    assert "resultPath" not in report_turtle([finding], BASE)


def test_the_project_of_this_package_loads() -> None:
    project = load(find_assets())
    assert project.asserted
    assert not any("_:" in str(quad) for quad in project.derived)


@pytest.mark.parametrize(
    ("written", "kept"),
    [('"1.50"^^xsd:decimal', "1.5"), ('"7"^^xsd:nonNegativeInteger', "integer")],
)
def test_literals_that_the_engine_would_change_are_refused(
    assets: Assets, written: str, kept: str
) -> None:
    replace(assets.root / TRIG, "ctl:members 144", f"ctl:members 144, {written}")
    replace(
        assets.root / TRIG,
        "@prefix theme:",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n@prefix theme:",
    )
    [finding] = [f for f in validate(load(assets)) if f.rule.endswith("stable-literal")]
    assert finding.severity == "Violation"
    assert finding.focus == BASE + "data/cluster/afil"
    assert kept in finding.mend["en"]


def test_a_constraint_that_would_never_run_is_refused(assets: Assets) -> None:
    text = (assets.shapes / "cluster.ttl").read_text()
    shape = "\nctlsh:Stray\n    a sh:NodeShape ;\n    sh:sparql ctlsh:Stray-sparql ;\n.\n"
    (assets.shapes / "cluster.ttl").write_text(text + shape)
    with pytest.raises(SourceError, match="Stray> has sh:sparql but no target"):
        validate(load(assets))
