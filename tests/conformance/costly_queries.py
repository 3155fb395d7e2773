"""Queries that are large, deep, long or costly, by name, with what may become of each.

Every one of them is either refused (4xx), stopped at a limit (503 or 504, or 4xx for an answer
that is too large), or answered in full with 200. ``STOPPED`` ones have no honest answer within
any limit; ``ANSWERED`` ones are only long or odd, and a plain answer is owed.
"""

from __future__ import annotations

from dataclasses import dataclass

EITHER, STOPPED, ANSWERED = "either", "stopped", "answered"


@dataclass(frozen=True)
class Costly:
    """A query by name; ``fate`` is one of the three words above, ``rows`` the owed number."""

    name: str
    text: str
    fate: str = EITHER
    rows: int | None = None


def _ask(inside: str) -> str:
    return "ASK { " + inside + " }"


def _crossed(many: int) -> str:
    return " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(many))


def _doubled(times: int) -> str:
    steps = " ".join(f"BIND (CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(times))
    return f'SELECT (STRLEN(?x{times}) AS ?n) {{ BIND ("aaaaaaaa" AS ?x0) {steps} }}'


def _replaced(times: int) -> str:
    text = '"aaaaaaaaaa"'
    for _ in range(times):
        text = f'REPLACE({text}, "a", "aaaaaaaaaa")'
    return f"SELECT (STRLEN({text}) AS ?n) {{}}"


def _values(variables: int, each: int) -> str:
    numbers = " ".join(str(i) for i in range(each))
    return " ".join(f"VALUES ?v{i} {{ {numbers} }}" for i in range(variables))


LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
EVIL = "a" * 200 + "!"

DEEP = [
    Costly("5,000 nested brackets", "SELECT (" + "(" * 5000 + "1" + ")" * 5000 + " AS ?x) {}"),
    Costly("5,000 nested groups", "ASK " + "{" * 5000 + "}" * 5000),
    Costly("1,000 nested functions",
           "SELECT (" + "STR(" * 1000 + "1" + ")" * 1000 + " AS ?x) {}"),
    Costly("2,000 nested IFs",
           "SELECT (" + "IF(true," * 2000 + "1" + ",2)" * 2000 + " AS ?x) {}"),
    Costly("20,000 negations", _ask("FILTER (" + "!" * 20000 + "true)")),
    Costly("20,000 minus signs", "SELECT (" + "- " * 20000 + "1 AS ?x) {}"),
    Costly("a sum of 20,000 terms", "SELECT (" + "+".join(["1"] * 20000) + " AS ?x) {}"),
    Costly("an OR of 20,000 terms", _ask("FILTER (" + "||".join(["false"] * 20000) + ")")),
    Costly("3,000 nested lists", _ask("?s ?p " + "(" * 3000 + ")" * 3000)),
    Costly("3,000 nested blank nodes", _ask("?s ?p " + "[?p " * 3000 + "1" + "]" * 3000)),
    Costly("2,000 nested OPTIONALs",
           _ask("OPTIONAL { ?s ?p ?o " * 2000 + "}" * 2000)),
    Costly("1,000 nested subqueries",
           "SELECT * { " + "{ SELECT * { " * 1000 + "?s ?p ?o" + " } }" * 1000 + " }"),
    Costly("1,000 nested NOT EXISTS",
           _ask("?s ?p ?o " + "FILTER NOT EXISTS { ?s ?p ?o " * 1000 + "}" * 1000)),
    Costly("a path in 3,000 brackets",
           _ask("?s " + "(" * 3000 + "<a:p>" + ")*" * 3000 + " ?o")),
    Costly("a path of 20,000 steps", _ask("?s " + "/".join(["<a:p>"] * 20000) + " ?o")),
    Costly("a path of 20,000 ways", _ask("?s " + "|".join(["<a:p>"] * 20000) + " ?o")),
    Costly("5,000 UNIONs", _ask("UNION".join(["{?s ?p ?o}"] * 5000))),
    Costly("5,000 brackets left open", "SELECT (" + "(" * 5000),
    Costly("5,000 groups left open", "ASK " + "{" * 5000),
]  # fmt: skip

LONG = [
    Costly("10,000 VALUES", "SELECT (COUNT(*) AS ?n) { VALUES ?x { "
           + " ".join(f"<a:{i}>" for i in range(10000)) + " } }", ANSWERED, 1),
    Costly("900 kB of comment", "ASK {}\n#" + "x" * 900_000, ANSWERED),
    Costly("a text of 500 kB", 'SELECT (STRLEN("' + "x" * 500_000 + '") AS ?n) {}', ANSWERED, 1),
    Costly("1.2 MB of text", "ASK {}\n#" + "x" * 1_200_000),
    Costly("20,000 prefixes", "\n".join(f"PREFIX p{i}: <a:{i}>" for i in range(20000)) + " ASK {}"),
    Costly("5,000 variables", "SELECT " + " ".join(f"?v{i}" for i in range(5000)) + " {}"),
    Costly("a name of 100,000 letters", "SELECT (1 AS ?" + "v" * 100_000 + ") {}"),
    Costly("100,000 escapes", "ASK { FILTER ('" + "\\u0041" * 100_000 + "' = 'A') }"),
    Costly("5,000 joined patterns", _ask(_crossed(5000))),
    Costly("a number of 100,000 digits", "SELECT (" + "9" * 100_000 + " AS ?x) {}"),
    Costly("an exponent beyond all bounds", "SELECT (1e999999999 * 1e999999999 AS ?x) {}"),
    Costly("a LIMIT beyond all bounds", "SELECT ?s { ?s a ?t } LIMIT 99999999999999999999999"),
    Costly("an OFFSET beyond all bounds", "SELECT ?s { ?s a ?t } OFFSET 99999999999999999999"),
]  # fmt: skip

HEAVY = [
    Costly("COUNT of a product of four", f"SELECT (COUNT(*) AS ?n) {{ {_crossed(4)} }}", STOPPED),
    Costly("a product of three in order",
           f"SELECT * {{ {_crossed(3)} }} ORDER BY ?o2 ?o1 ?o0", STOPPED),
    Costly("the distinct rows of a product of three",
           f"SELECT DISTINCT * {{ {_crossed(3)} }}", STOPPED),
    Costly("all rows of a product of two", f"SELECT * {{ {_crossed(2)} }}", STOPPED),
    Costly("all triples of a product of two",
           f"CONSTRUCT {{ ?s0 ?p1 ?o1 }} {{ {_crossed(2)} }}", STOPPED),
    Costly("groups of a product of three",
           f"SELECT ?o2 ?o1 (COUNT(*) AS ?n) {{ {_crossed(3)} }} GROUP BY ?o2 ?o1", STOPPED),
    Costly("a product of VALUES", f"SELECT (COUNT(*) AS ?n) {{ {_values(8, 50)} }}", STOPPED),
    Costly("an ASK over a product that has no row",
           _ask(f"{_crossed(4)} FILTER (STRLEN(CONCAT(STR(?o0), STR(?o1), STR(?o2))) < 0)"),
           STOPPED),
    Costly("NOT EXISTS for every row of a product",
           f"SELECT (COUNT(*) AS ?n) {{ {_crossed(2)}"
           " FILTER NOT EXISTS { ?o0 ?q ?s1 . ?s1 ?r ?o0 } }", STOPPED),
    Costly("a product under MINUS",
           f"SELECT (COUNT(*) AS ?n) {{ {_crossed(3)} MINUS {{ ?s0 ?p1 ?o2 }} }}", STOPPED),
    Costly("sixteen sources of every pair", "SELECT (COUNT(*) AS ?n) { ?a (!<a:a>|!^<a:a>)+ ?b ."
           " ?c (!<a:a>|!^<a:a>)+ ?d . ?e (!<a:a>|!^<a:a>)+ ?f }", STOPPED),
    Costly("exponential paths", "SELECT (COUNT(*) AS ?n) { ?a "
           + "/".join(["(!<a:a>|!^<a:a>)"] * 12) + " ?b }", STOPPED),
    Costly("stars of stars", "SELECT (COUNT(*) AS ?n) {"
           " ?a ((((!<a:a>|!^<a:a>)*)*)*)* ?b . ?c ((!<a:a>|!^<a:a>)*)* ?d }", STOPPED),
    Costly("patterns that match for ever",
           f"SELECT (COUNT(*) AS ?n) {{ {_crossed(2)}"
           f' FILTER (REGEX(CONCAT(STR(?o0), STR(?o1), "{EVIL}"), "^(a+)+$|(.*a){{20}}b")) }}',
           STOPPED),
    Costly("one catastrophic REGEX", f'SELECT (REGEX("{EVIL * 50}", "^(a+)+$") AS ?x) {{}}'),
    Costly("a REGEX with a back reference",
           f'SELECT (REGEX("{EVIL * 50}", "^(a*)*\\\\1$") AS ?x) {{}}'),
    Costly("a REGEX of bounded repeats",
           'SELECT (REGEX("' + "a" * 5000 + '", "((a{1,900}){1,900}){1,900}$") AS ?x) {}'),
    Costly("a text doubled forty times", _doubled(40), STOPPED),
    Costly("a text replaced tenfold twelve times", _replaced(12), STOPPED),
    Costly("GROUP_CONCAT of a product",
           f"SELECT (STRLEN(GROUP_CONCAT(STR(?o0))) AS ?n) {{ {_crossed(2)} }}", STOPPED),
    Costly("GROUP_CONCAT with a long separator",
           'SELECT (GROUP_CONCAT(STR(?s); separator="' + "x" * 100_000 + '") AS ?n)'
           " { ?s ?p ?o }", STOPPED),
    Costly("a long label on every row",
           'SELECT ?s ("' + "x" * 100_000 + '" AS ?l) { ?s ?p ?o }', STOPPED),
    Costly("distinct random numbers",
           f"SELECT DISTINCT ?r {{ {_crossed(2)} BIND (RAND() AS ?r) }} ORDER BY ?r", STOPPED),
    Costly("distinct fresh UUIDs",
           f"SELECT (COUNT(DISTINCT ?u) AS ?n) {{ {_crossed(2)} BIND (UUID() AS ?u) }}", STOPPED),
    Costly("a DESCRIBE of a product", f"DESCRIBE * {{ {_crossed(2)} }}"),
    Costly("a product deep inside", "SELECT ?n { " + "{ SELECT ?n { " * 20
           + f"{{ SELECT (COUNT(*) AS ?n) {{ {_crossed(4)} }} }}" + " } }" * 20 + " }", STOPPED),
]  # fmt: skip

COSTLY = [*DEEP, *LONG, *HEAVY]
