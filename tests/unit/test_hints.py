"""What people mistype in SPARQL: each mistake is told with its place and what to write."""

import pytest

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql.store import LocalStore

PROLOGUE = "PREFIX x: <x:>\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("SELECT ?s {\n ?s ?p ?o\n ?s x:q ?z }", 4, 2, "expected '.', ';' or ',' before ?s", "dot"),
        ("SELECT ?s { ?s x:p ?o ; ?t x:q ?z }", 2, 32, "before ?z", "After ';' the subject"),
        ("SELECT ?s { ?s x:p 1.5 ?t }", 2, 24, "before ?t", "dot"),
        ("SELECT ?s { ?s ?p . }", 2, 19, "expected an object, found '.'", "subject, predicate"),
        ("SELECT ?s { ?s ?p }", 2, 19, "expected an object, found '}'", "subject, predicate"),
        ("SELECT ?s { ?s ?p ?o. ; }", 2, 23, "';' stands where a pattern begins", "subject"),
        ("SELECT ?s { ?s ?p ?o", 2, 11, "'{' is never closed", "balance"),
        ("SELECT ?s { { ?s ?p ?o }\nORDER BY ?s", 3, 1, "expected '}'", "balance"),
        ("SELECT ?s { ?s ?p ?o } }", 2, 24, "'}' closes nothing", "balance"),
        ("SELECT ?s { FILTER(LANG(?o) = 'it' }", 2, 36, "expected ')'", "balance"),
        ("SELECT ?s { ?s ?p 'a }", 2, 19, "a string is not closed", "same quotation mark"),
        ("SELECT ?s { ?s ?p “a” }", 2, 19, "typographic quotation mark", 'Write "'),
        ("SELECT ?s\u00a0{ ?s ?p ?o }", 2, 10, "invisible character (U+00A0)", "plain space"),
        ("SELECT ?s { FILTER(?a &lt; 2) }", 2, 23, "as in HTML", "Write < instead"),
        ("SELECT ?s { ?s a <http://a b> }", 2, 18, "an IRI is malformed", "%20"),
        ("SELECT ?s { FILTER(?o IN ?p) }", 2, 26, "expected '(' after IN", "write ="),
        ("SELECT ?s { FILTER(?s == 1) }", 2, 23, "'==' is no operator", "single ="),
        ("SELECT ?s { FILTER(?o <> ?p) }", 2, 23, "'<>' is no operator", "!="),
        ("SELECT ?s { FILTER(?o = 1 AND ?p = 2) }", 2, 27, "'AND' is no word", "&&"),
        ("SELECT ?s { ?s ?p ?o FILTER ?o = 1 }", 2, 29, "expected '(' after FILTER", "FILTER ("),
        ("SELECT ?s { FILTER NOT { ?s ?p ?x } }", 2, 20, "NOT is followed by neither", "!"),
        ("SELECT ?s WHERE ?s ?p ?o", 2, 17, "expected '{' after WHERE", "between { and }"),
        ("SELECT ?s ?p", 2, 11, "the patterns are missing", "between { and }"),
        ("SELECT COUNT(?s) { ?s ?p ?o }", 2, 8, "without brackets and a name", "(COUNT(?x) AS"),
        ("SELECT (COUNT(?s)) { ?s ?p ?o }", 2, 8, "has no name", "AS ?name"),
        ("SELECT ?s (COUNT(?p) AS ?n) { ?s ?p ?o }", 2, 8, "neither grouped", "GROUP BY"),
        ("SELECT ?s { FILTER(COUNT(?s) > 1) }", 2, 20, "COUNT stands in FILTER", "HAVING"),
        ("SELECT ?s, ?p { ?s ?p ?o }", 2, 10, "a comma stands between", "by spaces"),
        ("SELECT s { ?s ?p ?o }", 2, 8, "expected a variable after SELECT", "?s"),
        ("SELECT { ?s ?p ?o }", 2, 8, "SELECT names no variable", "*"),
        ("SELECT DISTNCT ?s { ?s ?p ?o }", 2, 8, "expected a variable", "DISTINCT"),
        ("SELECT ?s { ?s ?p ?o OPTINAL { ?s ?p ?z } }", 2, 22, "'OPTINAL'", "OPTIONAL"),
        ("SELECT ?s { ?s a Cluster }", 2, 18, "'Cluster' is no word", "ex:Cluster"),
        ("SELECT ?s { ?s x:y/ ?o }", 2, 21, "expected a property after '/'", "path"),
        ("SELECT ?s { FILTER(strlength(?s) > 1) }", 2, 20, "is no function", "STRLEN"),
        ("SELECT ?s { FILTER(contain(?s, 'a')) }", 2, 20, "is no function", "CONTAINS"),
        ("SELECT ?s { FILTER(integer(?s) > 1) }", 2, 20, "need their prefix", "xsd:integer"),
        ("SELECT ?s { FILTER REGEX(?o, '\\d') }", 2, 30, "\\d is no escape", "\\\\d"),
        ("SELECT ?s { ?s ?p ?o BIND(?o) }", 2, 22, "BIND gives no name", "AS ?name"),
        ("SELECT ?s { ?s ?p ?o BIND(1 AS ?o) }", 2, 32, "?o has a value", "another name"),
        ("SELECT ?s { OPTIONAL ?s ?p ?o }", 2, 22, "expected '{' after OPTIONAL", "{ … }"),
        ("SELECT ?s { GRAPH { ?s ?p ?o } }", 2, 19, "after GRAPH", "GRAPH ?g"),
        ("SELECT ?s { VALUES ?s (1 2) ?s ?p ?o }", 2, 23, "expected '{' after ?s", "VALUES ?s {"),
        ("SELECT ?s { ?s ?p ?o } ORDER ?s", 2, 30, "expected BY after ORDER", "ORDER BY"),
        ("SELECT ?s { ?s ?p ?o } ORDER BY ?s DESC", 2, 36, "DESC is not followed", "DESC(?var"),
        ("SELECT ?s { ?s ?p ?o } LIMIT x", 2, 30, "expected a whole number", "LIMIT 10"),
        ("SELECT ?s FROM x { ?s ?p ?o }", 2, 11, "FROM is not followed", "FROM <https://…>"),
        ("PREFIX y <y:> SELECT ?s { ?s ?p ?o }", 2, 8, "a name and a colon", "PREFIX name:"),
        ("PREFIX y: y: SELECT ?s { ?s ?p ?o }", 2, 11, "not followed by an IRI", "<https://…>"),
        ("PREFIX y: <y:> . SELECT ?s { ?s ?p ?o }", 2, 16, "'.' stands after", "Delete it"),
        ("@prefix y: <y:> . SELECT ?s { ?s ?p ?o }", 2, 1, "is Turtle", "PREFIX without @"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_place(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        LocalStore().query(PROLOGUE + text)
    error = caught.value
    assert message in error.message
    assert (error.line, error.column) == (line, column)
    assert hint in error.hint


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s x:unknown <https://w3id.org/ctl-kg/data/cluster/none> }",
        "SELECT * { ?s x:p+/^x:q* 1.5e3 , -2 ; a x:C . [] x:p [ x:q 'a'@it ] . (1 2) x:p 'b' }",
        "SELECT (?a/?b AS ?c) { VALUES (?a ?b) { (1 2) } FILTER(?a<?b||!(?a>=2)&&?a!=3) }",
    ],
)
def test_what_parses_is_never_taken_for_a_mistake(text: str) -> None:
    assert LocalStore().query(PROLOGUE + text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s { ?s ?p ?o } FOO",
        "ASK { ?s !!! ?o }",
        "SELECT (?s AS ?s) { ?s ?p ?o }",
        "ASK {}}",
        "{",
    ],
)
def test_any_other_mistake_has_a_message_too(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        LocalStore().query(text)
    assert caught.value.message
    assert caught.value.hint
    assert "[_]" not in str(caught.value)
