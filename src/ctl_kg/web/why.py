"""How two resources are linked: ``/why`` for people, ``/api/why`` for programs.

``?from=cluster:afil&to=network:eusalp`` names the ends by CURIE, IRI or name; ``limit`` and
``max_hops`` bound the answer. JSON tells the paths in both languages; TriG, N-Quads and JSON-LD
hold the statements of the paths in their named graphs, with where those come from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ctl_kg.errors import ParameterError
from ctl_kg.languages import LANGUAGES, best_literal
from ctl_kg.publish.formats import (
    DATASET_FORMATS,
    HTML,
    JSON,
    JSON_LD,
    Format,
    by_suffix,
    offers,
)
from ctl_kg.publish.paths import DEFAULT_HOPS, DEFAULT_LIMIT, MOST_HOPS, MOST_PATHS
from ctl_kg.publish.why import Answer, Explanation, Hop
from ctl_kg.web import coverage
from ctl_kg.web.chart_view import Drawn
from ctl_kg.web.descriptions import with_provenance
from ctl_kg.web.negotiation import choose_media_type
from ctl_kg.web.pages import PageContext, render
from ctl_kg.web.parameters import choice, given_once, number
from ctl_kg.web.requests import accept_of, page_of, site_of
from ctl_kg.web.responses import Representation, respond
from ctl_kg.web.site import Site, once_per_site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Mark, Option
from ctl_kg.web.why_chart import chart_of_paths, drawn_paths
from ctl_kg.web.why_view import WhyEnd, WhyHop, WhyPath, WhyView

API_FORMATS = (JSON, JSON_LD, *DATASET_FORMATS)
_PARAMETERS = ("from", "to", "limit", "max_hops", "format", "lang")
# What the form offers to choose from; any other resource can be typed.
_OFFERED = (
    "data/cluster/", "data/network/", "data/project/", "data/organisation/", "data/programme/",
    "data/call/", "data/group/", "controlled-vocabulary/s3-ecosystem/",
    "controlled-vocabulary/pnrr/", "controlled-vocabulary/technology-area/", "data/initiative/",
    "data/person/",
)  # fmt: skip
_MOST_OFFERED = 400
EXAMPLES = (
    ("cluster:afil", "cluster:tav"),
    ("network:eusalp", "eco:nutrizione"),
    ("project:screen", "organisation:regione-lombardia"),
)


@dataclass(frozen=True)
class Question:
    """What an address asks: two ends as they were written, and the bounds."""

    start: str
    end: str
    limit: int = DEFAULT_LIMIT
    max_hops: int = DEFAULT_HOPS


def read_question(request: Request) -> Question:
    """Return what a request asks.

    Raises:
        ParameterError: a parameter is unknown, given twice, or no number within its bounds.
    """
    given = given_once(request, _PARAMETERS, may_be_empty=("from", "to"))
    choice(given, "lang", LANGUAGES)
    return _question(given)


def _question(given: Mapping[str, str]) -> Question:
    return Question(
        given.get("from", ""),
        given.get("to", ""),
        number(given, "limit", DEFAULT_LIMIT, MOST_PATHS),
        number(given, "max_hops", DEFAULT_HOPS, MOST_HOPS),
    )


def answer_question(site: Site, question: Question) -> Answer:
    """Return the answer to a question.

    Raises:
        ParameterError: an end is missing, or both are the same.
        UnknownResourceError: an end names no resource, or several.
    """
    start = site.resources.find(question.start, "from")
    end = site.resources.find(question.end, "to")
    if start == end:
        raise ParameterError(
            "to", "is the same resource as 'from'", value=question.end, hint="Give two resources."
        )
    return site.why.explain(start, end, limit=question.limit, max_hops=question.max_hops)


async def picture(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return the chart of the paths, for ``/charts``."""
    question = _question(request.query_params)
    answer = await run_in_threadpool(answer_question, site, question)
    return await run_in_threadpool(drawn_paths, site, page, answer)


async def api(request: Request) -> Response:
    """Answer in JSON, or with the statements as RDF."""
    site = site_of(request)
    chosen, vary = _chosen(request, API_FORMATS)
    question = read_question(request)
    return await run_in_threadpool(_data, site, question, chosen, vary)


async def page(request: Request) -> Response:
    """Answer with a page for people; programs get from here what they get from the API."""
    site = site_of(request)
    chosen, vary = _chosen(request, (HTML, *API_FORMATS))
    if chosen is not HTML:
        return await run_in_threadpool(_data, site, read_question(request), chosen, vary)
    return await run_in_threadpool(_page, request, site)


