"""Descriptions and folders as views: the pages about resources and the lists of them."""

from __future__ import annotations

import json
from collections import defaultdict

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import (
    DCT,
    PROV,
    RDF_TYPE,
    SKOS,
    Description,
    Statement,
)
from ctl_kg.publish.formats import DESCRIPTION_FORMATS
from ctl_kg.publish.profiles import PROFILES
from ctl_kg.publish.schema_org import SCHEMA, schema_org
from ctl_kg.web.pages import PageContext
from ctl_kg.web.resource_view import ListView, Passage, ResourceView
from ctl_kg.web.responses import Links, uri
from ctl_kg.web.signposting import Subject
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Alternate, Entry, HeadLink, Link, Pager, SubjectStatements

LIST_PAGE = 200
_MAX_PASSAGE_STATEMENTS = 500
_DESCRIPTIONS = (DCT + "description", SKOS + "definition",
                 "http://www.w3.org/2000/01/rdf-schema#comment")  # fmt: skip


def resource_view(
    site: Site, page: PageContext, description: Description, links: Links = ()
) -> ResourceView:
    """Return the page about one resource; ``links`` are those of its ``Link`` header."""
    parts = ViewParts(site, page, description.labels)
    passage = _passage(site, parts, description)
    title = own_title(parts, description, passage)
    about = _text(description, page.language)
    outgoing = parts.properties(description.outgoing, description.sources, description.definitions)
    incoming = parts.properties(
        description.incoming, description.sources, description.definitions, incoming=True
    )
    language = about.language if about and about.language != page.language else None
    return ResourceView(
        title=title,
        iri=description.iri,
        name=site.curies.shorten(description.iri) or description.iri,
        description=about.value if about else "",
        description_language=language or None,
        kinds=tuple(parts.link(iri) for iri in _kinds(site, description)),
        groups=parts.groups(outgoing),
        incoming=tuple(each for _, each in incoming),
        incoming_total=description.incoming_total,
        pager=_pager(page, description.page, description.pages),
        passage=passage,
        alternates=alternates(site, page, description.iri),
        json_ld=embedded_json_ld(site, description, title, about.value if about else ""),
        parents=_parents(site, page, parts, description.iri),
        head_links=head_links(links),
    )


def head_links(links: Links) -> tuple[HeadLink, ...]:
    """Return the links of a document as they stand in the head of its page.

    That is all but items and other profiles, which a head could not tell from formats.
    """
    return tuple(
        HeadLink(parameters["rel"], uri(target), parameters.get("type", ""))
        for target, parameters in links
        if parameters["rel"] != "item" and "formats" not in parameters
    )


def own_title(parts: ViewParts, description: Description, passage: Passage | None) -> str:
    """Return what to call a resource on its own page: its label, or words made from its kind."""
    literal = best_literal(
        [v for p in (SKOS + "prefLabel", "http://www.w3.org/2000/01/rdf-schema#label",
                     DCT + "title", "http://xmlns.com/foaf/0.1/name")
         for v in description.values(p) if isinstance(v, Literal)][:20],
        parts.page.language,
    )  # fmt: skip
    if literal is not None:
        return literal.value
    if passage and passage.section and passage.start_line:
        lines = f"{passage.start_line}–{passage.end_line}"
        return parts.t("passage.name", section=passage.section.text, lines=lines)
    own = [iri for iri in description.types if parts.site.iris.is_own(iri)]
    slug = description.iri.rstrip("/").rpartition("/")[2]
    return f"{parts.name(own[0])[0]}: {slug}" if own else slug


def _kinds(site: Site, description: Description) -> list[str]:
    """Return the classes to show: our own first, and only they if there are any."""
    own = [iri for iri in description.types if site.iris.is_own(iri)]
    return own or description.types[:3]


def _text(description: Description, language: str) -> Literal | None:
    for predicate in _DESCRIPTIONS:
        found = best_literal(
            [v for v in description.values(predicate) if isinstance(v, Literal)], language
        )
        if found is not None:
            return found
    return None


