"""The page of a matrix: a table with heads on both sides, and one cell in detail."""

from __future__ import annotations

from dataclasses import replace

from ctl_kg.publish.matrix import AXES, MATRICES, Cell, LinkFound, Matrix, matrix_query
from ctl_kg.web import coverage
from ctl_kg.web.matrix_charts import code_label
from ctl_kg.web.matrix_documents import (
    Asked,
    Nearest,
    coverage_of,
    nearest_paths,
    title_of,
)
from ctl_kg.web.matrix_view import (
    MatrixCell,
    MatrixDetail,
    MatrixGap,
    MatrixRow,
    MatrixTable,
    MatrixView,
)
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Mark, Option, Pager, Value
from ctl_kg.web.why_view import WhyHop


def others(page: PageContext, name: str = "") -> tuple[Link, ...]:
    """Return links to the matrices; the one with the name given is no link."""
    return tuple(
        Link(
            title_of(spec, page.language),
            None if spec.name == name else page.url(f"/matrix/{spec.name}"),
            title=spec.says[page.language],
        )
        for spec in MATRICES
    )


def view(site: Site, page: PageContext, asked: Asked, matrix: Matrix) -> tuple[MatrixView, bool]:
    """Return the page, and whether all paths that it should show were found in time."""
    made = _Page(site, page, asked, matrix)
    spec, language = asked.spec, page.language
    detail, detail_whole = made.detail()
    gaps, gaps_whole = made.gaps()
    found = MatrixView(
        title=title_of(spec, language),
        says=spec.says[language],
        others=others(page, spec.name),
        table=made.table(),
        summary=page.messages(
            "matrix.summary", links=matrix.total, cells=len(matrix.cells), gaps=matrix.gap_count
        ),
        action=f"{page.root_path}/matrix/{spec.name}",
        roles=made.roles(),
        stated=asked.wish.stated,
        detail=detail,
        gaps=gaps,
        gaps_href=""
        if asked.gaps == "paths"
        else page.here(gaps="paths", row="", column="") + "#gaps",
        downloads=made.downloads(),
        pager=made.pager(),
        try_it=page.url("/sparql", query=matrix_query(spec, site.base_iri, asked.wish)),
        stock=page.url(f"/queries/{spec.stock}") if spec.stock else "",
        coverage=coverage.on_page(site, page, coverage_of(site, asked)),
    )
    return found, detail_whole and gaps_whole


