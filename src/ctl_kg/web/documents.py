"""Documents about resources, and the way to them from a thing: every profile and format.

The IRI of a thing answers 303 to a document, or, with ``dereference = "direct"``, with the
document itself and its address in ``Content-Location``. A document's suffix decides its
format; the profile is chosen by ``?_profile=`` or ``Accept-Profile``.

Source: Cool URIs for the Semantic Web §4.2; RFC 9110 §8.7 (Content-Location), §15.4.4 (303);
W3C Content Negotiation by Profile §7. Not here: which resource a path means (``entities``),
what the RDF holds (``descriptions``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotAcceptableError
from ctl_kg.publish.description import RDF_TYPE
from ctl_kg.publish.formats import (
    DESCRIPTION_FORMATS,
    HTML,
    LINKSET_FORMATS,
    Format,
    by_suffix,
    offers,
)
from ctl_kg.publish.profiles import (
    FULL,
    PROFILES,
    PROVENANCE,
    Profile,
)
from ctl_kg.publish.schema_org import schema_org
from ctl_kg.sparql.results import XML_FORBIDDEN
from ctl_kg.web.descriptions import describe, graph_body, is_whole, no_such_page
from ctl_kg.web.folder_pages import alternates_view
from ctl_kg.web.negotiation import choose_media_type, choose_profile
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import accept_of, page_number, page_of
from ctl_kg.web.resource_pages import resource_view
from ctl_kg.web.responses import Representation, respond, see_other, uri
from ctl_kg.web.signposting import (
    Place,
    Subject,
    document_links,
    linkset_json,
    linkset_text,
    paged,
    thing_links,
)
from ctl_kg.web.site import Site

DOCUMENT_FORMATS = (*DESCRIPTION_FORMATS, HTML, *LINKSET_FORMATS)
SUFFIXES = tuple(each.suffix for each in DOCUMENT_FORMATS)
PROFILE_VARY = "Accept-Profile"


# For the rare resource with a character that no XML document can carry.
_WITHOUT_XML = tuple(
    replace(profile, formats=tuple(each for each in profile.formats if each.suffix != "rdf"))
    for profile in PROFILES
)


def wished_profile(request: Request, site: Site, offered: tuple[Profile, ...]) -> Profile:
    """Return the profile that a request asks for; the address goes before the header.

    Raises:
        NotAcceptableError: none of those it names is offered.
    """
    header = ", ".join(request.headers.getlist("accept-profile"))
    asked = request.query_params.get("_profile", "")
    return choose_profile(asked, header, offered, site.base_iri)


def wished_format(request: Request, offered: Iterable[Format]) -> Format:
    """Return the format that a request asks for: ``_mediatype`` goes before ``Accept``.

    Raises:
        NotAcceptableError: none of those it names is offered.
    """
    table = offers(tuple(offered))
    # A plus sign that was not escaped in the address has become a space.
    asked = request.query_params.get("_mediatype", "").strip().replace(" ", "+")
    return table[choose_media_type(asked or accept_of(request), table)]


def kept_parameters(request: Request, *names: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the address that have one of these names and a short value."""
    pairs = request.query_params.multi_items()
    return tuple({n: v for n, v in pairs if n in names and len(v) <= 200}.items())


def subject_of(request: Request, site: Site, iri: str) -> Subject:
    """Return what the links of a resource's documents are made from."""
    local = iri[len(site.base_iri) :].partition("#")[0]
    folder = local[: local.rfind("/") + 1]
    project = site.base_iri + "data/organisation/ctl-kg-project"
    about = site.store.quads(NamedNode(iri))
    classes = [
        quad.object.value
        for quad in about
        if quad.predicate == RDF_TYPE and isinstance(quad.object, NamedNode)
    ]
    literals = (quad.object.value for quad in about if isinstance(quad.object, Literal))
    is_xml = not any(XML_FORBIDDEN.search(value) for value in literals)
    types = schema_org(site.base_iri).types(classes)
    return Subject(
        iri=iri,
        address=str(site.iris.path_of(iri)).partition("#")[0],
        profiles=PROFILES if is_xml else _WITHOUT_XML,
        base_iri=site.base_iri,
        types=tuple(each.value.replace("http:", "https:", 1) for each in types),
        collection=f"/{folder}" if folder and site.index.folder(folder) else "",
        author=project if site.describer.exists(project) else "",
        root_path=str(request.scope.get("root_path", "")),
    )