def _chosen(request: Request, offered: Sequence[Format]) -> tuple[Format, tuple[str, ...]]:
    wished = request.query_params.get("format", "")
    if wished:
        found = by_suffix(wished, offered)
        if found is None:
            names = [each.suffix for each in offered]
            raise ParameterError(
                "format", f"'{wished[:80]}' is not one of its values", value=wished,
                allowed=names, hint=f"Formats: {', '.join(names)}.", example=names[0],
            )  # fmt: skip
        return found, ("Accept-Language",) if found is HTML else ()
    table = offers(offered)
    found = table[choose_media_type(accept_of(request), table)]
    return found, ("Accept", "Accept-Language") if found is HTML else ("Accept",)


def _data(site: Site, question: Question, chosen: Format, vary: tuple[str, ...]) -> Response:
    answer = answer_question(site, question)
    if chosen is JSON:
        document = site.why.as_json(answer)
        body = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
    else:
        quads = answer.quads()
        whole = with_provenance(site, quads) if quads else []
        body = site.writer.write_dataset(whole, chosen.suffix)
    return _sent(site, answer, Representation(body, chosen.content_type, vary=vary))


def _sent(site: Site, answer: Answer | None, representation: Representation) -> Response:
    response = respond(representation, modified=site.modified)
    if answer is not None and "time" in answer.found.notes:
        response.headers["cache-control"] = "no-store"  # a busy moment is no property of the data
    return response


def _page(request: Request, site: Site) -> Response:
    context = page_of(request)
    _, vary = _chosen(request, (HTML, *API_FORMATS))
    status, answer, question = 200, None, Question("", "")
    view = _form(site, context, question)
    try:
        question = read_question(request)
        view = _form(site, context, question)
        if question.start or question.end:
            answer = answer_question(site, question)
            view = _answered(site, context, view, question, answer)
    except ParameterError as error:
        status = error.status
        view = _refused(site, context, view, question, error)
    body = render(view, context)
    representation = Representation(body, HTML.content_type, context.language, vary)
    response = _sent(site, answer, representation)
    if status != 200:
        response.status_code = status
        response.headers["cache-control"] = "no-store"
    return response


def _form(site: Site, page: PageContext, question: Question) -> WhyView:
    t = page.messages
    examples = tuple(
        Link(
            f"{site.why.words.short(first, page.language)} ↔ "
            f"{site.why.words.short(second, page.language)}",
            page.url("/why", **{"from": start, "to": end}),
        )
        for start, end in EXAMPLES
        if (first := site.curies.expand(start)) and (second := site.curies.expand(end))
        and site.resources.exists(first) and site.resources.exists(second)
    )  # fmt: skip
    return WhyView(
        title=t("why.title"),
        ends=(
            WhyEnd("from", t("why.from"), _shown(site, page, question.start)),
            WhyEnd("to", t("why.to"), _shown(site, page, question.end)),
        ),
        action=page.root_path + "/why",
        suggestions=page.root_path + "/api/suggestions",
        base=site.base_iri,
        kept=_kept(question),
        options=_options(site, page.language),
        examples=examples,
    )


def _shown(site: Site, page: PageContext, text: str) -> str:
    """Return the name of what a text means, if the name means it too; else the text."""
    try:
        iri = site.resources.find(text, "from")
    except ParameterError:
        return text
    words, literals = site.why.words, ViewParts(site, page, {}).literals(iri)
    best = best_literal(literals, page.language)
    names = [words.label(iri, page.language), best.value if best else ""]
    return next((name for name in names if _means(site, name, iri)), text)


def _means(site: Site, name: str, iri: str) -> bool:
    try:
        return bool(name) and site.resources.find(name, "from") == iri
    except ParameterError:
        return False


def _kept(question: Question) -> tuple[tuple[str, str], ...]:
    """Return the bounds that differ from the default, as they go on in the form."""
    bounds = (("limit", question.limit, DEFAULT_LIMIT), ("max_hops", question.max_hops,
                                                         DEFAULT_HOPS))  # fmt: skip
    return tuple((name, str(value)) for name, value, default in bounds if value != default)


@once_per_site
def _options(site: Site, language: str) -> tuple[Option, ...]:
    """Return the resources that the form offers: by name where that is enough."""
    found = []
    for path in _OFFERED:
        folder = site.index.folder(path)
        named = [(site.why.words.label(iri, language), iri) for iri in folder.members] if folder \
            else []  # fmt: skip
        for label, iri in sorted(named, key=lambda pair: pair[0].casefold()):
            curie = site.curies.shorten(iri) or iri
            found.append(Option(curie, label, selected=False))
    return tuple(found[:_MOST_OFFERED])


