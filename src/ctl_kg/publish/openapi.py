"""The OpenAPI description of the server, made from the headers of the stock queries.

Each stock query is one path with typed parameters and the schema of its rows. The other
endpoints are described in ``openapi_core``; more can be handed in. What is said here is what
the server does: a conformance test asks the server whatever the description allows.

Source: OpenAPI 3.1.1 §4.8; JSON Schema 2020-12; RFC 9457 (problems).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ctl_kg.publish.formats import Format
from ctl_kg.publish.openapi_core import CORE_SCHEMAS, core_paths, problem_responses, ref
from ctl_kg.publish.tables import NUMERIC
from ctl_kg.sparql.query_model import Column, Parameter, QueryFile

OPENAPI_VERSION = "3.1.1"
Schema: TypeAlias = dict[str, Any]
MOST_LISTED = 200  # values of a parameter; where there are more, any text of the type fits

# Types of columns → the schema of a value of their rows.
_COLUMN_SCHEMAS: dict[str, Schema] = {
    "integer": {"type": ["integer", "null"]},
    **{kind: {"type": ["number", "null"]} for kind in NUMERIC if kind != "integer"},
    "double": {"type": ["number", "string", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "iri": {"type": ["string", "null"], "format": "iri"},
    "any": {"type": ["string", "null"]},
}
_PARAMETER_TYPES: dict[str, Schema] = {
    "integer": {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1},
    "decimal": {"type": "string", "pattern": r"^[+-]?[0-9]{1,18}(\.[0-9]{1,18})?$"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "string", "enum": ["true", "false"]},
    "iri": {"type": "string", "minLength": 1},
    "string": {"type": "string", "minLength": 1, "maxLength": 2000,
               "pattern": r"^[^\x00-\x1f\x7f]+$"},
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What the API takes, as the code that reads requests has it.

    Args:
        formats: of a query's answers.
        choices: allowed values of a parameter as the API writes them; None if not listed.
        several: whether a parameter takes several values.
        empty: whether an empty value means "any".
        filters: regular expression of the conditions on columns, without anchors.
        default_size: rows on a page.
        largest_size: most rows on a page.
    """

    formats: Callable[[QueryFile], Sequence[Format]]
    choices: Callable[[Parameter], Sequence[tuple[str, str]] | None]
    several: Callable[[Parameter], bool]
    empty: Callable[[Parameter], bool]
    filters: Callable[[Sequence[Column]], str]
    default_size: int
    largest_size: int


