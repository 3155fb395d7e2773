"""From authored files to a release folder: parse, derive, validate, write, swap in.

The same files give the same bytes, on any machine and at any time. A release holds no
database: a RocksDB folder has random names and times in it and can never be the same
twice, so the server loads ``ctl-kg.nq`` into memory when it starts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad

from ctl_kg.assets import Assets
from ctl_kg.catalogue.release_files import catalogue_files
from ctl_kg.distributions.distribution import core_distributions
from ctl_kg.distributions.files import Made, Source
from ctl_kg.distributions.worker import DistributionsRun
from ctl_kg.errors import NotConformingError, ReleaseError, SourceError
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.publish.changes import Previous, change_files, read_previous
from ctl_kg.publish.checked import what_is_checked
from ctl_kg.publish.findings import Finding, count_by_severity
from ctl_kg.publish.literal_check import has_unwritable
from ctl_kg.publish.manifest import checksums, manifest, release_date, tool_versions
from ctl_kg.publish.release import (
    CHECKSUMS,
    MANIFEST,
    check_target,
    only_build,
    recover,
    released_manifest,
    write_release,
)
from ctl_kg.publish.report import conforms
from ctl_kg.publish.statistics import Statistics, count
from ctl_kg.publish.validation import Project, Validation, load
from ctl_kg.publish.writers import context_terms, data_files, report_files, shapes_file
from ctl_kg.rdf.terms import text_of

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build made: the folder, the findings that did not stop it, the counts.

    ``left_out`` names the formats for which a library is not installed.
    """

    folder: Path
    findings: tuple[Finding, ...]
    statistics: Statistics
    files: Mapping[str, int]
    left_out: tuple[str, ...] = ()


def build(
    assets: Assets,
    out: Path,
    base_iri: str = DEFAULT_BASE,
    progress: Progress | None = None,
    previous: Path | None = None,
) -> Built:
    """Build the release of a project.

    Args:
        assets: the project.
        out: the release folder; a release that is there is replaced as a whole, or not at all.
        base_iri: base of our IRIs.
        progress: told the name of each stage when it begins.
        previous: folder of an earlier release, to say what changed since; may be ``out``.
    Raises:
        SourceError: a file of the project is wrong.
        NotConformingError: validation found violations; carries every finding.
        ReleaseError: the folder is no release, or cannot be written.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow links
    check_target(out)
    with only_build(out):
        recover(out)
        before = read_previous(previous) if previous is not None else None
        return _build(assets, out, base_iri, progress or (lambda stage: None), before)


def _build(
    assets: Assets, out: Path, base_iri: str, progress: Progress, before: Previous | None
) -> Built:
    """Build, with the folder beside the release to ourselves."""
    progress("reading")
    project = load(assets, base_iri)
    if before is not None:
        _check_earlier(before, project)
    check_shapes = not _shapes_were_checked(out, project)
    files: dict[str, bytes] = {}
    made = Made({}, ())
    with ExitStack() as running:
        validation = running.enter_context(Validation(project, check_shapes=check_shapes))
        refuse_blank_nodes(project)
        progress("deriving and writing")
        # While the SHACL engine works. What cannot be written is a violation, found below.
        is_writable = not has_unwritable(project.asserted)
        if is_writable:
            tables = running.enter_context(DistributionsRun(_source(project)))
            files = data_files(project)
        statistics = count([*project.data, *project.shapes], base_iri)
        progress("validating")
        findings = validation.finish()
        if is_writable and conforms(findings):
            made = tables.result()
    if not conforms(findings):
        number = count_by_severity(findings)["Violation"]
        raise NotConformingError(
            f"validation found {number} violation{'' if number == 1 else 's'}: nothing was built",
            findings,
            hint="Mend them and build again; a release that was there is untouched.",
        )
    files |= {
        **made.files,
        **report_files(findings, base_iri, what_is_checked(project, statistics.quads)),
    }
    if before is not None:
        files |= change_files(before, files["ctl-kg.nq"], project.base_iri)
    offered = (*core_distributions(files, base_iri), *made.distributions)
    files |= catalogue_files(project, files, offered)
    files[CHECKSUMS] = checksums(files)
    counted = count_by_severity(findings)
    named = before.as_json() if before is not None else None
    files[MANIFEST] = manifest(project, statistics, counted, files, named).encode()
    progress("putting the release in place")
    write_release(out, lambda folder: write_files(folder, files))
    sizes = {name: len(content) for name, content in sorted(files.items())}
    return Built(out, tuple(findings), statistics, sizes, made.left_out)


def _source(project: Project) -> Source:
    """Return what the files beside the core RDF are made from.

    Raises:
        SourceError: the context cannot be read, or the ontology has no date.
    """
    return Source(
        project.asserted, project.derived, project.shapes, context_terms(project),
        project.base_iri, release_date(project.asserted, project.base_iri),
    )  # fmt: skip


def _check_earlier(before: Previous, project: Project) -> None:
    """Refuse to compare with a release that cannot be the one before.

    Raises:
        ReleaseError: it is not earlier, or has another base IRI: all would have changed.
    """
    if before.released >= release_date(project.asserted, project.base_iri):
        raise ReleaseError(
            f"the release of {before.released} that --previous names is not earlier than this one",
            hint="Name an earlier release, or give the ontology header the new dct:modified date.",
        )
    if before.base_iri != project.base_iri:
        raise ReleaseError(
            f"--previous names a release of <{before.base_iri}>, not of <{project.base_iri}>",
            hint="Name an earlier release with the same base IRI, or none.",
        )


def _shapes_were_checked(out: Path, project: Project) -> bool:
    """Tell whether the release that is there was built from the same shapes.

    Checking the shapes against the shapes of SHACL takes as long as the data's own
    validation, and what was released has passed it.
    """
    before = released_manifest(out)
    shapes = hashlib.sha256(shapes_file(project)).hexdigest()
    same_shapes = before.get("files", {}).get("shapes.ttl", {}).get("sha256") == shapes
    return same_shapes and before.get("tools") == tool_versions()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, in the order of their names.

    Raises:
        OSError: as the system says (disk full, no permission).
    """
    for name in sorted(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])


def refuse_blank_nodes(project: Project) -> None:
    """Refuse blank nodes in data; lists of the ontology (and the shapes) may have them.

    Raises:
        SourceError: names the file and the node that points at the blank node.
    """
    ontology = f"{project.base_iri}data/graph/ontology"
    stray = [
        quad for quad in project.data if _has_blank(quad) and text_of(quad.graph_name) != ontology
    ]
    if not stray:
        return
    # The statement that leads to the blank node, if there is one, has a line of its own.
    quad = next((quad for quad in stray if isinstance(quad.subject, NamedNode)), stray[0])
    place = project.places.find(text_of(quad.subject), terms=[quad.predicate.value])
    raise SourceError(
        f"a blank node stands in the data: {quad.subject} {quad.predicate} {quad.object}",
        path=place.file if place else next(f.name for f in project.files if quad in f.quads),
        line=place.line if place else None,
        hint="Give the node an IRI: published data has no blank nodes.",
    )


def _has_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
