"""schema.org ``DataCatalog`` and ``Dataset``, for dataset search engines.

Source: schema.org (Dataset, DataDownload, DataCatalog); Google, Dataset structured data.
"""

from __future__ import annotations

from pyoxigraph import Triple

from ctl_kg.catalogue.model import Agent, Catalogue, Dataset, File, Place, Service
from ctl_kg.catalogue.triples import Triples
from ctl_kg.publish.authority import LANGUAGE_CODES


def schema_org_catalogue(catalogue: Catalogue) -> list[Triple]:
    """Return a catalogue in schema.org's terms."""
    writer = _SchemaOrg(catalogue)
    writer.head()
    for dataset in catalogue.datasets:
        writer.dataset(dataset)
    for service in catalogue.services:
        writer.service(service)
    return writer.to.found


class _SchemaOrg:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.to = Triples(catalogue.base_iri)

    def head(self) -> None:
        to, it = self.to, self.catalogue
        to.kinds(it.iri, "schema:DataCatalog")
        to.texts(it.iri, "schema:name", it.title)
        to.texts(it.iri, "schema:description", it.description)
        to.link(it.iri, "schema:url", it.iri)
        to.link(it.iri, "schema:license", it.licence.page)
        to.link(it.iri, "schema:publisher", self.agent(it.publisher))
        to.text(it.iri, "schema:datePublished", it.issued, "date")
        to.text(it.iri, "schema:dateModified", it.modified, "date")
        self.languages(it.iri)
        to.link(it.iri, "schema:dataset", *(each.iri for each in it.datasets))

    def languages(self, iri: str) -> None:
        for tag in LANGUAGE_CODES:
            self.to.text(iri, "schema:inLanguage", tag)

    def agent(self, agent: Agent) -> str:
        self.to.kinds(agent.iri, "schema:Organization")
        self.to.texts(agent.iri, "schema:name", agent.name)
        self.to.text(agent.iri, "schema:identifier", agent.identifier)
        self.to.link(agent.iri, "schema:url", agent.homepage)
        return agent.iri

    def place(self, iri: str, place: Place | None) -> None:
        if place is None:
            return
        self.to.link(iri, "schema:spatialCoverage", place.iri)
        self.to.kinds(place.iri, "schema:Place")
        self.to.texts(place.iri, "schema:name", place.name)
        self.to.link(place.iri, "schema:sameAs", *place.same)

    def dataset(self, dataset: Dataset) -> None:
        to, iri, terms = self.to, dataset.iri, dataset.terms
        to.kinds(iri, "schema:Dataset")
        to.texts(iri, "schema:name", dataset.title)
        to.texts(iri, "schema:description", dataset.description)
        to.words(iri, "schema:keywords", dataset.keywords)
        to.text(iri, "schema:identifier", dataset.identifier)
        to.link(iri, "schema:url", dataset.landing_page)
        to.link(iri, "schema:license", terms.licence.page)
        to.link(iri, "schema:publisher", self.agent(terms.publisher))
        to.link(iri, "schema:creator", self.agent(terms.creator))
        to.link(iri, "schema:copyrightHolder", self.agent(terms.rights_holder))
        to.text(iri, "schema:isAccessibleForFree", "true", "boolean")
        to.text(iri, "schema:version", dataset.version)
        to.text(iri, "schema:datePublished", dataset.issued, "date")
        to.text(iri, "schema:dateModified", dataset.modified, "date")
        to.link(iri, "schema:isBasedOn", *dataset.sources)
        to.link(iri, "schema:includedInDataCatalog", self.catalogue.iri)
        self.languages(iri)
        self.place(iri, dataset.place)
        if dataset.period:
            interval = f"{dataset.period.start}/{dataset.period.end}"
            to.text(iri, "schema:temporalCoverage", interval)
        for file in dataset.files:
            to.link(iri, "schema:distribution", file.iri)
            self.file(file)

    def file(self, file: File) -> None:
        to, iri = self.to, file.iri
        to.kinds(iri, "schema:DataDownload")
        to.texts(iri, "schema:name", file.offered.title)
        to.texts(iri, "schema:description", file.offered.description)
        to.link(iri, "schema:contentUrl", file.url)
        to.text(iri, "schema:encodingFormat", file.offered.media_type)
        to.text(iri, "schema:contentSize", f"{file.size} B")
        to.text(iri, "schema:sha256", file.sha256)

    def service(self, service: Service) -> None:
        to, iri = self.to, service.iri
        to.kinds(iri, "schema:WebAPI")
        to.texts(iri, "schema:name", service.title)
        to.texts(iri, "schema:description", service.description)
        to.link(iri, "schema:url", service.endpoint)
        to.link(iri, "schema:documentation", service.description_at)
        to.link(iri, "schema:provider", self.agent(service.terms.publisher))
        to.link(iri, "schema:license", service.terms.licence.page)
