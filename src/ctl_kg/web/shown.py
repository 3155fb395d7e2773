"""Numbers, sizes and dates as people read them, in the language of a page."""

from __future__ import annotations

from datetime import date

from ctl_kg.languages import Messages

_UNITS = ("B", "kB", "MB", "GB")
_THOUSAND = 1000


def shown_number(number: int, language: str) -> str:
    """Return a whole number with its thousands apart.

    >>> shown_number(32314, "it"), shown_number(32314, "en")
    ('32.314', '32,314')
    """
    return f"{number:,}".replace(",", "." if language == "it" else ",")


def shown_size(size: int, language: str) -> str:
    """Return a number of bytes in powers of a thousand.

    >>> shown_size(1_530_348, "it"), shown_size(1_530_348, "en"), shown_size(841, "en")
    ('1,5 MB', '1.5 MB', '841 B')
    """
    number, unit = float(size), 0
    while number >= _THOUSAND - 0.5 and unit < len(_UNITS) - 1:
        number, unit = number / _THOUSAND, unit + 1
    text = f"{number:.1f}" if unit > 1 else f"{number:.0f}"
    return f"{text.replace('.', ',') if language == 'it' else text} {_UNITS[unit]}"


def shown_date(text: str, t: Messages) -> str:
    """Return an ISO 8601 date in words; what is no date stays as it is."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day.day} {t(f'months.{day.month}')} {day.year}"
