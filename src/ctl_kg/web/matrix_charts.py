"""The charts of a matrix: as a network with two sides, and as a heat map.

Both take what the page of the matrix takes (``role``, ``kind``, ``certainty``), so the picture,
the table and the exports hold the same links. Very large matrices are cut to what has the most
links, with a note. Not here: what a link is (``publish/matrix``), how a chart looks
(``ctl_kg.charts``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ctl_kg.charts import heat_map
from ctl_kg.charts.bipartite import Tie, Words, bipartite
from ctl_kg.charts.picture import Group, Head, Node
from ctl_kg.publish.matrix import AXES, BY_NAME, Cell, LinkFound, Matrix, Spec, matrix_query
from ctl_kg.web.api import language_of
from ctl_kg.web.api_answers import all_rows
from ctl_kg.web.chart_view import Drawn
from ctl_kg.web.matrix_documents import Asked, title_of
from ctl_kg.web.matrix_wishes import code_of, one_of, read_asked
from ctl_kg.web.pages import PageContext
from ctl_kg.web.requests import page_number
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Table, Value

WISHES = ("role", "kind", "certainty")
# What can be read in one picture: nodes on each side, ties, rows and columns of a heat map.
MOST_LEFT, MOST_RIGHT, MOST_TIES = 30, 60, 250
MOST_ROWS, MOST_COLUMNS = 80, 16
_MANY_ROWS = 24
_MOST_NAMED = 3  # in a description
_DEFAULT = "clusters/networks"


async def network(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return the network of clusters and networks."""
    return await _made(request, site, page, _DEFAULT, network_of)


async def matrix(request: Request, site: Site, page: PageContext) -> Drawn:
    """Return a matrix as a heat map; ``matrix`` names it."""
    name = one_of("matrix", request.query_params.get("matrix", _DEFAULT), tuple(BY_NAME))
    return await _made(request, site, page, name, heat_map_of)


async def _made(request: Request, site: Site, page: PageContext, name: str, make: object) -> Drawn:
    assert callable(make)
    spec = BY_NAME[name]
    wishes = (*WISHES, "across")
    given = {each: request.query_params[each] for each in wishes if each in request.query_params}
    language = language_of(request)
    rows = await all_rows(request, site, matrix_query(spec, site.base_iri))
    read = partial(read_asked, on_page=True)  # the picture has the rows of the page it stands on
    asked, found = await run_in_threadpool(
        read, site, spec, given, language, rows, page_number(request)
    )
    drawn: Drawn = await run_in_threadpool(make, site, page, asked, found)
    return drawn


def code_label(site: Site, iri: str, label: str) -> str:
    """Return a label behind the code, if the thing has one that is no word."""
    code = code_of(site, iri)
    return f"{code} {label}" if any(map(str.isdigit, code)) else label


class _Maker:
    """Makes the charts of one matrix, in the language of a page."""

    def __init__(self, site: Site, page: PageContext, asked: Asked, matrix: Matrix) -> None:
        self.site, self.page, self.asked, self.matrix = site, page, asked, matrix
        self.t = page.messages
        self.parts = ViewParts(site, page, {})
        self.spec: Spec = asked.spec

    def short(self, iri: str) -> str:
        return self.site.why.words.short(iri, self.page.language)

    def node(self, iri: str, count: int) -> Node:
        """Return a member of an axis; it says its full name and its number of links."""
        label = self.site.why.words.label(iri, self.page.language)
        says = f"{label}\n{self.t('charts.links', count=self.number(count))}"
        return Node(iri, self.label(iri), self.parts.href(iri) or "", says)

    def label(self, iri: str) -> str:
        """Return the short name, behind the code if there is one."""
        return code_label(self.site, iri, self.short(iri))

    def number(self, number: int) -> str:
        return shown_number(number, self.page.language)

    def cell_address(self, row: str, column: str) -> str:
        """Return where the page of the matrix shows a cell, with the same wishes."""
        kept = {name: value for name, value in self.asked.kept if name in WISHES and value}
        ends = {
            "row": self.site.curies.shorten(row) or row,
            "column": self.site.curies.shorten(column) or column,
        }
        return self.page.url(f"/matrix/{self.spec.name}", **kept, **ends) + "#cell"

    def role(self, iri: str) -> str:
        return self.parts.name(iri)[0]

    def kind(self, column: str) -> str:
        """Return the kind of a column: the first, if it is of several."""
        kinds = self.asked.kinds.get(column, ())
        return next((each for each in kinds if each == self.asked.wish.kind), "") or next(
            iter(kinds), ""
        )

    def kind_label(self, kind: str) -> str:
        return code_label(self.site, kind, self.parts.name(kind)[0]) if kind else ""

    def certainty(self, iri: str) -> str:
        return self.parts.name(iri)[0] if iri else ""

    def is_doubtful(self, certainty: str) -> bool:
        return certainty not in self.asked.stated

    def place(self, link: LinkFound) -> str:
        """Return the lines of the document that a link rests on."""
        sources = [self.site.describer.source(graph) for graph in link.graphs]
        return ", ".join(dict.fromkeys(
            self.parts.mark(source, None).title for source in sources if source.passage
        ))  # fmt: skip


