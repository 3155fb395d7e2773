"""Make the search index of a release: which resources it holds, their texts, one SQLite file.

Everything of ours that has a name is found: by its names, by its other names (acronyms, codes,
printed forms) and by what describes it. The engine is SQLite's FTS5, which Python carries: the
index is one file that needs no loading, and the same statements give the same bytes with the
same SQLite. (A tantivy index is a folder of files with random names, 17 MB of library more.)

The engine is given words that are folded and stemmed already (``words``), so it splits at blanks
and nothing else: the index does not depend on the Unicode tables of an engine's version.

Not here: asking it (``search``). Source: SQLite FTS5 §4 (contentless tables), §5 (bm25).
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from unicodedata import normalize

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.errors import StoreError
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.words import (
    acronyms,
    fold,
    folded,
    joined,
    stems,
    trigrams,
    without_brackets,
    written_words,
)

SEARCH_FILE = "search.sqlite"
FORMAT = 1  # of the file (its user_version); a reader that wants another makes its own index

# Where texts are found, in three fields; within the first, the order says which is the label.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "schema:name",
             "rov:legalName"),
    "other": ("skos:altLabel", "skos:hiddenLabel", "cov:orgAcronym", "clv:acronym",
              "dct:alternative", "schema:alternateName", "skos:notation", "dct:identifier",
              "schema:legislationIdentifier", "ctl:printedForm", "dcat:keyword"),
    "text": ("dct:description", "skos:definition", "rdfs:comment", "schema:description",
             "skos:scopeNote", "ctl:rationale", "locn:fullAddress"),
}  # fmt: skip
PROPERTIES = tuple(name for names in FIELDS.values() for name in names)
# Other names that many resources may share: none of them is meant by such a name alone.
_SHARED = {PROPERTIES.index(name) for name in ("ctl:printedForm", "dcat:keyword")}
FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}

BETWEEN = "_"  # stands between two texts of a field, so that no phrase runs over both
_TOKENIZE = "tokenize=\"ascii tokenchars '_'\""
_SCHEMA = f"""
PRAGMA page_size = 4096;
PRAGMA user_version = {FORMAT};
CREATE TABLE doc (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, prior REAL NOT NULL,
                  kinds TEXT NOT NULL, clusters TEXT NOT NULL);
