"""Bad input and faults, each really caused: the right status, and a page that helps."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from html_reader import Page
from server import Server, free_port, serve
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from test_withdrawn import ENTRY, copy_mini

from ctl_kg.errors import CtlKgError, QueryLimitError
from ctl_kg.languages import load_messages
from ctl_kg.publish.build import build
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app
from ctl_kg.web.error_pages import error_page
from ctl_kg.web.site import MESSAGES_DIR

pytestmark = pytest.mark.conformance
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MESSAGES = load_messages(MESSAGES_DIR)
# Raised on the way in, or where no page is made: by client, command line and build.
NOT_SHOWN = {
    "rdf-syntax", "format", "query-file", "settings", "not-conforming", "gone", "table", "portal",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings()), raise_server_exceptions=False) as made:
        yield made


def classes(root: type[CtlKgError] = CtlKgError) -> set[type[CtlKgError]]:
    return {root}.union(*(classes(each) for each in root.__subclasses__()))


def check(answer: httpx.Response, status: int, language: str) -> str:
    """Check what every error page has; return its main part as plain text."""
    t = MESSAGES[language]
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert answer.headers["cache-control"] == "no-store"
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert f'<html lang="{language}">' in answer.text
    assert not Page(answer.text).live
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    heading = re.search(r"<h1>(.*?)</h1>", main)
    assert heading
    assert unescape(heading[1]) == t(f"errors.title_{status}")
    assert f'<p class="status">{status}</p>' in main
    # What is said in English in an Italian page is marked, and not the first thing.
    shown = re.sub(r'<p lang="en">.*?</p>', "", main, flags=re.DOTALL)
    assert t("errors.home") in unescape(shown)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_every_error_has_its_words_in_both_languages() -> None:
    for kind in classes():
        if kind.code in NOT_SHOWN:
            continue
        for t in MESSAGES.values():
            assert t.get("errors", f"title_{kind.status}"), kind
            assert t.get("errors", kind.code), kind
            assert t.get("errors", "hint-" + kind.code), kind
    for limit in ("memory", "rows", "bytes"):
        told = [error_page(QueryLimitError("x", limit=limit), t) for t in MESSAGES.values()]
        assert len({each.message for each in told}) == len(MESSAGES)
        assert MESSAGES["it"]("errors.query-limit") not in {each.message for each in told}


# Path, parameters, method and header fields, and the status that they really get.
CASES: list[tuple[str, dict[str, Any], int]] = [
    ("/data/cluster/affil", {}, 404),
    ("/data/cluster/afil?page=zero", {"follow_redirects": True}, 400),
    ("/queries/cluster-chian", {}, 404),
    ("/matrix/clusters/nothing", {}, 404),
    ("/matrix/clusters/networks?colour=red", {}, 400),
    ("/quality/anomalies?kind=nonsense", {}, 400),
    ("/download/nothing.zip", {}, 404),
    ("/static/nothing.css", {}, 404),
    ("/about", {"method": "DELETE"}, 405),
    ("/data/cluster/afil?_profile=nonsense", {"follow_redirects": True}, 406),
    ("/%ff", {}, 400),
    ("/data/%00", {}, 400),
    ("/sparql", {"method": "POST", "content": b"SELECT",
                 "headers": {"content-type": "text/plain"}}, 415),
    ("/sparql", {"method": "POST", "content": b"x" * 1_000_001,
                 "headers": {"content-type": "application/sparql-query"}}, 413),
    ("/" + "a" * 40_000, {}, 414),
    ("/about", {"headers": {"x-long": "a" * 40_000}}, 431),
]  # fmt: skip


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(("path", "options", "status"), CASES)
def test_a_page_for_people(
    client: TestClient, path: str, options: dict[str, Any], status: int, language: str
) -> None:
    headers = {**BROWSER, "accept-language": language, **options.get("headers", {})}
    rest = {name: value for name, value in options.items() if name not in ("method", "headers")}
    answer = client.request(options.get("method", "GET"), path, headers=headers, **rest)
    text = check(answer, status, language)
    assert len(text) > 80
    assert len(answer.content) < 50_000


@pytest.mark.parametrize(("path", "options", "status"), CASES)
def test_a_problem_for_programs(
    client: TestClient, path: str, options: dict[str, Any], status: int
) -> None:
    rest = {name: value for name, value in options.items() if name not in ("method", "headers")}
    headers = {"accept": "*/*", **options.get("headers", {})}
    answer = client.request(options.get("method", "GET"), path, headers=headers, **rest)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_the_language_in_the_address_goes_before_the_header(client: TestClient) -> None:
    for path in ("/data/nobody", "/%ff", "/about?x=" + "a" * 40_000):
        mark = "&" if "?" in path else "?"
        answer = client.get(f"{path}{mark}lang=en", headers={**BROWSER, "accept-language": "it"})
        assert '<html lang="en">' in answer.text


def test_a_mistyped_address_gets_what_is_near_and_a_filled_search(client: TestClient) -> None:
    answer = client.get("/data/network/vangard-initative.html", headers=BROWSER)
    check(answer, 404, "it")
    assert 'href="/data/network/vanguard-initiative"' in answer.text
    assert 'value="vangard initative"' in answer.text
    assert 'href="/quality"' in client.get("/qualty", headers=BROWSER).text.split("<main")[1]
    near = client.get("/queries/cluster-chian", headers=BROWSER).text.split("<main")[1]
    assert 'href="/queries/cluster-chain"' in near
    unknown = client.get("/why?from=afill&to=eccp&lang=en", headers=BROWSER)
    assert unknown.status_code == 404
    assert "/data/cluster/afil" in unknown.text or "cluster%3Aafil" in unknown.text


def test_what_is_mistyped_never_becomes_markup(client: TestClient) -> None:
    for path in (
        "/data/<script>alert(1)</script>",
        "/quality/anomalies?kind=<img src=x onerror=alert(1)>",
        '/quality/anomalies?"><script>alert(1)</script>=1',
        "/matrix/a/<svg onload=alert(1)>",
    ):
        answer = client.get(path, headers=BROWSER)
        assert 400 <= answer.status_code < 500
        assert not Page(answer.text).live
        assert "<script>alert" not in answer.text


def test_a_withdrawn_address(tmp_path: Path) -> None:
    assets = copy_mini(tmp_path)
    (assets.data / "withdrawn.trig").write_text(ENTRY, encoding="utf-8")
    build(assets, tmp_path / "release")
    with TestClient(create_app(tmp_path / "release", Settings())) as client:
        for language, day in (("it", "22 novembre 2026"), ("en", "22 November 2026")):
            answer = client.get(f"/data/cluster/fabbrica?lang={language}", headers=BROWSER)
            text = check(answer, 410, language)
            assert day in text
            assert {"it": "Due IRI per un <cluster>.", "en": "Two IRIs for one <cluster>."}[
                language
            ] in text
            assert 'href="/data/cluster/afil' in answer.text


@pytest.mark.parametrize("language", ["it", "en"])
def test_too_many_requests(release: Path, language: str) -> None:
    settings = Settings(rate_per_minute=2, publisher_name="Regione <Esempio>")
    with TestClient(create_app(release, settings)) as client:
        headers = {**BROWSER, "accept-language": language}
        answers = [client.get("/about", headers=headers) for _ in range(3)]
        text = check(answers[-1], 429, language)
        seconds = answers[-1].headers["retry-after"]
        assert f" {seconds} " in text
        assert answers[-1].headers["ratelimit"].endswith(f"t={seconds}")
        assert "Regione &lt;Esempio&gt;" in answers[-1].text
        problem = client.get("/about", headers={"accept": "application/json"})
        assert problem.json()["code"] == "too-many-requests"


def test_a_flood_of_refusals_gets_plain_answers(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = 1000.0
    monkeypatch.setattr("ctl_kg.web.error_pages.monotonic", lambda: second)
    with TestClient(create_app(release, Settings(rate_per_minute=1))) as client:

        def kinds() -> list[str]:
            answers = [client.get("/about", headers=BROWSER) for _ in range(150)]
            assert {each.status_code for each in answers} <= {200, 429}
            return [each.headers["content-type"].partition(";")[0] for each in answers]

        assert kinds()[0] == "text/html"
        assert set(kinds()) == {"application/problem+json"}
        second += 1
        assert kinds()[0] == "text/html"


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_fault_of_ours_is_told_with_the_number_that_the_log_has(
    release: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: Request) -> Response:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("ctl_kg.web.handlers.context", broken)
    app = create_app(release, Settings())
    with TestClient(app, raise_server_exceptions=False) as client:
        headers = {**BROWSER, "accept-language": language}
        answer = client.get("/context/0.1.0.jsonld", headers=headers)
        text = check(answer, 500, language)
        assert answer.headers["x-request-id"] in text
        assert "swordfish" not in answer.text


def query_processes(server: Server) -> list[int]:
    """Return the server's processes that run queries, and the one that makes them."""
    found = []
    for pid in server.family():
        with suppress(OSError):  # it has ended meanwhile
            if b"ctl_kg.web.query_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Let the query processes rest for as long as the block runs."""
    found = query_processes(server)
    assert found
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in found:
            with suppress(ProcessLookupError):  # the server has ended it
                os.kill(pid, signal.SIGCONT)


