"""The parts of the OpenAPI description that no query's header gives: shapes and endpoints.

Not here: the stock queries themselves (``openapi``).
Source: SPARQL 1.1 Protocol §2.1; RFC 9457 §3.1 (members of a problem).
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ctl_kg.publish.formats import DESCRIPTION_FORMATS, GRAPH_FORMATS, SELECT_FORMATS
from ctl_kg.sparql.query_view import VIEWS

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER_OR_NULL: Schema = {"type": ["integer", "null"]}


def ref(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(required: dict[str, Schema], **optional: Schema) -> Schema:
    """Return the schema of an object that has these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def list_of(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def query_parameter(
    name: str, schema: Schema, description: str, *, example: object = None, required: bool = False
) -> dict[str, Any]:
    """Return a parameter of an address; one without example or description has none."""
    found = {"name": name, "in": "query", "required": required, "schema": schema}
    more = {"description": description, "example": example}
    return found | {key: value for key, value in more.items() if value not in ("", None)}


_COLUMN = object_of(
    {"name": TEXT, "type": TEXT, "label": TEXT, "description": TEXT, "unit": TEXT_OR_NULL}
)
_TERM = object_of(
    {"type": {"type": "string", "enum": ["iri", "literal"]}, "value": TEXT},
    language=TEXT,
    datatype=TEXT,
)
_STATEMENT = object_of(
    {
        "subject": TEXT, "predicate": TEXT, "object": _TERM, "graphs": list_of(TEXT),
        "certainty": TEXT_OR_NULL,
    }
)  # fmt: skip
_SOURCE = object_of(
    {
        "kind": TEXT, "passage": TEXT_OR_NULL, "section": TEXT_OR_NULL,
        "sectionLabel": TEXT_OR_NULL, "startLine": NUMBER_OR_NULL, "endLine": NUMBER_OR_NULL,
    }
)  # fmt: skip
_EVIDENCE = object_of(
    {
        "complete": {"type": "boolean"},
        "gaps": list_of(object_of({"code": TEXT, "message": TEXT})),
        "rows": list_of(object_of({"certainty": TEXT_OR_NULL, "total": COUNT,
                                  "statements": list_of(ref("Statement"))})),
        "sources": {"type": "object", "additionalProperties": ref("Source")},
    }
)  # fmt: skip
_PARAMETER = object_of(
    {
        "name": TEXT, "type": TEXT, "label": TEXT, "description": TEXT,
        "required": {"type": "boolean"}, "default": TEXT_OR_NULL,
    },
    minimum=TEXT, maximum=TEXT, pattern=TEXT,
    allowed=list_of(object_of({"value": TEXT, "label": TEXT})),
)  # fmt: skip
_QUERY = object_of(
    {
        "name": TEXT, "version": COUNT, "title": TEXT, "question": TEXT, "description": TEXT,
        "group": TEXT, "competency": TEXT, "view": {"type": "string", "enum": list(VIEWS)},
        "channels": {"type": "object", "additionalProperties": list_of(TEXT)},
        "parameters": list_of(ref("Parameter")), "columns": list_of(ref("Column")),
        "links": {"type": "object", "additionalProperties": TEXT},
    }
)  # fmt: skip


def coverage_note(text: Schema) -> Schema:
    """Return the schema of a coverage note; ``text`` is that of its texts."""
    return object_of(
        {
            "iri": TEXT, "extent": object_of({"iri": TEXT, "label": text}), "label": text,
            "text": text, "kind": {"type": "string", "enum": ["passage", "editorial"]},
            "passages": list_of(TEXT),
        }
    )  # fmt: skip


_ANSWER = object_of(
    {
        "query": object_of({"name": TEXT, "version": COUNT, "title": TEXT, "question": TEXT}),
        "language": TEXT,
        "parameters": {"type": "object", "additionalProperties": list_of(TEXT)},
        "columns": list_of(ref("Column")),
        "total": COUNT, "page": COUNT, "pages": COUNT, "size": COUNT,
        "links": {"type": "object", "additionalProperties": TEXT},
        "rows": list_of({"type": "object"}),
        "labels": {"type": "object", "additionalProperties": TEXT},
        "coverage": list_of(ref("CoverageNote")),
    },
    evidence=ref("Evidence"),
)  # fmt: skip
_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT,
        "code": TEXT, "hint": TEXT, "parameter": TEXT, "value": TEXT, "example": TEXT,
        "limit": TEXT, "line": {"type": "integer"}, "column": {"type": "integer"},
        "allowed": list_of(TEXT), "suggestions": list_of(TEXT), "offers": list_of(TEXT),
    },
    "required": ["type", "title", "status", "detail", "code"],
}  # fmt: skip

CORE_SCHEMAS: dict[str, Schema] = {
    "Answer": _ANSWER,
    "Column": _COLUMN,
    "CoverageNote": coverage_note(TEXT),
    "Evidence": _EVIDENCE,
    "Parameter": _PARAMETER,
    "Problem": _PROBLEM,
    "Queries": object_of({"language": TEXT, "total": COUNT, "queries": list_of(ref("Query"))}),
    "Query": _QUERY,
    "Source": _SOURCE,
    "Statement": _STATEMENT,
}

