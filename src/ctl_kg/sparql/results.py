"""Write the answers of SELECT and ASK: JSON, XML, CSV, TSV, and a table for terminals.

Every writer keeps values exactly as the store gives them. Two things are this module's own,
because the engine's writers get them wrong: CSV quotes every cell that needs it (IRIs with
commas too), and XML keeps carriage returns and refuses characters that XML 1.0 forbids.
Not here: graphs, the answers of CONSTRUCT and DESCRIBE (``publish/formats``); writing large
answers piece by piece (``streaming``).

Source: SPARQL 1.1 Query Results JSON Format; … XML Format; … CSV and TSV Formats.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from ctl_kg.errors import NotAcceptableError
from ctl_kg.namespaces import Curies
from ctl_kg.sparql.terms import (
    RDF_LANG_STRING,
    XSD_STRING,
    Solutions,
    Term,
    text_of,
)

JSON_TYPE = "application/sparql-results+json"
XML_TYPE = "application/sparql-results+xml"
CSV_TYPE = "text/csv"
TSV_TYPE = "text/tab-separated-values"

# XML 1.0 §2.2: what a document may not hold, even escaped.
XML_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_json(result: Solutions | bool) -> bytes:
    """Return the answer in SPARQL results JSON."""
    document: dict[str, object]
    if isinstance(result, bool):
        document = {"head": {}, "boolean": result}
    else:
        bindings = [
            {
                name: _json_term(term)
                for name, term in zip(result.variables, row, strict=True)
                if term is not None
            }
            for row in result.rows
        ]
        document = {"head": {"vars": result.variables}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse_json(body: bytes) -> Solutions | bool:
    """Return an answer in SPARQL results JSON as terms."""
    found = parse_query_results(io.BytesIO(body), format=QueryResultsFormat.JSON)
    if isinstance(found, QueryBoolean):
        return bool(found)
    return Solutions([v.value for v in found.variables], [tuple(row) for row in found])


def _json_term(term: Term) -> dict[str, object]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        parts = ("subject", term.subject), ("predicate", term.predicate), ("object", term.object)
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts}}
    found: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != XSD_STRING:
        found["datatype"] = term.datatype.value
    return found


def write_xml(result: Solutions | bool) -> bytes:
    """Return the answer in SPARQL results XML.

    Raises:
        NotAcceptableError: a value holds a character that no XML document can carry.
    """
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    out.append('<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n')
    if isinstance(result, bool):
        out.append(f"<head/>\n<boolean>{str(result).lower()}</boolean>\n</sparql>\n")
        return "".join(out).encode()
    names = "".join(f"<variable name={quoteattr(name)}/>" for name in result.variables)
    out.append(f"<head>{names}</head>\n<results>\n")
    for row in result.rows:
        out.append("<result>")
        for name, term in zip(result.variables, row, strict=True):
            if term is not None:
                out.append(f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>")
        out.append("</result>\n")
    out.append("</results>\n</sparql>\n")
    text = "".join(out)
    refuse_forbidden_xml(text, [JSON_TYPE, CSV_TYPE, TSV_TYPE])
    return text.encode()


def refuse_forbidden_xml(text: str, others: list[str]) -> None:
    """Raise NotAcceptableError if a text holds a character that XML 1.0 forbids."""
    if XML_FORBIDDEN.search(text):
        error = NotAcceptableError(others)
        error.hint = (
            "A value holds a control character that XML cannot carry: ask for another type."
        )
        raise error


def _xml_text(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _xml_term(term: Term) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    if isinstance(term, Triple):
        parts = ("subject", term.subject), ("predicate", term.predicate), ("object", term.object)
        inner = "".join(f"<{name}>{_xml_term(part)}</{name}>" for name, part in parts)
        return f"<triple>{inner}</triple>"
    note = ""
    if term.language:
        note = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype.value not in (XSD_STRING, RDF_LANG_STRING):
        note = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{note}>{_xml_text(term.value)}</literal>"


def write_csv(result: Solutions | bool) -> bytes:
    """Return the answer as CSV: a header row, values without type or language, CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if isinstance(result, bool):
        writer.writerows([["boolean"], [str(result).lower()]])
        return out.getvalue().encode()
    writer.writerow(result.variables)
    for row in result.rows:
        cells = [text_of(term) for term in row]
        if cells == [""]:
            out.write("\r\n")  # one unbound cell is an empty line, not a quoted empty string
        else:
            writer.writerow(cells)
    return out.getvalue().encode()


