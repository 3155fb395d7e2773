"""The other routes: home, files of the release, shapes, context."""

from __future__ import annotations

import json
import re

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.distributions.csvw import METADATA
from ctl_kg.errors import NotFoundError
from ctl_kg.publish.formats import DESCRIPTION_FORMATS, HTML, offers
from ctl_kg.publish.schema_org import SCHEMA
from ctl_kg.publish.writers import media_type_of
from ctl_kg.web import discovery
from ctl_kg.web.entities import whole_graph
from ctl_kg.web.graph_documents import graph_document
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import accept_of, page_of, raw_path, site_of, site_path
from ctl_kg.web.responses import Representation, respond, see_other
from ctl_kg.web.site import Site
from ctl_kg.web.stock import query_groups
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Count, Entry, HomeView, Link

# Kinds of things whose number the home page shows, by folder.
_COUNTED = (
    "data/cluster", "data/network", "data/project", "data/organisation", "data/initiative",
    "data/achievement", "data/passage",
)  # fmt: skip
_ENTRY_POINTS = ("data/cluster", "data/network", "data/project", "data/organisation",
                 "controlled-vocabulary", "onto/CTL", "data/section", "data")  # fmt: skip

_VARY = ("Accept", "Accept-Language")
# A browser, and whoever does not say, gets the page.
_HOME_OFFERS = offers((HTML, *DESCRIPTION_FORMATS))

# Types outside text/ that have a charset, and files that a browser should save, not show.
_WITH_CHARSET = ("application/sparql-query",)
_DESCRIBED_BY = {"rel": "describedby", "type": media_type_of(METADATA)}
_SAVED = (".csv", ".xlsx", ".parquet", ".sqlite")


def home(request: Request) -> Response:
    """Say what this is, and lead to everything."""
    site = site_of(request)
    chosen = _HOME_OFFERS[choose_media_type(accept_of(request), _HOME_OFFERS)]
    if chosen is not HTML:  # this address is also the IRI of the dataset
        location = site_path(request, f"{discovery.VOID_PATH}.{chosen.suffix}")
        return see_other(location, vary=_VARY, links=())
    page = page_of(request)
    body = render(home_view(site, page), page)
    representation = Representation(body, HTML.content_type, page.language, _VARY)
    return respond(representation, modified=site.modified)


def home_view(site: Site, page: PageContext) -> HomeView:
    """Return the home page."""
    t = page.messages
    counts = [
        Count(_number(site.index.count(f"{folder}/"), page.language),
              Link(t("folders." + folder), page.url(f"/{folder}/")))
        for folder in _COUNTED
        if site.index.count(f"{folder}/")
    ]  # fmt: skip
    parts = ViewParts(site, page, {})
    entries = [
        Entry(Link(t.get("folders", folder) or parts.name(site.base_iri + folder)[0],
                   page.url(f"/{folder}/")), t.get("folder_texts", folder))
        for folder in _ENTRY_POINTS
        if site.index.folder(f"{folder}/") is not None
    ]  # fmt: skip
    names = [name for name in downloads(site) if name.startswith("ctl-kg.")]
    return HomeView(
        title=t("site.title"),
        counts=tuple(counts),
        entry_points=tuple(entries),
        query_groups=query_groups(site, page),
        downloads=tuple(Link(name, page.root_path + "/download/" + name) for name in names),
        version=str(site.manifest.get("version", "")),
        released=str(site.manifest.get("released", "")),
        base_iri=site.base_iri,
        json_ld=_dataset_json_ld(site, page, names),
    )


def _dataset_json_ld(site: Site, page: PageContext, names: list[str]) -> str:
    t = page.messages
    document = {
        # Its own context: a reader need not fetch schema.org's to know what it says.
        "@context": {"@vocab": SCHEMA, "license": {"@type": "@id"}, "contentUrl": {"@type": "@id"}},
        "@type": "Dataset",
        "@id": site.base_iri,
        "name": t("site.title"),
        "description": t("site.description"),
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "version": str(site.manifest.get("version", "")),
        "dateModified": str(site.manifest.get("released", "")),
        "inLanguage": ["it", "en"],
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": site.base_iri + "download/" + name,
                "encodingFormat": _media_type(name).partition(";")[0],
            }
            for name in names
        ],
    }
    text = json.dumps(document, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _number(number: int, language: str) -> str:
    return f"{number:,}".replace(",", "." if language == "it" else ",")


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


def _media_type(name: str) -> str:
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
        path.read_bytes(), _media_type(name), links=links, headers=headers
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
