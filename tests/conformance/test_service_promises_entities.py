"""What the public service promises of its entities, by the number of the promise (10 to 16).

Each test asks a real server process; how each function of it behaves is in
``test_http_entities`` and its neighbours, every IRI in ``test_crawl``.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from urllib.parse import quote, urlsplit

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from html_reader import Page, link_header, walk
from raw_http import get, head_of
from server import BASE, BROWSER, Server, status_of

pytestmark = pytest.mark.conformance
AFIL = "/data/cluster/afil"
SUFFIXES = {
    "text/turtle": "ttl", "application/n-triples": "nt", "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld", "application/trig": "trig", "application/n-quads": "nq",
    "text/html": "html",
}  # fmt: skip
RDFLIB = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
THINGS = [AFIL, "/data/network/eusalp", "/onto/CTL/TechnologyCluster", "/onto/CTL",
          "/controlled-vocabulary/s3-ecosystem", "/data/passage/p-0114", "/data/graph/p-0164",
          "/data/alignment/afil-manifattura", "/data/claim/hostile"]  # fmt: skip
UNFIT_FOR_XML = "/data/claim/hostile"  # holds a character that XML 1.0 cannot
PAGES = [
    "/",
    "/queries",
    "/sparql",
    "/data/cluster/",
    AFIL,
    "/data/network/vanguard-initiative",
    "/data/project/ai-regio",
    "/onto/CTL",
    "/onto/CTL/Network",
    "/data/passage/p-0114",
]


def fetch(server: Server, path: str, accept: str | None = None, **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if accept is not None:
        given["accept"] = accept
    return server.client.get(path, headers=given, follow_redirects=True)


# ------------------------------------------------------------- 10, 11: dereferencing


@pytest.mark.parametrize("thing", THINGS)
def test_10_every_format_in_the_same_way(server: Server, thing: str) -> None:
    first = {server.client.get(thing, headers={"accept": kind}).status_code for kind in SUFFIXES}
    assert len(first) == 1
    assert first <= {200, 303}
    for kind in SUFFIXES:
        answer = fetch(server, thing, kind)
        if thing == UNFIT_FOR_XML and kind == "application/rdf+xml":
            assert answer.status_code == 406
            continue
        assert answer.status_code == 200
        assert len(answer.history) <= 1
        label, _, parameters = answer.headers["content-type"].partition(";")
        assert label == kind
        if kind.startswith("text/"):
            assert "charset=utf-8" in parameters.lower()
        for hop in answer.history:
            assert urlsplit(hop.headers["location"]).netloc == ""
            assert "accept" in hop.headers["vary"].lower()


@pytest.mark.parametrize(("accept", "page"), [
    (BROWSER, True), ("text/html", True), ("application/xhtml+xml", True), ("*/*", False),
    ("text/turtle, text/html;q=0.9", False), ("application/rdf+xml, */*;q=0.1", False),
    ("application/ld+json, text/html", False), ("application/xml;q=0.9, */*;q=0.8", False),
])  # fmt: skip
def test_10_browsers_get_pages_and_tools_do_not(server: Server, accept: str, page: bool) -> None:
    for thing in THINGS:
        kind = fetch(server, thing, accept).headers["content-type"]
        assert kind.startswith("text/html") is page, (thing, kind)


UNKNOWN = (
    "/data/cluster/none", "/onto/CTL/None", "/none", "/data/none/x", "/data/cluster/none.ttl",
    "/data/cluster/none.html", "/controlled-vocabulary/none", "/data/graph/none.trig",
)  # fmt: skip


@pytest.mark.parametrize("path", UNKNOWN)
def test_11_the_unknown_is_404_with_a_body(server: Server, path: str) -> None:
    for accept in ("text/turtle", "application/ld+json", BROWSER, "*/*", "image/png"):
        answer = server.client.get(path, headers={"accept": accept})
        assert answer.status_code == 404
        assert len(answer.content) > 50
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in ("text/html", "application/problem+json")
        assert (kind == "text/html") is (accept == BROWSER)


def test_11_an_impossible_type_is_406_with_a_list(server: Server) -> None:
    for thing in THINGS:
        answer = fetch(server, thing, "image/png")
        assert answer.status_code == 406
        assert "text/turtle" in answer.json()["offers"]


# ------------------------------------------------------------- 12: one graph


@pytest.mark.parametrize("thing", THINGS)
def test_12_the_same_graph_with_the_public_iri(server: Server, thing: str) -> None:
    iri = rdflib.URIRef(BASE + thing[1:])
    query = f"SELECT ?p ?o {{ <{iri}> ?p ?o }}"
    told = {(row["p"], row["o"]) for row in server.select(query)}
    for suffix, form in RDFLIB.items():
        if thing == UNFIT_FOR_XML and suffix == "rdf":
            continue
        body = server.client.get(f"{thing}.{suffix}").content
        graph = rdflib.Graph().parse(data=body, format=form)
        again = ox.Dataset(ox.parse(body, format=ox.RdfFormat.from_extension(suffix)))
        assert len(graph) == len(again)
        found = {(str(p), str(o)) for p, o in graph.predicate_objects(iri)}
        assert {(p, o.replace("\r", "")) for p, o in found} >= {
            (p, o.replace("\r", "")) for p, o in told if not o.startswith("_:")
        }  # fmt: skip
        for inner in (b"127.0.0.1", b"localhost", str(server.port).encode() + b"/"):
            assert inner not in body


def test_12_data_do_not_depend_on_the_language(server: Server) -> None:
    for suffix in (*RDFLIB, "trig", "nq"):
        bodies = {
            server.client.get(f"{AFIL}.{suffix}", headers={"accept-language": language}).content
            for language in ("it", "en", "de", "en;q=0", "*")
        }
        assert len(bodies) == 1


# ------------------------------------------------------------- 13: caches


def test_13_an_etag_for_each_representation(server: Server) -> None:
    tags: dict[str, str] = {}
    for suffix in SUFFIXES.values():
        for coding in ("identity", "gzip", "br", "zstd"):
            for language in ("it", "en") if suffix == "html" else ("it",):
                headers = {"accept-encoding": coding, "accept-language": language}
                answer = server.client.get(f"{AFIL}.{suffix}", headers=headers)
                tag = answer.headers["etag"]
                assert re.fullmatch(r'"[!#-~]+"', tag), "a strong tag (RFC 9110 §8.8.3)"
                again = server.client.get(f"{AFIL}.{suffix}", headers=headers)
                assert again.headers["etag"] == tag
                tags[f"{suffix} {coding} {language}"] = tag
    # A small body may stay as it is under a coding: then the representation is the same.
    by_format = {name.split()[0] + name.split()[2]: tag for name, tag in tags.items()
                 if " identity " in name}  # fmt: skip
    assert len(set(by_format.values())) == len(by_format)


@pytest.mark.parametrize("path", [AFIL + ".ttl", AFIL + ".html", "/", "/queries", "/sparql",
                                  "/sparql?query=ASK%7B%7D", "/.well-known/void.ttl"])  # fmt: skip
def test_13_conditions(server: Server, path: str) -> None:
    first = server.client.get(path)
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"a", "b", {tag}', "*", f' "a" ,{tag} '):
        answer = server.exchange(get(path, f"if-none-match: {held}", "accept: */*",
                                     "accept-encoding: gzip, deflate, br, zstd"))  # fmt: skip
        assert status_of(answer) == 304, held
        head = head_of(answer)
        assert b"\r\netag: " + tag.encode() in head
        for name in ("vary", "cache-control"):
            assert f"\r\n{name}: {first.headers[name].lower()}".encode() in head
        assert answer.partition(b"\r\n\r\n")[2] == b""
    for other in ('"other"', f'"x{tag[1:]}', tag.strip('"')):
        assert server.client.get(path, headers={"if-none-match": other}).status_code == 200
    modified = first.headers["last-modified"]
    since = {"if-modified-since": modified}
    assert server.client.get(path, headers=since).status_code == 304
    assert server.client.get(path, headers=since | {"if-none-match": '"o"'}).status_code == 200
    for bad in ("yesterday", "", "Tue, 31 May 1022 00:00:00 GMT"):
        assert server.client.get(path, headers={"if-modified-since": bad}).status_code == 200
    assert "max-age" in first.headers["cache-control"]


def test_13_the_tag_of_another_representation_is_no_match(server: Server) -> None:
    turtle = server.client.get(AFIL + ".ttl").headers["etag"]
    answer = server.client.get(AFIL + ".nt", headers={"if-none-match": turtle})
    assert answer.status_code == 200
    plain = server.client.get(AFIL + ".html", headers={"accept-encoding": "identity"})
    packed = server.client.get(
        AFIL + ".html",
        headers={"accept-encoding": "gzip", "if-none-match": plain.headers["etag"]},
    )
    assert packed.status_code == 200
    assert packed.headers["content-encoding"] == "gzip"


# ------------------------------------------------------------- 14: links


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("suffix", ["", ".html", ".ttl", ".trig"])
def test_14_links_are_well_formed_and_lead_somewhere(
    server: Server, thing: str, suffix: str
) -> None:
    answer = server.client.get(thing + suffix)
    links = link_header(answer.headers["link"])
    kinds = set()
    for target, parameters in links:
        for relation in parameters["rel"].split():
            if relation == "alternate":
                kinds.add(parameters.get("type", ""))
        if target.startswith("/"):
            found = server.client.get(target, headers={"accept": "*/*"})
            assert found.status_code == 200, target
            if "type" in parameters:
                assert found.headers["content-type"].startswith(parameters["type"]), target
        else:
            assert target.startswith("http")
    own = SUFFIXES and {f".{s}": k for k, s in SUFFIXES.items()}.get(suffix, "")
    # No XML document can carry the control character of the hostile one.
    impossible = {"application/rdf+xml"} if "hostile" in thing else set()
    assert set(SUFFIXES) - {own} - impossible <= kinds
    relations = {each for _, parameters in links for each in parameters["rel"].split()}
    assert relations & {"describes", "describedby", "canonical", "profile", "cite-as"}


def test_14_pages_link_to_their_alternates_too(server: Server) -> None:
    page = Page(server.client.get(AFIL + ".html").text)
    alternates = {each["type"]: each["href"] for each in page.head
                  if each.get("rel") == "alternate" and "type" in each}  # fmt: skip
    assert set(SUFFIXES) - {"text/html"} <= alternates.keys()
    for kind, target in alternates.items():
        assert server.client.get(target).headers["content-type"].startswith(kind)


def test_14_the_extension_decides(server: Server) -> None:
    for kind, suffix in SUFFIXES.items():
        for accept in ("image/png", BROWSER, "text/turtle;q=0"):
            answer = server.client.get(f"{AFIL}.{suffix}", headers={"accept": accept})
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(kind)
    for suffix in ("exe", "php", "json", "xml", "csv", "", "ttl.ttl", "TTL2", "n3"):
        answer = server.client.get(f"{AFIL}.{suffix}", headers={"accept": "text/turtle"})
        assert answer.status_code == 404, suffix


# ------------------------------------------------------------- 15: pages


@pytest.mark.parametrize("thing", THINGS)
def test_15_a_page_says_what_it_is_about(server: Server, thing: str) -> None:
    for language in ("it", "en"):
        answer = server.client.get(f"{thing}.html", headers={"accept-language": language})
        page = Page(answer.text, thing)
        assert page.attribute("html", "lang") == language == answer.headers["content-language"]
        assert len(page.texts["title"].strip()) > 3
        assert len(page.texts["h1"].strip()) > 1
        assert page.live == []
        assert all(each.startswith("/") and not each.startswith("//") for each in page.loads)
        documents = [json.loads(each) for each in page.data]
        named = {each.get("@id") for document in documents for each in walk(document)}
        assert BASE + thing[1:] in named
        switch = {values.get("hreflang") for tag, values in page.tags if tag == "a"}
        assert {"it", "en"} - {language} <= switch


def test_15_links_of_pages_lead_somewhere(whole: Server) -> None:
    """Every internal link of pages of all kinds, once."""
    seen: set[str] = set()
    for path in PAGES:
        page = Page(fetch(whole, path, BROWSER).text, path)
        assert page.links, path
        seen |= {each.partition("#")[0] for each in page.links if each.startswith("/")}
    assert len(seen) > 200
    for target in sorted(seen):
        answer = fetch(whole, target, f"{BROWSER}, */*;q=0.1")
        assert answer.status_code == 200, target
        assert len(answer.history) <= 1


@pytest.mark.parametrize(
    ("wish", "language"),
    [("it", "it"), ("en", "en"), ("en-GB", "en"), ("it-CH, en;q=0.9", "it"), ("de", "it"),
     ("de, en;q=0.1", "en"), ("en;q=0, *", "it"), ("it;q=0.1, en;q=0.2", "en"), ("*", "it"),
     ("", "it"), ("EN-us", "en"), ("x-klingon, ;;, en", "en"), ("it;q=0, en;q=0", "it")],
)  # fmt: skip
def test_15_languages_are_negotiated(server: Server, wish: str, language: str) -> None:
    """RFC 9110 §12.5.4 and RFC 4647 §3.4; Italian where nothing fits."""
    answer = server.client.get(AFIL + ".html", headers={"accept-language": wish})
    assert answer.headers["content-language"] == language
    assert "accept-language" in answer.headers["vary"].lower()
    fixed = server.client.get(AFIL + ".html?lang=en", headers={"accept-language": wish})
    assert fixed.headers["content-language"] == "en"


# ------------------------------------------------------------- 16: odd IRIs, the home page


@pytest.mark.parametrize(
    "path",
    ["/data/claim/citt%C3%A0", "/data/claim/citt%c3%a0", "/data/claim/v1.0.ttl",
     "/data/claim/v1%2E0.ttl", "/data/claim/v1.0%2ettl"],
)  # fmt: skip
def test_16_odd_iris_work(server: Server, path: str) -> None:
    answer = fetch(server, path, "application/n-triples")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/n-triples")
    subject = "citt%C3%A0" if "citt" in path else "v1.0.ttl"
    assert f"<{BASE}data/claim/{subject}>" in answer.text
    page = fetch(server, path, BROWSER)
    assert page.status_code == 200
    assert "Citt" in page.text or "Con punto" in page.text


@pytest.mark.parametrize("tail", ["x", "/x", "%20", "/", "//", ";x", ",", "%3Fx", "%23x", "@", "~"])
def test_16_junk_after_an_iri_is_no_iri(server: Server, tail: str) -> None:
    answer = server.client.get(AFIL + tail, headers={"accept": "text/turtle"})
    assert answer.status_code in (301, 307, 308, 400, 404)
    if answer.status_code < 400:
        assert answer.headers["location"] == AFIL


def test_16_other_case_leads_to_the_right_iri(server: Server) -> None:
    for path in ("/data/cluster/AFIL", "/Data/Cluster/afil", "/onto/ctl/technologycluster"):
        answer = fetch(server, path, "text/turtle")
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            assert len(answer.history) <= 2


def test_16_a_query_string_never_enters_the_graph(server: Server) -> None:
    plain = server.client.get(AFIL + ".ttl").content
    for query in ("?x=urn:evil", "?utm_source=x", "?iri=http://evil.example/", "?%3Curn:evil%3E"):
        answer = fetch(server, AFIL + query, "text/turtle")
        assert answer.status_code == 200
        assert answer.content == plain
        assert b"evil" not in fetch(server, AFIL + ".nq" + query).content


def test_16_entities_are_three_clicks_from_home(whole: Server) -> None:
    """Every class that the release has instances of is met, following links of pages."""
    seen, border = {"/"}, ["/"]
    for _ in range(3):
        found: set[str] = set()
        for path in border:
            answer = fetch(whole, path, BROWSER)
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                links = Page(answer.text, path).links
                found |= {each.partition("#")[0].partition("?")[0] for each in links}
        inside = {each for each in found if each.startswith("/") and not each.startswith("//")}
        border = sorted(inside - seen)[:400]
        seen |= inside
    for cluster in ("afil", "tav", "lgca", "agrifood"):
        assert any(each.startswith(f"/data/cluster/{cluster}") for each in seen), cluster
    for folder in ("network", "project", "organisation", "passage"):
        assert any(re.match(rf"/data/{folder}/.", each) for each in seen), folder


def test_16_the_home_page_describes_the_dataset(whole: Server) -> None:
    page = Page(fetch(whole, "/", BROWSER).text, "/")
    objects = [each for text in page.data for each in walk(json.loads(text))]
    (dataset,) = [each for each in objects if each.get("@type") == "Dataset"]
    for needed in ("name", "description", "license", "distribution"):
        assert dataset.get(needed), needed
    for each in dataset["distribution"]:
        address = each["contentUrl"].removeprefix(BASE)
        assert whole.client.head("/" + address).status_code == 200


def test_16_robots_and_site_map(whole: Server) -> None:
    robots = whole.client.get("/robots.txt")
    assert robots.headers["content-type"].startswith("text/plain")
    (address,) = re.findall(r"(?m)^Sitemap: (\S+)$", robots.text)
    assert address.startswith(BASE)
    answer = whole.client.get("/" + address.removeprefix(BASE), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    text = answer.text if not address.endswith(".gz") else gzip.decompress(answer.content).decode()
    pages = re.findall(r"<loc>([^<]+)</loc>", text)
    assert 1000 < len(pages) <= 50_000
    assert all(page.startswith(BASE) for page in pages)
    for page in pages[:: len(pages) // 25]:
        assert fetch(whole, "/" + page.removeprefix(BASE), BROWSER).status_code == 200


def test_16_terms_of_our_vocabulary_dereference(whole: Server) -> None:
    rows = whole.select(f"SELECT DISTINCT ?p {{ ?s ?p ?o FILTER (STRSTARTS(STR(?p), '{BASE}')) }}")
    assert len(rows) > 20
    for row in rows:
        path = "/" + quote(row["p"].removeprefix(BASE), safe="/%").partition("#")[0]
        answer = fetch(whole, path, "text/turtle")
        assert answer.status_code == 200
        graph = rdflib.Graph().parse(io.BytesIO(answer.content), format="turtle")
        assert (rdflib.URIRef(row["p"]), rdflib.RDF.type, None) in graph
