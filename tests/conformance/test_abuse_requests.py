"""Hosts, methods, redirects, header values, paths and ranges that try to get more than is served.

Source: RFC 9110 §7.1 (target), §9 (methods), §14.2 (ranges); service promises 16, 18, 19 and 20.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from raw_http import HOST, PAGE, get, head_of
from server import BASE, BROWSER, Report, Server, status_of

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.usefixtures("the_next_request_is_answered"),
]
REPORT = Report("abuse-requests")


@pytest.fixture(scope="module")
def server(hurried: Server) -> Server:
    return hurried


# ------------------------------------------------------------- methods, hosts, injection

OVERRIDES = ("x-http-method-override: DELETE", "x-http-method: PUT", "x-method-override: PATCH")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PATCH", "DELETE", "get", "X"])
def test_other_methods(server: Server, method: str) -> None:
    for target in (PAGE, "/sparql", "/", "/static/site.css", "/queries"):
        answer = server.exchange(get(target, "x-secret: abc", method=method))
        assert status_of(answer) in (0, 400, 404, 405, 501), answer[:200]
        assert b"x-secret" not in answer, "TRACE echoes"
        if status_of(answer) == 405:
            assert b"\r\nallow: " in head_of(answer)
    REPORT.row(f"method {method}", status_of(answer) or "closed")


@pytest.mark.parametrize("line", OVERRIDES)
def test_method_overrides_do_nothing(server: Server, line: str) -> None:
    plain = server.exchange(get(PAGE + ".ttl"))
    assert (
        server.exchange(get(PAGE + ".ttl", line)).partition(b"\r\n\r\n")[2]
        == (plain.partition(b"\r\n\r\n")[2])
    )
    answer = server.exchange(get(PAGE + ".ttl?_method=DELETE"))
    assert status_of(answer) == 200
    answer = server.exchange(get(PAGE, line, "content-length: 0", method="POST"))
    assert status_of(answer) == 405


EVIL_LINES = ("x-forwarded-host: evil.example", "x-forwarded-proto: evil.example",
              "x-forwarded-prefix: /evil.example", "forwarded: host=evil.example",
              "x-original-url: /evil.example", "x-rewrite-url: /evil.example",
              "x-forwarded-for: evil.example", "x-forwarded-server: evil.example",
              "x-request-id: evil.example", "referer: http://evil.example/",
              "origin: http://evil.example", "x-script-name: /evil.example")  # fmt: skip


@pytest.mark.parametrize(
    "target",
    ["/", PAGE, PAGE + ".html", PAGE + ".ttl", "/data/cluster", "/data/cluster/AFIL", "/none",
     "/sparql", "/queries/", "/.well-known/void", "/robots.txt", "/sitemap.xml",
     "/sparql?query=ASK+%7B", "/data/cluster/"],
)  # fmt: skip
def test_hosts_never_come_back(server: Server, target: str) -> None:
    for accept in ("text/turtle", BROWSER):
        lines = [*EVIL_LINES, f"accept: {accept}"]
        request = get(target, *lines).replace(HOST, b"host: evil.example\r\n")
        answer = server.exchange(request)
        assert 200 <= status_of(answer) < 500
        assert b"evil.example" not in answer
    absolute = get("http://evil.example" + target, "accept: text/turtle")
    answer = server.exchange(absolute)
    assert status_of(answer) < 500
    assert b"evil.example" not in answer


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "//evil.example/", "//evil.example/data/cluster", "/%2Fevil.example/",
     "/\\evil.example/", "/%5Cevil.example/", "//evil.example/%2e%2e", "///evil.example//",
     "/data/cluster//evil.example/", "http://evil.example/", "//evil.example/data/cluster/AFIL"],
)  # fmt: skip
def test_no_redirect_leads_elsewhere(server: Server, target: str) -> None:
    answer = server.exchange(get(target, f"accept: {BROWSER}"))
    assert status_of(answer) < 500
    for line in head_of(answer).split(b"\r\n"):
        if line.startswith(b"location: "):
            place = line.removeprefix(b"location: ")
            inside = place.startswith(BASE.encode()) or (
                place.startswith(b"/") and not place.startswith((b"//", b"/\\", b"/%5c", b"/%2f"))
            )
            assert inside, place
    REPORT.row(target, status_of(answer) or "closed")


@pytest.mark.parametrize("where", [
    PAGE + "{}", "/data/cluster{}/", "/data/cluster{}", "/none{}", "/sparql?format={}",
    "/sparql?query=ASK+%7B%7D&format={}", "/?lang={}", PAGE + ".html?lang={}", "/queries/{}",
    PAGE + "?_profile={}", "/download/{}", "/queries/clusters-by-network?network={}",
])  # fmt: skip
def test_no_header_is_injected(server: Server, where: str) -> None:
    for value in (
        "%0d%0ax-injected:%20yes", "%0ax-injected:yes", "%E5%98%8D%E5%98%8Ax-injected:yes",
        "%0d%0a%0d%0a<script>alert(1)</script>", "\u560d\u560ax-injected:yes",
    ):  # fmt: skip
        raw = where.format(value.encode().decode("latin-1"))
        answer = server.exchange(get(raw, f"accept: {BROWSER}"))
        assert status_of(answer) in (0, 200, 301, 303, 307, 308, 400, 404, 406), answer[:200]
        for line in head_of(answer).split(b"\n"):
            assert not line.strip().startswith((b"x-injected", b"<script"))


# ------------------------------------------------------------- files

STEPS = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "%252e%252e/", "..%5c", "..\\",
         "....//", "..;/", "%c0%ae%c0%ae/", "%c0%ae%c0%ae%c0%af", "..%c0%af", "%u002e%u002e/",
         ".%2e/", "..%00/", "..%0d/", "%uff0e%uff0e/", "\uff0e\uff0e/"]  # fmt: skip
FOLDERS = ["/static/", "/download/", "/download/queries/", "/queries/", "/context/", "/data/", "/"]
SECRETS = (b"root:x:", b"[build-system]", b"[project]", b"def create_app", b"PYTHONPATH=",
           b"from __future__", b"<title>Index of", b"Directory listing")  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_other_file_is_sent(server: Server, folder: str) -> None:
    """In any encoding of ``..``, at several depths, and by absolute names (promise 20)."""
    goals = ("etc/passwd", "pyproject.toml", "app.py", "manifest.json/../../../etc/passwd")
    targets = [folder + step * depth + goal for step in STEPS for depth in (1, 2, 4, 9)
               for goal in goals]  # fmt: skip
    targets += [folder + name for name in (
        "/etc/passwd", "%2fetc%2fpasswd", "file:///etc/passwd", "/proc/self/environ",
        "C:%5cwindows%5cwin.ini", "%00/etc/passwd", ".git/config", ".env", "__pycache__/", "",
    )]  # fmt: skip

    def ask(target: str) -> tuple[str, bytes]:
        sent = target.encode().decode("latin-1")
        return target, server.exchange(get(sent, f"accept: {BROWSER}"))

    with ThreadPoolExecutor(8) as pool:
        for target, answer in pool.map(ask, targets):
            assert not any(secret in answer for secret in SECRETS), target
            assert status_of(answer) in (0, 200, 301, 303, 307, 308, 400, 404, 406), (
                target, answer[:200],
            )  # fmt: skip
    REPORT.row(f"leaving {folder}", f"{len(targets)} addresses", "no file")


@pytest.mark.parametrize(
    "value",
    ["bytes=" + ",".join(["0-"] * 1000), "bytes=" + ",".join(f"{i}-" for i in range(900)),
     "bytes=-1", "bytes=99999999999999999999-", "bytes=5-1", "bytes=x", "lines=1-2", "bytes=0-0"],
    ids=["1000 times all", "900 ends", "last byte", "beyond", "backwards", "letters", "lines",
         "first byte"],
)  # fmt: skip
def test_ranges_are_cheap(server: Server, value: str) -> None:
    """RFC 9110 §14.2: a range may be ignored; many overlapping ones must not multiply the work."""
    whole = server.exchange(get("/download/ctl-kg.nt")).partition(b"\r\n\r\n")[2]
    for target in ("/download/ctl-kg.nt", PAGE + ".ttl", "/static/site.css"):
        answer = server.exchange(get(target, f"range: {value}"))
        assert status_of(answer) in (200, 206, 400, 416), answer[:200]
        assert len(answer) < len(whole) + 10_000
    REPORT.row(f"range {value[:40]}", status_of(answer))
