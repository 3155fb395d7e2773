"""Evaluate the SPARQL constraints of node shapes on the embedded engine.

pySHACL evaluates them on rdflib, which takes over a minute on data that the embedded engine
checks in a second; a test holds the two to the same findings. Only plain cases are taken
over: ``sh:sparql`` of a node shape with targets of its own. All others stay with pySHACL.
Source: SHACL §5.2 (SPARQL-based constraints), §5.3 (pre-bound variables, results).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolution,
    QuerySolutions,
    Store,
    Variable,
)

from ctl_kg.errors import SourceError
from ctl_kg.publish.findings import SEVERITIES, VIOLATION, Finding
from ctl_kg.rdf.places import Places
from ctl_kg.rdf.terms import RDF, Term, text_of

SH = "http://www.w3.org/ns/shacl#"
_SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
_TYPE = NamedNode(RDF + "type")
_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_SHAPE_LINKS = {SH + local for local in ("node", "property", "not", "qualifiedValueShape")} | {
    RDF + "first"
}
_FORBIDDEN = re.compile(r"\b(MINUS|VALUES|SERVICE)\b", re.IGNORECASE)
_STRINGS_AND_COMMENTS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|<[^<>\s]*>|#[^\n]*")
_NESTED_SELECT = re.compile(r"\bSELECT\b(.*?)(?:\bWHERE\b|\{)", re.IGNORECASE | re.DOTALL)
_BINDS_THIS = re.compile(r"\bWHERE\s*\{\s*[$?]this\s", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")

_Index = Mapping[tuple[str, str], Sequence[Term]]


@dataclass(frozen=True)
class SparqlConstraint:
    """One ``sh:sparql`` of a node shape that has targets."""

    shape: str
    constraint: str
    query: str
    severity: str
    message: Mapping[str, str]
    mend: Mapping[str, str]


def take_over(
    shapes: Sequence[Quad], how_to_mend: str, places: Places
) -> tuple[list[SparqlConstraint], list[Quad]]:
    """Split the shapes: constraints to evaluate here, and the statements left for pySHACL.

    Args:
        shapes: the shapes, with the prefix declarations that they use.
        how_to_mend: IRI of the property that holds a shape's advice.
        places: where the shapes are written, for messages.
    Raises:
        SourceError: a query uses what SHACL forbids in constraints.
    """
    index = _index(shapes)
    _check_queries(shapes, places)
    referred = {q.object for q in shapes if q.predicate.value in _SHAPE_LINKS}
    taken: list[SparqlConstraint] = []
    left: list[Quad] = []
    for quad in shapes:
        shape = quad.subject
        if quad.predicate.value == SH + "sparql":
            _refuse_without_focus(index, shape, referred, places)
        if (
            quad.predicate.value != SH + "sparql"
            or shape in referred
            or not isinstance(shape, NamedNode)
            or not isinstance(quad.object, NamedNode)
            or index.get((shape.value, SH + "path"))
            or not any(index.get((shape.value, SH + target)) for target in _TARGETS)
        ):
            left.append(quad)
            continue
        if not _is_deactivated(index, shape.value, quad.object.value):
            taken.append(_constraint(index, shape.value, quad.object.value, how_to_mend))
    return taken, left


def _refuse_without_focus(
    index: _Index, shape: object, referred: Collection[object], places: Places
) -> None:
    """Refuse a constraint that no engine would ever run: its shape has no focus nodes.

    Raises:
        SourceError: the shape has no target and no other shape refers to it.
    """
    if not isinstance(shape, NamedNode) or shape in referred:
        return
    if any(index.get((shape.value, SH + target)) for target in _TARGETS):
        return
    place = places.find(shape.value)
    raise SourceError(
        f"<{shape.value}> has sh:sparql but no target, and no shape refers to it: it never runs",
        path=place.file if place else "shapes",
        line=place.line if place else None,
        hint="Add sh:targetClass, or sh:node from a shape that has a target.",
    )


def run_constraints(
    constraints: Iterable[SparqlConstraint], data: Iterable[Quad], shapes: Sequence[Quad]
) -> list[Finding]:
    """Return the findings of constraints over the union of ``data``.

    Raises:
        SourceError: a query does not parse or fails.
    """
    default = DefaultGraph()
    store = Store()
    store.bulk_extend(Quad(q.subject, q.predicate, q.object, default) for q in data)
    index = _index(shapes)
    found: list[Finding] = []
    focus_nodes: dict[str, list[Term]] = {}
    for constraint in constraints:
        if _has_no_row(constraint, store):
            continue
        shape = constraint.shape
        if shape not in focus_nodes:
            focus_nodes[shape] = _targets(index, shape, store)
        for focus in focus_nodes[shape]:
            found += _evaluate(constraint, focus, store)
    return found


def _has_no_row(constraint: SparqlConstraint, store: Store) -> bool:
    """Tell whether the query gives nothing for any node at all, in one evaluation.

    Binding ``$this`` can only take rows away if the pattern itself binds it first, so this
    is asked only where the pattern begins with ``$this``. On good data it spares one
    evaluation for each focus node.
    """
    if not _BINDS_THIS.search(constraint.query):
        return False
    try:
        result = store.query(constraint.query)
    except (SyntaxError, ValueError, RuntimeError):
        return False  # the evaluation proper tells what is wrong
    return isinstance(result, QuerySolutions) and next(result, None) is None


def _index(quads: Iterable[Quad]) -> _Index:
    index: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for quad in quads:
        key = ("_:" if isinstance(quad.subject, BlankNode) else "") + text_of(quad.subject)
        if isinstance(quad.object, NamedNode | BlankNode | Literal):
            index[key, quad.predicate.value].append(quad.object)
    return dict(index)


def _is_deactivated(index: _Index, *nodes: str) -> bool:
    return any(
        term.value == "true" for node in nodes for term in index.get((node, SH + "deactivated"), ())
    )


def _constraint(index: _Index, shape: str, constraint: str, how_to_mend: str) -> SparqlConstraint:
    selects = index.get((constraint, SH + "select"), ())
    if len(selects) != 1:
        raise SourceError(f"<{constraint}> needs exactly one sh:select", path="shapes")
    severity = [t.value.removeprefix(SH) for t in index.get((shape, SH + "severity"), ())]
    return SparqlConstraint(
        shape,
        constraint,
        _prefix_lines(index, constraint) + selects[0].value,
        severity[0] if severity and severity[0] in SEVERITIES else VIOLATION,
        _texts(index, SH + "message", constraint, shape),
        _texts(index, how_to_mend, shape, constraint),
    )


def _prefix_lines(index: _Index, constraint: str) -> str:
    lines = []
    for owner in index.get((constraint, SH + "prefixes"), ()):
        for declaration in index.get((owner.value, SH + "declare"), ()):
            key = ("_:" if isinstance(declaration, BlankNode) else "") + declaration.value
            prefix, namespace = index[key, SH + "prefix"], index[key, SH + "namespace"]
            lines.append(f"PREFIX {prefix[0].value}: <{namespace[0].value}>\n")
    return "".join(sorted(lines))


def _texts(index: _Index, term: str, *nodes: str) -> dict[str, str]:
    """Return the texts of the first node that has any, by language."""
    for node in nodes:
        found = sorted(index.get((node, term), ()), key=str)
        texts = {(t.language if isinstance(t, Literal) else "") or "": t.value for t in found}
        if texts:
            fallback = texts.get("") or texts.get("en") or next(iter(texts.values()))
            return {language: texts.get(language, fallback) for language in ("it", "en")}
    return {}


def _targets(index: _Index, shape: str, store: Store) -> list[Term]:
    nodes: set[Term] = set(index.get((shape, SH + "targetNode"), ()))
    for target in index.get((shape, SH + "targetClass"), ()):
        for kind in _with_subclasses(target, store):
            nodes.update(quad.subject for quad in store.quads_for_pattern(None, _TYPE, kind))  # type: ignore[misc]
    for target in index.get((shape, SH + "targetSubjectsOf"), ()):
        found = store.quads_for_pattern(None, NamedNode(target.value), None)
        nodes.update(quad.subject for quad in found)  # type: ignore[misc]
    for target in index.get((shape, SH + "targetObjectsOf"), ()):
        found = store.quads_for_pattern(None, NamedNode(target.value), None)
        nodes.update(quad.object for quad in found)  # type: ignore[misc]
    return sorted(nodes, key=str)


def _with_subclasses(kind: Term, store: Store) -> set[NamedNode]:
    found: set[NamedNode] = set()
    pending = [kind]
    while pending:
        current = pending.pop()
        if isinstance(current, NamedNode) and current not in found:
            found.add(current)
            below = store.quads_for_pattern(None, _SUBCLASS, current)
            pending += [quad.subject for quad in below]  # type: ignore[misc]
    return found


def _evaluate(constraint: SparqlConstraint, focus: Term, store: Store) -> list[Finding]:
    try:
        result = store.query(constraint.query, substitutions={Variable("this"): focus})
        if not isinstance(result, QuerySolutions):
            raise SourceError(
                f"<{constraint.constraint}>: sh:select must be a SELECT", path="shapes"
            )
        names = [variable.value for variable in result.variables]
        return [_finding(constraint, focus, _bound(row, names)) for row in result]
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise SourceError(
            f"the query of <{constraint.constraint}> failed: {str(error).splitlines()[0]}",
            path="shapes",
            hint="sh:select must be SPARQL 1.1 that selects $this.",
        ) from error


def _bound(row: QuerySolution, names: Iterable[str]) -> dict[str, Term]:
    values: dict[str, Term] = {}
    for name in names:
        value = row[name]
        if isinstance(value, NamedNode | BlankNode | Literal):
            values[name] = value
    return values


def _finding(constraint: SparqlConstraint, focus: Term, values: Mapping[str, Term]) -> Finding:
    if "failure" in values and values["failure"].value == "true":
        raise SourceError(f"<{constraint.constraint}> reports a failure", path="shapes")
    texts = {name: value.value for name, value in values.items()} | {"this": focus.value}
    own = texts.get("message")
    message = {"it": own, "en": own} if own else constraint.message
    return Finding(
        severity=constraint.severity,
        focus=focus.value,
        rule=constraint.shape,
        component=SH + "SPARQLConstraintComponent",
        message={
            language: _PLACEHOLDER.sub(lambda m: texts.get(m.group(1), m.group()), text)
            for language, text in message.items()
        },
        mend=constraint.mend,
        path=texts.get("path"),
        value=texts.get("value", focus.value),
    )


def _check_queries(shapes: Iterable[Quad], places: Places) -> None:
    """Refuse queries that SHACL §5.3.1 (and appendix A) does not allow in a constraint."""
    for quad in shapes:
        if quad.predicate.value != SH + "select":
            continue
        text = _STRINGS_AND_COMMENTS.sub(" ", text_of(quad.object))
        problem = _FORBIDDEN.search(text)
        message = f"{problem.group(1).upper()} is not allowed here" if problem else ""
        for nested in _NESTED_SELECT.finditer(text):
            if "this" not in re.findall(r"[?$](\w+)", nested.group(1)):
                message = "each SELECT, nested ones too, must select $this"
        if message:
            place = places.find(text_of(quad.subject), terms=[SH + "select"])
            raise SourceError(
                f"the query of <{text_of(quad.subject)}>: {message}",
                path=place.file if place else "shapes",
                line=place.line if place else None,
                hint="SHACL pre-binds $this: rewrite the query with FILTER and nested groups.",
            )
