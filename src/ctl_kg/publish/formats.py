"""The table of formats: media type, suffix and serialiser, for graphs, datasets and results.

Every writer is deterministic: one graph gives the same bytes whatever the order of its
triples. Not here: which format a request gets (``web/negotiation``).
Sources: RDF 1.1 Turtle, TriG, N-Triples, N-Quads, XML Syntax; JSON-LD 1.1; SPARQL 1.1 results
formats; RFC 9264 (linksets).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ctl_kg.errors import ReleaseError
from ctl_kg.namespaces import prefixes
from ctl_kg.publish.json_ld import JsonLdWriter
from ctl_kg.rdf.turtle import write_trig, write_turtle
from ctl_kg.sparql import results
from ctl_kg.sparql.terms import QueryResult

_LARGE = 20_000  # triples; larger graphs are written by the engine, not line by line

HTML_TYPE = "text/html"


@dataclass(frozen=True, eq=False)
class Format:
    """One representation: its suffix, the type it is labelled with, other names it goes by.

    Each is itself alone, so that a table of offers gives back the very one it was made from.
    """

    suffix: str
    media_type: str
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The label of a response; every text is UTF-8."""
        text = self.media_type.startswith("text/") or self.suffix == "nt"
        return f"{self.media_type}; charset=utf-8" if text else self.media_type


JSON = Format("json", "application/json", "JSON")
HTML = Format("html", HTML_TYPE, "HTML", ("application/xhtml+xml",))
CSV = Format("csv", results.CSV_TYPE, "CSV")
TSV = Format("tsv", results.TSV_TYPE, "TSV")
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX")
JSON_LD = Format("jsonld", "application/ld+json", "JSON-LD")
GEO_JSON = Format("geojson", "application/geo+json", "GeoJSON", ("application/vnd.geo+json",))

# In order of preference: the first is what a client without wishes gets.
GRAPH_FORMATS = (
    Format(
        "ttl",
        "text/turtle",
        "Turtle",
        ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3"),
    ),
    JSON_LD,
    Format("nt", "application/n-triples", "N-Triples", ("text/plain",)),
    Format("rdf", "application/rdf+xml", "RDF/XML"),
)
# Statements with the named graphs that hold them: a description with its provenance.
DATASET_FORMATS = (
    Format("trig", "application/trig", "TriG", ("application/x-trig",)),
    Format("nq", "application/n-quads", "N-Quads", ("text/x-nquads", "text/nquads")),
)
DESCRIPTION_FORMATS = (*GRAPH_FORMATS, *DATASET_FORMATS)
# What a resource links to, for clients that follow typed links.
LINKSET_FORMATS = (
    Format("linkset.json", "application/linkset+json", "Linkset (JSON)"),
    Format("linkset", "application/linkset", "Linkset"),
)
SELECT_FORMATS = (
    Format("json", results.JSON_TYPE, "JSON"),
    Format("xml", results.XML_TYPE, "XML"),
    CSV,
    TSV,
)
ASK_FORMATS = SELECT_FORMATS[:2]
# Rows of a stock query by the API: plain values, but for the terms in TSV and JSON-LD.
TABLE_FORMATS = (JSON, CSV, TSV, XLSX, JSON_LD)

# Plain types that clients ask for when they mean the format of the value.
GENERIC_TYPES = {
    "application/json": ("json", "jsonld"),
    "application/xml": ("xml", "rdf"),
    "text/xml": ("xml", "rdf"),
}


def formats_for(form: str | None) -> tuple[Format, ...]:
    """Return the formats that the answer to a query form can have, best first."""
    if form in ("CONSTRUCT", "DESCRIBE"):
        return GRAPH_FORMATS
    return ASK_FORMATS if form == "ASK" else SELECT_FORMATS


def by_suffix(suffix: str, offered: Sequence[Format]) -> Format | None:
    """Return the offered format with a suffix, or None."""
    return next((each for each in offered if each.suffix == suffix), None)


@lru_cache(maxsize=64)
def offers(offered: tuple[Format, ...]) -> Mapping[str, Format]:
    """Return every media type under which formats can be asked for, best first.

    The main types come before the aliases, and generic types last.
    """
    table = {each.media_type: each for each in offered}
    for each in offered:
        for alias in each.aliases:
            table.setdefault(alias, each)
    for media_type, suffixes in GENERIC_TYPES.items():
        for suffix in suffixes:
            found = by_suffix(suffix, offered)
            if found:
                table.setdefault(media_type, found)
    return table