def _pager(page: PageContext, number: int, pages: int) -> Pager:
    return Pager(
        number,
        pages,
        page.here(page=str(number - 1) if number > 2 else "") if number > 1 else None,
        page.here(page=str(number + 1)) if number < pages else None,
    )


def _passage(site: Site, parts: ViewParts, description: Description) -> Passage | None:
    """Return what a passage, or the named graph drawn from it, holds; None for other things."""
    ctl = site.base_iri + "onto/CTL/"
    if ctl + "Passage" in description.types:
        graphs = [
            s.subject.value
            for s in description.incoming
            if s.predicate.value == PROV + "wasDerivedFrom" and isinstance(s.subject, NamedNode)
            and s.subject.value.startswith(site.base_iri + "data/graph/")
        ]  # fmt: skip
        named_alike = description.iri.replace("/data/passage/", "/data/graph/")
        if site.describer.exists(named_alike):
            graphs.append(named_alike)
    elif description.iri.startswith(site.base_iri + "data/graph/"):
        graphs = [description.iri]
    else:
        return None
    source = site.describer.source(min(graphs, default=description.iri))
    statements: list[Statement] = []
    for graph in sorted(set(graphs)):
        statements += site.describer.statements_of_graph(graph, limit=_MAX_PASSAGE_STATEMENTS + 1)
    truncated = len(statements) > _MAX_PASSAGE_STATEMENTS
    digest = next((str(v.value) for v in description.values(ctl + "passageDigest")
                   if isinstance(v, Literal)), "")  # fmt: skip
    return Passage(
        section=parts.link(source.section) if source.section else None,
        start_line=source.start_line,
        end_line=source.end_line,
        digest=digest,
        subjects=_by_subject(site, parts, statements[:_MAX_PASSAGE_STATEMENTS]),
        truncated=truncated,
    )


def _by_subject(
    site: Site, parts: ViewParts, statements: list[Statement]
) -> tuple[SubjectStatements, ...]:
    inner = ViewParts(site, parts.page, site.describer.label_index(statements))
    by_subject: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        if isinstance(statement.subject, NamedNode):
            by_subject[statement.subject.value].append(statement)
    return tuple(
        SubjectStatements(
            inner.link(subject), tuple(each for _, each in inner.properties(found, {}, {}))
        )
        for subject, found in sorted(by_subject.items())
    )


def alternates(site: Site, page: PageContext, iri: str) -> tuple[Alternate, ...]:
    """Return the other formats of the document about a resource."""
    return tuple(
        Alternate(
            each.name,
            each.media_type,
            f"{page.root_path}{site.iris.path_of(iri, '.' + each.suffix)}",
        )
        for each in DESCRIPTION_FORMATS
    )


def embedded_json_ld(site: Site, description: Description, title: str, about: str) -> str:
    """Return the schema.org JSON-LD to embed; ``<`` is escaped so that it cannot end a script.

    Its context is its own: a reader need not fetch schema.org's to know what it says.
    """
    types = [each.value.removeprefix(SCHEMA) for each in schema_org(site.base_iri).types(
        description.types)]  # fmt: skip
    document: dict[str, object] = {
        "@context": {"@vocab": SCHEMA, "url": {"@type": "@id"}},
        "@id": description.iri,
        "@type": types[0] if len(types) == 1 else types,
        "name": title,
    }
    if about:
        document["description"] = about
    pages = [v.value for v in description.values("http://xmlns.com/foaf/0.1/homepage")
             if isinstance(v, NamedNode)]  # fmt: skip
    if pages:
        document["url"] = pages[0]
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _parents(site: Site, page: PageContext, parts: ViewParts, iri: str) -> tuple[Link, ...]:
    """Return the way from the home page to the list that a resource stands in."""
    local = iri[len(site.base_iri) :].partition("#")[0]
    folder = local[: local.rfind("/") + 1]
    return folder_links(site, page, parts, folder)


