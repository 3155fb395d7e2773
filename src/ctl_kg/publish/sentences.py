"""Links as sentences, in Italian and English: names, nouns, roles, times and sources put in words.

Not here: the words themselves (``sentence_table``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.description import RDF_TYPE, Describer, Source
from ctl_kg.publish.links import Link
from ctl_kg.publish.sentence_table import (
    BARE,
    NOUNS,
    ROLES_NOT_STATED,
    TEMPLATES,
    WORDS,
    Noun,
    melted,
)
from ctl_kg.sparql.store import LocalStore

_SLOT = re.compile(r"\{([so])(?::(\w+))?\}")
_KEPT_NAMES = 4000


class Sentences:
    """Says links in words; names and classes are looked up once."""

    def __init__(self, store: LocalStore, describer: Describer, base_iri: str) -> None:
        self._store = store
        self.curies = Curies(prefixes(base_iri))
        self._describer = describer
        self._work_package = NamedNode(base_iri + "onto/CTL/workPackage")
        self._acronym = NamedNode(self.curies.table["cov"] + "orgAcronym")
        self._labels = lru_cache(_KEPT_NAMES)(describer.labels)
        self._acronyms = lru_cache(_KEPT_NAMES)(self._find_acronym)
        self._noun = lru_cache(_KEPT_NAMES)(self._find_noun)

    def label(self, iri: str, language: str) -> str:
        """Return the name of a resource, or its CURIE or IRI if it has none."""
        literal = best_literal(self._labels(iri), language)
        if literal is None:
            return self.curies.shorten(iri) or iri
        acronym = self._acronyms(iri)
        if acronym and acronym.casefold() not in literal.value.casefold().split():
            return f"{acronym} – {literal.value}"
        return literal.value

    def acronym(self, iri: str) -> str:
        """Return the acronym of an organisation, or nothing."""
        return self._acronyms(iri)

    def short(self, iri: str, language: str) -> str:
        """Return the acronym of a resource if it has one, else its name."""
        return self._acronyms(iri) or self.label(iri, language)

    def _find_acronym(self, iri: str) -> str:
        """Return the acronym of an organisation, if it has one: it goes before the name."""
        found = self._store.quads(NamedNode(iri), self._acronym)
        return min((q.object.value for q in found if isinstance(q.object, Literal)), default="")

    def order(self, iri: str) -> str:
        """Return the name that paths are ordered by, in whichever language they are read."""
        return self.label(iri, "it")

    def _find_noun(self, iri: str) -> Noun:
        classes = {
            self.curies.shorten(quad.object.value)
            for quad in self._store.quads(NamedNode(iri), RDF_TYPE)
            if isinstance(quad.object, NamedNode)
        }
        return next((noun for curie, noun in NOUNS.items() if curie in classes), BARE)

    def text(self, link: Link, language: str, time: tuple[str, str] = ("", "")) -> str:
        """Return what a link says, with role, time and doubt, but without its source.

        Args:
            link: the link.
            language: ``it`` or ``en``.
            time: first and last day, month or year; empty if unknown.
        """
        template, says_role = self._template(link, language)
        if not template:
            name = self.label(link.predicate, language)
            said = f"{self._named(link.subject, language)} — {name} → "
            said += self._named(link.object, language)
        else:
            said = self._filled(template, link, language)
        notes = self._notes(link, language, time, says_role=says_role)
        said = said[:1].upper() + said[1:] if said[:2] in ("il", "la", "l'", "th") else said
        return f"{said} ({'; '.join(notes)})" if notes else said

    def _template(self, link: Link, language: str) -> tuple[str, bool]:
        """Return the template of a link, and whether it says the role."""
        number = 0 if language == "it" else 1
        predicate = self.curies.shorten(link.predicate) or link.predicate
        # An alignment, and a part of a network, say what their property says.
        if link.role_class and f"{link.role_class} *" in TEMPLATES and predicate != "ctl:subgroup":
            for role in link.roles:
                key = f"{link.role_class} {role.rpartition('/')[2]}"
                if key in TEMPLATES:
                    return TEMPLATES[key][number], len(link.roles) == 1
            return TEMPLATES[f"{link.role_class} *"][number], False
        return TEMPLATES.get(predicate, ("", ""))[number], False

    def _filled(self, template: str, link: Link, language: str) -> str:
        ends = {"s": link.subject, "o": link.object}

        def fill(match: re.Match[str]) -> str:
            return self._named(ends[match[1]], language, match[2] or "")

        return _SLOT.sub(fill, template)

    def _named(self, iri: str, language: str, preposition: str = "") -> str:
        """Return a resource with its noun: "la rete X", "della rete X", "the network X"."""
        noun, label = self._noun(iri), self.label(iri, language)
        name = WORDS[language]["quote"].format(label) if noun.quoted else label
        word = noun.it if language == "it" else noun.en
        if word and _starts_with(label, word, language):
            word = ""  # "la Rete dei laboratori", "the Enterprise Europe Network"
            name = label
        words = f"{word} {name}" if word else name
        if language == "en":
            return f"the {words}" if noun.en else words
        # A name that stands alone has no article that one could know.
        article = "" if word == "" and noun.it == "" else noun.article
        if preposition:
            return melted(preposition, article, words) + words
        return f"{article}{'' if article.endswith(chr(39)) or not article else ' '}{words}"

    def _notes(
        self, link: Link, language: str, time: tuple[str, str], *, says_role: bool
    ) -> list[str]:
        words = WORDS[language]
        notes = []
        stated = [r for r in link.roles if r.rpartition("/")[2] not in ROLES_NOT_STATED]
        if link.roles and not stated:
            notes.append(words["no_role"])
        elif stated and not says_role:
            named = [_lower(self.label(role, language)) for role in stated]
            notes.append(words["role"].format(", ".join([*named, *self._packages(link)])))
        period = _period(*time, words["from"])
        if period:
            notes.append(words["time"].format(period))
        if link.doubt:
            notes.append(words["certainty"].format(_lower(self.label(link.certainty, language))))
        return notes

    def _packages(self, link: Link) -> list[str]:
        found = self._store.quads(NamedNode(link.via), self._work_package) if link.via else []
        return sorted({q.object.value for q in found if isinstance(q.object, Literal)})

    def source(self, source: Source, language: str) -> str:
        """Return where a statement comes from, in words."""
        words = WORDS[language]
        if source.start_line is None:
            return words.get(source.kind, words["editorial"])
        lines = f"{source.start_line}–{source.end_line}"
        kind = "passage" if source.section else "lines"
        if source.start_line == source.end_line:
            kind, lines = ("line" if source.section else "lines"), str(source.start_line)
        section = self.label(source.section, language) if source.section else ""
        return words[kind].format(section, lines)

    def sentence(
        self, link: Link, language: str, time: tuple[str, str], sources: Sequence[Source]
    ) -> str:
        """Return what a link says, and where it comes from."""
        origins = dict.fromkeys(self.source(each, language) for each in sources)
        return " — ".join([self.text(link, language, time), "; ".join(origins)])


def _starts_with(label: str, word: str, language: str) -> bool:
    """Tell whether a name says what the thing is: at its head, in English anywhere."""
    words = label.casefold().split()
    if language == "it":
        return words[: len(word.split())] == word.casefold().split()
    return word.casefold() in words


def _lower(label: str) -> str:
    """Return a label with a small first letter, unless it is an acronym."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _period(start: str, end: str, open_end: str) -> str:
    if start and end and start != end:
        return f"{start} – {end}" if "-" in start + end else f"{start}–{end}"
    return open_end.format(start) if start and not end else start or end
