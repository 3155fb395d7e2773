"""Pictures of plain data: what a reader relies on, whatever the labels are."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctl_kg.charts import (
    bars,
    bipartite,
    heat_map,
    layered,
    neighbourhood,
    outline_map,
    text,
    theme,
    timeline,
)
from ctl_kg.charts import picture as pictures
from ctl_kg.charts.picture import Group, Head, Node, Picture
from ctl_kg.web import front_end

HOSTILE = (
    "<script>alert(1)</script>", "\" onload=alert(1) '><svg/onload=alert(1)>", "]]>&lt;&amp;&#60;",
    "x" * 200, "Associazione " * 16, "👩\u200d👩\u200d👧" * 30, "مجموعة التكنولوجيا " * 8,
    "\u202etxet\u202c rtl", "日本語" * 40, "a\nb\tc\x00d\x0be", "e\u0301" * 90, "{{7*7}}",
    "datum.x", "", " ", "ordinary label",
)  # fmt: skip
HEAD = Head('Title <b> & "quotes"', "What it shows </desc><script>", "it")
labels = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
nodes = st.lists(labels, min_size=1, max_size=9).map(
    lambda found: tuple(Node(f"k{n}", each, f"/p/{n}", each) for n, each in enumerate(found))
)
Drawer = Callable[[tuple[Node, ...], bool], Picture]


def _bipartite(found: tuple[Node, ...], narrow: bool) -> Picture:
    rights = tuple(Node("r" + node.key, node.label, "/r") for node in found)
    groups = [Group(found[0].label, rights[:2]), Group(found[-1].label, rights[2:])]
    ties = [
        bipartite.Tie(one.key, other.key, (i * j) % 3, (i + j) % 2 == 1, "/t", one.label)
        for i, one in enumerate(found)
        for j, other in enumerate(rights)
        if (i + 2 * j) % 3
    ]
    words = bipartite.Words((found[0].label, "b", found[-1].label), found[-1].label)
    return bipartite.bipartite(found, groups, ties, words, HEAD, narrow=narrow)


def _heat_map(found: tuple[Node, ...], narrow: bool) -> Picture:
    rows = tuple(Node("r" + node.key, node.label) for node in found)
    cells = [
        heat_map.Cell(row.key, column.key, i * 7 + j, str(i * 7 + j), bool(j % 2), "/c", row.label)
        for i, row in enumerate(rows)
        for j, column in enumerate(found)
        if (i + j) % 2
    ]
    groups = [Group(found[0].label, rows[:3]), Group("", rows[3:])]
    words = heat_map.Words(found[-1].label or "Σ", found[0].label, "·")
    return heat_map.heat_map(found, groups, cells, words, HEAD, narrow=narrow)


def _bars(found: tuple[Node, ...], narrow: bool) -> Picture:
    rows = [
        bars.Bars(node, (bars.Amount(n * 3.0, str(n * 3)), bars.Amount(5.0 - n, str(5 - n)), None))
        for n, node in enumerate(found)
    ]
    stacked = len(found) % 2 == 0
    series = [found[0].label, "b", found[-1].label]
    return bars.bars(rows, series, found[0].label, HEAD, stacked=stacked, narrow=narrow)


def _timeline(found: tuple[Node, ...], narrow: bool) -> Picture:
    spans = [
        timeline.Span(node, date(1990, 1, 1) + timedelta(days=400 * n),
                      None if n % 3 == 0 else date(2000, 1, 1) + timedelta(days=500 * n),
                      node.label, n % 2, n % 4 == 1)
        for n, node in enumerate(found)
    ]  # fmt: skip
    words = timeline.Words((found[0].label, found[-1].label), found[0].label)
    return timeline.timeline(spans, words, HEAD, narrow=narrow)


OUTLINE = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "id": "a", "properties": {"name": "<i>", "at": [9.3, 45.4]},
         "geometry": {"type": "Polygon", "coordinates": [[[8, 45], [11, 45], [9, 46.5], [8, 45]]]}},
    ],
}  # fmt: skip


def _map(found: tuple[Node, ...], narrow: bool) -> Picture:
    points = [
        outline_map.Point(node, 8.5 + n * 0.2, 45.1 + (n % 3) * 0.2, node.label, n % 2)
        for n, node in enumerate(found)
    ]
    area = outline_map.Area(found[0], 3.0, found[0].label, found[0].label[:9])
    shading = outline_map.Shading(found[0].label, {"a": area, "nowhere": area})
    series = [found[0].label, "b"]
    return outline_map.outline_map(points, OUTLINE, series, HEAD, shading=shading, narrow=narrow)


def _neighbourhood(found: tuple[Node, ...], narrow: bool) -> Picture:
    branches = [
        neighbourhood.Branch(found[0].label, found[:4], found[-1].label),
        neighbourhood.Branch(found[-1].label, found[4:]),
    ]
    return neighbourhood.neighbourhood(found[0], branches[:1], branches, HEAD, narrow=narrow)


def _layered(found: tuple[Node, ...], narrow: bool) -> Picture:
    layers = [layered.Layer(node.label, found) for node in (found[0], found[-1], found[0])]
    steps = [
        ((layer, one.key), (layer + 1, other.key))
        for layer in (0, 1)
        for i, one in enumerate(found)
        for j, other in enumerate(found)
        if (i + j + layer) % 3 == 0
    ]
    return layered.layered(layers, steps, HEAD, narrow=narrow)


KINDS: dict[str, Drawer] = {
    "bipartite": _bipartite, "heat map": _heat_map, "bars": _bars, "timeline": _timeline,
    "map": _map, "neighbourhood": _neighbourhood, "layered": _layered,
}  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS)
each_size = pytest.mark.parametrize("narrow", [False, True])
many = settings(max_examples=25, deadline=None,
                suppress_health_check=[HealthCheck.too_slow])  # fmt: skip


def _texts(picture: Picture) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield each text of a picture, but for those of axes, with its left, top, right, bottom."""
    values = {each["name"]: each["values"] for each in picture.spec["data"]}
    for mark in picture.spec["marks"]:
        if mark["type"] != "text":
            continue
        enter = mark["encode"]["enter"]
        for datum in values[mark["from"]["data"]]:

            def read(channel: str, default: Any, enter: Any = enter, datum: Any = datum) -> Any:
                found = enter.get(channel, {"value": default})
                return datum[found["field"]] if "field" in found else found["value"]

            size = read("fontSize", 11)
            wide = min(text.width(read("text", ""), size), read("limit", 1e9) or 1e9)
            x, y = read("x", 0), read("y", 0)
            before = {"left": 0.0, "center": 0.5, "right": 1.0}[read("align", "left")]
            above = {"middle": 0.5, "top": 0.0}[read("baseline", "middle")]
            if read("angle", 0) == -90:
                yield read("text", ""), x - above * size, y - wide, x + (1 - above) * size, y
            else:
                top = y - above * size
                yield read("text", ""), x - before * wide, top, x + (1 - before) * wide, top + size


