"""One address for each kind of page: what the browser tests open."""

from __future__ import annotations

# Kind of page: path, and the status that it has.
PAGES: dict[str, tuple[str, int]] = {
    "home": ("/", 200),
    "cluster": ("/data/cluster/afil.html", 200),
    "network": ("/data/network/vanguard-initiative.html", 200),
    "project": ("/data/project/s34growth.html", 200),
    "passage": ("/data/passage/p-0044.html", 200),
    "document": ("/data/source/brochure-text-v1.html", 200),
    "explore": ("/explore", 200),
    "list with facets": ("/explore/projects", 200),
    "list, narrowed": ("/explore/clusters?network=eccp&network=eusalp&sort=-members", 200),
    "list, nothing": ("/explore/projects?cluster=lac&q=zzzz", 200),
    "list, refused": ("/explore/projects?cluster=nobody", 400),
    "folder": ("/data/", 200),
    "list of a folder": ("/data/project/", 200),
    "vocabularies": ("/controlled-vocabulary/", 200),
    "concept": ("/controlled-vocabulary/s3-ecosystem/nutrizione.html", 200),
    "ontology": ("/onto/CTL.html", 200),
    "class": ("/onto/CTL/TechnologyCluster.html", 200),
    "shapes": ("/shapes.html", 200),
    "catalogue": ("/catalog.html", 200),
    "dataset of the catalogue": ("/catalog/dataset/clusters.html", 200),
    "description": ("/.well-known/void.html", 200),
    "stock queries": ("/queries", 200),
    "stock query": ("/queries/clusters-by-network?network=network:eusalp", 200),
    "stock query, refused": ("/queries/clusters-by-network?network=nonsense", 400),
    "sparql": ("/sparql", 200),
    "sparql answer": ("/sparql?query=SELECT%20*%7B%3Fs%20a%20%3Fo%7DLIMIT%205&format=html", 200),
    "sparql, refused": ("/sparql?query=SELECT%20*%20%7B&format=html", 400),
    "search": ("/search?q=vanguard", 200),
    "search, nothing": ("/search?q=zzzzqqqq", 200),
    "why": ("/why?from=cluster:afil&to=network:eusalp", 200),
    "matrix": ("/matrix/clusters/networks", 200),
    "matrices": ("/matrix", 200),
    "map": ("/map", 200),
    "map, everything": ("/map?kind=all", 200),
    "timeline": ("/timeline", 200),
    "timeline, narrowed": ("/timeline?cluster=lac", 200),
    "timeline, refused": ("/timeline?cluster=nobody", 400),
    "api": ("/api", 200),
    "answer in a frame": ("/queries/cluster-degree/embed", 200),
    "quality": ("/quality", 200),
    "anomalies": ("/quality/anomalies", 200),
    "links to review": ("/quality/inferred?cluster=cluster:afil", 200),
    "links to review, none": (
        "/quality/inferred?cluster=cluster:agrifood&property=ctl:continues", 200,
    ),
    "downloads": ("/downloads", 200),
    "about": ("/about", 200),
    "accessibility": ("/accessibility", 200),
    "privacy": ("/privacy", 200),
    "unknown parameter": ("/quality/anomalies?kind=nonsense", 400),
    "unknown resource": ("/data/cluster/nobody.html", 404),
}  # fmt: skip

# What only a script draws, by the start of the path: a page is not judged before it is there.
_DRAWN_BY_SCRIPTS = {"/sparql": ".yasqe .CodeMirror"}
# What another site shows in a frame of its own has no menu and no other language.
IN_A_FRAME = {"answer in a frame"}
# Routes whose answers are no pages of the site: files, data, what those who run it ask.
FILES = frozenset({
    "/api/matrix", "/api/matrix/{rows}/{columns}", "/api/openapi.json", "/api/queries",
    "/api/queries/{name:path}", "/api/search", "/api/suggestions", "/api/why",
    "/charts/{name}", "/cite", "/context/{name}",
    "/download/{name:path}", "/healthz", "/metrics", "/opensearch.xml",
    "/queries/{name}/chart.{suffix}", "/readyz", "/robots.txt", "/sitemap.xml",
    "/sparql/examples.json", "/sparql/terms.json", "/sparql/texts.json", "/static/{name}",
    "/static/swagger-ui/{name}",
})  # fmt: skip


def drawn(path: str) -> str:
    """Return a selector of what only a script draws on a page, or an empty text."""
    return next((what for start, what in _DRAWN_BY_SCRIPTS.items() if path.startswith(start)), "")


def address(path: str, language: str) -> str:
    """Return a path with the language."""
    return path + ("&" if "?" in path else "?") + "lang=" + language
