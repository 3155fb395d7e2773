"""What is refused before the engine sees a query."""

import contextlib
import time

import pytest

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql.guard import MAX_DEPTH, nearest_keyword, scan, tokenise


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s { SERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT ?s { service silent ?x { ?s ?p ?o } }",
        r"SELECT ?s { SERV\u0049CE <http://x/> { ?s ?p ?o } }",
        r"SELECT ?s { \U00000053ERVICE <http://x/> { ?s ?p ?o } }",
        "PREFIX : <http://x/> ASK { SERVICE:a { ?s ?p ?o } }",
        "ASK { ?s ?p true.SERVICE<http://x/>{ ?s ?p ?o } }",
        "ASK { ?s ?p 1.5e3SERVICE<http://x/>{ ?s ?p ?o } }",
        "ASK { ?s ?p trueSERVICE <http://x/> { ?s ?p ?o } }",
        "ASK { { SELECT ?s { OPTIONAL { SERVICE SILENT <http://x/> { ?s ?p ?o } } } } }",
        "ASK {\n# SERVICE\nSERVICE#\n<http://x/>{ ?s ?p ?o } }",
        'ASK { ?s ?p "a\\"b" . SERVICE <http://x/> { ?s ?p ?o } }',
        "ASK { ?s ?p 'x'@en SERVICE <http://x/> { ?s ?p ?o } }",
        "ASK { ?s ?p '''it's'''. SERVICE <http://x/> {} }",
        "ASK { FILTER(1<2) SERVICE <http://x/> { FILTER(3>2) } }",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX a: <b:> delete where { ?s ?p ?o }",
        "# SELECT\nLOAD <http://x/>",
        "CLEAR ALL",
        r"DR\u004FP ALL",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_refuses_what_reaches_out_or_writes(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        scan(text)
    assert caught.value.line
    assert caught.value.column


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s { ?s ?p 'SERVICE' }",
        'SELECT ?s { ?s ?p """ SERVICE <http://x/> {} """ }',
        "SELECT ?SERVICE { ?SERVICE ?p ?o } # SERVICE <x>",
        "PREFIX service: <a:> SELECT ?s { GRAPH service:a { ?s service:b ?o } }",
        "PREFIX a: <a:> SELECT ?s { ?s a:SERVICE ?o ; a:b.SERVICE ?x }",
        "ASK { ?s <http://x/SERVICE> ?o }",
        "ASK { _:SERVICE ?p 'x'@service }",
        "SELECT (1 AS ?insert) { ?s ?p 'DELETE' }",
    ],
)
def test_lets_names_and_texts_pass(text: str) -> None:
    assert scan(text).form in ("SELECT", "ASK")


def test_tokens_know_their_place() -> None:
    tokens = list(tokenise('ASK {\n  ?s ?p """a\nb""" .\n  ex:x a ex:y }'))
    places = {token.text: (token.line, token.column) for token in tokens}
    assert places["?s"] == (2, 3)
    assert places["ex:x"] == (4, 3)


def test_refuses_deep_nesting() -> None:
    with pytest.raises(QuerySyntaxError, match="nested"):
        scan("ASK " + "{" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "text",
    [
        "ASK {" + "a." * 200_000,
        "ASK {" + '\\"""' * 100_000,
        "ASK {" + "<" * 200_000,
        "ASK {" + "x" * 400_000,
        "ASK {" + "a:a." * 100_000,
        "ASK {" + "'a" * 200_001,
        "ASK {" + "a " * 400_000,
    ],
    ids=lambda text: text[5:9],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(QuerySyntaxError):
        scan(text)
    assert time.process_time() - start < 3


def test_an_open_string_is_named() -> None:
    with pytest.raises(QuerySyntaxError, match="not closed") as caught:
        scan("ASK {\n ?s ?p 'open }")
    assert (caught.value.line, caught.value.column) == (2, 8)


def test_reports_form_dataset_and_prefixes() -> None:
    found = scan("PREFIX a: <x:> PREFIX b: <y:> CONSTRUCT { ?s a:p ?o } FROM a:g { ?s ?p ?o }")
    assert found.form == "CONSTRUCT"
    assert found.is_graph
    assert found.has_dataset
    assert found.declared == {"a": "x:", "b": "y:"}
    assert found.used_prefixes() == {"a"}


def test_names_the_first_undeclared_prefix() -> None:
    unknown = scan("PREFIX a: <x:> ASK { ?s a:p b:q }").undeclared()
    assert unknown is not None
    assert unknown.text == "b:q"


def test_a_correct_keyword_has_no_correction() -> None:
    assert nearest_keyword("SELECT") is None
