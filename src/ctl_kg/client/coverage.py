"""How complete the data behind an answer are: the notes that the server sends with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctl_kg.client.values import Iri


@dataclass(frozen=True)
class CoverageNote:
    """What the data say of their own completeness.

    ``extent`` is a concept: complete, partial or counted. ``kind`` is ``passage`` for a note
    that rests on ``passages`` of the document, ``editorial`` for a judgement of the project.
    """

    iri: Iri
    extent: Iri
    text: str
    kind: str
    passages: tuple[Iri, ...]

    def __str__(self) -> str:
        return f"{self.iri.label} ({self.extent.label}): {self.text}"


def coverage_of(
    document: Mapping[str, Any], language: str | None = None
) -> tuple[CoverageNote, ...]:
    """Return the notes of an answer of the API; none from a server that sends none.

    Args:
        document: the answer.
        language: of the texts, where the answer has them in several.
    """

    def said(text: str | Mapping[str, str]) -> str:
        if isinstance(text, str):
            return text
        return text.get(language or "") or next(iter(text.values()), "")

    return tuple(
        CoverageNote(
            iri=Iri(each["iri"], said(each["label"])),
            extent=Iri(each["extent"]["iri"], said(each["extent"]["label"])),
            text=said(each["text"]),
            kind=each["kind"],
            passages=tuple(map(Iri, each["passages"])),
        )
        for each in document.get("coverage", ())
    )
