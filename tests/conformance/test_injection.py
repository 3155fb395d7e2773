"""No value leaves its place: what runs is a stock query with terms in its ``VALUES`` lines.

A thousand texts that try to be more than a value, for every type of parameter, and over HTTP for
every parameter of every stock query and of the API.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ctl_kg.assets import find_assets
from ctl_kg.errors import ParameterError
from ctl_kg.languages import LANGUAGES
from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.settings import Settings
from ctl_kg.sparql.binding import bind, list_choices
from ctl_kg.sparql.guard import tokenise
from ctl_kg.sparql.query_file import load_queries, parse_query
from ctl_kg.sparql.query_model import RESERVED_PARAMETERS, Parameter, QueryFile
from ctl_kg.sparql.store import LocalStore, open_release_store
from ctl_kg.sparql.terms import Solutions, text_of
from ctl_kg.sparql.total_order import in_language, with_total_order
from ctl_kg.web.app import create_app
from ctl_kg.web.query_job import Job
from ctl_kg.web.query_pool import QueryPool

pytestmark = pytest.mark.conformance
QUERIES = load_queries(find_assets(Path(__file__).resolve().parents[2]).queries)
CURIES = Curies(prefixes())
PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in CURIES.table.items())
CLUSTERS = "SELECT ?v WHERE { ?v a ctl:TechnologyCluster } ORDER BY ?v"
TYPES = {
    "iri": f'values = "{CLUSTERS}"',
    "string": "",
    "pattern": 'pattern = "[^a]+"',
    "enum": 'enum = ["it", "en"]',
    "integer": "minimum = -5",
    "decimal": "",
    "date": "",
    "boolean": "",
}
# What stands in a slot, by the kinds of its tokens: terms, each alone, or UNDEF.
SLOT = re.compile(r"(?:(?:iri|string(?: mark mark iri)?)(?: |$))+|word")


def hostile(count: int) -> Iterator[str]:
    """Yield texts that try to leave their place in a query; the same each time."""
    chance = random.Random(4)
    pieces = [
        '"', "'", '"""', "\\", "\\u0022", "}", "{", ">", "<", "\n", "\r", "\t", "#", ";", ".", " ",
        "UNDEF", "?s ?p ?o", "<x:y>", "SERVICE <http://127.0.0.1/>", "} UNION {", "@it", "^^<x:t>",
        "DROP ALL", "VALUES ?cluster { <x:y> }", "cluster:afil", "=1+1", "é", "\u202e",
        "\U0001f600", "%22", "${x}", "\ufeff", "\x7f", "-- ", "/*", "\\n", "BIND(1 AS ?x)",
        "1", "-2", "0.5", "1e9", "2022-05-31", "true", "it", "all", ",", ":", "eq", "network",
    ]  # fmt: skip
    for _ in range(count):
        yield "".join(chance.choice(pieces) for _ in range(chance.randint(1, 8)))


def apart(text: str, names: Sequence[str]) -> tuple[list[str], dict[str, list[tuple[str, str]]]]:
    """Return the tokens of a query without what stands in its slots, and kind and text of that."""
    tokens = list(tokenise(text))
    kept: list[str] = []
    slots: dict[str, list[tuple[str, str]]] = {}
    while tokens:
        token = tokens.pop(0)
        kept.append(token.text)
        if token.text == "VALUES" and tokens[0].text[1:] in names and tokens[1].text == "{":
            name = tokens[0].text[1:]
            kept += [tokens.pop(0).text, tokens.pop(0).text]
            slots[name] = []
            while tokens[0].text != "}":
                inner = tokens.pop(0)
                slots[name].append((inner.kind, inner.text))
    return kept, slots


def names_of(query: QueryFile) -> list[str]:
    return [parameter.name for parameter in query.parameters]


@pytest.fixture(scope="module")
def store(release: Path) -> LocalStore:
    return open_release_store(release)


