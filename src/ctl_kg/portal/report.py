"""Tell what a check found: text for the terminal, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ctl_kg.namespaces import Curies
from ctl_kg.portal.check import Checked
from ctl_kg.portal.mqa import DIMENSIONS, MOST, Score
from ctl_kg.publish.findings import Finding, count_by_severity

_SHOWN = 3  # examples of what happens many times


def check_json(checked: Checked) -> str:
    """Return what was found as a JSON document; every finding has its own member."""
    document: dict[str, Any] = {
        "catalogue": checked.name,
        "profile": checked.profile.token,
        "datasets": checked.datasets,
        "files": checked.files,
        "online": checked.online,
        "counts": count_by_severity(checked.findings),
        "findings": [each.as_json() for each in checked.findings],
    }
    if checked.score is not None:
        document["mqa"] = _score_json(checked.score)
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _score_json(score: Score) -> dict[str, Any]:
    return {
        "points": score.total,
        "most": MOST,
        "unknown": score.unknown,
        "rating": score.rating,
        "dimensions": {name: score.earned(name) for name in DIMENSIONS},
        "lost": [
            {
                "indicator": each.name, "dimension": each.dimension, "path": each.path,
                "points": points, "mend": each.mend, "datasets": datasets,
            }
            for each, points, datasets in score.lost()
        ],
        "datasets": [
            {"dataset": each.dataset, "points": each.total, "bestFile": each.best_file,
             "indicators": each.points}
            for each in score.datasets
        ],
    }  # fmt: skip


def check_lines(checked: Checked, table: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of the report; of what happens many times, some examples.

    Args:
        checked: what was found.
        table: prefixes.
    """
    curies = Curies(dict(table))
    yield (
        f"{checked.name} as {checked.profile.title}: {_count(checked.datasets, 'dataset')}, "
        f"{_count(checked.files, 'file')}"
    )
    by_kind = sorted(checked.findings, key=_kind)
    for _, group in groupby(by_kind, key=_kind):
        yield from _group(list(group), curies)
    if checked.score is not None:
        yield ""
        yield from _score_lines(checked.score, curies)


def _kind(finding: Finding) -> tuple[int, str, str, str]:
    return finding.key()[0], finding.rule, finding.path or "", finding.mend.get("en", "")


def _group(findings: Sequence[Finding], curies: Curies) -> Iterator[str]:
    for each in findings[:_SHOWN]:
        where = f"{each.place}: " if each.place else ""
        focus = curies.shorten(each.focus) or f"<{each.focus}>"
        rule = curies.shorten(each.rule) or each.rule
        yield f"{where}{each.severity.lower()}: {focus}: {each.message['en']} [{rule}]"
    if len(findings) > _SHOWN:
        yield f"  … and {len(findings) - _SHOWN} more of the kind; --format json lists all"
    if findings[0].mend.get("en"):
        yield f"  {findings[0].mend['en']}"


def _score_lines(score: Score, curies: Curies) -> Iterator[str]:
    reach = MOST - score.unknown
    rest = f"; {score.unknown} more need --online" if score.unknown else ""
    yield f"data.europa.eu (MQA): {score.total:g} of {reach} points{rest} ({score.rating})"
    for name, most in DIMENSIONS.items():
        yield f"  {name:<17}{score.earned(name):>6g} of {most}"
    for each, points, datasets in score.lost():
        names = ", ".join(
            curies.shorten(iri) or iri.rpartition("/")[2] for iri in datasets[:_SHOWN]
        )
        more = f" and {len(datasets) - _SHOWN} more" if len(datasets) > _SHOWN else ""
        yield f"  -{points:g} {each.name} ({each.path}): {names}{more}"
        yield f"    {each.mend}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
