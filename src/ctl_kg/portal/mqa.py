"""The score that data.europa.eu will give: Metadata Quality Assessment, 405 points.

Each indicator belongs to a dataset, or to its files, of which the best counts, as in the
portal's own program. What only a server can tell counts when it was asked; else it is left out
of what could be reached. The score of a catalogue is the mean of its datasets.
Source: https://data.europa.eu/mqa/methodology (indicators, points, ratings); piveau-metrics-score
(which file counts), https://gitlab.com/piveau/metrics/piveau-metrics-score; lists of formats:
https://gitlab.com/dataeuropa/vocabularies.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ctl_kg.portal.terms import DCAT, DCT
from ctl_kg.portal.traps import Inspection
from ctl_kg.publish.authority import ACCESS_RIGHTS, FILE_TYPE, LICENCE

DIMENSIONS = {
    "findability": 100,
    "accessibility": 100,
    "interoperability": 110,
    "reusability": 75,
    "contextuality": 20,
}
MOST = sum(DIMENSIONS.values())
RATINGS = ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad"))

_OPEN_FORMATS = frozenset(
    FILE_TYPE + code
    for code in (
        "BMP", "CSV", "DBF", "GEOJSON", "GZIP", "HTML", "ICS", "JPEG2000", "JSON", "JSON_LD",
        "KML", "KMZ", "NETCDF", "ODS", "PNG", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG",
        "RDF_TURTLE", "RDF_XML", "RSS", "RTF", "TAR", "TIFF", "TSV", "TXT", "WMS_SRVC", "XML",
        "ZIP",
    )
)  # fmt: skip
_READABLE_FORMATS = frozenset(
    FILE_TYPE + code
    for code in (
        "CSV", "GEOJSON", "ICS", "JSON", "JSON_LD", "KML", "KMZ", "NETCDF", "ODS", "RDFA",
        "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML", "RSS", "SHP", "XLS",
        "XLSX", "XML",
    )
)  # fmt: skip

_Test = Callable[[Inspection, str], bool | None]


@dataclass(frozen=True)
class Indicator:
    """One indicator; ``test`` gives None where only a server can tell."""

    dimension: str
    name: str
    points: int
    on_file: bool
    path: str
    test: _Test
    mend: str


def _stated(path: str) -> _Test:
    return lambda it, node: bool(it.say.values(node, path))


def _answered(path: str) -> _Test:
    """Whether an address gives a document; unknown if no server was asked."""

    def test(it: Inspection, node: str) -> bool | None:
        urls = it.say.texts(node, path)
        if not urls:
            return False
        if not it.online:
            return None
        seen = [it.observed[url].status for url in urls if url in it.observed]
        return any(200 <= status < 300 for status in seen)

    return test


def _within(path: str, known: Collection[str]) -> _Test:
    return lambda it, node: any(each in known for each in it.say.texts(node, path))


def _in_lists(it: Inspection, node: str) -> bool:
    formats = it.say.texts(node, DCT + "format")
    types = it.say.texts(node, DCAT + "mediaType")
    known = [each.startswith(FILE_TYPE) for each in formats]
    return any([*known, *("iana.org/assignments/media-types/" in each for each in types)])


def _known_licence(it: Inspection, node: str) -> bool:
    return any(each.startswith(LICENCE) for each in it.say.texts(node, DCT + "license"))


def _stated_here_or_above(path: str) -> _Test:
    """For dates, which count on the best file or on its dataset."""
    return lambda it, node: bool(
        it.say.values(node, path) or it.say.values(it.owner.get(node, ""), path)
    )


COMPLIANCE = "DCAT-AP compliance"
_DATES = ("Date of issue", "Modification date")
_F, _A, _I, _R, _C = DIMENSIONS
INDICATORS = (
    Indicator(_F, "Keyword usage", 30, False, "dcat:keyword", _stated(DCAT + "keyword"),
              "Add keywords (dcat:keyword), in each language."),
    Indicator(_F, "Categories", 30, False, "dcat:theme", _stated(DCAT + "theme"),
              "Add a theme of the EU table data-theme."),
    Indicator(_F, "Geo search", 20, False, "dct:spatial", _stated(DCT + "spatial"),
              "Say which territory it covers (dct:spatial); right to leave out if it covers none."),
    Indicator(_F, "Time based search", 20, False, "dct:temporal", _stated(DCT + "temporal"),
              "Say which time it covers (dct:temporal); right to leave out if it covers none."),
    Indicator(_A, "AccessURL accessibility", 50, True, "dcat:accessURL",
              _answered(DCAT + "accessURL"), "Let dcat:accessURL answer 200."),
    Indicator(_A, "DownloadURL", 20, True, "dcat:downloadURL", _stated(DCAT + "downloadURL"),
              "Give the address of the file itself (dcat:downloadURL)."),
    Indicator(_A, "DownloadURL accessibility", 30, True, "dcat:downloadURL",
              _answered(DCAT + "downloadURL"), "Let dcat:downloadURL answer 200."),
    Indicator(_I, "Format", 20, True, "dct:format", _stated(DCT + "format"),
              "Name the format (dct:format) of at least one file."),
    Indicator(_I, "Media type", 10, True, "dcat:mediaType", _stated(DCAT + "mediaType"),
              "Name the media type (dcat:mediaType) of at least one file."),
    Indicator(_I, "Format / media type from vocabulary", 10, True, "dct:format", _in_lists,
              "Take the format from the EU table file-type, the media type from IANA's list."),
    Indicator(_I, "Non-proprietary", 20, True, "dct:format", _within(DCT + "format", _OPEN_FORMATS),
              "Offer a file in an open format, as CSV or RDF."),
    Indicator(_I, "Machine readable", 20, True, "dct:format",
              _within(DCT + "format", _READABLE_FORMATS),
              "Offer a file that programs read, as CSV, JSON or RDF."),
    Indicator(_I, COMPLIANCE, 30, False, "shapes", lambda it, node: None,
              "Mend the violations of the shapes that are listed above."),
    Indicator(_R, "License information", 20, True, "dct:license", _stated(DCT + "license"),
              "Put the licence on each file (dct:license)."),
    Indicator(_R, "License vocabulary", 10, True, "dct:license", _known_licence,
              "Take the licence from the EU table licence."),
    Indicator(_R, "Access restrictions", 10, False, "dct:accessRights",
              _stated(DCT + "accessRights"), "Say who may have it (dct:accessRights)."),
    Indicator(_R, "Access restrictions vocabulary", 5, False, "dct:accessRights",
              _within(DCT + "accessRights", ACCESS_RIGHTS),
              "Take the access rights from the EU table access-right."),
    Indicator(_R, "Contact point", 20, False, "dcat:contactPoint", _stated(DCAT + "contactPoint"),
              "Say where to ask (dcat:contactPoint)."),
    Indicator(_R, "Publisher", 10, False, "dct:publisher", _stated(DCT + "publisher"),
              "Say who publishes it (dct:publisher)."),
    Indicator(_C, "Rights", 5, True, "dct:rights", _stated(DCT + "rights"),
              "Add a statement of rights to the file (dct:rights)."),
    Indicator(_C, "File size", 5, True, "dcat:byteSize", _stated(DCAT + "byteSize"),
              "Give the size of the file (dcat:byteSize)."),
    Indicator(_C, "Date of issue", 5, True, "dct:issued", _stated_here_or_above(DCT + "issued"),
              "Say when it was issued (dct:issued)."),
    Indicator(_C, "Modification date", 5, True, "dct:modified",
              _stated_here_or_above(DCT + "modified"), "Say when it changed (dct:modified)."),
)  # fmt: skip


def rating_of(points: float) -> str:
    """Return the name of a rating.

    >>> rating_of(351), rating_of(350.9)
    ('excellent', 'good')
    """
    return next(name for least, name in RATINGS if points >= least)


@dataclass(frozen=True)
class DatasetScore:
    """Points of a dataset by the name of the indicator; None: not known."""

    dataset: str
    best_file: str
    points: dict[str, int | None]

    @property
    def total(self) -> int:
        """The points that are known to be earned."""
        return sum(each or 0 for each in self.points.values())


@dataclass(frozen=True)
class Score:
    """The score of a catalogue."""

    datasets: tuple[DatasetScore, ...]

    def earned(self, dimension: str = "") -> float:
        """Return the mean of the points, of one dimension or of all."""
        names = [each.name for each in INDICATORS if dimension in ("", each.dimension)]
        points = sum(each.points[name] or 0 for each in self.datasets for name in names)
        return round(points / max(1, len(self.datasets)), 1)

    @property
    def total(self) -> float:
        """The mean of all points."""
        return self.earned()

    @property
    def unknown(self) -> int:
        """The points about which only a server can tell, and was not asked."""
        return sum(
            each.points
            for each in INDICATORS
            if any(found.points[each.name] is None for found in self.datasets)
        )

    @property
    def rating(self) -> str:
        """The rating of the methodology; from … to while some points are unknown."""
        least, most = rating_of(self.total), rating_of(self.total + self.unknown)
        return least if least == most else f"{least} to {most}"

    def lost(self) -> list[tuple[Indicator, float, list[str]]]:
        """Return what costs points: indicator, mean points lost, datasets; the dearest first."""
        found = []
        for each in INDICATORS:
            lacking = [d.dataset for d in self.datasets if d.points[each.name] == 0]
            if lacking:
                mean = round(each.points * len(lacking) / len(self.datasets), 1)
                found.append((each, mean, lacking))
        return sorted(found, key=lambda item: (-item[1], item[0].name))


def score(it: Inspection, not_compliant: Collection[str]) -> Score:
    """Return the score of a catalogue in DCAT.

    Args:
        it: the catalogue.
        not_compliant: datasets about which the shapes found a violation.
    """
    return Score(tuple(_of_dataset(it, each, each not in not_compliant) for each in it.datasets))


def _of_dataset(it: Inspection, dataset: str, is_compliant: bool) -> DatasetScore:
    files = [file for file in it.files if it.owner[file] == dataset]
    of_files = {file: _points(it, file, on_file=True) for file in files}
    best = max(files, key=lambda file: sum(p or 0 for p in of_files[file].values()), default="")
    nothing: dict[str, int | None] = {
        each.name: each.points * bool(each.name in _DATES and each.test(it, dataset))
        for each in INDICATORS
        if each.on_file
    }
    points = of_files.get(best, nothing) | _points(it, dataset, on_file=False)
    compliance = next(each for each in INDICATORS if each.name == COMPLIANCE)
    points[COMPLIANCE] = compliance.points if is_compliant else 0
    return DatasetScore(dataset, best, {each.name: points[each.name] for each in INDICATORS})


def _points(it: Inspection, node: str, *, on_file: bool) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for each in INDICATORS:
        if each.on_file == on_file:
            answer = each.test(it, node)
            found[each.name] = None if answer is None else each.points * answer
    return found
