"""How two resources are linked: which paths are found, in which order, and what is said of them."""

from __future__ import annotations

import itertools
import random
import re
from collections import deque

import pyoxigraph as ox
import pytest

from ctl_kg.errors import ParameterError, UnknownResourceError
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.description import Describer
from ctl_kg.publish.link_rules import NEVER, ROLES, STOPS, TO_AN_END, WEIGHTS
from ctl_kg.publish.links import MAX_READ
from ctl_kg.publish.paths import find_paths
from ctl_kg.publish.resources import Resources, fold
from ctl_kg.publish.sentence_table import NOUNS, TEMPLATES
from ctl_kg.publish.why import Answer, Why
from ctl_kg.sparql.store import LocalStore

BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes())
PROLOGUE = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
# Two clusters in one network, one of them by an inferred membership of another network; a
# project of both; their kinds, country and inverse statements, which must not link them.
DATA = """
graph:p-0010 {
    cluster:one a ctl:TechnologyCluster ; skos:prefLabel "Uno"@it , "One"@en ;
        cov:orgAcronym "UN1" ; schema:location country:italia .
    membership:one-net a ctl:NetworkMembership ; org:member cluster:one ;
        org:organization network:net ; org:role network-role:member .
    network:net a ctl:Network ; skos:prefLabel "Rete Alta"@it , "High Network"@en ;
        ctl:networkKind network-kind:platform .
}
graph:p-0020 {
    cluster:two a ctl:TechnologyCluster ; skos:prefLabel "Due"@it , "Two"@en ;
        schema:location country:italia .
    membership:two-net a ctl:NetworkMembership ; org:member cluster:two ;
        org:organization network:net ; org:role network-role:listed .
    network:other a ctl:Network ; skos:prefLabel "Altra"@it , "Other"@en ;
        ctl:networkKind network-kind:platform .
    project:p a ctl:Project ; skos:prefLabel "P"@it , "P"@en ; ctl:hasSynergyWith eco:e .
    participation:one-p a ctl:ProjectParticipation ; ctl:participant cluster:one ;
        ctl:inProject project:p ; ctl:participationRole participation-role:coordinator ;
        dct:temporal period:p .
    period:p a ctl:Period ; schema:startDate "2019"^^xsd:gYear ; schema:endDate "2022"^^xsd:gYear .
    alignment:p-e a ctl:Alignment ; ctl:alignedSubject project:p ;
        ctl:alignedPredicate ctl:hasSynergyWith ; ctl:alignedObject eco:e ;
        ctl:certainty certainty:stated .
    alignment:two-e a ctl:Alignment ; ctl:alignedSubject cluster:two ;
        ctl:alignedPredicate ctl:referenceEcosystem ; ctl:alignedObject eco:e ;
        ctl:certainty certainty:inferred .
    alignment:two-p a ctl:Alignment ; ctl:alignedSubject cluster:two ;
        ctl:alignedPredicate ctl:supports ; ctl:alignedObject project:p ;
        ctl:certainty certainty:stated ; ctl:reviewStatus review-status:rejected .
}
graph:vocabularies {
    network-kind:platform a skos:Concept ; skos:inScheme scheme:network-kind .
    certainty:inferred skos:prefLabel "Inferito"@it , "Inferred"@en .
    eco:e a ctl:InnovationEcosystem ; skos:prefLabel "Energia"@it , "Energy"@en .
}
graph:territory { country:italia a clv:Country ; skos:prefLabel "Italia"@it , "Italy"@en . }
graph:derived {
    cluster:one ctl:hasNetworkTie network:net . network:net org:hasMember cluster:one .
    cluster:one ctl:participatesIn project:p . project:p ctl:hasAlignment alignment:p-e .
    cluster:two ctl:hasNetworkTie network:other .
}
graph:provenance {
    graph:p-0010 prov:wasDerivedFrom passage:p-0010 .
    passage:p-0010 a ctl:Passage ; ctl:startLine 10 ; ctl:endLine 12 ;
        dct:isPartOf section:s .
    section:s skos:prefLabel "Sezione"@it , "Section"@en ; schema:about cluster:two .
}
"""


def store_of(trig: str) -> LocalStore:
    store = LocalStore()
    store.add(list(ox.parse(PROLOGUE + trig, format=ox.RdfFormat.TRIG)))
    return store


def why_of(store: LocalStore) -> Why:
    return Why(store, Describer(store, BASE), BASE)


STORE = store_of(DATA)
WHY = why_of(STORE)


def ask(start: str, end: str, why: Why = WHY, **bounds: int) -> Answer:
    # Time enough on the slowest machine: where it ends has a test of its own.
    return why.explain(_iri(start), _iri(end), **bounds, budget_s=600.0)


def _iri(curie: str) -> str:
    iri = CURIES.expand(curie)
    assert iri is not None
    return iri


def trails(answer: Answer) -> list[str]:
    """Return the paths as CURIEs in a row."""
    return [
        " ".join(CURIES.shorten(iri) or iri for iri in path.path.nodes) for path in answer.paths
    ]


