"""Where a catalogue comes from: a file, an address with all its pages, or a release of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import RdfFormat, Triple

from ctl_kg.assets import Assets
from ctl_kg.catalogue.documents import PROFILES as DOCUMENTS
from ctl_kg.errors import PortalError, ReleaseError, SourceError
from ctl_kg.namespaces import DEFAULT_BASE, rebase
from ctl_kg.portal.fetching import Limits, fetch
from ctl_kg.portal.places import Document
from ctl_kg.portal.statements import Statements
from ctl_kg.portal.syntaxes import ACCEPT, is_plain_type, read_rdf, syntax_of
from ctl_kg.portal.terms import Profile
from ctl_kg.publish.release import MANIFEST, read_manifest
from ctl_kg.publish.rights import CATALOGUE_FILE

_NEXT = (
    "http://www.w3.org/ns/hydra/core#next",
    "http://www.w3.org/ns/hydra/core#nextPage",
)
_MOST_PAGES = 10_000
# What relative addresses in a file become, so that they can be told from others.
RELATIVE = "relative:/"


@dataclass(frozen=True)
class Addresses:
    """Which files or which server stand for addresses that may not be served yet.

    ``base_iri`` is where the catalogue's own addresses begin; what is below it is read from
    ``folder`` (a release), or asked at ``served_at``.
    """

    base_iri: str = DEFAULT_BASE
    folder: Path | None = None
    served_at: str = ""

    def asked(self, url: str) -> str:
        """Return the address to ask in place of ``url``."""
        if self.served_at and url.startswith(self.base_iri):
            return self.served_at.rstrip("/") + "/" + url[len(self.base_iri) :]
        return url

    def file(self, url: str) -> Path | None:
        """Return the file of the release that an address will serve; None if it is no file.

        A file that should be there and is not is returned too.
        """
        start = f"{self.base_iri}download/"
        if self.folder is None or not url.startswith(start):
            return None
        path = (self.folder / url[len(start) :]).resolve()
        return path if path.is_relative_to(self.folder.resolve()) else None


@dataclass(frozen=True)
class Offered:
    """A catalogue as it was read.

    ``documents`` are the texts, for lines in messages; ``remote`` the JSON-LD contexts at other
    addresses, ``plain_type`` a media type that is not one of RDF, if it came with such a one.
    """

    name: str
    triples: tuple[Triple, ...]
    documents: tuple[Document, ...]
    addresses: Addresses
    remote: tuple[str, ...] = ()
    plain_type: str = ""
    statements: Statements = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "statements", Statements(self.triples))


def read_file(path: Path, base_iri: str = DEFAULT_BASE) -> Offered:
    """Read a file; beside a release's manifest, its files stand for the downloads.

    Raises:
        SourceError, RdfSyntaxError: it cannot be read or does not parse.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror}", path=path, hint="Give a file that exists."
        ) from error
    folder = path.parent if (path.parent / MANIFEST).is_file() else None
    base_iri = _base_of(folder) if folder else base_iri
    syntax = syntax_of(str(path))
    triples, remote = read_rdf(content, str(path), syntax, RELATIVE)
    document = _document(str(path), content, syntax)
    addresses = Addresses(base_iri, folder)
    return Offered(str(path), tuple(triples), (document,), addresses, tuple(remote))


def read_release(folder: Path, profile: Profile, assets: Assets | None = None) -> Offered:
    """Read the catalogue of a release, in a profile.

    Args:
        folder: the release.
        profile: which of its catalogues.
        assets: the project that it was built from, whose catalogue messages then point to.
    Raises:
        ReleaseError: there is no release, or it has no catalogue.
    """
    document = next(each for each in DOCUMENTS if each.token == profile.token)
    base_iri = str(read_manifest(folder).get("base_iri", DEFAULT_BASE))
    path = folder / document.file_name("ttl")
    if not path.is_file():
        raise ReleaseError(
            f"has no catalogue ({path.name} is missing)",
            path=folder,
            hint="Describe it in data/catalogue.ttl and build again: ctl-kg build",
        )
    found = read_file(path)
    authored = _authored(assets, base_iri)
    documents = (*authored, *found.documents)
    return Offered(found.name, found.triples, documents, Addresses(base_iri, folder))


def read_address(url: str, limits: Limits, addresses: Addresses) -> Offered:
    """Fetch a catalogue with all its pages (Hydra), as harvesters do.

    Raises:
        PortalError, RequestError: a page cannot be had.
        SourceError, RdfSyntaxError: it is of no RDF syntax, or does not parse.
    """
    triples: list[Triple] = []
    documents: list[Document] = []
    remote: list[str] = []
    plain_type, pending, seen = "", [url], set[str]()
    while pending:
        page = addresses.asked(pending.pop())
        if page in seen:
            continue
        seen.add(page)
        if len(seen) > _MOST_PAGES:
            raise PortalError(
                f"<{url}> has more than {_MOST_PAGES} pages", hint="Make them larger."
            )
        answer = fetch(page, accept=ACCEPT, limits=limits)
        if is_plain_type(answer.media_type):
            plain_type = answer.media_type or "none"
        syntax = syntax_of(answer.url, answer.media_type)
        found, contexts = read_rdf(answer.body, page, syntax, answer.url)
        triples += found
        remote += contexts
        documents.append(_document(page, answer.body, syntax))
        following = Statements(found)
        names = [each for term in _NEXT for each in _objects(following, term)]
        pending += [urljoin(answer.url, each) for each in names]
    return Offered(url, tuple(triples), tuple(documents), addresses, tuple(remote), plain_type)


def _objects(statements: Statements, path: str) -> list[str]:
    return [value for node in statements.nodes for value in statements.texts(node, path)]


def _document(name: str, content: bytes, syntax: RdfFormat) -> Document:
    is_turtle = syntax in (RdfFormat.TURTLE, RdfFormat.TRIG)
    return Document(name, content.decode(errors="replace"), is_turtle)


def _base_of(folder: Path) -> str:
    return str(read_manifest(folder).get("base_iri", DEFAULT_BASE))


def _authored(assets: Assets | None, base_iri: str) -> tuple[Document, ...]:
    if assets is None:
        return ()
    path = assets.root / CATALOGUE_FILE
    if not path.is_file():
        return ()
    return (Document(CATALOGUE_FILE, rebase(path.read_text(encoding="utf-8"), base_iri), True),)
