"""Choose the representation to send from an ``Accept`` header.

Pure functions: no I/O, no store, no templates.
Source: RFC 9110 §12.4.2 (quality values) and §12.5.1 (Accept).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctl_kg.errors import NotAcceptableError

_RANGE = re.compile(r"(?:\*|[!#$%&'*+.^_`|~0-9a-z-]+)/(?:\*|[!#$%&'*+.^_`|~0-9a-z-]+)\Z")
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,})?|1(?:\.0*)?|\.[0-9]+)\Z")
_MAX_RANGES = 100


@dataclass(frozen=True)
class _Range:
    media_range: str
    quality: float
    specificity: int


def choose_media_type(accept: str, offers: Iterable[str]) -> str:
    """Return the offer that the client prefers.

    Args:
        accept: header value as received (several lines joined by commas); empty means "anything".
        offers: lower-case media types, best first; the order breaks ties.
    Returns:
        One element of ``offers``, unchanged.
    Raises:
        NotAcceptableError: every offer has quality 0; carries ``offers`` for the 406 body.

    >>> choose_media_type("text/turtle;q=0.5, text/html", ["text/html", "text/turtle"])
    'text/html'
    """
    offers = list(offers)
    ranges = _parse_accept(accept) or [_Range("*/*", 1.0, 0)]
    quality = {offer: _quality(offer, ranges) for offer in offers}
    best = max(offers, key=quality.__getitem__)  # the first of equals wins
    if quality[best] == 0:
        raise NotAcceptableError(offers)
    return best


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


def _parse_accept(accept: str) -> list[_Range]:
    """Return the well-formed ranges of a header; what is malformed is left out."""
    found = []
    for item in _split(accept)[:_MAX_RANGES]:
        media_range, *parameters = (part.strip().lower() for part in item.split(";"))
        if media_range == "*":
            media_range = "*/*"  # an old habit of Java's URLConnection
        if not _RANGE.match(media_range) or (media_range.startswith("*/") and media_range != "*/*"):
            continue
        quality, named = 1.0, 0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = float(value) if _QUALITY.match(value.strip()) else 0.0
            elif name.strip():
                named = 1
        specificity = 0 if media_range == "*/*" else 1 if media_range.endswith("/*") else 2 + named
        found.append(_Range(media_range, quality, specificity))
    return found


def _split(header: str) -> list[str]:
    """Split at commas outside quoted strings; empty elements are dropped."""
    items = re.findall(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', header)
    return [item for item in items if item.strip()]


def _quality(offer: str, ranges: list[_Range]) -> float:
    kind = offer.partition("/")[0]
    matching = [
        (each.specificity, each.quality)
        for each in ranges
        if each.media_range in (offer, f"{kind}/*", "*/*")
    ]
    return max(matching)[1] if matching else 0.0
