"""What was chosen in a list, as parameters of an address, and back.

``cluster=afil&cluster=lac&role=coordinator&all=cluster&q=salute``: a facet may be given several
times; ``all`` names the facets of which all values must fit; ``none`` stands for "no value".
A value is the last part of its IRI where that is clear; a CURIE or the IRI itself is read, too.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from ctl_kg.errors import ParameterError
from ctl_kg.namespaces import Curies
from ctl_kg.publish.list_index import NOTHING, Choice, ListIndex

NONE = "none"
LONGEST_TEXT = 300
_MOST_NAMED = 50  # allowed values in an error
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Pairs = Iterable[tuple[str, str]]


class ListAddress:
    """The names that one list's values have in addresses."""

    def __init__(self, index: ListIndex, curies: Curies) -> None:
        self._index = index
        self._slugs = {
            facet: slugs_of(sorted(keys - {NOTHING}), curies) | {NOTHING: NONE}
            for facet, keys in index.keys.items()
        }
        self._read: dict[str, dict[str, str]] = {}
        for facet, slugs in self._slugs.items():
            table = {key: key for key in slugs if key != NOTHING}
            table |= {curie: key for key in table if (curie := curies.shorten(key))}
            self._read[facet] = table | {slug: key for key, slug in slugs.items()}

    def slug(self, facet: str, key: str) -> str:
        """Return what a value of a facet is called; nothing if no row has it."""
        return self._slugs[facet].get(key, "")

    def read(self, pairs: Pairs) -> Choice:
        """Return what was chosen; parameters that are no facet, ``all`` or ``q`` are passed over.

        Raises:
            ParameterError: a value is none of its facet, or the text is given twice or too long.
        """
        values: dict[str, dict[str, None]] = defaultdict(dict)
        all_of: set[str] = set()
        texts: list[str] = []
        for name, value in pairs:
            if name in self._read:
                if value:
                    values[name][self._key(name, value)] = None
            elif name == "all" and value:
                all_of.add(self._all(value))
            elif name == "q":
                texts.append(value)
        return Choice(
            {facet: tuple(values[facet]) for facet in self._read if facet in values},
            frozenset(all_of),
            _text(texts),
        )

    def write(self, choice: Choice) -> list[tuple[str, str]]:
        """Return the parameters of a choice, in one order."""
        found = [("q", choice.text)] if choice.text else []
        for facet, slugs in self._slugs.items():
            found += [(facet, slugs[key]) for key in choice.values.get(facet, ())]
        return found + [("all", facet) for facet in self._slugs if facet in choice.all_of]

    def _key(self, facet: str, value: str) -> str:
        found = self._read[facet].get(value)
        if found is not None:
            return found
        slugs = sorted(self._slugs[facet].values())
        near = difflib.get_close_matches(value[:80], slugs, n=3, cutoff=0.5)
        raise ParameterError(
            facet,
            f"'{_cut(value)}' is none of the values in this list",
            value=value,
            allowed=slugs[:_MOST_NAMED],
            hint=f"Did you mean {' or '.join(near)}?" if near else "Choose one on the page.",
            example=f"{facet}={(near or slugs)[0]}",
        )

    def _all(self, value: str) -> str:
        known = sorted(self._index.several)
        if value not in known:
            raise ParameterError(
                "all",
                f"'{_cut(value)}' is no facet with several values",
                value=value,
                allowed=known,
                hint=f"It takes: {', '.join(known)}." if known else "Leave it out.",
            )
        return value


def slugs_of(keys: Iterable[str], curies: Curies) -> dict[str, str]:
    """Return a name for each key: the last part of a CURIE, or a text, if nothing else has it.

    Otherwise the CURIE or the IRI, or the text in quotation marks.
    """
    shorts = {key: curies.shorten(key) or key for key in keys}
    names = {
        key: short if short == key else short.partition(":")[2] for key, short in shorts.items()
    }
    uses = Counter(names.values())
    found: dict[str, str] = {}
    taken = {NONE}
    for key, name in names.items():
        slug = name if uses[name] == 1 and name != NONE else shorts[key]
        while slug in taken or (slug == name and uses[name] > 1):
            slug = f'"{slug}"'
        found[key] = slug
        taken.add(slug)
    return found


def _text(texts: list[str]) -> str:
    if len(texts) > 1:
        raise ParameterError("q", "is given twice", value=texts[1], hint="Give one text.")
    text = " ".join(_CONTROL.sub(" ", texts[0]).split()) if texts else ""
    if len(text) > LONGEST_TEXT:
        raise ParameterError(
            "q",
            f"is longer than {LONGEST_TEXT} characters",
            value=text,
            hint="Write a few words.",
            allowed=[f"at most {LONGEST_TEXT} characters"],
        )
    return text


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
