"""Every stock query against answers worked out by hand from the brochure.

The answers stand in ``tests/fixtures/queries/<query>.toml``, one ``[[case]]`` per question:
parameters, columns compared, rows, and the lines of the brochure they come from. The data are
the authored files with the triples that the rules of the ontology add, as a release has them.
Both engines must agree with them: pyoxigraph, which serves the release, and rdflib.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from ctl_kg.assets import Assets, find_assets
from ctl_kg.namespaces import DEFAULT_BASE, Curies, prefixes
from ctl_kg.publish.entailment import derive, load_rules
from ctl_kg.rdf.loading import load_project
from ctl_kg.sparql.binding import bind, list_choices
from ctl_kg.sparql.query_file import Parameter, QueryFile, load_queries
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Solutions, text_of

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "queries"
ASSETS: Assets = find_assets(ROOT)
QUERIES: dict[str, QueryFile] = load_queries(ASSETS.queries)
CURIES = Curies(prefixes())
CASE_KEYS = {"params", "lang", "columns", "rows", "complete", "absent", "min_rows", "basis"}
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")

Row = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One question with its answer."""

    query: str
    number: int
    given: dict[str, list[str]]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    complete: bool
    absent: tuple[Row, ...]
    min_rows: int
    basis: str

    @property
    def id(self) -> str:
        return f"{self.query}-{self.number}"


def read_cases(path: Path) -> list[Case]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(table) == {"case"}, path.name
    return [read_case(path.stem, number, case) for number, case in enumerate(table["case"], 1)]


def read_case(query: str, number: int, table: dict[str, Any]) -> Case:
    assert set(table) <= CASE_KEYS, (query, number, set(table) - CASE_KEYS)
    columns = tuple(table["columns"])
    rows, absent = (
        tuple(tuple(canonical(expanded(cell)) for cell in row) for row in table.get(key, ()))
        for key in ("rows", "absent")
    )
    assert all(len(row) == len(columns) for row in (*rows, *absent)), (query, number)
    given = {name: [value] for name, value in table.get("params", {}).items()}
    if "lang" in table:
        given["lang"] = [table["lang"]]
    return Case(
        query,
        number,
        given,
        columns,
        rows,
        table["complete"],
        absent,
        table.get("min_rows", 0),
        table["basis"],
    )


def expanded(cell: str) -> str:
    """Return the IRI if the cell is a CURIE of the prefix table, else the cell."""
    return (CURIES.expand(cell) if " " not in cell else None) or cell


def canonical(text: str) -> str:
    """Write equal numbers alike: ``66``, ``66.0`` and ``66.00`` are one answer."""
    return format(Decimal(text).normalize(), "f") if NUMBER.match(text) else text


FIXTURE_FILES = sorted(FIXTURES.glob("*.toml"))
CASES = [case for path in FIXTURE_FILES for case in read_cases(path)]


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    """The authored statements and what the rules derive from them."""
    asserted = [quad for file in load_project(ASSETS) for quad in file.quads]
    shapes = CURIES.expand("graph:shapes")
    visible = [quad for quad in asserted if text_of(quad.graph_name) != shapes]
    rules = load_rules(ASSETS.ontology, ASSETS.root, DEFAULT_BASE)
    return asserted + derive(visible, rules, f"{DEFAULT_BASE}data/graph/derived")


@pytest.fixture(scope="module")
def store(quads: list[ox.Quad]) -> LocalStore:
    local = LocalStore()
    local.add(quads)
    return local


@pytest.fixture(scope="module")
def dataset(quads: list[ox.Quad]) -> rdflib.Dataset:
    found = rdflib.Dataset(default_union=True)
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    found.parse(data=text.decode("utf-8"), format="nquads")
    return found


def bound(store: LocalStore, name: str, given: dict[str, list[str]]) -> str:
    """Return the text of a query with its parameters, as the service binds them."""

    def choices(parameter: Parameter) -> list[Any]:
        return list_choices(store, parameter, CURIES)

    return bind(QUERIES[name], given, curies=CURIES, choices_of=choices)


