"""Refuse literals that are no values, or that the engine would publish in another form.

pyoxigraph normalises numbers, dates and derived integer types on loading (``"1.50"`` becomes
``1.5``, ``xsd:nonNegativeInteger`` becomes ``xsd:integer``), so the endpoint would answer
something else than the downloads say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from ctl_kg.publish.findings import VIOLATION, Finding
from ctl_kg.rdf.terms import XSD, text_of
from ctl_kg.sparql.results import XML_FORBIDDEN

_PROBE = NamedNode("urn:ctl-kg:probe")
# The datatypes of XML Schema that SPARQL can cast to.
_CASTS = ("integer", "decimal", "double", "float", "boolean", "date", "dateTime")


def check_literals(quads: Sequence[Quad], base_iri: str) -> list[Finding]:
    """Return a finding per statement whose literal changes on loading."""
    changed = {
        literal: kept
        for literal in {quad.object for quad in quads if isinstance(quad.object, Literal)}
        if (kept := _as_stored(literal)) != literal
    }
    ill_typed = _ill_typed({q.object for q in quads if isinstance(q.object, Literal)})
    findings = []
    for quad in quads:
        if not isinstance(quad.object, Literal):
            continue
        if quad.object in changed:
            findings.append(_finding(quad, quad.object, changed[quad.object], base_iri))
        elif quad.object in ill_typed:
            findings.append(_broken(quad, quad.object, base_iri))
        if XML_FORBIDDEN.search(quad.object.value):
            findings.append(_unwritable(quad, base_iri))
    return findings


def has_unwritable(quads: Iterable[Quad]) -> bool:
    """Tell whether a literal holds a character that RDF/XML cannot carry."""
    return any(
        isinstance(quad.object, Literal) and XML_FORBIDDEN.search(quad.object.value)
        for quad in quads
    )


def _ill_typed(literals: Iterable[Literal]) -> set[Literal]:
    """Return the literals whose text is no value of their datatype, as the engine casts it."""
    found: set[Literal] = set()
    for datatype in _CASTS:
        typed = [each for each in literals if each.datatype.value == XSD + datatype]
        if not typed:
            continue
        texts = {str(Literal(each.value)): each for each in typed}
        values = "\n".join(texts)
        query = (
            f"SELECT ?t {{ VALUES ?t {{ {values} }} "
            f"BIND(<{XSD}{datatype}>(?t) AS ?v) FILTER(!BOUND(?v)) }}"
        )
        rows = Store().query(query)
        assert isinstance(rows, QuerySolutions)
        found |= {texts[str(row[0])] for row in rows}
    return found


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


def _broken(quad: Quad, written: Literal, base_iri: str) -> Finding:
    datatype = written.datatype.value.removeprefix(XSD)
    return Finding(
        severity=VIOLATION,
        focus=text_of(quad.subject),
        rule=f"{base_iri}rules/well-typed-literal",
        component=f"{base_iri}rules/well-typed-literal",
        message={
            "it": f"«{written.value}» non è un valore di xsd:{datatype}.",
            "en": f"'{written.value}' is no value of xsd:{datatype}.",
        },
        mend={"it": "Correggete il valore o il tipo.", "en": "Mend the value or the datatype."},
        path=quad.predicate.value,
        value=written.value,
    )


def _unwritable(quad: Quad, base_iri: str) -> Finding:
    return Finding(
        severity=VIOLATION,
        focus=text_of(quad.subject),
        rule=f"{base_iri}rules/no-control-character",
        component=f"{base_iri}rules/no-control-character",
        message={
            "it": "Il testo contiene un carattere di controllo, che RDF/XML non può portare.",
            "en": "The text holds a control character, which RDF/XML cannot carry.",
        },
        mend={"it": "Toglietelo dal testo.", "en": "Take it out of the text."},
        path=quad.predicate.value,
    )
