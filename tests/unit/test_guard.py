"""What is refused before the engine sees a query."""

import contextlib
import time

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql import guard
from ctl_kg.sparql.guard import MAX_DEPTH, scan
from ctl_kg.sparql.tokens import nearest_keyword, tokenise


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


# ------------------------------------------------------------------ disguises

_GAPS = st.sampled_from([" ", "\n", "\t", "\r\n", "# SELECT * {}\n", " #\n ", "  "])
_PROLOGUES = st.lists(
    st.sampled_from(
        ["PREFIX a: <x:>", "prefix ask: <x:select#>", "BASE <http://x/>", "PREFIX : <x:y>", "# ASK"]
    ),
    max_size=3,
).map(lambda lines: "\n".join([*lines, ""]))
_UPDATES = (
    ("INSERT", " DATA { <x:a> <x:b> <x:c> }"), ("DELETE", " WHERE { ?s ?p ?o }"),
    ("LOAD", " <http://127.0.0.1/>"), ("LOAD", " SILENT <file:///etc/passwd>"),
    ("CLEAR", " ALL"), ("DROP", " GRAPH <x:g>"), ("CREATE", " GRAPH <x:g>"),
    ("ADD", " DEFAULT TO <x:g>"), ("MOVE", " <x:g> TO <x:h>"), ("COPY", " <x:g> TO <x:h>"),
    ("WITH", " <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"),
)  # fmt: skip
_AROUND = (
    "CALL", "OPTIONAL { CALL }", "FILTER EXISTS { CALL }", "{ SELECT * { CALL } }",
    "{} UNION { CALL }", "?s ?p 'SERVICE' . CALL", '?s ?p "\\"" . CALL', "# {\nCALL",
    "?s ?p 1 CALL", "GRAPH ?g { CALL }",
)  # fmt: skip


@st.composite
def disguised(draw: st.DrawFn, word: str) -> str:
    """Write a keyword in mixed case, some of its letters as codepoint escapes."""
    letters = []
    for letter in word:
        chosen = draw(st.sampled_from([letter.upper(), letter.lower()]))
        form = draw(st.sampled_from(["{0}", "{0}", "{0}", "\\u{1:04x}", "\\U{1:08X}"]))
        letters.append(form.format(chosen, ord(chosen)))
    return "".join(letters)


@given(_PROLOGUES, _GAPS, st.sampled_from(_UPDATES), st.data())
def test_no_disguise_lets_an_update_pass(
    prologue: str, gap: str, update: tuple[str, str], data: st.DataObject
) -> None:
    word = data.draw(disguised(update[0]))
    with pytest.raises(QuerySyntaxError) as caught:
        scan(prologue + gap + word + update[1])
    assert update[0] in caught.value.message


@given(
    _PROLOGUES,
    disguised("SERVICE"),
    _GAPS,
    st.sampled_from(["", "SILENT ", "silent\n"]),
    st.sampled_from(["<http://127.0.0.1/>", "?x", "$x", "a:b", "<x>", "<http://allowed/>x"]),
    st.sampled_from(_AROUND),
)
def test_no_disguise_lets_service_pass(
    prologue: str, keyword: str, gap: str, silent: str, target: str, around: str
) -> None:
    call = around.replace("CALL", f"{keyword}{gap}{silent}{target} {{ ?s ?p ?o }}")
    allowed = ("http://allowed/",) if not target.startswith("<http://allowed/>") else ()
    for allow in ((), allowed):
        with pytest.raises(QuerySyntaxError) as caught:
            scan(f"{prologue}SELECT * {{ {call} }}", allow)
        assert "SERVICE" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://allowed/sparql> { ?s ?p ?o } }",
        "ASK { service silent <http://allowed/sparql> { ?s ?p ?o } }",
        r"ASK { SERVICE <http://allow\u0065d/sparql> { ?s ?p ?o } }",
        "PREFIX a: <http://allowed/> ASK { SERVICE a:sparql { ?s ?p ?o } }",
    ],
)
def test_an_allowed_endpoint_may_be_called(text: str) -> None:
    found = scan(text, ("http://allowed/sparql",))
    assert found.has_service
    with pytest.raises(QuerySyntaxError, match="never does"):
        scan(text)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://allowed/sparql/> { ?s ?p ?o } }",
        "ASK { SERVICE <http://allowed/sparql?x> { ?s ?p ?o } }",
        "ASK { SERVICE <HTTP://allowed/sparql> { ?s ?p ?o } }",
        "BASE <http://allowed/> ASK { SERVICE <sparql> { ?s ?p ?o } }",
        "PREFIX a: <http://allowed/> PREFIX a: <http://x/> ASK { SERVICE a:sparql { ?s ?p ?o } }",
        "BASE <http://x/> PREFIX a: <y> ASK { SERVICE a:sparql { ?s ?p ?o } }",
        "ASK { VALUES ?e { <http://allowed/sparql> } SERVICE ?e { ?s ?p ?o } }",
        "ASK { SERVICE <http://allowed/sparql> {} SERVICE <http://x/> {} }",
        "ASK { SERVICE <http://allowed/sparql> { SERVICE <http://x/> {} } }",
        "PREFIX SERVICE: <http://x/> ASK { SERVICE:allowed { ?s ?p ?o } }",
        "ASK { SERVICE }",
        "ASK { SERVICE",
    ],
)
def test_any_other_endpoint_may_not(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        scan(text, ("http://allowed/sparql",))
    assert "SERVICE" in caught.value.message
    assert caught.value.hint


_PIECES = st.lists(
    st.sampled_from(
        ["SELECT", "ASK", "?s", "{", "}", "(", ")", "[", "]", "<http://x/a>", "<", ">", "'a'",
         '"b"', '"""', '"', "'", "'''", "\n", " ", "#", "# c\n", "\\", "\\u0053", "ex:a-b", "-",
         "PREFIX ex: <x:>", "+", "*", "/", "|", "&&", "=", "!", ".", ";", "SERVICE", "UNION",
         "1.5", "_:a.b", "@en-GB", ":a%41.b", "é", ":é.b", "<x y>", "<\\u0041>", "?x-a.b:c", "FROM",
         "?from", "$FROM", "x:derivedFrom", "_", "1", "@en", "%41"]
    ),
    max_size=30,
)  # fmt: skip


@given(_PIECES)
def test_the_quick_way_decides_as_the_tokens_do(pieces: list[str]) -> None:
    """Most texts are let pass without looking at each token: never one that tokens refuse."""
    text = "SELECT ?s { " + "".join(pieces)

    def decided(quick: bool) -> object:
        try:
            found = guard.scan(text) if quick else guard._scan_tokens(text, ())
        except QuerySyntaxError as error:
            return error.message, error.line, error.column
        return found.form, found.has_dataset, found.has_service

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "MAX_DEPTH", 3)
        patch.setattr(guard, "MAX_CHAIN", 4)
        assert decided(quick=True) == decided(quick=False)


@given(_PIECES)
def test_what_passes_calls_nobody(pieces: list[str]) -> None:
    """A call that passed would be tried, and fail: nothing listens at that address."""
    text = "SELECT ?s { " + " ".join(pieces) + " SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    try:
        scan(text)
        list(ox.Store().query(text))  # type: ignore[arg-type]
    except (QuerySyntaxError, SyntaxError):
        return