def by_pyoxigraph(store: LocalStore, text: str) -> list[dict[str, str]]:
    found = store.query(text)
    assert isinstance(found, Solutions)
    return [
        {name: canonical(text_of(term)) for name, term in zip(found.variables, row, strict=True)}
        for row in found.rows
    ]


def by_rdflib(dataset: rdflib.Dataset, text: str) -> list[dict[str, str]]:
    found = dataset.query(text)
    names = [str(variable) for variable in found.vars or ()]
    return [
        {
            name: "" if term is None else canonical(str(term))
            for name, term in zip(names, row, strict=True)
        }
        for row in found
        if isinstance(row, rdflib.query.ResultRow)
    ]


def compare(case: Case, solutions: Iterable[dict[str, str]]) -> None:
    """Compare rows as multisets; the message says which are missing and which too many."""
    found = Counter(tuple(row[column] for column in case.columns) for row in solutions)
    expected = Counter(case.rows)
    missing = expected - found
    extra = found - expected if case.complete else Counter()
    forbidden = [row for row in case.absent if row in found]
    if missing or extra or forbidden:
        pytest.fail(
            f"{case.id}: {case.basis}\n"
            f"missing: {shown(missing)}\ntoo many: {shown(extra)}\nforbidden: {shown(forbidden)}",
            pytrace=False,
        )
    assert found.total() >= case.min_rows


def shown(rows: Iterable[Row]) -> str:
    lines = [" | ".join(CURIES.shorten(cell) or cell for cell in row) for row in sorted(rows)]
    return "".join(f"\n    {line}" for line in lines) or "none"


def iri_parameters() -> Iterator[tuple[str, Parameter]]:
    for name, query in QUERIES.items():
        for parameter in query.parameters:
            if parameter.type == "iri":
                yield name, parameter


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_answer_by_pyoxigraph(store: LocalStore, case: Case) -> None:
    compare(case, by_pyoxigraph(store, bound(store, case.query, case.given)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_answer_by_rdflib(store: LocalStore, dataset: rdflib.Dataset, case: Case) -> None:
    compare(case, by_rdflib(dataset, bound(store, case.query, case.given)))


@pytest.mark.parametrize("name", QUERIES)
def test_english_has_as_many_rows(store: LocalStore, name: str) -> None:
    if QUERIES[name].parameter("lang") is None:
        pytest.skip("the query has no labels")
    italian, english = (
        by_pyoxigraph(store, bound(store, name, {"lang": [language]})) for language in ("it", "en")
    )
    assert len(italian) == len(english)


@pytest.mark.parametrize("name", QUERIES)
def test_order_is_total(store: LocalStore, name: str) -> None:
    """Rows that agree in all keys of ORDER BY would change places from engine to engine."""
    keys = re.findall(r"\?(\w+)", QUERIES[name].text.rpartition("ORDER BY")[2])
    anything = {
        parameter.name: [""]
        for parameter in QUERIES[name].parameters
        if parameter.type == "iri" and not parameter.required
    }
    for given in ({}, anything):
        rows = by_pyoxigraph(store, bound(store, name, given))
        places = {(tuple(row[key] for key in keys), tuple(row.values())) for row in rows}
        assert len({place for place, _ in places}) == len(places), given
        assert len(places) == len(rows), "a row stands twice"


def test_every_query_has_a_fixture() -> None:
    assert {path.stem for path in FIXTURE_FILES} == set(QUERIES)


def test_cases_name_columns_of_their_query() -> None:
    for case in CASES:
        known = {column.name for column in QUERIES[case.query].columns}
        assert set(case.columns) <= known, case.id
        assert case.basis, case.id
        assert case.complete or case.absent or case.min_rows, case.id


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        pytest.param(name, parameter, id=f"{name}-{parameter.name}")
        for name, parameter in iri_parameters()
    ],
)
def test_values_hold_the_default(store: LocalStore, name: str, parameter: Parameter) -> None:
    values = [choice.value for choice in list_choices(store, parameter, CURIES)]
    assert len(values) >= 2
    if parameter.default is not None:
        assert CURIES.expand(parameter.default) in values
