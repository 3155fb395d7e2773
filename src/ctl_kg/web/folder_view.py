"""What the page of a folder is given: list.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import Alternate, Entry, HeadLink, Link, Pager


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
