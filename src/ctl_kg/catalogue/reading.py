"""Read the authored catalogue: statements of ``data/catalogue.ttl`` to the model.

Names of what the catalogue points at (agents, places, samples) come from the rest of the data.
Not here: whether the terms of use are complete (``publish/rights``).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.catalogue.model import (
    Agent,
    Catalogue,
    Contact,
    Dataset,
    File,
    Period,
    Place,
    Sample,
    Series,
    Service,
    Standard,
    Terms,
    Texts,
)
from ctl_kg.distributions.distribution import Distribution
from ctl_kg.errors import SourceError
from ctl_kg.publish.authority import GEONAMES, LICENCES
from ctl_kg.publish.rights import CATALOGUE_FILE
from ctl_kg.rdf.terms import text_of

_DCAT = "http://www.w3.org/ns/dcat#"
_DCT = "http://purl.org/dc/terms/"
_FOAF = "http://xmlns.com/foaf/0.1/"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_VCARD = "http://www.w3.org/2006/vcard/ns#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_ADMS_IDENTIFIER = "http://www.w3.org/ns/adms#identifier"
_EXAMPLE = "http://rdfs.org/ns/void#exampleResource"
_NAMES = (
    _DCT + "title", _FOAF + "name", _SKOS + "prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What a release knows: version, date (ISO), the content of its files by name."""

    version: str
    released: str
    files: Mapping[str, bytes]


def read_catalogue(
    quads: Iterable[Quad], base_iri: str, facts: Facts, offered: Iterable[Distribution]
) -> Catalogue | None:
    """Return the catalogue, or None if none is authored; datasets without files are left out.

    Args:
        quads: every authored statement.
        base_iri: base of our IRIs.
        facts: of the release.
        offered: the distributions of the release.
    Raises:
        SourceError: a distribution belongs to no dataset, or the catalogue lacks a value.
    """
    reader = _Reader(list(quads), base_iri, facts, tuple(offered))
    return reader.catalogue()


