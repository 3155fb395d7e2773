"""Rows of a stock query as documents: JSON, JSON-LD and GeoJSON.

The JSON of the API has rows of plain values, and beside them what they mean: the columns, the
labels of the resources, the place in the whole answer. ``publish/openapi`` describes it.

Source: JSON-LD 1.1 §4 (context, value objects); RFC 7946 §3.2, §3.3 (GeoJSON).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ctl_kg.publish.tables import (
    NUMERIC,
    Binding,
    Row,
    geography_of,
    plain_value,
    triple_text,
)
from ctl_kg.sparql.query_model import Column, Parameter, QueryFile
from ctl_kg.sparql.terms import RDF_LANG_STRING, XSD, XSD_STRING

_IRI_TYPES = ("iri",)


@dataclass(frozen=True)
class Piece:
    """Some rows of an answer and their place in it.

    Args:
        query: whose answer.
        columns: those shown, in order.
        rows: those shown.
        total: how many rows the answer has, after filters.
        page: number of this page, from 1.
        pages: number of pages, 1 or more.
        size: rows on a full page.
    """

    query: QueryFile
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    size: int

    def iris(self) -> list[str]:
        """Return the resources in the rows, each once, in order."""
        names = [column.name for column in self.columns]
        found = {
            binding.value: None
            for row in self.rows
            for name in names
            if (binding := row.get(name)) is not None
            and binding.type == "uri"
            and isinstance(binding.value, str)
        }
        return list(found)


def describe_column(column: Column, language: str) -> dict[str, Any]:
    """Return what a column means."""
    return {
        "name": column.name,
        "type": column.type,
        "label": column.label[language],
        "description": column.description[language],
        "unit": column.unit,
    }


def describe_parameter(
    parameter: Parameter, language: str, allowed: Sequence[tuple[str, str]] | None
) -> dict[str, Any]:
    """Return what a parameter takes.

    Args:
        parameter: which.
        language: of the texts.
        allowed: value and label of each choice; None if any value of the type will do.
    """
    found: dict[str, Any] = {
        "name": parameter.name,
        "type": parameter.type,
        "label": parameter.label[language],
        "description": parameter.description[language],
        "required": parameter.required,
        "default": parameter.default,
    }
    for name in ("minimum", "maximum", "pattern"):
        if (value := getattr(parameter, name)) is not None:
            found[name] = value
    if allowed is not None:
        found["allowed"] = [{"value": value, "label": label} for value, label in allowed]
    return found


def plain_rows(piece: Piece) -> list[dict[str, Any]]:
    """Return the rows of a piece as objects of plain values; a cell without value is null."""
    names = [column.name for column in piece.columns]
    found: list[dict[str, Any]] = [
        {name: row[name].value if name in row else None for name in names} for row in piece.rows
    ]
    # Most cells are texts, which need no second look.
    for column in piece.columns:
        name, kind = column.name, column.type
        if kind in NUMERIC or kind == "boolean":
            for plain, row in zip(found, piece.rows, strict=True):
                plain[name] = plain_value(kind, row.get(name))
        else:
            for plain in found:
                if isinstance(plain[name], dict):
                    plain[name] = triple_text(plain[name])
    return found


def json_document(
    piece: Piece,
    *,
    language: str,
    parameters: Mapping[str, Sequence[str]],
    links: Mapping[str, str],
    labels: Mapping[str, str],
    coverage: Sequence[Mapping[str, Any]] = (),
    evidence: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a piece of an answer as the JSON of the API."""
    query = piece.query
    document: dict[str, Any] = {
        "query": {
            "name": query.name,
            "version": query.version,
            "title": query.title[language],
            "question": query.question[language],
        },
        "language": language,
        "parameters": parameters,
        "columns": [describe_column(column, language) for column in piece.columns],
        "total": piece.total,
        "page": piece.page,
        "pages": piece.pages,
        "size": piece.size,
        "links": links,
        "rows": plain_rows(piece),
        "labels": labels,
        "coverage": coverage,
    }
    if evidence is not None:
        document["evidence"] = evidence
    return write_json(document)


def write_json(document: object) -> bytes:
    """Return a document as JSON in UTF-8, on one line."""
    return msgspec.json.encode(document) + b"\n"


def json_ld_document(piece: Piece, base_iri: str) -> bytes:
    """Return the rows as a plain array of JSON-LD nodes, with the context that makes them RDF.

    Each column is a property of its own below the query's IRI; each row a node without name.
    """
    own = f"{base_iri}queries/{piece.query.name}#"
    context: dict[str, Any] = {"@version": 1.1, "rows": "@graph"}
    for column in piece.columns:
        term: dict[str, Any] = {"@id": own + column.name}
        if column.type in _IRI_TYPES:
            term["@type"] = "@id"
        context[column.name] = term
    rows = [
        {
            column.name: _json_ld_value(column, row[column.name])
            for column in piece.columns
            if column.name in row
        }
        for row in piece.rows
    ]
    return write_json({"@context": context, "rows": rows})


def _json_ld_value(column: Column, binding: Binding) -> Any:
    value = binding.value
    if not isinstance(value, str):  # JSON-LD 1.1 has no triple terms
        return {"@value": triple_text(value)}
    if binding.type in ("uri", "bnode"):
        name = value if binding.type == "uri" else "_:" + value
        return name if column.type in _IRI_TYPES else {"@id": name}
    if binding.language is not None:
        return {"@value": value, "@language": binding.language}
    kind = binding.datatype or XSD_STRING
    if kind in (XSD_STRING, RDF_LANG_STRING):
        return value if column.type not in _IRI_TYPES else {"@value": value}
    native = plain_value("integer" if kind == XSD + "integer" else "boolean", binding)
    # Only what reads back as the same literal stands as a JSON number or truth value.
    if kind == XSD + "integer" and isinstance(native, int) and str(native) == value:
        return native
    if kind == XSD + "boolean" and isinstance(native, bool) and str(native).lower() == value:
        return native
    return {"@value": value, "@type": kind}


def geo_json_document(piece: Piece, labels: Mapping[str, str]) -> bytes | None:
    """Return the rows as features; None if no column holds geography.

    A row without a place is a feature without geometry. The ``labels`` of the resources stand
    beside the features.
    """
    geometry_of = geography_of(piece.query.columns)
    if geometry_of is None:
        return None
    features = [
        {"type": "Feature", "geometry": geometry_of(row), "properties": properties}
        for row, properties in zip(piece.rows, plain_rows(piece), strict=True)
    ]
    return write_json({"type": "FeatureCollection", "features": features, "labels": labels})
