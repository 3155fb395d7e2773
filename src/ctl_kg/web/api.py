"""The stock queries for programs: ``/api/queries`` and ``/api/queries/NAME``.

``/api/queries/NAME?cluster=cluster:afil`` answers in the format that ``Accept``, ``format=`` or
a suffix (``NAME.csv``) asks for; ``NAME@1`` is version 1 of the query's contract, without
``@`` the latest. Everything is read from the header of the query's file.

Source: RFC 8288 (Link), RFC 9457 (problems), RFC 5829 §3 (``latest-version``).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotFoundError, ParameterError
from ctl_kg.languages import LANGUAGES
from ctl_kg.publish.formats import GEO_JSON, HTML, JSON, TABLE_FORMATS, Format, by_suffix, offers
from ctl_kg.publish.iris import split_suffix
from ctl_kg.publish.row_documents import describe_column, describe_parameter, write_json
from ctl_kg.sparql.query_model import RESERVED_PARAMETERS, QueryFile
from ctl_kg.web import api_answers, coverage
from ctl_kg.web.api_answers import Asked, formats_of
from ctl_kg.web.api_values import bound_query, choices_of, read_values
from ctl_kg.web.api_wishes import cut, read_wish
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.query_asked import unknown_query
from ctl_kg.web.requests import accept_of, page_of, raw_path, site_of, site_path
from ctl_kg.web.responses import Links, Representation, respond, see_other
from ctl_kg.web.site import Site

_VARY = ("Accept", "Accept-Language")
_SUFFIXES = tuple(each.suffix for each in (*TABLE_FORMATS, GEO_JSON, HTML))
_SMALL = 200  # rows that are written in a moment
SIMPLE_REQUESTS = ("lang", "format")  # parameters of /api/queries


def queries(request: Request) -> Response:
    """List the stock queries with their parameters and columns."""
    site = site_of(request)
    refuse_unknown(request, SIMPLE_REQUESTS)
    language = language_of(request)
    offered = (JSON, HTML)
    chosen = _format(request, None, offered)
    if chosen is HTML:
        return _to_page(request, "/queries", ("lang",))
    body = write_json(
        {
            "language": language,
            "total": len(site.queries),
            "queries": [_entry(request, site, each, language) for each in site.queries.values()],
        }
    )
    links: Links = [(site_path(request, "/api/openapi.json"), {"rel": "service-desc"})]
    representation = Representation(body, chosen.content_type, language, _VARY, links)
    return respond(representation, modified=site.modified)


def _entry(request: Request, site: Site, query: QueryFile, language: str) -> dict[str, object]:
    address = site_path(request, "/api/queries/" + query.name)
    links = {
        "self": address,
        "version": f"{address}@{query.version}",
        "page": site_path(request, "/queries/" + query.name),
        "sparql": site_path(request, f"/queries/{query.name}.rq"),
    }
    links |= {each.suffix: f"{address}.{each.suffix}" for each in formats_of(query)}
    return {
        "name": query.name,
        "version": query.version,
        "title": query.title[language],
        "question": query.question[language],
        "description": query.description[language],
        "group": query.group,
        "competency": query.competency,
        "view": query.view.kind,
        "channels": query.view.channels,
        "parameters": [
            describe_parameter(each, language, choices_of(site, each)) for each in query.parameters
        ],
        "columns": [describe_column(each, language) for each in query.columns],
        "links": links,
    }


@dataclass(frozen=True)
class _Name:
    """The last part of an address, taken apart."""

    stem: str
    version: str | None
    suffix: str | None


def _name_of(request: Request) -> _Name:
    name = raw_path(request).removeprefix("/api/queries/")
    stem, suffix = split_suffix(name, _SUFFIXES)
    stem, at, version = stem.replace("%40", "@").partition("@")
    return _Name(stem, version if at else None, suffix)


def _found(site: Site, name: _Name) -> QueryFile:
    """Return the query of an address.

    Raises:
        NotFoundError: no query has the name, or the query has no such version.
    """
    found = site.queries.get(name.stem)
    if found is None:
        raise unknown_query(site.queries, name.stem, site.base_iri)
    if name.version is not None and name.version != str(found.version):
        raise NotFoundError(
            f"the query '{found.name}' has no version '{cut(name.version)}'",
            suggestions=[f"{site.base_iri}api/queries/{found.name}@{found.version}"],
            hint=f"There is version {found.version}; without '@' the address gives the latest.",
        )
    return found


async def query(request: Request) -> Response:
    """Answer a stock query: rows of the page asked for, in the format asked for."""
    site = site_of(request)
    name = _name_of(request)
    found = _found(site, name)
    own = [each.name for each in found.parameters if each.name != "lang"]
    taken = (*own, *RESERVED_PARAMETERS, "lang")
    refuse_unknown(request, taken)
    chosen = _format(request, name.suffix, (*formats_of(found), HTML))
    if chosen is HTML or found.form != "SELECT":
        kept = [each for each in taken if each not in RESERVED_PARAMETERS]
        return _to_page(request, "/queries/" + found.name, kept)
    return await _answer(request, site, found, name, chosen)


async def _answer(
    request: Request, site: Site, query: QueryFile, name: _Name, chosen: Format
) -> Response:
    pairs = tuple(request.query_params.multi_items())
    language = language_of(request)
    wish = read_wish(query, pairs)
    given = read_values(query, pairs, language)
    bound = await bound_query(site, query, given)
    address = site_path(request, raw_path(request))
    search = request.scope["query_string"].decode("latin-1")
    asked = Asked(query, bound, wish, language, address, search)
    rows = await api_answers.all_rows(request, site, bound.text)
    # What takes a moment is done here; the rest must not hold up others.
    run = _at_once if len(rows) <= _SMALL and chosen.suffix != "xlsx" else run_in_threadpool
    piece = await run(api_answers.piece_of, site, asked, rows)
    evidence = None
    if wish.evidence:
        evidence = await api_answers.evidence_of(request, site, asked, piece.rows)
    body = await run(api_answers.document, site, asked, piece, chosen, evidence)
    pages = api_answers.page_links(asked, piece)
    return _respond(request, site, asked, name, chosen, body, pages)


async def _at_once(work: Callable[..., Any], *arguments: Any) -> Any:
    return work(*arguments)


def _respond(
    request: Request,
    site: Site,
    asked: Asked,
    name: _Name,
    chosen: Format,
    body: bytes,
    pages: Mapping[str, str],
) -> Response:
    links: list[tuple[str, Mapping[str, str]]] = [
        (target, {"rel": relation}) for relation, target in pages.items()
    ]
    about = f"/queries/{asked.query.name}.rq"
    if name.version is not None:
        latest = site_path(request, "/api/queries/" + asked.query.name)
        links.append((latest, {"rel": "latest-version"}))
    links.append((site_path(request, about), {"rel": "describedby"}))
    if chosen.suffix not in ("json", "xlsx"):  # those hold them
        notes = site.coverage.of_query(asked.query.text, asked.values)
        links += coverage.links(request, site, notes)
    headers = {}
    if chosen.suffix in ("csv", "tsv", "xlsx"):
        headers["content-disposition"] = (
            f'attachment; filename="{asked.query.name}.{chosen.suffix}"'
        )
    # The choice depends on Accept only where the address does not make it.
    is_chosen = name.suffix is not None or "format" in request.query_params
    vary = _VARY[1:] if is_chosen else _VARY
    language = asked.language if chosen.suffix in ("json", "xlsx", "geojson") else None
    representation = Representation(body, chosen.content_type, language, vary, links, headers)
    return respond(representation, modified=site.modified)


def _to_page(request: Request, path: str, kept: Sequence[str]) -> Response:
    """Lead a browser to the page, with the parameters that it takes."""
    page = page_of(request)
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name in kept]
    target = urlencode(pairs)
    location = page.root_path + path + (f"?{target}" if target else "")
    return see_other(location, vary=_VARY, links=())


def language_of(request: Request) -> str:
    """Return the language of an answer: ``lang`` in the address, else the one negotiated.

    Raises:
        ParameterError: ``lang`` is given twice, or is none of the languages.
    """
    asked = request.query_params.getlist("lang")
    if len(asked) > 1 or (asked and asked[0] not in LANGUAGES):
        message = (
            "is given twice" if len(asked) > 1 else f"'{cut(asked[0])}' is no language of ours"
        )
        raise ParameterError(
            "lang", message, value=", ".join(asked), allowed=LANGUAGES, example="lang=en"
        )
    return page_of(request).language


def _format(request: Request, suffix: str | None, offered: tuple[Format, ...]) -> Format:
    """Return the format of an answer: by suffix, else by ``format``, else by ``Accept``.

    Raises:
        ParameterError: ``format`` is none of them, is given twice, or differs from the suffix.
        NotFoundError: the suffix is none of them.
        NotAcceptableError: none of those accepted is offered.
    """
    wished = request.query_params.getlist("format")
    known = [each.suffix for each in offered]
    if wished and (len(wished) > 1 or wished[0] not in known or suffix not in (None, wished[0])):
        raise ParameterError(
            "format",
            "is given twice" if len(wished) > 1
            else f"'{cut(wished[0])}' is not one of its values" if wished[0] not in known
            else f"differs from the suffix '.{suffix}'",
            value=", ".join(wished), allowed=known, example="format=json",
        )  # fmt: skip
    suffix = suffix or (wished[0] if wished else None)
    if suffix is not None:
        found = by_suffix(suffix, offered)
        if found is None:
            raise NotFoundError(
                f"this answer has no format '{suffix}'", hint="Formats: " + ", ".join(known) + "."
            )
        return found
    table = offers(offered)
    return table[choose_media_type(accept_of(request), table)]


def refuse_unknown(request: Request, taken: Sequence[str]) -> None:
    """Refuse a request with a parameter that is not known.

    Raises:
        ParameterError: names it, and the nearest that is known.
    """
    for name, value in request.query_params.multi_items():
        if name not in taken:
            near = difflib.get_close_matches(name[:80], taken, n=1, cutoff=0.5)
            raise ParameterError(
                cut(name), "is not known here", value=value, allowed=taken,
                hint=f"Did you mean '{near[0]}'?" if near else "Leave it out.",
                example=f"{near[0]}=…" if near else None,
            )  # fmt: skip
