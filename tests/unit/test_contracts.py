"""The contract of a stock query: a change of it needs a new version."""

import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ctl_kg.client import Client
from ctl_kg.errors import QueryFileError
from ctl_kg.sparql.contracts import (
    broken_contracts,
    contract_digest,
    contracts_of,
    read_contracts,
    write_contracts,
)
from ctl_kg.sparql.query_file import load_queries, parse_query, read_query
from ctl_kg.sparql.query_model import RESERVED_PARAMETERS
from ctl_kg.sparql.total_order import with_total_order

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini-release" / "queries"
QUERY = read_query(MINI / "clusters-by-network.rq")


def test_no_query_of_ours_changed_without_a_new_version() -> None:
    queries = load_queries(ROOT / "queries")
    kept = read_contracts(ROOT / "queries")
    assert broken_contracts(kept, queries) == {}
    assert kept == contracts_of(queries), "run: ctl-kg contracts --update"


def test_texts_are_no_part_of_a_contract() -> None:
    other = {"it": "altro", "en": "other"}
    columns = (replace(QUERY.columns[0], label=other, description=other), *QUERY.columns[1:])
    assert contract_digest(replace(QUERY, title=other, columns=columns)) == contract_digest(QUERY)


@pytest.mark.parametrize(
    "changed",
    [
        replace(QUERY, columns=QUERY.columns[:-1]),
        replace(QUERY, columns=QUERY.columns[::-1]),
        replace(QUERY, columns=(replace(QUERY.columns[0], type="string"), *QUERY.columns[1:])),
        replace(QUERY, parameters=QUERY.parameters[:-1]),
        replace(QUERY, parameters=(replace(QUERY.parameters[0], required=True),
                                   *QUERY.parameters[1:])),
    ],
)  # fmt: skip
def test_a_changed_contract_needs_a_new_version(changed: object) -> None:
    kept = contracts_of({"q": QUERY})
    assert isinstance(changed, type(QUERY))
    assert "version = 2" in broken_contracts(kept, {"q": changed})["q"]
    assert broken_contracts(kept, {"q": replace(changed, version=2)}) == {}


def test_a_version_does_not_go_back_and_a_new_query_is_welcome() -> None:
    kept = contracts_of({"q": replace(QUERY, version=3)})
    assert "went back" in broken_contracts(kept, {"q": replace(QUERY, version=2)})["q"]
    assert broken_contracts(kept, {"other": QUERY}) == {}


def test_contracts_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert read_contracts(tmp_path) == {}
    write_contracts(tmp_path, {"q": QUERY})
    assert read_contracts(tmp_path) == contracts_of({"q": QUERY})
    (tmp_path / "contracts.json").write_text("[1]")
    with pytest.raises(QueryFileError, match="list of contracts"):
        read_contracts(tmp_path)


@pytest.mark.parametrize("version", ["0", "-1", '"2"', "1.5", "true"])
def test_a_version_is_a_whole_number(version: str) -> None:
    with pytest.raises(QueryFileError, match="whole number"):
        parse_query(f"#+ version = {version}\n{QUERY.text}", name="q")


def test_the_version_stands_in_the_header_and_is_1_without() -> None:
    assert QUERY.version == 1
    assert parse_query(f"#+ version = 4\n{QUERY.text}", name="q").version == 4


@pytest.mark.parametrize(
    "name", [*RESERVED_PARAMETERS, "version", "filters", "page_size", "_profile", "_x"]
)
def test_a_parameter_has_no_name_of_the_api(name: str) -> None:
    text = QUERY.text.replace("params.network", f"params.{name}")
    line = text[: text.index(f"[params.{name}]")].count("\n") + 1
    with pytest.raises(QueryFileError, match=f"'{name}' belongs to the API") as caught:
        parse_query(text, name="q", path="queries/q.rq")
    assert str(caught.value).startswith(f"queries/q.rq:{line}: ")
    assert all(each in caught.value.hint for each in (*RESERVED_PARAMETERS, "another name", "'_'"))


def test_reserved_names_are_those_that_the_api_and_the_client_read() -> None:
    """A name that is read elsewhere and not refused here would never reach its query."""
    own = [*inspect.signature(Client.query).parameters][2:-1]  # but self, name and **parameters
    for name in {*RESERVED_PARAMETERS, *own}:
        with pytest.raises(QueryFileError, match="belongs to the API"):
            parse_query(QUERY.text.replace("params.network", f"params.{name}"), name="q")


@pytest.mark.parametrize("name", ["rows", "_certainty", "_passages", "_any"])
def test_a_column_has_no_name_of_the_api(name: str) -> None:
    text = re.sub(r"\bnetworks\b", name, QUERY.text)
    line = text[: text.index(f"[columns.{name}]")].count("\n") + 1
    with pytest.raises(QueryFileError, match=f"'{name}' belongs to the API") as caught:
        parse_query(text, name="q", path="queries/q.rq")
    assert str(caught.value).startswith(f"queries/q.rq:{line}: ")
    assert "rows" in caught.value.hint


def test_lang_is_the_language_of_the_answer() -> None:
    with pytest.raises(QueryFileError, match="language of the answer") as caught:
        parse_query(QUERY.text.replace('enum = ["it", "en"]', 'enum = ["it", "fr"]'), name="q")
    assert caught.value.line


def test_every_column_takes_part_in_the_order() -> None:
    text = with_total_order(QUERY).text
    clause = text[text.rindex("ORDER BY") :]
    assert clause.startswith("ORDER BY DESC(?networks) ?clusterLabel ?cluster")
    assert all(f"?{column.name}" in clause for column in QUERY.columns)
    limited = replace(QUERY, text=QUERY.text.replace("?clusterLabel ?cluster\n", "\nLIMIT 2\n"))
    assert with_total_order(limited).text.split()[-4:] == [
        "?cluster", "?clusterLabel", "LIMIT", "2",
    ]  # fmt: skip
