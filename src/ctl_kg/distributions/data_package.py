"""The tables as a Frictionless data package, beside the CSVW description of the same files.

Source: Data Package v1 (specs.frictionlessdata.io): package, tabular resource, table schema.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ctl_kg.distributions.flat import FlatTable
from ctl_kg.distributions.plan import LITERAL, Column, Table
from ctl_kg.rdf.terms import XSD

DATA_PACKAGE = "datapackage.json"
# Datatypes of XML Schema whose values a table schema reads by a type of its own.
_TYPES = {
    "integer": "integer", "nonNegativeInteger": "integer", "positiveInteger": "integer",
    "decimal": "number", "double": "number", "float": "number", "boolean": "boolean",
}  # fmt: skip


def data_package(
    tables: Sequence[Table],
    others: Sequence[FlatTable],
    files: Mapping[str, bytes],
    *,
    name: str,
    version: str,
    released: str,
    title: Mapping[str, str],
    homepage: str,
    licence: Mapping[str, str],
) -> bytes:
    """Return the description of the package.

    Args:
        tables: of the classes.
        others: those that say again what the tables of the classes say.
        files: content of each table's CSV file, by file name.
        name: of the package.
        version: of the release.
        released: date of the release.
        title: of the package, by language; the package says it in English.
        homepage: where it is published.
        licence: ``name``, ``path`` and ``title``.
    """
    resources = [_resource(each.name, each.label, files, _class_schema(each)) for each in tables]
    resources += [_resource(each.name, each.label, files, _flat_schema(each)) for each in others]
    document = {
        "profile": "tabular-data-package",
        "name": name,
        "title": title["en"],
        "version": version,
        "created": f"{released}T00:00:00Z",
        "homepage": homepage,
        "licenses": [dict(licence)],
        "resources": sorted(resources, key=lambda each: str(each["name"])),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _resource(
    name: str, label: Mapping[str, str], files: Mapping[str, bytes], schema: dict[str, Any]
) -> dict[str, Any]:
    content = files[f"{name}.csv"]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "title": label["en"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        "dialect": {"lineTerminator": "\r\n", "delimiter": ",", "doubleQuote": True,
                    "skipInitialSpace": False},
        "schema": schema,
    }  # fmt: skip


def _class_schema(table: Table) -> dict[str, Any]:
    identifier = {
        "name": "id", "type": "string", "title": "IRI",
        "constraints": {"required": True, "unique": True},
    }  # fmt: skip
    schema: dict[str, Any] = {
        "fields": [identifier, *(_field(column) for column in table.columns)],
        "primaryKey": "id",
        "missingValues": [""],
    }
    keys = [_key(each.name, each.references) for each in table.columns if each.references]
    return schema | ({"foreignKeys": keys} if keys else {})


def _flat_schema(table: FlatTable) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": each.name, "type": "string", "title": each.label["en"]}
            for each in table.columns
        ],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    keys = [_key(each.name, each.references) for each in table.columns if each.references]
    return schema | ({"foreignKeys": keys} if keys else {})


def _field(column: Column) -> dict[str, Any]:
    local = column.kind.detail.removeprefix(XSD)
    is_typed = column.kind.what == LITERAL and not column.many
    found: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(local, "string") if is_typed else "string",
        "title": column.label["en"],
        "rdfType": column.predicate,
    }
    if column.definition["en"]:
        found["description"] = column.definition["en"]
    if found["type"] == "boolean":
        found |= {"trueValues": ["true", "1"], "falseValues": ["false", "0"]}
    return found


def _key(name: str, table: str) -> dict[str, Any]:
    return {"fields": name, "reference": {"resource": table, "fields": "id"}}
