"""Coverage notes on pages and in ``Link`` headers.

Not here: what a note is, and which concern an answer (``publish/coverage``).
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request

from ctl_kg.publish.coverage import Note, in_language
from ctl_kg.web.pages import PageContext
from ctl_kg.web.requests import site_path
from ctl_kg.web.responses import Links
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import CoverageNote, Link

_RELATION = {"rel": "describedby"}  # RFC 8288; its target describes the answer


def on_page(site: Site, page: PageContext, notes: Iterable[Note]) -> tuple[CoverageNote, ...]:
    """Return notes as a page shows them."""
    parts = ViewParts(site, page, {})
    return tuple(_shown(site, parts, note) for note in notes)


def _shown(site: Site, parts: ViewParts, note: Note) -> CoverageNote:
    language = parts.page.language
    # A passage and the graph drawn from it have the same name.
    graphs = [iri.replace("/data/passage/", "/data/graph/") for iri in note.passages]
    return CoverageNote(
        link=Link(in_language(note.label, language), parts.href(note.iri)),
        extent=Link(in_language(note.extent_label, language), parts.href(note.extent)),
        kind=note.kind,
        text=in_language(note.text, language),
        marks=tuple(parts.mark(site.describer.source(graph), None) for graph in graphs),
    )


def links(request: Request, site: Site, notes: Iterable[Note]) -> Links:
    """Return links to notes, for the formats that cannot hold them."""
    return [(site_path(request, site.iris.path_of(note.iri) or ""), _RELATION) for note in notes]
