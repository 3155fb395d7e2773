"""Ask for every IRI of a release in every media type, and compare what comes back.

``python tests/conformance/crawl.py RELEASE`` asks for all and prints the counts;
``test_crawl`` asks for a part that is always the same. The application runs in this process and
is called without a network: what is crawled is what it answers, not how fast.

For each IRI: at most one redirect, within the site; links of a length that proxies let pass;
the address with a suffix gives the same bytes; the page names the IRI; the four graph formats are
the same graph, the two dataset formats the same dataset, which holds that graph and beside it only
where the statements come from; the statements of which the IRI is the subject are those of the
release, and no statement is made up.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

GRAPHS = {
    "text/turtle": ("ttl", ox.RdfFormat.TURTLE),
    "application/ld+json": ("jsonld", ox.RdfFormat.JSON_LD),
    "application/rdf+xml": ("rdf", ox.RdfFormat.RDF_XML),
    "application/n-triples": ("nt", ox.RdfFormat.N_TRIPLES),
}
DATASETS = {
    "application/trig": ("trig", ox.RdfFormat.TRIG),
    "application/n-quads": ("nq", ox.RdfFormat.N_QUADS),
}
PAGE = "text/html"
TYPES = (*GRAPHS, *DATASETS, PAGE)
# Addresses of which the media types are their own: an answer, a form, a file.
_OTHER = ("queries", "sparql", "download/", "context/")
_MOST_LINK_BYTES = 4_000
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class Answer(NamedTuple):
    """Status, headers by lower-case name, and body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Findings:
    """What a crawl saw: how many requests had which outcome, and everything that is wrong."""

    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def check(self, right: object, *what: object) -> bool:
        """Note what is wrong, unless it is right."""
        if not right:
            self.wrong.append(" ".join(str(each) for each in what))
        return bool(right)


class Release:
    """The statements of a release, for comparison."""

    def __init__(self, folder: Path, base_iri: str) -> None:
        self.base_iri = base_iri
        self.store = ox.Store()
        self.store.bulk_load(path=folder / "ctl-kg.nq", format=ox.RdfFormat.N_QUADS)

    def iris(self) -> list[str]:
        """Return every IRI below the base, wherever it stands in a statement, in order."""
        found: set[str] = set()
        for quad in self.store:
            terms: list[object] = [quad.subject, quad.predicate, quad.object, quad.graph_name]
            if isinstance(quad.object, ox.Literal):
                terms.append(quad.object.datatype)
            found |= {each.value for each in terms if isinstance(each, ox.NamedNode)}
        return sorted(iri for iri in found if iri.startswith(self.base_iri))

    def sample(self, every: int) -> list[str]:
        """Return each n-th IRI, and two of each class and of each folder."""
        iris = self.iris()
        chosen = set(iris[::every])
        groups: dict[str, list[str]] = {}
        for iri in iris:
            node = ox.NamedNode(iri)
            classes = [str(q.object) for q in self.store.quads_for_pattern(node, RDF_TYPE, None)]
            for group in (*classes, iri.rpartition("/")[0]):
                groups.setdefault(group, []).append(iri)
        for members in groups.values():
            chosen |= {members[0], members[-1]}
        return sorted(chosen)

    def about(self, iri: str) -> set[ox.Triple]:
        """Return the statements that have an IRI as subject."""
        return {q.triple for q in self.store.quads_for_pattern(ox.NamedNode(iri), None, None)}

    def states(self, triple: ox.Triple) -> bool:
        """Tell whether a statement stands in any graph."""
        found = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object)
        return next(iter(found), None) is not None


