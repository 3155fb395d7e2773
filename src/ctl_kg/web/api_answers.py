"""From the whole answer of a stock query to the bytes that one request gets.

Which rows a wish selects, the addresses of the pages, what the rows rest on, and the document
in the format asked for. Not here: addresses and headers of the request (``api``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ctl_kg.errors import ParameterError
from ctl_kg.languages import best_literal
from ctl_kg.publish.evidence import EvidenceReader, RowEvidence
from ctl_kg.publish.formats import GEO_JSON, TABLE_FORMATS, Format
from ctl_kg.publish.row_documents import Piece, geo_json_document, json_document, json_ld_document
from ctl_kg.publish.tables import (
    Binding,
    Row,
    geography_of,
    term_of,
    write_csv,
    write_exact_tsv,
    write_xlsx,
)
from ctl_kg.sparql import guard
from ctl_kg.sparql.query_model import Column, QueryFile
from ctl_kg.sparql.results import parse_json
from ctl_kg.sparql.witnesses import Gaps, gather
from ctl_kg.web.api_wishes import LARGEST_SIZE, MOST_ROWS, Wish, selected
from ctl_kg.web.endpoint import ask
from ctl_kg.web.query_job import Job
from ctl_kg.web.row_cache import Bound, Rows, read_rows
from ctl_kg.web.site import Site

# Names without escapes, and values that need no other; each pair ends where the next begins.
_PLAIN = re.compile(r"(?:[\w.-]++=[\w.~%:,+-]*+(?:&(?=.)|\Z))*+", re.ASCII)
_EVIDENCE_COLUMNS = {
    "_certainty": ("iri", {"it": "Certezza più debole", "en": "Weakest certainty"}),
    "_passages": ("string", {"it": "Passi", "en": "Passages"}),
}


@dataclass(frozen=True)
class Asked:
    """One request: the query with its values, what is wished, and the language of the answer.

    ``address`` is its path, ``search`` what came after the question mark.
    """

    query: QueryFile
    bound: Bound
    wish: Wish
    language: str
    address: str
    search: str

    @property
    def values(self) -> list[str]:
        """The values of all parameters."""
        return [value for given in self.bound.values.values() for value in given]

    def page_address(self, page: int) -> str:
        """Return the address of another page of the same answer."""
        return f"{self._without_page}page={page}"

    @cached_property
    def _without_page(self) -> str:
        search = self.search
        if "page" in search or not _PLAIN.fullmatch(search):
            pairs = parse_qsl(search, keep_blank_values=True)
            search = urlencode([(name, value) for name, value in pairs if name != "page"])
        return f"{self.address}?{search}{'&' if search else ''}"


def formats_of(query: QueryFile) -> tuple[Format, ...]:
    """Return the formats of a query's answers; GeoJSON if a column holds geography."""
    has_places = geography_of(query.columns) is not None
    return (*TABLE_FORMATS, GEO_JSON) if has_places else TABLE_FORMATS


async def all_rows(request: Request, site: Site, text: str) -> Rows:
    """Return the whole answer to a bound query, from memory or from a query process.

    Raises:
        CtlKgError: see :meth:`QueryPool.run`.
    """
    kept = site.rows.get(text)
    if kept is None:
        known = "" if "FROM" in text.upper() else "SELECT"  # a dataset is for the scan to find
        answer = await ask(request, Job(text, suffix="json", form=known))
        body = answer.read()
        if answer.size > 200_000:
            kept = await run_in_threadpool(read_rows, body, volatile=answer.head.volatile)
        else:
            kept = read_rows(body, volatile=answer.head.volatile)
        site.rows.keep(text, kept)
    return kept


