"""Where places lie: the bundled outlines and points, and how the graph leads to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ctl_kg.namespaces import DEFAULT_BASE, Curies, prefixes
from ctl_kg.sparql.store import LocalStore
from ctl_kg.web.places import Places, outlines_of

LOMBARDY = {"BG", "BS", "CO", "CR", "LC", "LO", "MB", "MI", "MN", "PV", "SO", "VA"}
BASE = DEFAULT_BASE + "data/territory/"


@dataclass(frozen=True)
class Opened:
    """A release as far as places need it."""

    store: LocalStore
    curies: Curies = field(default_factory=lambda: Curies(prefixes(DEFAULT_BASE)))


def places(tmp_path: Path, *statements: str) -> Places:
    """Return the places of some statements, each with short names of territory in ``<>``."""
    curies = Curies(prefixes(DEFAULT_BASE))
    lines = []
    for each in statements:
        full = re.sub(r"<(\w+)>", rf"<{BASE}\1>", each)
        full = re.sub(r"(?<= )(\w+:\w+)", lambda m: f"<{curies.expand(m[1])}>", full)
        lines.append(f"{full} <{DEFAULT_BASE}data/graph/g> .\n")
    file = tmp_path / "some.nq"
    file.write_text("".join(lines), encoding="utf-8")
    store = LocalStore()
    store.load_nquads(file)
    return Places(Opened(store))


PROVINCE = (
    "<lodi> rdf:type clv:Province",
    "<lodi> adms:identifier <code>",
    '<code> skos:notation "IT-LO"',
)


@pytest.mark.parametrize("match", ["skos:closeMatch", "skos:exactMatch"])
@pytest.mark.parametrize("address", ["https://sws.geonames.org/3173435/",
                                     "http://www.geonames.org/3173435/milan.html"])  # fmt: skip
def test_a_place_is_found_by_its_identifier(tmp_path: Path, match: str, address: str) -> None:
    found = places(tmp_path, f"<milano> {match} <{address}>").position(BASE + "milano")
    assert found is not None
    assert found.exact
    assert (found.longitude, found.latitude) == pytest.approx((9.19, 45.46), abs=0.02)


@pytest.mark.parametrize("way", ["clv:hasDirectHigherRank", "clv:situatedWithin"])
def test_a_place_that_is_not_found_lies_in_its_province(tmp_path: Path, way: str) -> None:
    unknown = "<town> skos:closeMatch <https://sws.geonames.org/1/>"
    made = places(tmp_path, *PROVINCE, unknown, f"<town> {way} <lodi>")
    assert made.province(BASE + "town") == BASE + "lodi"
    found, province = made.position(BASE + "town"), made.position(BASE + "lodi")
    assert found is not None
    assert province is not None
    assert (found.exact, province.exact) == (False, True)
    assert (found.longitude, found.latitude) == (province.longitude, province.latitude)


@pytest.mark.parametrize(
    "statement",
    ["<town> clv:hasDirectHigherRank <lodi>", "<town> skos:closeMatch <https://example.org/1>",
     '<town> skos:notation "IT-LO"'],
)  # fmt: skip
def test_a_place_without_a_known_province_has_no_position(tmp_path: Path, statement: str) -> None:
    made = places(tmp_path, "<lodi> rdf:type clv:Province", statement)
    assert made.position(BASE + "town") is None


def test_the_provinces_of_a_region_are_around_one() -> None:
    found = outlines_of(["IT-MI"], {"IT-MI": "Milan"})
    assert {each["id"][3:] for each in found["features"]} == LOMBARDY
    labels = {each["id"]: each["properties"]["label"] for each in found["features"]}
    assert labels["IT-MI"] == "Milan"
    assert outlines_of(["XX-YY"], {})["features"] == []


def test_provinces_of_several_regions_are_on_the_map_of_the_country() -> None:
    features = outlines_of(["IT-MI", "IT-RM"], {})["features"]
    assert len(features) > 100
    for each in features:
        assert re.fullmatch(r"IT-[A-Z]{2}", each["id"])
        rings = list(_rings(each["geometry"]))
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
        west, south, east, north = _box(rings)
        longitude, latitude = each["properties"]["at"]
        assert west <= longitude <= east
        assert south <= latitude <= north
        assert 6 < west < east < 19
        assert 35 < south < north < 48


def test_neighbours_share_their_border() -> None:
    outlines = {each["id"]: each for each in outlines_of(["IT-MI"], {})["features"]}
    edges = {
        code: {
            frozenset((tuple(one), tuple(other)))
            for ring in _rings(each["geometry"])
            for one, other in pairwise(ring)
        }
        for code, each in outlines.items()
    }
    for one, other in (("IT-MI", "IT-LO"), ("IT-BG", "IT-BS"), ("IT-BG", "IT-LC")):
        assert len(edges[one] & edges[other]) > 5


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    parts = geometry["coordinates"]
    return parts if geometry["type"] == "Polygon" else [ring for part in parts for ring in part]


def _box(rings: list[list[list[float]]]) -> tuple[float, float, float, float]:
    points = [point for ring in rings for point in ring]
    lefts, heights = [point[0] for point in points], [point[1] for point in points]
    return min(lefts), min(heights), max(lefts), max(heights)
