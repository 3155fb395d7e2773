"""The lists that portals check values against: EU authority tables and the Italian licences.

Codes are those of the tables; whoever needs one more adds it here with the IRI that the table
gives it.

Source: Publications Office of the EU, tables data-theme, frequency, language, licence,
access-right, file-type (http://publications.europa.eu/resource/authority/); AgID, licences
(https://w3id.org/italia/controlled-vocabulary/licences).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
_LICENCE_TYPES = "http://purl.org/adms/licencetype/"

THEME = EU + "data-theme/"
FREQUENCY = EU + "frequency/"
LANGUAGE = EU + "language/"
FILE_TYPE = EU + "file-type/"
LICENCE = EU + "licence/"
ACCESS_RIGHT = EU + "access-right/"
AVAILABILITY = EU + "planned-availability/"
ITALIAN_LICENCES = "https://w3id.org/italia/controlled-vocabulary/licences/"

THEMES = frozenset(
    THEME + code
    for code in (
        "AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "OP_DATPRO",
        "REGI", "SOCI", "TECH", "TRAN",
    )
)  # fmt: skip
FREQUENCIES = frozenset(
    FREQUENCY + code
    for code in (
        "ANNUAL", "ANNUAL_2", "ANNUAL_3", "BIENNIAL", "BIMONTHLY", "BIWEEKLY", "CONT", "DAILY",
        "DAILY_2", "IRREG", "MONTHLY", "MONTHLY_2", "MONTHLY_3", "NEVER", "OTHER", "QUARTERLY",
        "TRIENNIAL", "UNKNOWN", "UPDATE_CONT", "WEEKLY", "WEEKLY_2", "WEEKLY_3",
    )
)  # fmt: skip
# BCP 47 tag → code of the language table.
LANGUAGE_CODES = {"it": "ITA", "en": "ENG"}
# The official languages of the Union.
LANGUAGES = frozenset(
    LANGUAGE + code
    for code in (
        "BUL", "CES", "DAN", "DEU", "ELL", "ENG", "EST", "FIN", "FRA", "GLE", "HRV", "HUN", "ITA",
        "LAV", "LIT", "MLT", "NLD", "POL", "POR", "RON", "SLK", "SLV", "SPA", "SWE",
    )
)  # fmt: skip
ACCESS_RIGHTS = frozenset(
    ACCESS_RIGHT + code
    for code in ("CONFIDENTIAL", "NON_PUBLIC", "NORMAL", "PUBLIC", "RESTRICTED", "SENSITIVE")
)
AVAILABILITIES = frozenset(
    AVAILABILITY + code for code in ("AVAILABLE", "EXPERIMENTAL", "STABLE", "TEMPORARY")
)

# Code of the file-type table → its media types, the first being the usual one. Not the whole
# table: what this project offers, and what portals get most.
FILE_TYPES: Mapping[str, tuple[str, ...]] = {
    "CSV": ("text/csv",),
    "DOCX": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "GEOJSON": ("application/geo+json", "application/vnd.geo+json", "application/json"),
    "GPKG": ("application/geopackage+sqlite3",),
    "GZIP": ("application/gzip",),
    "HTML": ("text/html",),
    "ICS": ("text/calendar",),
    "JPEG": ("image/jpeg",),
    "JSON": ("application/json",),
    "JSON_LD": ("application/ld+json", "application/csvm+json", "application/json"),
    "KML": ("application/vnd.google-earth.kml+xml",),
    "KMZ": ("application/vnd.google-earth.kmz",),
    "NETCDF": ("application/x-netcdf", "application/netcdf"),
    "ODS": ("application/vnd.oasis.opendocument.spreadsheet",),
    "ODT": ("application/vnd.oasis.opendocument.text",),
    "PARQUET": ("application/vnd.apache.parquet",),
    "PDF": ("application/pdf",),
    "PNG": ("image/png",),
    "RDF_N_QUADS": ("application/n-quads",),
    "RDF_N_TRIPLES": ("application/n-triples",),
    "RDF_TRIG": ("application/trig",),
    "RDF_TURTLE": ("text/turtle",),
    "RDF_XML": ("application/rdf+xml",),
    "RSS": ("application/rss+xml",),
    "SHP": ("application/vnd.shp", "application/zip"),
    "SPARQLQRES": ("application/sparql-results+xml", "application/sparql-results+json"),
    "TIFF": ("image/tiff",),
    "TSV": ("text/tab-separated-values",),
    "TXT": ("text/plain",),
    "XLS": ("application/vnd.ms-excel",),
    "XLSX": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "XML": ("application/xml", "text/xml"),
    "ZIP": ("application/zip",),
}

# Region in NUTS → in GeoNames, which is the one of the two that portals look places up in.
# Source: GeoNames, administrative divisions of the first order of Italy.
GEONAMES = {"http://data.europa.eu/nuts/code/ITC4": "https://sws.geonames.org/3174618/"}


@dataclass(frozen=True)
class Licence:
    """One licence, as each list names it."""

    name: Mapping[str, str]
    version: str
    page: str
    european: str
    italian: str
    kind: str  # of ADMS's licence types


_CC_BY = Licence(
    {
        "it": "Creative Commons Attribuzione 4.0 Internazionale (CC BY 4.0)",
        "en": "Creative Commons Attribution 4.0 International (CC BY 4.0)",
    },
    "4.0",
    "https://creativecommons.org/licenses/by/4.0/",
    EU + "licence/CC_BY_4_0",
    ITALIAN_LICENCES + "A21_CCBY40",
    _LICENCE_TYPES + "Attribution",
)
_CC0 = Licence(
    {
        "it": "Creative Commons CC0 1.0 Universale (CC0 1.0)",
        "en": "Creative Commons CC0 1.0 Universal (CC0 1.0)",
    },
    "1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    EU + "licence/CC0",
    ITALIAN_LICENCES + "A11_CCO10",
    _LICENCE_TYPES + "PublicDomain",
)


def _names(licence: Licence) -> tuple[str, ...]:
    secure, plain = licence.page, licence.page.replace("https:", "http:")
    return secure, plain, licence.european, licence.italian


# Every IRI by which an authored file may name a licence.
LICENCES = {name: licence for licence in (_CC_BY, _CC0) for name in _names(licence)}