def network_of(site: Site, page: PageContext, asked: Asked, matrix: Matrix) -> Drawn:
    """Return a matrix as a network: rows left, columns right, a tie for each link."""
    make = _Maker(site, page, asked, matrix)
    lefts, rights = _most(matrix.rows, matrix.row_totals, MOST_LEFT), _linked(matrix)
    pairs = [
        (cell, link)
        for row in lefts
        for column in rights
        if (cell := matrix.cells.get((row, column)))
        for link in cell.links
    ][:MOST_TIES]
    roles = _roles([link for _, link in pairs])
    groups: dict[str, list[Node]] = defaultdict(list)
    drawn_columns = {cell.column for cell, _ in pairs}
    for column in rights:
        if column in drawn_columns:
            node = make.node(column, matrix.column_totals.get(column, 0))
            groups[make.kind(column)].append(node)
    ties = [_tie(make, cell, link, roles) for cell, link in pairs]
    draw = partial(
        bipartite,
        [make.node(row, matrix.row_totals.get(row, 0)) for row in lefts],
        [Group(make.kind_label(kind), tuple(nodes), kind) for kind, nodes in groups.items()],
        ties,
        Words(
            tuple(make.role(role) if role else make.t("charts.no_role") for role in roles),
            make.t("charts.uncertain_tie"),
        ),
    )
    head = _head(make, "network", ties=len(ties))
    return Drawn(
        head.title,
        head.description,
        _table(make, pairs),
        lambda narrow: draw(head, narrow=narrow),
        _left_out(make, len(ties)),
    )


def _most(members: Sequence[str], totals: Mapping[str, int], most: int) -> tuple[str, ...]:
    """Return the members with the most links, in their order."""
    if len(members) <= most:
        return tuple(members)
    best = sorted(members, key=lambda each: -totals.get(each, 0))[:most]
    kept = set(best)
    return tuple(each for each in members if each in kept)


def _linked(matrix: Matrix) -> tuple[str, ...]:
    """Return the columns that have links; without links they would only take room."""
    linked = [each for each in matrix.columns if matrix.column_totals.get(each)]
    return _most(linked, matrix.column_totals, MOST_RIGHT)


