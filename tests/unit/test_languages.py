"""Choosing Italian or English; the two catalogues say the same things."""

import pytest
from pyoxigraph import Literal

from ctl_kg.languages import best_literal, load_messages, negotiate_language
from ctl_kg.web.site import MESSAGES_DIR


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "it"),
        ("en", "en"),
        ("en-GB,en;q=0.9,it;q=0.8", "en"),
        ("it;q=0.2, en;q=0.3", "en"),
        ("de, fr", "it"),
        ("en;q=0", "it"),
        ("EN-us", "en"),
        ("*;q=0.5, en;q=bad", "it"),
        (";;;,,,", "it"),
    ],
)
def test_negotiates(header: str, language: str) -> None:
    assert negotiate_language(header) == language


def test_best_literal_prefers_the_language_then_untagged() -> None:
    it, en, plain = Literal("a", language="it"), Literal("b", language="en"), Literal("c")
    assert best_literal([it, en, plain], "en") == en
    assert best_literal([it, plain], "en") == plain
    assert best_literal([it], "en") == it
    assert best_literal([], "en") is None


def test_the_catalogues_have_the_same_keys() -> None:
    catalogues = load_messages(MESSAGES_DIR)
    assert catalogues["it"].keys() == catalogues["en"].keys()
