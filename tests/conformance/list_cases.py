"""The lists of /explore asked in SPARQL, column by column, and narrowed row by row.

Written from what the lists promise (``lists.toml``), by other means than theirs: patterns that an
engine answers, certainties joined here, and a choice tried on each row in turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

BASE = "https://w3id.org/ctl-kg/"
_NAMESPACES = {
    "ctl": BASE + "onto/CTL/", "certainty": BASE + "controlled-vocabulary/certainty/",
    "review-status": BASE + "controlled-vocabulary/review-status/", "graph": BASE + "data/graph/",
    "member-type": BASE + "controlled-vocabulary/member-type/",
    "org": "http://www.w3.org/ns/org#", "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "http://schema.org/", "dct": "http://purl.org/dc/terms/",
    "clv": "https://w3id.org/italia/onto/CLV/", "cov": "https://w3id.org/italia/onto/COV/",
}  # fmt: skip
PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in _NAMESPACES.items())
ORDER = ("stated", "confirmed", "inferred")  # of certainties, the strongest first

Solution = Mapping[str, str]
Select = Callable[[str], list[dict[str, str]]]
_number = count()


def said(subject: str, predicate: str, value: str) -> str:
    """Return the pattern of a statement that is made or aligned, with ``?cN`` how certain it is."""
    n = next(_number)
    about = (
        f"?a{n} ctl:alignedSubject {subject} ; ctl:alignedPredicate {predicate} ; "
        f"ctl:alignedObject {value}"
    )
    own = f"{subject} a ctl:Alignment ; ctl:certainty ?c{n}"
    return f"""
      {{ GRAPH ?g{n} {{ {subject} {predicate} {value} }}
        FILTER(?g{n} NOT IN (graph:derived, graph:withdrawn))
        MINUS {{ {about} }}
        MINUS {{ {subject} a ctl:Alignment }}
        BIND(certainty:stated AS ?c{n}) }}
      UNION {{ {subject} {predicate} {value} . {own}
        MINUS {{ {subject} ctl:reviewStatus review-status:rejected }} }}
      UNION {{ {about} ; ctl:certainty ?c{n}
        MINUS {{ ?a{n} ctl:reviewStatus review-status:rejected }} }}"""


@dataclass(frozen=True)
class Asked:
    """A column in SPARQL: ``where`` binds ``?row`` and ``?value``.

    ``facets`` are the variables of its facets; certainties are the variables ``?cN``.
    """

    where: str
    facets: Mapping[str, str]


def a(where: str, **facets: str) -> Asked:
    return Asked(where, facets)


_CLUSTER = "?value a ctl:TechnologyCluster ."


def _members(kind: str) -> Asked:
    return a(
        said("?n", "ctl:refCluster", "?row")
        + said("?n", "ctl:memberCount", "?value")
        + f"?n ctl:memberType member-type:{kind} ."
    )


_TEMPORAL = said("?row", "dct:temporal", "?value")
_YEAR = "OPTIONAL { ?value schema:startDate ?start BIND(SUBSTR(STR(?start), 1, 4) AS ?year) }"

KINDS: dict[str, tuple[str, dict[str, Asked]]] = {
    "clusters": ("?row a ctl:TechnologyCluster", {
        "acronym": a(said("?row", "cov:orgAcronym", "?value")),
        "seat": a(
            "{ " + said("?row", "org:hasPrimarySite", "?site") + " } UNION { "
            + said("?row", "org:hasSite", "?site") + " }"
            + said("?site", "org:siteAddress", "?address")
            + said("?address", "clv:hasCity", "?value")
            + "OPTIONAL { ?value clv:hasDirectHigherRank ?province }",
            province="province",
        ),
        "members": _members("total"),
        "companies": _members("companies"),
        "research": _members("research-organisations"),
        "others": _members("other-bodies"),
        "networks": a(
            said("?n", "org:member", "?row") + said("?n", "org:organization", "?value")
            + "?value a ctl:Network . OPTIONAL { ?n org:role ?role }",
            network="value", role="role",
        ),
        "projects": a(
            said("?n", "ctl:participant", "?row") + said("?n", "ctl:inProject", "?value")
            + "?value a ctl:Project ."
        ),
        "ecosystems": a(said("?row", "ctl:referenceEcosystem", "?value"), ecosystem="value"),
        "areas": a(said("?row", "ctl:technologyArea", "?value"), area="value"),
    }),
    "networks": ("?row a ctl:Network", {
        "kind": a(said("?row", "ctl:networkKind", "?value"), kind="value"),
        "clusters": a(
            said("?n", "org:organization", "?row") + said("?n", "org:member", "?value")
            + _CLUSTER + "OPTIONAL { ?n org:role ?role }",
            cluster="value", role="role",
        ),
        "groups": a(said("?value", "org:unitOf", "?row")),
    }),
    "projects": ("?row a ctl:Project", {
        "clusters": a(
            said("?n", "ctl:inProject", "?row") + said("?n", "ctl:participant", "?value")
            + _CLUSTER + "OPTIONAL { ?n ctl:participationRole ?role }",
            cluster="value", role="role",
        ),
        "programmes": a(
            said("?row", "ctl:fundingStatement", "?n")
            + "{ " + said("?n", "ctl:underProgramme", "?value") + " } UNION { "
            + said("?n", "ctl:underCall", "?call") + said("?call", "ctl:underProgramme", "?value")
            + " } ?value ctl:partOfProgramme* ?whole .",
            programme="whole",
        ),
        "period": a(_TEMPORAL + _YEAR, year="year"),
        "status": a(said("?row", "ctl:entryStatus", "?value"), status="value"),
        "ecosystems": a(
            said("?row", "ctl:hasSynergyWith", "?value") + "?value a ctl:InnovationEcosystem .",
            ecosystem="value",
        ),
        "components": a(
            said("?row", "ctl:hasSynergyWith", "?value")
            + "?value a ctl:PnrrComponent . OPTIONAL { ?value skos:broader ?mission }",
            mission="mission", component="value",
        ),
    }),
    "organisations": (
        # Not who is only named as the maker of this dataset.
        "GRAPH ?any { ?row a org:Organization } "
        "FILTER(?any NOT IN (graph:provenance, graph:ontology, graph:catalogue)) "
        "MINUS { ?row a ctl:TechnologyCluster } MINUS { ?row a ctl:Network }", {
        "type": a(
            said("?row", "a", "?value").replace("alignedPredicate a ", "alignedPredicate rdf:type ")
            + "FILTER(?value IN (cov:PublicOrganization, org:FormalOrganization, "
            "org:OrganizationalCollaboration, org:OrganizationalUnit))",
            type="value",
        ),
        "whole": a(" UNION ".join(
            "{ " + said("?row", each, "?value") + " }"
            for each in ("org:memberOf", "org:unitOf", "org:subOrganizationOf")
        ), whole="value"),
        "projects": a(
            said("?n", "ctl:participant", "?row") + said("?n", "ctl:inProject", "?value")
            + "?value a ctl:Project . OPTIONAL { ?n ctl:participationRole ?role }",
            role="role",
        ),
        "clusters": a(
            "{ " + said("?row", "org:memberOf", "?value") + " } UNION { "
            + said("?row", "org:unitOf", "?value") + " } UNION { "
            + said("?n", "ctl:participant", "?row") + said("?n", "ctl:inProject", "?project")
            + said("?other", "ctl:inProject", "?project")
            + said("?other", "ctl:participant", "?value") + " } UNION { "
            + said("?event", "schema:participant", "?row")
            + " { " + said("?event", "schema:organizer", "?value") + " } UNION { "
            + said("?event", "schema:participant", "?value") + " } }" + _CLUSTER,
            cluster="value",
        ),
    }),
    "events": ("VALUES ?class { schema:Event schema:EventSeries } ?row a ?class", {
        "kind": a(said("?row", "ctl:initiativeKind", "?value"), kind="value"),
        "clusters": a(
            "{ " + said("?row", "schema:organizer", "?value") + " } UNION { "
            + said("?row", "schema:participant", "?value") + " }" + _CLUSTER,
            cluster="value",
        ),
        "period": a(
            _TEMPORAL + _YEAR + "OPTIONAL { ?value ctl:dateStatus ?status }",
            year="year", date="status",
        ),
        "place": a(said("?row", "schema:location", "?value"), place="value"),
        "project": a(said("?row", "dct:isPartOf", "?value") + "?value a ctl:Project ."),
    }),
    "ecosystems": ("?row a ctl:InnovationEcosystem", {
        "code": a(said("?row", "skos:notation", "?value")),
        "clusters": a(said("?value", "ctl:referenceEcosystem", "?row") + _CLUSTER, cluster="value"),
        "projects": a(said("?value", "ctl:hasSynergyWith", "?row") + "?value a ctl:Project ."),
        "initiatives": a(
            said("?value", "ctl:hasSynergyWith", "?row") + "?value a ctl:Initiative ."
        ),
        "areas": a(said("?value", "skos:relatedMatch", "?row"), area="value"),
    }),
    "components": ("?row a ctl:PnrrComponent", {
        "code": a(said("?row", "skos:notation", "?value")),
        "mission": a(
            said("?row", "skos:broader", "?value") + "?value a ctl:PnrrMission .", mission="value"
        ),
        "clusters": a(
            said("?n", "ctl:alignedObject", "?row") + said("?n", "ctl:inSection", "?section")
            + said("?section", "schema:about", "?value") + _CLUSTER,
            cluster="value",
        ),
        "projects": a(said("?value", "ctl:hasSynergyWith", "?row") + "?value a ctl:Project ."),
        "initiatives": a(
            said("?value", "ctl:hasSynergyWith", "?row") + "?value a ctl:Initiative ."
        ),
    }),
}  # fmt: skip
CLASSES = {
    "clusters": ("ctl:TechnologyCluster",), "networks": ("ctl:Network",),
    "projects": ("ctl:Project",), "organisations": ("org:Organization",),
    "events": ("schema:Event", "schema:EventSeries"), "ecosystems": ("ctl:InnovationEcosystem",),
    "components": ("ctl:PnrrComponent",),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One statement of a row in a column: its value, its keys by facet, its certainty."""

    value: str
    keys: Mapping[str, str]
    certainty: str


