"""The embedded store: datasets, errors in words."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from ctl_kg.errors import QuerySyntaxError, ReleaseError, StoreUnavailableError
from ctl_kg.sparql.store import LocalStore, Solutions, open_release_store

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"


def _quad(subject: str, graph: str) -> ox.Quad:
    return ox.Quad(
        ox.NamedNode("x:" + subject), ox.NamedNode("x:p"), ox.Literal("v"), ox.NamedNode(graph)
    )


@pytest.fixture
def store() -> LocalStore:
    made = LocalStore(base_iri="x:/")
    made.add([_quad("a", "x:g1"), _quad("a", "x:g2"), _quad("b", "x:g2"), _quad("c", "x:g3")])
    return made


def _values(store: LocalStore, text: str, **dataset: list[str]) -> list[str]:
    found = store.query(text, **dataset)
    assert isinstance(found, Solutions)
    return sorted(" ".join(t.value for t in row if t is not None) for row in found.rows)  # type: ignore[union-attr]


def test_default_graph_is_the_union_with_each_triple_once(store: LocalStore) -> None:
    assert _values(store, "SELECT ?s { ?s ?p ?o }") == ["x:a", "x:b", "x:c"]
    assert _values(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == ["3"]


def test_graph_sees_named_graphs_only(store: LocalStore) -> None:
    found = _values(store, "SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } }")
    assert found == ["x:g1 x:a", "x:g2 x:a", "x:g2 x:b", "x:g3 x:c"]
    assert len(store) == 4


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        pytest.param("FROM <x:g1>", ["x:a"], id="one graph"),
        pytest.param("FROM <x:g1> FROM <x:g2>", ["x:a", "x:b"], id="merge has no duplicates"),
        pytest.param("FROM NAMED <x:g1>", [], id="only named: the default graph is empty"),
        pytest.param("FROM <x:none>", [], id="unknown graph is empty"),
    ],
)
def test_honours_from(store: LocalStore, clause: str, expected: list[str]) -> None:
    assert _values(store, f"SELECT ?s {clause} WHERE {{ ?s ?p ?o }}") == expected


def test_from_with_prefix_and_base(store: LocalStore) -> None:
    assert _values(store, "PREFIX x: <x:> SELECT ?s FROM x:g3 { ?s ?p ?o }") == ["x:c"]
    text = "SELECT ?g FROM NAMED <x:g1> FROM NAMED <x:g3> { GRAPH ?g { ?s ?p ?o } }"
    assert _values(store, text) == ["x:g1", "x:g3"]


def test_the_request_wins_over_from(store: LocalStore) -> None:
    text = "SELECT ?s\nFROM <x:g1>\n{ ?s ?p ?o }"
    assert _values(store, text, default_graphs=["x:g3"]) == ["x:c"]
    assert _values(store, text, named_graphs=["x:g1"]) == []


@pytest.mark.parametrize("name", ["not an iri", "relative", ""])
def test_a_malformed_graph_name_is_refused(store: LocalStore, name: str) -> None:
    with pytest.raises(QuerySyntaxError):
        store.query("ASK {}", default_graphs=[name])


def test_relative_iris_resolve_against_the_base() -> None:
    made = LocalStore(base_iri="http://e.org/")
    made.add([ox.Quad(ox.NamedNode("http://e.org/a"), ox.NamedNode("x:p"), ox.Literal("v"),
                      ox.NamedNode("x:g"))])  # fmt: skip
    assert made.query("ASK { <a> ?p ?o }") is True


def test_a_byte_order_mark_is_skipped(store: LocalStore) -> None:
    assert store.query("\ufeffASK { ?s ?p ?o }") is True


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        pytest.param("ASK {\n ?s skos:prefLabel ?o }", 2, 5, "'skos:' is not declared",
                     "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>", id="known prefix"),
        pytest.param("ASK { ?s skoss:x ?o }", 1, 10, "'skoss:' is not declared", "'skos:'",
                     id="misspelt prefix"),
        pytest.param("SELEC ?s { ?s ?p ?o }", 1, 1, "not a SPARQL query", "SELECT", id="keyword"),
        pytest.param("SELECT ?s { ?s ?p ?o ", 1, None, "does not parse", "balance", id="bracket"),
        pytest.param("SELECT ?x { ?s ?p ?o } GROUP BY ?s", 1, None, "never binds", "GROUP BY",
                     id="unbound"),
        pytest.param("ASK { ?s <http://a b> ?o }", 1, None, "", "", id="bad IRI"),
        pytest.param("", 1, 1, "not a SPARQL query", "", id="empty"),
    ],
)  # fmt: skip
def test_syntax_errors_say_what_where_and_how(
    store: LocalStore, text: str, line: int, column: int | None, message: str, hint: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.query(text)
    error = caught.value
    assert error.line == line
    assert column is None or error.column == column
    assert message in error.message
    assert hint in error.hint
    assert "u{00B7}" not in str(error)


def test_opens_a_release() -> None:
    store = open_release_store(MINI)
    assert store.query("ASK { ?s a <https://w3id.org/ctl-kg/onto/CTL/TechnologyCluster> }") is True


def test_a_missing_release_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="ctl-kg build"):
        open_release_store(tmp_path)


def test_a_damaged_release_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "ctl-kg.nq").write_text("<a> <b\n")
    with pytest.raises(ReleaseError, match="cannot be loaded"):
        open_release_store(tmp_path)


def test_sizes_of_graphs_follow_what_is_added(store: LocalStore) -> None:
    assert store.graph_sizes() == {"x:g1": 1, "x:g2": 2, "x:g3": 1}
    assert store.default_size == 3
    store.add([_quad("d", "x:g3")])
    assert store.graph_sizes()["x:g3"] == 2
    assert store.default_size == 4


def test_an_answer_is_computed_while_it_is_read(store: LocalStore) -> None:
    found = store.evaluate("SELECT ?s { ?s ?p ?o }")
    assert isinstance(found, ox.QuerySolutions)
    assert next(iter(found))[0] is not None
    assert isinstance(store.evaluate("ASK {}"), ox.QueryBoolean)
    assert isinstance(store.evaluate("CONSTRUCT WHERE { ?s ?p ?o }"), ox.QueryTriples)


def test_evaluation_refuses_and_selects_as_a_query_does(store: LocalStore) -> None:
    with pytest.raises(QuerySyntaxError, match="SERVICE"):
        store.evaluate("ASK { SERVICE <http://127.0.0.1:1/> {} }")
    text = "SELECT ?s FROM <x:g1> { ?s ?p ?o }"
    found = store.evaluate(text, default_graphs=["x:g2", "x:g2", "x:g3"])
    assert isinstance(found, ox.QuerySolutions)
    assert sorted(row[0].value for row in found) == ["x:a", "x:b", "x:c"]  # type: ignore[union-attr]


def test_an_allowed_endpoint_is_asked(store: LocalStore) -> None:
    endpoint = "http://127.0.0.1:1/sparql"
    text = f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}"
    with pytest.raises(StoreUnavailableError, match="a service that the query calls"):
        store.query(text, service_allow=(endpoint,))
    with pytest.raises(QuerySyntaxError, match="never does"):
        store.query(text)


@pytest.mark.parametrize("text", ["ASK { FILTER(<x:f>(1)) }", "SELECT (<x:f>(1) AS ?v) {}"])
def test_an_unknown_function_is_the_querys_fault(store: LocalStore, text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="there is no function <x:f>"):
        store.query(text)
