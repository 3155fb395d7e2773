"""Folders as views: the lists of what stands at a path, and of what a resource is offered as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import RDF_TYPE
from ctl_kg.publish.profiles import PROFILES
from ctl_kg.web.folder_view import ListView
from ctl_kg.web.pages import PageContext
from ctl_kg.web.responses import Links, uri
from ctl_kg.web.signposting import Subject
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Entry, HeadLink, Link, Pager

LIST_PAGE = 200


def head_links(links: Links) -> tuple[HeadLink, ...]:
    """Return the links of a document as they stand in the head of its page.

    That is all but items and other profiles, which a head could not tell from formats.
    """
    return tuple(
        HeadLink(parameters["rel"], uri(target), parameters.get("type", ""))
        for target, parameters in links
        if parameters["rel"] != "item" and "formats" not in parameters
    )


def pager(page: PageContext, number: int, pages: int) -> Pager:
    """Return where one is in a long list whose pages differ by ``page`` in the address."""
    return Pager(
        number,
        pages,
        page.here(page=str(number - 1) if number > 2 else "") if number > 1 else None,
        page.here(page=str(number + 1)) if number < pages else None,
    )


def parents(site: Site, page: PageContext, parts: ViewParts, iri: str) -> tuple[Link, ...]:
    """Return the way from the home page to the list that a resource stands in."""
    local = iri[len(site.base_iri) :].partition("#")[0]
    folder = local[: local.rfind("/") + 1]
    return folder_links(site, page, parts, folder)


def folder_links(site: Site, page: PageContext, parts: ViewParts, folder: str) -> tuple[Link, ...]:
    """Return the links to a folder and to those above it, outermost first."""
    found = []
    pieces = folder.split("/")[:-1]
    for depth in range(1, len(pieces) + 1):
        path = "/".join(pieces[:depth]) + "/"
        if site.index.folder(path) is not None:
            found.append(Link(folder_title(site, parts, path), page.url("/" + path)))
    return tuple(found)


def folder_title(site: Site, parts: ViewParts, folder: str) -> str:
    """Return what to call a folder: in words if we have them, else by the scheme's label."""
    words = parts.t.get("folders", folder.rstrip("/"))
    if words:
        return words
    literal = best_literal(
        site.describer.labels(site.base_iri + folder.rstrip("/")), parts.page.language
    )
    return literal.value if literal else folder.rstrip("/").rpartition("/")[2]


def members_of(site: Site, folder: str) -> tuple[str, ...]:
    """Return the resources that stand directly in a folder."""
    found = site.index.folder(folder)
    return found.members if found else ()


def list_view(
    site: Site, page: PageContext, folder: str, number: int, links: Links = ()
) -> ListView:
    """Return one page of a list."""
    found = site.index.folder(folder)
    assert found is not None
    parts = ViewParts(site, page, _profile_labels(site))
    ordered = site.index.ordered(
        folder, page.language, lambda iri: (parts.name(iri)[0].lower(), iri)
    )
    start = (number - 1) * LIST_PAGE
    entries = []
    for iri in ordered[start : start + LIST_PAGE]:
        text, language = parts.name(iri)
        entries.append(Entry(Link(text, parts.href(iri), language), _kind_words(site, parts, iri)))
    notes = {each.note for each in entries}
    if len(notes) == 1 and len(entries) > 1:  # what all are, the title says
        entries = [replace(each, note="") for each in entries]
    title = folder_title(site, parts, folder)
    above = folder_links(site, page, parts, folder)[:-1]
    return ListView(
        title=title,
        description=page.messages.get("folder_texts", folder.rstrip("/")),
        entries=tuple(entries),
        folders=_folders(site, page, parts, found.folders),
        total=len(found.members),
        pager=pager(page, number, pages_of_list(site, folder)),
        alternates=(),
        parents=above,
        head_links=head_links(links),
    )


def _folders(
    site: Site, page: PageContext, parts: ViewParts, folders: Iterable[str]
) -> tuple[Entry, ...]:
    """Return folders by their names, each with the number of its members."""
    entries = (
        Entry(
            Link(folder_title(site, parts, each), page.url("/" + each)),
            str(site.index.count(each) or ""),
        )
        for each in folders
    )
    return tuple(sorted(entries, key=lambda each: each.link.text.casefold()))


def pages_of_list(site: Site, folder: str) -> int:
    """Return how many pages a list fills, at least one."""
    return max(1, -(-site.index.count(folder) // LIST_PAGE))


def _profile_labels(site: Site) -> dict[str, tuple[Literal, ...]]:
    """Return the labels of the profiles, which stand in no graph."""
    return {
        each.iri(site.base_iri): tuple(
            Literal(text, language=language) for language, text in each.titles.items()
        )
        for each in PROFILES
    }


def alternates_view(site: Site, page: PageContext, subject: Subject, links: Links = ()) -> ListView:
    """Return the list of the profiles and formats that a resource is offered in."""
    parts = ViewParts(site, page, _profile_labels(site))
    entries = tuple(
        Entry(
            Link(
                f"{profile.titles[page.language]}: {each.name}",
                page.keep_language(subject.address_of(profile, each)),
            ),
            each.media_type,
        )
        for profile in subject.profiles
        for each in profile.formats
    )
    local = subject.iri[len(site.base_iri) :].partition("#")[0]
    name = folder_title(site, parts, local) if subject.is_folder else parts.name(subject.iri)[0]
    return ListView(
        title=page.messages("alternates.title", name=name),
        description=page.messages("alternates.text"),
        entries=entries,
        folders=(),
        total=len(entries),
        pager=Pager(1, 1, None, None),
        alternates=(),
        parents=folder_links(site, page, parts, local[: local.rfind("/") + 1]),
        head_links=head_links(links),
    )


def _kind_words(site: Site, parts: ViewParts, iri: str) -> str:
    types = sorted(
        quad.object.value
        for quad in site.store.quads(NamedNode(iri), RDF_TYPE)
        if isinstance(quad.object, NamedNode) and site.iris.is_own(quad.object.value)
    )
    return parts.name(types[0])[0] if types else ""