@dataclass(frozen=True)
class Row:
    """One row as SPARQL gives it; ``certainty`` is of its class."""

    iri: str
    certainty: str
    columns: Mapping[str, tuple[Said, ...]]


def read_list(select: Select, kind: str) -> dict[str, Row]:
    """Return the rows of a list by IRI."""
    where, columns = KINDS[kind]
    rows = {each["row"] for each in select(f"{PREFIXES} SELECT DISTINCT ?row {{ {where} }}")}
    found = {name: _column(select, asked) for name, asked in columns.items()}
    classes = _classes(select, kind)
    return {
        iri: Row(
            iri, classes.get(iri, "stated"), {n: tuple(found[n].get(iri, ())) for n in columns}
        )
        for iri in sorted(rows)
    }


def _classes(select: Select, kind: str) -> dict[str, str]:
    rdf = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    about = (
        f"SELECT ?row ?c {{ ?a ctl:alignedSubject ?row ; ctl:alignedPredicate {rdf} ; "
        f"ctl:alignedObject ?class ; ctl:certainty ?c VALUES ?class {{ {' '.join(CLASSES[kind])} }}"
        " MINUS { ?a ctl:reviewStatus review-status:rejected } }"
    )
    return {each["row"]: _name(each["c"]) for each in select(PREFIXES + about)}


