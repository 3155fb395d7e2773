"""Values into queries: typed, checked, and never able to change the query."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from ctl_kg.errors import ParameterError
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.sparql.binding import Choice, bind, list_choices, parse_value
from ctl_kg.sparql.guard import tokenise
from ctl_kg.sparql.query_file import Parameter, parse_query, read_query
from ctl_kg.sparql.store import LocalStore, Solutions, open_release_store

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
NETWORK = "https://w3id.org/ctl-kg/data/network/"
CURIES = Curies(prefixes())
CHOICES = [Choice(NETWORK + "eusalp", "EUSALP"), Choice(NETWORK + "vanguard", "Vanguard")]
QUERY = read_query(MINI / "queries" / "clusters-by-network.rq")
NOTHING = {"it": "x", "en": "x"}

TEXT_QUERY = parse_query(
    """#+ title = { it = "a", en = "a" }
#+ description = { it = "a", en = "a" }
#+ question = { it = "a?", en = "a?" }
#+ competency = "CQ-99"
#+ group = "quality"
#+ [params.text]
#+ type = "string"
#+ label = { it = "a", en = "a" }
#+ [columns.text]
#+ type = "string"
#+ label = { it = "a", en = "a" }
SELECT ?text
WHERE {
  VALUES ?text { UNDEF }
  FILTER (BOUND(?text))
}
ORDER BY ?text
""",
    name="text",
)


def _choices(parameter: Parameter) -> list[Choice]:
    return CHOICES if parameter.type == "iri" else []


def _bind(**values: list[str]) -> str:
    return bind(QUERY, values, curies=CURIES, choices_of=_choices)


@pytest.mark.parametrize(
    "text", ["network:eusalp", NETWORK + "eusalp", "eusalp", f"<{NETWORK}eusalp>", " eusalp "]
)
def test_an_iri_may_be_given_in_several_ways(text: str) -> None:
    assert f"VALUES ?network {{ <{NETWORK}eusalp> }}" in _bind(network=[text])


def test_absent_keeps_the_default_and_empty_means_any() -> None:
    assert _bind() == QUERY.text
    assert "VALUES ?network { UNDEF }" in _bind(network=[""])


def test_several_values_are_alternatives() -> None:
    bound = _bind(network=["eusalp", "vanguard", "eusalp"])
    assert f"VALUES ?network {{ <{NETWORK}eusalp> <{NETWORK}vanguard> }}" in bound


def test_a_misspelt_value_gets_near_matches() -> None:
    with pytest.raises(ParameterError) as caught:
        _bind(network=["eusapl"])
    assert "network:eusalp" in caught.value.hint
    assert caught.value.allowed == ["network:eusalp", "network:vanguard"]


def test_an_unknown_parameter_gets_a_suggestion() -> None:
    with pytest.raises(ParameterError, match="Did you mean 'network'"):
        _bind(netwrk=["eusalp"])


def test_an_enumeration_is_closed() -> None:
    with pytest.raises(ParameterError) as caught:
        _bind(lang=["fr"])
    assert caught.value.allowed == ["it", "en"]


def _parameter(kind: str, **more: object) -> Parameter:
    return replace(Parameter("x", kind, NOTHING, NOTHING), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "term"),
    [
        ("integer", "012", "12"),
        ("integer", "-3", "-3"),
        ("decimal", "1,5", "1.5"),
        ("date", "2022-02-28", "2022-02-28"),
        ("boolean", "1", "true"),
        ("string", 'a"b\\c\n', 'a"b\\c\n'),
    ],
)
def test_reads_by_type(kind: str, text: str, term: str) -> None:
    found = parse_value(_parameter(kind), text, CURIES, _choices)
    assert isinstance(found, Literal)
    assert found.value == term


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (_parameter("integer"), "1.5"),
        (_parameter("integer"), "١٢"),
        (_parameter("integer"), "1e9"),
        (_parameter("integer", minimum="1"), "0"),
        (_parameter("integer", maximum="9"), "10"),
        (_parameter("decimal"), "1e3"),
        (_parameter("decimal"), "NaN"),
        (_parameter("date"), "2022-02-30"),
        (_parameter("date"), "31/05/2022"),
        (_parameter("date", minimum="2022-01-01"), "2021-12-31"),
        (_parameter("boolean"), "sì"),
        (_parameter("string", pattern="[a-z]+"), "A"),
        (_parameter("string"), "a\0b"),
        (_parameter("string"), "\ud800"),
        (_parameter("string"), "x" * 3000),
        (_parameter("iri"), "javascript:alert(1)"),
        (_parameter("iri"), "network:eusalp> } #"),
    ],
)
def test_refuses_what_is_not_of_the_type(parameter: Parameter, text: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_value(parameter, text, CURIES, _choices)
    assert caught.value.name == "x"


def test_required_parameters() -> None:
    network = replace(QUERY.parameters[0], required=True)
    query = replace(QUERY, parameters=(network, QUERY.parameters[1]))
    for values in ({}, {"network": [""]}):
        with pytest.raises(ParameterError, match="required"):
            bind(query, values, curies=CURIES, choices_of=_choices)


def test_lists_the_allowed_values() -> None:
    store = open_release_store(MINI)
    found = list_choices(store, QUERY.parameters[0], CURIES)
    assert [c.label for c in found] == ["EUSALP", "Vanguard Initiative"]
    assert list_choices(store, QUERY.parameters[1], CURIES)[0].value == "it"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_no_string_can_change_the_query(value: str) -> None:
    """Only the VALUES line differs, it holds one literal, and the engine reads that value back."""
    bound = bind(TEXT_QUERY, {"text": [value]}, curies=CURIES, choices_of=_choices)
    before, after = TEXT_QUERY.text.split("\n"), bound.split("\n")
    changed = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert changed == [before.index("  VALUES ?text { UNDEF }")]
    kinds = [token.kind for token in tokenise(after[changed[0]])]
    assert kinds == ["word", "variable", "mark", "string", "mark"]
    found = LocalStore().query(bound)
    assert isinstance(found, Solutions)
    assert found.rows == [(Literal(value),)]


@given(st.text(max_size=60))
def test_no_text_passes_as_an_iri_unless_it_is_allowed(value: str) -> None:
    try:
        found = parse_value(_parameter("iri"), value, CURIES, _choices)
    except ParameterError:
        return
    assert found in {NamedNode(choice.value) for choice in CHOICES}
