"""What documents hold as RDF: one description in the graph, or graphs, of each profile.

Source: W3C Content Negotiation by Profile §5; RDF 1.1 Datasets. Not here: which profile and
format a request gets, and headers (``documents``).
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, Triple

from ctl_kg.errors import NotFoundError
from ctl_kg.publish.description import Description, Statement
from ctl_kg.publish.formats import DATASET_FORMATS, Format
from ctl_kg.publish.profiles import (
    ALTERNATES,
    LABELS_ONLY,
    PROFILES,
    PROVENANCE,
    SCHEMA_ORG,
    SUMMARY,
    Profile,
    alternates_description,
    labels_only,
    profile_description,
    summary,
)
from ctl_kg.publish.schema_org import schema_org
from ctl_kg.web.signposting import Subject
from ctl_kg.web.site import Site

# IRIs whose RDF documents hold a whole graph. The namespace of the terms is one of them: a tool
# that reads the vocabulary a term is named in asks for that.
_WHOLE = {"onto/CTL": "ontology", "onto/CTL/": "ontology", "shapes": "shapes"}


def exists(site: Site, iri: str) -> bool:
    """Tell whether there is a document about an IRI."""
    return site.describer.exists(iri) or _profile_named(site, iri) is not None


def _profile_named(site: Site, iri: str) -> Profile | None:
    return next((each for each in PROFILES if each.iri(site.base_iri) == iri), None)


def describe(site: Site, iri: str, page: int = 1) -> Description:
    """Return the description of a resource of the release, or of a profile.

    Raises:
        NotFoundError: nothing is known about it, or it has no such page.
    """
    found = site.describer.describe(iri, page=page)
    profile = _profile_named(site, iri)
    if found is None and profile is not None:
        said = [
            Statement(triple.subject, triple.predicate, triple.object, ())
            for triple in profile_description(profile, site.base_iri)
            if not isinstance(triple.subject, Triple)
        ]
        found = Description(iri, tuple(sorted(said, key=str)), (), 0, page, 1)
    if found is None:
        raise NotFoundError("nothing is published at this address")
    return found


def no_such_page(page: int, pages: int) -> NotFoundError:
    """Return the 404 for a page behind the last."""
    return NotFoundError(f"there is no page {page}", hint=f"The last page is page={pages}.")


def graph_body(
    site: Site,
    subject: Subject,
    profile: Profile,
    chosen: Format,
    description: Description | None,
) -> bytes:
    """Return what a profile holds about a resource, in an RDF format.

    Args:
        site: the release.
        subject: the resource and its documents.
        profile: what to say.
        chosen: one of the profile's formats, not HTML.
        description: the page of the description, for the profiles that show it whole.
    """
    if description is not None:
        return _full(site, description, profile, chosen)
    iri, base_iri = subject.iri, site.base_iri
    if profile is ALTERNATES:
        address = base_iri + subject.address.lstrip("/")
        listed = alternates_description(iri, base_iri, subject.profiles, address)
        return site.writer.write(listed, chosen.suffix)
    statements = said(site, iri)
    if profile is SCHEMA_ORG:
        mapped = schema_org(base_iri).triples(iri, [each.triple for each in statements])
        return site.writer.write(mapped, chosen.suffix)
    short = {SUMMARY.token: summary, LABELS_ONLY.token: labels_only}[profile.token]
    return write_statements(site, short(statements), chosen)


def _full(site: Site, description: Description, profile: Profile, chosen: Format) -> bytes:
    whole = whole_graph_quads(site, description.iri)
    quads: list[Quad] = []
    if profile is PROVENANCE or chosen in DATASET_FORMATS:
        quads = whole or [quad for each in description.statements() for quad in each.quads]
    if quads:
        return site.writer.write_dataset(with_provenance(site, quads), chosen.suffix)
    triples = [quad.triple for quad in whole] or description.triples()
    return site.writer.write(triples, chosen.suffix)


def said(site: Site, iri: str) -> list[Statement]:
    """Return what is said about a resource itself."""
    return site.describer.outgoing(iri) or list(describe(site, iri).outgoing)


def with_provenance(site: Site, quads: Iterable[Quad]) -> list[Quad]:
    """Return statements with, added, where the named graphs that hold them come from.

    What is added stands in ``graph:provenance`` and has one of these graphs, or the passage
    that it was derived from, as its subject: kind of graph, derivation, section, lines,
    digest. Nothing else is added, so the union of the graphs without those statements is what
    Turtle gives. See :meth:`ctl_kg.publish.description.Describer.provenance`.
    """
    found = list(quads)
    graphs = {q.graph_name.value for q in found if isinstance(q.graph_name, NamedNode)}
    return [*found, *site.describer.provenance(graphs)]


def write_statements(site: Site, statements: Iterable[Statement], chosen: Format) -> bytes:
    """Return statements in an RDF format: with their graphs where the format has any."""
    found = list(statements)
    if chosen in DATASET_FORMATS and all(each.graphs for each in found):
        quads = [quad for each in found for quad in each.quads]
        return site.writer.write_dataset(quads, chosen.suffix)
    return site.writer.write([each.triple for each in found], chosen.suffix)


def whole_graph_quads(site: Site, iri: str) -> list[Quad]:
    """Return the whole graph for the IRIs that name one: the ontology and the shapes.

    Empty for every other IRI.
    """
    if not is_whole(site, iri):
        return []
    name = _WHOLE[iri[len(site.base_iri) :]]
    return site.store.graph(NamedNode(f"{site.base_iri}data/graph/{name}"))


def is_whole(site: Site, iri: str) -> bool:
    """Tell whether the RDF documents about an IRI hold a whole graph."""
    return iri.startswith(site.base_iri) and iri[len(site.base_iri) :] in _WHOLE


def whole_graph(site: Site, iri: str) -> list[Triple]:
    """Return the same as triples, each once."""
    return list(dict.fromkeys(quad.triple for quad in whole_graph_quads(site, iri)))
