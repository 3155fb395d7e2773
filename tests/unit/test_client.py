"""The client against a tiny server that answers what it is told to; its requests are recorded."""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ctl_kg.client import Client, Iri, connection
from ctl_kg.errors import (
    BusyError,
    CtlKgError,
    GoneError,
    NotAcceptableError,
    NotFoundError,
    ParameterError,
    QueryLimitError,
    QuerySyntaxError,
    QueryTimeoutError,
    RequestError,
    StoreUnavailableError,
    TooManyRequestsError,
    UnknownResourceError,
)

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass
class Asked:
    """A request that the server got."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str


@dataclass
class Told:
    """What the server answers; a ``str`` body is sent as it is, anything else as JSON."""

    body: Any = ""
    status: int = 200
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Asked], Told]


class Server:
    """Answers each request with what ``script`` returns for it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: Script = lambda asked: Told(status=500)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length", 0))
                asked = Asked(
                    self.command,
                    parts.path,
                    parse_qs(parts.query, keep_blank_values=True),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length).decode(),
                )
                outer.asked.append(asked)
                told = outer.script(asked)
                text = told.body if isinstance(told.body, (str, bytes)) else json.dumps(told.body)
                body = text.encode() if isinstance(text, str) else text
                self.send_response(told.status)
                for name, value in {"content-type": told.media_type, **told.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if told.status != 304:
                    with contextlib.suppress(ConnectionError):  # the client may have gone
                        self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name that http.server looks for

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def says(self, *told: Told) -> None:
        """Answer with these, one after the other; the last again and again."""
        left = list(told)
        self.script = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that the client makes, without making them."""
    made: list[float] = []
    monkeypatch.setattr(connection.time, "sleep", made.append)
    return made


def column(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": name.title(), "description": "", "unit": None}


COLUMNS = [column("who", "iri"), column("n", "integer"), column("share", "decimal"),
           column("since", "date")]  # fmt: skip
AFIL = "https://w3id.org/ctl-kg/data/cluster/afil"


def page_of(rows: list[dict[str, Any]], page: int, size: int, **more: Any) -> dict[str, Any]:
    return {
        "columns": COLUMNS, "total": len(rows), "page": page, "size": size,
        "pages": max(1, -(-len(rows) // size)), "links": {}, "labels": {AFIL: "AFIL"},
        "rows": rows[(page - 1) * size : page * size], **more,
    }  # fmt: skip


def rows_of(count: int) -> list[dict[str, Any]]:
    return [{"who": AFIL, "n": n, "share": 0.1, "since": "2020-01-02"} for n in range(count)]


def paged(count: int, **more: Any) -> Script:
    return lambda asked: Told(
        page_of(rows_of(count), int(asked.query["page"][0]), int(asked.query["size"][0]), **more)
    )


def test_the_client_imports_nothing_of_the_server_nor_any_heavy_library() -> None:
    heavy = ["pyoxigraph", "rdflib", "starlette", "jinja2", "granian", "pandas", "polars",
             "ctl_kg.sparql", "ctl_kg.publish", "ctl_kg.web", "ctl_kg.settings"]  # fmt: skip
    code = f"import ctl_kg.client, sys; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rows_come_page_by_page_as_they_are_wanted(server: Server) -> None:
    server.script = paged(7)
    rows = Client(server.url).query("q", page_size=3)
    assert len(rows) == 7
    assert len(server.asked) == 1
    assert rows[4]["n"] == 4
    assert [asked.query["page"] for asked in server.asked] == [["1"], ["2"]]
    assert [row["n"] for row in rows] == list(range(7))
    assert [row["n"] for row in rows[-2:]] == [5, 6]
    assert list(rows) == list(rows)
    assert len(server.asked) == 3
    with pytest.raises(IndexError):
        rows[7]


def test_an_empty_answer_has_no_rows(server: Server) -> None:
    server.script = paged(0)
    rows = Client(server.url).query("q")
    assert (len(rows), list(rows), rows.to_pandas().shape) == (0, [], (0, 4))
    assert [str(kind) for kind in rows.to_pandas().dtypes] == [
        "string", "Int64", "float64", "datetime64[s]",
    ]  # fmt: skip


def test_cells_have_the_type_of_their_column(server: Server) -> None:
    server.script = paged(1)
    row = Client(server.url).query("q")[0]
    assert row == {"who": AFIL, "n": 0, "share": Decimal("0.1"), "since": date(2020, 1, 2)}
    who = row["who"]
    assert isinstance(who, Iri)
    assert who.label == "AFIL"
    for twin in (copy.deepcopy(who), pickle.loads(pickle.dumps(who))):
        assert (twin, twin.label) == (who, "AFIL")


def test_frames_have_typed_columns_and_keep_what_does_not_fit(server: Server) -> None:
    rows = [*rows_of(1), {"who": None, "n": None, "share": 2, "since": "1999"}]
    server.script = lambda asked: Told(page_of(rows, 1, 1000))
    found = Client(server.url).query("q")
    frame = found.to_pandas()
    assert [str(kind) for kind in frame.dtypes] == ["string", "Int64", "float64", "object"]
    assert list(frame["since"]) == [date(2020, 1, 2), "1999"]
    assert frame.attrs["labels"]["who"] == "Who"
    assert list(found.to_pandas(labelled=True)["Who"].dropna()) == ["AFIL"]
    other = found.to_polars()
    assert [str(kind) for kind in other.dtypes] == ["String", "Int64", "Float64", "String"]
    assert other.rows()[1] == (None, None, 2.0, "1999")


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    server.script = paged(1)
    monkeypatch.setitem(sys.modules, name, None)
    rows = Client(server.url).query("q")
    with pytest.raises(CtlKgError, match=name) as caught:
        getattr(rows, f"to_{name}")()
    assert "ctl-kg[frames]" in caught.value.hint


def test_data_that_changes_between_pages_is_an_error_and_no_mixture(server: Server) -> None:
    server.script = paged(7)
    rows = Client(server.url).query("q", page_size=3)
    server.script = paged(8)
    with pytest.raises(StoreUnavailableError, match="changed"):
        list(rows)


def of_release(release: str, size: int = 3) -> Script:
    """Return a script of one release among several that differ in nothing else."""
    same = {"last-modified": "Tue, 31 May 2022 00:00:00 GMT"}

    def script(asked: Asked) -> Told:
        page = asked.query["page"][0]
        headers = {"ctl-kg-release": release, "etag": f'"{page}"', **same}
        if asked.headers.get("if-none-match") == headers["etag"]:
            return Told(status=304, headers=headers)
        return Told(page_of(rows_of(7), int(page), size), headers=headers)

    return script


def test_pages_of_two_releases_are_no_answer_even_if_totals_and_dates_agree(
    server: Server,
) -> None:
    server.script = of_release("one")
    rows = Client(server.url).query("q", page_size=3)
    server.script = of_release("two")
    with pytest.raises(StoreUnavailableError, match="changed while the pages") as caught:
        list(rows)
    assert caught.value.hint == "Ask again."
    assert len(list(Client(server.url).query("q", page_size=3))) == 7


def test_a_kept_page_that_still_holds_is_of_the_release_that_says_so(server: Server) -> None:
    """Asking again helps: the first page, the same in both releases, is of the new one now."""
    server.script = of_release("one")
    client = Client(server.url)
    rows = client.query("q", page_size=3)
    server.script = of_release("two")
    with pytest.raises(StoreUnavailableError):
        list(rows)
    assert [row["n"] for row in client.query("q", page_size=3)] == list(range(7))
    assert "if-none-match" in server.asked[-3].headers


def test_the_pages_of_a_matrix_are_put_together(server: Server) -> None:
    column = {"iri": "urn:c", "label": "C"}

    def script(asked: Asked) -> Told:
        page = asked.query.get("page", ["1"])[0]
        gap = {"row": f"urn:r{page}", "column": "urn:c", "why": ""}
        return Told({
            "title": "R × C", "description": "", "roles": [], "columns": [column], "pages": 3,
            "rows": [{"iri": f"urn:r{page}", "label": f"R{page}"}], "cells": [], "total": 0,
            "gaps": {"total": 3, "cells": [gap]}, "sparql": "",
        })  # fmt: skip

    server.script = script
    matrix = Client(server.url).matrix("rows", "columns", stated_only=True, role="r")
    assert [each.label for each in matrix.rows] == ["R1", "R2", "R3"]
    assert [each.row for each in matrix.gaps] == list(matrix.rows)
    assert server.asked[2].query == {
        "certainty": ["stated"], "role": ["r"], "gaps": ["list"], "page": ["3"],
    }  # fmt: skip
    assert matrix.to_pandas().loc["R2", "C"] == 0


def test_parameters_stand_in_the_address_as_the_api_wants_them(server: Server) -> None:
    server.script = paged(1)
    Client(server.url + "/kg/", language="it").query(
        "a b", version=2, columns=["who", "n"], sort=["-n"], filters=["n:ge:1", "n:le:2"],
        from_="cluster:afil", kind=["x", "y"], day=date(2022, 5, 31), is_new=True, nothing=None,
    )  # fmt: skip
    asked = server.asked[0]
    assert asked.path == "/kg/api/queries/a%20b@2"
    assert asked.headers["accept-language"] == "it"
    assert asked.headers["user-agent"].startswith("ctl-kg-client/")
    assert asked.query == {
        "columns": ["who,n"], "sort": ["-n"], "filter": ["n:ge:1", "n:le:2"], "page": ["1"],
        "size": ["1000"], "from": ["cluster:afil"], "kind": ["x", "y"], "day": ["2022-05-31"],
        "is_new": ["true"],
    }  # fmt: skip


def test_evidence_stands_beside_the_rows_it_belongs_to(server: Server) -> None:
    graph = "https://w3id.org/ctl-kg/data/graph/p-0001"
    statement = {
        "subject": AFIL, "predicate": "urn:p", "object": {"type": "literal", "value": "12",
        "datatype": "http://www.w3.org/2001/XMLSchema#integer"}, "graphs": [graph],
        "certainty": None,
    }  # fmt: skip
    source = {"kind": "passage", "passage": "urn:passage", "section": "urn:section",
              "sectionLabel": "Info", "startLine": 1, "endLine": 3}  # fmt: skip
    evidence = {
        "complete": True, "gaps": [], "sources": {graph: source},
        "rows": [{"certainty": "urn:stated", "total": 1, "statements": [statement]}],
    }  # fmt: skip
    server.script = lambda asked: Told(
        page_of(rows_of(2), int(asked.query["page"][0]), 1, evidence=evidence)
    )
    found = list(Client(server.url).query("q", evidence=True, page_size=1).with_evidence())
    assert server.asked[0].query["evidence"] == ["1"]
    assert [row["n"] for row, _ in found] == [0, 1]
    assert found[1][1].statements[0].object == 12
    (only,) = found[1][1].sources
    assert (only.start_line, only.section, only.section and only.section.label) == (
        1, "urn:section", "Info",
    )  # fmt: skip
    server.script = paged(1)
    with pytest.raises(ValueError, match="evidence=True"):
        list(Client(server.url).query("other").with_evidence())


def test_an_answer_that_still_holds_is_not_sent_again(server: Server) -> None:
    def script(asked: Asked) -> Told:
        if asked.headers.get("if-none-match") == '"1"':
            return Told(status=304, headers={"etag": '"1"'})
        return Told(page_of(rows_of(1), 1, 1000), headers={"etag": '"1"'})

    server.script = script
    client = Client(server.url)
    assert list(client.query("q")) == list(client.query("q"))
    assert ["if-none-match" in asked.headers for asked in server.asked] == [False, True]
    client.query("q", n=1)
    assert "if-none-match" not in server.asked[2].headers


def test_a_new_release_is_seen_at_once(server: Server) -> None:
    server.says(
        Told(page_of(rows_of(1), 1, 1000), headers={"etag": '"1"'}),
        Told(page_of(rows_of(2), 1, 1000), headers={"etag": '"2"'}),
    )
    client = Client(server.url)
    assert [len(client.query("q")), len(client.query("q"))] == [1, 2]


def test_kept_answers_stay_within_their_bound(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_KEPT_BYTES", 4 * len(json.dumps(page_of(rows_of(1), 1, 9))))
    server.script = lambda asked: Told(page_of(rows_of(1), 1, 9), headers={"etag": '"1"'})
    client = Client(server.url)
    for number in (1, 2, 3, 4, 5, 5, 1):
        client.query("q", n=number)
    conditional = ["if-none-match" in asked.headers for asked in server.asked]
    assert conditional == [False, False, False, False, False, True, False]


def test_a_compressed_answer_is_read(server: Server) -> None:
    body = gzip.compress(json.dumps(page_of(rows_of(1), 1, 1000)).encode())
    server.says(Told(body, headers={"content-encoding": "gzip"}))
    assert len(Client(server.url).query("q")) == 1
    assert server.asked[0].headers["accept-encoding"] == "gzip"


def problem(status: int, code: str, **more: Any) -> Told:
    body = {"type": "about:blank", "status": status, "detail": "what is wrong", "code": code}
    return Told({**body, **more}, status, PROBLEM)


def test_a_busy_server_is_asked_again_after_the_pause_it_wishes(
    server: Server, pauses: list[float]
) -> None:
    busy = problem(503, "busy")
    busy.headers["retry-after"] = "7"
    server.says(busy, busy, Told(page_of(rows_of(1), 1, 1000)))
    assert len(Client(server.url).query("q")) == 1
    assert pauses == [7, 7]


def test_pauses_grow_and_tries_end(server: Server, pauses: list[float]) -> None:
    server.says(problem(503, "busy"))
    with pytest.raises(BusyError):
        Client(server.url, retries=4).query("q")
    assert len(server.asked) == 5
    assert len(pauses) == 4
    assert pauses == sorted(pauses)


def test_who_is_asked_to_wait_too_long_gets_the_error(server: Server, pauses: list[float]) -> None:
    slow = problem(429, "too-many-requests")
    slow.headers["retry-after"] = "3600"
    server.says(slow)
    with pytest.raises(TooManyRequestsError) as caught:
        Client(server.url, most_wait=60).query("q")
    assert (caught.value.retry_after_s, pauses, len(server.asked)) == (3600, [], 1)


def test_a_date_in_retry_after_is_understood(server: Server, pauses: list[float]) -> None:
    late = problem(503, "busy")
    late.headers["retry-after"] = "Fri, 31 Dec 2999 23:59:59 GMT"
    server.says(late)
    with pytest.raises(BusyError):
        Client(server.url).query("q")
    assert pauses == []
    late.headers["retry-after"] = "Fri, 31 Dec 1999 23:59:59 GMT"
    server.says(late, Told(page_of(rows_of(1), 1, 1000)))
    assert len(Client(server.url).query("q")) == 1


@pytest.mark.parametrize(
    ("told", "kind", "carried"),
    [
        (
            problem(400, "parameter", parameter="n", value="x", allowed=["1", "2"], hint="h",
                    example="n=1"),
            ParameterError,
            {"name": "n", "value": "x", "allowed": ["1", "2"], "example": "n=1", "hint": "h"},
        ),
        (
            problem(404, "unknown-resource", parameter="from", suggestions=["urn:a"]),
            UnknownResourceError,
            {"name": "from", "suggestions": ["urn:a"]},
        ),
        (problem(404, "not-found", suggestions=["urn:a"]), NotFoundError,
         {"suggestions": ["urn:a"]}),
        (problem(410, "gone", suggestions=["urn:a"]), GoneError, {"suggestions": ["urn:a"]}),
        (problem(406, "not-acceptable", offers=["a/b"]), NotAcceptableError, {"offers": ["a/b"]}),
        (problem(400, "query-syntax", line=3, column=4), QuerySyntaxError,
         {"line": 3, "column": 4}),
        (problem(504, "query-limit", limit="rows"), QueryLimitError, {"limit": "rows"}),
        (problem(504, "query-timeout", limit="time"), QueryTimeoutError, {"limit": "time"}),
        (problem(418, "of-a-later-version"), RequestError, {"status": 418}),
        (Told("<h1>Not Found</h1>", 404, "text/html"), NotFoundError, {"status": 404}),
        (Told("{", 500, PROBLEM), StoreUnavailableError, {"status": 500}),
        (Told('["no", "object"]', 504, JSON), QueryTimeoutError, {"status": 504}),
    ],
)  # fmt: skip
def test_a_problem_becomes_the_error_it_stands_for(
    server: Server, pauses: list[float], told: Told, kind: type[CtlKgError], carried: dict[str, Any]
) -> None:
    server.says(told)
    with pytest.raises(CtlKgError) as caught:
        Client(server.url).query("q")
    assert type(caught.value) is kind
    assert {name: getattr(caught.value, name) for name in carried} == carried
    assert (len(server.asked), pauses) == (1, []), "what would fail again is not tried again"


def test_the_name_of_a_parameter_stands_in_its_message_once(server: Server) -> None:
    server.says(problem(400, "parameter", parameter="n", detail="parameter 'n': is no number"))
    with pytest.raises(ParameterError) as caught:
        Client(server.url).query("q")
    assert caught.value.message == "parameter 'n': is no number"


def test_a_server_that_is_not_there_is_an_error_after_some_tries(pauses: list[float]) -> None:
    gone = Server()
    gone.close()
    with pytest.raises(StoreUnavailableError, match=gone.url) as caught:
        Client(gone.url, retries=2).queries()
    assert len(pauses) == 2
    assert "serve" in caught.value.hint


def test_an_answer_that_does_not_come_is_a_timeout_and_not_asked_again(
    server: Server, pauses: list[float]
) -> None:
    release = threading.Event()

    def script(asked: Asked) -> Told:
        release.wait(30)
        return Told()

    server.script = script
    try:
        with pytest.raises(QueryTimeoutError):
            Client(server.url, timeout=0.2).queries()
    finally:
        release.set()
    assert pauses == []


def test_no_proxy_stands_before_a_server_on_the_same_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    server.script = paged(1)
    assert len(Client(server.url, retries=0).query("q")) == 1


def test_a_page_in_place_of_json_is_told(server: Server) -> None:
    server.says(Told("<p>Welcome</p>", media_type="text/html"))
    with pytest.raises(StoreUnavailableError, match="text/html"):
        Client(server.url).queries()


@pytest.mark.parametrize("body", [[1, 2], {}, {"total": 1}, {"total": "x", "size": 1}, None])
def test_json_of_another_shape_is_told(server: Server, body: Any) -> None:
    server.script = lambda asked: Told(json.dumps(body))
    client = Client(server.url)
    for ask in (
        client.queries,
        lambda: client.query("q"),
        lambda: client.search("q"),
        lambda: client.why("a", "b"),
        lambda: client.matrix("a", "b"),
        lambda: client.sparql("ASK {}"),
        lambda: client.describe("https://example.org/x"),
    ):
        with pytest.raises(StoreUnavailableError, match="shape"):
            ask()


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "file:///etc/passwd", "", "http://"])
def test_an_address_must_be_one_of_http(url: str) -> None:
    with pytest.raises(RequestError):
        Client(url)


RESULTS = "application/sparql-results+json"
XSD = "http://www.w3.org/2001/XMLSchema#"


def literal(value: str, kind: str) -> dict[str, str]:
    return {"type": "literal", "value": value, "datatype": XSD + kind}


@pytest.mark.parametrize(
    ("term", "cell"),
    [
        ({"type": "uri", "value": "urn:a"}, Iri("urn:a")),
        ({"type": "bnode", "value": "b"}, "_:b"),
        ({"type": "literal", "value": "ciao", "xml:lang": "it"}, "ciao"),
        (literal("12", "positiveInteger"), 12),
        (literal("1.50", "decimal"), Decimal("1.50")),
        (literal("1e3", "double"), 1000.0),
        (literal("1", "boolean"), True),
        (literal("2022-05-31", "date"), date(2022, 5, 31)),
        (literal("2022-05-31Z", "date"), "2022-05-31Z"),
        (literal("2022", "gYear"), "2022"),
        (literal("twelve", "integer"), "twelve"),
        (literal("much", "decimal"), "much"),
        (literal("maybe", "boolean"), "maybe"),
        (None, None),
    ],
)
def test_terms_of_a_select_become_values(server: Server, term: Any, cell: Any) -> None:
    bindings = [{} if term is None else {"x": term}]
    body = {"head": {"vars": ["x"]}, "results": {"bindings": bindings}}
    server.says(Told(body, media_type=RESULTS))
    rows = Client(server.url).select("SELECT ?x {}")
    assert list(rows) == [{"x": cell}]
    assert type(rows[0]["x"]) is type(cell)
    assert rows.to_pandas().shape == rows.to_polars().shape == (1, 1)


def test_a_select_without_rows_keeps_its_columns(server: Server) -> None:
    body = {"head": {"vars": ["x", "y"]}, "results": {"bindings": []}}
    server.says(Told(body, media_type=RESULTS))
    rows = Client(server.url).select("SELECT ?x ?y {}")
    assert ([each.name for each in rows.columns], list(rows)) == (["x", "y"], [])


def test_other_queries_give_a_truth_value_or_a_graph(server: Server) -> None:
    client = Client(server.url)
    server.says(Told({"head": {}, "boolean": False}, media_type=RESULTS))
    assert client.sparql("ASK {}") is False
    with pytest.raises(RequestError):
        client.select("ASK {}")
    server.says(Told("<urn:a> <urn:b> <urn:c> .", media_type="text/turtle"))
    found = client.sparql("CONSTRUCT {} {}")
    assert not isinstance(found, bool)
    assert len(found) == 1


def test_a_long_query_goes_by_post_whole(server: Server) -> None:
    server.says(Told({"head": {}, "boolean": True}, media_type=RESULTS))
    text = "ASK { } #" + "à&=+" * 1000
    Client(server.url).sparql(text)
    (asked,) = server.asked
    assert asked.method == "POST"
    assert parse_qs(asked.body)["query"] == [text]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("cluster:afil", "/data/cluster/afil"),
        ("<https://w3id.org/ctl-kg/data/cluster/afil>", "/data/cluster/afil"),
        ("https://w3id.org/ctl-kg/onto/CTL/x#y", "/onto/CTL/x"),
        ("https://w3id.org/ctl-kg/data/place/forlì %41", "/data/place/forl%C3%AC%20%41"),
    ],
)
def test_a_resource_is_asked_for_at_its_path(server: Server, name: str, path: str) -> None:
    server.says(Told("<urn:a> <urn:b> <urn:c> .", media_type="text/turtle"))
    assert len(Client(server.url).describe(name, "summary")) == 1
    assert server.asked[0].path == path
    assert server.asked[0].query == {"_profile": ["summary"]}


def test_a_resource_of_another_base_is_looked_up(server: Server) -> None:
    iri = "https://example.org/data/cluster/afil"
    answer = {"exact": iri, "results": [{"url": "/kg/data/cluster/afil"}]}
    server.says(Told(answer), Told("x", media_type="text/turtle"))
    assert Client(server.url + "/kg").describe(iri, format="ttl") == "x"
    assert server.asked[0].query["q"] == [iri]
    assert server.asked[1].path == "/kg/data/cluster/afil"
    server.says(Told({"exact": None, "results": []}))
    with pytest.raises(NotFoundError):
        Client(server.url).describe("https://example.org/nothing")
    with pytest.raises(RequestError, match="docx"):
        Client(server.url).describe(iri, format="docx")
