"""Every error that ctl-kg raises on purpose, as one tree.

::

    CtlKgError
    ├─ SourceError               a file of ours is wrong (path, line)              exit 2, 500
    │  ├─ RdfSyntaxError         a Turtle, TriG or N-Quads file does not parse
    │  ├─ FormatError            a file cannot be written in the canonical layout
    │  ├─ QueryFileError         an .rq file's header or body is malformed
    │  ├─ SettingsError          a setting has a value it cannot take
    │  ├─ TableError             a CSV file is not what its CSVW description says
    │  └─ ReleaseError           a release folder is missing, damaged or cannot be written
    ├─ NotConformingError        validation found violations (findings)            exit 1, 500
    ├─ RequestError              the caller can mend it                            exit 2
    │  ├─ ParameterError         a query parameter is unknown or has a bad value   400
    │  │  └─ UnknownResourceError  it names no resource, or several (suggestions)  404
    │  ├─ QuerySyntaxError       a SPARQL text does not parse or is not allowed    400
    │  ├─ NotFoundError          no such resource or query                         404
    │  ├─ NotAcceptableError     none of the representations suits (offers)        406
    │  ├─ GoneError              an IRI was withdrawn (suggestions: successors)    410
    │  ├─ RequestTimeoutError    a body does not arrive in time                    408
    │  ├─ PayloadTooLargeError   a body is larger than the limit                   413
    │  ├─ UnsupportedTypeError   a body has a media type that is not taken         415
    │  ├─ UriTooLongError        an address is longer than the limit               414
    │  ├─ HeadersTooLargeError   the header fields are too many or too long        431
    │  └─ TooManyRequestsError   a client asks more often than the limit           429
    ├─ PortalError              another server does not give what it should       exit 2, 502
    ├─ PictureError              a picture could not be drawn, or not in time      503
    │  └─ NoPicturesError        the optional packages for pictures are missing    503
    └─ StoreError                an engine failed                                  exit 2
       ├─ BusyError              too many queries run already                      503
       ├─ QueryLimitError        a query would pass a limit (limit)                504
       │  └─ QueryTimeoutError   a query ran longer than the limit                 504
       ├─ ClientGoneError        nobody waits for the answer any more              503
       └─ StoreUnavailableError  an endpoint could not be reached                  502

Each class carries data, not prose made elsewhere: ``message`` says what is wrong,
``hint`` what to do. Libraries' exceptions are translated only in the module that
calls the library, always with ``raise ... from``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class CtlKgError(Exception):
    """The root: something that a person can understand and act on."""

    code = "error"
    status = 500
    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class SourceError(CtlKgError):
    """A file of ours is wrong; ``path`` and, where known, ``line`` (1-based) say where."""

    code = "source"

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        hint: str = "",
    ) -> None:
        self.path = None if path is None else str(path)
        self.line = line
        place = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(place + message, hint=hint)


class RdfSyntaxError(SourceError):
    """An RDF file does not parse."""

    code = "rdf-syntax"


class FormatError(SourceError):
    """A file cannot be written in the canonical layout without losing something."""

    code = "format"


class QueryFileError(SourceError):
    """A stock-query file has a malformed header or a body that does not match it."""

    code = "query-file"


class SettingsError(SourceError):
    """A setting has a value it cannot take."""

    code = "settings"


class TableError(SourceError):
    """A CSV file, or the CSVW description of it, is not what it should be."""

    code = "table"


class ReleaseError(SourceError):
    """A release folder is missing, damaged or cannot be written."""

    code = "release"
    status = 503


class NotConformingError(CtlKgError):
    """Validation found violations; ``findings`` lists them."""

    code = "not-conforming"
    exit_code = 1

    def __init__(self, message: str, findings: Sequence[object], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.findings = list(findings)


class RequestError(CtlKgError):
    """The caller asked for something that it can mend itself."""

    code = "bad-request"
    status = 400


class ParameterError(RequestError):
    """A parameter is unknown, missing or has a value that is not allowed.

    ``allowed`` describes or lists what would have been taken; ``value`` is what was received,
    cut to 80 characters, and ``example`` is one that is right, where they are known.
    """

    code = "parameter"

    def __init__(
        self,
        name: str,
        message: str,
        *,
        allowed: Sequence[str] = (),
        hint: str = "",
        value: str | None = None,
        example: str | None = None,
    ) -> None:
        super().__init__(f"parameter '{name}': {message}", hint=hint)
        self.name = name
        self.allowed = list(allowed)
        self.value = value if value is None or len(value) <= 80 else value[:79] + "…"
        self.example = example


class UnknownResourceError(ParameterError):
    """A parameter names no resource, or several; ``suggestions`` are IRIs of the nearest."""

    code = "unknown-resource"
    status = 404

    def __init__(
        self,
        name: str,
        message: str,
        *,
        suggestions: Sequence[str] = (),
        hint: str = "",
        value: str | None = None,
        example: str | None = None,
    ) -> None:
        super().__init__(name, message, hint=hint, value=value, example=example)
        self.suggestions = list(suggestions)


class QuerySyntaxError(RequestError):
    """A SPARQL text does not parse, or asks for something that is not offered."""

    code = "query-syntax"

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class NotFoundError(RequestError):
    """There is no such resource or query; ``suggestions`` are the nearest that exist."""

    code = "not-found"
    status = 404

    def __init__(self, message: str, *, suggestions: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.suggestions = list(suggestions)


class NotAcceptableError(RequestError):
    """No representation suits the request; ``offers`` are the media types there are."""

    code = "not-acceptable"
    status = 406

    def __init__(
        self,
        offers: Sequence[str],
        message: str = "none of the accepted media types is offered here",
        *,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.offers = list(offers)


class GoneError(NotFoundError):
    """An IRI was withdrawn; ``suggestions`` are the IRIs that took its place."""

    code = "gone"
    status = 410


class PayloadTooLargeError(RequestError):
    """A request body is larger than the limit."""

    code = "payload-too-large"
    status = 413


class UnsupportedTypeError(RequestError):
    """A request body has a media type that is not taken."""

    code = "unsupported-type"
    status = 415


class RequestTimeoutError(RequestError):
    """A request's body did not arrive within the limit."""

    code = "request-timeout"
    status = 408


