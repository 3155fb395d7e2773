"""The seats of organisations as GeoJSON features.

A feature is a site; its geometry is what the data say of the site, its address or its
municipality, the nearest first, and ``geometryOf`` names which. A site of which the data state
no coordinates is a feature without geometry: none are looked up or made up.

Source: RFC 7946 §3.2 (features, unlocated ones too); W3C ORG §5.5 (sites); LOCN; GeoSPARQL 1.1
§8.4 (hasGeometry), §8.5 (asWKT); WGS84 Geo Positioning vocabulary.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.languages import LANGUAGES
from ctl_kg.namespaces import prefixes
from ctl_kg.publish.tables import Geometry, geometry_of_wkt

SEATS = "seats.geojson"
_WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_TABLE = prefixes()
_Said = Mapping[str, Mapping[str, Sequence[NamedNode | Literal]]]


def _iri(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return _TABLE[prefix] + local


_LABEL = _iri("skos:prefLabel")
_ADDRESS, _CITY = _iri("org:siteAddress"), _iri("clv:hasCity")
_OF = (_iri("org:hasPrimarySite"), _iri("org:hasRegisteredSite"), _iri("org:hasSite"))
_WKT = (_iri("geo:asWKT"), _iri("locn:geometry"))
_GEOMETRY = _iri("geo:hasGeometry")
_DEGREES = (
    (_iri("schema:longitude"), _iri("schema:latitude")),
    (_WGS84 + "long", _WGS84 + "lat"),
)
# What is said of an address, by the name that the property has in a feature.
_PARTS = {
    "fullAddress": _iri("locn:fullAddress"), "thoroughfare": _iri("locn:thoroughfare"),
    "streetNumber": _iri("locn:locatorDesignator"), "postCode": _iri("locn:postCode"),
    "postName": _iri("locn:postName"),
}  # fmt: skip


def seats(statements: Iterable[Triple]) -> bytes:
    """Return the sites with an address as a feature collection, in the order of their IRIs."""
    said: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for triple in sorted(statements, key=str):
        said[triple.subject.value][triple.predicate.value].append(triple.object)  # type: ignore[union-attr]
    owners: dict[str, list[str]] = defaultdict(list)
    for iri in sorted(said):
        for predicate in _OF:
            for site in said[iri].get(predicate, ()):
                owners[site.value].append(iri)
    found = {iri: dict(properties) for iri, properties in said.items()}
    features = [_feature(iri, found, owners.get(iri, []))
                for iri in sorted(found) if _ADDRESS in found[iri]]  # fmt: skip
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()


def _feature(site: str, said: _Said, owners: Sequence[str]) -> dict[str, Any]:
    addresses = _nodes(said, site, _ADDRESS)
    cities = [city for each in addresses for city in _nodes(said, each, _CITY)]
    geometry, where = None, None
    for each in (site, *addresses, *cities):
        if (geometry := _geometry(said, each)) is not None:
            where = each
            break
    properties: dict[str, Any] = {
        "organisations": [{"id": each, "label": _labels(said, each)} for each in owners],
        "address": addresses[0] if addresses else None,
        **{name: _text(said, addresses, predicate) for name, predicate in _PARTS.items()},
        "city": cities[0] if cities else None,
        "cityLabel": _labels(said, cities[0]) if cities else {},
        "geometryOf": where,
    }
    return {"type": "Feature", "id": site, "geometry": geometry, "properties": properties}


def _nodes(said: _Said, iri: str, predicate: str) -> list[str]:
    found = said.get(iri, {}).get(predicate, ())
    return [each.value for each in found if isinstance(each, NamedNode)]


def _text(said: _Said, nodes: Sequence[str], predicate: str) -> str | None:
    return next(
        (each.value for iri in nodes for each in said.get(iri, {}).get(predicate, ())), None
    )


def _labels(said: _Said, iri: str) -> dict[str, str]:
    found = said.get(iri, {}).get(_LABEL, ())
    return {each: text.value for each in LANGUAGES for text in found
            if isinstance(text, Literal) and text.language == each}  # fmt: skip


def _geometry(said: _Said, iri: str) -> Geometry | None:
    """Return the geometry that is said of a resource, in degrees of WGS 84, or None."""
    about = [iri, *_nodes(said, iri, _GEOMETRY)]
    for node in about:
        for predicate in _WKT:
            for each in said.get(node, {}).get(predicate, ()):
                if (found := geometry_of_wkt(each.value)) is not None:
                    return found
    for node in about:
        for east, north in _DEGREES:
            texts = [_text(said, [node], east), _text(said, [node], north)]
            if all(texts):
                try:
                    return {"type": "Point", "coordinates": [float(text or "") for text in texts]}
                except ValueError:
                    continue
    return None
