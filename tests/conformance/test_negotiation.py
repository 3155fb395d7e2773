"""RFC 9110 §12.5.1, case by case, and what real clients get."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.errors import NotAcceptableError
from ctl_kg.publish.formats import DESCRIPTION_FORMATS, HTML, LINKSET_FORMATS, offers
from ctl_kg.publish.profiles import LIST_PROFILES, PROFILES
from ctl_kg.web.negotiation import choose_media_type, choose_profile, prefers_html

pytestmark = pytest.mark.conformance
OFFERS = ["text/turtle", "application/ld+json", "application/n-triples", "text/html"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        pytest.param("", "text/turtle", id="no header: first offer"),
        pytest.param("*/*", "text/turtle", id="anything: first offer"),
        pytest.param("text/html", "text/html", id="exact"),
        pytest.param("TEXT/HTML", "text/html", id="case"),
        pytest.param("text/*;q=0.4, application/ld+json", "application/ld+json", id="quality wins"),
        pytest.param("text/*, text/turtle;q=0", "text/html", id="specific zero beats wildcard"),
        pytest.param("*/*;q=0.1, text/html;q=0.2", "text/html", id="low but best"),
        pytest.param("text/html;q=0.5, text/turtle;q=0.5", "text/turtle", id="tie: our order"),
        pytest.param("application/*", "application/ld+json", id="type wildcard"),
        pytest.param("text/html;charset=utf-8", "text/html", id="parameter"),
        pytest.param(",, text/html ,", "text/html", id="empty elements"),
        pytest.param("garbage, text/html", "text/html", id="malformed element"),
        pytest.param("garbage", "text/turtle", id="nothing well formed"),
        pytest.param("text/html;q=nonsense, text/turtle;q=0.1", "text/turtle", id="bad quality"),
        pytest.param('text/html;x="a,b";q=0.9, text/turtle;q=0.1', "text/html", id="quoted comma"),
        pytest.param("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html", id="J"),
        pytest.param("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                     "text/html", id="browser"),
        pytest.param("application/rdf+xml, text/turtle;q=0.9, */*;q=0.1", "text/turtle", id="tool"),
    ],
)  # fmt: skip
def test_chooses_the_preferred_offer(accept: str, chosen: str) -> None:
    assert choose_media_type(accept, OFFERS) == chosen


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/turtle;q=0, image/*"])
def test_says_what_there_is_when_nothing_suits(accept: str) -> None:
    with pytest.raises(NotAcceptableError) as caught:
        choose_media_type(accept, OFFERS)
    assert caught.value.offers == OFFERS


def test_tools_do_not_get_pages() -> None:
    assert not prefers_html("")
    assert not prefers_html("application/sparql-results+json")
    assert prefers_html("text/html")


@given(st.text())
def test_no_header_breaks_it(accept: str) -> None:
    with contextlib.suppress(NotAcceptableError):
        assert choose_media_type(accept, OFFERS) in OFFERS


DOCUMENTS = offers((*DESCRIPTION_FORMATS, HTML, *LINKSET_FORMATS))
JENA_GRAPH = (
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7"
)
JENA_DATASET = (
    "application/trig,application/n-quads;q=0.9,text/x-nquads;q=0.8,application/x-trig;q=0.7,"
    "application/ld+json;q=0.5"
)
COMUNICA = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
    "application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,"
    "application/json;q=0.45,text/n3;q=0.35,application/xml;q=0.3,image/svg+xml;q=0.3,"
    "text/xml;q=0.3,text/html;q=0.2,application/xhtml+xml;q=0.18"
)
RDF4J = (
    "application/rdf+xml;q=0.8, text/turtle, application/x-turtle, application/n-triples;q=0.8, "
    "text/plain;q=0.8, application/n-quads;q=0.8, application/trig;q=0.8, text/n3;q=0.8, "
    "application/ld+json;q=0.8, application/rdf+json;q=0.8, application/xhtml+xml;q=0.5"
)
ACCEPT_TABLE = [
    # Browsers and crawlers get pages.
    ("Chrome", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
     "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7", "html"),
    ("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
     "image/png,image/svg+xml,*/*;q=0.8", "html"),
    ("Safari", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("Internet Explorer", "text/html, application/xhtml+xml, */*", "html"),
    ("Lynx", "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01",
     "html"),
    ("Googlebot", "text/html,application/xhtml+xml,application/signed-exchange;v=b3,"
     "application/xml;q=0.9,*/*;q=0.8", "html"),
    ("Java URLConnection", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html"),
    ("Java 17 URLConnection", "text/html, image/gif, image/jpeg, */*; q=.2", "html"),
    ("XHTML only", "application/xhtml+xml", "html"),
    # RDF tools get RDF, whatever else they name.
    ("curl", "*/*", "ttl"),
    ("no header", "", "ttl"),
    ("Protege (OWL API 5)", "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, "
     "text/plain; q=0.1, */*; q=0.09", "rdf"),
    ("OWL API 4", "application/rdf+xml, application/xml; q=0.5, text/xml; q=0.3, */*; q=0.2",
     "rdf"),
    ("Jena, a graph", JENA_GRAPH + ",*/*;q=0.5", "ttl"),
    ("Jena, graph or dataset", f"{JENA_GRAPH},{JENA_DATASET},*/*;q=0.5", "ttl"),
    ("Jena, a dataset", JENA_DATASET + ",*/*;q=0.5", "trig"),
    ("Jena 2", "application/rdf+xml, application/xml; q=0.8, text/xml; q=0.7, "
     "application/rss+xml; q=0.3, */*; q=0.2", "rdf"),
    ("RDF4J", RDF4J, "ttl"),
    ("rapper", "application/n-triples, text/plain;q=0.1, application/rdf+xml, text/turtle, "
     "application/x-turtle, application/turtle, text/html;q=0.5, application/xhtml+xml;q=0.4, "
     "*/*;q=0.1", "ttl"),
    ("rdflib, Turtle", "text/turtle, application/x-turtle, */*;q=0.1", "ttl"),
    ("rdflib, RDF/XML", "application/rdf+xml, */*;q=0.1", "rdf"),
    ("rdflib, N-Triples", "text/plain, */*;q=0.1", "nt"),
    ("rdflib, TriG", "application/trig, */*;q=0.1", "trig"),
    ("rdflib, JSON-LD", "application/ld+json, application/json;q=0.9, */*;q=0.1", "jsonld"),
    ("rdflib 4, any", "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, "
     "*/*;q=0.1", "rdf"),
    ("SPARQLWrapper, Turtle", "application/turtle,text/turtle", "ttl"),
    ("SPARQLWrapper, any", "application/sparql-results+xml,application/rdf+xml,*/*", "rdf"),
    ("pyoxigraph SERVICE", "application/sparql-results+json, text/turtle;q=0.9", "ttl"),
    ("Comunica", COMUNICA, "jsonld"),
    ("YASGUI", "application/sparql-results+json,*/*;q=0.9", "ttl"),
    ("YASGUI, a graph", "text/turtle,*/*;q=0.9", "ttl"),
    ("JSON-LD library", 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted",'
     "application/ld+json;q=0.9,application/json;q=0.1", "jsonld"),
    ("a JSON client", "application/json, text/plain, */*", "jsonld"),
    ("Signposting client", "application/linkset+json", "linkset.json"),
    ("N-Quads only", "application/n-quads", "nq"),
    # The corners of the grammar.
    ("no spaces, capitals", "TEXT/TURTLE;Q=0.3,APPLICATION/RDF+XML;Q=0.4", "rdf"),
    ("q=0 for the first", "text/turtle;q=0, */*", "jsonld"),
    ("q=0 for a type", "text/*;q=0, */*;q=0.1", "jsonld"),
    ("empty elements", ", ,text/html;q=0.4,,application/n-triples;q=0.5,", "nt"),
    ("several lines, joined", "text/html;q=0.1, text/turtle;q=0.2, application/rdf+xml", "rdf"),
    ("malformed before good", "text, /, ;q=1, text/html/x, application/rdf+xml;q=0.2", "rdf"),
    ("a variant that there is not", "text/html;level=1;q=0.9, text/turtle;q=0.5, "
     "text/html;q=0.1", "ttl"),
    ("three decimals", "text/html;q=0.999, text/turtle;q=0.998", "html"),
    ("very long", ", ".join(f"image/x-{n};q=0.{n % 10}" for n in range(99)) + ", text/html",
     "html"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("accept", "suffix"), [pytest.param(*row[1:], id=row[0]) for row in ACCEPT_TABLE]
)
def test_what_clients_get(accept: str, suffix: str) -> None:
    assert DOCUMENTS[choose_media_type(accept, DOCUMENTS)].suffix == suffix


def test_the_table_has_forty_headers_and_browsers_get_no_rdf() -> None:
    assert len({row[1] for row in ACCEPT_TABLE}) >= 40
    assert {"html", "ttl", "rdf", "nt", "jsonld", "trig", "nq"} <= {row[2] for row in ACCEPT_TABLE}


def test_a_huge_header_is_read_up_to_a_bound() -> None:
    assert choose_media_type("text/html;q=0.5, " + "a/b, " * 200_000, OFFERS) == "text/html"
    assert choose_media_type('"' * 100_000, OFFERS) == OFFERS[0]


@pytest.mark.parametrize(
    ("asked", "header", "token"),
    [
        ("", "", "full"),
        ("summary", "", "summary"),
        ("https://example.org/profiles/labels", "", "labels"),
        ("", "<https://example.org/profiles/summary>", "summary"),
        ("", "<https://schema.org/>", "schema"),
        ("", "schema", "schema"),
        ("", '"http://schema.org/"', "schema"),
        ("", "<urn:none>;q=1.0, <https://example.org/profiles/prov>;q=0.2", "prov"),
        ("", "<https://example.org/profiles/prov>;q=0.2, summary;q=0.9", "summary"),
        ("", "<urn:none>, *;q=0.1", "full"),
        ("", "*", "full"),
        ("alt", "summary", "alt"),
        ("<http://www.w3.org/ns/dx/connegp/altr>", "", "alt"),
    ],
)
def test_profiles_are_chosen_as_the_client_prefers(asked: str, header: str, token: str) -> None:
    assert choose_profile(asked, header, PROFILES, "https://example.org/").token == token


@pytest.mark.parametrize(
    ("asked", "header"), [("none", ""), ("", "<urn:none>"), ("", "summary;q=0"), ("", ",;,")]
)
def test_profiles_that_do_not_exist_are_answered_with_those_that_do(
    asked: str, header: str
) -> None:
    with pytest.raises(NotAcceptableError) as caught:
        choose_profile(asked, header, LIST_PROFILES, "https://example.org/")
    assert caught.value.offers == [
        "https://example.org/profiles/full",
        "http://www.w3.org/ns/dx/connegp/altr",
    ]


@given(st.text())
def test_no_profile_header_breaks_it(header: str) -> None:
    with contextlib.suppress(NotAcceptableError):
        assert choose_profile("", header, PROFILES, "https://example.org/") in PROFILES
