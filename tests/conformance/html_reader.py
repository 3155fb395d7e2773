"""What a page holds: links, what it loads, embedded data, and anything live."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin


class Page(HTMLParser):
    """One HTML document, read once.

    ``links`` are addresses of ``<a>``; ``loads`` those that a browser fetches by itself;
    ``head`` the ``<link>`` elements; ``data`` the texts of JSON-LD scripts; ``live`` what could
    run: scripts without an address, event attributes, styles, ``javascript:`` addresses.
    """

    def __init__(self, text: str, address: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.head: list[dict[str, str]] = []
        self.data: list[str] = []
        self.live: list[str] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self._script = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, str] = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        self._open.append(tag)
        self._note_live(tag, values)
        if tag == "a" and "href" in values:
            self.links.append(urljoin(self.address, values["href"]))
        if tag == "link":
            self.head.append(values)
            if "stylesheet" in values.get("rel", "") or "icon" in values.get("rel", ""):
                self.loads.append(values.get("href", ""))
        if tag in ("script", "img", "iframe", "object", "embed", "source", "video", "audio"):
            self.loads += [values[name] for name in ("src", "data", "srcset") if name in values]
        if tag == "script":
            self._script = values.get("type", "")

    def _note_live(self, tag: str, values: dict[str, str]) -> None:
        if tag == "script" and "src" not in values and values.get("type") != "application/ld+json":
            self.live.append("script")
        if tag in ("iframe", "object", "embed", "style", "base"):
            self.live.append(tag)
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.live.append("refresh")
        for name, value in values.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.live.append(f"{tag} {name}")
            scheme = value.strip().lower().replace("\t", "").replace("\n", "")
            if name in ("href", "src", "action", "formaction", "data") and scheme.startswith(
                ("javascript:", "data:", "vbscript:")
            ):
                self.live.append(f"{tag} {value}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        self._script = ""

    def handle_data(self, data: str) -> None:
        if self._script == "application/ld+json":
            self.data.append(data)
        elif self._open:
            tag = self._open[-1]
            self.texts[tag] = self.texts.get(tag, "") + data

    def attribute(self, tag: str, name: str) -> str:
        """Return an attribute of the first element of a kind, or an empty text."""
        return next((values.get(name, "") for found, values in self.tags if found == tag), "")


def link_header(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the links of a Link header, read strictly (RFC 8288 §3).

    Raises:
        ValueError: the text is not well formed.
    """
    found: list[tuple[str, dict[str, str]]] = []
    rest = text.strip()
    while rest:
        if not rest.startswith("<"):
            raise ValueError(f"no target at {rest[:40]!r}")
        target, _, rest = rest[1:].partition(">")
        if any(c in target for c in ' <"{}|\\^`') or not target:
            raise ValueError(f"bad target {target!r}")
        parameters: dict[str, str] = {}
        rest = rest.lstrip()
        while rest.startswith(";"):
            name, value, rest = _parameter(rest[1:].lstrip())
            if name not in parameters:
                parameters[name] = value
        found.append((target, parameters))
        if rest and not rest.startswith(","):
            raise ValueError(f"no comma at {rest[:40]!r}")
        rest = rest[1:].lstrip()
    if not all("rel" in parameters for _, parameters in found):
        raise ValueError("a link without rel")
    return found


def _parameter(text: str) -> tuple[str, str, str]:
    name, _, rest = text.partition("=")
    if rest.startswith('"'):
        value, end = "", 1
        while rest[end] != '"':
            end += rest[end] == "\\"
            value += rest[end]
            end += 1
        return name.strip().lower(), value, rest[end + 1 :].lstrip()
    end = min([i for i in (rest.find(";"), rest.find(",")) if i >= 0], default=len(rest))
    return name.strip().lower(), rest[:end].strip(), rest[end:].lstrip()


def walk(document: Any) -> list[dict[str, Any]]:
    """Return every object inside a JSON document."""
    if isinstance(document, dict):
        return [document, *(each for value in document.values() for each in walk(value))]
    if isinstance(document, list):
        return [each for value in document for each in walk(value)]
    return []