@contextmanager
def gone(server: Server) -> Iterator[None]:
    """End the query processes, and those that take their place, for as long as the block runs."""
    is_over, has_begun = threading.Event(), threading.Event()

    def end() -> None:
        while not is_over.wait(0.02):
            for pid in query_processes(server):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            has_begun.set()

    thread = threading.Thread(target=end)
    thread.start()
    assert has_begun.wait(10)
    time.sleep(0.2)  # the server notices
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def eventually(server: Server, path: str) -> int:
    """Return the status of a page once the engine is back, or the last one after 20 s."""
    deadline = time.monotonic() + 20
    while True:
        status = server.client.get(path, headers=BROWSER).status_code
        if status == 200 or time.monotonic() > deadline:
            return status
        time.sleep(0.2)


@pytest.fixture(scope="module")
def nobody() -> str:
    """Return the address of a service that is not there."""
    return f"http://127.0.0.1:{free_port()}/sparql"


@pytest.fixture(scope="module")
def server(release: Path, nobody: str) -> Iterator[Server]:
    with serve(release, query_timeout_s=1, body_timeout_s=1, service_allow=nobody) as running:
        yield running


@pytest.mark.parametrize(("language", "matrix"), [("it", "components"), ("en", "ecosystems")])
def test_an_engine_that_is_too_slow(server: Server, language: str, matrix: str) -> None:
    path = f"/matrix/projects/{matrix}?lang={language}"
    with stopped(server):
        answer = server.client.get(path, headers=BROWSER)
        text = check(answer, 504, language)
        assert f'href="{path}"' in answer.text  # to try again
        assert answer.headers["x-request-id"] in text
        # Pages that need no query go on.
        assert server.client.get("/quality", headers=BROWSER).status_code == 200
    assert eventually(server, path) == 200


