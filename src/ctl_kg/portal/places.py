"""Where something stands in a document of any RDF syntax: file and line, for messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ctl_kg.publish.findings import Finding
from ctl_kg.rdf.places import Place, Places, SourceText


@dataclass(frozen=True)
class Document(SourceText):
    """A document that was read: its name for messages, its text, whether that is Turtle."""

    is_turtle: bool


class DocumentPlaces:
    """Finds the line that describes a node; of several documents the first that does.

    In Turtle a subject's block is looked for; elsewhere the first line that names the node as a
    whole, between quotes or angle brackets, preferably as the subject.
    """

    def __init__(self, documents: Iterable[Document], base_iri: str) -> None:
        documents = list(documents)
        self._others: Sequence[Document] = [each for each in documents if not each.is_turtle]
        self._turtle = Places([each for each in documents if each.is_turtle], base_iri)

    def find(self, focus: str, terms: Sequence[str] = ()) -> Place | None:
        """Return where a node is described, or None.

        Args:
            focus: IRI of the node.
            terms: values or properties; the line that has one of them wins.
        """
        if focus.startswith("_:"):
            return None
        found = self._turtle.find(focus, terms=terms)
        if found is not None:
            return found
        for each in self._others:
            line = _line_with(each.text, focus)
            if line:
                return Place(each.name, line)
        return None

    def placed(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings with their places; those that have one keep it."""
        return [
            each
            if each.place
            else replace(
                each, place=self.find(each.focus, [t for t in (each.value, each.path) if t])
            )
            for each in findings
        ]


def _line_with(text: str, iri: str) -> int:
    """Return the line that describes a node, else one that names it; 0 if there is none."""
    if text.startswith(f"<{iri}> "):
        return 1
    escaped = iri.replace("&", "&amp;")
    subject = (f'rdf:about="{escaped}"', f'"@id": "{iri}"', f'"@id":"{iri}"', f"\n<{iri}> ")
    for mark in (*subject, f'"{escaped}"', f"<{iri}>", f'"{iri}"'):
        position = text.find(mark)
        if position >= 0:
            return text.count("\n", 0, position + 1) + 1
    return 0
