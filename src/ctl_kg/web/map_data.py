"""What lies where: seats of clusters and of other organisations, and places of events.

Read from the lists of ``/explore`` (``publish/lists.toml``), so that map and lists agree; an
organisation that is no cluster has its seat by the same path as a cluster. Not here: where a
place lies (``places``), how it is drawn (``map_chart``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ctl_kg.errors import ParameterError
from ctl_kg.publish.list_address import slugs_of
from ctl_kg.publish.list_kinds import list_kinds
from ctl_kg.publish.list_rows import CellReader, Reading
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.parameters import choice
from ctl_kg.web.places import Places, Position
from ctl_kg.web.site import Site, once_per_site

ALL = "all"
# List, and the list and column whose path leads to the place.
_COLUMNS = {
    "clusters": ("clusters", "seat"),
    "organisations": ("clusters", "seat"),
    "events": ("events", "place"),
}
_MOST_NAMED = 50  # allowed values in an error


@dataclass(frozen=True)
class Located:
    """Something at a place.

    Args:
        iri: of it.
        kind: name of the list that it stands in.
        place: IRI of the place.
        province: IRI of the province of the place; empty if there is none.
        position: of the place; None if it is not known.
        address: as it is stated; empty if it is not.
        certainty: IRI, of the weakest statement on the way to the place.
    """

    iri: str
    kind: str
    place: str
    province: str
    position: Position | None
    address: str
    certainty: str


@dataclass(frozen=True)
class Ground:
    """Everything at a place, and the provinces by their names in addresses."""

    located: tuple[Located, ...]
    provinces: Mapping[str, str]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The lists of which something is at a place, then that of all if there are several."""
        found = tuple(each for each in _COLUMNS if any(one.kind == each for one in self.located))
        return (*found, ALL) if len(found) > 1 else found or ("clusters",)


@dataclass(frozen=True)
class Wish:
    """What is asked of the map: a kind, and a province by IRI, or all."""

    kind: str
    province: str = ""

    def takes(self, each: Located) -> bool:
        """Tell whether something is wanted."""
        return self.kind in (ALL, each.kind) and self.province in ("", each.province)


@once_per_site
def ground_of(site: Site) -> Ground:
    """Return what lies where in a release; worked out once."""
    places = Places(site)
    found = [
        _located(site, places, iri, name, reading)
        for name in _COLUMNS
        for iri, readings in _readings(site, name)
        for reading in readings
        if isinstance(reading.value, NamedNode)
    ]
    provinces = sorted({each.province for each in found if each.province})
    names = slugs_of(provinces, site.curies)
    return Ground(tuple(dict.fromkeys(found)), {name: iri for iri, name in names.items()})


def _readings(site: Site, name: str) -> Iterator[tuple[str, tuple[Reading, ...]]]:
    """Yield the rows of a list with what leads to their places."""
    owner, column = _COLUMNS[name]
    found = next(each for each in list_kinds()[owner].columns if each.name == column)
    reader = CellReader(site.lists.rows, found)
    for row in site.lists.index(name).rows:
        yield row.iri, row.cells[column] if owner == name else reader.readings(NamedNode(row.iri))


def _located(site: Site, places: Places, iri: str, kind: str, reading: Reading) -> Located:
    assert isinstance(reading.value, NamedNode)
    place = reading.value.value
    return Located(
        iri,
        kind,
        place,
        places.province(place),
        places.position(place),
        _address(site, reading),
        reading.certainty,
    )


def _address(site: Site, reading: Reading) -> str:
    """Return the full address of the node before the place, if it has one."""
    full = NamedNode(site.lists.rows.iri("locn:fullAddress"))
    texts = {
        quad.object.value
        for subject, _, value in reading.facts
        if value == reading.value and isinstance(subject, NamedNode)
        for quad in site.store.quads(subject, full)
        if isinstance(quad.object, Literal)
    }
    return "; ".join(sorted(texts))


def read_wish(ground: Ground, site: Site, given: Mapping[str, str]) -> Wish:
    """Return what parameters ask for; empty ones are as good as none.

    Raises:
        ParameterError: a value is none of those that there are.
    """
    kept = {name: value for name, value in given.items() if value}
    return Wish(choice(kept, "kind", ground.kinds), _province(ground, site, kept))


def _province(ground: Ground, site: Site, given: Mapping[str, str]) -> str:
    value = given.get("province", "")
    if not value:
        return ""
    known = dict(ground.provinces)
    known |= {iri: iri for iri in ground.provinces.values()}
    known |= {site.curies.shorten(iri) or iri: iri for iri in ground.provinces.values()}
    if value not in known:
        names = list(ground.provinces)[:_MOST_NAMED]
        raise ParameterError(
            "province", f"'{cut(value)}' is no province with a mark", value=value, allowed=names,
            hint="Choose one on the page.", example=f"province={names[0]}" if names else None,
        )  # fmt: skip
    return known[value]


def per_province(located: Iterable[Located]) -> dict[str, dict[str, int]]:
    """Return for each province how many of each kind are there; one with two seats counts once."""
    found: dict[str, dict[str, set[str]]] = {}
    for each in located:
        if each.province:
            found.setdefault(each.province, {}).setdefault(each.kind, set()).add(each.iri)
    return {
        province: {kind: len(iris) for kind, iris in kinds.items()}
        for province, kinds in found.items()
    }


def kinds_in(located: Sequence[Located]) -> tuple[str, ...]:
    """Return the kinds of some things, in the order of the lists."""
    return tuple(each for each in _COLUMNS if any(one.kind == each for one in located))


def kind_label(ground: Ground, kind: str, language: str) -> str:
    """Return what a kind is called; that of all names them."""
    kinds = ground.kinds[:-1] if kind == ALL else (kind,)
    first, *rest = (list_kinds()[each].label[language] for each in kinds)
    return ", ".join([first, *(each.lower() for each in rest)])