@pytest.mark.parametrize(("language", "matrix"), [("it", "components"), ("en", "ecosystems")])
def test_an_engine_that_is_gone(server: Server, language: str, matrix: str) -> None:
    path = f"/matrix/clusters/{matrix}?lang={language}"
    with gone(server):
        answer = server.client.get(path, headers=BROWSER)
        # A process that is killed while it works looks like one that took too much memory.
        check(answer, 504 if answer.status_code == 504 else 503, language)
        assert answer.status_code == 504 or int(answer.headers["retry-after"]) > 0
        assert server.client.get("/downloads", headers=BROWSER).status_code == 200
    assert eventually(server, path) == 200


def test_another_service_that_cannot_be_reached(server: Server, nobody: str) -> None:
    query = f"SELECT * {{ SERVICE <{nobody}> {{ ?s ?p ?o }} }}"
    answer = server.client.get("/sparql", params={"query": query})
    assert answer.status_code == 502
    assert answer.json()["code"] == "store-unavailable"
    assert server.client.get("/sparql", params={"query": query}, headers=BROWSER).status_code == 502


def test_a_body_that_does_not_arrive(server: Server) -> None:
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAccept-Language: en\r\n"
        b"Content-Type: application/sparql-query\r\nContent-Length: 500\r\n\r\nSELECT"
    )
    received = server.exchange(head).decode()
    assert received.startswith("HTTP/1.1 408 ")
    assert MESSAGES["en"]("errors.title_408") in received
    assert "text/html" in received