def _column(select: Select, asked: Asked) -> dict[str, list[Said]]:
    query = PREFIXES + (
        "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
        f"SELECT DISTINCT * {{ {asked.where} }}"
    )
    # Per way (all that is bound but graphs, alignments and certainties): the strongest of each
    # statement, the weakest of all; per row, value and keys: the strongest way.
    ways: dict[tuple[tuple[str, str], ...], dict[str, set[str]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for solution in select(query):
        way = tuple(sorted((n, v) for n, v in solution.items() if n[1:].isdigit() is False))
        for name, value in solution.items():
            if name[0] == "c" and name[1:].isdigit():
                ways[way][name].add(_name(value))
    best: dict[tuple[str, str, tuple[tuple[str, str], ...]], str] = {}
    for way, certainties in ways.items():
        said_ = dict(way)
        weakest = max((min(each, key=strength) for each in certainties.values()), key=strength)
        keys = tuple((facet, said_.get(name, "")) for facet, name in asked.facets.items())
        key = (said_["row"], said_["value"], keys)
        best[key] = min(best.get(key, weakest), weakest, key=strength)
    found: dict[str, list[Said]] = defaultdict(list)
    for (row, value, keys), certainty in best.items():
        found[row].append(Said(value, dict(keys), certainty))
    return found


def _name(certainty: str) -> str:
    return certainty.rpartition("/")[2]


def strength(certainty: str) -> int:
    return ORDER.index(certainty) if certainty in ORDER else len(ORDER)


def fits(
    row: Row, kind: str, wanted: Mapping[str, set[str]], all_of: set[str], certain: set[str]
) -> bool:
    """Tell whether a row has what is wanted; an empty text stands for "no value"."""
    if certain and not any(
        each in certain
        for each in (row.certainty, *(s.certainty for c in row.columns.values() for s in c))
    ):
        return False
    return all(
        _column_fits(row.columns[name], asked.facets, wanted, all_of, certain)
        for name, asked in KINDS[kind][1].items()
    )


def _column_fits(
    statements: tuple[Said, ...],
    facets: Mapping[str, str],
    wanted: Mapping[str, set[str]],
    all_of: set[str],
    certain: set[str],
) -> bool:
    here = {facet: wanted[facet] for facet in facets if wanted.get(facet)}
    if not here:
        return True
    counted = [each.keys for each in statements if not certain or each.certainty in certain]
    counted = counted or [dict.fromkeys(facets, "")]
    combinations: list[dict[str, set[str]]] = [here]
    for facet in sorted(here.keys() & all_of):
        combinations = [{**c, facet: {key}} for c in combinations for key in here[facet]]
    return all(
        any(all(keys[f] in allowed for f, allowed in each.items()) for keys in counted)
        for each in combinations
    )
