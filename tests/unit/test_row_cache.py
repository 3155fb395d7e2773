"""Answers that are kept: rows stay JSON until they are looked at, and lose nothing by it."""

from __future__ import annotations

import io

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.publish.tables import term_of
from ctl_kg.web.row_cache import RowCache, Rows, read_rows

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_TERM = st.one_of(
    st.none(),
    st.builds(ox.NamedNode, st.sampled_from(["http://e.org/a", "urn:x:è", "x:a,b"])),
    st.builds(ox.Literal, _TEXT),
    st.builds(lambda text: ox.Literal(text, language="it"), _TEXT),
    st.builds(ox.Literal, st.integers()),
    st.just(ox.Triple(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.Literal("c", language="en"))),
)


def _answer(rows: list[tuple[object, object]]) -> bytes:
    """Return an answer with these rows as the engine writes it."""
    lines = " ".join(
        "(" + " ".join("UNDEF" if term is None else _written(term) for term in row) + ")"
        for row in rows
    )
    found = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {lines} }} }}")
    assert isinstance(found, ox.QuerySolutions)
    output = io.BytesIO()
    found.serialize(output, format=ox.QueryResultsFormat.JSON)
    return output.getvalue()


def _written(term: object) -> str:
    if isinstance(term, ox.Triple):
        return f"<<( {term.subject} {term.predicate} {term.object} )>>"
    return str(term)


@given(st.lists(st.tuples(_TERM, _TERM), max_size=6), st.integers(-7, 7), st.integers(-7, 7))
def test_rows_are_the_terms_of_the_answer(
    rows: list[tuple[object, object]], start: int, end: int
) -> None:
    found = read_rows(_answer(rows))
    wanted = [
        {name: term for name, term in zip("ab", row, strict=True) if term is not None}
        for row in rows
    ]

    def terms(some: object) -> list[dict[str, object]]:
        return [{n: term_of(b) for n, b in row.items()} for row in some]  # type: ignore[attr-defined]

    assert len(found) == len(rows)
    assert terms(found) == wanted
    assert terms(found[start:end]) == wanted[start:end]
    assert [terms([found[index]])[0] for index in range(len(rows))] == wanted
    with pytest.raises(IndexError):
        found[len(rows)]


def _sized(size: int, *, volatile: bool = False) -> Rows:
    return Rows([], size, volatile=volatile)


def test_what_is_kept_is_bounded_and_the_same_another_time() -> None:
    cache = RowCache(most_bytes=1000)
    cache.keep("changes", _sized(10, volatile=True))
    cache.keep("large", _sized(501))
    assert cache.get("changes") is None
    assert cache.get("large") is None
    for number in range(20):
        cache.keep(str(number), _sized(100))
        assert cache.get(str(number)) is not None
    assert sum(cache.get(str(number)) is not None for number in range(20)) == 10
