"""Citations to take away: ``/cite?iri=…&format=apa|bibtex|csl``.

Not here: what a citation says (``citations``), how it is written (``publish/citation``).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.web import descriptions
from ctl_kg.web.asked_resource import asked_resource
from ctl_kg.web.citations import FORMATS, citation_of, written
from ctl_kg.web.parameters import choice, given_once
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.titles import title_of
from ctl_kg.web.values import ViewParts


def cite(request: Request) -> Response:
    """Answer with the citation of a resource.

    Raises:
        ParameterError: no resource is named, or a format that there is not.
        UnknownResourceError: there is no such resource.
    """
    site, page = site_of(request), page_of(request)
    given = given_once(request, ("iri", "format", "lang"))
    iri = asked_resource(site, given.get("iri", ""), "iri")
    name = choice(given, "format", tuple(FORMATS))
    chosen = FORMATS[name]
    title, language = title_of(ViewParts(site, page, {}), iri, descriptions.said(site, iri))
    citation = citation_of(site, page, iri, title, language)
    file_name = f"{citation.key.replace(':', '-')}.{chosen.suffix}"
    headers = {} if name == "apa" else {"content-disposition": f'inline; filename="{file_name}"'}
    body = written(citation, name).encode()
    made = Representation(
        body, chosen.media_type, page.language, ("Accept-Language",), headers=headers
    )
    return respond(made, modified=site.modified)
