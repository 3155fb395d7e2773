"""What the description of the API says of ``/api/why``."""

from __future__ import annotations

from typing import Any

from ctl_kg.publish.openapi import COMMON_TEXTS
from ctl_kg.publish.openapi_core import (
    COUNT,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    coverage_note,
    list_of,
    object_of,
    problem_responses,
    query_parameter,
    ref,
)
from ctl_kg.publish.paths import DEFAULT_HOPS, DEFAULT_LIMIT, MOST_HOPS, MOST_PATHS
from ctl_kg.publish.resources import MAX_LENGTH
from ctl_kg.web.site import Site
from ctl_kg.web.why import API_FORMATS, EXAMPLES

_TEXTS: dict[str, dict[str, str]] = {
    "summary": {"it": "Come sono collegate due risorse", "en": "How two resources are linked"},
    "description": {
        "it": "I percorsi più brevi tra due risorse, come frasi nelle due lingue; di ogni passo "
        "la fonte e la certezza, di ogni percorso lo SPARQL che lo dimostra. In RDF gli enunciati "
        "dei percorsi nei loro grafi, con la provenienza.",
        "en": "The shortest paths between two resources, as sentences in both languages; the "
        "source and the certainty of each step, the SPARQL that proves each path. As RDF the "
        "statements of the paths in their graphs, with where those come from.",
    },
    "from": {
        "it": "Una risorsa: CURIE, IRI, nome o sigla. Un nome che nessuna risorsa porta, o più "
        "d'una, dà 404 con le più vicine.",
        "en": "A resource: CURIE, IRI, name or acronym. A name that no resource has, or several "
        "have, gives 404 with the nearest.",
    },
    "to": {"it": "Un'altra risorsa.", "en": "Another resource."},
    "limit": {"it": "Percorsi, al massimo.", "en": "Paths, at most."},
    "max_hops": {"it": "Passi di un percorso, al massimo.", "en": "Steps of a path, at most."},
    "format": COMMON_TEXTS["format"],
    "lang": {
        "it": "Lingua dei messaggi; le frasi sono in entrambe.",
        "en": "Language of messages; the sentences are in both.",
    },
}


def why_description(site: Site, language: str) -> dict[str, Any]:
    """Return the path and the schemas of the explanation."""
    text = {name: texts[language] for name, texts in _TEXTS.items()}
    content: dict[str, Any] = {each.media_type: {"schema": TEXT} for each in API_FORMATS}
    content["application/json"] = {"schema": ref("WhyAnswer")}
    content["application/ld+json"] = {"schema": {"type": "object"}}
    operation = {
        "operationId": "why",
        "tags": ["links"],
        "summary": text["summary"],
        "description": text["description"],
        "parameters": _parameters(site, text),
        "responses": {
            "200": {"description": text["summary"], "content": content},
            **problem_responses(400, 404, 406),
        },
    }
    return {
        "paths": {"/api/why": {"get": operation}},
        "schemas": _SCHEMAS,
        "tags": [{"name": "links"}],
    }


def _parameters(site: Site, text: dict[str, str]) -> list[dict[str, Any]]:
    end = {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH,
           "pattern": r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"}  # fmt: skip
    known = [
        pair
        for pair in EXAMPLES
        if all(site.resources.exists(site.curies.expand(each) or "") for each in pair)
    ]
    start, target = known[0] if known else (None, None)
    bounds = {
        name: {"type": "integer", "minimum": 1, "maximum": most, "default": default}
        for name, most, default in (
            ("limit", MOST_PATHS, DEFAULT_LIMIT), ("max_hops", MOST_HOPS, DEFAULT_HOPS),
        )
    }  # fmt: skip
    formats = {"type": "string", "enum": [each.suffix for each in API_FORMATS]}
    return [
        query_parameter("from", end, text["from"], example=start, required=True),
        query_parameter("to", end, text["to"], example=target, required=True),
        *(query_parameter(name, schema, text[name]) for name, schema in bounds.items()),
        query_parameter("format", formats, text["format"]),
        query_parameter("lang", {"type": "string", "enum": ["it", "en"]}, text["lang"]),
    ]


_BOTH = object_of({"it": TEXT, "en": TEXT})
_MAYBE: Schema = {"anyOf": [ref("WhyResource"), {"type": "null"}]}
_PERIOD = object_of({"start": TEXT_OR_NULL, "end": TEXT_OR_NULL})
_SCHEMAS = {
    "WhyResource": object_of({"iri": TEXT, "curie": TEXT_OR_NULL, "label": _BOTH}),
    "WhyCoverageNote": coverage_note(_BOTH),
    "WhySource": object_of(
        {
            "graph": TEXT, "kind": TEXT, "passage": TEXT_OR_NULL, "section": _MAYBE,
            "start_line": NUMBER_OR_NULL, "end_line": NUMBER_OR_NULL,
        }
    ),
    "WhyHop": object_of(
        {
            "from": TEXT,
            "to": TEXT,
            "subject": ref("WhyResource"),
            "predicate": ref("WhyResource"),
            "object": ref("WhyResource"),
            "direction": {"type": "string", "enum": ["forward", "backward"]},
            "via": _MAYBE,
            "roles": list_of(ref("WhyResource")),
            "time": {"anyOf": [_PERIOD, {"type": "null"}]},
            "certainty": _MAYBE,
            "alignment": TEXT_OR_NULL,
            "sentence": _BOTH,
            "sources": list_of(ref("WhySource")),
            "statements": list_of(
                object_of(dict.fromkeys(("subject", "predicate", "object", "graph"), TEXT))
            ),
        },
        also=list_of(ref("WhyHop")),
    ),
    "WhyPath": object_of(
        {"length": COUNT, "certainty": _MAYBE, "hops": list_of(ref("WhyHop")), "sparql": TEXT}
    ),
    "WhyNearest": object_of(
        {
            "from": list_of(ref("WhyHop")),
            "to": list_of(ref("WhyHop")),
            "in_common": list_of(
                object_of({"predicate": ref("WhyResource"), "object": ref("WhyResource")})
            ),
        }
    ),
    "WhyAnswer": object_of(
        {
            "from": ref("WhyResource"),
            "to": ref("WhyResource"),
            "limit": COUNT,
            "max_hops": COUNT,
            "shortest": NUMBER_OR_NULL,
            "total": COUNT,
            "searched": object_of({"from": COUNT, "to": COUNT}),
            "notes": list_of(
                {"type": "string", "enum": ["links", "nodes", "time", "candidates"]}
            ),
            "paths": list_of(ref("WhyPath")),
            "coverage": list_of(ref("WhyCoverageNote")),
        },
        nearest=ref("WhyNearest"),
    ),
}  # fmt: skip
