"""Read a SPARQL text as tokens, and refuse what this project never runs.

The engine sends real HTTP requests for ``SERVICE`` and would do so for ``LOAD``; it also
overflows its stack on deeply nested text. So a query is looked at before the engine sees it.
The scan is lexical on purpose: it does not decide whether a query is well formed (the engine
does), only what it can contain. Escapes such as ``\\u0053`` are decoded outside strings,
comments and IRIs, because a reader of the standard may decode them there.

Most queries hold nothing that could be refused, which a few searches of the whole text prove
(:func:`_is_plain`); only the others are read token by token.

Source: SPARQL 1.1 Query §19.2 (codepoint escapes), §19.8 (grammar: terminals).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from ctl_kg.errors import QuerySyntaxError
from ctl_kg.sparql.tokens import ESCAPE, MAX_TOKENS, Token, decode, tokenise

MAX_DEPTH = 128  # nested brackets; the engine's stack is safe far above this
MAX_CHAIN = 2000  # operators of one expression or path; the engine fails at some ten thousand

QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATE_KEYWORDS = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
)
# Everything but strings, comments and IRIs; a backslash elsewhere is left to the tokens.
_PLAIN_RUN = re.compile(
    r"([^\"'<#\\]++)"  # group 1
    r"|\#[^\r\n]*+"
    rf"|<(?:[^\x00-\x20<>\"{{}}|^`\\]|{ESCAPE})*+>"
    r"|(<)"  # group 2
    r'|"""(?:[^"\\]|\\.|"(?!""))*+"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+'''"
    r'|"(?!"")(?:[^"\\\r\n]|\\[^\r\n])*+"'
    r"|'(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+'",
    re.DOTALL,
)
_SPACE = r"(?:[ \t\r\n]|\#[^\r\n]*(?=[\r\n]))*+"
_PROLOGUE = re.compile(
    rf"{_SPACE}(?:(?:PREFIX{_SPACE}[A-Za-z0-9_.\-]*:|BASE){_SPACE}<[^\x00-\x20<>\"{{}}|^`\\]*>{_SPACE})*+"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s{?$*(<])",
    re.IGNORECASE,
)
_FROM = re.compile("(?<![A-Z_?$])FROM")  # not the end of a name or a variable
_OPERATORS = "!+-*/|^&=<>"
_BRACKET = re.compile(r"[()\[\]{}]")
_NAME_PARTS = re.compile(r"(?:[A-Za-z][A-Za-z0-9.]*)?:[A-Za-z0-9_.\-]*")
_NO_OPERATOR = re.compile(r"[^!+\-*/|^&=<>.;]+")


class Scan:
    """What a query contains, before the engine has parsed it.

    ``form`` is SELECT, ASK, CONSTRUCT, DESCRIBE or None; ``has_dataset`` tells of FROM, and
    ``has_service`` of a call to an allowed endpoint. The tokens are read when first asked for.
    """

    __slots__ = ("__dict__", "form", "has_dataset", "has_service", "text")

    def __init__(
        self, text: str, form: str | None, *, has_dataset: bool, has_service: bool = False
    ) -> None:
        self.text = text
        self.form = form
        self.has_dataset = has_dataset
        self.has_service = has_service

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, without white space and comments."""
        return tuple(tokenise(self.text))

    @cached_property
    def declared(self) -> dict[str, str]:
        """The namespaces by prefix, as the text declares them."""
        return {prefix: iri for prefix, iri, _ in _declarations(self.tokens)}

    @property
    def is_graph(self) -> bool:
        """True for the forms that answer with triples."""
        return self.form in ("CONSTRUCT", "DESCRIBE")

    def undeclared(self) -> Token | None:
        """Return the first prefixed name whose prefix is not declared in the text."""
        for token in _without_declarations(self.tokens):
            if token.kind == "name" and token.value.partition(":")[0] not in self.declared:
                return token
        return None

    def iris(self) -> list[tuple[int, str]]:
        """Return line and IRI of every name and whole IRI outside the declarations."""
        found = []
        for token in _without_declarations(self.tokens):
            prefix, _, local = token.value.partition(":")
            if token.kind == "iri":
                found.append((token.line, token.value[1:-1]))
            elif token.kind == "name" and prefix in self.declared:
                found.append((token.line, self.declared[prefix] + local))
        return found

    def used_prefixes(self) -> set[str]:
        """Return the prefixes of all prefixed names outside the declarations."""
        return {
            token.value.partition(":")[0]
            for token in _without_declarations(self.tokens)
            if token.kind == "name"
        }


def _without_declarations(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens, less the names that ``PREFIX name: <iri>`` declares."""
    declaring = False
    for token in tokens:
        if not (declaring and token.kind == "name"):
            yield token
        declaring = token.kind == "word" and token.value.upper() == "PREFIX"


