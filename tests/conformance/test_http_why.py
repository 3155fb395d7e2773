"""How two resources are linked, on the data of the project and over HTTP."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from html_reader import Page
from starlette.testclient import TestClient

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.description import Describer
from ctl_kg.publish.index import ReleaseIndex
from ctl_kg.publish.resources import Resources
from ctl_kg.publish.why import Why
from ctl_kg.settings import Settings
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes())
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
QUESTION = {"from": "cluster:afil", "to": "cluster:tav"}
KINDS = (
    "data/cluster/", "data/network/", "data/project/", "data/organisation/", "data/initiative/",
    "data/group/", "data/programme/", "data/claim/", "data/membership/", "data/alignment/",
    "data/territory/municipality/", "controlled-vocabulary/s3-ecosystem/",
    "controlled-vocabulary/pnrr/", "controlled-vocabulary/network-kind/", "data/person/",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(release: Path) -> LocalStore:
    return open_release_store(release)


@pytest.fixture(scope="module")
def why(store: LocalStore) -> Why:
    return Why(store, Describer(store, BASE), BASE)


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def _expand(curie: str) -> str:
    iri = CURIES.expand(curie)
    assert iri is not None
    return iri


def test_every_path_is_proved_sourced_and_the_same_from_either_end(
    store: LocalStore, why: Why
) -> None:
    index = ReleaseIndex(store, BASE)
    everything = sorted(
        iri for kind in KINDS if (folder := index.folder(kind)) for iri in folder.members
    )
    generator = random.Random(7)
    explained = 0
    for _ in range(150):
        start, end = generator.sample(everything, 2)
        answer = why.explain(start, end, budget_s=60)
        back = why.explain(end, start, budget_s=60)
        assert [p.path.nodes for p in back.paths] == [p.path.nodes[::-1] for p in answer.paths]
        for path in answer.paths:
            explained += 1
            assert store.query(path.sparql) is True
            assert (path.path.nodes[0], path.path.nodes[-1]) == (start, end)
            for hop in path.hops:
                assert {hop.link.subject, hop.link.object} == {hop.start, hop.end}
                assert hop.sources
                for quad in hop.link.quads:
                    assert quad in store.quads(quad.subject, quad.predicate, quad.object)
                for text in hop.sentences.values():
                    assert not re.search(r"[{}]| ,|\(\)|→ →|  ", text), text
    assert explained > 100


def test_afil_is_linked_to_vanguard_by_its_own_list(why: Why) -> None:
    """Worked out by hand: the general information page names the network and no role."""
    answer = why.explain(_expand("cluster:afil"), _expand("network:vanguard-initiative"))
    (hop,) = answer.paths[0].hops
    assert hop.link.via == _expand("membership:afil-vanguard-initiative")
    source = hop.sources[0]
    assert source.section == _expand("section:afil-info")
    assert hop.sentences["it"] == (
        "AFIL – Associazione Fabbrica Intelligente Lombardia nomina la rete Vanguard Initiative "
        "tra le proprie reti (ruolo non dichiarato) — passaggio: sezione AFIL: informazioni "
        f"generali, righe {source.start_line}–{source.end_line}"
    )
    assert hop.texts["en"].startswith("AFIL – Associazione Fabbrica Intelligente Lombardia names")


def test_afil_and_tav_share_a_network_the_region_and_their_group(why: Why) -> None:
    answer = why.explain(_expand("cluster:afil"), _expand("cluster:tav"))
    between = [CURIES.shorten(p.path.nodes[1]) for p in answer.paths if len(p.hops) == 2]
    assert between == [
        "network:vanguard-initiative",
        "organisation:regione-lombardia",
        "organisation:cluster-tecnologici-lombardi",
    ]
    assert answer.found.total == 3


def test_an_inferred_link_is_marked_and_comes_after_stated_ones(why: Why) -> None:
    """The technical committee's place in Confindustria Lombardia is a reading, not the text's."""
    (path,) = why.explain(
        _expand("group:comitato-tecnico-cluster"), _expand("organisation:confindustria-lombardia"),
        limit=1,
    ).paths  # fmt: skip
    assert path.certainty == _expand("certainty:inferred")
    assert path.hops[0].texts["en"].endswith("(certainty: inferred)")


def test_networks_of_one_kind_only_are_not_linked_by_it(why: Why) -> None:
    answer = why.explain(_expand("network:nereus"), _expand("network:eip-aha"), max_hops=2)
    kinds = BASE + "controlled-vocabulary/network-kind/"
    assert not any(node.startswith(kinds) for path in answer.paths for node in path.path.nodes)


def test_clusters_have_a_path_to_every_network_that_they_name(store: LocalStore, why: Why) -> None:
    found = store.query(
        "PREFIX ctl: <https://w3id.org/ctl-kg/onto/CTL/> "
        "SELECT ?a ?b { ?a a ctl:TechnologyCluster ; ctl:hasNetworkTie ?b }"
    )
    rows = found.rows  # type: ignore[union-attr]
    assert len(rows) > 30
    for start, end in rows:
        assert why.explain(start.value, end.value).found.shortest == 1


@pytest.mark.parametrize(
    ("path", "accept", "content_type"),
    [
        ("/api/why", "", "application/json"),
        ("/api/why", BROWSER, "application/json"),
        ("/api/why", "application/trig", "application/trig"),
        ("/api/why", "application/ld+json", "application/ld+json"),
        ("/api/why", "application/n-quads", "application/n-quads"),
        ("/why", BROWSER, "text/html; charset=utf-8"),
        ("/why", "application/json", "application/json"),
        ("/why", "application/trig", "application/trig"),
    ],
)
def test_formats(client: TestClient, path: str, accept: str, content_type: str) -> None:
    answer = client.get(path, params=QUESTION, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["cache-control"].startswith("public")
    assert "Accept" in answer.headers["vary"]


def test_json_tells_all_and_its_proof_runs_at_the_endpoint(client: TestClient) -> None:
    document = client.get("/api/why", params=QUESTION).json()
    assert document["from"]["curie"] == "cluster:afil"
    assert (document["shortest"], document["total"], document["notes"]) == (2, 3, [])
    first = document["paths"][0]
    assert [hop["direction"] for hop in first["hops"]] == ["forward", "backward"]
    assert first["certainty"]["curie"] == "certainty:stated"
    for path in document["paths"]:
        asked = client.get(
            "/sparql", params={"query": path["sparql"]}, headers={"accept": "application/json"}
        )
        assert asked.json()["boolean"] is True
    for hop in first["hops"]:
        assert set(hop["sentence"]) == {"it", "en"}
        assert hop["sources"][0]["start_line"] <= hop["sources"][0]["end_line"]
        for statement in hop["statements"]:
            text = "ASK {{ GRAPH <{graph}> {{ <{subject}> <{predicate}> <{object}> }} }}"
            asked = client.get("/sparql", params={"query": text.format(**statement)})
            assert asked.json()["boolean"] is True


@pytest.mark.parametrize(
    ("suffix", "kind"), [("trig", ox.RdfFormat.TRIG), ("nq", ox.RdfFormat.N_QUADS),
                         ("jsonld", ox.RdfFormat.JSON_LD)],
)  # fmt: skip
def test_rdf_holds_the_statements_in_their_graphs(
    client: TestClient, suffix: str, kind: ox.RdfFormat
) -> None:
    body = client.get("/api/why", params=QUESTION | {"format": suffix}).content
    quads = set(ox.parse(body, format=kind))
    for path in client.get("/api/why", params=QUESTION).json()["paths"]:
        for statement in (each for hop in path["hops"] for each in hop["statements"]):
            parts = ("subject", "predicate", "object", "graph")
            assert ox.Quad(*(ox.NamedNode(statement[part]) for part in parts)) in quads


def test_no_path_is_an_answer(client: TestClient) -> None:
    question = {"from": "network:dih", "to": "municipality:lecco", "max_hops": "2"}
    document = client.get("/api/why", params=question).json()
    assert document["paths"] == []
    assert document["shortest"] > 2
    assert document["nearest"]["from"][0]["to"] == _expand("cluster:le2c")
    assert document["nearest"]["to"]
    assert client.get("/api/why", params=question | {"format": "trig"}).status_code == 200
    page = client.get("/why", params=question, headers={"accept": BROWSER})
    assert page.status_code == 200
    assert f"max_hops={document['shortest']}" in page.text


@pytest.mark.parametrize(
    ("question", "status", "parameter"),
    [
        ({}, 400, "from"),
        ({"from": "cluster:afil"}, 400, "to"),
        ({"from": "cluster:afil", "to": "cluster:nowhere"}, 404, "to"),
        ({"from": "<script>alert(1)</script>", "to": "TAV"}, 404, "from"),
        ({"from": "http://[", "to": "TAV"}, 404, "from"),
        ({"from": 'cluster:afil> } #"', "to": "TAV"}, 404, "from"),
        ({"from": "x" * 3000, "to": "TAV"}, 400, "from"),
        ({"from": "a\nb", "to": "TAV"}, 400, "from"),
        ({"from": "AFIL", "to": "cluster:afil"}, 400, "to"),
        (QUESTION | {"limit": "0"}, 400, "limit"),
        (QUESTION | {"limit": "21"}, 400, "limit"),
        (QUESTION | {"max_hops": "seven"}, 400, "max_hops"),
        (QUESTION | {"max_hops": "9" * 50}, 400, "max_hops"),
        (QUESTION | {"format": "pdf"}, 400, "format"),
        (QUESTION | {"depth": "3"}, 400, "depth"),
        ({"from": ["AFIL", "TAV"], "to": "LE2C"}, 400, "from"),
    ],
)
def test_errors_name_the_parameter(
    client: TestClient, question: dict[str, str | list[str]], status: int, parameter: str
) -> None:
    answer = client.get("/api/why", params=question)
    assert (answer.status_code, answer.json()["parameter"]) == (status, parameter)
    assert answer.headers["cache-control"] == "no-store"
    page = client.get("/why", params=question, headers={"accept": BROWSER})
    expected = 200 if not question else status  # without a question the page is the form
    assert page.status_code == expected
    assert "<script>alert" not in page.text


def test_suggestions_lead_on(client: TestClient) -> None:
    question = {"from": "AFLI", "to": "TAV"}
    assert client.get("/api/why", params=question).json()["suggestions"] == [
        _expand("cluster:afil")
    ]
    page = client.get("/why", params=question, headers={"accept": BROWSER}).text
    (href,) = re.findall(r'href="(/why\?from=cluster%3Aafil&amp;to=TAV)"', page)
    assert client.get(href.replace("&amp;", "&"), headers={"accept": BROWSER}).status_code == 200


class _Page(HTMLParser):
    """Collects what a page holds: links, labels, inputs, ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found.append((tag, values))
        if tag == "a" and values.get("href"):
            self.hrefs.append(str(values["href"]))


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_page_works_without_scripts(client: TestClient, language: str) -> None:
    answer = client.get("/why", params=QUESTION | {"lang": language}, headers={"accept": BROWSER})
    assert answer.headers["content-language"] == language
    page = _Page(answer.text)
    tags = [tag for tag, _ in page.found]
    assert tags.count("h1") == 1
    assert Page(answer.text).live == []
    ids = [values["id"] for _, values in page.found if "id" in values]
    assert len(ids) == len(set(ids))
    inputs = [v for tag, v in page.found if tag == "input" and v.get("name") in ("from", "to")]
    assert len(inputs) == 2
    labels = {values["for"] for tag, values in page.found if tag == "label"}
    assert {each["id"] for each in inputs} <= labels
    assert {each["list"] for each in inputs} <= set(ids)
    passages = [href for href in page.hrefs if "/data/passage/" in href]
    proofs = [href for href in page.hrefs if href.startswith("/sparql?query=")]
    assert passages
    assert len(proofs) == 5
    for href in {*passages, *proofs}:
        assert client.get(href, headers={"accept": BROWSER}).status_code == 200
    said = {"it": "ospite della rete Vanguard", "en": "guest of the network Vanguard"}
    assert said[language] in answer.text


