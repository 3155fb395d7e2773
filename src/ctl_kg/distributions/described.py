"""What a catalogue says of each file: its dataset, title, description and standards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from ctl_kg.distributions.distribution import (
    CSVW_STANDARD,
    DATA_PACKAGE_STANDARD,
    DATASETS,
    GEO_JSON_STANDARD,
    JSON_LD_STANDARD,
    TABLE_SCHEMA_STANDARD,
    Distribution,
)
from ctl_kg.distributions.flat import FlatTable
from ctl_kg.distributions.plan import Table
from ctl_kg.distributions.vocabulary import Texts, Vocabulary
from ctl_kg.publish.writers import media_type_of

GROUP_TITLE: Texts = {
    "it": "Tabelle dei cluster tecnologici lombardi",
    "en": "Tables of the technology clusters of Lombardy",
}
# Compact IRI of a class → its dataset; of any other class it is the whole graph.
_DATASET_OF = {
    "adms:Identifier": "organisations", "ctl:Achievement": "clusters",
    "ctl:Call": "projects", "ctl:FundingProgramme": "projects",
    "ctl:FundingStatement": "projects", "ctl:Initiative": "projects",
    "ctl:InnovationEcosystem": "ecosystems", "ctl:MemberCount": "clusters",
    "ctl:Network": "networks", "ctl:NetworkMembership": "networks",
    "ctl:PnrrComponent": "pnrr", "ctl:PnrrMission": "pnrr", "ctl:Project": "projects",
    "ctl:ProjectParticipation": "projects", "ctl:Recognition": "clusters",
    "ctl:TechnologyArea": "ecosystems", "ctl:TechnologyCluster": "clusters",
    "ctl:Theme": "vocabularies", "locn:Address": "clusters",
    "org:FormalOrganization": "organisations", "org:Membership": "organisations",
    "org:Organization": "organisations", "org:OrganizationalCollaboration": "organisations",
    "org:OrganizationalUnit": "organisations", "org:Site": "clusters",
    "schema:Person": "organisations", "skos:Concept": "vocabularies",
    "skos:ConceptScheme": "vocabularies",
}  # fmt: skip
# Name of the matrix of a link table, or of its columns' axis → dataset.
_LINKS_OF = {"networks": "networks", "ecosystems": "ecosystems", "components": "pnrr",
             "missions": "pnrr"}  # fmt: skip
_WHAT: Mapping[str, tuple[str, Texts, tuple[str, ...]]] = {
    "tables/.csv": ("CSV", {
        "it": "Valori esatti, separati da virgole, in UTF-8; la descrizione CSVW dice proprietà, "
        "tipi e chiavi.",
        "en": "Exact values, separated by commas, in UTF-8; the CSVW description tells "
        "properties, datatypes and keys.",
    }, (CSVW_STANDARD, TABLE_SCHEMA_STANDARD)),
    "tables-it/.csv": ("CSV", {
        "it": "Per i fogli di calcolo in italiano: punto e virgola, virgola decimale, titoli in "
        "italiano, nomi al posto degli IRI; un apostrofo precede i testi che sembrano formule.",
        "en": "For Italian spreadsheets: semicolons, decimal commas, Italian titles, names in "
        "place of IRIs; an apostrophe stands before texts that look like formulas.",
    }, ()),
    "tables/.xlsx": ("XLSX", {
        "it": "Cartella di lavoro con i dati e il significato di ogni colonna.",
        "en": "Workbook with the data and the meaning of each column.",
    }, ()),
    "tables/.parquet": ("PARQUET", {
        "it": "Colonne con i loro tipi, per l'analisi dei dati.",
        "en": "Typed columns, for data analysis.",
    }, ()),
    "json/.json": ("JSON_LD", {
        "it": "Elenco di oggetti JSON, che è anche JSON-LD.",
        "en": "Array of JSON objects, which is JSON-LD too.",
    }, (JSON_LD_STANDARD,)),
    "tables/.geojson": ("GEOJSON", {
        "it": "Una sede per elemento; senza geometria dove i dati non danno coordinate.",
        "en": "One site per feature; without geometry where the data state no coordinates.",
    }, (GEO_JSON_STANDARD,)),
}  # fmt: skip
_FORMAT = {"tables/.csv": "CSV", "tables-it/.csv": "CSV, Excel", "tables/.xlsx": "XLSX",
           "tables/.parquet": "Parquet", "json/.json": "JSON",
           "tables/.geojson": "GeoJSON"}  # fmt: skip
_SINGLE: Mapping[str, tuple[str, str, Texts, Texts, tuple[str, ...]]] = {
    "tables/datapackage.json": (
        "graph", "JSON",
        {"it": "Pacchetto di dati Frictionless", "en": "Frictionless data package"},
        {"it": "Descrive tutte le tabelle CSV, con tipi e chiavi.",
         "en": "Describes every CSV table, with types and keys."},
        (DATA_PACKAGE_STANDARD,),
    ),
    "tables/csv-metadata.json": (
        "graph", "JSON_LD",
        {"it": "Descrizione CSVW delle tabelle", "en": "CSVW description of the tables"},
        {"it": "Dice di ogni colonna proprietà, tipo, lingua e chiavi: con essa le tabelle "
         "ridanno il grafo.",
         "en": "Says of each column property, datatype, language and keys: by it the tables give "
         "the graph back."},
        (CSVW_STANDARD,),
    ),
}  # fmt: skip


def distributions(
    tables: Sequence[Table],
    links: Sequence[FlatTable],
    names: Iterable[str],
    vocabulary: Vocabulary,
) -> tuple[Distribution, ...]:
    """Return what a catalogue says of the files, in the order of their paths.

    Args:
        tables: of the classes.
        links: of the links.
        names: paths of the files there are.
        vocabulary: for the compact IRIs of classes.
    """
    subjects: dict[str, tuple[str, Texts, Texts]] = {
        table.name: (_dataset(table, vocabulary), table.label, table.definition) for table in tables
    }
    subjects |= {
        link.name: (_LINKS_OF.get(link.name.rpartition("-")[2], "graph"), link.label,
                    link.definition)
        for link in links
    }  # fmt: skip
    subjects["data-dictionary"] = (
        "graph", {"it": "Dizionario dei dati", "en": "Data dictionary"}, {})  # fmt: skip
    subjects["seats"] = (
        "clusters", {"it": "Sedi", "en": "Seats"}, {})  # fmt: skip
    found = [each for name in sorted(names) if (each := _one(name, subjects)) is not None]
    assert all(each.dataset in DATASETS for each in found)
    return tuple(found)


def _dataset(table: Table, vocabulary: Vocabulary) -> str:
    return _DATASET_OF.get(vocabulary.curies.shorten(table.class_iri) or "", "graph")


def _one(name: str, subjects: Mapping[str, tuple[str, Texts, Texts]]) -> Distribution | None:
    """Return the distribution of a file; None for one that only others need."""
    if name in _SINGLE:
        dataset, code, title, description, standards = _SINGLE[name]
        return Distribution(dataset, name, media_type_of(name), code, title, description, standards)
    path = PurePosixPath(name)
    kind = f"{path.parent}/{path.suffix}"
    if kind not in _WHAT or path.stem not in subjects:
        return None
    dataset, label, definition = subjects[path.stem]
    code, says, standards = _WHAT[kind]
    title = {
        each: f"{text[:1].upper()}{text[1:]} ({_FORMAT[kind]})" for each, text in label.items()
    }
    description = {
        each: f"{definition.get(each, '')} {text}".strip() for each, text in says.items()
    }
    return Distribution(dataset, name, media_type_of(name), code, title, description, standards)
