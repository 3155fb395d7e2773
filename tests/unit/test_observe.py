"""What is known of requests: numbers, log lines, counts, and the routes for those who watch."""

from __future__ import annotations

import asyncio
import json
import logging
import logging.config
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_fixture import Client
from project_fixture import environment
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ctl_kg.errors import CtlKgError, NotFoundError
from ctl_kg.settings import Settings
from ctl_kg.web import operations
from ctl_kg.web.clients import Clients
from ctl_kg.web.logs import JsonFormatter, TextFormatter, log_config
from ctl_kg.web.metrics import ROUTES, Metrics
from ctl_kg.web.observe import Observed, route_class

LABELS = ("route", "method", "status", "outcome", "result", "version", "released", "process", "le")
SECRET = "SELECT * { ?s ?p 'Ada Lovelace' }"


async def echo(request: Request) -> Response:
    logging.getLogger("ctl_kg.test").warning("within")
    return PlainTextResponse("x" * 100, int(request.query_params.get("status", "200")))


async def broken(request: Request) -> Response:
    raise RuntimeError("the password is swordfish")


async def not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, CtlKgError)
    return PlainTextResponse("", error.status)


async def always_ready() -> str:
    return ""


def routes(metrics: Metrics, probe: operations.Probe = always_ready) -> list[Route]:
    return [
        Route("/healthz", operations.healthz),
        Route("/readyz", operations.readyz(probe)),
        Route("/metrics", operations.metrics_page(metrics)),
        Route("/broken", broken),
        Route("/{path:path}", echo, methods=["GET", "POST"]),
    ]


class Watched:
    """A small application below the middleware, and a client of it."""

    def __init__(self, *, proxies: tuple[str, ...] = (), peer: str = "192.0.2.77") -> None:
        self.metrics = Metrics()
        app = Starlette(routes=routes(self.metrics), exception_handlers={NotFoundError: not_found})
        observed = Observed(app, Clients(proxies), self.metrics)
        self.client = Client(observed, peer=peer)

    def counts(self) -> dict[tuple[str, ...], float]:
        return samples(self.metrics)


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    text = metrics.render()[0].decode()
    return {
        (sample.name, *(sample.labels[name] for name in LABELS if name in sample.labels)): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """Collect what is logged, as the handler would get it."""
    found: list[logging.LogRecord] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # In the moment of the call, as a line is: it reads the number of the request.
            record.line = json.loads(JsonFormatter().format(record))
            record.text = TextFormatter().format(record)
            found.append(record)

    logger = logging.getLogger("ctl_kg")
    handler, level = Collect(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(level)


def access(lines: list[logging.LogRecord]) -> list[dict[str, object]]:
    return [record.line for record in lines if record.name == "ctl_kg.access"]


def test_one_line_for_each_request(lines: list[logging.LogRecord]) -> None:
    answer = Watched().client.get("/data/cluster/afil")
    (line,) = access(lines)
    duration = line.pop("duration_ms")
    assert isinstance(duration, float)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line.pop("time")))
    assert line == {
        "level": "info",
        "logger": "ctl_kg.access",
        "message": "request",
        "method": "GET",
        "path": "/data/cluster/afil",
        "status": 200,
        "bytes": 100,
        "client": "192.0.2.0",
        "request_id": answer.headers["x-request-id"],
    }


def test_a_line_holds_no_query_but_equal_ones_can_be_found(
    lines: list[logging.LogRecord],
) -> None:
    client = Watched().client
    for query in (SECRET, SECRET, "ASK {}"):
        client.get("/sparql", params={"query": query})
    first, second, third = access(lines)
    assert first["query_digest"] == second["query_digest"] != third["query_digest"]
    assert first["query_bytes"] == 53
    assert "Lovelace" not in "".join(record.text for record in lines)


def test_at_level_debug_the_query_is_there(lines: list[logging.LogRecord]) -> None:
    logging.getLogger("ctl_kg").setLevel(logging.DEBUG)
    Watched().client.get("/sparql", params={"query": SECRET})
    assert "Lovelace" in str(access(lines)[0]["query"])


def test_nothing_is_written_above_level_info(lines: list[logging.LogRecord]) -> None:
    logging.getLogger("ctl_kg").setLevel(logging.WARNING)
    watched = Watched()
    watched.client.get("/healthz")
    assert lines == []
    assert watched.counts()["ctl_kg_http_requests_total", "other", "GET", "2xx"] == 1


def test_numbers_differ_and_stand_in_the_lines_of_their_request(
    lines: list[logging.LogRecord],
) -> None:
    client = Watched().client
    numbers = [client.get("/x").headers["x-request-id"] for _ in range(3)]
    assert len(set(numbers)) == 3
    within = [record.line["request_id"] for record in lines if record.name == "ctl_kg.test"]
    assert within == numbers


