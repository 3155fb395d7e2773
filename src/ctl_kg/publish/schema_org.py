"""Say in schema.org's terms what a description says, as far as they mean the same.

Two tables, one of classes and one of properties; a statement that neither covers is left out,
and a resource whose classes have no counterpart is a ``schema:Thing``. Statements that use
schema.org already are kept. Nothing is inferred: no mapped statement is stronger than ours.

Source: the alignments of ``ontology/ctl-aligns.ttl`` (sub-class, close match), schema.org.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Triple

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.description import RDF_TYPE

SCHEMA = "http://schema.org/"

# Compact IRI of a class → name of the schema.org class.
CLASSES = {
    "adms:Identifier": "PropertyValue",
    "clv:Address": "PostalAddress",
    "clv:City": "City",
    "clv:Country": "Country",
    "clv:Province": "AdministrativeArea",
    "clv:Region": "AdministrativeArea",
    "ctl:Figure": "QuantitativeValue",
    "ctl:FundingProgramme": "FundingScheme",
    "ctl:LegalAct": "Legislation",
    "ctl:MemberCount": "Observation",
    "ctl:Network": "Organization",
    "ctl:NetworkMembership": "OrganizationRole",
    "ctl:Passage": "CreativeWork",
    "ctl:Project": "Project",
    "ctl:Section": "CreativeWork",
    "ctl:SourcedGraph": "Dataset",
    "ctl:TechnologyCluster": "Organization",
    "dcat:Distribution": "DataDownload",
    "dct:BibliographicResource": "CreativeWork",
    "dct:Location": "Place",
    "foaf:Organization": "Organization",
    "foaf:Person": "Person",
    "locn:Address": "PostalAddress",
    "org:FormalOrganization": "Organization",
    "org:Organization": "Organization",
    "org:OrganizationalUnit": "Organization",
    "org:Site": "Place",
    "owl:Class": "DefinedTerm",
    "owl:DatatypeProperty": "DefinedTerm",
    "owl:ObjectProperty": "DefinedTerm",
    "owl:AnnotationProperty": "DefinedTerm",
    "owl:Ontology": "DefinedTermSet",
    "qb:DataSet": "Dataset",
    "skos:Concept": "DefinedTerm",
    "skos:ConceptScheme": "DefinedTermSet",
}
# Compact IRI of a property → name of the schema.org property.
PROPERTIES = {
    "adms:identifier": "identifier",
    "clv:hasAddress": "address",
    "clv:situatedWithin": "containedInPlace",
    "cov:orgAcronym": "alternateName",
    "ctl:fundedBy": "funder",
    "ctl:passageDigest": "sha256",
    "ctl:refCluster": "observationAbout",
    "ctl:technologyArea": "knowsAbout",
    "ctl:theme": "knowsAbout",
    "dct:created": "dateCreated",
    "dct:creator": "creator",
    "dct:description": "description",
    "dct:isPartOf": "isPartOf",
    "dct:issued": "datePublished",
    "dct:language": "inLanguage",
    "dct:license": "license",
    "dct:modified": "dateModified",
    "dct:publisher": "publisher",
    "dct:title": "name",
    "foaf:homepage": "url",
    "foaf:name": "name",
    "locn:addressArea": "addressRegion",
    "locn:postCode": "postalCode",
    "locn:postName": "addressLocality",
    "org:hasMember": "member",
    "org:hasPrimarySite": "location",
    "org:hasSite": "location",
    "org:hasSubOrganization": "subOrganization",
    "org:hasUnit": "subOrganization",
    "org:memberOf": "memberOf",
    "org:siteAddress": "address",
    "org:subOrganizationOf": "parentOrganization",
    "org:unitOf": "parentOrganization",
    "owl:sameAs": "sameAs",
    "owl:versionInfo": "version",
    "prov:wasDerivedFrom": "isBasedOn",
    "rdfs:comment": "description",
    "rdfs:isDefinedBy": "inDefinedTermSet",
    "rdfs:label": "name",
    "rov:legalName": "legalName",
    "skos:altLabel": "alternateName",
    "skos:definition": "description",
    "skos:exactMatch": "sameAs",
    "skos:inScheme": "inDefinedTermSet",
    "skos:notation": "termCode",
    "skos:prefLabel": "name",
}


def _expanded(table: dict[str, str], base_iri: str) -> dict[str, NamedNode]:
    curies = Curies(prefixes(base_iri))
    found = {curies.expand(short): NamedNode(SCHEMA + name) for short, name in table.items()}
    return {iri: node for iri, node in found.items() if iri is not None}


@lru_cache(maxsize=4)
def schema_org(base_iri: str) -> SchemaOrg:
    """Return the mapping for a base IRI, made once."""
    return SchemaOrg(base_iri)


class SchemaOrg:
    """Maps statements for one base IRI."""

    def __init__(self, base_iri: str) -> None:
        self._classes = _expanded(CLASSES, base_iri)
        self._properties = _expanded(PROPERTIES, base_iri)

    def types(self, classes: Iterable[str]) -> list[NamedNode]:
        """Return the schema.org classes of a resource with these classes; at least Thing."""
        found = {
            NamedNode(iri) if iri.startswith(SCHEMA) else self._classes[iri]
            for iri in classes
            if iri.startswith(SCHEMA) or iri in self._classes
        }
        return sorted(found, key=str) or [NamedNode(SCHEMA + "Thing")]

    def triples(self, iri: str, triples: Iterable[Triple]) -> list[Triple]:
        """Return what statements about one resource say in schema.org's terms.

        Args:
            iri: the resource.
            triples: what is said; statements about other subjects are left out.
        """
        subject = NamedNode(iri)
        own = [triple for triple in triples if triple.subject == subject]
        classes = [
            triple.object.value
            for triple in own
            if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode)
        ]
        found = [Triple(subject, RDF_TYPE, each) for each in self.types(classes)]
        for triple in own:
            predicate = triple.predicate
            if not predicate.value.startswith(SCHEMA):
                mapped = self._properties.get(predicate.value)
                if mapped is None:
                    continue
                predicate = mapped
            if isinstance(triple.object, (NamedNode, Literal)):
                found.append(Triple(subject, predicate, triple.object))
        return list(dict.fromkeys(found))
