"""Ask the search index of a release: what was meant, what fits, in which order, and where.

Every word must be found; a word that the release does not hold is replaced by those that it may
be a misspelling of; if nothing has all the words, what has some of them is given.

Not here: what a text asks for (``search_question``), making the index (``search_index``), results
as pages (``web/search``). Source: SQLite FTS5 §5.1.1 (bm25).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from ctl_kg.errors import QueryTimeoutError, ReleaseError
from ctl_kg.publish.release import read_manifest
from ctl_kg.publish.search_index import FORMAT, SEARCH_FILE, Text, unusable, write_index
from ctl_kg.publish.search_question import Question, Term, quoted
from ctl_kg.publish.words import (
    FUNCTION_WORDS,
    distance,
    edits_allowed,
    folded,
    stems,
    trigrams,
)
from ctl_kg.sparql.store import LocalStore

MOST_HITS = 10_000  # of what fits, as many are looked at: those most referred to
_TIME_LIMIT_S = 2.0
_CONNECTIONS = 4
_CANDIDATES = 60  # words that are compared with a mistyped one
_MEANT = 4  # of them, as many are searched for
_AFTER_ANY = "\U0010ffff"  # sorts after every character that a name has
_LONG = 6  # letters; shorter words whose stem is known are not doubted

# Weights of the columns: names, other names, descriptions; words as written before stems.
_BM25 = "bm25(entry, 12.0, 9.0, 2.0, 6.0, 4.0, 1.0)"
_WHOLE_NAME = 3.0  # a resource whose whole name is asked for counts so many times more


@dataclass(frozen=True)
class Hit:
    """One resource that fits; ``score`` grows with how well."""

    id: int
    iri: str
    score: float
    kinds: tuple[str, ...]
    clusters: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What a search found.

    ``match`` says whether all words are in each hit, or some; ``corrected`` what took the place
    of words that the release does not hold; the facets count hits by class and by cluster, each
    as if it were not chosen itself.
    """

    hits: tuple[Hit, ...]
    match: str
    corrected: dict[str, tuple[str, ...]]
    kinds: dict[str, int]
    clusters: dict[str, int]
    terms: tuple[Term, ...]
    is_cut: bool = False


