"""What a request asks of a stock query: the values in the address, and the query with them."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping

from starlette.requests import Request

from ctl_kg.errors import NotFoundError
from ctl_kg.sparql.binding import bind, parse_value
from ctl_kg.sparql.query_model import QueryFile
from ctl_kg.sparql.terms import text_of
from ctl_kg.web.pages import PageContext
from ctl_kg.web.query_snippets import Bound, canonical_pairs
from ctl_kg.web.site import Site


def given_values(
    request: Request, query: QueryFile, other: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    """Return the values in the address, by parameter.

    ``lang`` is the language of the page where the query has no parameter of that name; so are
    the ``other`` names, which mean something else there.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        if name not in ("lang", *other) or query.parameter(name) is not None:
            found[name].append(value)
    return dict(found)


def bound_text(site: Site, query: QueryFile, given: Mapping[str, list[str]]) -> str:
    """Return the text of a query with its values in place.

    Raises:
        ParameterError: a value is not allowed.
    """
    return bind(query, given, curies=site.curies, choices_of=site.choices)


def bound_query(
    site: Site, page: PageContext, query: QueryFile, given: Mapping[str, list[str]]
) -> Bound:
    """Return a query with its values; the labels are in the page's language if none is asked for.

    Raises:
        ParameterError: a value is not allowed.
    """
    values = dict(given)
    if query.parameter("lang") is not None:
        values.setdefault("lang", [page.language])
    pairs = [(name, each) for name, some in values.items() for each in some]
    return Bound(
        query,
        canonical_pairs(query, pairs, page.language),
        bound_text(site, query, values),
        page.language,
    )


def term_texts(site: Site, bound: Bound) -> dict[str, list[str]]:
    """Return what the parameters of a bound query are bound to, as texts of terms."""
    found: dict[str, list[str]] = {}
    for parameter in bound.query.parameters:
        given = [value for name, value in bound.pairs if name == parameter.name]
        if not given and parameter.default is not None:
            given = [parameter.default]
        found[parameter.name] = [
            text_of(parse_value(parameter, value, site.curies, site.choices))
            for value in given
            if value
        ]
    return found


def unknown_query(known: dict[str, QueryFile], name: str, base_iri: str) -> NotFoundError:
    """Return the error for a name that no stock query has."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return NotFoundError(
        f"there is no stock query '{name}'",
        suggestions=[base_iri + "queries/" + each for each in near],
        hint="See the list of queries.",
    )
