"""The pages that are mostly text: ``/about``, ``/accessibility``, ``/privacy``.

Each text is a template in each language, ``templates/pages/NAME.LANG.html``: paragraphs with a
few figures of the release and of the settings. Not here: the frame around them (``text.html``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.publish.formats import HTML
from ctl_kg.settings import Settings
from ctl_kg.web import coverage
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.shown import shown_date, shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.views import CoverageNote

_LOGGED = ("debug", "info")


@dataclass(frozen=True)
class Figures:
    """Numbers of the release, ready to be shown."""

    version: str
    released: str
    statements: str
    passages: str
    stated: str
    confirmed: str
    inferred: str
    waiting: str
    anomalies: str


@dataclass(frozen=True)
class Service:
    """What the settings say that a reader may want to know of the server."""

    logs_requests: bool
    logs_queries: bool
    rate: int
    query_rate: int
    services: tuple[str, ...]


@dataclass(frozen=True)
class TextView:
    """A page that is mostly text: text.html; ``body`` names the template of the text."""

    template: ClassVar[str] = "text.html"
    title: str
    description: str
    body: str
    site: str
    figures: Figures
    service: Service
    coverage: tuple[CoverageNote, ...] = ()


def about(request: Request) -> Response:
    """Say what this is, how it is made, and who answers for it."""
    return _page(request, "about")


def accessibility(request: Request) -> Response:
    """Say how accessible the site is, after the model of AgID."""
    return _page(request, "accessibility")


def privacy(request: Request) -> Response:
    """Say what the server keeps of its visitors."""
    return _page(request, "privacy")


def _page(request: Request, name: str) -> Response:
    site, page = site_of(request), page_of(request)
    view = TextView(
        title=page.messages(f"texts.{name}"),
        description=page.messages(f"texts.{name}_description"),
        body=f"pages/{name}.{page.language}.html",
        site=site.base_iri,
        figures=_figures(site, page),
        service=_service(site.settings),
        coverage=coverage.on_page(site, page, site.coverage.notes) if name == "about" else (),
    )
    body = render(view, page)
    vary = ("Accept-Language",)
    representation = Representation(body, HTML.content_type, page.language, vary)
    return respond(representation, modified=site.modified)


def _figures(site: Site, page: PageContext) -> Figures:
    counts = site.manifest.get("counts", {})
    classes = counts.get("entities_by_class", {})
    certainties = counts.get("alignments_by_certainty", {})

    def shown(number: int) -> str:
        return shown_number(number, page.language)

    return Figures(
        version=str(site.manifest.get("version", "")),
        released=shown_date(str(site.manifest.get("released", "")), page.messages),
        statements=shown(counts.get("quads", 0)),
        passages=shown(classes.get("ctl:Passage", 0)),
        stated=shown(certainties.get("certainty:stated", 0)),
        confirmed=shown(certainties.get("certainty:confirmed", 0)),
        inferred=shown(certainties.get("certainty:inferred", 0)),
        waiting=shown(len(site.review.inferred)),
        anomalies=shown(len(site.review.anomalies)),
    )


def _service(settings: Settings) -> Service:
    return Service(
        logs_requests=settings.log_level in _LOGGED,
        logs_queries=settings.log_level == "debug",
        rate=settings.rate_per_minute,
        query_rate=settings.query_rate_per_minute,
        services=settings.service_allow,
    )
