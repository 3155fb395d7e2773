"""Catalogues at addresses: pages, types, and servers that fail in every usual way."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from portal_fixture import DATASET, GOOD, send, served

from ctl_kg.errors import PortalError, RdfSyntaxError, RequestError, SourceError
from ctl_kg.portal.fetching import Limits, fetch, probe
from ctl_kg.portal.source import Addresses, Offered, read_address

QUICK = Limits(timeout_s=0.5, attempts=3, first_pause_s=0.01, most_bytes=100_000)


def read(url: str, served_at: str = "") -> Offered:
    return read_address(url, QUICK, Addresses("https://example.org/", None, served_at))


@pytest.mark.parametrize(
    ("media_type", "path", "plain"),
    [("text/turtle", "/catalog", ""), ("text/turtle; charset=utf-8", "/c", ""),
     ("text/plain", "/catalog.ttl", "text/plain"), ("application/octet-stream", "/catalog.ttl",
      "application/octet-stream")],
)  # fmt: skip
def test_the_type_decides_and_the_suffix_helps(media_type: str, path: str, plain: str) -> None:
    with served(lambda handler: send(handler, 200, GOOD.encode(), media_type)) as address:
        offered = read(address + path)
    assert offered.statements.members("http://www.w3.org/ns/dcat#Dataset") == [DATASET]
    assert offered.plain_type == plain


def test_redirects_are_followed() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/old":
            send(handler, 303, Location="/new.ttl")
        else:
            send(handler, 200, GOOD.encode())

    with served(answer) as address:
        assert len(read(f"{address}/old").triples) > 20


def test_a_circle_of_redirects_ends() -> None:
    with (
        served(lambda handler: send(handler, 302, Location=handler.path)) as address,
        pytest.raises(PortalError, match="circle"),
    ):
        read(f"{address}/a")


def test_a_redirect_to_a_file_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text(GOOD)
    with (
        served(lambda handler: send(handler, 302, Location=secret.as_uri())) as address,
        pytest.raises(PortalError),
    ):
        read(f"{address}/a")


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "name and a password"), (403, "refuses programs"), (404, "Nothing is there"),
     (410, "withdrawn")],
)  # fmt: skip
def test_a_refusal_is_told_at_once_with_what_to_do(status: int, told: str) -> None:
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, status)

    with served(answer) as address, pytest.raises(PortalError, match=str(status)) as caught:
        read(f"{address}/catalog")
    assert caught.value.status_code == status
    assert told in caught.value.hint
    assert len(asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_asked_again_and_then_told(status: int) -> None:
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, status)

    with served(answer) as address, pytest.raises(PortalError, match=str(status)):
        read(f"{address}/catalog")
    assert len(asked) == QUICK.attempts


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_the_server_asks(status: int) -> None:
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            send(handler, status, Retry_After="1")
        else:
            send(handler, 200, GOOD.encode())

    with served(answer) as address:
        assert read(f"{address}/catalog").triples
    assert len(asked) == 2
    assert asked[1] - asked[0] >= 1


def test_it_does_not_wait_for_an_hour() -> None:
    with (
        served(lambda handler: send(handler, 429, Retry_After="3600")) as address,
        pytest.raises(PortalError, match="429"),
    ):
        read(f"{address}/catalog")


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/turtle")
    handler.send_header("Content-Length", str(len(GOOD)))
    handler.end_headers()
    handler.wfile.write(GOOD.encode()[:500])


def test_a_connection_that_is_cut_is_asked_again_and_never_half_read() -> None:
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        if len(asked) < 3:
            cut(handler)
        else:
            send(handler, 200, GOOD.encode())

    with served(answer) as address:
        assert len(read(f"{address}/catalog").triples) > 20
    with served(cut) as address, pytest.raises(PortalError, match="500 of"):
        read(f"{address}/catalog")


def test_a_server_that_is_silent_or_sends_too_much_is_left() -> None:
    with (
        served(lambda handler: time.sleep(1.5)) as address,
        pytest.raises(PortalError, match=r"did not answer within 0\.5 s"),
    ):
        read(f"{address}/catalog")
    with (
        served(lambda handler: send(handler, 200, b"#" * 200_000)) as address,
        pytest.raises(PortalError, match="more than 100000 bytes"),
    ):
        read(f"{address}/catalog")


def test_nobody_there_is_told() -> None:
    with pytest.raises(PortalError, match="cannot be read"):
        read("http://127.0.0.1:9/catalog")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/a", "http:///a", "http://exa mple.org/",
            "http://[::1/a"]
)  # fmt: skip
def test_only_http_is_asked(url: str) -> None:
    with pytest.raises(RequestError):
        fetch(url, accept="*/*", limits=QUICK)
    assert probe(url, with_content=False, limits=QUICK).problem


def test_a_page_in_place_of_rdf_is_told() -> None:
    page = b"<!doctype html><html><body>Benvenuti</body></html>"
    for media_type in ("application/rdf+xml", "text/turtle"):
        with (
            served(lambda handler, m=media_type: send(handler, 200, page, m)) as address,
            pytest.raises(RdfSyntaxError, match="HTML") as caught,
        ):
            read(f"{address}/catalog")
        assert caught.value.line == 1
    with (
        served(lambda handler: send(handler, 200, page, "text/html")) as address,
        pytest.raises(SourceError, match="text/html"),
    ):
        read(f"{address}/catalog")


def test_malformed_rdf_at_an_address_names_its_line() -> None:
    with (
        served(lambda handler: send(handler, 200, b"<urn:a> <urn:b> 1 .\n<urn:a> x:b 1 .")) as at,
        pytest.raises(RdfSyntaxError) as caught,
    ):
        read(f"{at}/catalog")
    assert (caught.value.path, caught.value.line) == (f"{at}/catalog", 2)


def test_all_pages_are_read_and_a_ring_of_them_ends() -> None:
    """Addresses of the catalogue may be of another server than the one that is asked."""
    hydra = "http://www.w3.org/ns/hydra/core#"

    def answer(handler: BaseHTTPRequestHandler) -> None:
        number = int(handler.path.rpartition("=")[2] or 1)
        following = 1 if number == 3 else number + 1
        body = (
            f"<https://example.org/catalog> <urn:page> {number} .\n"
            f"<https://example.org/catalog?page={number}> <{hydra}nextPage> "
            f"<https://example.org/catalog?page={following}> ."
        )
        send(handler, 200, body.encode())

    with served(answer) as address:
        offered = read("https://example.org/catalog?page=1", served_at=address)
    pages = offered.statements.texts("https://example.org/catalog", "urn:page")
    assert sorted(pages) == ["1", "2", "3"]


def test_a_server_that_does_not_know_head_is_asked_with_get() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 405 if handler.command == "HEAD" else 200, b"x", "text/csv")

    with served(answer) as address:
        found = probe(f"{address}/a.csv", with_content=False, limits=QUICK)
    assert (found.status, found.media_type, found.problem) == (200, "text/csv", "")