@pytest.mark.parametrize(
    ("given", "taken"),
    [("abc-1.2_3", True), ("a" * 65, False), ("a b", False), ('"x"', False), ("", False)],
)
def test_a_number_is_taken_from_a_trusted_proxy_alone(given: str, taken: bool) -> None:
    headers = {"x-request-id": given}
    through = Watched(proxies=("192.0.2.0/24",)).client.get("/x", headers=headers)
    assert (through.headers["x-request-id"] == given) is taken
    straight = Watched(proxies=("198.51.100.1",)).client.get("/x", headers=headers)
    assert straight.headers["x-request-id"] != given


def test_a_fault_is_told_to_the_log_alone(lines: list[logging.LogRecord]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("the password is swordfish")

    metrics = Metrics()
    client = Client(Observed(app, Clients(()), metrics))
    answer = client.get("/data/x")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "swordfish" not in answer.text
    told = next(record for record in lines if record.exc_info)
    assert "swordfish" in str(told.line["traceback"])
    assert told.line["request_id"] == answer.headers["x-request-id"]
    assert samples(metrics)["ctl_kg_http_requests_total", "resource", "GET", "5xx"] == 1


def test_a_fault_that_was_answered_below_is_logged_and_not_answered_again(
    lines: list[logging.LogRecord],
) -> None:
    watched = Watched()
    answer = watched.client.get("/broken")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert [bool(record.exc_info) for record in lines] == [True, False]
    assert watched.counts()["ctl_kg_http_requests_total", "other", "GET", "5xx"] == 1


def test_a_fault_after_the_start_breaks_the_transfer(lines: list[logging.LogRecord]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("too late")

    client = Client(Observed(app, Clients(()), Metrics()))
    with pytest.raises(RuntimeError, match="too late"):
        client.get("/")
    assert access(lines)[0]["status"] == 200


def test_a_kept_message_is_not_changed() -> None:
    kept = {"type": "http.response.start", "status": 200, "headers": [(b"etag", b'"x"')]}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(kept)
        await send({"type": "http.response.body", "body": b""})

    client = Client(Observed(app, Clients(()), Metrics()))
    for _ in range(2):
        assert len(client.get("/").headers.get_list("x-request-id")) == 1
    assert kept["headers"] == [(b"etag", b'"x"')]


def test_a_line_cannot_be_forged() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "a\n2026 b\x1b[2J", (), None)
    record.data = {"path": "/x\r\ny", "note": 'two "words"\n'}
    text = TextFormatter().format(record)
    assert text.endswith(r'info a\n2026 b\x1b[2J path=/x\r\ny note="two \"words\"\n"')
    assert "\n" not in JsonFormatter().format(record)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_log_as_a_process_writes_it(log_format: str) -> None:
    settings = f"Settings(log_format={log_format!r}, log_level='warning')"
    program = (
        "import logging.config; from ctl_kg.settings import Settings;"
        "from ctl_kg.web.logs import log_config;"
        f"logging.config.dictConfig(log_config({settings}));"
        "log = logging.getLogger('ctl_kg.x'); log.info('quiet'); log.warning('loud');"
        "logging.getLogger('other').info('foreign')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment()
    )
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    if log_format == "json":
        assert json.loads(line)["message"] == "loud"
    else:
        assert line.endswith("Z warning loud")


def test_debug_is_for_our_own_lines() -> None:
    config = log_config(Settings(log_level="debug"))
    assert config["loggers"]["ctl_kg"]["level"] == "DEBUG"
    assert config["root"]["level"] == "WARNING"


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/data/cluster/afil", "resource"),
        ("/data/cluster/afil.ttl", "resource"),
        ("/controlled-vocabulary/theme/robotics", "resource"),
        ("/onto/CTL", "resource"),
        ("/data/", "list"),
        ("/data/cluster/", "list"),
        ("/queries", "list"),
        ("/queries/", "list"),
        ("/queries/cluster-chain", "stock query"),
        ("/sparql", "sparql"),
        ("/download/ctl-kg.nq", "download"),
        ("/static/site.css", "static"),
        ("/", "other"),
        ("/wp-login.php", "other"),
        ("//", "other"),
        ("", "other"),
    ],
)
def test_route_classes(path: str, route: str) -> None:
    assert route_class(path) == route


def test_counts_are_bounded_whatever_is_asked() -> None:
    watched = Watched()
    before = len(watched.counts())
    for number in range(20):
        watched.client.request(f"BREW{number}", f"/pot{number}?a={number}")
    counts = watched.counts()
    assert counts["ctl_kg_http_requests_total", "other", "other", "4xx"] == 20
    assert len(counts) == before + 1
    assert {key[1] for key in counts if key[0] == "ctl_kg_http_requests_total"} <= set(ROUTES)


