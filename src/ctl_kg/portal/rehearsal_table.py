"""What each portal makes of a dataset: its fields, from which property, and how.

One row per field, with the document that says so. Rows from ckanext-dcat are compared with its
parser by a conformance test; the others are read from documents and programs of the portals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from ctl_kg.portal.terms import (
    ADMS,
    DCAT,
    DCATAP,
    DCATAPIT,
    DCT,
    FOAF,
    OWL,
    SCHEMA,
    SKOS,
    SPDX,
    VCARD,
)

CKAN_DCAT = "https://docs.ckan.org/projects/ckanext-dcat/en/latest/mapping/"
CKAN_IT = (
    "https://github.com/geosolutions-it/ckanext-dcatapit/blob/master/ckanext/dcatapit/dcat/"
    "profiles.py"
)
EUROPE = (
    "https://github.com/public-data-space/piveau-hub-search/blob/master/doc/"
    "dcatap_dataset_example.json"
)
SOCRATA = "https://support.socrata.com/hc/en-us/articles/115008368427-Metadata-schema"
_START = ((DCAT + "startDate", SCHEMA + "startDate"),)
_END = ((DCAT + "endDate", SCHEMA + "endDate"),)
_NAME = ((FOAF + "name",),)
_CODE = ((DCT + "identifier",),)
_LICENCE = ((DCT + "license",),)


Steps = tuple[tuple[str, ...], ...]


class Take(Enum):
    """How a portal takes the values of a property."""

    TEXT = auto()  # one, in the portal's language if there is one
    TEXTS = auto()  # one in each language
    WORDS = auto()  # all in the portal's language, or all there are
    FIRST = auto()  # one, as it is
    LAST = auto()  # one; each overwrites the one before
    ALL = auto()  # all, as they are
    CODE = auto()  # one, without the address of its table
    CODES = auto()  # all, without the address of their table
    KNOWN_LICENCE = auto()  # the code that CKAN's own register has for the address


@dataclass(frozen=True)
class Field:
    """A field: its name at the portal, the properties it comes from (the first that has any).

    ``via`` leads on from the value, as from a publisher to its name: one step after the other,
    of each step the first property that leads anywhere.
    """

    name: str
    paths: tuple[str, ...]
    take: Take
    source: str
    via: Steps = ()


@dataclass(frozen=True)
class Portal:
    """A portal: which profile and language it reads, and its fields.

    ``file_types`` are the only formats that it takes; empty: all.
    """

    token: str
    title: str
    profile: str
    language: str
    fields: tuple[Field, ...]
    file_fields: tuple[Field, ...]
    file_types: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _ckan(name: str, path: str | tuple[str, ...], take: Take = Take.TEXT, via: Steps = ()) -> Field:
    paths = (path,) if isinstance(path, str) else path
    return Field(name, paths, take, CKAN_DCAT, via)


_CKAN_FIELDS = (
    _ckan("title", DCT + "title"),
    _ckan("notes", DCT + "description"),
    _ckan("url", DCAT + "landingPage"),
    _ckan("version", (DCAT + "version", OWL + "versionInfo", ADMS + "version")),
    _ckan("tags", DCAT + "keyword", Take.ALL),
    _ckan("license_id", DCAT + "distribution", Take.KNOWN_LICENCE, _LICENCE),
    _ckan("extras.identifier", DCT + "identifier"),
    _ckan("extras.issued", DCT + "issued"),
    _ckan("extras.modified", DCT + "modified"),
    _ckan("extras.frequency", DCT + "accrualPeriodicity"),
    _ckan("extras.access_rights", DCT + "accessRights"),
    _ckan("extras.language", DCT + "language", Take.ALL),
    _ckan("extras.theme", DCAT + "theme", Take.ALL),
    _ckan("extras.conforms_to", DCT + "conformsTo", Take.ALL),
    _ckan("extras.source", DCT + "source", Take.ALL),
    _ckan("extras.sample", ADMS + "sample", Take.ALL),
    _ckan("extras.publisher_uri", DCT + "publisher", Take.FIRST),
    _ckan("extras.publisher_name", DCT + "publisher", Take.TEXT, _NAME),
    _ckan("extras.publisher_identifier", DCT + "publisher", Take.TEXT, _CODE),
    _ckan("extras.creator_name", DCT + "creator", Take.TEXT, _NAME),
    _ckan("extras.contact_name", DCAT + "contactPoint", Take.TEXT, ((VCARD + "fn",),)),
    _ckan("extras.contact_url", DCAT + "contactPoint", Take.TEXT, ((VCARD + "hasURL",),)),
    _ckan("extras.spatial_uri", DCT + "spatial", Take.LAST),
    _ckan("extras.spatial_text", DCT + "spatial", Take.LAST, ((SKOS + "prefLabel",),)),
    _ckan("extras.temporal_start", DCT + "temporal", Take.TEXT, _START),
    _ckan("extras.temporal_end", DCT + "temporal", Take.TEXT, _END),
)
_CKAN_FILE_FIELDS = (
    _ckan("name", DCT + "title"),
    _ckan("description", DCT + "description"),
    _ckan("url", (DCAT + "downloadURL", DCAT + "accessURL")),
    _ckan("access_url", DCAT + "accessURL"),
    _ckan("format", DCT + "format"),
    _ckan("mimetype", DCAT + "mediaType"),
    _ckan("size", DCAT + "byteSize"),
    _ckan("hash", SPDX + "checksum", Take.TEXT, ((SPDX + "checksumValue",),)),
    _ckan("hash_algorithm", SPDX + "checksum", Take.TEXT, ((SPDX + "algorithm",),)),
    _ckan("license", DCT + "license"),
    _ckan("rights", DCT + "rights"),
    _ckan("issued", DCT + "issued"),
    _ckan("modified", DCT + "modified"),
    _ckan("language", DCT + "language", Take.ALL),
    _ckan("conforms_to", DCT + "conformsTo", Take.ALL),
    _ckan("availability", DCATAP + "availability"),
)
# What the Italian plug-in takes otherwise, or more.
_ITALIAN = (
    Field("title", (DCT + "title",), Take.TEXTS, CKAN_IT),
    Field("notes", (DCT + "description",), Take.TEXTS, CKAN_IT),
    Field("extras.frequency", (DCT + "accrualPeriodicity",), Take.CODE, CKAN_IT),
    Field("extras.language", (DCT + "language",), Take.CODES, CKAN_IT),
    Field("extras.theme", (DCAT + "theme",), Take.CODES, CKAN_IT),
    # Of these, what its own table of themes and sub-themes knows.
    Field("extras.theme.subthemes", (DCT + "subject",), Take.ALL, CKAN_IT),
    Field("extras.holder_name", (DCT + "rightsHolder",), Take.TEXT, CKAN_IT, _NAME),
    Field("extras.holder_identifier", (DCT + "rightsHolder",), Take.TEXT, CKAN_IT,
          _CODE),
    Field("extras.geographical_geonames_url", (DCT + "spatial",), Take.TEXT, CKAN_IT,
          ((DCATAPIT + "geographicalIdentifier",),)),
    Field("license_id", (DCAT + "distribution",), Take.TEXT, CKAN_IT,
          (*_LICENCE, *_NAME)),
)  # fmt: skip
_ITALIAN_FILE = (
    Field("name", (DCT + "title",), Take.TEXTS, CKAN_IT),
    Field("description", (DCT + "description",), Take.TEXTS, CKAN_IT),
    Field("format", (DCT + "format",), Take.CODE, CKAN_IT),
    Field("license_type", (DCT + "license",), Take.FIRST, CKAN_IT),
)


def _europe(
    name: str, path: str | tuple[str, ...], take: Take = Take.ALL, via: Steps = ()
) -> Field:
    paths = (path,) if isinstance(path, str) else path
    return Field(name, paths, take, EUROPE, via)


_EUROPE_FIELDS = (
    _europe("title", DCT + "title", Take.TEXTS),
    _europe("description", DCT + "description", Take.TEXTS),
    _europe("keywords", DCAT + "keyword"),
    _europe("categories", DCAT + "theme", Take.CODES),
    _europe("publisher.name", DCT + "publisher", Take.TEXT, _NAME),
    _europe("contact_points.name", DCAT + "contactPoint", Take.TEXT, ((VCARD + "fn",),)),
    _europe("contact_points.email", DCAT + "contactPoint", Take.TEXT, ((VCARD + "hasEmail",),)),
    _europe("access_right", DCT + "accessRights", Take.CODE),
    _europe("conforms_to", DCT + "conformsTo"),
    _europe("documentations", FOAF + "page"),
    _europe("frequency", DCT + "accrualPeriodicity", Take.CODE),
    _europe("identifiers", DCT + "identifier"),
    _europe("other_identifiers", ADMS + "identifier"),
    _europe("landing_page", DCAT + "landingPage"),
    _europe("languages", DCT + "language", Take.CODES),
    _europe("provenances", DCT + "provenance"),
    _europe("related_resources", DCT + "relation"),
    _europe("release_date", DCT + "issued", Take.FIRST),
    _europe("modification_date", DCT + "modified", Take.FIRST),
    _europe("sources", DCT + "source"),
    _europe("spatial", DCT + "spatial"),
    _europe("temporal_coverages.start_date", DCT + "temporal", Take.ALL, _START),
    _europe("temporal_coverages.end_date", DCT + "temporal", Take.ALL, _END),
    _europe("version", (DCAT + "version", OWL + "versionInfo"), Take.FIRST),
)
_EUROPE_FILE_FIELDS = (
    _europe("title", DCT + "title", Take.TEXTS),
    _europe("description", DCT + "description", Take.TEXTS),
    _europe("access_url", DCAT + "accessURL"),
    _europe("download_urls", DCAT + "downloadURL"),
    _europe("format", DCT + "format", Take.CODE),
    _europe("media_type", DCAT + "mediaType", Take.FIRST),
    _europe("license", DCT + "license", Take.CODE),
    _europe("byte_size", DCAT + "byteSize", Take.FIRST),
    _europe("checksum", SPDX + "checksum", Take.FIRST, ((SPDX + "checksumValue",),)),
    _europe("languages", DCT + "language", Take.CODES),
    _europe("linked_schemas", DCT + "conformsTo"),
    _europe("release_date", DCT + "issued", Take.FIRST),
    _europe("modification_date", DCT + "modified", Take.FIRST),
    _europe("rights", DCT + "rights", Take.FIRST),
    _europe("status", ADMS + "status", Take.FIRST),
)


def _socrata(name: str, path: str, take: Take, via: Steps = ()) -> Field:
    return Field(name, (path,), take, SOCRATA, via)


_SOCRATA_FIELDS = (
    _socrata("Dataset Title", DCT + "title", Take.TEXT),
    _socrata("Brief Description", DCT + "description", Take.TEXT),
    _socrata("Category", DCAT + "theme", Take.CODE),
    _socrata("Tags / Keywords", DCAT + "keyword", Take.WORDS),
    _socrata("License Type", DCAT + "distribution", Take.CODE, _LICENCE),
    _socrata("Data Provided By", DCT + "publisher", Take.TEXT, _NAME),
    _socrata("Source Link", DCAT + "landingPage", Take.FIRST),
    _socrata("Contact Email", DCAT + "contactPoint", Take.FIRST, ((VCARD + "hasEmail",),)),
)


def _overridden(fields: tuple[Field, ...], by: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return fields with those of the same name replaced, and the new ones behind."""
    new = {each.name: each for each in by}
    kept = tuple(replace(new.pop(each.name, each)) for each in fields)
    return (*kept, *new.values())