@each_kind
@each_size
@many
@given(found=nodes)
def test_every_label_stands_inside_the_box_and_on_no_other(
    kind: str, narrow: bool, found: tuple[Node, ...]
) -> None:
    picture = KINDS[kind](found, narrow)
    boxes = [each for each in _texts(picture) if each[0].strip()]
    for label, left, top, right, bottom in boxes:
        assert left >= -1, label
        assert right <= picture.width + 1, label
        assert top >= -1, label
        assert bottom <= picture.height + 1, label
    for one, other in itertools.combinations(boxes, 2):
        apart = (
            one[3] <= other[1] + 0.5 or other[3] <= one[1] + 0.5
            or one[4] <= other[2] + 0.5 or other[4] <= one[2] + 0.5
        )  # fmt: skip
        assert apart, (one, other)


@each_kind
@each_size
@many
@given(found=nodes)
def test_labels_are_data_and_never_part_of_the_drawing(
    kind: str, narrow: bool, found: tuple[Node, ...]
) -> None:
    """What is drawn, but for its data and its name, does not depend on what things are called."""
    picture = KINDS[kind](found, narrow)
    plain = KINDS[kind](
        tuple(Node(node.key, f"n{n}", node.href) for n, node in enumerate(found)), narrow
    )

    def frame(drawn: Picture) -> str:
        spec = dict(drawn.spec)
        for name in ("data", "height", "width", "description", "usermeta"):
            spec.pop(name)
        return json.dumps(_without_places(spec))

    kept = json.loads(frame(plain))
    mine = json.loads(frame(picture))
    names = {each["name"] for each in mine["marks"]} & {each["name"] for each in kept["marks"]}
    for each in mine["marks"]:
        if each["name"] in names and each["type"] != "text":
            twin = next(mark for mark in kept["marks"] if mark["name"] == each["name"])
            assert each.get("encode", {}).get("update") == twin.get("encode", {}).get("update")
    for control in "\x00\x0b\n\t\u202e":
        for label, *_ in _texts(picture):
            assert control not in label
    assert '"url"' not in json.dumps(picture.spec)
    assert mine["signals"] == kept["signals"]


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_places(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_places(each) for each in value]
    return "#" if isinstance(value, float | int) else value


