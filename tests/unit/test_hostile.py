"""Hostile input: each case ends in one message with file, line and a way to mend it."""

import json
import os
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from project_fixture import copy_mini, replace
from test_cli import run

from ctl_kg.assets import Assets
from ctl_kg.cli.context import check_address
from ctl_kg.errors import (
    CtlKgError,
    NotConformingError,
    QuerySyntaxError,
    ReleaseError,
    RequestError,
    SettingsError,
    SourceError,
    StoreUnavailableError,
)
from ctl_kg.publish.build import build
from ctl_kg.publish.formats import read_context
from ctl_kg.publish.literal_check import check_literals
from ctl_kg.publish.release import read_manifest
from ctl_kg.publish.source import verify_source
from ctl_kg.publish.validation import load, validate
from ctl_kg.rdf.loading import parse_text
from ctl_kg.settings import Settings
from ctl_kg.sparql import guard
from ctl_kg.sparql.remote import RemoteStore
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.web.protocol import _fields

AFIL = "data/clusters/afil.trig"
QUERY = "queries/clusters.rq"
RULE = "ontology/rules/part-of.rq"
QUALITY = "shapes/qc/small-cluster.rq"
CONTEXT = "ontology/context.jsonld"

Damage = Callable[[Path], object]


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return copy_mini(tmp_path)


def swap(name: str, old: str, new: str) -> Damage:
    return lambda root: replace(root / name, old, new)


def begin(name: str, start: bytes) -> Damage:
    return lambda root: (root / name).write_bytes(start + (root / name).read_bytes())


def write(name: str, text: str) -> Damage:
    return lambda root: (root / name).write_text(text)


def append(name: str, text: str) -> Damage:
    return lambda root: (root / name).write_text((root / name).read_text() + text)


@pytest.mark.parametrize(
    ("damage", "wanted"),
    [
        (begin(AFIL, b"\xef\xbb\xbf"), f"{AFIL}:1: the file begins with a byte order mark"),
        (begin(QUERY, b"\xef\xbb\xbf"), f"{QUERY}:1: the file begins with a byte order mark"),
        (lambda root: os.mkfifo(root / "data/clusters/x.trig"), "x.trig: is a pipe"),
        (lambda root: (root / "data/x.ttl").mkdir(), "data/x.ttl: cannot be read: Is a directory"),
        (append(AFIL, "cluster:afil ctl:members 1 ."), f"{AFIL}:24: a triple of"),
        (append(AFIL, "_:g { cluster:afil ctl:members 1 }"), f"{AFIL}:24: a blank node names"),
        (swap(AFIL, "theme:robotics", "theme:robotics {| ctl:theme 1 |}"), f"{AFIL}:14: a triple"),
        (swap(AFIL, "ctl:members 144", 'ctl:members "' + "x" * 9999), f"{AFIL}:21: Unexpected end"),
        (write(AFIL, "x" * 9999), "xxx … xxx"),
        (swap(QUERY, '"CQ-01"', '"CQ-01'), f"{QUERY}:4: the header is not TOML"),
        (swap(QUERY, '"quality"', '["quality"]'), f"{QUERY}:5: unknown group"),
        (swap(QUERY, "#+ [columns", '#+ params = "x"\n#+ [columns'), f"{QUERY}:6: 'params' holds"),
        (swap(QUERY, "WHERE {", "WHERE {{"), f"{QUERY}:13: the query does not parse"),
        (swap(QUERY, "ctl:Tech", "ctl:Tehc"), f"{QUERY}:12: ctl:TehcnologyCluster is not a term"),
        (swap(QUERY, "WHERE {", "WHERE { SERVICE <http://x/> { }"), f"{QUERY}:12: SERVICE asks"),
        (write("queries/Bad Name.rq", ""), "queries/Bad Name.rq: the file name is not a slug"),
        (swap(RULE, "CONSTRUCT", "CONSTRUKT"), f"{RULE}:4: this is not a SPARQL query"),
        (swap(RULE, "WHERE {", "WHERE { SERVICE <http://x/> { }"), f"{RULE}:5: SERVICE asks"),
        (swap(RULE, "description =", "description"), f"{RULE}:2: the header is not TOML"),
        (swap(QUALITY, "?focus ctl:members", "?f ctl:members"), "binds no ?focus"),
        (write(CONTEXT, '{\n"@context": {'), f"{CONTEXT}:2: the context is not JSON"),
        (write(CONTEXT, "[]"), f"{CONTEXT}:1: there is no JSON-LD context"),
        (write(CONTEXT, '{"@context":\n{"a": 3}}'), f"{CONTEXT}:2: the term 'a' of the context"),
        (write(CONTEXT, '{"@context": {"a": "zz:a"}}'), "uses the prefix 'zz:'"),
        (swap("ontology/prefixes.ttl", "onto/CTL/", "onto/X/"), "sh:declare says that 'ctl:'"),
        (lambda root: (root / "shapes/cluster.ttl").unlink(), "there is no shape"),
        (swap("shapes/cluster.ttl", "SELECT $this", "SELEKT $this"), "shapes/cluster.ttl:"),
        (swap("shapes/cluster.ttl", "sh:class skos:Concept", "sh:node [ sh:frob 1 ]"),
         "shapes/cluster.ttl:51: sh:frob"),
    ],
)  # fmt: skip
def test_wrong_files_are_named(assets: Assets, tmp_path: Path, damage: Damage, wanted: str) -> None:
    damage(assets.root)
    with pytest.raises(SourceError) as caught:
        build(assets, tmp_path / "release")
    assert wanted in caught.value.message
    assert caught.value.hint
    assert len(caught.value.message) < 1000
    assert not (tmp_path / "release").exists()


