"""Croissant: one document per dataset, for those who load data into machine learning tools.

Files with their SHA-256, and a record set for each CSV file whose first line names the columns;
the values are texts, since what they mean is said by the tables' own CSVW metadata.

Source: MLCommons, Croissant Format Specification 1.0 (http://mlcommons.org/croissant/1.0), with
its context (Appendix 1).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from ctl_kg.catalogue.model import Dataset, File

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
_CSV = "text/csv"
_TYPED = {name: {"@id": f"cr:{name}", "@type": "@vocab"} for name in ("dataType",)}
_DATA = {name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")}
_PLAIN = (
    "citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format",
    "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet",
    "equivalentProperty", "references", "regex", "repeated", "replace", "separator",
    "samplingRate", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    **{name: f"cr:{name}" for name in _PLAIN},
    **_TYPED,
    **_DATA,
}


def croissant(dataset: Dataset, contents: Mapping[str, bytes]) -> bytes:
    """Return the Croissant document of a dataset, as JSON-LD.

    Args:
        dataset: what is described.
        contents: the files of the release, by name.
    """
    terms = dataset.terms
    document = {
        "@context": dict(sorted(_CONTEXT.items())),
        "@type": "sc:Dataset",
        "@id": dataset.iri,
        "conformsTo": CONFORMS_TO,
        "name": dataset.identifier,
        "alternateName": _english(dataset.title),
        "description": _english(dataset.description),
        "url": dataset.landing_page,
        "license": terms.licence.page,
        "creator": {
            "@type": "sc:Organization",
            "@id": terms.creator.iri,
            "name": _english(terms.creator.name),
            "url": terms.creator.homepage or terms.creator.iri,
        },
        "publisher": {
            "@type": "sc:Organization",
            "@id": terms.publisher.iri,
            "name": _english(terms.publisher.name),
            "url": terms.publisher.homepage or terms.publisher.iri,
        },
        "datePublished": dataset.issued or dataset.modified,
        "dateModified": dataset.modified,
        "version": dataset.version,
        "inLanguage": ["it", "en"],
        "keywords": list(dataset.keywords.get("en", ())),
        "isLiveDataset": False,
        "citeAs": (
            f"{_english(terms.creator.name)}: {_english(dataset.title)}, version "
            f"{dataset.version}, {dataset.modified}. {dataset.iri}"
        ),
        "distribution": [_file_object(file) for file in dataset.files],
        "recordSet": [
            found
            for file in dataset.files
            if (found := _record_set(file, contents.get(file.offered.path, b"")))
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _english(texts: Mapping[str, str]) -> str:
    return texts.get("en") or next(iter(texts.values()), "")


def _file_object(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.offered.path,
        "name": file.offered.path,
        "description": _english(file.offered.description),
        "contentUrl": file.url,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.offered.media_type,
        "sha256": file.sha256,
    }


def _record_set(file: File, content: bytes) -> dict[str, Any] | None:
    """Return the records of a CSV file with commas; None for any other file."""
    if file.offered.media_type != _CSV:
        return None
    head = content.split(b"\n", 1)[0].decode("utf-8")
    if ";" in head and "," not in head:  # the Italian variant: the same records once more
        return None
    columns = next(csv.reader(io.StringIO(head)), [])
    name = re.sub(r"[^A-Za-z0-9-]+", "-", file.offered.path.rpartition(".")[0])
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": _english(file.offered.title),
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": f"{name}/{column}",
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": file.offered.path}, "extract": {"column": column}},
            }
            for column in columns
        ],
    }