def _roles(links: Sequence[LinkFound]) -> list[str]:
    """Return the roles of links, the most frequent first."""
    counts = Counter(link.roles[0] if link.roles else "" for link in links)
    return [role for role, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _tie(make: _Maker, cell: Cell, link: LinkFound, roles: Sequence[str]) -> Tie:
    first = link.roles[0] if link.roles else ""
    facts = [make.role(role) for role in link.roles] + [make.certainty(link.certainty)]
    lines = [f"{make.short(cell.row)} × {make.short(cell.column)}", " · ".join(facts)]
    if where := make.place(link):
        lines.append(where)
    return Tie(
        cell.row,
        cell.column,
        roles.index(first),
        make.is_doubtful(link.certainty),
        make.cell_address(cell.row, cell.column),
        "\n".join(lines),
    )


def _head(make: _Maker, chart: str, **counts: int) -> Head:
    """Return title and description; the description names what has the most links."""
    matrix, language = make.matrix, make.page.language
    title = title_of(make.spec, language)
    wishes = [make.role(make.asked.wish.role)] if make.asked.wish.role else []
    wishes += [make.kind_label(make.asked.wish.kind)] if make.asked.wish.kind else []
    wishes += [make.t("matrix.certainty_stated")] if make.asked.wish.stated else []
    if wishes:
        title += f" ({', '.join(wishes)})"
    best = sorted(matrix.column_totals.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(
        f"{make.short(iri)} ({make.number(count)})" for iri, count in best[:_MOST_NAMED]
    )
    described = make.t(
        f"charts.{chart}_says",
        rows=_inside(AXES[make.spec.rows].label[language]),
        columns=_inside(AXES[make.spec.columns].label[language]),
        row_count=make.number(len(matrix.rows)),
        column_count=make.number(len(matrix.columns)),
        links=make.number(matrix.total),
        gaps=make.number(matrix.gap_count),
    )
    if named:
        described += " " + make.t("charts.most", names=named)
    return Head(title, described, language)


def _inside(label: str) -> str:
    """Return a label as it stands inside a sentence; acronyms keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _left_out(make: _Maker, shown: int) -> str:
    total = make.matrix.total
    if shown >= total:
        return ""
    return make.t("charts.cut", shown=make.number(shown), total=make.number(total))


def _table(make: _Maker, pairs: Sequence[tuple[Cell, LinkFound]]) -> Table:
    """Return the ties as a table: a row each."""
    axes, language = AXES[make.spec.columns], make.page.language
    heads = [Link(AXES[make.spec.rows].label[language]), Link(axes.label[language])]
    if axes.kind_label:
        heads.append(Link(axes.kind_label[language]))
    heads += [Link(make.t("charts.role")), Link(make.t("charts.certainty"))]
    rows = []
    for cell, link in pairs:
        row = [_named(make, cell.row), _named(make, cell.column)]
        if axes.kind_label:
            row.append(Value(Link(make.kind_label(make.kind(cell.column)))))
        row.append(Value(Link(", ".join(make.role(role) for role in link.roles))))
        where = make.cell_address(cell.row, cell.column)
        row.append(Value(Link(make.certainty(link.certainty), where)))
        rows.append(tuple(row))
    return Table(tuple(heads), tuple(rows), len(rows))


def _named(make: _Maker, iri: str) -> Value:
    label = make.site.why.words.label(iri, make.page.language)
    return Value(Link(code_label(make.site, iri, label), make.parts.href(iri)))


def heat_map_of(site: Site, page: PageContext, asked: Asked, matrix: Matrix) -> Drawn:
    """Return a matrix as a heat map: its smaller side in columns, kinds as groups of rows."""
    make = _Maker(site, page, asked, matrix)
    turned = len(asked.rows) <= len(asked.columns)  # so the longer side runs down the page
    down, across = (asked.columns, asked.rows) if turned else (asked.rows, asked.columns)
    totals = (matrix.column_totals, matrix.row_totals)
    down_totals, across_totals = totals if turned else totals[::-1]
    if len(down) > _MANY_ROWS:  # where there are many, those without a link say little
        down = tuple(each for each in down if down_totals.get(each))
    down, across = _most(down, down_totals, MOST_ROWS), _most(across, across_totals, MOST_COLUMNS)
    groups: dict[str, list[Node]] = defaultdict(list)
    for iri in down:
        kind = make.kind(iri) if turned else ""
        groups[kind].append(make.node(iri, down_totals.get(iri, 0)))
    kinds = sorted(groups, key=lambda kind: make.kind_label(kind).casefold())
    cells = []
    for one in down:
        for other in across:
            pair = (other, one) if turned else (one, other)
            if cell := matrix.cells.get(pair):
                cells.append((cell, _heat_cell(make, cell, one, other)))
    draw = partial(
        heat_map.heat_map,
        [make.node(iri, across_totals.get(iri, 0)) for iri in across],
        [Group(make.kind_label(kind), tuple(groups[kind]), kind) for kind in kinds],
        [made for _, made in cells],
        heat_map.Words(make.t("matrix.total"), make.t("charts.uncertain"), make.t("charts.empty")),
    )
    head = _head(make, "matrix")
    shown = sum(cell.count for cell, _ in cells)
    return Drawn(
        head.title,
        head.description,
        _cell_table(make, [cell for cell, _ in cells]),
        lambda narrow: draw(head, narrow=narrow),
        _left_out(make, shown),
    )


def _heat_cell(make: _Maker, cell: Cell, down: str, across: str) -> heat_map.Cell:
    doubtful = sum(make.is_doubtful(link.certainty) for link in cell.links)
    kind = "stated" if not doubtful else "inferred" if doubtful == cell.count else "partly"
    says = make.t("matrix.cell_" + kind, count=cell.count, inferred=doubtful)
    return heat_map.Cell(
        down,
        across,
        cell.count,
        make.number(cell.count),
        bool(doubtful),
        make.cell_address(cell.row, cell.column),
        f"{make.short(cell.row)} × {make.short(cell.column)}\n{says}",
    )


def _cell_table(make: _Maker, cells: Sequence[Cell]) -> Table:
    axes, language = AXES[make.spec.columns], make.page.language
    heads = [Link(AXES[make.spec.rows].label[language]), Link(axes.label[language])]
    if axes.kind_label:
        heads.append(Link(axes.kind_label[language]))
    heads += [Link(make.t("matrix.links")), Link(make.t("charts.weakest"))]
    rows = []
    for cell in cells:
        row = [_named(make, cell.row), _named(make, cell.column)]
        if axes.kind_label:
            row.append(Value(Link(make.kind_label(make.kind(cell.column)))))
        where = make.cell_address(cell.row, cell.column)
        row.append(Value(Link(str(cell.count), where), numeric=True))
        row.append(Value(Link(make.certainty(cell.weakest))))
        rows.append(tuple(row))
    return Table(tuple(heads), tuple(rows), len(rows))
