"""Refuse what is not ours to invent: unknown ``ctl:`` terms, IRIs that nothing describes.

The data vocabulary is closed: a misspelt property would otherwise be one more property,
and a misspelt IRI one more resource, that no shape looks at.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode, Quad

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.findings import VIOLATION, Finding
from ctl_kg.rdf.places import Places
from ctl_kg.rdf.terms import text_of

_OWL = "http://www.w3.org/2002/07/owl#"
# Statements whose object is a name and no resource that must be described.
_NAMING = {_OWL + "versionIRI", _OWL + "priorVersion", "http://www.w3.org/ns/shacl#namespace"}


def check_vocabulary(
    quads: Sequence[Quad], base_iri: str, described: Iterable[str] = ()
) -> list[Finding]:
    """Return a finding per unknown own IRI and subject that uses it.

    Args:
        quads: every authored statement.
        base_iri: base of our IRIs.
        described: further IRIs that exist (queries, rules, graphs that the build adds).
    """
    check = _Check(quads, base_iri, described)
    return [finding for quad in quads for finding in check.quad(quad)]


class _Check:
    """Knows every own IRI that is described, by kind."""

    def __init__(self, quads: Sequence[Quad], base_iri: str, described: Iterable[str]) -> None:
        self.base = base_iri
        self.term_namespace = base_iri + "onto/CTL/"
        self.version = re.compile(re.escape(self.term_namespace) + r"\d+\.\d+\.\d+\Z")
        table = prefixes(base_iri)
        self.curies = Curies(table)
        self.namespaces = tuple(n for n in table.values() if n.startswith(base_iri))
        subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
        graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}
        ontology = base_iri + "data/graph/ontology"
        self.terms = {
            quad.subject.value
            for quad in quads
            if isinstance(quad.subject, NamedNode)
            and isinstance(quad.graph_name, NamedNode)
            and quad.graph_name.value == ontology
        }
        self.described = subjects | graphs | set(described)

    def quad(self, quad: Quad) -> list[Finding]:
        found = []
        if not self._known(quad.predicate.value):
            found.append(self._unknown(quad, quad.predicate.value))
        if (
            isinstance(quad.object, NamedNode)
            and quad.predicate.value not in _NAMING
            and not self._known(quad.object.value)
        ):
            found.append(self._unknown(quad, quad.object.value))
        if isinstance(quad.subject, NamedNode) and self._is_stray(quad.subject.value):
            found.append(self._stray(quad.subject.value))
        return found

    def _known(self, iri: str) -> bool:
        if not iri.startswith(self.base) or self.version.match(iri):
            return True
        return iri in (self.terms if iri.startswith(self.term_namespace) else self.described)

    def _is_stray(self, iri: str) -> bool:
        """Tell whether an own data IRI stands in no namespace of the prefix table."""
        own = iri.startswith((self.base + "data/", self.base + "controlled-vocabulary/"))
        return own and not iri.startswith(self.namespaces)

    def _unknown(self, quad: Quad, iri: str) -> Finding:
        is_term = iri.startswith(self.term_namespace)
        name = self.curies.shorten(iri) or f"<{iri}>"
        near = self._nearest(iri, self.terms if is_term else self.described)
        if is_term:
            message = {
                "it": f"{name} non è un termine dell'ontologia.",
                "en": f"{name} is not a term of the ontology.",
            }
        else:
            message = {
                "it": f"{name} è citato ma nessun file lo descrive.",
                "en": f"{name} is referred to, but no file describes it.",
            }
        mend = {
            "it": f"Intendevate {near}?" if near else "Correggete l'IRI, o descrivete la risorsa.",
            "en": f"Did you mean {near}?" if near else "Mend the IRI, or describe the resource.",
        }
        return Finding(
            severity=VIOLATION,
            focus=text_of(quad.subject),
            rule=f"{self.base}rules/{'known-term' if is_term else 'known-resource'}",
            component=f"{self.base}rules/closed-vocabulary",
            message=message,
            mend=mend,
            path=quad.predicate.value,
            value=iri,
        )

    def _stray(self, iri: str) -> Finding:
        near = self._nearest(iri, set(self.namespaces))
        return Finding(
            severity=VIOLATION,
            focus=iri,
            rule=f"{self.base}rules/known-namespace",
            component=f"{self.base}rules/closed-vocabulary",
            message={
                "it": f"<{iri}> non sta in alcuno spazio di nomi del progetto.",
                "en": f"<{iri}> stands in no namespace of the project.",
            },
            mend={
                "it": f"Il più vicino è <{near}>." if near else "Usate un prefisso del progetto.",
                "en": f"The nearest is <{near}>." if near else "Use a prefix of the project.",
            },
        )

    def _nearest(self, iri: str, known: set[str]) -> str:
        """Return the most similar known IRI as a CURIE, of the same namespace if there is one."""
        namespace, _, local = iri.rpartition("/")
        locals_here = sorted(
            k.rpartition("/")[2] for k in known if k.rpartition("/")[0] == namespace
        )
        near = difflib.get_close_matches(local, locals_here, n=1)
        if near:
            found = f"{namespace}/{near[0]}"
            return self.curies.shorten(found) or f"<{found}>"
        elsewhere = sorted(k for k in known if k.endswith(f"/{local}"))
        return self.curies.shorten(elsewhere[0]) or "" if elsewhere else ""


def add_places(findings: Iterable[Finding], places: Places) -> list[Finding]:
    """Return the findings with the file and line where the focus node is described."""

    placed = []
    for finding in findings:
        terms = [text for text in (finding.value, finding.path) if text]
        placed.append(replace(finding, place=places.find(finding.focus, terms=terms)))
    return placed
