"""Citations: what they say, and that no text of the data can break a bibliography."""

import json
import re
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctl_kg.publish.citation import Citation, apa, bibtex, bibtex_text, csl

AFIL = Citation(
    iri="https://w3id.org/ctl-kg/data/cluster/afil",
    title="Associazione Fabbrica Intelligente Lombardia",
    language="it",
    authors=("Progetto ctl-kg",),
    issued="2026-11-22",
    version="0.1.0",
    dataset="Il grafo dei cluster tecnologici lombardi",
    publisher="Regione Lombardia",
    kind="Voce di una banca dati",
    version_word="Versione",
    within="In",
)
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("{}\\%$#&_~^\"'`@,=<>| àèìòùçñü’“”–→€\n\t\r\x00\u202e"),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=60,
)  # fmt: skip


def entry(text: str) -> tuple[str, str, dict[str, str]]:
    """Return type, key and fields of the one entry, read as BibTeX does: by counting braces."""
    head = re.match(r"@(\w+)\{([^\s,{}]+),", text)
    assert head is not None
    fields: dict[str, str] = {}
    rest = text[head.end() :].lstrip()
    while not rest.startswith("}"):
        field = re.match(r"(\w+) = \{", rest)
        assert field is not None, rest
        depth, at = 1, field.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[at], 0)
            at += 1
        fields[field[1]] = rest[field.end() : at - 1]
        rest = rest[at:].removeprefix(",").lstrip()
    assert rest.strip() == "}"
    return head[1], head[2], fields


def test_apa_has_author_year_title_dataset_and_address() -> None:
    assert apa(AFIL) == (
        "Progetto ctl-kg. (2026). Associazione Fabbrica Intelligente Lombardia [Voce di una banca "
        "dati]. In Il grafo dei cluster tecnologici lombardi (Versione 0.1.0). Regione Lombardia. "
        "https://w3id.org/ctl-kg/data/cluster/afil"
    )


def test_apa_without_a_date_without_authors_and_with_several() -> None:
    assert "(n.d.)" in apa(replace(AFIL, issued=""))
    assert apa(replace(AFIL, authors=())).startswith("Associazione Fabbrica Intelligente Lombardia")
    assert apa(replace(AFIL, authors=("A", "B", "C"))).startswith("A, B, & C. (2026).")
    assert apa(replace(AFIL, publisher="Progetto ctl-kg")).count("Progetto ctl-kg") == 1


def test_bibtex_writes_accents_as_tex_does() -> None:
    assert bibtex_text("Città & Università") == r"Citt{\`a} \& Universit{\`a}"
    assert (
        bibtex_text("perché, così, ç, ñ, ü, ß")
        == r"perch{\'e}, cos{\`\i}, {\c c}, {\~n}, {\"u}, {\ss}"
    )
    assert bibtex_text("50 % di {x}\\y") == (
        r"50 \% di \textbraceleft{}x\textbraceright{}\textbackslash{}y"
    )


def test_bibtex_has_what_a_bibliography_needs() -> None:
    kind, key, fields = entry(bibtex(AFIL))
    assert (kind, key) == ("misc", "ctl-kg-data-cluster-afil:0.1.0")
    assert fields["author"] == "{Progetto ctl-kg}"
    assert fields["title"] == "{Associazione Fabbrica Intelligente Lombardia}"
    assert (fields["year"], fields["version"], fields["langid"]) == ("2026", "0.1.0", "italian")
    assert fields["url"] == AFIL.iri
    assert "publisher" not in entry(bibtex(replace(AFIL, publisher="Progetto ctl-kg")))[2]


@given(NASTY, NASTY, NASTY)
def test_no_text_breaks_bibtex(title: str, name: str, version: str) -> None:
    nasty = replace(AFIL, title=title, authors=(name,), publisher=name + "x", version=version)
    _, key, fields = entry(bibtex(nasty))
    assert set(key) <= {*string.ascii_letters, *string.digits, *":.-"}
    assert {"author", "title", "year", "url"} <= fields.keys()
    assert "\n" not in fields["title"]
    for value in fields.values():
        # What TeX would read as a comment, a parameter, or an alignment is escaped.
        assert not re.search(r"(?<!\\)[#&_]", value) or value == fields["url"]
        assert not re.search(r"(?<!\\)%", value) or value == fields["url"]


def test_the_letters_of_european_languages_become_ascii() -> None:
    letters = "àèéìíòóùúâêîôûäëïöüãõñçåøæœßłšžčřőűġħ".replace("ħ", "")
    assert bibtex_text(letters + letters.upper()).isascii()


@given(st.text(alphabet='ab{}\\%" <>é', max_size=30))
def test_no_address_breaks_bibtex(local: str) -> None:
    fields = entry(bibtex(replace(AFIL, iri="https://example.org/" + local)))[2]
    assert fields["url"].startswith("https://example.org/")
    assert not set('{}\\"<> ') & set(fields["url"])


# The fields of the CSL-JSON schema that are used here, with their types.
_FIELDS = {
    "id": str, "type": str, "title": str, "author": list, "container-title": str, "version": str,
    "genre": str, "language": str, "URL": str, "issued": dict, "publisher": str,
}  # fmt: skip


@given(NASTY, st.sampled_from(["2026-11-22", "2026-11", "2026", "", "soon"]))
def test_csl_json_keeps_the_schema(title: str, issued: str) -> None:
    document = json.loads(json.dumps(csl(replace(AFIL, title=title, issued=issued))))
    assert isinstance(document, list)
    (item,) = document
    assert all(isinstance(item[name], _FIELDS[name]) for name in item)
    assert {"id", "type"} <= item.keys()
    assert item["type"] == "dataset"
    assert item["title"] == title
    assert item["author"] == [{"literal": "Progetto ctl-kg"}]
    if issued[:1].isdigit():
        (parts,) = item["issued"]["date-parts"]
        assert parts == [int(each) for each in issued.split("-")]
    else:
        assert "issued" not in item


@pytest.mark.parametrize("iri", ["https://x.org/à/b c", "urn:x", "https://w3id.org/", "x" * 3])
def test_keys_suit_every_bibliography(iri: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9:.-]+", replace(AFIL, iri=iri).key)
