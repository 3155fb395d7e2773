"""The routes of resources and lists: which thing, document or list an address means.

``/data/cluster/afil`` is the cluster, ``/data/cluster/afil.ttl`` a document about it, and
``/data/cluster/`` lists what stands there. Each has one address: another way to write it
(case, escapes, a slash too many or too few) answers 308 with the right one, if that exists.
What was withdrawn answers 410 with its successor.

Source: Cool URIs for the Semantic Web §4.2, RFC 3986 §6.2.2, RFC 9110 §15.4.9, §15.5.11.
Not here: what is sent (``documents``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import GoneError, NotFoundError
from ctl_kg.publish.description import RDF_TYPE, Statement
from ctl_kg.publish.formats import DATASET_FORMATS, HTML, LINKSET_FORMATS, Format
from ctl_kg.publish.index import Withdrawal
from ctl_kg.publish.iris import normal_path, split_suffix
from ctl_kg.publish.profiles import ALTERNATES, FULL, LIST_PROFILES, alternates_description
from ctl_kg.web import descriptions, documents
from ctl_kg.web.descriptions import whole_graph
from ctl_kg.web.documents import SUFFIXES
from ctl_kg.web.folder_pages import (
    LIST_PAGE,
    alternates_view,
    list_view,
    members_of,
    pages_of_list,
)
from ctl_kg.web.negotiation import prefers_html
from ctl_kg.web.pages import render
from ctl_kg.web.requests import accept_of, page_number, page_of, raw_path, site_of, site_path
from ctl_kg.web.responses import Representation, moved, respond, uri
from ctl_kg.web.shown import shown_date
from ctl_kg.web.signposting import Link, Place, Subject, document_links
from ctl_kg.web.site import Site

__all__ = ["entity", "whole_graph"]

VARY = ("Accept", "Accept-Language", "Accept-Profile")


@dataclass(frozen=True)
class Target:
    """What an address means: a thing, with a suffix a document about it, or a folder."""

    iri: str
    suffix: str | None = None
    folder: str | None = None


def entity(request: Request) -> Response:
    """Answer for any IRI below the base: thing, document or list."""
    site = site_of(request)
    received = raw_path(request)
    path = normal_path(received)
    version = f"/onto/CTL/{site.manifest.get('version')}"
    if path.startswith(version + "."):  # documents stand at the address without version
        return moved(_here(request, "/onto/CTL" + path[len(version) :]))
    target = find_target(site, path)
    if target is None:
        return _elsewhere(request, site, path)
    if path != received:
        return moved(_here(request, path))
    if target.folder is not None:
        return _list(request, site, target.folder)
    if target.suffix is not None:
        return documents.document(request, site, target.iri, target.suffix)
    return documents.thing(request, site, target.iri)


def find_target(site: Site, path: str) -> Target | None:
    """Return what a path in its normal form means, or None."""
    # A document of a known resource goes before a resource whose own IRI ends like one: the
    # ontology file is a distribution with its own IRI, and that address is the file.
    stem, suffix = split_suffix(path, SUFFIXES)
    iri = find_iri(site, stem) if suffix else None
    if iri is not None:
        return Target(iri, suffix)
    iri = find_iri(site, path)
    if iri is not None and not path.endswith("/"):
        return Target(iri)
    folder = path.removeprefix("/")
    if site.index.folder(folder) is not None:
        return Target(site.base_iri + folder, folder=folder)
    return None


def find_iri(site: Site, path: str) -> str | None:
    """Return the described IRI that a path stands for, or None."""
    # The version IRI names the ontology as it is in this release.
    if path == f"/onto/CTL/{site.manifest.get('version')}":
        path = "/onto/CTL"
    known = (iri for iri in site.iris.candidates(path) if descriptions.exists(site, iri))
    return next((iri for iri in known if iri not in site.index.withdrawn), None)


def _elsewhere(request: Request, site: Site, path: str) -> Response:
    """Lead to the one thing that an address nearly names.

    Raises:
        GoneError: it was withdrawn.
        NotFoundError: there is no such thing, or more than one.
    """
    stem, suffix = split_suffix(path.rstrip("/").lower(), SUFFIXES)
    stem = path[: len(stem)] if suffix else path
    for name, ending in ((path, None), (stem, suffix)):
        for iri in site.iris.candidates(name):
            if iri in site.index.withdrawn:
                raise gone(request, site, site.index.withdrawn[iri])
        near = site.index.alike(name)
        found = site.iris.path_of(near, f".{ending}" if ending else "") if near else None
        if found is not None and found != path and not (ending and found.endswith("/")):
            return moved(_here(request, found))
    raise not_found(site, path)


def _here(request: Request, path: str) -> str:
    """Return a path below the mount point as an address on this server, with the query kept."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    return uri(site_path(request, path)) + (f"?{uri(query)}" if query else "")