def test_the_form_offers_resources(client: TestClient, release: Path) -> None:
    text = client.get("/why", headers={"accept": BROWSER}).text
    values = re.findall(r'<option value="([^"]+)">', text)
    assert "cluster:afil" in values
    store = open_release_store(release)
    resources = Resources(store, Why(store, Describer(store, BASE), BASE).reader)
    for value in values:
        assert resources.find(value, "from")


def test_the_command_line_says_the_same(release: Path, why: Why) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ctl_kg", "why", *arguments, "--release", str(release)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    answer = why.explain(_expand("cluster:afil"), _expand("cluster:tav"))
    said = run("AFIL", "cluster:tav", "--lang", "en")
    assert said.returncode == 0
    for path in answer.paths:
        for hop in path.hops:
            assert hop.sentences["en"] in said.stdout
    as_json = json.loads(run("AFIL", "TAV", "--json").stdout)
    assert as_json == why.as_json(answer)
    wrong = run("AFLI", "TAV")
    assert wrong.returncode == 2
    assert "Did you mean cluster:afil?" in wrong.stderr


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_form_shows_names_and_each_means_the_same(client: TestClient, language: str) -> None:
    """What stands in the form can be sent again, also where it was a CURIE before."""
    page = _Page(client.get("/why", params=QUESTION | {"lang": language},
                            headers={"accept": BROWSER}).text)  # fmt: skip
    shown = {
        str(values["name"]): str(values["value"])
        for tag, values in page.found
        if tag == "input" and values.get("name") in ("from", "to")
    }
    assert not set(shown.values()) & set(QUESTION.values())
    again = client.get("/api/why", params=shown).json()
    assert [again["from"]["curie"], again["to"]["curie"]] == list(QUESTION.values())
    (swap,) = [values for tag, values in page.found if "why-swap" in str(values.get("class"))]
    turned = client.get(str(swap["href"]), headers={"accept": BROWSER})
    assert turned.status_code == 200
    assert f'value="{shown["to"]}"' in turned.text.partition('name="to"')[0]


