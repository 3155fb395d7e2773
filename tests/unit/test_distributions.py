"""Tables, arrays and their descriptions: they give the graph back, whatever stands in it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from distributions_fixture import (
    BASE,
    HOSTILE,
    LABEL,
    ONTOLOGY,
    SHAPES,
    TYPE,
    XSD,
    ex,
    hostile_statements,
    make,
    said,
    triples,
    write,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from ctl_kg.distributions.distribution import DATASETS, core_distributions
from ctl_kg.distributions.reader import read_tables
from ctl_kg.errors import TableError
from ctl_kg.publish.manifest import checksums

SH = "http://www.w3.org/ns/shacl#"

# No surrogates, and no characters that XML forbids: a build refuses those.
_TEXTS = st.one_of(
    st.sampled_from([each[:100] for each in HOSTILE]),
    st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff",
                          exclude_categories=("Cs", "Cc")), max_size=20),
    st.text(st.sampled_from("|;,\"'\n\r\t =+-0123x"), max_size=8),
)  # fmt: skip
_DATATYPES = ("string", "integer", "date", "gYear", "boolean", "decimal", "anyURI", "token")
_IRIS = st.sampled_from([ex(each) for each in ("a", "b", "c", "Class", "Other", "id", "type")])
_LITERALS = st.one_of(
    st.builds(Literal, _TEXTS, datatype=st.sampled_from([NamedNode(XSD + d) for d in _DATATYPES])),
    st.builds(Literal, _TEXTS, language=st.sampled_from(["it", "en", "de", "en-gb"])),
    st.builds(lambda n: Literal(str(n), datatype=NamedNode(XSD + "integer")), st.integers()),
    st.builds(lambda d: Literal(d.isoformat(), datatype=NamedNode(XSD + "date")), st.dates()),
)
_STATEMENTS = st.lists(
    st.tuples(_IRIS, st.one_of(_IRIS, st.just(TYPE), st.just(LABEL)), st.one_of(_IRIS, _LITERALS)),
    max_size=25,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(statements=_STATEMENTS)
def test_the_tables_give_any_graph_back(
    statements: list[tuple[NamedNode, NamedNode, NamedNode | Literal]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    quads = said(*statements)
    folder = write(make(quads), tmp_path_factory.mktemp("made"))
    assert read_tables(folder) == triples(quads)


def test_the_tables_give_hostile_texts_back(tmp_path: Path) -> None:
    quads = hostile_statements()
    assert read_tables(write(make(quads), tmp_path)) == triples(quads)


def test_what_no_cell_can_hold_stands_as_a_statement(tmp_path: Path) -> None:
    quads = said(
        (ex("a"), ex("note"), Literal("")),
        (ex("a"), ex("note"), Literal("x|y")),
        (ex("a"), ex("note"), Literal("x")),
    )
    made = make(quads)
    rows = list(csv.reader(io.StringIO(made.files["tables/other-statements.csv"].decode())))
    assert [row[2] for row in rows] == ["object", '""', '"x|y"']
    assert read_tables(write(made, tmp_path)) == triples(quads)


def test_the_arrays_are_json_for_whoever_knows_no_rdf() -> None:
    quads = said(
        (ex("a"), TYPE, ex("Thing")),
        (ex("a"), LABEL, Literal("Rete", language="it")),
        (ex("a"), LABEL, Literal("Network", language="en")),
        (ex("a"), ex("size"), Literal("12", datatype=NamedNode(XSD + "integer"))),
        (ex("a"), ex("open"), Literal("true", datatype=NamedNode(XSD + "boolean"))),
    )
    context = {
        "label": {"@id": LABEL.value}, "Thing": ex("Thing").value, "size": ex("size").value,
        "open": ex("open").value,
    }  # fmt: skip
    shapes = [Quad(s, NamedNode(SH + p), o, SHAPES) for s, p, o in (
        (ex("shape"), "targetClass", ex("Thing")), (ex("shape"), "property", ex("label")),
        (ex("label"), "path", LABEL), (ex("label"), "uniqueLang",
         Literal("true", datatype=NamedNode(XSD + "boolean"))),
        (ex("shape"), "property", ex("one")), (ex("one"), "path", ex("size")),
        (ex("one"), "maxCount", Literal("1", datatype=NamedNode(XSD + "integer"))),
    )]  # fmt: skip
    made = make(quads, shapes, context)
    assert json.loads(made.files["json/thing.json"]) == [
        {
            "@context": "context.jsonld",
            "id": "https://example.org/a",
            "type": ["Thing"],
            "label": {"it": "Rete", "en": "Network"},
            "size": 12,
            "open": [True],  # nothing says that there is one only
        }
    ]


def test_the_arrays_are_json_ld_that_says_the_same() -> None:
    """Read by another's processor, which knows nothing of our tables."""
    quads = [q for q in hostile_statements() if len(str(q.object)) < 1_000]
    made = make(quads)
    context = json.loads(made.files["json/context.jsonld"])

    def load(address: str, options: object) -> dict[str, object]:
        assert address == "https://example.org/json/context.jsonld"
        return {"document": context, "documentUrl": address, "contextUrl": None}

    options = {"base": "https://example.org/json/x.json", "documentLoader": load}
    found: set[Triple] = set()
    for name, content in made.files.items():
        if name.startswith("json/") and name.endswith(".json"):
            dataset = jsonld.to_rdf(json.loads(content), options)
            found |= {_triple(each) for each in dataset.get("@default", [])}
    expected = triples(quads)
    assert {_shown(each) for each in found} == {_shown(each) for each in expected}