def write_tsv(result: Solutions | bool) -> bytes:
    """Return the answer as TSV: terms in Turtle syntax, so that types and languages stay."""
    if isinstance(result, bool):
        return f"?boolean\n{str(result).lower()}\n".encode()
    lines = ["\t".join("?" + name for name in result.variables)]
    lines += ["\t".join(_tsv_term(term) for term in row) for row in result.rows]
    return ("\n".join(lines) + "\n").encode()


def _tsv_term(term: Term | None) -> str:
    if term is None:
        return ""
    # N-Triples syntax escapes line ends and quotes; a raw tab would end the cell.
    return str(term).replace("\t", "\\t") if isinstance(term, Literal) else str(term)


def width(text: str) -> int:
    """Return the columns that a text takes on a terminal.

    >>> width("città"), width("東京")
    (5, 4)
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def write_table(
    result: Solutions | bool,
    *,
    curies: Curies,
    titles: list[str] | None = None,
    max_width: int | None = None,
) -> str:
    """Return the answer as an aligned table for people; IRIs are shortened to CURIEs.

    Args:
        result: the answer.
        curies: the prefix table.
        titles: what to call the columns; the default is the variables.
        max_width: cut cells so that the table is not wider, in terminal columns; None never cuts.
    """
    if isinstance(result, bool):
        return "true\n" if result else "false\n"
    header = titles or result.variables
    rows = [[_table_cell(term, curies) for term in row] for row in result.rows]
    widths = [
        max([width(title), *(width(row[i]) for row in rows)]) for i, title in enumerate(header)
    ]
    if max_width is not None:
        widths = _shrink(widths, max_width - 2 * (len(widths) - 1))
    numeric = [
        bool(result.rows) and all(_is_number(row[i]) for row in result.rows)
        for i in range(len(header))
    ]

    def line(cells: list[str]) -> str:
        shown = [
            _pad(_cut(cell, widths[i]), widths[i], right=numeric[i]) for i, cell in enumerate(cells)
        ]
        return "  ".join(shown).rstrip()

    rule = "  ".join("─" * size for size in widths)
    return "\n".join([line(list(header)), rule, *(line(row) for row in rows)]) + "\n"


def _table_cell(term: Term | None, curies: Curies) -> str:
    text = text_of(term)
    if isinstance(term, NamedNode):
        return curies.shorten(text) or text
    # A control character from data could drive the terminal: show it as a dot.
    return "".join(
        " " if c in "\t\r\n" else "·" if unicodedata.category(c) == "Cc" else c for c in text
    )


def _is_number(term: Term | None) -> bool:
    if term is None:
        return True
    kinds = ("integer", "decimal", "double", "float", "nonNegativeInteger", "int", "long")
    return isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in kinds


def _shrink(widths: list[int], room: int) -> list[int]:
    """Take columns from the widest until all fit (never below 8)."""
    widths = list(widths)
    while sum(widths) > room and max(widths, default=0) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cut(text: str, size: int) -> str:
    if width(text) <= size:
        return text
    while text and width(text) > size - 1:
        text = text[:-1]
    return text + "…"


def _pad(text: str, size: int, *, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space


WRITERS: dict[str, Callable[[Solutions | bool], bytes]] = {
    "json": write_json,
    "xml": write_xml,
    "csv": write_csv,
    "tsv": write_tsv,
}
