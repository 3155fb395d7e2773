"""Write a validation report: for machines (SHACL in Turtle, JSON) and for readers (HTML).

Nothing in a report depends on the clock or on chance; results have IRIs made from their
content, so that a report can be compared with the one before it.
Source: SHACL §3.6 (validation report).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.checked import Checked
from ctl_kg.publish.findings import SEVERITIES, VIOLATION, Finding, count_by_severity
from ctl_kg.rdf.terms import RDF, XSD
from ctl_kg.rdf.turtle import write_turtle

SH = "http://www.w3.org/ns/shacl#"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]*\Z")


def conforms(findings: Iterable[Finding]) -> bool:
    """Tell whether a build may go on: no finding is a violation."""
    return all(finding.severity != VIOLATION for finding in findings)


def report_json(findings: Sequence[Finding], checked: Checked | None = None) -> str:
    """Return the report as JSON: conforms, counts by severity, findings in their order.

    Args:
        findings: in their order.
        checked: what was looked at, if all of it was.
    """
    document: dict[str, object] = {
        "conforms": conforms(findings),
        "counts": count_by_severity(findings),
    }
    if checked is not None:
        document["checked"] = checked.as_json()
    document["findings"] = [finding.as_json() for finding in findings]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def report_turtle(findings: Sequence[Finding], base_iri: str) -> str:
    """Return the report as a ``sh:ValidationReport`` without blank nodes.

    ``sh:conforms`` follows the standard (true only without any result). A path that is no
    single property is left out: it would need blank nodes.
    """
    report = NamedNode(f"{base_iri}report")
    no_results = "false" if findings else "true"
    quads = [
        Quad(report, _type(), _sh("ValidationReport")),
        Quad(report, _sh("conforms"), Literal(no_results, datatype=NamedNode(XSD + "boolean"))),
    ]
    for finding in findings:
        result = NamedNode(f"{base_iri}report/{_digest(finding)}")
        quads.append(Quad(report, _sh("result"), result))
        quads += _result(result, finding, base_iri)
    head = [["# What validation found. Written by ctl-kg build."]]
    return write_turtle(quads, prefixes(base_iri), head=head)


def _type() -> NamedNode:
    return NamedNode(RDF + "type")


def _sh(local: str) -> NamedNode:
    return NamedNode(SH + local)


def _digest(finding: Finding) -> str:
    key = json.dumps([finding.key()[1:], sorted(finding.message.items())], ensure_ascii=False)
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _result(result: NamedNode, finding: Finding, base_iri: str) -> list[Quad]:
    quads = [
        Quad(result, _type(), _sh("ValidationResult")),
        Quad(result, _sh("focusNode"), _term(finding.focus)),
        Quad(result, _sh("resultSeverity"), _sh(finding.severity)),
        Quad(result, _sh("sourceShape"), NamedNode(finding.rule)),
        Quad(result, _sh("sourceConstraintComponent"), NamedNode(finding.component)),
    ]
    if finding.path and _IRI.match(finding.path):
        quads.append(Quad(result, _sh("resultPath"), NamedNode(finding.path)))
    if finding.value is not None:
        quads.append(Quad(result, _sh("value"), _term(finding.value)))
    for language, text in finding.message.items():
        quads.append(Quad(result, _sh("resultMessage"), Literal(text, language=language)))
    mend = NamedNode(f"{base_iri}onto/CTL/howToMend")
    for language, text in finding.mend.items():
        quads.append(Quad(result, mend, Literal(text, language=language)))
    return quads


def _term(text: str) -> NamedNode | Literal:
    return (
        NamedNode(text)
        if text.startswith(("http://", "https://")) and _IRI.match(text)
        else Literal(text)
    )


@dataclass(frozen=True)
class RuleGroup:
    """The findings of one rule, for the HTML report."""

    name: str
    severity: str
    findings: tuple[Finding, ...]


def report_html(findings: Sequence[Finding], base_iri: str) -> str:
    """Return the report as one HTML page, Italian and English, grouped by rule."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    curies = Curies(prefixes(base_iri))
    environment = Environment(
        loader=PackageLoader("ctl_kg.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = lambda iri: curies.shorten(iri) or iri
    groups = [
        RuleGroup(rule, severity, tuple(group))
        for (severity, rule), group in groupby(findings, key=lambda f: (f.severity, f.rule))
    ]
    return environment.get_template("report.html").render(
        groups=groups,
        counts=count_by_severity(findings),
        severities=SEVERITIES,
        conforms=conforms(findings),
    )


def console_lines(findings: Iterable[Finding], base_iri: str, *, language: str = "en") -> list[str]:
    """Return a line or two per finding, ``file:line`` first, for the terminal."""
    curies = Curies(prefixes(base_iri))
    lines = []
    for finding in findings:
        where = f"{finding.place}: " if finding.place else ""
        focus = curies.shorten(finding.focus) or f"<{finding.focus}>"
        rule = curies.shorten(finding.rule) or finding.rule
        text = finding.message.get(language) or next(iter(finding.message.values()), "")
        lines.append(f"{where}{finding.severity.lower()}: {focus}: {text} [{rule}]")
        mend = finding.mend.get(language)
        if mend:
            lines.append(f"  {mend}")
    return lines
