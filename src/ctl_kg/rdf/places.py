"""Where a node is described in the authored files, for messages: file and line.

A file is scanned only when a place is asked for and it mentions the node, which is when
something is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ctl_kg.namespaces import DEFAULT_BASE, Curies, prefixes
from ctl_kg.rdf.layout import Block, scan


@dataclass(frozen=True)
class SourceText:
    """A parsed file's project-relative name and its text."""

    name: str
    text: str


class Place(NamedTuple):
    """A file (relative to the project) and a 1-based line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Places:
    """Finds subject blocks by their IRI."""

    def __init__(self, files: Iterable[SourceText], base_iri: str = DEFAULT_BASE) -> None:
        self._files: Sequence[SourceText] = list(files)
        self._curies = Curies(prefixes(base_iri))
        self._scanned: dict[str, Sequence[Block]] = {}

    def _blocks(self, subject: str) -> list[tuple[SourceText, Block]]:
        """Return the blocks of a subject; its last path segment must stand in the file."""
        segment = re.split(r"[/#:]", subject)[-1]
        return [
            (file, block)
            for file in self._files
            if segment in file.text
            for block in self._scan(file)
            if block.subject == subject
        ]

    def _scan(self, file: SourceText) -> Sequence[Block]:
        if file.name not in self._scanned:
            self._scanned[file.name] = scan(file.text).blocks
        return self._scanned[file.name]

    def find(
        self, subject: str, *, graph: str | None = None, terms: Sequence[str] = ()
    ) -> Place | None:
        """Return where ``subject`` is described, or None if no file does.

        Args:
            subject: IRI at the start of a block.
            graph: IRI of the graph to prefer.
            terms: IRIs or literal texts; the first line of a block that has one of them wins
                over the block's first line.
        """
        candidates = self._blocks(subject)
        if graph is not None:
            in_graph = [(file, block) for file, block in candidates if block.graph == graph]
            candidates = in_graph or candidates
        for term in terms:
            for file, block in candidates:
                line = self._line_with(file, block, term)
                if line is not None:
                    return Place(file.name, line)
        if not candidates:
            return None
        file, block = candidates[0]
        return Place(file.name, block.line)

    def find_term(self, term: str) -> Place | None:
        """Return the first line of any file that holds an IRI, as IRI or as CURIE."""
        for file in self._files:
            last = file.text.count("\n") + 1
            line = self._line_with(file, Block(None, None, 1, last), term)
            if line is not None:
                return Place(file.name, line)
        return None

    def _line_with(self, file: SourceText, block: Block, term: str) -> int | None:
        curie = self._curies.shorten(term)
        lines = file.text.split("\n")
        for number in range(block.line, min(block.end_line, len(lines)) + 1):
            text = lines[number - 1]
            if f"<{term}>" in text or f'"{term}"' in text:
                return number
            if curie is not None and _has_word(text, curie):
                return number
        return None


def _has_word(text: str, word: str) -> bool:
    """Tell whether ``word`` stands in ``text`` and does not go on behind."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if end >= len(text) or not (text[end].isalnum() or text[end] in "-_/"):
            return True
        start = text.find(word, end)
    return False
