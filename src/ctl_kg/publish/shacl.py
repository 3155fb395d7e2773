"""Run the SHACL shapes with pySHACL, and refuse shapes that it would silently skip.

Source: SHACL (W3C Recommendation 2017), core and SHACL-SPARQL. The advanced features
(rules, functions, expressions, targets by query) and SHACL-JS are not used: entailments
are the business of ``entailment``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import NamedNode, Quad

from ctl_kg.errors import SourceError
from ctl_kg.publish.findings import Finding
from ctl_kg.publish.sparql_constraints import SH
from ctl_kg.rdf.places import Places
from ctl_kg.rdf.terms import text_of

# The terms of SHACL that pySHACL 0.40.1 evaluates without advanced mode, or that only describe.
SUPPORTED_TERMS = {
    "NodeShape", "PropertyShape", "Shape", "PropertyGroup", "Severity", "Violation", "Warning",
    "Info", "NodeKind", "IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral",
    "IRIOrLiteral", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "path",
    "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath", "and",
    "or", "not", "xone", "node", "property", "class", "datatype", "nodeKind", "in", "hasValue",
    "closed", "ignoredProperties", "minCount", "maxCount", "minExclusive", "minInclusive",
    "maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "flags", "languageIn",
    "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "qualifiedValueShape",
    "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint", "sparql",
    "SPARQLConstraint", "select", "ask", "prefixes", "prefix", "namespace", "declare",
    "PrefixDeclaration", "ConstraintComponent", "Parameter", "parameter", "optional",
    "labelTemplate", "validator", "nodeValidator", "propertyValidator", "SPARQLAskValidator",
    "SPARQLSelectValidator", "message", "severity", "deactivated", "name", "description",
    "order", "group", "defaultValue",
}  # fmt: skip
_PREFIX_TERMS = {SH + "declare", SH + "prefix", SH + "namespace"}


def check_supported(shapes: Iterable[Quad], places: Places) -> None:
    """Refuse shapes with terms that the engine does not evaluate.

    Raises:
        SourceError: names the term, the shape, the file and the line.
    """
    for quad in shapes:
        for term in (quad.predicate, quad.object):
            if not isinstance(term, NamedNode) or not term.value.startswith(SH):
                continue
            if term.value[len(SH) :] in SUPPORTED_TERMS:
                continue
            place = places.find(text_of(quad.subject), terms=[term.value])
            place = place or places.find_term(term.value)
            raise SourceError(
                f"sh:{term.value[len(SH) :]} is not evaluated by the validator",
                path=place.file if place else "shapes",
                line=place.line if place else None,
                hint="Use a constraint of SHACL core, sh:sparql, or a rule in shapes/qc.",
            )


def check_declarations(declarations: Iterable[Quad], table: Mapping[str, str]) -> None:
    """Refuse ``sh:declare`` statements that give one of our prefixes another namespace.

    Raises:
        SourceError: a constraint would look for terms that nobody uses, and never find any.
    """
    prefixes: dict[object, str] = {}
    namespaces: dict[object, str] = {}
    for quad in declarations:
        texts = {SH + "prefix": prefixes, SH + "namespace": namespaces}.get(quad.predicate.value)
        if texts is not None:
            texts[quad.subject] = text_of(quad.object)
    for node, prefix in prefixes.items():
        namespace = namespaces.get(node)
        if prefix in table and namespace != table[prefix]:
            raise SourceError(
                f"sh:declare says that '{prefix}:' is <{namespace}>",
                path="ontology/prefixes.ttl",
                hint=f"The project's prefix is <{table[prefix]}>.",
            )


def prefix_declarations(quads: Iterable[Quad]) -> list[Quad]:
    """Return the ``sh:declare`` statements among the quads: SPARQL constraints need them."""
    return [quad for quad in quads if quad.predicate.value in _PREFIX_TERMS]


def run_shapes(
    data: Sequence[Quad], shapes: Sequence[Quad], how_to_mend: str, *, check_shapes: bool = True
) -> list[Finding]:
    """Validate the union of ``data`` against ``shapes``.

    Args:
        data: asserted and derived statements; graph names are ignored.
        shapes: the shapes, with the prefix declarations that they use.
        how_to_mend: IRI of the property that holds a shape's advice.
        check_shapes: also validate the shapes with the shapes of SHACL itself.
    Returns:
        Findings in no particular order, without places.
    Raises:
        SourceError: the shapes are not valid SHACL, or a SPARQL constraint fails to run.
    """
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError

    from ctl_kg.publish.shacl_report import ReportReader
    from ctl_kg.rdf.bridge import to_rdflib

    _speed_up()
    logging.getLogger("pyshacl-validate").setLevel(logging.CRITICAL)
    logging.getLogger("pyshacl").setLevel(logging.CRITICAL)
    shapes_graph = to_rdflib(shapes)
    try:
        _, report, text = pyshacl.validate(
            to_rdflib(data),
            shacl_graph=shapes_graph,
            inference="none",
            advanced=False,
            meta_shacl=check_shapes,
            js=False,
        )
    except (ReportableRuntimeError, ShapeLoadError, RuntimeError, ValueError, LookupError) as error:
        raise _broken(str(error)) from error
    if isinstance(report, Exception):
        raise _broken(text)
    return ReportReader(report, shapes_graph, how_to_mend).findings()


def _speed_up() -> None:
    """Let pySHACL 0.40 look constraint parameters up in a set.

    It looks through a list for every triple of every shape and focus node, with rdflib's slow
    comparison: a third of the whole time.
    """
    from pyshacl import shape
    from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP

    parameters = (frozenset(CONSTRAINT_PARAMETERS_MAP), CONSTRAINT_PARAMETERS_MAP)
    vars(shape)["CONSTRAINT_PARAMS"] = parameters


def _shortened(text: str) -> str:
    """Return what matters of the engine's words: focus nodes and messages, if it gives them."""
    lines = [line.strip() for line in text.strip().splitlines()]
    told = [line for line in lines if line.startswith(("Focus Node:", "Message:", "Value Node:"))]
    return "; ".join(dict.fromkeys(told or lines))[:600]


def _broken(text: str) -> SourceError:
    return SourceError(
        f"the shapes cannot be used: {_shortened(text)}",
        path="shapes",
        hint="Mend the shape that is named; sh:select texts must be SPARQL that uses $this.",
    )
