"""Every error that ctl-kg raises on purpose, as one tree.

::

    CtlKgError
    ├─ SourceError               a file of ours is wrong (path, line)              exit 2, 500
    │  ├─ RdfSyntaxError         a Turtle, TriG or N-Quads file does not parse
    │  ├─ FormatError            a file cannot be written in the canonical layout
    │  ├─ QueryFileError         an .rq file's header or body is malformed
    │  ├─ SettingsError          a setting has a value it cannot take
    │  └─ ReleaseError           a release folder is missing, damaged or cannot be written
    ├─ NotConformingError        validation found violations (findings)            exit 1, 500
    ├─ RequestError              the caller can mend it                            exit 2
    │  ├─ ParameterError         a query parameter is unknown or has a bad value   400
    │  ├─ QuerySyntaxError       a SPARQL text does not parse or is not allowed    400
    │  ├─ NotFoundError          no such resource or query                         404
    │  ├─ NotAcceptableError     none of the representations suits (offers)        406
    │  ├─ PayloadTooLargeError   a body is larger than the limit                   413
    │  └─ UnsupportedTypeError   a body has a media type that is not taken         415
    └─ StoreError                an engine failed                                  exit 2
       ├─ BusyError              too many queries run already                      503
       ├─ QueryTimeoutError      a query ran longer than the limit                 504
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

    ``allowed`` describes or lists what would have been taken.
    """

    code = "parameter"

    def __init__(
        self, name: str, message: str, *, allowed: Sequence[str] = (), hint: str = ""
    ) -> None:
        super().__init__(f"parameter '{name}': {message}", hint=hint)
        self.name = name
        self.allowed = list(allowed)


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

    def __init__(self, offers: Sequence[str]) -> None:
        super().__init__("none of the accepted media types is offered here")
        self.offers = list(offers)


class PayloadTooLargeError(RequestError):
    """A request body is larger than the limit."""

    code = "payload-too-large"
    status = 413


class UnsupportedTypeError(RequestError):
    """A request body has a media type that is not taken."""

    code = "unsupported-type"
    status = 415


class StoreError(CtlKgError):
    """The engine failed on a query that was allowed."""

    code = "store"


class BusyError(StoreError):
    """Too many queries run already; try again in a moment."""

    code = "busy"
    status = 503


class QueryTimeoutError(StoreError):
    """A query ran longer than the limit."""

    code = "query-timeout"
    status = 504


class StoreUnavailableError(StoreError):
    """A SPARQL endpoint could not be reached or answered with something else."""

    code = "store-unavailable"
    status = 502
