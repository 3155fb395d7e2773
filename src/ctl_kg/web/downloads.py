"""Data to take away: ``/downloads``.

What the release holds comes from its manifest, so a file that a build adds is listed by itself.
Not here: the files (``handlers.download``), the description for machines (``discovery``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, ClassVar

from pyoxigraph import Literal
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.languages import best_literal
from ctl_kg.publish.citation import Citation, bibtex_text
from ctl_kg.publish.description import SKOS
from ctl_kg.publish.formats import HTML
from ctl_kg.publish.release import CHECKSUMS, MANIFEST
from ctl_kg.web.citations import citation_of
from ctl_kg.web.discovery import VOID_PATH
from ctl_kg.web.download_tables import DataTable, data_tables, is_of_table
from ctl_kg.web.handlers import downloads
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.shown import shown_date, shown_number, shown_size
from ctl_kg.web.site import Site
from ctl_kg.web.views import Link

# From the one that suits most readers.
_ORDER = (".ttl", ".jsonld", ".nt", ".rdf", ".trig", ".nq")
_GROUPS = ("data", "catalogue", "model", "report", "other")
_GROUP_OF = {
    "ontology.ttl": "model", "shapes.ttl": "model", "context.jsonld": "model",
    "report.html": "report", "report.ttl": "report", "report.json": "report",
}  # fmt: skip
_DATA = "ctl-kg."
_CATALOGUE = ("catalog", "croissant/")
_FORMATS = {
    ".ttl": "Turtle", ".trig": "TriG", ".nq": "N-Quads", ".nt": "N-Triples", ".jsonld": "JSON-LD",
    ".rdf": "RDF/XML", ".json": "JSON", ".html": "HTML", ".csv": "CSV", ".sqlite": "SQLite",
    ".rq": "SPARQL", ".xlsx": "XLSX", ".parquet": "Parquet", ".geojson": "GeoJSON",
}  # fmt: skip
_HARVEST = (
    "/catalog",
    VOID_PATH,
    "/sparql",
    "/api/openapi.json",
    "/sitemap.xml",
    "/onto/CTL",
    "/shapes",
)


@dataclass(frozen=True)
class ReleaseFile:
    """One file of the release; ``size`` ready to be shown, ``exact`` in bytes."""

    link: Link
    name: str
    format: str
    media_type: str
    what: str
    size: str
    exact: str
    sha256: str


@dataclass(frozen=True)
class FileGroup:
    """Files that belong together."""

    key: str
    heading: str
    files: tuple[ReleaseFile, ...]


@dataclass(frozen=True)
class DownloadsView:
    """The release, file by file: downloads.html."""

    template: ClassVar[str] = "downloads.html"
    title: str
    description: str
    version: str
    released: str
    groups: tuple[FileGroup, ...]
    queries: tuple[ReleaseFile, ...]
    tables: tuple[DataTable, ...]
    site: str
    example: str
    sums: Link
    harvest: tuple[tuple[Link, str], ...]
    citation: str
    bibtex: str
    history: tuple[str, str | None]


def page(request: Request) -> Response:
    """List the files of the release."""
    site, context = site_of(request), page_of(request)
    body = render(downloads_view(site, context), context)
    vary = ("Accept-Language",)
    representation = Representation(body, HTML.content_type, context.language, vary)
    return respond(representation, modified=site.modified)


def downloads_view(site: Site, page: PageContext) -> DownloadsView:
    """Return the page of the downloads."""
    t = page.messages
    files = [_file(site, page, name) for name in downloads(site)]
    if (site.release_dir / MANIFEST).is_file():  # not while the folder is being replaced
        files.append(_manifest_file(site, page))
    queries = tuple(each for each in files if each.name.startswith("queries/"))
    others = [each for each in files if each not in queries and not is_of_table(each.name)]
    groups = (
        FileGroup(
            key,
            t("downloads.group_" + key),
            tuple(sorted((each for each in others if _group(each.name) == key), key=_rank)),
        )
        for key in _GROUPS
    )
    cited = citation_of(site, page, site.base_iri, t("site.title"), None)
    names = [each.name for each in others if _group(each.name) == "data"]
    return DownloadsView(
        title=t("downloads.title"),
        description=t("downloads.lead"),
        version=str(site.manifest.get("version", "")),
        released=shown_date(str(site.manifest.get("released", "")), t),
        groups=tuple(group for group in groups if group.files),
        queries=queries,
        tables=data_tables(site, page),
        site=site.base_iri,
        example=next((each for each in names if each.endswith(".jsonld")), MANIFEST),
        sums=Link(CHECKSUMS, page.root_path + "/download/" + CHECKSUMS),
        harvest=tuple(
            (Link(path, page.root_path + path), t("downloads.harvest_" + path.rpartition("/")[2]))
            for path in _HARVEST
        ),
        citation=_citation(page, cited),
        bibtex=_bibtex(page, cited),
        history=_history(site, page),
    )


def _group(name: str) -> str:
    if name.startswith(_CATALOGUE):
        return "catalogue"
    return "data" if name.startswith(_DATA) else _GROUP_OF.get(name, "other")


def _rank(file: ReleaseFile) -> tuple[int, str]:
    suffix = PurePosixPath(file.name).suffix
    return (_ORDER.index(suffix) if suffix in _ORDER else len(_ORDER), file.name)


def _file(site: Site, page: PageContext, name: str) -> ReleaseFile:
    described: dict[str, Any] = site.manifest["files"][name]
    size = int(described.get("bytes", 0))
    return _release_file(page, name, size, str(described.get("sha256", "")), described)


def _manifest_file(site: Site, page: PageContext) -> ReleaseFile:
    size = (site.release_dir / MANIFEST).stat().st_size
    return _release_file(page, MANIFEST, size, site.digest, {"media_type": "application/json"})


def _release_file(
    page: PageContext, name: str, size: int, digest: str, described: dict[str, Any]
) -> ReleaseFile:
    suffix = PurePosixPath(name).suffix
    return ReleaseFile(
        link=Link(name, page.root_path + "/download/" + name),
        name=name,
        format=_FORMATS.get(suffix, suffix.removeprefix(".").upper()),
        media_type=str(described.get("media_type", "application/octet-stream")),
        what=page.messages.get("downloads", "file_" + name),
        size=shown_size(size, page.language),
        exact=shown_number(size, page.language),
        sha256=digest,
    )


def _citation(page: PageContext, cited: Citation) -> str:
    publisher = "" if cited.publisher in cited.authors else cited.publisher
    return page.messages(
        "downloads.citation",
        author=", ".join(cited.authors),
        year=cited.year,
        title=cited.title,
        version=cited.version,
        publisher=f" {publisher}." if publisher else "",
        address=cited.iri,
    )


def _bibtex(page: PageContext, cited: Citation) -> str:
    fields = {
        "author": " and ".join("{" + bibtex_text(each) + "}" for each in cited.authors),
        "title": "{" + bibtex_text(cited.title) + "}",
        "year": cited.year,
        "version": bibtex_text(cited.version),
        "publisher": bibtex_text(cited.publisher),
        "url": cited.iri,
        "note": bibtex_text(page.messages("downloads.bibtex_note")),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{ctl-kg:{cited.version},", *lines, "}"])


def _history(site: Site, page: PageContext) -> tuple[str, str | None]:
    """Return what the data says of earlier releases, and its language if it is another."""
    notes = [
        each.object
        for each in site.describer.outgoing(site.base_iri + "onto/CTL")
        if each.predicate.value == SKOS + "historyNote" and isinstance(each.object, Literal)
    ]
    found = best_literal(notes, page.language)
    if found is None:
        return "", None
    return found.value, None if found.language in (None, page.language) else found.language
