"""Result formats, from the W3C recommendations, with values that break careless writers."""

import csv
import io
import json
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.errors import NotAcceptableError
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.sparql.results import (
    write_csv,
    write_json,
    write_table,
    write_tsv,
    write_xml,
)
from ctl_kg.sparql.terms import Solutions

XSD = "http://www.w3.org/2001/XMLSchema#"
ROWS: list[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | None, ...]] = [
    (ox.NamedNode("http://e.org/a,b"), ox.Literal('say "hi",\r\nthen\tgo', language="it")),
    (ox.BlankNode("b0"), ox.Literal("2", datatype=ox.NamedNode(XSD + "integer"))),
    (None, ox.Literal("")),
    (ox.NamedNode("http://e.org/è"), None),
]
RESULT = Solutions(["s", "o"], list(ROWS))
CURIES = Curies(prefixes())
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def _read_back(body: bytes, kind: ox.QueryResultsFormat) -> Solutions:
    found = ox.parse_query_results(io.BytesIO(body), format=kind)
    assert isinstance(found, ox.QuerySolutions)
    return Solutions([v.value for v in found.variables], [tuple(row) for row in found])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (write_json(RESULT), ox.QueryResultsFormat.JSON),
        (write_xml(RESULT), ox.QueryResultsFormat.XML),
        (write_tsv(RESULT), ox.QueryResultsFormat.TSV),
    ],
)
def test_terms_survive(body: bytes, kind: ox.QueryResultsFormat) -> None:
    found = _read_back(body, kind)
    assert found.variables == RESULT.variables
    without_blank = [row for row in RESULT.rows if not isinstance(row[0], ox.BlankNode)]
    assert [row for row in found.rows if not isinstance(row[0], ox.BlankNode)] == without_blank


def test_xml_is_well_formed_and_keeps_carriage_returns() -> None:
    root = ElementTree.fromstring(write_xml(RESULT))
    texts = [node.text for node in root.iter("{http://www.w3.org/2005/sparql-results#}literal")]
    assert texts[0] == 'say "hi",\r\nthen\tgo'


def test_xml_refuses_what_it_cannot_carry() -> None:
    with pytest.raises(NotAcceptableError) as caught:
        write_xml(Solutions(["x"], [(ox.Literal("a\x01"),)]))
    assert "text/csv" in caught.value.offers


def test_csv_quotes_every_cell_that_needs_it() -> None:
    body = write_csv(RESULT).decode()
    assert body.startswith("s,o\r\n")
    assert '"http://e.org/a,b"' in body
    assert list(csv.reader(io.StringIO(body, newline=""))) == [
        ["s", "o"],
        ["http://e.org/a,b", 'say "hi",\r\nthen\tgo'],
        ["_:b0", "2"],
        ["", ""],
        ["http://e.org/è", ""],
    ]


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=5))
def test_csv_values_are_never_altered(rows: list[tuple[str, str]]) -> None:
    result = Solutions(["a", "b"], [(ox.Literal(a), ox.Literal(b)) for a, b in rows])
    read = list(csv.reader(io.StringIO(write_csv(result).decode(), newline="")))
    assert read[1:] == [[cell.value for cell in row] for row in result.rows]  # type: ignore[union-attr]


def test_tsv_keeps_one_row_on_one_line() -> None:
    lines = write_tsv(RESULT).decode().split("\n")
    assert lines[0] == "?s\t?o"
    assert len(lines) == len(RESULT.rows) + 2
    assert lines[1] == '<http://e.org/a,b>\t"say \\"hi\\",\\r\\nthen\\tgo"@it'


def test_booleans() -> None:
    assert json.loads(write_json(True)) == {"head": {}, "boolean": True}
    assert b"<boolean>false</boolean>" in write_xml(False)
    assert write_csv(True) == b"boolean\r\ntrue\r\n"


def test_empty_results_are_valid() -> None:
    empty = Solutions(["a"], [])
    assert json.loads(write_json(empty))["results"] == {"bindings": []}
    ElementTree.fromstring(write_xml(empty))
    assert write_csv(empty) == b"a\r\n"
    assert write_tsv(empty) == b"?a\n"


def test_table_is_aligned_also_with_wide_characters() -> None:
    cluster = ox.NamedNode("https://w3id.org/ctl-kg/data/cluster/afil")
    number = ox.Literal("7", datatype=ox.NamedNode(XSD + "integer"))
    table = write_table(
        Solutions(["c", "name", "n"], [(cluster, ox.Literal("東京\x1b[31m"), number),
                                       (cluster, ox.Literal("città"), None)]),
        curies=CURIES,
    )  # fmt: skip
    assert table.splitlines() == [
        "c             name       n",
        "────────────  ─────────  ─",
        "cluster:afil  東京·[31m  7",
        "cluster:afil  città",
    ]


def test_table_fits_a_width() -> None:
    table = write_table(
        Solutions(["a", "b"], [(ox.Literal("x" * 50), ox.Literal("y" * 5))]),
        curies=CURIES, max_width=30,
    )  # fmt: skip
    assert all(len(line) <= 30 for line in table.splitlines())
    assert "…" in table
