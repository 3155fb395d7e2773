"""What a release holds, by folder: for lists, counts and suggestions.

Made once, when a release is opened: a release never changes.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from ctl_kg.sparql.store import LocalStore


@dataclass(frozen=True)
class Folder:
    """A path below the base with the resources directly in it; ``path`` ends with a slash."""

    path: str
    members: tuple[str, ...]
    folders: tuple[str, ...]


class ReleaseIndex:
    """Every resource of ours that the store says something about."""

    def __init__(self, store: LocalStore, base_iri: str) -> None:
        self._base = base_iri
        self.iris: frozenset[str] = frozenset(
            quad.subject.value
            for quad in store.quads()
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(base_iri)
        )
        members: dict[str, set[str]] = defaultdict(set)
        folders: dict[str, set[str]] = defaultdict(set)
        for iri in self.iris:
            local = iri[len(base_iri) :].partition("#")[0]
            for parent, child in _parents(local):
                folders[parent].add(child)
            members[local[: local.rfind("/") + 1]].add(iri)
        self._folders = {
            path: Folder(path, tuple(sorted(members[path])), tuple(sorted(folders[path])))
            for path in members.keys() | folders.keys()
        }

    def folder(self, path: str) -> Folder | None:
        """Return what stands in a folder, for example ``data/cluster/``; None if nothing does."""
        return self._folders.get(path)

    def count(self, path: str) -> int:
        """Return how many resources stand directly in a folder."""
        folder = self._folders.get(path)
        return len(folder.members) if folder else 0

    def suggestions(self, local: str, *, most: int = 5) -> list[str]:
        """Return the IRIs most like a path below the base that leads nowhere."""
        folder_path, _, slug = local.strip("/").rpartition("/")
        near = difflib.get_close_matches(folder_path + "/", self._folders, n=3, cutoff=0.7)
        known: dict[str, str] = {}
        for path in dict.fromkeys([folder_path + "/", *near]):
            for iri in self._folders[path].members if path in self._folders else ():
                known.setdefault(iri.rpartition("/")[2].lower(), iri)
        found = difflib.get_close_matches(slug.lower(), known, n=most, cutoff=0.5)
        if not found:
            elsewhere = {iri.rpartition("/")[2].lower(): iri for iri in sorted(self.iris)}
            if slug.lower() in elsewhere:
                return [elsewhere[slug.lower()]]
        return [known[name] for name in found]


def _parents(local: str) -> Iterator[tuple[str, str]]:
    """Yield (folder, folder below it) for every folder on the way to a path."""
    parts = local.split("/")[:-1]
    for depth in range(len(parts)):
        yield "".join(part + "/" for part in parts[:depth]), "/".join(parts[: depth + 1]) + "/"
