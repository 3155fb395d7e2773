"""Traps in how things are named and linked: identifiers, titles, dates, nodes without an IRI.

Source: DCAT-AP 3.0.1 §5; ckanext-dcat (a harvester knows a dataset again by its IRI or
identifier), https://docs.ckan.org/projects/ckanext-dcat/en/latest/harvester/.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date

from pyoxigraph import Literal

from ctl_kg.portal.source import RELATIVE
from ctl_kg.portal.statements import TYPE
from ctl_kg.portal.terms import DCAT, DCAT_AP_IT, DCATAPIT, DCT
from ctl_kg.portal.traps import Inspection
from ctl_kg.publish.findings import VIOLATION, WARNING
from ctl_kg.rdf.terms import XSD

_DATE = re.compile(r"(-?\d{4,})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?(?:Z|[+-]\d\d:\d\d)?")
_DATE_TYPES = tuple(XSD + each for each in ("date", "dateTime", "gYear", "gYearMonth"))
_SCHEMA_TYPES = (*_DATE_TYPES, XSD + "string")  # schema.org writes dates as texts


def check_identity(it: Inspection) -> None:
    """Look at the catalogue as a whole, then at every dataset and file."""
    _whole(it)
    _identifiers(it)
    for dataset in it.datasets:
        _texts(it, dataset)
        _dates(it, dataset)
        _period(it, dataset)
    for file in it.files:
        _dates(it, file)
    _nameless(it)
    _relative(it)


def _whole(it: Inspection) -> None:
    catalogues = it.say.members(it.profile.catalogue_class)
    where = catalogues[0] if catalogues else it.offered.name
    _document(it, where)
    if not catalogues:
        it.tell(
            VIOLATION, "catalogue-missing", where,
            f"there is no {it.short(it.profile.catalogue_class)} in the document",
            "Describe the catalogue, and let it list its datasets.",
        )  # fmt: skip
    if not it.datasets:
        it.tell(
            VIOLATION, "datasets-missing", where,
            f"there is no {it.short(it.profile.dataset_class)} in the document: nothing is "
            "harvested",
            "Check the address and the profile: --profile.",
        )  # fmt: skip
    _members(it, catalogues)


def _document(it: Inspection, where: str) -> None:
    """What the document itself keeps harvesters from reading."""
    for address in dict.fromkeys(it.offered.remote):
        it.tell(
            VIOLATION, "remote-context", where,
            f"the JSON-LD context stands at <{address}>: harvesters that do not fetch it "
            "read nothing by it",
            "Write the context into the document.", value=address,
        )  # fmt: skip
    if it.offered.plain_type:
        it.tell(
            WARNING, "content-type", where,
            f"the document comes with the media type '{it.offered.plain_type}', which is not one "
            "of RDF: harvesters must guess the syntax",
            "Serve text/turtle, application/rdf+xml or application/ld+json.",
        )  # fmt: skip


def _members(it: Inspection, catalogues: list[str]) -> None:
    """Every dataset is listed, and of the class that is looked for."""
    path = it.profile.link
    listed = {each for catalogue in catalogues for each in it.say.texts(catalogue, path)}
    for dataset in it.datasets:
        if catalogues and dataset not in listed:
            it.tell(
                VIOLATION, "dataset-unlisted", dataset,
                f"no catalogue lists the dataset ({it.short(path)}): it is not harvested",
                "Link it from the catalogue.",
            )  # fmt: skip
        if it.profile is DCAT_AP_IT and DCATAPIT + "Dataset" not in it.say.texts(dataset, TYPE):
            it.tell(
                VIOLATION, "dataset-class", dataset,
                "the dataset is not of the class dcatapit:Dataset: dati.gov.it skips it",
                "Give it both classes: a dcat:Dataset, dcatapit:Dataset.",
            )  # fmt: skip


def _identifiers(it: Inspection) -> None:
    path, owners = it.profile.identifier, defaultdict(list)
    for dataset in it.datasets:
        mend = "Give it one that never changes: portals know the dataset again by it."
        it.missing(it.profile.wanted, "identifier", dataset, path, "identifier", mend)
        for value in it.say.texts(dataset, path):
            owners[value].append(dataset)
    for value, datasets in owners.items():
        for dataset in datasets[1:]:
            it.tell(
                VIOLATION, "identifier-duplicate", dataset,
                f"the identifier '{value}' is that of {it.short(datasets[0])}, too: portals will "
                "overwrite one with the other",
                "Give each dataset one of its own.", path=path, value=value,
            )  # fmt: skip


def _texts(it: Inspection, dataset: str) -> None:
    for path, what in ((it.profile.name, "title"), (it.profile.description, "description")):
        mend = f"Write a {what} in Italian and one in English, with language tags."
        if it.missing(VIOLATION, what, dataset, path, what, mend):
            continue
        tags = {each.language or "" for each in it.say.literals(dataset, path)}
        if tags == {""}:
            message = f"the {what} has no language tag: portals guess the language"
            it.tell(WARNING, "language-tag", dataset, message, mend, path=path)
        elif len(tags) == 1:
            message = f"the {what} is in one language only ('{min(tags)}')"
            it.tell(WARNING, "one-language", dataset, message, mend, path=path)
        if it.profile is DCAT_AP_IT and tags.isdisjoint({"it", ""}):
            message = f"the {what} is not in Italian, which dati.gov.it shows"
            it.tell(VIOLATION, "one-language", dataset, message, mend, path=path)


def _day(text: str) -> str | None:
    """Return an ISO date of a literal, the first day if it is a year or month; None if bad.

    >>> _day("2024-02"), _day("2024-02-30"), _day("1 March")
    ('2024-02-01', None, None)
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = match.group(1), match.group(2) or "01", match.group(3) or "01"
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _checked_day(it: Inspection, node: str, path: str) -> str | None:
    """Return the day that a property gives; what is no date is told."""
    types = _DATE_TYPES if it.profile.is_dcat else _SCHEMA_TYPES
    for value in it.say.values(node, path):
        text = value.value
        day = _day(text) if isinstance(value, Literal) else None
        if day is None or (isinstance(value, Literal) and value.datatype.value not in types):
            it.tell(
                VIOLATION, "date", node, f"'{text}' is no date with its datatype",
                'Write it as "2026-01-31"^^xsd:date.', path=path, value=text,
            )  # fmt: skip
        else:
            return day
    return None


