"""The application: route table, middleware, and errors to responses."""

from __future__ import annotations

import logging
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ctl_kg.errors import CtlKgError, NotFoundError
from ctl_kg.settings import Settings
from ctl_kg.web import (
    api,
    catalogue,
    charts,
    cite,
    discovery,
    downloads,
    endpoint,
    entities,
    explore,
    front_end,
    graph_documents,
    handlers,
    home,
    map_page,
    matrix,
    operations,
    quality,
    search,
    sparql_terms,
    stock,
    suggestions,
    texts,
    timeline_page,
    why,
)
from ctl_kg.web.api_docs import api_routes
from ctl_kg.web.clients import Clients
from ctl_kg.web.error_pages import Refusals, error_response
from ctl_kg.web.limits import Limited
from ctl_kg.web.metrics import Metrics
from ctl_kg.web.observe import Observed
from ctl_kg.web.query_job import Job
from ctl_kg.web.requests import check_text
from ctl_kg.web.responses import SECURITY_HEADERS
from ctl_kg.web.server import ReleaseSwitch
from ctl_kg.web.site import Site

_log = logging.getLogger(__name__)


_RELEASE_DIGITS = 16  # of the digest of a release
_ENVELOPE = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_WAIVABLE = (b"x-frame-options",)


class Envelope:
    """Middleware: headers that every answer has, and preflight.

    An answer that must go without one of them gives it no value.

    Args:
        app: what makes the answers.
        release: digest of the release that they come from, by which a client can tell whether
            two answers belong together.
    """

    def __init__(self, app: ASGIApp, release: str) -> None:
        self.app = app
        self._headers = [*_ENVELOPE, (b"ctl-kg-release", release[:_RELEASE_DIGITS].encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and complete its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _preflight(scope)(scope, receive, self._completed(scope, send))
            return
        await self.app(scope, receive, self._completed(scope, send))

    def _completed(self, scope: Scope, send: Send) -> Send:
        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                given = {name for name, _ in headers}
                headers += [each for each in self._headers if each[0] not in given]
                headers = [each for each in headers if each[1] or each[0] not in _WAIVABLE]
                message = {**message, "headers": headers}
            await send(message)

        return complete


def _preflight(scope: Scope) -> Response:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    methods = "GET, HEAD, POST, OPTIONS" if path == "/sparql" else "GET, HEAD, OPTIONS"
    return Response(
        status_code=204,
        headers={
            "allow": methods,
            "access-control-allow-methods": methods,
            "access-control-allow-headers": "Accept, Accept-Language, Accept-Profile, Content-Type",
            "access-control-max-age": "86400",
        },
    )


class CheckedText:
    """Middleware: an address that is not text gets 400 before any route sees it."""

    def __init__(self, app: ASGIApp, refuse: Refusals) -> None:
        self.app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its address is text."""
        if scope["type"] == "http":
            try:
                check_text(Request(scope))
            except CtlKgError as error:
                await self._refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)


class Direct:
    """Middleware: queries, of the public's own or from stock, go straight to their endpoints.

    The router and its nested error handling take longer than the endpoint itself. Whatever is
    no query (another method, another path) goes on to them.
    """

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a query, or pass a request on."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path == "/sparql" and scope["method"] in ("GET", "POST"):
            answer = endpoint.sparql
        elif path.startswith("/api/queries/") and scope["method"] in ("GET", "HEAD"):
            answer = api.query
        else:
            await self.app(scope, receive, send)
            return
        scope["app"] = self.app
        request = Request(scope, receive, send)
        try:
            response = await answer(request)
        except CtlKgError as error:
            response = await _known_error(request, error)
        await response(scope, receive, send)


async def _known_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CtlKgError)
    if error.status >= 500:
        _log.warning("%s %s: %s", request.method, request.url.path, error.message)
    return await error_response(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await error_response(request, NotFoundError("nothing is published at this address"))
    plain = CtlKgError(error.detail)
    plain.status, plain.code = error.status_code, "http"
    headers = dict(error.headers or {})
    if error.status_code == 405:
        plain.code = "method"
        plain.message = f"the method {request.method} is not allowed here"
    return await error_response(request, plain, headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    """Answer for a fault of ours: it is logged where it is counted, and the client hears little."""
    fault = CtlKgError("the server met an error of its own")
    fault.code = "internal"
    # This answer is made outside the envelope.
    return await error_response(request, fault, dict(SECURITY_HEADERS))


def routes(site: Site, metrics: Metrics) -> list[Route]:
    """Return the route table; the last route takes every other path."""

    async def probe() -> str:
        await site.pool.run(Job("ASK {}", suffix="json"))
        return ""

    return [
        Route("/", home.home),
        Route("/sparql", endpoint.sparql, methods=["GET", "POST"]),
        Route("/sparql/terms.json", sparql_terms.terms),
        Route("/sparql/examples.json", sparql_terms.examples),
        Route("/sparql/texts.json", sparql_terms.texts),
        Route("/queries", stock.queries),
        Route("/queries/", stock.queries),
        Route("/queries/{name}/embed", stock.embed),
        Route("/queries/{name}/chart.{suffix}", stock.chart),
        Route("/queries/{name:path}", stock.query),
        Route("/explore", explore.door),
        Route("/explore/", explore.door),
        Route("/explore/{name}", explore.faceted_list),
        Route("/why", why.page),
        Route("/api/why", why.api),
        Route("/matrix", matrix.index),
        Route("/matrix/{rows}/{columns}", matrix.page),
        Route("/api/matrix", matrix.index),
        Route("/api/matrix/{rows}/{columns}", matrix.api),
        Route("/map", map_page.page),
        Route("/timeline", timeline_page.page),
        *charts.routes(),
        Route("/search", search.search),
        Route("/api/search", search.api),
        Route("/api/suggestions", suggestions.suggestions),
        Route("/cite", cite.cite),
        Route("/opensearch.xml", search.opensearch),
        Route("/quality", quality.overview),
        Route("/quality/{name:path}", quality.listed),
        *api_routes(),
        Route("/context/{name}", handlers.context),
        Route("/about", texts.about),
        Route("/accessibility", texts.accessibility),
        Route("/privacy", texts.privacy),
        Route("/downloads", downloads.page),
        Route("/download/{name:path}", handlers.download),
        *catalogue.routes(),
        *graph_documents.routes("/shapes", handlers.shapes),
        *graph_documents.routes("/void", discovery.void),
        *graph_documents.routes(discovery.VOID_PATH, discovery.void),
        Route("/sitemap.xml", discovery.sitemap),
        Route("/robots.txt", operations.robots),
        Route("/healthz", operations.healthz),
        Route("/readyz", operations.readyz(probe)),
        Route("/metrics", operations.metrics_page(metrics)),
        Route("/static/{name}", front_end.static_file),
        Route("/{path:path}", entities.entity),
    ]  # fmt: skip


def routes_app(site: Site, metrics: Metrics) -> ASGIApp:
    """Return the application that makes the answers of one release."""
    app = Starlette(
        routes=routes(site, metrics),
        exception_handlers={
            CtlKgError: _known_error,
            HTTPException: _http_error,
            Exception: _unforeseen,
        },
    )
    app.router.redirect_slashes = False  # it would lead to the host that the request names
    app.state.site = site
    return Envelope(CheckedText(Direct(app), Refusals(site.settings)), site.digest)


def create_app(
    release_dir: Path, settings: Settings, metrics_folder: Path | None = None
) -> ASGIApp:
    """Return the application that serves the release in a folder.

    Args:
        release_dir: the folder.
        settings: of the server.
        metrics_folder: shared by all server processes; None if this is the only one.
    Raises:
        ReleaseError: the release is missing or damaged.
        QueryFileError: one of its stock queries is malformed.
    """
    metrics = Metrics(metrics_folder)
    clients = Clients(settings.trusted_proxies)
    served = ReleaseSwitch(release_dir, settings, metrics, lambda site: routes_app(site, metrics))
    refuse = Refusals(settings)
    return Observed(Limited(served, settings, clients, refuse), clients, metrics, refuse)
