"""What the templates show of statements: properties with their values, and where each is from.

Plain values only: no store, no request. Addresses are ready to stand in ``href``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctl_kg.web.views import Link, Mark


@dataclass(frozen=True)
class ShownValue:
    """One value of a property.

    Args:
        link: the value; its text is empty where ``items`` or ``parts`` stand for it.
        marks: where the statement comes from, one for each graph that holds it.
        note: the type of a plain value, where the text alone does not tell it.
        inferred: the certainty in words, where it is not plainly stated.
        is_external: whether the link leaves this server.
        is_code: whether the text is a program text, of several lines.
        items: the entries of a list, in order; they have the marks of the list.
        parts: what is said of a node without a name of its own.
    """

    link: Link
    marks: tuple[Mark, ...] = ()
    note: str = ""
    inferred: str = ""
    is_external: bool = False
    is_code: bool = False
    items: tuple[ShownValue, ...] = ()
    parts: tuple[ShownProperty, ...] = ()


@dataclass(frozen=True)
class ShownProperty:
    """One property with its values.

    Args:
        key: names it within the page.
        label: its name, and where it leads.
        definition: what it means; ``definition_language`` only where it is not the page's.
        values: those shown.
        total: how many values there are.
        rest: leads to all of them, where they are too many for one page.
    """

    key: str
    label: Link
    definition: str
    definition_language: str | None
    values: tuple[ShownValue, ...]
    total: int
    rest: Link | None = None


@dataclass(frozen=True)
class ShownGroup:
    """Properties that belong together; ``help`` says what they have in common."""

    key: str
    heading: str
    properties: tuple[ShownProperty, ...]
    help: str = ""


@dataclass(frozen=True)
class ShownSubject:
    """What one graph says about one resource."""

    subject: Link
    properties: tuple[ShownProperty, ...]


@dataclass(frozen=True)
class NoteRow:
    """One thing that a note on a source says."""

    label: str
    links: tuple[Link, ...]
    is_code: bool = False


@dataclass(frozen=True)
class SourceNote:
    """Where statements come from, once for each page: what their marks lead to.

    ``key`` is its fragment in the page, ``kind`` that of the graph (passage, derived …); ``full``
    says the same as ``title`` with the name of the document and the certainty.
    """

    key: str
    kind: str
    title: Link
    full: str
    rows: tuple[NoteRow, ...]
