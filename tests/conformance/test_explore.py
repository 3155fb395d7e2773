"""The lists with facets: what they show is what SPARQL answers, and what they export."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin

import pyoxigraph as ox
import pytest
from altered import altered
from html_reader import Page
from list_cases import KINDS, PREFIXES, Row, fits, read_list
from starlette.testclient import TestClient

from ctl_kg.namespaces import Curies, prefixes
from ctl_kg.publish.resources import fold
from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance
BASE = "https://w3id.org/ctl-kg/"
CURIES = Curies(prefixes(BASE))
HTML = {"accept": "text/html"}
FACETS = {
    kind: ["certainty", *(facet for asked in columns.values() for facet in asked.facets)]
    for kind, (_, columns) in KINDS.items()
}
Pairs = list[tuple[str, str]]


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


@pytest.fixture(scope="module")
def rows_of(client: TestClient) -> Callable[[str], dict[str, Row]]:
    """Return the rows of a list as the SPARQL endpoint gives them."""
    known: dict[str, dict[str, Row]] = {}

    def select(query: str) -> list[dict[str, str]]:
        answer = client.post("/sparql", data={"query": query, "format": "json"})
        assert answer.status_code == 200, answer.text
        bindings = answer.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in each.items()} for each in bindings]

    def read(kind: str) -> dict[str, Row]:
        if kind not in known:
            known[kind] = read_list(select, kind)
        return known[kind]

    return read


class ListPage(HTMLParser):
    """What a page of a list shows.

    ``rows`` are the addresses of the rows; ``cells`` per row and column the values, each with its
    text and the small words beside it, and ``more`` the texts that tell of values left out.
    ``counts`` and ``checked`` are of the filters' options.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[str] = []
        self.cells: list[list[list[tuple[str, list[str]]]]] = []
        self.more: dict[tuple[int, int], str] = {}
        self.counts: dict[tuple[str, str], int] = {}
        self.checked: set[tuple[str, str]] = set()
        self._is_body = False
        self._option: tuple[str, str] | None = None
        self._open: list[tuple[str, str]] = []
        self._text = self.status = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "input":
            if said.get("type") == "checkbox" and "name" in said:
                self._option = (said["name"], said["value"])
                self.checked |= {self._option} if "checked" in said else set()
            return
        self._open.append((tag, said.get("class", "")))
        self._is_body = self._is_body or tag == "tbody"
        if said.get("class") == "count" or said.get("role") == "status":
            self._text = ""
        if not self._is_body:
            return
        if tag == "tr":
            self.cells.append([])
        elif tag in ("th", "td"):
            self.cells[-1].append([])
        elif said.get("class") == "value":
            self.cells[-1][-1].append(("", []))
        elif tag == "small" and self._in("value"):
            self.cells[-1][-1][-1][1].append("")
        elif tag == "a" and len(self.cells[-1]) == 1 and len(self.rows) < len(self.cells):
            self.rows.append(said["href"])

    def _in(self, name: str) -> bool:
        return any(name == each for _, each in self._open)

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        while closed[0] != tag:  # an element without an end
            closed = self._open.pop()
        if closed == ("span", "count") and self._option:
            self.counts[self._option] = int(re.sub(r"\D", "", self._text))
            self._option = None
        if closed[1] == "list-summary":
            self.status = self._text
        self._is_body = self._is_body and tag != "tbody"

    def handle_data(self, data: str) -> None:
        self._text += data
        if not self._is_body or not self.cells:
            return
        if self._in("value"):
            values = self.cells[-1][-1]
            text, notes = values[-1]
            if any(tag == "small" for tag, _ in self._open):
                notes[-1] += data
            else:
                values[-1] = (text + data, notes)
        elif ("li", "") in self._open and ("a", "") in self._open:
            self.more[len(self.cells) - 1, len(self.cells[-1]) - 1] = data


def _address(kind: str, pairs: Pairs, suffix: str = "") -> str:
    return f"/explore/{kind}{suffix}" + (f"?{urlencode(pairs)}" if pairs else "")


