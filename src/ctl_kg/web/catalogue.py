"""The catalogue for portals: as a whole in pages, and one dataset at a time, in each profile.

Every answer is cut from the file of the release in that profile, so what is said about a dataset
is the same in its own document, in a page and in the whole. Addresses that an answer names are
below the base IRI, whatever host it was asked at.

Source: hydra:PagedCollection as ckanext-dcat writes and reads it; DX Content Negotiation by
Profile §5 (``Accept-Profile``, query string).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ctl_kg.catalogue.documents import (
    DCAT_AP,
    DCAT_AP_IT,
    PROFILES,
    SCHEMA_ORG,
    CatalogueProfile,
    CatalogueWriter,
    Parts,
)
from ctl_kg.catalogue.triples import PORTAL_PREFIXES, XSD
from ctl_kg.errors import NotFoundError
from ctl_kg.publish.formats import (
    DESCRIPTION_FORMATS,
    GRAPH_FORMATS,
    HTML,
    by_suffix,
    read_context,
)
from ctl_kg.publish.iris import split_suffix
from ctl_kg.publish.profiles import Profile
from ctl_kg.web import graph_documents
from ctl_kg.web.negotiation import choose_profile
from ctl_kg.web.parameters import given_once, number
from ctl_kg.web.requests import raw_path, site_of
from ctl_kg.web.responses import Representation, respond, uri
from ctl_kg.web.site import Site, once_per_site

PATH = "/catalog"
_DATASET = PATH + "/dataset/"
PAGE_SIZE = 100  # datasets on a page: what CKAN gives
_PARAMETERS = ("profile", "_profile", "page", "page_size", "lang")
_HYDRA = PORTAL_PREFIXES["hydra"]
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_VARY = ("Accept", "Accept-Language", "Accept-Profile")
_SUFFIXES = tuple(each.suffix for each in (*DESCRIPTION_FORMATS, HTML))
# A graph without a name is written alike in both.
_PLAIN = {"trig": "ttl", "nq": "nt"}
_TOKENS = {"schema": SCHEMA_ORG}  # as the profile of resources is called
_OFFERED = tuple(
    Profile(
        "schema" if each is SCHEMA_ORG else each.token,
        each.titles,
        each.titles,
        (*GRAPH_FORMATS, HTML),
        established=each.iri,
    )
    for each in PROFILES
)


def routes() -> list[Route]:
    """Return the routes of the catalogue and its datasets."""
    return [
        *graph_documents.routes(PATH, catalogue),
        Route(_DATASET + "{key:path}", dataset),
    ]


def catalogue(request: Request) -> Response:
    """Send the catalogue, or a page of it."""
    site = site_of(request)
    given = given_once(request, _PARAMETERS)
    profile = _wished_profile(request, site, given)
    parts = _parts(site, profile)
    size = number(given, "page_size", PAGE_SIZE, PAGE_SIZE)
    pages = max(1, -(-len(parts.entries) // size))
    page = number(given, "page", 1, pages)
    shown = parts.entries[(page - 1) * size : page * size]
    root = site.base_iri + PATH.removeprefix("/")
    triples = parts.about(root, shown)
    if profile in (DCAT_AP, DCAT_AP_IT):
        address = site.base_iri + raw_path(request).removeprefix("/")
        kept = {name: text for name, text in given.items() if name not in ("page", "lang")}
        triples += _pages(address, kept, page, pages, len(parts.entries), size)
    return _sent(request, site, profile, PATH, root, triples)


def dataset(request: Request) -> Response:
    """Send what the catalogue says about one dataset."""
    site = site_of(request)
    given = given_once(request, ("profile", "_profile", "lang"))
    profile = _wished_profile(request, site, given)
    path, _ = split_suffix(raw_path(request), _SUFFIXES)
    iri = site.base_iri + path.removeprefix("/")
    parts = _parts(site, profile)
    if iri not in parts.entries:
        raise NotFoundError("the catalogue has no such dataset", suggestions=parts.entries)
    return _sent(request, site, profile, path, iri, parts.about(iri))


def _wished_profile(request: Request, site: Site, given: Mapping[str, str]) -> CatalogueProfile:
    """Return the profile that is asked for; the address goes before the header."""
    asked = given.get("profile") or given.get("_profile", "")
    if asked == SCHEMA_ORG.token:
        return SCHEMA_ORG
    header = ", ".join(request.headers.getlist("accept-profile"))
    found = choose_profile(asked, header, _OFFERED, site.base_iri)
    return _TOKENS.get(found.token) or next(p for p in PROFILES if p.token == found.token)


@once_per_site
def _parts(site: Site, profile: CatalogueProfile) -> Parts:
    """Return the catalogue of a release in a profile, read once.

    Raises:
        NotFoundError: the release has none.
    """
    path = site.release_dir / profile.file_name("ttl")
    if not path.is_file():
        raise NotFoundError(
            "this release has no catalogue", hint="Describe it in data/catalogue.ttl and build."
        )
    return Parts(quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE))


@once_per_site
def _writer(site: Site) -> CatalogueWriter:
    return CatalogueWriter(site.base_iri, read_context(site.release_dir) or {})


def _pages(
    address: str, kept: Mapping[str, str], page: int, pages: int, total: int, size: int
) -> list[Triple]:
    """Return the description of a page; ``address`` is that of the catalogue as asked."""

    def at(number: int) -> NamedNode:
        return NamedNode(f"{address}?{urlencode({**kept, 'page': number})}")

    links = {"first": 1, "last": pages}
    if page < pages:
        links["next"] = page + 1
    if page > 1:
        links["previous"] = page - 1
    node = at(page)
    found = [Triple(node, _TYPE, NamedNode(_HYDRA + "PagedCollection"))]
    for name, target in links.items():
        # Both names: the older is what harvesters in use look for.
        found += [
            Triple(node, NamedNode(_HYDRA + each), at(target)) for each in (name, name + "Page")
        ]
    integer = NamedNode(XSD + "integer")
    for name, count in (("totalItems", total), ("itemsPerPage", size)):
        found.append(Triple(node, NamedNode(_HYDRA + name), Literal(str(count), datatype=integer)))
    return found


def _sent(
    request: Request,
    site: Site,
    profile: CatalogueProfile,
    path: str,
    root: str,
    triples: list[Triple],
) -> Response:
    suffix = graph_documents.chosen_suffix(request, path)
    if suffix == HTML.suffix:
        return graph_documents.graph_document(request, site, path, "catalogue", triples)
    body = _writer(site).write(triples, _PLAIN.get(suffix, suffix), root)
    chosen = by_suffix(suffix, DESCRIPTION_FORMATS)
    assert chosen is not None
    query = f"?profile={profile.token}"
    links: list[tuple[str, dict[str, str]]] = [
        (root, {"rel": "canonical"}),
        (profile.iri, {"rel": "profile"}),
    ]
    links += [
        (f"{root}.{each.suffix}{query}", {"rel": "alternate", "type": each.media_type})
        for each in GRAPH_FORMATS
        if each is not chosen
    ]
    headers = {"content-profile": f"<{uri(profile.iri)}>"}
    made = Representation(body, chosen.content_type, vary=_VARY, links=links, headers=headers)
    return respond(made, modified=site.modified)
