"""The parameters of a stock query in a request: what they take, and the query with their values.

The values of most requests were given before, in other combinations: what they were read as is
kept, and only a new value is looked for among all that are allowed, in another thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode
from starlette.concurrency import run_in_threadpool

from ctl_kg.errors import ParameterError
from ctl_kg.languages import LANGUAGES
from ctl_kg.namespaces import Curies
from ctl_kg.sparql.binding import Choice, ChoicesOf, bind, parse_value
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.sparql.terms import text_of
from ctl_kg.sparql.total_order import in_language, with_total_order
from ctl_kg.web.api_wishes import cut
from ctl_kg.web.row_cache import Bound, Given, Terms
from ctl_kg.web.site import Site

MOST_CHOICES = 500  # listed with a parameter; of more, only the number is told


def choices_of(site: Site, parameter: Parameter) -> list[tuple[str, str]] | None:
    """Return value (as a CURIE where there is one) and label of each choice of a parameter.

    None if any value of the type will do, or if the choices are too many to list.
    """
    if parameter.type == "boolean":
        return [("true", "true"), ("false", "false")]
    found = site.choices(parameter)
    if not (parameter.enum or parameter.values) or len(found) > MOST_CHOICES:
        return None
    return [(site.curies.shorten(each.value) or each.value, each.label) for each in found]


def takes_several(parameter: Parameter) -> bool:
    """Tell whether a parameter may be given several values: any of them then fits.

    Not so where a query asks about one thing, whose name stands in no column.
    """
    return not parameter.required and parameter.name != "lang"


def takes_empty(parameter: Parameter) -> bool:
    """Tell whether an empty value means something: "any", where leaving it out means a default."""
    has_default = parameter.default is not None
    return has_default and not parameter.required and parameter.name != "lang"


def read_values(query: QueryFile, pairs: Sequence[tuple[str, str]], language: str) -> Given:
    """Return the values of the query's own parameters, in an order of their own.

    Raises:
        ParameterError: one has two values where one is allowed, or none at all.
    """
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        if query.parameter(name) is not None:
            values[name].append(value)
    if query.parameter("lang") is not None:
        values["lang"] = [language]
    for name, given in values.items():
        parameter = query.parameter(name)
        assert parameter is not None
        if len(given) > 1 and not takes_several(parameter):
            raise ParameterError(
                name, f"takes one value and was given {len(given)}", value=", ".join(given),
                allowed=["one value"], example=f"{name}={cut(given[0])}",
            )  # fmt: skip
        if "" in given and not (takes_empty(parameter) and len(given) == 1):
            raise ParameterError(
                name, "was given empty", value="", hint="Leave it out if any value will do.",
                allowed=["a value"], example=_example(parameter),
            )  # fmt: skip
    return query.name, tuple(sorted((name, tuple(given)) for name, given in values.items()))


_EXAMPLES = {
    "integer": "12", "decimal": "12.5", "date": "2022-05-31", "boolean": "true", "string": "testo",
}  # fmt: skip


def _example(parameter: Parameter, allowed: Sequence[str] = ()) -> str | None:
    value = parameter.default or (allowed[0] if allowed else _EXAMPLES.get(parameter.type))
    return None if value is None else f"{parameter.name}={value}"


async def bound_query(site: Site, query: QueryFile, given: Given) -> Bound:
    """Return the query with its values in place.

    Raises:
        ParameterError: a value is not allowed; it says which, what is, and an example.
    """
    found = site.rows.bound(given)
    if found is None:
        try:
            found = _bind(query, given, site.curies, _unlisted, site.rows.terms)
        except (LookupError, ParameterError):  # a value is new, or wrong, which takes longer
            found = await run_in_threadpool(_bind_new, site, query, given)
        site.rows.keep_bound(given, found)
    return found


def _unlisted(parameter: Parameter) -> list[Choice]:
    """Say that the allowed values of a parameter are not at hand."""
    raise LookupError(parameter.name)


def _bind(
    query: QueryFile, given: Given, curies: Curies, choices_of: ChoicesOf, known: Terms
) -> Bound:
    """Return the query with its values in place; what is ``known`` is not looked for again."""
    terms: dict[tuple[str, str], NamedNode | Literal] = {}
    read: dict[tuple[str, str, str], NamedNode | Literal] = {}

    def parse(
        parameter: Parameter, value: str, curies: Curies, choices_of: ChoicesOf
    ) -> NamedNode | Literal:
        place = parameter.name, value
        if place not in terms:
            key = (query.name, *place)
            term = known.get(key)
            if term is None:
                term = read[key] = parse_value(parameter, value, curies, choices_of)
            terms[place] = term
        return terms[place]

    values = dict(given[1])
    language = values.get("lang", ("",))[0]
    ready = in_language(query, language) if language in LANGUAGES else with_total_order(query)
    text = bind(ready, values, curies=curies, choices_of=choices_of, parse=parse)
    shown: dict[str, list[str]] = {}
    for parameter in query.parameters:
        kept = [v for v in values.get(parameter.name, (parameter.default or "",)) if v]
        shown[parameter.name] = [text_of(parse(parameter, v, curies, choices_of)) for v in kept]
    return Bound(text, shown, read)


def _bind_new(site: Site, query: QueryFile, given: Given) -> Bound:
    """Return the query with its values in place, after a look at all that are allowed.

    Raises:
        ParameterError: a value is not allowed; it says which, what is, and an example.
    """
    try:
        return _bind(query, given, site.curies, site.choices, {})
    except ParameterError as error:
        values = dict(given[1])
        parameter = query.parameter(error.name)
        assert parameter is not None
        allowed = error.allowed or [each for each, _ in choices_of(site, parameter) or ()]
        raise _enriched(parameter, values.get(error.name, ()), error, allowed) from error


def _enriched(
    parameter: Parameter, given: Sequence[str], error: ParameterError, allowed: Sequence[str]
) -> ParameterError:
    """Return an error with the value as received, what is allowed, and an example."""
    wrong = next((value for value in given if value in error.message), given[0] if given else "")
    message = error.message.removeprefix(f"parameter '{error.name}': ")
    return ParameterError(
        error.name,
        message.replace(wrong, cut(wrong)) if wrong else message,
        allowed=list(allowed[:MOST_CHOICES]) or [f"a value of type {parameter.type}"],
        hint=error.hint,
        value=wrong,
        example=_example(parameter, allowed),
    )
