"""Choose the representation to send: by ``Accept``, and by ``Accept-Profile``.

Pure functions: no I/O, no store, no templates. What a header means is kept for the headers
that come again and again; a header is read up to a bound, whatever its length.

Source: RFC 9110 §12.4.2 (quality values) and §12.5.1 (Accept); W3C Content Negotiation by
Profile §7.2 (``Accept-Profile``) and §7.3 (``_profile``, ``_mediatype``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ctl_kg.errors import NotAcceptableError
from ctl_kg.publish.formats import DATASET_FORMATS, GENERIC_TYPES, GRAPH_FORMATS, SELECT_FORMATS
from ctl_kg.publish.profiles import Profile, find_profile

_RANGE = re.compile(r"(?:\*|[!#$%&'*+.^_`|~0-9a-z-]+)/(?:\*|[!#$%&'*+.^_`|~0-9a-z-]+)\Z")
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,})?|1(?:\.0*)?|\.[0-9]+)\Z")
_PROFILE = re.compile(r"\s*(?:<([^<>\s]*)>|\"([^\"\s]*)\"|([^\s;,<>\"]+))\s*(?:;([^,]*))?(?:,|\Z)")
_MAX_RANGES = 100
# Clients that read any RDF often name N-Quads first because it is fast to parse, and then look
# into the default graph, where a description with named graphs has nothing. So where a plain
# graph is offered too, and wanted nearly as much, it is sent (a source quality below 1). And who
# takes any text does not ask for N-Triples, an old meaning of text/plain.
_PLAIN_GRAPH = GRAPH_FORMATS[0].media_type
_SOURCE_QUALITY = {
    name: 0.85 for each in DATASET_FORMATS for name in (each.media_type, *each.aliases)
} | {"text/plain": 0.9}
# Other names of formats: a client gets them if it names them, never through a wildcard.
_OTHER_NAMES = frozenset(
    alias for each in (*GRAPH_FORMATS, *DATASET_FORMATS) for alias in each.aliases
) | frozenset(GENERIC_TYPES)
_MAIN_NAMES = frozenset(
    each.media_type for each in (*GRAPH_FORMATS, *DATASET_FORMATS, *SELECT_FORMATS)
)
_LONGEST_READ = 8_000  # characters of a header
_LONGEST_KEPT = 600


@dataclass(frozen=True)
class _Range:
    media_range: str
    quality: float
    specificity: int


def choose_media_type(accept: str, offers: Iterable[str]) -> str:
    """Return the offer that the client prefers.

    Args:
        accept: header value as received (several lines joined by commas); empty means "anything".
        offers: lower-case media types, best first. Of equal quality the type that the client
            names goes before one that a wildcard covers, then the order decides.
    Returns:
        One element of ``offers``, unchanged.
    Raises:
        NotAcceptableError: every offer has quality 0; carries ``offers`` for the 406 body.

    >>> choose_media_type("text/turtle;q=0.5, text/html", ["text/html", "text/turtle"])
    'text/html'
    """
    offered = tuple(offers)
    choose = _chosen if len(accept) <= _LONGEST_KEPT else _choose
    chosen = choose(accept, offered)
    if chosen is None:
        raise NotAcceptableError(offered)
    return chosen


def prefers_html(accept: str, others: Sequence[str] = ("application/problem+json",)) -> bool:
    """Return whether a client that accepts this would rather read a page than data.

    >>> prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    True
    >>> prefers_html("*/*")
    False
    """
    try:
        return choose_media_type(accept, [*others, "text/html"]) == "text/html"
    except NotAcceptableError:
        return False


def choose_profile(asked: str, header: str, offered: tuple[Profile, ...], base_iri: str) -> Profile:
    """Return the profile that the client prefers.

    Args:
        asked: value of ``_profile`` in the address, a token or an IRI; it goes before the header.
        header: value of ``Accept-Profile``, several lines joined; empty means "anything".
        offered: the profiles there are, the default first.
        base_iri: base of our IRIs.
    Raises:
        NotAcceptableError: none of the profiles named is offered. The address and the header
            are two ways to the same negotiation, so they fail alike; the list of profiles
            comes with the error.

    >>> from ctl_kg.publish.profiles import PROFILES
    >>> choose_profile("", "<urn:x>;q=1, <https://schema.org/>;q=0.5", PROFILES, "x:").token
    'schema'
    """
    if asked:
        found = find_profile(asked.strip("<>"), base_iri, offered)
        ranked = [(1.0, found)] if found else []
    elif not header.strip():
        return offered[0]
    else:
        ranked = [
            (quality, found)
            for name, quality in _profile_wishes(header[:_LONGEST_READ])
            if (found := offered[0] if name == "*" else find_profile(name, base_iri, offered))
            and quality > 0
        ]
    if not ranked:
        raise NotAcceptableError(
            [profile.iri(base_iri) for profile in offered],
            "none of the profiles asked for is offered here",
            hint="Profiles: " + ", ".join(profile.token for profile in offered) + ".",
        )
    return max(ranked, key=lambda pair: pair[0])[1]


def _profile_wishes(header: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for match in _PROFILE.finditer(header):
        name = match.group(1) or match.group(2) or match.group(3)
        if name and len(found) < _MAX_RANGES:
            found.append((name, _quality_of((match.group(4) or "").split(";"))))
    return found


def _quality_of(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if _QUALITY.match(value.strip()) else 0.0
    return 1.0


def _choose(accept: str, offers: tuple[str, ...]) -> str | None:
    ranges = _parse_accept(accept) or [_Range("*/*", 1.0, 0)]
    ours = _SOURCE_QUALITY if _PLAIN_GRAPH in offers else {}
    # What stands first is what a client without wishes gets, whatever else has that name.
    others = frozenset() if _MAIN_NAMES.isdisjoint(offers) else _OTHER_NAMES - {offers[0]}

    def rank(offer: str) -> tuple[float, int]:
        specificity, quality = _match(offer, ranges, others)
        return quality * ours.get(offer, 1.0), specificity  # a type that is named beats */*

    best = max(offers, key=rank)  # the first of equals wins
    return best if rank(best)[0] > 0 else None


_chosen = lru_cache(maxsize=1024)(_choose)


def _parse_accept(accept: str) -> list[_Range]:
    """Return the well-formed ranges of a header; what is malformed is left out."""
    found = []
    for item in _split(accept[:_LONGEST_READ])[:_MAX_RANGES]:
        media_range, *parameters = (part.strip().lower() for part in item.split(";"))
        if media_range == "*":
            media_range = "*/*"  # an old habit of Java's URLConnection
        if not _RANGE.match(media_range) or (media_range.startswith("*/") and media_range != "*/*"):
            continue
        # A range for a variant that we do not make (text/html;level=1) is met by the plain type,
        # if nothing is said about that.
        named = any(
            each.partition("=")[0].strip() not in ("q", "charset", "") for each in parameters
        )
        quality = _quality_of(parameters)
        specificity = (
            0 if media_range == "*/*" else 1 if media_range.endswith("/*") else 2 + (not named)
        )
        found.append(_Range(media_range, quality, specificity))
    return found


def _split(header: str) -> list[str]:
    """Split at commas outside quoted strings; empty elements are dropped."""
    items = re.findall(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', header)
    return [item for item in items if item.strip()]


def _match(offer: str, ranges: list[_Range], others: frozenset[str]) -> tuple[int, float]:
    """Return specificity and quality of the most specific range that an offer meets."""
    kind = offer.partition("/")[0]
    names = (offer,) if offer in others else (offer, f"{kind}/*", "*/*")
    matching = [(each.specificity, each.quality) for each in ranges if each.media_range in names]
    return max(matching, default=(0, 0.0))
