"""Synthetic regions in the shape of the reference data: who owns a statement, how it is renamed.

The reference data is cut into units: one per cluster (its sheet, projects, participations,
memberships, passages) and one shared by all (networks, organisations, programmes, calls).
A region is a renamed copy of all units. Degrees are thus those of the reference data, and
what the clusters of a region share with other regions (networks, programmes) is chosen by
Zipf's law: few are in use everywhere, most in their own region only.
"""

from __future__ import annotations

import hashlib
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.publish.skolem import skolemise
from ctl_kg.publish.validation import Project
from ctl_kg.rdf.terms import text_of

FIXED = ""
SHARED = "shared"
_SHARED_FILES = ("data/networks.trig", "data/organisations.trig", "data/programmes.trig")
# Never copied: persons are real, links name real identifiers, acts are law. The two bodies are
# what every cluster belongs to and is recognised by: they stay one, and become hubs.
_NEVER = (
    "data/person/",
    "data/link/",
    "data/act/",
    "data/organisation/regione-lombardia",
    "data/organisation/cluster-tecnologici-lombardi",
)
_LINES = ("startLine", "endLine")
_CODE_POINTS = ("http://www.w3.org/ns/oa#start", "http://www.w3.org/ns/oa#end")
_WORDS = {
    "it": "acqua albero ambra argine barca bosco brezza calce campo canale cedro chiave colle "
    "corda costa fiume foglia fonte forno gelso ghiaia giunco grano isola lago lana larice lino "
    "luce luna malta marmo mulino nebbia neve noce onda orto pietra pino ponte porto prato rame "
    "riva roccia sabbia sale seme sole sorgente strada terra torre vela vento vetro vigna zolla",
    "en": "amber apple arch barley beacon birch bridge brook canal cedar chalk clay cliff cloud "
    "coast copper coral dune elm fern field flint forest frost garden grain gravel harbour hazel "
    "heath hill island ivory lake lantern larch leaf linen maple marble meadow mill moss oak "
    "orchard pebble pine quarry reed ridge river salt sand shore slate spring stone tower wave",
}
_BANK = {language: tuple(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Unit:
    """Statements that go together: those of region 0, and those of a copy (without links)."""

    owner: str
    reference: tuple[Quad, ...]
    copied: tuple[Quad, ...]

    def quads(self, region: int) -> tuple[Quad, ...]:
        """Return what a region holds of this unit, before renaming."""
        return self.copied if region else self.reference


@dataclass(frozen=True)
class Template:
    """The reference data, cut up; ``owners`` gives the unit of each IRI that copies rename."""

    base_iri: str
    fixed: Unit
    units: dict[str, Unit]
    owners: dict[str, str]


def cut(project: Project) -> Template:
    """Cut the reference data into what stands once and the units that are copied."""
    base = project.base_iri
    owners = _owners(project)
    parts: dict[str, list[Quad]] = defaultdict(list)
    for quad in skolemise({*project.data, *project.shapes}, base):
        parts[_owner(quad, owners)].append(quad)
    ordered = {name: tuple(sorted(quads, key=str)) for name, quads in sorted(parts.items())}
    units = {name: _unit(name, quads, base) for name, quads in ordered.items()}
    return Template(base, units.pop(FIXED), units, owners)


def _unit(name: str, quads: tuple[Quad, ...], base: str) -> Unit:
    links = (f"{base}data/link/", f"{base}data/graph/links-")
    copied = tuple(q for q in quads if not any(iri.startswith(links) for iri in _iris(q)))
    return Unit(name, quads, copied)


def _iris(quad: Quad) -> list[str]:
    terms = (quad.subject, quad.object, quad.graph_name)
    return [term.value for term in terms if isinstance(term, NamedNode)]


def _owners(project: Project) -> dict[str, str]:
    """Return the unit of each IRI, by the authored file that says what it is."""
    base = project.base_iri
    owners: dict[str, str] = {}
    clusters = {PurePosixPath(f.name).stem for f in project.files if "/clusters/" in f.name}
    # The shared files first: what they describe is shared, whoever else mentions it.
    for file in sorted(project.files, key=lambda f: f.name not in _SHARED_FILES):
        stem = PurePosixPath(file.name).stem
        owner = SHARED if file.name in _SHARED_FILES else stem if stem in clusters else FIXED
        for quad in file.quads:
            subject = text_of(quad.subject)
            if quad.predicate.value.endswith("#type") and subject.startswith(base + "data/"):
                owners.setdefault(subject, owner or _section_owner(subject, base, clusters))
    for iri in owners:
        if iri.startswith(tuple(base + folder for folder in _NEVER)):
            owners[iri] = FIXED
    return {iri: owner for iri, owner in owners.items() if owner != FIXED}


def _section_owner(iri: str, base: str, clusters: Iterable[str]) -> str:
    """Return the cluster whose part of the document a section is."""
    slug = iri.removeprefix(base + "data/section/")
    return next((name for name in clusters if slug.startswith(name + "-")), FIXED)


def _owner(quad: Quad, owners: dict[str, str]) -> str:
    """Return the unit that a statement belongs to: a cluster's before the shared one."""
    subject = owners.get(text_of(quad.subject), FIXED)
    value = owners.get(getattr(quad.object, "value", ""), FIXED)
    graph = owners.get(getattr(quad.graph_name, "value", ""), FIXED)
    if subject == FIXED and (isinstance(quad.object, Literal) or value == FIXED):
        return FIXED  # a cluster's passage on what stands once
    if subject in (FIXED, SHARED) and value not in (FIXED, SHARED):
        return value
    return subject if subject != FIXED else value if value != FIXED else graph


class Region:
    """The copy number ``number`` of the units; number 0 is the reference data itself."""

    def __init__(self, template: Template, number: int, seed: int) -> None:
        self.template = template
        self.number = number
        self._seed = seed
        self._base = template.base_iri

    def lines(self, unit: Unit, exists: Callable[[str], bool]) -> Iterator[str]:
        """Yield a unit's N-Quads.

        Args:
            unit: of the template.
            exists: tells of a unit's name whether this region has it; a statement that
                points into one that is missing is left out.
        """
        chosen = self._chosen(unit)
        owners = self.template.owners
        for quad in unit.quads(self.number):
            if all(exists(owners[iri]) for iri in _iris(quad) if iri in owners):
                yield self._line(quad, chosen)

    def _chosen(self, unit: Unit) -> dict[str, int]:
        """Return which region's copy of each shared resource this unit means."""
        if unit.owner == SHARED or not self.number:
            return {}
        owners = self.template.owners
        iris = {iri for quad in unit.copied for iri in _iris(quad)}
        shared = sorted(iri for iri in iris if owners.get(iri) == SHARED)
        pick = random.Random(f"{self._seed}|{self.number}|{unit.owner}")
        regions = range(self.number + 1)
        weights = [1 / (region + 1) for region in regions]
        return dict(zip(shared, pick.choices(regions, weights, k=len(shared)), strict=True))

    def _line(self, quad: Quad, chosen: dict[str, int]) -> str:
        if not self.number:
            return f"{quad} .\n"
        subject, graph = self._iri(text_of(quad.subject), chosen), text_of(quad.graph_name)
        predicate = quad.predicate.value
        copy = chosen.get(text_of(quad.subject), self.number)
        if isinstance(quad.object, Literal):
            value = str(self._literal(predicate, quad.object, copy))
        else:
            value = f"<{self._iri(text_of(quad.object), chosen)}>"
        return f"<{subject}> <{predicate}> {value} <{self._iri(graph, chosen)}> .\n"

    def _iri(self, iri: str, chosen: dict[str, int]) -> str:
        if iri not in self.template.owners:
            return iri if iri.startswith(self._base) else self._outside(iri)
        return _renamed(iri, chosen.get(iri, self.number))

    def _outside(self, iri: str) -> str:
        """Return an address; pages of real bodies become examples, terms stay."""
        is_page = re.match(r"(mailto:|tel:|https?://www\.[^/]+\.(?:it|eu|com)/?$)", iri)
        known = iri.startswith("http://www.w3.org/")
        if not is_page or known:
            return iri
        return f"https://example.org/{zlib.crc32(iri.encode()):08x}-{self.number}"

    def _literal(self, predicate: str, literal: Literal, copy: int) -> Literal:
        if not copy:
            return literal
        if predicate.endswith(_LINES):
            return Literal(str(int(literal.value) + 10_000 * copy), datatype=literal.datatype)
        if predicate in _CODE_POINTS:
            return Literal(str(int(literal.value) + 1_000_000 * copy), datatype=literal.datatype)
        if predicate.endswith("Digest"):
            return Literal(hashlib.sha256(f"{literal.value}{copy}".encode()).hexdigest())
        if literal.language:
            text = self._text(literal.value, literal.language, copy)
            return Literal(text, language=literal.language)
        if literal.datatype.value.endswith("#string"):
            return Literal(self._text(literal.value, "it", copy))
        return literal

    def _text(self, text: str, language: str, copy: int) -> str:
        """Return as many words of a small list; the same word becomes the same word."""
        seed = self._seed
        bank = "en" if language == "en" else "it"
        return _WORD.sub(lambda found: _word(found[0], bank, copy, seed), text) + f" {copy}"


@lru_cache(maxsize=200_000)
def _word(word: str, bank: str, copy: int, seed: int) -> str:
    words = _BANK[bank]
    chosen = words[zlib.crc32(f"{seed}|{copy}|{word.lower()}".encode()) % len(words)]
    return chosen.capitalize() if word[0].isupper() else chosen


@lru_cache(maxsize=200_000)
def _renamed(iri: str, copy: int) -> str:
    """Return the IRI of a copy.

    >>> _renamed("https://example.org/data/cluster/afil", 3)
    'https://example.org/data/cluster/afil-3'
    >>> _renamed("https://example.org/data/passage/p-0114/position", 3)
    'https://example.org/data/passage/p-30114/position'
    """
    if not copy:
        return iri
    passage = re.search(r"/p-(\d{4})(?=/|$)", iri)
    if passage:
        number = int(passage[1]) + 10_000 * copy
        return f"{iri[: passage.start()]}/p-{number}{iri[passage.end() :]}"
    return f"{iri}-{copy}"
