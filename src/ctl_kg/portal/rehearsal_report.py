"""Tell what was rehearsed: text for the terminal, JSON members for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ctl_kg.namespaces import Curies
from ctl_kg.portal.rehearse import Entry, Lost, Rehearsed


def rehearsal_json(rehearsed: Sequence[Rehearsed]) -> list[dict[str, Any]]:
    """Return what was rehearsed as JSON members."""
    return [
        {
            "portal": each.portal.token,
            "dataset": each.dataset.node,
            **_entry_json(each.dataset),
            "files": [{"file": file.node, **_entry_json(file)} for file in each.files],
            "leftOut": list(each.left_out),
        }
        for each in rehearsed
    ]


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "fields": {each.field.name: list(each.values) for each in entry.shown},
        "from": {each.field.name: list(each.field.paths) for each in entry.shown},
        "sources": {each.field.name: each.field.source for each in entry.shown},
        "lost": [
            {"path": each.path, "lost": each.lost, "of": each.of, "examples": list(each.examples)}
            for each in entry.lost
        ],
    }


def rehearsal_lines(rehearsed: Sequence[Rehearsed], table: Mapping[str, str]) -> Iterator[str]:
    """Yield the report of a portal: its notes, then each dataset field by field."""
    curies = Curies(dict(table))
    if not rehearsed:
        return
    portal = rehearsed[0].portal
    yield f"=== {portal.title}, in language '{portal.language}'"
    yield from (f"  {note}" for note in portal.notes)
    sources = sorted({each.source for each in (*portal.fields, *portal.file_fields)})
    yield from (f"  Source: {source}" for source in sources)
    for each in rehearsed:
        yield ""
        yield f"{portal.token}: {_short(each.dataset.node, curies)}"
        yield from _fields(each.dataset, curies)
        yield from _file_fields(each, curies)
    yield ""


def _short(iri: str, curies: Curies) -> str:
    return curies.shorten(iri) or f"<{iri}>"


def _fields(entry: Entry, curies: Curies) -> Iterator[str]:
    width = max(len(each.field.name) for each in entry.shown)
    for each in entry.shown:
        value = " | ".join(_cut(value, curies) for value in each.values) or "(empty)"
        yield f"  {each.field.name:<{width}}  {value}"
    for lost in entry.lost:
        yield f"  {'lost':<{width}}  {_lost(lost, curies)}"


def _lost(lost: Lost, curies: Curies) -> str:
    examples = ", ".join(_cut(each, curies) for each in lost.examples)
    more = ", …" if lost.lost > len(lost.examples) else ""
    number = f"{lost.lost} of {lost.of}: " if lost.lost < lost.of else ""
    return f"{_short(lost.path, curies)}: {number}{examples}{more}"


def _cut(text: str, curies: Curies) -> str:
    text = " ".join((curies.shorten(text) or text).split())
    return text if len(text) <= 90 else text[:89] + "…"


def _file_fields(each: Rehearsed, curies: Curies) -> Iterator[str]:
    """One file stands for all; how many lose what is counted over all of them."""
    number = len(each.files)
    left = f"; {len(each.left_out)} of formats that it does not take" if each.left_out else ""
    yield f"  {number} file{'' if number == 1 else 's'}{left}" + (", as:" if number else "")
    if not each.files:
        return
    for shown in each.files[0].shown:
        value = " | ".join(_cut(value, curies) for value in shown.values) or "(empty)"
        yield f"    {shown.field.name:<16}  {value}"
    counts: dict[str, int] = {}
    for file in each.files:
        for lost in file.lost:
            counts[lost.path] = counts.get(lost.path, 0) + 1
    for path, files in sorted(counts.items()):
        of = f"{files} file{'' if files == 1 else 's'}"
        yield f"    {'lost':<16}  {_short(path, curies)}: of {of}"
