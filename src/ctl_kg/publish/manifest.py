"""The manifest of a release: what is in it, how much, and the digest of every file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.metadata import version

from pyoxigraph import Quad

from ctl_kg import __version__
from ctl_kg.errors import SourceError
from ctl_kg.publish.release import RELEASE_NAME
from ctl_kg.publish.statistics import Statistics
from ctl_kg.publish.validation import Project
from ctl_kg.publish.writers import media_type_of
from ctl_kg.rdf.terms import text_of

_TOOLS = ("pyoxigraph", "pyshacl", "rdflib")
_MODIFIED = "http://purl.org/dc/terms/modified"


def manifest(
    project: Project,
    statistics: Statistics,
    findings: Mapping[str, int],
    files: Mapping[str, bytes],
    previous: Mapping[str, str] | None = None,
) -> str:
    """Return ``manifest.json``; nothing in it comes from the clock.

    Args:
        project: as loaded.
        statistics: counts over every named graph.
        findings: number of findings by severity.
        files: content of every other file, by relative name.
        previous: the earlier release that this one was compared with, if there is one.
    Raises:
        SourceError: the ontology has no date.
    """
    document = {
        "name": RELEASE_NAME,
        "version": __version__,
        "base_iri": project.base_iri,
        "released": release_date(project.asserted, project.base_iri),
        "counts": statistics.as_json(),
        "findings": dict(findings),
        "files": {name: _entry(name, files[name]) for name in sorted(files)},
        "tools": tool_versions(),
    }
    if previous is not None:
        document["previous"] = dict(previous)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Return the digests of files as ``sha256sum --check`` reads them, in the order of names."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


def tool_versions() -> dict[str, str]:
    """Return the versions of the libraries that make and check a release."""
    return {tool: version(tool) for tool in _TOOLS}


def _entry(name: str, content: bytes) -> dict[str, object]:
    return {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": media_type_of(name),
    }


def release_date(quads: tuple[Quad, ...], base_iri: str) -> str:
    """Return the date of the ontology header's ``dct:modified``.

    Raises:
        SourceError: there is none, or it is no date.
    """
    header = f"{base_iri}onto/CTL"
    dates = sorted(
        text_of(quad.object)
        for quad in quads
        if text_of(quad.subject) == header and quad.predicate.value == _MODIFIED
    )
    if not dates or not re.match(r"\d{4}-\d{2}-\d{2}\Z", dates[-1]):
        raise SourceError(
            "the ontology header has no dct:modified date",
            path="ontology",
            hint=f'Give <{header}> a dct:modified "YYYY-MM-DD"^^xsd:date.',
        )
    return dates[-1]
