"""The ontology, its alignments, its JSON-LD context and its rules against the standards."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from pyld import jsonld
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
STANDARDS = ROOT.parent / "shared" / "standards"
BASE = "https://w3id.org/ctl-kg/"
ONTOLOGY_IRI = URIRef(BASE + "onto/CTL")
CTL = Namespace(BASE + "onto/CTL/")
VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
UNION = "urn:test:asserted"
DERIVED = "urn:test:derived"

KINDS = {
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    OWL.NamedIndividual,
}

# Terms that are right but that no shared file declares, each with its reason.
UNDECLARED = {
    # The shared RegOrg file declares its terms under an older namespace (…/ns/legal#).
    "http://www.w3.org/ns/regorg#legalName",
    # The shared SDMX file holds the base vocabulary only, not its dimensions.
    "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod",
    # DCAT-AP_IT 2.0 declares them with a slip each: under https:, and under http://sdati.gov.it.
    "http://dati.gov.it/onto/dcatapit#Catalog",
    "http://dati.gov.it/onto/dcatapit#startDate",
    # SPDX is not among the shared files.
    "http://spdx.org/rdf/terms#Checksum",
    "http://spdx.org/rdf/terms#ChecksumAlgorithm",
    "http://spdx.org/rdf/terms#algorithm",
    "http://spdx.org/rdf/terms#checksum",
    "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
    "http://spdx.org/rdf/terms#checksumValue",
}

# RDF, RDFS, OWL and XSD are checked against the closed lists that rdflib carries.
CLOSED = (RDF, RDFS, OWL, XSD)

# Namespaces of the shared vocabularies; an IRI in one of them must be declared there.
VOCABULARIES = (
    "http://data.europa.eu/m8g/",
    "http://data.europa.eu/s66#",
    "http://dati.gov.it/onto/dcatapit#",
    "http://purl.org/cerif/frapo/",
    "http://purl.org/dc/dcam/",
    "http://purl.org/dc/terms/",
    "http://purl.org/linked-data/",
    "http://purl.org/vocab/vann/",
    "http://rdf-vocabulary.ddialliance.org/xkos#",
    "http://rdfs.org/ns/void#",
    "http://schema.org/",
    "http://spdx.org/rdf/terms#",
    "http://www.opengis.net/ont/geosparql#",
    "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "http://www.w3.org/2004/02/skos/core#",
    "http://www.w3.org/2006/time#",
    "http://www.w3.org/2006/vcard/ns#",
    "http://www.w3.org/ns/",
    "http://xmlns.com/foaf/0.1/",
    "https://w3id.org/italia/PublicInvestment/onto/PublicInvestment/",
    "https://w3id.org/italia/onto/",
)


def turtle_files() -> list[Path]:
    return sorted(ONTOLOGY.glob("*.ttl"))


def authored_files() -> list[Path]:
    found = [*turtle_files(), *sorted((ROOT / "shapes").rglob("*.ttl"))]
    for pattern in ("*.ttl", "*.trig"):
        found += sorted((ROOT / "data").rglob(pattern))
    return found


def rule_files() -> list[Path]:
    return sorted((ONTOLOGY / "rules").glob("*.rq"))


def oxigraph_quads(path: Path) -> list[ox.Quad]:
    trig = path.suffix == ".trig"
    return list(ox.parse(path=path, format=ox.RdfFormat.TRIG if trig else ox.RdfFormat.TURTLE))


@cache
def ontology() -> Graph:
    graph = Graph()
    for name in ("ctl.ttl", "ctl-aligns.ttl"):
        graph.parse(ONTOLOGY / name)
    return graph


@cache
def terms() -> tuple[URIRef, ...]:
    found = {s for kind in KINDS for s in ontology().subjects(RDF.type, kind) if s in CTL}
    return tuple(sorted(found))


@cache
def declared() -> frozenset[str]:
    """Return every IRI that a shared standard file says something about."""
    if not STANDARDS.is_dir():
        pytest.skip(f"the shared standards are absent: {STANDARDS}")
    found: set[str] = set()
    for path in STANDARDS.rglob("*"):
        form = {".ttl": "turtle", ".rdf": "xml"}.get(path.suffix)
        if form:
            graph = Graph().parse(path, format=form)
            found |= {str(s) for s in graph.subjects() if isinstance(s, URIRef)}
    with (STANDARDS / "eurio" / "eurio-terms-seen.csv").open(encoding="utf-8") as lines:
        found |= {row["iri"] for row in csv.DictReader(lines)}
    return frozenset(found)


def undeclared(iris: set[str]) -> list[str]:
    """Return the IRIs that stand in a known vocabulary and are not declared there."""
    wrong = []
    for iri in iris - UNDECLARED:
        closed = next((ns for ns in CLOSED if iri.startswith(str(ns))), None)
        if closed is not None:
            # rdflib's OWL and RDF lists hold every term of the recommendations.
            if iri != str(closed) and URIRef(iri) not in closed:
                wrong.append(iri)
        elif iri.endswith(("/", "#")):
            continue  # a namespace by itself (in void:vocabulary, for instance) names no term
        elif iri.startswith(VOCABULARIES) and iri not in declared():
            wrong.append(iri)
    return sorted(wrong)


# Files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", turtle_files(), ids=lambda path: path.name)
def test_both_parsers_read_the_same(path: Path) -> None:
    with_rdflib = Graph().parse(path)
    with_oxigraph = Graph()
    triples = [quad.triple for quad in oxigraph_quads(path)]
    with_oxigraph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    assert isomorphic(with_rdflib, with_oxigraph)


@pytest.mark.parametrize("path", turtle_files(), ids=lambda path: path.name)
def test_blank_nodes_only_in_lists(path: Path) -> None:
    graph = Graph().parse(path)
    for subject, predicate, _ in graph:
        if not isinstance(subject, URIRef):
            assert predicate in {RDF.first, RDF.rest}


# Terms ------------------------------------------------------------------------------------


def test_there_are_terms() -> None:
    assert len(terms()) > 80


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    ("predicate", "most"),
    [(RDFS.label, 1), (SKOS.definition, 1), (SKOS.example, 9), (SKOS.scopeNote, 1)],
    ids=["label", "definition", "example", "scopeNote"],
)
def test_each_term_is_documented(predicate: URIRef, most: int, language: str) -> None:
    for term in terms():
        texts = [o for o in ontology().objects(term, predicate) if o.language == language]
        assert 1 <= len(texts) <= most, f"{term} {predicate} @{language}: {len(texts)}"
        assert all(text.strip() == str(text) and text for text in texts), term


def test_labels_are_unique_per_kind() -> None:
    seen: Counter[tuple[URIRef, Literal]] = Counter()
    for term in terms():
        for kind in KINDS.intersection(ontology().objects(term, RDF.type)):
            seen.update((kind, label) for label in ontology().objects(term, RDFS.label))
    assert [key for key, count in seen.items() if count > 1] == []


def test_each_term_has_status_source_and_version() -> None:
    for term in terms():
        assert list(ontology().objects(term, VS.term_status)) == [Literal("testing")], term
        assert list(ontology().objects(term, RDFS.isDefinedBy)) == [ONTOLOGY_IRI], term
        (since,) = ontology().objects(term, CTL.since)
        assert re.fullmatch(r"\d+\.\d+\.\d+", since), term


def test_each_term_is_aligned() -> None:
    aligns = Graph().parse(ONTOLOGY / "ctl-aligns.ttl")
    for term in terms():
        objects = [o for o in aligns.objects(term) if not str(o).startswith(BASE)]
        assert objects, term


def test_header_names_versions_and_an_organisation() -> None:
    graph = ontology()
    (version,) = graph.objects(ONTOLOGY_IRI, OWL.versionIRI)
    (prior,) = graph.objects(ONTOLOGY_IRI, OWL.priorVersion)
    assert str(version).startswith(str(CTL))
    assert (prior, None, None) in graph
    (creator,) = graph.objects(ONTOLOGY_IRI, URIRef("http://purl.org/dc/terms/creator"))
    organisation = URIRef("http://www.w3.org/ns/org#Organization")
    assert (creator, RDF.type, organisation) in graph


def test_every_ctl_term_used_is_defined() -> None:
    defined = {str(term) for term in terms()}
    for path in authored_files():
        for quad in oxigraph_quads(path):
            for node in (quad.subject, quad.predicate, quad.object):
                if not isinstance(node, ox.NamedNode) or not node.value.startswith(str(CTL)):
                    continue
                if re.fullmatch(r"\d+\.\d+\.\d+", node.value.removeprefix(str(CTL))):
                    continue  # a version of the ontology, not a term
                assert node.value in defined, f"{path.relative_to(ROOT)}: {node.value}"


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.stem)
def test_every_ctl_term_in_a_rule_is_defined(path: Path) -> None:
    used = set(re.findall(r"\bctl:(\w+)", path.read_text(encoding="utf-8")))
    assert {CTL[name] for name in used} <= set(terms())


# External terms ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", authored_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_external_terms_are_declared(path: Path) -> None:
    used = {
        node.value
        for quad in oxigraph_quads(path)
        for node in (quad.subject, quad.predicate, quad.object)
        if isinstance(node, ox.NamedNode)
    }
    assert undeclared(used) == []


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.stem)
def test_external_terms_of_a_rule_are_declared(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    table = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]+)>$", text, re.MULTILINE))
    body = re.sub(r'"[^"]*"|^#.*$|^PREFIX.*$', "", text, flags=re.MULTILINE)
    names = set(re.findall(r"(?<![\w?-])([a-z][\w-]*):(\w+)", body))
    assert {prefix for prefix, _ in names} == set(table)
    assert undeclared({table[prefix] + local for prefix, local in names}) == []


# OWL 2 RL ---------------------------------------------------------------------------------

# What the profile's grammar allows and this ontology uses; anything else in the OWL
# namespace is refused, so that a new construct is looked up before it is let in.
RL_TYPES = {
    *KINDS,
    OWL.Ontology,
    OWL.AsymmetricProperty,
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.IrreflexiveProperty,
    OWL.SymmetricProperty,
    OWL.TransitiveProperty,
}
RL_PREDICATES = {
    OWL.disjointWith,
    OWL.equivalentProperty,
    OWL.inverseOf,
    OWL.priorVersion,
    OWL.propertyChainAxiom,
    OWL.propertyDisjointWith,
    OWL.versionIRI,
    OWL.versionInfo,
}
# Datatypes of the profile (OWL 2 Profiles, 4.2). xsd:date and xsd:gYear are not among them.
RL_DATATYPES = {
    RDFS.Literal,
    XSD.anyURI,
    XSD.boolean,
    XSD.dateTime,
    XSD.decimal,
    XSD.integer,
    XSD.nonNegativeInteger,
    XSD.positiveInteger,
    XSD.string,
}


def test_owl_2_rl_constructs_only() -> None:
    graph = ontology()
    for subject, predicate, value in graph:
        if str(predicate).startswith(str(OWL)):
            assert predicate in RL_PREDICATES, (subject, predicate)
        if predicate == RDF.type and str(value).startswith(str(OWL)):
            assert value in RL_TYPES, (subject, value)
        if predicate in {RDFS.subClassOf, OWL.disjointWith}:
            assert isinstance(subject, URIRef), (subject, value)
            assert isinstance(value, URIRef), (subject, value)
            assert value not in {OWL.Thing}, subject
        if predicate == OWL.propertyChainAxiom:
            chain = list(Collection(graph, value))
            assert len(chain) == 2, subject
            assert all(isinstance(link, URIRef) for link in chain), subject


def test_owl_2_rl_property_kinds() -> None:
    graph = ontology()
    for term in terms():
        kinds = KINDS.intersection(graph.objects(term, RDF.type))
        assert len(kinds) == 1, term
        (kind,) = kinds
        if kind == OWL.DatatypeProperty:
            assert set(graph.objects(term, RDFS.range)) <= RL_DATATYPES, term
            assert OWL.SymmetricProperty not in graph.objects(term, RDF.type), term
        if kind == OWL.AnnotationProperty:
            assert not set(graph.objects(term, OWL.inverseOf)), term
    composite = set(graph.subjects(OWL.propertyChainAxiom))
    simple_only = {OWL.AsymmetricProperty, OWL.FunctionalProperty, OWL.IrreflexiveProperty}
    for term in composite:
        assert not simple_only.intersection(graph.objects(term, RDF.type)), term


def closure(graph: Graph) -> Graph:
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def contradictions(graph: Graph) -> list[str]:
    errors = [str(message) for message in graph.objects(None, ERROR)]
    return sorted(errors) + sorted(str(s) for s in graph.subjects(RDF.type, OWL.Nothing))


# Texts take no part in any axiom; leaving them out keeps the closure quick.
TEXTS = {
    RDFS.label,
    SKOS.altLabel,
    SKOS.definition,
    SKOS.example,
    SKOS.prefLabel,
    SKOS.scopeNote,
    URIRef("http://purl.org/dc/terms/description"),
    URIRef("http://purl.org/dc/terms/title"),
    CTL.rationale,
}


def test_ontology_and_data_are_consistent() -> None:
    graph = Graph()
    for source in [ontology(), *map(read_data, data_files())]:
        for subject, predicate, value in source:
            if predicate not in TEXTS:
                graph.add((subject, predicate, value))
    assert contradictions(closure(graph)) == []


def data_files() -> list[Path]:
    """Return the data files but for passage positions, which only carry numbers."""
    found = [path for path in authored_files() if (ROOT / "data") in path.parents]
    return [path for path in found if path.parent.name != "passages"]


def read_data(path: Path) -> Graph:
    dataset = Dataset(default_union=True)
    dataset.parse(path)
    graph = Graph()
    for subject, predicate, value, _ in dataset.quads():
        graph.add((subject, predicate, value))
    return graph


def test_a_contradiction_is_found() -> None:
    graph = Graph()
    for triple in ontology():
        graph.add(triple)
    both = URIRef(BASE + "data/project/both")
    graph.add((both, RDF.type, CTL.Project))
    graph.add((both, RDF.type, CTL.Network))
    assert contradictions(closure(graph))


# Context ----------------------------------------------------------------------------------


@cache
def context() -> dict[str, object]:
    document = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))
    assert set(document) == {"@context"}
    return document["@context"]


def context_prefixes() -> dict[str, str]:
    """Return the entries whose value is a namespace."""
    texts = {key: value for key, value in context().items() if isinstance(value, str)}
    return {key: value for key, value in texts.items() if value.endswith(("/", "#"))}


def expand(name: str) -> str:
    prefix, _, local = name.partition(":")
    return context_prefixes()[prefix] + local


def test_context_has_the_prefixes_of_the_shapes() -> None:
    graph = Graph().parse(ONTOLOGY / "prefixes.ttl")
    sh = Namespace("http://www.w3.org/ns/shacl#")
    table = {}
    for entry in graph.objects(URIRef(BASE + "prefixes"), sh.declare):
        (prefix,) = graph.objects(entry, sh.prefix)
        (namespace,) = graph.objects(entry, sh.namespace)
        assert namespace.datatype == XSD.anyURI
        table[str(prefix)] = str(namespace)
    assert context_prefixes() == table


def test_context_keys_lead_to_declared_terms() -> None:
    iris = set()
    for key, value in context().items():
        if key == "@version" or key in context_prefixes():
            continue
        assert re.fullmatch(r"[A-Za-z]+", key), key
        name = value["@id"] if isinstance(value, dict) else value
        assert isinstance(name, str)
        if name in {"@id", "@type"}:
            continue
        iri = expand(name)
        iris.add(iri)
        if iri.startswith(str(CTL)):
            assert URIRef(iri) in terms(), key
    assert undeclared(iris) == []


def test_context_has_every_term() -> None:
    names = [v["@id"] if isinstance(v, dict) else v for k, v in context().items() if k[0] != "@"]
    iris = Counter(expand(str(name)) for name in names if not str(name).startswith(("@", "http")))
    assert [iri for iri, count in iris.items() if count > 1] == []
    named = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    for term in terms():
        if named.intersection(ontology().objects(term, RDF.type)):
            assert str(term) in iris, term


def test_context_sets_neither_base_nor_default_vocabulary() -> None:
    assert "@base" not in context()
    assert "@vocab" not in context()


SAMPLE = """
@prefix cluster: <https://w3id.org/ctl-kg/data/cluster/> .
@prefix cov: <https://w3id.org/italia/onto/COV/> .
@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix member-count: <https://w3id.org/ctl-kg/data/member-count/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix passage: <https://w3id.org/ctl-kg/data/passage/> .
@prefix period: <https://w3id.org/ctl-kg/data/period/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rov: <http://www.w3.org/ns/regorg#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix theme: <https://w3id.org/ctl-kg/controlled-vocabulary/theme/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
cluster:afil a ctl:TechnologyCluster, org:FormalOrganization, schema:Organization ;
    skos:prefLabel "AFIL"@it, "AFIL"@en, "without a language" ;
    skos:altLabel "uno"@it, "due"@it, "one"@en ;
    rov:legalName "Associazione"@it ;
    cov:orgAcronym "AFIL" ;
    dct:title "titre"@fr ;
    foaf:homepage <https://www.example.org/> ;
    ctl:notStated org:hasPrimarySite, rdf:type ;
    ctl:theme theme:fabbrica-intelligente .