def test_a_role_node_is_one_hop_that_says_role_time_and_source() -> None:
    (path,) = ask("network:net", "cluster:one", limit=1).paths
    (hop,) = path.hops
    assert not hop.forward  # the statement is about the cluster
    assert hop.link.via == BASE + "data/membership/one-net"
    assert hop.sentences == {
        "it": "UN1 – Uno è membro della Rete Alta — passaggio: sezione Sezione, righe 10–12",
        "en": "UN1 – One is a member of the High Network — passage: section Section, lines 10–12",
    }
    (coordinated,) = ask("cluster:one", "project:p", limit=1).paths[0].hops
    assert coordinated.texts["it"] == "UN1 – Uno è capofila del progetto P (periodo: 2019–2022)"
    assert coordinated.time == ("2019", "2022")


def test_a_listing_is_not_called_membership() -> None:
    (hop,) = ask("cluster:two", "network:net", limit=1).paths[0].hops
    assert hop.texts["en"].startswith("Two names the High Network among its networks (role not")


def test_stated_comes_before_inferred_and_the_weakest_hop_counts() -> None:
    answer = ask("cluster:two", "project:p")
    assert trails(answer)[0] == "cluster:two eco:e project:p"
    assert answer.paths[0].certainty == BASE + "controlled-vocabulary/certainty/inferred"
    assert "(certezza: inferito)" in answer.paths[0].hops[0].texts["it"]
    answer = ask("cluster:one", "cluster:two")
    assert trails(answer) == [
        "cluster:one network:net cluster:two",
        "cluster:one project:p eco:e cluster:two",
    ]


def test_a_statement_and_its_alignment_are_one_link() -> None:
    answer = ask("project:p", "eco:e")
    (hop,) = answer.paths[0].hops
    assert (answer.found.total, hop.also) == (1, ())
    assert hop.link.alignment == BASE + "data/alignment/p-e"


def test_a_rejected_alignment_links_nothing() -> None:
    assert all(
        hop.link.via != BASE + "data/alignment/two-p"
        for path in ask("cluster:two", "project:p", limit=20).paths
        for hop in path.hops
    )


def test_kinds_countries_and_derived_statements_are_not_followed() -> None:
    answer = ask("network:net", "network:other")
    assert (answer.paths, answer.found.shortest) == ((), None)
    assert [each.object for each in answer.shared] == [
        _iri("ctl:Network"), _iri("network-kind:platform"),
    ]  # fmt: skip
    assert [len(hops) for hops in answer.near] == [2, 0]
    assert all("country:italia" not in trail for trail in trails(ask("cluster:one", "cluster:two")))


def test_a_kind_a_country_or_a_role_node_may_be_asked_for() -> None:
    assert trails(ask("network:other", "network-kind:platform")) == [
        "network:other network-kind:platform"
    ]
    assert trails(ask("country:italia", "cluster:one")) == ["country:italia cluster:one"]
    assert trails(ask("membership:one-net", "cluster:one"))[0] == "membership:one-net cluster:one"


def test_says_how_long_a_path_is_that_is_too_long() -> None:
    answer = ask("cluster:one", "eco:e", max_hops=1)
    assert (answer.paths, answer.found.shortest) == ((), 2)
    assert [hop.start for hop in answer.near[0]] == [_iri("cluster:one")] * 2


PAIRS = [
    (a, b)
    for a, b in itertools.combinations(
        ["cluster:one", "cluster:two", "network:net", "project:p", "eco:e", "country:italia"], 2
    )
]


@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_proofs_are_true_statements_are_in_their_graphs_and_directions_mirror(
    start: str, end: str
) -> None:
    answer = ask(start, end, limit=20)
    assert answer.paths
    for path in answer.paths:
        assert STORE.query(path.sparql) is True
        assert len(set(path.path.nodes)) == len(path.path.nodes)
        for quad in (quad for hop in path.hops for quad in hop.link.quads):
            assert isinstance(quad.graph_name, ox.NamedNode)
            assert quad in STORE.graph(quad.graph_name)
    back = ask(end, start, limit=20)
    assert [each.path.nodes for each in back.paths] == [
        each.path.nodes[::-1] for each in answer.paths
    ]
    assert [each.certainty for each in back.paths] == [each.certainty for each in answer.paths]


def test_a_proof_fails_where_a_statement_is_missing() -> None:
    (path,) = ask("cluster:one", "network:net", limit=1).paths
    without = store_of(DATA.replace("org:organization network:net ; org:role network-role:m", "a "
                                    "org:Membership ; org:role network-role:m"))  # fmt: skip
    assert without.query(path.sparql) is False


def _random_graph(seed: int) -> tuple[LocalStore, dict[str, set[str]]]:
    generator = random.Random(seed)
    edges: dict[str, set[str]] = {f"project:n{n}": set() for n in range(40)}
    lines = []
    for a, b in generator.sample(list(itertools.combinations(sorted(edges), 2)), 55):
        edges[a].add(b)
        edges[b].add(a)
        lines.append(f"graph:p-0001 {{ {a} ctl:continues {b} . }}")
    return store_of("\n".join(lines)), edges