@each_kind
@each_size
def test_the_same_data_give_the_same_specification(kind: str, narrow: bool) -> None:
    found = tuple(Node(f"k{n}", label) for n, label in enumerate(HOSTILE))
    first, second = (json.dumps(KINDS[kind](found, narrow).spec) for _ in range(2))
    assert first == second


def test_each_tie_meets_its_nodes_at_a_point_of_its_own() -> None:
    found = tuple(Node(f"k{n}", f"Cluster {n}") for n in range(6))
    picture = _bipartite(found, narrow=False)
    data = {each["name"]: each["values"] for each in picture.spec["data"]}
    ends = [(row["x"], row["y"]) for row in data["tie-ends"]]
    starts = [row["path"].partition("C")[0] for row in data["ties"]]
    assert len(set(ends)) == len(set(starts)) == len(ends) == picture.marked
    bars_of = {row["right"]: row for row in data["right-nodes"]}
    for row in data["ties"]:
        bar = bars_of[row["right"]]
        assert bar["y"] <= row["y"] <= bar["y"] + bar["height"]


def test_a_crossing_that_can_be_avoided_is_avoided() -> None:
    left = [Node(each, each) for each in "abc"]
    right = [Group("", tuple(Node(each, each) for each in "zyx"))]
    ties = [bipartite.Tie(*pair) for pair in (("a", "x"), ("b", "y"), ("c", "z"))]
    words = bipartite.Words(("r",), "u")
    picture = bipartite.bipartite(left, right, ties, words, HEAD)
    rows = next(each for each in picture.spec["data"] if each["name"] == "tie-ends")["values"]
    starts = {row["left"]: row["y"] for row in rows}
    places = [start for _, start in sorted(starts.items())]
    assert places in (sorted(places), sorted(places, reverse=True))


def test_sums_of_a_heat_map_are_those_of_its_cells() -> None:
    found = tuple(Node(f"k{n}", f"Row {n}") for n in range(6))
    picture = _heat_map(found, narrow=False)
    data = {each["name"]: each["values"] for each in picture.spec["data"]}
    total = sum(int(row["text"].rstrip("?")) for row in data["cell-texts"])
    assert str(total) == data["totals"][-1]["text"]
    assert len(data["cells"]) == picture.marked == len(found) ** 2 - len(data["gaps"])


def test_an_empty_picture_can_be_drawn() -> None:
    words = bipartite.Words((), "u")
    assert bipartite.bipartite([], [], [], words, HEAD).marked == 0
    assert heat_map.heat_map([], [], [], heat_map.Words("", "", ""), HEAD).marked == 0
    assert bars.bars([], ["a"], "t", HEAD).marked == 0
    assert timeline.timeline([], timeline.Words((), ""), HEAD).marked == 0
    assert outline_map.outline_map([], {"features": []}, [], HEAD).marked == 0


def test_a_caption_leaves_the_picture_as_it_is() -> None:
    found = tuple(Node(f"k{n}", f"Cluster {n}") for n in range(4))
    plain = _bipartite(found, narrow=False)
    captioned = pictures.with_caption(plain, "Source: here")
    assert captioned.height > plain.height
    assert captioned.spec["marks"][: len(plain.spec["marks"])] == plain.spec["marks"]
    texts = next(each for each in captioned.spec["data"] if each["name"] == "caption")["values"]
    assert [row["text"] for row in texts] == [plain.spec["usermeta"]["title"], "Source: here"]


