"""What the DCAT profiles have in common: agents, datasets, files, services as DCAT says them.

A profile is one subclass, which says where it differs; see ``dcat_ap`` and ``dcat_ap_it``.
Source: DCAT 3 §6; checksums: SPDX terms.
"""

from __future__ import annotations

from ctl_kg.catalogue.model import (
    Agent,
    Catalogue,
    Contact,
    Dataset,
    File,
    Period,
    Place,
    Resource,
    Standard,
    Texts,
)
from ctl_kg.catalogue.triples import Triples
from ctl_kg.publish.authority import FILE_TYPE, IANA, LANGUAGE, LANGUAGE_CODES, Licence

_LANGUAGES = tuple(LANGUAGE + code for code in LANGUAGE_CODES.values())


class DcatWriter:
    """Writes one catalogue as DCAT; a subclass for each profile."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.to = Triples(catalogue.base_iri)

    def licence_iri(self, licence: Licence) -> str:
        """Return the licence as this profile's list names it, described if it must be."""
        raise NotImplementedError

    def title(self) -> Texts:
        """Return the title of the catalogue."""
        return self.catalogue.title

    def agent(self, agent: Agent) -> str:
        """Describe an agent."""
        self.to.kinds(agent.iri, "foaf:Agent")
        self.to.texts(agent.iri, "foaf:name", agent.name)
        self.to.text(agent.iri, "dct:identifier", agent.identifier)
        if agent.homepage:
            self.page(agent.iri, "foaf:homepage", agent.homepage)
        return agent.iri

    def page(self, subject: str, term: str, address: str) -> None:
        """Point at a page for people."""
        self.to.link(subject, term, address)
        self.to.kinds(address, "foaf:Document")

    def contact(self, subject: str, contact: Contact | None) -> None:
        """Say where to ask."""
        if contact is None:
            return
        self.to.link(subject, "dcat:contactPoint", contact.iri)
        self.to.kinds(contact.iri, "vcard:Kind", "vcard:Organization")
        self.to.text(contact.iri, "vcard:fn", contact.name)
        self.to.link(contact.iri, "vcard:hasEmail", contact.email)
        self.to.link(contact.iri, "vcard:hasURL", contact.page)

    def standards(self, subject: str, standards: tuple[Standard, ...]) -> None:
        """Say what something conforms to."""
        for each in standards:
            self.to.link(subject, "dct:conformsTo", each.iri)
            self.to.kinds(each.iri, "dct:Standard")
            self.to.texts(each.iri, "dct:title", each.title)
            self.to.texts(each.iri, "dct:description", each.description)

    def place(self, subject: str, place: Place | None) -> None:
        """Say which territory is covered."""
        raise NotImplementedError

    def period(self, subject: str, period: Period | None) -> None:
        """Say which time is covered."""
        if period is None:
            return
        self.to.link(subject, "dct:temporal", period.iri)
        self.to.kinds(period.iri, "dct:PeriodOfTime")
        self.to.text(period.iri, "dcat:startDate", period.start, "date")
        self.to.text(period.iri, "dcat:endDate", period.end, "date")

    def resource(self, resource: Resource) -> None:
        """Say what datasets, services and series alike have; not who, nor when."""
        to, iri = self.to, resource.iri
        to.texts(iri, "dct:title", resource.title)
        to.texts(iri, "dct:description", resource.description)
        to.words(iri, "dcat:keyword", resource.keywords)
        to.link(iri, "dcat:theme", *resource.themes)
        to.link(iri, "dct:publisher", self.agent(resource.terms.publisher))
        self.contact(iri, resource.terms.contact)
        self.standards(iri, resource.standards)

    def dates(self, iri: str, issued: str, modified: str, datatype: str = "date") -> None:
        """Say when something was first published, and last changed."""
        midnight = "T00:00:00Z" if datatype == "dateTime" else ""
        self.to.text(iri, "dct:issued", issued and issued + midnight, datatype)
        self.to.text(iri, "dct:modified", modified and modified + midnight, datatype)

    def dataset(self, dataset: Dataset) -> None:
        """Describe a dataset with its files."""
        to, iri = self.to, dataset.iri
        to.kinds(iri, "dcat:Dataset")
        self.resource(dataset)
        self.dates(iri, dataset.issued, dataset.modified)
        to.text(iri, "dct:identifier", dataset.identifier)
        to.link(iri, "dct:rightsHolder", self.agent(dataset.terms.rights_holder))
        to.link(iri, "dct:creator", self.agent(dataset.terms.creator))
        to.link(iri, "dct:accrualPeriodicity", dataset.terms.frequency)
        to.link(iri, "dct:accessRights", dataset.terms.access_rights)
        to.link(iri, "dct:language", *dataset.languages)
        to.link(iri, "dct:subject", *dataset.subjects)
        self.place(iri, dataset.place)
        self.period(iri, dataset.period)
        self.page(iri, "dcat:landingPage", dataset.landing_page)
        for file in dataset.files:
            to.link(iri, "dcat:distribution", file.iri)
            self.file(dataset, file)

    def file(self, dataset: Dataset, file: File) -> None:
        """Describe one file."""
        to, iri = self.to, file.iri
        to.kinds(iri, "dcat:Distribution")
        to.texts(iri, "dct:title", file.offered.title)
        to.texts(iri, "dct:description", file.offered.description)
        to.link(iri, "dcat:accessURL", file.url)
        to.link(iri, "dcat:downloadURL", file.url)
        to.link(iri, "dct:format", FILE_TYPE + file.offered.file_type)
        self.media_type(iri, file.offered.media_type)
        to.link(iri, "dct:license", self.licence_iri(dataset.terms.licence))
        to.link(iri, "dct:language", *dataset.languages)
        self.dates(iri, dataset.issued, dataset.modified)
        self.standards(iri, file.standards)
        self.checksum(iri, file.sha256)

    def media_type(self, iri: str, media_type: str) -> None:
        """Give a distribution its IANA media type."""
        self.to.link(iri, "dcat:mediaType", IANA + media_type)
        self.to.kinds(IANA + media_type, "dct:MediaType")

    def checksum(self, iri: str, sha256: str) -> None:
        """Give a file its SHA-256."""
        node = f"{iri}-sha256"
        self.to.link(iri, "spdx:checksum", node)
        self.to.kinds(node, "spdx:Checksum")
        self.to.link(node, "spdx:algorithm", self.to.iri("spdx:checksumAlgorithm_sha256"))
        self.to.text(node, "spdx:checksumValue", sha256, "hexBinary")

    def head(self) -> None:
        """Describe the catalogue itself."""
        to, it = self.to, self.catalogue
        to.kinds(it.iri, "dcat:Catalog")
        to.texts(it.iri, "dct:title", self.title())
        to.texts(it.iri, "dct:description", it.description)
        to.link(it.iri, "dct:publisher", self.agent(it.publisher))
        to.link(it.iri, "dct:language", *(it.languages or _LANGUAGES))
        to.link(it.iri, "dct:license", self.licence_iri(it.licence))
        to.link(it.iri, "dcat:themeTaxonomy", it.theme_list)
        self.page(it.iri, "foaf:homepage", it.homepage)
        for dataset in it.datasets:
            to.link(it.iri, "dcat:dataset", dataset.iri)
