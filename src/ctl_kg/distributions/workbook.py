"""A table as a workbook: the rows, and beside them what each column means.

Every text is written as text: a spreadsheet runs none as a formula and drops no leading zero.
Whole numbers and truth values are such. A text too long for a cell ends with a mark of omission.

Source: ECMA-376 part 1 §18.3.1.4 (cells).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from ctl_kg.publish.tables import Binding, fitting, plain_value, write_cell


def workbook(
    title: str,
    header: Sequence[str],
    kinds: Sequence[str],
    records: Iterable[Sequence[str]],
    dictionary: Sequence[Sequence[str]],
    released: str,
) -> bytes:
    """Return a workbook; the same rows give the same bytes.

    Args:
        title: what the table is.
        header: names of the columns.
        kinds: ``integer``, ``boolean`` or another type of each column.
        records: texts of the cells.
        dictionary: header and rows of the second sheet.
        released: date of the release; the workbook says it was made then.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(out, options)
    created = datetime.fromisoformat(released)
    book.set_properties({"title": title, "author": "ctl-kg", "created": created})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("data")
    for index, name in enumerate(header):
        sheet.write_string(0, index, name, bold)
    sheet.set_column(0, len(header) - 1, 32)
    for number, record in enumerate(records, 1):
        for index, (kind, text) in enumerate(zip(kinds, record, strict=True)):
            write_cell(sheet, number, index, plain_value(kind, Binding("literal", text)))
    sheet.freeze_panes(1, 1)
    about = book.add_worksheet("dictionary")
    for number, record in enumerate(dictionary):
        for index, text in enumerate(record):
            about.write_string(number, index, fitting(text), bold if number == 0 else None)
    about.set_column(0, 10, 24)
    book.close()
    return out.getvalue()
