"""Small questions about a dataset, put in the terms and prefixes of a larger query.

Each asks for one row or a few, and all of them together have a limit of time and number: who
asks stops when it is passed. A single question cannot be stopped, so ask only where the process
may be ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pyoxigraph as ox

from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Solutions, Term

MAX_QUESTIONS = 400
_LABELS = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://purl.org/dc/terms/title",
    "http://schema.org/name",
    "http://xmlns.com/foaf/0.1/name",
)

Wrap = Callable[[str], str]


class OutOfBudgetError(Exception):
    """The limit of time or number is passed."""


class Probe:
    """Asks one dataset; patterns may use the prefixes of ``prologue``.

    Labels are looked up in ``whole``, of which the dataset may be a part.
    """

    def __init__(
        self, store: LocalStore, prologue: str, budget_s: float, whole: LocalStore
    ) -> None:
        self.store = store
        self._whole = whole
        self._prologue = prologue
        self._end = time.monotonic() + budget_s
        self._asked = 0

    def _query(self, text: str) -> Solutions | bool:
        self._asked += 1
        if self._asked > MAX_QUESTIONS or time.monotonic() > self._end:
            raise OutOfBudgetError
        found = self.store.query(self._prologue + text)
        assert not isinstance(found, list)
        return found

    def ask(self, body: str) -> bool:
        """Return whether a pattern has a solution."""
        return bool(self._query(f"ASK {{ {body} }}"))

    def holds(self, query: str) -> bool:
        """Return whether a SELECT has a row."""
        return bool(self._query(f"ASK {{ {{ {query} }} }}"))

    def count(self, query: str) -> int:
        """Return the number of rows of a SELECT."""
        found = self._query(f"SELECT (COUNT(*) AS ?ctlCount) {{ {{ {query} }} }}")
        assert isinstance(found, Solutions)
        return int(found.rows[0][0].value)  # type: ignore[union-attr]

    def values(self, expression: str, body: str, limit: int) -> list[Term]:
        """Return some different values of a variable or expression."""
        found = self._query(
            f"SELECT DISTINCT ({expression} AS ?ctlValue) {{ {body} }} LIMIT {limit}"
        )
        assert isinstance(found, Solutions)
        return [row[0] for row in found.rows if row[0] is not None]

    def label(self, iri: str) -> str:
        """Return the label of a resource: English, else Italian, else any, else empty."""
        best = ""
        subject = ox.NamedNode(iri)
        for predicate in _LABELS:
            found = {
                quad.object.language or "": quad.object.value
                for quad in self._whole.quads(subject, ox.NamedNode(predicate))
                if isinstance(quad.object, ox.Literal)
            }
            best = best or found.get("en") or found.get("it") or next(iter(found.values()), "")
        return best
