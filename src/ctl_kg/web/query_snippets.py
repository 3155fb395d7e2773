"""A stock query with its values in the words of other tools: link, cURL, Python, R, Excel.

Pure functions. Every value is written by the rules of the language that it stands in, so none
can end its string. The address of the site is left open in the text: which one a reader reaches
the site by is known in the browser only, and an answer that is kept must not depend on it.
Source: POSIX.1-2017 Shell §2.2 (quoting); Python §2.4.1; R Language Definition §10.3.1;
Power Query M Language Specification, "Text literals".
"""

from __future__ import annotations

import html
import json
import keyword
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from ctl_kg.sparql.query_model import QueryFile

SITE = "\0"  # stands for the address of the site, which no text of a request may hold
# Parameters of the client's own method: a query's parameter of that name gets an underscore.
_TAKEN = ("version", "columns", "sort", "filters", "evidence", "page_size", "self", "lang")


@dataclass(frozen=True)
class Snippet:
    """A text to copy; its ``pieces`` are to be joined with the address of the site."""

    kind: str
    name: str
    pieces: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True)
class Bound:
    """A stock query with its values: ``pairs`` say in an address what ``text`` says in SPARQL."""

    query: QueryFile
    pairs: tuple[tuple[str, str], ...]
    text: str
    language: str

    def path(self, tail: str = "", folder: str = "queries", **more: str) -> str:
        """Return the path of the answer below the site, with the values."""
        asked = urlencode([*self.pairs, *more.items()], quote_via=quote)
        return f"{folder}/{self.query.name}{tail}" + (f"?{asked}" if asked else "")


def canonical_pairs(
    query: QueryFile, given: Iterable[tuple[str, str]], language: str
) -> tuple[tuple[str, str], ...]:
    """Return the values that matter, in the order of the parameters.

    An empty value that says no more than its absence is left out; the language is always there.
    """
    values = [(name, value) for name, value in given if name != "lang"]
    asked = [value for name, value in given if name == "lang"] or [language]
    if query.parameter("lang") is not None:
        values += [("lang", each) for each in asked]
    kept = []
    for parameter in query.parameters:
        for name, value in values:
            if name == parameter.name and (value or parameter.default is not None):
                kept.append((name, value))
    return tuple(kept)


def snippets(bound: Bound, names: dict[str, str]) -> tuple[Snippet, ...]:
    """Return the texts to copy.

    Args:
        bound: the query with its values.
        names: of the kinds, in the reader's language.
    """
    texts = {
        "link": SITE + bound.path(),
        "sparql": body_of(bound.text),
        "curl": _curl(bound),
        "python": _python(bound),
        "r": _r(bound),
        "excel": _power_query(bound) if bound.query.form == "SELECT" else "",
        "embed": _frame(bound),
    }
    return tuple(
        Snippet(kind, names[kind], tuple(text.split(SITE))) for kind, text in texts.items() if text
    )


def body_of(text: str) -> str:
    """Return the text of a stock query without the comments at its head."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
    return "\n".join(lines[first:]).strip() + "\n"


def _suffix(bound: Bound) -> str:
    return ".csv" if bound.query.form == "SELECT" else ".ttl"


def _curl(bound: Bound) -> str:
    address = f"{SITE}queries/{bound.query.name}{_suffix(bound)}"
    if not bound.pairs:
        return f"curl --fail '{address}'\n"
    fields = [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in bound.pairs]
    return " \\\n  ".join([f"curl --fail --get '{address}'", *fields]) + "\n"


def _python(bound: Bound) -> str:
    head = (
        f'from ctl_kg.client import Client\n\nkg = Client("{SITE}", language={bound.language!r})\n'
    )
    if bound.query.form != "SELECT":
        lines = "".join(f"    {line!r}\n" for line in body_of(bound.text).splitlines(keepends=True))
        return f"{head}graph = kg.sparql(\n{lines})\nprint(len(graph))\n"
    arguments = [repr(bound.query.name)]
    for parameter in bound.query.parameters:
        values = [value for name, value in bound.pairs if name == parameter.name]
        if values and parameter.name != "lang":
            written = repr(values[0]) if len(values) == 1 else repr(values)
            arguments.append(f"{_argument(parameter.name)}={written}")
    return f"{head}rows = kg.query({', '.join(arguments)})\nfor row in rows:\n    print(row)\n"


def _argument(name: str) -> str:
    """Return how the client takes a parameter: a final underscore is no part of its name."""
    return name + "_" if keyword.iskeyword(name) or name in _TAKEN else name


def _r(bound: Bound) -> str:
    address = json.dumps(bound.path(_suffix(bound)))[1:]  # an R string has the same escapes
    if bound.query.form != "SELECT":
        return f'download.file("{SITE}{address}, "{bound.query.name}.ttl")\n'
    return (
        f'rows <- read.csv("{SITE}{address},\n'
        '                 encoding = "UTF-8", check.names = FALSE)\n'
        "head(rows)\n"
    )


def _power_query(bound: Bound) -> str:
    path = bound.path(".csv", "api/queries", size="all")
    address = path.replace("#", "#(#)").replace('"', '""')
    return (
        "let\n"
        f'  Source = Csv.Document(Web.Contents("{SITE}{address}"),\n'
        '    [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),\n'
        "  Rows = Table.PromoteHeaders(Source, [PromoteAllScalars = true])\n"
        "in\n"
        "  Rows\n"
    )


def _frame(bound: Bound) -> str:
    title = html.escape(bound.query.title[bound.language])
    more = {} if bound.query.parameter("lang") else {"lang": bound.language}
    address = html.escape(bound.path("/embed", **more))
    return (
        f'<iframe src="{SITE}{address}" title="{title}"\n'
        '  width="100%" height="560" loading="lazy"></iframe>\n'
    )


def joined(snippet: Snippet, site: str) -> str:
    """Return the text of a snippet for the site at an address that ends with a slash."""
    return site.join(snippet.pieces)