def thing(request: Request, site: Site, iri: str) -> Response:
    """Answer for the IRI of a thing: lead to a document, or send it."""
    profile = wished_profile(request, site, PROFILES)
    more = LINKSET_FORMATS if profile is FULL else ()
    chosen = wished_format(request, (*profile.formats, *more))
    subject = subject_of(request, site, iri)
    if chosen in LINKSET_FORMATS:
        profile = FULL
    if site.settings.dereference == "direct":
        return _sent(request, site, subject, profile, chosen, direct=True)
    location = subject.address_of(profile, chosen)
    kept = kept_parameters(request, "lang", "page")
    if kept:
        location += ("&" if "?" in location else "?") + urlencode(kept)
    return see_other(location, vary=("Accept", PROFILE_VARY), links=thing_links(subject))


def document(request: Request, site: Site, iri: str, suffix: str) -> Response:
    """Answer with the document about a resource that has a suffix.

    Raises:
        NotAcceptableError: the profile asked for is not offered in this format, or
            ``_mediatype`` names another.
    """
    chosen = by_suffix(suffix, DOCUMENT_FORMATS)
    assert chosen is not None
    if "_mediatype" in request.query_params:
        wished_format(request, (chosen,))
    if chosen in LINKSET_FORMATS:
        return _sent(request, site, subject_of(request, site, iri), FULL, chosen)
    possible = tuple(each for each in PROFILES if chosen in each.formats)
    profile = wished_profile(request, site, PROFILES)
    if profile not in possible:
        if request.query_params.get("_profile"):
            raise NotAcceptableError(
                [each.media_type for each in profile.formats],
                f"the profile '{profile.token}' is not offered as {chosen.name}",
            )
        profile = wished_profile(request, site, possible)
    return _sent(request, site, subject_of(request, site, iri), profile, chosen)


def _sent(
    request: Request,
    site: Site,
    subject: Subject,
    profile: Profile,
    chosen: Format,
    *,
    direct: bool = False,
) -> Response:
    """Return the response with one document, at its own address or at that of the thing."""
    number = page_number(request)
    if chosen in LINKSET_FORMATS:
        made = linkset(subject, chosen)
    else:
        made = _description(request, site, subject, Place(profile, chosen, number), direct=direct)
    if direct:
        vary = tuple(dict.fromkeys(("Accept", *made.vary, PROFILE_VARY)))
        here = paged(subject.address_of(profile, chosen), number)
        made = replace(made, vary=vary, headers={**made.headers, "content-location": uri(here)})
    return respond(made, modified=site.modified)


def _description(
    request: Request, site: Site, subject: Subject, place: Place, *, direct: bool
) -> Representation:
    """Return one page of a description.

    Raises:
        NotFoundError: there is no such page.
    """
    profile, chosen = place.profile, place.format
    in_full = profile in (FULL, PROVENANCE)
    found = describe(site, subject.iri, place.page) if in_full else None
    is_page = chosen is HTML
    pages = found.pages if found and (is_page or not is_whole(site, subject.iri)) else 1
    if place.page > pages:
        raise no_such_page(place.page, pages)
    kept = kept_parameters(request, "lang") if is_page else ()
    links = document_links(subject, replace(place, pages=pages, kept=kept))
    headers = {"content-profile": f"<{uri(profile.iri(site.base_iri))}>"}
    if not is_page:
        body = graph_body(site, subject, profile, chosen, found)
        return Representation(body, chosen.content_type, None, (PROFILE_VARY,), links, headers)
    page = page_of(request)
    if direct:  # its links to itself lead to the document, as on the document
        page = _page_of_document(page, subject.address_of(FULL, chosen), profile)
    view = (
        resource_view(site, page, found, links)
        if found
        else alternates_view(site, page, subject, links)
    )
    vary = ("Accept-Language", PROFILE_VARY)
    return Representation(
        render(view, page), chosen.content_type, page.language, vary, links, headers
    )


def _page_of_document(page: PageContext, path: str, profile: Profile) -> PageContext:
    kept = [pair for pair in page.query if pair[0] in ("lang", "page")]
    if profile is not FULL:
        kept.append(("_profile", profile.token))
    return replace(page, path=path, query=tuple(kept))


def linkset(subject: Subject, chosen: Format) -> Representation:
    """Return the linkset of a resource or a list, in one of its two formats."""
    as_json = chosen is LINKSET_FORMATS[0]
    body = linkset_json(subject) if as_json else linkset_text(subject)
    return Representation(body, chosen.content_type)
