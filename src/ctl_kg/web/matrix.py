"""White space: ``/matrix/ROWS/COLUMNS`` for people, ``/api/matrix/ROWS/COLUMNS`` for programs.

``certainty=stated`` and ``role=…`` say which links count; ``row=`` and ``column=`` together ask
for one cell. ``gaps=paths`` adds to the empty cells the nearest indirect path, as far as there
is time. Rows come in pages if there are very many. Not here: what a link is (``publish/matrix``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import NotFoundError, ParameterError
from ctl_kg.publish.description import RDF_TYPE
from ctl_kg.publish.formats import HTML, JSON, Format, offers
from ctl_kg.publish.matrix import (
    AXES,
    BY_NAME,
    MATRICES,
    STATED,
    Matrix,
    Spec,
    Wish,
    assemble,
    matrix_query,
)
from ctl_kg.publish.row_documents import write_json
from ctl_kg.sparql.results import CSV_TYPE
from ctl_kg.web import matrix_documents, matrix_page
from ctl_kg.web.api import language_of, refuse_unknown
from ctl_kg.web.api_answers import all_rows
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.matrix_documents import Asked
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import render
from ctl_kg.web.requests import accept_of, page_number, page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site

CSV = Format("csv", CSV_TYPE, "CSV")
_VARY = ("Accept", "Accept-Language")
_PARAMETERS = (
    "lang", "format", "certainty", "role", "gaps", "page", "row", "column", "layout",
)  # fmt: skip
_SKOS_NOTATION = NamedNode("http://www.w3.org/2004/02/skos/core#notation")
MOST_CELLS = 10_000  # of one page


@dataclass(frozen=True)
class _Choices:
    """Values of the parameters that choose among few; the first is the default."""

    certainty: tuple[str, ...] = ("any", "stated")
    gaps: tuple[str, ...] = ("list", "paths", "none")
    layout: tuple[str, ...] = ("long", "wide")


async def index(request: Request) -> Response:
    """List the matrices that there are."""
    site = site_of(request)
    refuse_unknown(request, ("lang", "format"))
    language = language_of(request)
    is_api = request.url.path.endswith("/api/matrix")
    chosen = _format(request, (JSON,) if is_api else (HTML, JSON))
    if chosen is HTML:
        context = page_of(request)
        body = render(matrix_page.list_view(context), context)
    else:
        root = str(request.scope.get("root_path", ""))
        body = write_json(matrix_documents.list_document(language, root))
    representation = Representation(body, chosen.content_type, language, _VARY)
    return respond(representation, modified=site.modified)


async def api(request: Request) -> Response:
    """Answer with a matrix, or one cell, as JSON or CSV."""
    return await _answer(request, (JSON, CSV))


async def page(request: Request) -> Response:
    """Answer with a page; programs get from here what they get from the API."""
    return await _answer(request, (HTML, JSON, CSV))


async def _answer(request: Request, offered: tuple[Format, ...]) -> Response:
    site = site_of(request)
    spec = _spec(request, site)
    refuse_unknown(request, _PARAMETERS)
    language = language_of(request)
    chosen = _format(request, offered)
    given = _given(request)
    rows = await all_rows(request, site, matrix_query(spec, site.base_iri))
    asked, matrix = await run_in_threadpool(_read, site, spec, given, language, rows.rows, request)
    if chosen is HTML:
        context = page_of(request)
        view, is_whole = await run_in_threadpool(matrix_page.view, site, context, asked, matrix)
        body = render(view, context)
    elif chosen is CSV:
        layout = _choice(given, "layout", _Choices().layout)
        body, is_whole = matrix_documents.csv_document(site, asked, matrix, layout), True
    else:
        root = str(request.scope.get("root_path", ""))
        found, is_whole = await run_in_threadpool(
            matrix_documents.document, site, asked, matrix, root
        )
        body = write_json(found)
    representation = Representation(body, chosen.content_type, language, _VARY)
    response = respond(representation, modified=site.modified)
    if not is_whole or rows.volatile:
        response.headers["cache-control"] = "no-store"  # a busy moment is no property of the data
    return response


def _spec(request: Request, site: Site) -> Spec:
    name = f"{request.path_params['rows']}/{request.path_params['columns']}"
    found = BY_NAME.get(name)
    if found is None:
        known = ", ".join(BY_NAME)
        raise NotFoundError(
            f"there is no matrix '{cut(name)}'", hint=f"There are: {known}.",
            suggestions=[f"{site.base_iri}matrix/{each}" for each in BY_NAME],
        )  # fmt: skip
    return found


def _format(request: Request, offered: tuple[Format, ...]) -> Format:
    wished = request.query_params.get("format", "")
    if wished:
        names = [each.suffix for each in offered]
        return offered[names.index(_one_of("format", wished, names))]
    table = offers(offered)
    return table[choose_media_type(accept_of(request), table)]


def _given(request: Request) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise ParameterError(name, "is given twice", value=value, hint="Give one value.")
        given[name] = value
    return given


def _choice(given: dict[str, str], name: str, known: Sequence[str]) -> str:
    return _one_of(name, given[name], known) if given.get(name) else known[0]


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ParameterError(
            name, f"'{cut(value)}' is not one of its values", value=value, allowed=known,
            hint=f"It takes: {', '.join(known)}.", example=f"{name}={known[0]}" if known else None,
        )  # fmt: skip
    return value


def _read(
    site: Site,
    spec: Spec,
    given: dict[str, str],
    language: str,
    solutions: Sequence[matrix_documents.Solution],
    request: Request,
) -> tuple[Asked, Matrix]:
    """Return what is asked, and the matrix as far as its links count.

    Raises:
        ParameterError: a value is not allowed.
    """
    choices = _Choices()
    rows, columns = (members(site, axis, language) for axis in (spec.rows, spec.columns))
    stated = [site.curies.expand(each) or each for each in STATED]
    whole = assemble(solutions, rows, columns, stated)
    certainty = _choice(given, "certainty", choices.certainty)
    wish = Wish(_role(site, given, whole.roles), certainty == "stated")
    matrix = assemble(solutions, rows, columns, stated, wish) if wish != Wish() else whole
    size = max(1, MOST_CELLS // max(1, len(columns)))
    pages = max(1, -(-len(rows) // size))
    number = page_number(request)
    if number > pages:
        raise ParameterError(
            "page", f"{number} is past the end", value=str(number), allowed=[f"1 to {pages}"],
            example=f"page={pages}",
        )  # fmt: skip
    asked = Asked(
        spec, wish, language, _choice(given, "gaps", choices.gaps),
        rows[(number - 1) * size : number * size], number, pages, _cell(site, given, matrix),
        whole.roles, stated, tuple((n, v) for n, v in given.items() if n != "format"),
    )  # fmt: skip
    return asked, matrix


def _role(site: Site, given: dict[str, str], roles: Sequence[str]) -> str:
    """Return the role that is wished: by CURIE, IRI or the last part of either."""
    value = given.get("role", "")
    if not value:
        return ""
    names: dict[str, str] = {}
    for iri in roles:
        curie = site.curies.shorten(iri) or iri
        names |= {iri: iri, curie: iri, curie.rpartition(":")[2]: iri}
    if value not in names:
        _one_of("role", value, [site.curies.shorten(iri) or iri for iri in roles])
    return names[value]


def _cell(site: Site, given: dict[str, str], matrix: Matrix) -> tuple[str, str] | None:
    """Return the cell that is asked for, if one is."""
    texts = given.get("row", ""), given.get("column", "")
    if not any(texts):
        return None
    found = []
    for name, text, members_ in zip(
        ("row", "column"), texts, (matrix.rows, matrix.columns), strict=True
    ):
        iri = site.resources.find(text, name)
        if iri not in members_:
            known = [site.curies.shorten(each) or each for each in members_[:50]]
            raise ParameterError(
                name, f"'{cut(text)}' is none of the {name}s", value=text, allowed=known,
                example=f"{name}={known[0]}" if known else None, hint=f"Give one of the {name}s.",
            )  # fmt: skip
        found.append(iri)
    return found[0], found[1]


def members(site: Site, axis: str, language: str) -> tuple[str, ...]:
    """Return the members of an axis, by code if they have codes, else by name."""
    of_class = NamedNode(site.curies.expand(AXES[axis].curie) or "")
    found = {
        quad.subject.value
        for quad in site.store.quads(None, RDF_TYPE, of_class)
        if isinstance(quad.subject, NamedNode)
    }

    def key(iri: str) -> tuple[str, str, str]:
        return code_of(site, iri), site.why.words.label(iri, language).casefold(), iri

    return tuple(sorted(found, key=key))


def code_of(site: Site, iri: str) -> str:
    """Return the code of a concept, or nothing."""
    quads = site.store.quads(NamedNode(iri), _SKOS_NOTATION)
    return min((q.object.value for q in quads if isinstance(q.object, Literal)), default="")


__all__ = ["MATRICES", "api", "code_of", "index", "members", "page"]
