"""What the pages of ``/quality`` are given: plain values, ready to stand in the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from ctl_kg.web.views import Link, Mark, Option, Pager, Value


@dataclass(frozen=True)
class Tab:
    """One of the pages about quality, with how many items it lists."""

    link: Link
    count: int
    is_here: bool


@dataclass(frozen=True)
class Filter:
    """A facet to choose a value of; ``more`` values are not shown."""

    name: str
    label: str
    options: tuple[Option, ...]
    more: int


@dataclass(frozen=True)
class ListParts:
    """What the pages of all three lists have: form, number of items, pages, downloads."""

    action: str
    filters: tuple[Filter, ...]
    total: int
    first: int
    last: int
    all: int
    clear: str
    pager: Pager
    downloads: tuple[Link, ...]


@dataclass(frozen=True)
class RuleView:
    """A rule across named graphs that was checked."""

    name: str
    severity: str


@dataclass(frozen=True)
class CheckedView:
    """What was checked, as numbers ready to be shown."""

    statements: str
    shapes: str
    constraints: str
    rules: tuple[RuleView, ...]


@dataclass(frozen=True)
class FindingView:
    """One finding; ``place`` is file and line, ``mend`` only where it is not that of its rule."""

    focus: Link
    message: str
    path: str
    value: Link | None
    place: str
    mend: str


@dataclass(frozen=True)
class RuleFindings:
    """The findings of one rule on this page."""

    rule: Link
    severity: str
    kind: str
    mend: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class ClusterRow:
    """How many findings, anomalies and inferred links concern a cluster, each with its list."""

    cluster: Link
    counts: tuple[Link, ...]


@dataclass(frozen=True)
class QualityView:
    """What was checked and what was found: quality.html."""

    template: ClassVar[str] = "quality.html"
    title: str
    description: str
    tabs: tuple[Tab, ...]
    checked: CheckedView | None
    severities: tuple[tuple[str, str, int], ...]  # kind, name, how many
    clusters: tuple[ClusterRow, ...]
    rules: tuple[tuple[Link, int], ...]
    reports: tuple[Link, ...]
    parts: ListParts
    groups: tuple[RuleFindings, ...]


@dataclass(frozen=True)
class AnomalyView:
    """One anomaly; ``stated`` are values of the graph, ``more`` how many are not shown."""

    kind: str
    target: Link
    on_property: Link
    read: str
    believed: str
    stated: tuple[Value, ...]
    more: int
    rationale: str
    marks: tuple[Mark, ...]
    section: Link | None
    record: Link


@dataclass(frozen=True)
class AnomaliesView:
    """The anomalies of the source: anomalies.html."""

    template: ClassVar[str] = "anomalies.html"
    title: str
    description: str
    tabs: tuple[Tab, ...]
    stock: Link
    parts: ListParts
    anomalies: tuple[AnomalyView, ...]


@dataclass(frozen=True)
class InferredView:
    """One inferred link, as subject, property and object, with the alternatives to each end."""

    subject: Link
    predicate: Link
    object: Link
    other_subjects: tuple[Link, ...]
    other_objects: tuple[Link, ...]
    printed: str
    basis: Link
    asserted: bool
    rationale: str
    marks: tuple[Mark, ...]
    section: Link | None
    record: Link


@dataclass(frozen=True)
class InferredLinksView:
    """The inferred links that wait for a review: inferred.html."""

    template: ClassVar[str] = "inferred.html"
    title: str
    description: str
    tabs: tuple[Tab, ...]
    stock: Link
    parts: ListParts
    links: tuple[InferredView, ...]


AnyQualityView: TypeAlias = QualityView | AnomaliesView | InferredLinksView
