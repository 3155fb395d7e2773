"""How much room a text takes, and what of it fits: before any renderer has seen it.

Widths are those of the wider of the theme's two faces, rounded up; other scripts are taken as wide
as fallback faces draw them. Renderers cut at the same limit should a glyph be wider still.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_WIDTHS = {  # thousandths of the size of type → characters
    220: " ", 240: "'", 260: ".:ij·‘’ı", 280: "!,;`l|", 300: "I", 320: "()J", 360: "[]f",
    380: "rt{}ľŧ", 400: "ł", 420: '"ªº', 440: "*-”", 460: "?cz“", 480: "/Lsx", 500: "\\vyŁť",
    520: "aek", 540: "FTZgoøŦ", 560: "#$%+0123456789<=>CESY^bdhnpqu~×µþđħŋ", 580: "Xð",
    600: "KPÞ", 620: "ABGRV«»", 640: "_–", 660: "DOQU", 680: "Hď", 700: "N", 720: "&",
    780: "w…", 820: "æ", 840: "m", 860: "Mœ", 880: "Æ", 940: "WŒ", 980: "@", 1140: "—",
}  # fmt: skip
_OF = {character: width / 1000 for width, some in _WIDTHS.items() for character in some}
_OTHER, _WIDE = 0.75, 1.4
# What would turn the text around it, and what is no character of XML.
_UNWANTED = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF), None)
ELLIPSIS = "…"
_MOST = 400  # characters that are looked at: no picture shows more of one text


def clean(text: str) -> str:
    """Return a text on one line, without what no picture may hold.

    >>> clean("a\\tb\\x00\\u202ec  d")
    'a bc d'
    """
    kept = text[:_MOST].translate(_UNWANTED)
    marks = (" " if each.isspace() else each for each in kept)
    shown = "".join(m for m in marks if unicodedata.category(m) not in ("Cc", "Cs"))
    return " ".join(shown.split())


@lru_cache(maxsize=4096)
def _width_of(character: str) -> float:
    known = _OF.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" or ord(character) >= 0x1F000:
        return _WIDE
    base = unicodedata.normalize("NFD", character)[0]
    return _OF.get(base, _OTHER)


def width(text: str, size: float) -> float:
    """Return how wide a text is in a size of type, in its unit; rather too much than too little."""
    return size * sum(map(_width_of, text))


def fit(text: str, size: float, room: float) -> str:
    """Return as much of a text as has room on one line, with an ellipsis if that is not all.

    >>> fit("Fondazione Cluster", 10, 60)
    'Fondazione…'
    """
    text = clean(text)
    if width(text, size) <= room:
        return text
    left = room - width(ELLIPSIS, size)
    end = 0
    for character in text:
        left -= size * _width_of(character)
        if left < 0:
            break
        end += 1
    while end and unicodedata.combining(text[end]):
        end -= 1  # a letter goes with its accents
    return text[:end].rstrip(" ,;:–-") + ELLIPSIS


def wrap(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """Return a text on at most so many lines; what has no room gives way to an ellipsis.

    >>> wrap("Lombardy Energy Cleantech Cluster", 10, 90)
    ['Lombardy Energy', 'Cleantech Cluster']
    """
    words = clean(text).split()
    lines: list[str] = []
    while words and len(lines) < most - 1:
        line = ""
        while words and width(f"{line} {words[0]}".strip(), size) <= room:
            line = f"{line} {words.pop(0)}".strip()
        if not line:  # one word that is wider than the room
            head = fit(words[0], size, room).removesuffix(ELLIPSIS)
            line, words[0] = head, words[0][len(head) :]
            if not head or not words[0]:
                words.pop(0)
        if line:
            lines.append(line)
    if words:
        lines.append(fit(" ".join(words), size, room))
    return lines or [""]


def widest(texts: Sequence[str], size: float, *, most: float) -> float:
    """Return the room that texts need on one line each, up to a bound."""
    return min(most, max((width(clean(text), size) for text in texts), default=0.0) + 1)
