"""DCAT-AP 3.0.1, the profile of data.europa.eu.

Terms of the EU tables are pointed at and not described: the portal knows them.
Source: SEMIC, DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/).
"""

from __future__ import annotations

from pyoxigraph import Triple

from ctl_kg.catalogue.dcat import DcatWriter
from ctl_kg.catalogue.model import Catalogue, Dataset, File, Place, Sample, Series, Service
from ctl_kg.publish.authority import EU, FILE_TYPE, Licence

_AVAILABLE = EU + "planned-availability/AVAILABLE"


def dcat_ap(catalogue: Catalogue) -> list[Triple]:
    """Return a catalogue as DCAT-AP 3.0.1."""
    writer = _DcatAp(catalogue)
    writer.head()
    for dataset in catalogue.datasets:
        writer.dataset(dataset)
    for service in catalogue.services:
        writer.service(service)
    for series in catalogue.series:
        writer.series(series)
    return writer.to.found


class _DcatAp(DcatWriter):
    def licence_iri(self, licence: Licence) -> str:
        return licence.european

    def head(self) -> None:
        super().head()
        self.dates(self.catalogue.iri, self.catalogue.issued, self.catalogue.modified)
        self.place(self.catalogue.iri, self.catalogue.place)
        self.to.link(
            self.catalogue.iri, "dcat:service", *(each.iri for each in self.catalogue.services)
        )

    def place(self, subject: str, place: Place | None) -> None:
        for iri in (place.same or (place.iri,)) if place else ():
            self.to.link(subject, "dct:spatial", iri)
            self.to.kinds(iri, "dct:Location")
            self.to.texts(iri, "skos:prefLabel", place.name if place else {})

    def dataset(self, dataset: Dataset) -> None:
        super().dataset(dataset)
        self.to.text(dataset.iri, "dcat:version", dataset.version)
        self.to.link(dataset.iri, "dcat:inSeries", dataset.series)
        self.to.link(dataset.iri, "prov:wasDerivedFrom", *dataset.sources)
        for number, sample in enumerate(dataset.samples, 1):
            self.sample(dataset, sample, f"{dataset.iri}#sample-{number}")

    def file(self, dataset: Dataset, file: File) -> None:
        super().file(dataset, file)
        self.to.text(file.iri, "dcat:byteSize", str(file.size), "nonNegativeInteger")
        self.to.link(file.iri, "dcatap:availability", _AVAILABLE)
        # Access rights are rights; on the file it is these that data.europa.eu looks for.
        self.to.link(file.iri, "dct:rights", dataset.terms.access_rights)

    def sample(self, dataset: Dataset, sample: Sample, iri: str) -> None:
        """Describe a typical resource as a distribution, which is what ``adms:sample`` wants."""
        to = self.to
        to.link(dataset.iri, "adms:sample", iri)
        to.kinds(iri, "dcat:Distribution")
        to.texts(iri, "dct:title", sample.name)
        what = {"it": "Una risorsa d'esempio.", "en": "A sample resource."}
        to.texts(iri, "dct:description", what)
        to.link(iri, "dcat:accessURL", sample.iri)
        to.link(iri, "dcat:downloadURL", sample.iri + ".ttl")
        to.link(iri, "dct:format", FILE_TYPE + "RDF_TURTLE")
        self.media_type(iri, "text/turtle")
        to.link(iri, "dct:license", self.licence_iri(dataset.terms.licence))
        to.link(iri, "dcatap:availability", _AVAILABLE)

    def service(self, service: Service) -> None:
        """Describe a data service."""
        to, iri = self.to, service.iri
        to.kinds(iri, "dcat:DataService")
        self.resource(service)
        to.link(iri, "dcat:endpointURL", service.endpoint)
        to.link(iri, "dcat:endpointDescription", service.description_at)
        to.link(iri, "dcat:servesDataset", *service.serves)
        to.link(iri, "dct:license", self.licence_iri(service.terms.licence))
        to.link(iri, "dct:accessRights", service.terms.access_rights)

    def series(self, series: Series) -> None:
        """Describe a dataset series."""
        self.to.kinds(series.iri, "dcat:DatasetSeries")
        self.resource(series)
        self.dates(series.iri, series.issued, series.modified)
        self.to.link(series.iri, "dct:accrualPeriodicity", series.terms.frequency)
        self.place(series.iri, series.place)
        self.period(series.iri, series.period)
