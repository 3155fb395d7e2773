"""The outermost application: the release being served, and the change to another one.

A release folder is replaced as a whole by ``ctl-kg build``. The server notices, loads the new
release beside the old one, lets requests that have begun end on the release they began with,
and only then lets the old one go: no request is lost, and no answer mixes two releases.
A release that cannot be loaded changes nothing but the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from ctl_kg.errors import CtlKgError
from ctl_kg.publish.release import MANIFEST
from ctl_kg.settings import Settings
from ctl_kg.web.cache import AnswerCache
from ctl_kg.web.metrics import Metrics
from ctl_kg.web.site import Site, open_site

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 1.0
_DRAIN_LIMIT_S = 60.0


class Edition:
    """One release with the application that answers from it, and the requests inside."""

    def __init__(self, site: Site, app: ASGIApp, metrics: Metrics) -> None:
        self.site = site
        self.cache = AnswerCache(app, site.settings.cache_bytes, metrics.count_cache)
        self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.inside += 1
        try:
            await self.cache(scope, receive, send)
        finally:
            self.inside -= 1

    async def drain(self) -> None:
        """Wait until nobody is inside any more, then end the query processes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_LIMIT_S):
                while self.inside:
                    await asyncio.sleep(0.05)
        await asyncio.to_thread(self.site.pictures.close)
        await self.site.pool.close()


class ReleaseSwitch:
    """The ASGI application that serves whatever release stands in a folder.

    Args:
        release_dir: the folder.
        settings: of the server.
        metrics: where queries and looks into the cache are counted.
        make_app: returns the application that makes the answers of a release.
    Raises:
        ReleaseError: the release is missing or damaged.
        QueryFileError: one of its stock queries is malformed.
    """

    def __init__(
        self,
        release_dir: Path,
        settings: Settings,
        metrics: Metrics,
        make_app: Callable[[Site], ASGIApp],
    ) -> None:
        self._release_dir = release_dir
        self._settings = settings
        self._metrics = metrics
        self._make_app = make_app
        self._seen = self._mark()
        self.edition = self._open()
        self._tasks: set[asyncio.Task[None]] = set()

    def _open(self) -> Edition:
        site = open_site(self._release_dir, self._settings, self._metrics.count_query)
        return Edition(site, self._make_app(site), self._metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop with the server."""
        if scope["type"] == "http":
            await self.edition(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.edition.site.pool.start()
        except CtlKgError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        self._announce()
        _spare_the_collector()
        watch = asyncio.create_task(self._watch())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watch.cancel()
        await self.edition.drain()
        await send({"type": "lifespan.shutdown.complete"})

    def _announce(self) -> None:
        manifest = self.edition.site.manifest
        version, released = str(manifest.get("version", "")), str(manifest.get("released", ""))
        self._metrics.set_release(version, released)
        _log.info("serving release %s of %s", version, released)

    def _mark(self) -> tuple[int, int, int] | None:
        """Return what changes when the folder is replaced."""
        try:
            found = (self._release_dir / MANIFEST).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            mark = self._mark()
            if mark is None or mark == self._seen:
                continue
            self._seen = mark
            try:
                await self._change()
            except CtlKgError as error:
                _log.error("the new release is not loaded: %s", error)
            except Exception:
                _log.exception("the new release is not loaded")

    async def _change(self) -> None:
        """Load the release that stands in the folder now, and serve it from here on."""
        edition = await asyncio.to_thread(self._open)
        if edition.site.digest == self.edition.site.digest:
            return
        try:
            await edition.site.pool.start()
        except BaseException:
            await edition.site.pool.close()
            raise
        before, self.edition = self.edition, edition
        self._announce()
        ending = asyncio.create_task(_retire(before))
        self._tasks.add(ending)
        ending.add_done_callback(self._tasks.discard)


async def _retire(edition: Edition) -> None:
    await edition.drain()
    del edition
    _spare_the_collector()


def _spare_the_collector() -> None:
    """Tell the garbage collector to leave what was loaded alone: it lives as long as the release.

    Otherwise it looks through all of it again and again, for a tenth of the time of a query.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
