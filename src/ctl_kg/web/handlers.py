"""The other routes: files of the release, shapes, context."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotFoundError
from ctl_kg.web.entities import whole_graph
from ctl_kg.web.graph_documents import graph_document
from ctl_kg.web.requests import raw_path, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site

_MEDIA_TYPES = {
    ".ttl": "text/turtle; charset=utf-8",
    ".trig": "application/trig",
    ".nq": "application/n-quads",
    ".nt": "application/n-triples",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".rq": "application/sparql-query; charset=utf-8",
}


def downloads(site: Site) -> list[str]:
    """Return the names of the release files that may be downloaded, from the manifest."""
    found = [str(name) for name in site.manifest.get("files", {})]
    return sorted(name for name in found if re.fullmatch(r"[\w-]+(?:/[\w-]+)?(?:\.[\w-]+)+", name))


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
    return _MEDIA_TYPES.get("." + name.rpartition(".")[2], "application/octet-stream")


def _file(request: Request, site: Site, name: str) -> Response:
    path = site.release_dir / name
    if not path.is_file():
        raise NotFoundError("the release has no such file")
    representation = Representation(path.read_bytes(), media_type(name))
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
