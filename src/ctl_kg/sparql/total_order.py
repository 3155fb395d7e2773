"""Make a stock query ready to run for pages: an order without ties, a fixed language, no header.

Source: SPARQL 1.1 Query §15.1 (ORDER BY): rows that compare equal come in any order.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from ctl_kg.sparql import guard
from ctl_kg.sparql.patterns import read_query
from ctl_kg.sparql.query_body import VALUES_LINE
from ctl_kg.sparql.query_model import QueryFile


@lru_cache(maxsize=256)
def with_total_order(query: QueryFile) -> QueryFile:
    """Return a SELECT that orders by what it ordered by, and then by each of its columns.

    Rows that are still equal are the same in every column. The lines of the header are left
    out: they are most of the text, and nothing that runs needs them.
    """
    lines = query.text.split("\n")
    text = "\n".join(line for line in lines if not line.startswith("#")).strip() + "\n"
    query = replace(query, text=text)
    if query.form != "SELECT":
        return query
    _, select = read_query(guard.scan(text))
    clause, _ = select.clauses.get("ORDER", ("", 0))
    named = set(re.findall(r"[?$](\w+)", clause))
    more = [f"?{column.name}" for column in query.columns if column.name not in named]
    if not clause or not more:
        return query
    end = text.rindex(clause) + len(clause)
    return replace(query, text=f"{text[:end]} {' '.join(more)}{text[end:]}")


@lru_cache(maxsize=512)
def in_language(query: QueryFile, language: str) -> QueryFile:
    """Return a query like :func:`with_total_order` whose ``lang`` has one value for good.

    A join with one row of ``VALUES`` costs the engine a sixth of a typical stock query. Only
    where ``?lang`` does nothing but be compared with; elsewhere the parameter stays. So ``lang``
    may be given to what is returned, and does nothing.

    Args:
        query: the stock query, as its file has it.
        language: the tag of a language of the project.
    """
    query = with_total_order(query)
    lines = query.text.split("\n")
    places = [number for number, line in enumerate(lines) if _sets_language(line)]
    rest = "\n".join(line for number, line in enumerate(lines) if number not in places)
    if not places or re.search(r"(?<!= )[?$]lang\b", rest):
        return query
    return replace(query, text=re.sub(r"(?<== )[?$]lang\b", f'"{language}"', rest))


def _sets_language(line: str) -> bool:
    found = VALUES_LINE.match(line)
    return found is not None and found["name"] == "lang"
