"""The cost of a search: 300 questions as people ask them, each once.

    python benchmarks/search.py RELEASE [--origin http://127.0.0.1:8080]

Names of the release, parts and inflected forms of them, typing errors, questions in words, and
prefixes, by a fixed seed. The first line is the search with the snippets of twenty results in
this process; with --origin the second is the whole answer of a running server, asked one after
the other.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from works import SEARCH_GOAL_MS

from ctl_kg.publish import snippets
from ctl_kg.publish.release import read_manifest
from ctl_kg.publish.search import SearchIndex, open_search
from ctl_kg.publish.search_question import parse
from ctl_kg.publish.words import written_words
from ctl_kg.sparql.store import open_release_store

_QUESTIONS = 300
_MOST_TRIES = 20  # for each question that is wanted
_FRAMES = ("quali cluster partecipano a {}", "which projects are about {}", "{} Lombardia", "{}")


def questions(
    names: Sequence[str], count: int = _QUESTIONS, seed: int = 1
) -> list[tuple[str, bool]]:
    """Return texts to search for, all different, and whether the last word may go on."""
    chance = random.Random(seed)
    made: dict[tuple[str, bool], None] = {}
    for _ in range(_MOST_TRIES * count):
        if len(made) == count:
            break
        words = written_words(chance.choice(names))[: chance.randint(1, 4)]
        text = " ".join(words)
        kind = chance.randrange(6)
        if kind == 0:
            text = _mistyped(text, chance)
        elif kind == 1:
            text = chance.choice(_FRAMES).format(text)
        elif kind == 2:
            text = f'"{text}"'
        elif kind == 3:
            text = text[: max(2, len(text) - 3)]
        if text.strip():
            made[text, kind == 3] = None
    return list(made)


def _mistyped(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text)) if text else 0
    wrong = ("", chance.choice("aeiost"), text[at : at + 1] * 2)
    return text[:at] + chance.choice(wrong) + text[at + 1 :]


def addresses(release: Path, count: int) -> list[str]:
    """Return paths of searches over HTTP, all different."""
    index = _opened(release)
    asked = questions(_names(index), count)
    index.close()
    return [_address(text, prefix) for text, prefix in asked]


def _address(text: str, prefix: bool) -> str:
    return f"/api/search?q={quote(text)}&prefix={int(prefix)}"


def timed(
    work: Callable[[str, bool], object], asked: Sequence[tuple[str, bool]]
) -> tuple[float, float, float]:
    """Return p50, p99 and the longest, in milliseconds."""
    taken = []
    for text, prefix in asked:
        begin = time.perf_counter()
        work(text, prefix)
        taken.append((time.perf_counter() - begin) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)], taken[-1]


def _names(index: SearchIndex) -> list[str]:
    found = index.search(parse("cluster progetto rete programma iniziativa energia a di in"))
    texts = index.texts(found.hits[:400])
    return sorted({snippets.label(each, "it")[2] for each in texts.values()})


def _opened(release: Path) -> SearchIndex:
    base_iri = str(read_manifest(release)["base_iri"])
    return open_search(release, base_iri, lambda: open_release_store(release, base_iri=base_iri))


def lines(release: Path, origin: str = "") -> Iterator[str]:
    """Yield a table in Markdown: searches in this process, and from a server if there is one."""
    begin = time.perf_counter()
    index = _opened(release)
    opened_ms = (time.perf_counter() - begin) * 1000

    def here(text: str, prefix: bool) -> None:
        found = index.search(parse(text, prefix=prefix))
        shown, marker = found.hits[:20], snippets.Marker(found.terms)
        for texts in index.texts(shown).values():
            marker.best_match(texts, "it")

    asked = questions(_names(index))
    yield "| Searches | p50 ms | p99 ms | longest ms | goal |"
    yield "|---|--:|--:|--:|---|"
    yield _row(f"{len(asked)} in process", timed(here, asked))
    if origin:
        yield _row(f"{len(asked)} over HTTP", _from_server(origin, asked))
    yield from ("", f"Opened in {opened_ms:.1f} ms.")
    index.close()


def _row(name: str, taken: tuple[float, float, float]) -> str:
    p50, p99, longest = taken
    met = "met" if p50 < SEARCH_GOAL_MS else "not met"
    goal = f"p50 < {SEARCH_GOAL_MS:g} ms: {met}"
    return f"| {name} | {p50:.2f} | {p99:.2f} | {longest:.2f} | {goal} |"


def _from_server(origin: str, asked: Sequence[tuple[str, bool]]) -> tuple[float, float, float]:
    address = urlsplit(origin)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)

    def there(text: str, prefix: bool) -> None:
        connection.request("GET", _address(text, prefix))
        connection.getresponse().read()

    with contextlib.closing(connection):
        return timed(there, asked)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("release", type=Path)
    options.add_argument("--origin", default="")
    given = options.parse_args()
    for line in lines(given.release, given.origin):
        print(line)


if __name__ == "__main__":
    main()
