"""The lists of ``/quality``: what is asked of one, what fits, and the same as CSV and JSON.

A facet has one value at a time, a CURIE or an IRI; ``cluster=none`` keeps what concerns no
cluster. Not here: the pages (``quality_view``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode

from ctl_kg.errors import ParameterError
from ctl_kg.languages import best_literal
from ctl_kg.publish.description import Source
from ctl_kg.publish.review import Entry
from ctl_kg.publish.row_documents import write_json
from ctl_kg.publish.tables import Binding, write_csv
from ctl_kg.sparql.query_model import Column
from ctl_kg.sparql.terms import Term, text_of
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts

FACETS: dict[str, tuple[str, ...]] = {
    "findings": ("severity", "rule", "cluster"),
    "anomalies": ("kind", "cluster"),
    "inferred": ("cluster", "property", "basis"),
}
NONE = "none"  # the value of a facet for what has none
PAGE_SIZE = 50
_LARGEST_PAGE = 100_000
_SHAPE_NAME = NamedNode("http://www.w3.org/ns/shacl#name")

Json: TypeAlias = dict[str, Any]
_NO_TEXTS = {"it": "", "en": ""}


@dataclass(frozen=True)
class Asked:
    """What a request asks of a list.

    Args:
        name: of the list.
        chosen: facets with the value chosen.
        kept: the same as they stand in addresses.
        entries: what fits, of all pages.
        page: number of the page, from 1.
        pages: number of pages, 1 or more.
    """

    name: str
    chosen: Mapping[str, str]
    kept: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    page: int
    pages: int

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The entries of this page."""
        start = (self.page - 1) * PAGE_SIZE
        return self.entries[start : start + PAGE_SIZE]


def all_entries(site: Site, name: str) -> tuple[Entry, ...]:
    """Return every entry of a list."""
    found: tuple[Entry, ...] = getattr(site.review, name)
    return found


