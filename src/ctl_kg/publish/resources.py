"""Which resource a text means: an IRI, a CURIE, a name or the last part of an address.

Not here: search over texts; a name has to be right but for case, accents and spaces.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from ctl_kg.errors import ParameterError, UnknownResourceError
from ctl_kg.publish.description import LABELS
from ctl_kg.publish.links import LinkReader
from ctl_kg.sparql.store import LocalStore

MAX_LENGTH = 2000
EXAMPLE = "cluster:afil"
_SHOWN = 80  # characters of a value in a message
_OTHER_NAMES = ("skos:altLabel", "cov:orgAcronym", "rov:legalName", "dct:alternative")
_MOST_COMPARED = 2000
_MOST_SUGGESTED = 5


class Resources:
    """Finds the resources of one store by what people call them."""

    def __init__(self, store: LocalStore, reader: LinkReader) -> None:
        self._store = store
        self._reader = reader
        self._curies = reader.rules.curies

    @cached_property
    def _names(self) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
        """IRIs by folded label, and by every other folded name; made once, when first needed."""
        others = [NamedNode(self._reader.rules.iri(curie)) for curie in _OTHER_NAMES]
        labels: dict[str, set[str]] = defaultdict(set)
        names: dict[str, set[str]] = defaultdict(set)
        for predicate in (*LABELS, *others):
            for quad in self._store.quads(None, predicate):
                graph = quad.graph_name
                if (
                    isinstance(quad.subject, NamedNode)
                    and isinstance(quad.object, Literal)
                    and isinstance(graph, NamedNode)
                    and graph.value not in self._reader.left_out
                ):
                    name = fold(quad.object.value)
                    (names if predicate in others else labels)[name].add(quad.subject.value)
        for found in list(labels.values()):
            for iri in found:
                names[fold(re.split(r"[/#]", iri)[-1])].add(iri)
        return dict(labels), dict(names)

    def find(self, text: str, parameter: str) -> str:
        """Return the IRI of the one resource that a text means.

        Args:
            text: an IRI (also in angle brackets), a CURIE, a label, an acronym, a slug.
            parameter: how messages call what was given.
        Raises:
            ParameterError: nothing was given, or something that is no text.
            UnknownResourceError: there is no such resource, or more than one.
        """
        wanted = text.strip()
        shown = wanted[:_SHOWN]
        if not wanted:
            raise ParameterError(
                parameter, "is missing", hint=f"Give a resource, as {EXAMPLE}.", example=EXAMPLE
            )
        if len(wanted) > MAX_LENGTH or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", wanted):
            raise ParameterError(
                parameter,
                f"'{shown}' is no name of a resource",
                hint=f"Give at most {MAX_LENGTH} characters on one line.",
                value=shown,
                example=EXAMPLE,
            )
        bare = wanted[1:-1] if wanted.startswith("<") and wanted.endswith(">") else wanted
        for candidate in (bare, self._curies.expand(bare)):
            if candidate is not None and self.exists(candidate):
                return candidate
        found = self._named(fold(wanted))
        if len(found) == 1:
            return found[0]
        raise self._unknown(parameter, wanted, found)

    def exists(self, iri: str) -> bool:
        """Tell whether the data names a resource."""
        try:
            node = NamedNode(iri)
        except ValueError:
            return False
        return bool(self._store.quads(node, limit=1) or self._store.quads(object=node, limit=1))

    def _named(self, name: str) -> list[str]:
        labels, names = self._names
        return sorted(labels.get(name, ()) or names.get(name, ()))

    def _unknown(self, parameter: str, text: str, found: list[str]) -> UnknownResourceError:
        shown = text[:_SHOWN]
        what = "is the name of several resources" if found else "names no resource"
        near = found or self._nearest(fold(text[:200]))
        curies = [self._curies.shorten(iri) or f"<{iri}>" for iri in near]
        hint = f"Did you mean {' or '.join(curies[:_MOST_SUGGESTED])}?" if near else (
            f"Give a CURIE as {EXAMPLE}, an IRI or a name."
        )  # fmt: skip
        return UnknownResourceError(
            parameter,
            f"'{shown}' {what}",
            suggestions=near[:_MOST_SUGGESTED],
            hint=hint,
            value=shown,
            example=EXAMPLE,
        )

    def _nearest(self, name: str) -> list[str]:
        """Return the resources with names most like a text; few enough are compared."""
        labels, names = self._names
        name = name.rpartition(":")[2] or name
        words = re.findall(r"\w{3,}", name) or [name]

        def alike(other: str) -> bool:
            return other[:2] == name[:2] or any(word in other for word in words)

        pool = sorted({each for table in (labels, names) for each in table if alike(each)})
        close = difflib.get_close_matches(
            name, pool[:_MOST_COMPARED], n=_MOST_SUGGESTED, cutoff=0.6
        )
        holding = sorted((each for each in pool if name in each), key=lambda n: (len(n), n))
        found = [iri for each in [*close, *holding[:_MOST_SUGGESTED]] for iri in self._named(each)]
        return list(dict.fromkeys(found))


def fold(name: str) -> str:
    """Return a name without case, accents and double spaces.

    >>> fold("  Cluster  della Mobilità ")
    'cluster della mobilita'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