class _Page:
    """Makes the parts of one page."""

    def __init__(self, site: Site, page: PageContext, asked: Asked, matrix: Matrix) -> None:
        self.site, self.page, self.asked, self.matrix = site, page, asked, matrix
        self.t = page.messages
        self.parts = ViewParts(site, page, {})

    def _link(self, iri: str) -> Link:
        words, language = self.site.why.words, self.page.language
        short, full = words.short(iri, language), words.label(iri, language)
        short = code_label(self.site, iri, short)
        return Link(short, self.parts.href(iri), title=full if full != short else "")

    def table(self) -> MatrixTable:
        """Return the table: the rows of this page, the totals of the whole matrix."""
        matrix, language = self.matrix, self.page.language
        corner = AXES[self.asked.spec.rows].label[language]
        rows = tuple(
            MatrixRow(
                self._link(row),
                tuple(self._cell(matrix.cell(row, column)) for column in matrix.columns),
                matrix.row_totals.get(row, 0),
            )
            for row in self.asked.rows
        )
        heads = tuple(self._link(column) for column in matrix.columns)
        totals = tuple(matrix.column_totals.get(column, 0) for column in matrix.columns)
        return MatrixTable(corner, heads, rows, totals, matrix.total)

    def _cell(self, cell: Cell) -> MatrixCell:
        words, language = self.site.why.words, self.page.language
        pair = f"{words.short(cell.row, language)} × {words.short(cell.column, language)}"
        here = self.page.here(
            row=self.site.curies.shorten(cell.row) or cell.row,
            column=self.site.curies.shorten(cell.column) or cell.column,
            gaps="",
        )
        inferred = sum(link.certainty not in self.asked.stated for link in cell.links)
        kind = "gap" if not cell.links else "stated"
        if inferred:
            kind = "inferred" if inferred == cell.count else "partly"
        says = self.t("matrix.cell_" + kind, count=cell.count, inferred=inferred)
        return MatrixCell(str(cell.count), here + "#cell", f"{pair}: {says}", kind)

    def roles(self) -> tuple[Option, ...]:
        """Return the roles to choose from, if there is a choice."""
        if len(self.asked.roles) < 2:
            return ()
        return tuple(
            Option(
                self.site.curies.shorten(iri) or iri,
                self.parts.name(iri)[0],
                selected=iri == self.asked.wish.role,
            )
            for iri in self.asked.roles
        )

    def detail(self) -> tuple[MatrixDetail | None, bool]:
        """Return the cell that was asked for, with what it rests on, or how it is a gap."""
        pair = self.asked.cell
        if pair is None:
            return None, True
        cell = self.matrix.cell(*pair)
        text = matrix_query(self.asked.spec, self.site.base_iri, self.asked.wish, pair)
        nearest = None if cell.links else next(nearest_paths(self.site, [pair]))
        found = MatrixDetail(
            ends=(self._full(pair[0]), self._full(pair[1])),
            links=tuple(self._evidence(each) for each in cell.links),
            sparql=text,
            try_it=self.page.url("/sparql", query=text),
            gap=self._gap(nearest) if nearest else None,
            why=self._why(pair),
        )
        return found, nearest is None or nearest.is_known

    def _full(self, iri: str) -> Link:
        label = self.site.why.words.label(iri, self.page.language)
        return Link(label, self.parts.href(iri))

    def _evidence(self, link: LinkFound) -> Value:
        sources = [self.site.describer.source(graph) for graph in link.graphs]
        marks = tuple(self.parts.mark(source, link.certainty) for source in sources)
        is_stated = link.certainty in self.asked.stated
        roles = ", ".join(self.parts.name(role)[0] for role in link.roles)
        return Value(
            self.parts.link(link.node),
            roles,
            marks,
            inferred="" if is_stated else self.parts.name(link.certainty)[0],
        )

    def gaps(self) -> tuple[tuple[MatrixGap, ...], bool]:
        """Return the gaps of the page with their nearest paths, if those were asked for."""
        if self.asked.gaps != "paths":
            return (), True
        pairs = self.matrix.gaps(self.asked.rows)
        nearest = list(nearest_paths(self.site, pairs))
        return tuple(self._gap(each) for each in nearest), all(each.is_known for each in nearest)

    def _why(self, pair: tuple[str, str]) -> str:
        return self.page.keep_language(
            self.page.root_path + "/why",
            **{"from": self.site.curies.shorten(pair[0]) or pair[0],
               "to": self.site.curies.shorten(pair[1]) or pair[1]},
        )  # fmt: skip

    def _gap(self, found: Nearest) -> MatrixGap:
        ends = (self._link(found.pair[0]), self._link(found.pair[1]))
        key = "unknown" if not found.is_known else "none" if found.path is None else ""
        hops = () if found.path is None else found.path.hops
        return MatrixGap(
            ends,
            tuple(
                WhyHop(
                    hop.texts[self.page.language],
                    tuple(self._marks(hop.sources, hop.link.certainty)),
                    (),
                )
                for hop in hops
            ),
            self.t("matrix.path_" + key) if key else "",
            self._why(found.pair),
        )

    def _marks(self, sources: object, certainty: str) -> list[Mark]:
        assert isinstance(sources, tuple)
        return [self.parts.mark(source, certainty or None) for source in sources]

    def downloads(self) -> tuple[Link, ...]:
        """Return links to the same as data."""
        kept = dict(self.asked.kept)
        path = f"/api/matrix/{self.asked.spec.name}"
        plain = replace(self.page, explicit=False)
        return (
            Link("JSON", plain.url(path, **kept, format="json")),
            Link("CSV", plain.url(path, **kept, format="csv")),
            Link(
                self.t("matrix.wide"),
                plain.url(path, **kept | {"format": "csv", "layout": "wide"}),
            ),
        )

    def pager(self) -> Pager:
        """Return where one is among the pages of rows."""
        page, pages = self.asked.page, self.asked.pages
        return Pager(
            page,
            pages,
            self.page.here(page=str(page - 1)) if page > 1 else None,
            self.page.here(page=str(page + 1)) if page < pages else None,
        )
