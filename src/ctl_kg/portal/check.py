"""Check a catalogue before a portal harvests it: shapes, traps, score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ctl_kg.assets import Assets
from ctl_kg.portal.fetching import Limits
from ctl_kg.portal.mqa import Score, score
from ctl_kg.portal.observing import observe
from ctl_kg.portal.places import DocumentPlaces
from ctl_kg.portal.shacl_run import validate
from ctl_kg.portal.source import Offered
from ctl_kg.portal.terms import Profile
from ctl_kg.portal.traps import Inspection
from ctl_kg.portal.traps_files import check_files
from ctl_kg.portal.traps_identity import check_identity
from ctl_kg.portal.traps_terms import check_terms
from ctl_kg.publish.findings import SEVERITIES, VIOLATION, Finding, ordered


@dataclass(frozen=True)
class Checked:
    """What a check found; ``score`` is None for a profile that is not of DCAT."""

    name: str
    profile: Profile
    datasets: int
    files: int
    findings: tuple[Finding, ...]
    score: Score | None
    online: bool


def check(
    offered: Offered,
    profile: Profile,
    assets: Assets,
    *,
    shapes: Sequence[Path] = (),
    online: bool = False,
    limits: Limits | None = None,
) -> Checked:
    """Check a catalogue.

    Args:
        offered: as it was read.
        profile: that it is meant for.
        assets: the project, whose shapes are used.
        shapes: further files of shapes, as the official ones.
        online: ask the addresses of the files, too.
        limits: of those requests.
    Raises:
        SourceError: a file of shapes cannot be used.
    """
    it = inspect(offered, profile, online=online, limits=limits)
    by_shapes = validate(offered, profile, assets, shapes)
    broken = {each.focus for each in by_shapes if each.severity == VIOLATION}
    not_compliant = [each for each in it.datasets if not broken.isdisjoint(it.parts(each))]
    findings = [*it.found, *_new(by_shapes, it.found)]
    return Checked(
        name=offered.name,
        profile=profile,
        datasets=len(it.datasets),
        files=len(it.files),
        findings=tuple(placed(findings, offered)),
        score=score(it, not_compliant) if profile.is_dcat and it.datasets else None,
        online=online,
    )


def inspect(
    offered: Offered, profile: Profile, *, online: bool = False, limits: Limits | None = None
) -> Inspection:
    """Look for the traps only; see :func:`check`."""
    observed = observe(offered, profile, online=online, limits=limits or Limits())
    today = datetime.now(UTC).date().isoformat()
    it = Inspection(offered, profile, today, observed, online)
    check_identity(it)
    check_terms(it)
    check_files(it)
    return it


def placed(findings: Iterable[Finding], offered: Offered) -> list[Finding]:
    """Return findings in their order, each once, with file and line where these are known."""
    places = DocumentPlaces(offered.documents, offered.addresses.base_iri)
    return ordered(places.placed(findings))


def _new(by_shapes: Iterable[Finding], told: Iterable[Finding]) -> list[Finding]:
    """Return what the shapes found and no trap has told as plainly."""
    known: dict[tuple[str, str | None], int] = {}
    for each in told:
        key = (each.focus, each.path)
        rank = SEVERITIES.index(each.severity)
        known[key] = min(rank, known.get(key, rank))
    last = len(SEVERITIES)
    return [
        each
        for each in by_shapes
        if SEVERITIES.index(each.severity) < known.get((each.focus, each.path), last)
    ]
