"""The stock queries that have to do with a resource, found from their headers and their texts.

A query takes a resource if the ``values`` of one of its parameters ask for something that the
resource is: a class, or a list of concepts. It mentions a resource if its IRI, or that of one
of its classes, stands in the text. Nothing is asked of the engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pyoxigraph import NamedNode

from ctl_kg.namespaces import Curies
from ctl_kg.publish.description import RDF_TYPE, Description
from ctl_kg.sparql import guard
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.sparql.tokens import Token
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site, once_per_site
from ctl_kg.web.views import Link, QueryEntry

_VALUE = "?value"  # what the ``values`` of a parameter bind

_Condition = tuple[str, str]  # IRIs of a property and of its value


@dataclass(frozen=True)
class RelatedQueries:
    """The stock queries about a resource: those asked about it, and those about its like."""

    asked: tuple[QueryEntry, ...]
    others: tuple[QueryEntry, ...]


def related_queries(site: Site, page: PageContext, description: Description) -> RelatedQueries:
    """Return the stock queries that have to do with a resource."""
    takes, mentions = _index(site)
    said = {
        (each.predicate.value, each.object.value)
        for each in description.outgoing
        if isinstance(each.object, NamedNode)
    }
    value = site.curies.shorten(description.iri) or description.iri
    asked: dict[str, QueryEntry] = {}
    for condition in sorted(said & takes.keys()):
        for query, parameter in takes[condition]:
            entry = _entry(query, page, **{parameter.name: value})
            asked.setdefault(query.name, entry)
    about = (description.iri, *description.types)
    named = [query for iri in about for query in mentions.get(iri, [])]
    others = {each.name: _entry(each, page) for each in named if each.name not in asked}
    return RelatedQueries(tuple(asked.values()), tuple(others[name] for name in sorted(others)))


def _entry(query: QueryFile, page: PageContext, **values: str) -> QueryEntry:
    address = page.url("/queries/" + query.name, **values)
    return QueryEntry(Link(query.title[page.language], address), query.question[page.language])


@once_per_site
def _index(
    site: Site,
) -> tuple[Mapping[_Condition, list[tuple[QueryFile, Parameter]]], Mapping[str, list[QueryFile]]]:
    """Return the queries by what their parameters ask for, and by the IRIs in their texts."""
    takes: dict[_Condition, list[tuple[QueryFile, Parameter]]] = defaultdict(list)
    mentions: dict[str, list[QueryFile]] = defaultdict(list)
    for query in site.queries.values():
        for parameter in query.parameters:
            for condition in _conditions(parameter, site.curies):
                takes[condition].append((query, parameter))
        scan = guard.scan(query.text)
        for iri in dict.fromkeys(_iris(scan.tokens, scan.declared)):
            mentions[iri].append(query)
    return dict(takes), mentions


def _conditions(parameter: Parameter, curies: Curies) -> Iterator[_Condition]:
    """Yield the pairs of property and value that the ``values`` of a parameter ask for."""
    if not parameter.values:
        return
    tokens = guard.scan(parameter.values).tokens
    for subject, predicate, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if subject.text != _VALUE:
            continue
        verb = RDF_TYPE.value if predicate.text == "a" else _iri(predicate, curies.table)
        named = _iri(value, curies.table)
        if verb and named:
            yield verb, named


def _iris(tokens: Iterable[Token], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the IRIs that a text names, without those of its declarations."""
    for before, token in pairwise([None, *tokens]):
        assert token is not None
        iri = _iri(token, prefixes)
        if iri and not (before is not None and before.text.endswith(":")):
            yield iri


def _iri(token: Token, prefixes: Mapping[str, str]) -> str | None:
    if token.kind == "iri":
        return token.value[1:-1]
    prefix, colon, local = token.value.partition(":")
    if token.kind != "name" or not colon or not local or prefix not in prefixes:
        return None
    return prefixes[prefix] + local.replace("\\", "")
