"""No sentence of the source document stands in the project or in what it publishes.

Facts are free, wording is not: a run of ten or more consecutive words of the document
may occur in no tracked file and in no file of a release (of a table: in no cell). Names,
titles and addresses are shorter; longer titles are abridged in the data with a mark of
omission.
"""

from __future__ import annotations

import csv
import html
import io
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
BROCHURE = ROOT.parent / "shared" / "source" / "brochure.txt"
RUN_LENGTH = 10
# How people and programs split words: at everything that is no letter or digit, or at spaces.
SPLITTERS = {
    "letters and digits": re.compile(r"[^\W_]+"),
    "white space": re.compile(r"\S+"),
    "words with apostrophes": re.compile(r"[^\W_]+(?:['’][^\W_]+)*"),
}


def words(text: str, splitter: re.Pattern[str]) -> list[str]:
    return splitter.findall(unicodedata.normalize("NFC", text).casefold())


def runs(text: str, splitter: re.Pattern[str], known: set[tuple[str, ...]]) -> Iterator[str]:
    found = words(text, splitter)
    for start in range(len(found) - RUN_LENGTH + 1):
        window = tuple(found[start : start + RUN_LENGTH])
        if window in known:
            yield " ".join(window)


@pytest.fixture(scope="module")
def known() -> dict[str, set[tuple[str, ...]]]:
    if not BROCHURE.is_file():
        pytest.skip("the source document is not beside the project (../shared/source)")
    text = BROCHURE.read_text(encoding="utf-8")
    table = {}
    for name, splitter in SPLITTERS.items():
        source = words(text, splitter)
        table[name] = {
            tuple(source[i : i + RUN_LENGTH]) for i in range(len(source) - RUN_LENGTH + 1)
        }
    return table


def texts(path: Path) -> list[str]:
    """Return the texts of a file: the whole, or each cell of a table.

    Two cells of a row are two texts that nobody reads on from one to the other.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return []  # pictures hold no words
    if path.suffix != ".csv":
        return [text]
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    assert len({len(row) for row in rows}) <= 1, f"{path} was not read as a table"
    return [cell for row in rows for cell in row]


def delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;", key=header.count)


def copied(paths: list[Path], known: dict[str, set[tuple[str, ...]]]) -> list[str]:
    return [
        f"{path}: {run}"
        for path in paths
        for text in texts(path)
        for name, splitter in SPLITTERS.items()
        for run in runs(text, splitter, known[name])
    ]


def test_the_search_finds_a_copied_sentence(known: dict[str, set[tuple[str, ...]]]) -> None:
    source = BROCHURE.read_text(encoding="utf-8")
    line = max(source.split("\n"), key=lambda text: len(text.split()))
    for name, splitter in SPLITTERS.items():
        assert list(runs(f"Nota: «{line}»", splitter, known[name]))


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_search_finds_a_copied_sentence_in_a_cell(
    known: dict[str, set[tuple[str, ...]]], tmp_path: Path, separator: str
) -> None:
    source = BROCHURE.read_text(encoding="utf-8")
    words_of_it = max(source.split("\n"), key=lambda text: len(text.split())).split()
    whole, half = " ".join(words_of_it), len(words_of_it) // 2
    table = tmp_path / "table.csv"
    for cells, is_copy in (([whole, ""], True), ([*words_of_it[half - 8 : half + 8]], False)):
        with table.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=separator)
            writer.writerows([[f"c{number}" for number, _ in enumerate(cells)], cells])
        assert bool(copied([table], known)) is is_copy


def test_no_tracked_file_copies_the_document(known: dict[str, set[tuple[str, ...]]]) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    assert len(paths) > 100
    assert copied([path for path in paths if path.is_file()], known) == []


def test_no_release_file_copies_the_document(
    known: dict[str, set[tuple[str, ...]]], release: Path
) -> None:
    paths = [path for path in sorted(release.rglob("*")) if path.is_file()]
    assert len(paths) > 10
    assert copied(paths, known) == []


def test_no_page_of_a_passage_or_a_list_puts_the_sentences_together_again(
    known: dict[str, set[tuple[str, ...]]], release: Path
) -> None:
    triples = (release / "ctl-kg.nt").read_text(encoding="utf-8")
    passages = sorted(set(re.findall(r"^<[^>]*(/data/passage/p-\d+)> ", triples, re.MULTILINE)))
    folders = sorted(
        set(re.findall(r"^<[^>]*?(/(?:data|controlled-vocabulary)/[^/>]+/)", triples, re.M))
    )
    assert len(passages) > 250
    assert len(folders) > 20
    splitter = SPLITTERS["letters and digits"]
    hits = []
    with TestClient(create_app(release, Settings(release_dir=release))) as client:
        for path in [*(f"{passage}.html" for passage in passages), *folders]:
            answer = client.get(path, params={"lang": "it"}, headers={"accept": "text/html"})
            assert answer.status_code == 200, path
            visible = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
            hits += [
                f"{path}: {run}" for run in runs(visible, splitter, known["letters and digits"])
            ]
    assert hits == []
