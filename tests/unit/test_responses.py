"""Headers that hold values from data: nothing in a value can end a link or the header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.web.responses import MOST_LINK_BYTES, link_header, link_value, uri


@given(st.text(), st.text())
def test_no_value_breaks_out(target: str, value: str) -> None:
    written = link_value(target.encode(errors="ignore").decode(), {"rel": "x", "title": value})
    assert written.isascii()
    assert written.isprintable()
    assert written.count("<") - value.count("<") == 1
    inner = written[written.index('title="') + 7 : -1]
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://e.org/\u00e0?x=1#y", "https://e.org/%C3%A0?x=1#y"),
        ("/a>b\r\nX: y", "/a%3Eb%0D%0AX:%20y"),
        ("/citt%C3%A0", "/citt%C3%A0"),
    ],
)
def test_iris_become_uris(iri: str, expected: str) -> None:
    assert uri(iri) == expected


def test_long_headers_lose_their_last_links() -> None:
    links = [(f"/{'x' * 200}/{number}", {"rel": "alternate"}) for number in range(100)]
    header = link_header([("/first", {"rel": "canonical"}), *links, ("/a", {"rel": "item"})])
    assert len(header) <= MOST_LINK_BYTES
    assert header.startswith('</first>; rel="canonical"')
    assert header.endswith('</a>; rel="item"')
