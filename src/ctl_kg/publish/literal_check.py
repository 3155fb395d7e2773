"""Refuse literals that the engine would publish in another form than the files.

pyoxigraph normalises numbers, dates and derived integer types on loading (``"1.50"`` becomes
``1.5``, ``xsd:nonNegativeInteger`` becomes ``xsd:integer``), so the endpoint would answer
something else than the downloads say.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode, Quad, Store

from ctl_kg.publish.findings import VIOLATION, Finding
from ctl_kg.rdf.terms import text_of

_PROBE = NamedNode("urn:ctl-kg:probe")


def check_literals(quads: Sequence[Quad], base_iri: str) -> list[Finding]:
    """Return a finding per statement whose literal changes on loading."""
    changed = {
        literal: kept
        for literal in {quad.object for quad in quads if isinstance(quad.object, Literal)}
        if (kept := _as_stored(literal)) != literal
    }
    return [
        _finding(quad, quad.object, changed[quad.object], base_iri)
        for quad in quads
        if isinstance(quad.object, Literal) and quad.object in changed
    ]


def _as_stored(literal: Literal) -> Literal:
    if literal.language or literal.datatype.value.endswith("#string"):
        return literal
    store = Store()
    store.add(Quad(_PROBE, _PROBE, literal))
    kept = next(iter(store)).object
    assert isinstance(kept, Literal)
    return kept


def _finding(quad: Quad, written: Literal, kept: Literal, base_iri: str) -> Finding:
    return Finding(
        severity=VIOLATION,
        focus=text_of(quad.subject),
        rule=f"{base_iri}rules/stable-literal",
        component=f"{base_iri}rules/stable-literal",
        message={
            "it": f"Il valore {written} verrebbe pubblicato dal motore come {kept}.",
            "en": f"The engine would publish the value {written} as {kept}.",
        },
        mend={
            "it": f"Scrivete {kept}.",
            "en": f"Write {kept}.",
        },
        path=quad.predicate.value,
        value=written.value,
    )
