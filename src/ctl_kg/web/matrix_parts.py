"""Parts of the pages of the matrices beside the table: chart, kinds, evidence, and the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from pyoxigraph import Literal, NamedNode

from ctl_kg.publish.description import RDF_TYPE
from ctl_kg.publish.matrix import AXES, Cell, LinkFound, Matrix
from ctl_kg.rdf.terms import text_of
from ctl_kg.web.chart_view import Chart, chart_of
from ctl_kg.web.matrix_charts import WISHES, code_label, heat_map_of, network_of
from ctl_kg.web.matrix_documents import Asked, title_of
from ctl_kg.web.matrix_view import DoorEntry, LinkEvidence, MatrixDoor, MatrixPage, MatrixView
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Option, Value

# What a matrix is summed up in.
_ROLL_UPS = {"clusters/components": "clusters/missions"}
_AS_NETWORK = ("clusters/networks",)
_MOST_STATEMENTS = 12  # of one link


def page_of_matrix(
    site: Site, page: PageContext, asked: Asked, matrix: Matrix, view: MatrixView
) -> MatrixPage:
    """Return the page of a matrix with its chart, its kinds and the evidence of its cell."""
    given = {each.name: getattr(view, each.name) for each in fields(view)}
    spec, t = asked.spec, page.messages
    roll_up = _ROLL_UPS.get(spec.name)
    chart = chart_of_matrix(site, page, asked, matrix)
    label = AXES[spec.columns].kind_label
    return MatrixPage(
        **given,
        description=f"{spec.says[page.language]} {view.summary}",
        counted=view.summary,
        chart=chart,
        kinds=_kinds(site, page, asked),
        kind_label=label[page.language] if label else "",
        evidence=_evidence(site, page, asked, matrix),
        roll_up=Link(t("matrix.roll_up"), page.url(f"/matrix/{roll_up}")) if roll_up else None,
        closed=page.here(row="", column=""),
    )


def chart_of_matrix(site: Site, page: PageContext, asked: Asked, matrix: Matrix) -> Chart:
    """Return the chart of a matrix, with what is wished of it."""
    name = asked.spec.name
    kept = tuple((n, v) for n, v in asked.kept if n in WISHES and v)
    is_network = name in _AS_NETWORK
    drawn = (network_of if is_network else heat_map_of)(site, page, asked, matrix)
    parameters = kept if is_network else (("matrix", name), *kept)
    if not is_network:
        pages = (("page", asked.page), ("across", asked.across))
        parameters = (*parameters, *((each, str(number)) for each, number in pages if number > 1))
    plain = replace(page, explicit=False)
    csv = plain.url(f"/api/matrix/{name}", **dict(kept), lang=page.language, format="csv")
    return chart_of("network" if is_network else "matrix", parameters, drawn, csv=csv)


def _kinds(site: Site, page: PageContext, asked: Asked) -> tuple[Option, ...]:
    """Return the kinds of columns to choose from, by code or name, if there is a choice."""
    if len(asked.every_kind) < 2:
        return ()
    parts = ViewParts(site, page, {})
    named = [(code_label(site, iri, parts.name(iri)[0]), iri) for iri in asked.every_kind]
    return tuple(
        Option(site.curies.shorten(iri) or iri, label, selected=iri == asked.wish.kind)
        for label, iri in sorted(named, key=lambda each: each[0].casefold())
    )


def _evidence(
    site: Site, page: PageContext, asked: Asked, matrix: Matrix
) -> tuple[LinkEvidence, ...]:
    """Return the links of the cell that is asked for, with their statements."""
    if asked.cell is None:
        return ()
    parts = ViewParts(site, page, {})
    cell = matrix.cell(*asked.cell)
    return tuple(
        LinkEvidence(
            _value(parts, asked.stated, link),
            parts.name(link.certainty)[0],
            _statements(parts, cell, link),
            tuple(dict.fromkeys(
                parts.mark(parts.site.describer.source(graph), None) for graph in link.graphs
            )),
        )
        for link in cell.links
    )  # fmt: skip


def _value(parts: ViewParts, stated: Sequence[str], link: LinkFound) -> Value:
    roles = ", ".join(parts.name(role)[0] for role in link.roles)
    doubtful = "" if link.certainty in stated else parts.name(link.certainty)[0]
    return Value(parts.link(link.node), roles, inferred=doubtful)


def _statements(parts: ViewParts, cell: Cell, link: LinkFound) -> tuple[tuple[Link, Value], ...]:
    """Return what the graphs of a link say of it, each statement with its source.

    Where a plain statement is the link, it is the only one: its subject says much else.
    """
    store, language = parts.site.store, parts.page.language
    node = NamedNode(link.node)
    target = NamedNode(cell.column) if link.node == cell.row else None
    found: dict[tuple[str, str], tuple[Link, Value]] = {}
    for quad in store.quads(node, None, target):
        graph, other = text_of(quad.graph_name), quad.object
        if graph not in link.graphs or quad.predicate == RDF_TYPE:
            continue
        if isinstance(other, Literal) and (other.language or language) != language:
            continue
        mark = parts.mark(parts.site.describer.source(graph), None)
        value = replace(parts.value(other), marks=(mark,))
        key = (quad.predicate.value, str(other))
        found.setdefault(key, (parts.link(quad.predicate.value), value))
    ordered = sorted(found.values(), key=lambda each: (each[0].text.casefold(), each[1].link.text))
    return tuple(ordered[:_MOST_STATEMENTS])


def door(site: Site, page: PageContext, made: Sequence[tuple[Asked, Matrix]]) -> MatrixDoor:
    """Return the page that lists the matrices, the first one with its chart."""
    t = page.messages
    entries = tuple(
        DoorEntry(
            Link(title_of(asked.spec, page.language), page.url(f"/matrix/{asked.spec.name}")),
            asked.spec.says[page.language],
            t("matrix.summary", links=matrix.total, cells=len(matrix.cells),
              gaps=matrix.gap_count),
        )
        for asked, matrix in made
    )  # fmt: skip
    first = next((pair for pair in made if pair[0].spec.name in _AS_NETWORK), None)
    chart = None
    if first is not None and first[1].total:
        chart = chart_of_matrix(site, page, *first)
    return MatrixDoor(t("matrix.title"), t("matrix.lead"), entries, chart)
