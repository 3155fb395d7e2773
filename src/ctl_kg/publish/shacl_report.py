"""Read the validation report that pySHACL gives as an rdflib graph.

Imports rdflib, which is slow: only the process that runs the engine needs this module.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Literal, Node

from ctl_kg.publish.findings import SEVERITIES, WARNING, Finding
from ctl_kg.publish.sparql_constraints import SH

_PATH_KINDS = (
    ("inversePath", "^", ""),
    ("zeroOrMorePath", "", "*"),
    ("oneOrMorePath", "", "+"),
    ("zeroOrOnePath", "", "?"),
)


def _term(local: str) -> URIRef:
    return URIRef(SH + local)


class ReportReader:
    """Turns ``sh:ValidationResult`` nodes into findings."""

    def __init__(self, report: Graph, shapes: Graph, how_to_mend: str) -> None:
        self._report = report
        self._shapes = shapes
        self._how_to_mend = URIRef(how_to_mend)

    def findings(self) -> list[Finding]:
        """Return the findings in no particular order, without places."""
        return [self._finding(result) for result in self._report.objects(None, _term("result"))]

    def _finding(self, result: Node) -> Finding:
        shape = self._value(result, "sourceShape")
        constraint = self._value(result, "sourceConstraint")
        severity = str(self._value(result, "resultSeverity")).removeprefix(SH)
        path = self._value(result, "resultPath")
        value = self._value(result, "value")
        return Finding(
            severity=severity if severity in SEVERITIES else WARNING,
            focus=str(self._value(result, "focusNode")),
            rule=_rule(shape, constraint),
            component=str(self._value(result, "sourceConstraintComponent")),
            message=self._message(result),
            mend=self._mend([shape, constraint]),
            path=None if path is None else self._path(path),
            value=None if value is None else str(value),
        )

    def _value(self, node: Node, local: str) -> Node | None:
        return self._report.value(node, _term(local))

    def _message(self, result: Node) -> dict[str, str]:
        return _in_both(_by_language(self._report.objects(result, _term("resultMessage"))))

    def _mend(self, nodes: Iterable[Node | None]) -> dict[str, str]:
        """Return the advice of the first node that has any."""
        for node in nodes:
            found = [] if node is None else self._shapes.objects(node, self._how_to_mend)
            texts = _by_language(found)
            if texts:
                return _in_both(texts)
        return {}

    def _path(self, node: Node) -> str:
        """Return a property path as SPARQL writes it; a plain property is just its IRI."""
        if isinstance(node, URIRef):
            return str(node)
        graph = self._report if (node, None, None) in self._report else self._shapes
        for local, before, after in _PATH_KINDS:
            inner = graph.value(node, _term(local))
            if inner is not None:
                return f"{before}{self._step(inner)}{after}"
        either = graph.value(node, _term("alternativePath"))
        steps = [self._step(item) for item in Collection(graph, either or node)]
        return ("|" if either is not None else "/").join(steps)

    def _step(self, node: Node) -> str:
        return f"<{node}>" if isinstance(node, URIRef) else f"({self._path(node)})"


def _rule(shape: Node | None, constraint: Node | None) -> str:
    """Return the IRI of the shape; an anonymous shape goes by the constraint's IRI."""
    for node in (shape, constraint):
        if node is not None and not isinstance(node, BNode):
            return str(node)
    return SH + "Shape"


def _in_both(texts: dict[str, str]) -> dict[str, str]:
    """Return an Italian and an English text; what is missing is taken from the others."""
    fallback = texts.get("") or texts.get("en") or next(iter(texts.values()), "")
    return {language: texts.get(language, fallback) for language in ("it", "en")}


def _by_language(nodes: Iterable[Node]) -> dict[str, str]:
    """Return texts by language tag; of several in one language, the alphabetically first."""
    texts: dict[str, str] = {}
    for node in sorted(nodes, key=str):
        language = node.language if isinstance(node, Literal) else None
        texts.setdefault(language or "", str(node))
    return texts