def test_broken_shapes_name_the_shape(assets: Assets) -> None:
    replace(assets.shapes / "cluster.ttl", "    sh:path ctl:theme ;\n", "")
    with pytest.raises(SourceError, match=r"shapes/cluster\.ttl:\d+: the shapes cannot be used"):
        validate(load(assets))


def test_carriage_returns_do_no_harm(assets: Assets, tmp_path: Path) -> None:
    for name in (AFIL, QUERY, RULE, QUALITY):
        path = assets.root / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    build(assets, tmp_path / "release")


def test_a_control_character_is_a_violation(assets: Assets, tmp_path: Path) -> None:
    replace(assets.root / AFIL, '"AFIL"@it', '"AF\\u0001IL"@it')
    with pytest.raises(NotConformingError) as caught:
        build(assets, tmp_path / "release")
    assert "data/clusters/afil.trig:12" in str(caught.value.findings[0].place)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("literal", "wrong"),
    [
        ('"abc"^^xsd:integer', True),
        ('"2022-02-31"^^xsd:date', True),
        ('"maybe"^^xsd:boolean', True),
        ('"2022-02-28"^^xsd:date', False),
        ("12", False),
        ('"2022-05"^^xsd:gYearMonth', False),
    ],
)
def test_ill_typed_literals(literal: str, wrong: bool) -> None:
    text = f"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <x:a> <x:p> {literal} ."
    found = check_literals(parse_text(text, "data/x.ttl"), "https://w3id.org/ctl-kg/")
    assert [each.rule.rpartition("/")[2] for each in found] == ["well-typed-literal"] * wrong


def test_another_document_updates_nothing(assets: Assets, tmp_path: Path) -> None:
    passages = assets.data / "passages" / "afil.ttl"
    before = passages.read_bytes()
    document = tmp_path / "document.txt"
    document.write_bytes((assets.root / "document.txt").read_bytes().replace(b"\n", b"\r\n"))
    report = verify_source(assets, document, update=True)
    assert (passages.read_bytes(), report.updated) == (before, [])
    assert "wrong-checksum" in {finding.kind for finding in report.errors}


@pytest.mark.parametrize("text", ["{", "[]", '{"base_iri": 3}', '{"files": []}'])
def test_a_broken_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ReleaseError, match=r"manifest\.json") as caught:
        read_manifest(tmp_path)
    assert caught.value.hint


