"""What is wanted of a matrix: which links count, one cell or a page of rows, gaps, layout.

The values are those of the parameters of ``/api/matrix/ROWS/COLUMNS``; the command line has the
same. Not here: requests (``matrix``), documents (``matrix_documents``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from ctl_kg.errors import ParameterError
from ctl_kg.publish.description import RDF_TYPE
from ctl_kg.publish.matrix import AXES, STATED, Matrix, Spec, Wish, assemble
from ctl_kg.publish.tables import Row
from ctl_kg.rdf.terms import text_of
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.matrix_documents import Asked, Release
from ctl_kg.web.parameters import choice
from ctl_kg.web.parameters import number as whole_number

_SKOS_NOTATION = NamedNode("http://www.w3.org/2004/02/skos/core#notation")
MOST_CELLS = 10_000  # of one answer to a program
# What people can look through on one page, and a browser can lay out at once.
SHOWN_CELLS, SHOWN_COLUMNS = 2_000, 40
# Values of the parameters that choose among few; the first is the default.
CERTAINTY = ("any", "stated")
GAPS = ("list", "paths", "none")
LAYOUTS = ("long", "wide")


def read_asked(
    release: Release,
    spec: Spec,
    given: Mapping[str, str],
    language: str,
    solutions: Sequence[Row],
    number: int = 1,
    *,
    on_page: bool = False,
) -> tuple[Asked, Matrix]:
    """Return what is asked, and the matrix as far as its links count.

    Args:
        release: the open release.
        spec: which matrix.
        given: the parameters, by name.
        language: of labels, by which rows and columns stand in order.
        solutions: of the query of the whole matrix.
        number: of the page of rows.
        on_page: as a page for people shows it: rows and columns in smaller pages (``across`` is
            that of columns), and a row or a column may be asked for alone.
    Raises:
        ParameterError: a value is not allowed.
    """
    rows, columns = (members(release, axis, language) for axis in (spec.rows, spec.columns))
    stated = [release.curies.expand(each) or each for each in STATED]
    whole = assemble(solutions, rows, columns, stated)
    certainty = choice(given, "certainty", CERTAINTY)
    kinds = kinds_of(release, spec.columns)
    wish = Wish(
        _role(release, given, whole.roles), certainty == "stated", _kind(release, given, kinds)
    )
    if wish.kind:
        columns = tuple(each for each in columns if wish.kind in kinds.get(each, ()))
    matrix = assemble(solutions, rows, columns, stated, wish) if wish != Wish() else whole
    across, shown, across_pages = 1, columns, 1
    if on_page:
        across = whole_number(given, "across", 1, MOST_CELLS)
        shown, across_pages = _page_of("across", columns, across, SHOWN_COLUMNS)
    size = max(1, (SHOWN_CELLS if on_page else MOST_CELLS) // max(1, len(shown)))
    rows_here, pages = _page_of("page", rows, number, size)
    side = _side(release, given, matrix) if on_page else None
    asked = Asked(
        spec, wish, language, choice(given, "gaps", GAPS), rows_here, number, pages,
        None if side else _cell(release, given, matrix), whole.roles, stated,
        tuple((n, v) for n, v in given.items() if n not in ("format", "page", "across")), kinds,
        shown, across, across_pages, side,
    )  # fmt: skip
    return asked, matrix


def _page_of(
    name: str, members_: Sequence[str], number: int, size: int
) -> tuple[tuple[str, ...], int]:
    """Return a page of the members of an axis, and how many pages there are."""
    pages = max(1, -(-len(members_) // size))
    if number > pages:
        raise ParameterError(
            name, f"{number} is past the end", value=str(number), allowed=[f"1 to {pages}"],
            example=f"{name}={pages}",
        )  # fmt: skip
    return tuple(members_[(number - 1) * size : number * size]), pages


def _role(release: Release, given: Mapping[str, str], roles: Sequence[str]) -> str:
    """Return the role that is wished: by CURIE, IRI or the last part of either."""
    return _named(release, "role", given.get("role", ""), roles)


def _kind(release: Release, given: Mapping[str, str], kinds: Mapping[str, Sequence[str]]) -> str:
    """Return the kind of columns that is wished, in the same way."""
    known = sorted({kind for some in kinds.values() for kind in some})
    return _named(release, "kind", given.get("kind", ""), known)


def _named(release: Release, name: str, value: str, known: Sequence[str]) -> str:
    if not value:
        return ""
    names: dict[str, str] = {}
    for iri in known:
        curie = release.curies.shorten(iri) or iri
        names |= {iri: iri, curie: iri, curie.rpartition(":")[2]: iri}
    if value not in names:
        one_of(name, value, [release.curies.shorten(iri) or iri for iri in known])
    return names[value]


def kinds_of(release: Release, axis: str) -> dict[str, tuple[str, ...]]:
    """Return the kinds of the members of an axis; empty if its members have none."""
    if not AXES[axis].kind:
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    predicate = NamedNode(release.curies.expand(AXES[axis].kind) or "")
    for member in members(release, axis, "it"):
        for quad in release.store.quads(NamedNode(member), predicate):
            found[member].add(text_of(quad.object))
    return {member: tuple(sorted(kinds)) for member, kinds in found.items()}


def _cell(release: Release, given: Mapping[str, str], matrix: Matrix) -> tuple[str, str] | None:
    """Return the cell that is asked for, if one is."""
    texts = given.get("row", ""), given.get("column", "")
    if not any(texts):
        return None
    row, column = (
        _member(release, name, text, members_)
        for name, text, members_ in zip(
            ("row", "column"), texts, (matrix.rows, matrix.columns), strict=True
        )
    )
    return row, column


def _side(release: Release, given: Mapping[str, str], matrix: Matrix) -> tuple[str, str] | None:
    """Return the row, or the column, that is asked for without the other."""
    row, column = given.get("row", ""), given.get("column", "")
    if bool(row) == bool(column):
        return None
    if row:
        return "row", _member(release, "row", row, matrix.rows)
    return "column", _member(release, "column", column, matrix.columns)


def _member(release: Release, name: str, text: str, members_: Sequence[str]) -> str:
    iri = release.resources.find(text, name)
    if iri in members_:
        return iri
    known = [release.curies.shorten(each) or each for each in members_[:50]]
    raise ParameterError(
        name, f"'{cut(text)}' is none of the {name}s", value=text, allowed=known,
        example=f"{name}={known[0]}" if known else None, hint=f"Give one of the {name}s.",
    )  # fmt: skip


def members(release: Release, axis: str, language: str) -> tuple[str, ...]:
    """Return the members of an axis, by code if they have codes, else by name."""
    of_class = NamedNode(release.curies.expand(AXES[axis].curie) or "")
    found = {
        quad.subject.value
        for quad in release.store.quads(None, RDF_TYPE, of_class)
        if isinstance(quad.subject, NamedNode)
    }

    def key(iri: str) -> tuple[str, str, str]:
        return code_of(release, iri), release.why.words.label(iri, language).casefold(), iri

    return tuple(sorted(found, key=key))


def code_of(release: Release, iri: str) -> str:
    """Return the code of a concept, or nothing."""
    quads = release.store.quads(NamedNode(iri), _SKOS_NOTATION)
    return min((q.object.value for q in quads if isinstance(q.object, Literal)), default="")


def one_of(name: str, value: str, known: Sequence[str]) -> str:
    """Return a value that is in a list.

    Raises:
        ParameterError: it is not.
    """
    if value not in known:
        raise ParameterError(
            name, f"'{cut(value)}' is not one of its values", value=value, allowed=known,
            hint=f"It takes: {', '.join(known)}.", example=f"{name}={known[0]}" if known else None,
        )  # fmt: skip
    return value
