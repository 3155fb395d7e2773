"""Descriptions as views: the page about one resource.

Not here: the parts that other pages share (``statements``, ``source_notes``), lists
(``folder_pages``), what is said about a resource (``publish/description``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ctl_kg.errors import ParameterError
from ctl_kg.publish.description import PAGE_SIZE, Description, Statement
from ctl_kg.publish.formats import DESCRIPTION_FORMATS
from ctl_kg.web.changes_view import changes_view
from ctl_kg.web.citations import cite_view
from ctl_kg.web.embedded import embedded_json_ld
from ctl_kg.web.folder_pages import head_links, pager, parents
from ctl_kg.web.hierarchy import trees
from ctl_kg.web.neighbourhood import neighbourhood_chart
from ctl_kg.web.pages import PageContext
from ctl_kg.web.passage_page import passage_view
from ctl_kg.web.related import related_queries
from ctl_kg.web.resource_view import FocusView, IncomingView, ResourceView
from ctl_kg.web.responses import Links
from ctl_kg.web.shown import shown_date
from ctl_kg.web.site import Site
from ctl_kg.web.source_notes import SourceNotes
from ctl_kg.web.statement_view import ShownGroup
from ctl_kg.web.statements import MOST_VALUES, StatementParts
from ctl_kg.web.titles import about, kinds_of, title_of
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Alternate, Link, Pager

PROPERTY = "property"  # parameters of the page about one property
VALUES_PAGE = "values"


def resource_view(
    site: Site, page: PageContext, description: Description, links: Links = ()
) -> ResourceView:
    """Return the page about one resource; ``links`` are those of its ``Link`` header.

    Raises:
        ParameterError: the address asks for a property that the resource does not have.
    """
    notes = SourceNotes(ViewParts(site, page, description.labels))
    parts = StatementParts(site, page, description.labels, description.definitions, notes)
    title, title_language = title_of(parts, description.iri, description.outgoing)
    text = about(description.outgoing, page.language)
    lead = text.value if text else ""
    lead_language = text.language if text and text.language != page.language else None
    kinds = tuple(parts.link(iri) for iri in kinds_of(parts, description.outgoing))
    focus = _focus(page, parts, description)
    whole = focus is None
    passage = passage_view(site, page, parts, description) if whole else None
    groups = _groups(page, parts, description) if whole else ()
    incoming = _incoming(page, parts, description) if whole else None
    release = page.messages(
        "record.release",
        version=site.manifest.get("version", ""),
        date=shown_date(str(site.manifest.get("released", "")), page.messages),
    )
    return ResourceView(
        title=title,
        title_language=title_language,
        iri=description.iri,
        name=site.curies.shorten(description.iri) or "",
        lead=lead,
        lead_language=lead_language or None,
        description=lead or _summary(page, title, kinds),
        kinds=kinds,
        groups=groups,
        incoming=incoming,
        focus=focus,
        passage=passage,
        around=neighbourhood_chart(site, page, description.iri, title) if whole else None,
        trees=trees(parts, description) if whole else (),
        notes=notes.notes(),
        related=related_queries(site, page, description) if whole else None,
        alternates=alternates(site, page, description.iri),
        cite=cite_view(site, page, description.iri, title, title_language),
        release=release,
        changes=changes_view(site, page, description),
        json_ld=embedded_json_ld(site, page, description, title, lead),
        parents=parents(site, page, parts, description.iri),
        head_links=head_links(links),
    )


def _summary(page: PageContext, title: str, kinds: tuple[Link, ...]) -> str:
    """Return a sentence about a resource that has no description."""
    kind = ", ".join(each.text for each in kinds) or page.messages("record.thing")
    return page.messages("record.summary", title=title, kind=kind)


def _groups(
    page: PageContext, parts: StatementParts, description: Description
) -> tuple[ShownGroup, ...]:
    """Return all that is said about the resource; a property with very many values is cut."""
    shown = []
    for predicate, each in parts.properties(description.outgoing):
        name = parts.site.curies.shorten(predicate) or predicate
        address = page.here(**{PROPERTY: name, VALUES_PAGE: "", "page": ""})
        shown.append((predicate, parts.with_rest(each, address)))
    return parts.groups(shown)


def _focus(page: PageContext, parts: StatementParts, description: Description) -> FocusView | None:
    """Return the property that the address asks for; None if it asks for none."""
    given = dict(page.query)
    name = given.get(PROPERTY, "")
    if not name:
        return None
    iri = parts.site.curies.expand(name) or name
    found = [each for each in description.outgoing if each.predicate.value == iri]
    if not found:
        raise ParameterError(
            PROPERTY,
            f"the resource has no '{name[:80]}'",
            hint="Name one of its properties, as org:hasMember.",
            value=name,
        )
    number, pages = _number(given.get(VALUES_PAGE, "1")), -(-len(found) // MOST_VALUES)
    if number > pages:
        raise ParameterError(VALUES_PAGE, f"there are {pages} pages", value=str(number))
    start = (number - 1) * MOST_VALUES
    shown = parts.property(iri, found[start : start + MOST_VALUES])
    before = page.here(**{VALUES_PAGE: str(number - 1) if number > 2 else ""})
    after = page.here(**{VALUES_PAGE: str(number + 1)})
    back = Link(page.messages("record.whole"), page.here(**{PROPERTY: "", VALUES_PAGE: ""}))
    return FocusView(
        replace(shown, total=len(found)),
        Pager(number, pages, before if number > 1 else None, after if number < pages else None),
        back,
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 1_000_000):
        raise ParameterError(VALUES_PAGE, f"'{text[:20]}' is not a page number", value=text)
    return int(text)


def _incoming(
    page: PageContext, parts: StatementParts, description: Description
) -> IncomingView | None:
    """Return one page of what leads to the resource, by property, with the number of each."""
    if not description.incoming_total:
        return None
    statements: Sequence[Statement] = parts.site.describer.assessed(description.incoming)
    totals = dict(description.incoming_counts)
    properties = tuple(
        replace(each, total=totals[predicate])
        for predicate, each in parts.properties(statements, incoming=True)
    )
    counts, before = [], 0
    for predicate, number in description.incoming_counts:
        start = before // PAGE_SIZE + 1
        here = "" if start == description.page else page.here(page=str(start) if start > 1 else "")
        address = f"{here}#{parts.key(predicate, incoming=True)}"
        counts.append((Link(parts.name(predicate)[0], address), number))
        before += number
    return IncomingView(
        total=description.incoming_total,
        counts=tuple(sorted(counts, key=lambda each: (-each[1], each[0].text))),
        properties=properties,
        pager=pager(page, description.page, description.pages),
    )


def alternates(site: Site, page: PageContext, iri: str) -> tuple[Alternate, ...]:
    """Return the other formats of the document about a resource."""
    return tuple(
        Alternate(
            each.name,
            each.media_type,
            f"{page.root_path}{site.iris.path_of(iri, '.' + each.suffix)}",
        )
        for each in DESCRIPTION_FORMATS
    )