def piece_of(site: Site, asked: Asked, rows: Rows) -> Piece:
    """Return the rows that a request gets.

    Raises:
        ParameterError: the page is past the end, or all rows are too many.
    """
    wish = asked.wish
    found = selected(rows, wish, site.curies)
    total = len(found)
    if wish.size == 0 and total > MOST_ROWS:
        raise ParameterError(
            "size", f"the answer has {total} rows, more than come at once", value="all",
            allowed=[f"1 to {LARGEST_SIZE}", f"all, of at most {MOST_ROWS} rows"],
            example=f"size={LARGEST_SIZE}", hint=f"/queries/{asked.query.name}.csv gives them all.",
        )  # fmt: skip
    size = wish.size or max(1, total)
    pages = max(1, -(-total // size))
    if wish.page > pages:
        raise ParameterError(
            "page", f"{wish.page} is past the end", value=str(wish.page),
            allowed=[f"1 to {pages}"], example=f"page={pages}",
        )  # fmt: skip
    start = (wish.page - 1) * size
    return Piece(
        asked.query, wish.columns, found[start : start + size], total, wish.page, pages, size
    )


def page_links(asked: Asked, piece: Piece) -> dict[str, str]:
    """Return the addresses of the first, previous, next and last page, as far as there are."""
    found = {"first": 1}
    if piece.page > 1:
        found["prev"] = piece.page - 1
    if piece.page < piece.pages:
        found["next"] = piece.page + 1
    found["last"] = piece.pages
    return {relation: asked.page_address(page) for relation, page in found.items()}


_UNKNOWN = "?"  # no label: a value that is compared by identity


def label_of(site: Site, iri: str, language: str) -> str | None:
    """Return the label of a resource in a language, else in another; None if it has none."""
    kept = site.rows.labels
    label = kept.get((iri, language), _UNKNOWN)
    if label is _UNKNOWN:
        found = best_literal(site.describer.labels(iri), language)
        label = kept[iri, language] = None if found is None else found.value
    return label


def labels_of(site: Site, iris: Sequence[str], language: str) -> dict[str, str]:
    """Return the labels of resources by IRI; those without one are left out."""
    named = ((iri, label_of(site, iri, language)) for iri in iris)
    return {iri: label for iri, label in named if label is not None}


@dataclass(frozen=True)
class Evidence:
    """What the rows of a piece rest on, in their order, and why that may not be all."""

    rows: tuple[RowEvidence, ...]
    gaps: tuple[str, ...]
    reader: EvidenceReader


async def evidence_of(request: Request, site: Site, asked: Asked, rows: Sequence[Row]) -> Evidence:
    """Find what rows rest on; the questions run where all queries run.

    Raises:
        CtlKgError: see :meth:`QueryPool.run`.
    """
    gaps = Gaps()
    reader = EvidenceReader(site.store, site.describer, site.base_iri)
    terms = [{name: term_of(each) for name, each in row.items()} for row in rows]
    search = gather(guard.scan(asked.bound.text), terms, site.store.quads, gaps)
    found: list[RowEvidence] = []
    try:
        text = next(search)
        while True:
            answer = await ask(request, Job(text, suffix="json"))
            solutions = await run_in_threadpool(parse_json, answer.read())
            assert not isinstance(solutions, bool)
            text = await run_in_threadpool(_send, search, solutions)
    except _Done as done:
        found = [await run_in_threadpool(reader.row, facts) for facts in done.facts]
    graphs = frozenset().union(*(each.graphs for each in found))
    if any(reader.source(graph).kind == "derived" for graph in graphs):
        gaps.codes.add("derived")
    if any(each.total > len(each.statements) for each in found):
        gaps.codes.add("cut")
    return Evidence(tuple(found), tuple(sorted(gaps.codes)), reader)


class _Done(Exception):  # noqa: N818 - no error: how a search ends in another thread
    def __init__(self, facts: Any) -> None:
        self.facts = facts


def _send(search: Any, solutions: Any) -> str:
    """Send an answer; a StopIteration cannot leave a thread."""
    try:
        return str(search.send(solutions))
    except StopIteration as stop:
        raise _Done(stop.value) from None


def evidence_document(site: Site, evidence: Evidence, language: str) -> dict[str, Any]:
    """Return what rows rest on as JSON: ``rows`` beside those of the answer, and the sources."""
    t = site.messages[language]
    graphs = sorted({graph for row in evidence.rows for graph in row.graphs})
    return {
        "complete": not evidence.gaps,
        "gaps": [{"code": code, "message": t("api.gap_" + code)} for code in evidence.gaps],
        "rows": [
            {"certainty": row.certainty, "total": row.total, "statements": row.statements}
            for row in evidence.rows
        ],
        "sources": {graph: _source(site, evidence.reader, graph, language) for graph in graphs},
    }


def _source(site: Site, reader: EvidenceReader, graph: str, language: str) -> dict[str, Any]:
    source = reader.source(graph)
    section = source.section
    return {
        "kind": source.kind,
        "passage": source.passage,
        "section": section,
        "sectionLabel": label_of(site, section, language) if section else None,
        "startLine": source.start_line,
        "endLine": source.end_line,
    }


def with_evidence_columns(piece: Piece, evidence: Evidence) -> Piece:
    """Return a piece with two more columns, for formats that are plain tables."""
    more = tuple(
        Column(name, kind, label, label) for name, (kind, label) in _EVIDENCE_COLUMNS.items()
    )
    rows = []
    for row, found in zip(piece.rows, evidence.rows, strict=True):
        sources = [evidence.reader.source(graph) for graph in sorted(found.graphs)]
        passages = dict.fromkeys(each.passage for each in sources if each.passage)
        cells = {"_passages": Binding("literal", " ".join(passages))}
        if found.certainty:
            cells["_certainty"] = Binding("uri", found.certainty)
        rows.append({**row, **cells})
    return replace(piece, columns=(*piece.columns, *more), rows=rows)


def document(
    site: Site, asked: Asked, piece: Piece, chosen: Format, evidence: Evidence | None
) -> bytes:
    """Return the bytes of an answer in a format."""
    language, suffix = asked.language, chosen.suffix
    if evidence is not None and suffix != "json":
        piece = with_evidence_columns(piece, evidence)
    if suffix == "csv":
        return write_csv(piece.columns, piece.rows, exact=asked.wish.exact_cells)
    if suffix == "tsv":
        return write_exact_tsv(piece.columns, piece.rows)
    if suffix == "xlsx":
        facts = _facts(site, asked, piece)
        return write_xlsx(piece.query, piece.columns, piece.rows, language=language,
                          facts=facts, modified=site.modified)  # fmt: skip
    if suffix == "jsonld":
        return json_ld_document(piece, site.base_iri)
    labels = labels_of(site, piece.iris(), language)
    if suffix == "geojson":
        made = geo_json_document(piece, labels)
        assert made is not None
        return made
    found = None if evidence is None else evidence_document(site, evidence, language)
    return json_document(
        piece, language=language, parameters=asked.bound.values,
        links=page_links(asked, piece), labels=labels,
        coverage=site.coverage.document(asked.query.text, asked.values, language),
        evidence=found,
    )  # fmt: skip


def _facts(site: Site, asked: Asked, piece: Piece) -> list[tuple[str, str]]:
    """Return what a workbook says of itself."""
    t = site.messages[asked.language]
    values: Mapping[str, Sequence[str]] = asked.bound.values
    return [
        ("IRI", f"{site.base_iri}queries/{piece.query.name}"),
        (t("api.version"), str(piece.query.version)),
        (
            t("api.release"),
            f"{site.manifest.get('version', '')} ({site.manifest.get('released', '')})",
        ),
        *((name, ", ".join(each)) for name, each in values.items()),
        (t("api.rows"), f"{len(piece.rows)} / {piece.total}"),
        *(
            (t("coverage.heading"), f"{note['label']} ({note['extent']['label']}): {note['text']}")
            for note in site.coverage.document(asked.query.text, asked.values, asked.language)
        ),
    ]
