"""The parts of the OpenAPI description that no query's header gives: shapes and endpoints.

Not here: the stock queries themselves (``openapi``).
Source: SPARQL 1.1 Protocol §2.1; RFC 9457 §3.1 (members of a problem).
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ctl_kg.publish.formats import DESCRIPTION_FORMATS, GRAPH_FORMATS, SELECT_FORMATS
from ctl_kg.sparql.query_view import VIEWS

Schema: TypeAlias = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_NUMBER_OR_NULL: Schema = {"type": ["integer", "null"]}


def ref(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: dict[str, Schema], **optional: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


_COLUMN = _object(
    {"name": _TEXT, "type": _TEXT, "label": _TEXT, "description": _TEXT, "unit": _TEXT_OR_NULL}
)
_TERM = _object(
    {"type": {"type": "string", "enum": ["iri", "literal"]}, "value": _TEXT},
    language=_TEXT,
    datatype=_TEXT,
)
_STATEMENT = _object(
    {
        "subject": _TEXT, "predicate": _TEXT, "object": _TERM, "graphs": _list_of(_TEXT),
        "certainty": _TEXT_OR_NULL,
    }
)  # fmt: skip
_SOURCE = _object(
    {
        "kind": _TEXT, "passage": _TEXT_OR_NULL, "section": _TEXT_OR_NULL,
        "sectionLabel": _TEXT_OR_NULL, "startLine": _NUMBER_OR_NULL, "endLine": _NUMBER_OR_NULL,
    }
)  # fmt: skip
_EVIDENCE = _object(
    {
        "complete": {"type": "boolean"},
        "gaps": _list_of(_object({"code": _TEXT, "message": _TEXT})),
        "rows": _list_of(_object({"certainty": _TEXT_OR_NULL, "total": _COUNT,
                                  "statements": _list_of(ref("Statement"))})),
        "sources": {"type": "object", "additionalProperties": ref("Source")},
    }
)  # fmt: skip
_PARAMETER = _object(
    {
        "name": _TEXT, "type": _TEXT, "label": _TEXT, "description": _TEXT,
        "required": {"type": "boolean"}, "default": _TEXT_OR_NULL,
    },
    minimum=_TEXT, maximum=_TEXT, pattern=_TEXT,
    allowed=_list_of(_object({"value": _TEXT, "label": _TEXT})),
)  # fmt: skip
_QUERY = _object(
    {
        "name": _TEXT, "version": _COUNT, "title": _TEXT, "question": _TEXT, "description": _TEXT,
        "group": _TEXT, "competency": _TEXT, "view": {"type": "string", "enum": list(VIEWS)},
        "channels": {"type": "object", "additionalProperties": _list_of(_TEXT)},
        "parameters": _list_of(ref("Parameter")), "columns": _list_of(ref("Column")),
        "links": {"type": "object", "additionalProperties": _TEXT},
    }
)  # fmt: skip
_ANSWER = _object(
    {
        "query": _object({"name": _TEXT, "version": _COUNT, "title": _TEXT, "question": _TEXT}),
        "language": _TEXT,
        "parameters": {"type": "object", "additionalProperties": _list_of(_TEXT)},
        "columns": _list_of(ref("Column")),
        "total": _COUNT, "page": _COUNT, "pages": _COUNT, "size": _COUNT,
        "links": {"type": "object", "additionalProperties": _TEXT},
        "rows": _list_of({"type": "object"}),
        "labels": {"type": "object", "additionalProperties": _TEXT},
    },
    evidence=ref("Evidence"),
)  # fmt: skip
_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT,
        "code": _TEXT, "hint": _TEXT, "parameter": _TEXT, "value": _TEXT, "example": _TEXT,
        "limit": _TEXT, "line": {"type": "integer"}, "column": {"type": "integer"},
        "allowed": _list_of(_TEXT), "suggestions": _list_of(_TEXT), "offers": _list_of(_TEXT),
    },
    "required": ["type", "title", "status", "detail", "code"],
}  # fmt: skip

CORE_SCHEMAS: dict[str, Schema] = {
    "Answer": _ANSWER,
    "Column": _COLUMN,
    "Evidence": _EVIDENCE,
    "Parameter": _PARAMETER,
    "Problem": _PROBLEM,
    "Queries": _object({"language": _TEXT, "total": _COUNT, "queries": _list_of(ref("Query"))}),
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
        each.media_type: {"schema": _TEXT} for each in (*SELECT_FORMATS, *GRAPH_FORMATS)
    }
    content["application/sparql-results+json"] = {"schema": {"type": "object"}}
    content["application/ld+json"] = {"schema": {}}
    return {"200": {"description": _SPARQL[language], "content": content}}


def _sparql_get(language: str) -> dict[str, Any]:
    graphs = [
        {"name": name, "in": "query", "required": False, "schema": _list_of(_TEXT),
         "style": "form", "explode": True}
        for name in ("default-graph-uri", "named-graph-uri")
    ]  # fmt: skip
    query = {"name": "query", "in": "query", "required": True, "schema": _TEXT,
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
                "application/sparql-query": {"schema": _TEXT, "example": _EXAMPLE},
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "properties": {"query": _TEXT},
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
    content: dict[str, Any] = {each.media_type: {"schema": _TEXT} for each in DESCRIPTION_FORMATS}
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
