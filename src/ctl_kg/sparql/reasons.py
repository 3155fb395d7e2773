"""The reasons why an answer is empty, as sentences in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pyoxigraph as ox

from ctl_kg.sparql.dataset import resolve
from ctl_kg.sparql.guard import Scan
from ctl_kg.sparql.patterns import Term as WrittenTerm
from ctl_kg.sparql.probe import Probe
from ctl_kg.sparql.terms import Term
from ctl_kg.sparql.tokens import decode

_MESSAGES = {
    "budget": (
        "Il motivo non è stato trovato nel tempo dato.",
        "The reason was not found in the time given.",
    ),
    "unknown": ("Il motivo non è stato trovato.", "The reason was not found."),
    "template": (
        "I pattern trovano righe, ma il modello di CONSTRUCT non ne fa triple: una sua variabile "
        "non ha valore, o vi metterebbe un letterale dove serve un IRI.",
        "The patterns find rows, but the template of CONSTRUCT makes no triples of them: one of "
        "its variables has no value, or has a literal where an IRI must stand.",
    ),
    "limit": ("LIMIT 0 toglie ogni riga.", "LIMIT 0 takes every row away."),
    "offset": (
        "La risposta ha {rows} righe: {pattern} le salta tutte.",
        "The answer has {rows} rows: {pattern} skips them all.",
    ),
    "having": ("Nessun gruppo soddisfa {pattern}.", "No group meets {pattern}."),
    "graph": (
        "Il grafo {term} non esiste qui.",
        "There is no graph {term} here.",
    ),
    "other-graph": (
        "Questo grafo non contiene quel che si cerca, un altro sì.",
        "This graph does not hold what is asked for, another does.",
    ),
    "no-named": (
        "Il dataset della query non ha grafi con nome: servono clausole FROM NAMED.",
        "The query's dataset has no named graph: it needs FROM NAMED.",
    ),
    "no-default": (
        "Il grafo predefinito della query è vuoto: con FROM NAMED i pattern vanno in GRAPH.",
        "The query's default graph is empty: with FROM NAMED, patterns belong in GRAPH.",
    ),
    "predicate": (
        "Nessun enunciato usa la proprietà {term}.",
        "No statement uses the property {term}.",
    ),
    "class": ("Nessuna risorsa è della classe {term}.", "No resource is of the class {term}."),
    "subject": (
        "{term} non è il soggetto di alcun enunciato.",
        "{term} is no statement's subject.",
    ),
    "object": (
        "{term} non è il valore di {predicate} in alcun enunciato.",
        "{term} is the value of {predicate} in no statement.",
    ),
    "prefix": (
        " Il prefisso '{prefix}:' qui sta per <{here}>; di solito sta per <{usual}>.",
        " The prefix '{prefix}:' stands for <{here}> here; it usually stands for <{usual}>.",
    ),
    "literal-like": (
        "{term} non è il valore di {predicate}: c'è lo stesso testo con lingua, tipo o maiuscole "
        "diverse.",
        "{term} is not a value of {predicate}: the same text occurs with another language tag, "
        "datatype or case.",
    ),
    "path": (
        "Il cammino si interrompe: {term} non porta ad alcuna risorsa.",
        "The path breaks: {term} leads nowhere.",
    ),
    "subject-predicate": (
        "{subject} non ha alcun valore per {predicate}.",
        "{subject} has no value for {predicate}.",
    ),
    "subject-object": (
        "{subject} ha altri valori per {predicate}, non {term}.",
        "{subject} has other values for {predicate}, not {term}.",
    ),
    "pattern": (
        "Nessun enunciato corrisponde a questo pattern.",
        "No statement matches this pattern.",
    ),
    "join": (
        "I pattern precedenti trovano righe, e questo da solo anche; insieme no: nessun valore di "
        "{variables} li soddisfa entrambi.",
        "The patterns before it find rows, and so does this one alone, but not together: no "
        "value of {variables} meets both.",
    ),
    "values": (
        "Nessuno dei valori di VALUES compare nei dati in quel posto.",
        "None of the values in VALUES occurs in the data at that place.",
    ),
    "minus": (
        "MINUS toglie ogni riga: il suo pattern vale per tutte.",
        "MINUS takes every row away: its pattern holds for all of them.",
    ),
    "not-exists": (
        "NOT EXISTS toglie ogni riga: il suo pattern vale per tutte.",
        "NOT EXISTS takes every row away: its pattern holds for all of them.",
    ),
    "exists": (
        "Per nessuna riga vale il pattern di EXISTS.",
        "The pattern of EXISTS holds for no row.",
    ),
    "filter": ("Nessuna riga soddisfa il filtro.", "No row meets the filter."),
    "filter-values": (
        "Nessuna riga soddisfa il filtro; {variables} vale per esempio {values}.",
        "No row meets the filter; {variables} is for example {values}.",
    ),
    "filter-language": (
        "Nessuna riga soddisfa il filtro; i testi di {variables} sono nelle lingue {values}.",
        "No row meets the filter; the texts of {variables} are in the languages {values}.",
    ),
    "filter-unbound": (
        "Il filtro usa {variables}, che nessun pattern lega a un valore.",
        "The filter uses {variables}, to which no pattern gives a value.",
    ),
}


@dataclass(frozen=True)
class Reason:
    """Why an answer is empty."""

    kind: str
    italian: str
    english: str
    line: int | None = None
    pattern: str = ""
    suggestions: tuple[dict[str, str], ...] = field(default=())

    def suggest(self, probe: Probe, values: Iterable[Term | str]) -> Reason:
        """Return the reason with what could stand instead."""
        found = []
        for value in values:
            if isinstance(value, ox.NamedNode):
                value = value.value
            if isinstance(value, str):
                found.append({"iri": value, "label": probe.label(value)})
            else:
                text = value.value if isinstance(value, ox.Literal) else str(value)
                found.append({"value": str(value), "label": text})
        return replace(self, suggestions=tuple(found))

    def add(self, key: str, **values: object) -> Reason:
        """Return the reason with one more sentence."""
        italian, english = (text.format(**values) for text in _MESSAGES[key])
        return replace(self, italian=self.italian + italian, english=self.english + english)

    def as_json(self) -> dict[str, Any]:
        """Return the members of the explanation."""
        return {
            "reason": self.kind,
            "message": {"it": self.italian, "en": self.english},
            "line": self.line,
            "pattern": self.pattern,
            "suggestions": list(self.suggestions),
        }


def reason(
    kind: str, key: str, *, line: int | None = None, pattern: str = "", **values: object
) -> Reason:
    """Return a reason with its sentence."""
    italian, english = (text.format(pattern=pattern, **values) for text in _MESSAGES[key])
    return Reason(kind, italian, english, line, pattern)


def shown(term: WrittenTerm, scan: Scan, base_iri: str) -> str:
    """Return the IRI that a written term stands for, or its text."""
    if term.kind == "a":
        return "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    if term.kind == "iri":
        iri = decode(term.text[1:-1])
        return iri if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri) else resolve(iri, base_iri)
    if term.kind == "name":
        prefix, _, local = term.token.value.partition(":")
        return decode(scan.declared.get(prefix, "")) + re.sub(r"\\(.)", r"\1", local)
    return term.text
