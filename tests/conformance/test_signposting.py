"""Typed links: in headers, in pages and as linksets; well formed, resolving, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
LINK = re.compile(r'<([^<>"\s]*)>((?:; [a-z-]+="(?:[^"\\]|\\.)*")*)(?:,\s*|\Z)')
DOCUMENTS = ["ttl", "jsonld", "nt", "rdf", "trig", "nq", "html"]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(MINI, Settings()), follow_redirects=False) as made:
        yield made


def parsed(header: str) -> list[tuple[str, dict[str, str]]]:
    """Return the links of a header, which must be well formed as a whole (RFC 8288 §3)."""
    found, end = [], 0
    for match in LINK.finditer(header):
        assert match.start() == end, header[end:]
        found.append((match.group(1), dict(re.findall(r'; ([a-z-]+)="([^"]*)"', match.group(2)))))
        end = match.end()
    assert end == len(header)
    return found


def relations(header: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target, parameters in parsed(header):
        found.setdefault(parameters["rel"], []).append(target)
    return found


@pytest.mark.parametrize("thing", ["data/cluster/afil", "onto/CTL", "data/claim/citt%C3%A0",
                                   "data/graph/p-0114"])  # fmt: skip
@pytest.mark.parametrize("suffix", DOCUMENTS)
def test_documents_link_to_all_others(client: TestClient, thing: str, suffix: str) -> None:
    answer = client.get(f"/{thing}.{suffix}")
    found = parsed(answer.headers["link"])
    others = {t for t, p in found if p["rel"] == "alternate" and "formats" not in p}
    assert others == {f"/{thing}.{each}" for each in DOCUMENTS if each != suffix}
    for target, parameters in found:
        if target.startswith("/"):
            linked = client.get(target)
            assert linked.status_code == 200
            if "type" in parameters:
                assert linked.headers["content-type"].startswith(parameters["type"])
    by_relation = relations(answer.headers["link"])
    assert by_relation["describes"] == by_relation["cite-as"] == [f"{BASE}{thing}"]
    assert by_relation["canonical"] == [f"{BASE}{thing}.{suffix}"]
    assert by_relation["license"] == ["https://creativecommons.org/licenses/by/4.0/"]


def test_the_landing_page_has_level_one(client: TestClient) -> None:
    found = relations(client.get("/data/cluster/afil.html").headers["link"])
    assert found["type"] == ["https://schema.org/AboutPage", "https://schema.org/Organization"]
    assert found["describedby"] == ["/data/cluster/afil.ttl", "/data/cluster/afil.jsonld"]
    assert found["collection"] == ["/data/cluster/"]
    lists = relations(client.get("/data/cluster/", headers={"accept": "text/html"}).headers["link"])
    assert lists["item"] == [BASE + "data/cluster/afil", BASE + "data/cluster/lac"]
    thing = client.get("/data/cluster/afil", headers={"accept": "text/html"})
    assert relations(thing.headers["link"])["cite-as"] == [BASE + "data/cluster/afil"]


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link":
            self.found.add((str(values["rel"]), str(values["href"])))


@pytest.mark.parametrize("path", ["/data/cluster/afil.html", "/data/cluster/"])
def test_the_head_of_a_page_has_the_same_links(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"accept": "text/html"})
    head = _Head()
    head.feed(page.text)
    wanted = {
        (parameters["rel"], target)
        for target, parameters in parsed(page.headers["link"])
        if parameters["rel"] != "item" and "formats" not in parameters
    }
    assert wanted <= head.found


@pytest.mark.parametrize("path", ["/data/cluster/afil.ttl", "/data/cluster/"])
def test_the_linkset_has_every_link(client: TestClient, path: str) -> None:
    link = relations(client.get(path, headers={"accept": "text/turtle"}).headers["link"])
    answer = client.get(link["linkset"][0])
    assert answer.headers["content-type"] == "application/linkset+json"
    contexts = {each["anchor"]: each for each in answer.json()["linkset"]}
    iri = BASE + path.removeprefix("/").removesuffix(".ttl")
    about = contexts.pop(iri)
    assert about["cite-as"] == [{"href": iri}]
    documents = {each["href"] for each in about["describedby"]}
    assert documents == set(contexts)
    assert all(each["describes"] == [{"href": iri}] for each in contexts.values())
    for document in documents:
        assert client.get("/" + document.removeprefix(BASE)).status_code == 200
    text = client.get(link["linkset"][0].replace("%2B", "+").replace("+json", "")
                      .removesuffix(".json"))  # fmt: skip
    assert text.headers["content-type"] == "application/linkset"
    lines = parsed(text.text.strip())
    assert {parameters["anchor"] for _, parameters in lines} == {iri, *documents}


def test_negotiation_leads_to_the_linkset(client: TestClient) -> None:
    answer = client.get("/data/cluster/afil", headers={"accept": "application/linkset+json"})
    assert answer.headers["location"] == "/data/cluster/afil.linkset.json"
