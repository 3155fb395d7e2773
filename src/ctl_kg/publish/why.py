"""How two resources are linked, explained: paths with sentences, sources and a proof in SPARQL.

One object per release answers the command line and the server. Not here: searching (``paths``),
words (``sentences``), pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.languages import LANGUAGES
from ctl_kg.publish.coverage import Coverage, Note
from ctl_kg.publish.description import DCT, RDF_TYPE, Describer, Source
from ctl_kg.publish.links import Link, LinkReader
from ctl_kg.publish.paths import BUDGET_S, DEFAULT_HOPS, DEFAULT_LIMIT, Found, Path, find_paths
from ctl_kg.publish.sentences import Sentences
from ctl_kg.rdf.terms import text_of
from ctl_kg.sparql.store import LocalStore

_MOST_ALSO = 5  # further links between the two resources of a hop
_MOST_NEAR = 5
_SCHEMA = "http://schema.org/"
# Statements whose time is that of their subject: what is organised happens then.
_DATED = (_SCHEMA + "organizer", _SCHEMA + "participant", _SCHEMA + "superEvent")


@dataclass(frozen=True)
class Hop:
    """One link of a path, from one resource to the next.

    ``forward`` tells that the statement runs the way of the path; ``time`` is first and last
    day, month or year; ``texts`` are sentences without, ``sentences`` with their sources.
    """

    start: str
    end: str
    link: Link
    sources: tuple[Source, ...]
    time: tuple[str, str]
    texts: dict[str, str]
    sentences: dict[str, str]
    also: tuple[Hop, ...] = ()

    @property
    def forward(self) -> bool:
        """Whether the statement's subject is where the hop starts."""
        return self.link.subject == self.start


@dataclass(frozen=True)
class Explanation:
    """A path with its hops, the certainty of the weakest (empty if none is known), and a proof."""

    path: Path
    hops: tuple[Hop, ...]
    certainty: str
    sparql: str


@dataclass(frozen=True)
class Shared:
    """What two resources have in common that is no link: a property and its value."""

    predicate: str
    object: str


@dataclass(frozen=True)
class Answer:
    """The answer to "how are these linked?".

    ``near`` are links of each end, and ``shared`` what the ends have in common; both only if
    there is no path.
    """

    start: str
    end: str
    limit: int
    max_hops: int
    found: Found
    paths: tuple[Explanation, ...]
    near: tuple[tuple[Hop, ...], tuple[Hop, ...]] = ((), ())
    shared: tuple[Shared, ...] = ()

    def quads(self) -> list[Quad]:
        """Return the statements of all hops, each in its graph."""
        hops = [hop for path in self.paths for hop in path.hops]
        linked = [quad for hop in hops for each in (hop, *hop.also) for quad in each.link.quads]
        return list(dict.fromkeys(linked))


