"""The lists with facets: definitions, readings with their certainty, choices and addresses."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from ctl_kg.errors import ParameterError, SettingsError
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.description import RDF_TYPE, Describer
from ctl_kg.publish.list_address import ListAddress
from ctl_kg.publish.list_index import NOTHING, Choice, ListIndex
from ctl_kg.publish.list_kinds import list_kinds, read_kinds
from ctl_kg.publish.list_rows import ListRow, Reading
from ctl_kg.publish.lists import Lists
from ctl_kg.publish.why import Why
from ctl_kg.sparql.store import LocalStore

BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes())
PROLOGUE = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
DATA = """
graph:p-0010 {
    cluster:one a ctl:TechnologyCluster ; skos:prefLabel "Uno"@it .
    cluster:two a ctl:TechnologyCluster ; skos:prefLabel "Due"@it .
    project:p a ctl:Project ; skos:prefLabel "Progetto P"@it ; ctl:hasSynergyWith eco:e ;
        ctl:entryStatus entry-status:ongoing .
    participation:one-p ctl:participant cluster:one ; ctl:inProject project:p ;
        ctl:participationRole participation-role:coordinator .
    participation:two-p ctl:participant cluster:two ; ctl:inProject project:p ;
        ctl:participationRole participation-role:partner .
    project:q a ctl:Project ; skos:prefLabel "Progetto Q"@it ; ctl:fundingStatement funding:q .
    funding:q ctl:underCall call:c . call:c ctl:underProgramme programme:part .
    participation:one-q ctl:participant cluster:one ; ctl:inProject project:q ;
        ctl:participationRole participation-role:partner .
}
graph:p-0020 {
    alignment:p-f a ctl:Alignment ; ctl:alignedSubject project:p ;
        ctl:alignedPredicate ctl:hasSynergyWith ; ctl:alignedObject eco:f ;
        ctl:certainty certainty:inferred .
    alignment:p-g a ctl:Alignment ; ctl:alignedSubject project:p ;
        ctl:alignedPredicate ctl:hasSynergyWith ; ctl:alignedObject eco:g ;
        ctl:certainty certainty:inferred ; ctl:reviewStatus review-status:rejected .
    alignment:p-status a ctl:Alignment ; ctl:alignedSubject project:p ;
        ctl:alignedPredicate ctl:entryStatus ; ctl:alignedObject entry-status:ongoing ;
        ctl:certainty certainty:inferred .
    alignment:q-class a ctl:Alignment ; ctl:alignedSubject project:q ;
        ctl:alignedPredicate rdf:type ; ctl:alignedObject ctl:Project ;
        ctl:certainty certainty:inferred .
    project:q ctl:hasSynergyWith eco:g .
    alignment:q-g a ctl:Alignment ; ctl:alignedSubject project:q ;
        ctl:alignedPredicate ctl:hasSynergyWith ; ctl:alignedObject eco:g ;
        ctl:certainty certainty:inferred ; ctl:reviewStatus review-status:rejected .
}
graph:vocabularies {
    eco:e a ctl:InnovationEcosystem . eco:f a ctl:InnovationEcosystem .
    eco:g a ctl:InnovationEcosystem .
    programme:part ctl:partOfProgramme programme:whole .
}
graph:derived { project:q ctl:entryStatus entry-status:planned . }
"""


def lists_of(trig: str) -> Lists:
    store = LocalStore()
    store.add(list(ox.parse(PROLOGUE + trig, format=ox.RdfFormat.TRIG)))
    describer = Describer(store, BASE)
    return Lists(store, describer, Why(store, describer, BASE).reader, BASE)


LISTS = lists_of(DATA)


def found(query: str) -> list[str]:
    """Return the last parts of the projects that an address leaves."""
    pairs = [tuple(each.split("=", 1)) for each in query.split("&") if each]
    choice = LISTS.address("projects").read(pairs)  # type: ignore[arg-type]
    rows = LISTS.index("projects").select(choice)
    assert LISTS.index("projects").count(choice) == len(rows)
    return [row.iri.rpartition("/")[2] for row in rows]


@pytest.mark.parametrize(("query", "rows"), [
    ("", ["p", "q"]),
    ("cluster=one", ["p", "q"]),
    ("cluster=two", ["p"]),
    # A cluster and a role are those of one participation.
    ("cluster=one&role=coordinator", ["p"]),
    ("cluster=two&role=coordinator", []),
    ("cluster=one&role=partner", ["q"]),
    ("cluster=one&cluster=two&all=cluster", ["p"]),
    ("cluster=one&cluster=two&all=cluster&role=partner", []),
    ("cluster=one&cluster=two&all=cluster&role=partner&role=coordinator", ["p"]),
    # A programme counts for the one that it is part of.
    ("programme=part", ["q"]),
    ("programme=whole", ["q"]),
    ("programme=none", ["p"]),
    # Stated, suggested, rejected.
    ("ecosystem=e", ["p"]),
    ("ecosystem=f", ["p"]),
    ("ecosystem=f&certainty=stated", []),
    ("ecosystem=f&certainty=inferred", ["p"]),
    ("ecosystem=none", ["q"]),
    ("status=ongoing", ["p"]),
    ("status=ongoing&certainty=stated", []),
    ("status=none&certainty=stated", ["p", "q"]),
    ("certainty=inferred", ["p", "q"]),
    ("certainty=confirmed", None),
    ("q=progetto+q", []),
    ("q=PROGÉTTO q", ["q"]),
])  # fmt: skip
def test_a_choice_leaves_what_fits_it(query: str, rows: list[str] | None) -> None:
    if rows is None:
        with pytest.raises(ParameterError, match="certainty"):
            found(query)
    else:
        assert found(query) == rows


def test_what_is_rejected_or_derived_is_no_value() -> None:
    keys = LISTS.index("projects").keys
    ecosystems = {each.rpartition("/")[2] for each in keys["ecosystem"]}
    assert ecosystems == {"e", "f", NOTHING}
    assert {each.rpartition("/")[2] for each in keys["status"]} == {"ongoing", NOTHING}


def test_a_reading_says_how_certain_it_is_and_where_it_stands() -> None:
    rows = {row.iri.rpartition("/")[2]: row for row in LISTS.index("projects").rows}
    values = {r.value: r for r in rows["p"].cells["ecosystems"]}
    stated, inferred = values[node("eco:e")], values[node("eco:f")]
    assert (stated.certainty, stated.graphs) == (iri("certainty:stated"), (iri("graph:p-0010"),))
    assert (inferred.certainty, inferred.graphs) == (
        iri("certainty:inferred"), (iri("graph:p-0020"),))  # fmt: skip
    assert rows["p"].certainty == iri("certainty:stated")
    assert rows["q"].certainty == iri("certainty:inferred")
    assert rows["p"].cells["status"][0].certainty == iri("certainty:inferred")


def test_the_graph_of_a_suggestion_is_its_alignment_and_not_the_statement() -> None:
    row = next(each for each in LISTS.index("projects").rows if each.iri.endswith("/p"))
    inferred = next(r for r in row.cells["ecosystems"] if r.value == node("eco:f"))
    triples = LISTS.readings.triples(inferred.facts)
    assert not [t for t in triples if t.predicate == node("ctl:hasSynergyWith")]
    assert {t.subject for t in triples} == {node("alignment:p-f")}
    assert ox.Triple(
        node("alignment:p-f"), node("ctl:certainty"), node("certainty:inferred")
    ) in triples  # fmt: skip


def iri(curie: str) -> str:
    expanded = CURIES.expand(curie)
    assert expanded is not None
    return expanded


def node(curie: str) -> NamedNode:
    return NamedNode(iri(curie))


# -- random lists ------------------------------------------------------------

TEXTS = 'label = { it = "x", en = "x" }'
KIND = read_kinds(f"""
[things]
{TEXTS}
text = {{ it = "x", en = "x" }}
classes = ["ctl:Thing"]
folder = "data/thing"
order = "name"
[[things.columns]]
name = "first"
{TEXTS}
path = "ctl:first"
facets = [{{ name = "a", {TEXTS} }}, {{ name = "b", {TEXTS}, at = "node", path = "ctl:b" }}]
[[things.columns]]
name = "second"
{TEXTS}
path = "ctl:second"
facets = [{{ name = "c", {TEXTS} }}]
""")["things"]
FACETS = {"a": ("first", 0), "b": ("first", 1), "c": ("second", 0)}
KEYS = ["k1", "k2", "k3", "none"]
CERTAINTIES = ["s", "i"]


def reading(*keys: tuple[str, ...], certainty: str) -> Reading:
    return Reading(node("ctl:x"), keys, certainty, (), frozenset())


key_sets = st.frozensets(st.sampled_from(KEYS), max_size=2).map(lambda found: tuple(sorted(found)))
certain = st.sampled_from(CERTAINTIES)
rows_of_a_list = st.lists(
    st.tuples(
        st.lists(st.builds(lambda a, b, c: reading(a, b, certainty=c), key_sets, key_sets, certain),
                 max_size=3),
        st.lists(st.builds(lambda a, c: reading(a, certainty=c), key_sets, certain), max_size=2),
        certain,
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip
choices = st.builds(
    Choice,
    st.dictionaries(
        st.sampled_from([*FACETS, "certainty"]),
        st.lists(st.sampled_from([*KEYS, NOTHING, *CERTAINTIES]), min_size=1, max_size=3,
                 unique=True).map(tuple),
        max_size=4,
    ),
    st.frozensets(st.sampled_from([*FACETS]), max_size=2),
)  # fmt: skip


def index_of(
    rows: list[tuple[list[Reading], list[Reading], str]],
) -> ListIndex:
    fact = (node("ctl:x"), RDF_TYPE, node("ctl:Thing"))
    return ListIndex(
        KIND,
        [
            ListRow(str(number), certainty, (), fact,
                    {"first": tuple(first), "second": tuple(second)})
            for number, (first, second, certainty) in enumerate(rows)
        ],
    )  # fmt: skip


def naive(row: ListRow, choice: Choice) -> bool:
    """Tell whether a row fits, by the words of the module: one reading, those that count."""
    wanted = choice.values.get("certainty", ())
    if wanted and not {row.certainty, *(r.certainty for c in row.cells.values() for r in c)} & {
        *wanted
    }:
        return False
    for column in ("first", "second"):
        names = [name for name, (at, _) in FACETS.items() if at == column]
        here = {name: set(choice.values[name]) for name in names if choice.values.get(name)}
        counted = [
            dict(zip(names, keys, strict=True))
            for each in row.cells[column]
            if not wanted or each.certainty in wanted
            for keys in itertools.product(*(keys or (NOTHING,) for keys in each.keys))
        ] or [dict.fromkeys(names, NOTHING)]
        strict = [name for name in here if name in choice.all_of]
        for ones in itertools.product(*(here[name] for name in strict)):
            each = {**here, **{n: {k} for n, k in zip(strict, ones, strict=True)}}
            if not any(all(keys[n] in ok for n, ok in each.items()) for keys in counted):
                return False
    return True


@settings(deadline=None)  # the machine may be busy
@given(rows_of_a_list, choices)
def test_the_index_selects_and_counts_what_a_plain_reading_does(
    rows: list[tuple[list[Reading], list[Reading], str]], choice: Choice
) -> None:
    index = index_of(rows)
    expected = [row.iri for row in index.rows if naive(row, choice)]
    assert [row.iri for row in index.select(choice)] == expected
    for facet, counts in index.counts(choice).items():
        kept = choice.values.get(facet, ()) if facet in choice.all_of else ()
        for key, count in counts.items():
            tried = choice.having(facet, tuple(dict.fromkeys((*kept, key))))
            assert count == sum(naive(row, tried) for row in index.rows), (facet, key)


def known(index: ListIndex, choice: Choice) -> Choice:
    """Return as much of a choice as there is in a list."""
    values = {
        facet: tuple(key for key in keys if key in index.keys[facet])
        for facet, keys in choice.values.items()
    }
    kept = {facet: keys for facet, keys in values.items() if keys}
    return Choice(kept, choice.all_of & index.several, choice.text)


@settings(deadline=None)  # the machine may be busy
@given(rows_of_a_list, choices, st.text(max_size=20))
def test_a_choice_survives_its_address(
    rows: list[tuple[list[Reading], list[Reading], str]], choice: Choice, text: str
) -> None:
    index = index_of(rows)
    address = ListAddress(index, CURIES)
    text = address.read([("q", text)]).text
    asked = known(index, Choice(choice.values, choice.all_of, text))
    pairs = address.write(asked)
    again = address.read(pairs)
    assert again == asked
    assert address.write(again) == pairs
    assert index.select(again) == index.select(asked)


def test_values_of_one_name_are_told_apart() -> None:
    here, there = iri("cluster:same"), iri("network:same")
    keys = (here, there, "none", "same", NOTHING)
    index = index_of([([reading((key,), (), certainty="s") for key in keys], [], "s")])
    address = ListAddress(index, CURIES)
    slugs = {key: address.slug("a", key) for key in keys}
    assert slugs[here] == "cluster:same"
    assert slugs[there] == "network:same"
    assert slugs[NOTHING] == "none"
    assert len(set(slugs.values())) == len(keys)
    for key, slug in slugs.items():
        assert address.read([("a", slug)]).values["a"] == (key,)


@pytest.mark.parametrize(("pairs", "name"), [
    ([("a", "k9")], "a"), ([("all", "zzz")], "all"), ([("q", "x" * 301)], "q"),
    ([("q", "x"), ("q", "y")], "q"), ([("certainty", "sure")], "certainty"),
])  # fmt: skip
def test_a_value_that_is_none_is_refused_by_name(pairs: list[tuple[str, str]], name: str) -> None:
    index = index_of([([reading(("k1",), ("k2",), certainty="s")], [], "s")])
    with pytest.raises(ParameterError) as error:
        ListAddress(index, CURIES).read(pairs)
    assert error.value.name == name
    assert error.value.hint


# -- definitions -------------------------------------------------------------


def test_the_table_describes_the_lists_that_there_are() -> None:
    assert list(list_kinds()) == [
        "clusters", "networks", "projects", "organisations", "events", "ecosystems", "components",
    ]  # fmt: skip


GOOD = f"""
[things]
{TEXTS}
text = {{ it = "x", en = "x" }}
classes = ["ctl:Thing"]
folder = "data/thing"
order = "name"
[[things.columns]]
name = "first"
{TEXTS}
path = "ctl:first"
facets = [{{ name = "a", {TEXTS} }}]
"""


@pytest.mark.parametrize(("old", "new", "message"), [
    ('order = "name"', 'order = "price"', "no column price"),
    ('name = "a"', 'name = "sort"', "reserved"),
    ('name = "a"', 'name = "certainty"', "reserved"),
    ('path = "ctl:first"', 'path = "ctl:first"\nshow = "big"', "show cannot be big"),
    ('path = "ctl:first"', 'path = "ctl:first"\nleads = { list = "x", facet = "y" }', "leads"),
    ('path = "ctl:first"', 'paths = "ctl:first"', "paths"),
    ('name = "first"', 'name = "inferred"', "two columns"),
    ('{ it = "x", en = "x" }', '{ it = "x" }', "all languages"),
    ('classes = ["ctl:Thing"]', 'classes = [', "TOML"),
])  # fmt: skip
def test_a_table_that_describes_no_list_is_refused(old: str, new: str, message: str) -> None:
    kinds: Mapping[str, object] = read_kinds(GOOD)
    assert list(kinds) == ["things"]
    assert old in GOOD
    with pytest.raises(SettingsError, match=message):
        read_kinds(GOOD.replace(old, new, 1))
