"""What a search asks for: the terms of a text as typed, and each as an FTS5 expression.

The words of a question never become part of a text that the engine reads as more than quoted
words: they are letters and digits only, and stand in quotation marks.

Source: SQLite FTS5 §3 (query syntax).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ctl_kg.errors import ParameterError
from ctl_kg.publish.words import FUNCTION_WORDS, HYPHENATED, fold, folded, stems, written_words

MOST_CHARACTERS = 300
MOST_WORDS = 32

_WORDS, _STEMS = "{name other text}", "{name_stems other_stems text_stems}"
_QUOTES = '"“”«»„'
_PHRASE = re.compile(f"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]")
# A phrase as it is; or a hyphen, not within a word, right before a phrase or a word.
_PHRASE_OR_LEFT_OUT = re.compile(
    rf"{_PHRASE.pattern}|(?<!\S)-(?P<left>{_PHRASE.pattern}|(?=\w)[^\s{_QUOTES}]+)"
)


@dataclass(frozen=True)
class Term:
    """One thing that is sought: a word with its stems, or several words in this order.

    Of a word with hyphens the parts are sought, or the stems of the whole.

    ``meant`` are words that take the place of one that is not known, or stand beside it if its
    stems are kept.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...] = ()
    is_prefix: bool = False
    meant: tuple[str, ...] = ()
    keeps_stems: bool = False
    is_joined: bool = False

    def expression(self) -> str:
        """Return the term as an FTS5 expression; every word in it is quoted."""
        if self.meant:
            alternatives = [Term((word,), stems(word)) for word in self.meant]
            if self.keeps_stems:
                alternatives.append(Term(self.words, self.stems))
            return f"({' OR '.join(each.expression() for each in alternatives)})"
        if self.is_joined:
            parts = " AND ".join(f"{_WORDS} : {quoted(word)}" for word in self.words)
            return f"(({parts}) OR {_STEMS} : ({' OR '.join(map(quoted, self.stems))}))"
        text = quoted(" ".join(self.words))
        if self.is_prefix:
            return f"({_WORDS} : {text} *)"
        if not self.stems:
            return f"({_WORDS} : {text})"
        return f"({_WORDS} : {text} OR {_STEMS} : ({' OR '.join(map(quoted, self.stems))}))"


@dataclass(frozen=True)
class Question:
    """What is asked: the terms, and what the whole of it would be as a name.

    ``left_out`` are terms that no result may have: of each group, not all of them together.
    """

    terms: tuple[Term, ...]
    name: str
    left_out: tuple[tuple[Term, ...], ...] = ()

    @property
    def excluded(self) -> tuple[str, ...]:
        """What is left out, in words."""
        return tuple(" ".join(w for term in group for w in term.words) for group in self.left_out)

    def expression(self, terms: Sequence[Term], link: str) -> str:
        """Return an FTS5 expression of terms, without what is left out."""
        wanted = link.join(term.expression() for term in terms)
        if not self.left_out:
            return wanted
        groups = (" AND ".join(term.expression() for term in each) for each in self.left_out)
        return f"({wanted}) NOT ({' OR '.join(f'({group})' for group in groups)})"


def parse(text: str, *, prefix: bool = False) -> Question:
    """Return what a text asks for.

    Quotation marks make a phrase, a hyphen right before a word or a phrase leaves out what has
    it; nothing else has a meaning of its own. Function words count only if there is nothing else.

    Args:
        text: as typed.
        prefix: the last word may go on.
    Raises:
        ParameterError: the text has too many characters or words.
    """
    _check_length(text)
    left_out: list[tuple[Term, ...]] = []

    def leave_out(match: re.Match[str]) -> str:
        if match["left"] is None:
            return match[0]
        terms = _terms(match["left"], prefix=False)
        if terms:
            left_out.append(terms)
        return " "

    wanted = _PHRASE_OR_LEFT_OUT.sub(leave_out, text)
    return Question(_terms(wanted, prefix=prefix), " ".join(folded(wanted)), tuple(left_out))


def _check_length(text: str) -> None:
    for count, most, unit, hint in (
        (len(text), MOST_CHARACTERS, "characters", "Search for a few words."),
        (len(folded(text)), MOST_WORDS, "words", "Leave out the words that matter least."),
    ):
        if count > most:
            raise ParameterError(
                "q", f"'{text[:80]}…' has {count} {unit}", allowed=[f"at most {most} {unit}"],
                hint=hint, value=text, example="q=vanguard initiative",
            )  # fmt: skip


def _terms(text: str, *, prefix: bool) -> tuple[Term, ...]:
    """Return the terms of a text without exclusions: phrases, words with hyphens, words."""
    phrases: list[Term] = []

    def take(match: re.Match[str]) -> str:
        words = folded(match[1])
        if len(words) > 1:
            phrases.append(Term(tuple(words)))
            return " "
        return f" {match[1]} "

    def take_joined(match: re.Match[str]) -> str:
        words = tuple(folded(match.group()))
        if words:
            phrases.append(Term(words, stems(match.group().replace("-", "")), is_joined=True))
        return " "

    left = _PHRASE.sub(take, text)
    if not prefix:
        left = HYPHENATED.sub(take_joined, left)
    written = [word for word in written_words(left) if fold(word)]
    terms = [Term((fold(word),), stems(word)) for word in dict.fromkeys(written)]
    if prefix and terms:
        terms[-1] = replace(terms[-1], is_prefix=True, stems=())
    telling = [each for each in terms if each.is_prefix or each.words[0] not in FUNCTION_WORDS]
    return (*phrases, *(telling or ([] if phrases else terms)))


def quoted(text: str) -> str:
    """Return a text as one FTS5 string.

    >>> quoted('a "b')
    '"a ""b"'
    """
    return '"' + text.replace('"', '""') + '"'