def test_a_damaged_release(assets: Assets, tmp_path: Path) -> None:
    out = tmp_path / "release"
    build(assets, out)
    lines = (out / "ctl-kg.nq").read_bytes().splitlines(keepends=True)
    (out / "ctl-kg.nq").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(ReleaseError, match="the release is damaged"):
        open_release_store(out)
    (out / "context.jsonld").write_text("{")
    with pytest.raises(ReleaseError, match=r"context\.jsonld"):
        read_context(out)


def test_progress_is_told_by_stage(assets: Assets, tmp_path: Path) -> None:
    stages: list[str] = []
    build(assets, tmp_path / "release", progress=stages.append)
    assert stages[0] == "reading"
    assert "validating" in stages
    assert len(stages) == 4


@pytest.mark.parametrize(
    "text",
    [
        "ASK { FILTER(" + "!" * 50_000 + "true) }",
        "ASK { ?s <x:a>" + "/<x:a>" * 20_000 + " ?o }",
        "ASK { {}" + " UNION {}" * 20_000 + " }",
    ],
)
def test_chains_that_would_overflow_the_engine(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="operators follow one another"):
        guard.scan(text)


def test_long_lists_and_many_statements_are_no_chain() -> None:
    values = " ".join(f"<x:{n}>" for n in range(5000))
    filters = " ".join(f"?s ?p ?o{n} FILTER(?o{n} > 1 && ?o{n} < 3) ." for n in range(900))
    assert LocalStore().query(f"SELECT * {{ VALUES ?s {{ {values} }} ?s ?p ?o }}")
    guard.scan(f"ASK {{ {filters} }}")


@pytest.mark.parametrize(
    "values",
    [
        {"query_timeout_s": float("nan")},
        {"query_timeout_s": float("inf")},
        {"base_iri": "http://a b/"},
        {"base_iri": 'http://a/">/'},
        {"base_iri": "http:///"},
    ],
)
def test_settings_that_cannot_be(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Settings(**values)  # type: ignore[arg-type]


def test_a_port_in_use_and_a_host_elsewhere() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="cannot listen on"):
            check_address("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(SettingsError, match="cannot listen on"):
        check_address("192.0.2.1", 8000)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "nonsense", "", "ftp://x/"])
def test_an_endpoint_that_is_no_web_address(address: str) -> None:
    with pytest.raises(CtlKgError, match="not the address of an endpoint"):
        RemoteStore(address).query("ASK {}")


def test_an_endpoint_that_breaks_off() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"{")

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        with pytest.raises(StoreUnavailableError, match="IncompleteRead"):
            RemoteStore(f"http://127.0.0.1:{server.server_port}/").query("ASK {}")
    finally:
        thread.join()
        server.server_close()


def test_query_says_where(assets: Assets, tmp_path: Path) -> None:
    release = tmp_path / "release"
    build(assets, release)
    wrong = tmp_path / "wrong.rq"
    wrong.write_text("SELECT *\nWHERE { ?s ?p }")
    done = run("query", "--file", wrong, "--release", release)
    assert done.returncode == 2
    assert f"error: {wrong}:2: the query does not parse" in done.stderr
    (release / "manifest.json").write_text("{")
    assert run("query", "clusters", "--release", release).returncode == 2


def test_control_characters_do_not_reach_the_terminal(assets: Assets) -> None:
    done = run("--project", assets.root, "format", "--check", assets.root / "no\x1b[31m.ttl")
    assert done.returncode == 2
    replace(assets.root / AFIL, "theme:robotics", "theme:rob\x1botics")
    done = run("--project", assets.root, "stats", "--json")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


def test_json_in_any_locale(assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.setenv("LC_ALL", "C")
    done = run("--project", assets.root, "validate", "--json")
    assert json.loads(done.stdout)["conforms"]


def test_a_form_of_too_many_fields_is_the_callers_fault() -> None:
    with pytest.raises(RequestError, match="more than 1000 fields"):
        _fields("a=b&" * 2000)
