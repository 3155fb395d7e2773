"""Make the pages of ``/quality``: what was checked and found, anomalies, links to review."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from pyoxigraph import Literal

from ctl_kg.languages import best_literal
from ctl_kg.publish.description import Source
from ctl_kg.publish.findings import SEVERITIES, Finding, count_by_severity
from ctl_kg.web.pages import PageContext
from ctl_kg.web.quality_lists import (
    FACETS,
    NONE,
    PAGE_SIZE,
    Asked,
    all_entries,
    counts,
    in_address,
    in_language,
    rule_name,
)
from ctl_kg.web.quality_view import (
    AnomaliesView,
    AnomalyView,
    AnyQualityView,
    CheckedView,
    ClusterRow,
    Filter,
    FindingView,
    InferredLinksView,
    InferredView,
    ListParts,
    QualityView,
    RuleFindings,
    RuleView,
    Tab,
)
from ctl_kg.web.shown import shown_number
from ctl_kg.web.site import Site
from ctl_kg.web.values import ViewParts
from ctl_kg.web.views import Link, Option, Pager

_IN_PATH = re.compile(r"<([^<>]*)>|(https?://[^\s<>|()*+?/]+/[^\s<>|()*+?]+)")
_MOST_STATED = 5
_MOST_CHOICES = 200  # of one facet: those that most items have


def view(site: Site, page: PageContext, asked: Asked) -> AnyQualityView:
    """Return the page of a list."""
    made = _Page(site, page, asked)
    if asked.name == "anomalies":
        return made.anomalies()
    return made.inferred() if asked.name == "inferred" else made.quality()


class _Page:
    """Makes the parts of one page."""

    def __init__(self, site: Site, page: PageContext, asked: Asked) -> None:
        self.site, self.page, self.asked = site, page, asked
        self.t = page.messages
        self.parts = ViewParts(site, page, {})

    def quality(self) -> QualityView:
        """Return the page of what was checked and found."""
        review = self.site.review
        found = review.report.findings if review.report else ()
        by_severity = count_by_severity(found)
        names = tuple(self.site.manifest.get("files", {}))
        reports = (each for each in ("report.html", "report.ttl", "report.json") if each in names)
        return QualityView(
            self.t("quality.title"),
            self.t("quality.lead"),
            self.tabs(),
            self.checked(),
            tuple((each, self.t("quality.many_" + each), by_severity[each]) for each in SEVERITIES)
            if review.report
            else (),
            self.clusters(),
            self.rules(),
            tuple(Link(each, self.page.root_path + "/download/" + each) for each in reports),
            self.list_parts(),
            tuple(self.groups()),
        )

    def anomalies(self) -> AnomaliesView:
        """Return the page of the anomalies."""
        return AnomaliesView(
            self.t("quality.anomalies"),
            self.t("quality.anomalies_lead"),
            self.tabs(),
            self.stock("anomalies"),
            self.list_parts(),
            tuple(self.anomaly(entry.key) for entry in self.asked.shown),
        )

    def inferred(self) -> InferredLinksView:
        """Return the page of the inferred links."""
        return InferredLinksView(
            self.t("quality.inferred"),
            self.t("quality.inferred_lead"),
            self.tabs(),
            self.stock("inferred-alignments"),
            self.list_parts(),
            tuple(self.link(entry.key) for entry in self.asked.shown),
        )

    def tabs(self) -> tuple[Tab, ...]:
        """Return the way to the three pages."""
        paths = {"findings": "/quality", "anomalies": "/quality/anomalies",
                 "inferred": "/quality/inferred"}  # fmt: skip
        return tuple(
            Tab(
                Link(self.t("quality.tab_" + name), self.page.url(path)),
                len(all_entries(self.site, name)),
                name == self.asked.name,
            )
            for name, path in paths.items()
        )

    def stock(self, name: str) -> Link:
        """Return the link to the stock query about the same, if the release has it."""
        query = self.site.queries.get(name)
        if query is None:
            return Link("")
        return Link(query.title[self.page.language], self.page.url("/queries/" + name))

    def checked(self) -> CheckedView | None:
        """Return what the validation looked at, if the release says so."""
        report = self.site.review.report
        checked = report.checked if report else None
        if checked is None:
            return None
        language = self.page.language
        return CheckedView(
            shown_number(checked.statements, language),
            shown_number(checked.shapes, language),
            shown_number(checked.constraints, language),
            tuple(
                RuleView(rule.title.get(language, ""), self.t("quality." + rule.severity))
                for rule in checked.rules
            ),
        )

    def clusters(self) -> tuple[ClusterRow, ...]:
        """Return the lists by cluster, what concerns none last."""
        names = tuple(FACETS)
        found = {name: counts(all_entries(self.site, name), {}, "cluster") for name in names}
        totals = Counter[str]()
        for each in found.values():
            totals.update(each)
        shown = [iri for iri, _ in totals.most_common(_MOST_CHOICES)]
        rows = [
            ClusterRow(
                self._facet_link(iri),
                tuple(self._count_link(name, "cluster", iri, found[name]) for name in names),
            )
            for iri in sorted(shown, key=lambda iri: (iri == NONE, self._facet_name(iri).lower()))
        ]
        return tuple(rows)

    def _facet_name(self, value: str) -> str:
        return self.t("quality.no_cluster") if value == NONE else self.parts.name(value)[0]

    def _facet_link(self, value: str) -> Link:
        return Link(self._facet_name(value)) if value == NONE else self.parts.link(value)

    def _count_link(self, name: str, facet: str, value: str, found: dict[str, int]) -> Link:
        count = found.get(value, 0)
        path = "/quality" if name == "findings" else f"/quality/{name}"
        there = self.page.url(path, **{facet: in_address(self.site, value)}) + "#list"
        title = f"{self.t('quality.tab_' + name)}: {self._facet_name(value)}"
        return Link(str(count), there if count else None, title=title if count else "")

    def rules(self) -> tuple[tuple[Link, int], ...]:
        """Return the rules that found something, with how much; the most first."""
        found = counts(all_entries(self.site, "findings"), {}, "rule")
        return tuple(
            (
                Link(
                    rule_name(self.site, iri, self.page.language),
                    self.page.url("/quality", rule=in_address(self.site, iri)) + "#list",
                ),
                count,
            )
            for iri, count in found.items()
        )

    def list_parts(self) -> ListParts:
        """Return form, pages and downloads of the list."""
        asked = self.asked
        path = "/quality" if asked.name == "findings" else f"/quality/{asked.name}"
        kept = dict(asked.kept)
        first = (asked.page - 1) * PAGE_SIZE + 1 if asked.shown else 0
        return ListParts(
            action=self.page.root_path + path + "#list",
            filters=tuple(self.filter(facet) for facet in FACETS[asked.name]),
            total=len(asked.entries),
            first=first,
            last=first + len(asked.shown) - 1 if asked.shown else 0,
            all=len(all_entries(self.site, asked.name)),
            clear=self.page.url(path) if kept else "",
            pager=self.pager(),
            downloads=tuple(
                Link(name, self.page.url(f"/quality/{asked.name}.{suffix}", **kept))
                for name, suffix in (("CSV", "csv"), ("JSON", "json"))
            ),
        )

    def filter(self, facet: str) -> Filter:
        """Return a facet with the values that there are, given the other choices."""
        found = counts(all_entries(self.site, self.asked.name), self.asked.chosen, facet)
        chosen = self.asked.chosen.get(facet, "")
        if chosen:
            found.setdefault(chosen, 0)
        shown = [value for value in found if value == chosen]
        shown += [value for value in found if value != chosen][:_MOST_CHOICES]
        options = (
            Option(
                in_address(self.site, value),
                f"{self._value_name(facet, value)} ({found[value]})",
                value == chosen,
            )
            for value in shown
        )
        label = self.t("quality.facet_" + facet)
        return Filter(facet, label, tuple(options), len(found) - len(shown))

    def _value_name(self, facet: str, value: str) -> str:
        if facet == "severity":
            return self.t("quality." + value)
        if facet == "rule":
            return rule_name(self.site, value, self.page.language)
        return self._facet_name(value)

    def groups(self) -> Iterable[RuleFindings]:
        """Yield the findings of this page by rule, in their order."""
        review = self.site.review
        shown = [review.finding(entry.key) for entry in self.asked.shown]
        for (severity, rule), group in groupby(shown, key=lambda each: (each.severity, each.rule)):
            findings = list(group)
            mend = findings[0].mend.get(self.page.language, "")
            name = rule_name(self.site, rule, self.page.language)
            is_shape = self.site.describer.exists(rule)
            yield RuleFindings(
                Link(name, self.parts.href(rule) if is_shape else None),
                self.t("quality." + severity),
                severity.lower(),
                mend,
                tuple(self._finding(each, mend) for each in findings),
            )

    def _finding(self, found: Finding, mend: str) -> FindingView:
        own = found.mend.get(self.page.language, "")
        value = found.value if found.value != found.focus else None
        return FindingView(
            focus=self._node(found.focus),
            message=found.message.get(self.page.language, ""),
            path=self._path(found.path or ""),
            value=self._node(value) if value else None,
            place=str(found.place) if found.place else "",
            mend=own if own != mend else "",
        )

    def _node(self, text: str) -> Link:
        is_iri = text.startswith(("http://", "https://")) and " " not in text
        return self.parts.link(text) if is_iri else Link(text)

    def _path(self, path: str) -> str:
        """Return a property path with short names in place of IRIs."""

        def short(match: re.Match[str]) -> str:
            iri = match[1] or match[2]
            return self.site.curies.shorten(iri) or iri

        return _IN_PATH.sub(short, path)

    def anomaly(self, iri: str) -> AnomalyView:
        """Return one anomaly."""
        found = self.site.review.anomaly(iri)
        stated = in_language(found.stated, self.page.language)
        return AnomalyView(
            kind=self.parts.name(found.kind)[0],
            target=self.parts.link(found.target),
            on_property=self.parts.link(found.on_property),
            read=found.read,
            believed=found.believed,
            stated=tuple(self.parts.value(each) for each in stated[:_MOST_STATED]),
            more=max(0, len(stated) - _MOST_STATED),
            rationale=self._text(found.rationale),
            marks=tuple(self.parts.mark(each, None) for each in found.sources),
            section=self._section(found.sources),
            record=self._record(iri),
        )

    def link(self, iri: str) -> InferredView:
        """Return one inferred link."""
        found = self.site.review.inferred_link(iri)
        return InferredView(
            subject=self.parts.link(found.subject),
            predicate=self.parts.link(found.predicate),
            object=self.parts.link(found.object),
            other_subjects=tuple(self.parts.link(each) for each in found.other_subjects),
            other_objects=tuple(self.parts.link(each) for each in found.other_objects),
            printed=found.printed,
            basis=self.parts.link(found.basis),
            asserted=found.asserted,
            rationale=self._text(found.rationale),
            marks=tuple(self.parts.mark(each, None) for each in found.sources),
            section=self._section(found.sources),
            record=self._record(iri),
        )

    def _record(self, iri: str) -> Link:
        short = self.site.curies.shorten(iri) or iri
        return Link(short, self.parts.href(iri), title=iri)

    def _text(self, literals: Sequence[Literal]) -> str:
        found = best_literal(literals, self.page.language)
        return found.value if found else ""

    def _section(self, sources: Sequence[Source]) -> Link | None:
        sections = [each.section for each in sources if each.section]
        return self.parts.link(sections[0]) if sections else None

    def pager(self) -> Pager:
        """Return where one is among the pages of the list."""
        page, pages = self.asked.page, self.asked.pages
        return Pager(
            page,
            pages,
            self.page.here(page=str(page - 1)) + "#list" if page > 1 else None,
            self.page.here(page=str(page + 1)) + "#list" if page < pages else None,
        )
