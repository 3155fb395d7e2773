"""Results of a search as JSON and as the view of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ctl_kg.errors import ParameterError
from ctl_kg.languages import Messages
from ctl_kg.publish import snippets
from ctl_kg.publish.search import Found, Hit
from ctl_kg.publish.search_index import FIELD_OF, Text
from ctl_kg.publish.search_question import MOST_CHARACTERS, MOST_WORDS
from ctl_kg.publish.snippets import Marked, Marker, as_html
from ctl_kg.web.pages import PageContext
from ctl_kg.web.search_view import FacetChoice, FacetGroup, SearchHit, SearchView
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Pager

_EXAMPLES = ("vanguard initiative", "PNRR", "idrogeno", "cluster:afil")
_FACETS_SHOWN = 8
_MOST_ALLOWED = 12  # values that a message lists


@dataclass(frozen=True)
class Results:
    """One page of what was found.

    ``exact`` is the resource whose IRI or CURIE was asked for, ``excluded`` what no result has.
    """

    text: str
    exact: str | None
    found: Found
    shown: tuple[Hit, ...]
    page: int
    pages: int
    size: int
    kind: str
    cluster: str
    excluded: tuple[str, ...] = ()


def as_json(site: Site, page: PageContext, results: Results) -> dict[str, Any]:
    """Return the document of ``/api/search``; its shape is in the OpenAPI description."""
    parts = ViewParts(site, page, {})
    texts = site.search.texts(results.shown)
    found = results.found
    marker = Marker(found.terms)
    return {
        "query": results.text,
        "language": page.language,
        "total": len(found.hits),
        "is_cut": found.is_cut,
        "page": results.page,
        "pages": results.pages,
        "size": results.size,
        "match": found.match,
        "corrected": {word: list(meant) for word, meant in found.corrected.items()},
        "excluded": list(results.excluded),
        "exact": results.exact,
        "results": [
            _result(site, parts, hit, texts.get(hit.id, []), marker) for hit in results.shown
        ],
        "facets": {
            "type": _facet(site, page.language, found.kinds, results.kind),
            "cluster": _facet(site, page.language, found.clusters, results.cluster),
        },
    }


def _result(
    site: Site, parts: ViewParts, hit: Hit, texts: Sequence[Text], marker: Marker
) -> dict[str, Any]:
    language = parts.page.language
    name = _name(parts, hit, texts)
    match = marker.best_match(texts, language)
    return {
        "iri": hit.iri,
        "curie": site.curies.shorten(hit.iri),
        "url": parts.href(hit.iri),
        "label": name[2],
        "label_language": name[1] or None,
        "types": [_named(site, language, each) for each in hit.kinds],
        "clusters": [_named(site, language, each) for each in hit.clusters],
        "field": match.property if match else None,
        "snippet": as_html(match.pieces) if match else None,
        "snippet_language": (match.language or None) if match else None,
        "score": hit.score,
    }


@lru_cache(maxsize=4096)
def _named(site: Site, language: str, iri: str) -> Mapping[str, str]:
    """Return a class or a cluster as it stands in an answer; worked out once."""
    curie = site.curies.shorten(iri) or iri
    return {"iri": iri, "curie": curie, "label": label_of(site, language, iri)}


@lru_cache(maxsize=4096)
def label_of(site: Site, language: str, iri: str) -> str:
    """Return what to call a class, a cluster or a property; worked out once."""
    page = PageContext(site.messages[language], "")
    return ViewParts(site, page, {}).name(iri)[0]


def _name(parts: ViewParts, hit: Hit, texts: Sequence[Text]) -> Text:
    """Return the name of a hit, with the property and the language that it has."""
    if texts:
        return snippets.label(texts, parts.page.language)
    text, language = parts.name(hit.iri)
    return 0, language or "", text


def _facet(site: Site, language: str, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    return [
        {**_named(site, language, iri), "count": count, "selected": iri == chosen}
        for iri, count in counts.items()
    ]


def search_view(
    site: Site,
    page: PageContext,
    text: str,
    results: Results | None,
    error: ParameterError | None,
) -> SearchView:
    """Return the page: the form, and what was found or what is wrong."""
    t = page.messages
    title = t("search.title_of", text=text[:80]) if text.strip() else t("search.title")
    view = SearchView(
        title=title,
        query=text[:500],
        action=page.root_path + "/search",
        error=_message(t, error) if error else "",
        hint=_hint(t, error) if error else "",
        total=0,
        summary="",
        corrected="",
        hits=(),
        first=1,
        facets=(),
        pager=Pager(1, 1, None, None),
        api=page.root_path + "/api/search" + page.here().removeprefix(page.path),
        examples=tuple(Link(each, page.url("/search", q=each)) for each in _EXAMPLES),
        has_searched=False,
    )
    return _answered(site, page, view, results) if results else view


def _message(t: Messages, error: ParameterError) -> str:
    """Return what is wrong, in the language of the page."""
    if error.name == "q" and error.allowed:
        return t("search.error_q", characters=MOST_CHARACTERS, words=MOST_WORDS)
    return t("search.error", name=error.name[:40], value=error.value or "")


def _hint(t: Messages, error: ParameterError) -> str:
    values = [each for each in error.allowed if " " not in each]  # the rest is English prose
    allowed = ", ".join(values) if len(values) <= _MOST_ALLOWED else ""
    example = f"{t('search.examples')} {error.example}" if error.example else ""
    return " · ".join(each for each in (allowed, example) if each)


def _answered(site: Site, page: PageContext, view: SearchView, results: Results) -> SearchView:
    t = page.messages
    found = results.found
    total = len(found.hits)
    parts = ViewParts(site, page, {})
    marker = Marker(found.terms)
    texts = site.search.texts(results.shown)
    words = [f"«{word}» → {', '.join(meant)}" for word, meant in found.corrected.items()]
    summary = [t("search.found_one" if total == 1 else "search.found", total=total)]
    if found.match == "some" and total:
        summary.append(t("search.some"))
    if results.excluded:
        left_out = ", ".join(f"«{each}»" for each in results.excluded)
        summary.append(t("search.excluded" if found.terms else "search.only_excluded",
                         words=left_out))  # fmt: skip
    return replace(
        view,
        has_searched=True,
        total=total,
        summary=" ".join(summary),
        corrected=t("search.corrected", words="; ".join(words)) if words else "",
        first=(results.page - 1) * results.size + 1,
        hits=tuple(_hit(parts, hit, texts.get(hit.id, []), marker) for hit in results.shown),
        facets=tuple(
            _group(parts, name, counts, chosen)
            for name, counts, chosen in (
                ("type", found.kinds, results.kind),
                ("cluster", found.clusters, results.cluster),
            )
            if counts or chosen
        ),
        pager=Pager(
            results.page,
            results.pages,
            page.here(page=str(results.page - 1)) if results.page > 1 else None,
            page.here(page=str(results.page + 1)) if results.page < results.pages else None,
        ),
    )


def _hit(parts: ViewParts, hit: Hit, texts: Sequence[Text], marker: Marker) -> SearchHit:
    language = parts.page.language
    text = _name(parts, hit, texts)
    other = None if text[1] in ("", language) else text[1]
    curie = parts.site.curies.shorten(hit.iri) or hit.iri
    link = Link(text[2], parts.href(hit.iri), other, title=curie)
    name = marker.mark(text, whole=True)
    match = marker.best_match(texts, language)
    about = marker.summary(texts, language)
    # The name says already what a match in a name would; another field says where it stands.
    in_name = match is None or (match.terms <= name.terms and FIELD_OF[match.property] != "text")
    shown, where = (about, "") if in_name or match is None else (match, _where(parts, match))
    return SearchHit(
        link=link,
        name=_pieces(name),
        kinds=tuple(label_of(parts.site, language, each) for each in hit.kinds),
        where=where,
        snippet=_pieces(shown) if shown else (),
        snippet_language=_other_language(shown, language),
    )


def _where(parts: ViewParts, match: Marked) -> str:
    """Return the name of the field, if it is not just the description."""
    if FIELD_OF[match.property] == "text":
        return ""
    iri = parts.site.curies.expand(match.property) or match.property
    return label_of(parts.site, parts.page.language, iri)


def _pieces(text: Marked) -> tuple[tuple[str, bool], ...]:
    return tuple((piece.text, piece.marked) for piece in text.pieces)


def _other_language(text: Marked | None, language: str) -> str | None:
    return text.language if text and text.language not in ("", language) else None


def _group(parts: ViewParts, name: str, counts: dict[str, int], chosen: str) -> FacetGroup:
    page, curies = parts.page, parts.site.curies
    if chosen:  # what is chosen can be taken back even if nothing fits it
        counts = {chosen: 0} | counts
    choices = [
        FacetChoice(
            label_of(parts.site, page.language, iri),
            count,
            page.here(**{name: "" if iri == chosen else curies.shorten(iri) or iri, "page": ""}),
            iri == chosen,
        )
        for iri, count in counts.items()
    ]
    choices.sort(key=lambda choice: not choice.selected)
    return FacetGroup(
        page.messages("search.facet_" + name),
        tuple(choices[:_FACETS_SHOWN]),
        tuple(choices[_FACETS_SHOWN:]),
    )
