"""A list as CSV and as JSON-LD: all rows that a choice leaves, in the order shown.

CSV comes in two dialects: UTF-8 with commas and names for programs; and for the Italian edition
of Excel semicolons, a byte order mark, decimal commas and the headings that people read.

JSON-LD is the graph that the rows rest on: the rows with their class, the statements that lead to
each value, labels, and for each doubtful or merely suggested statement the alignment that says so.

Source: RFC 4180 (CSV); JSON-LD 1.1; the formula guard is that of ``publish/tables``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode, Triple

from ctl_kg.publish.list_kinds import Column
from ctl_kg.publish.list_rows import ListRow
from ctl_kg.publish.tables import safe_cell
from ctl_kg.web.list_text import CellText, ListText
from ctl_kg.web.site import Site

EXCEL_IT = "excel-it"
DIALECTS = ("plain", EXCEL_IT)
SEPARATOR = " | "  # between the values of a cell


def csv_document(words: ListText, rows: Iterable[ListRow], dialect: str) -> bytes:
    """Return rows as CSV: IRI, name, a column for each that is shown, and what is inferred.

    Args:
        words: the texts of the list.
        rows: in order.
        dialect: ``plain`` or ``excel-it``.
    """
    columns = words.index.kind.shown
    for_people = dialect == EXCEL_IT
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if for_people else ",", lineterminator="\r\n")
    writer.writerow(_heads(words, columns) if for_people else _names(columns))
    for row in rows:
        writer.writerow(_line(words, row, columns, for_people=for_people))
    return out.getvalue().encode("utf-8-sig" if for_people else "utf-8")


def _names(columns: Sequence[Column]) -> list[str]:
    return ["iri", "name", *(each.name for each in columns), "inferred"]


def _heads(words: ListText, columns: Sequence[Column]) -> list[str]:
    t, language = words.page.messages, words.page.language
    heads = [each.label[language] for each in columns]
    return ["IRI", t("explore.name"), *heads, t("explore.inferred")]


def _line(
    words: ListText, row: ListRow, columns: Sequence[Column], *, for_people: bool
) -> list[str]:
    name = words.name(row)
    language = words.page.language
    cells = [(each, words.cell(row, each)) for each in columns]
    doubts = [words.page.messages("explore.class")] if name.certainty else []
    doubts += [
        f"{column.label[language]}: {SEPARATOR.join(found)}"
        for column, cell in cells
        if (found := _doubtful(column, cell))
    ]
    line = [row.iri, safe_cell(name.text)]
    for column, cell in cells:
        text = SEPARATOR.join(_text(column, each) for each in cell)
        is_number = column.show in ("number", "count")
        if is_number and for_people:
            text = text.replace(".", ",")
        line.append(text if is_number else safe_cell(text))
    return [*line, safe_cell("; ".join(doubts))]


def _text(column: Column, cell: CellText) -> str:
    return cell.text if column.show == "count" else cell.plain


def _doubtful(column: Column, cell: Iterable[CellText]) -> list[str]:
    if column.show == "count":
        return [each.note for each in cell if each.note]
    return [each.text for each in cell if each.certainty]


def graph_of(site: Site, rows: Iterable[ListRow], columns: Iterable[Column]) -> list[Triple]:
    """Return what some columns of rows rest on, as triples: the same whatever the order."""
    names = [each.name for each in columns]
    facts = set()
    for row in rows:
        facts.add(row.fact)
        facts.update(*(reading.facts for name in names for reading in row.cells[name]))
    found = dict.fromkeys(site.lists.readings.triples(sorted(facts, key=str)))
    terms = {term for subject, _, value in facts for term in (subject, value)}
    for iri in sorted(term.value for term in terms if isinstance(term, NamedNode)):
        found |= dict.fromkeys(each.triple for each in site.describer.label_statements(iri))
    return list(found)
