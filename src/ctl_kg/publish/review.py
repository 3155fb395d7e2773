"""What a reviewer looks at in a release: findings, anomalies of the source, inferred links.

Findings come from the release's validation report. Anomalies (``ctl:Anomaly``) and alignments
that are inferred and still proposed come from the graph, in the order of the document. Each
belongs to clusters: to that which its chapter of the document is about, else to those that its
resource is linked with.

Of each list only what items are chosen by is kept; the rest is looked up for those shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.errors import ReleaseError
from ctl_kg.namespaces import prefixes
from ctl_kg.publish.checked import Checked, read_checked
from ctl_kg.publish.description import RDF_TYPE, Describer, Source
from ctl_kg.publish.findings import Finding, read_finding
from ctl_kg.publish.search import SearchIndex
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Term, text_of

REPORT = "report.json"

_Facets = Callable[[str, Sequence[str]], dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Report:
    """The validation report of a release; ``checked`` is None if it does not say."""

    findings: tuple[Finding, ...]
    checked: Checked | None


@dataclass(frozen=True)
class Entry:
    """One item of a list, and the values that it can be chosen by, for each facet.

    ``key`` is an IRI; of a finding its number in the report.
    """

    key: str
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Anomaly:
    """Something odd in the document: what it reads, and what is believed instead.

    ``believed`` is empty where that is left open; ``stated`` are the values that the graph
    gives the target for ``on_property``.
    """

    iri: str
    kind: str
    target: str
    on_property: str
    read: str
    believed: str
    stated: tuple[Term, ...]
    rationale: tuple[Literal, ...]
    sources: tuple[Source, ...]
    clusters: tuple[str, ...]


@dataclass(frozen=True)
class Inferred:
    """A link that is an interpretation and waits for a review.

    ``asserted`` tells whether the graph states it as a plain statement, too.
    """

    iri: str
    subject: str
    predicate: str
    object: str
    other_subjects: tuple[str, ...]
    other_objects: tuple[str, ...]
    printed: str
    basis: str
    certainty: str
    status: str
    asserted: bool
    rationale: tuple[Literal, ...]
    sources: tuple[Source, ...]
    clusters: tuple[str, ...]


def read_report(release_dir: Path) -> Report | None:
    """Return the validation report of a release; None if it has none.

    Raises:
        ReleaseError: it is not the report of a build.
    """
    path = release_dir / REPORT
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        findings = tuple(read_finding(each) for each in document["findings"])
        return Report(findings, read_checked(document))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"is no validation report: {error}", path=path, hint="Build the release anew."
        ) from error


class Review:
    """The lists of one release.

    Args:
        store: its statements.
        describer: of the same store.
        search: its search index, which knows what each resource is linked with.
        report: its validation report.
        base_iri: base of its IRIs.
    """

    def __init__(
        self,
        store: LocalStore,
        describer: Describer,
        search: SearchIndex,
        report: Report | None,
        base_iri: str,
    ) -> None:
        self._store = store
        self._describer = describer
        self._search = search
        self.report = report
        self._base = base_iri
        table = prefixes(base_iri)
        self._ctl, self._schema, self._oa = table["ctl"], table["schema"], table["oa"]
        self._concepts = base_iri + "controlled-vocabulary/"
        self._chapters: dict[str, tuple[str, ...]] = {}

    @cached_property
    def findings(self) -> tuple[Entry, ...]:
        """The findings of the validation, chosen by severity, rule and cluster."""
        found = self.report.findings if self.report else ()
        return tuple(
            Entry(
                str(number),
                {
                    "severity": (each.severity,),
                    "rule": (each.rule,),
                    "cluster": self.clusters_of(each.focus),
                },
            )
            for number, each in enumerate(found)
        )

    def finding(self, key: str) -> Finding:
        """Return a finding by the key of its entry."""
        assert self.report is not None
        return self.report.findings[int(key)]

    @cached_property
    def anomalies(self) -> tuple[Entry, ...]:
        """The anomalies of the source, chosen by kind and cluster."""
        return self._ordered(self._of_class("Anomaly"), self._anomaly_facets)

    @cached_property
    def inferred(self) -> tuple[Entry, ...]:
        """The inferred links that wait for a review, chosen by cluster, property and basis."""
        inferred = self._having("certainty", "certainty/inferred")
        proposed = self._having("reviewStatus", "review-status/proposed")
        waiting = inferred & proposed
        known = self._of_class("Alignment")
        kept = {iri: graphs for iri, graphs in known.items() if iri in waiting}
        return self._ordered(kept, self._inferred_facets)

    def anomaly(self, iri: str) -> Anomaly:
        """Return an anomaly by its IRI."""
        about = self._store.quads(NamedNode(iri))
        target = _one(about, self._oa + "hasTarget")
        on_property = _one(about, self._ctl + "onProperty")
        graphs = _graphs(about, RDF_TYPE.value)
        return Anomaly(
            iri,
            kind=_one(about, self._ctl + "anomalyKind"),
            target=target,
            on_property=on_property,
            read=_one(about, self._ctl + "asRead"),
            believed=_one(about, self._ctl + "asBelieved"),
            stated=self._values(target, on_property),
            rationale=_literals(about, self._ctl + "rationale"),
            sources=self._sources(graphs),
            clusters=self.clusters_of(target, graphs),
        )

    def inferred_link(self, iri: str) -> Inferred:
        """Return an inferred link by the IRI of its alignment."""
        about = self._store.quads(NamedNode(iri))
        subject = _one(about, self._ctl + "alignedSubject")
        predicate = _one(about, self._ctl + "alignedPredicate")
        value = _one(about, self._ctl + "alignedObject")
        graphs = _graphs(about, RDF_TYPE.value)
        return Inferred(
            iri,
            subject=subject,
            predicate=predicate,
            object=value,
            other_subjects=_all(about, self._ctl + "alternativeSubject"),
            other_objects=_all(about, self._ctl + "alternativeObject"),
            printed=_one(about, self._ctl + "printedForm"),
            basis=_one(about, self._ctl + "basis"),
            certainty=_one(about, self._ctl + "certainty"),
            status=_one(about, self._ctl + "reviewStatus"),
            asserted=value in {text_of(each) for each in self._values(subject, predicate)},
            rationale=_literals(about, self._ctl + "rationale"),
            sources=self._sources(graphs),
            clusters=self.clusters_of(subject, graphs),
        )

    def clusters_of(self, iri: str, graphs: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return the clusters that something concerns.

        Args:
            iri: the resource that it is about.
            graphs: where it is stated; None for those that describe the resource.
        """
        if graphs is None:
            graphs = _graphs(self._store.quads(NamedNode(iri))) if _is_iri(iri) else ()
        chapters = {cluster for graph in graphs for cluster in self._chapter(graph)}
        if chapters:
            return tuple(sorted(chapters))
        hit = self._search.hit(iri)
        return hit.clusters if hit else ()

    def _chapter(self, graph: str) -> tuple[str, ...]:
        """Return the clusters that the chapter of a passage's graph is about."""
        if graph not in self._chapters:
            section = self._describer.source(graph).section
            about = NamedNode(self._schema + "about")
            found = self._store.quads(NamedNode(section), about) if section else []
            known = {text_of(quad.object) for quad in found} & self._search.clusters
            self._chapters[graph] = tuple(sorted(known))
        return self._chapters[graph]

    def _of_class(self, name: str) -> dict[str, list[str]]:
        """Return the members of a class of ours, each with the graphs that say so."""
        found: dict[str, list[str]] = {}
        for quad in self._store.quads(None, RDF_TYPE, NamedNode(self._ctl + name)):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, NamedNode):
                found.setdefault(quad.subject.value, []).append(quad.graph_name.value)
        return found

    def _having(self, name: str, concept: str) -> set[str]:
        value = NamedNode(self._concepts + concept)
        found = self._store.quads(None, NamedNode(self._ctl + name), value)
        return {text_of(quad.subject) for quad in found}

    def _ordered(self, members: Mapping[str, Sequence[str]], facets: _Facets) -> tuple[Entry, ...]:
        """Return the members in the order of the document, each with its facets."""

        def place(iri: str) -> tuple[int, str]:
            lines = (self._describer.source(graph).start_line for graph in members[iri])
            return min((line for line in lines if line), default=0), iri

        return tuple(Entry(iri, facets(iri, members[iri])) for iri in sorted(members, key=place))

    def _anomaly_facets(self, iri: str, graphs: Sequence[str]) -> dict[str, tuple[str, ...]]:
        about = self._store.quads(NamedNode(iri))
        target = _one(about, self._oa + "hasTarget")
        return {
            "kind": _all(about, self._ctl + "anomalyKind"),
            "cluster": self.clusters_of(target, graphs),
        }

    def _inferred_facets(self, iri: str, graphs: Sequence[str]) -> dict[str, tuple[str, ...]]:
        about = self._store.quads(NamedNode(iri))
        subject = _one(about, self._ctl + "alignedSubject")
        return {
            "cluster": self.clusters_of(subject, graphs),
            "property": _all(about, self._ctl + "alignedPredicate"),
            "basis": _all(about, self._ctl + "basis"),
        }

    def _sources(self, graphs: Iterable[str]) -> tuple[Source, ...]:
        return tuple(self._describer.source(graph) for graph in graphs)

    def _values(self, subject: str, predicate: str) -> tuple[Term, ...]:
        if not (_is_iri(subject) and _is_iri(predicate)):
            return ()
        found = self._store.quads(NamedNode(subject), NamedNode(predicate))
        return tuple(sorted({quad.object for quad in found}, key=str))


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _graphs(quads: Iterable[Quad], predicate: str = "") -> tuple[str, ...]:
    kept = (quad for quad in quads if not predicate or quad.predicate.value == predicate)
    graphs = (quad.graph_name for quad in kept)
    return tuple(sorted({graph.value for graph in graphs if isinstance(graph, NamedNode)}))


def _all(quads: Iterable[Quad], predicate: str) -> tuple[str, ...]:
    found = {text_of(quad.object) for quad in quads if quad.predicate.value == predicate}
    return tuple(sorted(found))


def _one(quads: Iterable[Quad], predicate: str) -> str:
    return next(iter(_all(quads, predicate)), "")


def _literals(quads: Iterable[Quad], predicate: str) -> tuple[Literal, ...]:
    found = {
        quad.object
        for quad in quads
        if quad.predicate.value == predicate and isinstance(quad.object, Literal)
    }
    return tuple(sorted(found, key=str))
