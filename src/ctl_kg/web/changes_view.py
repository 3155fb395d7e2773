"""What changed about one resource since the release before, as its page shows it.

Where a release carries no changes the page says so: nothing is guessed. Not here: how releases
are compared (``publish/changes``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from ctl_kg.publish.changes import ADDED, DERIVED, REMOVED
from ctl_kg.publish.description import RDF_TYPE, Description, Statement
from ctl_kg.web.pages import PageContext
from ctl_kg.web.shown import shown_date
from ctl_kg.web.site import Site
from ctl_kg.web.statement_view import ShownProperty
from ctl_kg.web.statements import StatementParts
from ctl_kg.web.views import Link

MOST_CHANGES = 100  # of each kind on one page


@dataclass(frozen=True)
class ChangeGroup:
    """Statements that came, or that went; ``rest`` leads to all where only some are shown."""

    key: str
    heading: str
    properties: tuple[ShownProperty, ...]
    leading_here: tuple[ShownProperty, ...]
    total: int
    left_out: str
    rest: Link


@dataclass(frozen=True)
class ChangesView:
    """What changed: a sentence, and the statements if there are any."""

    summary: str
    groups: tuple[ChangeGroup, ...] = ()


def changes_view(site: Site, page: PageContext, description: Description) -> ChangesView:
    """Return what changed about a resource since the release that this one was compared with."""
    t, changes = page.messages, site.changes
    if changes is None:
        return ChangesView(t("changes.no_previous"))
    since = {"version": changes.version, "date": shown_date(changes.released, t)}
    added, removed = changes.added(description.iri), changes.removed(description.iri)
    if not added and not removed:
        return ChangesView(t("changes.nothing", **since))
    groups = tuple(
        _group(site, page, description.iri, key, found)
        for key, found in (("added", added), ("removed", removed))
        if found
    )
    is_new = not removed and _has_types(site, added, description.iri)
    return ChangesView(t("changes.new" if is_new else "changes.since", **since), groups)


def _has_types(site: Site, added: Sequence[Triple], iri: str) -> bool:
    """Tell whether every class of a resource came with this release: then it came itself.

    Not counted are classes that follow by rule, which no release counts as changes.
    """
    node, derived = NamedNode(iri), NamedNode(site.base_iri + DERIVED)
    came = {each.object for each in added if (each.subject, each.predicate) == (node, RDF_TYPE)}
    found = site.store.quads(node, RDF_TYPE)
    return bool(came) and came >= {each.object for each in found if each.graph_name != derived}


def _group(
    site: Site, page: PageContext, iri: str, key: str, triples: Sequence[Triple]
) -> ChangeGroup:
    shown = [
        Statement(each.subject, each.predicate, each.object, ())
        for each in triples[:MOST_CHANGES]
        if not isinstance(each.subject, Triple)
    ]
    labels = site.describer.label_index(shown)
    parts = StatementParts(site, page, labels, site.describer.definition_index(shown))
    node = NamedNode(iri)
    said = [each for each in shown if each.subject == node]
    leading = [each for each in shown if each.subject != node]
    left_out = len(triples) - len(shown)
    name = ADDED if key == "added" else REMOVED
    return ChangeGroup(
        key=key,
        heading=page.messages("changes." + key),
        properties=_named(key, parts.properties(said)),
        leading_here=_named(key, parts.properties(leading, incoming=True)),
        total=len(triples),
        left_out=page.messages("changes.left_out", count=left_out) if left_out else "",
        rest=Link(page.messages("changes.all"), f"{page.root_path}/download/{name}"),
    )


def _named(key: str, properties: list[tuple[str, ShownProperty]]) -> tuple[ShownProperty, ...]:
    """Return properties with keys of their own: the page shows the same ones elsewhere too."""
    return tuple(replace(each, key=f"{key}-{each.key}") for _, each in properties)
