"""The catalogue against the profiles' own rules, and read by programs that others wrote.

Programs in environments of their own are named by variables, since none of them is a dependency:
``CTL_KG_DCAT_AP_IT`` (the command ``dcat-ap-it``), ``CTL_KG_CKAN_PYTHON`` (a Python with ckan and
ckanext-dcat), ``CTL_KG_MLCROISSANT`` (the command ``mlcroissant``) and ``CTL_KG_JSONLD`` (a folder
whose node_modules holds jsonld). docs/portals.md says how to install them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from pyshacl import validate
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from server import Server

from ctl_kg.assets import find_assets
from ctl_kg.catalogue.documents import PROFILES
from ctl_kg.publish.build import build

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
STANDARDS = ROOT.parent / "shared" / "standards"
BASE = "https://w3id.org/ctl-kg/"
SH = Namespace("http://www.w3.org/ns/shacl#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
EU = "http://publications.europa.eu/resource/authority/"
TOKENS = [profile.token for profile in PROFILES]
# Of the EU table of file types, but not in the shared excerpt of it.
MORE_FILE_TYPES = ("GEOJSON", "PARQUET", "XLSX")
DATASETS = {
    "clusters", "ecosystems", "graph", "networks", "ontology", "organisations", "pnrr",
    "projects", "shapes", "vocabularies",
}  # fmt: skip


def file_of(release: Path, token: str, suffix: str) -> Path:
    profile = next(each for each in PROFILES if each.token == token)
    return release / profile.file_name(suffix)


def program(variable: str) -> str:
    """Return the program that a variable names; skip the test if there is none."""
    found = os.environ.get(variable, "")
    if not Path(found).exists() or not found:
        pytest.skip(f"{variable} names no program; see docs/portals.md")
    return found


def run(*command: object, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "250"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [str(each) for each in command], input=given, capture_output=True, text=True,
        timeout=300, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def european(release: Path) -> Graph:
    return Graph().parse(release / "catalog.ttl")


@pytest.fixture(scope="module")
def background() -> Graph:
    """Return what the portal knows: the EU tables and the class of contacts."""
    if not STANDARDS.is_dir():
        pytest.skip(f"{STANDARDS} is absent")
    known = Graph().parse(STANDARDS / "eu-authority" / "authority-excerpt.ttl")
    vcard = Namespace("http://www.w3.org/2006/vcard/ns#")
    known.add((vcard.Organization, RDFS.subClassOf, vcard.Kind))
    known.add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))
    skos = Namespace("http://www.w3.org/2004/02/skos/core#")
    for code in MORE_FILE_TYPES:
        node = URIRef(f"{EU}file-type/{code}")
        known.add((node, RDF.type, DCTERMS.MediaTypeOrExtent))
        known.add((node, RDF.type, skos.Concept))
        known.add((node, skos.prefLabel, Literal(code)))
        known.add((node, skos.inScheme, URIRef(f"{EU}file-type")))
    return known


def results(data: Graph, shapes: Path) -> Counter[tuple[str, str, str]]:
    """Return the number of results by severity, path and value."""
    _, report, _ = validate(data, shacl_graph=Graph().parse(shapes), inference="none")
    assert isinstance(report, Graph)

    def text(node: Any) -> str:
        return "" if node is None else str(node).rpartition("#")[2]

    # Nested results only explain the one above them.
    nested = set(report.objects(None, SH.detail))
    return Counter(
        (
            text(report.value(node, SH.resultSeverity)),
            str(report.value(node, SH.resultPath) or ""),
            str(report.value(node, SH.value) or ""),
        )
        for node in report.subjects(RDF.type, SH.ValidationResult)
        if node not in nested
    )


@pytest.mark.parametrize("shapes", ["shapes", "range", "deprecateduris"])
def test_official_dcat_ap_shapes_find_nothing(
    european: Graph, background: Graph, shapes: str
) -> None:
    folder = STANDARDS / "dcat-ap" / "3.0.1" / "shacl"
    assert results(european + background, folder / f"{shapes}.ttl") == Counter()


def test_official_recommendations_that_remain_are_known(european: Graph, background: Graph) -> None:
    """No geometry of the region and no kind of publisher is known; a model covers no place."""
    shapes = STANDARDS / "dcat-ap" / "3.0.1" / "shacl" / "shapes_recommended.ttl"
    found = results(european + background, shapes)
    assert {severity for severity, _, _ in found} <= {"Warning"}
    assert {path for _, path, _ in found} <= {
        str(DCAT.bbox),
        str(DCAT.centroid),
        str(DCTERMS.type),
        str(DCTERMS.spatial),
        str(DCTERMS.temporal),
    }


def test_official_vocabularies_are_used(european: Graph, background: Graph) -> None:
    """Two known exceptions: no entry for the publisher, and a pattern that SPDX cannot meet.

    The shapes want the checksum's algorithm below https://spdx.org, while SPDX's namespace, and
    the shapes' own prefix for it, begin with http:. A NUTS region is no entry of the place table;
    the same region stands beside it with its GeoNames identifier.
    """
    shapes = STANDARDS / "dcat-ap" / "3.0.1" / "shacl" / "mdr-vocabularies.shape.ttl"
    found = results(european + background, shapes)
    ours = {(severity, path, value) for severity, path, value in found if path}
    violations = {(path, value) for severity, path, value in ours if severity == "Violation"}
    assert {value for path, value in violations if path == str(SPDX.algorithm)} == {
        str(SPDX.checksumAlgorithm_sha256)
    }
    in_scheme = "http://www.w3.org/2004/02/skos/core#inScheme"  # says why, of a warning
    assert {path for path, _ in violations} <= {str(SPDX.algorithm), in_scheme}
    assert {(path, value) for severity, path, value in ours if severity == "Warning"} == {
        (str(DCTERMS.publisher), BASE + "data/organisation/ctl-kg-project"),
        (str(DCTERMS.spatial), "http://data.europa.eu/nuts/code/ITC4"),
    }


def test_the_official_shapes_see_what_is_missing(european: Graph, background: Graph) -> None:
    """The run can fail: without a title, or with a text for a licence, it does."""
    broken = european + background
    dataset = URIRef(BASE + "catalog/dataset/clusters")
    broken.remove((dataset, DCTERMS.title, None))
    file = next(iter(broken.objects(dataset, DCAT.distribution)))
    broken.set((file, DCTERMS.license, Literal("CC BY 4.0")))
    found = results(broken, STANDARDS / "dcat-ap" / "3.0.1" / "shacl" / "shapes.ttl")
    assert {path for _, path, _ in found} == {str(DCTERMS.title), str(DCTERMS.license)}


def test_our_dcat_ap_it_shapes_miss_the_mailbox_only(release: Path) -> None:
    graph = Graph().parse(release / "catalog-dcat-ap-it.ttl")
    found = results(graph, ROOT / "shapes" / "portal" / "dcat-ap-it.ttl")
    assert set(found) <= {("Warning", str(DCAT.contactPoint), "")}


def test_our_dcat_ap_it_shapes_state_every_cardinality_of_the_ontology() -> None:
    """What the ontology wants exactly once is wanted once by a shape of the same class."""
    source = STANDARDS / "dcat-ap_it" / "DCAT-AP_IT-2.0.ttl"
    if not source.is_file():
        pytest.skip(f"{source} is absent")
    ontology, shapes = Graph().parse(source), Graph()
    shapes.parse(ROOT / "shapes" / "portal" / "dcat-ap-it.ttl")
    owl = Namespace("http://www.w3.org/2002/07/owl#")
    wanted = set()
    for kind in (owl.cardinality, owl.qualifiedCardinality):
        for node in ontology.subjects(kind, None):
            for owner in ontology.subjects(RDFS.subClassOf, node):
                wanted.add((str(owner), str(ontology.value(node, owl.onProperty))))
    # A slip of the ontology each: the catalogue under https:, a namespace with one letter more.
    mended = {
        (
            owner.replace("https://dati.gov.it", "http://dati.gov.it"),
            path.replace("http://sdati.gov.it", "http://dati.gov.it"),
        )
        for owner, path in wanted
    }
    exact = {
        (str(shapes.value(shape, SH.targetClass)), str(shapes.value(part, SH.path)))
        for shape, part in shapes.subject_objects(SH.property)
        if shapes.value(part, SH.minCount) and shapes.value(part, SH.maxCount)
    }
    telephone = {pair for pair in mended if pair[0].endswith("TelephoneType")}  # never written
    assert mended - exact <= telephone
    assert len(mended) > 12


def test_the_independent_italian_validator_finds_no_error(release: Path, tmp_path: Path) -> None:
    command = program("CTL_KG_DCAT_AP_IT")
    done = run(command, "validate", release / "catalog-dcat-ap-it.ttl")
    assert done.returncode == 0, done.stdout
    assert "saltate" not in done.stdout + done.stderr
    text = (release / "catalog-dcat-ap-it.ttl").read_text()
    broken = tmp_path / "broken.ttl"
    broken.write_text(re.sub(r"\n    dct:rightsHolder [^\n]*", "", text))
    assert run(command, "validate", broken).returncode == 1


def test_ckan_reads_every_dataset_and_file(release: Path) -> None:
    python = program("CTL_KG_CKAN_PYTHON")
    asked = [
        [str(release / name), syntax, profile]
        for name, syntax, profile in (
            ("catalog.rdf", "xml", "euro_dcat_ap_3"),
            ("catalog.ttl", "turtle", "euro_dcat_ap_3"),
            ("catalog-dcat-ap-it.rdf", "xml", "euro_dcat_ap_2"),
        )
    ]
    done = run(python, Path(__file__).parent / "ckan_parse.py", given=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    for path, found in json.loads(done.stdout).items():
        graph = Graph().parse(path)
        assert len(found["datasets"]) == len(DATASETS), path
        for each in found["datasets"]:
            extras = {extra["key"]: extra["value"] for extra in each["extras"]}
            node = URIRef(extras["uri"])
            assert each["title"] in {str(text) for text in graph.objects(node, DCTERMS.title)}
            assert each["notes"]
            assert extras["identifier"] == str(graph.value(node, DCTERMS.identifier))
            assert extras["frequency"] == EU + "frequency/IRREG"
            assert json.loads(extras["theme"])
            assert extras["publisher_name"] == "Progetto ctl-kg"
            files = {str(file): file for file in graph.objects(node, DCAT.distribution)}
            assert {resource["uri"] for resource in each["resources"]} == set(files)
            for resource in each["resources"]:
                file = files[resource["uri"]]
                assert resource["name"]
                assert resource["license"] == str(graph.value(file, DCTERMS.license))
                assert resource["size"] == int(graph.value(file, DCAT.byteSize))  # type: ignore[arg-type]
                assert len(resource["hash"]) == 64
                assert resource["url"] == str(graph.value(file, DCAT.downloadURL))


@pytest.mark.parametrize("token", TOKENS)
def test_the_three_syntaxes_say_the_same(release: Path, token: str) -> None:
    turtle = Graph().parse(file_of(release, token, "ttl"))
    assert isomorphic(turtle, Graph().parse(file_of(release, token, "rdf"), format="xml"))
    assert isomorphic(turtle, Graph().parse(file_of(release, token, "jsonld"), format="json-ld"))


@pytest.mark.parametrize("token", TOKENS)
def test_another_json_ld_processor_reads_the_same_without_fetching(
    release: Path, token: str
) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    home = program("CTL_KG_JSONLD")
    script = ROOT / "tests" / "clients" / "canonise.mjs"
    done = run(node, script, home, file_of(release, token, "jsonld"))
    assert done.returncode == 0, done.stderr
    read = Dataset(parse(done.stdout.encode(), format=RdfFormat.N_QUADS))
    ours = Dataset(Quad(*quad.triple) for quad in parse(path=file_of(release, token, "ttl")))
    for each in (read, ours):
        each.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert set(read) == set(ours)


@pytest.mark.parametrize("token", TOKENS)
def test_json_ld_is_a_tree_from_the_catalogue_down(release: Path, token: str) -> None:
    document = json.loads(file_of(release, token, "jsonld").read_text())
    root = document["@graph"][0] if "@graph" in document else document
    assert root["@id"] == BASE + "catalog"
    files = [file for dataset in root["dataset"] for file in dataset["distribution"]]
    address = "contentUrl" if token == "schema-org" else "downloadURL"
    assert len(files) > 50
    assert all(file[address].startswith(BASE + "download/") for file in files)
    for meaning in document["@context"].values():  # inlined: no address of another context
        assert not (isinstance(meaning, str) and meaning.endswith((".jsonld", ".json")))


def test_croissant_is_valid_for_its_makers(release: Path) -> None:
    command = program("CTL_KG_MLCROISSANT")
    for key in sorted(DATASETS):
        done = run(command, "validate", "--jsonld", release / "croissant" / f"{key}.jsonld")
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr, done.stderr


def test_every_dataset_that_is_described_has_files_in_every_profile(release: Path) -> None:
    for token in TOKENS:
        graph = Graph().parse(file_of(release, token, "ttl"))
        link = "http://schema.org/dataset" if token == "schema-org" else str(DCAT.dataset)
        listed = {str(each).rpartition("/")[2] for each in graph.objects(None, URIRef(link))}
        assert listed == DATASETS
    assert {path.stem for path in (release / "croissant").iterdir()} == DATASETS


def test_no_host_of_ours_and_no_blank_node_gets_out(release: Path) -> None:
    for path in [*release.glob("catalog*"), *release.glob("croissant/*")]:
        text = path.read_text()
        assert not re.search(r"localhost|127\.0\.0\.1|file:|0\.0\.0\.0", text), path
        assert "_:" not in text, path
        assert str(Path.home()) not in text


def test_two_builds_are_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    build(find_assets(), again)
    for path in [*release.glob("catalog*"), *release.glob("croissant/*")]:
        assert path.read_bytes() == (again / path.relative_to(release)).read_bytes(), path


def test_every_download_is_what_the_catalogue_says(whole: Server, european: Graph) -> None:
    files = set(european.objects(None, DCAT.distribution))
    assert len(files) > 50
    for file in files:
        address = str(european.value(file, DCAT.downloadURL))
        answer = whole.client.get("/" + address.removeprefix(BASE))
        assert answer.status_code == 200, address
        media_type = str(european.value(file, DCAT.mediaType)).split("media-types/")[1]
        assert answer.headers["content-type"].partition(";")[0] == media_type, address
        assert len(answer.content) == int(european.value(file, DCAT.byteSize))  # type: ignore[arg-type]
        checksum = european.value(file, SPDX.checksum)
        digest = hashlib.sha256(answer.content).hexdigest()
        assert digest == str(european.value(checksum, SPDX.checksumValue)), address


def test_samples_services_and_pages_answer(whole: Server, european: Graph) -> None:
    samples = set(european.objects(None, Namespace("http://www.w3.org/ns/adms#").sample))
    addresses = {str(european.value(each, DCAT.downloadURL)) for each in samples}
    for term in (DCAT.landingPage, DCAT.endpointURL, DCAT.endpointDescription):
        addresses |= {str(each) for each in european.objects(None, term)}
    assert len(addresses) > 12
    for address in sorted(addresses):
        path = "/" + address.removeprefix(BASE)
        answer = whole.client.get(path, follow_redirects=False)
        assert answer.status_code in (200, 303), address


@pytest.mark.parametrize("token", ["dcat-ap", "dcat-ap-it"])
def test_a_harvester_that_follows_pages_gets_every_dataset_once(
    whole: Server, release: Path, token: str
) -> None:
    hydra = Namespace("http://www.w3.org/ns/hydra/core#")
    address: str | None = f"/catalog.rdf?profile={token}&page_size=3"
    harvested, seen, pages = Graph(), Counter[str](), 0
    while address is not None:
        answer = whole.client.get(address)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/rdf+xml"
        page = Graph().parse(data=answer.text, format="xml")
        node = page.value(None, RDF.type, hydra.PagedCollection)
        seen.update(str(each) for each in page.objects(None, DCAT.dataset))
        assert int(page.value(node, hydra.totalItems)) == len(DATASETS)  # type: ignore[arg-type]
        following = page.value(node, hydra.nextPage)
        page.remove((node, None, None))
        harvested += page
        pages += 1
        address = None if following is None else "/" + str(following).removeprefix(BASE)
    assert pages == 4
    assert set(seen.values()) == {1}
    assert isomorphic(harvested, Graph().parse(file_of(release, token, "ttl")))


@pytest.mark.parametrize("token", TOKENS)
def test_one_dataset_says_the_same_alone_and_in_the_whole(
    whole: Server, release: Path, token: str
) -> None:
    everything = Graph().parse(file_of(release, token, "ttl"))
    about: set[Any] = set()
    for key in sorted(DATASETS):
        answer = whole.client.get(f"/catalog/dataset/{key}.nt", params={"profile": token})
        assert answer.status_code == 200, answer.text
        alone = Graph().parse(data=answer.text, format="nt")
        assert set(alone) <= set(everything)
        iri = URIRef(f"{BASE}catalog/dataset/{key}")
        assert set(alone.triples((iri, None, None))) == set(everything.triples((iri, None, None)))
        for file in everything.objects(iri, DCAT.distribution):
            assert set(alone.triples((file, None, None))), file
        about |= set(alone)
    assert len(about) > 0.9 * len(everything) - 200


@pytest.mark.parametrize(
    ("accept", "profile", "media_type", "content_profile"),
    [
        ("application/rdf+xml", "", "application/rdf+xml", "http://data.europa.eu/r5r/"),
        ("text/turtle", "<http://dati.gov.it/onto/dcatapit>", "text/turtle; charset=utf-8",
         "http://dati.gov.it/onto/dcatapit"),
        ("application/ld+json", "<https://schema.org/>", "application/ld+json",
         "https://schema.org/"),
        ("*/*", "<urn:other>;q=1, <http://dati.gov.it/onto/dcatapit>;q=0.3",
         "text/turtle; charset=utf-8", "http://dati.gov.it/onto/dcatapit"),
    ],
)  # fmt: skip
def test_profile_and_type_are_negotiated(
    whole: Server, accept: str, profile: str, media_type: str, content_profile: str
) -> None:
    headers = {"accept": accept} | ({"accept-profile": profile} if profile else {})
    answer = whole.client.get("/catalog", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-profile"] == f"<{content_profile}>"
    assert "Accept-Profile" in answer.headers["vary"]


def test_a_browser_gets_a_page_and_bad_wishes_are_named(whole: Server) -> None:
    page = whole.client.get("/catalog", headers={"accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert whole.client.get("/catalog/dataset/nothing").status_code == 404
    refused = whole.client.get("/catalog", params={"profile": "mine"})
    assert (refused.status_code, "dcat-ap-it" in refused.text) == (406, True)
    assert whole.client.get("/catalog", params={"page": "9"}).status_code == 400
    assert whole.client.get("/catalog", params={"page_size": "0"}).status_code == 400


def test_a_release_without_catalogue_says_so(server: Server) -> None:
    answer = server.client.get("/catalog.ttl")
    assert (answer.status_code, "data/catalogue.ttl" in answer.text) == (404, True)
