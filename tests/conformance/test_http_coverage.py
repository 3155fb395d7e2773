"""Notes of completeness on the data of the project: true of them, and told with each answer."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode
from server import serve
from starlette.testclient import TestClient

from ctl_kg.client import Client
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.coverage import Coverage, Note
from ctl_kg.settings import Settings
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.sparql.terms import Solutions, text_of
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes())
PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes().items())
MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def store(release: Path) -> LocalStore:
    return open_release_store(release)


@pytest.fixture(scope="module")
def notes(store: LocalStore) -> dict[str, Note]:
    """Return the notes by the last part of their IRIs."""
    return {note.iri.rpartition("/")[2]: note for note in Coverage(store, BASE).notes}


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings()), follow_redirects=False) as made:
        yield made


def rows(store: LocalStore, text: str) -> list[tuple[str, ...]]:
    found = store.query(PROLOGUE + text)
    assert isinstance(found, Solutions)
    return [tuple(text_of(term) for term in row) for row in found.rows]


def number(store: LocalStore, text: str) -> int:
    ((found,),) = rows(store, f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {text} }}")
    return int(found)


# The notes -----------------------------------------------------------------------------------


def test_each_note_is_whole(notes: dict[str, Note]) -> None:
    assert {"clusters", "members", "networks", "projects", "synergies"} <= set(notes)
    for note in notes.values():
        for texts in (note.label, note.text, note.extent_label):
            assert set(texts) == {"it", "en"}
            assert texts["it"] != texts["en"] or note.label is texts
        assert note.extent.startswith(BASE + "controlled-vocabulary/completeness/")


def test_each_target_is_a_term_that_the_data_use(notes: dict[str, Note], store: LocalStore) -> None:
    for note in notes.values():
        assert note.about
        for target in note.about:
            if target.startswith(BASE):
                ontology = NamedNode(BASE + "data/graph/ontology")
                about = store.quads(NamedNode(target))
                assert any(quad.graph_name == ontology for quad in about), target
            assert store.query(f"ASK {{ {{ ?s <{target}> ?o }} UNION {{ ?s a <{target}> }} }}"), (
                target
            )


def test_each_passage_cited_is_one_of_the_document(
    notes: dict[str, Note], store: LocalStore
) -> None:
    cited = {passage for note in notes.values() for passage in note.passages}
    assert cited
    for passage in cited:
        (lines,) = rows(store, f"SELECT ?a ?b {{ <{passage}> ctl:startLine ?a; ctl:endLine ?b }}")
        assert int(lines[0]) <= int(lines[1])


@pytest.mark.parametrize(
    ("note", "says", "counted"),
    [
        ("clusters", "nine", "?r ctl:recognises ?x . ?x a ctl:TechnologyCluster"),
        ("clusters", "nine", "?x a ctl:TechnologyCluster"),
        ("members", "six", "?x org:memberOf cluster:le2c ; ^ctl:participant/ctl:inProject ?p"),
        ("members", "six", "?x org:memberOf ?c . ?c a ctl:TechnologyCluster"),
        ("pnrr", "six", "?x a ctl:PnrrMission"),
        ("pnrr", "sixteen", "?x a ctl:PnrrComponent"),
        ("s3-ecosystems", "eight", "?x a ctl:InnovationEcosystem"),
    ],
)
def test_what_a_note_counts_is_what_the_data_hold(
    notes: dict[str, Note], store: LocalStore, note: str, says: str, counted: str
) -> None:
    words = {"six": 6, "eight": 8, "nine": 9, "sixteen": 16}
    assert re.search(rf"\b{says}\b", notes[note].text["en"])
    assert number(store, counted) == words[says]


@pytest.mark.parametrize(
    ("note", "values"),
    [
        ("reference-fields", "ctl:referenceEcosystem"),
        ("reference-fields", "ctl:technologyArea"),
        ("networks", "ctl:hasNetworkTie"),
        ("seats", "org:hasSite|org:hasPrimarySite"),
        ("members", "^ctl:refCluster"),
    ],
)
def test_what_is_given_of_each_cluster_no_cluster_lacks(
    notes: dict[str, Note], store: LocalStore, note: str, values: str
) -> None:
    assert note in notes
    assert number(store, f"?x a ctl:TechnologyCluster ; {values} ?value") == 9


def test_what_is_said_to_be_unknown_is_unknown(store: LocalStore) -> None:
    counts = number(store, "?x a ctl:MemberCount")
    assert number(store, "?x a ctl:MemberCount ; ctl:notStated dct:date") == counts
    funded = number(store, "?x a ctl:Project ; ctl:fundingStatement ?statement")
    assert funded < number(store, "?x a ctl:Project")
    inferred = "?x a ctl:Alignment ; ctl:alignedPredicate ctl:hasSynergyWith ; ctl:certainty "
    assert number(store, inferred + "certainty:inferred") > 0


# Answers -------------------------------------------------------------------------------------


def told(document: dict[str, Any]) -> list[str]:
    return [each["iri"].rpartition("/")[2] for each in document["coverage"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("networks-by-cluster?cluster=cluster:afil", ["networks"]),
        ("projects-by-component", ["synergies"]),
        ("uncovered-components", ["pnrr", "synergies"]),
        ("members-by-cluster", ["clusters", "members"]),
        ("cited-acts", []),
        # A value counts too: which statements are asked for, and of what.
        ("statement-sources?resource=network:eusalp", []),
    ],
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_stock_query_tells_the_notes_that_concern_it(
    client: TestClient, notes: dict[str, Note], query: str, expected: list[str], language: str
) -> None:
    answer = client.get(f"/api/queries/{query}", headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert told(document) == expected
    assert document["coverage"] == [notes[name].as_json(language) for name in expected]


def described_by(link: str) -> list[str]:
    return re.findall(r'<([^>]*)>; rel="describedby"', link)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonld"])
def test_formats_without_a_place_for_notes_link_to_them(client: TestClient, suffix: str) -> None:
    answer = client.get(f"/api/queries/uncovered-components.{suffix}")
    found = [each for each in described_by(answer.headers["link"]) if "/coverage/" in each]
    assert found == ["/data/coverage/pnrr", "/data/coverage/synergies"]
    for address in found:
        assert client.get(address, headers={"accept": "text/turtle"}).status_code == 303
    plain = client.get("/queries/uncovered-components.csv").headers["link"]
    assert set(found) <= set(described_by(plain))


def test_a_workbook_says_them(client: TestClient, notes: dict[str, Note]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    answer = client.get("/api/queries/uncovered-components.xlsx?lang=en")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [str(c.value) for sheet in book for line in sheet.iter_rows() for c in line]
    for name in ("pnrr", "synergies"):
        assert any(notes[name].text["en"] in cell for cell in cells)
        assert not any(notes["projects"].text["en"] in cell for cell in cells)


PAGES = {
    "/queries/uncovered-components": ["pnrr", "synergies"],
    "/matrix/clusters/networks": ["clusters", "networks"],
    "/matrix/projects/components?row=project:shine&column=pnrr:m2c2":
        ["pnrr", "projects", "synergies"],
    "/why?from=cluster:afil&to=network:eccp": ["networks"],
}  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["it", "en"])
def test_pages_show_them(
    client: TestClient, notes: dict[str, Note], address: str, language: str
) -> None:
    text = client.get(address, headers=HTML | {"accept-language": language}).text
    shown = re.search(r'<section class="coverage".*?</section>', text, re.DOTALL)
    assert shown
    for name, note in notes.items():
        is_shown = note.text[language] in unescape(shown.group())
        assert is_shown == (name in PAGES[address]), name
        assert (f'href="/data/coverage/{name}"' in shown.group()) == is_shown
        for passage in note.passages:
            assert not is_shown or passage.removeprefix(BASE.rstrip("/")) in shown.group()


def test_a_refused_question_has_no_notes(client: TestClient) -> None:
    answer = client.get("/queries/networks-by-cluster?cluster=cluster:none", headers=HTML)
    assert answer.status_code == 400
    assert 'class="coverage"' not in answer.text


@pytest.mark.parametrize("asked", ["", "?row=cluster:afil&column=network:eusalp"])
def test_a_matrix_tells_what_its_gaps_mean(
    client: TestClient, notes: dict[str, Note], asked: str
) -> None:
    document = client.get(f"/api/matrix/clusters/networks{asked}", params=None).json()
    assert told(document) == ["clusters", "networks"]
    english = client.get(f"/api/matrix/clusters/networks{asked}{'&' if asked else '?'}lang=en")
    assert english.json()["coverage"][1] == notes["networks"].as_json("en")
    table = client.get("/api/matrix/clusters/networks?format=csv")
    assert described_by(table.headers["link"]) == [
        "/data/coverage/clusters", "/data/coverage/networks",
    ]  # fmt: skip


def test_an_explanation_tells_the_notes_of_its_links(
    client: TestClient, notes: dict[str, Note]
) -> None:
    asked = {"from": "cluster:afil", "to": "network:eccp", "limit": "1"}
    document = client.get("/api/why", params=asked).json()
    assert document["coverage"] == [notes["networks"].as_json()]
    # Without a path, those of the links that the answer tells instead.
    asked = {"from": "cluster:scc", "to": "pnrr:m5c1", "max_hops": "1"}
    document = client.get("/api/why", params=asked).json()
    assert document["paths"] == []
    assert "projects" in told(document)


def test_a_server_without_notes_tells_none() -> None:
    with TestClient(create_app(MINI, Settings()), follow_redirects=False) as client:
        found = client.get("/api/queries/clusters-by-network?network=network:eusalp").json()
        assert found["rows"]
        assert found["coverage"] == []
        page = client.get("/queries/clusters-by-network?network=network:eusalp", headers=HTML)
        assert page.status_code == 200
        assert 'class="coverage"' not in page.text
        assert client.get("/api/matrix/clusters/networks").json()["coverage"] == []
        answer = client.get("/api/why?from=cluster:afil&to=network:eusalp").json()
        assert answer["paths"]
        assert answer["coverage"] == []


def test_the_client_hands_them_on(release: Path, notes: dict[str, Note]) -> None:
    with serve(release) as running:
        kg = Client(running.origin, language="en")
        query = kg.query("uncovered-components")
        assert [note.iri.rpartition("/")[2] for note in query.coverage] == ["pnrr", "synergies"]
        assert query.coverage[1].text == notes["synergies"].text["en"]
        assert query.coverage[1].extent.label == "Partial"
        frame = pytest.importorskip("pandas") and query.to_pandas()
        assert notes["synergies"].text["en"] in frame.attrs["coverage"][1]
        matrix = kg.matrix("clusters", "networks")
        assert [note.iri.label for note in matrix.coverage] == [
            "Coverage of the clusters", "Coverage of the networks",
        ]  # fmt: skip
        (note,) = kg.why("cluster:afil", "network:eccp", limit=1).coverage
        assert note.text == notes["networks"].text["en"]
        assert kg.select("SELECT * { ?s ?p ?o } LIMIT 1").coverage == ()
