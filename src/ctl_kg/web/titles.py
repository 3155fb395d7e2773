"""What to call a resource on its own page: its name, or words made from its kind."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import DCT, LABELS, RDF_TYPE, RDFS, SKOS, Statement
from ctl_kg.web.values import ViewParts

_DESCRIPTIONS = (DCT + "description", SKOS + "definition", RDFS + "comment")
_MOST_KINDS = 3
_IN_FOLDER = 3  # where what follows the folder begins: /data/passage/…


def title_of(parts: ViewParts, iri: str, said: Sequence[Statement]) -> tuple[str, str | None]:
    """Return what to call a resource, and the language if it is not the page's.

    Args:
        parts: of the page.
        iri: the resource.
        said: what is said about it.
    """
    for predicate in LABELS:
        literal = best_literal(_texts(said, predicate.value), parts.page.language)
        if literal is not None:
            tag = literal.language or None
            return literal.value, None if tag == parts.page.language else tag
    text, language = parts.name(iri)
    if text not in (iri, parts.site.curies.shorten(iri)):
        return text, language
    source = parts.site.describer.source(iri.replace("/data/passage/", "/data/graph/"))
    if source.passage and source.section:
        lines = parts.mark(source, None).text
        section = parts.name(source.section)[0]
        return parts.t("passage.name", section=section, lines=lines), None
    pieces = (parts.site.iris.path_of(iri) or iri).rstrip("/").split("/")
    slug = "/".join(pieces[_IN_FOLDER:]) or pieces[-1]
    kinds = kinds_of(parts, said)
    return f"{parts.name(kinds[0])[0]}: {slug}" if kinds else slug, None


def kinds_of(parts: ViewParts, said: Sequence[Statement]) -> list[str]:
    """Return the classes to show: our own, or a few others where there is none of ours."""
    types = [
        each.object.value
        for each in said
        if each.predicate == RDF_TYPE and isinstance(each.object, NamedNode)
    ]
    own = [iri for iri in types if parts.site.iris.is_own(iri)]
    return own or types[:_MOST_KINDS]


def about(said: Sequence[Statement], language: str) -> Literal | None:
    """Return the description of a resource in a language, or in another where there is none."""
    for predicate in _DESCRIPTIONS:
        found = best_literal(_texts(said, predicate), language)
        if found is not None:
            return found
    return None


def _texts(said: Sequence[Statement], predicate: str) -> list[Literal]:
    return [
        each.object
        for each in said
        if each.predicate.value == predicate and isinstance(each.object, Literal)
    ]
