"""Parameters of an address that are given once: read by name, refused with what is allowed.

Not here: the parameters of stock queries, of which several values may be given (``api``,
``api_wishes``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from ctl_kg.errors import ParameterError
from ctl_kg.web.api import refuse_unknown
from ctl_kg.web.api_wishes import cut


def given_once(
    request: Request,
    taken: Sequence[str],
    *,
    may_be_empty: Sequence[str] = (),
    examples: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the parameters of a request by name.

    Args:
        request: the request.
        taken: names of those that it may have.
        may_be_empty: names of those whose empty value means something.
        examples: a right value by name, for messages.
    Raises:
        ParameterError: one is unknown, is given twice, or is empty.
    """
    refuse_unknown(request, taken)
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        right = (examples or {}).get(name)
        example = f"{name}={right}" if right else None
        if name in given:
            raise ParameterError(
                name, "is given twice", value=value, hint="Give it once.", example=example
            )
        if value == "" and name not in may_be_empty:
            raise ParameterError(
                name, "was given empty", value="", hint="Give a value, or leave it out.",
                allowed=["a value"], example=example,
            )  # fmt: skip
        given[name] = value
    return given


def choice(given: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    """Return a value out of a list; the first of the list if none is given.

    Raises:
        ParameterError: it is not in the list.
    """
    value = given.get(name, allowed[0])
    if value not in allowed:
        raise ParameterError(
            name, f"'{cut(value)}' is not one of its values", value=value, allowed=allowed,
            hint=f"It takes: {', '.join(allowed)}.", example=f"{name}={allowed[0]}",
        )  # fmt: skip
    return value


def number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Return a whole number from 1.

    Raises:
        ParameterError: it is none, or too large.
    """
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most):
        raise ParameterError(
            name, f"'{cut(text)}' is not a whole number from 1 to {most}", value=text,
            allowed=[f"1 to {most}"], example=f"{name}={default}",
        )  # fmt: skip
    return int(text[:12])
