"""The view of a stock query: which columns it is drawn from, and what is refused."""

from pathlib import Path

import pytest

from ctl_kg.errors import QueryFileError
from ctl_kg.sparql.contracts import contract_digest
from ctl_kg.sparql.query_file import load_queries, parse_query
from ctl_kg.sparql.query_model import View

ROOT = Path(__file__).resolve().parents[2]
TEXT = (
    ROOT / "tests" / "fixtures" / "mini-release" / "queries" / "clusters-by-network.rq"
).read_text(encoding="utf-8")


def read(view: str) -> View:
    text = TEXT.replace('#+ view = "table"', f"#+ view = {view}", 1)
    return parse_query(text, name="tried", path="queries/tried.rq").view


def test_channels_are_read() -> None:
    view = read('{ kind = "bar", x = "cluster", y = ["networks"] }')
    assert view == View("bar", {"x": ("cluster",), "y": ("networks",)})
    assert (view.column("x"), view.column("color")) == ("cluster", None)


def test_a_kind_alone_has_no_channels() -> None:
    """So that files written before there were channels are still served."""
    assert read('"bar"') == View("bar")


def test_a_path_may_go_through_a_parameter() -> None:
    view = read('{ kind = "network", path = ["cluster", "network"] }')
    assert view.channels["path"] == ("cluster", "network")


@pytest.mark.parametrize(
    ("view", "message", "hint"),
    [
        ('"pie"', "unknown view 'pie'", "bar"),
        ("3", "no text and no table", "kind"),
        ('{ x = "cluster" }', "unknown view 'None'", "bar"),
        ('{ kind = "bar", x = "cluster" }', "at least 1 for 'y'", "It takes x, y"),
        ('{ kind = "bar", x = "cluster", y = "members" }', "no column: 'members'", "networks"),
        ('{ kind = "bar", x = "cluster", y = "clusterLabel" }', "of type lang-string", "integer"),
        ('{ kind = "bar", x = "networks", y = "networks" }', "'x' of the view 'bar'", "iri"),
        ('{ kind = "bar", x = "network", y = "networks" }', "no column: 'network'", "cluster"),
        ('{ kind = "bar", x = "cluster", y = "networks", size = "x" }', "no channel 'size'", "y"),
        ('{ kind = "bar", x = ["cluster", "clusterLabel"], y = "networks" }', "at most 1", "x"),
        ('{ kind = "bar", x = 1, y = "networks" }', "no column and no list", "Write"),
        ('{ kind = "network", path = ["cluster"] }', "at least 2", "path"),
        ('{ kind = "map", label = "cluster" }', "has no place", "latitude"),
        ('{ kind = "map", latitude = "networks" }', "has no place", "longitude"),
        ('{ kind = "table", x = "cluster" }', "no channel 'x'", "none"),
        ('{ kind = "timeline", label = "cluster", start = "networks" }', "of type integer", "date"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_its_line(view: str, message: str, hint: str) -> None:
    with pytest.raises(QueryFileError, match=r"^queries/tried\.rq:6: ") as caught:
        read(view)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_view_is_no_part_of_the_contract() -> None:
    drawn = TEXT.replace(
        '#+ view = "table"', '#+ view = { kind = "bar", x = "cluster", y = "networks" }', 1
    )
    plain, other = (parse_query(text, name="tried") for text in (TEXT, drawn))
    assert plain.view != other.view
    assert contract_digest(plain) == contract_digest(other)


def test_every_kind_of_view_is_used_and_can_be_drawn() -> None:
    """A view without channels would be shown as a table though its file says otherwise."""
    queries = load_queries(ROOT / "queries").values()
    assert {each.view.kind for each in queries} == {
        "table", "bar", "matrix", "network", "map", "timeline",
    }  # fmt: skip
    assert [each.name for each in queries
            if each.view.kind != "table" and not each.view.channels] == []  # fmt: skip


@pytest.mark.parametrize("name", ["query", "caption", "size"])
def test_no_parameter_has_a_name_of_the_chart_s_address(name: str) -> None:
    text = TEXT.replace("params.network", f"params.{name}").replace("?network", f"?{name}")
    with pytest.raises(QueryFileError, match=f"the name '{name}' belongs"):
        parse_query(text, name="tried")