@pytest.mark.parametrize(("limit", "paths"), [("1", 1), ("5", 5)])
def test_the_picture_has_the_steps_of_the_paths(client: TestClient, limit: str, paths: int) -> None:
    question = QUESTION | {"limit": limit}
    document = client.get("/api/why", params=question).json()
    assert len(document["paths"]) == paths
    table = client.get("/charts/paths.csv", params=question | {"lang": "it"}).text.splitlines()
    assert len(table) - 1 == sum(len(path["hops"]) for path in document["paths"])
    spec = client.get("/charts/paths.json", params=question | {"lang": "it"}).json()
    data = {each["name"]: each["values"] for each in spec["data"]}
    named = {(row["from"], row["to"]) for name in data if "steps" in name for row in data[name]}
    assert named == {(hop["from"], hop["to"]) for path in document["paths"] for hop in path["hops"]}
    page = client.get("/why", params=question, headers={"accept": BROWSER}).text
    assert "/charts/paths.svg" in page
    direct = {"from": "cluster:afil", "to": "network:vanguard-initiative", "limit": "1"}
    assert (
        "/charts/paths" not in client.get("/why", params=direct, headers={"accept": BROWSER}).text
    )
    unknown = {"from": "cluster:nowhere", "to": "cluster:afil"}
    assert client.get("/charts/paths.svg", params=unknown).status_code == 404
