"""Put a release folder in place as a whole: written beside, checked, swapped in.

A failure at any point (a full disk, a folder that cannot be written, a kill) leaves the
release before it untouched. What a killed run left behind is removed, or put back, when
the next one starts. Two renames stand in where the system cannot exchange two names.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ctl_kg.errors import ReleaseError
from ctl_kg.namespaces import DEFAULT_BASE

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
RELEASE_NAME = "ctl-kg"
_REBUILD = "Build the release anew: ctl-kg build"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def released_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release; empty if the folder holds none of ours."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(manifest, dict) and manifest.get("name") == RELEASE_NAME
    return manifest if is_ours else {}


def read_manifest(release_dir: Path) -> dict[str, Any]:
    """Return the manifest of a release.

    Raises:
        ReleaseError: there is none, or it is not an object with a base IRI.
    """
    path = release_dir / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReleaseError(
            "there is no release here (manifest.json is missing)",
            path=release_dir,
            hint=f"Make one with: ctl-kg build --out {release_dir}",
        ) from error
    except (OSError, ValueError) as error:
        raise ReleaseError(f"cannot be read: {error}", path=path, hint=_REBUILD) from error
    if not isinstance(found, dict):
        raise ReleaseError("is not a JSON object", path=path, hint=_REBUILD)
    base_iri = found.get("base_iri", DEFAULT_BASE)
    if not isinstance(base_iri, str) or not base_iri.startswith(("http://", "https://")):
        raise ReleaseError("has no base_iri that is an IRI", path=path, hint=_REBUILD)
    if not all(isinstance(found.get(key, {}), dict) for key in ("counts", "files")):
        raise ReleaseError("has counts or files that are no objects", path=path, hint=_REBUILD)
    return found


def manifest_digest(release_dir: Path) -> str:
    """Return the SHA-256 of a release's manifest, which names the digest of every file.

    Raises:
        ReleaseError: there is no manifest, or it cannot be read.
    """
    path = release_dir / MANIFEST
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ReleaseError(f"cannot be read: {error.strerror}", path=path) from error


def check_release(release_dir: Path) -> None:
    """Compare every file of a release with its manifest.

    Raises:
        ReleaseError: there is no release, or a file is missing or not the one that was built.
    """
    for name, described in read_manifest(release_dir).get("files", {}).items():
        path = release_dir / name
        wanted = described.get("sha256") if isinstance(described, dict) else None
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ReleaseError(
                f"cannot be read: {error.strerror}", path=path, hint=_REBUILD
            ) from error
        if wanted is not None and found != wanted:
            raise ReleaseError(
                "is not the file that manifest.json describes: the release is damaged",
                path=path,
                hint=_REBUILD,
            )


def check_target(target: Path) -> None:
    """Refuse a target that holds something that is not a release.

    Raises:
        ReleaseError: names the folder and what to do.
    """
    if target.is_symlink():
        raise ReleaseError(
            "is a symbolic link", path=target, hint="Give the folder that it points to."
        )
    if not target.exists():
        return
    if not target.is_dir():
        raise ReleaseError("is not a folder", path=target, hint="Choose another --out.")
    if any(target.iterdir()) and not released_manifest(target):
        raise ReleaseError(
            "holds files, but is not a release of ctl-kg: it will not be overwritten",
            path=target,
            hint="Choose another --out, or empty the folder yourself.",
        )


@contextmanager
def only_build(target: Path) -> Iterator[None]:
    """Let one build at a time write beside ``target``; the lock ends with the process.

    Raises:
        ReleaseError: another build is at work, or the folder above cannot be used.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target.parent, os.O_RDONLY)
        if not os.access(target.parent, os.W_OK | os.X_OK):
            os.close(descriptor)
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target.parent))
    except OSError as error:
        raise _cannot_write(target, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ReleaseError(
            "another build is writing in this folder", path=target.parent, hint="Try again later."
        ) from error
    finally:
        os.close(descriptor)


def recover(target: Path) -> None:
    """Finish or undo what a run that was killed left beside the target.

    Raises:
        ReleaseError: the folder above cannot be read or written.
    """
    new, old = _beside(target, "new"), _beside(target, "old")
    try:
        if old.is_dir() and not target.exists():
            old.rename(target)
        for litter in (new, old):
            if litter.is_dir():
                shutil.rmtree(litter)
    except OSError as error:
        raise _cannot_write(target, error) from error


def write_release(target: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a new folder, then put it in the place of ``target``.

    Args:
        target: the release folder; need not exist.
        write: called with an empty folder beside the target.
    Raises:
        ReleaseError: the target is no release, or something cannot be written.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow links
    check_target(target)
    recover(target)
    new = _beside(target, "new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _folder(new):
            write(new)
            _sync(new)
            _swap(new, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _cannot_write(target, error) from error


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}")


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make a folder; whatever happens, nothing of that name stays."""
    path.mkdir()
    try:
        yield
    finally:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _cannot_write(target: Path, error: OSError) -> ReleaseError:
    place = error.filename or target
    return ReleaseError(
        f"the release cannot be written: {error.strerror or error} ({place})",
        path=target,
        hint="The release that was there is untouched. Free space or mend permissions, then retry.",
    )


def _sync(folder: Path) -> None:
    """Force the content to disk before names change."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(new: Path, target: Path) -> None:
    """Put ``new`` in the place of ``target``; what was there goes."""
    if not target.exists():
        new.rename(target)
        return
    if _exchange(new, target):
        shutil.rmtree(new)  # the release before, now under the other name
        return
    old = _beside(target, "old")
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names at once; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    arguments = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return int(rename(*arguments)) == 0
