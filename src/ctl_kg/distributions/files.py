"""Every file of a release beside the core RDF: from the statements to bytes, by name.

``tables/`` holds CSV (exact), XLSX and Parquet per class and link table, their CSVW description,
the data package and the seats; ``tables-it/`` CSV for Italian spreadsheets; ``json/`` an array
per class and their context. The same statements give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Quad, Triple

from ctl_kg import __version__
from ctl_kg.distributions import described
from ctl_kg.distributions.cells import left_over, readable_records, records
from ctl_kg.distributions.csv_files import exact_csv, italian_csv
from ctl_kg.distributions.csvw import METADATA, STATEMENT_COLUMNS, STATEMENTS, metadata
from ctl_kg.distributions.data_package import DATA_PACKAGE, data_package
from ctl_kg.distributions.distribution import Distribution
from ctl_kg.distributions.flat import (
    FlatTable,
    datatype_name,
    dictionary,
    italian_names,
    link_tables,
)
from ctl_kg.distributions.json_arrays import (
    CONTEXT,
    array_document,
    class_terms,
    context_document,
)
from ctl_kg.distributions.parquet import class_series, flat_series, is_available, parquet
from ctl_kg.distributions.plan import Table, covered, plan_tables
from ctl_kg.distributions.seats import SEATS, seats
from ctl_kg.distributions.vocabulary import Vocabulary, read_vocabulary
from ctl_kg.distributions.workbook import workbook
from ctl_kg.publish.tables import NUMERIC

TABLES, ITALIAN, ARRAYS = "tables", "tables-it", "json"
_NUMBERS = (*NUMERIC, "float", "nonNegativeInteger", "positiveInteger")
_NATIVE = ("integer", "boolean")
_LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}


@dataclass(frozen=True)
class Source:
    """What the files are made from.

    Args:
        stated: every authored statement but the shapes, in its named graph.
        derived: what follows by rule, which link tables need.
        shapes: the statements of the shapes.
        context: term definitions of the JSON-LD context.
        base_iri: base of our IRIs.
        released: date of the release, YYYY-MM-DD.
    """

    stated: Sequence[Quad]
    derived: Sequence[Quad]
    shapes: Sequence[Quad]
    context: Mapping[str, Any]
    base_iri: str
    released: str


@dataclass(frozen=True)
class Made:
    """The files by name, what a catalogue says of them, and what had to be left out."""

    files: Mapping[str, bytes]
    distributions: tuple[Distribution, ...]
    left_out: tuple[str, ...] = ()


def make_distributions(source: Source) -> Made:
    """Return the files of a release beside the core RDF."""
    vocabulary = read_vocabulary(source.stated, source.shapes, source.context, source.base_iri)
    statements = covered(source.stated, source.base_iri)
    tables = plan_tables(statements, source.stated, vocabulary)
    links = link_tables([*source.stated, *source.derived], tables, vocabulary)
    left = left_over(tables)
    words = dictionary(tables, links)
    files = dict(_tables(tables, (*links, words), words, source, left, vocabulary))
    files[f"{TABLES}/{SEATS}"] = seats(statements)
    files |= dict(_arrays(tables, vocabulary))
    return Made(
        dict(sorted(files.items())),
        described.distributions(tables, links, files, vocabulary),
        () if is_available() else ("Parquet",),
    )


def _tables(
    tables: Sequence[Table],
    others: Sequence[FlatTable],
    words: FlatTable,
    source: Source,
    left: Sequence[Triple],
    vocabulary: Vocabulary,
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of tables and their descriptions."""
    title = described.GROUP_TITLE
    csv_files: dict[str, bytes] = {}
    names = italian_names(tables, vocabulary)
    for table in tables:
        sheet = _Sheet.of_class(table, names)
        csv_files[f"{table.name}.csv"] = exact_csv(sheet.header, sheet.records)
        yield from _variants(sheet, words, source.released)
        if is_available():
            yield f"{TABLES}/{table.name}.parquet", parquet(class_series(table))
    for each in others:
        sheet = _Sheet.of_flat(each)
        csv_files[f"{each.name}.csv"] = exact_csv(sheet.header, sheet.records)
        yield from _variants(sheet, words, source.released)
        if is_available():
            yield f"{TABLES}/{each.name}.parquet", parquet(flat_series(each))
    for name, content in csv_files.items():
        yield f"{TABLES}/{name}", content
    if left:
        rows = [(t.subject.value, t.predicate.value, str(t.object)) for t in left]  # type: ignore[union-attr]
        yield f"{TABLES}/{STATEMENTS}.csv", exact_csv(STATEMENT_COLUMNS, rows)
    yield (
        f"{TABLES}/{METADATA}",
        metadata(tables, others, has_statements=bool(left), title=title),
    )
    yield (
        f"{TABLES}/{DATA_PACKAGE}",
        data_package(
            tables, others, csv_files, name="ctl-kg", version=__version__,
            released=source.released, title=title, homepage=source.base_iri, licence=_LICENCE,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """A table as texts: names and Italian titles of the columns, their datatypes, the records.

    ``readable`` are the records with names in the place of IRIs, but for the row's own.
    """

    name: str
    title: str
    header: Sequence[str]
    titles: Sequence[str]
    kinds: Sequence[str]
    records: Sequence[Sequence[str]]
    readable: Sequence[Sequence[str]]

    @classmethod
    def of_class(cls, table: Table, names: Mapping[str, str]) -> _Sheet:
        columns = table.columns
        # Of a cell with several values the text is neither number nor truth value.
        kinds = ["" if each.many else datatype_name(each.kind) for each in columns]
        header = ["id", *(each.name for each in columns)]
        titles = ["IRI", *(_italian(each.label["it"], each.name) for each in columns)]
        title = table.label["en"]
        readable = list(readable_records(table, names))
        return cls(table.name, title, header, titles, ["", *kinds], list(records(table)), readable)

    @classmethod
    def of_flat(cls, table: FlatTable) -> _Sheet:
        header = [each.name for each in table.columns]
        titles = [each.label["it"] for each in table.columns]
        kinds = [each.datatype for each in table.columns]
        rows = table.records
        return cls(table.name, table.label["en"], header, titles, kinds, rows, rows)


def _italian(label: str, name: str) -> str:
    """Return the Italian title of a column, with the language or datatype in its name."""
    _, underscore, kind = name.partition("_")
    return f"{label} ({kind})" if underscore and label != name else label


def _variants(sheet: _Sheet, words: FlatTable, released: str) -> Iterator[tuple[str, bytes]]:
    """Yield a table for spreadsheets: CSV as Italians have it, and a workbook."""
    numbers = [kind in _NUMBERS for kind in sheet.kinds]
    yield (
        f"{ITALIAN}/{sheet.name}.csv",
        italian_csv(sheet.titles, sheet.readable, numbers=numbers),
    )
    meanings = [[each.name for each in words.columns],
                *(row for row in words.records if row[0] == sheet.name)]  # fmt: skip
    kinds = [kind if kind in _NATIVE else "" for kind in sheet.kinds]
    yield (
        f"{TABLES}/{sheet.name}.xlsx",
        workbook(sheet.title, sheet.header, kinds, sheet.records, meanings, released),
    )


def _arrays(tables: Sequence[Table], vocabulary: Vocabulary) -> Iterator[tuple[str, bytes]]:
    yield f"{ARRAYS}/{CONTEXT}", context_document(tables, vocabulary)
    terms = class_terms(tables, vocabulary)
    for table in tables:
        yield f"{ARRAYS}/{table.name}.json", array_document(table, terms)
