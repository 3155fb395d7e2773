"""How a check tells what it found: one finding, with what was expected and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.portal.fetching import Probe
from ctl_kg.portal.source import Addresses, Offered
from ctl_kg.portal.statements import Statements
from ctl_kg.portal.terms import Profile
from ctl_kg.publish.findings import VIOLATION, Finding


@dataclass
class Inspection:
    """A catalogue under inspection: what it says, by which profile, and what was found.

    ``datasets`` and ``files`` are names of nodes; ``owner`` gives the dataset of a file;
    ``observed`` is what addresses gave, or files of the release; ``online`` tells whether servers
    were asked; ``today`` is an ISO date.
    """

    offered: Offered
    profile: Profile
    today: str
    observed: Mapping[str, Probe] = field(default_factory=dict)
    online: bool = False
    found: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        say = self.say
        self.datasets = say.members(self.profile.dataset_class)
        self.owner = {
            file: dataset
            for dataset in self.datasets
            for file in say.texts(dataset, self.profile.files)
        }
        self.files = sorted(self.owner)
        self._curies = Curies(prefixes(self.addresses.base_iri))

    @property
    def say(self) -> Statements:
        """What the catalogue says."""
        return self.offered.statements

    @property
    def addresses(self) -> Addresses:
        """What stands for its addresses."""
        return self.offered.addresses

    def parts(self, dataset: str) -> set[str]:
        """Return a dataset with what hangs from it: files, agents, periods; no other dataset."""
        found, pending, others = {dataset}, [dataset], set(self.datasets)
        while pending:
            node = pending.pop()
            for path in self.say.paths(node):
                below = {each for each in self.say.texts(node, path) if each in self.say.nodes}
                below -= found | others
                found |= below
                pending += below
        return found

    def short(self, iri: str) -> str:
        """Return an IRI as messages show it."""
        return self._curies.shorten(iri) or f"<{iri}>"

    def tell(
        self,
        severity: str,
        trap: str,
        focus: str,
        message: str,
        mend: str,
        *,
        path: str = "",
        value: str = "",
    ) -> None:
        """Note a finding.

        Args:
            severity: of :mod:`ctl_kg.publish.findings`.
            trap: name of the check, the last segment of the rule's IRI.
            focus: name of the node.
            message: what is wrong and what was expected.
            mend: what to do.
            path: the property.
            value: the value.
        """
        rules = f"{self.addresses.base_iri}rules/"
        self.found.append(
            Finding(
                severity=severity,
                focus=focus,
                rule=f"{rules}portal-{trap}",
                component=f"{rules}portal",
                message={"en": message},
                mend={"en": mend},
                path=path or None,
                value=value or None,
            )
        )

    def missing(
        self, severity: str, trap: str, focus: str, path: str, what: str, mend: str
    ) -> bool:
        """Note that a property has no value, if so; tell whether it has none."""
        if self.say.values(focus, path):
            return False
        message = f"no {what} ({self.short(path).strip('<>')})"
        self.tell(severity, f"{trap}-missing", focus, message, mend, path=path)
        return True

    def outside(
        self, trap: str, focus: str, path: str, known: Iterable[str], table: str, mend: str
    ) -> None:
        """Note each value of a property that is not in a table."""
        known = frozenset(known)
        for value in self.say.texts(focus, path):
            if value not in known:
                self.tell(
                    VIOLATION,
                    f"{trap}-unknown",
                    focus,
                    f"'{value}' is not in the EU table {table}: portals drop it without a word",
                    mend,
                    path=path,
                    value=value,
                )