member-count:afil-total a ctl:MemberCount ;
    ctl:memberCount 144 ;
    ctl:refCluster cluster:afil ;
    ctl:refPeriod "2022"^^xsd:gYear .
period:one schema:startDate "2022"^^xsd:gYear ;
    schema:endDate "2022-05-03"^^xsd:date, "2022-05"^^xsd:gYearMonth .
passage:p-0114 a ctl:Passage ;
    ctl:startLine 114 ;
    ctl:endLine 118 ;
    ctl:titleAbridged true ;
    oa:start 5 ;
    oa:end 7 ;
    schema:value 3.5, 4 ;
    dct:issued "2026-11-22"^^xsd:date, "2026"^^xsd:gYear .
"""


def test_context_round_trip_with_every_reader() -> None:
    graph = Graph().parse(data=SAMPLE, format="turtle")
    text = graph.serialize(format="json-ld", context=context(), auto_compact=False)
    assert isomorphic(graph, Graph().parse(data=text, format="json-ld"))
    quads = jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"})
    assert isomorphic(graph, Graph().parse(data=quads, format="nt"))
    triples = [quad.triple for quad in ox.parse(input=text, format=ox.RdfFormat.JSON_LD)]
    lines = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert isomorphic(graph, Graph().parse(data=lines, format="nt"))


def test_context_gives_readable_keys() -> None:
    graph = Graph().parse(data=SAMPLE, format="turtle")
    text = graph.serialize(format="json-ld", context=context(), auto_compact=False)
    nodes = {node["id"]: node for node in json.loads(text)["@graph"]}
    afil = nodes["cluster:afil"]
    assert afil["label"] == {"it": "AFIL", "en": "AFIL"}
    assert sorted(afil["altLabel"]["it"]) == ["due", "uno"]
    assert afil["clusterTheme"] == "theme:fabbrica-intelligente"
    assert nodes["member-count:afil-total"]["memberCount"] in (144, "144")


# Rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.stem)
def test_rule_header_and_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header = "\n".join(line[2:] for line in text.splitlines() if line.startswith("#+"))
    table = tomllib.loads(header)
    assert set(table) == {"title", "description"}
    assert all(set(value) == {"it", "en"} for value in table.values())
    assert re.search(r"^CONSTRUCT \{", text, re.MULTILINE)
    assert not re.search(r"\b(SERVICE|GRAPH|NOW|RAND|UUID|STRUUID|BNODE)\b", text)


def apply_rules(store: ox.Store) -> int:
    """Add what the rules construct to the store, round by round, and return the rounds."""
    for turn in range(12):
        found = set()
        known = {quad.triple for quad in store}
        for path in rule_files():
            answer = store.query(path.read_text(encoding="utf-8"), use_default_graph_as_union=True)
            for triple in answer:
                assert not isinstance(triple.subject, ox.BlankNode), path.stem
                assert not isinstance(triple.object, ox.BlankNode), path.stem
                found.add(triple)
        new = found - known
        if not new:
            return turn
        store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(DERIVED)) for t in new)
    raise AssertionError("the rules come to no end")


FACTS = """
@prefix : <https://w3id.org/ctl-kg/data/x/> .
@prefix ctl: <https://w3id.org/ctl-kg/onto/CTL/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:tie a ctl:NetworkMembership ; org:member :cluster ; org:organization :network ; org:role :listed .
:cluster skos:prefLabel "AFIL"@it, "AFIL"@en .
:network skos:prefLabel "Vanguard Initiative"@it, "Vanguard Initiative"@en .
:listed skos:prefLabel "Elencato"@it, "Listed"@en .
:person-role a org:Membership ; org:member :person ; org:organization :body .
:person skos:prefLabel "P"@it, "P"@en .
:body skos:prefLabel "B"@it, "B"@en .
:part ctl:inProject :road-safety ; ctl:participant :cluster .
:road-safety dct:isPartOf :mosore ; skos:prefLabel "Road Safety"@it, "Road Safety"@en .
:mosore ctl:fundingStatement :statement .
:statement a ctl:FundingStatement ; ctl:underCall :call .
:call ctl:underProgramme :programme ; schema:funder :region .
:programme ctl:partOfProgramme :wider .
:later ctl:continues :earlier .
:act ctl:recognises :cluster ; prov:wasAssociatedWith :region .
:low skos:broader :middle .
:middle skos:broader :high .
"""
X = BASE + "data/x/"
# The two derivations that OWL 2 RL cannot state by itself; the rules make them.
BEYOND_OWL = {
    (URIRef(X + "cluster"), CTL.hasNetworkMembership, URIRef(X + "tie")),
    (URIRef(X + "cluster"), CTL.hasNetworkTie, URIRef(X + "network")),
}


def rule_store(*texts: str) -> ox.Store:
    store = ox.Store()
    for path in turtle_files():
        store.extend(
            ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(UNION))
            for q in oxigraph_quads(path)
        )
    for text in texts:
        store.load(text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(UNION))
    return store


def ctl_triples(graph: Graph) -> set[tuple[object, object, object]]:
    """Return the triples between example resources whose predicate is a ctl property."""
    return {
        (s, p, o)
        for s, p, o in graph
        if p in CTL and str(s).startswith(X) and str(o).startswith(X) and p != CTL.since
    }


def test_rules_agree_with_the_reasoner() -> None:
    store = rule_store(FACTS)
    apply_rules(store)
    by_rules = Graph()
    lines = ox.serialize({quad.triple for quad in store}, format=ox.RdfFormat.N_TRIPLES)
    by_rules.parse(data=lines, format="nt")
    by_reasoner = Graph().parse(data=FACTS, format="turtle")
    for triple in ontology():
        by_reasoner.add(triple)
    closure(by_reasoner)
    assert ctl_triples(by_rules) - BEYOND_OWL == ctl_triples(by_reasoner)


def test_rules_on_a_known_case() -> None:
    store = rule_store(FACTS)
    apply_rules(store)
    facts = {quad.triple for quad in store}

    def holds(subject: str, predicate: URIRef, value: str) -> bool:
        nodes = (ox.NamedNode(X + subject), ox.NamedNode(str(predicate)), ox.NamedNode(X + value))
        return ox.Triple(*nodes) in facts

    assert holds("cluster", CTL.hasNetworkTie, "network")
    assert not holds("person", CTL.hasNetworkTie, "body")
    assert holds("cluster", CTL.participatesIn, "road-safety")
    assert holds("road-safety", CTL.fundedThrough, "call")
    assert holds("road-safety", CTL.fundedUnder, "wider")
    assert holds("road-safety", CTL.fundedBy, "region")
    assert holds("cluster", CTL.recognisedBy, "region")
    assert holds("earlier", CTL.relatedProject, "later")
    assert holds("high", SKOS.narrower, "middle")
    assert holds("low", SKOS.broaderTransitive, "high")
    labels = store.quads_for_pattern(
        ox.NamedNode(X + "tie"), ox.NamedNode(str(SKOS.prefLabel)), None, None
    )
    assert {str(quad.object) for quad in labels} == {
        '"AFIL – Vanguard Initiative (elencato)"@it',
        '"AFIL – Vanguard Initiative (listed)"@en',
    }


def test_rules_give_one_label_per_language() -> None:
    store = rule_store()
    for path in authored_files():
        if (ROOT / "data") in path.parents:
            store.extend(oxigraph_quads(path))
    if not any(store.quads_for_pattern(None, ox.NamedNode(str(CTL.inProject)), None, None)):
        pytest.skip("there is no data yet")
    apply_rules(store)
    label = ox.NamedNode(str(SKOS.prefLabel))
    pairs = {(q.subject, q.object) for q in store.quads_for_pattern(None, label, None, None)}
    count = Counter((subject.value, text.language) for subject, text in pairs)
    assert [key for key, number in count.items() if number > 1] == []
    unnamed = [
        quad.subject.value
        for kind in ("NetworkMembership", "ProjectParticipation", "Alignment", "Anomaly", "Period")
        for quad in store.quads_for_pattern(
            None, ox.NamedNode(str(RDF.type)), ox.NamedNode(str(CTL[kind])), None
        )
        for language in ("it", "en")
        if count[quad.subject.value, language] != 1
    ]
    assert unnamed == []
