"""Traps in the terms of use: licence, theme, frequency, language, rights, who and where to ask.

Source: DCAT-AP 3.0.1 §5 and §9 (vocabularies that must be used); DCAT-AP_IT 2.0 (cardinalities).
"""

from __future__ import annotations

from pyoxigraph import Literal

from ctl_kg.portal.terms import ADMS, DCAT, DCAT_AP_IT, DCT, FOAF, SKOS, VCARD
from ctl_kg.portal.traps import Inspection
from ctl_kg.publish.authority import (
    ACCESS_RIGHTS,
    EU,
    FREQUENCIES,
    ITALIAN_LICENCES,
    LANGUAGES,
    LICENCE,
    LICENCES,
    THEME,
    THEMES,
)
from ctl_kg.publish.findings import INFO, VIOLATION, WARNING

_LICENCE_MEND = {
    "dcat-ap": f"Write dct:license <{LICENCE}CC_BY_4_0>, or another IRI of that table.",
    "dcat-ap-it": f"Write dct:license <{ITALIAN_LICENCES}A21_CCBY40>, or another IRI of that list.",
    "schema-org": "Write schema:license with the address of the licence's text.",
}


def check_terms(it: Inspection) -> None:
    """Look at the terms of use of every dataset and file."""
    for file in it.files if it.profile.licence_on_files else it.datasets:
        _licence(it, file)
    for dataset in it.datasets:
        if it.profile.is_dcat:
            _lists(it, dataset)
            _contact(it, dataset)
        _agents(it, dataset)


def _licence(it: Inspection, focus: str) -> None:
    path = it.profile.licence
    mend = _LICENCE_MEND[it.profile.token]
    values = it.say.values(focus, path)
    if not values:
        on_dataset = it.say.text(it.owner.get(focus, ""), path)
        message = "no licence (dct:license): nobody may use the file, and portals say 'unknown'"
        if on_dataset:
            message = (
                f"the licence <{on_dataset}> stands on the dataset only: portals read that of "
                "each file, and show none"
            )
        it.tell(VIOLATION, "licence-missing", focus, message, mend, path=path)
    for value in values:
        if isinstance(value, Literal):
            it.tell(
                VIOLATION, "licence-unknown", focus,
                f"the licence is a text ('{value.value[:60]}') where an IRI is expected", mend,
                path=path, value=value.value,
            )  # fmt: skip
        elif it.profile.is_dcat:
            _licence_in_list(it, focus, getattr(value, "value", ""))


def _licence_in_list(it: Inspection, focus: str, iri: str) -> None:
    is_italian = it.profile is DCAT_AP_IT
    table, name = (
        (ITALIAN_LICENCES, "the Italian list") if is_italian else (LICENCE, "the EU table licence")
    )
    known = LICENCES.get(iri)
    path, trap, severity = it.profile.licence, "licence-table", WARNING
    if known is not None:
        right = known.italian if is_italian else known.european
        if iri == right:
            return
        message = f"the licence <{iri}> is known, but not by its IRI in {name}"
        mend = f"Write <{right}>."
    elif iri.startswith(table):
        message = f"the licence <{iri}> is of {name}, but none of those that can be checked here"
        mend, severity = "See to it that the code is one of the list.", INFO
    else:
        trap, severity = "licence-unknown", VIOLATION
        message = f"the licence <{iri}> is not in {name}: portals show it as unknown"
        mend = _LICENCE_MEND[it.profile.token]
    it.tell(severity, trap, focus, message, mend, path=path, value=iri)


def _lists(it: Inspection, dataset: str) -> None:
    """Look at the values that must be of an EU table."""
    wanted = it.profile.wanted
    it.missing(
        wanted, "theme", dataset, DCAT + "theme", "theme",
        f"Add dcat:theme with an IRI of the table data-theme, as <{THEME}TECH>.",
    )  # fmt: skip
    _themes(it, dataset)
    frequency = DCT + "accrualPeriodicity"
    mend = f"Write dct:accrualPeriodicity with an IRI of the table, as <{EU}frequency/IRREG>."
    it.missing(wanted, "frequency", dataset, frequency, "frequency of updates", mend)
    it.outside("frequency", dataset, frequency, FREQUENCIES, "frequency", mend)
    mend = f"Write dct:language with an IRI of the table, as <{EU}language/ITA>."
    it.missing(WARNING, "language", dataset, it.profile.language, "language", mend)
    it.outside("language", dataset, it.profile.language, LANGUAGES, "language", mend)
    mend = f"Write dct:accessRights with an IRI of the table, as <{EU}access-right/PUBLIC>."
    rights = DCT + "accessRights"
    it.missing(WARNING, "access-rights", dataset, rights, "access rights", mend)
    it.outside("access-rights", dataset, rights, ACCESS_RIGHTS, "access-right", mend)