_STATUS_TEXTS = {
    400: "A parameter is unknown or has a value that is not allowed.",
    404: "There is no such thing; the nearest that exist are suggested.",
    406: "None of the representations suits; those there are are listed.",
    410: "Withdrawn; what took its place is suggested.",
    413: "The body is too large.",
    415: "The body has a type that is not taken.",
    503: "Too busy; try again.",
    504: "The query would pass a limit.",
}


def problem_responses(*statuses: int) -> dict[str, Any]:
    """Return the responses of problems by status."""
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {
        str(status): {"description": _STATUS_TEXTS[status], "content": content}
        for status in statuses
    }


def core_paths(language: str) -> dict[str, Any]:
    """Return the paths beside the stock queries: their list, SPARQL, resources, description."""
    return {
        "/api/queries": {"get": _list_operation(language)},
        "/api/openapi.json": {"get": _openapi_operation(language)},
        "/sparql": {"get": _sparql_get(language), "post": _sparql_post(language)},
        "/data/{folder}/{name}": {"get": _resource(language)},
    }


def _list_operation(language: str) -> dict[str, Any]:
    texts = {"it": "Le interrogazioni pronte", "en": "The stock queries"}
    choices = {"format": ["json"], "lang": ["it", "en"]}
    return {
        "operationId": "list_queries",
        "tags": ["queries"],
        "summary": texts[language],
        "parameters": [
            {"name": name, "in": "query", "required": False,
             "schema": {"type": "string", "enum": values}}
            for name, values in choices.items()
        ],
        "responses": {
            "200": {"description": texts[language],
                    "content": {"application/json": {"schema": ref("Queries")}}},
            **problem_responses(400, 406),
        },
    }  # fmt: skip


def _openapi_operation(language: str) -> dict[str, Any]:
    texts = {"it": "Questa descrizione", "en": "This description"}
    return {
        "operationId": "describe_api",
        "tags": ["service"],
        "summary": texts[language],
        "parameters": [{"name": "lang", "in": "query", "required": False,
                        "schema": {"type": "string", "enum": ["it", "en"]}}],
        "responses": {
            "200": {"description": texts[language],
                    "content": {"application/json": {"schema": {"type": "object"}}}},
            **problem_responses(400),
        },
    }  # fmt: skip


_SPARQL = {
    "it": "Risponde a un'interrogazione SPARQL 1.1; legge soltanto.",
    "en": "Answers a SPARQL 1.1 query; it only reads.",
}
_EXAMPLE = "SELECT ?class (COUNT(*) AS ?things) { ?x a ?class } GROUP BY ?class ORDER BY ?class"


def _sparql_responses(language: str) -> dict[str, Any]:
    content: dict[str, Any] = {
        each.media_type: {"schema": TEXT} for each in (*SELECT_FORMATS, *GRAPH_FORMATS)
    }
    content["application/sparql-results+json"] = {"schema": {"type": "object"}}
    content["application/ld+json"] = {"schema": {}}
    return {"200": {"description": _SPARQL[language], "content": content}}


def _sparql_get(language: str) -> dict[str, Any]:
    graphs = [
        {"name": name, "in": "query", "required": False, "schema": list_of(TEXT),
         "style": "form", "explode": True}
        for name in ("default-graph-uri", "named-graph-uri")
    ]  # fmt: skip
    query = {"name": "query", "in": "query", "required": True, "schema": TEXT,
             "example": _EXAMPLE}  # fmt: skip
    return {
        "operationId": "sparql_get",
        "tags": ["sparql"],
        "summary": _SPARQL[language],
        "parameters": [query, *graphs],
        "responses": {
            **_sparql_responses(language),
            **problem_responses(400, 406, 503, 504),
        },
    }


def _sparql_post(language: str) -> dict[str, Any]:
    return {
        "operationId": "sparql_post",
        "tags": ["sparql"],
        "summary": _SPARQL[language],
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": TEXT, "example": _EXAMPLE},
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "properties": {"query": TEXT},
                               "required": ["query"]},
                    "example": {"query": _EXAMPLE},
                },
            },
        },
        "responses": {
            **_sparql_responses(language),
            **problem_responses(400, 406, 413, 415, 503, 504),
        },
    }  # fmt: skip


def _resource(language: str) -> dict[str, Any]:
    texts = {
        "it": "La descrizione di una risorsa, per esempio `/data/cluster/afil`.",
        "en": "The description of a resource, for example `/data/cluster/afil`.",
    }
    name: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
    content: dict[str, Any] = {each.media_type: {"schema": TEXT} for each in DESCRIPTION_FORMATS}
    content["application/ld+json"] = {"schema": {}}
    return {
        "operationId": "describe_resource",
        "tags": ["resources"],
        "summary": texts[language],
        "parameters": [
            {"name": each, "in": "path", "required": True, "schema": name, "example": example}
            for each, example in (("folder", "cluster"), ("name", "afil"))
        ],
        "responses": {
            "200": {"description": texts[language], "content": content},
            "303": {"description": "See the document about the resource."},
            "308": {"description": "The one address of the resource."},
            **problem_responses(404, 406, 410),
        },
    }
