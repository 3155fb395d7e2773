"""Tables that say again, for convenience, what the tables of the classes say.

Links: one row per link between the members of two classes, with both names, the role and how
certain it is; which links there are is the table of the matrices (``publish/matrix``). The
dictionary: one row per column, with what it means in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ctl_kg.distributions.cells import SEPARATOR
from ctl_kg.distributions.plan import IRI, TEXT, Column, Kind, Table
from ctl_kg.distributions.vocabulary import Texts, Vocabulary
from ctl_kg.languages import LANGUAGES
from ctl_kg.publish.matrix import AXES, MATRICES, STATED, Matrix, Spec, assemble, matrix_query
from ctl_kg.publish.tables import Binding
from ctl_kg.rdf.terms import XSD

DICTIONARY = "data-dictionary"
_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


@dataclass(frozen=True)
class FlatColumn:
    """A column: its name, CSVW datatype, language of its texts, and the table it points to."""

    name: str
    datatype: str
    label: Texts
    language: str = ""
    many: bool = False
    references: str = ""


@dataclass(frozen=True)
class FlatTable:
    """A table with the texts of its cells; ``key`` names the columns that tell rows apart."""

    name: str
    label: Texts
    definition: Texts
    columns: tuple[FlatColumn, ...]
    records: tuple[tuple[str, ...], ...]
    key: tuple[str, ...] = ()


def link_tables(
    quads: Iterable[ox.Quad], tables: Sequence[Table], vocabulary: Vocabulary
) -> list[FlatTable]:
    """Return a table per matrix whose two classes have members.

    Args:
        quads: stated and derived statements, in their graphs.
        tables: of the classes.
        vocabulary: names of classes.
    """
    by_class = {table.class_iri: table for table in tables}
    store = ox.Store()
    store.bulk_extend(quads)
    found = []
    for spec in MATRICES:
        ends = [by_class.get(_class_of(axis, vocabulary)) for axis in (spec.rows, spec.columns)]
        if ends[0] is None or ends[1] is None:
            continue
        answer = store.query(
            matrix_query(spec, vocabulary.base_iri), use_default_graph_as_union=True
        )
        assert isinstance(answer, ox.QuerySolutions)
        names = [variable.value for variable in answer.variables]
        solutions = [
            {name: Binding("uri", row[name].value) for name in names if row[name] is not None}
            for row in answer
        ]
        stated = [vocabulary.curies.expand(each) or each for each in STATED]
        matrix = assemble(solutions, tuple(ends[0].rows), tuple(ends[1].rows), stated)
        found.append(_link_table(spec, matrix, ends[0], ends[1]))
    return found


def _class_of(axis: str, vocabulary: Vocabulary) -> str:
    return vocabulary.curies.expand(AXES[axis].curie) or ""


def _link_table(spec: Spec, matrix: Matrix, rows: Table, columns: Table) -> FlatTable:
    names = [_labels(rows), _labels(columns)]
    records = [
        (
            cell.row, *(names[0].get((cell.row, each), "") for each in LANGUAGES),
            cell.column, *(names[1].get((cell.column, each), "") for each in LANGUAGES),
            link.node, SEPARATOR.join(link.roles), link.certainty, SEPARATOR.join(link.graphs),
        )
        for _, cell in sorted(matrix.cells.items())
        for link in cell.links
    ]  # fmt: skip
    label = {each: f"{AXES[spec.rows].label[each]} – {AXES[spec.columns].label[each]}"
             for each in LANGUAGES}  # fmt: skip
    heads = (*_end(rows), *_end(columns), *_ABOUT_LINK)
    key = (rows.name.replace("-", "_"), columns.name.replace("-", "_"), "link")
    name = spec.name.replace("/", "-")
    return FlatTable(f"links-{name}", label, spec.says, heads, tuple(records), key)


_ABOUT_LINK = (
    FlatColumn("link", "anyURI", {"it": "nodo del legame", "en": "node of the link"}),
    FlatColumn("roles", "anyURI", {"it": "ruoli", "en": "roles"}, many=True),
    FlatColumn("certainty", "anyURI", {"it": "grado di certezza", "en": "degree of certainty"}),
    FlatColumn("graphs", "anyURI", {"it": "grafi di provenienza", "en": "named graphs"}, many=True),
)


def _end(table: Table) -> list[FlatColumn]:
    name = table.name.replace("-", "_")
    return [
        FlatColumn(name, "anyURI", table.label, references=table.name),
        *(FlatColumn(f"{name}_label_{each}", "string",
                     {"it": f"{table.label['it']}: nome ({each})",
                      "en": f"{table.label['en']}: name ({each})"}, each)
          for each in LANGUAGES),
    ]  # fmt: skip


def _labels(table: Table) -> dict[tuple[str, str], str]:
    """Return the label of each row in each language; of several the alphabetically first."""
    return {
        (iri, column.kind.detail): values[0].value
        for iri, cells in table.rows.items()
        for column, values in cells.items()
        if column.predicate == _LABEL and column.kind.what == TEXT
    }


def italian_names(tables: Sequence[Table], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the Italian name of each resource and term that has one, by IRI."""
    names = {iri: texts["it"] for iri, texts in vocabulary.labels.items() if texts.get("it")}
    for table in tables:
        names |= {iri: label for (iri, tag), label in _labels(table).items() if tag == "it"}
    return names


