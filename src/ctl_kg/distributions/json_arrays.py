"""A class as a plain JSON array of objects, which is JSON-LD too.

Each object names the context beside the array, so a program that knows nothing of RDF reads
``label.it`` and ``homepage``, and a JSON-LD processor reads the statements. A key has the same
shape in every object of an array: a list where a resource may have several values, else a value.

Source: JSON-LD 1.1 §4.1 (contexts), §4.6 (language maps), §9.3 (aliases), API §8.6 (numbers).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ctl_kg.distributions.plan import IRI, TEXT, Cells, Column, Table, Value
from ctl_kg.distributions.vocabulary import Vocabulary
from ctl_kg.rdf.terms import XSD

CONTEXT = "context.jsonld"
_SMALL_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")  # exact in every reader


def context_document(tables: Sequence[Table], vocabulary: Vocabulary) -> bytes:
    """Return the context of all arrays: what each key and each class name means."""
    terms: dict[str, Any] = {}
    for table in tables:
        for column in table.columns:
            terms[column.key] = _definition(column)
    terms.pop("type", None)
    terms |= {term: {"@id": iri} for iri, term in class_terms(tables, vocabulary).items()}
    context = {"@version": 1.1, "id": "@id", "type": "@type", **dict(sorted(terms.items()))}
    return (json.dumps({"@context": context}, indent=1, ensure_ascii=False) + "\n").encode()


def class_terms(tables: Sequence[Table], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the name of each class, of those whose name is no other's and no key."""
    iris = sorted({iri for table in tables for iri in _classes(table)})
    names = {iri: vocabulary.name(iri) for iri in iris}
    uses = Counter(names.values()) + Counter({key for table in tables for key in table.keys})
    return {iri: name for iri, name in names.items() if uses[name] == 1 and name != "id"}


def array_document(table: Table, terms: Mapping[str, str]) -> bytes:
    """Return the rows of a table as an array, one object on a line.

    Args:
        table: of a class.
        terms: of :func:`class_terms`; a class without one stands by its IRI.
    """
    several = {column.key for column in table.columns if column.many}
    objects = [_object(iri, cells, several, terms) for iri, cells in table.rows.items()]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in objects)
    return f"[\n{lines}\n]\n".encode()


def _classes(table: Table) -> set[str]:
    return {
        value.value
        for cells in table.rows.values()
        for column, values in cells.items()
        if column.key == "type"
        for value in values
    }


def _definition(column: Column) -> dict[str, str]:
    if column.kind.what == IRI:
        return {"@id": column.predicate, "@type": "@id"}
    if column.kind.what == TEXT:
        return {"@id": column.predicate, "@container": "@language"}
    if column.kind.is_plain:
        return {"@id": column.predicate}
    return {"@id": column.predicate, "@type": column.kind.detail}


def _object(iri: str, cells: Cells, several: set[str], terms: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"@context": CONTEXT, "id": iri}
    for column, values in sorted(cells.items(), key=lambda item: item[0].name):
        if column.key == "type":
            found["type"] = [terms.get(value.value, value.value) for value in values]
            continue
        plain = [_plain(column, value) for value in values]
        said = plain if column.key in several else plain[0]
        if column.kind.what == TEXT:
            found.setdefault(column.key, {})[column.kind.detail] = said
        else:
            found[column.key] = said
    return found


def _plain(column: Column, value: Value) -> str | int | bool:
    """Return a value as JSON has it: numbers and truth values that read back as the same."""
    text, datatype = value.value, column.kind.detail
    if datatype == XSD + "boolean" and text in ("true", "false"):
        return text == "true"
    if datatype == XSD + "integer" and _SMALL_INTEGER.match(text):
        return int(text)
    return text
