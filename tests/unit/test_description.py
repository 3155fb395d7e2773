"""The bounded description of a resource, and where its statements come from."""

from pathlib import Path

import pyoxigraph as ox

from ctl_kg.publish.description import PAGE_SIZE, Describer
from ctl_kg.publish.index import ReleaseIndex
from ctl_kg.sparql.store import LocalStore, open_release_store

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
STORE = open_release_store(MINI)
DESCRIBER = Describer(STORE, BASE)


def test_holds_all_statements_and_labels_of_what_they_name() -> None:
    found = DESCRIBER.describe(BASE + "data/cluster/afil")
    assert found is not None
    triples = found.triples()
    asked = STORE.query(f"CONSTRUCT WHERE {{ <{found.iri}> ?p ?o }}")
    assert isinstance(asked, list)
    assert set(asked) <= set(triples)
    everything = STORE.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(everything, list)
    assert set(triples) <= set(everything)
    assert len(triples) == len(set(triples))
    assert BASE + "controlled-vocabulary/s3-ecosystem/manifattura-avanzata" in found.labels
    assert {s.subject.value for s in found.incoming} >= {BASE + "data/membership/afil-eusalp"}


def test_statements_know_their_passages() -> None:
    found = DESCRIBER.describe(BASE + "data/cluster/afil")
    assert found is not None
    name = next(s for s in found.outgoing if str(s.object) == '"Fabbrica Intelligente"@it')
    assert name.graphs == (BASE + "data/graph/p-0114", BASE + "data/graph/p-0164")
    source = found.sources[name.graphs[0]]
    assert (source.kind, source.start_line, source.end_line) == ("passage", 114, 118)
    assert source.passage == BASE + "data/passage/p-0114"
    assert source.section == BASE + "data/section/afil-info"


def test_alignments_give_statements_their_certainty() -> None:
    found = DESCRIBER.describe(BASE + "data/cluster/afil")
    assert found is not None
    certain = {s.predicate.value.rpartition("/")[2]: s.certainty for s in found.outgoing}
    assert certain["referenceEcosystem"] == BASE + "controlled-vocabulary/certainty/inferred"
    assert certain["prefLabel".replace("prefLabel", "core#prefLabel")] is None


def test_blank_nodes_come_with_the_resource() -> None:
    found = DESCRIBER.describe(BASE + "shapes/Cluster-prefLabel")
    assert found is not None
    assert sum(isinstance(t.subject, ox.BlankNode) for t in found.triples()) == 4


def test_nothing_is_said_about_the_unknown() -> None:
    assert DESCRIBER.describe(BASE + "data/cluster/nope") is None
    assert not DESCRIBER.exists("not an iri")


def test_incoming_statements_are_paged() -> None:
    store = LocalStore(base_iri=BASE)
    hub, graph = ox.NamedNode(BASE + "data/hub"), ox.NamedNode(BASE + "data/graph/g")
    p = ox.NamedNode("x:p")
    store.add([ox.Quad(hub, p, hub, graph)])
    store.add([ox.Quad(ox.NamedNode(f"{BASE}data/x/{i:04}"), p, hub, graph) for i in range(250)])
    describer = Describer(store, BASE)
    pages = [describer.describe(hub.value, page=number) for number in (1, 2, 3, 4)]
    assert [len(page.incoming) for page in pages if page] == [PAGE_SIZE, PAGE_SIZE, 51, 0]
    subjects = [s.subject for page in pages if page for s in page.incoming]
    assert len(set(subjects)) == 251
    assert pages[0] is not None
    assert (pages[0].incoming_total, pages[0].pages) == (251, 3)


def test_the_index_lists_folders_and_suggests() -> None:
    index = ReleaseIndex(STORE, BASE)
    clusters = index.folder("data/cluster/")
    assert clusters is not None
    assert [iri.rpartition("/")[2] for iri in clusters.members] == ["afil", "lac"]
    data = index.folder("data/")
    assert data is not None
    assert "data/cluster/" in data.folders
    assert index.folder("nowhere/") is None
    assert index.suggestions("data/cluster/afill") == [BASE + "data/cluster/afil"]
    assert index.suggestions("data/clusters/afil") == [BASE + "data/cluster/afil"]
    assert index.suggestions("cluster/eusalp") == [BASE + "data/network/eusalp"]


def test_provenance_says_where_graphs_come_from_and_nothing_else() -> None:
    graph = BASE + "data/graph/p-0114"
    found = DESCRIBER.provenance([graph])
    assert {quad.graph_name for quad in found} == {ox.NamedNode(BASE + "data/graph/provenance")}
    subjects = {quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode)}
    assert subjects == {graph, BASE + "data/passage/p-0114"}
    predicates = {quad.predicate.value.rpartition("/")[2] for quad in found}
    assert {"startLine", "endLine", "isPartOf"} <= predicates
    assert DESCRIBER.provenance(["x:unknown"]) == []


def test_statements_know_the_quads_that_hold_them() -> None:
    found = DESCRIBER.describe(BASE + "data/cluster/afil")
    assert found is not None
    quads = {quad for each in found.statements() for quad in each.quads}
    assert {quad.triple for quad in quads} == set(found.triples())
    assert quads <= set(STORE.quads())


def test_the_index_knows_addresses_that_are_nearly_right() -> None:
    index = ReleaseIndex(STORE, BASE)
    assert index.alike("/data/Cluster/AFIL") == BASE + "data/cluster/afil"
    assert index.alike("data/cluster") == BASE + "data/cluster/"
    assert index.alike("Profiles/Summary/") == BASE + "profiles/summary"
    assert index.alike("data/cluster/nope") is None
    store = LocalStore(base_iri=BASE)
    p, g = ox.NamedNode("x:p"), ox.NamedNode("x:g")
    store.add([ox.Quad(ox.NamedNode(BASE + name), p, p, g) for name in ("onto/Net", "onto/net")])
    assert ReleaseIndex(store, BASE).alike("onto/NET") is None


def test_only_the_graph_of_withdrawn_iris_withdraws() -> None:
    store = LocalStore(base_iri=BASE)
    withdrawn = ox.NamedNode(BASE + "data/graph/withdrawn")
    ontology = ox.NamedNode(BASE + "data/graph/ontology")
    mark = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")
    old, term = ox.NamedNode(BASE + "data/x/old"), ox.NamedNode(BASE + "onto/CTL/term")
    new = ox.NamedNode(BASE + "data/x/new")
    store.add(
        [
            ox.Quad(old, mark, ox.Literal(True), withdrawn),
            ox.Quad(old, ox.NamedNode("http://purl.org/dc/terms/isReplacedBy"), new, withdrawn),
            ox.Quad(term, mark, ox.Literal(True), ontology),
        ]
    )
    index = ReleaseIndex(store, BASE)
    assert set(index.withdrawn) == {old.value}
    assert index.withdrawn[old.value].successors == (new.value,)
    assert term.value in index.iris
    assert old.value not in index.iris
