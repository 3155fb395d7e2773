"""Words as a search compares them: folded, stemmed in Italian and English, or nearly equal.

Texts and questions go through the same functions, so what is done to one is done to the other.
The stemmers are Snowball's (PyStemmer: 1 µs a word; its pure Python form takes 150 µs, which
would make the index of a large release take a minute).

Source: Unicode Standard Annex 15 (NFKD) and The Unicode Standard §3.13 (case folding);
Snowball, https://snowballstem.org; optimal string alignment distance after Damerau (1964).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import Stemmer

# A run of letters and digits, or an acronym with points ("P.N.R.R.").
_WORD = re.compile(r"[^\W_]{2,}|(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?|[^\W_]")
# Letters that Unicode does not take apart, but people do.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"})
_STEMMED = re.compile(r"[a-z\u00df-\u024f]{3,}")

_BRACKETS = re.compile(r"\s*\([^()]*\)")
_IN_BRACKETS = re.compile(r"\(([^\W_]{2,12})\)")
# Words with hyphens, but no numbers.
HYPHENATED = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)+(?![\w-])")
_MOST_INITIALS = 8

_STEMMERS = {
    language: Stemmer.Stemmer(name, 0) for language, name in (("it", "italian"), ("en", "english"))
}
_LOCK = threading.Lock()  # a stemmer has a state: one thread at a time

# Words that say nothing about what is sought, unless nothing else is asked. Those that are also
# acronyms ("VI", "IT") are not among them.
_ITALIAN = """
a ad ai agli al alla alle allo anche che chi ci col come con cosa cui da dai dagli dal dalla dalle
dallo degli dei del dell della delle dello di dove e ed gli i il in la le lo ma ne negli nei nel
nell nella nelle nello o per perche piu quale quali quando quanti quante quanto quanta quel quella
quelle quelli questa queste questi questo se sono su sugli sui sul sull sulla sulle sullo tra fra
un una uno d l c
"""
_ENGLISH = """
about all an and any are as at by do does for from has have how is of on or that the their them they
this to was were what when where which who whom whose why with
"""
FUNCTION_WORDS = frozenset((_ITALIAN + _ENGLISH).split())


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Return a word without case, accents and points; only letters and digits stay.

    >>> fold("Mobilità"), fold("P.N.R.R."), fold("STRAẞE")
    ('mobilita', 'pnrr', 'strasse')
    """
    if word.isascii():
        return word.lower().replace(".", "")
    apart = unicodedata.normalize("NFKD", word.casefold()).translate(_LETTERS)
    return "".join(character for character in apart if character.isalnum())


def words_of(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a text as written, with where each begins and ends."""
    for match in _WORD.finditer(text):
        yield match.group(), match.start(), match.end()


def written_words(text: str) -> list[str]:
    """Return the words of a text as written."""
    return _WORD.findall(text)


def folded(text: str) -> list[str]:
    """Return the words of a text, folded, in order.

    >>> folded("L'Industria 4.0 è qui: S3, P.N.R.R.")
    ['l', 'industria', '4', '0', 'e', 'qui', 's3', 'pnrr']
    """
    return [each for each in map(fold, _WORD.findall(text)) if each]


@lru_cache(maxsize=65_536)
def stems(word: str, language: str = "") -> tuple[str, ...]:
    """Return the folded stems of a word as written: in one language, or in both.

    The stems with and without the accents are given: who searches may leave accents out.

    Args:
        word: as written.
        language: ``it`` or ``en``; any other value means that it is not known.

    >>> stems("innovazioni", "it"), stems("networks", "en")
    (('innov',), ('network',))
    """
    lower, plain = word.lower(), fold(word)
    if not _STEMMED.fullmatch(lower):
        return (plain,) if plain else ()
    languages = (language,) if language in _STEMMERS else tuple(_STEMMERS)
    forms = dict.fromkeys((lower, plain))
    with _LOCK:
        found = [_STEMMERS[each].stemWord(form) for each in languages for form in forms]
    return tuple(sorted({fold(each) for each in found}))


def joined(text: str) -> list[str]:
    """Return the words written with hyphens, as if they had none.

    >>> joined("Agri-food, start-up; 2014-2020")
    ['Agrifood', 'startup']
    """
    return [each.replace("-", "") for each in HYPHENATED.findall(text)] if "-" in text else []


def acronyms(name: str) -> list[str]:
    """Return the folded acronyms of a name: one in brackets, and the initials of a proper name.

    >>> acronyms("Piano Nazionale di Ripresa e Resilienza (PNRR)"), acronyms("Vanguard Initiative")
    (['pnrr'], ['vi'])
    >>> acronyms("Life sciences"), acronyms("AFIL – Vanguard Initiative (listed)")
    ([], [])
    """
    found = [each for each in _IN_BRACKETS.findall(name) if _is_acronym(each)]
    telling = [
        word
        for word in _WORD.findall(_BRACKETS.sub(" ", name))
        if fold(word) not in FUNCTION_WORDS or len(word) == 1
    ]
    if 2 <= len(telling) <= _MOST_INITIALS and all(_is_capitalised(word) for word in telling):
        found.append("".join(word[0] for word in telling))
    return list(dict.fromkeys(fold(each) for each in found))


def _is_acronym(word: str) -> bool:
    return sum(letter.isupper() or letter.isdigit() for letter in word) > 1


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() and not word.isupper()


def without_brackets(name: str) -> str:
    """Return a name without what stands in brackets.

    >>> without_brackets("Digital Innovation Hub (DIH)")
    'Digital Innovation Hub'
    """
    return _BRACKETS.sub(" ", name).strip()


def trigrams(word: str) -> list[str]:
    """Return the trigrams of a folded word, with two blanks (as ``_``) before and one after.

    >>> trigrams("afil")
    ['__a', '_af', 'afi', 'fil', 'il_']
    """
    padded = f"__{word}_"
    return sorted({padded[at : at + 3] for at in range(len(padded) - 2)}, key=padded.index)


def edits_allowed(word: str) -> int:
    """Return how many typing errors are forgiven: none in short words and in codes."""
    if len(word) < 3 or any(character.isdigit() for character in word):
        return 0
    return 1 if len(word) < 5 else 2


def distance(one: str, other: str, most: int) -> int:
    """Return the optimal string alignment distance of two words; ``most + 1`` if it is greater.

    A letter left out, added, changed, or two neighbours exchanged, each count one.

    >>> distance("vangard", "vanguard", 2), distance("afli", "afil", 2), distance("a", "xyz", 2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: Sequence[int] = ()
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        next_row = [i]
        for j, opposite in enumerate(other, 1):
            cost = min(
                row[j] + 1,
                next_row[j - 1] + 1,
                row[j - 1] + (letter != opposite),
            )
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, before[j - 2] + 1)
            next_row.append(cost)
        if min(next_row) > most:
            return most + 1
        before, row = row, next_row
    return min(row[-1], most + 1)
