"""Typed links of documents: in ``Link`` headers, in the heads of pages, and as linksets.

Links to documents stay on the server that is visited (paths); what is described, what names a
licence, a type or a profile, and the canonical address, which is public, are IRIs. A linkset is
read away from its server, so all its links are the public IRIs. Headers are bounded: the full set
stands in the linkset.

Source: signposting.org (FAIR Signposting levels 1 and 2), RFC 8288, RFC 9264 (linksets),
RFC 6596 (canonical), RFC 8574 (cite-as), RFC 6906 (profile), RFC 6892 (describes).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from ctl_kg.publish.formats import HTML, LINKSET_FORMATS, Format
from ctl_kg.publish.profiles import FULL, Profile, representation_address
from ctl_kg.web.responses import Links, link_value, uri

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_MOST_ITEMS = 25  # of a list in a header; the linkset has them all
_ABOUT_PAGE = "https://schema.org/AboutPage"
_COLLECTION_PAGE = "https://schema.org/CollectionPage"

Link = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Subject:
    """What documents are about, as links need it.

    Args:
        iri: the thing, or the folder; its public IRI.
        address: the documents' path below the mount point, without suffix; a folder's ends with
            a slash.
        profiles: the profiles that it is offered in, the default first.
        base_iri: base of our IRIs.
        types: schema.org classes of the thing (IRIs).
        collection: path of the folder that it stands in, or "", likewise.
        author: IRI of who publishes the description, or "".
        items: IRIs of what stands in a folder (one page of them).
        root_path: where the server is mounted.
    """

    iri: str
    address: str
    profiles: tuple[Profile, ...]
    base_iri: str
    types: tuple[str, ...] = ()
    collection: str = ""
    author: str = ""
    items: tuple[str, ...] = ()
    root_path: str = ""

    def address_of(self, profile: Profile, chosen: Format) -> str:
        """Return the path of one of its documents on this server."""
        return self.root_path + representation_address(self.address, profile, chosen)

    @property
    def is_folder(self) -> bool:
        """Tell whether it is a list rather than a thing."""
        return self.address.endswith("/")


@dataclass(frozen=True)
class Place:
    """Which document links are for: profile, format, and page of how many.

    ``kept`` are the parameters of its address that its other pages need too.
    """

    profile: Profile
    format: Format
    page: int = 1
    pages: int = 1
    kept: tuple[tuple[str, str], ...] = ()


def thing_links(subject: Subject) -> list[Link]:
    """Return the links of an answer that leads from a thing to a document about it."""
    return [
        *_linkset(subject),
        (subject.iri, {"rel": "cite-as"}),
        *_describedby(subject),
        (LICENSE, {"rel": "license"}),
        *_alternates(subject, None),
    ]


def document_links(subject: Subject, place: Place) -> list[Link]:
    """Return the links of a document, the most important first."""
    here = subject.address_of(place.profile, place.format)
    if subject.is_folder:  # the list negotiates, unless its address says what it wants
        here = subject.root_path + subject.address
    if place.kept:
        here += f"{'&' if '?' in here else '?'}{urlencode(place.kept, safe='/')}"
    found: list[Link] = _linkset(subject)
    if not subject.is_folder:
        found += [(subject.iri, {"rel": "describes"}), (subject.iri, {"rel": "cite-as"})]
    public = subject.base_iri + here.removeprefix(subject.root_path).lstrip("/")
    found.append((paged(public, place.page), {"rel": "canonical"}))
    found += _paging(here, place)
    found += [
        (place.profile.iri(subject.base_iri), {"rel": "profile"}),
        (LICENSE, {"rel": "license"}),
    ]
    if place.format is HTML:
        page_type = _COLLECTION_PAGE if subject.is_folder else _ABOUT_PAGE
        found += [(each, {"rel": "type"}) for each in (page_type, *subject.types)]
        found += _describedby(subject)
    if subject.author:
        found.append((subject.author, {"rel": "author"}))
    if subject.collection:
        found.append((subject.root_path + subject.collection, {"rel": "collection"}))
    found += _alternates(subject, place)
    if len(subject.items) <= _MOST_ITEMS:
        found += [(each, {"rel": "item"}) for each in subject.items]
    return found


def paged(address: str, page: int) -> str:
    """Return the address of a page of a document; the first page has no number.

    >>> paged("/data/?_mediatype=text/turtle", 2)
    '/data/?_mediatype=text/turtle&page=2'
    """
    if page == 1:
        return address
    return f"{address}{'&' if '?' in address else '?'}page={page}"


def _paging(here: str, place: Place) -> list[Link]:
    if place.pages == 1:
        return []
    numbers = {"first": 1, "last": place.pages}
    if place.page > 1:
        numbers["prev"] = place.page - 1
    if place.page < place.pages:
        numbers["next"] = place.page + 1
    return [(paged(here, number), {"rel": rel}) for rel, number in numbers.items()]


def _linkset(subject: Subject) -> list[Link]:
    json_format = LINKSET_FORMATS[0]
    address = subject.address_of(FULL, json_format)
    return [(address, {"rel": "linkset", "type": json_format.media_type})]


def _describedby(subject: Subject) -> list[Link]:
    """Return the metadata documents: the two formats that most clients read."""
    return [
        (subject.address_of(FULL, each), {"rel": "describedby", "type": each.media_type})
        for each in FULL.formats[:2]
    ]


def _alternates(subject: Subject, place: Place | None) -> list[Link]:
    """Return the same description in every other format, then the other profiles."""
    token = place.profile.token if place else FULL.token
    # The subject's own: a rare one is not offered in every format of a profile.
    profile = next(each for each in subject.profiles if each.token == token)
    page = place.page if place else 1
    found: list[Link] = [
        (
            paged(subject.address_of(profile, each), page),
            {"rel": "alternate", "type": each.media_type},
        )
        for each in profile.formats
        if place is None or each is not place.format
    ]
    for other in subject.profiles:
        if other is profile:
            continue
        same = place is not None and place.format in other.formats
        chosen = place.format if place is not None and same else other.formats[0]
        parameters = {
            "rel": "alternate",
            "type": chosen.media_type,
            "formats": other.iri(subject.base_iri),
        }
        found.append((subject.address_of(other, chosen), parameters))
    return found


def linkset_json(subject: Subject) -> bytes:
    """Return the links as application/linkset+json (RFC 9264 §4.2)."""
    contexts = []
    for anchor, links in _contexts(subject):
        relations: dict[str, list[dict[str, object]]] = {}
        for target, parameters in links:
            member: dict[str, object] = {"href": uri(target)}
            for name, value in parameters.items():
                if name != "rel":  # attributes of our own are lists of texts
                    member[name] = [value] if name == "formats" else value
            relations.setdefault(parameters["rel"], []).append(member)
        contexts.append({"anchor": uri(anchor), **relations})
    return json.dumps({"linkset": contexts}, indent=1).encode() + b"\n"


def linkset_text(subject: Subject) -> bytes:
    """Return the links as application/linkset (RFC 9264 §4.1)."""
    lines = [
        link_value(target, {**parameters, "anchor": uri(anchor)})
        for anchor, links in _contexts(subject)
        for target, parameters in links
    ]
    return ",\n".join(lines).encode() + b"\n"


def _contexts(subject: Subject) -> Iterable[tuple[str, Links]]:
    """Yield each link context with its links: the thing, then each document about it."""

    def public(path: str) -> str:
        return subject.base_iri + path.lstrip("/")

    documents = [
        (public(representation_address(subject.address, profile, each)), profile, each)
        for profile in subject.profiles
        for each in profile.formats
    ]
    about: list[Link] = [(subject.iri, {"rel": "cite-as"})]
    about += [(each, {"rel": "type"}) for each in subject.types]
    about.append((LICENSE, {"rel": "license"}))
    if subject.author:
        about.append((subject.author, {"rel": "author"}))
    if subject.collection:
        about.append((public(subject.collection), {"rel": "collection"}))
    about += [
        (
            address,
            {
                "rel": "describedby",
                "type": each.media_type,
                "formats": profile.iri(subject.base_iri),
            },
        )
        for address, profile, each in documents
    ]
    about += [(each, {"rel": "item"}) for each in subject.items]
    yield subject.iri, about
    for address, _, _ in documents:
        yield address, [(subject.iri, {"rel": "describes"})]
