"""Drawing: what the renderer gives, and what becomes of it when its process fails.

The real process draws in every test.
"""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from xml.etree import ElementTree

import pytest

from ctl_kg.charts import bars, render
from ctl_kg.charts.picture import Head, Node, Picture
from ctl_kg.charts.render import Renderer
from ctl_kg.errors import BusyError, NoPicturesError, PictureError
from ctl_kg.web import front_end

needs_packages = pytest.mark.skipif(
    find_spec("vl_convert") is None or find_spec("fontTools") is None,
    reason="the extra 'pictures' is not installed",
)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ("</text><script>alert(1)</script>", "]]>&amp;<!--", "\" onload='x'", "مجموعة 👩", "è–…")


def picture(*labels: str) -> Picture:
    rows = [
        bars.Bars(Node(str(n), label, "https://elsewhere.example/x", label),
                  (bars.Amount(n + 1.0, str(n + 1), label),))
        for n, label in enumerate(labels)
    ]  # fmt: skip
    return bars.bars(rows, ["n"], "axis", Head('A <b> & "title"', "Says </desc> so", "en"))


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    made = Renderer(front_end.FOLDER)
    yield made
    made.close()


def svg(renderer: Renderer, drawn: Picture) -> str:
    return asyncio.run(renderer.svg(drawn)).decode()


@needs_packages
def test_an_svg_is_sound_names_itself_and_holds_all_it_needs(renderer: Renderer) -> None:
    drawn = picture("One", *HOSTILE)
    text = svg(renderer, drawn)
    root = ElementTree.fromstring(text)
    assert root.tag == SVG + "svg"
    assert (root.get("width"), root.get("height")) == (str(drawn.width), str(drawn.height))
    assert [root[0].tag, root[0].text] == [SVG + "title", 'A <b> & "title"']
    assert [root[1].tag, root[1].text] == [SVG + "desc", "Says </desc> so"]
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not tags & {"script", "foreignObject", "a", "image", "use", "iframe"}
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert not name.endswith("href")
            assert "url(" not in value
    style = "".join(element.text or "" for element in root.iter(SVG + "style"))
    assert style.count("@font-face") == 2
    assert style.count("url(") == style.count('url("data:font/woff2;base64,')
    shown = "".join("".join(element.itertext()) for element in root.iter(SVG + "text"))
    assert "</text><script>alert(1)</script>" in shown
    assert "elsewhere.example" not in text


@needs_packages
def test_the_same_picture_gives_the_same_bytes(renderer: Renderer) -> None:
    other = Renderer(front_end.FOLDER)
    try:
        assert svg(renderer, picture("a", "b")) == svg(other, picture("a", "b"))
    finally:
        other.close()


@needs_packages
def test_a_png_has_the_size_that_was_asked_for(renderer: Renderer) -> None:
    drawn = picture("One")
    png = asyncio.run(renderer.png(drawn, scale=2))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (2 * drawn.width, 2 * drawn.height)


@needs_packages
def test_nothing_is_loaded(renderer: Renderer) -> None:
    for address in ("https://example.org/data.json", "file:///etc/passwd"):
        drawn = picture("One")
        data = [*drawn.spec["data"], {"name": "more", "url": address}]
        with pytest.raises(PictureError):
            svg(renderer, replace(drawn, spec={**drawn.spec, "data": data}))
    assert svg(renderer, picture("One"))


@needs_packages
def test_a_killed_process_is_replaced(renderer: Renderer) -> None:
    before = svg(renderer, picture("One"))
    pid = renderer.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert svg(renderer, picture("One")) == before
    assert renderer.pid not in (None, pid)


@needs_packages
def test_a_picture_that_takes_too_long_is_given_up_and_the_next_is_drawn() -> None:
    made = Renderer(front_end.FOLDER, limit_s=6.0)
    endless = picture("One")
    data = [{"name": "many", "transform": [{"type": "sequence", "start": 0, "stop": 400_000_000}]}]
    endless = replace(endless, spec={**endless.spec, "data": [*endless.spec["data"], *data]})

    async def ask() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.02)
                ticks += 1

        ticking = asyncio.create_task(tick())
        begin = time.monotonic()
        with pytest.raises(PictureError):
            await made.svg(endless)
        assert time.monotonic() - begin < 10
        ticking.cancel()
        return ticks

    try:
        assert asyncio.run(ask()) > 20, "the event loop stood still"
        assert svg(made, picture("One"))
    finally:
        made.close()


@needs_packages
def test_the_process_ends_when_it_is_idle_and_begins_again() -> None:
    made = Renderer(front_end.FOLDER, idle_s=0.3)
    try:
        assert made.pid is None
        svg(made, picture("One"))
        assert made.pid is not None
        deadline = time.monotonic() + 5
        while made.pid is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert made.pid is None
        assert svg(made, picture("One"))
    finally:
        made.close()
    assert made.pid is None


@needs_packages
def test_many_at_once_are_drawn_one_by_one_or_refused(renderer: Renderer) -> None:
    async def ask() -> list[bytes | BaseException]:
        asked = (renderer.svg(picture(str(n % 3))) for n in range(60))
        return await asyncio.gather(*asked, return_exceptions=True)

    found = asyncio.run(ask())
    drawn = [each for each in found if isinstance(each, bytes)]
    assert len(drawn) >= 20
    assert all(isinstance(each, bytes | BusyError) for each in found)
    assert len({bytes(each) for each in drawn}) == 3


def test_without_the_packages_the_answer_says_what_to_install(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    render.can_draw.cache_clear()
    monkeypatch.setitem(sys.modules, "vl_convert", None)  # as if it were not installed
    try:
        with pytest.raises(NoPicturesError, match="ctl-kg\\[pictures\\]"):
            asyncio.run(renderer.svg(picture("One")))
    finally:
        render.can_draw.cache_clear()
    assert renderer.pid is None


def test_the_server_itself_does_not_hold_the_renderer() -> None:
    """A process that has imported the whole application has not loaded what draws."""
    code = (
        "import sys, ctl_kg.web.app; "
        "print(sorted({'vl_convert', 'fontTools', 'fontTools.ttLib'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
