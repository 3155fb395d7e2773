"""The SPARQL endpoint: ``/sparql``, read only.

Source: SPARQL 1.1 Protocol §2.1 (query operation), §2.2.4 (no update), Service Description §2.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ctl_kg.errors import (
    CtlKgError,
    RequestError,
)
from ctl_kg.publish.formats import DESCRIPTION_FORMATS, HTML, Format, offers
from ctl_kg.publish.service import QueryLimits, service_description
from ctl_kg.web import sparql_page
from ctl_kg.web.negotiation import choose_media_type, prefers_html
from ctl_kg.web.protocol import Operation, read_operation
from ctl_kg.web.query_job import Job
from ctl_kg.web.query_link import Answer
from ctl_kg.web.requests import accept_of, site_of
from ctl_kg.web.responses import Links, Representation, respond
from ctl_kg.web.site import Site

_VARY = ("Accept", "Accept-Language")
LARGE_BYTES = 4_000_000  # a larger answer is sent from disk, and never kept in memory
PIECE_BYTES = 256 * 1024


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
        return sparql_page.refused(request, site, operation, error)
    if answer.head.page:
        return await run_in_threadpool(sparql_page.answered, request, site, operation, answer)
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
    headers = {"server-timing": f"parse;dur={head.parse_ms:.2f}, query;dur={head.run_ms:.2f}"}
    if head.volatile:
        headers["cache-control"] = "no-store"
    if answer.size <= LARGE_BYTES:
        body = answer.read()
        representation = Representation(
            body, head.content_type, vary=vary, links=links, headers=headers
        )
        return respond(representation, modified=modified)
    etag = await run_in_threadpool(_digest, answer)
    representation = Representation(
        b"", head.content_type, vary=vary, links=links, headers=headers | {"etag": etag}
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
        explain=operation.explain,
    )


def _without_query(request: Request, site: Site) -> Response:
    if request.method == "POST":
        raise RequestError("there is no query", hint="Send it as the parameter 'query'.")
    chosen = _negotiated(request, (*DESCRIPTION_FORMATS, HTML))
    if chosen is HTML:
        return sparql_page.opened(request, site)
    settings = site.settings
    triples = service_description(
        site.base_iri,
        site.base_iri + "sparql",
        site.store.graph_sizes(),
        default_triples=site.manifest.get("counts", {}).get("triples"),
        limits=QueryLimits(
            settings.query_timeout_s,
            settings.query_memory_bytes,
            settings.query_max_rows,
            settings.query_max_bytes,
        ),
        service_allow=settings.service_allow,
    )
    body = site.writer.write(triples, chosen.suffix)
    representation = Representation(body, chosen.content_type, vary=_VARY)
    return respond(representation, modified=site.modified)
