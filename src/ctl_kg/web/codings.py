"""Content codings: which one a client prefers among ours, and the coders.

Source: RFC 9110 §8.4 (codings), §12.5.3 (Accept-Encoding).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence

import brotli
import zstandard

# Best first: the first of equal quality wins. All are deterministic for one version.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "zstd": lambda body: zstandard.ZstdCompressor(level=9).compress(body),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


def choose_coding(lines: Sequence[str], offers: Sequence[str] = tuple(CODINGS)) -> str:
    """Return the content coding that a client prefers among ours, or "" for none.

    Args:
        lines: values of ``Accept-Encoding``, in order; none means that nothing is coded.
        offers: codings, best first.

    >>> choose_coding(["gzip, br;q=0.5"])
    'gzip'
    >>> choose_coding(["identity"])
    ''
    """
    qualities: dict[str, float] = {}
    for item in ",".join(lines).lower().split(","):
        name, _, parameter = item.partition(";")
        try:
            quality = float(parameter.partition("=")[2]) if parameter.strip() else 1.0
        except ValueError:
            quality = 0.0
        qualities.setdefault(name.strip(), quality)
    weights = {offer: qualities.get(offer, qualities.get("*", 0.0)) for offer in offers}
    best = max(offers, key=weights.__getitem__)
    return best if weights[best] > 0 and weights[best] >= qualities.get("identity", 0.0) else ""