def typed(kind: str) -> QueryFile:
    """Return a query with one parameter of a type."""
    of = {"pattern": "string", "enum": "string"}.get(kind, kind)
    both = '{ it = "a", en = "a" }'
    header = "".join(f"#+ {key} = {both}\n" for key in ("title", "description", "question"))
    return with_total_order(
        parse_query(
            f'{header}#+ competency = "CQ-99"\n#+ group = "quality"\n#+ [params.x]\n'
            f'#+ type = "{of}"\n#+ label = {both}\n#+ {TYPES[kind]}\n#+ [columns.x]\n'
            f'#+ type = "any"\n#+ label = {both}\n'
            "SELECT ?x\nWHERE {\n  VALUES ?x { UNDEF }\n  FILTER (BOUND(?x))\n}\nORDER BY ?x\n",
            name="typed",
        )
    )


@pytest.mark.parametrize("kind", TYPES)
def test_a_value_is_one_term_of_its_type_or_refused(store: LocalStore, kind: str) -> None:
    query = typed(kind)
    plain, _ = apart(query.text, ["x"])
    taken = 0
    refused: set[str] = set()

    def choices(parameter: Parameter) -> Any:
        return list_choices(store, parameter, CURIES)

    for value in hostile(1000):
        try:
            bound = bind(query, {"x": [value]}, curies=CURIES, choices_of=choices)
        except ParameterError as error:
            refused.add(error.name)
            continue
        taken += 1
        kept, slots = apart(bound, ["x"])
        assert kept == plain
        assert SLOT.fullmatch(" ".join(found for found, _ in slots["x"]))
        found = store.query(bound)
        assert isinstance(found, Solutions)
        ((term,),) = found.rows
        if query.parameters[0].type == "string":
            assert text_of(term) == value
        elif kind == "iri":
            assert text_of(term).startswith("https://w3id.org/ctl-kg/data/cluster/")
        else:
            assert re.fullmatch(r"[-+0-9.]+|true|false", text_of(term))
    # A string is any text but NUL and lone surrogates; of the other types few of these are.
    assert taken == 1000 if kind == "string" else 0 < taken < 1000
    assert refused <= {"x"}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that the query processes are given, as they come."""
    texts: list[str] = []
    run = QueryPool.run

    async def recorded(pool: QueryPool, job: Job, *more: Any) -> Any:
        texts.append(job.query)
        return await run(pool, job, *more)

    monkeypatch.setattr(QueryPool, "run", recorded)
    return texts


def test_over_http_nothing_runs_but_stock_queries_with_terms_in_their_slots(
    release: Path, ran: list[str]
) -> None:
    own = [(query, each) for query in QUERIES.values() for each in names_of(query)]
    shared = [(query, each) for query in list(QUERIES.values())[:3] for each in RESERVED_PARAMETERS
              if each not in ("evidence", "format")]  # fmt: skip
    places = [*own, *shared]
    random.Random(5).shuffle(places)
    statuses = {200: 0, 400: 0}
    with TestClient(create_app(release, Settings()), follow_redirects=False) as client:
        for number, value in enumerate(hostile(1000)):
            query, name = places[number % len(places)]
            answer = client.get(f"/api/queries/{query.name}", params={name: value})
            assert answer.status_code in statuses, (query.name, name, value, answer.text)
            statuses[answer.status_code] += 1
            if answer.status_code == 400:
                assert answer.json()["parameter"] == name
    assert statuses[400] > 500
    listing = {PROLOGUE + each.values for query in QUERIES.values()
               for each in query.parameters if each.values}  # fmt: skip
    stock = {
        tuple(apart(text.text, names_of(query))[0]): names_of(query)
        for query in QUERIES.values()
        for text in (with_total_order(query), *(in_language(query, each) for each in LANGUAGES))
    }
    every = {name for names in stock.values() for name in names}
    asked = [text for text in ran if text not in listing]
    assert asked
    for text in asked:
        kept, slots = apart(text, sorted(every))
        assert tuple(kept) in stock, text
        for found in slots.values():
            assert SLOT.fullmatch(" ".join(kind for kind, _ in found))
