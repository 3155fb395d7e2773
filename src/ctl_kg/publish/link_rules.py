"""Which statements link two resources, and how: the one table of the search for paths.

Everything that is not named here is followed, at weight 1: a property of data that nobody has
foreseen still links. Each exception carries its reason. A weight does not make a path longer;
of two paths alike in length and certainty, the one with the lower sum comes first.

Not here: reading the store (``links``), searching (``paths``), words (``sentences``).
"""

from __future__ import annotations

from dataclasses import dataclass

from ctl_kg.namespaces import Curies

# Kinds of named graph whose statements are not followed. A derived statement (an inverse, a
# chain, a super-property) says again what other statements say: it is no second path.
EXCLUDED_GRAPHS = {
    "derived": "says again what other statements say",
    "ontology": "is about terms, not about things",
    "shapes": "is about rules, not about things",
    "provenance": "is about the document and this dataset",
    "catalogue": "is about this dataset",
    "withdrawn": "is about what is no longer published",
}

# Properties that never link.
NEVER = {
    "rdf:type": "two things of one class have nothing to do with each other",
    "skos:inScheme": "a list of concepts is no link between them",
    "skos:topConceptOf": "a list of concepts is no link between them",
    "skos:hasTopConcept": "a list of concepts is no link between them",
    "qb:dataSet": "the dataset holds every count",
    "dct:language": "two things in one language have nothing to do with each other",
    "dct:license": "is about publication",
    "dct:publisher": "is about publication",
    "dct:creator": "is about publication",
    "dct:source": "is provenance",
    "prov:wasDerivedFrom": "is provenance",
    "prov:wasGeneratedBy": "is provenance",
    "prov:wasAttributedTo": "is provenance",
    "prov:used": "is provenance",
    "oa:hasSource": "is provenance",
    "ctl:inSection": "is provenance",
    "ctl:onProperty": "leads to a term, not to a thing",
    "ctl:notStated": "says what is not known",
    "ctl:alignedPredicate": "leads to a term, not to a thing",
    "ctl:alternativeSubject": "another reading, not the one taken",
    "ctl:alternativeObject": "another reading, not the one taken",
    "ctl:hasAlignment": "the alignment itself is the link",
    "ctl:certainty": "says how certain a statement is",
    "ctl:basis": "says what a statement rests on",
    "ctl:reviewStatus": "says how far a statement is checked",
    "adms:identifier": "leads to a name, not to a thing",
    "clv:hasDirectHigherRank": "says again what clv:situatedWithin says",
    "clv:hasGeographicalDistribution": "leads to a part of the country",
    "foaf:homepage": "leads to a page, not to a thing",
    "foaf:page": "leads to a page, not to a thing",
    "rdfs:seeAlso": "leads to a page, not to a thing",
    "rdfs:isDefinedBy": "is about terms",
    "owl:deprecated": "is about publication",
}  # fmt: skip

# Properties that link only a thing to a value that was itself asked for: to have the same kind
# or role is no link, but "X is of this kind" is an answer.
TO_AN_END = {
    "ctl:networkKind": "a kind",
    "org:classification": "a kind",
    "ctl:initiativeKind": "a kind",
    "ctl:entryStatus": "a state of affairs",
    "ctl:legalForm": "a kind",
    "ctl:memberType": "a kind",
    "ctl:anomalyKind": "a kind",
    "ctl:valueStatus": "a kind",
    "ctl:datePrecision": "a kind",
    "ctl:dateStatus": "a kind",
    "ctl:qualifier": "a kind",
    "ctl:unit": "a unit",
    "oa:hasBody": "how complete the data are",
    "ctl:participationRole": "a role",
    "org:role": "a role",
    "dct:type": "a kind",
    "dct:temporal": "a time",
    "owl:sameAs": "another name of the same thing",
    "schema:sameAs": "another name of the same thing",
    "skos:exactMatch": "another name of the same thing",
    "skos:closeMatch": "a name elsewhere",
}

# Weights other than 1, for links that say less.
WEIGHTS = {
    "schema:mentions": (2, "a text that names two things says little of how they are linked"),
    "schema:about": (2, "so does a text about both"),
    "skos:relatedMatch": (2, "an editorial choice between two lists"),
    "dct:relation": (2, "the source does not say how"),
    "ctl:recognises": (3, "one body recognises every cluster"),
    "org:memberOf": (3, "every cluster belongs to the same group"),
    "org:siteAddress": (3, "neighbours need not know each other"),
    "clv:hasCity": (3, "neighbours need not know each other"),
    "clv:situatedWithin": (4, "whole provinces are linked thereby"),
    "schema:location": (3, "so do things that happen in one town"),
}

