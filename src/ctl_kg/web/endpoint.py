"""The SPARQL endpoint: ``/sparql``, read only.

Source: SPARQL 1.1 Protocol §2.1 (query operation), §2.2.4 (no update), Service Description §2.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import (
    CtlKgError,
    PayloadTooLargeError,
    QuerySyntaxError,
    RequestError,
    UnsupportedTypeError,
)
from ctl_kg.publish.formats import (
    GRAPH_FORMATS,
    HTML,
    Format,
    by_suffix,
    formats_for,
    offers,
)
from ctl_kg.publish.service import service_description
from ctl_kg.sparql import guard
from ctl_kg.sparql.terms import Solutions
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.requests import accept_of, page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, SparqlView
from ctl_kg.web.workers import Job

_VARY = ("Accept", "Accept-Language")
_FORM_TYPE = "application/x-www-form-urlencoded"
_QUERY_TYPE = "application/sparql-query"
_UPDATE_TYPE = "application/sparql-update"


@dataclass(frozen=True)
class Operation:
    """What a request asks of the endpoint; ``query`` is None if it only opens it."""

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str

    @property
    def has_dataset(self) -> bool:
        """Tell whether the request itself names graphs."""
        return self.default_graphs is not None or self.named_graphs is not None


async def sparql(request: Request) -> Response:
    """Answer a query, describe the service, or show the form."""
    site = site_of(request)
    operation = await read_operation(request, site.settings.max_body_bytes)
    if operation.query is None:
        return _without_query(request, site)
    scan = await run_in_threadpool(guard.scan, operation.query.removeprefix("\ufeff"))
    offered = (*formats_for(scan.form), HTML)
    chosen = by_suffix(operation.format, offered) or _negotiated(request, offered)
    if chosen is HTML:
        return await run_in_threadpool(_answer_page, request, site, operation, scan.form)
    body = await run_in_threadpool(site.workers.run, _job(operation, chosen.suffix))
    representation = Representation(body, chosen.content_type, vary=("Accept",))
    return respond(representation, modified=site.modified)


def _negotiated(request: Request, offered: tuple[Format, ...]) -> Format:
    table = offers(offered)
    return table[choose_media_type(accept_of(request), table)]


def _job(operation: Operation, suffix: str) -> Job:
    assert operation.query is not None
    return Job(operation.query, suffix, operation.default_graphs, operation.named_graphs)


async def read_operation(request: Request, max_bytes: int) -> Operation:
    """Return what a request asks.

    Raises:
        UnsupportedTypeError: a POST has another content type, charset or coding.
        PayloadTooLargeError: the body is larger than the limit.
        RequestError: two queries, an update, or bytes that are not UTF-8.
    """
    pairs = list(request.query_params.multi_items())
    direct: str | None = None
    if request.method == "POST":
        body = await _read_body(request, max_bytes)
        media_type = _content_type(request)
        if media_type == _FORM_TYPE:
            pairs += _fields(_decode(body))
        elif media_type == _QUERY_TYPE:
            direct = _decode(body)
        elif media_type == _UPDATE_TYPE:
            raise RequestError("this endpoint only reads: updates are refused")
        else:
            raise UnsupportedTypeError(
                f"a body of type '{media_type or 'none'}' is not taken",
                hint=f"Send {_QUERY_TYPE} or {_FORM_TYPE}, in UTF-8.",
            )
    return _operation(pairs, direct)


def _operation(pairs: list[tuple[str, str]], direct: str | None) -> Operation:
    queries = [value for name, value in pairs if name == "query"]
    if direct is not None:
        queries.append(direct)
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in pairs):
        raise RequestError("this endpoint only reads: updates are refused")
    if len(queries) > 1:
        raise RequestError("there is more than one query", hint="Send one query per request.")
    default = tuple(value for name, value in pairs if name == "default-graph-uri")
    named = tuple(value for name, value in pairs if name == "named-graph-uri")
    wished = next((value for name, value in pairs if name == "format"), "")
    query = queries[0] if queries else None
    return Operation(query, default or None, named or None, wished)


async def _read_body(request: Request, max_bytes: int) -> bytes:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedTypeError("a compressed body is not taken", hint="Send it as it is.")
    too_large = PayloadTooLargeError(f"the body is larger than {max_bytes} bytes")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > max_bytes:
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _content_type(request: Request) -> str:
    media_type, *parameters = request.headers.get("content-type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset" and value.strip('"').lower() not in ("utf-8", "utf8"):
            raise UnsupportedTypeError(f"the charset '{value}' is not taken", hint="Send UTF-8.")
    return media_type.strip().lower()


def _fields(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=1000)
    except ValueError as error:
        raise RequestError(
            "the form has more than 1000 fields", hint="Send the query as one field."
        ) from error


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError("the body is not UTF-8") from error


def _without_query(request: Request, site: Site) -> Response:
    if request.method == "POST":
        raise RequestError("there is no query", hint="Send it as the parameter 'query'.")
    chosen = _negotiated(request, (*GRAPH_FORMATS, HTML))
    if chosen is HTML:
        page = page_of(request)
        return _page(request, page, _form(site, page, ""))
    sizes: dict[str, int] = {}
    for quad in site.store.quads():
        if isinstance(quad.graph_name, ox.NamedNode):
            sizes[quad.graph_name.value] = sizes.get(quad.graph_name.value, 0) + 1
    triples = service_description(site.base_iri, site.base_iri + "sparql", sizes)
    body = site.writer.write(triples, chosen.suffix)
    representation = Representation(body, chosen.content_type, vary=_VARY)
    return respond(representation, modified=site.modified)


def _page(request: Request, page: PageContext, view: SparqlView, status: int = 200) -> Response:
    representation = Representation(
        render(view, page), HTML.content_type, page.language, vary=_VARY
    )
    response = respond(representation)
    if status != 200:
        response.status_code = status
    return response


def _form(site: Site, page: PageContext, query: str) -> SparqlView:
    examples = [
        Link(q.title[page.language], page.url("/sparql", query=q.text))
        for q in site.queries.values()
    ]
    return SparqlView(
        title=page.messages("sparql.title"),
        query=query or _EXAMPLE.format(base=site.base_iri),
        table=None,
        boolean=None,
        graph_text="",
        error="",
        hint="",
        line=None,
        downloads=(),
        examples=tuple(examples[:8]),
    )


_EXAMPLE = """PREFIX ctl: <{base}onto/CTL/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?cluster ?name
WHERE {{
  ?cluster a ctl:TechnologyCluster ;
    skos:prefLabel ?name .
  FILTER (LANG(?name) = "it")
}}
ORDER BY ?name ?cluster
"""


def _answer_page(request: Request, site: Site, operation: Operation, form: str | None) -> Response:
    """Return the form with the answer, or with what is wrong, below it."""
    page = page_of(request)
    assert operation.query is not None
    view = _form(site, page, operation.query)
    graph = form in ("CONSTRUCT", "DESCRIBE")
    try:
        body = site.workers.run(_job(operation, "ttl" if graph else "json"))
    except CtlKgError as error:
        line = error.line if isinstance(error, QuerySyntaxError) else None
        failed = replace(view, error=error.message, hint=error.hint, line=line)
        return _page(request, page, failed, error.status)
    downloads = tuple(
        Link(each.name, page.url("/sparql", query=operation.query, format=each.suffix))
        for each in formats_for(form)
    )
    if operation.has_dataset or len(operation.query) > 4000:
        downloads = ()  # the address would not say the same, or not fit
    if graph:
        answered = replace(view, graph_text=body.decode(), downloads=downloads)
        return _page(request, page, answered)
    answered = replace(view, downloads=downloads)
    result = parse_json(body)
    if isinstance(result, bool):
        return _page(request, page, replace(answered, boolean=result))
    table = ViewParts(site, page, {}).table(result)
    return _page(request, page, replace(answered, table=table))


def parse_json(body: bytes) -> Solutions | bool:
    """Return an answer in SPARQL results JSON as terms."""
    found = ox.parse_query_results(io.BytesIO(body), format=ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    return Solutions([v.value for v in found.variables], [tuple(row) for row in found])
