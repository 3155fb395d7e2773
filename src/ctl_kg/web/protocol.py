"""Read what a request asks of the SPARQL endpoint.

Source: SPARQL 1.1 Protocol §2.1 (query operation), §2.2.4 (no update); RFC 9110 §8.3, §8.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from ctl_kg.errors import PayloadTooLargeError, RequestError, UnsupportedTypeError

_FORM_TYPE = "application/x-www-form-urlencoded"
_QUERY_TYPE = "application/sparql-query"
_UPDATE_TYPE = "application/sparql-update"


@dataclass(frozen=True)
class Operation:
    """What a request asks of the endpoint; ``query`` is None if it only opens it."""

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str
    explain: bool = False

    @property
    def has_dataset(self) -> bool:
        """Tell whether the request itself names graphs."""
        return self.default_graphs is not None or self.named_graphs is not None


async def read_operation(request: Request, max_bytes: int) -> Operation:
    """Return what a request asks.

    Raises:
        UnsupportedTypeError: a POST has another content type, charset or coding.
        PayloadTooLargeError: the body is larger than the limit.
        RequestError: two queries, an update, or bytes that are not UTF-8.
    """
    # Not by query_params, which takes as long again to make its mapping.
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    direct: str | None = None
    if request.method == "POST":
        body = await _read_body(request, max_bytes)
        media_type = _content_type(request)
        if media_type == _FORM_TYPE:
            pairs += _fields(_decode(body))
        elif media_type == _QUERY_TYPE:
            direct = _decode(body)
        elif media_type == _UPDATE_TYPE:
            raise RequestError("this endpoint only reads: updates are refused")
        else:
            raise UnsupportedTypeError(
                f"a body of type '{media_type or 'none'}' is not taken",
                hint=f"Send {_QUERY_TYPE} or {_FORM_TYPE}, in UTF-8.",
            )
    return _operation(pairs, direct)


def _operation(pairs: list[tuple[str, str]], direct: str | None) -> Operation:
    queries = [value for name, value in pairs if name == "query"]
    if direct is not None:
        queries.append(direct)
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in pairs):
        raise RequestError("this endpoint only reads: updates are refused")
    if len(queries) > 1:
        raise RequestError("there is more than one query", hint="Send one query per request.")
    default = tuple(value for name, value in pairs if name == "default-graph-uri")
    named = tuple(value for name, value in pairs if name == "named-graph-uri")
    wished = next((value for name, value in pairs if name == "format"), "")
    query = queries[0] if queries else None
    explain = ("explain", "empty") in pairs
    return Operation(query, default or None, named or None, wished, explain)


async def _read_body(request: Request, max_bytes: int) -> bytes:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedTypeError("a compressed body is not taken", hint="Send it as it is.")
    too_large = PayloadTooLargeError(f"the body is larger than {max_bytes} bytes")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > max_bytes:
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _content_type(request: Request) -> str:
    media_type, *parameters = request.headers.get("content-type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset" and value.strip('"').lower() not in ("utf-8", "utf8"):
            raise UnsupportedTypeError(f"the charset '{value}' is not taken", hint="Send UTF-8.")
    return media_type.strip().lower()


def _fields(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=1000, errors="strict")
    except UnicodeDecodeError as error:
        raise RequestError("the form is not UTF-8", hint="Percent-encode UTF-8.") from error
    except ValueError as error:
        raise RequestError(
            "the form has more than 1000 fields", hint="Send the query as one field."
        ) from error


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError("the body is not UTF-8") from error
