"""Rows as CSV, TSV and XLSX: exact for programs, harmless in a spreadsheet, the same each time."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from ctl_kg.publish.row_documents import (
    Piece,
    geo_json_document,
    json_ld_document,
    plain_rows,
    write_json,
)
from ctl_kg.publish.tables import (
    Binding,
    geometry_of_wkt,
    plain_value,
    safe_cell,
    term_of,
    write_csv,
    write_exact_tsv,
    write_xlsx,
)
from ctl_kg.sparql.query_model import Column, QueryFile

openpyxl = pytest.importorskip("openpyxl")
XSD = "http://www.w3.org/2001/XMLSchema#"
BOTH = {"it": "x", "en": "x"}
HOSTILE = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")')


def column(name: str, kind: str) -> Column:
    return Column(name, kind, BOTH, BOTH)


def text(value: str, language: str | None = None) -> Binding:
    return Binding("literal", value, language=language)


def number(value: str, kind: str = "integer") -> Binding:
    return Binding("literal", value, XSD + kind)


def iri(value: str) -> Binding:
    return Binding("uri", value)


COLUMNS = (column("name", "string"), column("n", "integer"), column("who", "iri"))
ROWS = [
    {"name": text("Città, «A»"), "n": number("-5"), "who": iri("x:a")},
    {"n": number("7")},
]


def query(columns: tuple[Column, ...] = COLUMNS) -> QueryFile:
    return QueryFile("q", BOTH, BOTH, BOTH, "CQ", "quality", "table", (), columns, "SELECT", "")


def piece(rows: list[dict[str, Binding]], columns: tuple[Column, ...] = COLUMNS) -> Piece:
    return Piece(query(columns), columns, rows, len(rows), 1, 1, 100)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_that_looks_like_a_formula_stays_a_text(value: str) -> None:
    rows = [{"name": text(value)}]
    cells = list(csv.reader(io.StringIO(write_csv(COLUMNS, rows).decode(), newline="")))
    assert cells[1] == ["'" + value, "", ""]
    exact = list(csv.reader(io.StringIO(write_csv(COLUMNS, rows, exact=True).decode(), newline="")))
    assert exact[1] == [value, "", ""]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(query(), COLUMNS, rows, language="it")))
    cell = book["q"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == value
    assert cell.hyperlink is None


def test_numbers_stay_numbers_and_iris_texts() -> None:
    assert write_csv(COLUMNS, ROWS).decode() == ('name,n,who\r\n"Città, «A»",-5,x:a\r\n,7,\r\n')
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(query(), COLUMNS, ROWS, language="it")))
    assert [[cell.value for cell in row] for row in book["q"]] == [
        ["name", "n", "who"], ["Città, «A»", -5, "x:a"], [None, 7, None],
    ]  # fmt: skip


def test_a_text_in_a_number_column_is_treated_as_text() -> None:
    rows = [{"n": text("-cmd|' /C calc'!A0")}]
    assert write_csv((column("n", "integer"),), rows).decode().startswith("n\r\n'-cmd")


def test_tsv_keeps_types_and_languages() -> None:
    rows = [{"name": text("=1", "it"), "n": number("7")}]
    assert write_exact_tsv(COLUMNS, rows).decode().splitlines() == [
        "?name\t?n\t?who",
        f'"=1"@it\t"7"^^<{XSD}integer>\t',
    ]


def test_a_workbook_is_the_same_each_time_and_says_what_it_is() -> None:
    moment = datetime(2025, 3, 1, tzinfo=UTC)
    made = [
        write_xlsx(query(), COLUMNS, ROWS, language="en", facts=[("IRI", "x:q")], modified=moment)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert b"2025-03-01" in archive.read("docProps/core.xml")
    sheet = openpyxl.load_workbook(io.BytesIO(made[0]))["info"]
    assert ["IRI", "x:q"] in [[cell.value for cell in row][:2] for row in sheet]


def test_a_text_longer_than_a_cell_is_cut_with_a_mark() -> None:
    rows = [{"name": text("è" * 40_000)}]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(query(), COLUMNS, rows, language="it")))
    assert len(book["q"]["A2"].value) == 32_767
    assert book["q"]["A2"].value.endswith("è…")


@pytest.mark.parametrize(
    ("kind", "binding", "plain"),
    [
        ("integer", number("12"), 12),
        ("integer", number("9007199254740993"), 9007199254740993),
        ("integer", text("about ten"), "about ten"),
        ("decimal", number("12.50", "decimal"), 12.5),
        ("double", number("INF", "double"), "INF"),
        ("boolean", number("1", "boolean"), True),
        ("date", number("2022-05-31", "date"), "2022-05-31"),
        ("string", text("007"), "007"),
        ("iri", None, None),
    ],
)
def test_plain_values(kind: str, binding: Binding | None, plain: object) -> None:
    found = plain_value(kind, binding)
    assert found == plain
    assert type(found) is type(plain)


def test_a_binding_is_the_term_that_it_was() -> None:
    assert str(term_of(iri("x:a"))) == "<x:a>"
    assert str(term_of(text("a", "en"))) == '"a"@en'
    assert str(term_of(number("1"))) == f'"1"^^<{XSD}integer>'


def test_a_triple_term_is_a_text_that_names_its_parts() -> None:
    parts = {"subject": iri("x:a"), "predicate": iri("x:b"), "object": text("c", "it")}
    triple = Binding("triple", parts)
    assert str(term_of(triple)) == '<x:a> <x:b> "c"@it'
    (row,) = plain_rows(piece([{"name": triple, "n": number("1")}]))
    assert json.loads(str(row["name"])) == {
        "subject": {"type": "uri", "value": "x:a"},
        "predicate": {"type": "uri", "value": "x:b"},
        "object": {"type": "literal", "value": "c", "xml:lang": "it"},
    }
    assert row["n"] == 1


def test_whole_numbers_of_any_length_stand_in_the_json() -> None:
    rows = [{"name": None, "n": int("9" * 300), "who": None}]
    assert json.loads(write_json(plain_rows(piece([{"n": number("9" * 300)}])))) == rows


def test_every_row_has_every_column() -> None:
    assert plain_rows(piece(ROWS)) == [
        {"name": "Città, «A»", "n": -5, "who": "x:a"},
        {"name": None, "n": 7, "who": None},
    ]


def test_json_ld_gives_each_row_as_a_node_with_the_same_terms() -> None:
    jsonld = pytest.importorskip("pyld").jsonld
    rows = [
        {"name": text("=1", "it"), "n": number("007"), "who": iri("https://x.org/a")},
        {"name": text("plain"), "n": number("7")},
    ]  # fmt: skip
    document = json.loads(json_ld_document(piece(rows), "https://x.org/"))
    assert isinstance(document["rows"], list)
    assert document["rows"][1] == {"name": "plain", "n": 7}
    lines = jsonld.to_rdf(document, {"format": "application/n-quads"}).splitlines()
    stated = sorted(line.partition(" ")[2] for line in lines)
    own = "https://x.org/queries/q#"
    assert stated == [
        f'<{own}n> "007"^^<{XSD}integer> .', f'<{own}n> "7"^^<{XSD}integer> .',
        f'<{own}name> "=1"@it .', f'<{own}name> "plain" .',
        f"<{own}who> <https://x.org/a> .",
    ]  # fmt: skip


def test_geojson_from_wkt_and_from_degrees() -> None:
    shapes = (column("where", "wkt"), column("name", "string"))
    rows = [{"where": text("POINT(9.19 45.46)"), "name": text("Milano")}, {"name": text("?")}]
    made = geo_json_document(piece(rows, shapes), {})
    assert made is not None
    first, second = json.loads(made)["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [9.19, 45.46]}
    assert first["properties"]["name"] == "Milano"
    assert second["geometry"] is None
    degrees = (column("lat", "latitude"), column("long", "longitude"))
    rows = [{"lat": number("45.46", "decimal"), "long": number("9.19", "decimal")}]
    made = geo_json_document(piece(rows, degrees), {})
    assert made is not None
    assert json.loads(made)["features"][0]["geometry"]["coordinates"] == [9.19, 45.46]
    assert geo_json_document(piece(ROWS), {}) is None


@pytest.mark.parametrize(
    ("wkt", "kind", "coordinates"),
    [
        ("POINT (9 45)", "Point", [9, 45]),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(9 45)", "Point", [9, 45]),
        ("LINESTRING(0 0, 1 1)", "LineString", [[0, 0], [1, 1]]),
        ("POLYGON((0 0, 1 0, 1 1, 0 0))", "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 0]]]),
        ("MULTIPOINT((0 0), (1 1))", "MultiPoint", [[0, 0], [1, 1]]),
        ("MULTIPOINT(0 0, 1 1)", "MultiPoint", [[0, 0], [1, 1]]),
        ("MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))", "MultiPolygon",
         [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]),
    ],
)  # fmt: skip
def test_wkt(wkt: str, kind: str, coordinates: object) -> None:
    assert geometry_of_wkt(wkt) == {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize(
    "wkt",
    ["", "POINT EMPTY", "POINT(9)", "POINT(a b)", "CIRCLE(1 2)", "POINT(9 45", "POLYGON(0 0, 1 1)",
     "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(45 9)"],
)  # fmt: skip
def test_wkt_that_gives_no_place(wkt: str) -> None:
    assert geometry_of_wkt(wkt) is None


def test_safe_cell_leaves_other_texts() -> None:
    assert [safe_cell(each) for each in ("", "a=b", "'x", "Milano")] == ["", "a=b", "'x", "Milano"]