@given(st.text(max_size=300), st.floats(8, 20), st.floats(40, 400))
def test_a_fitted_text_has_room(label: str, size: float, room: float) -> None:
    fitted = text.fit(label, size, room)
    assert text.width(fitted, size) <= room
    if text.width(text.clean(label), size) <= room:
        assert fitted == text.clean(label)
    for line in text.wrap(label, size, room, 3):
        assert text.width(line, size) <= room


def test_widths_are_at_least_those_of_the_faces() -> None:
    """Otherwise labels that seem to fit would be cut, or overlap."""
    fonts = pytest.importorskip("fontTools.ttLib")
    for name in ("titillium-web-regular.ttf", "titillium-web-700.ttf"):
        face = fonts.TTFont(Path(front_end.FOLDER) / name)
        glyphs, widths = face.getBestCmap(), face["hmtx"]
        em = face["head"].unitsPerEm
        for character in map(chr, (*range(32, 127), *range(0xC0, 0x17F), 0x2013, 0x2026)):
            if ord(character) in glyphs:
                real = widths[glyphs[ord(character)]][0] / em
                assert text.width(character, 1.0) >= real - 0.035, character


def _luminance(color: str) -> tuple[float, list[float]]:
    parts = [value / 255 for value in bytes.fromhex(color[1:])]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear, strict=True)), linear


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one)[0], _luminance(other)[0]))
    return (high + 0.05) / (low + 0.05)


def test_colours_have_the_contrast_that_wcag_asks() -> None:
    for ink in (theme.INK, theme.SOFT, theme.LINK, theme.AMBER):
        assert _contrast(ink, theme.PAPER) >= 4.5
    for color in (*theme.SERIES, theme.GREY):
        assert _contrast(color, theme.PAPER) >= 3
    for color, ink in (*zip(theme.SERIES, theme.ON_SERIES, strict=True), *theme.STEPS):
        assert _contrast(color, ink) >= 4.5


# Protanopia, deuteranopia, tritanopia: Machado, Oliveira and Fernandes (2009), severity 1.
_VISIONS = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
)


def _lab(linear: list[float]) -> tuple[float, float, float]:
    r, g, b = (min(1.0, max(0.0, each)) for each in linear)
    xyz = ((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
           0.2126729 * r + 0.7151522 * g + 0.072175 * b,
           (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)  # fmt: skip
    x, y, z = (each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", _VISIONS)
def test_series_can_be_told_apart_without_colour_vision(vision: Any) -> None:
    seen = []
    for color in theme.SERIES:
        linear = _luminance(color)[1]
        seen.append(_lab([sum(a * b for a, b in zip(row, linear, strict=True)) for row in vision]))
    assert min(math.dist(*pair) for pair in itertools.combinations(seen, 2)) > 12
    assert len(set(theme.SHAPES)) == len(theme.SERIES)


@each_size
@many
@given(found=nodes)
def test_a_line_that_passes_a_layer_runs_behind_no_box_of_it(
    narrow: bool, found: tuple[Node, ...]
) -> None:
    layers = [layered.Layer(str(number), found) for number in range(3)]
    one, other = found[0].key, found[-1].key
    steps: list[layered.Step] = [((0, node.key), (2, other)) for node in found]
    steps += [((0, one), (1, one)), ((1, other), (2, other))]
    picture = layered.layered(layers, steps, HEAD, narrow=narrow)
    data = {each["name"]: each["values"] for each in picture.spec["data"]}
    (boxes,) = [rows for name, rows in data.items() if name.startswith("boxes")]
    (lines,) = [rows for name, rows in data.items() if name.startswith("steps")]
    assert len(boxes) == 3 * len(found)
    assert len(lines) == len(steps)
    middle = sorted({box["x"] for box in boxes})[1]
    passing = [line["path"] for line in lines if "H" in line["path"]]
    assert len(passing) == len(found)
    for path in passing:
        before = path.split("H")[0]  # ends where the layer is entered, at this height
        x, y = (float(each) for each in before.split(",")[-2:])
        assert x == pytest.approx(middle, abs=0.1)
        for box in (each for each in boxes if each["x"] == middle):
            assert not box["y"] < y < box["y"] + box["height"]