def openapi_document(
    queries: Mapping[str, QueryFile],
    rules: Rules,
    *,
    version: str,
    language: str,
    server: str,
    more: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the description of the whole server.

    Args:
        queries: the stock queries.
        rules: what the API takes.
        version: of the release.
        language: of titles and descriptions.
        server: path or address below which the paths stand.
        more: documents with ``paths``, ``schemas`` and ``tags`` of further endpoints.
    """
    paths: dict[str, Any] = core_paths(language)
    schemas: dict[str, Any] = dict(CORE_SCHEMAS)
    tags = [{"name": name} for name in ("queries", "sparql", "resources", "service")]
    for query in queries.values():
        if query.form == "SELECT":
            paths["/api/queries/" + query.name] = {"get": _operation(query, rules, language)}
            schemas[_schema_name(query)] = _answer_schema(query, language)
    for each in more:
        paths |= each.get("paths", {})
        schemas |= each.get("schemas", {})
        tags += [tag for tag in each.get("tags", ()) if tag not in tags]
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "ctl-kg",
            "version": version or "0",
            "summary": _SUMMARY[language],
            "description": _DESCRIPTION[language],
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": server or "/"}],
        "tags": tags,
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


_SUMMARY = {
    "it": "Le interrogazioni pronte, SPARQL e le risorse del grafo.",
    "en": "The stock queries, SPARQL and the resources of the graph.",
}
_DESCRIPTION = {
    "it": "Ogni interrogazione pronta è un indirizzo con parametri tipizzati. Senza versione "
    "risponde l'ultima; `NAME@1` è la versione 1 del contratto (parametri e colonne). "
    "In CSV un testo che comincia come una formula ha un apostrofo davanti (`cells=exact` lo "
    "toglie); in XLSX i testi non sono mai formule; TSV e JSON sono esatti.",
    "en": "Each stock query is an address with typed parameters. Without a version the latest "
    "answers; `NAME@1` is version 1 of the contract (parameters and columns). In CSV a text "
    "that begins like a formula has an apostrophe before it (`cells=exact` leaves it out); in "
    "XLSX texts are never formulas; TSV and JSON are exact.",
}


def _schema_name(query: QueryFile) -> str:
    return "".join(part.capitalize() for part in query.name.split("-")) + "Answer"


def operation_id(query: QueryFile) -> str:
    """Return the name of a query's operation, as generated clients call it."""
    return "query_" + query.name.replace("-", "_")


def _operation(query: QueryFile, rules: Rules, language: str) -> dict[str, Any]:
    own = [_parameter(each, rules, language) for each in query.parameters if each.name != "lang"]
    formats = rules.formats(query)
    content: dict[str, Any] = {
        each.media_type: {"schema": {"type": "string"}} for each in formats if each.suffix != "json"
    }
    for suffix in ("jsonld", "geojson"):
        found = next((each for each in formats if each.suffix == suffix), None)
        if found is not None:
            content[found.media_type] = {"schema": {"type": "object"}}
    xlsx = next(each for each in formats if each.suffix == "xlsx")
    content[xlsx.media_type] = {"schema": {"type": "string", "format": "binary"}}
    json_content = {"application/json": {"schema": ref(_schema_name(query))}}
    return {
        "operationId": operation_id(query),
        "tags": ["queries"],
        "summary": query.title[language],
        "description": f"{query.question[language]}\n\n{query.description[language]}",
        "externalDocs": {"url": f"/queries/{query.name}"},
        "x-version": query.version,
        "parameters": [*own, *_common(query, rules, language, formats)],
        "responses": {
            "200": {
                "description": _ROWS[language],
                "headers": {"Link": {"description": "first, prev, next, last (RFC 8288)",
                                     "schema": {"type": "string"}}},
                "content": json_content | content,
            },
            **problem_responses(400, 404, 406, 503, 504),
        },
    }  # fmt: skip


_ROWS = {"it": "Le righe della pagina chiesta.", "en": "The rows of the page asked for."}


def _parameter(parameter: Parameter, rules: Rules, language: str) -> dict[str, Any]:
    schema, described = _value_schema(parameter, rules, language)
    example: object = parameter.default
    if parameter.type == "integer" and example is not None:
        example = int(str(example))
    if "enum" in schema and example not in schema["enum"]:
        # The data may be others than those that the header was written for.
        example = next((each for each in schema["enum"] if each), None)
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": described,
        "required": parameter.required and parameter.default is None,
    }
    if rules.several(parameter):
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": 50}
        found |= {"style": "form", "explode": True}
        example = None if example is None else [example]
    elif example is not None and str(example) == parameter.default:
        schema["default"] = example
    if example is not None:
        found["example"] = example
    return found | {"schema": schema}


def _value_schema(parameter: Parameter, rules: Rules, language: str) -> tuple[Schema, str]:
    """Return the schema of one value, and the description of the parameter."""
    described = parameter.description[language]
    choices = rules.choices(parameter)
    if choices and len(choices) <= MOST_LISTED:
        listed = list(dict.fromkeys(value for value, _ in choices))
        named = [f"- `{value}`: {label}" for value, label in choices if value != label]
        if rules.empty(parameter):
            listed.insert(0, "")
        return {"type": "string", "enum": listed}, "\n".join([described, "", *named]).strip()
    schema = dict(_PARAMETER_TYPES[parameter.type])
    for name in ("minimum", "maximum"):
        if parameter.type == "integer" and (value := getattr(parameter, name)) is not None:
            schema[name] = int(value)
    if parameter.pattern is not None:
        schema["pattern"] = f"^(?:{parameter.pattern})$"
    if rules.empty(parameter):
        schema = {"anyOf": [schema, {"const": ""}]}
    return schema, described