def _refused(
    site: Site, page: PageContext, view: WhyView, question: Question, error: ParameterError
) -> WhyView:
    """Return the form with what is wrong, at the input that it is about if there is one."""
    parts = ViewParts(site, page, {})
    known = getattr(error, "suggestions", [])
    text = page.messages.get("why", f"error_{error.code}") if known else ""
    message = text.format(value=error.value) if text else f"{error.message}. {error.hint}"
    suggestions = tuple(
        Link(
            site.why.words.label(iri, page.language),
            _with(page, question, error.name, site.curies.shorten(iri) or iri),
            title=parts.link(iri).title,
        )
        for iri in known
    )
    if all(end.name != error.name for end in view.ends):
        return replace(view, error=message)
    ends = tuple(
        replace(end, error=message, suggestions=suggestions) if end.name == error.name else end
        for end in view.ends
    )
    return replace(view, ends=ends)


def _with(page: PageContext, question: Question, name: str, value: str) -> str:
    """Return the address of the question with another end."""
    ends = {"from": question.start, "to": question.end} | {name: value}
    return page.url("/why", **ends, **dict(_kept(question)))


def _answered(
    site: Site, page: PageContext, view: WhyView, question: Question, answer: Answer
) -> WhyView:
    parts = ViewParts(site, page, {})
    t, found = page.messages, answer.found
    same = {"from": question.start, "to": question.end, **dict(view.kept)}
    asked = (_link(site, parts, answer.start), _link(site, parts, answer.end))
    longer = None
    if not answer.paths and found.shortest is not None:
        more = page.url("/why", **same | {"max_hops": str(found.shortest)})
        longer = Link(t("why.longer", hops=found.shortest), more)
    return replace(
        view,
        asked=asked,
        summary=_summary(page, answer),
        longer=longer,
        paths=tuple(_path(site, parts, page, each) for each in answer.paths),
        notes=tuple(t("why.note_" + note) for note in found.notes),
        near=tuple(
            (name, tuple(_hop(parts, page, hop) for hop in hops))
            for name, hops in zip(asked, answer.near, strict=True)
            if hops
        ),
        in_common=tuple(
            Link(
                f"{parts.name(each.predicate)[0]}: {parts.name(each.object)[0]}",
                parts.href(each.object),
            )
            for each in answer.shared
        ),
        coverage=coverage.on_page(site, page, site.why.coverage_of(answer)),
        downloads=_downloads(page, same),
        swapped=page.url("/why", **same | {"from": question.end, "to": question.start}),
        chart=chart_of_paths(site, page, answer, tuple(same.items())),
    )


def _downloads(page: PageContext, same: dict[str, str]) -> tuple[Link, ...]:
    """Return links to the same answer as data, which is in both languages."""
    plain = replace(page, explicit=False)
    return tuple(
        Link(each.name, plain.url("/api/why", format=each.suffix, **same)) for each in API_FORMATS
    )


def _summary(page: PageContext, answer: Answer) -> str:
    t, found = page.messages, answer.found
    if not answer.paths:
        return t("why.none", hops=answer.max_hops, here=found.reached[0], there=found.reached[1])
    key = "why.one" if found.total == 1 else "why.several"
    said = t(key, hops=found.shortest, total=found.total)
    if found.shortest == 1:
        said = t("why.direct")
    longer = any(len(path.hops) != found.shortest for path in answer.paths)
    return f"{said} {t('why.more')}" if longer else said


def _link(site: Site, parts: ViewParts, iri: str) -> Link:
    return Link(
        site.why.words.label(iri, parts.page.language),
        parts.href(iri),
        title=site.curies.shorten(iri) or iri,
    )


def _path(site: Site, parts: ViewParts, page: PageContext, path: Explanation) -> WhyPath:
    doubted = any(hop.link.doubt for hop in path.hops)
    return WhyPath(
        resources=tuple(
            replace(_link(site, parts, iri), text=site.why.words.short(iri, page.language))
            for iri in path.path.nodes
        ),
        hops=tuple(_hop(parts, page, hop) for hop in path.hops),
        inferred=parts.name(path.certainty)[0] if doubted else "",
        proof=page.url("/sparql", query=path.sparql),
    )


def _hop(parts: ViewParts, page: PageContext, hop: Hop) -> WhyHop:
    certainty = hop.link.certainty or None
    marks: tuple[Mark, ...] = tuple(parts.mark(source, certainty) for source in hop.sources)
    also = tuple(_hop(parts, page, each) for each in hop.also)
    return WhyHop(hop.texts[page.language], marks, also)
