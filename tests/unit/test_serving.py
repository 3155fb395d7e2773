"""The commands query and queries: flags, formats, and messages that help."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ctl_kg.cli.arguments import read_flags
from ctl_kg.cli.serving import register
from ctl_kg.errors import CtlKgError, RequestError
from ctl_kg.sparql.query_file import load_queries

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


def _run(app: typer.Typer, *arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments, "--release", str(MINI)], input=text)


def _error(app: typer.Typer, *arguments: str, text: str | None = None) -> CtlKgError:
    error = _run(app, *arguments, text=text).exception
    assert isinstance(error, CtlKgError)
    assert error.exit_code == 2
    return error


def test_a_stock_query_is_a_table_with_titles(app: typer.Typer) -> None:
    result = _run(app, "query", "clusters-by-network", "--network", "network:eusalp")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Cluster       Nome                   Reti",
        "────────────  ─────────────────────  ────",
        "cluster:lac   Aerospazio                1",
        "cluster:afil  Fabbrica Intelligente     1",
    ]


@pytest.mark.parametrize(
    "flags",
    [["--network", "vanguard"], ["--network=network:vanguard"], ["--param", "network=vanguard"]],
)
def test_values_may_be_given_in_three_ways(app: typer.Typer, flags: list[str]) -> None:
    result = _run(app, "query", "clusters-by-network", *flags, "--lang", "en", "--format", "csv")
    assert "Smart Factory,1" in result.stdout
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "start"),
    [("csv", "cluster,"), ("tsv", "?cluster\t"), ("json", '{"head"'), ("xml", "<?xml")],
)
def test_formats(app: typer.Typer, name: str, start: str) -> None:
    assert _run(app, "query", "clusters-by-network", "--format", name).stdout.startswith(start)


def test_a_graph_is_turtle_or_json_ld(app: typer.Typer) -> None:
    assert "@prefix ctl:" in _run(app, "query", "large-clusters").stdout
    found = json.loads(_run(app, "query", "large-clusters", "--format", "jsonld").stdout)
    assert found["memberCount"] == 144


def test_standard_input_and_files(app: typer.Typer, tmp_path: Path) -> None:
    assert _run(app, "query", "-", text="ASK { ?s ?p ?o }").stdout == "true\n"
    path = tmp_path / "mine.rq"
    path.write_text("ASK { ?s ?p ?o }")
    assert _run(app, "query", "--file", str(path)).stdout == "true\n"


def test_queries_lists_and_shows(app: typer.Typer) -> None:
    listed = _run(app, "queries").stdout.splitlines()
    assert listed[0] == "cluster-network"
    assert "Clusters of a network" in listed[1]
    shown = _run(app, "queries", "clusters-by-network").stdout
    assert "network:vanguard  Vanguard Initiative" in shown
    assert "networks  integer (networks)" in shown
    document = json.loads(_run(app, "queries", "clusters-by-network", "--json").stdout)
    assert document["parameters"][0]["allowed"] == ["network:eusalp", "network:vanguard"]
    assert len(json.loads(_run(app, "queries", "--json").stdout)) == 2


def test_queries_tells_the_contract_of_each(app: typer.Typer) -> None:
    lines = _run(app, "queries", "--columns").stdout.splitlines()
    queries = load_queries(MINI / "queries")
    found = {line.strip().partition("@")[0]: line for line in lines if line.startswith("  ")}
    assert found.keys() == queries.keys()
    assert found["clusters-by-network"] == (
        "  clusters-by-network@1(network iri, lang string): "
        "cluster iri, clusterLabel lang-string, networks integer (networks)"
    )
    assert found["large-clusters"].endswith(": CONSTRUCT")
    document = json.loads(_run(app, "queries", "--json").stdout)
    assert {each["name"]: each["version"] for each in document} == {
        name: query.version for name, query in queries.items()
    }


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["query", "clusters-by-netwrk"], "clusters-by-network"),
        (["query", "clusters-by-network", "--netwrok", "x"], "'network'"),
        (["query", "clusters-by-network", "--network", "eusapl"], "network:eusalp"),
        (["query", "clusters-by-network", "--network"], "VALUE"),
        (["query", "clusters-by-network", "extra"], "--name value"),
        (["query", "clusters-by-network", "--format", "jsno"], "json"),
        (["query", "clusters-by-network", "--format", "ttl"], "csv"),
        (["query"], "ctl-kg queries"),
        (["queries", "--lang", "fr"], "en"),
    ],
)
def test_wrong_use_is_explained(app: typer.Typer, arguments: list[str], hint: str) -> None:
    assert hint in _error(app, *arguments).hint


def test_a_missing_release_says_how_to_make_one(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["query", "-", "--release", str(tmp_path)], input="ASK {}")
    assert "ctl-kg build" in str(result.exception)


def test_flags_keep_equals_signs_and_repeat() -> None:
    assert read_flags(["--a=b=c", "--a", "-1"], ["x=y=z"]) == {"x": ["y=z"], "a": ["b=c", "-1"]}
    with pytest.raises(RequestError):
        read_flags([], ["novalue"])
