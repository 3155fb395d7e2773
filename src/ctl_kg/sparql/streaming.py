"""Write the answer of a SELECT piece by piece, within limits, without an object per value.

The engine writes; what it gets wrong is mended in the bytes as they pass. Its JSON and TSV are
right. Its XML keeps carriage returns raw, which readers drop, and lets characters pass that XML
1.0 forbids. Its CSV does not quote IRIs with commas, so CSV is made from its TSV, whose cells
cannot be mistaken.

Source: SPARQL 1.1 Query Results JSON Format; … XML Format; … CSV and TSV Formats.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Protocol, cast

import pyoxigraph as ox

from ctl_kg.errors import NotAcceptableError, QueryLimitError
from ctl_kg.sparql.results import CSV_TYPE, JSON_TYPE, TSV_TYPE
from ctl_kg.sparql.store import failed

_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))  # what XML 1.0 forbids, in one byte
_NEXT_ROW = re.compile(rb',\{(?:\}|"(?![,}]))').findall
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def serialise_solutions(
    found: ox.QuerySolutions,
    suffix: str,
    output: BinaryIO,
    *,
    max_rows: int | None = None,
) -> int:
    """Write an answer as ``json``, ``xml``, ``csv`` or ``tsv`` to a stream.

    Args:
        found: the answer, not yet looked at; it is computed while it is written.
        suffix: which format.
        output: takes the pieces.
        max_rows: most rows; None sets no limit.
    Returns:
        The number of rows.
    Raises:
        QueryLimitError: the answer has more rows; what was written is a part of it.
        NotAcceptableError: a value holds a character that XML cannot carry.
        QuerySyntaxError: the query calls a function that there is not.
        StoreError: the engine failed.
    """
    limits = _Limits(output, max_rows)
    pipe: _Pipe
    engine_format = ox.QueryResultsFormat.TSV
    if suffix == "csv":
        pipe = _CsvPipe(limits)
    elif suffix == "tsv":
        pipe = _TsvPipe(limits)
    elif suffix == "xml":
        pipe, engine_format = _XmlPipe(limits), ox.QueryResultsFormat.XML
    else:
        pipe, engine_format = _JsonPipe(limits), ox.QueryResultsFormat.JSON
    try:
        found.serialize(cast(BinaryIO, pipe), format=engine_format)
    except (OSError, RuntimeError, ValueError) as error:
        if pipe.broken:  # it is the output that failed
            raise
        raise failed(error) from error
    return limits.rows


class _Pipe(Protocol):
    """What the engine writes to."""

    broken: bool

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...


def too_many(most: int) -> QueryLimitError:
    """Return the error of an answer with more than ``most`` rows or triples."""
    return QueryLimitError(
        f"the answer has more than {most} rows or triples",
        limit="rows",
        hint="Add LIMIT and OFFSET, filter, or download the whole dataset.",
    )


class _Limits:
    """Counts rows on their way to the output."""

    def __init__(self, output: BinaryIO, max_rows: int | None) -> None:
        self.write = output.write
        self._max_rows = max_rows
        self.rows = 0

    def count(self, rows: int) -> None:
        self.rows += rows
        if self._max_rows is not None and self.rows > self._max_rows:
            raise too_many(self._max_rows)


class _TsvPipe:
    """Each line is a row: line ends in values are escaped."""

    def __init__(self, limits: _Limits) -> None:
        self._limits = limits
        self._head = 1
        self.broken = False

    def write(self, data: bytes) -> int:
        self.broken = True
        self._take(data)
        self.broken = False
        return len(data)

    def _take(self, data: bytes) -> None:
        rows = data.count(b"\n")
        if rows:
            self._limits.count(rows - self._head)
            self._head = 0
        self._pass(data)

    def _pass(self, data: bytes) -> None:
        self._limits.write(data)

    def flush(self) -> None:
        """Nothing is held back that could go."""


class _JsonPipe(_TsvPipe):
    """Rows are separated by ``,{``; quotes within values are escaped, so ``,{"`` is one.

    Unless the quotation mark ends a value: then ``}`` or ``,`` follows. A row without values is
    ``{}``; a value that holds ``,{}`` counts as one more, which only tightens the limit.
    """

    _kept = 16  # longer than any of the marks

    def __init__(self, limits: _Limits) -> None:
        super().__init__(limits)
        self._before = b""

    def _rows(self, data: bytes) -> int:
        return len(_NEXT_ROW(data)) + (b'"bindings":[{' in data)

    def _take(self, data: bytes) -> None:
        before = self._before
        joined = before + data if before else data
        self._limits.count(self._rows(joined) - (self._rows(before) if before else 0))
        self._pass(data)
        self._before = joined[-self._kept :]


class _XmlPipe(_JsonPipe):
    """Writes carriage returns as references, and refuses what XML forbids."""

    def _rows(self, data: bytes) -> int:
        return data.count(b"<result>")

    def _pass(self, data: bytes) -> None:
        joined = self._before[-2:] + data  # a character may be cut between two pieces
        if (
            len(data.translate(None, _CONTROLS)) != len(data)
            or b"\xef\xbf\xbe" in joined
            or b"\xef\xbf\xbf" in joined
        ):
            error = NotAcceptableError([JSON_TYPE, CSV_TYPE, TSV_TYPE])
            error.hint = (
                "A value holds a control character that XML cannot carry: ask for another type."
            )
            raise error
        self._limits.write(data.replace(b"\r", b"&#13;"))


class _CsvPipe(_TsvPipe):
    """Turns TSV into CSV, whole lines at a time."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__(limits)
        self._open = b""
        self._has_header = True

    def _pass(self, data: bytes) -> None:
        end = data.rfind(b"\n") + 1
        if end == 0:
            self._open += data
            return
        lines = (self._open + data[:end]).decode()
        self._open = data[end:]
        if self._has_header:
            self._has_header = False
            header, _, lines = lines.partition("\n")
            self._limits.write(header[1:].replace("\t?", ",").encode() + b"\r\n")
        if lines:
            self._limits.write(csv_of_tsv(lines).encode())


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def csv_of_tsv(lines: str) -> str:
    """Return rows of SPARQL results TSV as rows of CSV.

    >>> csv_of_tsv('<x:a,b>\\t"c"@it\\t\\t1.5\\n')
    '"x:a,b",c,,1.5\\r\\n'
    """
    # A lone surrogate stands in no text, so it can mark the end of a row among the cells.
    cells = lines.replace("\n", "\t\udfff\t").split("\t")
    found = [
        (cell[1:-1] if cell[0] == "<" and "," not in cell and cell[1] != "<" else _csv_cell(cell))
        if cell
        else cell
        for cell in cells[:-1]
    ]
    return ",".join(found).replace(",\udfff,", "\r\n").removesuffix(",\udfff") + "\r\n"


def _csv_cell(cell: str) -> str:
    if cell[0] == '"':
        text = cell[1 : cell.rindex('"')]
        if "\\" in text:
            text = _ESCAPE.sub(_unescape, text)
            if any(mark in text for mark in '"\r\n'):
                return '"' + text.replace('"', '""') + '"'
    elif cell[0] == "<" and cell[1] != "<":
        text = cell[1:-1]
    else:
        text = cell.replace('"', '""')
        return f'"{text}"' if len(text) > len(cell) or "," in text else text
    return f'"{text}"' if "," in text else text


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])
