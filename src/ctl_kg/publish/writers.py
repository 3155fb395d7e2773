"""The files of a release, each made from the same statements and always the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from ctl_kg.errors import SourceError
from ctl_kg.namespaces import prefixes, rebase
from ctl_kg.publish.checked import Checked
from ctl_kg.publish.findings import Finding
from ctl_kg.publish.formats import GraphWriter
from ctl_kg.publish.report import report_html, report_json, report_turtle
from ctl_kg.publish.search_index import SEARCH_FILE, index_file
from ctl_kg.publish.skolem import skolemise
from ctl_kg.publish.validation import Project
from ctl_kg.rdf.loading import read_text
from ctl_kg.rdf.turtle import write_trig, write_turtle

CONTEXT = "context.jsonld"

MEDIA_TYPES = {
    ".trig": "application/trig",
    ".nq": "application/n-quads",
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".json": "application/json",
    ".html": "text/html",
    ".rq": "application/sparql-query",
    ".sqlite": "application/vnd.sqlite3",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".geojson": "application/geo+json",
    "": "text/plain",
}
# Files whose name says more than their suffix does.
_NAMED_TYPES = {
    "csv-metadata.json": "application/csvm+json",
    "datapackage.json": "application/vnd.datapackage+json",
}


def media_type_of(name: str) -> str:
    """Return the media type of a file of a release, without parameters.

    Source: IANA media types; Tabular Data on the Web §11 (application/csvm+json).

    >>> media_type_of("tables/csv-metadata.json"), media_type_of("tables/networks.csv")
    ('application/csvm+json', 'text/csv')
    """
    path = PurePosixPath(name)
    if path.parent.name == "json":  # the arrays of objects are JSON-LD
        return MEDIA_TYPES[".jsonld"]
    return _NAMED_TYPES.get(path.name) or MEDIA_TYPES[path.suffix]


def data_files(project: Project) -> dict[str, bytes]:
    """Return the content of every file of a release that validation does not change, by name.

    ``ctl-kg.trig`` and ``ctl-kg.nq`` hold all named graphs, shapes included; ``ctl-kg.ttl``,
    ``.nt``, ``.jsonld`` and ``.rdf`` hold the union of the graphs without the shapes, which
    stand in ``shapes.ttl``. None of these six has blank nodes. ``search.sqlite`` is the search
    index.

    Raises:
        SourceError: the context or a query cannot be read.
    """
    base = project.base_iri
    table = prefixes(base)
    dataset = skolemise({*project.data, *project.shapes}, base)
    shapes_graph = NamedNode(f"{base}data/graph/shapes")
    union = _union(quad for quad in dataset if quad.graph_name != shapes_graph)
    context = context_terms(project)
    writer = GraphWriter(base, context)
    ontology_graph = f"{base}data/graph/ontology"
    ontology = [q for q in project.asserted if q.graph_name.value == ontology_graph]  # type: ignore[union-attr]
    files = {
        "ctl-kg.nq": sorted_lines(dataset, RdfFormat.N_QUADS),
        "ctl-kg.nt": sorted_lines(union, RdfFormat.N_TRIPLES),
        "ctl-kg.trig": write_trig(dataset, table, head=_head("All named graphs.")).encode(),
        "ctl-kg.ttl": write_turtle(
            (Quad(t.subject, t.predicate, t.object) for t in union),
            table,
            head=_head("The union of all graphs but the shapes."),
        ).encode(),
        "ctl-kg.jsonld": writer.write(union, "jsonld"),
        "ctl-kg.rdf": writer.write(union, "rdf"),
        "ontology.ttl": write_turtle(ontology, table, head=_head("The ontology.")).encode(),
        "shapes.ttl": shapes_file(project),
        SEARCH_FILE: index_file(project.data, base),
        CONTEXT: (json.dumps({"@context": context}, indent=2, ensure_ascii=False) + "\n").encode(),
    }
    for path in project.assets.files("queries", ".rq"):
        name = project.assets.name(path)
        files[name] = rebase(read_text(path, name), base).encode()
    return files


def shapes_file(project: Project) -> bytes:
    """Return the shapes of a project as one Turtle file."""
    table = prefixes(project.base_iri)
    return write_turtle(project.shapes, table, head=_head("The shapes.")).encode()


def report_files(findings: Sequence[Finding], base_iri: str, checked: Checked) -> dict[str, bytes]:
    """Return the validation report in its three forms, by name."""
    return {
        "report.ttl": report_turtle(findings, base_iri).encode(),
        "report.json": report_json(findings, checked).encode(),
        "report.html": report_html(findings, base_iri).encode(),
    }


def _union(quads: Iterable[Quad]) -> list[Triple]:
    return list({Triple(quad.subject, quad.predicate, quad.object) for quad in quads})


def sorted_lines(
    statements: Sequence[Quad] | Iterable[Triple], syntax: RdfFormat = RdfFormat.N_TRIPLES
) -> bytes:
    """Return canonical N-Triples or N-Quads: the canonical form of a graph without blank nodes.

    The lines are in code point order, which is the order of UTF-8 bytes.

    Source: RDFC-1.0 §4.4.3 (step 7), §5 (serialisation); RDF 1.1 N-Triples §4.
    """
    content = serialize(statements, format=syntax)
    assert content is not None
    return b"".join(line + b"\n" for line in sorted(content.split(b"\n")) if line)


def _head(text: str) -> list[list[str]]:
    return [[f"# ctl-kg. {text} Written by ctl-kg build."]]


def context_terms(project: Project) -> dict[str, Any]:
    """Return the JSON-LD context of the ontology folder; without one, the prefix table.

    Raises:
        SourceError: it cannot be read, is not JSON, or has a term that no processor takes.
    """
    path = project.assets.ontology / CONTEXT
    if not path.exists():
        return dict(prefixes(project.base_iri))
    name = project.assets.name(path)
    text = rebase(read_text(path, name), project.base_iri)
    try:
        document = json.loads(text)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise SourceError(
            f"the context is not JSON: {error}", path=name, line=line, hint="Mend the JSON."
        ) from error
    context = document.get("@context") if isinstance(document, dict) else None
    if not isinstance(context, dict):
        raise SourceError(
            "there is no JSON-LD context",
            path=name,
            line=1,
            hint='Write an object: { "@context": { … } }.',
        )
    _check_context(context, text, name)
    return context


def _check_context(context: dict[str, Any], text: str, name: str) -> None:
    """Refuse terms that no JSON-LD processor takes, and prefixes that the context lacks."""
    for term, definition in context.items():
        if term in ("@version", "@protected", "@language", "@base", "@vocab", "@direction"):
            continue
        iri = definition.get("@id", term) if isinstance(definition, dict) else definition
        problem = ""
        if iri is not None and not isinstance(iri, str):
            problem = "has no IRI"
        elif iri and ":" in iri and "//" not in iri and iri.partition(":")[0] not in context:
            problem = f"uses the prefix '{iri.partition(':')[0]}:', which the context lacks"
        if problem:
            at = text.find(json.dumps(term, ensure_ascii=False))
            raise SourceError(
                f"the term '{term}' of the context {problem}",
                path=name,
                line=text.count("\n", 0, at) + 1 if at >= 0 else 1,
                hint='Write an IRI, or { "@id": IRI }, and define each prefix as a term.',
            )