def _declarations(tokens: Iterable[Token]) -> Iterator[tuple[str, str, Token]]:
    """Yield (prefix, IRI as written, the token of the name) for each ``PREFIX``."""
    before: tuple[Token | None, Token | None] = (None, None)
    for token in tokens:
        keyword, name = before
        if keyword and name and keyword.kind == "word" and keyword.value.upper() == "PREFIX":
            yield name.value.removesuffix(":"), token.text[1:-1], name
        before = (name, token)


def scan(text: str, service_allow: Collection[str] = ()) -> Scan:
    """Return what a query contains.

    Args:
        text: the query.
        service_allow: IRIs of the endpoints that ``SERVICE`` may name.
    Raises:
        QuerySyntaxError: it is an update, calls ``SERVICE`` on another endpoint or is nested
            too deeply.
    """
    upper = text.upper()
    may_have_dataset = "FROM" in upper and _FROM.search(upper)
    if not may_have_dataset and "SERVICE" not in upper and _is_plain(text, upper.count("UNION")):
        prologue = _PROLOGUE.match(text)
        if prologue:
            return Scan(text, prologue[1].upper(), has_dataset=False)
    return _scan_tokens(text, service_allow)


def _is_plain(text: str, unions: int) -> bool:
    """Tell whether nothing in a text can be too deep, too long or open.

    False means that only the tokens can tell.
    """
    if len(text) > MAX_TOKENS:
        return False
    runs: list[str] = []
    position, end, match = 0, len(text), _PLAIN_RUN.match
    while position < end:
        found = match(text, position)
        if found is None:
            return False
        if found.lastindex:
            runs.append(found[found.lastindex])
        position = found.end()
    if len(text) <= MAX_DEPTH:
        return True
    plain = " ".join(runs)
    return _deepest(plain) <= MAX_DEPTH and (
        len(plain) <= MAX_CHAIN or _longest_chain(plain) + unions <= MAX_CHAIN
    )


def _deepest(plain: str) -> int:
    depth = deepest = 0
    for mark in _BRACKET.findall(plain):
        if mark in "([{":
            depth += 1
            deepest = max(depth, deepest)
        else:
            depth -= 1
    return deepest


def _longest_chain(plain: str) -> int:
    """Return a bound for the operators that follow one another; never too small."""
    if not plain.isascii() or "%" in plain:
        return len(plain)
    operators = _NO_OPERATOR.sub("", _NAME_PARTS.sub(" ", plain))
    return max(map(len, re.split("[.;]", operators)))


