"""The process that draws pictures: it may be killed at any moment, and asks nobody for anything.

``python -m ctl_kg.charts.render_process FONTS SECONDS`` reads jobs from standard input and writes
answers to standard output. A frame is a length (4 bytes, big-endian) and that many bytes: a job
is JSON; an answer is one byte, ``O`` or ``E``, and then the picture or what went wrong. The
first answer is ``H``: the process is ready.
Not here: when the process runs (``render``).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import vl_convert

from ctl_kg.charts.svg import finished

HEAD = struct.Struct(">I")
_GRACE_S = 2.0  # the server kills at the limit; this is for a server that is gone


def _jobs(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        yield json.loads(stream.read(HEAD.unpack(head)[0]))


def _draw(job: dict[str, Any], fonts: Path) -> bytes:
    spec = job["spec"]
    if _loads(spec):
        raise ValueError("the specification loads something")
    if job["kind"] == "png":
        png: bytes = vl_convert.vega_to_png(spec, scale=job["scale"], allowed_base_urls=[])
        return png
    svg = vl_convert.vega_to_svg(_without_links(spec), allowed_base_urls=[])
    known = spec["usermeta"]
    made = finished(svg, known["title"], spec["description"], known["language"], fonts)
    return made.encode()


def _loads(value: object) -> bool:
    """Tell whether a specification names something to load."""
    if isinstance(value, dict):
        return "url" in value or any(map(_loads, value.values()))
    return isinstance(value, list) and any(map(_loads, value))


def _without_links(value: Any) -> Any:
    """Return a specification without links: a picture leads nowhere, wherever it is shown."""
    if isinstance(value, dict):
        return {name: _without_links(each) for name, each in value.items() if name != "href"}
    return [_without_links(each) for each in value] if isinstance(value, list) else value


def _send(stream: BinaryIO, message: bytes) -> None:
    stream.write(HEAD.pack(len(message)) + message)
    stream.flush()


def main(fonts: Path, seconds: float) -> None:
    """Draw until standard input ends."""
    with contextlib.suppress(OSError):  # only Linux has it: a machine short of memory ends us first
        Path("/proc/self/oom_score_adj").write_text("1000")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if any(fonts.glob("*.ttf")):
        vl_convert.register_font_directory(str(fonts))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _send(answers, b"H")
    for job in _jobs(sys.stdin.buffer):
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_S)
        try:
            made = b"O" + _draw(job, fonts)
        except (ValueError, KeyError) as error:
            made = b"E" + str(error).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
