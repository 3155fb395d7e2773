"""The lists with facets of one release: an index for each, made when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from pyoxigraph import Literal

from ctl_kg.publish.description import Describer
from ctl_kg.publish.links import LinkReader
from ctl_kg.publish.list_address import ListAddress
from ctl_kg.publish.list_index import ListIndex
from ctl_kg.publish.list_kinds import list_kinds
from ctl_kg.publish.list_rows import RowReader
from ctl_kg.publish.readings import Readings
from ctl_kg.sparql.store import LocalStore


class Lists:
    """The lists of one store; ``labels`` are those of its resources."""

    def __init__(
        self, store: LocalStore, describer: Describer, reader: LinkReader, base_iri: str
    ) -> None:
        self.readings = Readings(store, reader)
        self.labels = Labels(describer)
        self.rows = RowReader(store, self.readings, base_iri)
        self._made: dict[str, tuple[ListIndex, ListAddress]] = {}
        self._lock = threading.Lock()

    def index(self, name: str) -> ListIndex:
        """Return the index of a list.

        Raises:
            KeyError: there is no such list.
        """
        return self._of(name)[0]

    def address(self, name: str) -> ListAddress:
        """Return the names that a list's values have in addresses.

        Raises:
            KeyError: there is no such list.
        """
        return self._of(name)[1]

    def _of(self, name: str) -> tuple[ListIndex, ListAddress]:
        kind = list_kinds()[name]
        with self._lock:
            if name not in self._made:
                index = ListIndex(kind, self.rows.rows(kind))
                self._made[name] = index, ListAddress(index, self.rows.curies)
            return self._made[name]


class Labels(Mapping[str, tuple[Literal, ...]]):
    """The labels of resources by IRI, each looked up once."""

    def __init__(self, describer: Describer) -> None:
        self._describer = describer
        self._known: dict[str, tuple[Literal, ...]] = {}

    def __getitem__(self, iri: str) -> tuple[Literal, ...]:
        if iri not in self._known:
            self._known[iri] = self._describer.labels(iri)
        return self._known[iri]

    def __contains__(self, iri: object) -> bool:
        return isinstance(iri, str)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