def _scan_tokens(text: str, service_allow: Collection[str]) -> Scan:
    """Scan token by token: see :func:`scan`."""
    tokens = tuple(tokenise(text))
    form: str | None = None
    has_dataset = has_service = False
    depth = chain = 0
    for index, token in enumerate(tokens):
        if token.kind == "mark":
            mark = token.text
            if mark in ".;":
                chain = 0
            elif mark in _OPERATORS:
                chain += 1
            elif mark in "([{":
                depth += 1
            elif mark in ")]}":
                depth -= 1
            if depth > MAX_DEPTH or chain > MAX_CHAIN:
                raise _too_much(token, depth)
        elif token.kind == "word":
            word = token.value.upper()
            if "SERVICE" in word:
                _check_service(tokens, index, service_allow)
                has_service = True
            if word == "UNION":
                chain += 1
                if chain > MAX_CHAIN:
                    raise _too_much(token, depth)
            if form is None and depth == 0:
                if word in UPDATE_KEYWORDS:
                    raise _refusal(token, f"{word} is an update, and this endpoint only reads")
                form = word if word in QUERY_FORMS else None
            has_dataset = has_dataset or word == "FROM"
        elif token.kind == "name":
            _refuse_glued_service(tokens, index)
    found = Scan(text, form, has_dataset=has_dataset, has_service=has_service)
    found.tokens = tokens
    return found


def _too_much(token: Token, depth: int) -> QuerySyntaxError:
    """Return the refusal of a text on which the engine would overflow its stack.

    It goes one level deeper for each bracket, for each operator of an expression or path,
    and for each UNION, until the statement ends.
    """
    deep = depth > MAX_DEPTH
    return QuerySyntaxError(
        f"the query is nested more than {MAX_DEPTH} brackets deep"
        if deep
        else f"more than {MAX_CHAIN} operators follow one another",
        line=token.line,
        column=token.column,
        hint="Split it into smaller queries." if deep else "Use IN, VALUES or smaller queries.",
    )


def _check_service(tokens: tuple[Token, ...], index: int, allow: Collection[str]) -> None:
    """Refuse ``SERVICE``, unless its target is written out and allowed.

    Some parsers need no space around a keyword, so a word that only holds it is refused too.
    """
    token = tokens[index]
    if not allow or token.value.upper() != "SERVICE":
        raise _refusal(token, "SERVICE asks another server, and this endpoint never does")
    following = tokens[index + 1 : index + 3]
    if following and following[0].value.upper() == "SILENT" and following[0].kind == "word":
        following = following[1:]
    target = _constant(tokens, following[0]) if following else None
    if target is None or target not in allow:
        raise QuerySyntaxError(
            "SERVICE asks another server, and this endpoint asks none but those it lists",
            line=token.line,
            column=token.column,
            hint="Name one of them as a whole IRI, not as a variable: "
            + ", ".join(f"<{iri}>" for iri in sorted(allow))
            + ".",
        )


def _constant(tokens: tuple[Token, ...], token: Token) -> str | None:
    """Return the IRI that a token surely stands for, or None.

    A relative IRI is none: what it stands for depends on the base. A prefix that is declared
    twice, or by a relative IRI, is no sure one either.
    """
    if token.kind == "iri":
        return _absolute(decode(token.text[1:-1]))
    if token.kind != "name":
        return None
    prefix, _, local = token.value.partition(":")
    namespaces = [iri for name, iri, _ in _declarations(tokens) if name == prefix]
    if len(namespaces) != 1:
        return None
    namespace = _absolute(decode(namespaces[0]))
    return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)


def _absolute(iri: str) -> str | None:
    return iri if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri) else None


def _refuse_glued_service(tokens: tuple[Token, ...], index: int) -> None:
    """Refuse ``SERVICE:x { }``: a call to ``:x``, or a name with the prefix ``service``.

    Only the second may stand.
    """
    token = tokens[index]
    if "SERVICE" in token.value.partition(":")[0].upper():
        before = tokens[index - 1].value.upper() if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if after == "{" and before not in ("GRAPH", "FROM", "NAMED"):
            raise _refusal(token, "SERVICE asks another server, and this endpoint never does")


def _refusal(token: Token, message: str) -> QuerySyntaxError:
    return QuerySyntaxError(
        message,
        line=token.line,
        column=token.column,
        hint="Use SELECT, ASK, CONSTRUCT or DESCRIBE over the graphs published here.",
    )
