"""What a page is given of a chart, and what a chart is made of before it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from ctl_kg.charts import theme
from ctl_kg.charts.picture import Picture
from ctl_kg.charts.render import can_draw
from ctl_kg.web.pages import PageContext
from ctl_kg.web.views import Table


@dataclass(frozen=True)
class Drawn:
    """Data with the way to draw them.

    Args:
        title: what the chart is called.
        description: what it shows, in a sentence or two: in place of the picture.
        table: the same data, a row for each mark.
        draw: returns the picture, the one for small screens if told so.
        note: how much is left out, if it is not everything.
        volatile: whether the data may be others at another time.
        whole: returns all data, of which the table is a part; None if it is all.
    """

    title: str
    description: str
    table: Table
    draw: Callable[[bool], Picture]
    note: str = ""
    volatile: bool = False
    whole: Callable[[], Table] | None = None


@dataclass(frozen=True)
class Chart:
    """A chart on a page, for the macro ``figure`` of ``_chart.html``.

    Args:
        name: of the chart, as its address has it.
        parameters: of the address, but for language and size.
        title: what it is called.
        description: what it shows, in place of the picture.
        table: the same data; None if they stand beside the chart already.
        height: of the picture, in pixels; its width is that of the theme.
        narrow_height: of the picture for small screens; 0 if there is none.
        narrow_width: of that picture.
        csv: address of the data as CSV; empty for the table's own.
        note: how much is left out, if it is not everything.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    title: str
    description: str
    table: Table | None
    height: int
    narrow_height: int = 0
    narrow_width: int = theme.NARROW
    csv: str = ""
    note: str = ""
    width: int = theme.WIDE

    @property
    def is_drawn(self) -> bool:
        """Whether the server can draw it."""
        return can_draw()

    def address(self, page: PageContext, suffix: str, **more: str) -> str:
        """Return the address of the chart in a format, always with its language."""
        pairs = [*self.parameters, *more.items(), ("lang", page.language)]
        return f"{page.root_path}/charts/{self.name}.{suffix}?{urlencode(pairs)}"


def chart_of(
    name: str, parameters: tuple[tuple[str, str], ...], drawn: Drawn, *, csv: str = ""
) -> Chart:
    """Return a chart as a page shows it; its pictures are drawn when they are asked for."""
    wide, narrow = drawn.draw(False), drawn.draw(True)
    return Chart(
        name,
        parameters,
        drawn.title,
        drawn.description,
        drawn.table,
        wide.height,
        narrow.height,
        narrow.width,
        csv,
        drawn.note,
        wide.width,
    )
