"""The website's styles, scripts, fonts and icons, as ``frontend/build.py`` has bundled them.

The name of each file has a digest of its content, so a client may keep it for ever; the plain
name (``site.css``) leads to the same file and may be kept for a while.
Source: RFC 8246 (immutable).
"""

from __future__ import annotations

import json
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import CtlKgError, NotFoundError
from ctl_kg.web.responses import Representation, respond

FOLDER = Path(__file__).parent / "static"
_NOT_SERVED = ("manifest.json", "sources.sha256")
_YEAR_S = 31_536_000
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Return the file of each entry, by its plain name.

    Raises:
        CtlKgError: nothing has been bundled.
    """
    try:
        found: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text())
    except FileNotFoundError as error:
        raise CtlKgError(
            "the website's styles and scripts are not bundled",
            hint="Run: python frontend/build.py (installing the package does it, too).",
        ) from error
    return found


def asset(name: str) -> str:
    """Return the path of an entry below the mount point, ready to stand in a page.

    Raises:
        KeyError: there is no such entry.
    """
    return "/static/" + manifest()[name]


@lru_cache(maxsize=1)
def _files() -> frozenset[str]:
    return frozenset(each.name for each in FOLDER.iterdir() if each.name not in _NOT_SERVED)


def static_file(request: Request) -> Response:
    """Send one of the bundled files."""
    asked = request.path_params["name"]
    name = manifest().get(asked, asked)
    if name not in _files():
        raise NotFoundError("there is no such file")
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    has_digest = name == asked and name in manifest().values()
    representation = Representation(
        (FOLDER / name).read_bytes(),
        media_type,
        headers={"cache-control": f"public, max-age={_YEAR_S}, immutable"} if has_digest else {},
    )
    return respond(representation, max_age_s=3600)
