"""What validation finds: one dataclass, its order, its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ctl_kg.rdf.places import Place

VIOLATION, WARNING, INFO = "Violation", "Warning", "Info"
SEVERITIES = (VIOLATION, WARNING, INFO)


@dataclass(frozen=True)
class Finding:
    """One result of a shape, a quality rule or a check of ours.

    ``focus`` and ``value`` are IRIs or literal texts, ``path`` a property IRI or a property
    path in SPARQL's notation, ``component`` and ``rule`` IRIs; ``message`` and ``mend`` have
    a text for ``it`` and one for ``en``.
    """

    severity: str
    focus: str
    rule: str
    component: str
    message: Mapping[str, str]
    mend: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None
    value: str | None = None
    place: Place | None = None

    def key(self) -> tuple[int, str, str, str, str, str]:
        """Return a total order: severity, rule, focus, path, component, value."""
        rank = SEVERITIES.index(self.severity)
        path, value = self.path or "", self.value or ""
        return rank, self.rule, self.focus, path, self.component, value

    def as_json(self) -> dict[str, object]:
        """Return the finding as JSON members; absent ones are left out."""
        members: dict[str, object] = {
            "severity": self.severity,
            "focus": self.focus,
            "path": self.path,
            "value": self.value,
            "rule": self.rule,
            "component": self.component,
            "message": dict(self.message),
            "mend": dict(self.mend),
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
        }
        return {name: member for name, member in members.items() if member not in (None, {})}


def read_finding(document: Mapping[str, Any]) -> Finding:
    """Return the finding that :meth:`Finding.as_json` wrote.

    Raises:
        KeyError: a member is missing.
    """
    file, line = document.get("file"), document.get("line")
    return Finding(
        severity=document["severity"],
        focus=document["focus"],
        rule=document["rule"],
        component=document["component"],
        message=document["message"],
        mend=document.get("mend", {}),
        path=document.get("path"),
        value=document.get("value"),
        place=Place(file, line) if file is not None and line is not None else None,
    )


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without duplicates, in their order."""
    unique = {
        (finding.key(), tuple(sorted(finding.message.items()))): finding for finding in findings
    }
    return [unique[key] for key in sorted(unique)]


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, zeros included."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts
