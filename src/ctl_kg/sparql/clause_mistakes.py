"""Mistakes in the clauses and patterns of a query that does not parse.

Source: SPARQL 1.1 Query §19.8 (grammar).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctl_kg.sparql.token_walk import Mistake, are_adjacent, text_at, token_at, until_closed, word_of
from ctl_kg.sparql.tokens import KEYWORDS, Token, nearest_keyword

AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_XSD_TYPES = (
    "integer", "decimal", "double", "float", "string", "boolean", "date", "dateTime", "gYear",
)  # fmt: skip
_OTHER_WORDS = {
    "AND": "Write && between conditions.",
    "OR": "Write || between conditions.",
    "LIKE": "Write CONTAINS(?text, \"part\") or REGEX(?text, \"pattern\").",
    "NULL": "Use BOUND(?x) or !BOUND(?x); in VALUES, write UNDEF.",
    "TOP": "Write LIMIT 10 at the end.",
}  # fmt: skip
_NAMES = ("iri", "name", "variable")


def _projections(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield where each SELECT clause begins (after the keyword) and ends."""
    for index, token in enumerate(tokens):
        if word_of(token) != "SELECT":
            continue
        depth = 0
        end = index + 1
        while end < len(tokens):
            mark = tokens[end].text if tokens[end].kind == "mark" else ""
            if mark == "{" or (depth == 0 and word_of(tokens[end]) in ("WHERE", "FROM")):
                break
            depth += (mark == "(") - (mark == ")")
            end += 1
        yield index + 1, end


def check_projection(tokens: Sequence[Token]) -> Mistake | None:
    """Find a SELECT clause that is no list of variables and named expressions."""
    for start, end in _projections(tokens):
        found = _clause_mistake(tokens, start, end)
        if found:
            return found
    return None


def _clause_mistake(tokens: Sequence[Token], start: int, end: int) -> Mistake | None:
    depth = 0
    items = 0
    for index in range(start, end):
        token, word = tokens[index], word_of(tokens[index])
        if depth == 0 and word in AGGREGATES:
            return Mistake(
                token, f"{word} stands in SELECT without brackets and a name",
                f"Write ({word}(?x) AS ?name).",
            )  # fmt: skip
        if depth == 0 and token.text == ",":
            return Mistake(
                token, "a comma stands between the variables of SELECT",
                "Separate them by spaces: SELECT ?a ?b.",
            )  # fmt: skip
        if depth == 0 and token.kind == "word" and word not in ("DISTINCT", "REDUCED", "AS"):
            near = nearest_keyword(token.value)
            return Mistake(
                token, f"expected a variable after SELECT, found '{token.text}'",
                f"Did you mean {near}?" if near in ("DISTINCT", "REDUCED", "WHERE", "FROM")
                else f"Variables begin with a question mark: ?{token.text}.",
            )  # fmt: skip
        if token.text == "(" and depth == 0:
            inner = until_closed(tokens, index)
            if not any(word_of(t) == "AS" for t in inner):
                return Mistake(
                    token, "an expression of SELECT has no name", "Write (expression AS ?name)."
                )
        depth += (token.text == "(") - (token.text == ")")
        items += word not in ("DISTINCT", "REDUCED")
    if items == 0 and end < len(tokens):
        return Mistake(
            tokens[end], "SELECT names no variable", "Name variables, or write * for all of them."
        )
    return None


def check_no_group(tokens: Sequence[Token]) -> Mistake | None:
    """Find a query whose patterns do not stand in braces."""
    for index, token in enumerate(tokens):
        if word_of(token) == "WHERE" and text_at(tokens, index + 1) != "{":
            return Mistake(
                token_at(tokens, index + 1) or token, "expected '{' after WHERE",
                "Put the patterns between { and }.",
            )  # fmt: skip
    words = {word_of(token) for token in tokens}
    if "DESCRIBE" not in words and not any(token.text == "{" for token in tokens):
        return Mistake(
            tokens[-1], "the patterns are missing: there is no '{'",
            "Put them between { and }, after WHERE.",
        )  # fmt: skip
    return None


def check_operators(tokens: Sequence[Token]) -> Mistake | None:
    """Find operators and words of other languages."""
    for index, token in enumerate(tokens):
        word = word_of(token)
        if token.text == "==":
            return Mistake(token, "'==' is no operator of SPARQL", "Compare with a single =.")
        if token.text == "<>" and text_at(tokens, index - 1)[:1] in ("?", "$", ")", '"'):
            return Mistake(token, "'<>' is no operator of SPARQL", "Write != for 'is not'.")
        if token.kind == "mark" and token.text == "&":
            return Mistake(token, "a single '&' is no operator of SPARQL", "Write &&.")
        if word in _OTHER_WORDS and text_at(tokens, index + 1) != "(":
            return Mistake(token, f"'{token.text}' is no word of SPARQL", _OTHER_WORDS[word])
        if word == "NOT" and word_of(token_at(tokens, index + 1)) not in ("IN", "EXISTS"):
            return Mistake(
                token, "NOT is followed by neither IN nor EXISTS", "Write ! before a condition."
            )
        if word == "IN" and text_at(tokens, index + 1) != "(":
            return Mistake(
                token_at(tokens, index + 1) or token, "expected '(' after IN",
                "IN takes a list: ?x IN (1, 2). To compare with one value, write =.",
            )  # fmt: skip
    return None


def check_clauses(tokens: Sequence[Token]) -> Mistake | None:
    """Find clauses that lack what must follow their keyword."""
    for index, token in enumerate(tokens):
        if token.kind != "word":
            continue
        following = token_at(tokens, index + 1)
        found = _modifier(token, following) or _pattern_clause(tokens, index, token, following)
        if found:
            return found
    return None


def _modifier(token: Token, following: Token | None) -> Mistake | None:
    """Check the clauses after the patterns."""
    word, place = word_of(token), following or token
    if word in ("GROUP", "ORDER") and word_of(following) != "BY":
        return Mistake(place, f"expected BY after {word}", f"Write {word} BY ?variable.")
    if word in ("LIMIT", "OFFSET") and (following is None or following.kind != "number"):
        return Mistake(place, f"expected a whole number after {word}", f"For example {word} 10.")
    if word in ("ASC", "DESC") and (following is None or following.text != "("):
        return Mistake(
            token, f"{word} is not followed by '('", f"Write ORDER BY {word}(?variable)."
        )
    if word == "HAVING" and following is not None and following.kind == "variable":
        return Mistake(following, "expected '(' after HAVING", "Write HAVING (condition).")
    return None


def _pattern_clause(
    tokens: Sequence[Token], index: int, token: Token, following: Token | None
) -> Mistake | None:
    """Check the clauses among the patterns."""
    word, place, after = word_of(token), following or token, following.text if following else ""
    if word == "FILTER" and following and after != "(":
        if following.kind not in ("word", "name", "iri"):
            return Mistake(following, "expected '(' after FILTER", "Write FILTER (condition).")
    elif word == "GRAPH" and (following is None or following.kind not in _NAMES):
        return Mistake(
            place, "expected the IRI of a graph or a variable after GRAPH",
            "Write GRAPH ?g { … } or GRAPH <https://…> { … }.",
        )  # fmt: skip
    elif word == "VALUES" and following and following.kind == "variable":
        if text_at(tokens, index + 2) != "{":
            return Mistake(
                token_at(tokens, index + 2) or place, f"expected '{{' after {after}",
                f"Write VALUES {after} {{ 1 2 3 }}.",
            )  # fmt: skip
    elif word == "BIND":
        inner = until_closed(tokens, index + 1)
        if after != "(" or not any(word_of(each) == "AS" for each in inner):
            return Mistake(token, "BIND gives no name", "Write BIND (expression AS ?name).")
    elif word in ("OPTIONAL", "MINUS", "UNION", "EXISTS") and after != "{":
        return Mistake(place, f"expected '{{' after {word}", f"Write {word} {{ … }}.")
    return None


def check_functions(tokens: Sequence[Token]) -> Mistake | None:
    """Find functions that SPARQL does not have."""
    for index, token in enumerate(tokens):
        if token.kind != "word" or text_at(tokens, index + 1) != "(":
            continue
        word = token.value.upper()
        cast = next((t for t in _XSD_TYPES if t.upper() == word), None)
        if cast:
            return Mistake(
                token, f"'{token.text}' is no function of SPARQL: the types of XML Schema need "
                "their prefix",
                f"Write xsd:{cast}(…), with PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>.",
            )  # fmt: skip
        if word not in KEYWORDS:
            near = nearest_keyword(token.value)
            return Mistake(
                token, f"'{token.text}' is no function of SPARQL",
                f"Did you mean {near} (instead of {token.text})?" if near
                else "Other functions are IRIs: write them with their prefix.",
            )  # fmt: skip
    return None


def check_words(tokens: Sequence[Token]) -> Mistake | None:
    """Find words that are no keywords."""
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.value in ("a", "true", "false"):
            continue
        word = token.value.upper()
        if word not in KEYWORDS and not _at_number(tokens, index):
            near = nearest_keyword(token.value)
            return Mistake(
                token, f"'{token.text}' is no word of SPARQL",
                f"Did you mean {near} (instead of {token.text})?" if near
                else "Variables begin with ? and names have a prefix, as "
                f"?{token.text} or ex:{token.text}.",
            )  # fmt: skip
    return None


def _at_number(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a word is the exponent of a number, as in 1e6."""
    before = token_at(tokens, index - 1)
    return bool(before and before.kind == "number" and are_adjacent(before, tokens[index]))


def check_not_grouped(tokens: Sequence[Token]) -> Mistake | None:
    """Find an aggregate in a FILTER, or a variable of SELECT that is not grouped."""
    for index, token in enumerate(tokens):
        if word_of(token) == "FILTER":
            for inner in until_closed(tokens, index + 1):
                if word_of(inner) in AGGREGATES:
                    return Mistake(
                        inner, f"{word_of(inner)} stands in FILTER, where there are no groups",
                        "Use HAVING after GROUP BY, or a SELECT of its own in { }.",
                    )  # fmt: skip
    grouped: set[str] = set()
    inside = False
    for index, token in enumerate(tokens):
        if word_of(token) == "BY" and word_of(token_at(tokens, index - 1)) == "GROUP":
            inside = True
        elif (
            word_of(token) in ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES") or token.text == "}"
        ):
            inside = False
        elif inside and token.kind == "variable":
            grouped.add(token.text[1:])
    for start, end in _projections(tokens):
        depth = 0
        for token in tokens[start:end]:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0 and token.kind == "variable" and token.text[1:] not in grouped:
                return Mistake(
                    token, f"SELECT names {token.text}, which a query with groups never binds: "
                    "it is neither grouped nor computed from a group",
                    f"Add {token.text} to GROUP BY, or write (SAMPLE({token.text}) AS ?name).",
                )  # fmt: skip
    return None


def check_bound_twice(tokens: Sequence[Token]) -> Mistake | None:
    """Find a BIND whose variable the group has bound before."""
    seen: list[set[str]] = [set()]
    for index, token in enumerate(tokens):
        if token.text == "{":
            seen.append(set())
        elif token.text == "}" and len(seen) > 1:
            inner = seen.pop()
            seen[-1] |= inner
        elif token.kind == "variable" and len(seen) > 1:
            is_name = word_of(token_at(tokens, index - 1)) == "AS"
            if is_name and token.text[1:] in seen[-1]:
                return Mistake(
                    token, f"{token.text} has a value before this place, and AS needs a new name",
                    "Use another name, or FILTER to compare.",
                )  # fmt: skip
            seen[-1].add(token.text[1:])
    return None


_TERMS = ("iri", "name", "variable", "blank", "string", "number")
_OUTSIDE = -1  # of a pattern


def check_triples(tokens: Sequence[Token]) -> Mistake | None:
    """Find a pattern with a term too many or too few, outside brackets and other clauses."""
    state = _OUTSIDE  # else the number of terms that the pattern has so far
    depth = 0
    in_path = False
    for index, token in enumerate(tokens):
        mark = token.text if token.kind == "mark" else ""
        depth += (mark in ("(", "[")) - (mark in (")", "]")) if mark else 0
        if mark == "}" and depth == 0 and 0 < state < 3 and text_at(tokens, index - 1) != ";":
            return _short(token, state)
        if mark in ("{", "}"):
            state, depth = 0, 0
        elif depth or mark in (")", "]") or state == _OUTSIDE:
            continue
        elif mark in (".", ";", ","):
            found = _separator(tokens, index, state)
            if found:
                return found
            state = {".": 0, ";": 1, ",": 2}[mark]
        elif mark in ("/", "|", "^"):
            following = token_at(tokens, index + 1)
            if following is not None and following.kind == "variable":
                return Mistake(
                    following, f"expected a property after '{mark}', found {following.text}",
                    "A property path is made of IRIs, not of variables.",
                )  # fmt: skip
            in_path = True
        elif token.kind in _TERMS or token.value in ("a", "true", "false"):
            is_datatype = text_at(tokens, index - 1) == "^^"
            state += not is_datatype and not (in_path and state == 2)
            in_path = False
            if state > 3:
                return Mistake(
                    token, f"expected '.', ';' or ',' before {token.text}",
                    "End the pattern before it with a dot. After ';' the subject stays the "
                    "same, so it is not repeated.",
                )  # fmt: skip
        elif token.kind == "word":
            state = _OUTSIDE  # a clause of another grammar; patterns go on after a bracket
    return None


def _separator(tokens: Sequence[Token], index: int, state: int) -> Mistake | None:
    """Check what a dot, semicolon or comma ends."""
    token = tokens[index]
    may_end = token.text in ".;" and text_at(tokens, index - 1) == ";"
    if 0 < state < 3 and not may_end:
        return _short(token, state)
    if state == 0 and token.text != ".":
        return Mistake(
            token, f"'{token.text}' stands where a pattern begins",
            "Write a subject first, or delete the dot before it.",
        )  # fmt: skip
    return None


def _short(token: Token, state: int) -> Mistake:
    wanted = "a predicate" if state == 1 else "an object"
    return Mistake(
        token,
        f"expected {wanted}, found '{token.text}'",
        "A pattern has subject, predicate and object. After ';' the subject stays the same, "
        "after '.' a new one follows.",
    )
