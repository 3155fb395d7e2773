"""One look for all pictures: type, colours, shapes, dashes, and how numbers and months are written.

Colours are those of Bootstrap Italia, or lie between them; each has a contrast of at least 3:1
with white, inks of at least 4.5:1 (WCAG 2.1 §1.4.3, §1.4.11). Colour never stands alone: a series
has a shape as well, and what is uncertain is dashed.
"""

from __future__ import annotations

from typing import Any

FONT = "Titillium Web, Arial, sans-serif"
BOLD = 700  # the two faces that renderers find under one family name are this and regular
INK = "#17324d"
SOFT = "#455b71"
LINE = "#c5cdd4"
FAINT = "#e8ecf0"
PAPER = "#ffffff"
BLUE = "#0066cc"
LINK = "#0059b3"
AMBER = "#7a4a00"
GREY = "#768594"

# Series, in order: also for people who do not tell red from green, or see no colour (shapes).
SERIES = (BLUE, "#b35900", "#008055", "#b82e8a", INK, "#8a8f94")
ON_SERIES = (PAPER, PAPER, PAPER, PAPER, PAPER, "#000000")  # ink that can be read on each
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
# Steps of a quantity, from little to much, and the ink that can be read on each.
STEPS = (
    ("#d6e6f7", INK),
    ("#9cc4ec", INK),
    ("#4c94db", "#000000"),
    ("#0059b3", PAPER),
    ("#00305e", PAPER),
)
DASH = (5, 3)  # of what is not certain

WIDE, NARROW = 1200, 360  # of pictures, in CSS pixels
SIZE, SMALL = 15, 13  # of type
NARROW_SIZE, NARROW_SMALL = 13, 12

_LOCALES: dict[str, dict[str, Any]] = {
    "it": {
        "number": {
            "decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " €"],
            "minus": "-",
        },
        "time": {
            "dateTime": "%A %e %B %Y, %X", "date": "%d/%m/%Y", "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": ["domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"],
            "shortDays": ["dom", "lun", "mar", "mer", "gio", "ven", "sab"],
            "months": ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio",
                       "agosto", "settembre", "ottobre", "novembre", "dicembre"],
            "shortMonths": ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott",
                            "nov", "dic"],
        },
    },
    "en": {
        "number": {
            "decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""],
            "minus": "-",
        },
        "time": {
            "dateTime": "%A %e %B %Y, %X", "date": "%d/%m/%Y", "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
            "shortDays": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
            "months": ["January", "February", "March", "April", "May", "June", "July", "August",
                       "September", "October", "November", "December"],
            "shortMonths": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
                            "Nov", "Dec"],
        },
    },
}  # fmt: skip


def config(language: str, *, narrow: bool = False) -> dict[str, Any]:
    """Return Vega's configuration for a language; another than ours is written as English."""
    size = NARROW_SMALL if narrow else SMALL
    return {
        "background": PAPER,
        "locale": _LOCALES.get(language, _LOCALES["en"]),
        "axis": {
            "labelFont": FONT, "labelFontSize": size, "labelColor": SOFT, "labelOverlap": "greedy",
            "titleFont": FONT, "titleFontSize": size, "titleColor": SOFT, "titleFontWeight": BOLD,
            "domainColor": GREY, "tickColor": LINE, "gridColor": FAINT, "tickSize": 4,
        },
        "text": {"font": FONT, "fontSize": SIZE, "fill": INK},
    }  # fmt: skip