def folder_links(site: Site, page: PageContext, parts: ViewParts, folder: str) -> tuple[Link, ...]:
    """Return the links to a folder and to those above it, outermost first."""
    found = []
    pieces = folder.split("/")[:-1]
    for depth in range(1, len(pieces) + 1):
        path = "/".join(pieces[:depth]) + "/"
        if site.index.folder(path) is not None:
            found.append(Link(folder_title(site, parts, path), page.url("/" + path)))
    return tuple(found)


def folder_title(site: Site, parts: ViewParts, folder: str) -> str:
    """Return what to call a folder: in words if we have them, else by the scheme's label."""
    words = parts.t.get("folders", folder.rstrip("/"))
    if words:
        return words
    literal = best_literal(
        site.describer.labels(site.base_iri + folder.rstrip("/")), parts.page.language
    )
    return literal.value if literal else folder.rstrip("/").rpartition("/")[2]


def members_of(site: Site, folder: str) -> tuple[str, ...]:
    """Return the resources that stand directly in a folder."""
    found = site.index.folder(folder)
    return found.members if found else ()


def list_view(
    site: Site, page: PageContext, folder: str, number: int, links: Links = ()
) -> ListView:
    """Return one page of a list."""
    found = site.index.folder(folder)
    assert found is not None
    parts = ViewParts(site, page, _profile_labels(site))
    ordered = site.index.ordered(
        folder, page.language, lambda iri: (parts.name(iri)[0].lower(), iri)
    )
    start = (number - 1) * LIST_PAGE
    entries = []
    for iri in ordered[start : start + LIST_PAGE]:
        text, language = parts.name(iri)
        entries.append(Entry(Link(text, parts.href(iri), language), _kind_words(site, parts, iri)))
    title = folder_title(site, parts, folder)
    parents = folder_links(site, page, parts, folder)[:-1]
    return ListView(
        title=title,
        description=page.messages.get("folder_texts", folder.rstrip("/")),
        entries=tuple(entries),
        folders=tuple(
            Entry(
                Link(folder_title(site, parts, each), page.url("/" + each)),
                str(site.index.count(each) or ""),
            )
            for each in found.folders
        ),
        total=len(found.members),
        pager=_pager(page, number, pages_of_list(site, folder)),
        alternates=(),
        parents=parents,
        head_links=head_links(links),
    )


def pages_of_list(site: Site, folder: str) -> int:
    """Return how many pages a list fills, at least one."""
    return max(1, -(-site.index.count(folder) // LIST_PAGE))


def _profile_labels(site: Site) -> dict[str, tuple[Literal, ...]]:
    """Return the labels of the profiles, which stand in no graph."""
    return {
        each.iri(site.base_iri): tuple(
            Literal(text, language=language) for language, text in each.titles.items()
        )
        for each in PROFILES
    }


def alternates_view(site: Site, page: PageContext, subject: Subject, links: Links = ()) -> ListView:
    """Return the list of the profiles and formats that a resource is offered in."""
    parts = ViewParts(site, page, _profile_labels(site))
    entries = tuple(
        Entry(
            Link(
                f"{profile.titles[page.language]}: {each.name}",
                page.keep_language(subject.address_of(profile, each)),
            ),
            each.media_type,
        )
        for profile in subject.profiles
        for each in profile.formats
    )
    local = subject.iri[len(site.base_iri) :].partition("#")[0]
    name = folder_title(site, parts, local) if subject.is_folder else parts.name(subject.iri)[0]
    return ListView(
        title=page.messages("alternates.title", name=name),
        description=page.messages("alternates.text"),
        entries=entries,
        folders=(),
        total=len(entries),
        pager=Pager(1, 1, None, None),
        alternates=(),
        parents=folder_links(site, page, parts, local[: local.rfind("/") + 1]),
        head_links=head_links(links),
    )


def _kind_words(site: Site, parts: ViewParts, iri: str) -> str:
    types = sorted(
        quad.object.value
        for quad in site.store.quads(NamedNode(iri), RDF_TYPE)
        if isinstance(quad.object, NamedNode) and site.iris.is_own(quad.object.value)
    )
    return parts.name(types[0])[0] if types else ""
