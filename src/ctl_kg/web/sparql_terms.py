"""What the SPARQL editor offers while one types: terms by name, examples, and its own words.

``/sparql/terms.json?lang=``, ``/sparql/examples.json?lang=`` and ``/sparql/texts.json?lang=``;
made of the release, the messages and the settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.sparql.binding import bind
from ctl_kg.sparql.query_file import GROUPS
from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.sparql.terms import Solutions, text_of
from ctl_kg.web.pages import PageContext
from ctl_kg.web.query_snippets import body_of
from ctl_kg.web.requests import page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts

# Resources of one kind; the ontology and the vocabularies are always whole.
MOST_OF_A_FOLDER = 200
_JSON = "application/json; charset=utf-8"
# Kind of term, and the query that lists it; what is found first keeps its kind.
_KINDS = {
    "property": """SELECT DISTINCT ?x WHERE { { ?s ?x ?o } UNION { ?x a ?c VALUES ?c {
        owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty rdf:Property } } }""",
    "class": """SELECT DISTINCT ?x WHERE { { ?s a ?x } UNION { VALUES ?c {
        owl:Class rdfs:Class } ?x a ?c } }""",
    "concept": "SELECT DISTINCT ?x WHERE { ?x a skos:Concept }",
}


def texts(request: Request) -> Response:
    """Return what the editor says in the reader's language, and the prefixes it shortens by."""
    site, page = site_of(request), page_of(request)
    tables: dict[str, dict[str, str]] = {"editor": {}, "errors": {}}
    for key in sorted(page.messages.keys()):
        section, _, name = key.partition(".")
        if section in tables:
            tables[section][name] = page.messages(key)
    document = {
        **tables,
        "language": page.language,
        "seconds": site.settings.query_timeout_s,
        "prefixes": site.curies.table,
    }
    return _sent(site, page, document)


def terms(request: Request) -> Response:
    """Return each term as CURIE, name and kind, and the prefixes of the CURIEs."""
    site, page = site_of(request), page_of(request)
    document = {"prefixes": site.curies.table, "terms": _terms(site, page)}
    return _sent(site, page, document)


def _terms(site: Site, page: PageContext) -> list[tuple[str, str, str]]:
    parts = ViewParts(site, page, {})
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in site.curies.table.items())
    kinds: dict[str, str] = {}
    for kind, text in _KINDS.items():
        for iri in _column(site, prologue + text):
            kinds.setdefault(iri, kind)
    for iri in _instances(site, "data/"):
        kinds.setdefault(iri, "instance")
    found = []
    for iri, kind in kinds.items():
        curie = site.curies.shorten(iri)
        name = parts.name(iri)[0]
        if curie and (name != curie or kind != "instance"):
            found.append((curie, "" if name == curie else name, kind))
    return sorted(found)


def _column(site: Site, text: str) -> list[str]:
    result = site.store.query(text)
    assert isinstance(result, Solutions)
    return [text_of(row[0]) for row in result.rows]


def _instances(site: Site, path: str) -> Iterator[str]:
    """Yield the first resources of a folder and of those below it."""
    folder = site.index.folder(path)
    if folder is None:
        return
    yield from folder.members[:MOST_OF_A_FOLDER]
    for each in folder.folders:
        yield from _instances(site, each)


def examples(request: Request) -> Response:
    """Return the stock queries as examples, by group, with the defaults of their parameters."""
    site, page = site_of(request), page_of(request)
    document = [
        {
            "group": page.messages("query_groups." + group),
            "queries": [
                {
                    "name": query.name,
                    "title": query.title[page.language],
                    "text": example_text(site, query, page.language),
                }
                for query in site.queries.values()
                if query.group == group
            ],
        }
        for group in GROUPS
    ]
    return _sent(site, page, [each for each in document if each["queries"]])


def example_text(site: Site, query: QueryFile, language: str) -> str:
    """Return a stock query as one would write it: with its question, and names in the language."""
    given = {"lang": [language]} if query.parameter("lang") is not None else {}
    text = bind(query, given, curies=site.curies, choices_of=site.choices)
    return f"# {query.question[language]}\n{body_of(text)}"


def _sent(site: Site, page: PageContext, document: Any) -> Response:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    representation = Representation(body, _JSON, page.language, ("Accept-Language",))
    return respond(representation, modified=site.modified)
