"""Turn terms and statements into the parts of views: links, labels, marks.

Only ``http`` and ``https`` addresses become links; everything else stays text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import Source
from ctl_kg.sparql.terms import XSD_STRING, Solutions, Term, text_of
from ctl_kg.terms import TermText, standard_terms
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.views import Link, Mark, Table, Value

Labels = Mapping[str, tuple[Literal, ...]]

_SHAPES = "shapes/"
_SHAPE_NAME = NamedNode("http://www.w3.org/ns/shacl#name")


class ViewParts:
    """Makes parts of views for one page: it knows the site, the language and the labels."""

    def __init__(self, site: Site, page: PageContext, labels: Labels) -> None:
        self.site = site
        self.page = page
        self.t = page.messages
        self._labels = labels

    def literals(self, iri: str) -> tuple[Literal, ...]:
        """Return the labels of a resource; a shape has only the name that forms show."""
        known = self._labels[iri] if iri in self._labels else self.site.describer.labels(iri)
        if known or not iri.startswith(self.site.base_iri + _SHAPES):
            return known
        named = self.site.store.quads(NamedNode(iri), _SHAPE_NAME)
        return tuple(quad.object for quad in named if isinstance(quad.object, Literal))

    def name(self, iri: str, known: bool = True) -> tuple[str, str | None]:
        """Return what to call a resource, and the language if it is not the page's."""
        literal = best_literal(self.literals(iri) if known else (), self.page.language)
        if literal is None:
            term = self.term(iri)
            return (term.label if term else self.site.curies.shorten(iri) or iri, None)
        tag = literal.language or None
        return literal.value, None if tag == self.page.language else tag

    def term(self, iri: str) -> TermText | None:
        """Return what a term of a standard is called and means; None for other resources."""
        return standard_terms(self.page.language).get(self.site.curies.shorten(iri) or iri)

    def href(self, iri: str) -> str | None:
        """Return the address that leads to a resource, or None if there is none."""
        path = self.site.iris.path_of(iri)
        if path is not None:
            return self.page.keep_language(self.page.root_path + path)
        return iri if iri.startswith(("http://", "https://")) else None

    def link(self, iri: str) -> Link:
        """Return the link to a resource, with its label as text."""
        text, language = self.name(iri)
        return Link(text, self.href(iri), language, title=self.site.curies.shorten(iri) or iri)

    def value(self, term: Term | None, marks: tuple[Mark, ...] = (), inferred: str = "") -> Value:
        """Return a term as it stands on a page."""
        if isinstance(term, NamedNode):
            return Value(self.link(term.value), marks=marks, inferred=inferred)
        if isinstance(term, Literal):
            tag = term.language or None
            note, numeric = "", False
            if not tag and term.datatype.value != XSD_STRING:
                kind = term.datatype.value.rpartition("#")[2]
                numeric = kind in ("integer", "decimal", "double", "nonNegativeInteger")
                note = (
                    "" if numeric or kind == "langString" else self.t.get("datatypes", kind, kind)
                )
            other = tag if tag and tag != self.page.language else None
            return Value(Link(term.value, None, other), note, marks, numeric, inferred)
        text = self.t("resource.unnamed") if isinstance(term, BlankNode) else text_of(term)
        return Value(Link(text), marks=marks, inferred=inferred)

    def mark(self, source: Source, certainty: str | None) -> Mark:
        """Return the mark that says which passage, or which act, a statement comes from."""
        if source.passage is None:
            kind = source.kind if self.t.get("sources", source.kind) else "editorial"
            full = self.t("sources.from", what=self.t("sources." + kind))
            return Mark(self.t("marks." + kind), self.href(source.graph), full, kind)
        lines = f"{source.start_line}–{source.end_line}"
        if source.start_line == source.end_line:
            lines = str(source.start_line)
        section = self.name(source.section)[0] if source.section else ""
        title = self.t("sources.passage", section=section, lines=lines)
        if certainty:
            title += " · " + self.t("sources.certainty", certainty=self.name(certainty)[0])
        return Mark(lines, self.href(source.passage), title, "passage")

    def table(
        self, result: Solutions, *, titles: Sequence[Link] | None = None, total: int | None = None
    ) -> Table:
        """Return the rows of a result, every column as it is; ``total`` if it had more rows."""
        headers = titles or [Link(name) for name in result.variables]
        rows = [tuple(self.cell(term) for term in row) for row in result.rows]
        return Table(tuple(headers), tuple(rows), len(rows) if total is None else total)

    def labelled_table(
        self, result: Solutions, titles: Sequence[Link], total: int | None = None
    ) -> Table:
        """Return a result with ``?x`` and ``?xLabel`` as one column: the label leads to ``?x``."""
        label_of = {
            index: result.variables.index(name + "Label")
            for index, name in enumerate(result.variables)
            if name + "Label" in result.variables
        }
        plain = self.table(result, titles=titles, total=total)
        kept = [i for i in range(len(result.variables)) if i not in label_of.values()]
        rows = []
        for row in plain.rows:
            cells = []
            for index in kept:
                cell = row[index]
                label = row[label_of[index]].link if index in label_of else None
                if label is not None and label.text:
                    link = Link(label.text, cell.link.href, label.language, cell.link.title)
                    cell = Value(link)
                cells.append(cell)
            rows.append(tuple(cells))
        return Table(tuple(plain.headers[i] for i in kept), tuple(rows), plain.total)

    def cell(self, term: Term | None) -> Value:
        """Return a term as a cell: resources by CURIE, so that columns stay exact."""
        if isinstance(term, NamedNode):
            text = self.site.curies.shorten(term.value) or term.value
            return Value(Link(text, self.href(term.value), title=term.value))
        shown = self.value(term)
        return Value(shown.link, "", numeric=shown.numeric)
