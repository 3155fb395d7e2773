"""The OpenAPI description: valid, whole, and true of the headers that it is made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctl_kg.publish.formats import GEO_JSON, TABLE_FORMATS
from ctl_kg.publish.openapi import Rules, openapi_document, operation_id
from ctl_kg.publish.tables import geography_of
from ctl_kg.sparql.query_file import load_queries, parse_query
from ctl_kg.sparql.query_model import Column, Parameter, QueryFile
from ctl_kg.web.api_answers import formats_of
from ctl_kg.web.api_values import takes_empty, takes_several
from ctl_kg.web.api_wishes import filter_pattern

QUERIES = load_queries(Path(__file__).resolve().parents[2] / "queries")
BOTH = {"it": "x", "en": "x"}
HEADER = """#+ title = { it = "a", en = "a" }
#+ description = { it = "a", en = "a" }
#+ question = { it = "a?", en = "a?" }
#+ competency = "CQ-99"
#+ group = "quality"
"""


def choices(parameter: Parameter) -> list[tuple[str, str]] | None:
    if parameter.enum:
        return [(value, value) for value in parameter.enum]
    return [("x:a", "A"), ("x:b", "B")] if parameter.values else None


def document(queries: dict[str, QueryFile], language: str = "en", **more: Any) -> dict[str, Any]:
    rules = Rules(formats_of, choices, takes_several, takes_empty, filter_pattern, 100, 1000)
    return openapi_document(queries, rules, version="1", language=language, server="/base", **more)


def parameters(queries: dict[str, QueryFile], name: str) -> dict[str, dict[str, Any]]:
    found = document(queries)["paths"]["/api/queries/" + name]["get"]["parameters"]
    return {each["name"]: each for each in found}


def typed(header: str, default: str = "UNDEF") -> QueryFile:
    text = (
        HEADER
        + header
        + """#+ [columns.x]
#+ type = "integer"
#+ label = { it = "a", en = "a" }
SELECT ?x
WHERE {
  VALUES ?p { UNDEF }
  BIND(1 AS ?x)
}
ORDER BY ?x
"""
    )
    return parse_query(text.replace("UNDEF", default), name="typed")


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_description_is_valid(language: str) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    validator.validate(document(QUERIES, language))


def test_each_query_is_one_path_with_a_name_of_its_own() -> None:
    paths = document(QUERIES)["paths"]
    assert {"/api/queries/" + name for name in QUERIES} <= paths.keys()
    assert len({operation_id(query) for query in QUERIES.values()}) == len(QUERIES)
    for name in ("/api/queries", "/sparql", "/data/{folder}/{name}", "/api/openapi.json"):
        assert name in paths


def test_every_query_has_its_own_rows() -> None:
    schemas = document(QUERIES)["components"]["schemas"]
    row = schemas["SeatsAnswer"]["properties"]["rows"]["items"]
    assert list(row["properties"]) == [column.name for column in QUERIES["seats"].columns]
    assert row["properties"]["cluster"]["type"] == ["string", "null"]
    degrees = schemas["ClusterDegreeAnswer"]["properties"]["rows"]["items"]["properties"]
    assert degrees["networks"]["type"] == ["integer", "null"]
    assert "networks" in degrees["networks"]["description"]  # the unit


def test_a_finite_parameter_lists_its_values() -> None:
    cluster = parameters(QUERIES, "networks-by-cluster")["cluster"]
    assert cluster["schema"]["enum"] == ["x:a", "x:b"]
    # The default of the header is none of the values here, so it is not given.
    assert "default" not in cluster["schema"]
    assert cluster["example"] == "x:a"
    least = typed('#+ [params.p]\n#+ type = "integer"\n#+ required = true\n#+ default = 5\n'
                  '#+ label = { it = "a", en = "a" }\n', "5")  # fmt: skip
    found = parameters({"typed": least}, "typed")["p"]
    assert found["schema"]["default"] == found["example"] == 5
    assert found["required"] is False
    project = parameters(QUERIES, "project-figures")["project"]
    assert project["schema"]["items"]["enum"] == ["x:a", "x:b"]
    assert project["explode"] is True


@pytest.mark.parametrize(
    ("header", "schema"),
    [
        ('#+ type = "integer"\n#+ minimum = 1\n#+ maximum = 9\n',
         {"type": "integer", "minimum": 1, "maximum": 9}),
        ('#+ type = "date"\n', {"type": "string", "format": "date"}),
        ('#+ type = "boolean"\n', {"type": "string", "enum": ["true", "false"]}),
        ('#+ type = "string"\n#+ pattern = "[A-Z]{3}"\n',
         {"type": "string", "minLength": 1, "maxLength": 2000, "pattern": "^(?:[A-Z]{3})$"}),
    ],
)  # fmt: skip
def test_parameters_have_types(header: str, schema: dict[str, Any]) -> None:
    label = '#+ label = { it = "a", en = "a" }\n'
    for required in (True, False):
        more = "#+ required = true\n" if required else ""
        query = typed(f"#+ [params.p]\n{header}{label}{more}")
        found = parameters({"typed": query}, "typed")["p"]
        assert found["required"] is required
        assert (found["schema"] if required else found["schema"]["items"]) == schema


def test_geojson_is_offered_where_there_is_geography() -> None:
    place = Column("where", "wkt", BOTH, BOTH)
    query = QueryFile("q", BOTH, BOTH, BOTH, "CQ", "geography", "map", (), (place,), "SELECT", "")
    content = document({"q": query})["paths"]["/api/queries/q"]["get"]["responses"]["200"][
        "content"
    ]
    assert GEO_JSON.media_type in content
    assert {each.media_type for each in TABLE_FORMATS} <= content.keys()
    assert geography_of(QUERIES["seats"].columns) is None
    content = document(QUERIES)["paths"]["/api/queries/seats"]["get"]["responses"]["200"]["content"]
    assert GEO_JSON.media_type not in content


def test_other_modules_add_their_endpoints() -> None:
    more = {"paths": {"/api/x": {}}, "schemas": {"X": {}}, "tags": [{"name": "x"}]}
    found = document(QUERIES, more=[more])
    assert "/api/x" in found["paths"]
    assert "X" in found["components"]["schemas"]
    assert {"name": "x"} in found["tags"]
    assert found["servers"] == [{"url": "/base"}]
