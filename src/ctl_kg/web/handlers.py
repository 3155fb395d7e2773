"""The other routes: files of the release, shapes, context."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.distributions.csvw import METADATA
from ctl_kg.errors import NotFoundError
from ctl_kg.publish.writers import media_type_of
from ctl_kg.web.entities import whole_graph
from ctl_kg.web.graph_documents import graph_document
from ctl_kg.web.requests import raw_path, site_of, site_path
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site

# Types outside text/ that have a charset, and files that a browser should save, not show.
_WITH_CHARSET = ("application/sparql-query",)
_DESCRIBED_BY = {"rel": "describedby", "type": media_type_of(METADATA)}
_SAVED = (".csv", ".xlsx", ".parquet", ".sqlite")


def downloads(site: Site) -> list[str]:
    """Return the names of the release files that may be downloaded, from the manifest."""
    found = [str(name) for name in site.manifest.get("files", {})]
    return sorted(name for name in found if re.fullmatch(r"[\w-]+(?:/[\w-]+)?(?:\.[\w-]+)*", name))


def download(request: Request) -> Response:
    """Send a file of the release: only those that the manifest names."""
    site = site_of(request)
    name = raw_path(request).removeprefix("/download/")
    if name != "manifest.json" and name not in downloads(site):
        raise NotFoundError(
            "the release has no such file",
            suggestions=[f"{site.base_iri}download/{each}" for each in downloads(site)[:12]],
        )
    return _file(request, site, name)


def media_type(name: str) -> str:
    """Return the media type of a file of the release, by its suffix."""
    try:
        found = media_type_of(name)
    except KeyError:
        return "application/octet-stream"
    has_charset = found.startswith("text/") or found in _WITH_CHARSET
    return found + "; charset=utf-8" if has_charset else found


def _file(request: Request, site: Site, name: str) -> Response:
    path = site.release_dir / name
    if not path.is_file():
        raise NotFoundError("the release has no such file")
    folder, _, file_name = name.rpartition("/")
    links: list[tuple[str, dict[str, str]]] = []
    description = f"{folder}/{METADATA}"
    if folder and name.endswith(".csv") and description in site.manifest.get("files", {}):
        links.append((site_path(request, f"download/{description}"), _DESCRIBED_BY))
    headers = {}
    if name.endswith(_SAVED):
        headers["content-disposition"] = f'attachment; filename="{file_name}"'
    representation = Representation(
        path.read_bytes(), media_type(name), links=links, headers=headers
    )
    return respond(representation, modified=site.modified)


def context(request: Request) -> Response:
    """Send the JSON-LD context of the release's version."""
    site = site_of(request)
    name = raw_path(request).removeprefix("/context/")
    if name != f"{site.manifest.get('version', '')}.jsonld":
        raise NotFoundError(
            "there is no such context",
            suggestions=[f"{site.base_iri}context/{site.manifest.get('version', '')}.jsonld"],
        )
    return _file(request, site, "context.jsonld")


def shapes(request: Request) -> Response:
    """Send the shapes as one graph."""
    site = site_of(request)
    graph = whole_graph(site, site.base_iri + "shapes")
    return graph_document(request, site, "/shapes", "shapes", graph)
