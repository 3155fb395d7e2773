"""The description of the tables in CSVW: properties, datatypes, languages, keys.

One file, ``csv-metadata.json``, describes all tables, as it is where a client looks by itself.
Tables of classes convert to the graph; link tables and the dictionary say again what those say,
and are marked so that no converter takes them twice.

Source: Metadata Vocabulary for Tabular Data §5; Model for Tabular Data and Metadata §5.2, §5.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ctl_kg.distributions.cells import BUILT_IN, SEPARATOR
from ctl_kg.distributions.flat import FlatColumn, FlatTable
from ctl_kg.distributions.plan import IRI, LITERAL, TEXT, Column, Kind, Table
from ctl_kg.rdf.terms import RDF, XSD

CSVW = "http://www.w3.org/ns/csvw"
METADATA = "csv-metadata.json"
STATEMENTS = "other-statements"
STATEMENT_COLUMNS = ("subject", "predicate", "object")
_ANY_URI = XSD + "anyURI"


def metadata(
    tables: Sequence[Table],
    others: Sequence[FlatTable],
    *,
    has_statements: bool,
    title: Mapping[str, str],
) -> bytes:
    """Return the CSVW description of the tables of a release.

    Args:
        tables: those of the classes.
        others: those that say again what the tables of the classes say.
        has_statements: whether there is a table of statements that no cell holds.
        title: of the group, by language.
    """
    described = [_class_table(table) for table in tables]
    described += [_statements_table()] if has_statements else []
    described += [_other_table(table) for table in others]
    document = {
        "@context": [CSVW, {"@language": "en"}],
        "dc:title": _texts(title),
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n", "\n"], "header": True},
        "tables": sorted(described, key=lambda each: str(each["url"])),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def datatype_of(kind: Kind) -> Any:
    """Return the CSVW datatype of a kind of value.

    A literal of ``xsd:anyURI`` has a format, an IRI has none: so that they differ.
    """
    if kind.what == IRI:
        return "anyURI"
    if kind.what == TEXT or kind.is_plain:
        return "string"
    local = kind.detail.removeprefix(XSD)
    if kind.detail == _ANY_URI:
        return {"base": "anyURI", "format": ".*"}
    if kind.detail.startswith(XSD) and local in BUILT_IN:
        return local
    return {"base": "string", "@id": kind.detail}


def kind_from(description: Mapping[str, Any]) -> Kind:
    """Return the kind of value that a column's description says.

    Raises:
        ValueError: the datatype is none that :func:`datatype_of` writes.
    """
    datatype = description.get("datatype", "string")
    if datatype == "anyURI":
        return Kind(IRI)
    if datatype == "string":
        tag = description.get("lang", "und")
        return Kind(LITERAL, XSD + "string") if tag == "und" else Kind(TEXT, tag)
    if isinstance(datatype, str) and datatype in BUILT_IN:
        return Kind(LITERAL, XSD + datatype)
    if isinstance(datatype, Mapping) and datatype.get("base") == "anyURI":
        return Kind(LITERAL, _ANY_URI)
    if isinstance(datatype, Mapping) and isinstance(datatype.get("@id"), str):
        return Kind(LITERAL, datatype["@id"])
    raise ValueError(f"the datatype {datatype!r}")


def _class_table(table: Table) -> dict[str, Any]:
    identifier = {
        "name": "id",
        "titles": {"und": "id", "it": "IRI", "en": "IRI"},
        "datatype": "anyURI",
        "required": True,
        "suppressOutput": True,
    }
    keys = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{column.references}.csv", "columnReference": "id"},
        }
        for column in table.columns
        # Some validators refuse a key that is empty in some rows.
        if column.references and all(column in cells for cells in table.rows.values())
    ]
    schema: dict[str, Any] = {
        "aboutUrl": "{+id}",
        "primaryKey": "id",
        "columns": [identifier, *(_column(column) for column in table.columns)],
    }
    if keys:
        schema["foreignKeys"] = keys
    described: dict[str, Any] = {"url": f"{table.name}.csv", "dc:title": _texts(table.label)}
    if any(table.definition.values()):
        described["dc:description"] = _texts(table.definition)
    if table.class_iri:
        described["dc:subject"] = {"@id": table.class_iri}
    return {**described, "tableSchema": schema}


def _column(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "titles": {"und": column.name, **_nonempty(column.label)},
        "propertyUrl": column.predicate,
        "datatype": datatype_of(column.kind),
    }
    if any(column.definition.values()):
        found["dc:description"] = _texts(column.definition)
    if column.kind.what == TEXT:
        found["lang"] = column.kind.detail
    if column.many:
        found["separator"] = SEPARATOR
        found["ordered"] = False
    elif column.kind.what == IRI:
        found["valueUrl"] = f"{{+{column.name}}}"
    return found


def _statements_table() -> dict[str, Any]:
    columns = [
        {
            "name": name,
            "titles": name,
            "propertyUrl": RDF + name,
            "datatype": "string" if name == "object" else "anyURI",
            "required": True,
        }
        for name in STATEMENT_COLUMNS
    ]
    title = {
        "it": "Enunciati che nessuna cella può contenere, con l'oggetto in sintassi N-Triples",
        "en": "Statements that no cell can hold, with the object in N-Triples syntax",
    }
    return {
        "url": f"{STATEMENTS}.csv",
        "dc:title": _texts(title),
        "suppressOutput": True,
        "tableSchema": {"columns": columns},
    }


def _other_table(table: FlatTable) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_flat_column(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    keys = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{column.references}.csv", "columnReference": "id"},
        }
        for column in table.columns
        if column.references
    ]
    if keys:
        schema["foreignKeys"] = keys
    return {
        "url": f"{table.name}.csv",
        "dc:title": _texts(table.label),
        "dc:description": _texts(table.definition),
        "suppressOutput": True,
        "tableSchema": schema,
    }


def _flat_column(column: FlatColumn) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "titles": {"und": column.name, **_nonempty(column.label)},
        "datatype": column.datatype,
    }
    if column.language:
        found["lang"] = column.language
    if column.many:
        found |= {"separator": SEPARATOR, "ordered": False}
    return found


def _nonempty(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}


def _texts(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": language} for language, text in texts.items() if text]
