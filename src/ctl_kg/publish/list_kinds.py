"""Which lists with facets there are, with what columns: the table ``lists.toml``, read and checked.

Not here: what a list holds (``list_index``), how it is written (``list_documents``, ``web``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from ctl_kg.errors import SettingsError
from ctl_kg.languages import LANGUAGES

TABLE = Path(__file__).with_name("lists.toml")
CERTAINTY = "certainty"  # the facet that every list has
RESERVED = ("q", "sort", "page", "all", "lang", "dialect", "format")  # parameters, no facets

Texts: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Facet:
    """What a list can be narrowed by: the values of a path from a column's value or its node.

    Args:
        name: parameter of the address.
        label: by language.
        at: where the path begins: ``value``, or ``node`` (the node after the first step).
        path: SPARQL property path; empty for the value itself.
        cut: ``year`` to keep the year of a date, else empty.
        code: whether its values are known by their code (``skos:notation``).
        beside: whether its values stand beside the names in cells.
        quiet: CURIEs of values that are not worth that.
    """

    name: str
    label: Texts
    at: str = "value"
    path: str = ""
    cut: str = ""
    code: bool = False
    beside: bool = False
    quiet: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leads:
    """The list that shows what a column counts: its name, and the facet that holds the row."""

    list: str
    facet: str


@dataclass(frozen=True)
class Column:
    """One column: what a property path leads to from a row.

    Args:
        name: header of the column in exports, and name of its order.
        label: by language.
        path: SPARQL property path.
        only: CURIE of the class that values must be of, or empty.
        among: CURIEs of the values that count; none for all.
        where: what the node after the first step must have: CURIE of a property, CURIE of a value.
        show: ``names``, ``number``, ``count`` or ``none``.
        code: whether its values are known by their code (``skos:notation``).
        leads: with ``count``, where what was counted is shown.
        order: path from a value to what the column is sorted by; empty for its name.
        facets: what the list can be narrowed by.
    """

    name: str
    label: Texts
    path: str
    only: str = ""
    among: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    show: str = "names"
    code: bool = False
    leads: Leads | None = None
    order: str = ""
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One list.

    Args:
        name: its place below ``/explore/``.
        label: by language.
        text: what stands in it, by language.
        classes: CURIEs; a row is a member of any of them.
        without: CURIEs of classes whose members are left out.
        folder: path below the base where the same resources stand.
        order: name of the column that it is sorted by at first, or ``name``.
        columns: in order.
    """

    name: str
    label: Texts
    text: Texts
    classes: tuple[str, ...]
    without: tuple[str, ...]
    folder: str
    order: str
    columns: tuple[Column, ...]

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that people see."""
        return tuple(each for each in self.columns if each.show != "none")

    @property
    def facets(self) -> tuple[Facet, ...]:
        """The facets of all columns, in order; without ``certainty``, which is of no column."""
        return tuple(facet for column in self.columns for facet in column.facets)

    @property
    def orders(self) -> tuple[str, ...]:
        """What the list can be sorted by."""
        return ("name", *(each.name for each in self.shown))


@lru_cache(maxsize=1)
def list_kinds() -> Mapping[str, Kind]:
    """Return the lists of ``lists.toml``, in its order."""
    return read_kinds(TABLE.read_text(encoding="utf-8"), TABLE)


def read_kinds(text: str, path: Path | None = None) -> Mapping[str, Kind]:
    """Return the lists that a table describes, by name.

    Raises:
        SettingsError: it is not TOML, or says something that a list cannot have.
    """
    try:
        table = tomllib.loads(text)
        kinds = {name: _kind(name, each) for name, each in table.items()}
        for kind in kinds.values():
            _check(kind, kinds)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"is not TOML: {error}", path=path) from error
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"does not describe lists: {error}", path=path) from error
    return kinds


def _kind(name: str, table: Mapping[str, Any]) -> Kind:
    said = dict(table)
    columns = tuple(_column(each) for each in said.pop("columns"))
    classes, without = (tuple(said.pop(key, ())) for key in ("classes", "without"))
    return Kind(name=name, columns=columns, classes=classes, without=without, **said)


def _column(table: Mapping[str, Any]) -> Column:
    said = dict(table)
    facets = tuple(
        Facet(**{**each, "quiet": tuple(each.get("quiet", ()))}) for each in said.pop("facets", ())
    )
    leads = Leads(**said.pop("leads")) if "leads" in said else None
    among = tuple(said.pop("among", ()))
    return Column(facets=facets, leads=leads, among=among, **said)


def _check(kind: Kind, kinds: Mapping[str, Kind]) -> None:
    """Check what the types of the table cannot say.

    Raises:
        ValueError: names of columns or facets clash, or something named is not there.
    """
    names = [each.name for each in kind.columns]
    facets = [each.name for each in kind.facets]
    for what, found in (("column", ["iri", "name", "inferred", *names]), ("facet", facets)):
        if len(found) != len(set(found)):
            raise ValueError(f"[{kind.name}] has two {what}s of one name")
    if taken := set(facets) & {*RESERVED, CERTAINTY}:
        raise ValueError(f"[{kind.name}] a facet has a reserved name: {sorted(taken)}")
    if kind.order not in kind.orders:
        raise ValueError(f"[{kind.name}] order: there is no column {kind.order}")
    labels = [*(each.label for each in kind.columns), *(each.label for each in kind.facets)]
    for texts in (kind.label, kind.text, *labels):
        if set(texts) != set(LANGUAGES):
            raise ValueError(f"[{kind.name}] a text is not in all languages: {dict(texts)}")
    for column in kind.columns:
        if column.show not in ("names", "number", "count", "none"):
            raise ValueError(f"[{kind.name}] {column.name}: show cannot be {column.show}")
        leads = column.leads
        if leads is not None and (
            leads.list not in kinds
            or leads.facet not in [each.name for each in kinds[leads.list].facets]
        ):
            raise ValueError(f"[{kind.name}] {column.name}: leads to no facet of a list")
        for facet in column.facets:
            if facet.at not in ("value", "node") or facet.cut not in ("", "year"):
                raise ValueError(f"[{kind.name}] {facet.name}: at or cut has an unknown value")
