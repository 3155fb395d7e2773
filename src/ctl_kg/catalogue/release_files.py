"""The files that describe a release to portals; the build's one way to the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ctl_kg import __version__
from ctl_kg.catalogue.croissant import croissant
from ctl_kg.catalogue.documents import PROFILES, SUFFIXES, CatalogueWriter
from ctl_kg.catalogue.reading import Facts, read_catalogue
from ctl_kg.distributions.distribution import Distribution
from ctl_kg.publish.manifest import release_date
from ctl_kg.publish.validation import Project
from ctl_kg.publish.writers import CONTEXT


def catalogue_files(
    project: Project, files: Mapping[str, bytes], offered: Iterable[Distribution]
) -> dict[str, bytes]:
    """Return the catalogue in every profile and syntax, by file name; empty if none is authored.

    Args:
        project: as loaded.
        files: the files that the release offers, complete: they are measured and digested.
        offered: which of them are distributions, and of what.
    Raises:
        SourceError: the catalogue is incomplete, or a distribution belongs to no dataset.
    """
    base = project.base_iri
    facts = Facts(__version__, release_date(project.asserted, base), files)
    catalogue = read_catalogue(project.asserted, base, facts, offered)
    if catalogue is None:
        return {}
    writer = CatalogueWriter(base, json.loads(files[CONTEXT])["@context"])
    found: dict[str, bytes] = {}
    for profile in PROFILES:
        triples = profile.write(catalogue)
        for suffix in SUFFIXES:
            found[profile.file_name(suffix)] = writer.write(triples, suffix, catalogue.iri)
    for dataset in catalogue.datasets:
        found[f"croissant/{dataset.key}.jsonld"] = croissant(dataset, files)
    return found
