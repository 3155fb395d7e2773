"""A copy of a release with more in it: statements, findings; its manifest told so.

For what the project's own data has little of: hostile texts, very many items.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, serialize

from ctl_kg.publish.findings import Finding, count_by_severity
from ctl_kg.publish.review import REPORT
from ctl_kg.publish.search_index import SEARCH_FILE


def altered(
    release: Path, folder: Path, *, quads: Iterable[Quad] = (), findings: Sequence[Finding] = ()
) -> Path:
    """Copy a release into a folder that does not exist, and add to it.

    Args:
        release: of the project.
        folder: of the copy.
        quads: statements that the copy has, too.
        findings: those that the copy's report has, in place of its own.
    """
    shutil.copytree(release, folder)
    added = serialize(quads, format=RdfFormat.N_QUADS) or b""
    with (folder / "ctl-kg.nq").open("ab") as file:
        file.write(added)
    if findings:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        report["findings"] = [each.as_json() for each in findings]
        report["counts"] = count_by_severity(findings)
        (folder / REPORT).write_text(json.dumps(report), encoding="utf-8")
    if added:
        (folder / SEARCH_FILE).unlink()  # the server makes one of what it loads
    _describe(folder)
    return folder


def _describe(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name in list(manifest["files"]):
        if not (folder / name).exists():
            del manifest["files"][name]
            continue
        content = (folder / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        manifest["files"][name] |= {"bytes": len(content), "sha256": digest}
    path.write_text(json.dumps(manifest), encoding="utf-8")
