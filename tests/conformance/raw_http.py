"""Requests as bytes, for tests that send what no client library would send."""

from __future__ import annotations

from server import DIRECT

CLOSE = b"connection: close\r\n"
HOST = b"host: 127.0.0.1\r\n"
PAGE = "/data/cluster/afil"


def get(target: str, *lines: str, method: str = "GET") -> bytes:
    """Return a request as bytes; the target is sent as it is."""
    head = f"{method} {target} HTTP/1.1\r\n".encode("latin-1") + HOST + CLOSE
    return head + b"".join(line.encode("latin-1") + b"\r\n" for line in lines) + b"\r\n"


def post(body: bytes, *lines: str, kind: str = DIRECT, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    given = [f"content-type: {kind}", *lines]
    if not any(line.lower().startswith("transfer-encoding") for line in lines):
        given.append(f"content-length: {size}")
    return get("/sparql", *given, method="POST") + body


def chunked(pieces: list[bytes], end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def head_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[0].lower()