def _triple(parts: dict[str, dict[str, str]]) -> Triple:
    value = parts["object"]
    term: NamedNode | Literal
    if value["type"] == "IRI":
        term = NamedNode(value["value"])
    elif "language" in value:
        term = Literal(value["value"], language=value["language"])
    else:
        term = Literal(value["value"], datatype=NamedNode(value["datatype"]))
    return Triple(
        NamedNode(parts["subject"]["value"]), NamedNode(parts["predicate"]["value"]), term
    )


def _shown(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object}"


def test_the_same_statements_give_the_same_bytes_in_any_order() -> None:
    quads = hostile_statements()
    assert make(quads).files == make(list(reversed(quads))).files


def test_workbooks_hold_texts_as_texts() -> None:
    made = make(hostile_statements())
    content = made.files["tables/example-org-thing.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["data"]
    names = [cell.value for cell in sheet[1]]
    column = names.index("example_org_note")
    cells = [row[column] for row in sheet.iter_rows(min_row=2)]
    kinds = {cell.data_type for cell in cells if cell.value is not None}
    assert kinds == {"s"}  # no formula, no number
    texts = {cell.value for cell in cells}
    assert {"-1+1", "@SUM(A1)", "00123", "+39 02 1234", "🧪 emoji 👩‍🔬"} <= texts
    assert book["dictionary"]["A1"].value == "table"


def test_italian_spreadsheets_find_semicolons_and_no_formula() -> None:
    content = make(hostile_statements()).files["tables-it/example-org-thing.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_italian_spreadsheets_have_decimal_commas_and_names() -> None:
    one = Literal("1", datatype=NamedNode(XSD + "integer"))
    shapes = [Quad(s, NamedNode(SH + p), o, SHAPES) for s, p, o in (
        (ex("shape"), "targetClass", ex("Thing")), (ex("shape"), "property", ex("one")),
        (ex("one"), "path", ex("area")), (ex("one"), "maxCount", one),
    )]  # fmt: skip
    decimal = NamedNode(XSD + "decimal")
    quads = said(
        (ex("a"), TYPE, ex("Thing")),
        (ex("a"), LABEL, Literal("Prima", language="it")),
        (ex("a"), ex("area"), Literal("-12.5", datatype=decimal)),
        (ex("b"), TYPE, ex("Thing")),
        (ex("b"), ex("area"), Literal("=1+1", datatype=decimal)),
        (ex("b"), ex("near"), ex("a")),
        (ex("b"), ex("near"), ex("unknown")),
    )
    made = make(quads, shapes)
    content = made.files["tables-it/example-org-thing.csv"].decode("utf-8-sig")
    header, one_row, other = csv.reader(io.StringIO(content), delimiter=";")
    assert header[0] == "IRI"
    cells = [dict(zip(header, row, strict=True)) for row in (one_row, other)]
    assert [each["example_org_area"] for each in cells] == ["-12,5", "'=1+1"]
    assert cells[1]["example_org_near"] == "Prima | https://example.org/unknown"
    assert ",-12.5," in made.files["tables/example-org-thing.csv"].decode()


def test_a_resource_stands_in_the_table_of_its_most_specific_class() -> None:
    own = NamedNode(BASE + "onto/CTL/Rare")
    ontology = [Quad(own, TYPE, NamedNode("http://www.w3.org/2002/07/owl#Class"), ONTOLOGY)]
    quads = said(
        (ex("a"), TYPE, ex("Common")), (ex("a"), TYPE, ex("Special")),
        (ex("b"), TYPE, ex("Common")), (ex("c"), TYPE, ex("Common")), (ex("c"), TYPE, own),
        (ex("d"), TYPE, own), (ex("e"), LABEL, Literal("no class")),
    )  # fmt: skip
    files = make([*quads, *ontology]).files
    members = {
        name.removeprefix("tables/"): [
            row.split(",")[0][-1] for row in content.decode().split()[1:]
        ]
        for name, content in files.items()
        if name.startswith("tables/") and name.endswith(".csv") and "dictionary" not in name
    }
    assert members["example-org-common.csv"] == ["b"]
    assert members["example-org-special.csv"] == ["a"]
    assert members["ctl-rare.csv"] == ["c", "d"]
    assert "untyped.csv" in members


def test_classes_and_properties_with_one_name_stay_apart(tmp_path: Path) -> None:
    quads = said(
        (ex("a"), TYPE, ex("Big-Thing")), (ex("b"), TYPE, ex("Big_Thing")),
        (ex("a"), ex("p-q"), Literal("one")), (ex("a"), ex("p_q"), Literal("two")),
        (ex("a"), ex("P_Q"), Literal("three")),
    )  # fmt: skip
    made = make(quads)
    assert read_tables(write(made, tmp_path)) == triples(quads)
    assert len([name for name in made.files if name.endswith(".xlsx")]) == 3  # and the dictionary


def test_parquet_has_the_same_rows_typed() -> None:
    polars = pytest.importorskip("polars")
    one = Literal("1", datatype=NamedNode(XSD + "integer"))
    shapes = [Quad(s, NamedNode(SH + p), o, SHAPES) for s, p, o in (
        (ex("shape"), "targetClass", ex("Thing")), (ex("shape"), "property", ex("one")),
        (ex("one"), "path", ex("day")), (ex("one"), "maxCount", one),
    )]  # fmt: skip
    quads = said(
        (ex("a"), TYPE, ex("Thing")), (ex("b"), TYPE, ex("Thing")),
        (ex("a"), ex("day"), Literal("2022-12-31", datatype=NamedNode(XSD + "date"))),
        (ex("b"), ex("size"), Literal("007", datatype=NamedNode(XSD + "integer"))),
        (ex("b"), ex("note"), Literal("x|y")), (ex("b"), ex("note"), Literal("z")),
    )  # fmt: skip
    frame = polars.read_parquet(
        io.BytesIO(make(quads, shapes).files["tables/example-org-thing.parquet"])
    )
    rows = {row["id"][-1]: row for row in frame.to_dicts()}
    assert rows["a"]["example_org_day"] == date(2022, 12, 31)
    assert rows["b"]["example_org_day"] is None
    assert rows["b"]["example_org_size"] == [7]
    assert rows["b"]["example_org_note"] == ["x|y", "z"]


def test_without_polars_there_is_no_parquet_and_the_build_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctl_kg.distributions.parquet.importlib.util.find_spec", lambda name: None)
    made = make(hostile_statements())
    assert made.left_out == ("Parquet",)
    assert not [name for name in made.files if name.endswith(".parquet")]
    assert not [each for each in made.distributions if each.file_type == "PARQUET"]


def test_seats_with_coordinates_have_a_geometry_and_others_none() -> None:
    org, geo = "http://www.w3.org/ns/org#", "http://www.opengis.net/ont/geosparql#"
    point = Literal("POINT(9.19 45.46)", datatype=NamedNode(geo + "wktLiteral"))
    quads = said(
        (ex("body"), NamedNode(org + "hasPrimarySite"), ex("site-1")),
        (ex("body"), LABEL, Literal("Ente", language="it")),
        (ex("site-1"), NamedNode(org + "siteAddress"), ex("address")),
        (ex("address"), NamedNode("http://www.w3.org/ns/locn#postCode"), Literal("00100")),
        (ex("address"), NamedNode(geo + "asWKT"), point),
        (ex("site-2"), NamedNode(org + "siteAddress"), ex("elsewhere")),
    )
    found = json.loads(make(quads).files["tables/seats.geojson"])
    one, two = found["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [9.19, 45.46]}
    assert one["properties"]["geometryOf"] == "https://example.org/address"
    assert one["properties"]["postCode"] == "00100"
    assert one["properties"]["organisations"] == [
        {"id": "https://example.org/body", "label": {"it": "Ente"}}
    ]
    assert two["geometry"] is None


def test_every_distribution_is_a_file_with_title_and_dataset() -> None:
    made = make(hostile_statements())
    for each in made.distributions:
        assert each.path in made.files
        assert each.dataset in DATASETS
        assert set(each.title) == set(each.description) == {"it", "en"}
        assert all(each.title.values())
        assert all(each.description.values())
    core = core_distributions(["ctl-kg.ttl", "shapes.ttl", "manifest.json"], BASE)
    assert [each.path for each in core] == ["ctl-kg.ttl", "shapes.ttl"]


def test_the_ledger_is_one_that_sha256sum_reads() -> None:
    assert checksums({"b": b"", "a/x": b"1"}).decode().splitlines() == [
        "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b  a/x",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b",
    ]


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    day, integer = NamedNode(XSD + "date"), NamedNode(XSD + "integer")
    shapes = [Quad(s, NamedNode(SH + p), o, SHAPES) for s, p, o in (
        (ex("shape"), "targetClass", ex("Act")),
        *((ex("shape"), "property", ex(f"one-{name}")) for name in ("day", "size", "of")),
        *((ex(f"one-{name}"), "path", ex(name)) for name in ("day", "size", "of")),
        *((ex(f"one-{name}"), "maxCount", Literal("1", datatype=integer))
          for name in ("day", "size", "of")),
    )]  # fmt: skip
    quads = [
        statement
        for number in (1, 2, 3)
        for statement in said(
            (ex(f"act-{number}"), TYPE, ex("Act")),
            (ex(f"act-{number}"), ex("day"), Literal(f"2022-12-0{number}", datatype=day)),
            (ex(f"act-{number}"), ex("size"), Literal(f"{number}", datatype=integer)),
            (ex(f"act-{number}"), ex("of"), ex("act-1")),
        )
    ]
    return write(make(quads, shapes), tmp_path)


def mend(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert text.count(old) == 1, text
    path.write_bytes(text.replace(old, new).encode())


ACT = "example-org-act.csv"
HEADER = "id,type,example_org_day,example_org_of,example_org_size"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2022-12-02", "2022-13-02", ":3: row 2, column 'example_org_day' holds '2022-13-02'; "
         "expected a date, as 2022-12-31"),
        ("2022-12-02", "02/12/2022", "column 'example_org_day' holds '02/12/2022'"),
        (HEADER, "id,type,example_org_of,example_org_day,example_org_size",
         ":1: column 3 is headed 'example_org_of'; expected 'example_org_day'"),
        (HEADER, HEADER + ",more", ":1: there are 6 columns; expected 5"),
        (",2022-12-02,", ",,2022-12-02,", ":3: row 2 has 6 cells; expected 5"),
        # The cells of a row moved by one, with the last one gone.
        ("2022-12-02,https://example.org/act-1,2", ",2022-12-02,https://example.org/act-1",
         ":3: row 2, column 'example_org_of' holds '2022-12-02'; expected an IRI"),
        ("act-1,3\r\n", "act-1,three\r\n", ":4: row 3, column 'example_org_size' holds 'three'; "
         "expected a whole number"),
        ("https://example.org/act-2,", ",", ":3: row 2, column 'id' is empty; expected an IRI"),
        ("https://example.org/act-2,", "https://example.org/act-1,",
         ":3: row 2, column 'id' holds 'https://example.org/act-1'; expected a key that no row"),
        ("2022-12-02,https://example.org/act-1", "2022-12-02,https://example.org/act-9",
         ":3: row 2, column 'example_org_of' holds 'https://example.org/act-9'; expected a value "
         "of column 'id' of example-org-act.csv"),
        ("2022-12-02", '2022-"12"-02', "column 'example_org_day' holds"),
        ("2022-12-02", '"2022-12-02" x', "is not CSV"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_row_and_column(
    tables: Path, old: str, new: str, message: str
) -> None:
    mend(tables / ACT, old, new)
    with pytest.raises(TableError) as caught:
        read_tables(tables)
    assert message in str(caught.value)
    assert str(caught.value).startswith(ACT)
    assert caught.value.hint


def test_a_file_that_is_missing_or_no_text_is_named(tables: Path) -> None:
    content = (tables / ACT).read_bytes()
    (tables / ACT).write_bytes(content.replace(b"act-2", b"act-\xff"))
    with pytest.raises(TableError, match=f"{ACT}: byte 0xFF is not UTF-8"):
        read_tables(tables)
    (tables / ACT).unlink()
    with pytest.raises(TableError, match=f"{ACT}: cannot be read: No such file"):
        read_tables(tables)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is no CSVW description"),
        ('{"@context": "http://www.w3.org/ns/csvw"}', "describes a table in a way"),
        ('{"@context": "http://www.w3.org/ns/csvw", "tables": [{"url": "../x.csv", '
         '"tableSchema": {"columns": []}}]}', "describes a table in a way"),
    ],
)  # fmt: skip
def test_a_description_that_is_none_is_refused(tables: Path, text: str, message: str) -> None:
    (tables / "csv-metadata.json").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=message):
        read_tables(tables)


def test_a_byte_order_mark_and_plain_line_ends_change_nothing(tables: Path) -> None:
    """As editors leave them behind."""
    before = read_tables(tables)
    content = (tables / ACT).read_bytes().replace(b"\r\n", b"\n")
    (tables / ACT).write_bytes(b"\xef\xbb\xbf" + content)
    assert read_tables(tables) == before


def test_statements_in_n_triples_are_checked_too(tmp_path: Path) -> None:
    folder = write(make(said((ex("a"), ex("note"), Literal("")))), tmp_path)
    path = folder / "other-statements.csv"
    path.write_bytes(path.read_bytes().replace(b'""""""', b"no term"))
    with pytest.raises(TableError, match="row 1, column 'object' holds 'no term'"):
        read_tables(folder)


def test_lines_are_canonical_n_triples() -> None:
    from ctl_kg.publish.writers import sorted_lines

    lines = sorted_lines(triples(hostile_statements()))
    assert lines == b"".join(sorted(lines.splitlines(keepends=True)))
    again = {Triple(q.subject, q.predicate, q.object)
             for q in parse(lines, format=RdfFormat.N_TRIPLES)}  # fmt: skip
    assert again == triples(hostile_statements())
