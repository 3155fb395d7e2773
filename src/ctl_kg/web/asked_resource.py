"""The resource that a parameter names: by IRI, by CURIE, or by a name that only it has."""

from __future__ import annotations

from ctl_kg.errors import ParameterError
from ctl_kg.web import descriptions
from ctl_kg.web.site import Site


def asked_resource(site: Site, text: str, parameter: str) -> str:
    """Return the IRI of the resource of ours that a text means.

    Raises:
        ParameterError: nothing was given, or something outside this dataset.
        UnknownResourceError: there is no such resource, or more than one.
    """
    given = text.strip()
    iri = site.curies.expand(given) or given
    if not (site.iris.is_own(iri) and descriptions.exists(site, iri)):
        iri = site.resources.find(given, parameter)
    if not site.iris.is_own(iri):
        raise ParameterError(
            parameter,
            "is no resource of this dataset",
            value=given,
            hint=f"Give an IRI below {site.base_iri}.",
        )
    return iri
