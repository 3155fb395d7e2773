"""Look at what the addresses of a catalogue give: files of the release, or servers if asked to."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyoxigraph import NamedNode

from ctl_kg.errors import SourceError
from ctl_kg.portal.fetching import Limits, Probe, probe
from ctl_kg.portal.source import Offered
from ctl_kg.portal.terms import SPDX, Profile
from ctl_kg.publish.writers import media_type_of

_AT_ONCE = 8  # requests under way


def observe(
    offered: Offered, profile: Profile, *, online: bool, limits: Limits
) -> dict[str, Probe]:
    """Return what each address of a file gives, by address.

    Servers are asked only if ``online``; else files of the release are read, and other addresses
    are left out.
    """
    say = offered.statements
    files = {
        each
        for dataset in say.members(profile.dataset_class)
        for each in say.texts(dataset, profile.files)
    }
    measured, asked = set[str](), set[str]()
    for file in sorted(files):
        downloads = _addresses(offered, file, profile.download)
        is_measured = bool(say.values(file, SPDX + "checksum", profile.size))
        measured |= downloads if is_measured else set()
        asked |= downloads | _addresses(offered, file, profile.access)
    found = {}
    remote = []
    for url in sorted(asked):
        path = offered.addresses.file(url)
        if path is not None and not online:
            found[url] = _of_file(path)
        elif online:
            remote.append(url)
    return found | _probed(remote, measured, offered, limits)


def _addresses(offered: Offered, file: str, path: str) -> set[str]:
    values = offered.statements.values(file, path) if path else ()
    return {each.value for each in values if isinstance(each, NamedNode)}


def _probed(
    urls: Iterable[str], measured: set[str], offered: Offered, limits: Limits
) -> dict[str, Probe]:
    def one(url: str) -> tuple[str, Probe]:
        address = offered.addresses.asked(url)
        return url, probe(address, with_content=url in measured, limits=limits)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(pool.map(one, urls))


def _of_file(path: Path) -> Probe:
    """Return what the server of a release will give for a file of it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return Probe(
            404,
            problem=f"the release has no such file ({path.name}: {error.strerror})",
            hint="Build the release again, or take the file out of the catalogue.",
        )
    return Probe(200, _media_type(path), len(content), hashlib.sha256(content).hexdigest())


def _media_type(path: Path) -> str:
    try:
        return media_type_of(f"{path.parent.name}/{path.name}")
    except (KeyError, SourceError):
        return mimetypes.guess_type(path.name)[0] or ""
