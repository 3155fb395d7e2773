"""What the page that says how two resources are linked is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.chart_view import Chart
from ctl_kg.web.views import CoverageNote, Link, Mark, Option


@dataclass(frozen=True)
class WhyEnd:
    """One of the two resources that are asked about, as it was written."""

    name: str
    label: str
    value: str
    error: str = ""
    suggestions: tuple[Link, ...] = ()


@dataclass(frozen=True)
class WhyHop:
    """One link in words; ``also`` are further links between the same two resources."""

    text: str
    marks: tuple[Mark, ...]
    also: tuple[WhyHop, ...] = ()


@dataclass(frozen=True)
class WhyPath:
    """One path: its resources, its links in words, and where the query that proves it runs."""

    resources: tuple[Link, ...]
    hops: tuple[WhyHop, ...]
    inferred: str
    proof: str


@dataclass(frozen=True)
class WhyView:
    """How two resources are linked: why.html.

    Scripts ask ``suggestions`` for names while one types; ``base`` is that of our resources.
    """

    template: ClassVar[str] = "why.html"
    title: str
    ends: tuple[WhyEnd, ...]
    action: str
    suggestions: str
    base: str
    kept: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    examples: tuple[Link, ...]
    error: str = ""
    asked: tuple[Link, ...] = ()
    summary: str = ""
    longer: Link | None = None
    paths: tuple[WhyPath, ...] = ()
    notes: tuple[str, ...] = ()
    near: tuple[tuple[Link, tuple[WhyHop, ...]], ...] = ()
    in_common: tuple[Link, ...] = ()
    coverage: tuple[CoverageNote, ...] = ()
    downloads: tuple[Link, ...] = ()
    swapped: str = ""
    chart: Chart | None = None
