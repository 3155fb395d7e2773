"""What was drawn from a passage of the document, or stands in a named graph, as a view."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.description import PROV, Description, Statement
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.statement_view import ShownSubject
from ctl_kg.web.statements import StatementParts
from ctl_kg.web.views import Link

MOST_STATEMENTS = 300  # of a graph on one page


@dataclass(frozen=True)
class PassageView:
    """A passage of the document, or a named graph, with what stands in it.

    ``lines`` and ``digest`` are empty for a graph that is drawn from no passage; ``left_out``
    counts the statements not shown, and ``whole`` leads to all of them.
    """

    section: Link | None
    lines: str
    digest: str
    subjects: tuple[ShownSubject, ...]
    total: int
    left_out: int
    whole: Link | None


def passage_view(
    site: Site, page: PageContext, parts: StatementParts, description: Description
) -> PassageView | None:
    """Return what a passage, or the graph drawn from it, holds; None for other things."""
    graphs = _graphs(site, description)
    if graphs is None:
        return None
    statements: list[Statement] = []
    for graph in sorted(graphs):
        statements += site.describer.statements_of_graph(graph, limit=MOST_STATEMENTS)
    total = sum(len(site.store.graph(NamedNode(graph))) for graph in graphs)
    shown = statements[:MOST_STATEMENTS]
    source = site.describer.source(min(graphs, default=description.iri))
    term = site.base_iri + "onto/CTL/passageDigest"
    digests = [v.value for v in description.values(term) if isinstance(v, Literal)]
    return PassageView(
        section=parts.link(source.section) if source.section else None,
        lines=parts.mark(source, None).text if source.passage else "",
        digest=min(digests, default=""),
        subjects=_by_subject(site, parts, shown),
        total=total,
        left_out=max(0, total - len(shown)),
        whole=_whole(page, min(graphs)) if graphs and total > len(shown) else None,
    )


def _graphs(site: Site, description: Description) -> set[str] | None:
    """Return the graphs to show on the page of a passage or of a graph; None for other things."""
    folder = site.base_iri + "data/graph/"
    if description.iri.startswith(folder):
        return {description.iri}
    if site.base_iri + "onto/CTL/Passage" not in description.types:
        return None
    found = {
        each.subject.value
        for each in description.incoming
        if each.predicate.value == PROV + "wasDerivedFrom"
        and isinstance(each.subject, NamedNode)
        and each.subject.value.startswith(folder)
    }
    alike = description.iri.replace("/data/passage/", "/data/graph/")
    return found | ({alike} if site.describer.exists(alike) else set())


def _by_subject(
    site: Site, parts: StatementParts, statements: list[Statement]
) -> tuple[ShownSubject, ...]:
    """Return the statements by what they are about, with the names of all that they name."""
    labels = site.describer.label_index(statements)
    definitions = site.describer.definition_index(statements)
    inner = StatementParts(site, parts.page, labels, definitions, parts.notes)
    by_subject: dict[str, list[Statement]] = defaultdict(list)
    for statement in site.describer.assessed(statements):
        if isinstance(statement.subject, NamedNode):
            by_subject[statement.subject.value].append(statement)
    return tuple(
        ShownSubject(
            inner.link(subject),
            tuple(
                inner.with_rest(each, inner.href(subject)) for _, each in inner.properties(found)
            ),
        )
        for subject, found in sorted(by_subject.items())
    )


def _whole(page: PageContext, graph: str) -> Link:
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    return Link(page.messages("record.whole_graph"), page.url("/sparql", query=query))
