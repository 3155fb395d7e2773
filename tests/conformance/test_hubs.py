"""A resource that ten thousand others point to is paged, in every format and on every page."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
HUB = BASE + "data/network/hub"
INCOMING = 10_000
SUFFIXES = ("ttl", "jsonld", "nt", "rdf", "trig", "nq")
KINDS = {suffix: ox.RdfFormat.from_extension(suffix) for suffix in SUFFIXES}
MOST_BYTES = 200_000  # a tenth of what all links would take in the shortest format


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("hub") / "release"
    shutil.copytree(MINI, folder)
    member, graph = f"<{BASE}onto/CTL/inNetwork>", f"<{BASE}data/graph/p-0114>"
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    lines = [f'<{HUB}> {label} "Hub"@en {graph} .']
    for number in range(INCOMING):
        spoke = f"<{BASE}data/membership/m{number:05}>"
        lines.append(f"{spoke} {member} <{HUB}> {graph} .")
        lines.append(f'{spoke} {label} "Membership {number}"@en {graph} .')
    path = folder / "ctl-kg.nq"
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].pop("ctl-kg.nq")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with TestClient(create_app(folder, Settings()), follow_redirects=False) as made:
        yield made


def links(answer: object) -> dict[str, str]:
    """Return the targets of a Link header by relation; of several the last."""
    header = answer.headers["link"]  # type: ignore[attr-defined]
    return {rel: target for target, rel in re.findall(r'<([^>]*)>; rel="([^"]*)"', header)}


@pytest.mark.parametrize("suffix", KINDS)
def test_the_pages_hold_every_link_once(client: TestClient, suffix: str) -> None:
    address: str | None = f"/data/network/hub.{suffix}?page=98"
    pages = 0
    subjects: set[str] = set()
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        assert len(answer.content) < MOST_BYTES
        found = {
            quad.subject.value
            for quad in ox.parse(answer.content, format=KINDS[suffix])
            if quad.object == ox.NamedNode(HUB) and quad.predicate.value.endswith("inNetwork")
        }
        assert not found & subjects
        subjects |= found
        named = links(answer)
        assert named["first"] == f"/data/network/hub.{suffix}"
        assert named["last"] == f"/data/network/hub.{suffix}?page=100"
        assert named["prev"].startswith(f"/data/network/hub.{suffix}?page=")
        address = named.get("next")
        pages += 1
    assert (pages, len(subjects)) == (3, 300)


def test_pages_of_html(client: TestClient) -> None:
    page = client.get("/data/network/hub.html?lang=en")
    assert len(page.content) < MOST_BYTES
    assert '<link rel="next" href="/data/network/hub.html?lang=en&amp;page=2">' in page.text
    assert "prev" not in links(page)
    assert links(page)["last"] == "/data/network/hub.html?lang=en&page=100"
    assert client.get("/data/network/hub.html?page=101").status_code == 404
    assert client.get("/data/network/hub.html?page=100").status_code == 200


def test_lists_are_paged_in_every_format(client: TestClient) -> None:
    seen: set[str] = set()
    address: str | None = "/data/membership/?page=49"
    while address:
        answer = client.get(address, headers={"accept": "application/n-quads"})
        assert len(answer.content) < MOST_BYTES
        found = {q.subject.value for q in ox.parse(answer.content, format=ox.RdfFormat.N_QUADS)}
        assert not found & seen
        seen |= found
        address = links(answer).get("next")
    assert 200 < len(seen) <= 600
    page = client.get("/data/membership/", headers={"accept": "text/html"})
    assert len(page.content) < MOST_BYTES
    assert links(page)["next"] == "/data/membership/?page=2"
    chosen = client.get("/data/membership/?_mediatype=text/turtle&page=2")
    assert links(chosen)["next"] == "/data/membership/?_mediatype=text/turtle&page=3"


def test_headers_stay_short(client: TestClient) -> None:
    for path in ("/data/network/hub", "/data/network/hub.html", "/data/membership/"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert len(answer.headers["link"]) < 4_000