CREATE TABLE body (id INTEGER PRIMARY KEY, texts TEXT NOT NULL);
CREATE TABLE facet (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE name (folded TEXT NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (folded, doc))
  WITHOUT ROWID;
CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, docs INTEGER NOT NULL);
CREATE VIRTUAL TABLE entry USING fts5(name, other, text, name_stems, other_stems, text_stems,
  content='', {_TOKENIZE});
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(entry, row);
CREATE VIRTUAL TABLE gram USING fts5(grams, content='', {_TOKENIZE});
"""

_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
# What speaks of one other resource, or is a part of it, is linked to what that is linked to.
_SPEAKS_OF = ("dct:isPartOf", "schema:about", "ctl:alignedSubject", "ctl:figureOf", "oa:hasTarget")
# Being named by these says nothing of how much a resource matters.
_NO_WEIGHT = frozenset(
    (
        "http://www.w3.org/2000/01/rdf-schema#isDefinedBy",
        "http://www.w3.org/2004/02/skos/core#inScheme",
        "http://www.w3.org/2004/02/skos/core#topConceptOf",
        "https://www.w3.org/ns/prov#wasAttributedTo",
    )
)

# What speaks about another resource comes after that resource: by class, what its weight is.
_ABOUT_OTHERS = {
    "ctl:Alignment": 0.5, "ctl:Anomaly": 0.5, "adms:Identifier": 0.5, "ctl:SourcedGraph": 0.6,
    "ctl:Passage": 0.7, "ctl:Section": 0.8, "ctl:NetworkMembership": 0.8,
    "ctl:ProjectParticipation": 0.8,
    "ctl:FundingStatement": 0.8, "ctl:MemberCount": 0.8, "org:Membership": 0.8,
}  # fmt: skip

Text = tuple[int, str, str]  # index of the property in PROPERTIES, language, text


@dataclass
class Document:
    """One resource as it is found; ``texts`` in the order of their properties."""

    iri: str
    texts: list[Text]
    kinds: tuple[str, ...]
    clusters: tuple[str, ...]
    prior: float


@dataclass
class _Gathered:
    """What one pass over the statements collects, by IRI."""

    texts: dict[str, set[Text]] = field(default_factory=lambda: defaultdict(set))
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    named: Counter[str] = field(default_factory=Counter)
    spoken_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    links: list[tuple[str, str]] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)


def documents(quads: Iterable[Quad], base_iri: str) -> list[Document]:
    """Return every resource of ours that has a name, those that matter most first.

    A resource is linked to a cluster if a statement stands between the two, in either
    direction. What has no such statement is linked to what the resource is that it speaks of: a
    passage as its section, a claim as its project.

    Args:
        quads: of all graphs.
        base_iri: base of our IRIs.
    """
    found = _gather(quads, base_iri)
    cluster_class = base_iri + "onto/CTL/TechnologyCluster"
    clusters = {iri for iri, types in found.types.items() if cluster_class in types}
    linked = _linked(found, clusters, base_iri)
    sizes = Counter(each for types in found.types.values() for each in types)
    curies = Curies(prefixes(base_iri))
    weights = {str(curies.expand(name)): weight for name, weight in _ABOUT_OTHERS.items()}
    last_name = PROPERTIES.index(FIELDS["name"][-1])
    queries = base_iri + "queries/"
    made = []
    for iri, texts in found.texts.items():
        is_part_of_query = iri.startswith(queries) and "#" in iri
        if iri in found.withdrawn or is_part_of_query or min(texts)[0] > last_name:
            continue
        types = found.types.get(iri, set())
        weight = min((weights.get(each, 1.0) for each in types), default=1.0)
        made.append(
            Document(
                iri,
                _without_repeats(sorted(texts)),
                _kinds(types, sizes, base_iri),
                tuple(sorted(linked.get(iri, ()))),
                round(weight * (1 + 0.12 * math.log1p(found.named[iri])), 4),
            )
        )
    return sorted(made, key=lambda document: (-document.prior, document.iri))


def _gather(quads: Iterable[Quad], base_iri: str) -> _Gathered:
    curies = Curies(prefixes(base_iri))
    property_of = {curies.expand(name): at for at, name in enumerate(PROPERTIES)}
    speaks_of = {curies.expand(name) for name in _SPEAKS_OF}
    withdrawn = f"{base_iri}data/graph/withdrawn"
    found = _Gathered()
    # Only the first statement of those that differ by graph counts.
    seen: set[tuple[str, str, str]] = set()
    for quad in quads:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, NamedNode) or not subject.value.startswith(base_iri):
            continue
        iri = subject.value
        if isinstance(value, Literal):
            at = property_of.get(predicate)
            if at is not None and value.value.strip():
                found.texts[iri].add((at, value.language or "", normalize("NFC", value.value)))
            elif predicate == _DEPRECATED and getattr(quad.graph_name, "value", "") == withdrawn:
                found.withdrawn.add(iri)
        elif predicate == _RDF_TYPE and isinstance(value, NamedNode):
            found.types[iri].add(value.value)
        elif isinstance(value, NamedNode) and predicate not in _NO_WEIGHT:
            link = (iri, predicate, value.value)
            if link not in seen:
                seen.add(link)
                found.named[value.value] += 1
                found.links.append((iri, value.value))
                if predicate in speaks_of:
                    found.spoken_of[iri].add(value.value)
    return found


def _linked(found: _Gathered, clusters: set[str], base_iri: str) -> dict[str, set[str]]:
    direct: dict[str, set[str]] = defaultdict(set)
    for iri in clusters:
        direct[iri].add(iri)
    for one, other in found.links:
        if other in clusters:
            direct[one].add(other)
        if one in clusters:
            direct[other].add(one)
    linked = dict(direct)
    for iri, others in found.spoken_of.items():
        # Not of bodies at large: a claim about the Region is not about every cluster.
        own = [o for o in others if any(t.startswith(base_iri) for t in found.types.get(o, ()))]
        inherited = {cluster for other in own for cluster in direct.get(other, ())}
        if iri not in direct and inherited:
            linked[iri] = inherited
    return linked


def _kinds(types: set[str], sizes: Mapping[str, int], base_iri: str) -> tuple[str, ...]:
    """Return the classes that a resource is found under: our own, else the one most used."""
    own = sorted(each for each in types if each.startswith(base_iri))
    return tuple(own) or tuple(sorted(types, key=lambda each: (-sizes[each], each))[:1])


def _without_repeats(texts: list[Text]) -> list[Text]:
    """Leave out a text that another property has said already in the same language."""
    said: set[tuple[str, str]] = set()
    kept = []
    for at, language, text in texts:
        if (language, text) not in said:
            said.add((language, text))
            kept.append((at, language, text))
    return kept


def write_index(connection: sqlite3.Connection, quads: Iterable[Quad], base_iri: str) -> None:
    """Fill an empty database with the search index of some statements.

    Raises:
        StoreError: this SQLite has no full-text search.
    """
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.OperationalError as error:
        raise unusable(error) from error
    found = documents(quads, base_iri)
    facets = _facets(found)
    frequency: Counter[str] = Counter()
    connection.executemany(
        "INSERT INTO facet VALUES (?, ?, ?)", ((n, iri, kind) for (kind, iri), n in facets.items())
    )
    for number, document in enumerate(found, 1):
        columns = _columns(document)
        frequency.update(columns.distinct)
        kinds = " ".join(str(facets["kind", each]) for each in document.kinds)
        clusters = " ".join(str(facets["cluster", each]) for each in document.clusters)
        row = (number, document.iri, document.prior, kinds, clusters)
        connection.execute("INSERT INTO doc VALUES (?, ?, ?, ?, ?)", row)
        body = json.dumps(document.texts, ensure_ascii=False, separators=(",", ":"))
        connection.execute("INSERT INTO body VALUES (?, ?)", (number, body))
        connection.execute(
            "INSERT INTO entry (rowid, name, other, text, name_stems, other_stems, text_stems) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, *columns.values),
        )
        names = [(name, number) for name in sorted(columns.names)]
        connection.executemany("INSERT INTO name VALUES (?, ?)", names)
    _write_words(connection, frequency)
    for table in ("entry", "gram"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    connection.commit()


def unusable(error: sqlite3.Error) -> StoreError:
    """Return what the engine raised as an error of ours."""
    if "no such module" in str(error):
        return StoreError(
            "the SQLite of this Python has no full-text search (FTS5)",
            hint="Use a Python whose SQLite was compiled with SQLITE_ENABLE_FTS5.",
        )
    return StoreError("the search index cannot be read", hint="Build the release anew.")


def _facets(found: Iterable[Document]) -> dict[tuple[str, str], int]:
    """Number the classes and the clusters that documents can be chosen by."""
    named = {("kind", each) for document in found for each in document.kinds}
    named |= {("cluster", each) for document in found for each in document.clusters}
    return {facet: number for number, facet in enumerate(sorted(named), 1)}


@dataclass
class _Columns:
    """A document as the engine gets it: words and stems by field.

    ``names`` are whole names, folded: who asks for one of them means this document.
    """

    values: list[str]
    distinct: set[str]
    names: set[str]


@lru_cache(maxsize=16_384)
def _line_and_stems(text: str, language: str) -> tuple[str, frozenset[str]]:
    """Return the folded words of a text on a line, and its stems; many labels come again."""
    written = written_words(text)
    line = " ".join(filter(None, map(fold, written)))
    found = [stems(word, language) for word in (*written, *joined(text))]
    return line, frozenset(stem for each in found for stem in each)


def _columns(document: Document) -> _Columns:
    fields: dict[str, dict[str, None]] = {name: {} for name in FIELDS}
    stemmed: dict[str, set[str]] = {name: set() for name in FIELDS}
    whole: set[str] = set()
    for at, language, text in document.texts:
        name = FIELD_OF[PROPERTIES[at]]
        line, found = _line_and_stems(text, language)
        fields[name][line] = None
        stemmed[name] |= found
        if name == "name":
            short = acronyms(text)
            fields["other"] |= dict.fromkeys(short)
            whole.update(short, [line, " ".join(folded(without_brackets(text)))])
        elif name == "other" and at not in _SHARED:
            whole.add(line)
    words = [f" {BETWEEN} ".join(filter(None, each)) for each in fields.values()]
    return _Columns(
        [*words, *(" ".join(sorted(each)) for each in stemmed.values())],
        set(" ".join(words).split()) - {BETWEEN},
        whole - {""},
    )


def _write_words(connection: sqlite3.Connection, frequency: Counter[str]) -> None:
    """Write the words that a mistyped one may mean, with their trigrams."""
    known = [word for word in sorted(frequency) if len(word) > 2 and word.isalpha()]
    connection.executemany(
        "INSERT INTO word VALUES (?, ?, ?)",
        ((number, word, frequency[word]) for number, word in enumerate(known, 1)),
    )
    connection.executemany(
        "INSERT INTO gram (rowid, grams) VALUES (?, ?)",
        ((number, " ".join(trigrams(word))) for number, word in enumerate(known, 1)),
    )


def index_file(quads: Iterable[Quad], base_iri: str) -> bytes:
    """Return the search index of a release as the content of an SQLite file.

    Raises:
        StoreError: this SQLite has no full-text search.
    """
    connection = sqlite3.connect(":memory:")
    try:
        write_index(connection, quads, base_iri)
        content = bytearray(connection.serialize())
    finally:
        connection.close()
    # SQLite's file format §1.3.19: the version of SQLite that wrote last, for information only.
    content[96:100] = bytes(4)
    return bytes(content)
