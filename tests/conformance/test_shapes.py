"""The shapes: each constraint on a good and a bad record, and the shapes by themselves.

Constraints of SHACL core are tested on generated records (``shape_cases``), queries on
written ones (``tests/fixtures/shapes``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse
from shape_cases import (
    BAD,
    BAD_NODES,
    CURIES,
    FIXTURES,
    MEND,
    RDF,
    ROOT,
    SH,
    UNCHECKED,
    Case,
    Expected,
    Shapes,
    Term,
    all_shapes,
    declarations,
    generated_cases,
    project,
    sh,
    summary,
    validate,
)

from ctl_kg.errors import SourceError
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.publish import validation
from ctl_kg.publish.findings import VIOLATION, Finding
from ctl_kg.publish.quality import run_quality_rules
from ctl_kg.publish.shacl import check_supported, run_shapes
from ctl_kg.publish.sparql_constraints import run_constraints, take_over
from ctl_kg.rdf.loading import parse_text
from ctl_kg.rdf.places import Places, SourceText

pytestmark = pytest.mark.conformance

RULES = ROOT / "shapes" / "qc"
LANGUAGES = {"it", "en"}
# Shapes on which the reference data have nothing to show; any other without an instance has
# a path or a class that nothing uses, and is wrong.
WITHOUT_INSTANCE = {"FundingProgramme-manager", "Project-continues", "Project-related"}


def local(node: Term) -> str:
    return node.value.removeprefix(DEFAULT_BASE + "shapes/")


def texts(node: Term, predicate: NamedNode) -> dict[str, str]:
    """Return the texts of a shape by language; each language once."""
    found = [v for v in all_shapes().values(node, predicate) if isinstance(v, Literal)]
    assert len({text.language for text in found}) == len(found), (node, predicate)
    return {text.language or "": text.value for text in found}


# Generated cases ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", generated_cases(), ids=str)
def test_generated(case: Case) -> None:
    mutators = BAD_NODES if case.path is None else BAD
    assert case.name in mutators, f"sh:{case.name} has no bad records: add some in shape_cases.py"
    focus, record, origin = case.good()
    assert origin == "data" or local(case.shape) in WITHOUT_INSTANCE
    assert case.findings(record, focus) == [], origin
    for how, edge in case.edges(focus, record):
        assert case.findings(edge, focus) == [], how
    bad_records = case.bad(focus, record)
    assert bad_records
    path = None if case.path is None else str(case.path)
    for bad in bad_records:
        found = case.findings(bad.record, bad.focus)
        assert summary(found) == [(bad.focus.value, path, case.component)], bad.how
        check_texts(case, found[0])


def check_texts(case: Case, finding: Finding) -> None:
    """A finding names the shape and says in both languages what it says."""
    severity = all_shapes().value(case.shape, sh("severity"))
    assert finding.rule == case.shape.value
    assert finding.severity == (severity.value.removeprefix(SH) if severity else VIOLATION)
    assert finding.mend == texts(case.shape, NamedNode(MEND))
    messages = texts(case.shape, sh("message"))
    assert not messages or finding.message == messages


def test_a_new_constraint_needs_bad_records() -> None:
    text = "<urn:x> <http://www.w3.org/ns/shacl#maxExclusive> 3 ."
    shape = NamedNode("urn:x")
    (name,) = Shapes(parse_text(text, "x.ttl")).constraints(shape)
    assert name == "maxExclusive"
    assert name not in BAD


# Written cases -----------------------------------------------------------------------------


def sparql_owners() -> dict[str, Term]:
    """Return the shapes with a constraint by query, by local name."""
    found = [quad for quad in all_shapes().quads if quad.predicate == sh("sparql")]
    owners = {local(quad.subject): quad.subject for quad in found}
    assert len(owners) == len(found), "a shape has two constraints by query"
    return owners


def rule_names() -> list[str]:
    return sorted(path.stem for path in RULES.glob("*.rq"))


def read(path: Path) -> list[Quad]:
    form = RdfFormat.TRIG if path.suffix == ".trig" else RdfFormat.TURTLE
    return list(parse(path=path, format=form))


def test_each_query_has_records() -> None:
    written = {path.name for path in FIXTURES.iterdir() if path.name != "qc"}
    assert written == set(sparql_owners())
    for name in written:
        assert {path.name for path in (FIXTURES / name).iterdir()} == {"good.ttl", "bad.ttl"}


def test_each_rule_has_records() -> None:
    written = {path.name for path in (FIXTURES / "qc").iterdir()}
    assert written == set(rule_names())
    for name in written:
        found = {path.name for path in (FIXTURES / "qc" / name).iterdir()}
        assert found == {"good.trig", "bad.trig"}


def own_statements(shape: Term) -> list[Quad]:
    """Return a shape with its constraint by query, and the prefixes that it uses."""
    shapes = all_shapes()
    nodes = [shape, *shapes.values(shape, sh("sparql"))]
    return [*(quad for node in nodes for quad in shapes.about[node]), *declarations()]


def by_our_engine(record: list[Quad], shapes: list[Quad]) -> list[Finding]:
    constraints, rest = take_over(shapes, MEND, Places([]))
    assert len(constraints) == 1
    assert sh("sparql") not in {quad.predicate for quad in rest}
    return run_constraints(constraints, record, shapes)


def comparable(findings: list[Finding]) -> list[dict[str, object]]:
    """Return findings without their messages: pySHACL hands on one language of a query's."""
    found = [finding.as_json() for finding in findings]
    return sorted(({k: v for k, v in one.items() if k != "message"} for one in found), key=str)


