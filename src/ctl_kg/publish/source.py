"""Check the passages and the data's graphs against the document's text.

Reported: digests and positions that disagree, the wrong version of the document, passages
that support nothing, graphs without a passage, lines that no passage covers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.assets import Assets
from ctl_kg.errors import CtlKgError
from ctl_kg.namespaces import DEFAULT_BASE, rebase
from ctl_kg.publish.passages import (
    SOURCE_SLUG,
    DocumentText,
    Names,
    Passage,
    SourceFinding,
    passage_slug,
    read_passages,
    update_passages,
)
from ctl_kg.rdf.formatting import replace_text
from ctl_kg.rdf.loading import parse_text, read_text
from ctl_kg.rdf.places import Place, Places, SourceText
from ctl_kg.rdf.terms import text_of

PASSAGE_FILES = "passages"


@dataclass
class SourceReport:
    """The outcome: errors must be mended, notes need not, unreadable files were left out."""

    errors: list[SourceFinding] = field(default_factory=list)
    notes: list[SourceFinding] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    passages: int = 0
    statements: int = 0
    lines: int = 0
    covered: int = 0
    uncovered: list[int] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        """Per cent of the non-blank lines that a passage with a statement covers."""
        return 100.0 * self.covered / self.lines if self.lines else 0.0

    def as_json(self) -> dict[str, object]:
        """Return the report for ``--json``."""
        return {
            "passages": self.passages,
            "statements": self.statements,
            "non_blank_lines": self.lines,
            "covered_lines": self.covered,
            "coverage_percent": round(self.coverage, 2),
            "uncovered_lines": self.uncovered,
            "errors": [finding.as_json() for finding in self.errors],
            "notes": [finding.as_json() for finding in self.notes],
            "unreadable": self.unreadable,
            "updated": self.updated,
        }


def verify_source(
    assets: Assets, document: Path, *, update: bool = False, base_iri: str = DEFAULT_BASE
) -> SourceReport:
    """Compare the passages and their graphs with the document.

    Args:
        assets: the project.
        document: the text file.
        update: first write the derived triples into the passage files.
        base_iri: base of our IRIs.
    Raises:
        SourceError: the document cannot be read or is not UTF-8.
    """
    read_text(document, refuse_mark=False)  # refuses what is not UTF-8, with the line
    text = DocumentText(document.read_bytes())
    check = _Check(assets, text, base_iri)
    if update:
        check.update()
    check.run()
    return check.report


class _Check:
    """One run over a project's passages."""

    def __init__(self, assets: Assets, text: DocumentText, base_iri: str) -> None:
        self.assets = assets
        self.document = text
        self.base = base_iri
        self.names = Names(base_iri)
        self.report = SourceReport()

    def update(self) -> None:
        """Write the derived triples of every passage file that reads.

        With another document than the one that the source's description names, nothing is
        written: the check then says so.
        """
        quads, _ = self._load()
        self.report.unreadable.clear()  # each file is told of once, below or by the check
        if any(value != self.document.digest for value in self._recorded(quads)):
            return
        for path in self._passage_files():
            name = self.assets.name(path)
            try:
                authored = read_text(path, name)
                updated = update_passages(authored, name, self.document)
            except CtlKgError as error:
                self.report.unreadable.append(str(error))
                continue
            if updated != authored:
                replace_text(path, updated)
                self.report.updated.append(name)

    def run(self) -> None:
        quads, files = self._load()
        places = Places(files, self.base)
        passages = self._passages(quads, places)
        statements = Counter(
            passage_slug(quad.graph_name.value, self.names.graph)
            for quad in quads
            if isinstance(quad.graph_name, NamedNode)
        )
        statements.pop(None, None)
        self.report.passages = len(passages)
        self.report.statements = sum(statements.values())
        self._check_document(quads, places)
        self._check_numbers(passages)
        self._check_graphs(passages, statements, quads, places)
        self._check_overlaps(passages)
        self._check_coverage([p for p in passages if statements.get(p.slug)])

    def _passage_files(self) -> list[Path]:
        folder = self.assets.data / PASSAGE_FILES
        return [path for path in self.assets.files("data", ".ttl") if path.parent == folder]

    def _load(self) -> tuple[list[Quad], list[SourceText]]:
        """Read the passages, the source's description and the data; note what does not read."""
        quads: list[Quad] = []
        files: list[SourceText] = []
        described = [self.assets.data / "source.ttl"]
        paths = self._passage_files() + [path for path in described if path.is_file()]
        for path in paths + self.assets.files("data", ".trig"):
            name = self.assets.name(path)
            try:
                text = rebase(read_text(path, name), self.base)
                quads += parse_text(text, name, base_iri=self.base)
                files.append(SourceText(name, text))
            except CtlKgError as error:
                if str(error) not in self.report.unreadable:
                    self.report.unreadable.append(str(error))
        return quads, files

    def _passages(self, quads: Iterable[Quad], places: Places) -> list[Passage]:
        found, problems = read_passages(quads, places, self.document, self.base)
        self.report.errors += problems
        return found

    def _error(self, kind: str, message: str, place: Place | None) -> None:
        self.report.errors.append(SourceFinding(kind, message, place))

    def _recorded(self, quads: Iterable[Quad]) -> list[str]:
        """Return the digests of the whole document that the source's description gives."""
        return [
            quad.object.value
            for quad in quads
            if text_of(quad.subject) == self.names.source + SOURCE_SLUG
            and quad.predicate.value == self.names.digest
            and isinstance(quad.object, Literal)
        ]

    def _check_document(self, quads: Iterable[Quad], places: Places) -> None:
        source = self.names.source + SOURCE_SLUG
        recorded = self._recorded(quads)
        place = places.find(source, terms=[self.names.digest])
        if not recorded:
            self._error("missing-checksum", f"source:{SOURCE_SLUG} has no ctl:passageDigest", place)
        for value in recorded:
            if value != self.document.digest:
                message = (
                    f"the file's SHA-256 is {self.document.digest}, "
                    f"source:{SOURCE_SLUG} says {value}: is this the right version of the document?"
                )
                self._error("wrong-checksum", message, place)

    def _check_numbers(self, passages: Iterable[Passage]) -> None:
        for passage in passages:
            start, end = self.document.span(passage.start_line, passage.end_line)
            wanted = {
                "oa:start": str(start),
                "oa:end": str(end),
                "ctl:passageDigest": self.document.slice_digest(start, end),
            }
            for term, value in wanted.items():
                recorded = passage.recorded.get(term)
                if recorded == value:
                    continue
                kind = "digest-mismatch" if term == "ctl:passageDigest" else "position-mismatch"
                said = "nothing" if recorded is None else recorded
                message = f"passage:{passage.slug} {term}: the document gives {value}, here {said}"
                self._error(kind, message, passage.place)

    def _check_graphs(
        self,
        passages: Sequence[Passage],
        statements: Mapping[str | None, int],
        quads: Iterable[Quad],
        places: Places,
    ) -> None:
        known = {passage.slug for passage in passages}
        for passage in passages:
            if not statements.get(passage.slug):
                message = f"passage:{passage.slug} supports no statement: graph is empty or absent"
                self._error("passage-without-statement", message, passage.place)
        examples: dict[str, str] = {}
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                slug = passage_slug(quad.graph_name.value, self.names.graph)
                if slug is not None and slug not in known:
                    examples.setdefault(slug, text_of(quad.subject))
        for slug, subject in sorted(examples.items()):
            place = places.find(subject, graph=self.names.graph + slug)
            message = f"graph:{slug} has statements, but passage:{slug} is not described"
            self._error("graph-without-passage", message, place)

    def _check_overlaps(self, passages: Sequence[Passage]) -> None:
        before: Passage | None = None
        for after in passages:  # in the order of their start lines
            if before is not None and after.start_line <= before.end_line:
                message = (
                    f"passage:{after.slug} (lines {after.start_line}-{after.end_line}) overlaps "
                    f"passage:{before.slug} (lines {before.start_line}-{before.end_line})"
                )
                self.report.notes.append(SourceFinding("overlap", message, after.place))
            if before is None or after.end_line > before.end_line:
                before = after

    def _check_coverage(self, passages: Iterable[Passage]) -> None:
        covered = {
            line for passage in passages for line in range(passage.start_line, passage.end_line + 1)
        }
        filled = [n for n, line in enumerate(self.document.lines, start=1) if line.strip()]
        self.report.lines = len(filled)
        self.report.uncovered = [line for line in filled if line not in covered]
        self.report.covered = len(filled) - len(self.report.uncovered)
        if self.report.uncovered:
            message = (
                f"{len(self.report.uncovered)} non-blank lines are covered by no passage with "
                f"a statement: {line_ranges(self.report.uncovered)}"
            )
            self._error("uncovered-lines", message, None)


def line_ranges(lines: Sequence[int]) -> str:
    """Return line numbers as ranges.

    >>> line_ranges([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
