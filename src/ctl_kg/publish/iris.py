"""Resource IRIs and the paths that a server answers them at.

Every IRI below the base has the path that follows the base; a document is that path with a
suffix. Not here: whether anything is known about the IRI (``description``).
Source: RFC 3986 §2 (percent-encoding), §3.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

# What may stand unescaped in a path (RFC 3986 pchar and "/"), and "%" of existing escapes.
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|[^\x21-\x7e]")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")


@dataclass(frozen=True)
class IriPaths:
    """Converts between IRIs and paths for one base IRI and one mount point.

    ``root_path`` is where the server is mounted: empty, or a path without final slash.
    """

    base_iri: str
    root_path: str = ""

    def is_own(self, iri: str) -> bool:
        """Return whether an IRI stands below the base."""
        return iri.startswith(self.base_iri)

    def path_of(self, iri: str, suffix: str = "") -> str | None:
        """Return the server path of an own IRI, or None for other IRIs.

        >>> IriPaths("https://w3id.org/ctl-kg/").path_of("https://w3id.org/ctl-kg/data/cluster/afil")
        '/data/cluster/afil'
        """
        if not self.is_own(iri):
            return None
        local, _, fragment = iri[len(self.base_iri) :].partition("#")
        path = f"{self.root_path}/{quote(local, safe=_PATH_SAFE + '%')}{suffix}"
        return f"{path}#{quote(fragment)}" if fragment else path

    def candidates(self, raw_path: str) -> list[str]:
        """Return the IRIs that a requested path may mean, the most literal first.

        Args:
            raw_path: path below the mount point as received, still percent-encoded.
        """
        local = raw_path.removeprefix("/")
        found = [self.base_iri + local]
        try:
            decoded = unquote(local, errors="strict")
        except UnicodeDecodeError:
            return found
        if not re.search(r'[\x00-\x20<>"{}|\\^`]', decoded):
            found.append(self.base_iri + decoded)
        return [iri for iri in dict.fromkeys(found) if not re.search(r'[\x00-\x20<>"{}|\\^`]', iri)]


def normal_path(raw_path: str) -> str:
    """Return a path in its normal form: escapes in capitals, and only where they are needed.

    Args:
        raw_path: the bytes received, each as one character (latin-1).

    >>> normal_path("/data/%63luster/citt%c3%a0")
    '/data/cluster/citt%C3%A0'
    """

    def normal(match: re.Match[str]) -> str:
        found = match.group()
        if len(found) == 1:
            return quote(found.encode("latin-1", "replace"))
        character = chr(int(found[1:], 16))
        return character if _UNRESERVED.match(character) else found.upper()

    return _ESCAPE.sub(normal, raw_path)


def loose_path(path: str) -> str:
    """Return a path as people confuse it: without case, escapes and slash at the end.

    >>> loose_path("/data/Cluster/AFIL/")
    'data/cluster/afil'
    """
    return unquote(path, errors="replace").strip("/").lower()


def split_suffix(path: str, suffixes: tuple[str, ...]) -> tuple[str, str | None]:
    """Return a path without its format suffix, and the suffix (without dot) or None.

    >>> split_suffix("/data/cluster/afil.ttl", ("ttl", "html"))
    ('/data/cluster/afil', 'ttl')
    >>> split_suffix("/onto/CTL/0.1.0", ("ttl", "html"))
    ('/onto/CTL/0.1.0', None)
    >>> split_suffix("/data/cluster/afil.linkset.json", ("linkset", "linkset.json"))
    ('/data/cluster/afil', 'linkset.json')
    """
    name_at = path.rfind("/") + 1
    dot = path.find(".", name_at + 1)
    while dot > 0:
        if path[dot + 1 :] in suffixes:
            return path[:dot], path[dot + 1 :]
        dot = path.find(".", dot + 1)
    return path, None
