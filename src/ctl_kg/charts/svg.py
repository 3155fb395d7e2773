"""The last touches to a picture as SVG: its name and description, and the type that it is set in.

An SVG in a page may load nothing, not even a font, so the glyphs that it uses are put into it.
Runs in the process that draws. Source: SVG 2 §5.8 (title, desc), WOFF 2.0, SVG-AAM.
"""

from __future__ import annotations

import base64
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

FAMILY = "Titillium Web"
_FILES = {"400": "titillium-web-regular.ttf", "700": "titillium-web-700.ttf"}
_WEIGHTS = {"normal": "400", "bold": "700"}
_OPENING = re.compile(r"<svg\b[^>]*>")


def finished(svg: str, title: str, description: str, language: str, fonts: Path) -> str:
    """Return a picture with title, description and fonts.

    Args:
        svg: as the renderer wrote it.
        title: what the picture is called.
        description: what it shows.
        language: of both.
        fonts: folder of the TrueType files; what is not there is not put in.
    """
    opening = _OPENING.match(svg)
    if opening is None:
        raise ValueError("the renderer wrote no SVG")
    root = opening[0].replace("<svg", f'<svg role="img" xml:lang={quoteattr(language)}', 1)
    named = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    faces = "".join(
        _face(weight, "".join(sorted(characters)), fonts)
        for weight, characters in sorted(_characters(svg).items())
    )
    style = f"<style>{faces}</style>" if faces else ""
    return root + named + style + svg[opening.end() :]


def _characters(svg: str) -> Mapping[str, set[str]]:
    """Return the characters that each weight of the family sets."""
    found: dict[str, set[str]] = defaultdict(set)
    for element in ElementTree.fromstring(svg).iter():
        if FAMILY in element.get("font-family", ""):
            weight = element.get("font-weight", "400")
            found[_WEIGHTS.get(weight, weight)].update("".join(element.itertext()))
    return found


@lru_cache(maxsize=128)
def _face(weight: str, characters: str, fonts: Path) -> str:
    """Return the rule of a face with the glyphs of some characters; "" if there is no file."""
    path = fonts / _FILES.get(weight, "")
    if weight not in _FILES or not path.is_file():
        return ""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["kern"], hinting=False, notdef_outline=True)
    with TTFont(path, recalcTimestamp=False) as font:  # the same glyphs are the same bytes
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.flavor = "woff2"
        written = io.BytesIO()
        font.save(written, reorderTables=False)
    data = base64.b64encode(written.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};'
        f'src:url("data:font/woff2;base64,{data}")}}'
    )