def _shortest(edges: dict[str, set[str]], start: str, end: str) -> tuple[int | None, int]:
    """Return the length of the shortest paths and how many there are, by plain search."""
    length, count = {start: 0}, {start: 1}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for other in edges[node]:
            if other not in length:
                length[other], count[other] = length[node] + 1, 0
                waiting.append(other)
            if length[other] == length[node] + 1:
                count[other] += count[node]
    return length.get(end), count.get(end, 0)


@pytest.mark.parametrize("seed", range(6))
def test_finds_what_a_plain_search_finds(seed: int) -> None:
    store, edges = _random_graph(seed)
    why = why_of(store)
    generator = random.Random(seed)
    for _ in range(40):
        start, end = generator.sample(sorted(edges), 2)
        length, count = _shortest(edges, start, end)
        found = ask(start, end, why, max_hops=6, limit=20).found
        if length is None or length > 6:
            assert (found.shortest, found.paths) == (None, ())
        else:
            assert (found.shortest, found.total) == (length, count)
            assert [len(p.hops) for p in found.paths[:count]] == [length] * min(count, 20)


def test_a_hub_is_crossed_but_not_unrolled() -> None:
    leaves = "\n".join(
        f"initiative:i{n} schema:organizer organisation:hub ." for n in range(10_000)
    )
    more = "graph:p-0002 { initiative:i7 schema:about eco:a . initiative:i9 schema:about eco:b . }"
    hub2 = leaves.replace("hub", "hub2").replace(":i", ":other")
    why = why_of(store_of(f"graph:p-0001 {{ {leaves} {hub2} }} {more}"))
    crossed = ask("eco:a", "eco:b", why)
    assert trails(crossed) == ["eco:a initiative:i7 organisation:hub initiative:i9 eco:b"]
    assert max(crossed.found.reached) <= 4
    # The hub is not read whole, and the end that is found from the other side is.
    assert trails(ask("organisation:hub", "initiative:i9999", why)) == [
        "organisation:hub initiative:i9999"
    ]
    nowhere = ask("organisation:hub", "organisation:hub2", why)
    assert nowhere.paths == ()
    assert nowhere.found.notes == ("links",)
    assert nowhere.found.reached[0] <= MAX_READ + 1


def test_stops_at_the_end_of_its_time() -> None:
    ticks = itertools.count()
    found = find_paths(
        WHY.reader, _iri("cluster:one"), _iri("eco:e"), str, budget_s=1, clock=lambda: next(ticks)
    )
    assert found.notes == ("time",)


def test_an_unforeseen_property_links_and_has_a_plain_sentence() -> None:
    why = why_of(store_of(
        "graph:p-0001 { project:a <http://example.org/x> project:b . "
        '<http://example.org/x> rdfs:label "affine a"@it . }'
    ))  # fmt: skip
    (path,) = ask("project:b", "project:a", why).paths
    assert path.hops[0].texts["it"] == "project:a — affine a → project:b"
    assert why._store.query(path.sparql) is True


def test_the_tables_name_known_terms_and_give_reasons() -> None:
    named = [*NEVER, *TO_AN_END, *WEIGHTS, *STOPS, *NOUNS, *(role.curie for role in ROLES)]
    named += [key.partition(" ")[0] for key in TEMPLATES]
    assert [curie for curie in named if CURIES.expand(curie) is None] == []
    assert not NEVER.keys() & TO_AN_END.keys()
    assert all(reason for table in (NEVER, TO_AN_END, STOPS) for reason in table.values())
    for italian, english in TEMPLATES.values():
        assert {match[1] for match in re.finditer(r"\{([so])(?::\w+)?\}", italian)} == {"s", "o"}
        assert {match[1] for match in re.finditer(r"\{([so])\}", english)} == {"s", "o"}


RESOURCES = Resources(STORE, WHY.reader)


@pytest.mark.parametrize(
    "text",
    ["cluster:one", BASE + "data/cluster/one", f"<{BASE}data/cluster/one>", " uno ", "UN1", "UNO"],
)
def test_a_resource_has_many_names(text: str) -> None:
    assert RESOURCES.find(text, "from") == BASE + "data/cluster/one"


def test_unknown_and_ambiguous_names_say_what_is_near() -> None:
    with pytest.raises(UnknownResourceError) as unknown:
        RESOURCES.find("energi", "to")
    assert (unknown.value.name, unknown.value.status) == ("to", 404)
    assert unknown.value.suggestions == [_iri("eco:e")]
    twice = store_of(
        'graph:p-1 { project:a skos:prefLabel "X"@it . project:b skos:prefLabel "x"@en . }'
    )
    with pytest.raises(UnknownResourceError, match="several") as several:
        Resources(twice, why_of(twice).reader).find("X", "from")
    assert several.value.suggestions == [_iri("project:a"), _iri("project:b")]


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x00b", "x" * 5000])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ParameterError) as error:
        RESOURCES.find(text, "from")
    assert len(error.value.value or "") <= 80


def test_names_are_compared_without_case_and_accents() -> None:
    assert fold(" Città  METROPOLITANA ") == "citta metropolitana"
