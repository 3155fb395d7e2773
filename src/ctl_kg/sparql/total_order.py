"""Make a stock query ready to run for pages: an order without ties, and no header.

Source: SPARQL 1.1 Query §15.1 (ORDER BY): rows that compare equal come in any order.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from ctl_kg.sparql import guard
from ctl_kg.sparql.patterns import read_query
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
