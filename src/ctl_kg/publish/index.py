"""What a release holds, by folder: for lists, counts, suggestions and addresses mistyped.

Made once, when a release is opened: a release never changes. What was withdrawn stands in no
list; it has an entry of its own here.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.iris import loose_path
from ctl_kg.publish.profiles import PROFILES
from ctl_kg.sparql.store import LocalStore

_DEPRECATED = NamedNode("http://www.w3.org/2002/07/owl#deprecated")
_REPLACED_BY = "http://purl.org/dc/terms/isReplacedBy"
_INVALIDATED = "http://www.w3.org/ns/prov#invalidatedAtTime"
_CHANGE_NOTE = "http://www.w3.org/2004/02/skos/core#changeNote"


@dataclass(frozen=True)
class Folder:
    """A path below the base with the resources directly in it; ``path`` ends with a slash."""

    path: str
    members: tuple[str, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True)
class Withdrawal:
    """An IRI that is no longer published: since when, why, and what took its place.

    ``date`` is as authored (ISO 8601) or empty; ``reasons`` are texts by language.
    """

    iri: str
    date: str
    reasons: dict[str, str]
    successors: tuple[str, ...]


class ReleaseIndex:
    """Every resource of ours that the store says something about, and the profiles."""

    def __init__(self, store: LocalStore, base_iri: str) -> None:
        self._base = base_iri
        self.withdrawn = withdrawals(store, base_iri)
        self._orders: dict[tuple[str, str], tuple[str, ...]] = {}
        self.iris: frozenset[str] = frozenset(
            quad.subject.value
            for quad in store.quads()
            if isinstance(quad.subject, NamedNode)
            and quad.subject.value.startswith(base_iri)
            and quad.subject.value not in self.withdrawn
        ) | {profile.iri(base_iri) for profile in PROFILES if not profile.established}
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

    def ordered(self, path: str, key: str, of: Callable[[str], object]) -> tuple[str, ...]:
        """Return the members of a folder in an order, which is worked out once.

        Args:
            path: the folder.
            key: name of the order (a language, for names).
            of: what to sort a member by.
        """
        found = self._orders.get((path, key))
        if found is None:
            folder = self._folders.get(path)
            found = tuple(sorted(folder.members if folder else (), key=of))  # type: ignore[arg-type]
            self._orders[path, key] = found
        return found

    def alike(self, path: str) -> str | None:
        """Return the one IRI or folder that a path differs from in case, escapes or slash only.

        Folders end with a slash; None if there is no such thing, or more than one.
        """
        found = self._loose.get(loose_path(path), ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def _loose(self) -> dict[str, list[str]]:
        known: dict[str, list[str]] = defaultdict(list)
        for iri in sorted(self.iris | self.withdrawn.keys()):
            local = iri[len(self._base) :]
            if "#" not in local:
                known[loose_path(local)].append(iri)
        for path in sorted(self._folders):
            # A folder that is also a thing (a scheme and its concepts) gives way to the thing.
            if path and loose_path(path) not in known:
                known[loose_path(path)].append(self._base + path)
        return dict(known)

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


def withdrawals(store: LocalStore, base_iri: str) -> dict[str, Withdrawal]:
    """Return the withdrawn IRIs: those that ``graph:withdrawn`` marks ``owl:deprecated true``.

    A term that is deprecated elsewhere, in the ontology, is still described and still answers.
    """
    graph = NamedNode(base_iri + "data/graph/withdrawn")
    found = {}
    for mark in store.graph(graph):
        is_true = isinstance(mark.object, Literal) and mark.object.value in ("true", "1")
        if mark.predicate != _DEPRECATED or not is_true or not isinstance(mark.subject, NamedNode):
            continue
        about = [quad for quad in store.quads(mark.subject) if quad.graph_name == graph]
        values: dict[str, list[NamedNode | Literal]] = defaultdict(list)
        for quad in about:
            if isinstance(quad.object, (NamedNode, Literal)):
                values[quad.predicate.value].append(quad.object)
        dates = sorted(each.value for each in values[_INVALIDATED])
        notes = [each for each in values[_CHANGE_NOTE] if isinstance(each, Literal)]
        found[mark.subject.value] = Withdrawal(
            mark.subject.value,
            dates[0] if dates else "",
            {note.language or "": note.value for note in sorted(notes, key=str)},
            tuple(sorted(v.value for v in values[_REPLACED_BY] if isinstance(v, NamedNode))),
        )
    return found


def _parents(local: str) -> Iterator[tuple[str, str]]:
    """Yield (folder, folder below it) for every folder on the way to a path."""
    parts = local.split("/")[:-1]
    for depth in range(len(parts)):
        yield "".join(part + "/" for part in parts[:depth]), "/".join(parts[: depth + 1]) + "/"
