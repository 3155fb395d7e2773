"""The SPARQL endpoint: ``/sparql``, read only.

Source: SPARQL 1.1 Protocol §2.1 (query operation), §2.2.4 (no update), Service Description §2.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

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
from ctl_kg.sparql.terms import Solutions
from ctl_kg.web.negotiation import choose_media_type, prefers_html
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.query_job import PAGE_ROWS, Job
from ctl_kg.web.query_pool import Answer
from ctl_kg.web.requests import accept_of, page_of, site_of
from ctl_kg.web.responses import Links, Representation, respond, retry_headers
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, SparqlView

_VARY = ("Accept", "Accept-Language")
_FORM_TYPE = "application/x-www-form-urlencoded"
_QUERY_TYPE = "application/sparql-query"
_UPDATE_TYPE = "application/sparql-update"
LARGE_BYTES = 4_000_000  # a larger answer is sent from disk, and never kept in memory
PIECE_BYTES = 256 * 1024


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
    job = _job(request, operation)
    try:
        answer = await ask(request, job)
    except CtlKgError as error:
        if not (job.suffix == HTML.suffix or prefers_html(job.accept)):
            raise
        return _page(request, page_of(request), _failed(request, site, operation, error), error)
    if answer.head.page:
        return await run_in_threadpool(_answer_page, request, site, operation, answer)
    return await answer_response(answer, modified=site.modified, vary=("Accept",))


async def ask(request: Request, job: Job) -> Answer:
    """Return the answer to a job; the query ends when the client leaves.

    Raises:
        CtlKgError: see :meth:`QueryPool.run`.
    """

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return await site_of(request).pool.run(job, gone)


async def answer_response(
    answer: Answer,
    *,
    modified: datetime | None,
    vary: Sequence[str],
    links: Links = (),
) -> Response:
    """Return an answer as it is sent: a large one piece by piece, once it is whole."""
    head = answer.head
    chosen = by_suffix(head.suffix, formats_for(head.form))
    assert chosen is not None
    headers = {"server-timing": f"parse;dur={head.parse_ms:.2f}, query;dur={head.run_ms:.2f}"}
    if head.volatile:
        headers["cache-control"] = "no-store"
    if answer.size <= LARGE_BYTES:
        body = answer.read()
        representation = Representation(
            body, chosen.content_type, vary=vary, links=links, headers=headers
        )
        return respond(representation, modified=modified)
    etag = await run_in_threadpool(_digest, answer)
    representation = Representation(
        b"", chosen.content_type, vary=vary, links=links, headers=headers | {"etag": etag}
    )
    plain = respond(representation, modified=modified)
    sent = {name: value for name, value in plain.headers.items() if name != "content-length"}
    return StreamingResponse(_pieces(answer), headers=sent | {"content-length": str(answer.size)})


def _digest(answer: Answer) -> str:
    answer.body.seek(0)
    return f'"{hashlib.file_digest(answer.body, "sha256").hexdigest()[:32]}"'  # type: ignore[arg-type]


async def _pieces(answer: Answer) -> AsyncIterator[bytes]:
    answer.body.seek(0)
    with answer.body:
        while piece := answer.body.read(PIECE_BYTES):
            yield piece


def _negotiated(request: Request, offered: tuple[Format, ...]) -> Format:
    table = offers(offered)
    return table[choose_media_type(accept_of(request), table)]


def _job(request: Request, operation: Operation) -> Job:
    assert operation.query is not None
    wished = operation.format
    # Some clients name the format in the address, by suffix or by media type.
    accept = wished if "/" in wished else accept_of(request)
    return Job(
        operation.query,
        accept,
        "" if "/" in wished else wished,
        operation.default_graphs,
        operation.named_graphs,
    )


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


def _page(
    request: Request, page: PageContext, view: SparqlView, error: CtlKgError | None = None
) -> Response:
    representation = Representation(
        render(view, page), HTML.content_type, page.language, vary=_VARY
    )
    response = respond(representation)
    if error is not None:
        response.status_code = error.status
        response.headers["cache-control"] = "no-store"
        response.headers.update(retry_headers(error))
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
        left_out=0,
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


def _failed(request: Request, site: Site, operation: Operation, error: CtlKgError) -> SparqlView:
    """Return the form with what is wrong below it."""
    line = error.line if isinstance(error, QuerySyntaxError) else None
    view = _form(site, page_of(request), operation.query or "")
    return replace(view, error=error.message, hint=error.hint, line=line)


def _answer_page(request: Request, site: Site, operation: Operation, answer: Answer) -> Response:
    """Return the form with the answer below it."""
    page = page_of(request)
    assert operation.query is not None
    view = _form(site, page, operation.query)
    form = answer.head.form
    downloads = tuple(
        Link(each.name, page.url("/sparql", query=operation.query, format=each.suffix))
        for each in formats_for(form)
    )
    if operation.has_dataset or len(operation.query) > 4000:
        downloads = ()  # the address would not say the same, or not fit
    view = replace(view, downloads=downloads)
    if form in ("CONSTRUCT", "DESCRIBE"):
        left_out = max(0, answer.head.rows - PAGE_ROWS)
        text = answer.read().decode()
        return _page(request, page, replace(view, graph_text=text, left_out=left_out))
    result = parse_json(answer.read())
    if isinstance(result, bool):
        return _page(request, page, replace(view, boolean=result))
    table = ViewParts(site, page, {}).table(result, total=answer.head.rows)
    return _page(request, page, replace(view, table=table))


def parse_json(body: bytes) -> Solutions | bool:
    """Return an answer in SPARQL results JSON as terms."""
    found = ox.parse_query_results(io.BytesIO(body), format=ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    return Solutions([v.value for v in found.variables], [tuple(row) for row in found])
