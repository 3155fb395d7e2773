"""Validate a catalogue with shapes: our own of its profile, and the official ones if given.

The engine is the one of the build, one process per file of shapes. What portals know without
being told (that a code is a concept of its table) is added to the catalogue; imports of shapes
are never fetched.
Source: SHACL (W3C Recommendation 2017); DCAT-AP 3.0.1, validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ctl_kg.assets import Assets
from ctl_kg.errors import SourceError
from ctl_kg.portal.source import Offered
from ctl_kg.portal.syntaxes import read_rdf, syntax_of
from ctl_kg.portal.terms import DCT, SKOS, SPDX, VCARD, Profile
from ctl_kg.publish.authority import (
    ACCESS_RIGHTS,
    AVAILABILITIES,
    FILE_TYPE,
    FILE_TYPES,
    FREQUENCIES,
    LANGUAGES,
    LICENCES,
    THEMES,
)
from ctl_kg.publish.findings import INFO, Finding
from ctl_kg.publish.shacl_worker import ShapesRun
from ctl_kg.rdf.terms import RDF, text_of

_SH = "http://www.w3.org/ns/shacl#"
_AT_ONCE = 4
_SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
_DEFECT = (
    "a defect of the official vocabulary shapes, which no catalogue can meet: they want IRIs of "
    "SPDX below https:, while its namespace, and the shapes' own prefix, is http:"
)


def validate(
    offered: Offered, profile: Profile, assets: Assets, shapes: Sequence[Path]
) -> list[Finding]:
    """Return what the shapes find, without places.

    Args:
        offered: the catalogue.
        profile: chooses our own shapes.
        assets: where those are.
        shapes: further files, or folders of ``.ttl`` files; those without shapes are passed over.
    Raises:
        SourceError, RdfSyntaxError: a file of shapes cannot be read or used.
    """
    known = background()
    data = [*_as_quads(offered.triples), *known]
    only_known = {text_of(each.subject) for each in known} - offered.statements.nodes.keys()
    how_to_mend = f"{offered.addresses.base_iri}onto/CTL/howToMend"
    found: list[Finding] = []
    files = [assets.root / profile.shapes, *_files(shapes)]
    for start in range(0, len(files), _AT_ONCE):
        with ExitStack() as running:
            runs = []
            for path in files[start : start + _AT_ONCE]:
                read = _shapes(path)
                if read:
                    run = ShapesRun(data, read, how_to_mend, check_shapes=False)
                    runs.append((path, running.enter_context(run)))
            for path, run in runs:
                found += [_told(each, path) for each in _findings(run, path)]
    # What portals know is not the catalogue's to mend.
    return [each for each in found if each.focus not in only_known]


def _findings(run: ShapesRun, path: Path) -> list[Finding]:
    try:
        return run.findings()
    except SourceError as error:
        message = error.message.removeprefix("shapes: ")
        raise SourceError(message, path=path, hint=error.hint) from error


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            inside = sorted(place.glob("*.ttl"))
            if not inside:
                raise SourceError("holds no .ttl file", path=place, hint="Give files of shapes.")
            yield from inside
        else:
            yield place


def _shapes(path: Path) -> list[Quad]:
    """Return the statements of a file; none if it declares no shape."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror}", path=path, hint="Give a file of SHACL shapes."
        ) from error
    base = path.resolve().as_uri()
    triples, _ = read_rdf(content, str(path), syntax_of(str(path), ""), base)
    declares = {_SH + "NodeShape", _SH + "PropertyShape"}
    if not any(text_of(each.object) in declares for each in triples):
        return []
    return _as_quads(triples)


def _as_quads(triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(each.subject, each.predicate, each.object) for each in triples]


def _told(finding: Finding, path: Path) -> Finding:
    """Say where a shape without advice stands, and what is a defect of the shapes themselves."""
    about_spdx = (finding.value or "").startswith(SPDX) or finding.focus.startswith(SPDX)
    if about_spdx and "vocabularies" in path.name:
        return replace(finding, severity=INFO, message={"en": _DEFECT}, mend={})
    if finding.mend:
        return finding
    what = f"about <{finding.path}> " if finding.path else ""
    return replace(finding, mend={"en": f"See what the profile says {what}(shapes: {path.name})."})


def background() -> list[Quad]:
    """Return what portals know: the codes of the tables with their classes."""
    quads: list[Quad] = []

    def add(subject: str, predicate: str, value: NamedNode | Literal) -> None:
        quads.append(Quad(NamedNode(subject), NamedNode(predicate), value))

    tables = {
        "Frequency": FREQUENCIES,
        "LinguisticSystem": LANGUAGES,
        "MediaTypeOrExtent": {FILE_TYPE + code for code in FILE_TYPES},
        "RightsStatement": ACCESS_RIGHTS,
        "LicenseDocument": {each.european for each in LICENCES.values()},
        "": THEMES | AVAILABILITIES,
    }
    for kind, codes in tables.items():
        for code in sorted(codes):
            table, _, label = code.rpartition("/")
            add(code, RDF + "type", NamedNode(SKOS + "Concept"))
            add(code, SKOS + "inScheme", NamedNode(table))
            add(code, SKOS + "prefLabel", Literal(label, language="en"))
            add(table, RDF + "type", NamedNode(SKOS + "ConceptScheme"))
            if kind:
                add(code, RDF + "type", NamedNode(DCT + kind))
    for licence in LICENCES.values():
        add(licence.european, DCT + "type", NamedNode(licence.kind))
        add(licence.kind, RDF + "type", NamedNode(SKOS + "Concept"))
    for kind in ("Organization", "Individual", "Group", "Location"):
        add(VCARD + kind, _SUBCLASS, NamedNode(VCARD + "Kind"))
    algorithm = SPDX + "checksumAlgorithm_sha256"
    add(algorithm, RDF + "type", NamedNode(SPDX + "ChecksumAlgorithm"))
    return quads