def not_found(site: Site, path: str) -> NotFoundError:
    """Return the 404 for a path, with the nearest resources that exist."""
    stem, _ = split_suffix(path, SUFFIXES)
    return NotFoundError(
        "nothing is published at this address",
        suggestions=site.index.suggestions(stem.removeprefix("/")),
        hint="Look in the lists that the home page leads to.",
    )


def gone(request: Request, site: Site, found: Withdrawal) -> GoneError:
    """Return the 410 for a withdrawn IRI: since when, why, and what took its place."""
    page = page_of(request)
    # Programs get English and a plain date, as in every problem document.
    for_people = prefers_html(accept_of(request))
    t = page.messages if for_people else site.messages["en"]
    day = shown_date(found.date, t) if for_people else found.date[:10]
    reason = found.reasons.get(t.language) or next(iter(found.reasons.values()), "")
    text = t("errors.gone_since", date=day, reason=reason)
    if not found.date:
        text = t("errors.gone_undated", reason=reason)
    hint = t("errors.gone_next") if found.successors else ""
    return GoneError(text.strip(), suggestions=found.successors, hint=hint)


def _list(request: Request, site: Site, folder: str) -> Response:
    """Answer with one page of a folder's list."""
    profile = documents.wished_profile(request, site, LIST_PROFILES)
    more = LINKSET_FORMATS if profile is FULL else ()
    chosen = documents.wished_format(request, (*profile.formats, *more))
    number, pages = page_number(request), pages_of_list(site, folder)
    if number > pages:
        raise descriptions.no_such_page(number, pages)
    start = (number - 1) * LIST_PAGE
    shown = members_of(site, folder)[start : start + LIST_PAGE]
    subject = _list_subject(request, site, folder, shown)
    if chosen in LINKSET_FORMATS:
        made = documents.linkset(subject, chosen)
        return respond(
            Representation(made.body, made.content_type, vary=VARY), modified=site.modified
        )
    kept = documents.kept_parameters(request, "_profile", "_mediatype", "lang")
    links = document_links(subject, Place(profile, chosen, number, pages, kept))
    headers = {"content-profile": f"<{uri(profile.iri(site.base_iri))}>"}
    if chosen is HTML:
        body = _list_page(request, site, subject, links, alternates=profile is ALTERNATES)
        language = page_of(request).language
        representation = Representation(body, chosen.content_type, language, VARY, links, headers)
    else:
        body = _list_graph(site, subject, chosen, alternates=profile is ALTERNATES)
        representation = Representation(body, chosen.content_type, None, VARY, links, headers)
    return respond(representation, modified=site.modified)


def _list_subject(request: Request, site: Site, folder: str, shown: Sequence[str]) -> Subject:
    parent = folder.rstrip("/").rpartition("/")[0]
    known = site.index.folder(parent + "/") if parent else None
    return Subject(
        iri=site.base_iri + folder,
        address="/" + folder,
        profiles=LIST_PROFILES,
        base_iri=site.base_iri,
        collection=f"/{parent}/" if known else "",
        items=tuple(shown),
        root_path=str(request.scope.get("root_path", "")),
    )


def _list_page(
    request: Request, site: Site, subject: Subject, links: list[Link], *, alternates: bool
) -> bytes:
    page = page_of(request)
    if alternates:
        return render(alternates_view(site, page, subject, links), page)
    return render(list_view(site, page, subject.address[1:], page_number(request), links), page)


def _list_graph(site: Site, subject: Subject, chosen: Format, *, alternates: bool) -> bytes:
    """Return the types and the labels of what a page of a list holds."""
    if alternates:
        found = alternates_description(
            subject.iri, site.base_iri, subject.profiles, address=subject.iri
        )
        return site.writer.write(found, chosen.suffix)
    quads = descriptions.whole_graph_quads(site, subject.iri)
    if quads and chosen in DATASET_FORMATS:
        return site.writer.write_dataset(descriptions.with_provenance(site, quads), chosen.suffix)
    if quads:
        return site.writer.write((quad.triple for quad in quads), chosen.suffix)
    statements = [each for iri in subject.items for each in list_statements(site, iri)]
    return descriptions.write_statements(site, statements, chosen)


def list_statements(site: Site, iri: str) -> list[Statement]:
    """Return the types and the labels of a resource."""
    kinds = site.store.quads(NamedNode(iri), RDF_TYPE)
    found = [
        Statement(q.subject, q.predicate, q.object, (q.graph_name.value,))
        for q in kinds
        if isinstance(q.graph_name, NamedNode) and not isinstance(q.subject, Triple)
    ]
    return [*found, *site.describer.label_statements(iri)] or descriptions.said(site, iri)
