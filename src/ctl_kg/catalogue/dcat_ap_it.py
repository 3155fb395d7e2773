"""DCAT-AP_IT, the profile of dati.gov.it.

What differs from DCAT-AP: classes of both vocabularies, exactly one name per agent and one title
of the catalogue (the Italian ones), the national licence list, sizes as decimals, the interval in
every form that readers look for, one territory with its GeoNames identifier. Services and series
have no class in it and are left out; so is the contact while it has no mailbox, without which the
profile takes it for an error.

Source: DCAT-AP_IT 2.0, http://dati.gov.it/onto/dcatapit (cardinalities); readers of temporal
coverage: ckanext-dcatapit (schema:startDate), the national rules (dcatapit:startDate).
"""

from __future__ import annotations

from pyoxigraph import Triple

from ctl_kg.catalogue.dcat import DcatWriter
from ctl_kg.catalogue.model import (
    Agent,
    Catalogue,
    Contact,
    Dataset,
    File,
    Period,
    Place,
    Standard,
    Texts,
)
from ctl_kg.publish.authority import Licence

_GEONAMES = "https://sws.geonames.org/"


def dcat_ap_it(catalogue: Catalogue) -> list[Triple]:
    """Return a catalogue as DCAT-AP_IT."""
    writer = _DcatApIt(catalogue)
    writer.head()
    for dataset in catalogue.datasets:
        writer.dataset(dataset)
    return writer.to.found


def _italian(texts: Texts) -> Texts:
    return {"it": texts["it"]} if "it" in texts else dict(list(texts.items())[:1])


class _DcatApIt(DcatWriter):
    def licence_iri(self, licence: Licence) -> str:
        iri, to = licence.italian, self.to
        to.kinds(iri, "dcatapit:LicenseDocument", "dct:LicenseDocument")
        to.texts(iri, "foaf:name", licence.name)
        to.text(iri, "owl:versionInfo", licence.version)
        to.link(iri, "dct:type", licence.kind)
        to.kinds(licence.kind, "skos:Concept")
        return iri

    def title(self) -> Texts:
        return _italian(self.catalogue.title)

    def agent(self, agent: Agent) -> str:
        self.to.kinds(agent.iri, "dcatapit:Agent", "foaf:Agent")
        self.to.texts(agent.iri, "foaf:name", _italian(agent.name))
        self.to.text(agent.iri, "dct:identifier", agent.identifier)
        return agent.iri

    def contact(self, subject: str, contact: Contact | None) -> None:
        if contact is not None and contact.email:
            super().contact(subject, contact)
            self.to.kinds(contact.iri, "dcatapit:Organization")

    def standards(self, subject: str, standards: tuple[Standard, ...]) -> None:
        single = tuple(
            Standard(each.iri, each.title, _italian(each.description)) for each in standards
        )
        super().standards(subject, single)
        for each in single:
            self.to.kinds(each.iri, "dcatapit:Standard")
            self.to.text(each.iri, "dct:identifier", each.iri)

    def place(self, subject: str, place: Place | None) -> None:
        if place is None:
            return
        to = self.to
        to.link(subject, "dct:spatial", place.iri)
        to.kinds(place.iri, "dct:Location")
        to.texts(place.iri, "locn:geographicName", _italian(place.name))
        for same in place.same:
            if same.startswith(_GEONAMES):
                to.text(place.iri, "dcatapit:geographicalIdentifier", same)

    def period(self, subject: str, period: Period | None) -> None:
        super().period(subject, period)
        if period is not None:
            for prefix in ("dcatapit", "schema"):
                self.to.text(period.iri, f"{prefix}:startDate", period.start, "date")
                self.to.text(period.iri, f"{prefix}:endDate", period.end, "date")

    def head(self) -> None:
        super().head()
        iri = self.catalogue.iri
        self.to.kinds(iri, "dcatapit:Catalog")
        self.dates(iri, self.catalogue.issued, self.catalogue.modified, "dateTime")

    def dataset(self, dataset: Dataset) -> None:
        super().dataset(dataset)
        self.to.kinds(dataset.iri, "dcatapit:Dataset")
        self.to.text(dataset.iri, "owl:versionInfo", dataset.version)

    def file(self, dataset: Dataset, file: File) -> None:
        super().file(dataset, file)
        self.to.kinds(file.iri, "dcatapit:Distribution")
        self.to.text(file.iri, "dcat:byteSize", str(file.size), "decimal")