def _themes(it: Inspection, dataset: str) -> None:
    """At least one theme is of the EU table, and what claims to be of it is."""
    path = DCAT + "theme"
    themes = it.say.texts(dataset, path)
    mend = "Write one of: " + ", ".join(sorted(each[len(THEME) :] for each in THEMES)) + "."
    for theme in themes:
        if theme.startswith(THEME) and theme not in THEMES:
            message = f"'{theme}' is not in the EU table data-theme: portals drop it without a word"
            it.tell(VIOLATION, "theme-unknown", dataset, message, mend, path=path, value=theme)
    if themes and not any(theme.startswith(THEME) for theme in themes):
        message = f"no theme is of the EU table data-theme (there is '{themes[0]}')"
        it.tell(VIOLATION, "theme-unknown", dataset, message, mend, path=path, value=themes[0])


def _agents(it: Inspection, dataset: str) -> None:
    wanted, path = it.profile.wanted, it.profile.publisher
    it.missing(
        wanted, "publisher", dataset, path, "publisher", "Say who publishes it, with a name."
    )
    holder = DCT + "rightsHolder"
    if it.profile is DCAT_AP_IT:
        mend = "Say who holds the rights: dct:rightsHolder with a dcatapit:Agent."
        it.missing(wanted, "rights-holder", dataset, holder, "rights holder", mend)
    if not it.profile.is_dcat:
        return
    for role in (path, holder):
        for agent in it.say.texts(dataset, role):
            names = it.say.values(agent, FOAF + "name")
            if not names:
                it.tell(
                    VIOLATION, "agent-name", agent, "an agent has no name (foaf:name)",
                    "Describe the agent in the catalogue: portals do not look elsewhere.",
                    path=FOAF + "name",
                )  # fmt: skip
            _code(it, agent)


def _code(it: Inspection, agent: str) -> None:
    codes = it.say.texts(agent, DCT + "identifier")
    codes += [
        code
        for node in it.say.texts(agent, ADMS + "identifier")
        for code in it.say.texts(node, SKOS + "notation")
    ]
    if not codes:
        it.tell(
            it.profile.wanted, "agent-code", agent, "an agent has no code (dct:identifier)",
            "Write the official one: for public bodies that of IndicePA, as r_lombar.",
            path=DCT + "identifier",
        )  # fmt: skip


def _contact(it: Inspection, dataset: str) -> None:
    path = DCAT + "contactPoint"
    mend = "Say where to ask: dcat:contactPoint with vcard:fn and vcard:hasEmail."
    it.missing(WARNING, "contact", dataset, path, "contact", mend)
    for contact in it.say.texts(dataset, path):
        mail, page = VCARD + "hasEmail", VCARD + "hasURL"
        if not it.say.values(contact, mail, page):
            message = "a contact has neither mailbox (vcard:hasEmail) nor page (vcard:hasURL)"
            it.tell(VIOLATION, "contact-address", contact, message, mend, path=mail)
        elif it.profile is DCAT_AP_IT and not it.say.values(contact, mail):
            message = "a contact has no mailbox (vcard:hasEmail), which DCAT-AP_IT wants"
            it.tell(VIOLATION, "contact-address", contact, message, mend, path=mail)
        for address in it.say.texts(contact, mail):
            if not address.startswith("mailto:") or "@" not in address:
                it.tell(
                    VIOLATION, "contact-address", contact,
                    f"'{address}' is no mailbox", "Write an IRI: <mailto:office@example.org>.",
                    path=mail, value=address,
                )  # fmt: skip
