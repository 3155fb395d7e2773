"""The catalogue as the profiles see it: what is authored, with what a release knows added.

Texts are mappings from ``it`` and ``en``. Source: DCAT 3 §6 (classes); DCAT-AP 3.0.1 §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ctl_kg.distributions.distribution import Distribution
from ctl_kg.publish.authority import Licence

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Agent:
    """Who publishes or holds rights; ``identifier`` is the official code if there is one."""

    iri: str
    name: Texts
    identifier: str
    homepage: str


@dataclass(frozen=True)
class Contact:
    """Where to ask; ``email`` is a ``mailto:`` IRI, or empty."""

    iri: str
    name: str
    email: str
    page: str


@dataclass(frozen=True)
class Place:
    """A territory; ``same`` are its IRIs in NUTS and GeoNames."""

    iri: str
    name: Texts
    same: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """An interval of ISO dates, both included."""

    iri: str
    start: str
    end: str


@dataclass(frozen=True)
class Standard:
    """What something conforms to."""

    iri: str
    title: Texts
    description: Texts


@dataclass(frozen=True)
class Sample:
    """A typical resource, with its name."""

    iri: str
    name: Texts


@dataclass(frozen=True)
class File:
    """A distribution with what the release knows: address, size in bytes, SHA-256 (hex)."""

    iri: str
    url: str
    size: int
    sha256: str
    offered: Distribution
    standards: tuple[Standard, ...]


@dataclass(frozen=True)
class Terms:
    """Who and under which terms, of a dataset, a service or a series."""

    publisher: Agent
    rights_holder: Agent
    creator: Agent
    contact: Contact | None
    licence: Licence
    licence_page: str
    access_rights: str
    frequency: str


@dataclass(frozen=True)
class Resource:
    """What every entry of the catalogue has; dates are ISO, ``modified`` the release's."""

    iri: str
    key: str
    title: Texts
    description: Texts
    keywords: Mapping[str, tuple[str, ...]]
    themes: tuple[str, ...]
    issued: str
    modified: str
    terms: Terms
    standards: tuple[Standard, ...]


@dataclass(frozen=True)
class Dataset(Resource):
    """One dataset with its files; ``series`` is an IRI, or empty."""

    identifier: str
    languages: tuple[str, ...]
    subjects: tuple[str, ...]
    place: Place | None
    period: Period | None
    sources: tuple[str, ...]
    landing_page: str
    version: str
    series: str
    samples: tuple[Sample, ...]
    files: tuple[File, ...]


@dataclass(frozen=True)
class Service(Resource):
    """One data service."""

    endpoint: str
    description_at: str
    serves: tuple[str, ...]


@dataclass(frozen=True)
class Series(Resource):
    """One dataset series."""

    place: Place | None
    period: Period | None


@dataclass(frozen=True)
class Catalogue:
    """The whole; ``themes`` is the IRI of the list that themes come from."""

    iri: str
    base_iri: str
    title: Texts
    description: Texts
    languages: tuple[str, ...]
    issued: str
    modified: str
    publisher: Agent
    licence: Licence
    licence_page: str
    place: Place | None
    homepage: str
    theme_list: str
    datasets: tuple[Dataset, ...]
    services: tuple[Service, ...]
    series: tuple[Series, ...]
