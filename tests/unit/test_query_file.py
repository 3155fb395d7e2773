"""Stock-query files: what is read, and what is refused with file, line and hint."""

from pathlib import Path

import pytest

from ctl_kg.errors import QueryFileError
from ctl_kg.sparql.query_file import load_queries, parse_query, read_query
from ctl_kg.sparql.query_model import View

QUERIES = Path(__file__).parents[1] / "fixtures" / "mini-release" / "queries"
GOOD = (QUERIES / "clusters-by-network.rq").read_text(encoding="utf-8")


def test_reads_header_and_form() -> None:
    query = read_query(QUERIES / "clusters-by-network.rq")
    assert query.name == "clusters-by-network"
    assert query.title["en"] == "Clusters of a network"
    assert [p.name for p in query.parameters] == ["network", "lang"]
    assert [c.name for c in query.columns] == ["cluster", "clusterLabel", "networks"]
    assert query.form == "SELECT"
    assert query.parameter("network") is not None
    assert query.parameter("nothing") is None


def test_reads_a_construct_without_columns() -> None:
    query = read_query(QUERIES / "large-clusters.rq")
    assert (query.form, query.view, query.columns) == ("CONSTRUCT", View(), ())


def test_loads_a_folder_in_order() -> None:
    assert list(load_queries(QUERIES)) == ["clusters-by-network", "large-clusters"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('#+ title = { it = "Cluster di una rete", en = "Clusters of a network" }',
                     '#+ title = { it = "Solo" }', "both languages", id="one language"),
        pytest.param('#+ view = "table"', '#+ veiw = "table"', "unknown key 'veiw'", id="key"),
        pytest.param('#+ view = "table"', '#+ view = "pie"', "unknown view", id="view"),
        pytest.param('#+ view = "table"', "#+ view = ", "not TOML", id="TOML"),
        pytest.param('#+ group = "cluster-network"', '#+ group = "x"', "unknown group", id="group"),
        pytest.param('#+ competency = "CQ-01"\n', "", "lacks 'competency'", id="missing"),
        pytest.param('#+ type = "integer"', '#+ type = "int"', "columns.networks has type", id="t"),
        pytest.param("#+ [columns.networks]", "#+ [columns.nets]", "columns of the header", id="c"),
        pytest.param("VALUES ?network { UNDEF }", "", "no VALUES line", id="no VALUES"),
        pytest.param("VALUES ?network { UNDEF }", "VALUES ?network { <a:b> }", "not the default",
                     id="default"),
        pytest.param("ORDER BY DESC(?networks) ?clusterLabel ?cluster", "", "ORDER BY", id="order"),
        pytest.param("SELECT ?cluster ?clusterLabel (COUNT(DISTINCT ?network) AS ?networks)",
                     "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT ?cluster ?clusterLabel "
                     "(COUNT(DISTINCT ?network) AS ?networks)", "'foaf:' is declared and not used",
                     id="unused prefix"),
        pytest.param("?membership org:member", "?membership orgg:member", "'orgg:'", id="prefix"),
        pytest.param("WHERE {", "\n#+ late = 1\nWHERE {", "after the body", id="late header"),
        pytest.param('VALUES ?lang { "it" }', 'VALUES ?lang { "en" }', "not the default",
                     id="other default"),
        pytest.param("#+ enum", "#+ colour", "unknown key 'colour'", id="parameter key"),
    ],
)  # fmt: skip
def test_refuses_with_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(QueryFileError) as caught:
        parse_query(GOOD.replace(old, new, 1), name="bad", path="queries/bad.rq")
    assert message in str(caught.value)
    assert str(caught.value).startswith("queries/bad.rq:")
    assert caught.value.line


def test_refuses_select_star() -> None:
    text = GOOD.replace("SELECT ?cluster ?clusterLabel (COUNT(DISTINCT ?network) AS ?networks)",
                        "SELECT *").replace("GROUP BY ?cluster ?clusterLabel\n", "").replace(
        "DESC(?networks) ", "")  # fmt: skip
    with pytest.raises(QueryFileError, match=r"SELECT \*"):
        parse_query(text, name="bad")


def test_refuses_a_file_without_header() -> None:
    with pytest.raises(QueryFileError, match="header is missing"):
        parse_query("SELECT ?s { ?s ?p ?o } ORDER BY ?s", name="bad")


def test_refuses_a_name_that_is_no_slug(tmp_path: Path) -> None:
    path = tmp_path / "Bad Name.rq"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(QueryFileError, match="slug"):
        read_query(path)
