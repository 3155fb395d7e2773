"""What was measured, on what kind of machine: versions and sizes, no names."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from importlib.metadata import version

from peers import NODE_PEERS, PYTHON_PEERS

_OURS = ("ctl-kg", "pyoxigraph", "granian", "starlette")
_PEERS = ("oxigraph", "rdflib-endpoint", "shmarql", "granian", "uvicorn", "uvloop")


def versions() -> str:
    """Return one line each on ours, the peers and the machine."""
    ours = ", ".join(f"{name} {_version(name)}" for name in _OURS)
    found = [name for name in map(_peer, _PEERS) if name]
    trifid = NODE_PEERS / "trifid" / "package.json"
    if trifid.exists():
        found.append(f"trifid {json.loads(trifid.read_text())['version']}")
    found += [name for name in (_tool("nginx", "-v"), _tool("wrk", "-v")) if name]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Ours: {ours}, Python {platform.python_version()}.\n"
        f"Peers: {', '.join(found)}.\n"
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, "
        f"load average at the end {os.getloadavg()[0]:.1f}."
    )


def _version(name: str) -> str:
    if name == "ctl-kg":
        from ctl_kg import __version__

        return __version__
    return version(name)


def _peer(name: str) -> str:
    pattern = f"lib/python*/site-packages/{name.replace('-', '_')}-*.dist-info"
    found = [path.name for path in PYTHON_PEERS.parent.glob(pattern)]
    return f"{name} {found[0].removesuffix('.dist-info').rpartition('-')[2]}" if found else ""


def _tool(name: str, option: str) -> str:
    """Return name and version of a program; both print it somewhere, with any status."""
    try:
        path = os.environ.get("PATH", "") + ":/usr/sbin"
        done = subprocess.run(
            [name, option], capture_output=True, text=True, env=os.environ | {"PATH": path}
        )
    except OSError:
        return ""
    number = re.search(r"\d+\.\d+(?:\.\d+)?", done.stdout + done.stderr)
    return f"{name} {number[0]}" if number else name
