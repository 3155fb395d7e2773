"""RFC 9110 §12.5.1, case by case."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.errors import NotAcceptableError
from ctl_kg.web.negotiation import choose_media_type, prefers_html

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
