"""The schema.org JSON-LD that pages about resources embed: what they say, for search engines."""

from __future__ import annotations

import json

from pyoxigraph import Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import SKOS, Description
from ctl_kg.publish.schema_org import SCHEMA, schema_org
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site

_HOMEPAGE = "http://xmlns.com/foaf/0.1/homepage"
_SAME = ("http://www.w3.org/2002/07/owl#sameAs", SCHEMA + "sameAs", SKOS + "exactMatch")


def embedded_json_ld(
    site: Site, page: PageContext, description: Description, title: str, lead: str
) -> str:
    """Return the JSON-LD to embed; ``<`` and ``&`` are escaped so that it cannot end a script.

    Its context is its own: a reader need not fetch schema.org's to know what it says. All of it
    is about the one resource, and stands on the page, too.
    """
    types = [
        each.value.removeprefix(SCHEMA)
        for each in schema_org(site.base_iri).types(description.types)
    ]
    is_id = {"@type": "@id"}
    document: dict[str, object] = {
        "@context": {"@vocab": SCHEMA, "url": is_id, "sameAs": is_id},
        "@id": description.iri,
        "@type": types[0] if len(types) == 1 else types,
        "name": title,
    }
    if lead:
        document["description"] = lead
    names = _names(description, page.language, title)
    if names:
        document["alternateName"] = names
    pages = _addresses(description, _HOMEPAGE)
    if pages:
        document["url"] = pages[0]
    same = [address for predicate in _SAME for address in _addresses(description, predicate)]
    if same:
        document["sameAs"] = list(dict.fromkeys(same))
    text = json.dumps(document, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _names(description: Description, language: str, title: str) -> list[str]:
    """Return the other names in the language of the page, or in none."""
    literals = [v for v in description.values(SKOS + "altLabel") if isinstance(v, Literal)]
    kept = {each.value for each in literals if each.language in (language, None)}
    if not kept:
        other = best_literal(literals, language)
        kept = {other.value} if other else set()
    return sorted(kept - {title})


def _addresses(description: Description, predicate: str) -> list[str]:
    return [v.value for v in description.values(predicate) if isinstance(v, NamedNode)]