# Classes whose members may be asked for, and never lie in between.
STOPS = {
    "clv:Country": "everything lies in it",
    "clv:Region": "everything lies in it",
    "clv:GeographicalDistribution": "everything lies in it",
    "ctl:Anomaly": "two things in one misprint have nothing to do with each other",
    "ctl:Section": "a page of the document is provenance",
    "ctl:Passage": "a passage is provenance",
    "skos:ConceptScheme": "a list of concepts is no link between them",
    "owl:Class": "is a term",
    "owl:ObjectProperty": "is a term",
    "owl:DatatypeProperty": "is a term",
}
STOP_FOLDERS = {"data/territory/country/": "a country: everything lies in it"}


@dataclass(frozen=True)
class End:
    """One way from a role node to what it links: a property from it, or to it if inverse."""

    curie: str
    inverse: bool = False


@dataclass(frozen=True)
class Pair:
    """Two ends of a role node that make one hop.

    ``means`` is the property that says the same in one statement, if there is one.
    """

    source: End
    target: End
    means: str


@dataclass(frozen=True)
class Role:
    """A class whose nodes only say how two things are linked; a node counts as one hop."""

    curie: str
    pairs: tuple[Pair, ...]
    role: str = ""  # the property that names the role


# The first class that fits is taken. "means" is also what the weight of the hop depends on.
ROLES = (
    Role("ctl:NetworkMembership", (
        Pair(End("org:member"), End("org:organization"), "ctl:hasNetworkTie"),
        Pair(End("org:member"), End("ctl:subgroup"), "ctl:subgroup"),
    ), "org:role"),
    Role("org:Membership", (
        Pair(End("org:member"), End("org:organization"), "org:organization"),
        Pair(End("org:member"), End("ctl:subgroup"), "ctl:subgroup"),
    ), "org:role"),
    Role("ctl:ProjectParticipation", (
        Pair(End("ctl:participant"), End("ctl:inProject"), "ctl:participatesIn"),
    ), "ctl:participationRole"),
    Role("ctl:FundingStatement", (
        Pair(End("ctl:fundingStatement", inverse=True), End("ctl:underProgramme"),
             "ctl:fundedUnder"),
        Pair(End("ctl:fundingStatement", inverse=True), End("ctl:underCall"), "ctl:fundedThrough"),
        Pair(End("ctl:fundingStatement", inverse=True), End("schema:funder"), "ctl:fundedBy"),
    )),
    Role("ctl:Recognition", (
        Pair(End("prov:wasAssociatedWith"), End("ctl:recognises"), "ctl:recognises"),
    )),
    Role("org:Site", (
        Pair(End("org:hasPrimarySite", inverse=True), End("org:siteAddress"), "org:siteAddress"),
        Pair(End("org:hasSite", inverse=True), End("org:siteAddress"), "org:siteAddress"),
    )),
    # The property of an alignment stands in its data: see ``links``.
    Role("ctl:Alignment", (Pair(End("ctl:alignedSubject"), End("ctl:alignedObject"), ""),)),
    Role("ctl:Period", ()),
    Role("oa:TextPositionSelector", ()),
)  # fmt: skip
ALIGNMENT = "ctl:Alignment"

# How much a certainty weakens a path; what is not named is doubted.
CERTAINTIES = ("certainty:stated", "certainty:confirmed", "certainty:inferred")


@dataclass(frozen=True)
class Rules:
    """The table with IRIs in the place of CURIEs, for one base IRI."""

    base_iri: str
    curies: Curies
    never: frozenset[str]
    to_an_end: frozenset[str]
    weights: dict[str, int]

    def iri(self, curie: str) -> str:
        """Return the IRI of a CURIE of the table."""
        expanded = self.curies.expand(curie)
        assert expanded is not None, curie
        return expanded


def rules(curies: Curies, base_iri: str) -> Rules:
    """Return the table for one base IRI."""

    def iri(curie: str) -> str:
        expanded = curies.expand(curie)
        assert expanded is not None, curie
        return expanded

    return Rules(
        base_iri,
        curies,
        frozenset(map(iri, NEVER)),
        frozenset(map(iri, TO_AN_END)),
        {iri(curie): weight for curie, (weight, _) in WEIGHTS.items()},
    )