async def ask(app: Any, path: str, accept: str | None = None) -> Answer:
    """Return the answer of an ASGI application to a GET."""
    target, _, query = path.partition("?")
    headers = [(b"host", b"127.0.0.1")]
    if accept is not None:
        headers.append((b"accept", accept.encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": target, "raw_path": target.encode(), "root_path": "",
        "query_string": query.encode(), "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    start: dict[str, Any] = {}
    body = bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    found = {name.decode("latin-1").lower(): value.decode("latin-1")
             for name, value in start["headers"]}  # fmt: skip
    return Answer(start["status"], found, bytes(body))


def _others(release: Release) -> tuple[str, ...]:
    return tuple(release.base_iri + each for each in _OTHER)


async def crawl(app: Any, release: Release, iris: list[str]) -> Findings:
    """Ask for each IRI in each media type."""
    findings = Findings()
    for iri in iris:
        await _crawl_one(app, release, iri, findings)
    return findings


def own_type(release: Release, iri: str) -> str | None:
    """Return the one media type of an IRI that names a file: a document about another IRI.

    An IRI that only ends like a file, as ``claim/v1.0.ttl``, is a thing.
    """
    stem, _, suffix = iri.rpartition(".")
    kinds = {suffix: kind for kind, (suffix, _) in {**GRAPHS, **DATASETS}.items()}
    return kinds.get(suffix) if release.about(stem) else None


async def _crawl_one(app: Any, release: Release, iri: str, findings: Findings) -> None:
    path = "/" + iri[len(release.base_iri) :].partition("#")[0]
    bodies: dict[str, bytes] = {}
    only = own_type(release, iri)
    if only is not None:
        answer = await ask(app, path, only)
        findings.asked[f"{only} {answer.status}"] += 1
        findings.check(answer.status == 200, path, answer.status)
        return
    for kind in TYPES:
        answer = await ask(app, path, kind)
        findings.asked[f"{kind} {answer.status}"] += 1
        location = path
        if answer.status == 303:
            location = answer.headers["location"]
            findings.check("accept" in answer.headers.get("vary", "").lower(), path, "303, no Vary")
            findings.check(location.startswith("/"), path, "leads elsewhere:", location)
            answer = await ask(app, location, kind)
            findings.asked[f"{kind} {answer.status}"] += 1
        label = answer.headers.get("content-type", "").partition(";")[0]
        if not findings.check(answer.status == 200 and label == kind,
                              path, kind, answer.status, label):  # fmt: skip
            continue
        length = len(answer.headers.get("link", ""))
        findings.check(length <= _MOST_LINK_BYTES, path, kind, "has links of", length, "bytes")
        bodies[kind] = answer.body
        await _check_suffix(app, path, location, kind, answer, findings)
    if PAGE in bodies:
        findings.check(b"<h1" in bodies[PAGE] and b"<title" in bodies[PAGE], path, "no heading")
        # Home page, form and another name of a thing show something else.
        other = iri == release.base_iri or iri.startswith(_others(release))
        named = other or not release.about(iri) or iri.encode() in bodies[PAGE]
        findings.check(named, path, "does not name its IRI")
    _compare(release, iri, bodies, findings)


async def _check_suffix(
    app: Any, path: str, location: str, kind: str, answer: Answer, findings: Findings
) -> None:
    """The address with the suffix gives the same bytes as negotiation, whatever is accepted."""
    suffix = {**{k: s for k, (s, _) in {**GRAPHS, **DATASETS}.items()}, PAGE: "html"}[kind]
    address = f"{path}.{suffix}"
    if path in ("/", "/queries") or path.startswith(tuple("/" + each for each in _OTHER)):
        return  # no document with a suffix: a home page, a list, an answer
    if location == address:
        return
    again = await ask(app, address, "*/*")
    findings.asked[f".{suffix} {again.status}"] += 1
    if again.status == 308 and again.headers.get("location") == location:
        return  # another name of the document that negotiation leads to
    findings.check(again.status == 200 and again.body == answer.body, address, again.status,
                   "is not what", kind, "gives")  # fmt: skip


def _parsed(kind: str, body: bytes, address: str) -> ox.Dataset:
    form = {**GRAPHS, **DATASETS}[kind][1]
    found = ox.Dataset(ox.parse(body, format=form, base_iri=address))
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return found


def _compare(release: Release, iri: str, bodies: dict[str, bytes], findings: Findings) -> None:
    parsed: dict[str, ox.Dataset] = {}
    for kind, body in bodies.items():
        if kind == PAGE:
            continue
        try:
            parsed[kind] = _parsed(kind, body, iri)
        except (SyntaxError, ValueError) as error:
            findings.check(False, iri, kind, "does not parse:", error)
    for kinds in (GRAPHS, DATASETS):
        found = [parsed[kind] for kind in kinds if kind in parsed]
        findings.check(all(each == found[0] for each in found), iri, "differs by", *kinds)
    if "text/turtle" in parsed:
        _check_statements(release, iri, parsed["text/turtle"], findings)
    if "application/trig" in parsed and "text/turtle" in parsed:
        _check_quads(release, iri, parsed["application/trig"], parsed["text/turtle"], findings)


def _check_statements(release: Release, iri: str, found: ox.Dataset, findings: Findings) -> None:
    triples = {quad.triple for quad in found}
    findings.check(triples, iri, "an empty description")
    missing = release.about(iri) - triples
    findings.check(not missing, iri, "leaves out", *sorted(map(str, missing))[:2])
    if iri == release.base_iri or iri.startswith(_others(release)):
        return  # describes the service, of which the release does not speak
    invented = [triple for triple in triples if not release.states(triple)]
    findings.check(not invented, iri, "makes up", *sorted(map(str, invented))[:2])


def _check_quads(
    release: Release, iri: str, quads: ox.Dataset, triples: ox.Dataset, findings: Findings
) -> None:
    """Each statement stands in a graph that holds it; graphs of passages say their source."""
    named = {q for q in quads if isinstance(q.graph_name, ox.NamedNode)}
    invented = [quad for quad in named if quad not in release.store]
    findings.check(not invented, iri, "puts into a graph", *sorted(map(str, invented))[:2])
    mine = {q.triple for q in triples if q.subject == ox.NamedNode(iri)}
    findings.check(mine <= {quad.triple for quad in named}, iri, "has statements without a graph")
    plain = {quad.triple for quad in triples}
    findings.check(plain <= {quad.triple for quad in quads}, iri, "leaves out of its graphs some")
    added = {quad.graph_name for quad in quads if quad.triple not in plain}
    provenance = ox.NamedNode(release.base_iri + "data/graph/provenance")
    findings.check(added <= {provenance}, iri, "adds statements of", *map(str, added))


def report(findings: Findings, count: int) -> Iterator[str]:
    """Yield lines for people."""
    yield f"{count} IRIs, {sum(findings.asked.values())} requests, {len(findings.wrong)} failures"
    for what, number in sorted(findings.asked.items()):
        yield f"  {number:6} {what}"
    yield from findings.wrong


def run(folder: Path, every: int = 1) -> tuple[Findings, int]:
    """Crawl a release folder; ``every`` is the step between IRIs."""
    from starlette.testclient import TestClient

    from ctl_kg.publish.release import read_manifest
    from ctl_kg.settings import Settings
    from ctl_kg.web.app import create_app

    base_iri = str(read_manifest(folder)["base_iri"])
    release = Release(folder, base_iri)
    iris = release.iris() if every == 1 else release.sample(every)
    app = create_app(folder, Settings(release_dir=folder))
    with TestClient(app) as client:
        assert client.portal is not None
        return client.portal.call(crawl, app, release, iris), len(iris)


if __name__ == "__main__":
    found, many = run(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print("\n".join(report(found, many)))
    sys.exit(1 if found.wrong else 0)
