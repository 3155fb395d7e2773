"""What the description of the API says of ``/api/search`` and ``/api/suggestions``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ctl_kg.publish.openapi import COMMON_TEXTS
from ctl_kg.publish.openapi_core import (
    COUNT,
    TEXT,
    TEXT_OR_NULL,
    list_of,
    object_of,
    problem_responses,
    query_parameter,
    ref,
)
from ctl_kg.publish.search_question import MOST_CHARACTERS
from ctl_kg.web.site import Site

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
LARGEST_PAGE = 1_000_000

_TEXTS: dict[str, dict[str, str]] = {
    "search": {"it": "Cerca nei dati", "en": "Search the data"},
    "described": {
        "it": "Ricerca a testo pieno in nomi, sigle, codici e descrizioni, nelle due lingue.",
        "en": "Full-text search over names, acronyms, codes and descriptions, in both languages.",
    },
    "q": {
        "it": "Le parole cercate; le virgolette uniscono una frase, un trattino davanti a una "
        "parola o a una frase esclude ciò che la contiene; oppure un IRI o un CURIE. Al massimo "
        "32 parole.",
        "en": "The words sought; quotation marks hold a phrase together, a hyphen before a word "
        "or a phrase leaves out what has it; or an IRI or a CURIE. At most 32 words.",
    },
    "type": {"it": "Solo questa classe.", "en": "Only this class."},
    "cluster": {
        "it": "Solo ciò che è collegato a questo cluster.",
        "en": "Only what is linked to this cluster.",
    },
    "prefix": {"it": "1: l'ultima parola può continuare.", "en": "1: the last word may go on."},
    "size": {"it": "Risultati per pagina.", "en": "Results on a page."},
    "suggestions": {
        "it": "Suggerimenti mentre si scrive",
        "en": "Suggestions while one types",
    },
    "suggested": {
        "it": "Al massimo dieci nomi di risorse con le parole scritte, di cui l'ultima può "
        "continuare: `[testo, [nomi], [descrizioni], [indirizzi]]` (OpenSearch Suggestions).",
        "en": "At most ten names of resources that have the words typed, of which the last may "
        "go on: `[text, [names], [descriptions], [addresses]]` (OpenSearch Suggestions).",
    },
    "typed": {"it": "Il testo scritto fin qui.", "en": "The text typed so far."},
    "page": COMMON_TEXTS["page"],
    "lang": COMMON_TEXTS["lang"],
}
# At least one character that is neither blank nor a control character; and never a NUL.
_SOUGHT = r"^[^\x00]*[^\s\x00-\x1f\x7f-\x9f][^\x00]*$"


def search_description(site: Site, language: str) -> dict[str, Any]:
    """Return the paths and the schemas of the search."""
    text = {name: texts[language] for name, texts in _TEXTS.items()}
    return {
        "paths": {
            "/api/search": {"get": _search(site, text)},
            "/api/suggestions": {"get": _suggestions(text)},
        },
        "schemas": _SCHEMAS,
        "tags": [{"name": "search"}],
    }


_LANGUAGE = {"type": "string", "enum": ["it", "en"]}


def _search(site: Site, text: dict[str, str]) -> dict[str, Any]:
    sought = {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS, "pattern": _SOUGHT}
    numbers = {
        name: {"type": "integer", "minimum": 1, "maximum": most, "default": default}
        for name, most, default in (
            ("page", LARGEST_PAGE, 1),
            ("size", LARGEST_SIZE, DEFAULT_SIZE),
        )
    }
    flag = {"type": "string", "enum": ["0", "1"]}
    return {
        "operationId": "search",
        "tags": ["search"],
        "summary": text["search"],
        "description": text["described"],
        "parameters": [
            query_parameter("q", sought, text["q"], example="vanguard initiative", required=True),
            query_parameter("type", _facet(site, site.search.kinds), text["type"]),
            query_parameter("cluster", _facet(site, site.search.clusters), text["cluster"]),
            query_parameter("page", numbers["page"], text["page"]),
            query_parameter("size", numbers["size"], text["size"]),
            query_parameter("prefix", flag, text["prefix"]),
            query_parameter("lang", _LANGUAGE, text["lang"]),
        ],
        "responses": {
            "200": {"description": text["search"],
                    "content": {"application/json": {"schema": ref("SearchAnswer")}}},
            **problem_responses(400, 406, 504),
        },
    }  # fmt: skip


def _suggestions(text: dict[str, str]) -> dict[str, Any]:
    typed = {"type": "string", "maxLength": MOST_CHARACTERS, "pattern": r"^[^\x00]*$"}
    return {
        "operationId": "suggestions",
        "tags": ["search"],
        "summary": text["suggestions"],
        "description": text["suggested"],
        "parameters": [
            query_parameter("q", typed, text["typed"], example="vang", required=True),
            query_parameter("lang", _LANGUAGE, text["lang"]),
        ],
        "responses": {
            "200": {"description": text["suggestions"],
                    "content": {"application/x-suggestions+json": {"schema": _SUGGESTED}}},
            **problem_responses(400, 406, 504),
        },
    }  # fmt: skip


# Schemas that give each place of a list its own type are not read by all generators of clients.
_SUGGESTED = list_of({"anyOf": [TEXT, list_of(TEXT)]}) | {"minItems": 4, "maxItems": 4}


def _facet(site: Site, iris: Collection[str]) -> dict[str, Any]:
    names = sorted(site.curies.shorten(each) or each for each in iris)
    return {"type": "string", "enum": names}


_NAMED = {"iri": TEXT, "curie": TEXT, "label": TEXT}
_SCHEMAS = {
    "SearchNamed": object_of(_NAMED),
    "SearchFacetValue": object_of(_NAMED | {"count": COUNT, "selected": {"type": "boolean"}}),
    "SearchResult": object_of(
        {
            "iri": TEXT,
            "curie": TEXT_OR_NULL,
            "url": TEXT_OR_NULL,
            "label": TEXT,
            "label_language": TEXT_OR_NULL,
            "types": list_of(ref("SearchNamed")),
            "clusters": list_of(ref("SearchNamed")),
            "field": TEXT_OR_NULL,
            "snippet": TEXT_OR_NULL | {"description": "HTML: escaped text and mark elements"},
            "snippet_language": TEXT_OR_NULL,
            "score": {"type": "number"},
        }
    ),
    "SearchAnswer": object_of(
        {
            "query": TEXT,
            "language": TEXT,
            "total": COUNT,
            "is_cut": {"type": "boolean"},
            "page": COUNT,
            "pages": COUNT,
            "size": COUNT,
            "match": {"type": "string", "enum": ["all", "some"]},
            "corrected": {"type": "object", "additionalProperties": list_of(TEXT)},
            "excluded": list_of(TEXT),
            "exact": TEXT_OR_NULL,
            "results": list_of(ref("SearchResult")),
            "facets": object_of(
                {name: list_of(ref("SearchFacetValue")) for name in ("type", "cluster")}
            ),
        }
    ),
}