class _Reader:
    def __init__(
        self, quads: list[Quad], base_iri: str, facts: Facts, offered: tuple[Distribution, ...]
    ) -> None:
        self.base, self.facts, self.offered = base_iri, facts, offered
        self.graph = f"{base_iri}data/graph/catalogue"
        self.said: dict[tuple[str, str], list[NamedNode | Literal]] = defaultdict(list)
        self.kinds: dict[str, list[str]] = defaultdict(list)
        for quad in quads:
            if isinstance(quad.object, (NamedNode, Literal)):
                self.said[text_of(quad.subject), quad.predicate.value].append(quad.object)
            if quad.predicate.value == _TYPE and text_of(quad.graph_name) == self.graph:
                self.kinds[text_of(quad.object)].append(text_of(quad.subject))

    def values(self, subject: str, predicate: str) -> tuple[str, ...]:
        return tuple(sorted({each.value for each in self.said.get((subject, predicate), ())}))

    def value(self, subject: str, predicate: str) -> str:
        return min(self.values(subject, predicate), default="")

    def needed(self, subject: str, predicate: str) -> str:
        found = self.value(subject, predicate)
        if not found:
            name = predicate.replace(_DCAT, "dcat:").replace(_DCT, "dct:")
            raise SourceError(
                f"<{subject}> has no {name}",
                path=CATALOGUE_FILE,
                hint=f"Add it to the description of <{subject}>.",
            )
        return found

    def texts(self, subject: str, *predicates: str) -> Texts:
        """Return one text per language, of the first property that has any."""
        for predicate in predicates:
            found = sorted(
                (each.language or "", each.value)
                for each in self.said.get((subject, predicate), ())
                if isinstance(each, Literal)
            )
            if found:
                texts: dict[str, str] = {}
                for language, text in found:
                    texts.setdefault(language, text)
                return {tag: texts[tag] for tag in ("it", "en") if tag in texts} or texts
        return {}

    def keywords(self, subject: str) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.said.get((subject, _DCAT + "keyword"), ()):
            if isinstance(each, Literal):
                found[each.language or ""].append(each.value)
        return {tag: tuple(sorted(words)) for tag, words in sorted(found.items())}

    def agent(self, iri: str) -> Agent:
        """Return an agent; without a code of its own, the notation of its official identifier."""
        codes = [
            code
            for node in self.values(iri, _ADMS_IDENTIFIER)
            for code in self.values(node, _SKOS + "notation")
        ]
        identifier = self.value(iri, _DCT + "identifier") or min(codes, default="")
        name = self.texts(iri, *_NAMES[1:])
        return Agent(iri, name, identifier, self.value(iri, _FOAF + "homepage"))

    def terms(self, iri: str) -> Terms:
        publisher = self.agent(self.needed(iri, _DCT + "publisher"))
        holder = self.value(iri, _DCT + "rightsHolder")
        creator = self.value(iri, _DCT + "creator")
        contact = self.value(iri, _DCAT + "contactPoint")
        catalogue = f"{self.base}catalog"
        licence = self.licence(iri if self.value(iri, _DCT + "license") else catalogue)
        return Terms(
            publisher,
            self.agent(holder) if holder else publisher,
            self.agent(creator) if creator else publisher,
            self.contact(contact) if contact else None,
            LICENCES[licence],
            licence,
            self.value(iri, _DCT + "accessRights"),
            self.value(iri, _DCT + "accrualPeriodicity"),
        )

    def licence(self, iri: str) -> str:
        """Return the licence of something, as authored; it is one that the lists know."""
        found = self.needed(iri, _DCT + "license")
        if found not in LICENCES:
            raise SourceError(
                f"<{iri}> has the licence <{found}>, which portals do not know",
                path=CATALOGUE_FILE,
                hint="Known: " + ", ".join(sorted(LICENCES)) + ".",
            )
        return found

    def contact(self, iri: str) -> Contact:
        return Contact(
            iri,
            self.needed(iri, _VCARD + "fn"),
            self.value(iri, _VCARD + "hasEmail"),
            self.value(iri, _VCARD + "hasURL"),
        )

    def place(self, subject: str) -> Place | None:
        iri = self.value(subject, _DCT + "spatial")
        same = {
            each
            for each in self.values(iri, _SKOS + "exactMatch")
            if each.startswith(("http://data.europa.eu/nuts/", "https://sws.geonames.org/"))
        }
        same |= {GEONAMES[each] for each in same if each in GEONAMES}
        return Place(iri, self.texts(iri, *_NAMES), tuple(sorted(same))) if iri else None

    def period(self, subject: str) -> Period | None:
        iri = self.value(subject, _DCT + "temporal")
        if not iri:
            return None
        return Period(
            iri, self.needed(iri, _DCAT + "startDate"), self.needed(iri, _DCAT + "endDate")
        )

    def standard(self, iri: str) -> Standard:
        title = self.texts(iri, *_NAMES)
        return Standard(iri, title, self.texts(iri, _DCT + "description"))

    def standards(self, iris: Iterable[str]) -> tuple[Standard, ...]:
        """Describe standards; the shapes have one name, whether their page or graph is meant."""
        document, graph = f"{self.base}shapes", f"{self.base}data/graph/shapes"
        return tuple(
            self.standard(iri) for iri in sorted({graph if i == document else i for i in iris})
        )

    def general(self, iri: str) -> dict[str, Any]:
        """Return what every entry has, by the names of the model."""
        return {
            "iri": iri,
            "key": iri.rpartition("/")[2],
            "title": self.texts(iri, _DCT + "title"),
            "description": self.texts(iri, _DCT + "description"),
            "keywords": self.keywords(iri),
            "themes": self.values(iri, _DCAT + "theme"),
            "issued": self.value(iri, _DCT + "issued"),
            "modified": self.facts.released,
            "terms": self.terms(iri),
            "standards": self.standards(self.values(iri, _DCT + "conformsTo")),
        }

    def file(self, dataset: str, offered: Distribution) -> File:
        content = self.facts.files[offered.path]
        return File(
            f"{dataset}#{offered.path.replace('/', '-')}",
            f"{self.base}download/{offered.path}",
            len(content),
            hashlib.sha256(content).hexdigest(),
            offered,
            self.standards(offered.conforms_to),
        )

    def dataset(self, iri: str) -> Dataset:
        key = iri.rpartition("/")[2]
        return Dataset(
            **self.general(iri),
            identifier=self.needed(iri, _DCT + "identifier"),
            languages=self.values(iri, _DCT + "language"),
            subjects=self.values(iri, _DCT + "subject"),
            place=self.place(iri),
            period=self.period(iri),
            sources=self.values(iri, _DCT + "source"),
            landing_page=self.value(iri, _DCAT + "landingPage") or f"{iri}.html",
            version=self.facts.version,
            series=self.value(iri, _DCAT + "inSeries"),
            samples=tuple(
                Sample(each, self.texts(each, *_NAMES)) for each in self.values(iri, _EXAMPLE)
            ),
            files=tuple(
                self.file(iri, each)
                for each in sorted(self.offered, key=lambda each: each.path)
                if each.dataset == key
            ),
        )

    def service(self, iri: str, datasets: Iterable[Dataset]) -> Service:
        served = set(self.values(iri, _DCAT + "servesDataset"))
        return Service(
            **self.general(iri),
            endpoint=self.needed(iri, _DCAT + "endpointURL"),
            description_at=self.value(iri, _DCAT + "endpointDescription"),
            serves=tuple(each.iri for each in datasets if each.iri in served),
        )

    def catalogue(self) -> Catalogue | None:
        iri = f"{self.base}catalog"
        if iri not in self.kinds[_DCAT + "Catalog"]:
            return None
        self.check_datasets()
        found = [self.dataset(each) for each in sorted(self.kinds[_DCAT + "Dataset"])]
        datasets = tuple(each for each in found if each.files)
        in_use = {each.series for each in datasets}
        licence = self.licence(iri)
        return Catalogue(
            iri=iri,
            base_iri=self.base,
            title=self.texts(iri, _DCT + "title"),
            description=self.texts(iri, _DCT + "description"),
            languages=self.values(iri, _DCT + "language"),
            issued=self.value(iri, _DCT + "issued"),
            modified=self.facts.released,
            publisher=self.agent(self.needed(iri, _DCT + "publisher")),
            licence=LICENCES[licence],
            licence_page=licence,
            place=self.place(iri),
            homepage=self.value(iri, _FOAF + "homepage") or self.base,
            theme_list=self.value(iri, _DCAT + "themeTaxonomy"),
            datasets=datasets,
            services=tuple(
                self.service(each, datasets) for each in sorted(self.kinds[_DCAT + "DataService"])
            ),
            series=tuple(
                Series(**self.general(each), place=self.place(each), period=self.period(each))
                for each in sorted(self.kinds[_DCAT + "DatasetSeries"])
                if each in in_use
            ),
        )

    def check_datasets(self) -> None:
        """Refuse a distribution whose dataset the catalogue does not describe."""
        known = {each.rpartition("/")[2] for each in self.kinds[_DCAT + "Dataset"]}
        for each in self.offered:
            if each.dataset not in known:
                raise SourceError(
                    f"the file {each.path} belongs to the dataset '{each.dataset}', which has no "
                    "licence, rights holder, frequency or theme: it is not described",
                    path=CATALOGUE_FILE,
                    hint=f"Describe <{self.base}catalog/dataset/{each.dataset}>.",
                )