def _dates(it: Inspection, node: str) -> None:
    issued = _checked_day(it, node, it.profile.issued)
    modified = _checked_day(it, node, it.profile.modified)
    path = it.profile.modified
    if node in it.datasets and not it.say.values(node, path):
        mend = "Say when the data last changed: portals sort by it and tell what is stale."
        it.missing(it.profile.wanted, "modified", node, path, "date of change", mend)
    if issued and modified and issued > modified:
        message = f"it was issued ({issued}) after it was last changed ({modified})"
        it.tell(WARNING, "date-order", node, message, "Mend one of the two.", path=path)
    if modified and modified > it.today:
        message = f"the date of change ({modified}) is in the future"
        it.tell(WARNING, "date-order", node, message, "Mend it.", path=path, value=modified)


def _period(it: Inspection, dataset: str) -> None:
    for period in it.say.texts(dataset, DCT + "temporal"):
        start = _checked_day(it, period, DCAT + "startDate")
        end = _checked_day(it, period, DCAT + "endDate")
        if start and end and start > end:
            message = f"the period ends ({end}) before it begins ({start})"
            it.tell(VIOLATION, "date-order", period, message, "Exchange them.",
                    path=DCAT + "endDate", value=end)  # fmt: skip


def _nameless(it: Inspection) -> None:
    """Blank nodes: of datasets and files each, of the rest how many."""
    mend = "Give it an IRI: without one, each harvest makes it anew beside the old one."
    known = {*it.datasets, *it.files, *it.say.members(it.profile.catalogue_class)}
    for node in sorted(each for each in known if each.startswith("_:")):
        title = it.say.text(node, it.profile.name)
        message = f"a dataset or file has no IRI{f' ({title!r})' if title else ''}"
        it.tell(VIOLATION, "blank-node", node, message, mend)
    others = [each for each in it.say.nodes if each.startswith("_:") and each not in known]
    if others:
        classes = sorted({it.short(kind) for node in others for kind in it.say.texts(node, TYPE)})
        message = f"{len(others)} nodes have no IRI" + (
            f" ({', '.join(classes)})" if classes else ""
        )
        it.tell(WARNING, "blank-node", it.offered.name, message, mend)


def _relative(it: Inspection) -> None:
    for node in sorted(it.say.nodes):
        if node.startswith(RELATIVE):
            it.tell(
                VIOLATION, "relative-iri", node,
                f"'{node[len(RELATIVE) :]}' is a relative IRI: it means another thing wherever "
                "the document is read",
                "Write it whole, from https:// on.",
            )  # fmt: skip
