"""Tables as CSV: exact for programs, and as Italian spreadsheets read them.

The exact files hold every character of a value: an apostrophe before a formula would be part of
the text when it is read back. Whoever opens a file in a spreadsheet takes the Italian variant or
the workbook, where no text is run as a formula.

Source: RFC 4180; OWASP, CSV injection.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence

from ctl_kg.publish.tables import safe_cell

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")


def exact_csv(header: Sequence[str], records: Iterable[Sequence[str]]) -> bytes:
    """Return records as CSV in UTF-8: commas, CRLF, quotes where they are needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(records)
    return out.getvalue().encode()


def italian_csv(
    header: Sequence[str], records: Iterable[Sequence[str]], *, numbers: Sequence[bool]
) -> bytes:
    """Return records as an Italian Excel opens them: byte order mark, semicolons, decimal comma.

    Args:
        header: titles of the columns.
        records: texts of the cells.
        numbers: which columns hold numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for record in records:
        writer.writerow([
            text.replace(".", ",") if is_number and _NUMBER.match(text) else safe_cell(text)
            for text, is_number in zip(record, numbers, strict=True)
        ])  # fmt: skip
    return codecs.BOM_UTF8 + out.getvalue().encode()
