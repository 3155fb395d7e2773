"""The page of a matrix: a table with heads on both sides, and one cell in detail."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from ctl_kg.publish.matrix import AXES, MATRICES, Cell, Matrix, matrix_query
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
    MatrixSide,
    MatrixTable,
    MatrixTotal,
    MatrixView,
)
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Mark, Option, Pager
from ctl_kg.web.why_view import WhyHop

MOST_GAPS = 200  # listed on one page, with their paths or without


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
        side=made.side(),
        gaps_note=made.gaps_note(),
        column_pager=made.column_pager(),
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
                tuple(self._cell(matrix.cell(row, column)) for column in self.asked.columns),
                self._total("row", row, matrix.row_totals.get(row, 0)),
            )
            for row in self.asked.rows
        )
        heads = tuple(self._link(column) for column in self.asked.columns)
        totals = tuple(
            self._total("column", column, matrix.column_totals.get(column, 0))
            for column in self.asked.columns
        )
        return MatrixTable(corner, heads, rows, totals, matrix.total)

    def _total(self, name: str, iri: str, count: int) -> MatrixTotal:
        """Return the total of a row or a column, which leads to its cells."""
        other = "column" if name == "row" else "row"
        here = self.page.here(**{name: self._curie(iri), other: "", "gaps": ""})
        short = self.site.why.words.short(iri, self.page.language)
        says = self.t("matrix.total_of", name=short, count=count)
        return MatrixTotal(count, here + "#cell", says)

    def _curie(self, iri: str) -> str:
        return self.site.curies.shorten(iri) or iri

    def _cell(self, cell: Cell) -> MatrixCell:
        words, language = self.site.why.words, self.page.language
        pair = f"{words.short(cell.row, language)} × {words.short(cell.column, language)}"
        here = self.page.here(row=self._curie(cell.row), column=self._curie(cell.column), gaps="")
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
            sparql=text,
            try_it=self.page.url("/sparql", query=text),
            gap=self._gap(nearest) if nearest else None,
            why=self._why(pair),
        )
        return found, nearest is None or nearest.is_known

    def _full(self, iri: str) -> Link:
        label = self.site.why.words.label(iri, self.page.language)
        return Link(label, self.parts.href(iri))

    def side(self) -> MatrixSide | None:
        """Return the cells of the row, or of the column, that is asked for alone."""
        if self.asked.side is None:
            return None
        name, iri = self.asked.side
        others_ = self.matrix.columns if name == "row" else self.matrix.rows
        pairs = [(iri, each) if name == "row" else (each, iri) for each in others_]
        filled = [self.matrix.cell(*pair) for pair in pairs if pair in self.matrix.cells]
        empty = [pair for pair in pairs if pair not in self.matrix.cells]
        axis = self.asked.spec.columns if name == "row" else self.asked.spec.rows
        more = len(empty) - MOST_GAPS
        return MatrixSide(
            head=self._full(iri),
            axis=AXES[axis].label[self.page.language],
            summary=self.t("matrix.summary", links=sum(cell.count for cell in filled),
                           cells=len(filled), gaps=len(empty)),
            cells=tuple(self._of_side(name, cell) for cell in filled),
            gaps=tuple(self._of_side(name, self.matrix.cell(*pair))[0]
                       for pair in empty[:MOST_GAPS]),
            rest=self.t("matrix.rest", count=more) if more > 0 else "",
        )  # fmt: skip

    def _of_side(self, name: str, cell: Cell) -> tuple[Link, str, str]:
        """Return a cell by its other end, with its number of links and their roles."""
        shown = self._cell(cell)
        other = self._full(cell.column if name == "row" else cell.row)
        says = shown.title.partition(": ")[2]
        roles = ", ".join(self.parts.name(role)[0] for role in cell.roles)
        return Link(other.text, shown.href), says, roles

    def _page_gaps(self) -> list[tuple[str, str]]:
        """Return the empty cells of the page."""
        pairs = product(self.asked.rows, self.asked.columns)
        return [pair for pair in pairs if pair not in self.matrix.cells]

    def gaps_note(self) -> str:
        """Return how many gaps of the page are listed, if they are not all."""
        total = len(self._page_gaps()) if self.asked.gaps == "paths" else 0
        return self.t("matrix.gaps_cut", shown=MOST_GAPS, total=total) if total > MOST_GAPS else ""

    def gaps(self) -> tuple[tuple[MatrixGap, ...], bool]:
        """Return gaps of the page with their nearest paths, if those were asked for."""
        if self.asked.gaps != "paths":
            return (), True
        nearest = list(nearest_paths(self.site, self._page_gaps()[:MOST_GAPS]))
        return tuple(self._gap(each) for each in nearest), all(each.is_known for each in nearest)

    def _why(self, pair: tuple[str, str]) -> str:
        return self.page.keep_language(
            self.page.root_path + "/why",
            **{"from": self._curie(pair[0]), "to": self._curie(pair[1])},
        )

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
        alone = ("row", "column") if self.asked.side else ()
        kept = {name: value for name, value in self.asked.kept if name not in alone}
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
        return self._pager("page", self.asked.page, self.asked.pages)

    def column_pager(self) -> Pager:
        """Return where one is among the pages of columns."""
        return self._pager("across", self.asked.across, self.asked.across_pages)

    def _pager(self, name: str, number: int, pages: int) -> Pager:
        def at(other: int) -> str:
            return self.page.here(**{name: str(other)}) + "#table"

        before = at(number - 1) if number > 1 else None
        return Pager(number, pages, before, at(number + 1) if number < pages else None)
