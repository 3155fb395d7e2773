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
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from server import Server, serve

pytestmark = pytest.mark.conformance
EXAMPLES = 6  # of each operation and kind
# What any text is, by the description, and what the standards leave open:
# a text that is no SPARQL, and a page past an end that only the answer knows, are refused.
OPEN = ("/sparql",)


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
            answer.status_code == 400 and answer.json().get("parameter") == "page"
        )
        if key.endswith("positive") and answer.status_code == 400 and is_open:
            return
        try:
            case.validate_response(answer)
        except BaseException as error:
            found[key] = str(error)[:1000]

    ask()
    return asked


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