class GraphWriter:
    """Writes graphs in every format, with one prefix table and one JSON-LD context."""

    def __init__(self, base_iri: str, context: Mapping[str, Any] | None = None) -> None:
        self.table = prefixes(base_iri)
        self._json_ld = JsonLdWriter(context or self.table)
        self._writers: dict[str, Callable[[list[ox.Triple]], bytes]] = {
            "ttl": self._turtle,
            "jsonld": self._json_ld.write,
            "nt": self._n_triples,
            "rdf": self._rdf_xml,
            "trig": self._turtle,  # a graph without a name is written alike in both
            "nq": self._n_triples,
        }

    def write(self, triples: Iterable[ox.Triple], suffix: str) -> bytes:
        """Return a graph in the format with this suffix.

        Raises:
            NotAcceptableError: RDF/XML cannot carry a character of a value.
            KeyError: there is no such format.
        """
        unique = sorted(set(triples), key=str)
        return self._writers[suffix](unique)

    def write_dataset(self, quads: Iterable[ox.Quad], suffix: str) -> bytes:
        """Return statements with their named graphs: ``trig``, ``nq`` or ``jsonld``.

        Raises:
            NotAcceptableError: JSON-LD cannot carry a triple term.
            KeyError: the format has no named graphs.
        """
        unique = sorted(set(quads), key=str)
        return {"trig": self._trig, "nq": _n_quads, "jsonld": self._json_ld.write_dataset}[suffix](
            unique
        )

    def _trig(self, quads: list[ox.Quad]) -> bytes:
        nested = any(isinstance(quad.object, ox.Triple) for quad in quads)
        if not nested and len(quads) <= _LARGE:
            return write_trig(quads, self.table).encode()
        quads.sort(key=lambda quad: str(quad.graph_name))  # the engine writes them as they come
        written = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=self._used(quads))
        assert written is not None
        return written

    def _used(self, statements: Sequence[ox.Triple] | Sequence[ox.Quad]) -> dict[str, str]:
        iris: set[str] = set()
        for each in statements:
            terms: list[object] = [each.subject, each.predicate, each.object]
            if isinstance(each, ox.Quad):
                terms.append(each.graph_name)
            iris |= {term.value for term in terms if isinstance(term, ox.NamedNode)}
            if isinstance(each.object, ox.Literal):
                iris.add(each.object.datatype.value)
        return {
            prefix: namespace
            for prefix, namespace in self.table.items()
            if any(iri.startswith(namespace) for iri in iris)
        }

    def _turtle(self, triples: list[ox.Triple]) -> bytes:
        nested = any(isinstance(triple.object, ox.Triple) for triple in triples)
        if nested or len(triples) > _LARGE:
            return _serialise(triples, ox.RdfFormat.TURTLE, self._used(triples))
        quads = [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
        return write_turtle(quads, self.table).encode()

    def _n_triples(self, triples: list[ox.Triple]) -> bytes:
        return _serialise(triples, ox.RdfFormat.N_TRIPLES)

    def _rdf_xml(self, triples: list[ox.Triple]) -> bytes:
        written = _serialise(triples, ox.RdfFormat.RDF_XML, self._used(triples))
        results.refuse_forbidden_xml(
            written.decode(), [each.media_type for each in GRAPH_FORMATS[:3]]
        )
        # The engine writes carriage returns raw, and readers of XML would drop them.
        return written.replace(b"\r", b"&#13;")


def _n_quads(quads: list[ox.Quad]) -> bytes:
    return b"".join(
        sorted(
            line + b"\n"
            for quad in quads
            for line in (ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b"").splitlines()
        )
    )


def _serialise(
    triples: list[ox.Triple], rdf_format: ox.RdfFormat, table: dict[str, str] | None = None
) -> bytes:
    written = ox.serialize(triples, format=rdf_format, prefixes=table)
    assert written is not None
    return written


def read_context(release_dir: Path) -> dict[str, Any] | None:
    """Return the terms of the release's JSON-LD context, if it has one.

    Raises:
        ReleaseError: the file cannot be read.
    """
    path = release_dir / "context.jsonld"
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(
            f"cannot be read: {error}", path=path, hint="Build the release anew: ctl-kg build"
        ) from error
    found = document.get("@context") if isinstance(document, dict) else None
    return found if isinstance(found, dict) else None


def write_result(result: QueryResult, suffix: str, writer: GraphWriter) -> bytes:
    """Return the answer to any query in the format with this suffix."""
    if isinstance(result, list):
        return writer.write(result, suffix)
    return results.WRITERS[suffix](result)
