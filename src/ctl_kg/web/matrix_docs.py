"""What the description of the API says of ``/api/matrix`` and of each matrix below it."""

from __future__ import annotations

from typing import Any

from ctl_kg.publish.matrix import AXES, MATRICES, Spec, roles_query
from ctl_kg.publish.openapi import COMMON_TEXTS, MOST_LISTED
from ctl_kg.publish.openapi_core import (
    COUNT,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
    problem_responses,
    query_parameter,
    ref,
)
from ctl_kg.sparql.query_model import Parameter
from ctl_kg.web.matrix_documents import title_of
from ctl_kg.web.matrix_wishes import CERTAINTY, GAPS, LAYOUTS, kinds_of, members
from ctl_kg.web.site import Site

_TEXTS: dict[str, dict[str, str]] = {
    "list": {"it": "Le matrici", "en": "The matrices"},
    "described": {
        "it": "Le caselle con legami, con numero, ruoli, certezza più debole, fonti e SPARQL; "
        "quelle vuote come lacune. `row` e `column` insieme chiedono una sola casella.",
        "en": "The cells with links, with their number, roles, weakest certainty, sources and "
        "SPARQL; the empty ones as gaps. `row` and `column` together ask for one cell.",
    },
    "certainty": {
        "it": "`stated`: solo i legami dichiarati o confermati.",
        "en": "`stated`: only links that are stated or confirmed.",
    },
    "role": {"it": "Solo questo ruolo; vuoto, ogni ruolo.", "en": "Only this role; empty, any."},
    "kind": {
        "it": "Solo le colonne di questo tipo; vuoto, ogni tipo.",
        "en": "Only columns of this kind; empty, any.",
    },
    "gaps": {
        "it": "`list` elenca le caselle vuote, `paths` aggiunge il percorso indiretto più vicino "
        "(per quanto il tempo basta), `none` dà solo il numero.",
        "en": "`list` names the empty cells, `paths` adds the nearest indirect path (as far as "
        "time allows), `none` gives only their number.",
    },
    "row": {"it": "La riga di una casella.", "en": "The row of one cell."},
    "column": {"it": "La colonna di una casella.", "en": "The column of one cell."},
    "layout": {
        "it": "Solo CSV: una linea per casella (`long`) o per riga (`wide`).",
        "en": "CSV only: a line for each cell (`long`) or for each row (`wide`).",
    },
    "page": {
        "it": "Numero della pagina, da 1; più d'una solo se le righe sono moltissime.",
        "en": "Number of the page, from 1; more than one only if the rows are very many.",
    },
    "format": COMMON_TEXTS["format"],
    "lang": COMMON_TEXTS["lang"],
}


def matrix_description(site: Site, language: str) -> dict[str, Any]:
    """Return the paths and the schemas of the matrices; each is a path of its own."""
    text = {name: texts[language] for name, texts in _TEXTS.items()}
    paths: dict[str, Any] = {"/api/matrix": {"get": _list(text)}}
    for spec in MATRICES:
        paths[f"/api/matrix/{spec.name}"] = {"get": _matrix(site, spec, language, text)}
    return {"paths": paths, "schemas": _SCHEMAS, "tags": [{"name": "links"}]}


def _list(text: dict[str, str]) -> dict[str, Any]:
    return {
        "operationId": "list_matrices",
        "tags": ["links"],
        "summary": text["list"],
        "parameters": [
            query_parameter("format", _one_of("json"), text["format"]),
            query_parameter("lang", _one_of("it", "en"), text["lang"]),
        ],
        "responses": {
            "200": {"description": text["list"],
                    "content": {"application/json": {"schema": ref("Matrices")}}},
            **problem_responses(400, 406),
        },
    }  # fmt: skip


def _matrix(site: Site, spec: Spec, language: str, text: dict[str, str]) -> dict[str, Any]:
    title = title_of(spec, language)
    return {
        "operationId": f"matrix_{spec.rows}_{spec.columns}",
        "tags": ["links"],
        "summary": title,
        "description": f"{spec.says[language]}\n\n{text['described']}",
        "externalDocs": {"url": f"/matrix/{spec.name}"},
        "parameters": _parameters(site, spec, language, text),
        "responses": {
            "200": {
                "description": title,
                "content": {
                    "application/json": {
                        "schema": {"oneOf": [ref("MatrixAnswer"), ref("MatrixCellAnswer")]}
                    },
                    "text/csv": {"schema": TEXT},
                },
            },
            **problem_responses(400, 404, 406, 503, 504),
        },
    }


