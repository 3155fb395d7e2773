"""Answers written piece by piece: the same values as the writers give, within limits."""

from __future__ import annotations

import csv
import io
import socket
from typing import BinaryIO, cast
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.errors import NotAcceptableError, QueryLimitError
from ctl_kg.sparql.results import XML_FORBIDDEN, write_csv
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.streaming import serialise_solutions
from ctl_kg.sparql.terms import Solutions
from ctl_kg.web.query_process import Output

_TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ['},{"', "},{},{}", '"}},{', "a\tb", "\r\n", "\r", '"', "\\", "<result>", "]]>", " a ", ",",
     "é\u2028\U0001f600", "\\t", "a,b", "<", "<a>", "?x", "'", "\x01\x7f\u0085"]
)  # fmt: skip
_IRI = st.sampled_from(["http://e.org/a,b", "x:a", "http://e.org/è#(1)'", "urn:a:b;c?d=e&f"])
_LITERAL = st.builds(ox.Literal, _TEXT) | st.builds(
    lambda text, tag: ox.Literal(text, language=tag),
    _TEXT,
    st.sampled_from(["it", "en-gb", "zh-hant"]),
)
_TYPED = st.builds(
    lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(kind)),
    _TEXT,
    st.sampled_from(["x:type", "http://www.w3.org/2001/XMLSchema#date", "x:a,b"]),
)
_NUMBER = st.integers().map(ox.Literal) | st.booleans().map(ox.Literal)
_TERM = st.none() | st.builds(ox.NamedNode, _IRI) | _LITERAL | _TYPED | _NUMBER
_ROWS = st.lists(st.tuples(_TERM, _TERM), max_size=6)


def _answer(rows: list[tuple[object, object]]) -> tuple[ox.QuerySolutions, Solutions]:
    """Return an answer of the engine with these rows, and the same as terms."""
    lines = [" ".join("UNDEF" if term is None else str(term) for term in row) for row in rows]
    body = "".join(f"({line})" for line in lines)
    text = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {body} }} }}"
    engine = ox.Store()
    found = engine.query(text)
    assert isinstance(found, ox.QuerySolutions)
    wanted = engine.query(text)
    return found, Solutions(["a", "b"], [tuple(row) for row in wanted])  # type: ignore[arg-type]


def _written(found: ox.QuerySolutions, suffix: str, **limits: int) -> bytes:
    output = io.BytesIO()
    serialise_solutions(found, suffix, output, **limits)
    return output.getvalue()


def _read(body: bytes, kind: ox.QueryResultsFormat) -> list[tuple[object, ...]]:
    found = ox.parse_query_results(io.BytesIO(body), format=kind)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(row) for row in found]


@given(_ROWS)
def test_json_and_tsv_keep_every_value(rows: list[tuple[object, object]]) -> None:
    for suffix, kind in (("json", ox.QueryResultsFormat.JSON), ("tsv", ox.QueryResultsFormat.TSV)):
        found, wanted = _answer(rows)
        assert _read(_written(found, suffix), kind) == wanted.rows


@given(_ROWS)
def test_csv_is_what_our_writer_gives(rows: list[tuple[object, object]]) -> None:
    found, wanted = _answer(rows)
    body = _written(found, "csv")
    assert body == write_csv(wanted)
    cells = list(csv.reader(io.StringIO(body.decode(), newline="")))
    assert len(cells) == len(wanted.rows) + 1


@given(_ROWS)
def test_xml_keeps_every_value_or_is_refused(rows: list[tuple[object, object]]) -> None:
    found, wanted = _answer(rows)
    texts = [str(t.value) for row in wanted.rows for t in row if t is not None]  # type: ignore[union-attr]
    if any(XML_FORBIDDEN.search(text) for text in texts):
        with pytest.raises(NotAcceptableError) as caught:
            _written(found, "xml")
        assert "text/csv" in caught.value.offers
        return
    root = ElementTree.fromstring(_written(found, "xml"))
    names = ("uri", "literal")
    read = [n.text or "" for n in root.iter() if n.tag.rpartition("}")[2] in names]
    assert read == texts


@given(_ROWS, st.sampled_from(["json", "xml", "csv", "tsv"]))
def test_rows_are_counted_exactly(rows: list[tuple[object, object]], suffix: str) -> None:
    printable = [tuple(None if isinstance(t, ox.Literal) and not t.value.isprintable() else t
                       for t in row) for row in rows]  # fmt: skip
    found, wanted = _answer(printable)  # type: ignore[arg-type]
    if any(",{}" in str(term) for row in printable for term in row) and suffix == "json":
        return  # a value with this text counts as a row more
    assert serialise_solutions(found, suffix, io.BytesIO()) == len(wanted.rows)


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv"])
def test_large_answers_come_in_pieces_and_are_counted(suffix: str) -> None:
    text = "SELECT ?a ?b { " + "VALUES ?a { 1 2 3 4 5 6 7 8 9 10 } VALUES ?b { " + (
        " ".join(f'"{n}"@it "}},{{" "{n},\\t" UNDEF' for n in range(500))
    ) + " } }"  # fmt: skip

    class Pieces(io.BytesIO):
        count = 0

        def write(self, data: object) -> int:
            self.count += 1
            return super().write(data)  # type: ignore[arg-type]

    output = Pieces()
    found = LocalStore().evaluate(text)
    assert isinstance(found, ox.QuerySolutions)
    assert serialise_solutions(found, suffix, output, max_rows=20_000) == 20_000
    assert output.count > 3
    found = LocalStore().evaluate(text)
    with pytest.raises(QueryLimitError) as caught:
        _written(found, suffix, max_rows=19_999)  # type: ignore[arg-type]
    assert caught.value.limit == "rows"
    assert "19999" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv"])
def test_the_limit_of_bytes_is_kept(suffix: str) -> None:
    """The output keeps it, and its error comes through the engine as it is."""
    found, _ = _answer([(ox.Literal("x" * 100), None)] * 50)
    here, there = socket.socketpair()
    with here, there, pytest.raises(QueryLimitError) as caught:
        serialise_solutions(found, suffix, cast(BinaryIO, Output(here, 1000)))
    assert caught.value.limit == "bytes"
    assert caught.value.status == 504


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_answers_without_rows_or_values(suffix: str, rows: int) -> None:
    found, wanted = _answer([(None, None)] * rows)
    body = _written(found, suffix)
    if suffix == "csv":
        assert body == write_csv(wanted)
    single = LocalStore().evaluate("SELECT ?a { VALUES ?a { " + "UNDEF " * rows + "} }")
    assert isinstance(single, ox.QuerySolutions)
    assert serialise_solutions(single, suffix, io.BytesIO()) == rows


def test_a_stream_that_breaks_is_not_the_query_that_failed() -> None:
    class Gone(io.BytesIO):
        def write(self, data: object) -> int:
            raise BrokenPipeError("gone")

    found, _ = _answer([(ox.Literal("x"), None)])
    with pytest.raises(BrokenPipeError):
        serialise_solutions(found, "json", Gone())
