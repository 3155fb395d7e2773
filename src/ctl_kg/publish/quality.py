"""Run the quality rules of ``shapes/qc``: each row of a SELECT is a finding.

``?focus`` is required; ``?path`` and ``?value`` are shown; any variable may stand in the
message as ``{?name}``. Every file in the folder runs; its severity decides what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, QuerySolution, QuerySolutions, Store

from ctl_kg.errors import QueryFileError
from ctl_kg.publish.findings import SEVERITIES, Finding
from ctl_kg.publish.rule_file import RuleFile, read_rules

QUALITY_FOLDER = "qc"
COMPONENT = "http://www.w3.org/ns/shacl#SPARQLConstraintComponent"
_PLACEHOLDER = re.compile(r"\{\?(\w+)\}")


def run_quality_rules(
    quads: Iterable[Quad], shapes: Path, root: Path, base_iri: str
) -> list[Finding]:
    """Return the findings of every rule; the default graph is the union of the named graphs.

    Raises:
        QueryFileError: a rule's header or query is malformed.
    """
    rules = read_rules(shapes / QUALITY_FOLDER, root, base_iri)
    if not rules:
        return []
    store = Store()
    found = list(quads)
    store.bulk_extend(found)
    default = DefaultGraph()
    store.bulk_extend(Quad(q.subject, q.predicate, q.object, default) for q in found)
    return [finding for rule in rules for finding in _run(rule, store, base_iri)]


def _run(rule: RuleFile, store: Store, base_iri: str) -> list[Finding]:
    severity = rule.header.get("severity")
    if severity not in SEVERITIES:
        raise QueryFileError(
            f"severity is {severity!r}",
            path=rule.name,
            line=1,
            hint="One of: Violation, Warning, Info.",
        )
    rule.texts("title")
    message, mend = rule.texts("message"), rule.texts("mend")
    try:
        result = store.query(rule.text)
    except SyntaxError as error:
        raise QueryFileError(
            f"the rule does not parse: {error.msg}", path=rule.name, line=error.lineno
        ) from error
    if not isinstance(result, QuerySolutions) or "focus" not in {v.value for v in result.variables}:
        raise QueryFileError("a quality rule must be a SELECT of at least ?focus", path=rule.name)
    names = [variable.value for variable in result.variables]
    findings = []
    for row in result:
        values = _values(row, names)
        if "focus" not in values:
            raise QueryFileError(
                "a row of the quality rule binds no ?focus",
                path=rule.name,
                hint="Bind ?focus outside OPTIONAL, to the node that must be mended.",
            )
        findings.append(
            Finding(
                severity=severity,
                focus=values["focus"],
                rule=f"{base_iri}rules/{rule.slug}",
                component=COMPONENT,
                message=_filled(message, values),
                mend=_filled(mend, values),
                path=values.get("path"),
                value=values.get("value"),
            )
        )
    return findings


def _values(row: QuerySolution, names: Iterable[str]) -> dict[str, str]:
    return {name: row[name].value for name in names if row[name] is not None}


def _filled(texts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    def value(match: re.Match[str]) -> str:
        return values.get(match.group(1), "–")

    return {language: _PLACEHOLDER.sub(value, text) for language, text in texts.items()}