class Why:
    """Explains how the resources of one release are linked."""

    def __init__(self, store: LocalStore, describer: Describer, base_iri: str) -> None:
        self._store = store
        self.base_iri = base_iri
        self.reader = LinkReader(store, base_iri)
        self.words = Sentences(store, describer, base_iri)
        self.coverage = Coverage(store, base_iri)
        self._source = lru_cache(2000)(describer.source)

    def explain(
        self,
        start: str,
        end: str,
        *,
        limit: int = DEFAULT_LIMIT,
        max_hops: int = DEFAULT_HOPS,
        budget_s: float = BUDGET_S,
    ) -> Answer:
        """Return how two different resources are linked; see :func:`find_paths`."""
        found = find_paths(
            self.reader, start, end, self.words.order,
            limit=limit, max_hops=max_hops, budget_s=budget_s,
        )  # fmt: skip
        paths = tuple(self._explained(path) for path in found.paths)
        if paths:
            return Answer(start, end, limit, max_hops, found, paths)
        near = (self._near(start), self._near(end))
        return Answer(start, end, limit, max_hops, found, (), near, self._shared(start, end))

    def _explained(self, path: Path) -> Explanation:
        hops = []
        for (start, end), links in zip(
            zip(path.nodes, path.nodes[1:], strict=False), path.hops, strict=True
        ):
            also = tuple(self._hop(start, end, each) for each in links[1 : 1 + _MOST_ALSO])
            hops.append(self._hop(start, end, links[0], also))
        weakest = max(hops, key=lambda hop: (hop.link.doubt, hop.link.certainty != ""))
        proof = self.proof([hop.link for hop in hops])
        return Explanation(path, tuple(hops), weakest.link.certainty, proof)

    def _hop(self, start: str, end: str, link: Link, also: tuple[Hop, ...] = ()) -> Hop:
        graphs = sorted({text_of(quad.graph_name) for quad in link.quads})
        sources = tuple(self._source(graph) for graph in graphs)
        time = self._time(link)
        texts = {each: self.words.text(link, each, time) for each in LANGUAGES}
        said = {each: self.words.sentence(link, each, time, sources) for each in LANGUAGES}
        return Hop(start, end, link, sources, time, texts, said, also)

    def _time(self, link: Link) -> tuple[str, str]:
        """Return when a link holds, where the data says it; empty if not."""
        subject = link.via or (link.subject if link.predicate in _DATED else "")
        if not subject:
            return "", ""
        periods = self._store.quads(NamedNode(subject), NamedNode(DCT + "temporal"))
        for period in sorted(periods, key=lambda quad: str(quad.object)):
            if isinstance(period.object, NamedNode):
                about = self._store.quads(period.object)
                start, end = (_value(about, _SCHEMA + name) for name in ("startDate", "endDate"))
                if start or end:
                    return start, end
        return "", ""

    def proof(self, links: Sequence[Link]) -> str:
        """Return an ASK that is true because every statement stands in its graph."""
        curies = self.words.curies
        used: set[str] = set()

        def term(node: object) -> str:
            assert isinstance(node, NamedNode)
            curie = curies.shorten(node.value)
            if curie is None:
                return str(node)
            used.add(curie.partition(":")[0])
            return curie

        graphs: dict[str, dict[str, None]] = defaultdict(dict)
        for quad in (quad for link in links for quad in link.quads):
            said = " ".join(map(term, (quad.subject, quad.predicate, quad.object)))
            graphs[term(quad.graph_name)][f"    {said} ."] = None
        lines = []
        for graph, said_there in graphs.items():
            lines += [f"  GRAPH {graph} {{", *said_there, "  }"]
        table = [f"PREFIX {prefix}: <{curies.table[prefix]}>" for prefix in sorted(used)]
        return "\n".join([*table, "ASK {", *lines, "}"]) + "\n"

    def _near(self, iri: str) -> tuple[Hop, ...]:
        """Return the best links of a resource."""
        links = [
            links[0]
            for other, links in self.reader.neighbours(iri).links.items()
            if self.reader.passable(other) and not self.reader.only_to_an_end(links[0])
        ]
        best = sorted(links, key=lambda link: link.key)[:_MOST_NEAR]
        return tuple(self._hop(iri, link.other(iri), link) for link in best)

    def _shared(self, start: str, end: str) -> tuple[Shared, ...]:
        """Return the classes, kinds and the like that both resources have."""

        def values(iri: str) -> set[tuple[str, str]]:
            return {
                (quad.predicate.value, quad.object.value)
                for quad in self._store.quads(NamedNode(iri))
                if isinstance(quad.object, NamedNode)
                and (quad.predicate == RDF_TYPE or self.reader.is_kind(quad.predicate.value))
                and quad.object.value.startswith(self.base_iri)
            }

        return tuple(Shared(*each) for each in sorted(values(start) & values(end)))

    def coverage_of(self, answer: Answer) -> tuple[Note, ...]:
        """Return the notes of completeness that concern the links of an answer.

        If there is no path, those are the links of the ends that it tells instead.
        """
        told = [hop for path in answer.paths for hop in path.hops]
        told += [hop for hops in answer.near for hop in hops]
        terms: set[str] = set()
        for link in (each.link for hop in told for each in (hop, *hop.also)):
            terms |= {link.predicate, *(quad.predicate.value for quad in link.quads)}
            if link.role_class:
                terms.add(self.words.curies.expand(link.role_class) or "")
        return self.coverage.coverage_for(terms)

    def as_json(self, answer: Answer) -> dict[str, Any]:
        """Return an answer as plain data; texts stand in both languages."""
        found = answer.found
        document: dict[str, Any] = {
            "from": self._reference(answer.start),
            "to": self._reference(answer.end),
            "limit": answer.limit,
            "max_hops": answer.max_hops,
            "shortest": found.shortest,
            "total": found.total,
            "searched": {"from": found.reached[0], "to": found.reached[1]},
            "notes": list(found.notes),
            "paths": [self._path_json(path) for path in answer.paths],
            "coverage": [note.as_json() for note in self.coverage_of(answer)],
        }
        if not answer.paths:
            document["nearest"] = {
                "from": [self._hop_json(hop) for hop in answer.near[0]],
                "to": [self._hop_json(hop) for hop in answer.near[1]],
                "in_common": [
                    {
                        "predicate": self._reference(each.predicate),
                        "object": self._reference(each.object),
                    }
                    for each in answer.shared
                ],
            }
        return document

    def _reference(self, iri: str) -> dict[str, Any]:
        labels = {each: self.words.label(iri, each) for each in LANGUAGES}
        return {"iri": iri, "curie": self.words.curies.shorten(iri), "label": labels}

    def _optional(self, iri: str) -> dict[str, Any] | None:
        return self._reference(iri) if iri else None

    def _path_json(self, path: Explanation) -> dict[str, Any]:
        return {
            "length": len(path.hops),
            "certainty": self._optional(path.certainty),
            "hops": [self._hop_json(hop) for hop in path.hops],
            "sparql": path.sparql,
        }

    def _hop_json(self, hop: Hop) -> dict[str, Any]:
        link = hop.link
        document = {
            "from": hop.start,
            "to": hop.end,
            "subject": self._reference(link.subject),
            "predicate": self._reference(link.predicate),
            "object": self._reference(link.object),
            "direction": "forward" if hop.forward else "backward",
            "via": self._optional(link.via),
            "roles": [self._reference(role) for role in link.roles],
            "time": {"start": hop.time[0] or None, "end": hop.time[1] or None}
            if any(hop.time)
            else None,
            "certainty": self._optional(link.certainty),
            "alignment": link.alignment or None,
            "sentence": hop.sentences,
            "sources": [self._source_json(source) for source in hop.sources],
            "statements": [
                {
                    "subject": text_of(quad.subject),
                    "predicate": quad.predicate.value,
                    "object": text_of(quad.object),
                    "graph": text_of(quad.graph_name),
                }
                for quad in link.quads
            ],
        }  # fmt: skip
        if hop.also:
            document["also"] = [self._hop_json(each) for each in hop.also]
        return document

    def _source_json(self, source: Source) -> dict[str, Any]:
        return {
            "graph": source.graph,
            "kind": source.kind,
            "passage": source.passage,
            "section": self._optional(source.section or ""),
            "start_line": source.start_line,
            "end_line": source.end_line,
        }


def _value(quads: Sequence[Quad], predicate: str) -> str:
    found = [
        quad.object.value
        for quad in quads
        if quad.predicate.value == predicate and isinstance(quad.object, Literal)
    ]
    return min(found, default="")
