"""What the page of one resource is given: resource.html.

Plain values only: no store, no request. Addresses are ready to stand in ``href``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.changes_view import ChangesView
from ctl_kg.web.chart_view import Chart
from ctl_kg.web.citations import CiteView
from ctl_kg.web.hierarchy import Tree
from ctl_kg.web.passage_page import PassageView
from ctl_kg.web.related import RelatedQueries
from ctl_kg.web.statement_view import ShownGroup, ShownProperty, SourceNote
from ctl_kg.web.views import Alternate, HeadLink, Link, Pager


@dataclass(frozen=True)
class IncomingView:
    """What leads here: one page of the statements, and how many there are by property.

    ``counts`` are links to where each property starts, with the number of its statements.
    """

    total: int
    counts: tuple[tuple[Link, int], ...]
    properties: tuple[ShownProperty, ...]
    pager: Pager


@dataclass(frozen=True)
class FocusView:
    """One property alone, page by page, where it has too many values for the whole page."""

    property: ShownProperty
    pager: Pager
    back: Link


@dataclass(frozen=True)
class ResourceView:
    """A page about one resource.

    Args:
        title: its name, and ``title_language`` if that is not the page's; so with ``lead``.
        iri: its public IRI; ``name`` is the CURIE, if it has one.
        description: the page in a sentence, for search engines.
        groups: what is said about it; empty on a page about one property (``focus``).
        notes: where all the statements of the page come from.
        release: version and date of the data, in words.
        changes: what changed since the release before.
    """

    template: ClassVar[str] = "resource.html"
    title: str
    title_language: str | None
    iri: str
    name: str
    lead: str
    lead_language: str | None
    description: str
    kinds: tuple[Link, ...]
    groups: tuple[ShownGroup, ...]
    incoming: IncomingView | None
    focus: FocusView | None
    passage: PassageView | None
    around: Chart | None
    trees: tuple[Tree, ...]
    notes: tuple[SourceNote, ...]
    related: RelatedQueries | None
    alternates: tuple[Alternate, ...]
    cite: CiteView
    release: str
    changes: ChangesView
    json_ld: str
    parents: tuple[Link, ...]
    head_links: tuple[HeadLink, ...]
