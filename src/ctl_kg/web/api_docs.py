"""The description of the API: ``/api/openapi.json``, and ``/api`` as a page that tries it.

The page lists the queries without a script; where the files of Swagger UI are installed they
are served from here, whole and unchanged, and take the place of the list when a reader asks for
them: they weigh more than all else. Nothing is fetched from elsewhere and no script stands in the
page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ctl_kg.errors import NotFoundError
from ctl_kg.publish.formats import HTML, Format, offers
from ctl_kg.publish.openapi import Rules, openapi_document
from ctl_kg.publish.row_documents import write_json
from ctl_kg.web import api
from ctl_kg.web.api import language_of, refuse_unknown
from ctl_kg.web.api_answers import formats_of
from ctl_kg.web.api_values import choices_of, takes_empty, takes_several
from ctl_kg.web.api_view import ApiView
from ctl_kg.web.api_wishes import DEFAULT_SIZE, LARGEST_SIZE, filter_pattern
from ctl_kg.web.matrix_docs import matrix_description
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import render
from ctl_kg.web.requests import accept_of, page_of, site_of, site_path
from ctl_kg.web.responses import SECURITY_HEADERS, Representation, respond, see_other
from ctl_kg.web.search_docs import search_description
from ctl_kg.web.site import Site
from ctl_kg.web.stock import query_groups
from ctl_kg.web.why_docs import why_description

# What describes the endpoints of other modules: a document with paths, schemas and tags each.
Contributor: TypeAlias = Callable[[Site, str], dict[str, Any]]
CONTRIBUTORS: tuple[Contributor, ...] = (search_description, why_description, matrix_description)

JSON = Format("json", "application/json", "JSON", ("application/openapi+json",))
_SWAGGER_FILES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "LICENSE": "text/plain; charset=utf-8",
}
# The style sheet of Swagger UI draws its arrows as data: images; nothing else is allowed more.
_POLICY = SECURITY_HEADERS["content-security-policy"].replace(
    "img-src 'self'", "img-src 'self' data:"
)


def api_document(site: Site, language: str, root_path: str) -> dict[str, Any]:
    """Return the OpenAPI description of the server."""
    rules = Rules(
        formats=formats_of,
        choices=lambda parameter: choices_of(site, parameter),
        several=takes_several,
        empty=takes_empty,
        filters=filter_pattern,
        default_size=DEFAULT_SIZE,
        largest_size=LARGEST_SIZE,
    )
    return openapi_document(
        site.queries, rules, version=str(site.manifest.get("version", "")), language=language,
        server=root_path, more=[each(site, language) for each in CONTRIBUTORS],
    )  # fmt: skip


def openapi(request: Request) -> Response:
    """Return the description."""
    site = site_of(request)
    refuse_unknown(request, ("lang",))
    language = language_of(request)
    body = write_json(api_document(site, language, str(request.scope.get("root_path", ""))))
    representation = Representation(body, JSON.media_type, language, ("Accept-Language",))
    return respond(representation, modified=site.modified)


def docs(request: Request) -> Response:
    """Show the description to people; a program that asks for JSON is led to it."""
    site = site_of(request)
    table = offers((HTML, JSON))
    vary = ("Accept", "Accept-Language")
    if table[choose_media_type(accept_of(request), table)] is not HTML:
        return see_other(site_path(request, "/api/openapi.json"), vary=vary, links=())
    page = page_of(request)
    view = ApiView(
        title=page.messages("api.title"),
        description=page.messages("api.lead"),
        groups=query_groups(site, page),
        document=page.url("/api/openapi.json"),
        swagger=page.root_path + "/static/swagger-ui/" if swagger_folder() else "",
    )
    headers = {"content-security-policy": _POLICY}
    representation = Representation(
        render(view, page), HTML.content_type, page.language, vary, headers=headers
    )
    return respond(representation, modified=site.modified)


@lru_cache(maxsize=1)
def swagger_folder() -> Path | None:
    """Return the folder with the files of Swagger UI, or None if they are not installed."""
    spec = find_spec("swagger_ui")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "static"
        if all((folder / name).is_file() for name in _SWAGGER_FILES):
            return folder
    return None


def swagger_file(request: Request) -> Response:
    """Serve one of the files of Swagger UI."""
    name, folder = request.path_params["name"], swagger_folder()
    if folder is None or name not in _SWAGGER_FILES:
        raise NotFoundError("nothing is published at this address")
    representation = Representation((folder / name).read_bytes(), _SWAGGER_FILES[name])
    return respond(representation, max_age_s=86_400)


def api_routes() -> list[Route]:
    """Return the routes of the API and of its description."""
    return [
        Route("/api", docs),
        Route("/api/", docs),
        Route("/api/openapi.json", openapi),
        Route("/api/queries", api.queries),
        Route("/api/queries/{name:path}", api.query),
        Route("/static/swagger-ui/{name}", swagger_file),
    ]
