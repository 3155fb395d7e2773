"""What the description of the API says of ``/api/search``."""

from __future__ import annotations

from typing import Any

from ctl_kg.publish.openapi_core import problem_responses, ref
from ctl_kg.publish.search_question import MOST_CHARACTERS
from ctl_kg.web.api_docs import CONTRIBUTORS
from ctl_kg.web.site import Site

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
LARGEST_PAGE = 1_000_000

_TEXTS: dict[str, dict[str, str]] = {
    "summary": {"it": "Cerca nei dati", "en": "Search the data"},
    "description": {
        "it": "Ricerca a testo pieno in nomi, sigle, codici e descrizioni, nelle due lingue.",
        "en": "Full-text search over names, acronyms, codes and descriptions, in both languages.",
    },
    "q": {
        "it": "Le parole cercate; le virgolette uniscono una frase; oppure un IRI o un CURIE.",
        "en": "The words sought; quotation marks hold a phrase together; or an IRI or a CURIE.",
    },
    "type": {"it": "Solo questa classe.", "en": "Only this class."},
    "cluster": {
        "it": "Solo ciò che è collegato a questo cluster.",
        "en": "Only what is linked to this cluster.",
    },
    "prefix": {"it": "1: l'ultima parola può continuare.", "en": "1: the last word may go on."},
}
_STRING = {"type": "string"}
_NULLABLE = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0}


def search_description(site: Site, language: str) -> dict[str, Any]:
    """Return the path and the schemas of the search."""
    text = {name: texts[language] for name, texts in _TEXTS.items()}
    operation = {
        "operationId": "search",
        "tags": ["search"],
        "summary": text["summary"],
        "description": text["description"],
        "parameters": [
            _parameter("q", {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS,
                             "pattern": r"\S", "examples": ["vanguard initiative"]},
                       text["q"], required=True),
            _parameter("type", _facet(site, site.search.kinds), text["type"]),
            _parameter("cluster", _facet(site, site.search.clusters), text["cluster"]),
            _parameter("page", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE,
                                "default": 1}, ""),
            _parameter("size", {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE,
                                "default": DEFAULT_SIZE}, ""),
            _parameter("prefix", {"type": "string", "enum": ["0", "1"]}, text["prefix"]),
            _parameter("lang", {"type": "string", "enum": ["it", "en"]}, ""),
        ],
        "responses": {
            "200": {"description": text["summary"],
                    "content": {"application/json": {"schema": ref("SearchAnswer")}}},
            **problem_responses(400, 406, 504),
        },
    }  # fmt: skip
    return {
        "paths": {"/api/search": {"get": operation}},
        "schemas": _SCHEMAS,
        "tags": [{"name": "search"}],
    }


def _parameter(
    name: str, schema: dict[str, Any], description: str, *, required: bool = False
) -> dict[str, Any]:
    made = {"name": name, "in": "query", "required": required, "schema": schema}
    return made | ({"description": description} if description else {})


def _facet(site: Site, iris: frozenset[str]) -> dict[str, Any]:
    names = sorted(site.curies.shorten(each) or each for each in iris)
    return {"type": "string", "enum": names}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_SCHEMAS = {
    "SearchNamed": _object(iri=_STRING, curie=_STRING, label=_STRING),
    "SearchFacetValue": _object(
        iri=_STRING, curie=_STRING, label=_STRING, count=_COUNT, selected={"type": "boolean"}
    ),
    "SearchResult": _object(
        iri=_STRING,
        curie=_NULLABLE,
        url=_NULLABLE,
        label=_STRING,
        label_language=_NULLABLE,
        types=_list(ref("SearchNamed")),
        clusters=_list(ref("SearchNamed")),
        field=_NULLABLE,
        snippet={"type": ["string", "null"], "description": "HTML: escaped text and mark elements"},
        snippet_language=_NULLABLE,
        score={"type": "number"},
    ),
    "SearchAnswer": _object(
        query=_STRING,
        language=_STRING,
        total=_COUNT,
        is_cut={"type": "boolean"},
        page=_COUNT,
        pages=_COUNT,
        size=_COUNT,
        match={"type": "string", "enum": ["all", "some"]},
        corrected={"type": "object", "additionalProperties": _list(_STRING)},
        exact=_NULLABLE,
        results=_list(ref("SearchResult")),
        facets=_object(type=_list(ref("SearchFacetValue")), cluster=_list(ref("SearchFacetValue"))),
    ),
}

CONTRIBUTORS.append(search_description)
