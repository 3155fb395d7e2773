"""What a search asks for: the terms of a text as typed, and each as an FTS5 expression.

The words of a question never become part of a text that the engine reads as more than quoted
words: they are letters and digits only, and stand in quotation marks.

Source: SQLite FTS5 §3 (query syntax).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ctl_kg.errors import ParameterError
from ctl_kg.publish.words import FUNCTION_WORDS, HYPHENATED, fold, folded, stems, written_words

MOST_CHARACTERS = 300
MOST_WORDS = 32

_WORDS, _STEMS = "{name other text}", "{name_stems other_stems text_stems}"
_PHRASE = re.compile(r'["“”«»„]([^"“”«»„]*)["“”«»„]')


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
    """What is asked: the terms, and what the whole of it would be as a name."""

    terms: tuple[Term, ...]
    name: str


def parse(text: str, *, prefix: bool = False) -> Question:
    """Return what a text asks for.

    Quotation marks make a phrase; nothing else has a meaning of its own. Function words count
    only if there is nothing else.

    Args:
        text: as typed.
        prefix: the last word may go on.
    Raises:
        ParameterError: the text is too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise ParameterError(
            "q",
            f"'{text[:80]}…' has {len(text)} characters",
            allowed=[f"at most {MOST_CHARACTERS} characters"],
            hint="Search for a few words.",
            value=text,
            example="q=vanguard initiative",
        )
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
    if len(written) > MOST_WORDS:
        raise ParameterError(
            "q",
            f"'{text[:80]}…' has {len(written)} words",
            allowed=[f"at most {MOST_WORDS} words"],
            hint="Leave out the words that matter least.",
            value=text,
            example="q=vanguard initiative",
        )
    terms = [Term((fold(word),), stems(word)) for word in dict.fromkeys(written)]
    if prefix and terms:
        terms[-1] = replace(terms[-1], is_prefix=True, stems=())
    telling = [each for each in terms if each.is_prefix or each.words[0] not in FUNCTION_WORDS]
    return Question((*phrases, *(telling or ([] if phrases else terms))), " ".join(folded(text)))


def quoted(text: str) -> str:
    """Return a text as one FTS5 string.

    >>> quoted('a "b')
    '"a ""b"'
    """
    return '"' + text.replace('"', '""') + '"'
