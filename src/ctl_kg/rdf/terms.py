"""How RDF terms are written in Turtle, and the order in which they stand.

Terms are pyoxigraph's, which keep the lexical form of a literal as it was written.
"""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from ctl_kg.namespaces import Curies

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal

# The forms that Turtle reads without quotes, by datatype: they keep the lexical form.
_SHORT_FORMS = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+\Z"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+\Z"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+\Z"),
    XSD + "boolean": re.compile(r"(?:true|false)\Z"),
}
_NAMED_ESCAPES = {
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f",
}  # fmt: skip
# Besides what must be escaped: characters that editors hide or that turn the reading order.
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]'
)
_LANGUAGE_RANK = {"it": 0, "en": 1}


def escape(text: str) -> str:
    r"""Return the content of a short quoted string.

    >>> print(escape('a "b"\n'))
    a \"b\"\n
    """
    return _ESCAPED.sub(_escape_character, text)


def escape_long(text: str) -> str:
    """Return the content of a string between triple quotes: line breaks stay."""
    lines = (_ESCAPED.sub(_escape_but_quotes, line) for line in text.split("\n"))
    content = "\n".join(lines).replace('"""', '\\"\\"\\"')
    return content[:-1] + '\\"' if content.endswith('"') else content


def _escape_but_quotes(match: re.Match[str]) -> str:
    return '"' if match.group() == '"' else _escape_character(match)


def _escape_character(match: re.Match[str]) -> str:
    character = match.group()
    return _NAMED_ESCAPES.get(character) or f"\\u{ord(character):04X}"


class TermWriter:
    """Writes IRIs and literals with one prefix table, and remembers the prefixes it used."""

    def __init__(self, table: dict[str, str]) -> None:
        self._curies = Curies(table)
        self._written: dict[str, str] = {}
        self.used: set[str] = set()

    def iri(self, iri: str) -> str:
        """Return the CURIE where the table has one, else the IRI in angle brackets."""
        text = self._written.get(iri)
        if text is None:
            curie = self._curies.shorten(iri)
            if curie is not None:
                self.used.add(curie.partition(":")[0])
            text = self._written[iri] = curie or f"<{iri}>"
        return text

    def literal(self, literal: Literal, *, long: bool = False) -> str:
        """Return a literal: short form where it keeps the lexical form, else quoted.

        Args:
            literal: the term.
            long: keep line breaks as they are, between triple quotes.
        """
        datatype = literal.datatype.value
        short = _SHORT_FORMS.get(datatype)
        if short is not None and short.match(literal.value):
            return literal.value
        if long and "\n" in literal.value:
            quoted = f'"""{escape_long(literal.value)}"""'
        else:
            quoted = f'"{escape(literal.value)}"'
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype == XSD + "string" else f"{quoted}^^{self.iri(datatype)}"


def text_of(term: NamedNode | BlankNode | Literal | Triple | DefaultGraph) -> str:
    """Return the IRI, the label or the lexical form of a term; other things have none."""
    return "" if isinstance(term, Triple | DefaultGraph) else term.value


def term_key(term: Term) -> tuple[int, int, str, str]:
    """Return a sort key: IRIs, then literals (it, en, other languages, none), then blank nodes."""
    if isinstance(term, NamedNode):
        return (0, 0, term.value, "")
    if isinstance(term, Literal):
        language = term.language or ""
        rank = _LANGUAGE_RANK.get(language, 2 if language else 3)
        return (1, rank, term.value, language or term.datatype.value)
    return (2, 0, term.value, "")