def _common(
    query: QueryFile, rules: Rules, language: str, formats: Sequence[Format]
) -> list[dict[str, Any]]:
    """Return the parameters that every query takes."""
    names = [column.name for column in query.columns]
    conditions = rules.filters(query.columns)
    sizes = {"type": "integer", "minimum": 1, "maximum": rules.largest_size}
    schemas: dict[str, Schema] = {
        "page": {"type": "integer", "minimum": 1, "maximum": 1_000_000_000, "default": 1},
        "size": {"anyOf": [sizes, {"type": "string", "const": "all"}],
                 "default": rules.default_size},
        "columns": {"type": "array", "items": {"type": "string", "enum": names},
                    "minItems": 1, "uniqueItems": True},
        "sort": {"type": "array", "minItems": 1, "maxItems": 2 * len(names),
                 "items": {"type": "string", "enum": [*names, *("-" + name for name in names)]}},
        "filter": {"type": "array", "minItems": 1, "maxItems": 20,
                   "items": {"type": "string", "pattern": f"^(?:{conditions})$"}},
        "evidence": {"type": "integer", "enum": [0, 1], "default": 0},
        "cells": {"type": "string", "enum": ["safe", "exact"], "default": "safe"},
        "format": {"type": "string", "enum": [each.suffix for each in formats]},
        "lang": {"type": "string", "enum": ["it", "en"]},
    }  # fmt: skip
    found = []
    for name, schema in schemas.items():
        one: dict[str, Any] = {
            "name": name, "in": "query", "description": COMMON_TEXTS[name][language],
            "required": False, "schema": schema,
        }  # fmt: skip
        if schema.get("type") == "array":
            one |= {"style": "form", "explode": name == "filter"}
        found.append(one)
    return found


COMMON_TEXTS = {
    "page": {"it": "Numero della pagina, da 1.", "en": "Number of the page, from 1."},
    "size": {
        "it": "Righe per pagina; `all` le dà tutte.",
        "en": "Rows on a page; `all` gives them all.",
    },
    "columns": {
        "it": "Quali colonne, e in che ordine.",
        "en": "Which columns, and in which order.",
    },
    "sort": {
        "it": "Ordina per queste colonne; con `-` in ordine inverso. Chi non ha valore viene dopo.",
        "en": "Order by these columns; with `-` in falling order. Rows without value come last.",
    },
    "filter": {
        "it": "`COLONNA:OPERAZIONE:VALORE`; le condizioni valgono tutte insieme. Operazioni: eq, "
        "ne, lt, le, gt, ge, contains (senza maiuscole né accenti).",
        "en": "`COLUMN:OPERATION:VALUE`; all conditions must hold. Operations: eq, ne, lt, le, "
        "gt, ge, contains (whatever the case and accents).",
    },
    "evidence": {
        "it": "1: per ogni riga gli enunciati e i passi da cui viene, e la certezza più debole.",
        "en": "1: for each row the statements and passages it comes from, and the weakest "
        "certainty.",
    },
    "cells": {
        "it": "Solo CSV. `safe`: un testo che comincia con = + - @ o tabulazione ha un apostrofo "
        "davanti; `exact`: i byte come sono.",
        "en": "CSV only. `safe`: a text that begins with = + - @ or a tab has an apostrophe "
        "before it; `exact`: the bytes as they are.",
    },
    "format": {"it": "Formato, invece di Accept.", "en": "Format, instead of Accept."},
    "lang": {
        "it": "Lingua di nomi e testi, invece di Accept-Language.",
        "en": "Language of names and texts, instead of Accept-Language.",
    },
}


def _answer_schema(query: QueryFile, language: str) -> Schema:
    properties = {}
    for column in query.columns:
        schema = dict(_COLUMN_SCHEMAS.get(column.type, {"type": ["string", "null"]}))
        schema["description"] = column.description[language] + (
            f" ({column.unit})" if column.unit else ""
        )
        properties[column.name] = schema
    row = {"type": "object", "properties": properties, "additionalProperties": False}
    common = CORE_SCHEMAS["Answer"]
    return {
        **common,
        "properties": {**common["properties"], "rows": {"type": "array", "items": row}},
    }
