"""Every IRI answers: from thing to document, formats, validators, languages, errors."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://w3id.org/ctl-kg/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
KINDS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "trig": ("application/trig", ox.RdfFormat.TRIG),
    "nq": ("application/n-quads", ox.RdfFormat.N_QUADS),
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(MINI, Settings()), follow_redirects=False) as made:
        yield made


THINGS = [
    "data/cluster/afil", "data/network/eusalp", "data/membership/afil-eusalp", "onto/CTL",
    "onto/CTL/TechnologyCluster", "controlled-vocabulary/s3-ecosystem",
    "controlled-vocabulary/s3-ecosystem/manifattura-avanzata", "data/graph/p-0114",
    "data/graph/ontology", "data/passage/p-0114", "data/section/afil-info",
    "shapes/Cluster-prefLabel", "data/claim/citt%C3%A0", "data/claim/v1.0.ttl",
]  # fmt: skip


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("suffix", KINDS)
def test_a_thing_leads_to_its_documents(client: TestClient, thing: str, suffix: str) -> None:
    media_type, kind = KINDS[suffix]
    seen = client.get("/" + thing, headers={"accept": media_type})
    assert seen.status_code == 303
    assert seen.headers["location"] == f"/{thing}.{suffix}"
    assert "Accept" in seen.headers["vary"]
    document = client.get(seen.headers["location"])
    assert document.status_code == 200
    assert document.headers["content-type"].startswith(media_type)
    triples = {quad.triple for quad in ox.parse(document.content, format=kind)}
    if "graph/ontology" not in thing:
        assert any(t.subject == ox.NamedNode(BASE + thing) for t in triples)


@pytest.mark.parametrize("thing", THINGS)
def test_browsers_get_a_page(client: TestClient, thing: str) -> None:
    page = client.get("/" + thing, headers={"accept": BROWSER}, follow_redirects=True)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "it"
    assert '<html lang="it">' in page.text
    assert page.text.count("<h1>") == 1


@pytest.mark.parametrize("accept", ["", "*/*", "application/rdf+xml,text/turtle;q=0.9"])
def test_programs_get_rdf(client: TestClient, accept: str) -> None:
    found = client.get("/data/cluster/afil", headers={"accept": accept}, follow_redirects=True)
    assert found.headers["content-type"].startswith(("text/turtle", "application/rdf+xml"))


def test_an_impossible_type_gets_406_with_the_offers(client: TestClient) -> None:
    answer = client.get("/data/cluster/afil", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    assert "text/turtle" in answer.json()["offers"]


def test_the_unknown_gets_404_with_suggestions(client: TestClient) -> None:
    answer = client.get("/data/cluster/afill")
    assert answer.status_code == 404
    assert answer.json()["suggestions"] == [BASE + "data/cluster/afil"]
    page = client.get("/data/cluster/afill", headers={"accept": BROWSER})
    assert page.status_code == 404
    assert 'href="/data/cluster/afil"' in page.text
    assert client.get("/data/cluster/afil.exe").status_code == 404
    assert client.get("/data/cluster/AFILL").status_code == 404


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("/data/Cluster/AFIL", "/data/cluster/afil"),
        ("/DATA/CLUSTER/AFIL.TTL", "/data/cluster/afil.ttl"),
        ("/data/cluster/Afil.Linkset.JSON", "/data/cluster/afil.linkset.json"),
        ("/data/cluster/afil/", "/data/cluster/afil"),
        ("/data/cluster/AFIL.html/?lang=en", "/data/cluster/afil.html?lang=en"),
        ("/data/cluster?page=1&x=%20%3C", "/data/cluster/?page=1&x=%20%3C"),
        ("/Data/Cluster", "/data/cluster/"),
        ("/onto/ctl", "/onto/CTL"),
        ("/onto/ctl/technologycluster?lang=en", "/onto/CTL/TechnologyCluster?lang=en"),
        ("/data/cluster/%61fil", "/data/cluster/afil"),
        ("/data/claim/citt%c3%a0.ttl", "/data/claim/citt%C3%A0.ttl"),
        ("/data/claim/CITT%C3%A0", "/data/claim/citt%C3%A0"),
        ("/data/claim/V1.0.TTL", "/data/claim/v1.0.ttl"),
    ],
)
def test_one_redirect_leads_to_the_right_address(
    client: TestClient, written: str, right: str
) -> None:
    answer = client.get(written)
    assert (answer.status_code, answer.headers["location"]) == (308, right)
    assert client.get(right).status_code in (200, 303)


@pytest.mark.parametrize(
    "path",
    ["/data/cluster/NOPE", "/data/cluster/nope/", "http://testserver//evil.example/", "http://testserver//evil.example/..%2f",
     "/data/cluster/afil.ttl/extra", "/data/cluster/afil//", "/data/cluster/afil.exe/"],
)  # fmt: skip
def test_nothing_redirects_to_what_does_not_exist(client: TestClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code == 308:
        assert answer.headers["location"].startswith("/data/")
        assert client.get(answer.headers["location"]).status_code in (200, 303)
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/data/cluster/afil.ttl", "/data/cluster/afil.html",
                                  "/data/cluster/", "/", "/queries", "/robots.txt"])  # fmt: skip
def test_validators_and_conditions(client: TestClient, path: str) -> None:
    accept = {"accept": BROWSER}
    first = client.get(path, headers=accept)
    assert first.status_code == 200
    if path == "/robots.txt":
        return
    etag = first.headers["etag"]
    assert first.headers["last-modified"] == "Tue, 31 May 2022 00:00:00 GMT"
    for held in (etag, f'"x", W/{etag}', "*"):
        again = client.get(path, headers=accept | {"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    assert client.get(path, headers=accept | {"if-none-match": '"other"'}).status_code == 200
    since = {"if-modified-since": "Wed, 01 Jun 2022 00:00:00 GMT"}
    assert client.get(path, headers=accept | since).status_code == 304
    both = since | {"if-none-match": '"other"'}
    assert client.get(path, headers=accept | both).status_code == 200
    head = client.head(path, headers=accept)
    assert head.content == b""
    assert head.headers["etag"] == etag
    assert head.headers["content-length"] == first.headers["content-length"]


def test_languages(client: TestClient) -> None:
    path = "/data/cluster/afil.html"
    assert "Smart Factory" in client.get(path, headers={"accept-language": "en-GB, it;q=0.3"}).text
    english = client.get(path + "?lang=en", headers={"accept-language": "it"})
    assert english.headers["content-language"] == "en"
    assert "reference ecosystem" in english.text
    assert 'href="/data/passage/p-0114?lang=en"' in english.text
    assert 'hreflang="it"' in english.text
    italian, other = client.get(path), client.get(path, headers={"accept-language": "en"})
    assert italian.headers["etag"] != other.headers["etag"]
    assert "Accept-Language" in italian.headers["vary"]
    turtle = client.get("/data/cluster/afil.ttl", headers={"accept-language": "en"})
    assert turtle.content == client.get("/data/cluster/afil.ttl").content


@pytest.mark.parametrize("suffix", [*KINDS, "html"])
def test_suffixes_equal_negotiation_byte_for_byte(client: TestClient, suffix: str) -> None:
    accept = {"accept": KINDS[suffix][0] if suffix in KINDS else BROWSER}
    for thing in ("data/cluster/afil", "data/passage/p-0114", "onto/CTL"):
        negotiated = client.get(f"/{thing}", headers=accept, follow_redirects=True)
        document = client.get(f"/{thing}.{suffix}", headers={"accept": "image/png"})
        assert negotiated.content == document.content
        assert negotiated.headers["etag"] == document.headers["etag"]


@pytest.mark.parametrize("thing", ["data/cluster/afil", "data/claim/hostile", "onto/CTL"])
def test_pages_embed_schema_org_that_needs_no_other_host(client: TestClient, thing: str) -> None:
    page = client.get(f"/{thing}.html").text
    embedded = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    triples = [quad.triple for quad in ox.parse(embedded.encode(), format=ox.RdfFormat.JSON_LD)]
    assert {t.subject for t in triples} == {ox.NamedNode(BASE + thing)}
    assert ox.NamedNode("http://schema.org/name") in {t.predicate for t in triples}


def test_the_page_says_where_statements_come_from(client: TestClient) -> None:
    page = client.get("/data/cluster/afil.html?lang=en").text
    assert (
        'href="/data/passage/p-0114?lang=en" title="Brochure, AFIL, info page, lines 114–118'
        in page
    )
    assert "certainty: inferred" in page
    assert 'class="inferred"' in page


def test_the_passage_page_shows_what_was_drawn_from_it(client: TestClient) -> None:
    page = client.get("/data/passage/p-0114.html?lang=en").text
    assert "114–118" in page
    assert "3f79bb7b435b0532" in page
    assert "Smart Factory" in page
    assert "AFIL, info page" in page


def test_lists(client: TestClient) -> None:
    page = client.get("/data/cluster/", headers={"accept": BROWSER})
    assert page.status_code == 200
    assert page.text.index("Aerospazio") < page.text.index("Fabbrica Intelligente")
    turtle = client.get("/data/cluster/", headers={"accept": "text/turtle"})
    assert b"cluster:lac" in turtle.content
    assert client.get("/data/cluster").headers["location"] == "/data/cluster/"
    assert client.get("/data/cluster/", headers={"accept": "image/png"}).status_code == 406
    assert client.get("/data/cluster/?page=0").status_code == 400
    assert client.get("/data/cluster/?page=zwei").status_code == 400


class _Safe(HTMLParser):
    """Collects what would be live in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        # The site's own scripts and pictures are no part of the data.
        own = re.fullmatch(r"/static/[a-z-]+-\w+\.(js|svg)|/charts/[a-z]+\.svg\?[\w%=&.-]*",
                           values.get("src") or "")  # fmt: skip
        if tag in ("iframe", "object", "embed") or (tag == "img" and not own):
            self.live.append(tag)
        if tag == "script" and values.get("type") != "application/ld+json" and not own:
            self.live.append("script")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.live.append(name)
            address = (value or "").strip().lower() if name in ("href", "src", "action") else ""
            if address.startswith(("javascript:", "data:", "//")):
                self.live.append(address)


