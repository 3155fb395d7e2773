"""White space: the cells of a matrix are the links of the data, and its gaps all the rest.

The graphs are made at random; what their links are is told by the maker in its own words, and
again by plain SPARQL. The matrices of the project's data are in the conformance tests.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise, product
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrix_fixture import CERTAINTIES, KINDS, World, iri
from typer.testing import CliRunner

from ctl_kg.cli import app as command
from ctl_kg.namespaces import prefixes
from ctl_kg.publish.matrix import MATRICES, STATED, Matrix, Spec, Wish, assemble, matrix_query
from ctl_kg.publish.tables import Row
from ctl_kg.settings import Settings
from ctl_kg.sparql.results import write_json
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Solutions, text_of
from ctl_kg.web.app import create_app
from ctl_kg.web.row_cache import read_rows

BASE = "https://w3id.org/ctl-kg/"
AXES = {"clusters": "cluster", "networks": "network", "ecosystems": "eco", "components": "pnrr",
        "missions": "mission", "projects": "project"}  # fmt: skip
STATED_IRIS = [iri(each) for each in STATED]
ROLES = [iri(each) for each in ("network-role:guest", "ctl:Project", "ctl:referenceEcosystem")]
PROLOGUE = "".join(f"PREFIX {name}: <{each}>\n" for name, each in prefixes().items())
_REVIEWED = "FILTER NOT EXISTS { ?l ctl:reviewStatus review-status:rejected } "
_ALIGNED = "?l ctl:alignedPredicate {p} ; ctl:alignedSubject ?r ; ctl:alignedObject ?c . " + (
    _REVIEWED.replace("{", "{{").replace("}", "}}")
)
_PLAIN = (
    "GRAPH ?g {{ ?r {p} ?c }} FILTER(?g != graph:derived) FILTER NOT EXISTS {{ ?a "
    "ctl:alignedPredicate {p} ; ctl:alignedSubject ?r ; ctl:alignedObject ?c }} BIND(?r AS ?l) "
)
_PAGE = (
    "?page schema:about ?r . ?l ctl:inSection ?page ; ctl:alignedPredicate ctl:hasSynergyWith ; "
    "ctl:alignedObject ?c . " + _REVIEWED
)


def _of(predicate: str, more: str = "") -> str:
    arms = [each.format(p=predicate) for each in (_ALIGNED, _PLAIN)] + ([more] if more else [])
    return "{ " + " } UNION { ".join(arms) + " }"


# The links, asked in other words than those of the matrix.
RAW = {
    "clusters/networks": "?l a ctl:NetworkMembership ; org:member ?r ; org:organization ?c .",
    "clusters/ecosystems": _of("ctl:referenceEcosystem", _PAGE),
    "clusters/components": _PAGE,
    "clusters/missions": _PAGE.replace("alignedObject ?c", "alignedObject ?x")
    + "FILTER(?x = ?c || EXISTS { ?x skos:broader ?c }) ",
    "projects/components": _of("ctl:hasSynergyWith"),
    "projects/ecosystems": _of("ctl:hasSynergyWith"),
}


def raw_query(spec: Spec) -> str:
    kinds = " ".join(f"?{v} a {KINDS[AXES[axis]]} ." for v, axis in
                     (("r", spec.rows), ("c", spec.columns)))  # fmt: skip
    return f"{PROLOGUE} SELECT DISTINCT ?r ?c ?l {{ {RAW[spec.name]} {kinds} }}"


def store_of(world: World) -> LocalStore:
    store = LocalStore()
    store.add(world.quads)
    return store


def rows_of(store: LocalStore, query: str) -> list[Row]:
    found = store.query(query)
    assert isinstance(found, Solutions)
    return list(read_rows(write_json(found)))


def members(world: World, axis: str) -> list[str]:
    return [iri(each) for each in world.members[AXES[axis]]]


def matrix_of(world: World, store: LocalStore, spec: Spec, wish: Wish | None = None) -> Matrix:
    rows = rows_of(store, matrix_query(spec, BASE))
    return assemble(rows, members(world, spec.rows), members(world, spec.columns), STATED_IRIS,
                    wish)  # fmt: skip


def told(matrix: Matrix) -> dict[tuple[str, str], dict[str, tuple[Any, ...]]]:
    return {
        pair: {link.node: (link.certainty, set(link.roles), set(link.graphs))
               for link in cell.links}
        for pair, cell in matrix.cells.items()
    }  # fmt: skip


def expected(world: World, spec: Spec) -> dict[tuple[str, str], dict[str, tuple[Any, ...]]]:
    return {
        (iri(row), iri(column)): {
            iri(node): (iri(fact.certainty), set(map(iri, fact.roles)), set(map(iri, fact.graphs)))
            for node, fact in links.items()
        }
        for (row, column), links in world.links[spec.name].items()
    }


worlds = st.randoms(use_true_random=False).map(World)
some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some
@given(worlds)
def test_the_cells_are_the_links_with_roles_certainty_and_graphs(world: World) -> None:
    store = store_of(world)
    for spec in MATRICES:
        assert told(matrix_of(world, store, spec)) == expected(world, spec), spec.name


@some
@given(worlds)
def test_sums_are_those_of_the_raw_query_and_gaps_the_pairs_without_link(world: World) -> None:
    store = store_of(world)
    for spec in MATRICES:
        matrix = matrix_of(world, store, spec)
        found = store.query(raw_query(spec))
        assert isinstance(found, Solutions)
        links = [tuple(map(text_of, row)) for row in found.rows]
        assert matrix.total == len(links) == len(set(links))
        assert matrix.total == sum(matrix.row_totals.values())
        assert matrix.total == sum(matrix.column_totals.values())
        for row in matrix.rows:
            assert matrix.row_totals.get(row, 0) == sum(link[0] == row for link in links)
        for pair in product(matrix.rows, matrix.columns):
            number = sum(link[:2] == pair for link in links)
            assert matrix.cell(*pair).count == number
            assert (pair in matrix.gaps(matrix.rows)) == (number == 0)
        assert len(matrix.gaps(matrix.rows)) == matrix.gap_count


@some
@given(worlds)
def test_a_cell_is_as_certain_as_its_weakest_link(world: World) -> None:
    order = [iri(each) for each in CERTAINTIES]
    store = store_of(world)
    for spec in MATRICES:
        facts = expected(world, spec)
        for pair, cell in matrix_of(world, store, spec).cells.items():
            places = [order.index(certainty) for certainty, _, _ in facts[pair].values()]
            assert (cell.weakest, cell.certainty) == (order[max(places)], order[min(places)])
            assert cell.count == len(places)


@some
@given(worlds, st.sampled_from(["", *ROLES]), st.booleans())
def test_a_wish_keeps_the_links_that_its_query_finds(world: World, role: str, stated: bool) -> None:
    wish = Wish(role, stated)
    store = store_of(world)
    for spec in MATRICES:
        matrix = matrix_of(world, store, spec, wish)
        kept = {
            (pair, node)
            for pair, links in expected(world, spec).items()
            for node, (certainty, roles, _) in links.items()
            if (not role or role in roles) and (not stated or certainty in STATED_IRIS)
        }
        assert {(p, link.node) for p, cell in matrix.cells.items() for link in cell.links} == kept
        asked = rows_of(store, matrix_query(spec, BASE, wish))
        assert {
            ((str(row["row"].value), str(row["column"].value)), str(row["link"].value))
            for row in asked
        } == kept


@some
@given(worlds)
def test_the_query_of_a_cell_gives_its_links_and_no_others(world: World) -> None:
    store = store_of(world)
    for spec in MATRICES:
        matrix = matrix_of(world, store, spec)
        for pair in world.chance.sample(
            list(product(matrix.rows, matrix.columns)), min(3, len(matrix.rows))
        ):
            rows = rows_of(store, matrix_query(spec, BASE, cell=pair))
            assert {str(row["link"].value) for row in rows} == {
                link.node for link in matrix.cell(*pair).links
            }


@some
@given(worlds)
def test_the_evidence_of_a_link_is_a_statement_that_stands_there(world: World) -> None:
    store = store_of(world)
    derived = iri("graph:derived")
    for spec in MATRICES:
        for cell in matrix_of(world, store, spec).cells.values():
            for link in cell.links:
                assert link.graphs
                assert derived not in link.graphs
                for graph in link.graphs:
                    said = store.query(f"ASK {{ GRAPH <{graph}> {{ <{link.node}> ?p ?o }} }}")
                    assert said is True


# The same over HTTP and on the command line, from a release folder.


@dataclass(frozen=True)
class Made:
    """A release of a graph made at random, and a client of a server that serves it."""

    world: World
    store: LocalStore
    folder: Path
    client: httpx.Client


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("made")
    worlds = (World(Random(seed), most=6) for seed in count())
    world = next(w for w in worlds if all(len(w.links[spec.name]) > 2 for spec in MATRICES))
    content = ox.serialize(world.quads, format=ox.RdfFormat.N_QUADS)
    assert content is not None
    (folder / "ctl-kg.nq").write_bytes(content)
    (folder / "queries").mkdir()
    (folder / "context.jsonld").write_text('{"@context": {}}')
    files = {"ctl-kg.nq": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}
    manifest = {"name": "ctl-kg", "version": "1", "base_iri": BASE, "released": "2022-05-31",
                "counts": {"quads": len(world.quads)}, "files": files}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about which httpx the client uses
        from starlette.testclient import TestClient
    with TestClient(create_app(folder, Settings())) as client:
        yield Made(world, store_of(world), folder, client)


def matrix_json(made: Made, spec: Spec, **parameters: str) -> dict[str, Any]:
    answer = made.client.get(f"/api/matrix/{spec.name}", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_the_api_tells_the_links_of_the_data(made: Made, spec: Spec) -> None:
    found = matrix_json(made, spec)
    facts = expected(made.world, spec)
    order = [iri(each) for each in CERTAINTIES]
    assert found["cells"]
    assert {(cell["row"], cell["column"]): {
        link["link"]: (link["certainty"], set(link["roles"]),
                       {each["graph"] for each in link["evidence"]})
        for link in cell["links"]
    } for cell in found["cells"]} == facts  # fmt: skip
    for cell in found["cells"]:
        links = facts[cell["row"], cell["column"]].values()
        assert cell["count"] == len(links)
        assert cell["certainty"] == max((each[0] for each in links), key=order.index)
        assert cell["strongest"] == min((each[0] for each in links), key=order.index)
    raw = made.store.query(raw_query(spec))
    assert isinstance(raw, Solutions)
    assert found["total"] == len(raw.rows) == sum(row["total"] for row in found["rows"])
    assert found["total"] == sum(column["total"] for column in found["columns"])
    pairs = set(product(members(made.world, spec.rows), members(made.world, spec.columns)))
    gaps = [(gap["row"], gap["column"]) for gap in found["gaps"]["cells"]]
    assert set(gaps) == pairs - facts.keys()
    assert len(gaps) == found["gaps"]["total"] == len(set(gaps))


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_the_path_across_a_gap_is_in_the_graph(made: Made, spec: Spec) -> None:
    """Each hop is a statement between its two ends, or a node that names both."""
    gaps = matrix_json(made, spec, gaps="paths")["gaps"]["cells"]
    searched = [gap for gap in gaps if gap["searched"]]
    assert searched or not gaps
    for gap in searched:
        path = gap["path"]
        if path is None:
            continue
        nodes = [each["iri"] for each in path["nodes"]]
        assert (nodes[0], nodes[-1]) == (gap["row"], gap["column"])
        assert len(set(nodes)) == len(nodes) == path["length"] + 1
        assert made.store.query(path["sparql"]) is True
        for one, other in pairwise(nodes):
            linked = made.store.query(
                f"ASK {{ {{ <{one}> ?p <{other}> }} UNION {{ <{other}> ?p <{one}> }} UNION "
                f"{{ ?x ?p <{one}> ; ?q <{other}> }} }}"
            )
            assert linked is True, (one, other)


def run(made: Made, *arguments: str) -> str:
    result = CliRunner().invoke(command, ["matrix", *arguments, "--release", str(made.folder)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("spec", MATRICES, ids=lambda spec: spec.name)
def test_the_command_line_says_what_the_api_says(made: Made, spec: Spec) -> None:
    names = (spec.rows, spec.columns, "--lang", "en")
    over_http = made.client.get(f"/api/matrix/{spec.name}", params={"lang": "en"})
    whole = over_http.text.replace('"/api/', f'"{BASE}api/').replace(
        '"/queries/', f'"{BASE}queries/'
    )
    assert json.loads(run(made, *names, "--format", "json")) == json.loads(whole)
    for flags, parameters in (((), {}), (("--stated",), {"certainty": "stated"})):
        over_http = made.client.get(
            f"/api/matrix/{spec.name}", params={"format": "csv", "lang": "en", **parameters}
        )
        assert run(made, *names, *flags, "--format", "csv").splitlines() == (
            over_http.text.splitlines()
        )
    table = run(made, *names).splitlines()
    counts = list(csv.DictReader(io.StringIO(run(made, *names, "--format", "csv"))))
    size = len(members(made.world, spec.columns))
    shown = [line.split()[-size - 1 : -1] for line in table[1 : len(counts) // size + 1]]
    assert [each.rstrip("?").replace("·", "0") for line in shown for each in line] == [
        row["count"] for row in counts
    ]
    assert [each.endswith("?") for line in shown for each in line] == [
        row["certainty"].endswith("/inferred") for row in counts
    ]


def test_the_command_line_tells_gaps_roles_and_mistakes(made: Made) -> None:
    spec = MATRICES[0]
    gaps = matrix_json(made, spec)["gaps"]["cells"]
    lines = run(made, spec.rows, spec.columns, "--paths").splitlines()
    crossed = [line for line in lines if " × " in line and not line.startswith(" ")]
    assert len(crossed) == len(gaps)
    guests = matrix_json(made, spec, role="guest")["cells"]
    found = run(made, spec.rows, spec.columns, "--role", "guest", "--format", "json")
    assert [cell["count"] for cell in json.loads(found)["cells"]] == [
        cell["count"] for cell in guests
    ]
    listed = run(made).splitlines()
    assert [line.split()[0] for line in listed] == [each.name for each in MATRICES]
    for arguments, hint in (
        (["clusters", "boats"], "clusters networks"),
        (["clusters"], "clusters networks"),
        (["clusters", "networks", "--format", "xlsx"], "table, csv, json"),
        (["clusters", "networks", "--lang", "fr"], "it or en"),
        (["clusters", "networks", "--role", "captain"], "network-role:guest"),
    ):
        error = (
            CliRunner()
            .invoke(command, ["matrix", *arguments, "--release", str(made.folder)])
            .exception
        )
        assert hint in getattr(error, "hint", "")
        assert getattr(error, "exit_code", 0) == 2
