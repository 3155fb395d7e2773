"""What changed from one release to the next: the statements that came, and those that went.

A release that is built with an earlier one at hand carries both as N-Triples, and its manifest
names the earlier one. Statements are compared without their graphs: the same statement from
another passage is no change. Left out are what is worked out by rule, which follows from the
rest, and nodes without a name, whose names differ from build to build.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from ctl_kg.errors import ReleaseError
from ctl_kg.publish.release import check_release, manifest_digest, read_manifest
from ctl_kg.publish.skolem import WELL_KNOWN
from ctl_kg.rdf.terms import text_of

ADDED, REMOVED = "changes/added.nt", "changes/removed.nt"
DERIVED = "data/graph/derived"  # what is worked out by rule
_QUADS = "ctl-kg.nq"
_GRAPHS = {name: NamedNode("urn:x-changes:" + name) for name in (ADDED, REMOVED)}


@dataclass(frozen=True)
class Previous:
    """An earlier release: its manifest with the digest of that, and what it says."""

    version: str
    released: str
    digest: str
    base_iri: str
    triples: frozenset[Triple]

    def as_json(self) -> dict[str, str]:
        """Return how the manifest of the next release names it."""
        return {
            "version": self.version,
            "released": self.released,
            "manifest_sha256": self.digest,
        }


def read_previous(folder: Path) -> Previous:
    """Read an earlier release.

    Raises:
        ReleaseError: there is none in the folder, or it is damaged.
    """
    check_release(folder)
    found = read_manifest(folder)
    base = str(found["base_iri"]) if "base_iri" in found else ""
    try:
        quads = parse(path=str(folder / _QUADS), format=RdfFormat.N_QUADS)
        triples = comparable(quads, base)
    except (OSError, SyntaxError) as error:
        raise ReleaseError(f"cannot be read: {error}", path=folder / _QUADS) from error
    return Previous(
        version=str(found.get("version", "")),
        released=str(found.get("released", "")),
        digest=manifest_digest(folder),
        base_iri=base,
        triples=triples,
    )


def comparable(quads: Iterable[Quad], base_iri: str) -> frozenset[Triple]:
    """Return the statements of a release that can be compared with those of another."""
    derived = base_iri + DERIVED
    unnamed = base_iri + WELL_KNOWN
    return frozenset(
        quad.triple
        for quad in quads
        if text_of(quad.graph_name) != derived
        and not text_of(quad.subject).startswith(unnamed)
        and not text_of(quad.object).startswith(unnamed)
    )


def change_files(before: Previous, content: bytes, base_iri: str) -> dict[str, bytes]:
    """Return the statements that came and those that went, as N-Triples by file name.

    Args:
        before: the earlier release.
        content: all statements of the new one, as N-Quads.
        base_iri: of both.
    """
    now = comparable(parse(content, format=RdfFormat.N_QUADS), base_iri)
    return {ADDED: _lines(now - before.triples), REMOVED: _lines(before.triples - now)}


def _lines(triples: Iterable[Triple]) -> bytes:
    content = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return b"".join(line + b"\n" for line in sorted(content.split(b"\n")) if line)


class Changes:
    """The changes that a release carries, by resource."""

    def __init__(self, version: str, released: str, store: Store) -> None:
        self.version = version
        self.released = released
        self._store = store

    def added(self, iri: str) -> list[Triple]:
        """Return the statements about a resource, or leading to it, that came."""
        return self._of(iri, ADDED)

    def removed(self, iri: str) -> list[Triple]:
        """Return the statements about a resource, or leading to it, that went."""
        return self._of(iri, REMOVED)

    def _of(self, iri: str, name: str) -> list[Triple]:
        node, graph = NamedNode(iri), _GRAPHS[name]
        about = self._store.quads_for_pattern(node, None, None, graph)
        leading = self._store.quads_for_pattern(None, None, node, graph)
        found = {quad.triple for quad in about} | {quad.triple for quad in leading}
        return sorted(found, key=lambda each: (each.subject != node, str(each)))


def open_changes(release_dir: Path, manifest: Mapping[str, Any]) -> Changes | None:
    """Open the changes of a release; None if it was built without an earlier one.

    Raises:
        ReleaseError: the manifest names an earlier release, and the changes cannot be read.
    """
    previous = manifest.get("previous")
    if not isinstance(previous, dict):
        return None
    store = Store()
    for name, graph in _GRAPHS.items():
        path = release_dir / name
        try:
            store.bulk_load(path=str(path), format=RdfFormat.N_TRIPLES, to_graph=graph)
        except (OSError, SyntaxError) as error:
            raise ReleaseError(
                f"cannot be read: {error}", path=path, hint="Build the release anew: ctl-kg build"
            ) from error
    return Changes(str(previous.get("version", "")), str(previous.get("released", "")), store)