class UriTooLongError(RequestError):
    """An address is longer than the limit."""

    code = "uri-too-long"
    status = 414


class HeadersTooLargeError(RequestError):
    """The header fields of a request are too many or too long."""

    code = "headers-too-large"
    status = 431


class TooManyRequestsError(RequestError):
    """A client asks more often than the limit; ``retry_after_s`` says when to come back."""

    code = "too-many-requests"
    status = 429

    def __init__(self, message: str, *, retry_after_s: int = 60, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class PortalError(CtlKgError):
    """A server of others (a portal, the host of a catalogue) does not give what it should.

    ``status_code`` is what it answered, 0 if nothing could be read.
    """

    code = "portal"
    status = 502

    def __init__(self, message: str, *, status_code: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status_code = status_code


class PictureError(CtlKgError):
    """A picture could not be drawn, or not in time."""

    code = "picture"
    status = 503


class NoPicturesError(PictureError):
    """The optional packages that draw pictures are not installed."""

    code = "no-pictures"


class StoreError(CtlKgError):
    """The engine failed on a query that was allowed."""

    code = "store"


class BusyError(StoreError):
    """Too many queries run already; try again in a moment."""

    code = "busy"
    status = 503


class QueryLimitError(StoreError):
    """A query would pass a limit; ``limit`` names it: time, memory, rows or bytes."""

    code = "query-limit"
    status = 504

    def __init__(self, message: str, *, limit: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.limit = limit


class QueryTimeoutError(QueryLimitError):
    """A query ran longer than the limit."""

    code = "query-timeout"

    def __init__(self, message: str, *, limit: str = "time", hint: str = "") -> None:
        super().__init__(message, limit=limit, hint=hint)


class ClientGoneError(StoreError):
    """Whoever asked the query has closed the connection; nobody reads this answer."""

    code = "cancelled"
    status = 503


class StoreUnavailableError(StoreError):
    """A SPARQL endpoint could not be reached or answered with something else."""

    code = "store-unavailable"
    status = 502
