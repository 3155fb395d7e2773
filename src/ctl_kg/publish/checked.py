"""What a validation looked at: how many statements, shapes, constraints and rules.

"No violation" says little without it. A build writes it into ``report.json``.
Source: SHACL §2 (shapes), §4 (core constraint components), §5 (SPARQL-based constraints).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Quad

from ctl_kg.publish.findings import SEVERITIES
from ctl_kg.publish.quality import QUALITY_FOLDER
from ctl_kg.publish.rule_file import read_rules
from ctl_kg.publish.sparql_constraints import SH
from ctl_kg.publish.validation import Project
from ctl_kg.rdf.terms import RDF

# The parameters that each make one constraint; others only refine one of these.
_CONSTRAINTS = {
    SH + name
    for name in (
        "class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive",
        "maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "languageIn",
        "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "not", "and", "or",
        "xone", "node", "qualifiedMinCount", "qualifiedMaxCount", "closed", "hasValue", "in",
        "sparql",
    )
}  # fmt: skip
_SHAPES = (SH + "NodeShape", SH + "PropertyShape")


@dataclass(frozen=True)
class QualityRule:
    """A rule across named graphs: ``severity`` of what it finds, ``title`` by language."""

    iri: str
    severity: str
    title: Mapping[str, str]


@dataclass(frozen=True)
class Checked:
    """What a validation looked at.

    ``shapes`` counts node shapes and property shapes, ``constraints`` what they demand.
    """

    statements: int
    shapes: int
    constraints: int
    rules: tuple[QualityRule, ...]

    def as_json(self) -> dict[str, object]:
        """Return it as JSON members."""
        return {
            "statements": self.statements,
            "shapes": self.shapes,
            "constraints": self.constraints,
            "rules": [
                {"rule": rule.iri, "severity": rule.severity, "title": dict(rule.title)}
                for rule in self.rules
            ],
        }


def what_is_checked(project: Project, statements: int) -> Checked:
    """Return what the validation of a project looks at.

    Args:
        project: as loaded.
        statements: of all its graphs.
    Raises:
        QueryFileError: the header of a quality rule is malformed.
    """
    assets = project.assets
    rules = read_rules(assets.shapes / QUALITY_FOLDER, assets.root, project.base_iri)
    return Checked(
        statements,
        _count_shapes(project.shapes),
        sum(quad.predicate.value in _CONSTRAINTS for quad in project.shapes),
        tuple(
            QualityRule(
                f"{project.base_iri}rules/{rule.slug}",
                str(rule.header.get("severity", "")),
                rule.texts("title"),
            )
            for rule in rules
        ),
    )


def _count_shapes(shapes: Iterable[Quad]) -> int:
    typed = {
        quad.subject
        for quad in shapes
        if quad.predicate.value == RDF + "type"
        and isinstance(quad.object, NamedNode)
        and quad.object.value in _SHAPES
    }
    return len(typed)


def read_checked(document: Mapping[str, Any]) -> Checked | None:
    """Return what a report says of itself; None if it says nothing."""
    found = document.get("checked")
    if not isinstance(found, dict):
        return None
    rules: Sequence[Mapping[str, Any]] = found.get("rules", ())
    return Checked(
        int(found.get("statements", 0)),
        int(found.get("shapes", 0)),
        int(found.get("constraints", 0)),
        tuple(
            QualityRule(str(each["rule"]), str(each["severity"]), dict(each["title"]))
            for each in rules
            if each.get("severity") in SEVERITIES
        ),
    )
