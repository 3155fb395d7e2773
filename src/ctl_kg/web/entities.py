"""The routes of resources and lists: from a thing to its documents, and the documents.

``/data/cluster/afil`` is the cluster: it answers 303 to ``/data/cluster/afil.ttl`` and its
like, by ``Accept``. ``/data/cluster/`` lists what stands there.
Source: Cool URIs for the Semantic Web §4.2, RFC 9110 §15.4.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from pyoxigraph import NamedNode, Triple
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ctl_kg.errors import NotFoundError
from ctl_kg.publish.description import RDF_TYPE
from ctl_kg.publish.formats import GRAPH_FORMATS, HTML, by_suffix, offers
from ctl_kg.publish.iris import split_suffix
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import render
from ctl_kg.web.requests import accept_of, page_number, page_of, raw_path, site_of
from ctl_kg.web.resource_pages import list_view, members_of, resource_view
from ctl_kg.web.responses import Representation, respond, see_other
from ctl_kg.web.site import Site

DOCUMENT_FORMATS = (*GRAPH_FORMATS, HTML)
SUFFIXES = tuple(each.suffix for each in DOCUMENT_FORMATS)
_OFFERS = offers(DOCUMENT_FORMATS)
VARY = ("Accept", "Accept-Language")


def entity(request: Request) -> Response:
    """Answer for any IRI below the base: thing, document or list."""
    site = site_of(request)
    path = raw_path(request)
    # A document of a known resource goes before a resource whose own IRI ends like one: the
    # ontology file is a distribution with its own IRI, and that address is the file.
    stem, suffix = split_suffix(path, SUFFIXES)
    iri = find_iri(site, stem) if suffix else None
    if iri is not None and suffix is not None:
        return document(request, site, iri, suffix)
    iri = find_iri(site, path)
    if iri is not None and not path.endswith("/"):
        return _thing(request, site, iri)
    folder = path.removeprefix("/")
    if site.index.folder(folder) is not None:
        return _list(request, site, folder)
    if site.index.folder(folder + "/") is not None:
        return RedirectResponse(
            site_path(request, path + "/"), status_code=308, headers={"vary": "Accept"}
        )
    raise not_found(site, path)


def site_path(request: Request, path: str) -> str:
    """Return a path below the mount point as an address on this server (never a host)."""
    return str(request.scope.get("root_path", "")) + "/" + path.lstrip("/")


def find_iri(site: Site, path: str) -> str | None:
    """Return the described IRI that a path stands for, or None."""
    # The version IRI names the ontology as it is in this release.
    if path == f"/onto/CTL/{site.manifest.get('version')}":
        path = "/onto/CTL"
    return next((iri for iri in site.iris.candidates(path) if site.describer.exists(iri)), None)


def not_found(site: Site, path: str) -> NotFoundError:
    """Return the 404 for a path, with the nearest resources that exist."""
    local = path.removeprefix("/")
    for suffix in SUFFIXES:
        local = local.removesuffix("." + suffix)
    return NotFoundError(
        "nothing is published at this address",
        suggestions=site.index.suggestions(local),
        hint="Look in the lists that the home page leads to.",
    )


def _links(site: Site, iri: str) -> list[tuple[str, Mapping[str, str]]]:
    return [
        (str(site.iris.path_of(iri, "." + each.suffix)),
         {"rel": "alternate", "type": each.media_type})
        for each in DOCUMENT_FORMATS
    ]  # fmt: skip


def _thing(request: Request, site: Site, iri: str) -> Response:
    media_type = choose_media_type(accept_of(request), _OFFERS)
    chosen = _OFFERS[media_type]
    kept = [(n, v) for n, v in request.query_params.multi_items() if n in ("lang", "page")]
    query = f"?{urlencode(kept)}" if kept else ""
    location = site_path(request, str(site.iris.path_of(iri, "." + chosen.suffix))) + query
    return see_other(location, vary=("Accept",), links=_links(site, iri))


def document(request: Request, site: Site, iri: str, suffix: str) -> Response:
    """Answer with one document about a resource."""
    description = site.describer.describe(iri, page=page_number(request))
    if description is None:
        raise not_found(site, raw_path(request))
    links = [*_links(site, iri), (iri, {"rel": "describes"})]
    if suffix == HTML.suffix:
        page = page_of(request)
        view = resource_view(site, page, description)
        representation = Representation(
            render(view, page), HTML.content_type, page.language, ("Accept-Language",), links
        )
    else:
        chosen = by_suffix(suffix, GRAPH_FORMATS)
        assert chosen is not None
        triples = whole_graph(site, iri) or description.triples()
        body = site.writer.write(triples, suffix)
        representation = Representation(body, chosen.content_type, links=links)
    return respond(representation, modified=site.modified)


def whole_graph(site: Site, iri: str) -> list[Triple]:
    """Return the whole graph for the IRIs that name one: the ontology and the shapes.

    Empty for every other IRI.
    """
    base = site.base_iri
    names = {
        base + "onto/CTL": "ontology",
        base + "shapes": "shapes",
    }
    if iri not in names:
        return []
    graph = site.store.graph(NamedNode(f"{base}data/graph/{names[iri]}"))
    return list(dict.fromkeys(quad.triple for quad in graph))


def _list(request: Request, site: Site, folder: str) -> Response:
    media_type = choose_media_type(accept_of(request), _OFFERS)
    chosen = _OFFERS[media_type]
    number = page_number(request)
    if chosen is HTML:
        page = page_of(request)
        body = render(list_view(site, page, folder, number), page)
        representation = Representation(body, HTML.content_type, page.language, VARY)
    else:
        triples = list_triples(site, members_of(site, folder))
        body = site.writer.write(triples, chosen.suffix)
        representation = Representation(body, chosen.content_type, vary=VARY)
    return respond(representation, modified=site.modified)


def list_triples(site: Site, iris: Sequence[str]) -> list[Triple]:
    """Return the types and the labels of resources."""
    found: list[Triple] = []
    for iri in iris:
        node = NamedNode(iri)
        found += [quad.triple for quad in site.store.quads(node, RDF_TYPE)]
        found += site.describer.label_triples(iri)
    return found
