"""Documents of the catalogue: its profiles in Turtle, framed JSON-LD and RDF/XML, whole or in part.

JSON-LD is a tree: each node stands where it is first pointed at, from the root down, with our
context inlined, so that a reader fetches nothing. Every form says the same statements.
Source: JSON-LD 1.1 Framing §4.2 (embedding each node once).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from ctl_kg.catalogue.dcat_ap import dcat_ap
from ctl_kg.catalogue.dcat_ap_it import dcat_ap_it
from ctl_kg.catalogue.model import Catalogue
from ctl_kg.catalogue.schema_org import schema_org_catalogue
from ctl_kg.catalogue.triples import XSD, portal_prefixes
from ctl_kg.publish.json_ld import JsonLdWriter
from ctl_kg.rdf.turtle import write_turtle

SUFFIXES = ("ttl", "jsonld", "rdf")
_DCAT = "http://www.w3.org/ns/dcat#"
_SCHEMA = "http://schema.org/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# Links from the catalogue to its entries: what a page of it has its share of.
ENTRY_LINKS = frozenset({_DCAT + "dataset", _SCHEMA + "dataset"})
# Links that do not lead down into a part of what is described.
_UPWARD = frozenset({_SCHEMA + "includedInDataCatalog", _DCAT + "servesDataset"})
_NO_TREE = frozenset({"includedInDataCatalog", "servesDataset", "url"})
# Keys whose value is a list, also of one: a program need not ask which it is.
_LISTS = frozenset({"dataset", "distribution", "sample", "service"})
# Terms that the project's own context lacks.
_TERMS: dict[str, Any] = {
    "accessRights": {"@id": "dct:accessRights", "@type": "@id"},
    "accessURL": {"@id": "dcat:accessURL", "@type": "@id"},
    "availability": {"@id": "dcatap:availability", "@type": "@id"},
    "byteSize": {"@id": "dcat:byteSize"},
    "checksum": {"@id": "spdx:checksum", "@type": "@id"},
    "contactPoint": {"@id": "dcat:contactPoint", "@type": "@id"},
    "dataset": {"@id": "dcat:dataset", "@type": "@id", "@container": "@set"},
    "distribution": {"@id": "dcat:distribution", "@type": "@id", "@container": "@set"},
    "downloadURL": {"@id": "dcat:downloadURL", "@type": "@id"},
    "endpointDescription": {"@id": "dcat:endpointDescription", "@type": "@id"},
    "endpointURL": {"@id": "dcat:endpointURL", "@type": "@id"},
    "fileFormat": {"@id": "dct:format", "@type": "@id"},
    "inSeries": {"@id": "dcat:inSeries", "@type": "@id"},
    "landingPage": {"@id": "dcat:landingPage", "@type": "@id"},
    "mediaType": {"@id": "dcat:mediaType", "@type": "@id"},
    "sample": {"@id": "adms:sample", "@type": "@id", "@container": "@set"},
    "servesDataset": {"@id": "dcat:servesDataset", "@type": "@id"},
    "service": {"@id": "dcat:service", "@type": "@id", "@container": "@set"},
    "themeTaxonomy": {"@id": "dcat:themeTaxonomy", "@type": "@id"},
}


@dataclass(frozen=True, eq=False)
class CatalogueProfile:
    """One profile: token in addresses and file names, IRI, and how a catalogue is said in it."""

    token: str
    iri: str
    titles: Mapping[str, str]
    write: Callable[[Catalogue], list[Triple]]

    def file_name(self, suffix: str) -> str:
        """Return the name of the release's file in this profile."""
        stem = "catalog" if self is DCAT_AP else f"catalog-{self.token}"
        return f"{stem}.{suffix}"


DCAT_AP = CatalogueProfile(
    "dcat-ap",
    "http://data.europa.eu/r5r/",
    {"it": "DCAT-AP 3.0.1", "en": "DCAT-AP 3.0.1"},
    dcat_ap,
)
DCAT_AP_IT = CatalogueProfile(
    "dcat-ap-it",
    "http://dati.gov.it/onto/dcatapit",
    {"it": "DCAT-AP_IT", "en": "DCAT-AP_IT"},
    dcat_ap_it,
)
SCHEMA_ORG = CatalogueProfile(
    "schema-org",
    "https://schema.org/",
    {"it": "schema.org", "en": "schema.org"},
    schema_org_catalogue,
)
PROFILES = (DCAT_AP, DCAT_AP_IT, SCHEMA_ORG)


