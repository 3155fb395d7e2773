"""The cost of a search: 300 questions as people ask them, each once.

    python benchmarks/search.py RELEASE [--origin http://127.0.0.1:8080]

Names of the release, parts and inflected forms of them, typing errors, questions in words, and
prefixes, by a fixed seed. The first row is the search with the snippets of twenty results in
this process; with --origin the second is the whole answer of a running server.
"""

from __future__ import annotations

import argparse
import http.client
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from ctl_kg.publish import snippets
from ctl_kg.publish.release import read_manifest
from ctl_kg.publish.search import SearchIndex, open_search
from ctl_kg.publish.search_question import parse
from ctl_kg.publish.words import written_words
from ctl_kg.sparql.store import open_release_store

_QUESTIONS = 300
_FRAMES = ("quali cluster partecipano a {}", "which projects are about {}", "{} Lombardia", "{}")


def questions(names: Sequence[str], seed: int = 1) -> list[tuple[str, bool]]:
    """Return texts to search for, and whether the last word may go on."""
    chance = random.Random(seed)
    made: dict[tuple[str, bool], None] = {}
    while len(made) < _QUESTIONS:
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


def timed(work: Callable[[str, bool], object], asked: Sequence[tuple[str, bool]]) -> str:
    """Return p50, p99 and the longest, in milliseconds."""
    taken = []
    for text, prefix in asked:
        begin = time.perf_counter()
        work(text, prefix)
        taken.append((time.perf_counter() - begin) * 1000)
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    return f"p50 {p50:.2f} ms, p99 {p99:.2f} ms, longest {taken[-1]:.2f} ms"


def _names(index: SearchIndex) -> list[str]:
    found = index.search(parse("cluster progetto rete programma iniziativa energia a di in"))
    texts = index.texts(found.hits[:400])
    return sorted({snippets.label(each, "it")[2] for each in texts.values()})


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("release", type=Path)
    options.add_argument("--origin", default="")
    given = options.parse_args()
    base_iri = str(read_manifest(given.release)["base_iri"])
    begin = time.perf_counter()
    index = open_search(
        given.release, base_iri, lambda: open_release_store(given.release, base_iri=base_iri)
    )
    print(f"opened in {(time.perf_counter() - begin) * 1000:.1f} ms")

    def here(text: str, prefix: bool) -> None:
        found = index.search(parse(text, prefix=prefix))
        shown, marker = found.hits[:20], snippets.Marker(found.terms)
        for texts in index.texts(shown).values():
            marker.best_match(texts, "it")

    asked = questions(_names(index))
    print(f"{len(asked)} searches in process: {timed(here, asked)}")
    if given.origin:
        address = urlsplit(given.origin)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)

        def there(text: str, prefix: bool) -> None:
            connection.request("GET", f"/api/search?q={quote(text)}&prefix={int(prefix)}")
            connection.getresponse().read()

        print(f"{len(asked)} searches over HTTP: {timed(there, asked)}")
        connection.close()
    index.close()


if __name__ == "__main__":
    main()