@pytest.mark.parametrize("name", sorted(sparql_owners()))
def test_written(name: str) -> None:
    shapes = own_statements(sparql_owners()[name])
    good, bad = (read(FIXTURES / name / f"{kind}.ttl") for kind in ("good", "bad"))
    assert by_our_engine(good, shapes) == []
    assert validate(good, shapes) == []
    ours, theirs = by_our_engine(bad, shapes), validate(bad, shapes)
    assert summary(ours) == Expected.read(FIXTURES / name / "bad.ttl").results
    assert comparable(ours) == comparable(theirs)
    for finding in ours:
        assert finding.rule == DEFAULT_BASE + "shapes/" + name
        assert set(finding.mend) == LANGUAGES
        (constraint,) = all_shapes().values(sparql_owners()[name], sh("sparql"))
        assert finding.message == texts(constraint, sh("message"))


@pytest.mark.parametrize("name", rule_names())
def test_written_rule(name: str, tmp_path: Path) -> None:
    (tmp_path / "qc").mkdir()
    shutil.copy(RULES / f"{name}.rq", tmp_path / "qc")
    good, bad = (
        run_quality_rules(
            read(FIXTURES / "qc" / name / f"{kind}.trig"), tmp_path, tmp_path, DEFAULT_BASE
        )
        for kind in ("good", "bad")
    )
    assert good == []
    assert summary(bad) == Expected.read(FIXTURES / "qc" / name / "bad.trig").results
    for finding in bad:
        assert finding.rule == f"{DEFAULT_BASE}rules/{name}"
        assert set(finding.message) == set(finding.mend) == LANGUAGES
        assert not any("{?" in text for text in finding.message.values())


# The shapes by themselves ------------------------------------------------------------------


def named_shapes() -> list[Term]:
    return [shape for shape in all_shapes().shapes() if not isinstance(shape, BlankNode)]


def test_the_shapes_conform_to_the_shapes_of_shacl() -> None:
    run_shapes([], [*project().shapes, *declarations()], MEND, check_shapes=True)


def test_a_shape_that_is_not_shacl_is_refused() -> None:
    text = f'<urn:s> a <{SH}NodeShape> ; <{SH}property> [ <{SH}minCount> "one" ] .'
    with pytest.raises(SourceError):
        run_shapes([], parse_text(text, "x.ttl"), MEND, check_shapes=True)


def test_the_engine_evaluates_every_construct() -> None:
    check_supported(project().shapes, project().places)


@pytest.mark.parametrize("shape", named_shapes(), ids=local)
def test_shape_is_documented(shape: Term) -> None:
    shapes = all_shapes()
    needed = [sh("name")]
    says = any(shapes.values(shape, sh(name)) for name in ("severity", "message", "path"))
    if says or shapes.values(shape, sh("sparql")):
        needed += [sh("message"), NamedNode(MEND)]
    for predicate in needed:
        nodes = [shape]
        if predicate == sh("message"):
            nodes = shapes.values(shape, sh("sparql")) or nodes
        for node in nodes:
            found = texts(node, predicate)
            assert set(found) == LANGUAGES, predicate
            assert all(text.strip() == text and text for text in found.values()), predicate
            assert predicate == sh("name") or found["it"] != found["en"], predicate


