"""Where the statements of a page come from: a mark on each, and one note for each source.

A note says which passage (section, lines, digest) or which act a statement comes from, and what
an alignment says of it: certainty, basis, alternatives. Marks lead to their notes within the
page, so they work without scripts. Not here: which graph holds a statement
(``publish/description``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import DCT, PROV, Assessment, Source, Statement
from ctl_kg.sparql.terms import Term
from ctl_kg.web.statement_view import NoteRow, SourceNote
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Mark

_SERVICE = "service"  # the kind of what stands in no graph: the server describes itself
# What an alignment says of a statement, in the order in which a note shows it.
_ASSESSMENT = (
    "ctl:certainty", "ctl:basis", "ctl:rationale", "ctl:alternativeSubject",
    "ctl:alternativeObject", "ctl:reviewStatus",
)  # fmt: skip
_UNDOUBTED = ("/stated", "/confirmed")


@dataclass(frozen=True)
class _Origin:
    """What one note is about: a passage or an act, and an alignment if there is one."""

    source: Source
    assessment: Assessment | None


class SourceNotes:
    """Gives marks to the statements of one page, and the notes that the marks lead to."""

    def __init__(self, parts: ViewParts) -> None:
        self._parts = parts
        self._sources: dict[str, Source] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._origins: dict[str, _Origin | None] = {}

    def marks(self, statement: Statement) -> tuple[Mark, ...]:
        """Return the marks of a statement, one at least."""
        if not statement.graphs:
            key = self._key((_SERVICE, ""), None)
            t = self._parts.t
            return (Mark(t("marks.service"), "#" + key, t("sources.service"), _SERVICE),)
        found: dict[str, Mark] = {}
        for graph in statement.graphs:
            source = self.source(graph)
            alignment = statement.assessment.alignment if statement.assessment else ""
            key = self._key(
                (source.passage or graph, alignment), _Origin(source, statement.assessment)
            )
            mark = self._parts.mark(source, statement.certainty)
            found.setdefault(key, replace(mark, href="#" + key))
        return tuple(found.values())

    def doubt(self, statement: Statement) -> str:
        """Return the certainty of a statement in words, where it is not plainly stated."""
        certainty = statement.certainty
        if certainty is None or certainty.endswith(_UNDOUBTED):
            return ""
        return self._parts.name(certainty)[0]

    def source(self, graph: str) -> Source:
        """Return where a named graph comes from."""
        if graph not in self._sources:
            self._sources[graph] = self._parts.site.describer.source(graph)
        return self._sources[graph]

    def _key(self, named: tuple[str, str], origin: _Origin | None) -> str:
        if named not in self._keys:
            self._keys[named] = f"source-{len(self._keys) + 1}"
            self._origins[self._keys[named]] = origin
        return self._keys[named]

    def notes(self) -> tuple[SourceNote, ...]:
        """Return the notes of all marks given so far, in their order."""
        return tuple(self._note(key, origin) for key, origin in self._origins.items())

    def _note(self, key: str, origin: _Origin | None) -> SourceNote:
        parts, t = self._parts, self._parts.t
        if origin is None:
            text = t("sources.service")
            return SourceNote(key, _SERVICE, Link(text), text, ())
        source, assessment = origin.source, origin.assessment
        mark = parts.mark(source, assessment.certainty if assessment else None)
        rows = [*self._passage_rows(source), *self._assessment_rows(assessment)]
        title = parts.link(source.graph).text
        if source.passage is not None:
            section = parts.name(source.section)[0] if source.section else ""
            title = t("passage.name", section=section, lines=mark.text)
        return SourceNote(key, mark.kind, Link(title, mark.href), mark.title, tuple(rows))

    def _passage_rows(self, source: Source) -> Iterable[NoteRow]:
        parts, t = self._parts, self._parts.t
        if source.passage is None:
            about = self._by_property(source.graph)
            text = best_literal(_literals(about[DCT + "description"]), parts.page.language)
            if text is not None:
                yield NoteRow(t("record.what"), (_text(text, parts),))
            agents = _links(about[PROV + "wasAttributedTo"], parts)
            if agents:
                yield NoteRow(parts.name(PROV + "wasAttributedTo")[0], agents)
            return
        if source.section:
            yield NoteRow(t("passage.section"), (parts.link(source.section),))
        digest = parts.site.base_iri + "onto/CTL/passageDigest"
        for value in _literals(self._by_property(source.passage)[digest]):
            yield NoteRow(t("passage.digest"), (Link(value.value),), is_code=True)

    def _assessment_rows(self, assessment: Assessment | None) -> Iterable[NoteRow]:
        if assessment is None:
            return
        parts = self._parts
        about = self._by_property(assessment.alignment)
        for curie in _ASSESSMENT:
            predicate = parts.site.curies.expand(curie) or ""
            links = _links(about[predicate], parts)
            text = best_literal(_literals(about[predicate]), parts.page.language)
            if text is not None:
                links = (*links, _text(text, parts))
            if links:
                yield NoteRow(parts.name(predicate)[0], links)
        yield NoteRow(parts.t("record.record"), (parts.link(assessment.alignment),))

    def _by_property(self, iri: str) -> dict[str, list[Term]]:
        found: dict[str, list[Term]] = defaultdict(list)
        for each in self._parts.site.describer.outgoing(iri):
            found[each.predicate.value].append(each.object)
        return found


def _literals(terms: Iterable[Term]) -> list[Literal]:
    return [term for term in terms if isinstance(term, Literal)]


def _links(terms: Iterable[Term], parts: ViewParts) -> tuple[Link, ...]:
    return tuple(parts.link(term.value) for term in terms if isinstance(term, NamedNode))


def _text(literal: Literal, parts: ViewParts) -> Link:
    tag = literal.language or None
    return Link(literal.value, None, None if tag == parts.page.language else tag)
