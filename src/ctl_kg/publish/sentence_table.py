"""The words of sentences about links, in Italian and English: nouns and templates.

A template holds ``{s}`` and ``{o}`` for subject and object. With a preposition (``{o:di}``) the
Italian article of the object's noun melts into it: *della rete*, *dal bando*, *ad AFIL*. What is
not in the tables has the general sentence "X — property → Y". Not here: putting words in
(``sentences``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """What a thing of a class is called before its name; quoted where the name is a phrase."""

    article: str
    it: str
    en: str
    quoted: bool = False


BARE = Noun("", "", "")

# The first class that fits is taken.
NOUNS: dict[str, Noun] = {
    "ctl:TechnologyCluster": BARE,
    "ctl:Network": Noun("la", "rete", "network"),
    "ctl:Project": Noun("il", "progetto", "project"),
    "ctl:FundingProgramme": Noun("il", "programma", "programme"),
    "ctl:Call": Noun("il", "bando", "call"),
    "ctl:Achievement": Noun("il", "risultato", "achievement", quoted=True),
    "ctl:Initiative": Noun("l'", "iniziativa", "initiative", quoted=True),
    "schema:Claim": Noun("l'", "affermazione", "claim", quoted=True),
    "ctl:Figure": Noun("la", "cifra", "figure", quoted=True),
    "ctl:MemberCount": Noun("il", "conteggio", "count", quoted=True),
    "ctl:Anomaly": Noun("l'", "anomalia", "anomaly", quoted=True),
    "ctl:LegalAct": Noun("l'", "atto", "act", quoted=True),
    "ctl:InnovationEcosystem": Noun("l'", "ecosistema", "ecosystem", quoted=True),
    "ctl:PnrrMission": Noun("la", "missione del PNRR", "PNRR mission", quoted=True),
    "ctl:PnrrComponent": Noun("la", "componente del PNRR", "PNRR component", quoted=True),
    "ctl:TechnologyArea": Noun("l'", "area tecnologica", "technology area", quoted=True),
    "ctl:Theme": Noun("il", "tema", "theme", quoted=True),
    "ctl:Section": Noun("la", "sezione", "section", quoted=True),
    "ctl:Alignment": Noun("l'", "allineamento", "alignment", quoted=True),
    "ctl:NetworkMembership": Noun("l'", "adesione", "membership", quoted=True),
    "ctl:ProjectParticipation": Noun("la", "partecipazione", "participation", quoted=True),
    "ctl:FundingStatement": Noun("il", "finanziamento", "funding", quoted=True),
    "ctl:Recognition": Noun("il", "riconoscimento", "recognition", quoted=True),
    "ctl:Period": Noun("il", "periodo", "period", quoted=True),
    "org:OrganizationalUnit": Noun("il", "gruppo", "group", quoted=True),
    "org:Membership": Noun("il", "rapporto", "relation", quoted=True),
    "org:Site": Noun("la", "sede", "site", quoted=True),
    "locn:Address": Noun("l'", "indirizzo", "address"),
    "clv:City": Noun("il", "comune di", "municipality of"),
    "clv:Province": Noun("la", "provincia di", "province of"),
    "clv:Region": Noun("la", "regione", "region of"),
    "skos:Concept": Noun("", "", "", quoted=True),
}

_MELTED = {
    "di": {"": "di", "il": "del", "la": "della", "l'": "dell'"},
    "a": {"": "a", "il": "al", "la": "alla", "l'": "all'"},
    "da": {"": "da", "il": "dal", "la": "dalla", "l'": "dall'"},
    "in": {"": "in", "il": "nel", "la": "nella", "l'": "nell'"},
}


def melted(preposition: str, article: str, following: str) -> str:
    """Return an Italian preposition with an article, ready to stand before a word.

    >>> melted("di", "la", "rete"), melted("a", "", "AFIL"), melted("da", "l'", "area")
    ('della ', 'ad ', "dall'")
    """
    word = _MELTED[preposition][article]
    if word == "a" and following[:1].casefold() == "a":
        word = "ad"
    return word if word.endswith("'") else word + " "


# By property, or by class of role node and role ("*": every other role).
TEMPLATES: dict[str, tuple[str, str]] = {
    "ctl:NetworkMembership member": ("{s} è membro {o:di}", "{s} is a member of {o}"),
    "ctl:NetworkMembership guest": ("{s} è ospite {o:di}", "{s} is a guest of {o}"),
    "ctl:NetworkMembership partner": ("{s} è partner {o:di}", "{s} is a partner of {o}"),
    "ctl:NetworkMembership coordinator": ("{s} coordina {o}", "{s} coordinates {o}"),
    "ctl:NetworkMembership collaborates": (
        "{s} collabora con {o}", "{s} collaborates with {o}"),
    "ctl:NetworkMembership listed": (
        "{s} nomina {o} tra le proprie reti", "{s} names {o} among its networks"),
    "ctl:NetworkMembership *": ("{s} aderisce {o:a}", "{s} is in {o}"),
    "ctl:subgroup": ("{s} partecipa {o:a}", "{s} takes part in {o}"),
    "ctl:ProjectParticipation coordinator": (
        "{s} è capofila {o:di}", "{s} is the coordinator of {o}"),
    "ctl:ProjectParticipation *": ("{s} partecipa {o:a}", "{s} takes part in {o}"),
    "org:Membership member": ("{s} è socio {o:di}", "{s} is a member of {o}"),
    "org:Membership president": ("{s} presiede {o}", "{s} is the president of {o}"),
    "org:Membership partner": ("{s} è partner {o:di}", "{s} is a partner of {o}"),
    "org:Membership guest": ("{s} è ospite {o:di}", "{s} is a guest of {o}"),
    "org:Membership collaborates": ("{s} collabora con {o}", "{s} collaborates with {o}"),
    "org:Membership funder": ("{s} finanzia {o}", "{s} funds {o}"),
    "org:Membership recogniser": ("{s} riconosce {o}", "{s} recognises {o}"),
    "org:Membership founder": (
        "{s} è tra i fondatori {o:di}", "{s} is among the founders of {o}"),
    "org:Membership coordinator": ("{s} coordina {o}", "{s} coordinates {o}"),
    "org:Membership promoter": ("{s} promuove {o}", "{s} promotes {o}"),
    "org:Membership owner": ("{s} è titolare {o:di}", "{s} owns {o}"),
    "org:Membership governance-support": (
        "{s} sostiene la governance {o:di}", "{s} supports the governance of {o}"),
    "org:Membership technical-support": (
        "{s} dà supporto tecnico {o:a}", "{s} gives technical support to {o}"),
    "org:Membership strategic-partner": (
        "{s} è partner strategico {o:di}", "{s} is a strategic partner of {o}"),
    "org:Membership *": ("{s} ha un ruolo {o:in}", "{s} has a role in {o}"),
    "ctl:hasNetworkTie": ("{s} è in rapporto con {o}", "{s} has a tie with {o}"),
    "ctl:participatesIn": ("{s} partecipa {o:a}", "{s} takes part in {o}"),
    "ctl:fundedUnder": ("{s} riceve fondi {o:da}", "{s} is funded under {o}"),
    "ctl:fundedThrough": ("{s} riceve fondi con {o}", "{s} is funded through {o}"),
    "ctl:fundedBy": ("{s} riceve fondi {o:da}", "{s} is funded by {o}"),
    "ctl:recognises": ("{s} riconosce {o}", "{s} recognises {o}"),
    "org:siteAddress": ("{s} ha sede {o:a}", "{s} has its seat at {o}"),
    "org:hasSite": ("{s} ha {o}", "{s} has {o}"),
    "org:hasPrimarySite": (
        "{s} ha come principale {o}", "{s} has, as its primary one, {o}"),
    "org:unitOf": ("{s} fa capo {o:a}", "{s} is a unit of {o}"),
    "org:memberOf": ("{s} fa parte {o:di}", "{s} belongs to {o}"),
    "org:subOrganizationOf": ("{s} è parte {o:di}", "{s} is part of {o}"),
    "clv:hasCity": ("{s} si trova {o:in}", "{s} is in {o}"),
    "clv:situatedWithin": ("{s} si trova {o:in}", "{s} lies in {o}"),
    "schema:location": ("{s} ha per luogo {o}", "{s} takes place in {o}"),
    "dct:isPartOf": ("{s} fa parte {o:di}", "{s} is part of {o}"),
    "dct:relation": ("{s} è in relazione con {o}", "{s} is related to {o}"),
    "ctl:hasSynergyWith": ("{s} è in sinergia con {o}", "{s} is in synergy with {o}"),
    "ctl:referenceEcosystem": (
        "{s} ha come ecosistema di riferimento {o}", "{s} has, as its reference ecosystem, {o}"),
    "ctl:technologyArea": ("{s} lavora {o:in}", "{s} works in {o}"),
    "ctl:theme": ("{s} si occupa {o:di}", "{s} works on {o}"),
    "ctl:continues": ("{s} continua {o}", "{s} continues {o}"),
    "ctl:originatesFrom": ("{s} nasce {o:da}", "{s} originates from {o}"),
    "ctl:relatedProject": ("{s} è in relazione con {o}", "{s} is related to {o}"),
    "ctl:targetsCall": ("{s} punta {o:a}", "{s} aims at {o}"),
    "ctl:supports": ("{s} sostiene {o}", "{s} supports {o}"),
    "ctl:partOfProgramme": ("{s} fa parte {o:di}", "{s} is part of {o}"),
    "ctl:managedBy": ("{o} gestisce {s}", "{o} manages {s}"),
    "ctl:underProgramme": ("{s} rientra {o:in}", "{s} falls under {o}"),
    "ctl:underCall": ("{s} rientra {o:in}", "{s} falls under {o}"),
    "ctl:actionLine": ("{s} segue la linea d'azione {o}", "{s} follows the line of action {o}"),
    "schema:funder": ("{o} finanzia {s}", "{o} funds {s}"),
    "schema:organizer": ("{o} organizza {s}", "{o} organises {s}"),
    "schema:participant": ("{o} partecipa {s:a}", "{o} takes part in {s}"),
    "schema:superEvent": ("{s} fa parte {o:di}", "{s} is part of {o}"),
    "schema:about": ("{s} riguarda {o}", "{s} is about {o}"),
    "schema:mentions": ("{s} nomina {o}", "{s} mentions {o}"),
    "schema:citation": ("{s} cita {o}", "{s} cites {o}"),
    "schema:author": ("{o} ha scritto {s}", "{o} wrote {s}"),
    "schema:legislationPassedBy": ("{o} ha approvato {s}", "{o} passed {s}"),
    "prov:wasAssociatedWith": ("{o} ha parte {s:in}", "{o} has a part in {s}"),
    "ctl:hasFigure": ("{s} ha tra i suoi dati {o}", "{s} has among its data {o}"),
    "ctl:conflictsWith": ("{s} contrasta con {o}", "{s} conflicts with {o}"),
    "ctl:refCluster": ("{s} riguarda {o}", "{s} is about {o}"),
    "oa:hasTarget": ("{s} riguarda {o}", "{s} is about {o}"),
    "ctl:alignedSubject": ("{s} riguarda {o}", "{s} is about {o}"),
    "ctl:alignedObject": ("{s} porta {o:a}", "{s} leads to {o}"),
    "org:member": ("{s} è {o:di}", "{s} is of {o}"),
    "org:organization": ("{s} è presso {o}", "{s} is with {o}"),
    "ctl:participant": ("{s} è {o:di}", "{s} is of {o}"),
    "ctl:inProject": ("{s} riguarda {o}", "{s} is about {o}"),
    "ctl:fundingStatement": ("{s} ha {o}", "{s} has {o}"),
    "skos:broader": ("{s} rientra {o:in}", "{s} falls within {o}"),
    "skos:related": ("{s} è affine {o:a}", "{s} is related to {o}"),
    "skos:relatedMatch": ("{s} è affine {o:a}", "{s} is related to {o}"),
    "skos:exactMatch": ("{s} è la stessa cosa di {o}", "{s} is the same thing as {o}"),
    "skos:closeMatch": ("{s} corrisponde in parte a {o}", "{s} partly matches {o}"),
    "owl:sameAs": ("{s} è la stessa cosa di {o}", "{s} is the same thing as {o}"),
    "schema:sameAs": ("{s} è la stessa cosa di {o}", "{s} is the same thing as {o}"),
    "ctl:networkKind": ("{s} è del tipo {o}", "{s} is of the kind {o}"),
    "ctl:initiativeKind": ("{s} è del tipo {o}", "{s} is of the kind {o}"),
    "ctl:entryStatus": ("{s} è nello stato {o}", "{s} has the status {o}"),
    "ctl:legalForm": ("{s} ha la forma giuridica {o}", "{s} has the legal form {o}"),
    "dct:temporal": ("{s} ha luogo {o:in}", "{s} takes place in {o}"),
}  # fmt: skip

# Roles that the sentence says itself, or that say nothing.
ROLES_NOT_STATED = ("listed", "unspecified")

WORDS = {
    "it": {
        "role": "ruolo: {0}", "no_role": "ruolo non dichiarato", "certainty": "certezza: {0}",
        "time": "periodo: {0}", "quote": "«{0}»",
        "passage": "passaggio: sezione {0}, righe {1}", "line": "passaggio: sezione {0}, riga {1}",
        "lines": "passaggio: righe {1}", "editorial": "scelta redazionale",
        "links": "collegamento ad altre fonti", "territory": "dati sul territorio",
        "vocabularies": "vocabolari del progetto", "from": "dal {0}",
    },
    "en": {
        "role": "role: {0}", "no_role": "role not stated", "certainty": "certainty: {0}",
        "time": "period: {0}", "quote": "“{0}”",
        "passage": "passage: section {0}, lines {1}", "line": "passage: section {0}, line {1}",
        "lines": "passage: lines {1}", "editorial": "editorial choice",
        "links": "link to other sources", "territory": "data on territory",
        "vocabularies": "vocabularies of the project", "from": "from {0}",
    },
}  # fmt: skip
