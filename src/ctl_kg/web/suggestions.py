"""What a search that is being typed may become: ``/api/suggestions?q=vang``.

The answer is ``[text, [names], [descriptions], [addresses]]``: names of resources in the
language, their classes with the matching name if it is another one, and their pages on this
server. Browsers find the address in ``/opensearch.xml``.

Source: OpenSearch Suggestions extension 1.1, Draft 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import ParameterError
from ctl_kg.publish.formats import Format, offers
from ctl_kg.publish.row_documents import write_json
from ctl_kg.publish.search_index import FIELD_OF, PROPERTIES, Text
from ctl_kg.publish.search_question import parse
from ctl_kg.publish.snippets import Marker, label
from ctl_kg.web.api import language_of
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext
from ctl_kg.web.parameters import given_once
from ctl_kg.web.requests import accept_of, page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.search_results import label_of
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts

SUGGESTIONS = Format("json", "application/x-suggestions+json", "Suggestions", ("application/json",))
MOST_SUGGESTED = 10
_LOOKED_AT = 2 * MOST_SUGGESTED  # resources may share a name, which is given once
_EXAMPLES = {"q": "vang", "lang": "en"}


def suggestions(request: Request) -> Response:
    """Answer with the names that a text may become; with none if it has no word."""
    site = site_of(request)
    choose_media_type(accept_of(request), offers((SUGGESTIONS,)))
    given = given_once(request, ("q", "lang"), may_be_empty=("q",), examples=_EXAMPLES)
    if "q" not in given:
        raise ParameterError("q", "is missing", hint="Give what was typed so far.",
                             example=f"q={_EXAMPLES['q']}")  # fmt: skip
    language = language_of(request)
    found = suggested(site, page_of(request), given["q"])
    columns = [[each[place] for each in found] for place in range(3)]
    representation = Representation(
        write_json([given["q"], *columns]), SUGGESTIONS.content_type, language,
        ("Accept-Language",),
    )  # fmt: skip
    return respond(representation, modified=site.modified)


def suggested(site: Site, page: PageContext, text: str) -> list[tuple[str, str, str]]:
    """Return name, description and address of what a text may become.

    Raises:
        ParameterError: the text is too long.
    """
    parts = ViewParts(site, page, {})
    marker = Marker(parse(text, prefix=True).terms)
    hits = site.search.suggest(text, _LOOKED_AT)
    texts = site.search.texts(hits)
    found: dict[str, tuple[str, str, str]] = {}
    for hit in hits:
        name = label(texts[hit.id], page.language)
        kinds = [label_of(site, page.language, each) for each in hit.kinds]
        other = _other_name(marker, texts[hit.id], name, page.language)
        address = parts.href(hit.iri) or hit.iri
        described = " · ".join([", ".join(kinds), *other])
        found.setdefault(name[2].casefold(), (name[2], described, address))
    return list(found.values())[:MOST_SUGGESTED]


def _other_name(marker: Marker, texts: Sequence[Text], name: Text, language: str) -> list[str]:
    """Return the name that matches, where it is not the one that is shown."""
    if marker.mark(name, whole=True).terms:
        return []
    names = [each for each in texts if FIELD_OF[PROPERTIES[each[0]]] != "text"]
    match = marker.best_match(names, language)
    return ["".join(piece.text for piece in match.pieces)] if match else []
