"""The profiles that a resource can be described by, and what each shows.

A profile is chosen beside the format: ``Accept-Profile: <IRI>`` or ``?_profile=token``. They
describe what the server offers, not the data, so they stand in no graph of a release: the
server answers for their IRIs from this table, as it does for the description of the service.

Source: W3C Content Negotiation by Profile §5 (alternates), §7 (realisations); the Profiles
Vocabulary (prof:). Not here: which profile a request gets (``web/negotiation``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.publish.description import (
    DCT,
    DEFINITIONS,
    LABELS,
    RDF_TYPE,
    RDFS,
    SKOS,
    Statement,
)
from ctl_kg.publish.formats import (
    DATASET_FORMATS,
    DESCRIPTION_FORMATS,
    HTML,
    JSON_LD,
    Format,
)

PROF = "http://www.w3.org/ns/dx/prof/"
ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
ALTERNATES_IRI = "http://www.w3.org/ns/dx/connegp/altr"
FOLDER = "profiles"  # below the base


@dataclass(frozen=True)
class Profile:
    """One profile.

    ``established`` is its IRI where others have coined one; else it is below our base.
    ``formats`` are those it is offered in, best first; ``base`` is the IRI of what it profiles.
    """

    token: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    formats: tuple[Format, ...]
    established: str = ""
    base: str = ""

    def iri(self, base_iri: str) -> str:
        """Return the IRI that names the profile."""
        return self.established or f"{base_iri}{FOLDER}/{self.token}"


FULL = Profile(
    "full",
    {"it": "Descrizione completa", "en": "Full description"},
    {
        "it": "Tutti gli enunciati sulla risorsa, una pagina di quelli che rimandano a essa e i "
        "nomi di ciò che citano. In TriG e N-Quads ogni enunciato sta nel suo grafo.",
        "en": "Every statement about the resource, one page of those that point to it, and the "
        "labels of what they name. In TriG and N-Quads each statement stands in its graph.",
    },
    (*DESCRIPTION_FORMATS, HTML),
)
SUMMARY = Profile(
    "summary",
    {"it": "Sommario", "en": "Summary"},
    {
        "it": "Nomi, tipi, definizione e collegamenti diretti della risorsa, senza ciò che "
        "rimanda a essa.",
        "en": "Labels, types, definition and direct links of the resource, without what points "
        "to it.",
    },
    DESCRIPTION_FORMATS,
)
LABELS_ONLY = Profile(
    "labels",
    {"it": "Soli nomi", "en": "Labels only"},
    {"it": "I nomi della risorsa, in ogni lingua.", "en": "The labels of the resource."},
    DESCRIPTION_FORMATS,
)
SCHEMA_ORG = Profile(
    "schema",
    {"it": "schema.org", "en": "schema.org"},
    {
        "it": "Gli enunciati sulla risorsa che hanno un corrispondente in schema.org.",
        "en": "The statements about the resource that schema.org has a counterpart for.",
    },
    DESCRIPTION_FORMATS,
    base="https://schema.org/",
)
PROVENANCE = Profile(
    "prov",
    {"it": "Con la provenienza", "en": "With provenance"},
    {
        "it": "La descrizione completa con ogni enunciato nel suo grafo, e da dove viene ogni "
        "grafo: passo, sezione e righe del documento.",
        "en": "The full description with each statement in its named graph, and where each "
        "graph comes from: passage, section and lines of the document.",
    },
    (*DATASET_FORMATS, JSON_LD),
)
ALTERNATES = Profile(
    "alt",
    {"it": "Rappresentazioni disponibili", "en": "Representations there are"},
    {
        "it": "L'elenco dei profili e dei formati in cui la risorsa è offerta.",
        "en": "The list of the profiles and formats that the resource is offered in.",
    },
    (*DESCRIPTION_FORMATS, HTML),
    established=ALTERNATES_IRI,
)
PROFILES = (FULL, SUMMARY, LABELS_ONLY, SCHEMA_ORG, PROVENANCE, ALTERNATES)
LIST_PROFILES = (FULL, ALTERNATES)

# Other names that clients give to a profile.
_ALIASES = {
    "http://schema.org/": "schema", "https://schema.org/": "schema",
    "http://schema.org": "schema", "https://schema.org": "schema",
    ALTERNATES_IRI + "#": "alt", "alternates": "alt", "altr": "alt",
}  # fmt: skip


def find_profile(
    name: str, base_iri: str, offered: tuple[Profile, ...] = PROFILES
) -> Profile | None:
    """Return the offered profile with a token or IRI, or None.

    >>> find_profile("https://schema.org/", "https://example.org/").token
    'schema'
    """
    token = _ALIASES.get(name, name)
    return next((p for p in offered if token in (p.token, p.iri(base_iri))), None)


def summary(said: Iterable[Statement]) -> list[Statement]:
    """Return labels, types, definitions and direct links, of what is said about a resource."""
    texts = {*LABELS, *DEFINITIONS, NamedNode(SKOS + "altLabel")}
    return [each for each in said if each.predicate in texts or isinstance(each.object, NamedNode)]


def labels_only(said: Iterable[Statement]) -> list[Statement]:
    """Return the labels, preferred or not, of what is said about a resource."""
    names = {*LABELS, NamedNode(SKOS + "altLabel")}
    return [each for each in said if each.predicate in names]


def profile_description(profile: Profile, base_iri: str) -> list[Triple]:
    """Return what there is to say about a profile, in the terms of the Profiles Vocabulary."""
    node = NamedNode(profile.iri(base_iri))
    found = [
        Triple(node, RDF_TYPE, NamedNode(PROF + "Profile")),
        Triple(node, NamedNode(PROF + "hasToken"), Literal(profile.token)),
    ]
    for predicate, texts in ((DCT + "title", profile.titles),
                             (DCT + "description", profile.descriptions)):  # fmt: skip
        found += [
            Triple(node, NamedNode(predicate), Literal(text, language=language))
            for language, text in texts.items()
        ]
    if profile.base:
        found.append(Triple(node, NamedNode(PROF + "isProfileOf"), NamedNode(profile.base)))
    found += [
        Triple(node, NamedNode(DCT + "format"), Literal(each.media_type))
        for each in profile.formats
    ]
    found.append(Triple(node, NamedNode(RDFS + "isDefinedBy"), NamedNode(base_iri + FOLDER)))
    return found


def alternates_description(
    iri: str, base_iri: str, offered: tuple[Profile, ...], address: str
) -> list[Triple]:
    """Return the list of a resource's representations (Alternate Representations Data Model).

    Args:
        iri: the resource.
        base_iri: base of our IRIs.
        offered: the profiles it is offered in, the default first.
        address: IRI of its documents without the suffix; a folder's ends with a slash.
    """
    subject = NamedNode(iri)
    found: list[Triple] = []
    for profile in offered:
        node = NamedNode(profile.iri(base_iri))
        found += [
            Triple(node, NamedNode(PROF + "hasToken"), Literal(profile.token)),
            *(Triple(node, NamedNode(DCT + "title"), Literal(text, language=language))
              for language, text in profile.titles.items()),
        ]  # fmt: skip
        for each in profile.formats:
            document = NamedNode(representation_address(address, profile, each))
            found += [
                Triple(subject, NamedNode(ALTR + "hasRepresentation"), document),
                Triple(document, RDF_TYPE, NamedNode(ALTR + "Representation")),
                Triple(document, NamedNode(DCT + "conformsTo"), node),
                Triple(document, NamedNode(DCT + "format"), Literal(each.media_type)),
            ]
            if profile is offered[0] and each is profile.formats[0]:
                default = NamedNode(ALTR + "hasDefaultRepresentation")
                found.append(Triple(subject, default, document))
    return found


def representation_address(address: str, profile: Profile, chosen: Format) -> str:
    """Return the address of one representation.

    >>> representation_address("/data/cluster/afil", SUMMARY, DESCRIPTION_FORMATS[0])
    '/data/cluster/afil.ttl?_profile=summary'
    >>> representation_address("/data/cluster/", FULL, HTML)
    '/data/cluster/?_mediatype=text/html'
    """
    parameters = [] if profile is FULL else [f"_profile={profile.token}"]
    if address.endswith("/"):
        media_type = chosen.media_type.replace("+", "%2B")
        parameters.append(f"_mediatype={media_type}")
    else:
        address += "." + chosen.suffix
    return address + ("?" + "&".join(parameters) if parameters else "")
