"""The client against a real server on the data of the project."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib
from server import PATIENCE_S, SOURCE, Server, serve, serve_at_home

from ctl_kg.client import Client, Iri
from ctl_kg.errors import (
    NotAcceptableError,
    NotFoundError,
    ParameterError,
    QueryLimitError,
    QuerySyntaxError,
    StoreUnavailableError,
    UnknownResourceError,
)

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
PREFIX = f"PREFIX ctl: <{BASE}onto/CTL/>\n"
PYTHON_TYPES = {
    "iri": (Iri,), "lang-string": (str,), "string": (str,), "integer": (int,),
    "decimal": (Decimal,), "date": (date, str),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(release: Path) -> Iterator[Server]:
    with serve(release) as running:
        yield running


@pytest.fixture
def kg(server: Server) -> Client:
    return Client(server.origin, language="en")


def test_every_stock_query_can_be_asked_and_framed(kg: Client) -> None:
    """Required parameters get their first choice, as a form would offer it."""
    queries = kg.queries()
    assert len(queries) > 40
    for query in queries:
        given = {
            each.name: each.choices[0].value if each.choices else "cluster:afil"
            for each in query.parameters
            if each.required and each.default is None
        }
        rows = kg.query(query.name, version=query.version, **given)
        assert rows.columns == query.columns
        assert len(list(rows)) == len(rows)
        for row in rows:
            for column in query.columns:
                cell = row[column.name]
                assert cell is None or type(cell) in PYTHON_TYPES[column.type], (query.name, cell)
        shape = (len(rows), len(query.columns))
        assert rows.to_pandas().shape == rows.to_polars().shape == shape


def test_pages_together_are_the_whole_answer(kg: Client) -> None:
    whole = list(kg.query("cluster-network-matrix"))
    pages = kg.query("cluster-network-matrix", page_size=7)
    assert len(pages) == len(whole) > 14
    assert list(pages) == whole
    assert pages[len(whole) - 1] == whole[-1]


def test_resources_in_rows_have_names_in_the_language_asked_for(server: Server) -> None:
    found = {}
    for language in ("it", "en"):
        rows = Client(server.origin, language=language).query("ecosystem-coverage")
        assert all(row["ecosystem"].label == row["ecosystemLabel"] for row in rows)  # type: ignore[union-attr]
        found[language] = [row["ecosystemLabel"] for row in rows]
    assert found["it"] != found["en"]
    italian = Client(server.origin, language="en").query("ecosystem-coverage", lang="it")
    assert [row["ecosystemLabel"] for row in italian] == found["it"]


def test_columns_order_and_conditions_are_the_server_s_work(kg: Client) -> None:
    rows = kg.query("cluster-degree", columns=["networks", "cluster"], sort=["networks"],
                    filters=["networks:ge:5"])  # fmt: skip
    counts = [row["networks"] for row in rows]
    assert [each.name for each in rows.columns] == ["networks", "cluster"]
    assert counts == sorted(counts)  # type: ignore[type-var]
    assert 0 < len(rows) < 9


def test_evidence_leads_to_passages_on_every_page(kg: Client) -> None:
    found = list(kg.query("cluster-degree", evidence=True, page_size=4).with_evidence())
    assert len(found) == 9
    for row, evidence in found:
        assert evidence.total >= len(evidence.statements) > 0
        assert any(each.object == row["cluster"] for each in evidence.statements)
        passages = [each for each in evidence.sources if each.passage]
        assert passages
        assert all(each.start_line and each.end_line for each in passages)


def test_sparql_and_the_stock_query_agree(kg: Client) -> None:
    rows = kg.select(
        PREFIX + "SELECT ?c (COUNT(DISTINCT ?n) AS ?networks) WHERE "
        "{ ?c a ctl:TechnologyCluster ; ctl:hasNetworkTie ?n } GROUP BY ?c"
    )
    stock = kg.query("cluster-degree")
    assert {row["c"]: row["networks"] for row in rows} == {
        row["cluster"]: row["networks"] for row in stock
    }
    assert kg.sparql(PREFIX + "ASK { ?c a ctl:TechnologyCluster }") is True
    graph = kg.sparql(PREFIX + "CONSTRUCT WHERE { ?c a ctl:TechnologyCluster }")
    assert isinstance(graph, rdflib.Graph)
    assert len(graph) == 9


def test_a_resource_is_described_as_graph_and_as_text(kg: Client) -> None:
    iri = rdflib.URIRef(BASE + "data/cluster/afil")
    whole = kg.describe("cluster:afil")
    assert (iri, rdflib.RDF.type, rdflib.URIRef(BASE + "onto/CTL/TechnologyCluster")) in whole
    assert len(kg.describe(str(iri), "labels")) < len(whole)
    for suffix, parser in {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml"}.items():
        text = kg.describe("cluster:afil", format=suffix)
        assert len(rdflib.Graph().parse(data=text, format=parser)) == len(whole)
    sourced = kg.describe("cluster:afil", "prov")
    assert isinstance(sourced, rdflib.Dataset)
    assert len({context for *_, context in sourced.quads() if context}) > 1


def test_a_search_goes_on_over_all_its_pages(kg: Client) -> None:
    hits = kg.search("lombardia")
    assert len(hits) > 100
    assert len({each.resource for each in hits}) == len(hits)
    assert kg.search("AFIL")[0].curie == "cluster:afil"
    networks = kg.search("vanguard", type="ctl:Network")
    assert networks[0].curie == "network:vanguard-initiative"
    assert all(f"{BASE}onto/CTL/Network" in each.types for each in networks)


def test_why_two_resources_are_linked(kg: Client) -> None:
    answer = kg.why("AFIL", "Vanguard Initiative")
    assert (answer.start, answer.end) == (
        BASE + "data/cluster/afil", BASE + "data/network/vanguard-initiative",
    )  # fmt: skip
    (hop,) = answer.paths[0].hops
    assert "Vanguard Initiative" in hop.sentence == hop.sentences["en"]
    assert hop.sentences["it"] != hop.sentence
    assert hop.sources[0].passage
    assert kg.sparql(answer.paths[0].sparql) is True
    assert len(kg.why("cluster:afil", "cluster:tav", limit=1).paths) == 1


def test_a_matrix_counts_what_the_query_behind_it_counts(kg: Client) -> None:
    matrix = kg.matrix("clusters", "networks")
    afil, vanguard = BASE + "data/cluster/afil", BASE + "data/network/vanguard-initiative"
    cell = matrix.cells[afil, vanguard]
    assert (matrix.count(afil, vanguard), cell.column.label) == (cell.count, "Vanguard Initiative")
    assert any(each.passage for each in cell.sources)
    assert len(kg.select(cell.sparql)) >= cell.count
    ties = {(row["cluster"], row["network"]) for row in kg.query("cluster-network-matrix")}
    assert set(matrix.cells) == ties
    assert len(matrix.cells) + len(matrix.gaps) == len(matrix.rows) * len(matrix.columns)
    frame = matrix.to_pandas()
    assert frame.shape == (len(matrix.rows), len(matrix.columns))
    assert frame.to_numpy().sum() == matrix.total
    assert {matrix.count(each.row, each.column) for each in matrix.gaps} == {0}


def test_a_matrix_can_be_narrowed_and_its_gaps_bridged(kg: Client) -> None:
    listed = kg.matrix("clusters", "networks", role="listed", stated_only=True)
    assert 0 < listed.total < kg.matrix("clusters", "networks").total
    gaps = kg.matrix("clusters", "ecosystems", paths=True).gaps
    assert any(each.is_searched and each.path for each in gaps)
    with pytest.raises(NotFoundError) as caught:
        kg.matrix("clusters", "planets")
    assert "clusters/networks" in caught.value.hint
    with pytest.raises(ParameterError):
        kg.matrix("clusters", "networks", role="emperor")


def test_errors_say_what_the_server_says(kg: Client) -> None:
    with pytest.raises(ParameterError) as caught:
        kg.query("projects-by-component", component="pnrr:m9c9")
    assert caught.value.name == "component"
    assert caught.value.value == "pnrr:m9c9"
    assert "pnrr:m1c1" in caught.value.allowed
    with pytest.raises(NotFoundError) as missing:
        kg.query("cluster-degre")
    assert BASE + "queries/cluster-degree" in missing.value.suggestions
    with pytest.raises(NotFoundError):
        kg.query("cluster-degree", version=99)
    with pytest.raises(UnknownResourceError) as unknown:
        kg.why("afill", "cluster:tav")
    assert BASE + "data/cluster/afil" in unknown.value.suggestions
    with pytest.raises(QuerySyntaxError):
        kg.sparql("SELEC * {}")
    with pytest.raises(NotAcceptableError) as refused:
        kg.describe("cluster:afil", "of-my-own")
    assert any("summary" in each for each in refused.value.offers)
    with pytest.raises(NotFoundError):
        kg.describe("cluster:no-such-cluster")
    with pytest.raises(ParameterError):
        kg.search("")


def test_a_limit_that_a_query_passes_is_named_and_not_tried_again(release: Path) -> None:
    with serve(release, query_max_rows=10) as running:
        kg = Client(running.origin)
        with pytest.raises(QueryLimitError) as caught:
            kg.select("SELECT * WHERE { ?s ?p ?o }")
    assert caught.value.limit == "rows"


def test_an_answer_is_kept_until_the_data_changes(server: Server) -> None:
    kg = Client(server.origin)
    sent = []
    first = kg.query("cluster-degree")
    once = kg._connection._once  # how often a body comes over the wire

    def counted(request: object) -> object:
        reply = once(request)  # type: ignore[arg-type]
        sent.append(reply)
        return reply

    kg._connection._once = counted  # type: ignore[method-assign, assignment]
    assert list(kg.query("cluster-degree")) == list(first)
    assert sent == [], "the server said 304"


def test_pages_of_two_releases_are_never_mixed(release: Path, tmp_path: Path) -> None:
    """Two releases of one day with equal totals: only their identifiers differ."""
    folder = tmp_path / "release"
    shutil.copytree(release, folder)
    with serve(folder) as running:
        kg = Client(running.origin)
        rows = kg.query("anomalies", page_size=3)
        whole = list(kg.query("anomalies"))
        before = running.client.get("/api/queries").headers["ctl-kg-release"]
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        new = tmp_path / "manifest.json"
        new.write_text(json.dumps(manifest | {"version": "next"}), encoding="utf-8")
        new.replace(folder / "manifest.json")
        end = time.monotonic() + PATIENCE_S
        while running.client.get("/api/queries").headers["ctl-kg-release"] == before:
            assert time.monotonic() < end, "the new release is not served"
            time.sleep(0.1)
        with pytest.raises(StoreUnavailableError, match="changed while the pages"):
            list(rows)
        assert list(kg.query("anomalies", page_size=3)) == whole


def test_a_server_with_another_base_describes_its_own_iris(tmp_path: Path) -> None:
    with serve_at_home(tmp_path / "home") as running:
        kg = Client(running.origin)
        row = kg.select("SELECT ?c WHERE { ?c a ?k FILTER(CONTAINS(STR(?c), '/data/cluster/')) }")[
            0
        ]
        iri = row["c"]
        assert isinstance(iri, Iri)
        assert iri.startswith(running.origin)
        assert len(kg.describe(iri)) > 0


def test_the_example_of_the_documentation_runs(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SOURCE.parent / "docs" / "client.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert "http://127.0.0.1:8000" in example
    exec(example.replace("http://127.0.0.1:8000", server.origin), {})
    shown = capsys.readouterr().out
    assert "cluster-degree –" in shown
    assert "names the network Vanguard Initiative" in shown


def test_the_documentation_names_every_call() -> None:
    text = (SOURCE.parent / "docs" / "client.md").read_text(encoding="utf-8")
    calls = [name for name in vars(Client) if not name.startswith("_")]
    assert [name for name in calls if f"`{name}(" not in text] == []