def test_what_is_counted() -> None:
    watched = Watched()
    watched.client.get("/data/x")
    watched.client.get("/data/x?status=404")
    watched.client.post("/sparql")
    metrics = watched.metrics
    metrics.count_query("ok", 0.02)
    metrics.count_query("timeout", 10.1)
    metrics.count_query("unheard of", 0.1)
    metrics.count_cache(hit=True)
    metrics.set_release("0.1.0", "2026-01-01")
    counts = watched.counts()
    assert counts["ctl_kg_http_requests_total", "resource", "GET", "2xx"] == 1
    assert counts["ctl_kg_http_requests_total", "resource", "GET", "4xx"] == 1
    assert counts["ctl_kg_http_requests_total", "sparql", "POST", "2xx"] == 1
    assert counts["ctl_kg_http_response_bytes_total", "resource"] == 200
    assert counts["ctl_kg_http_request_duration_seconds_count", "resource"] == 2
    assert counts["ctl_kg_http_request_duration_seconds_bucket", "resource", "+Inf"] == 2
    assert counts["ctl_kg_http_request_duration_seconds_sum", "resource"] > 0
    assert counts[("ctl_kg_http_requests_in_flight",)] == 0
    assert counts["ctl_kg_queries_total", "timeout"] == 1
    assert counts["ctl_kg_queries_total", "error"] == 1
    assert counts["ctl_kg_query_duration_seconds_bucket", "0.025"] == 1
    assert counts["ctl_kg_query_duration_seconds_bucket", "30.0"] == 3
    assert counts["ctl_kg_cache_lookups_total", "hit"] == 1
    assert counts["ctl_kg_cache_lookups_total", "miss"] == 0
    assert counts["ctl_kg_release_info", "0.1.0", "2026-01-01"] == 1
    assert counts["process_resident_memory_bytes", str(os.getpid())] > 1_000_000


def test_a_request_is_in_flight_until_it_ends_however_it_ends() -> None:
    metrics = Metrics()
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(samples(metrics)[("ctl_kg_http_requests_in_flight",)])
        raise asyncio.CancelledError  # the client left

    async def nothing(*_: object) -> None:
        return None

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Observed(app, Clients(()), metrics)(scope, nothing, nothing))  # type: ignore[arg-type]
    counts = samples(metrics)
    assert seen == [1]
    assert counts[("ctl_kg_http_requests_in_flight",)] == 0
    assert counts["ctl_kg_http_requests_total", "other", "GET", "none"] == 1


def test_processes_are_added_up_and_a_dead_one_keeps_its_counts(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from ctl_kg.web.metrics import Metrics;"
        "m = Metrics(Path(sys.argv[1])); m.request_started();"
        "m.request_ended('resource', 'GET', 200, 0.1, 10); m.request_started();"
        "m.count_query('ok', 0.1); print('done', flush=True); sys.stdin.read()"
    )
    mine = Metrics(tmp_path)
    mine.request_started()
    mine.request_ended("resource", "GET", 200, 0.1, 10)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()
        counts = samples(mine)
        assert counts["ctl_kg_http_requests_total", "resource", "GET", "2xx"] == 3
        assert counts[("ctl_kg_http_requests_in_flight",)] == 2
        assert counts["process_resident_memory_bytes", str(workers[0].pid)] > 0
    finally:
        for worker in workers:
            worker.communicate()
    counts = samples(mine)
    assert counts["ctl_kg_http_requests_total", "resource", "GET", "2xx"] == 3
    assert counts["ctl_kg_queries_total", "ok"] == 2
    assert counts[("ctl_kg_http_requests_in_flight",)] == 0
    assert ("process_resident_memory_bytes", str(workers[0].pid)) not in counts


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.1.2.3", "172.17.0.1", "fd00::1"])
def test_metrics_are_given_to_neighbours(peer: str) -> None:
    answer = Watched(peer=peer).client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"
    assert "ctl_kg_http_requests_in_flight 1.0" in answer.text


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("8.8.8.8", {}),
        ("2001:4860:4860::8888", {}),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        ("10.0.0.1", {"forwarded": "for=10.0.0.9"}),
        ("10.0.0.1", {"x-real-ip": "10.0.0.9"}),
        ("10.0.0.1", {"via": "1.1 proxy"}),
    ],
)
def test_metrics_are_given_to_nobody_else(peer: str, headers: dict[str, str]) -> None:
    assert Watched(peer=peer).client.get("/metrics", headers=headers).status_code == 404


def test_alive_is_not_ready() -> None:
    async def still_loading() -> str:
        return "the release is being loaded"

    async def failing() -> str:
        raise RuntimeError("swordfish")

    async def stuck() -> str:
        await asyncio.sleep(60)
        return ""

    for probe, reason in (
        (still_loading, "the release is being loaded"),
        (failing, "the server met an error of its own"),
        (stuck, "no answer within 2 s"),
    ):
        client = Client(Starlette(routes=routes(Metrics(), probe)))
        assert client.get("/healthz").json() == {"status": "ok"}
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unready", "reason": reason}
    answer = Client(Starlette(routes=routes(Metrics()))).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
