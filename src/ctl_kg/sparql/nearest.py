"""Find the existing term or value that a wrong one was most likely meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from ctl_kg.sparql.terms import Term

_MOST = 3


def split_iri(iri: str) -> tuple[str, str]:
    """Return namespace and local name.

    >>> split_iri("http://e.org/a#b")
    ('http://e.org/a#', 'b')
    """
    end = max(iri.rstrip("/").rfind(mark) for mark in "#/:") + 1
    return iri[:end], iri[end:]


def variants(iri: str) -> list[str]:
    """Return what an IRI may be a slip for: the other scheme, the last slash, ``#`` for ``/``."""
    schemes = [iri]
    if iri.startswith("http://"):
        schemes.append("https://" + iri[7:])
    elif iri.startswith("https://"):
        schemes.append("http://" + iri[8:])
    found = []
    for each in schemes:
        ends = [each, each.rstrip("/") if each.endswith("/") else each + "/"]
        namespace, local = split_iri(each)
        if namespace and namespace[-1] in "#/":
            ends.append(namespace[:-1] + ("/" if namespace[-1] == "#" else "#") + local)
        found += ends
    return found[1:]


def nearest_iris(iri: str, candidates: Iterable[str]) -> list[str]:
    """Return up to three candidates: but for case the same, with a like name, or elsewhere."""
    others = sorted({each for each in candidates if each != iri})
    slips = [each for each in variants(iri) if each in others]
    slips += [each for each in others if each.lower() == iri.lower()]
    namespace, local = split_iri(iri)
    here = {split_iri(each)[1]: each for each in others if split_iri(each)[0] == namespace}
    close = difflib.get_close_matches(local, here, n=_MOST, cutoff=0.6) if local else []
    elsewhere = [each for each in others if local and split_iri(each)[1].lower() == local.lower()]
    whole = difflib.get_close_matches(iri, others, n=1, cutoff=0.85)
    return list(dict.fromkeys([*slips, *(here[name] for name in close), *elsewhere, *whole]))[
        :_MOST
    ]


def nearest_values(wanted: Term | None, text: str, values: Sequence[Term]) -> list[Term]:
    """Return up to three values: the same text with another tag, case or type, then like texts.

    Args:
        wanted: the term that does not occur, if it is known.
        text: its text.
        values: those that do.
    """
    texts: dict[str, list[Term]] = {}
    for value in values:
        if isinstance(value, ox.Literal) and value != wanted:
            texts.setdefault(value.value, []).append(value)
    exact = texts.get(text, [])
    folded = [v for t, found in texts.items() if t.casefold() == text.casefold() for v in found]
    stripped = [v for t, found in texts.items() if t.split() == text.split() for v in found]
    names = sorted(texts)
    close = difflib.get_close_matches(text, names, n=_MOST, cutoff=0.6)
    holding = [t for t in names if text and text.casefold() in t.casefold()]
    like = [v for t in (*close, *holding[:_MOST]) for v in texts[t]]
    found = dict.fromkeys([*exact, *folded, *stripped, *like])
    return _first(list(found))


def _first(values: Sequence[Term]) -> list[Term]:
    """Return the first three, each text at most twice."""
    seen: dict[str, int] = {}
    kept = []
    for value in values:
        text = value.value if isinstance(value, ox.Literal) else str(value)
        seen[text] = seen.get(text, 0) + 1
        if seen[text] <= 2:
            kept.append(value)
    return kept[:_MOST]
