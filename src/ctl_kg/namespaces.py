"""The one table of prefixes, and the way from IRI to CURIE and back.

Authored files write the default base; a build for another base rewrites it in the
text before parsing (:func:`rebase`), so that IRIs in data, shapes, queries and context
always agree.
"""

from __future__ import annotations

import re

DEFAULT_BASE = "https://w3id.org/ctl-kg/"

# Paths below the base, by prefix.
_OWN_PATHS: dict[str, str] = {
    "achievement": "data/achievement/",
    "act": "data/act/",
    "action-line": "controlled-vocabulary/action-line/",
    "address": "data/address/",
    "alignment": "data/alignment/",
    "anomaly": "data/anomaly/",
    "anomaly-kind": "controlled-vocabulary/anomaly-kind/",
    "area": "controlled-vocabulary/technology-area/",
    "basis": "controlled-vocabulary/basis/",
    "call": "data/call/",
    "certainty": "controlled-vocabulary/certainty/",
    "city": "data/territory/city/",
    "claim": "data/claim/",
    "cluster": "data/cluster/",
    "completeness": "controlled-vocabulary/completeness/",
    "country": "data/territory/country/",
    "coverage": "data/coverage/",
    "ctl": "onto/CTL/",
    "ctlsh": "shapes/",
    "date-precision": "controlled-vocabulary/date-precision/",
    "date-status": "controlled-vocabulary/date-status/",
    "eco": "controlled-vocabulary/s3-ecosystem/",
    "entry-status": "controlled-vocabulary/entry-status/",
    "figure": "data/figure/",
    "funding": "data/funding/",
    "governance-role": "controlled-vocabulary/governance-role/",
    "graph": "data/graph/",
    "graph-kind": "controlled-vocabulary/graph-kind/",
    "group": "data/group/",
    "initiative": "data/initiative/",
    "initiative-kind": "controlled-vocabulary/initiative-kind/",
    "legal-form": "controlled-vocabulary/legal-form/",
    "link": "data/link/",
    "member-count": "data/member-count/",
    "member-type": "controlled-vocabulary/member-type/",
    "membership": "data/membership/",
    "municipality": "data/territory/municipality/",
    "network": "data/network/",
    "network-kind": "controlled-vocabulary/network-kind/",
    "network-role": "controlled-vocabulary/network-role/",
    "organisation": "data/organisation/",
    "participation": "data/participation/",
    "participation-role": "controlled-vocabulary/participation-role/",
    "passage": "data/passage/",
    "period": "data/period/",
    "person": "data/person/",
    "place": "data/territory/",
    "pnrr": "controlled-vocabulary/pnrr/",
    "programme": "data/programme/",
    "project": "data/project/",
    "province": "data/territory/province/",
    "qualifier": "controlled-vocabulary/qualifier/",
    "query": "queries/",
    "recognition": "data/recognition/",
    "review-status": "controlled-vocabulary/review-status/",
    "rule": "rules/",
    "scheme": "controlled-vocabulary/",
    "section": "data/section/",
    "site": "data/site/",
    "source": "data/source/",
    "theme": "controlled-vocabulary/theme/",
    "unit": "controlled-vocabulary/unit/",
    "value-status": "controlled-vocabulary/value-status/",
}

_EXTERNAL: dict[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "clv": "https://w3id.org/italia/onto/CLV/",
    "cov": "https://w3id.org/italia/onto/COV/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eurio": "http://data.europa.eu/s66#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prj": "https://w3id.org/italia/onto/Project/",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rov": "http://www.w3.org/ns/regorg#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xkos": "http://rdf-vocabulary.ddialliance.org/xkos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

# Characters that a Turtle local name may hold without escapes (a safe subset of PN_LOCAL).
_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?\Z")


def prefixes(base_iri: str = DEFAULT_BASE) -> dict[str, str]:
    """Return every prefix with its namespace IRI, alphabetically, for one base IRI.

    >>> prefixes()["cluster"]
    'https://w3id.org/ctl-kg/data/cluster/'
    """
    table = {prefix: base_iri + path for prefix, path in _OWN_PATHS.items()}
    return dict(sorted((table | _EXTERNAL).items()))


def rebase(text: str, base_iri: str) -> str:
    """Return authored text with the default base replaced by ``base_iri``.

    >>> rebase("<https://w3id.org/ctl-kg/data/cluster/afil>", "https://example.org/x/")
    '<https://example.org/x/data/cluster/afil>'
    """
    return text if base_iri == DEFAULT_BASE else text.replace(DEFAULT_BASE, base_iri)


class Curies:
    """Shortens and expands IRIs with one prefix table.

    The longest namespace that leaves a safe local name wins.
    """

    def __init__(self, table: dict[str, str]) -> None:
        self.table = table
        self._by_namespace = sorted(table.items(), key=lambda item: (-len(item[1]), item[0]))

    def shorten(self, iri: str) -> str | None:
        """Return the CURIE of ``iri``, or None if no prefix fits.

        >>> Curies(prefixes()).shorten("https://w3id.org/ctl-kg/data/cluster/afil")
        'cluster:afil'
        """
        for prefix, namespace in self._by_namespace:
            if iri.startswith(namespace) and _SAFE_LOCAL.match(iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return None

    def expand(self, curie: str) -> str | None:
        """Return the IRI of ``curie``, or None if its prefix is not in the table.

        >>> Curies(prefixes()).expand("eco:nutrizione")
        'https://w3id.org/ctl-kg/controlled-vocabulary/s3-ecosystem/nutrizione'
        """
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in self.table:
            return None
        return self.table[prefix] + local
