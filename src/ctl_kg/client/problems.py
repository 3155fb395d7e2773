"""From problem documents to the errors they stand for.

Source: RFC 9457 (problem details).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ctl_kg import errors
from ctl_kg.errors import CtlKgError

_Problem = Mapping[str, Any]


def error_of(status: int, media_type: str, body: bytes, retry_after_s: float | None) -> CtlKgError:
    """Return the error that an answer with a status from 400 on stands for.

    Args:
        status: of the answer.
        media_type: of its body, without parameters.
        body: as received.
        retry_after_s: when the server says to come back, if it does.
    """
    problem = _read(media_type, body)
    known = problem is not None and "code" in problem
    problem = problem or {"detail": f"the server answered {status}"}
    made = _MAKERS.get(str(problem.get("code")), _by_status(status))(problem)
    if not known and status >= 500:
        made.hint = made.hint or "This may be a proxy before the server; try again later."
    if isinstance(made, errors.TooManyRequestsError) and retry_after_s is not None:
        made.retry_after_s = round(retry_after_s)
    if retry_after_s is not None and not made.hint:
        made.hint = f"Try again in {retry_after_s:g} s."
    made.status = status
    return made


def _read(media_type: str, body: bytes) -> _Problem | None:
    if media_type not in ("application/problem+json", "application/json"):
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "detail" in found else None


def _text(problem: _Problem, name: str) -> str:
    return str(problem.get(name) or "")


def _list(problem: _Problem, name: str) -> list[str]:
    found = problem.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []


def _optional(problem: _Problem, name: str) -> str | None:
    return None if problem.get(name) is None else str(problem[name])


def _number(problem: _Problem, name: str) -> int | None:
    value = problem.get(name)
    return value if isinstance(value, int) else None


def _of_parameter(problem: _Problem) -> dict[str, Any]:
    """Return what every error about a parameter is made with."""
    name = _text(problem, "parameter")
    return {
        "name": name,
        "message": _text(problem, "detail").removeprefix(f"parameter '{name}': "),
        "hint": _text(problem, "hint"),
        "value": _optional(problem, "value"),
        "example": _optional(problem, "example"),
    }


def _parameter(problem: _Problem) -> CtlKgError:
    return errors.ParameterError(**_of_parameter(problem), allowed=_list(problem, "allowed"))


def _unknown_resource(problem: _Problem) -> CtlKgError:
    suggestions = _list(problem, "suggestions")
    return errors.UnknownResourceError(**_of_parameter(problem), suggestions=suggestions)


def _query_syntax(problem: _Problem) -> CtlKgError:
    return errors.QuerySyntaxError(
        _text(problem, "detail"), hint=_text(problem, "hint"),
        line=_number(problem, "line"), column=_number(problem, "column"),
    )  # fmt: skip


def _not_acceptable(problem: _Problem) -> CtlKgError:
    return errors.NotAcceptableError(
        _list(problem, "offers"), _text(problem, "detail"), hint=_text(problem, "hint")
    )


def _suggesting(kind: type[errors.NotFoundError]) -> Callable[[_Problem], CtlKgError]:
    return lambda problem: kind(
        _text(problem, "detail"),
        suggestions=_list(problem, "suggestions"),
        hint=_text(problem, "hint"),
    )


def _limited(kind: type[errors.QueryLimitError]) -> Callable[[_Problem], CtlKgError]:
    return lambda problem: kind(
        _text(problem, "detail"), limit=_text(problem, "limit"), hint=_text(problem, "hint")
    )


def _plain(kind: type[CtlKgError]) -> Callable[[_Problem], CtlKgError]:
    return lambda problem: kind(_text(problem, "detail"), hint=_text(problem, "hint"))


_PLAIN = (
    errors.RequestError, errors.PayloadTooLargeError, errors.UnsupportedTypeError,
    errors.RequestTimeoutError, errors.UriTooLongError, errors.HeadersTooLargeError,
    errors.TooManyRequestsError, errors.StoreError, errors.BusyError, errors.ClientGoneError,
    errors.StoreUnavailableError,
)  # fmt: skip
_MAKERS: dict[str, Callable[[_Problem], CtlKgError]] = {
    "parameter": _parameter,
    "unknown-resource": _unknown_resource,
    "query-syntax": _query_syntax,
    "not-acceptable": _not_acceptable,
    **{each.code: _suggesting(each) for each in (errors.NotFoundError, errors.GoneError)},
    **{each.code: _limited(each) for each in (errors.QueryLimitError, errors.QueryTimeoutError)},
    **{each.code: _plain(each) for each in _PLAIN},
}
# For answers that are not ours, as those of a proxy.
_STATUS_MAKERS = {
    404: _MAKERS["not-found"],
    410: _MAKERS["gone"],
    429: _MAKERS["too-many-requests"],
    503: _MAKERS["busy"],
    504: _MAKERS["query-timeout"],
}


def _by_status(status: int) -> Callable[[_Problem], CtlKgError]:
    fallback = errors.RequestError if status < 500 else errors.StoreUnavailableError
    return _STATUS_MAKERS.get(status, _plain(fallback))
