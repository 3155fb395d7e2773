"""Render views: the Jinja environment and the one function that uses it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ctl_kg import __version__
from ctl_kg.languages import LANGUAGES, Messages
from ctl_kg.settings import Settings
from ctl_kg.web.front_end import asset
from ctl_kg.web.views import Link, View

TEMPLATES_DIR = Path(__file__).parent / "templates"

# Where the menu leads: path, and key of its text under [nav].
NAVIGATION = (
    ("/explore", "explore"),
    ("/matrix", "matrix"),
    ("/why", "why"),
    ("/map", "map"),
    ("/timeline", "timeline"),
    ("/queries", "queries"),
    ("/sparql", "sparql"),
    ("/quality", "quality"),
    ("/downloads", "downloads"),
)
FOOTER = (
    ("reviewers", (("/onto/CTL", "ontology"), ("/controlled-vocabulary/", "vocabularies"),
                   ("/quality", "quality"), ("/about", "about"))),
    ("programs", (("/api", "api"), ("/sparql", "sparql"), ("/downloads", "downloads"),
                  ("/shapes", "shapes"), ("/.well-known/void", "void"))),
    ("service", (("/accessibility", "accessibility"), ("/privacy", "privacy"),
                 ("/about#licence", "licence"), ("/about#contact", "contact"))),
)  # fmt: skip


@dataclass(frozen=True)
class Publisher:
    """Who publishes the site, as its settings say; what they leave out is empty."""

    name: str = ""
    url: str = ""
    email: str = ""
    feedback_url: str = ""


def publisher_of(settings: Settings) -> Publisher:
    """Return who publishes the site."""
    return Publisher(
        settings.publisher_name.strip(),
        settings.publisher_url,
        settings.contact_email,
        settings.feedback_url,
    )


@dataclass(frozen=True)
class PageContext:
    """What every page needs besides its view.

    ``explicit`` tells that the language was asked for in the address: links then keep it.
    """

    navigation: ClassVar[tuple[tuple[str, str], ...]] = NAVIGATION
    all_languages: ClassVar[tuple[str, ...]] = LANGUAGES
    footer: ClassVar[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = FOOTER
    messages: Messages
    path: str
    query: tuple[tuple[str, str], ...] = ()
    explicit: bool = False
    root_path: str = ""
    publisher: Publisher = Publisher()
    base_iri: str = ""

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.messages.language

    def url(self, path: str, **parameters: str) -> str:
        """Return the address of a page of ours, by its path below the mount point."""
        return self.keep_language(self.root_path + path, **parameters)

    def keep_language(self, path: str, **parameters: str) -> str:
        """Return a path of ours with parameters, and with the language if it was asked for."""
        if self.explicit:
            parameters["lang"] = self.language
        path, hash_mark, fragment = path.partition("#")
        query = f"?{urlencode(parameters)}" if parameters else ""
        return path + query + hash_mark + fragment

    def here(self, **parameters: str) -> str:
        """Return the address of this page with some parameters changed."""
        kept = [(name, value) for name, value in self.query if name not in parameters]
        query = urlencode([*kept, *((n, v) for n, v in parameters.items() if v)])
        path = quote(self.path, safe="/:@!$&'()*+,;=~-._%")
        return path + (f"?{query}" if query else "")

    def asset(self, name: str) -> str:
        """Return the address of a style, script, font or picture of the website."""
        return self.root_path + asset(name)

    def is_at(self, path: str) -> bool:
        """Tell whether this page is the one at a path below the mount point."""
        return self.path == self.root_path + path

    def is_in(self, path: str) -> bool:
        """Tell whether this page stands at or below a path."""
        return self.is_at(path) or self.path.startswith(self.root_path + path.rstrip("/") + "/")

    @property
    def canonical(self) -> str:
        """The public address of this page, whatever the server runs at; "" if it has none."""
        return self.public(self.here()) if self.base_iri else ""

    def public(self, address: str) -> str:
        """Return the public form of an address on this server: search engines take no other."""
        if not self.base_iri:
            return address
        return self.base_iri + address.removeprefix(self.root_path).lstrip("/")

    def languages(self) -> list[Link]:
        """Return links to this page in the other languages."""
        names = {"it": "Italiano", "en": "English"}
        return [
            Link(names[each], self.here(lang=each), language=each)
            for each in LANGUAGES
            if each != self.language
        ]


def _json_ld_markup(text: str) -> Markup:
    """Let JSON stand in a script element: every ``<`` and ``&`` in it must be escaped as JSON.

    Raises:
        ValueError: it holds a character that could end the element.
    """
    if "<" in text or "&" in text:
        raise ValueError("the JSON-LD of a page is not escaped")
    return Markup(text)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["json_ld_markup"] = _json_ld_markup
    return environment


def render(view: View, page: PageContext) -> bytes:
    """Return the HTML of a view."""
    template = _environment().get_template(view.template)
    values = {each.name: getattr(view, each.name) for each in fields(view)}
    text = template.render(
        **values,
        t=page.messages,
        page=page,
        url=page.url,
        site_version=__version__,
    )
    return text.encode()
