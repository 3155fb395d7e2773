"""The form of a stock query: a field per parameter, with what is wrong with its value."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from ctl_kg.errors import CtlKgError, ParameterError
from ctl_kg.sparql.binding import MAX_VALUES
from ctl_kg.sparql.query_model import Parameter, QueryFile
from ctl_kg.web.error_pages import error_page
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.stock_view import QueryField
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Option

MANY_CHOICES = 50  # a longer list can be narrowed by typing, where there are scripts
_KINDS = {"integer": "number", "decimal": "number", "date": "date"}
_STEPS = {"integer": "1", "decimal": "any"}


def form_fields(
    site: Site,
    page: PageContext,
    query: QueryFile,
    given: Mapping[str, Sequence[str]],
    error: ParameterError | None = None,
) -> tuple[QueryField, ...]:
    """Return the fields with the values given; ``error`` stands at the one that it is about.

    The language of labels follows the page: it is no question to ask.
    """
    return tuple(
        _field(site, page, each, given.get(each.name), error)
        for each in query.parameters
        if each.name != "lang"
    )


def _field(
    site: Site,
    page: PageContext,
    parameter: Parameter,
    given: Sequence[str] | None,
    error: ParameterError | None,
) -> QueryField:
    values = list(given) if given is not None else [parameter.default or ""]
    strange, options = _options(site, page, parameter, values)
    if options:  # a value that is none of them is kept as it was written
        options = (*(Option(each, each, True) for each in strange), *options)
    wrong = error is not None and error.name == parameter.name
    return QueryField(
        name=parameter.name,
        label=parameter.label[page.language],
        description=parameter.description[page.language],
        value=values[0] if values else "",
        options=options,
        is_multiple=len([each for each in values if each]) > 1,
        is_long=len(options) > MANY_CHOICES,
        required=parameter.required,
        kind=_KINDS.get(parameter.type, "text"),
        step=_STEPS.get(parameter.type, ""),
        minimum=parameter.minimum or "",
        maximum=parameter.maximum or "",
        error=field_error(page, parameter, strange or values, options) if wrong else "",
    )


def _options(
    site: Site, page: PageContext, parameter: Parameter, values: Sequence[str]
) -> tuple[list[str], tuple[Option, ...]]:
    """Return the values that are none of the choices, and the choices by name."""
    if parameter.type == "boolean":
        names = ("true", "false")
        return [each for each in values if each and each not in names], tuple(
            Option(each, page.messages("stock." + each), each in values) for each in names
        )
    parts = ViewParts(site, page, {})
    options = []
    found: set[str] = set()
    for choice in site.choices(parameter):
        short = site.curies.shorten(choice.value) or choice.value
        asked = {choice.value, short, short.partition(":")[2]} & set(values)
        found |= asked
        label = parts.name(choice.value)[0] if parameter.type == "iri" else choice.label
        options.append(Option(short, label, bool(asked)))
    if parameter.type == "iri":
        options.sort(key=lambda option: option.label.casefold())
    strange = [each for each in values if each and each not in found] if options else []
    return strange, tuple(options)


def field_error(
    page: PageContext, parameter: Parameter, values: Sequence[str], options: Sequence[Option]
) -> str:
    """Return what is wrong with the values of a parameter, in the reader's language."""
    t = page.messages
    if len(values) > MAX_VALUES:
        return t("stock.too_many", most=MAX_VALUES)
    expected = t("stock.expects_" + ("choice" if options else parameter.type))
    if parameter.minimum is not None:
        expected += t("stock.from", bound=parameter.minimum)
    if parameter.maximum is not None:
        expected += t("stock.to", bound=parameter.maximum)
    if parameter.pattern is not None:
        expected += t("stock.pattern", pattern=parameter.pattern)
    value = next((each for each in values if each), "")
    if not value:
        return t("stock.missing", expected=expected)
    shown = value if len(value) <= 80 else value[:79] + "…"
    text = t("stock.wrong", value=shown, expected=expected)
    near = _near(value, [each for each in options if each.label != value])
    return text + (" " + t("stock.near", names=near) if near else "")


def _near(value: str, options: Sequence[Option]) -> str:
    """Return the names of the choices most like a value."""
    names: dict[str, str] = {}
    for option in options:
        for name in (option.label, option.value, option.value.partition(":")[2]):
            names.setdefault(name.casefold(), option.label)
    found = difflib.get_close_matches(value[:80].casefold(), names, n=5, cutoff=0.6)
    return ", ".join(list(dict.fromkeys(names[each] for each in found))[:3])


def told(page: PageContext, query: QueryFile, error: CtlKgError) -> tuple[str, str]:
    """Return what is wrong and what to do, for an error that is about no field."""
    t = page.messages
    if isinstance(error, ParameterError):
        names = [each.name for each in query.parameters]
        if query.parameter(error.name) is not None:
            return t("stock.wrong_parameter", name=error.name), t("stock.leave_out")
        known = t("stock.takes", names=", ".join(names)) if names else t("stock.takes_none")
        name = error.name if len(error.name) <= 80 else error.name[:79] + "…"
        return t("stock.unknown_parameter", name=name), known
    words = error_page(error, t)
    return words.message, words.hint


def version_of(site: Site, page: PageContext) -> str:
    """Return which release an answer comes from, in words."""
    return page.messages(
        "stock.version",
        version=site.manifest.get("version", "?"),
        released=site.manifest.get("released", "?"),
    )
