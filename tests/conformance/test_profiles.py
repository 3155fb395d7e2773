"""Content negotiation by profile: what each profile holds, how it is asked for and announced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ctl_kg.publish.profiles import PROFILES
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
AFIL = ox.NamedNode(BASE + "data/cluster/afil")
ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
SUFFIXES = ("ttl", "jsonld", "nt", "rdf", "trig", "nq")
KINDS = {suffix: ox.RdfFormat.from_extension(suffix) for suffix in SUFFIXES}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(MINI, Settings()), follow_redirects=False) as made:
        yield made


def triples(client: TestClient, token: str, suffix: str) -> set[ox.Triple]:
    answer = client.get(f"/data/cluster/afil.{suffix}?_profile={token}")
    assert answer.status_code == 200
    return {quad.triple for quad in ox.parse(answer.content, format=KINDS[suffix])}


@pytest.mark.parametrize("token", ["full", "summary", "labels", "schema", "alt"])
@pytest.mark.parametrize("suffix", [each for each in KINDS if each != "ttl"])
def test_a_profile_is_one_graph_in_every_format(
    client: TestClient, token: str, suffix: str
) -> None:
    found, wanted = triples(client, token, suffix), triples(client, token, "ttl")
    assert wanted
    if token == "full" and suffix in ("trig", "nq"):
        assert wanted <= found
    else:
        assert found == wanted


def test_what_profiles_hold(client: TestClient) -> None:
    full, summary = triples(client, "full", "nt"), triples(client, "summary", "nt")
    labels = triples(client, "labels", "nt")
    assert labels < summary < full
    assert {t.subject for t in summary} == {AFIL}
    assert {t.predicate.value.rpartition("#")[2] for t in labels} <= {"prefLabel", "altLabel"}
    assert any(t.object == AFIL for t in full)
    assert not any(t.object == AFIL for t in summary)


def test_schema_org_says_no_more_than_we_do(client: TestClient) -> None:
    found = triples(client, "schema", "nt")
    schema = "http://schema.org/"
    assert all(t.predicate.value.startswith((schema, "http://www.w3.org/1999/")) for t in found)
    kinds = {t.object.value for t in found if t.predicate.value.endswith("#type")}  # type: ignore[union-attr]
    assert kinds == {schema + "Organization"}
    names = {str(t.object) for t in found if t.predicate.value == schema + "name"}
    assert '"Fabbrica Intelligente"@it' in names


def test_provenance_has_named_graphs_in_json_ld_too(client: TestClient) -> None:
    quads = {
        suffix: set(
            ox.parse(
                client.get(f"/data/cluster/afil.{suffix}?_profile=prov").content,
                format=KINDS[suffix],
            )
        )
        for suffix in ("trig", "nq", "jsonld")
    }
    assert quads["trig"] == quads["nq"] == quads["jsonld"]
    assert len({quad.graph_name for quad in quads["nq"]}) > 2
    refused = client.get("/data/cluster/afil.ttl?_profile=prov")
    assert refused.status_code == 406
    assert refused.json()["offers"][0] == "application/trig"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.token)
def test_a_profile_can_be_asked_for_in_three_ways(client: TestClient, profile: object) -> None:
    token, iri = profile.token, profile.iri(BASE)  # type: ignore[attr-defined]
    accept = {"accept": "application/trig"}
    ways = [
        client.get(f"/data/cluster/afil?_profile={token}", headers=accept),
        client.get("/data/cluster/afil", params={"_profile": iri}, headers=accept),
        client.get("/data/cluster/afil", headers=accept | {"accept-profile": f"<{iri}>"}),
    ]
    query = "" if token == "full" else f"?_profile={token}"
    for answer in ways:
        assert answer.headers["location"] == "/data/cluster/afil.trig" + query
        assert "Accept-Profile" in answer.headers["vary"]
    document = client.get(ways[0].headers["location"])
    assert document.headers["content-profile"] == f"<{iri}>"
    assert f'<{iri}>; rel="profile"' in document.headers["link"]
    assert "Accept-Profile" in document.headers["vary"]
    by_header = client.get("/data/cluster/afil.trig", headers={"accept-profile": f"<{iri}>"})
    assert by_header.content == document.content
    if iri.startswith(BASE):
        own = client.get("/" + iri.removeprefix(BASE), headers={"accept": "text/turtle"})
        described = client.get(own.headers["location"])
        assert f'prof/hasToken> "{token}"' in described.text
        page = client.get(f"/profiles/{token}.html?lang=en")
        assert page.status_code == 200
        assert f"<h1>{profile.titles['en']}</h1>" in page.text  # type: ignore[attr-defined]


def test_profiles_that_do_not_exist(client: TestClient) -> None:
    for answer in (
        client.get("/data/cluster/afil?_profile=none"),
        client.get("/data/cluster/afil", headers={"accept-profile": "<urn:none>"}),
        client.get("/data/cluster/afil.ttl?_profile=none"),
        client.get("/data/cluster/?_profile=summary"),
    ):
        assert answer.status_code == 406
        assert BASE + "profiles/full" in answer.json()["offers"]


def test_media_types_can_be_asked_for_in_the_address(client: TestClient) -> None:
    for written in ("application/ld%2Bjson", "application/ld+json"):
        answer = client.get(f"/data/cluster/afil?_mediatype={written}")
        assert answer.headers["location"] == "/data/cluster/afil.jsonld"
    listed = client.get("/data/cluster/?_mediatype=text/turtle", headers={"accept": "text/html"})
    assert listed.headers["content-type"].startswith("text/turtle")
    assert client.get("/data/cluster/afil?_mediatype=image/png").status_code == 406
    assert client.get("/data/cluster/afil.ttl?_mediatype=text/html").status_code == 406


@pytest.mark.parametrize(
    "path", ["/data/cluster/afil.nt?_profile=alt", "/data/cluster/?_profile=alt"]
)
def test_all_representations_that_are_listed_exist(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": "application/n-triples"})
    quads = list(ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES))
    listed = {q.object.value for q in quads if q.predicate.value == ALTR + "hasRepresentation"}  # type: ignore[union-attr]
    default = [
        q.object.value for q in quads if q.predicate.value.endswith("hasDefaultRepresentation")
    ]  # type: ignore[union-attr]
    formats = {
        q.subject.value: q.object.value for q in quads if q.predicate.value.endswith("/format")
    }  # type: ignore[union-attr]
    assert len(listed) > 13
    assert set(default) < listed
    for address in listed:
        document = client.get("/" + address.removeprefix(BASE))
        assert document.status_code == 200, address
        assert document.headers["content-type"].startswith(formats[address])
    page = client.get(path.replace(".nt", ".html"), headers={"accept": "text/html"})
    assert set(re.findall(r'href="([^"]*_profile=alt[^"]*)"', page.text))


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/n-quads"])
def test_direct_answers_are_the_document(accept: str) -> None:
    settings = Settings(dereference="direct")
    with TestClient(create_app(MINI, settings), follow_redirects=False) as client:
        headers = {"accept": accept, "accept-language": "en"}
        answer = client.get("/data/cluster/afil", headers=headers)
        assert answer.status_code == 200
        document = client.get(answer.headers["content-location"], headers=headers)
        assert document.content == answer.content
        assert document.headers["etag"] == answer.headers["etag"]
        assert answer.headers["vary"].startswith("Accept, ")
        assert "content-location" not in document.headers
        short = client.get("/data/cluster/afil?_profile=labels")
        assert short.headers["content-location"] == "/data/cluster/afil.ttl?_profile=labels"
