"""Rehearse a harvest: the fields that a portal will show of each dataset, and what it loses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from ctl_kg.portal.rehearsal_table import Field, Portal, Steps, Take
from ctl_kg.portal.source import Offered
from ctl_kg.portal.statements import TYPE, Statements, Term, name_of
from ctl_kg.portal.terms import DCAT, DCT
from ctl_kg.publish.authority import FILE_TYPE

# Addresses of licences in CKAN's own register → its codes. Source: CKAN, ckan/model/license.py.
_CKAN_LICENCES = {
    "http://www.opendefinition.org/licenses/cc-by": "cc-by",
    "http://www.opendefinition.org/licenses/cc-by-sa": "cc-by-sa",
    "http://www.opendefinition.org/licenses/cc-zero": "cc-zero",
    "http://www.opendefinition.org/licenses/odc-by": "odc-by",
    "http://www.opendefinition.org/licenses/odc-odbl": "odc-odbl",
    "http://www.opendefinition.org/licenses/odc-pddl": "odc-pddl",
    "http://www.opendefinition.org/licenses/gfdl": "gfdl",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": "uk-ogl",
    "http://creativecommons.org/licenses/by-nc/2.0/": "cc-nc",
}
_SINGLE = (Take.TEXT, Take.FIRST, Take.LAST, Take.CODE, Take.KNOWN_LICENCE)


@dataclass(frozen=True)
class Shown:
    """A field with what it will hold; ``values`` is empty if it stays empty."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True)
class Lost:
    """Values of a property that no field holds: how many of how many, and examples."""

    path: str
    lost: int
    of: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What a portal makes of a dataset, or of a file of it."""

    node: str
    shown: tuple[Shown, ...]
    lost: tuple[Lost, ...]


@dataclass(frozen=True)
class Rehearsed:
    """A dataset at a portal; ``left_out`` are files of formats that it does not take."""

    portal: Portal
    dataset: Entry
    files: tuple[Entry, ...]
    left_out: tuple[str, ...]


def rehearse(offered: Offered, portal: Portal, *, language: str = "") -> list[Rehearsed]:
    """Return what a portal makes of each dataset of a catalogue in DCAT.

    Args:
        offered: the catalogue.
        portal: of :data:`ctl_kg.portal.rehearsal_table.PORTALS`.
        language: of the portal's pages; default: its own.
    """
    taker = _Taker(offered.statements, language or portal.language)
    return [taker.dataset(each, portal) for each in offered.statements.members(DCAT + "Dataset")]


class _Taker:
    def __init__(self, say: Statements, language: str) -> None:
        self.say = say
        self.language = language

    def dataset(self, node: str, portal: Portal) -> Rehearsed:
        files = sorted(self.say.texts(node, DCAT + "distribution"))
        taken = [each for each in files if self._is_taken(each, portal.file_types)]
        return Rehearsed(
            portal,
            self._entry(node, portal.fields, ignored=(TYPE, DCAT + "distribution")),
            tuple(self._entry(each, portal.file_fields, ignored=(TYPE,)) for each in taken),
            tuple(each for each in files if each not in taken),
        )

    def _is_taken(self, file: str, file_types: Sequence[str]) -> bool:
        formats = {each.removeprefix(FILE_TYPE) for each in self.say.texts(file, DCT + "format")}
        return not file_types or not formats.isdisjoint(file_types)

    def _entry(self, node: str, fields: Iterable[Field], ignored: Sequence[str]) -> Entry:
        shown = []
        used: dict[str, set[str]] = {}
        for field in fields:
            path, starts = self._starts(node, field)
            values, consumed = self._take(field, starts)
            used.setdefault(path, set()).update(consumed)
            shown.append(Shown(field, tuple(values)))
        lost = []
        for path in self.say.paths(node):
            if path not in ignored:
                terms = self.say.values(node, path)
                rest = [each for each in terms if _key(each) not in used.get(path, set())]
                if rest:
                    examples = tuple(name_of(each) for each in rest[:3])
                    lost.append(Lost(path, len(rest), len(terms), examples))
        return Entry(node, tuple(shown), tuple(lost))

    def _starts(self, node: str, field: Field) -> tuple[str, list[Term]]:
        """Return the first of the field's properties that has values, and these."""
        for path in field.paths:
            values = self.say.values(node, path)
            if values:
                return path, values
        return field.paths[0], []

    def _take(self, field: Field, starts: list[Term]) -> tuple[list[str], set[str]]:
        """Return what a field will hold, and the keys of the dataset's own values it uses."""
        if field.take is Take.KNOWN_LICENCE:
            ends = [end for each in starts for end in self._follow([each], field.via)]
            codes = [code for each in ends if (code := _CKAN_LICENCES.get(name_of(each)))]
            return codes[:1], set()
        if not field.via:
            chosen = self._chosen(field.take, starts)
            return [_written(field.take, each) for each in chosen], {_key(e) for e in chosen}
        if field.take in _SINGLE and field.take is not Take.LAST:
            starts = starts[:1]
        ends = self._follow(starts, field.via)
        chosen = self._chosen(field.take, ends)
        return [_written(field.take, e) for e in chosen], {_key(e) for e in starts if chosen}

    def _follow(self, starts: list[Term], via: Steps) -> list[Term]:
        """Go on from values; of each step the first property that leads anywhere counts."""
        for step in via:
            leads = (
                [v for each in starts for v in self.say.values(name_of(each), path)]
                for path in step
            )
            starts = next((found for found in leads if found), [])
        return starts

    def _chosen(self, take: Take, values: list[Term]) -> list[Term]:
        if take in (Take.ALL, Take.CODES):
            return values
        mine: list[Term] = [
            v for v in values if isinstance(v, Literal) and v.language == self.language
        ]
        if take is Take.TEXTS:
            first: dict[str, Term] = {}
            for value in values:
                first.setdefault((isinstance(value, Literal) and value.language) or "", value)
            return list(first.values())
        if take is Take.WORDS:
            return mine or values
        if take is Take.LAST:
            return values[-1:]
        return (mine or values)[:1] if take is Take.TEXT else values[:1]


def _key(term: Term) -> str:
    language = term.language or "" if isinstance(term, Literal) else ""
    return f"{name_of(term)}@{language}"


def _written(take: Take, term: Term) -> str:
    text = name_of(term)
    if take in (Take.CODE, Take.CODES):
        return text.rpartition("/")[2]
    if take is Take.TEXTS and isinstance(term, Literal) and term.language:
        return f"{text} ({term.language})"
    return text
