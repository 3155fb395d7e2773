"""Where places lie: outlines of provinces, and points, from the open data of the bundles.

The graph says what a place is in other registers: a municipality has an identifier in GeoNames, a
province a code of ISO 3166-2. By these the place is found in the bundled data. What has neither
lies where its province does; a place that is found in no way has no position.

Source: Natural Earth 1:10m Admin 1 (public domain), GeoNames (CC BY 4.0), RFC 7946 (GeoJSON).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from pyoxigraph import NamedNode

from ctl_kg.namespaces import Curies
from ctl_kg.rdf.terms import text_of
from ctl_kg.sparql.store import LocalStore
from ctl_kg.web.front_end import FOLDER, manifest

_MATCHES = ("skos:exactMatch", "skos:closeMatch")
_GEONAMES = re.compile(r"https?://(?:sws|www)\.geonames\.org/(\d+)(?:/.*)?")

GeoJson = Mapping[str, Any]


class Release(Protocol):
    """What is needed of a release."""

    @property
    def store(self) -> LocalStore:
        """Its statements."""

    @property
    def curies(self) -> Curies:
        """Its prefixes."""


@dataclass(frozen=True)
class Position:
    """Longitude and latitude in degrees (WGS 84); ``exact`` if of the place, not its province."""

    longitude: float
    latitude: float
    exact: bool = True


@lru_cache(maxsize=1)
def _outlines() -> dict[str, Any]:
    """Return the outlines of the provinces by ISO 3166-2 code."""
    found = _bundled("provinces.json")
    return {each["id"]: each for each in found["features"]}


@lru_cache(maxsize=1)
def _points() -> dict[str, list[float]]:
    found: dict[str, list[float]] = _bundled("places.json")
    return found


def _bundled(name: str) -> Any:
    return json.loads((FOLDER / manifest()[name]).read_text())


class Places:
    """Positions and provinces of the places of a release."""

    def __init__(self, release: Release) -> None:
        self._store, self._curies = release.store, release.curies

    def position(self, iri: str) -> Position | None:
        """Return where a place lies; None if that is not known."""
        for predicate in _MATCHES:
            for each in self._values(iri, predicate):
                match = _GEONAMES.fullmatch(each)
                if match and match[1] in _points():
                    longitude, latitude = _points()[match[1]]
                    return Position(longitude, latitude)
        province = self.province(iri)
        code = self.code(province) if province else ""
        if not code:
            return None
        longitude, latitude = _outlines()[code]["properties"]["at"]
        return Position(longitude, latitude, exact=province == iri)

    def province(self, iri: str) -> str:
        """Return the province that a place lies in, or is; nothing if there is none."""
        around = [iri, *self._values(iri, "clv:hasDirectHigherRank")]
        around += [each for each in self._values(iri, "clv:situatedWithin") if each not in around]
        return next((each for each in around if self._is_province(each)), "")

    def code(self, province: str) -> str:
        """Return the code of a province by which its outline is found; nothing if there is none."""
        for node in self._values(province, "adms:identifier"):
            for code in self._values(node, "skos:notation"):
                if code in _outlines():
                    return code
        return ""

    def _is_province(self, iri: str) -> bool:
        return self._iri("clv:Province") in self._values(iri, "rdf:type")

    def _values(self, iri: str, curie: str) -> Iterator[str]:
        found = self._store.quads(NamedNode(iri), NamedNode(self._iri(curie)))
        yield from sorted({text_of(quad.object) for quad in found})

    def _iri(self, curie: str) -> str:
        found = self._curies.expand(curie)
        assert found is not None, curie
        return found


def outlines_of(codes: Iterable[str], labels: Mapping[str, str]) -> GeoJson:
    """Return the outlines of the provinces around some, as a GeoJSON FeatureCollection.

    Those of one region have all its provinces around them, those of several the whole country.

    Args:
        codes: of provinces, in ISO 3166-2.
        labels: by code, what a province is called where it is not called as in the bundled data.
    """
    known = _outlines()
    regions = {known[code]["properties"]["region"] for code in codes if code in known}
    if not regions:
        return {"type": "FeatureCollection", "features": []}
    features = [
        {**each, "properties": {**each["properties"], "label": labels.get(code, "")}}
        for code, each in known.items()
        if len(regions) > 1 or each["properties"]["region"] in regions
    ]
    return {"type": "FeatureCollection", "features": features}