def read_asked(site: Site, name: str, parameters: Iterable[tuple[str, str]]) -> Asked:
    """Return what a request asks of a list.

    Raises:
        ParameterError: a facet has a value that no entry has, or the page is past the end.
    """
    given: dict[str, str] = {}
    for parameter, value in parameters:
        if parameter in given:
            raise ParameterError(parameter, "is given twice", value=value, hint="Give it once.")
        given[parameter] = value
    chosen = {}
    for facet in FACETS[name]:
        if text := given.get(facet, ""):
            chosen[facet] = _value(site, name, facet, text)
    entries = matching(all_entries(site, name), chosen)
    pages = max(1, -(-len(entries) // PAGE_SIZE))
    kept = tuple((facet, in_address(site, value)) for facet, value in chosen.items())
    return Asked(name, chosen, kept, entries, _page(given.get("page", ""), pages), pages)


def _page(text: str, pages: int) -> int:
    if text == "":
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= _LARGEST_PAGE):
        raise ParameterError("page", f"'{cut(text)}' is no number of a page", value=text,
                             allowed=[f"1–{pages}"], example="page=1")  # fmt: skip
    if int(text) > pages:
        raise ParameterError("page", f"{int(text)} is past the end", value=text,
                             allowed=[f"1–{pages}"], example=f"page={pages}")  # fmt: skip
    return int(text)


def _value(site: Site, name: str, facet: str, text: str) -> str:
    known = counts(all_entries(site, name), {}, facet)
    is_token = facet == "severity" or text == NONE
    is_iri = text.startswith(("http://", "https://"))
    value = text if is_token or is_iri else site.curies.expand(text)
    if value not in known:
        allowed = [in_address(site, each) for each in known]
        raise ParameterError(facet, f"'{cut(text)}' is not one of its values", value=text,
                             allowed=allowed,
                             example=f"{facet}={allowed[0]}" if allowed else None)  # fmt: skip
    return value or ""


def in_address(site: Site, value: str) -> str:
    """Return the value of a facet as addresses have it."""
    return site.curies.shorten(value) or value


def matching(entries: Iterable[Entry], chosen: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return the entries that have all values chosen."""
    return tuple(
        entry
        for entry in entries
        if all(value in _values(entry, facet) for facet, value in chosen.items())
    )


def counts(entries: Iterable[Entry], chosen: Mapping[str, str], facet: str) -> dict[str, int]:
    """Return how many entries have each value of a facet, as if it were not chosen itself."""
    others = {name: value for name, value in chosen.items() if name != facet}
    found = Counter(value for entry in matching(entries, others) for value in _values(entry, facet))
    return dict(sorted(found.items(), key=lambda item: (item[0] == NONE, -item[1], item[0])))


def _values(entry: Entry, facet: str) -> tuple[str, ...]:
    return entry.facets[facet] or (NONE,)


def rule_name(site: Site, iri: str, language: str) -> str:
    """Return what a shape or a quality rule is called."""
    names = [quad.object for quad in site.store.quads(NamedNode(iri), _SHAPE_NAME)]
    found = best_literal((each for each in names if isinstance(each, Literal)), language)
    if found is not None:
        return found.value
    checked = site.review.report.checked if site.review.report else None
    for rule in checked.rules if checked else ():
        if rule.iri == iri:
            return rule.title.get(language, "")
    return site.curies.shorten(iri) or iri


class Documents:
    """Makes the items of a list as plain objects, in the language of a page."""

    def __init__(self, site: Site, page: PageContext) -> None:
        self.site, self.language = site, page.language
        self._parts = ViewParts(site, page, {})

    def item(self, name: str, key: str) -> Json:
        """Return one item; its members are those of ``COLUMNS``, None where there is nothing."""
        make = {"findings": self._finding, "anomalies": self._anomaly, "inferred": self._inferred}
        return {member: None if value == "" else value for member, value in make[name](key).items()}

    def _name(self, iri: str) -> str:
        return self._parts.name(iri)[0] if iri else ""

    def _text(self, literals: Sequence[Literal]) -> str:
        found = best_literal(literals, self.language)
        return found.value if found else ""

    def _finding(self, key: str) -> Json:
        found = self.site.review.finding(key)
        clusters = self.site.review.findings[int(key)].facets["cluster"]
        return {
            "severity": found.severity,
            "rule": found.rule,
            "ruleLabel": rule_name(self.site, found.rule, self.language),
            "focus": found.focus,
            "focusLabel": self._name(found.focus),
            "path": found.path or "",
            "value": found.value or "",
            "message": found.message.get(self.language, ""),
            "mend": found.mend.get(self.language, ""),
            "file": found.place.file if found.place else "",
            "line": found.place.line if found.place else None,
            "clusters": list(clusters),
        }

    def _anomaly(self, key: str) -> Json:
        found = self.site.review.anomaly(key)
        return {
            "anomaly": found.iri,
            "kind": found.kind,
            "kindLabel": self._name(found.kind),
            "target": found.target,
            "targetLabel": self._name(found.target),
            "property": found.on_property,
            "propertyLabel": self._name(found.on_property),
            "asRead": found.read,
            "asBelieved": found.believed,
            "stated": [text_of(each) for each in in_language(found.stated, self.language)],
            "rationale": self._text(found.rationale),
            **self._source(found.sources),
            "clusters": list(found.clusters),
        }

    def _inferred(self, key: str) -> Json:
        found = self.site.review.inferred_link(key)
        return {
            "alignment": found.iri,
            "subject": found.subject,
            "subjectLabel": self._name(found.subject),
            "property": found.predicate,
            "propertyLabel": self._name(found.predicate),
            "object": found.object,
            "objectLabel": self._name(found.object),
            "alternativeSubjects": list(found.other_subjects),
            "alternativeObjects": list(found.other_objects),
            "printedForm": found.printed,
            "basis": found.basis,
            "basisLabel": self._name(found.basis),
            "certainty": found.certainty,
            "reviewStatus": found.status,
            "asserted": found.asserted,
            "rationale": self._text(found.rationale),
            **self._source(found.sources),
            "clusters": list(found.clusters),
        }

    def _source(self, sources: Sequence[Source]) -> Json:
        """Return the passage that comes first in the document."""
        known = [each for each in sources if each.passage]
        first = min(known, key=lambda each: each.start_line or 0, default=None)
        return {
            "passage": first.passage if first else "",
            "section": (first.section or "") if first else "",
            "startLine": first.start_line if first else None,
            "endLine": first.end_line if first else None,
        }


def in_language(values: Iterable[Term], language: str) -> list[Term]:
    """Return the values but for literals in another language, unless there are no others."""
    found = list(values)
    fitting = [
        each
        for each in found
        if not (isinstance(each, Literal) and each.language not in (None, "", language))
    ]
    return fitting or found


# Members of an item, in order, with their kind in CSV; those of kind "list" are joined by spaces,
# or, where they may be texts, by a bar.
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "findings": (
        ("severity", "string"), ("rule", "iri"), ("ruleLabel", "string"), ("focus", "iri"),
        ("focusLabel", "string"), ("path", "string"), ("value", "string"), ("message", "string"),
        ("mend", "string"), ("file", "string"), ("line", "integer"), ("clusters", "string"),
    ),
    "anomalies": (
        ("anomaly", "iri"), ("kind", "iri"), ("kindLabel", "string"), ("target", "iri"),
        ("targetLabel", "string"), ("property", "iri"), ("propertyLabel", "string"),
        ("asRead", "string"), ("asBelieved", "string"), ("stated", "string"),
        ("rationale", "string"), ("passage", "iri"), ("section", "iri"), ("startLine", "integer"),
        ("endLine", "integer"), ("clusters", "string"),
    ),
    "inferred": (
        ("alignment", "iri"), ("subject", "iri"), ("subjectLabel", "string"), ("property", "iri"),
        ("propertyLabel", "string"), ("object", "iri"), ("objectLabel", "string"),
        ("alternativeSubjects", "string"), ("alternativeObjects", "string"),
        ("printedForm", "string"), ("basis", "iri"), ("basisLabel", "string"),
        ("certainty", "iri"), ("reviewStatus", "iri"), ("asserted", "boolean"),
        ("rationale", "string"), ("passage", "iri"), ("section", "iri"), ("startLine", "integer"),
        ("endLine", "integer"), ("clusters", "string"),
    ),
}  # fmt: skip


def json_document(site: Site, page: PageContext, asked: Asked) -> bytes:
    """Return everything that fits as JSON."""
    documents = Documents(site, page)
    return write_json(
        {
            "list": asked.name,
            "language": page.language,
            "release": site.manifest.get("version", ""),
            "filters": dict(asked.chosen),
            "total": len(asked.entries),
            "items": [documents.item(asked.name, entry.key) for entry in asked.entries],
        }
    )


def csv_document(site: Site, page: PageContext, asked: Asked) -> bytes:
    """Return everything that fits as CSV."""
    documents = Documents(site, page)
    columns = [Column(name, kind, _NO_TEXTS, _NO_TEXTS) for name, kind in COLUMNS[asked.name]]
    rows = (documents.item(asked.name, entry.key) for entry in asked.entries)
    return write_csv(columns, (_as_row(item) for item in rows))


def _as_row(item: Json) -> dict[str, Binding]:
    return {
        name: Binding("literal", _cell(name, value))
        for name, value in item.items()
        if value not in (None, [])
    }


def _cell(name: str, value: Any) -> str:
    if isinstance(value, list):
        return (" | " if name == "stated" else " ").join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
