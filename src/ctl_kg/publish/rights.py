"""The rights gate: nothing is released without licence, rights holder, frequency and theme.

Asked of every dataset of the catalogue, every vocabulary and the ontology; a file takes its
terms from its dataset (``catalogue/reading`` refuses a file of none). Values must be in the lists
that portals check (``authority``), since an unknown one is as good as none there; a rights holder
must be a resource with a name.

Source: DCAT-AP_IT 2.0 (dcatapit:Dataset, dcatapit:Distribution), DCAT-AP 3.0.1 §5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from ctl_kg.publish.authority import FREQUENCIES, LICENCES, THEMES
from ctl_kg.publish.findings import VIOLATION, Finding
from ctl_kg.rdf.places import Place
from ctl_kg.rdf.terms import text_of

CATALOGUE_FILE = "data/catalogue.ttl"
_DCAT = "http://www.w3.org/ns/dcat#"
_DCT = "http://purl.org/dc/terms/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_NAMES = (
    "http://xmlns.com/foaf/0.1/name",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
)


@dataclass(frozen=True)
class _Demand:
    """One statement that must be there; its value one of ``known``, or else one with a name."""

    path: str
    name: dict[str, str]
    known: Collection[str]
    example: str


_DEMANDS = (
    _Demand(
        _DCT + "license",
        {"it": "la licenza (dct:license)", "en": "licence (dct:license)"},
        LICENCES,
        "dct:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    _Demand(
        _DCT + "rightsHolder",
        {"it": "il titolare (dct:rightsHolder)", "en": "rights holder (dct:rightsHolder)"},
        (),
        "dct:rightsHolder organisation:…",
    ),
    _Demand(
        _DCT + "accrualPeriodicity",
        {
            "it": "la frequenza di aggiornamento (dct:accrualPeriodicity)",
            "en": "frequency (dct:accrualPeriodicity)",
        },
        FREQUENCIES,
        "dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/IRREG>",
    ),
    _Demand(
        _DCAT + "theme",
        {"it": "il tema (dcat:theme)", "en": "theme (dcat:theme)"},
        THEMES,
        "dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TECH>",
    ),
)
# Classes of what is published as a whole, in the graph whose members are meant.
_SUBJECTS = (
    (_DCAT + "Dataset", "catalogue"),
    ("http://www.w3.org/2004/02/skos/core#ConceptScheme", "vocabularies"),
    ("http://www.w3.org/2002/07/owl#Ontology", "ontology"),
)


def check_rights(quads: Iterable[Quad], base_iri: str) -> list[Finding]:
    """Return a violation for each term of use that something published lacks.

    Args:
        quads: every authored statement.
        base_iri: base of our IRIs.
    """
    quads = list(quads)
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for quad in quads:
        said[text_of(quad.subject), quad.predicate.value].append(text_of(quad.object))
    graph = f"{base_iri}data/graph/"
    classes = {(kind, graph + slug) for kind, slug in _SUBJECTS}
    subjects = sorted(
        {
            quad.subject.value
            for quad in quads
            if quad.predicate.value == _TYPE
            and isinstance(quad.subject, NamedNode)
            and (text_of(quad.object), text_of(quad.graph_name)) in classes
        }
    )
    found = [] if _has_catalogue(quads, graph) else [_no_catalogue(base_iri)]
    for subject in subjects:
        for demand in _DEMANDS:
            values = said[subject, demand.path]
            unknown = [each for each in values if demand.known and each not in demand.known]
            nameless = [each for each in values if not demand.known and not _has_name(said, each)]
            if not values or unknown or nameless:
                found.append(_lacking(subject, demand, unknown, nameless, base_iri))
    return found


def _has_name(said: Mapping[tuple[str, str], list[str]], value: str) -> bool:
    return any(said.get((value, path)) for path in _NAMES)


def _has_catalogue(quads: Iterable[Quad], graph: str) -> bool:
    return any(
        quad.predicate.value == _TYPE
        and text_of(quad.object) == _DCAT + "Dataset"
        and text_of(quad.graph_name) == graph + "catalogue"
        for quad in quads
    )


def _no_catalogue(base_iri: str) -> Finding:
    return Finding(
        severity=VIOLATION,
        focus=f"{base_iri}catalog/dataset/graph",
        rule=f"{base_iri}rules/rights-gate",
        component=f"{base_iri}rules/rights",
        message={
            "it": "Nessun catalogo descrive il grafo: mancano licenza, titolare, frequenza e tema.",
            "en": "No catalogue describes the graph: licence, rights holder, frequency and theme "
            "are missing.",
        },
        mend={
            "it": f"Scrivete {CATALOGUE_FILE}, con almeno il dcat:Dataset 'graph'.",
            "en": f"Write {CATALOGUE_FILE}, with the dcat:Dataset 'graph' at least.",
        },
        place=Place(CATALOGUE_FILE, 1),
    )


def _lacking(
    subject: str, demand: _Demand, unknown: list[str], nameless: list[str], base_iri: str
) -> Finding:
    value = min(unknown or nameless, default="")
    mend = {
        "it": f"Aggiungete in {CATALOGUE_FILE}: {demand.example} ;",
        "en": f"Add to {CATALOGUE_FILE}: {demand.example} ;",
    }
    if nameless:
        mend = {
            "it": f"Indicate una risorsa descritta nei dati, o date un nome a <{value}>.",
            "en": f"Point at a resource that the data describe, or give <{value}> a name.",
        }
    return Finding(
        severity=VIOLATION,
        focus=subject,
        rule=f"{base_iri}rules/rights-gate",
        component=f"{base_iri}rules/rights",
        message=_message(demand.name, value, is_nameless=bool(nameless)),
        mend=mend,
        path=demand.path,
        value=value or None,
    )


def _message(name: Mapping[str, str], value: str, *, is_nameless: bool) -> dict[str, str]:
    if is_nameless:
        return {
            "it": f"Il valore <{value}> per {name['it']} non ha nome: nessun portale lo mostra.",
            "en": f"<{value}> as {name['en']} has no name: no portal can show it.",
        }
    if value:
        return {
            "it": f"Il valore <{value}> per {name['it']} non è negli elenchi che i portali "
            "conoscono.",
            "en": f"<{value}> as {name['en']} is not in the lists that portals know.",
        }
    return {
        "it": f"Manca {name['it']}: così non si pubblica.",
        "en": f"The {name['en']} is missing: this cannot be released.",
    }
