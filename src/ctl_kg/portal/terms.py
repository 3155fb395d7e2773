"""The terms that the profiles use for the same thing, and what each profile asks for.

Checks are written once; a profile that has no term for something is not asked about it.
Source: DCAT 3; DCAT-AP 3.0.1 §5; DCAT-AP_IT 2.0; schema.org Dataset, and what dataset search asks
of it (https://developers.google.com/search/docs/appearance/structured-data/dataset).
"""

from __future__ import annotations

from dataclasses import dataclass

from ctl_kg.publish.findings import VIOLATION, WARNING

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
DCATAP = "http://data.europa.eu/r5r/"
DCATAPIT = "http://dati.gov.it/onto/dcatapit#"
FOAF = "http://xmlns.com/foaf/0.1/"
SCHEMA = "http://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
ADMS = "http://www.w3.org/ns/adms#"
OWL = "http://www.w3.org/2002/07/owl#"


@dataclass(frozen=True)
class Profile:
    """A profile: its terms, and how bad it is there if something recommended is missing.

    ``token`` is that of the catalogue's documents, ``shapes`` the file of our own shapes.
    ``wanted`` is the severity of a missing theme, frequency, identifier, code of an agent.
    """

    token: str
    title: str
    shapes: str
    wanted: str
    catalogue_class: str
    dataset_class: str
    link: str  # from catalogue to dataset
    files: str  # from dataset to file
    name: str
    description: str
    licence: str
    licence_on_files: bool
    identifier: str
    publisher: str
    issued: str
    modified: str
    language: str
    access: str  # empty: the profile knows no page beside the file
    download: str
    format: str  # empty: it knows media types only
    media_type: str
    size: str

    @property
    def is_dcat(self) -> bool:
        """Whether the profile is one of DCAT."""
        return self.dataset_class.startswith(DCAT)


def _dcat(token: str, title: str, shapes: str, wanted: str) -> Profile:
    return Profile(
        token=token,
        title=title,
        shapes=shapes,
        wanted=wanted,
        catalogue_class=DCAT + "Catalog",
        dataset_class=DCAT + "Dataset",
        link=DCAT + "dataset",
        files=DCAT + "distribution",
        name=DCT + "title",
        description=DCT + "description",
        licence=DCT + "license",
        licence_on_files=True,
        identifier=DCT + "identifier",
        publisher=DCT + "publisher",
        issued=DCT + "issued",
        modified=DCT + "modified",
        language=DCT + "language",
        access=DCAT + "accessURL",
        download=DCAT + "downloadURL",
        format=DCT + "format",
        media_type=DCAT + "mediaType",
        size=DCAT + "byteSize",
    )


DCAT_AP = _dcat("dcat-ap", "DCAT-AP 3.0.1", "shapes/portal/dcat-ap.ttl", WARNING)
DCAT_AP_IT = _dcat("dcat-ap-it", "DCAT-AP_IT", "shapes/portal/dcat-ap-it.ttl", VIOLATION)
SCHEMA_ORG = Profile(
    token="schema-org",
    title="schema.org",
    shapes="shapes/portal/schema-org.ttl",
    wanted=WARNING,
    catalogue_class=SCHEMA + "DataCatalog",
    dataset_class=SCHEMA + "Dataset",
    link=SCHEMA + "dataset",
    files=SCHEMA + "distribution",
    name=SCHEMA + "name",
    description=SCHEMA + "description",
    licence=SCHEMA + "license",
    licence_on_files=False,
    identifier=SCHEMA + "identifier",
    publisher=SCHEMA + "publisher",
    issued=SCHEMA + "datePublished",
    modified=SCHEMA + "dateModified",
    language=SCHEMA + "inLanguage",
    access="",
    download=SCHEMA + "contentUrl",
    format="",
    media_type=SCHEMA + "encodingFormat",
    size=SCHEMA + "contentSize",
)
PROFILES = {each.token: each for each in (DCAT_AP, DCAT_AP_IT, SCHEMA_ORG)}