def _parameters(
    site: Site, spec: Spec, language: str, text: dict[str, str]
) -> list[dict[str, Any]]:
    values = roles_query(spec, site.base_iri)
    found = site.choices(Parameter("role", "iri", _TEXTS["role"], _TEXTS["role"], values=values))
    roles = [_short(site, each.value) for each in found]
    kinds_found = kinds_of(site, spec.columns).values()
    kinds = [_short(site, each) for each in sorted({kind for some in kinds_found for kind in some})]
    return [
        query_parameter("certainty", _one_of(*CERTAINTY), text["certainty"]),
        query_parameter("role", _one_of("", *roles), text["role"]),
        query_parameter("kind", _one_of("", *kinds), text["kind"]),
        query_parameter("gaps", _one_of(*GAPS), text["gaps"]),
        query_parameter("row", _member(site, spec.rows, language), text["row"]),
        query_parameter("column", _member(site, spec.columns, language), text["column"]),
        query_parameter("page", _PAGE, text["page"]),
        query_parameter("layout", _one_of(*LAYOUTS), text["layout"]),
        query_parameter("format", _one_of("json", "csv"), text["format"]),
        query_parameter("lang", _one_of("it", "en"), text["lang"]),
    ]


_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 1}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(dict.fromkeys(values))}


def _member(site: Site, axis: str, language: str) -> Schema:
    """Return the schema of a member of an axis: one of a list, unless they are very many."""
    known = [_short(site, each) for each in members(site, axis, language)]
    described = {"description": AXES[axis].label[language]}
    if 0 < len(known) <= MOST_LISTED:
        return _one_of(*known) | described
    return {"type": "string", "minLength": 1, "maxLength": 2000} | described


def _short(site: Site, iri: str) -> str:
    return site.curies.shorten(iri) or iri


_NAMED = {"iri": TEXT, "curie": TEXT_OR_NULL, "label": TEXT}
_ENDS = {"row": TEXT, "column": TEXT}
_HEAD = {
    "matrix": TEXT, "title": TEXT, "description": TEXT, "language": TEXT,
    "parameters": object_of({"certainty": _one_of(*CERTAINTY), "role": TEXT_OR_NULL,
                             "kind": TEXT_OR_NULL}),
    "roles": list_of(ref("MatrixNamed")),
    "kinds": list_of(ref("MatrixNamed")),
    "coverage": list_of(ref("CoverageNote")),
}  # fmt: skip
_SCHEMAS = {
    "Matrices": object_of(
        {
            "language": TEXT,
            "matrices": list_of(
                object_of(
                    {"name": TEXT, "title": TEXT, "description": TEXT,
                     "links": object_of({"self": TEXT, "page": TEXT})}
                )
            ),
        }
    ),
    "MatrixNamed": object_of(_NAMED),
    "MatrixMember": object_of(_NAMED | {"total": COUNT}),
    "MatrixSource": object_of(
        {
            "graph": TEXT, "kind": TEXT, "passage": TEXT_OR_NULL, "section": TEXT_OR_NULL,
            "section_label": TEXT_OR_NULL, "start_line": NUMBER_OR_NULL,
            "end_line": NUMBER_OR_NULL,
        }
    ),
    "MatrixLink": object_of(
        {
            "link": TEXT, "roles": list_of(TEXT), "certainty": TEXT,
            "evidence": list_of(ref("MatrixSource")),
        }
    ),
    "MatrixCell": object_of(
        _ENDS
        | {
            "count": COUNT, "roles": list_of(TEXT), "certainty": TEXT_OR_NULL,
            "strongest": TEXT_OR_NULL, "links": list_of(ref("MatrixLink")), "why": TEXT,
            "sparql": TEXT,
        }
    ),
    "MatrixPath": object_of(
        {
            "length": COUNT, "certainty": TEXT_OR_NULL, "nodes": list_of(ref("MatrixNamed")),
            "sentences": list_of(TEXT), "sparql": TEXT,
        }
    ),
    "MatrixGap": object_of(
        _ENDS | {"why": TEXT},
        searched={"type": "boolean"},
        path={"anyOf": [ref("MatrixPath"), {"type": "null"}]},
    ),
    "MatrixAnswer": object_of(
        _HEAD
        | {
            "page": COUNT, "pages": COUNT,
            "rows": list_of(ref("MatrixMember")), "columns": list_of(ref("MatrixMember")),
            "total": COUNT, "cells": list_of(ref("MatrixCell")),
            "gaps": object_of({"total": COUNT}, searched=COUNT, cells=list_of(ref("MatrixGap"))),
            "sparql": TEXT, "stock_query": TEXT_OR_NULL,
        }
    ),
    "MatrixCellAnswer": object_of(
        _HEAD
        | {
            "rows": list_of(ref("MatrixNamed")), "columns": list_of(ref("MatrixNamed")),
            "cell": ref("MatrixCell"),
        },
        gap=ref("MatrixGap"),
    ),
}  # fmt: skip