@pytest.mark.parametrize(
    "path",
    [
        "/data/claim/hostile.html",
        "/data/claim/",
        "/data/graph/p-0164.html",
        "/sparql?format=html&query=SELECT+?s+?o+{+?s+?p+?o+}",
        "/sparql?format=html&query=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/queries/clusters-by-network?network=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/data/cluster/afil.html?lang=%22%3E%3Cimg%20src=x%3E&x=%3Cscript%3E",
    ],
)
def test_nothing_from_data_or_request_is_live(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"accept": BROWSER})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    parser = _Safe()
    parser.feed(page.text)
    assert parser.live == []
    shown = re.sub(r'"/(static|charts)/[^"]*"', "", page.text)
    shown = shown.split("</header>")[-1].split("<footer")[0]
    assert "49" not in shown or "{{ 7*7 }}" in page.text


@pytest.mark.parametrize("path", ["/", "/data/cluster/afil.html", "/nope", "/sparql", "/queries"])
def test_every_answer_has_the_headers_of_a_public_service(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": BROWSER})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    assert "<style" not in answer.text


@pytest.mark.parametrize("path", ["/data/%FF", "/data/%00", "/x?y=%FE", "/data/cluster/%2e%2e/x"])
def test_odd_addresses_are_4xx(client: TestClient, path: str) -> None:
    assert 400 <= client.get(path).status_code < 500


@pytest.mark.parametrize(
    "path",
    ["/download/../manifest.json", "/download/..%2f..%2fetc/passwd", "/static/../app.py",
     "/static/%2e%2e/app.py", "/download/queries/../../x", "/download/"],
)  # fmt: skip
def test_no_other_file_is_sent(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405) or b"root:" not in answer.content
    assert b"def create_app" not in answer.content


def test_the_host_header_never_appears(client: TestClient) -> None:
    for path in ("/data/cluster/afil", "/data/cluster", "/", "/data/cluster/afil.ttl"):
        headers = {"host": "evil.example", "x-forwarded-host": "evil.example", "accept": "*/*"}
        answer = client.get(path, headers=headers)
        assert "evil.example" not in answer.text + str(answer.headers)


def test_methods(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, "/data/cluster/afil")
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]
    preflight = client.options(
        "/sparql", headers={"origin": "http://x", "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]


def test_files_of_the_release(client: TestClient) -> None:
    dump = client.get("/download/ctl-kg.nq")
    assert dump.headers["content-type"] == "application/n-quads"
    assert dump.content == (MINI / "ctl-kg.nq").read_bytes()
    context = client.get("/context/0.1.0.jsonld")
    assert context.headers["content-type"] == "application/ld+json"
    assert client.get("/context/9.9.9.jsonld").status_code == 404
    assert client.get("/healthz").json()["status"] == "ok"
    shapes = client.get("/shapes.ttl")
    assert b"sh:languageIn" in shapes.content
    version = client.get("/onto/CTL/0.1.0", headers={"accept": "text/turtle"})
    assert version.headers["location"] == "/onto/CTL.ttl"
    whole = client.get("/onto/CTL.ttl")
    assert b"ctl:Network" in whole.content


def test_home_leads_on(client: TestClient) -> None:
    home = client.get("/", headers={"accept": BROWSER}).text
    for target in ("/explore/clusters", "/explore", "/queries", "/sparql", "/downloads"):
        assert f'href="{target}"' in home
    assert '"@type": "Dataset"' in home
