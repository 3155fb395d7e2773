"""Catalogues to break as a test likes, and servers that misbehave."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ctl_kg.assets import find_assets
from ctl_kg.portal.check import Checked, check, inspect, placed
from ctl_kg.portal.source import read_file
from ctl_kg.portal.terms import PROFILES
from ctl_kg.publish.findings import Finding

DATASET = "https://example.org/d/1"
FILE = "https://example.org/d/1#csv"
EU = "http://publications.europa.eu/resource/authority/"
CONTENT = b"a,b\n1,2\n"
# A catalogue that has everything; tests take a line out or change it.
GOOD = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatapit: <http://dati.gov.it/onto/dcatapit#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/catalog>
    a dcat:Catalog ;
    dct:title "Catalogo"@it , "Catalogue"@en ;
    dct:description "Prova"@it , "Trial"@en ;
    dct:publisher <https://example.org/me> ;
    dcat:dataset <{DATASET}> ;
.

<https://example.org/me>
    a foaf:Agent ;
    foaf:name "Ente" ;
    dct:identifier "r_ente" ;
.

<https://example.org/contact>
    a vcard:Kind , vcard:Organization ;
    vcard:fn "Ufficio" ;
    vcard:hasEmail <mailto:office@example.org> ;
.

<{DATASET}>
    a dcat:Dataset ;
    dct:title "Dati"@it , "Data"@en ;
    dct:description "Dati di prova"@it , "Data for a trial"@en ;
    dct:identifier "d-1" ;
    dct:publisher <https://example.org/me> ;
    dct:rightsHolder <https://example.org/me> ;
    dcat:contactPoint <https://example.org/contact> ;
    dcat:keyword "prova"@it ;
    dcat:theme <{EU}data-theme/TECH> ;
    dct:accrualPeriodicity <{EU}frequency/ANNUAL> ;
    dct:language <{EU}language/ITA> ;
    dct:accessRights <{EU}access-right/PUBLIC> ;
    dct:spatial <https://sws.geonames.org/3174618/> ;
    dct:temporal <https://example.org/year> ;
    dct:issued "2024-01-01"^^xsd:date ;
    dct:modified "2024-02-01"^^xsd:date ;
    dcat:distribution <{FILE}> ;
.

<https://sws.geonames.org/3174618/>
    a dct:Location ;
.

<https://example.org/year>
    a dct:PeriodOfTime ;
    dcat:startDate "2023-01-01"^^xsd:date ;
    dcat:endDate "2023-12-31"^^xsd:date ;
.

<{FILE}>
    a dcat:Distribution ;
    dct:title "CSV"@it ;
    dcat:accessURL <https://example.org/data.csv> ;
    dcat:downloadURL <https://example.org/data.csv> ;
    dct:format <{EU}file-type/CSV> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
    dct:license <{EU}licence/CC_BY_4_0> ;
    dct:rights <{EU}access-right/PUBLIC> ;
    dcat:byteSize "{len(CONTENT)}"^^xsd:nonNegativeInteger ;
    spdx:checksum <https://example.org/d/1#sum> ;
.

<https://example.org/d/1#sum>
    a spdx:Checksum ;
    spdx:algorithm spdx:checksumAlgorithm_sha256 ;
    spdx:checksumValue "{hashlib.sha256(CONTENT).hexdigest()}"^^xsd:hexBinary ;
.

<https://www.iana.org/assignments/media-types/text/csv>
    a dct:MediaType ;
.
"""


def line_of(text: str, part: str) -> int:
    """Return the line on which a part of a text first stands, from 1."""
    return text[: text.index(part)].count("\n") + 1


def changed(old: str, new: str, text: str = GOOD) -> str:
    """Return a text with one place changed."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def checked(
    folder: Path, text: str, profile: str = "dcat-ap", name: str = "c.ttl", *, online: bool = False
) -> Checked:
    """Check a catalogue written into a folder."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return check(read_file(path), PROFILES[profile], find_assets(), online=online)


def trapped(
    folder: Path, text: str, profile: str = "dcat-ap", name: str = "c.ttl", *, online: bool = False
) -> list[Finding]:
    """Look for traps only, without the shapes, which take a process."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    offered = read_file(path)
    return placed(inspect(offered, PROFILES[profile], online=online).found, offered)


def traps(findings: Iterable[Finding]) -> list[str]:
    """Return the names of the traps that were found, each once."""
    return sorted({trap(each) for each in findings if "rules/portal-" in each.rule})


def trap(finding: Finding) -> str:
    """Return the name of the trap that a finding tells."""
    return finding.rule.rpartition("portal-")[2]


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Run a server on this machine that answers as a test says; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes = b"",
    media_type: str = "text/turtle",
    **headers: str,
) -> None:
    """Send an answer."""
    handler.send_response(status)
    handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)
