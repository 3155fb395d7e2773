"""The store protocol over a SPARQL endpoint, through SPARQLWrapper.

Answers are parsed to the same terms as the embedded store's. Only queries are sent.
Source: SPARQL 1.1 Protocol §2.1.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from http.client import HTTPException
from urllib.error import HTTPError, URLError

import pyoxigraph as ox
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from ctl_kg.errors import (
    QuerySyntaxError,
    QueryTimeoutError,
    RequestError,
    StoreUnavailableError,
)
from ctl_kg.sparql import guard
from ctl_kg.sparql.terms import QueryResult, Solutions

_LONGEST_GET = 1500  # characters of query text; longer texts go by POST


class RemoteStore:
    """A SPARQL endpoint at an address."""

    def __init__(self, endpoint: str, *, timeout_s: float = 30.0) -> None:
        self.endpoint = endpoint
        self.timeout_s = timeout_s

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QueryResult:
        """Answer one query: see :class:`ctl_kg.sparql.store.Store`.

        Raises:
            QuerySyntaxError: the endpoint (or the guard before it) refuses the text.
            QueryTimeoutError: no answer within ``timeout_s``.
            StoreUnavailableError: the endpoint cannot be reached or answers something else.
        """
        if not re.match(r"https?://[^/\s]", self.endpoint):
            raise RequestError(
                f"'{self.endpoint}' is not the address of an endpoint",
                hint="Give an http or https address, as http://127.0.0.1:8000/sparql.",
            )
        scan = guard.scan(text)
        wrapper = SPARQLWrapper(self.endpoint)
        wrapper.setTimeout(max(1, int(self.timeout_s)))
        wrapper.setQuery(text)
        for name in default_graphs or ():
            wrapper.addParameter("default-graph-uri", name)
        for name in named_graphs or ():
            wrapper.addParameter("named-graph-uri", name)
        if len(text) > _LONGEST_GET:
            wrapper.setMethod(POST)
        wrapper.setReturnFormat(TURTLE if scan.is_graph else JSON)
        body, media_type = self._fetch(wrapper)
        return self._parse(body, media_type, is_graph=scan.is_graph)

    def _fetch(self, wrapper: SPARQLWrapper) -> tuple[bytes, str]:
        try:
            answer = wrapper.query()
            media_type = str(answer.info().get("content-type", "")).partition(";")[0].strip()
            return answer.response.read(), media_type.lower()
        except TimeoutError as error:
            raise self._timeout() from error
        except URLError as error:
            if isinstance(error, HTTPError):
                error.close()
                raise self._unavailable(f"it answered {error.code}") from error
            if isinstance(error.reason, TimeoutError):
                raise self._timeout() from error
            raise self._unavailable(str(error.reason)) from error
        except SPARQLWrapperException as error:
            kind = type(error).__name__
            detail = str(error)[:300]
            if isinstance(error.__context__, HTTPError):
                error.__context__.close()
                if kind != "QueryBadFormed":
                    raise self._unavailable(f"it answered {error.__context__.code}") from error
            if kind == "QueryBadFormed":
                raise QuerySyntaxError(f"{self.endpoint} refuses the query: {detail}") from error
            raise self._unavailable(f"{kind}: {detail}") from error
        except (OSError, ValueError, HTTPException) as error:
            raise self._unavailable(str(error) or type(error).__name__) from error

    def _parse(self, body: bytes, media_type: str, *, is_graph: bool) -> QueryResult:
        try:
            if is_graph:
                rdf_format = ox.RdfFormat.from_media_type(media_type)
                if rdf_format is None:
                    raise ValueError(f"media type {media_type or 'missing'}")
                return [quad.triple for quad in ox.parse(io.BytesIO(body), format=rdf_format)]
            results_format = ox.QueryResultsFormat.from_media_type(media_type)
            if results_format is None:
                raise ValueError(f"media type {media_type or 'missing'}")
            found = ox.parse_query_results(io.BytesIO(body), format=results_format)
            if isinstance(found, ox.QueryBoolean):
                return bool(found)
            names = [variable.value for variable in found.variables]
            return Solutions(names, [tuple(row) for row in found])
        except (ValueError, SyntaxError, OSError) as error:
            raise self._unavailable(f"its answer cannot be read ({error})") from error

    def _timeout(self) -> QueryTimeoutError:
        return QueryTimeoutError(
            f"{self.endpoint} did not answer within {self.timeout_s:g} s",
            hint="Narrow the query (LIMIT, fewer patterns) or try again later.",
        )

    def _unavailable(self, why: str) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"{self.endpoint} cannot be used: {why}",
            hint="Check the address, or start a server with: ctl-kg serve",
        )
