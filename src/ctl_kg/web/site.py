"""One open release with everything that requests need: made once, never changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from ctl_kg.charts.render import Renderer
from ctl_kg.languages import Messages, load_messages
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.changes import Changes, open_changes
from ctl_kg.publish.coverage import Coverage
from ctl_kg.publish.description import Describer
from ctl_kg.publish.formats import GraphWriter, read_context
from ctl_kg.publish.index import ReleaseIndex
from ctl_kg.publish.iris import IriPaths
from ctl_kg.publish.lists import Lists
from ctl_kg.publish.release import manifest_digest, read_manifest
from ctl_kg.publish.resources import Resources
from ctl_kg.publish.review import Review, read_report
from ctl_kg.publish.search import SearchIndex, open_search
from ctl_kg.publish.why import Why
from ctl_kg.settings import Settings
from ctl_kg.sparql.binding import Choice, list_choices
from ctl_kg.sparql.query_file import Parameter, QueryFile, load_queries
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.web.front_end import FOLDER as STATIC_DIR
from ctl_kg.web.query_pool import Count, QueryPool
from ctl_kg.web.responses import modified_from
from ctl_kg.web.row_cache import RowCache

MESSAGES_DIR = Path(__file__).parent / "messages"
_Rest = ParamSpec("_Rest")
_Made = TypeVar("_Made")


@dataclass(frozen=True, eq=False)
class Site:
    """A release that is being served."""

    release_dir: Path
    settings: Settings
    manifest: dict[str, Any]
    base_iri: str
    store: LocalStore
    describer: Describer
    index: ReleaseIndex
    writer: GraphWriter
    curies: Curies
    iris: IriPaths
    queries: dict[str, QueryFile]
    messages: dict[str, Messages]
    pool: QueryPool
    digest: str
    modified: datetime | None
    search: SearchIndex
    why: Why
    resources: Resources
    lists: Lists
    review: Review
    coverage: Coverage
    changes: Changes | None = None
    rows: RowCache = field(default_factory=RowCache)
    pictures: Renderer = field(default_factory=lambda: Renderer(STATIC_DIR))
    kept: dict[Hashable, Any] = field(default_factory=dict)

    def choices(self, parameter: Parameter) -> list[Choice]:
        """Return the allowed values of a stock query's parameter; worked out once."""
        return _choices(self, parameter.values, parameter.enum)


def once_per_site(
    make: Callable[Concatenate[Site, _Rest], _Made],
) -> Callable[Concatenate[Site, _Rest], _Made]:
    """Keep what a function of a release returns, for as long as the release is served.

    It is kept on the release: a cache of the module would hold the old one after its successor
    took over. For functions with few different arguments only.
    """

    @wraps(make)
    def made(site: Site, /, *rest: _Rest.args, **named: _Rest.kwargs) -> _Made:
        key = (make, rest, tuple(sorted(named.items())))
        if key not in site.kept:
            site.kept[key] = make(site, *rest, **named)
        found: _Made = site.kept[key]
        return found

    return made


@once_per_site
def _choices(site: Site, values: str | None, enum: tuple[str, ...]) -> list[Choice]:
    nothing = {"it": "", "en": ""}
    parameter = Parameter("x", "iri", nothing, nothing, values=values, enum=enum)
    # Asked by the query processes, which have the default graph ready, but for the one thread
    # that would have to wait for itself.
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return list_choices(site.pool, parameter, site.curies)
    return list_choices(site.store, parameter, site.curies)


def open_site(release_dir: Path, settings: Settings, count: Count = lambda *_: None) -> Site:
    """Open a release for serving.

    Args:
        release_dir: folder of the release.
        settings: of the server.
        count: called with the outcome of each query and its seconds.
    Raises:
        ReleaseError: the release is missing or damaged.
        QueryFileError: one of its stock queries is malformed.
    """
    digest = manifest_digest(release_dir)
    manifest = read_manifest(release_dir)
    base_iri = str(manifest.get("base_iri", settings.base_iri))
    pool = QueryPool(release_dir, base_iri, digest, settings, count)
    pool.nursery.launch()  # it loads the release at the same time
    try:
        return _opened(release_dir, settings, manifest, base_iri, pool, digest)
    except BaseException:
        pool.nursery.kill()
        raise


def _opened(
    release_dir: Path,
    settings: Settings,
    manifest: dict[str, Any],
    base_iri: str,
    pool: QueryPool,
    digest: str,
) -> Site:
    store = open_release_store(release_dir, base_iri=base_iri)
    describer = Describer(store, base_iri)
    why = Why(store, describer, base_iri)
    search = open_search(release_dir, base_iri, lambda: store)
    return Site(
        release_dir=release_dir,
        settings=settings,
        manifest=manifest,
        base_iri=base_iri,
        store=store,
        describer=describer,
        index=ReleaseIndex(store, base_iri),
        writer=GraphWriter(base_iri, read_context(release_dir)),
        curies=Curies(prefixes(base_iri)),
        iris=IriPaths(base_iri),
        queries=load_queries(release_dir / "queries"),
        messages=load_messages(MESSAGES_DIR),
        pool=pool,
        digest=digest,
        modified=modified_from(str(manifest.get("released", ""))),
        search=search,
        why=why,
        resources=Resources(store, why.reader),
        lists=Lists(store, describer, why.reader, base_iri),
        review=Review(store, describer, search, read_report(release_dir), base_iri),
        coverage=why.coverage,
        changes=open_changes(release_dir, manifest),
    )
