"""Show where a text has what was sought: the words marked, and the part around them.

The words of the text are compared as the index compares them, so a stem, a prefix or a
correction is marked where it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ctl_kg.publish.search_index import FIELD_OF, FIELDS, PROPERTIES, Text
from ctl_kg.publish.search_question import Term
from ctl_kg.publish.words import fold, stems, words_of, written_words

_WIDTH = 200  # characters of a snippet, about
_BEFORE = 60  # of them, before the first word found
_FIELD_ORDER = {name: at for at, name in enumerate(FIELDS)}


@dataclass(frozen=True)
class Piece:
    """A part of a text, marked or not."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Marked:
    """A text with marks; ``terms`` says how many of the terms it has."""

    property: str
    language: str
    pieces: tuple[Piece, ...]
    terms: int


class Marker:
    """Marks texts with what one search sought."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms
        self._known: dict[tuple[str, str], frozenset[int]] = {}

    def mark(self, text: Text, *, whole: bool = False) -> Marked:
        """Return a text with the words that were sought marked; ``whole`` or the part around them.

        >>> term = Term(("innovazioni",), ("innov",))
        >>> as_html(Marker([term]).mark((0, "it", "Reti di <innovazione>")).pieces)
        'Reti di &lt;<mark>innovazione</mark>&gt;'
        """
        at, language, written = text
        spans: list[tuple[int, int]] = []
        found: set[int] = set()
        for word, start, end in words_of(written):
            fits = self._fitting(word, language)
            if fits:
                spans.append((start, end))
                found |= fits
        first, last = (0, len(written)) if whole else _window(written, spans)
        pieces = [Piece("…")] if first else []
        position = first
        for start, end in spans:
            if start >= first and end <= last:
                pieces += [Piece(written[position:start]), Piece(written[start:end], marked=True)]
                position = end
        pieces += [Piece(written[position:last]), Piece("…" if last < len(written) else "")]
        kept = tuple(piece for piece in pieces if piece.text)
        return Marked(PROPERTIES[at], language, kept, len(found))

    def _fitting(self, word: str, language: str) -> frozenset[int]:
        key = (word, language)
        found = self._known.get(key)
        if found is None:
            fits = (n for n, term in enumerate(self._terms) if _fits(word, language, term))
            found = self._known[key] = frozenset(fits)
        return found

    def best_match(self, texts: Sequence[Text], language: str) -> Marked | None:
        """Return the text that has most of the terms; of equals a name first.

        A text in another language is passed over if the same property has a match in the
        language.

        Returns:
            None if none of them has any.
        """
        counted = ((self._count(text), text) for text in texts)
        found = [(count, text) for count, text in counted if count]
        own = {text[0] for _, text in found if text[1] in (language, "")}
        ranked = [
            (
                -count,
                _FIELD_ORDER[FIELD_OF[PROPERTIES[text[0]]]],
                text[1] not in (language, ""),
                text[0],
                number,
            )
            for number, (count, text) in enumerate(found)
            if text[1] in (language, "") or text[0] not in own
        ]
        return self.mark(found[min(ranked)[-1]][1]) if ranked else None

    def _count(self, text: Text) -> int:
        """Return how many of the terms a text has."""
        fits = (self._fitting(word, text[1]) for word in set(written_words(text[2])))
        return len(frozenset().union(*fits))

    def summary(self, texts: Sequence[Text], language: str) -> Marked | None:
        """Return the description in the language, with its marks; None if there is none."""
        described = [each for each in texts if FIELD_OF[PROPERTIES[each[0]]] == "text"]
        if not described:
            return None
        return self.mark(
            min(described, key=lambda each: (_language_rank(each, language)[0], each[0]))
        )


def _fits(word: str, language: str, term: Term) -> bool:
    plain = fold(word)
    if term.meant and not term.keeps_stems:
        return any(
            plain == each or not {*stems(word, language)}.isdisjoint(stems(each))
            for each in term.meant
        )
    if term.is_prefix:
        return plain.startswith(term.words[-1])
    if plain in term.words or plain in term.meant:
        return True
    return not {*stems(word, language)}.isdisjoint(term.stems)


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return where a snippet begins and ends: at words, with the first word found in it."""
    if len(text) <= _WIDTH:
        return 0, len(text)
    first = spans[0][0] if spans else 0
    start = 0
    if first > _BEFORE:
        start = text.rfind(" ", first - _BEFORE, first) + 1 or first
    end = min(start + _WIDTH, len(text))
    if end < len(text):
        end = max(text.rfind(" ", start, end), spans[0][1] if spans else 0)
    return start, end


def label(texts: Sequence[Text], language: str) -> Text:
    """Return the name to show: of the best property, in the language if there is one."""
    best = min(at for at, _, _ in texts)
    named = (each for each in texts if each[0] == best)
    return min(named, key=lambda each: _language_rank(each, language))


def _language_rank(text: Text, language: str) -> tuple[int, str]:
    tag = text[1].partition("-")[0]
    return (0 if tag == language else 1 if not tag else 2, text[2])


def as_html(pieces: Sequence[Piece]) -> str:
    """Return pieces as HTML: everything escaped, what is marked in ``mark`` elements.

    >>> as_html((Piece("a <b> "), Piece("c", True)))
    'a &lt;b&gt; <mark>c</mark>'
    """
    return "".join(
        f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text)
        for piece in pieces
    )
