"""Cells of an answer as a picture reads them: dates of any precision, points."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.web.query_rows import day_of, day_written, point_of


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_whole_date_is_its_own_first_and_last_day(day: date) -> None:
    text = day.isoformat()
    assert day_of(text) == day_of(text, last=True) == day_of(text + "T10:00:00Z") == day
    assert day_written(text) == day.strftime("%d/%m/%Y")


@given(st.integers(1000, 9999), st.integers(1, 12))
def test_a_month_and_a_year_last_until_they_end(year: int, month: int) -> None:
    first, last = day_of(f"{year}-{month:02}"), day_of(f"{year}-{month:02}", last=True)
    assert first == date(year, month, 1)
    assert last is not None
    assert (last.month, last.year) == (month, year)
    assert month == 12 or last.toordinal() + 1 == date(year, month + 1, 1).toordinal()
    assert (day_of(str(year)), day_of(str(year), last=True)) == (
        date(year, 1, 1), date(year, 12, 31),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "primavera", "2022-13-01", "2022-02-30", "0000", "20222"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert day_of(text) is None


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_points_are_read(longitude: float, latitude: float) -> None:
    for text in (f"POINT({longitude} {latitude})", f"<http://x> Point ({longitude}  {latitude} )"):
        assert point_of(text) == (longitude, latitude)


@pytest.mark.parametrize("text", ["", "POINT EMPTY", "POINT(a b)", "LINESTRING(1 2, 3 4)"])
def test_other_shapes_are_no_points(text: str) -> None:
    assert point_of(text) is None