def _page(client: TestClient, kind: str, pairs: Pairs) -> ListPage:
    answer = client.get(_address(kind, pairs), headers=HTML)
    assert answer.status_code == 200, answer.text
    return ListPage(answer.text)


def _csv(client: TestClient, kind: str, pairs: Pairs) -> list[dict[str, str]]:
    answer = client.get(_address(kind, pairs, ".csv"))
    assert answer.status_code == 200, answer.text
    assert not answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def _slug(key: str) -> str:
    """Return a value as an address may have it: a CURIE, an IRI, a text."""
    return (CURIES.shorten(key) or key) if key else "none"


def _keys(rows: dict[str, Row], kind: str, facet: str) -> list[str]:
    """Return every key of a facet that some row has."""
    if facet == "certainty":
        certain = {r.certainty for r in rows.values()}
        every = (s for r in rows.values() for c in r.columns.values() for s in c)
        return sorted(certain | {s.certainty for s in every})
    said = (s for r in rows.values() for c in r.columns.values() for s in c)
    return sorted({s.keys[facet] for s in said if facet in s.keys} - {""})


def _pairs(wanted: dict[str, set[str]], all_of: set[str]) -> Pairs:
    found = []
    for facet, keys in wanted.items():
        names = [f"certainty:{k}" if facet == "certainty" else _slug(k) for k in sorted(keys)]
        found += [(facet, name) for name in names]
    return found + [("all", facet) for facet in sorted(all_of)]


