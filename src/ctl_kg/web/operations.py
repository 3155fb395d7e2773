"""What those who run the server ask it: whether it lives, is ready, how busy; and robots.txt.

Source: RFC 9309 (robots.txt); sitemaps.org protocol 0.9; Prometheus exposition formats.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ctl_kg.errors import NotFoundError
from ctl_kg.web.clients import is_neighbour
from ctl_kg.web.metrics import Metrics
from ctl_kg.web.requests import site_of

# Returns "" if the server can answer, else the reason why it cannot.
Probe = Callable[[], Awaitable[str]]
Endpoint = Callable[[Request], Awaitable[Response]]

_log = logging.getLogger(__name__)
_NOT_KEPT = {"cache-control": "no-store"}
_PROBE_S = 2.0


async def healthz(request: Request) -> Response:
    """Say that the process lives; this asks nothing of release or query processes."""
    return JSONResponse({"status": "ok"}, headers=_NOT_KEPT)


def readyz(probe: Probe) -> Endpoint:
    """Return the route that answers 200 if requests can be answered, else 503 with the reason."""

    async def answer(request: Request) -> Response:
        reason = await _reason(probe)
        status = {"status": "unready", "reason": reason} if reason else {"status": "ready"}
        return JSONResponse(status, 503 if reason else 200, _NOT_KEPT)

    return answer


async def _reason(probe: Probe) -> str:
    try:
        return await asyncio.wait_for(probe(), _PROBE_S)
    except TimeoutError:
        return f"no answer within {_PROBE_S:g} s"
    except Exception:
        _log.exception("the server cannot tell whether it is ready")
        return "the server met an error of its own"


def metrics_page(metrics: Metrics) -> Endpoint:
    """Return the route that gives the counts, to this machine and private networks alone.

    To all others, and to whatever a proxy passed on, there is nothing at this address.
    """

    async def answer(request: Request) -> Response:
        if not is_neighbour(request.scope):
            raise NotFoundError("nothing is published at this address")
        body, content_type = metrics.render(request.headers.get("accept", ""))
        return Response(body, headers={**_NOT_KEPT, "content-type": content_type})

    return answer


async def robots(request: Request) -> Response:
    """Tell crawlers what they may read."""
    site = site_of(request)
    return PlainTextResponse(
        robots_text(site.settings.robots, site.base_iri, str(request.scope.get("root_path", ""))),
        headers={"cache-control": "public, max-age=86400"},
    )


# What costs an answer of its own for each of countless addresses. Pages of resources, lists,
# queries and matrices as they are, and downloads, stay open; so does the page of lists (?page=2).
_COSTLY = (
    "/sparql?", "/search?", "/why?", "/matrix?", "/matrix/*?", "/queries/*?", "/api/*?",
)  # fmt: skip


def robots_text(policy: str, base_iri: str, root_path: str = "") -> str:
    """Return robots.txt: pages but no queries, or nothing.

    Args:
        policy: ``open`` or ``closed``.
        base_iri: public base; the site map stands below it.
        root_path: where the server is mounted.

    >>> robots_text("closed", "https://w3id.org/ctl-kg/")
    'User-agent: *\\nDisallow: /\\n'
    """
    if policy == "closed":
        return f"User-agent: *\nDisallow: {root_path}/\n"
    refused = "".join(f"Disallow: {root_path}{each}\n" for each in _COSTLY)
    return f"User-agent: *\n{refused}Sitemap: {base_iri}sitemap.xml\n"
