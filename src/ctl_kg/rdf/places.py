"""Where a node is described in the authored files, for messages: file and line.

The files are scanned only when a place is asked for, which is when something is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def _blocks(self) -> dict[str, list[tuple[SourceText, Block]]]:
        found: dict[str, list[tuple[SourceText, Block]]] = {}
        for file in self._files:
            for block in scan(file.text).blocks:
                if block.subject is not None:
                    found.setdefault(block.subject, []).append((file, block))
        return found

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
        candidates = self._blocks.get(subject, [])
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