def _expected(
    rows: dict[str, Row], kind: str, wanted: dict[str, set[str]], all_of: set[str]
) -> set[str]:
    certain = wanted.get("certainty", set())
    others = {facet: keys for facet, keys in wanted.items() if facet != "certainty"}
    return {iri for iri, row in rows.items() if fits(row, kind, others, all_of, certain)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_list_is_what_sparql_answers(
    client: TestClient, rows_of: Callable[[str], dict[str, Row]], kind: str
) -> None:
    rows, exported = rows_of(kind), _csv(client, kind, [])
    assert {each["iri"] for each in exported} == rows.keys()
    assert len(exported) == len(rows) > 0
    for each in exported:
        for name in KINDS[kind][1]:
            if name in each:  # a column that people see
                values = {s.value for s in rows[each["iri"]].columns[name]}
                shown = [text for text in each[name].split(" | ") if text]
                is_count = len(shown) == 1 and shown[0].isdigit() and len(values) == int(shown[0])
                assert len(shown) == len(values) or is_count, (each["iri"], name)


@pytest.mark.parametrize(("kind", "facet"), [(k, f) for k in KINDS for f in FACETS[k]])
def test_every_count_of_a_facet_is_that_of_sparql(
    client: TestClient, rows_of: Callable[[str], dict[str, Row]], kind: str, facet: str
) -> None:
    rows = rows_of(kind)
    keys = _keys(rows, kind, facet)
    assert keys, "a facet without values says nothing"
    shown = {v: n for (name, v), n in _page(client, kind, []).counts.items() if name == facet}
    nothing = (
        {} if facet == "certainty" else {"none": len(_expected(rows, kind, {facet: {""}}, set()))}
    )
    expected = {key: len(_expected(rows, kind, {facet: {key}}, set())) for key in keys}
    if len(keys) + bool(nothing.get("none")) < 2:
        assert not shown  # nothing to choose from
        return
    assert sum(shown.values()) == sum(expected.values()) + nothing.get("none", 0)
    assert len(shown) == len(expected) + bool(nothing.get("none"))
    for key, count in expected.items():
        found = _csv(client, kind, _pairs({facet: {key}}, set()))
        assert len(found) == count
        assert shown[_shown_slug(key, shown)] == count


def _shown_slug(key: str, shown: dict[str, int]) -> str:
    """Return the name that a page gives a key: the shortest that it is known by."""
    curie = CURIES.shorten(key) or key
    return next(each for each in (curie.partition(":")[2], curie, key) if each in shown)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_and_counts_of_random_choices_are_those_of_sparql(
    client: TestClient, rows_of: Callable[[str], dict[str, Row]], kind: str
) -> None:
    rows, dice = rows_of(kind), random.Random(kind)
    table = {facet: [*_keys(rows, kind, facet), ""] for facet in FACETS[kind]}
    table["certainty"].remove("")
    several = _with_several(rows, kind)
    hits = 0
    for _ in range(40):
        chosen = dice.sample(FACETS[kind], dice.randint(1, min(3, len(FACETS[kind]))))
        wanted = {f: set(dice.sample(table[f], min(len(table[f]), dice.randint(1, 3))))
                  for f in chosen}  # fmt: skip
        all_of = {f for f in chosen if f in several and dice.random() < 0.4}
        pairs = _pairs(wanted, all_of)
        expected = _expected(rows, kind, wanted, all_of)
        assert {each["iri"] for each in _csv(client, kind, pairs)} == expected, pairs
        page = _page(client, kind, pairs)
        assert len(page.cells) == min(50, len(expected)), pairs
        assert re.findall(r"\d+", page.status)[:2] == [str(len(expected)), str(len(rows))]
        assert len([name for name, _ in page.checked if name != "all"]) == sum(
            map(len, wanted.values())
        )
        facet = dice.choice(FACETS[kind])
        _check_counts(rows, kind, page, facet, wanted, all_of, table[facet])
        hits += bool(expected)
    assert hits > 5, "the choices find too little to prove anything"


def _check_counts(
    rows: dict[str, Row], kind: str, page: ListPage, facet: str,
    wanted: dict[str, set[str]], all_of: set[str], keys: list[str],
) -> None:  # fmt: skip
    shown = {value: n for (name, value), n in page.counts.items() if name == facet}
    for key in keys:
        kept = wanted.get(facet, set()) if facet in all_of else set()
        expected = len(_expected(rows, kind, {**wanted, facet: kept | {key}}, all_of))
        if not key:
            assert shown.get("none", 0) == expected
        elif shown:
            assert shown[_shown_slug(key, shown)] == expected, (facet, key, wanted, all_of)


def _with_several(rows: dict[str, Row], kind: str) -> set[str]:
    found = set()
    for name, asked in KINDS[kind][1].items():
        for facet in asked.facets:
            for row in rows.values():
                if len({s.keys[facet] for s in row.columns[name]} - {""}) > 1:
                    found.add(facet)
    return found


CHOICES: dict[str, Pairs] = {
    "clusters": [("network", "eccp"), ("network", "vanguard-initiative"), ("all", "network")],
    "networks": [("cluster", "afil"), ("sort", "-kind")],
    "projects": [("cluster", "afil"), ("cluster", "tav"), ("q", "a"), ("sort", "-period")],
    "organisations": [("sort", "-name")],
    "events": [("year", "2022")],
    "ecosystems": [("certainty", "inferred")],
    "components": [("mission", "m1"), ("sort", "projects")],
}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_csv_is_what_the_page_shows(client: TestClient, kind: str, language: str) -> None:
    pairs = [*CHOICES[kind], ("lang", language)]
    exported = _csv(client, kind, pairs)
    line_number = 0
    for number in range(1, -(-len(exported) // 50) + 1):
        page = _page(client, kind, [*pairs, ("page", str(number))])
        for row, (link, cells) in enumerate(zip(page.rows, page.cells, strict=True)):
            line = exported[line_number]
            line_number += 1
            assert BASE.rstrip("/") + link.partition("?")[0] == line["iri"]
            names = [name for name in line if name not in ("iri", "inferred")]
            for column, (cell, name) in enumerate(zip(cells, names, strict=True)):
                values = [each for each in line[name].split(" | ") if each]
                left_out = re.sub(r"\D", "", page.more.get((row, column), "0"))
                assert len(cell) + int(left_out) == len(values), (line["iri"], name)
                for (text, notes), value in zip(cell, values, strict=False):
                    said = {text.strip(), *(f"{text.strip()} ({note})" for note in notes)}
                    assert value in said, (line["iri"], name)
    assert line_number == len(exported) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_csv_for_excel_has_the_same_rows(client: TestClient, kind: str) -> None:
    pairs = [*CHOICES[kind], ("lang", "it")]
    answer = client.get(_address(kind, [*pairs, ("dialect", "excel-it")], ".csv"))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(
        csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
    )
    plain = _csv(client, kind, pairs)
    assert lines[0][:2] == ["IRI", "Nome"]
    assert lines[1:] == [list(each.values()) for each in plain]
    assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.csv"'


@pytest.mark.parametrize("kind", KINDS)
def test_json_ld_is_the_graph_of_the_rows_shown(
    client: TestClient, rows_of: Callable[[str], dict[str, Row]], kind: str
) -> None:
    pairs = [each for each in CHOICES[kind] if each[0] != "sort"]
    answer = client.get(_address(kind, pairs, ".jsonld"))
    assert answer.headers["content-type"] == "application/ld+json"
    graph = ox.Store()
    graph.load(answer.content, format=ox.RdfFormat.JSON_LD)
    exported = {each["iri"] for each in _csv(client, kind, pairs)}
    rdf_type = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    alignment = ox.NamedNode(BASE + "onto/CTL/Alignment")
    typed = {q.subject.value for q in graph.quads_for_pattern(None, rdf_type, None)
             if q.object != alignment}  # fmt: skip
    assert exported <= typed
    # Every value of every column stands in it, with a label; nothing doubtful without its doubt.
    columns = [each for each in _csv(client, kind, pairs)[0] if each in KINDS[kind][1]]
    whole = rows_of(kind)
    for iri in exported:
        for name in columns:
            for said in whole[iri].columns[name]:
                assert list(graph.query(_ask(said.value))), (iri, name, said.value)
                if said.certainty == "inferred":
                    assert list(graph.quads_for_pattern(None, rdf_type, alignment))
    triples = {q.triple for q in graph}
    original = client.get("/download/ctl-kg.nt")
    known = {q.triple for q in ox.parse(original.content, format=ox.RdfFormat.N_TRIPLES)}
    assert triples <= known, "an export says nothing that the release does not say"


def _ask(value: str) -> str:
    text = json.dumps(value)
    return f"SELECT * {{ ?s ?p ?o FILTER(STR(?s) = {text} || STR(?o) = {text}) }} LIMIT 1"


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_of_a_list_keeps_the_choice_and_leads_on(client: TestClient, kind: str) -> None:
    pairs = [*CHOICES[kind], ("lang", "en")]
    text = client.get(_address(kind, pairs), headers=HTML).text
    page = Page(text, "http://x" + _address(kind, pairs))
    switches = (values for tag, values in page.tags if tag == "a" and "hreflang" in values)
    others = {urljoin("http://x", values["href"]) for values in switches}
    for link in dict.fromkeys(urldefrag(each).url for each in page.links):
        path = link.removeprefix("http://x")
        if path.startswith("/explore"):
            answer = client.get(path, headers={"accept": "text/html, text/csv"})
            assert answer.status_code == 200, path
            languages = [v for n, v in parse_qsl(path.partition("?")[2]) if n == "lang"]
            if ".jsonld" not in path:
                assert languages == (["it"] if link in others else ["en"]), path


@pytest.mark.parametrize("kind", ["clusters", "ecosystems", "components"])
def test_a_number_leads_to_what_was_counted(client: TestClient, kind: str) -> None:
    text = client.get(_address(kind, []), headers=HTML).text
    counted = re.findall(r'<a href="(/explore/[^"?]+)\?([^"]+)" title="[^"]+">(\d+)</a>', text)
    numbers = [row[name] for row in _csv(client, kind, []) for name in ("networks", "projects")
               if row.get(name, "0") != "0"]  # fmt: skip
    assert sorted(number for _, _, number in counted) == sorted(numbers)
    assert numbers
    for path, query, number in counted:
        answer = client.get(f"{path}.csv?{query}")
        rows = list(csv.reader(io.StringIO(answer.text, newline="")))
        assert len(rows) - 1 == int(number), (path, query)


def test_an_address_says_the_whole_state_and_nothing_more(client: TestClient) -> None:
    pairs: Pairs = [("q", "progetto"), ("cluster", "afil"), ("cluster", "tav"), ("cluster", "scc"),
                    ("all", "cluster"), ("sort", "-clusters"), ("lang", "it")]  # fmt: skip
    text = client.get(_address("projects", pairs), headers=HTML).text
    page = ListPage(text)
    assert {v for n, v in page.checked if n == "cluster"} == {"afil", "tav", "scc"}
    assert ("all", "cluster") in page.checked
    assert 'name="sort" value="-clusters"' in text
    assert 'value="progetto"' in text
    # The same by CURIE and IRI, and with what a form sends for empty fields.
    tav = BASE + "data/cluster/tav"
    same = [("q", " progetto "), ("cluster", "cluster:afil"), ("cluster", tav),
            ("cluster", "scc"), ("cluster", "scc"), ("all", "cluster"), ("sort", "-clusters"),
            ("lang", "it"), ("page", "")]  # fmt: skip
    assert ListPage(client.get(_address("projects", same), headers=HTML).text).cells == page.cells


def test_both_networks_and_no_other(client: TestClient) -> None:
    """Test the question of an analyst: which clusters are in this network and in that."""
    either = _csv(client, "clusters", CHOICES["clusters"][:2])
    both = _csv(client, "clusters", CHOICES["clusters"])
    query = (
        PREFIXES + "SELECT DISTINCT ?c { ?a org:member ?c ; org:organization <%s> . "
        "?b org:member ?c ; org:organization <%s> . ?c a ctl:TechnologyCluster }"
    )
    names = [BASE + "data/network/" + each for each in ("eccp", "vanguard-initiative")]
    answer = client.get("/sparql", params={"query": query % tuple(names), "format": "json"})
    expected = {row["c"]["value"] for row in answer.json()["results"]["bindings"]}
    assert {each["iri"] for each in both} == expected
    assert 0 < len(both) < len(either)


@pytest.mark.parametrize(("name", "value"), [
    ("cluster", "nobody"), ("cluster", "<script>alert(1)</script>"), ("year", "20"),
    ("certainty", "perhaps"), ("sort", "price"), ("all", "status"), ("page", "99"), ("page", "x"),
    ("dialect", "excel-de"), ("colour", "red"), ("lang", "fr"), ("q", "x" * 301),
])  # fmt: skip
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_bad_value_is_refused_by_name_in_the_language_of_the_visitor(
    client: TestClient, name: str, value: str, language: str
) -> None:
    headers = {"accept": "text/html", "accept-language": language}
    answer = client.get(_address("projects", [(name, value)]), headers=headers)
    assert answer.status_code == 400
    page = Page(answer.text)
    assert page.attribute("html", "lang") == language
    assert name in page.texts.get("p", "") + page.texts.get("code", "") + page.texts.get(
        "strong", ""
    )
    assert not page.live
    assert "<script>alert" not in answer.text
    problem = client.get(_address("projects", [(name, value)], ".csv"), headers={"accept": "*/*"})
    assert problem.status_code == 400
    assert problem.json()["parameter"] == name


def test_unknown_lists_are_not_found(client: TestClient) -> None:
    for path in ("/explore/nothing", "/explore/projects.xlsx", "/explore/.csv"):
        answer = client.get(path, headers=HTML)
        assert answer.status_code == 404, path
        assert "/explore/projects" in answer.text


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "%s%n", "' OR 1=1",
    "\u202e\u0000", "zzzz", "=1+1", "&lt;b&gt;", "a" * 300,
])  # fmt: skip
def test_a_hostile_text_is_only_a_text(client: TestClient, text: str) -> None:
    pairs = [("q", text.replace("\0", "")), ("cluster", "lac"), ("lang", "it")]
    answer = client.get(_address("projects", pairs), headers=HTML)
    assert answer.status_code == 200
    page = Page(answer.text)
    assert not page.live
    assert ListPage(answer.text).cells == []
    # Nothing found: each thing chosen can be taken back, and the numbers are right.
    widened = re.search(r'href="([^"]*)">(\d+) senza Cluster: LAC', answer.text)
    assert widened is None, "without the cluster the text still finds nothing"
    back = re.search(r'href="([^"]*)">(\d+) senza parole', answer.text)
    assert back is not None
    there = ListPage(client.get(back[1].replace("&amp;", "&"), headers=HTML).text)
    assert len(there.cells) == int(back[2]) > 0


def test_words_find_names_and_descriptions_without_accents_and_case(client: TestClient) -> None:
    def found(text: str) -> set[str]:
        return {each["iri"].rpartition("/")[2] for each in _csv(client, "clusters", [("q", text)])}

    assert found("mobilità") == found("MOBILITA") == found("mobilità lombardo")
    assert "mobilita" in found("mobilita")
    assert found("AFIL") == {"afil"}
    assert found("mobilita energia") == found("mobilita") & found("energia")


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_in_the_order_asked_for(client: TestClient, kind: str) -> None:
    header = list(_csv(client, kind, [])[0])
    names = [fold(r["name"]) for r in _csv(client, kind, [("sort", "name")])]
    assert names == sorted(names)
    assert [fold(r["name"]) for r in _csv(client, kind, [("sort", "-name")])] == names[::-1]
    for name in header[2:-1]:
        up = _csv(client, kind, [("sort", name), ("lang", "it")])
        down = _csv(client, kind, [("sort", "-" + name), ("lang", "it")])
        assert {r["iri"] for r in up} == {r["iri"] for r in down}
        full, empty = ([r for r in up if r[name]], [r for r in up if not r[name]])
        assert up == full + empty, "what has no value comes last"
        assert [bool(r[name]) for r in down] == [True] * len(full) + [False] * len(empty)
        if full and all(r[name].isdigit() for r in full):
            numbers = [int(r[name]) for r in full]
            assert numbers == sorted(numbers)
            assert [int(r[name]) for r in down if r[name]] == sorted(numbers, reverse=True)


def test_a_long_list_comes_in_pages(client: TestClient) -> None:
    pages = [_page(client, "organisations", [("page", str(n))]) for n in (1, 2)]
    whole = _csv(client, "organisations", [])
    assert len(pages[0].rows) == 50
    assert len(pages[1].rows) == len(whole) - 50
    assert len({*pages[0].rows, *pages[1].rows}) == len(whole)
    text = client.get("/explore/organisations?page=2", headers=HTML).text
    assert 'rel="prev"' in text
    assert 'rel="next"' not in text


def test_inferred_values_are_marked_and_lead_to_their_source(
    client: TestClient, rows_of: Callable[[str], dict[str, Row]]
) -> None:
    text = client.get("/explore/networks?lang=en&cluster=lac", headers=HTML).text
    exported = _csv(client, "networks", [("lang", "en"), ("cluster", "lac")])
    rows = rows_of("networks")
    expected = 0
    for each in exported:
        row = rows[each["iri"]]
        doubts = [row.certainty == "inferred"]
        for said in row.columns.values():
            values = {s.value: s.certainty for s in said}
            doubts += [certainty == "inferred" for certainty in values.values()]
        expected += sum(doubts)
        assert bool(each["inferred"]) == any(doubts)
    assert expected
    assert text.count('class="inferred"') == expected
    sources = re.findall(r'class="[^"]*mark-passage" href="([^"]+)"', text)
    assert len(sources) == expected
    for source in set(sources):
        assert client.get(source, headers=HTML).status_code == 200


def test_programs_get_data_from_the_same_address(client: TestClient) -> None:
    for accept, kind in (("text/csv", "text/csv"), ("application/ld+json", "application/ld+json"),
                         ("text/html", "text/html")):  # fmt: skip
        answer = client.get("/explore/clusters", headers={"accept": accept})
        assert answer.headers["content-type"].startswith(kind)
        assert "Accept" in answer.headers["vary"]
    assert client.get("/explore/clusters", headers={"accept": "image/png"}).status_code == 406
    head = client.head("/explore/clusters.csv")
    assert head.status_code == 200
    assert not head.content


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_door_leads_to_every_list_with_its_number(
    client: TestClient, rows_of: Callable[[str], dict[str, Row]], language: str
) -> None:
    answer = client.get("/explore", params={"lang": language}, headers=HTML)
    assert answer.headers["content-language"] == language
    for kind in KINDS:
        found = re.search(rf'href="/explore/{kind}\?lang={language}">[^<]+</a> <span class="count">'
                          r"([\d.,]+)</span>", answer.text)  # fmt: skip
        assert found is not None, kind
        assert int(re.sub(r"\D", "", found[1])) == len(rows_of(kind))
    assert client.get("/explore/", headers=HTML).status_code == 200


def test_a_page_of_a_list_is_light(client: TestClient) -> None:
    for kind in KINDS:
        assert len(client.get(f"/explore/{kind}", headers=HTML).content) < 400_000, kind


HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def crowded(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve 3,000 projects, each with a programme of its own and a hostile name."""
    graph = ox.NamedNode(BASE + "data/graph/p-0126")
    rdf_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    ctl = BASE + "onto/CTL/"
    quads = []
    for number in range(3000):
        names = ("project", "funding", "programme", "participation")
        project, funding, programme, part = (
            ox.NamedNode(f"{BASE}data/{each}/more-{number}") for each in names
        )
        for subject, predicate, value in (
            (project, rdf_type, ox.NamedNode(ctl + "Project")),
            (project, label, ox.Literal(f"=1+{number} {HOSTILE}", language="it")),
            (project, ctl + "fundingStatement", funding),
            (funding, ctl + "underProgramme", programme),
            (programme, label, ox.Literal(f"@SUM({number}) {HOSTILE}", language="it")),
            (part, ctl + "inProject", project),
            (part, ctl + "participant", ox.NamedNode(BASE + "data/cluster/lac")),
        ):
            quads.append(ox.Quad(subject, ox.NamedNode(predicate), value, graph))
    folder = tmp_path_factory.mktemp("crowded") / "release"
    with TestClient(create_app(altered(release, folder, quads=quads), Settings())) as made:
        yield made


def test_very_many_rows_and_values_stay_readable(crowded: TestClient) -> None:
    for query in ("", "?page=61", "?cluster=lac&sort=-programmes", "?q=alert", "?programme=more-7"):
        answer = crowded.get("/explore/projects" + query, headers=HTML)
        assert answer.status_code == 200
        assert len(answer.content) < 400_000
        page = ListPage(answer.text)
        assert 1 <= len(page.rows) <= 50
        assert len(page.counts) < 250
    page = ListPage(crowded.get("/explore/projects?programme=more-7", headers=HTML).text)
    assert page.rows == ["/data/project/more-7"]
    assert ("programme", "more-7") in page.checked
    home = crowded.get("/", headers={"accept": "text/html", "accept-language": "en"}).text
    assert re.search(r"<strong>3,0\d\d</strong> <a href=\"/explore/projects\">", home)


def test_hostile_names_are_only_names(crowded: TestClient) -> None:
    for path in ("/explore/projects", "/explore/projects?programme=more-7", "/explore/clusters"):
        answer = crowded.get(path, headers=HTML)
        assert not Page(answer.text).live
        assert "<script>alert" not in answer.text
    for dialect in ("", "&dialect=excel-it"):
        text = crowded.get("/explore/projects.csv?q=alert" + dialect).text.removeprefix("\ufeff")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if dialect else ","))
        assert len(lines) == 3001
        assert {line[1][:3] for line in lines[1:]} == {"'=1"}
        assert not [
            cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))
        ]
