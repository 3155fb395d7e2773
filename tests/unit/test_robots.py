"""robots.txt: crawlers read resources, lists and downloads, and ask no queries."""

from __future__ import annotations

import re

import pytest

from ctl_kg.web import operations


def test_robots() -> None:
    closed = operations.robots_text("closed", "https://example.org/kg/")
    assert closed == "User-agent: *\nDisallow: /\n"
    lines = operations.robots_text("open", "https://example.org/kg/").splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: https://example.org/kg/sitemap.xml"


def may_read(robots: str, address: str) -> bool:
    """Tell whether a crawler may read an address: RFC 9309 §2.2.2 and §2.2.3."""
    rules = []
    for line in robots.splitlines():
        name, _, path = line.partition(": ")
        if name in ("Allow", "Disallow"):
            pattern = re.escape(path).replace(r"\*", ".*").removesuffix(r"\$")
            end = "$" if path.endswith("$") else ""
            if re.match(pattern + end, address):
                rules.append((len(path), name == "Allow"))
    return max(rules, default=(0, True))[1]


@pytest.mark.parametrize(
    "address",
    [
        "/sparql?query=ASK%20%7B%7D", "/search?q=idrogeno", "/search?q=a&page=2",
        "/why?from=a&to=b", "/matrix?lang=en", "/matrix/clusters/networks?role=guest",
        "/queries/seats?cluster=afil",
        "/api/why?from=a&to=b", "/api/search?q=a", "/api/suggestions?q=a", "/api/queries?lang=it",
        "/api/queries/seats.csv?size=all", "/api/matrix/clusters/networks?gaps=paths",
        "/api/openapi.json?lang=it",
    ],
)  # fmt: skip
def test_crawlers_do_not_read_what_costs(address: str) -> None:
    base = "https://example.org/"
    assert not may_read(operations.robots_text("open", base), address)
    mounted = operations.robots_text("open", base, "/kg")
    assert not may_read(mounted, "/kg" + address)
    assert may_read(mounted, address)


@pytest.mark.parametrize(
    "address",
    [
        "/", "/data/cluster/afil", "/data/cluster/afil.ttl", "/data/cluster/?page=2",
        "/data/cluster/afil?lang=en", "/queries", "/queries/seats", "/queries/seats.rq", "/sparql",
        "/search", "/why", "/matrix", "/matrix/clusters/networks", "/api", "/api/openapi.json",
        "/api/queries/seats.csv", "/download/ctl-kg.ttl", "/sitemap.xml", "/void", "/shapes",
        "/.well-known/void", "/static/site.css", "/onto/CTL", "/opensearch.xml",
    ],
)  # fmt: skip
def test_crawlers_read_resources_lists_and_downloads(address: str) -> None:
    assert may_read(operations.robots_text("open", "https://example.org/"), address)
    assert not may_read(operations.robots_text("closed", "https://example.org/"), address)
