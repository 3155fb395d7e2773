"""The texts to copy: whatever the values, each says them and nothing else."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from ctl_kg.sparql.query_file import read_query
from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.web.query_snippets import Bound, canonical_pairs, joined, snippets

QUERIES = Path(__file__).parents[1] / "fixtures" / "mini-release" / "queries"
SELECT = read_query(QUERIES / "clusters-by-network.rq")
CONSTRUCT = read_query(QUERIES / "large-clusters.rq")
SITE = "https://example.org/ctl/"
KINDS = ("link", "sparql", "curl", "python", "r", "excel", "embed")
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
AWKWARD = ["'; rm -rf / #", '"); DROP', "$(id)`id`", "a\\b\nc", "#(cr)#(#)", "</iframe>", "à 100%"]


def with_any_value(test: Callable[[str], None]) -> Callable[[], None]:
    """Run a test with values of all kinds, and with those that end strings elsewhere."""
    for value in AWKWARD:
        test = example(value)(test)
    return given(VALUES)(test)


def texts(query: QueryFile, value: str, *, lang: str = "it") -> dict[str, str]:
    name = query.parameters[0].name
    pairs = canonical_pairs(query, [(name, value)], lang)
    bound = Bound(query, pairs, query.text, lang)
    return {each.kind: joined(each, SITE) for each in snippets(bound, {k: k for k in KINDS})}


def asked(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)


def expected(value: str) -> list[tuple[str, str]]:
    return [*([("network", value)] if value else []), ("lang", "it")]


@with_any_value
def test_the_shell_reads_back_every_value(value: str) -> None:
    words = shlex.split(texts(SELECT, value)["curl"])
    assert words[0] == "curl"
    assert SITE + "queries/clusters-by-network.csv" in words
    fields = [words[n + 1] for n, word in enumerate(words) if word == "--data-urlencode"]
    assert [tuple(each.split("=", 1)) for each in fields] == expected(value)


@with_any_value
def test_python_reads_back_every_value(value: str) -> None:
    tree = ast.parse(texts(SELECT, value)["python"])
    call = next(
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "query"
    )  # fmt: skip
    given_values = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
    assert given_values == ({"network": value} if value else {})
    assert ast.literal_eval(call.args[0]) == "clusters-by-network"


@with_any_value
def test_r_excel_and_html_read_back_every_value(value: str) -> None:
    found = texts(SELECT, value)
    literal = re.search(r'read\.csv\(("(?:[^"\\]|\\.)*")', found["r"])
    assert literal
    assert asked(json.loads(literal[1])) == expected(value)
    text = re.search(r'Web\.Contents\("((?:[^"]|"")*)"\)', found["excel"])
    assert text
    address = text[1].replace('""', '"').replace("#(#)", "#")
    assert asked(address) == [*expected(value), ("size", "all")]
    assert asked(found["link"]) == expected(value)
    frame = _Frame(found["embed"])
    assert asked(frame.values["src"]) == expected(value)
    assert frame.tags == ["iframe"]


class _Frame(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.values: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values |= {name: value or "" for name, value in attrs}


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80))
def test_the_text_of_a_construct_is_a_python_string(text: str) -> None:
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } #" + text.replace("\r", " ")
    bound = Bound(CONSTRUCT, (), query, "en")
    found = {each.kind: joined(each, SITE) for each in snippets(bound, {k: k for k in KINDS})}
    tree = ast.parse(found["python"])
    call = next(
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "sparql"
    )  # fmt: skip
    assert ast.literal_eval(call.args[0]) == query.strip() + "\n"
    assert "excel" not in found  # a graph is no table
    assert ".ttl" in found["curl"]


def test_a_parameter_may_have_the_name_of_a_python_word() -> None:
    renamed = replace(SELECT, parameters=(replace(SELECT.parameters[0], name="from"),))
    assert "from_='x'" in texts(renamed, "x")["python"]
    taken = replace(SELECT, parameters=(replace(SELECT.parameters[0], name="version"),))
    assert "version_='x'" in texts(taken, "x")["python"]


def test_only_values_that_matter_are_kept() -> None:
    assert canonical_pairs(SELECT, [("network", "")], "en") == (("lang", "en"),)
    assert canonical_pairs(SELECT, [("lang", "it"), ("network", "a"), ("network", "b")], "en") == (
        ("network", "a"), ("network", "b"), ("lang", "it"),
    )  # fmt: skip
    # Empty means "any" where leaving it out means a default.
    assert canonical_pairs(CONSTRUCT, [("least", "")], "en") == (("least", ""),)


def test_the_site_is_no_part_of_a_kept_text() -> None:
    """The same answer is kept for readers who reach the site by other addresses."""
    bound = Bound(SELECT, (("lang", "it"),), SELECT.text, "it")
    made = snippets(bound, {k: k for k in KINDS})
    assert all("example.org" not in piece for each in made for piece in each.pieces)
    assert {each.kind for each in made if len(each.pieces) == 2} == set(KINDS) - {"sparql"}
