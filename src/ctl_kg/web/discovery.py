"""What lets machines find the rest: the VoID description and the site map.

Source: VoID §7.2 (discovery by well-known URI), RFC 8615; sitemaps.org protocol 0.9.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from pyoxigraph import Triple
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.publish.void import void_description
from ctl_kg.web.graph_documents import graph_document
from ctl_kg.web.requests import raw_path, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site, once_per_site

VOID_PATH = "/.well-known/void"
_EXAMPLES = ("data/cluster/afil", "data/network/vanguard-initiative", "data/project/ai-regio")


def void(request: Request) -> Response:
    """Describe the dataset; its IRIs (``void#dataset``) and the well-known one lead here."""
    site = site_of(request)
    path = VOID_PATH if raw_path(request).startswith(VOID_PATH) else "/void"
    return graph_document(request, site, path, "void", _description(site))


@once_per_site
def _description(site: Site) -> tuple[Triple, ...]:
    """Return the description of a release, which counts every statement: made once."""
    examples = [site.base_iri + each for each in _EXAMPLES]
    found = void_description(
        site.store.quads(),
        site.base_iri,
        site.manifest,
        [iri for iri in examples if site.describer.exists(iri)],
    )
    return tuple(found)


def sitemap(request: Request) -> Response:
    """List the page of every resource, at its public address."""
    site = site_of(request)
    base = site.base_iri
    pages = sorted(
        str(site.iris.path_of(iri, ".html")).lstrip("/")
        for iri in site.index.iris
        if iri.startswith((base + "data/", base + "controlled-vocabulary/", base + "onto/"))
    )
    day = str(site.manifest.get("released", ""))
    entries = "".join(
        f"<url><loc>{escape(base + path)}</loc><lastmod>{escape(day)}</lastmod></url>\n"
        for path in ["", "map", "queries", "timeline", *pages]
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n' + entries + "</urlset>\n"
    )
    return respond(
        Representation(text.encode(), "application/xml; charset=utf-8"), modified=site.modified
    )