PORTALS = {
    each.token: each
    for each in (
        Portal(
            "socrata", "Socrata (dati.lombardia.it)", "dcat-ap", "it",
            _SOCRATA_FIELDS, (_socrata("Data", DCAT + "downloadURL", Take.FIRST),),
            file_types=("CSV", "XLSX", "TSV", "GEOJSON"),
            notes=(
                "It holds tables: each table is a dataset of its own there, with these fields.",
                "Category is one of the site's own list; choose the one that is next to the theme.",
                "Fields that a site adds for itself are not known here.",
            ),
        ),
        Portal("ckan", "CKAN (ckanext-dcat)", "dcat-ap", "it", _CKAN_FIELDS, _CKAN_FILE_FIELDS),
        Portal(
            "dati.gov.it", "CKAN (dati.gov.it, ckanext-dcatapit)", "dcat-ap-it", "it",
            _overridden(_CKAN_FIELDS, _ITALIAN), _overridden(_CKAN_FILE_FIELDS, _ITALIAN_FILE),
        ),
        Portal(
            "data.europa.eu", "data.europa.eu (DCAT-AP 3)", "dcat-ap", "it",
            _EUROPE_FIELDS, _EUROPE_FILE_FIELDS,
            notes=("Its RDF keeps every statement; these are the fields of its pages and search.",),
        ),
    )
}  # fmt: skip
