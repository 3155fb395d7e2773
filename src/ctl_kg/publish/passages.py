"""Passages of the document: reading what authors wrote, and what follows from their lines.

Lines are separated by ``\\n`` only and counted from 1; positions are Unicode code points
from 0, end exclusive; nothing is normalised. Not here: comparing with the data (``source``).
Source: Web Annotation Data Model §4.2.5 (text position selector).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.errors import SourceError
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.rdf.formatting import format_text
from ctl_kg.rdf.loading import parse_text
from ctl_kg.rdf.places import Place, Places, SourceText
from ctl_kg.rdf.terms import RDF, XSD, text_of

_OA = "http://www.w3.org/ns/oa#"
_PROV = "http://www.w3.org/ns/prov#"
_DCT_TYPE = "http://purl.org/dc/terms/type"
_SLUG = re.compile(r"p-(\d{4})\Z")
SOURCE_SLUG = "brochure-text-v1"
EXTRACTION_SLUG = "extraction-2026"


class DocumentText:
    """The document: its exact text, sliced by lines."""

    def __init__(self, content: bytes) -> None:
        self.digest = hashlib.sha256(content).hexdigest()
        self.text = content.decode("utf-8")
        self.lines = self.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    @property
    def line_count(self) -> int:
        """Lines of the document; a final newline does not start another one."""
        return len(self.lines) - (1 if self.lines[-1] == "" else 0)

    def span(self, start_line: int, end_line: int) -> tuple[int, int]:
        """Return the code points of whole lines, without the last newline.

        >>> DocumentText(b"ab\\ncd\\n").span(1, 2)
        (0, 5)
        """
        return self.starts[start_line - 1], self.starts[end_line] - 1

    def slice_digest(self, start: int, end: int) -> str:
        """Return the SHA-256 of a slice's UTF-8 bytes, in lower-case hexadecimal digits."""
        return hashlib.sha256(self.text[start:end].encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Passage:
    """A run of lines as the author wrote it; the rest is what the file says already."""

    slug: str
    start_line: int
    end_line: int
    place: Place
    recorded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceFinding:
    """Something that disagrees: ``kind`` groups, ``place`` is the file and line to mend."""

    kind: str
    message: str
    place: Place | None = None

    def as_json(self) -> dict[str, str | int]:
        """Return the finding for ``--json``."""
        members: dict[str, str | int] = {"kind": self.kind, "message": self.message}
        if self.place:
            members |= {"file": self.place.file, "line": self.place.line}
        return members


class Names:
    """IRIs that depend on the base."""

    def __init__(self, base: str) -> None:
        self.passage = base + "data/passage/"
        self.graph = base + "data/graph/"
        self.source = base + "data/source/"
        self.digest = base + "onto/CTL/passageDigest"
        self.start_line = base + "onto/CTL/startLine"
        self.end_line = base + "onto/CTL/endLine"
        self.passage_class = base + "onto/CTL/Passage"
        self.graph_class = base + "onto/CTL/SourcedGraph"
        self.graph_kind = base + "controlled-vocabulary/graph-kind/passage"


def read_passages(
    quads: Iterable[Quad], places: Places, document: DocumentText, base_iri: str = DEFAULT_BASE
) -> tuple[list[Passage], list[SourceFinding]]:
    """Return the passages by start line, and what is wrong with how they are written."""
    names = Names(base_iri)
    values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(names.passage):
            values[text_of(quad.subject)][quad.predicate.value].append(text_of(quad.object))
    found: list[Passage] = []
    problems: list[SourceFinding] = []
    for iri in sorted(values):
        if names.passage_class not in values[iri][RDF + "type"]:
            continue
        place = places.find(iri) or Place("data/passages", 1)
        slug = iri[len(names.passage) :]
        lines = [values[iri].get(term, []) for term in (names.start_line, names.end_line)]
        problem = _line_problem(slug, lines, document.line_count)
        if problem:
            problems.append(SourceFinding("bad-passage", f"passage:{slug}: {problem}", place))
            continue
        position = values.get(f"{iri}/position", {})
        recorded = {
            "oa:start": position.get(_OA + "start", []),
            "oa:end": position.get(_OA + "end", []),
            "ctl:passageDigest": values[iri].get(names.digest, []),
        }
        kept = {term: " and ".join(sorted(texts)) for term, texts in recorded.items() if texts}
        found.append(Passage(slug, int(lines[0][0]), int(lines[1][0]), place, kept))
    return sorted(found, key=lambda passage: (passage.start_line, passage.slug)), problems


def _line_problem(slug: str, lines: Sequence[Sequence[str]], line_count: int) -> str:
    if any(len(texts) != 1 or not texts[0].isdecimal() for texts in lines):
        return "needs exactly one ctl:startLine and one ctl:endLine, whole numbers"
    start, end = int(lines[0][0]), int(lines[1][0])
    number = _SLUG.match(slug)
    if number is None or int(number.group(1)) != start:
        return f"starts at line {start}, so its IRI must be passage:p-{start:04d}"
    if not 1 <= start <= end <= line_count:
        return f"lines {start}-{end} are not in the document (1-{line_count})"
    return ""


def update_passages(
    text: str, name: str, document: DocumentText, base_iri: str = DEFAULT_BASE
) -> str:
    """Return the text of a passage file with the derived triples renewed.

    Derived triples that no longer hold are replaced; the author's own triples stay.

    Raises:
        RdfSyntaxError, FormatError: as :func:`ctl_kg.rdf.formatting.format_text`.
        SourceError: a passage's lines cannot be used.
    """
    names = Names(base_iri)
    quads = parse_text(text, name, base_iri=base_iri)
    passages, problems = read_passages(
        quads, Places([SourceText(name, text)], base_iri), document, base_iri
    )
    if problems:
        first = problems[0]
        raise SourceError(first.message, path=name, line=first.place.line if first.place else None)
    derived = [triple for passage in passages for triple in _derived(passage, document, names)]
    renewed = {(quad.subject, quad.predicate) for quad in derived} - {
        (quad.subject, NamedNode(RDF + "type")) for quad in derived
    }
    slugs = {passage.slug for passage in passages}
    kept = [
        quad
        for quad in quads
        if (quad.subject, quad.predicate) not in renewed
        and not _is_stale(text_of(quad.subject), slugs, names)
    ]
    return format_text(text, name, base_iri=base_iri, extra=kept + derived)


def _is_stale(subject: str, slugs: set[str], names: Names) -> bool:
    """Tell whether a subject is the graph or the position of a passage that is gone."""
    slug = passage_slug(subject, names.graph) or passage_slug(
        subject.removesuffix("/position"), names.passage
    )
    derived = subject.startswith(names.graph) or subject.endswith("/position")
    return slug is not None and derived and slug not in slugs


def _derived(passage: Passage, document: DocumentText, names: Names) -> list[Quad]:
    """Return the triples that follow from a passage's lines."""
    start, end = document.span(passage.start_line, passage.end_line)
    iri = NamedNode(names.passage + passage.slug)
    position = NamedNode(f"{iri.value}/position")
    graph = NamedNode(names.graph + passage.slug)
    kind = NamedNode(RDF + "type")
    number = NamedNode(XSD + "integer")
    digest = Literal(document.slice_digest(start, end))
    return [
        Quad(iri, kind, NamedNode(_OA + "SpecificResource")),
        Quad(iri, kind, NamedNode(_PROV + "Entity")),
        Quad(iri, NamedNode(_OA + "hasSource"), NamedNode(names.source + SOURCE_SLUG)),
        Quad(iri, NamedNode(_OA + "hasSelector"), position),
        Quad(iri, NamedNode(names.digest), digest),
        Quad(position, kind, NamedNode(_OA + "TextPositionSelector")),
        Quad(position, NamedNode(_OA + "start"), Literal(str(start), datatype=number)),
        Quad(position, NamedNode(_OA + "end"), Literal(str(end), datatype=number)),
        Quad(graph, kind, NamedNode(names.graph_class)),
        Quad(graph, kind, NamedNode(_PROV + "Entity")),
        Quad(graph, NamedNode(_DCT_TYPE), NamedNode(names.graph_kind)),
        Quad(graph, NamedNode(_PROV + "wasDerivedFrom"), iri),
        Quad(graph, NamedNode(_PROV + "wasGeneratedBy"), NamedNode(names.source + EXTRACTION_SLUG)),
    ]


def passage_slug(iri: str, namespace: str) -> str | None:
    """Return the slug of a passage's graph, or None for other graphs."""
    local = iri[len(namespace) :] if iri.startswith(namespace) else ""
    return local if _SLUG.match(local) else None
