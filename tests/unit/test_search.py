"""Search: what is found, in which order, and that no text can do harm."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from ctl_kg.errors import ParameterError, ReleaseError, StoreError
from ctl_kg.publish import search_index
from ctl_kg.publish.search import Found, SearchIndex, open_search
from ctl_kg.publish.search_index import SEARCH_FILE, documents, index_file, write_index
from ctl_kg.publish.search_question import MOST_CHARACTERS, parse
from ctl_kg.publish.snippets import Marker, as_html, label
from ctl_kg.publish.words import distance, fold, stems, written_words
from ctl_kg.sparql.store import LocalStore

MINI = Path(__file__).parents[1] / "fixtures" / "mini-release"
BASE = "https://example.org/kg/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"
CTL = BASE + "onto/CTL/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DESCRIPTION = "http://purl.org/dc/terms/description"


def said(subject: str, predicate: str, value: Literal | str, graph: str = "g") -> Quad:
    term = value if isinstance(value, Literal) else NamedNode(value)
    return Quad(NamedNode(BASE + subject), NamedNode(predicate), term, NamedNode(BASE + graph))


def named(subject: str, it: str, en: str | None = None) -> list[Quad]:
    return [
        said(subject, SKOS + "prefLabel", Literal(it, language="it")),
        said(subject, SKOS + "prefLabel", Literal(en or it, language="en")),
    ]


QUADS = [
    *named("c/alfa", "Cluster Alfa"),
    said("c/alfa", TYPE, CTL + "TechnologyCluster"),
    said("c/alfa", SKOS + "altLabel", Literal("ALF", language="it")),
    *named("n/vanguard", "Vanguard Initiative"),
    said("n/vanguard", TYPE, CTL + "Network"),
    said("n/vanguard", DESCRIPTION, Literal("Rete europea per l'innovazione", language="it")),
    said("c/alfa", CTL + "memberOf", BASE + "n/vanguard"),
    *named("t/citta", "Città intelligenti <b>&", "Smart cities"),
    said("t/citta", TYPE, SKOS + "Concept"),
    said("t/citta", SKOS + "notation", Literal("M2C2")),
    *named("t/agri", "Agri-food", "Agri-food"),
    *named("t/pnrr", "Piano Nazionale di Ripresa e Resilienza", "National Plan (PNRR)"),
    said("t/unnamed", DESCRIPTION, Literal("senza nome: vanguard")),
    said("d/passage", "http://purl.org/dc/terms/isPartOf", BASE + "d/section"),
    *named("d/passage", "Alfa, righe 1–2"),
    *named("d/section", "Sezione su Alfa"),
    said("d/section", TYPE, CTL + "Section"),
    said("d/section", "http://schema.org/about", BASE + "c/alfa"),
    *named("x/gone", "Vanguard ritirata"),
    said(
        "x/gone", "http://www.w3.org/2002/07/owl#deprecated", Literal(True), "data/graph/withdrawn"
    ),
]


def opened(quads: list[Quad]) -> SearchIndex:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    write_index(connection, quads, BASE)
    return SearchIndex([connection])


_SYNTAX = st.lists(
    st.sampled_from(
        ['"', "'", "*", "^", "-", "+", "(", ")", "{", "}", ":", ";", "--", "/*", "NEAR(", "AND",
         "OR", "NOT", "name", "name_stems", "entry", "a b", "vanguard", "alfa", "\x00",
         "\x1b[2J", "🎉", "\u202e", "שלום", "ͺ-ͺ", "a-b", "_", "%", "\ud800",
         "' OR 1=1", "DROP TABLE doc", "é́"]
    ),
    max_size=20,
)  # fmt: skip


@pytest.fixture(scope="module")
def index() -> Iterator[SearchIndex]:
    made = opened(QUADS)
    yield made
    made.close()


def find(index: SearchIndex, text: str, **options: str) -> list[str]:
    found = index.search(parse(text), **options)
    return [hit.iri.removeprefix(BASE) for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("vanguard initiative", "n/vanguard"),
        ("VANGUARD", "n/vanguard"),
        ("vangard initative", "n/vanguard"),
        ("VI", "n/vanguard"),
        ("innovazioni", "n/vanguard"),
        ("reti europee", "n/vanguard"),
        ("alf", "c/alfa"),
        ("citta", "t/citta"),
        ("CITTÀ", "t/citta"),
        ("city smart", "t/citta"),
        ("m2c2", "t/citta"),
        ("agrifood", "t/agri"),
        ("agri-food", "t/agri"),
        ("agri food", "t/agri"),
        ("pnrr", "t/pnrr"),
        ("P.N.R.R.", "t/pnrr"),
        ("il piano di ripresa", "t/pnrr"),
        ('"smart cities"', "t/citta"),
    ],
)
def test_what_is_meant_comes_first(index: SearchIndex, text: str, first: str) -> None:
    assert find(index, text)[0] == first


def test_a_phrase_is_found_as_it_stands(index: SearchIndex) -> None:
    assert find(index, '"cities smart"') == []
    assert find(index, "«smart cities»") == ["t/citta"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("alfa vanguard cities -vanguard", {"c/alfa", "d/passage", "d/section", "t/citta"}),
        ("alfa -sezione -righe", {"c/alfa"}),
        ('cities agri -"smart cities"', {"t/agri"}),
        ("cities agri -«smart cities»", {"t/agri"}),
        ("agri citta -agri-food", {"t/citta"}),
        ("piano -P.N.R.R.", set()),
        ("alfa -zzzz", {"c/alfa", "d/passage", "d/section"}),
        ("agri -il", {"t/agri"}),
    ],
)
def test_what_is_left_out_is_not_found(index: SearchIndex, text: str, left: set[str]) -> None:
    assert set(find(index, text)) == left


@pytest.mark.parametrize(
    "text", ["smart-cities", "smart - cities", "smart -", "-- smart", '"smart -cities"', "smart–x"]
)
def test_a_hyphen_elsewhere_leaves_nothing_out(index: SearchIndex, text: str) -> None:
    assert parse(text).excluded == ()
    assert find(index, text)[0] == "t/citta"


def test_a_text_that_only_leaves_out_finds_nothing(index: SearchIndex) -> None:
    question = parse('-alfa -"smart cities" -')
    assert question.excluded == ("alfa", "smart cities")
    assert index.search(question).hits == ()


_WORDS = ("alfa", "vanguard", "citta", "cluster", "rete", "europea", "cities", "sezione", "plan")


@given(st.sampled_from(_WORDS), st.sampled_from(_WORDS))
def test_leaving_out_takes_away_just_what_has_the_word(
    index: SearchIndex, word: str, other: str
) -> None:
    every = index.search(parse(word)).hits
    texts = index.texts(every)

    def has(number: int) -> bool:
        return any(
            fold(each) == other or {*stems(each, language)} & {*stems(other)}
            for _, language, text in texts[number]
            for each in written_words(text)
        )

    rest = [hit.iri.removeprefix(BASE) for hit in every if not has(hit.id)]
    assert find(index, f"{word} -{other}") == rest


def test_suggestions_are_what_a_name_may_become(index: SearchIndex) -> None:
    def suggested(text: str, most: int = 10) -> list[str]:
        return [hit.iri.removeprefix(BASE) for hit in index.suggest(text, most)]

    assert suggested("vang") == ["n/vanguard"]
    assert suggested("initiative vang") == ["n/vanguard"]
    assert suggested("SMART ci") == suggested("smart ci ") == ["t/citta"]
    assert suggested("alf")[0] == "c/alfa"
    assert suggested("m2") == ["t/citta"]
    assert suggested("innovazione") == []  # that is no name
    assert suggested("vangard") == []  # nor is it typed on
    assert suggested("") == suggested('"-()') == []
    assert len(suggested("a", 2)) == 2


_NAMES = ("Città intelligenti", "Vanguard Initiative", "Cluster Alfa", "Smart cities", "Agri-food")


@given(st.sampled_from(_NAMES), st.data())
def test_every_beginning_of_a_name_suggests_it(
    index: SearchIndex, name: str, data: st.DataObject
) -> None:
    typed = name[: data.draw(st.integers(1, len(name)))]
    texts = index.texts(index.suggest(typed, 10)).values()
    assert any(text.startswith(name) for found in texts for _, _, text in found)


@given(_SYNTAX.map(" ".join))
def test_no_text_that_is_typed_is_read_as_syntax(index: SearchIndex, text: str) -> None:
    assert len(index.suggest(text, 3)) <= 3


def test_the_unnamed_and_the_withdrawn_are_not_found(index: SearchIndex) -> None:
    assert find(index, "vanguard") == ["n/vanguard"]


def test_a_name_counts_more_than_a_description() -> None:
    quads = [
        *named("a", "Uno"),
        said("a", DESCRIPTION, Literal("idrogeno", language="it")),
        *named("b", "Idrogeno", "Hydrogen"),
    ]
    assert find(opened(quads), "idrogeno") == ["b", "a"]


def test_a_correction_is_told(index: SearchIndex) -> None:
    found = index.search(parse("vangard"))
    assert found.corrected == {"vangard": ("vanguard",)}
    assert found.match == "all"


def test_some_words_are_better_than_nothing(index: SearchIndex) -> None:
    found = index.search(parse("vanguard zzzzzzzz"))
    assert (found.match, len(found.hits)) == ("some", 1)


def test_a_prefix_finds_what_is_being_typed(index: SearchIndex) -> None:
    assert index.search(parse("vang")).hits == ()
    assert [h.iri for h in index.search(parse("vang", prefix=True)).hits] == [BASE + "n/vanguard"]
    assert [h.iri for h in index.search(parse("smart ci", prefix=True)).hits] == [BASE + "t/citta"]


def test_facets_count_as_if_they_were_not_chosen(index: SearchIndex) -> None:
    everything: Found = index.search(parse("alfa vanguard cities"))
    assert everything.kinds[CTL + "Network"] == 1
    assert everything.clusters == {BASE + "c/alfa": 4}
    chosen = index.search(parse("alfa vanguard cities"), kind=CTL + "Network")
    assert [hit.iri for hit in chosen.hits] == [BASE + "n/vanguard"]
    assert chosen.kinds == everything.kinds
    assert chosen.clusters == {BASE + "c/alfa": 1}


def test_a_passage_is_linked_to_the_cluster_of_its_section() -> None:
    linked = {document.iri: document.clusters for document in documents(QUADS, BASE)}
    assert linked[BASE + "d/passage"] == (BASE + "c/alfa",)
    assert linked[BASE + "t/citta"] == ()


def test_the_same_statements_give_the_same_bytes() -> None:
    assert index_file(QUADS, BASE) == index_file(list(reversed(QUADS)), BASE)


@given(st.text(max_size=MOST_CHARACTERS), st.booleans())
def test_any_text_is_only_words(index: SearchIndex, text: str, prefix: bool) -> None:
    index.search(parse(text, prefix=prefix))


@given(_SYNTAX.map(" ".join), st.booleans())
def test_no_text_is_read_as_syntax(index: SearchIndex, text: str, prefix: bool) -> None:
    index.search(parse(text[:MOST_CHARACTERS], prefix=prefix))
    assert find(index, "vanguard") == ["n/vanguard"]


@pytest.mark.parametrize(
    "text", ["", "   ", "🎉🎉", "\x00\x01", "***", '"', '""', '"" ""', "- -", "NEAR", "\u202e"]
)
def test_what_has_no_word_finds_nothing(index: SearchIndex, text: str) -> None:
    assert find(index, text) == []


def test_right_to_left_text_is_found() -> None:
    assert find(opened(named("a", "אנרגיה ירוקה")), "אנרגיה") == ["a"]


@pytest.mark.parametrize("text", ["x" * 10_000, "a b " * 40])
def test_a_long_text_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse(text)
    assert refused.value.name == "q"
    assert refused.value.allowed
    assert len(refused.value.message) < 200


def test_threads_ask_at_once(index: SearchIndex) -> None:
    wrong: list[list[str]] = []

    def ask() -> None:
        for _ in range(30):
            found = find(index, "vangard initative")
            if found != ["n/vanguard"]:
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_snippets_mark_what_was_found_and_escape_the_rest(index: SearchIndex) -> None:
    question = parse("citta")
    found = index.search(question)
    texts = index.texts(found.hits)[found.hits[0].id]
    match = Marker(found.terms).best_match(texts, "it")
    assert match is not None
    assert as_html(match.pieces) == "<mark>Città</mark> intelligenti &lt;b&gt;&amp;"
    assert label(texts, "en")[2] == "Smart cities"


@given(st.text(max_size=1_000), st.text(max_size=40))
def test_a_snippet_is_a_part_of_its_text(text: str, asked: str) -> None:
    marker = Marker(parse(asked).terms)
    marked = marker.mark((0, "it", text))
    assert "".join(piece.text for piece in marked.pieces).strip("…") in text
    whole = marker.mark((0, "it", text), whole=True)
    assert "".join(piece.text for piece in whole.pieces) == text


@given(st.text("abcd", max_size=7), st.text("abcd", max_size=7))
def test_the_distance_is_symmetric_and_bounded(one: str, other: str) -> None:
    edits = distance(one, other, 2)
    assert edits == distance(other, one, 2)
    assert (edits == 0) == (one == other)
    assert 0 <= edits <= 3


def test_stems_meet_across_languages() -> None:
    assert set(stems("innovation")) & set(stems("innovazioni", "it"))


def test_a_release_without_an_index_gets_one_in_memory() -> None:
    store = LocalStore(base_iri=BASE)
    store.add(QUADS)
    made = open_search(MINI, BASE, lambda: store)
    assert find(made, "vangard") == ["n/vanguard"]
    made.close()


def release(folder: Path, digest: str | None = None) -> Path:
    import hashlib
    import json

    content = index_file(QUADS, BASE)
    (folder / SEARCH_FILE).write_bytes(content)
    files = {SEARCH_FILE: {"sha256": digest or hashlib.sha256(content).hexdigest()}}
    manifest = {"name": "ctl-kg", "base_iri": BASE, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_the_index_of_a_release_stays_open_when_its_folder_goes(tmp_path: Path) -> None:
    index = open_search(release(tmp_path), BASE, lambda: LocalStore(base_iri=BASE))
    (tmp_path / SEARCH_FILE).unlink()
    assert find(index, "vangard") == ["n/vanguard"]
    index.close()


@pytest.mark.parametrize("damage", ["digest", "content", "missing"])
def test_a_damaged_index_is_an_error_of_the_release(tmp_path: Path, damage: str) -> None:
    folder = release(tmp_path, "0" * 64 if damage == "digest" else None)
    if damage == "content":
        (folder / SEARCH_FILE).write_bytes(b"no database")
    elif damage == "missing":
        (folder / SEARCH_FILE).unlink()
    with pytest.raises(ReleaseError, match="damaged"):
        open_search(folder, BASE, lambda: LocalStore(base_iri=BASE))


def test_an_engine_without_full_text_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that no SQLite has stands for FTS5 where that is not compiled in."""
    schema = search_index._SCHEMA.replace("fts5(", "fts5_missing(")
    monkeypatch.setattr(search_index, "_SCHEMA", schema)
    with pytest.raises(StoreError, match=r"full-text search \(FTS5\)"):
        index_file(QUADS, BASE)
