"""What the pages about one resource and about a folder are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import Alternate, Entry, HeadLink, Link, Pager, Property, SubjectStatements


@dataclass(frozen=True)
class Group:
    """Properties that belong together."""

    key: str
    heading: str
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Passage:
    """A passage of the document, or the named graph drawn from it."""

    section: Link | None
    start_line: int | None
    end_line: int | None
    digest: str
    subjects: tuple[SubjectStatements, ...]
    truncated: bool


@dataclass(frozen=True)
class ResourceView:
    """A page about one resource: resource.html."""

    template: ClassVar[str] = "resource.html"
    title: str
    iri: str
    name: str
    description: str
    description_language: str | None
    kinds: tuple[Link, ...]
    groups: tuple[Group, ...]
    incoming: tuple[Property, ...]
    incoming_total: int
    pager: Pager
    passage: Passage | None
    alternates: tuple[Alternate, ...]
    json_ld: str
    parents: tuple[Link, ...]
    head_links: tuple[HeadLink, ...]


@dataclass(frozen=True)
class ListView:
    """What stands in a folder: list.html."""

    template: ClassVar[str] = "list.html"
    title: str
    description: str
    entries: tuple[Entry, ...]
    folders: tuple[Entry, ...]
    total: int
    pager: Pager
    alternates: tuple[Alternate, ...]
    parents: tuple[Link, ...]
    head_links: tuple[HeadLink, ...]