def dictionary(tables: Sequence[Table], others: Sequence[FlatTable]) -> FlatTable:
    """Return the data dictionary: one row per table and column."""
    texts = {
        "table": ("tabella", "table"), "column": ("colonna", "column"),
        "property": ("proprietà", "property"), "datatype": ("tipo di dato", "datatype"),
        "language": ("lingua", "language"), "values": ("quanti valori", "number of values"),
        "references": ("rimanda alla tabella", "refers to table"),
        "label_it": ("nome in italiano", "Italian name"),
        "label_en": ("nome in inglese", "English name"),
        "definition_it": ("definizione in italiano", "Italian definition"),
        "definition_en": ("definizione in inglese", "English definition"),
    }  # fmt: skip
    heads = tuple(
        FlatColumn(name, "anyURI" if name == "property" else "string", {"it": it, "en": en})
        for name, (it, en) in texts.items()
    )
    records = [row for table in tables for row in _class_rows(table)]
    records += [row for table in others for row in _flat_rows(table)]
    label = {"it": "Dizionario dei dati", "en": "Data dictionary"}
    says = {
        "it": "Una riga per ogni colonna di ogni tabella: proprietà, tipo, significato.",
        "en": "One row per column of each table: property, datatype, meaning.",
    }
    return FlatTable(DICTIONARY, label, says, heads, tuple(sorted(records)), ("table", "column"))


def _class_rows(table: Table) -> list[tuple[str, ...]]:
    identifier = (table.name, "id", "", "anyURI", "", "1", "", "IRI", "IRI",
                  table.definition["it"], table.definition["en"])  # fmt: skip
    return [identifier, *(_dictionary_row(table.name, column) for column in table.columns)]


def _dictionary_row(table: str, column: Column) -> tuple[str, ...]:
    return (
        table, column.name, column.predicate, datatype_name(column.kind),
        column.kind.detail if column.kind.what == TEXT else "",
        "0..n" if column.many else "0..1", column.references,
        column.label["it"], column.label["en"], column.definition["it"], column.definition["en"],
    )  # fmt: skip


def datatype_name(kind: Kind) -> str:
    """Return a datatype as people read it: its local name, or its IRI."""
    if kind.what == IRI:
        return "anyURI"
    return "string" if kind.what == TEXT else kind.detail.removeprefix(XSD)


def _flat_rows(table: FlatTable) -> list[tuple[str, ...]]:
    return [
        (table.name, column.name, "", column.datatype, column.language,
         "0..n" if column.many else "0..1", column.references,
         column.label["it"], column.label["en"], "", "")
        for column in table.columns
    ]  # fmt: skip
