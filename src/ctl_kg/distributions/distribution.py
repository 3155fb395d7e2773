"""A distribution: one file of a release as a catalogue describes it, and those of the RDF files.

Not here: sizes, checksums and addresses, which the manifest knows (``publish/manifest``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ctl_kg.publish.writers import media_type_of

CSVW_STANDARD = "https://www.w3.org/TR/tabular-metadata/"
JSON_LD_STANDARD = "https://www.w3.org/TR/json-ld11/"
GEO_JSON_STANDARD = "https://www.rfc-editor.org/rfc/rfc7946"
DATA_PACKAGE_STANDARD = "https://specs.frictionlessdata.io/data-package/"
TABLE_SCHEMA_STANDARD = "https://specs.frictionlessdata.io/table-schema/"

DATASETS = (
    "graph", "clusters", "networks", "projects", "ecosystems", "pnrr", "organisations",
    "vocabularies", "ontology", "shapes",
)  # fmt: skip


@dataclass(frozen=True)
class Distribution:
    """One file that a catalogue offers.

    Args:
        dataset: local name of its dataset in ``data/catalogue.ttl``; one of ``DATASETS``.
        path: in the release folder, with slashes.
        media_type: as IANA registers it, without parameters.
        file_type: code in the EU file-type authority table.
        title: by language, ``it`` and ``en``.
        description: by language.
        conforms_to: IRIs of the standards and schemas that the file keeps to.
    """

    dataset: str
    path: str
    media_type: str
    file_type: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    conforms_to: tuple[str, ...] = field(default=())


_WHOLE = {
    "it": "L'intero grafo pubblicato: tutti gli enunciati, dichiarati e derivati, senza le forme "
    "SHACL.",
    "en": "The whole published graph: every statement, stated and derived, without the SHACL "
    "shapes.",
}
_NAMED = {
    "it": "Tutti i grafi con nome, forme SHACL comprese: ogni enunciato sta nel grafo che dice "
    "da dove viene.",
    "en": "All named graphs, SHACL shapes included: each statement stands in the graph that says "
    "where it comes from.",
}
_ONTOLOGY = {
    "it": "Classi e proprietà del grafo, con etichette, definizioni ed esempi in due lingue.",
    "en": "Classes and properties of the graph, with labels, definitions and examples in two "
    "languages.",
}
_SHAPES = {
    "it": "I vincoli SHACL che i dati rispettano, con messaggi e consigli in due lingue.",
    "en": "The SHACL constraints that the data keep, with messages and advice in two languages.",
}
_CONTEXT = {
    "it": "Il contesto JSON-LD: che cosa significa ogni chiave.",
    "en": "The JSON-LD context: what each key means.",
}

# Path → dataset, code of the file type, name of the syntax, description.
_CORE: Mapping[str, tuple[str, str, str, Mapping[str, str]]] = {
    "ctl-kg.ttl": ("graph", "RDF_TURTLE", "Turtle", _WHOLE),
    "ctl-kg.jsonld": ("graph", "JSON_LD", "JSON-LD", _WHOLE),
    "ctl-kg.nt": ("graph", "RDF_N_TRIPLES", "N-Triples", _WHOLE),
    "ctl-kg.rdf": ("graph", "RDF_XML", "RDF/XML", _WHOLE),
    "ctl-kg.nq": ("graph", "RDF_N_QUADS", "N-Quads", _NAMED),
    "ctl-kg.trig": ("graph", "RDF_TRIG", "TriG", _NAMED),
    "ontology.ttl": ("ontology", "RDF_TURTLE", "Turtle", _ONTOLOGY),
    "context.jsonld": ("ontology", "JSON_LD", "JSON-LD", _CONTEXT),
    "shapes.ttl": ("shapes", "RDF_TURTLE", "Turtle", _SHAPES),
}
_SUBJECT = {
    "graph": {"it": "Grafo completo", "en": "Whole graph"},
    "ontology": {"it": "Ontologia", "en": "Ontology"},
    "shapes": {"it": "Forme SHACL", "en": "SHACL shapes"},
}


def core_distributions(names: Iterable[str], base_iri: str) -> tuple[Distribution, ...]:
    """Return the distributions of the RDF files that a release holds.

    Args:
        names: paths of the release's files.
        base_iri: base of our IRIs.
    """
    held = set(names)
    found = []
    for path, (dataset, file_type, syntax, description) in _CORE.items():
        if path not in held:
            continue
        subject = {"it": "Contesto", "en": "Context"} if path == "context.jsonld" else (
            _SUBJECT[dataset]
        )  # fmt: skip
        conforms_to = (f"{base_iri}onto/CTL", f"{base_iri}shapes") if dataset == "graph" else ()
        title = {language: f"{text} ({syntax})" for language, text in subject.items()}
        media_type = media_type_of(path)
        found.append(
            Distribution(dataset, path, media_type, file_type, title, description, conforms_to)
        )
    return tuple(found)