class CatalogueWriter:
    """Writes statements of a catalogue in the three syntaxes, always the same bytes.

    Args:
        base_iri: base of our IRIs.
        context: terms of the project's JSON-LD context.
    """

    def __init__(self, base_iri: str, context: Mapping[str, Any]) -> None:
        self._table = portal_prefixes(base_iri)
        # Without prefixes below our base: who reads the JSON as it stands sees whole addresses.
        self._names = {
            name: meaning
            for name, meaning in {**self._table, **context, **_TERMS}.items()
            if not (isinstance(meaning, str) and meaning.startswith(base_iri))
        }

    def write(self, triples: Iterable[Triple], suffix: str, root: str) -> bytes:
        """Return a document.

        Args:
            triples: what is said.
            suffix: ``ttl``, ``jsonld``, ``rdf`` or ``nt``.
            root: IRI of what the document is about, the root of the JSON-LD tree.
        """
        unique = sorted(set(triples), key=str)
        if suffix == "ttl":
            quads = (Quad(each.subject, each.predicate, each.object) for each in unique)
            return write_turtle(quads, self._table).encode()
        if suffix == "jsonld":
            return self._framed(unique, root)
        if suffix == "nt":
            return serialize(unique, format=RdfFormat.N_TRIPLES) or b""
        return serialize(unique, format=RdfFormat.RDF_XML, prefixes=self._used(unique)) or b""

    def _used(self, triples: Sequence[Triple]) -> dict[str, str]:
        iris = {each.predicate.value for each in triples}
        iris |= {each.object.value for each in triples if isinstance(each.object, NamedNode)}
        return {
            prefix: namespace
            for prefix, namespace in self._table.items()
            if any(iri.startswith(namespace) for iri in iris)
        }

    def _framed(self, triples: list[Triple], root: str) -> bytes:
        terms = _schema_terms(triples) or self._names
        document = json.loads(JsonLdWriter(terms).write(triples))
        context = document.pop("@context")
        nodes = {node["@id"]: node for node in document.get("@graph", [document])}
        links = {name for name, each in context.items() if _is_link(each)} - _NO_TREE
        tree = _Tree(nodes, links)
        tops = sorted(nodes, key=lambda name: (name != root, name))
        # The root first; then what it does not lead to (a page that is only pointed at).
        trees = [tree.below(name) for name in tops if name not in tree.placed]
        head = {"@context": context}
        framed = head | (trees[0] if len(trees) == 1 else {"@graph": trees})
        return json.dumps(framed, ensure_ascii=False, indent=1).encode() + b"\n"


def _is_link(definition: Any) -> bool:
    return isinstance(definition, dict) and definition.get("@type") == "@id"


def _schema_terms(triples: Iterable[Triple]) -> dict[str, Any]:
    """Return the terms of schema.org under their own names, if they alone are used."""
    links: set[str] = set()
    names: set[str] = set()
    for each in triples:
        is_link = isinstance(each.object, NamedNode)
        if each.predicate.value.startswith(_SCHEMA):
            (links if is_link else names).add(each.predicate.value[len(_SCHEMA) :])
        elif each.predicate.value == _TYPE and is_link:
            if not each.object.value.startswith(_SCHEMA):  # type: ignore[union-attr]
                return {}
            names.add(each.object.value[len(_SCHEMA) :])  # type: ignore[union-attr]
    plain: dict[str, Any] = {name: {"@id": _SCHEMA + name} for name in names - links}
    linking = {
        name: {"@id": _SCHEMA + name, "@type": "@id"}
        | ({"@container": "@set"} if name in _LISTS else {})
        for name in links
    }
    return {"xsd": XSD, **dict(sorted((plain | linking).items()))} if plain else {}


class _Tree:
    """Puts each node where it is first pointed at."""

    def __init__(self, nodes: Mapping[str, Any], links: Iterable[str]) -> None:
        self._nodes = nodes
        self._links = frozenset(links)
        self.placed: set[str] = set()

    def below(self, name: str) -> dict[str, Any]:
        """Return a node with what hangs from it; what stands elsewhere already is named only."""
        self.placed.add(name)
        found = {key: self._value(key, each) for key, each in self._nodes[name].items()}
        for key in _LISTS & found.keys():
            if not isinstance(found[key], list):
                found[key] = [found[key]]
        return found

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(key, each) for each in value]
        if isinstance(value, dict) and set(value) == {"@id"} and key not in _NO_TREE:
            name = value["@id"]
        elif key in self._links:
            name = value
        else:
            return value
        return self.below(name) if name in self._nodes and name not in self.placed else value


class Parts:
    """Cuts the statements of a catalogue into what is said about each entry."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._by_subject: dict[str, list[Triple]] = defaultdict(list)
        self._triples = list(triples)
        for each in self._triples:
            if isinstance(each.subject, NamedNode):
                self._by_subject[each.subject.value].append(each)

    @property
    def entries(self) -> list[str]:
        """The IRIs of the datasets that the catalogue lists, in order."""
        return sorted(
            each.object.value
            for each in self._triples
            if each.predicate.value in ENTRY_LINKS and isinstance(each.object, NamedNode)
        )

    def about(self, iri: str, entries: Iterable[str] | None = None) -> list[Triple]:
        """Return what is said about something and its parts, each statement once.

        Args:
            iri: a dataset, or the catalogue.
            entries: of the catalogue's datasets, those that are wanted; default: all.
        """
        others = set(self.entries)
        wanted = others if entries is None else set(entries)
        pending, seen, found = [iri], {iri}, []
        while pending:
            for each in self._by_subject.get(pending.pop(), ()):
                target = each.object.value if isinstance(each.object, NamedNode) else ""
                listed = each.predicate.value in ENTRY_LINKS
                if listed and target not in wanted:
                    continue
                found.append(each)
                below = listed or (target not in others and each.predicate.value not in _UPWARD)
                if below and target in self._by_subject and target not in seen:
                    seen.add(target)
                    pending.append(target)
        return found