def test_shapes_have_kinds_and_names_of_ours() -> None:
    kinds = {sh("NodeShape"), sh("PropertyShape")}
    for shape in named_shapes():
        assert shape.value.startswith(DEFAULT_BASE + "shapes/")
        (kind,) = kinds.intersection(all_shapes().values(shape, NamedNode(RDF + "type")))
        has_path = bool(all_shapes().values(shape, sh("path")))
        assert has_path == (kind == sh("PropertyShape")), shape


def referred(shape: Term) -> Iterator[Term]:
    shapes = all_shapes()
    for quad in shapes.about.get(shape, ()):
        if quad.predicate in {sh("property"), sh("node"), sh("qualifiedValueShape")}:
            yield quad.object
        elif quad.predicate in {sh("or"), sh("and"), sh("xone")}:
            yield from shapes.items(quad.object)


def test_each_shape_is_reached_from_a_target() -> None:
    shapes = all_shapes()
    targets = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
    pending: list[Term] = [
        shape for shape in shapes.shapes() if any(shapes.values(shape, sh(t)) for t in targets)
    ]
    reached: set[Term] = set()
    while pending:
        shape = pending.pop()
        if shape not in reached:
            reached.add(shape)
            pending += referred(shape)
    assert [str(shape) for shape in shapes.shapes() if shape not in reached] == []


def test_no_shape_is_deactivated() -> None:
    assert [q.subject for q in all_shapes().quads if q.predicate == sh("deactivated")] == []


def test_nameless_shapes_stand_in_lists_only() -> None:
    for quad in all_shapes().quads:
        if quad.predicate in {sh("property"), sh("node"), sh("sparql")}:
            assert isinstance(quad.object, NamedNode), quad.subject


def test_datatypes_that_the_engine_does_not_check_have_a_pattern() -> None:
    shapes = all_shapes()
    for shape in named_shapes():
        options = [o for node in shapes.values(shape, sh("or")) for o in shapes.items(node)]
        kinds = {v.value for node in [shape, *options] for v in shapes.values(node, sh("datatype"))}
        if kinds & UNCHECKED:
            assert shapes.values(shape, sh("pattern")), shape


@pytest.mark.parametrize(
    "construct",
    [
        "sh:js [ ]",
        "sh:expression ex:any",
        "sh:minCont 1",
        "sh:reifierShape ex:any",
        "sh:rule [ ]",
        "sh:target [ ]",
        "a sh:JSConstraint",
        "sh:severity sh:Fatal",
        "sh:nodeKind sh:Iri",
        "sh:property [ sh:path ex:p ; sh:minCont 1 ]",
    ],
)
def test_an_unsupported_construct_is_refused(construct: str) -> None:
    lines = ["@prefix ex: <urn:ex:> .", f"@prefix sh: <{SH}> .", ""]
    lines += ["ex:shape", "    a sh:NodeShape ;", f"    {construct} ;", "."]
    text, name = "\n".join(lines) + "\n", "shapes/new.ttl"
    wrong = next(
        word
        for word in reversed(construct.split())
        if word in {"sh:js", "sh:expression", "sh:minCont", "sh:reifierShape", "sh:rule"}
        or word in {"sh:target", "sh:JSConstraint", "sh:Fatal", "sh:Iri"}
    )
    with pytest.raises(SourceError) as caught:
        check_supported(parse_text(text, name), Places([SourceText(name, text)]))
    assert f"{wrong} is not evaluated" in str(caught.value)
    if "[ sh:path" not in construct:
        assert (caught.value.path, caught.value.line) == (name, 6)


# Constraints by query ----------------------------------------------------------------------


def test_every_query_runs_on_our_engine() -> None:
    shapes = [*project().shapes, *declarations()]
    constraints, rest = take_over(shapes, MEND, project().places)
    assert sorted(c.shape for c in constraints) == sorted(o.value for o in sparql_owners().values())
    assert sh("sparql") not in {quad.predicate for quad in rest}


def test_each_query_names_a_path() -> None:
    for shape in sparql_owners().values():
        (constraint,) = all_shapes().values(shape, sh("sparql"))
        (select,) = all_shapes().values(constraint, sh("select"))
        assert " AS ?path)" in select.value.split("WHERE")[0], shape


# The project -------------------------------------------------------------------------------


def test_the_project_has_no_violation() -> None:
    findings = validation.validate(project(), check_shapes=False)
    wrong = [
        f"{CURIES.shorten(f.rule)} {CURIES.shorten(f.focus)} {f.place or ''}: {f.message['en']}"
        for f in findings
        if f.severity == VIOLATION
    ]
    assert wrong == []
