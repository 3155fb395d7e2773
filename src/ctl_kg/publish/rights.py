"""The rights gate: nothing is released without licence, rights holder, frequency and theme.

Asked of every dataset of the catalogue, every vocabulary and the ontology; a file takes its
terms from its dataset. Values must be in the lists that portals check (``authority``), since an
unknown one is as good as none there.

Source: DCAT-AP_IT 2.0 (dcatapit:Dataset, dcatapit:Distribution), DCAT-AP 3.0.1 §5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
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


@dataclass(frozen=True)
class _Demand:
    """One statement that must be there; ``known`` values, or any resource if there are none."""

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
            if not values or unknown:
                found.append(_lacking(subject, demand, unknown, base_iri))
    return found


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


def _lacking(subject: str, demand: _Demand, unknown: list[str], base_iri: str) -> Finding:
    if unknown:
        value = min(unknown)
        message = {
            "it": f"Il valore <{value}> per {demand.name['it']} non è negli elenchi che i portali "
            "conoscono.",
            "en": f"<{value}> as {demand.name['en']} is not in the lists that portals know.",
        }
    else:
        value = ""
        message = {
            "it": f"Manca {demand.name['it']}: così non si pubblica.",
            "en": f"The {demand.name['en']} is missing: this cannot be released.",
        }
    return Finding(
        severity=VIOLATION,
        focus=subject,
        rule=f"{base_iri}rules/rights-gate",
        component=f"{base_iri}rules/rights",
        message=message,
        mend={
            "it": f"Aggiungete in {CATALOGUE_FILE}: {demand.example} ;",
            "en": f"Add to {CATALOGUE_FILE}: {demand.example} ;",
        },
        path=demand.path,
        value=value or None,
    )
