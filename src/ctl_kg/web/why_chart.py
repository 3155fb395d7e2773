"""The chart of the paths between two resources: ``/charts/paths.svg?from=…&to=…``.

Each column is a step further from the first resource, and the second stands in the last. Not
here: which paths there are (``publish/why``), how the chart looks (``ctl_kg.charts``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

from ctl_kg.charts.layered import Layer, Step, layered
from ctl_kg.charts.picture import Head, Node
from ctl_kg.publish.why import Answer
from ctl_kg.web.chart_view import Chart, Drawn, chart_of
from ctl_kg.web.pages import PageContext
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Table, Value

NAME = "paths"
PARAMETERS = ("from", "to", "limit", "max_hops")


def chart_of_paths(
    site: Site, page: PageContext, answer: Answer, parameters: tuple[tuple[str, str], ...]
) -> Chart | None:
    """Return the chart for a page that tells the paths; None if no path has a step between."""
    if not any(len(path.hops) > 1 for path in answer.paths):
        return None
    return replace(chart_of(NAME, parameters, drawn_paths(site, page, answer)), table=None)


def drawn_paths(site: Site, page: PageContext, answer: Answer) -> Drawn:
    """Return the paths of an answer, with a row of the table for each of their steps."""
    t, words = page.messages, site.why.words
    ends = [words.short(iri, page.language) for iri in (answer.start, answer.end)]
    title = " ↔ ".join(ends)
    head = Head(
        title,
        t("why.picture", start=ends[0], end=ends[1], count=len(answer.paths)),
        page.language,
    )
    layers, steps = _layers(site, page, answer)
    return Drawn(
        head.title,
        head.description,
        _table(page, answer),
        lambda narrow: partial(layered, layers, steps, head)(narrow=narrow),
        volatile="time" in answer.found.notes,
    )


def _layers(site: Site, page: PageContext, answer: Answer) -> tuple[list[Layer], list[Step]]:
    """Return a column for each distance from the start, and the steps between their nodes."""
    t, parts, words = page.messages, ViewParts(site, page, {}), site.why.words
    last = max((len(path.hops) for path in answer.paths), default=1)
    columns: list[dict[str, Node]] = [{} for _ in range(last + 1)]
    steps: dict[Step, None] = {}
    # Without a path there are the two ends, and no step.
    paths = [path.path.nodes for path in answer.paths]
    for nodes in paths or [(answer.start, answer.end)]:
        places = [*range(len(nodes) - 1), last]
        for place, iri in zip(places, nodes, strict=True):
            label, says = words.short(iri, page.language), words.label(iri, page.language)
            columns[place][iri] = Node(iri, label, parts.href(iri) or "", says)
        if paths:
            steps |= dict.fromkeys(pairwise(zip(places, nodes, strict=True)))
    heads = [t("why.from"), *(t("why.step", number=n) for n in range(1, last)), t("why.to")]
    layers = [
        Layer(label, tuple(column.values()))
        for label, column in zip(heads, columns, strict=True)
    ]  # fmt: skip
    return layers, list(steps)


def _table(page: PageContext, answer: Answer) -> Table:
    heads = tuple(Link(page.messages("why." + name)) for name in ("path", "step_head", "said"))
    rows = tuple(
        (
            Value(Link(str(number)), numeric=True),
            Value(Link(str(place)), numeric=True),
            Value(Link(hop.sentences[page.language])),
        )
        for number, path in enumerate(answer.paths, start=1)
        for place, hop in enumerate(path.hops, start=1)
    )
    return Table(heads, rows, len(rows))
