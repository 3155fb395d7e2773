"""What a request wishes of rows: columns, order, conditions, pages; and what is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.errors import ParameterError
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.tables import Binding
from ctl_kg.sparql.query_model import Column, QueryFile
from ctl_kg.web.api_wishes import Wish, folded, read_wish, selected

XSD = "http://www.w3.org/2001/XMLSchema#"
BOTH = {"it": "x", "en": "x"}
COLUMNS = tuple(
    Column(name, kind, BOTH, BOTH)
    for name, kind in (("who", "iri"), ("name", "lang-string"), ("n", "integer"), ("ok", "boolean"))
)
QUERY = QueryFile("q", BOTH, BOTH, BOTH, "CQ", "quality", "table", (), COLUMNS, "SELECT", "")
CURIES = Curies(prefixes())
BASE = "https://w3id.org/ctl-kg/data/cluster/"


def row(who: str, name: str | None, n: str | None, ok: str = "true") -> dict[str, Binding]:
    found = {
        "who": Binding("uri", BASE + who),
        "ok": Binding("literal", ok, XSD + "boolean"),
    }
    if name is not None:
        found["name"] = Binding("literal", name, language="it")
    if n is not None:
        found["n"] = Binding("literal", n, XSD + "integer")
    return found


ROWS = [
    row("a", "Zeta", "10"), row("b", "Énergia", "9"), row("c", None, "100", "false"),
    row("d", "alfa", None), row("e", "Alfa", "9"),
]  # fmt: skip


def wish(*pairs: tuple[str, str]) -> Wish:
    return read_wish(QUERY, pairs)


def names(*pairs: tuple[str, str]) -> str:
    found: Sequence[Any] = selected(ROWS, wish(*pairs), CURIES)
    return "".join(each["who"].value.rpartition("/")[2] for each in found)


@pytest.mark.parametrize(
    ("pairs", "order"),
    [
        ([], "abcde"),
        ([("sort", "n")], "beacd"),  # numbers by size; of equals the query's order; nothing last
        ([("sort", "-n")], "cabed"),
        ([("sort", "name")], "edbac"),  # case and accents do not count
        ([("sort", "n,-name")], "beacd"),
        ([("sort", "n"), ("sort", "name")], "ebacd"),
        ([("filter", "n:ge:10")], "ac"),
        ([("filter", "n:lt:10"), ("filter", "name:contains:ALF")], "e"),
        ([("filter", "n:eq:9.0")], "be"),
        ([("filter", "n:ne:9")], "ac"),
        ([("filter", "name:contains:energia")], "b"),
        ([("filter", "name:ge:m")], "a"),
        ([("filter", "who:eq:cluster:d")], "d"),
        ([("filter", f"who:eq:<{BASE}d>")], "d"),
        ([("filter", f"who:ne:{BASE}d")], "abce"),
        ([("filter", "ok:eq:false")], "c"),
        ([("filter", "name:eq:Zeta")], "a"),
        ([("filter", "name:contains:\"}>'")], ""),
    ],
)
def test_sort_and_filter(pairs: list[tuple[str, str]], order: str) -> None:
    assert names(*pairs) == order


def test_columns_come_in_the_order_asked_for() -> None:
    assert [each.name for each in wish(("columns", "n,who")).columns] == ["n", "who"]
    assert [each.name for each in wish(("columns", "n"), ("columns", "who")).columns] == [
        "n",
        "who",
    ]
    assert wish().columns == COLUMNS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"), ("page", "-1"), ("page", "1.0"), ("page", ""), ("page", "²"),
        ("page", "9" * 5000), ("size", "0"), ("size", "1001"), ("size", "ALL"), ("size", ""),
        ("columns", ""), ("columns", "nme"), ("columns", "n,n"), ("columns", "n,"),
        ("sort", "--n"), ("sort", "n desc"), ("sort", ""),
        ("filter", "n"), ("filter", "n:ge"), ("filter", "n:ge:ten"), ("filter", "n:ge:1e999"),
        ("filter", "n:between:1"), ("filter", "nn:eq:1"), ("filter", "who:lt:x"),
        ("filter", "ok:eq:maybe"), ("filter", "name:eq:"), ("filter", "name:eq:a\nb"),
        ("filter", "name:eq:" + "x" * 201), ("evidence", "yes"), ("cells", "raw"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(ParameterError) as caught:
        wish((name, value))
    error = caught.value
    assert error.name == name
    assert error.allowed
    assert error.value is not None
    assert len(error.value) <= 80
    assert error.example is not None
    assert error.example.startswith(name + "=")
    assert len(error.message) < 300
    # The example is right.
    key, _, right = error.example.partition("=")
    wish((key, right.replace("…", "x")))


@pytest.mark.parametrize("name", ["page", "size", "evidence", "cells"])
def test_two_values_where_one_is_allowed(name: str) -> None:
    value = {"cells": "safe"}.get(name, "1")
    with pytest.raises(ParameterError, match="2 times"):
        wish((name, value), (name, value))


def test_the_nearest_column_is_named() -> None:
    with pytest.raises(ParameterError) as caught:
        wish(("sort", "-nam"))
    assert "'name'" in caught.value.hint


def test_too_many_conditions() -> None:
    with pytest.raises(ParameterError, match="more than 20"):
        wish(*[("filter", "n:ge:1")] * 21)


@given(st.sampled_from(["page", "size", "columns", "sort", "filter", "evidence"]), st.text())
def test_any_text_is_taken_or_refused(name: str, value: str) -> None:
    with contextlib.suppress(ParameterError):
        selected(ROWS, wish((name, value)), CURIES)


def test_folded() -> None:
    assert folded("È STRASSE ﬁ") == "e strasse fi"
