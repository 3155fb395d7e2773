"""The citation of a resource in each format, as its page shows it.

Author, date and version are those of the release; the name is the resource's own in the
language of the page. Not here: how a citation is written (``publish/citation``), its address
(``cite``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.citation import Citation, apa, bibtex, csl
from ctl_kg.publish.description import DCT
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link


@dataclass(frozen=True)
class CitationFormat:
    """One way to write a citation."""

    name: str
    media_type: str
    suffix: str
    label: str


FORMATS = {
    each.name: each
    for each in (
        CitationFormat("apa", "text/plain; charset=utf-8", "txt", "APA"),
        CitationFormat("bibtex", "application/x-bibtex; charset=utf-8", "bib", "BibTeX"),
        CitationFormat("csl", "application/vnd.citationstyles.csl+json", "csl.json", "CSL-JSON"),
    )
}


@dataclass(frozen=True)
class CiteView:
    """The citation of a resource on its page: each format as a text, and where to get it."""

    texts: tuple[tuple[Link, str], ...]


def cite_view(
    site: Site, page: PageContext, iri: str, title: str, language: str | None
) -> CiteView:
    """Return the citation of a resource in each format."""
    citation = citation_of(site, page, iri, title, language)
    links = (
        Link(each.label, page.url("/cite", iri=iri, format=each.name)) for each in FORMATS.values()
    )
    texts = (written(citation, name) for name in FORMATS)
    return CiteView(tuple(zip(links, texts, strict=True)))


def written(citation: Citation, name: str) -> str:
    """Return a citation in the format of that name, with a line break at the end."""
    if name == "bibtex":
        return bibtex(citation)
    if name == "csl":
        return json.dumps(csl(citation), ensure_ascii=False, indent=1) + "\n"
    return apa(citation) + "\n"


def citation_of(
    site: Site, page: PageContext, iri: str, title: str, language: str | None
) -> Citation:
    """Return what to cite for a resource; ``language`` is that of its title if not the page's."""
    t = page.messages
    return Citation(
        iri=iri,
        title=title,
        language=language or page.language,
        authors=_names(site, page, "creator"),
        issued=str(site.manifest.get("released", "")),
        version=str(site.manifest.get("version", "")),
        dataset=t("site.title"),
        publisher=page.publisher.name or ", ".join(_names(site, page, "publisher")),
        kind=t("record.cite_kind"),
        version_word=t("record.cite_version"),
        within=t("record.cite_within"),
    )


def _names(site: Site, page: PageContext, term: str) -> tuple[str, ...]:
    """Return the names that the header of the ontology gives for a term of Dublin Core."""
    parts = ViewParts(site, page, {})
    found = []
    for each in site.describer.outgoing(site.base_iri + "onto/CTL"):
        if each.predicate.value == DCT + term:
            if isinstance(each.object, NamedNode):
                found.append(parts.name(each.object.value)[0])
            elif isinstance(each.object, Literal):
                found.append(each.object.value)
    return tuple(dict.fromkeys(found))