class SearchIndex:
    """The open search index of one release; may be asked by several threads at once.

    ``kinds`` and ``clusters`` are the IRIs that a search can be narrowed to.

    Args:
        connections: to the same index, each used by one thread at a time.
    Raises:
        StoreError: this SQLite has no full-text search, or the index is damaged.
    """

    def __init__(self, connections: Sequence[sqlite3.Connection]) -> None:
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        try:
            rows = connections[0].execute("SELECT id, iri, kind FROM facet").fetchall()
            for connection in connections:
                connection.execute("SELECT 1 FROM entry WHERE entry MATCH 'a' LIMIT 1").fetchall()
                self._free.put(connection)
        except sqlite3.Error as error:
            raise unusable(error) from error
        self._iri_of = {number: iri for number, iri, _ in rows}
        self._facet_of = {(kind, iri): str(number) for number, iri, kind in rows}
        self.kinds = frozenset(iri for _, iri, kind in rows if kind == "kind")
        self.clusters = frozenset(iri for _, iri, kind in rows if kind == "cluster")

    def __del__(self) -> None:
        with suppress(AttributeError):  # it could not be opened
            self.close()

    def close(self) -> None:
        """Close the index; nobody may be asking any more."""
        while not self._free.empty():
            self._free.get().close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = self._free.get()
        until = time.monotonic() + _TIME_LIMIT_S
        connection.set_progress_handler(lambda: time.monotonic() > until, 5_000)
        try:
            yield connection
        except sqlite3.Error as error:
            if "interrupted" not in str(error):
                raise unusable(error) from error
            raise QueryTimeoutError(
                "the search took too long", hint="Search for fewer or longer words."
            ) from error
        finally:
            connection.set_progress_handler(None, 0)
            self._free.put(connection)

    def search(self, question: Question, *, kind: str = "", cluster: str = "") -> Found:
        """Return what fits, the best first.

        Args:
            question: from ``search_question.parse``.
            kind: IRI of a class; only its members.
            cluster: IRI of a cluster; only what is linked to it.
        Raises:
            QueryTimeoutError: it took too long.
        """
        with self._connection() as connection:
            terms = tuple(_corrected(connection, each) for each in question.terms)
            match = "all"
            rows = _matches(connection, question, terms, " AND ")
            if not rows and len(terms) > 1:
                match = "some"
                rows = _matches(connection, question, terms, " OR ")
            named = _named(connection, _corrected_name(question.name, terms))
        corrected = {each.words[0]: each.meant for each in terms if each.meant}
        return self._found(rows, named, kind, cluster, Found((), match, corrected, {}, {}, terms))

    def _found(
        self, rows: list[_Row], named: set[int], kind: str, cluster: str, found: Found
    ) -> Found:
        kinds: Counter[str] = Counter()
        clusters: Counter[str] = Counter()
        hits: list[tuple[float, int, _Row]] = []
        wanted_kind = self._facet_of.get(("kind", kind), "0")
        wanted_cluster = self._facet_of.get(("cluster", cluster), "0")
        for row in rows:
            of_kind = not kind or wanted_kind in row[4].split()
            of_cluster = not cluster or wanted_cluster in row[5].split()
            if of_cluster:
                kinds[row[4]] += 1
            if of_kind:
                clusters[row[5]] += 1
            if of_kind and of_cluster:
                score = -row[2] * row[3] * (_WHOLE_NAME if row[0] in named else 1.0)
                hits.append((-score, row[0], row))
        hits.sort(key=lambda hit: hit[:2])
        return replace(
            found,
            hits=tuple(
                Hit(row[0], row[1], round(-score, 3), self._iris(row[4]), self._iris(row[5]))
                for score, _, row in hits
            ),
            kinds=self._counted(kinds),
            clusters=self._counted(clusters),
            is_cut=len(rows) >= MOST_HITS,
        )

    def _iris(self, numbers: str) -> tuple[str, ...]:
        return tuple(self._iri_of[int(each)] for each in numbers.split())

    def _counted(self, rows: Counter[str]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for numbers, count in rows.items():
            for each in numbers.split():
                counts[self._iri_of[int(each)]] += count
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def suggest(self, text: str, most: int) -> tuple[Hit, ...]:
        """Return what a name that is being typed may become; what matters most comes first.

        Names that begin with the text stand before those that have its words elsewhere, and
        both before the names of what only speaks about other resources.

        Args:
            text: as typed so far; its last word may go on.
            most: how many at most.
        """
        words = folded(text)
        if not words:
            return ()
        line = " ".join(words)
        with self._connection() as connection:
            begins = connection.execute(
                "SELECT DISTINCT doc FROM (SELECT doc FROM name WHERE folded BETWEEN ? AND ?"
                f" LIMIT {MOST_HITS}) ORDER BY doc LIMIT ?",
                [line, line + _AFTER_ANY, most],
            ).fetchall()
            holds = connection.execute(
                "SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY rowid LIMIT ?",
                [f"{{name other}} : ({' AND '.join(map(quoted, words))} *)", most],
            ).fetchall()
            numbers = list(dict.fromkeys(number for (number,) in (*begins, *holds)))
            rows = connection.execute(
                "SELECT id, iri, kinds, clusters, prior FROM doc WHERE id IN"
                f" ({','.join('?' * len(numbers))})",
                numbers,
            ).fetchall()
        found = [(row[4] < 1, numbers.index(row[0]), row) for row in rows]
        return tuple(
            Hit(row[0], row[1], 0.0, self._iris(row[2]), self._iris(row[3]))
            for *_, row in sorted(found)[:most]
        )

    def texts(self, hits: Sequence[Hit]) -> dict[int, list[Text]]:
        """Return the texts of hits, by their number."""
        places = ",".join("?" * len(hits))
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT id, texts FROM body WHERE id IN ({places})", [hit.id for hit in hits]
            ).fetchall()
        return {number: json.loads(texts) for number, texts in rows}

    def hit(self, iri: str) -> Hit | None:
        """Return a resource of the index by its IRI, or None."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT id, iri, kinds, clusters FROM doc WHERE iri = ?", [iri]
            ).fetchone()
        return row and Hit(row[0], row[1], 0.0, self._iris(row[2]), self._iris(row[3]))


_Row = tuple[int, str, float, float, str, str]  # number, IRI, bm25, prior, classes, clusters


def _matches(
    connection: sqlite3.Connection, question: Question, terms: Sequence[Term], link: str
) -> list[_Row]:
    if not terms:
        return []
    # Documents are numbered by how much they are referred to, and come in that order.
    return connection.execute(
        "SELECT hit.rowid, doc.iri, hit.score, doc.prior, doc.kinds, doc.clusters FROM "
        f"(SELECT rowid, {_BM25} AS score FROM entry WHERE entry MATCH ? LIMIT {MOST_HITS})"
        " AS hit CROSS JOIN doc ON doc.id = hit.rowid",
        [question.expression(terms, link)],
    ).fetchall()


def _named(connection: sqlite3.Connection, name: str) -> set[int]:
    rows = connection.execute("SELECT doc FROM name WHERE folded = ?", [name])
    return {number for (number,) in rows}


def _corrected_name(name: str, terms: Sequence[Term]) -> str:
    meant = {each.words[0]: each.meant[0] for each in terms if each.meant and not each.keeps_stems}
    return " ".join(meant.get(word, word) for word in name.split())


def _corrected(connection: sqlite3.Connection, term: Term) -> Term:
    """Return a term as it is if the release holds the word, else with those it may mean.

    A word of which only the stem is known may be another form of a word, or misspelt: it stays,
    and the word that differs by one letter stands beside it.
    """
    word = term.words[0]
    most = edits_allowed(word)
    if len(term.words) > 1 or not most or _is_known(connection, term):
        return term
    has_stem = any(_in_vocabulary(connection, each) for each in term.stems)
    if has_stem and len(word) < _LONG:
        return term
    near = _near(connection, word, 1 if has_stem else most, is_prefix=term.is_prefix)
    if has_stem:
        near = [each for each in near if not {*stems(each)} & {*term.stems}]
    meant = [each for each in near if each not in FUNCTION_WORDS]
    if not meant:
        return term
    return replace(term, is_prefix=False, meant=tuple(meant[:_MEANT]), keeps_stems=has_stem)


def _near(connection: sqlite3.Connection, word: str, most: int, *, is_prefix: bool) -> list[str]:
    """Return the words of the release nearest to one, at the same distance, most used first."""
    rows = connection.execute(
        "SELECT word, docs FROM word WHERE id IN (SELECT rowid FROM gram WHERE gram MATCH ?"
        f" ORDER BY rank LIMIT {_CANDIDATES})",
        [" OR ".join(map(quoted, trigrams(word)))],
    ).fetchall()
    near = sorted(
        (distance(word, known[: len(word)] if is_prefix else known, most), -docs, known)
        for known, docs in rows
    )
    return [known for edits, _, known in near if edits == near[0][0] <= most]


def _is_known(connection: sqlite3.Connection, term: Term) -> bool:
    if not term.is_prefix:
        rows = connection.execute("SELECT 1 FROM word WHERE word = ?", [term.words[0]])
    else:
        rows = connection.execute(
            "SELECT 1 FROM entry WHERE entry MATCH ? LIMIT 1", [term.expression()]
        )
    return rows.fetchone() is not None


def _in_vocabulary(connection: sqlite3.Connection, stem: str) -> bool:
    rows = connection.execute("SELECT 1 FROM vocabulary WHERE term = ?", [stem])
    return rows.fetchone() is not None


def open_search(release_dir: Path, base_iri: str, store: Callable[[], LocalStore]) -> SearchIndex:
    """Open the search index of a release; one that has none gets one in memory.

    The file is opened once and kept open: it stays the index of this release when the folder is
    replaced by the next.

    Args:
        release_dir: folder of the release.
        base_iri: base of its IRIs.
        store: returns its statements, if they are needed.
    Raises:
        ReleaseError: the index is not the one that was built.
        StoreError: this SQLite has no full-text search.
    """
    path = release_dir / SEARCH_FILE
    described = read_manifest(release_dir).get("files", {}).get(SEARCH_FILE)
    if described is not None and _is_readable(path, described):
        return SearchIndex([_open(path) for _ in range(_CONNECTIONS)])
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    write_index(connection, store().quads(), base_iri)
    return SearchIndex([connection])


def _open(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri() + "?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    connection.execute("PRAGMA mmap_size = 1073741824")
    return connection


def _is_readable(path: Path, described: Mapping[str, str]) -> bool:
    """Tell whether an index has the format that is read here.

    Raises:
        ReleaseError: it is not the file that was built, or none at all.
    """
    damaged = ReleaseError(
        "is not the search index that manifest.json describes: the release is damaged",
        path=path,
        hint="Build the release anew: ctl-kg build",
    )
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != described.get("sha256"):
                raise damaged
        with closing(_open(path)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == FORMAT)
    except (OSError, sqlite3.Error) as error:
        raise damaged from error
