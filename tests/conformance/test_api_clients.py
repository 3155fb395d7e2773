"""The OpenAPI description against the server: generated requests, and a generated client.

schemathesis makes requests that the description allows, and others that it forbids, and checks
the answers. openapi-python-client makes a client from the description alone.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from server import Server, serve
from starlette.routing import Route

from ctl_kg.web.app import routes
from ctl_kg.web.metrics import Metrics

pytestmark = pytest.mark.conformance
EXAMPLES = 6  # of each operation and kind
# What the description cannot say: that a text is no SPARQL, where an answer ends, and that the
# row and the column of a cell are given together, or that the two ends of a path differ.
OPEN = ("/sparql",)
OPEN_PARAMETERS = ("page", "row", "column", "to")


@pytest.fixture(scope="module")
def server(release: Path) -> Iterator[Server]:
    with serve(release) as made:
        yield made


@pytest.mark.filterwarnings("ignore")
def test_generated_requests_find_nothing(server: Server) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    schema = schemathesis.openapi.from_url(server.origin + "/api/openapi.json")
    found: dict[str, str] = {}
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in schemathesis.GenerationMode:
            key = f"{operation.label} {mode.value}"
            asked += _ask(operation.as_strategy(generation_mode=mode), key, found)
    assert asked > 2 * EXAMPLES
    assert found == {}


def _ask(cases: Any, key: str, found: dict[str, str]) -> int:
    """Make some requests, note what is wrong with an answer, and return how many they were."""
    asked = 0

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(case=cases)
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        answer = case.call(timeout=20)
        is_open = case.path in OPEN or (
            answer.status_code == 400 and answer.json().get("parameter") in OPEN_PARAMETERS
        )
        if key.endswith("positive") and answer.status_code == 400 and is_open:
            return
        try:
            case.validate_response(answer)
        except BaseException as error:
            found[key] = str(error)[:1000]

    ask()
    return asked


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_whole_description_is_valid(server: Server, language: str) -> None:
    """With what every module says of its endpoints, in the language asked for."""
    validator = pytest.importorskip("openapi_spec_validator")
    document, other = (server.client.get("/api/openapi.json", params={"lang": each}).json()
                       for each in (language, "it" if language == "en" else "en"))  # fmt: skip
    validator.validate(document)
    assert document["paths"].keys() == other["paths"].keys()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            assert "200" in operation["responses"]
            assert "400" in operation["responses"] or path.startswith("/data/")
            named = [each["name"] for each in operation.get("parameters", ())]
            there = [each["name"] for each in other["paths"][path][method].get("parameters", ())]
            assert named == there
    for path in ("/api/why", "/api/search", "/api/matrix/clusters/networks"):
        mine, theirs = (each["paths"][path]["get"] for each in (document, other))
        assert mine["description"] != theirs["description"]
        texts = [{p["name"]: p["description"] for p in each["parameters"]}
                 for each in (mine, theirs)]  # fmt: skip
        assert not set(texts[0].items()) & set(texts[1].items())


def test_every_address_of_the_api_is_described(server: Server) -> None:
    document = server.client.get("/api/openapi.json").json()
    described = [path for path in document["paths"] if path.startswith("/api/")]
    for route in routes(cast("Any", None), Metrics()):
        if isinstance(route, Route) and route.path.startswith("/api/") and route.path != "/api/":
            assert any(route.path_regex.match(path) for path in described), route.path


def test_every_example_of_the_description_is_answered(server: Server) -> None:
    """With the examples of its parameters each operation answers 200, as it says it does."""
    validator = pytest.importorskip("openapi_schema_validator").OAS31Validator
    document = server.client.get("/api/openapi.json?lang=en").json()
    with_examples = 0
    for path, operations in document["paths"].items():
        operation = operations["get"]
        examples = {(each["in"], each["name"]): each["example"]
                    for each in operation["parameters"] if "example" in each}  # fmt: skip
        needed = {(each["in"], each["name"]) for each in operation["parameters"]
                  if each["required"]}  # fmt: skip
        assert needed <= examples.keys(), path
        with_examples += bool(examples)
        for (place, name), value in examples.items():
            path = path.replace(f"{{{name}}}", value) if place == "path" else path
        query = {name: value for (place, name), value in examples.items() if place == "query"}
        answer = server.client.get(path, params=query, headers={"accept": "application/json"})
        if answer.status_code == 303:
            answer = server.client.get(answer.headers["location"])
        assert answer.status_code == 200, (path, answer.text)
        kind = answer.headers["content-type"].partition(";")[0]
        schema = operation["responses"]["200"]["content"][kind]["schema"]
        found = validator(schema | {"components": document["components"]})
        assert [e.message for e in found.iter_errors(answer.json())] == [], path
    assert with_examples > 5


@pytest.mark.parametrize(
    "address",
    [
        "/api/why?from=cluster:afil&to=cluster:tav&limit=3&max_hops=4",
        "/api/why?from=cluster:afil&to=network:een&max_hops=1",
        "/api/matrix",
        "/api/matrix/clusters/networks?gaps=paths&certainty=stated",
        "/api/matrix/clusters/ecosystems?gaps=none&role=ctl:Project",
        "/api/matrix/projects/components?gaps=paths",
        "/api/matrix/clusters/networks?row=cluster:tav&column=network:vanguard-initiative",
        "/api/matrix/clusters/networks?row=cluster:tav&column=network:hempclub",
        "/api/search?q=rete+-cluster",
        "/api/suggestions?q=vang",
    ],
)
def test_answers_have_the_shape_that_is_described(server: Server, address: str) -> None:
    validator = pytest.importorskip("openapi_schema_validator").OAS31Validator
    document = server.client.get("/api/openapi.json").json()
    answer = server.client.get(address)
    assert answer.status_code == 200, answer.text
    operation = document["paths"][address.partition("?")[0]]["get"]
    kind = answer.headers["content-type"]
    schema = operation["responses"]["200"]["content"][kind]["schema"]
    found = validator(schema | {"components": document["components"]})
    assert [error.message for error in found.iter_errors(answer.json())] == []


def _client(origin: str, folder: Path) -> Any:
    description = folder / "openapi.json"
    import httpx

    description.write_bytes(httpx.get(origin + "/api/openapi.json", trust_env=False).content)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none",
               "--path", str(description),
               "--output-path", str(folder / "generated_client")]  # fmt: skip
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    return importlib.import_module("generated_client")


@pytest.mark.filterwarnings("ignore")
def test_a_generated_client_calls_every_operation(server: Server, tmp_path: Path) -> None:
    pytest.importorskip("openapi_python_client")
    package = _client(server.origin, tmp_path)
    client = package.Client(base_url=server.origin, follow_redirects=True)
    models = importlib.import_module("generated_client.models")
    body = getattr(models, "SparqlPostDataBody", None)
    values = {"query": "ASK {}", "folder": "cluster", "name": "afil", "q": "milano",
              "body": body and body(query="ASK {}")}  # fmt: skip
    values |= {"from_": "cluster:afil", "to": "cluster:tav", "rows": "clusters",
               "columns": "networks"}  # fmt: skip
    called = []
    api = importlib.import_module("generated_client.api")
    for module in pkgutil.walk_packages(api.__path__, "generated_client.api."):
        function = getattr(importlib.import_module(module.name), "sync_detailed", None)
        if function is None:
            continue
        needed = [
            name for name, each in inspect.signature(function).parameters.items()
            if each.default is inspect.Parameter.empty and name != "client"
        ]  # fmt: skip
        answer = function(client=client, **{name: values[name] for name in needed})
        assert answer.status_code == 200, (module.name, answer.content)
        called.append(module.name.rpartition(".")[2])
    document = server.client.get("/api/openapi.json").json()
    operations = {
        each["operationId"] for path in document["paths"].values() for each in path.values()
    }
    assert operations == set(called)
    seats = importlib.import_module("generated_client.api.queries.query_seats")
    rows = seats.sync(client=client, size=2).rows
    assert len(rows) == 2
    assert rows[0].cluster.startswith("https://w3id.org/ctl-kg/data/cluster/")
