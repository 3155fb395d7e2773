"""Authored files to quads: which file belongs to which named graph, and clear syntax errors.

pyoxigraph parses: it keeps lexical forms and refuses malformed language tags and IRIs.
Not here: what the triples mean (``publish/``), and comments (``rdf/formatting.py``).
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from ctl_kg.assets import Assets
from ctl_kg.errors import RdfSyntaxError, SourceError
from ctl_kg.namespaces import DEFAULT_BASE, prefixes, rebase
from ctl_kg.rdf.layout import scan, tokens
from ctl_kg.rdf.places import SourceText

# Authored file (path in the project) → slug of its graph below graph:; None: a .trig says itself.
GRAPH_TABLE: tuple[tuple[str, str | None], ...] = (
    ("ontology/*.ttl", "ontology"),
    ("shapes/*.ttl", "shapes"),
    ("data/vocabularies/*.ttl", "vocabularies"),
    ("data/territory.ttl", "territory"),
    ("data/source.ttl", "provenance"),
    ("data/passages/*.ttl", "provenance"),
    ("data/catalogue.ttl", "catalogue"),
    ("data/*.trig", None),  # fnmatch's * goes through folders
)
SUFFIXES = (".ttl", ".trig")
# Shapes that are asked of what portals get, not of the project's data.
PORTAL_SHAPES = "shapes/portal/"
_UNDECLARED = re.compile(r"The prefix (.*?):? has not been declared")
_PLACE_IN_MESSAGE = re.compile(r"^Parser error (?:at|between) line .*?: ")
_LONGEST = 200  # characters of the parser's own words that a message repeats


@dataclass(frozen=True)
class ParsedFile(SourceText):
    """One authored file: its project-relative name, its (rebased) text and its quads in order."""

    quads: tuple[Quad, ...]


def graph_slug(name: str) -> str | None:
    """Return the slug of the graph that a ``.ttl`` file goes to, or None for a ``.trig``.

    Args:
        name: path in the project, with slashes.
    Raises:
        SourceError: the table has no row for the file.

    >>> graph_slug("data/vocabularies/themes.ttl")
    'vocabularies'
    """
    for pattern, slug in GRAPH_TABLE:
        if fnmatchcase(name, pattern):
            return slug
    raise SourceError(
        "this file belongs to no graph",
        path=name,
        hint="Known places: " + ", ".join(pattern for pattern, _ in GRAPH_TABLE) + ".",
    )


def project_files(assets: Assets) -> list[Path]:
    """Return every authored RDF file of the project, sorted by path."""
    folders = ("data", "ontology", "shapes")
    return [path for folder in folders for path in assets.files(folder, *SUFFIXES)]


def load_project(assets: Assets, base_iri: str = DEFAULT_BASE) -> list[ParsedFile]:
    """Parse every authored file, in the order of their paths.

    Args:
        assets: the project.
        base_iri: base of our IRIs; the texts are rewritten to it before parsing.
    Raises:
        RdfSyntaxError: a file does not parse, or a ``.trig`` has a triple outside any graph.
        SourceError: a file cannot be read or belongs to no graph.
    """
    files = []
    for path in project_files(assets):
        name = assets.name(path)
        if name.startswith(PORTAL_SHAPES):
            continue
        text = rebase(read_text(path, name), base_iri)
        slug = graph_slug(name)
        graph = None if slug is None else f"{base_iri}data/graph/{slug}"
        quads = parse_text(text, name, graph=graph, base_iri=base_iri)
        files.append(ParsedFile(name, text, tuple(_own_labels(quads, _label_stem(name)))))
    return files


def read_text(path: Path, name: str | None = None, *, refuse_mark: bool = True) -> str:
    """Return the text of a UTF-8 file.

    Raises:
        SourceError: the file cannot be read, or is a pipe where a file of the project belongs.
        RdfSyntaxError: it is not UTF-8, or begins with a byte order mark (unless
            ``refuse_mark`` is false); the line is that of the first bad byte.
    """
    if name and path.is_fifo():
        raise SourceError("is a pipe", path=name, hint="Put a file there, or remove it.")
    name = name or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror}",
            path=name,
            hint="Give a file that exists and that you may read.",
        ) from error
    if refuse_mark and content.startswith(codecs.BOM_UTF8):
        raise RdfSyntaxError(
            "the file begins with a byte order mark",
            path=name,
            line=1,
            hint="Save it as UTF-8 without a byte order mark (BOM).",
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RdfSyntaxError(
            f"byte 0x{content[error.start]:02X} is not UTF-8",
            path=name,
            line=line,
            hint="Save the file as UTF-8.",
        ) from error


def parse_text(
    text: str, name: str, *, graph: str | None = None, base_iri: str = DEFAULT_BASE
) -> list[Quad]:
    """Parse Turtle or TriG (by the suffix of ``name``) to quads, in the order of the text.

    Args:
        text: the content.
        name: path for messages; its suffix chooses the syntax.
        graph: IRI of the graph that a Turtle file's triples go to.
        base_iri: only to suggest prefixes in messages.
    Raises:
        RdfSyntaxError: with line and hint.
    """
    is_trig = name.endswith(".trig")
    syntax = RdfFormat.TRIG if is_trig else RdfFormat.TURTLE
    try:
        quads = list(parse(text.encode("utf-8"), format=syntax, rename_blank_nodes=True))
    except SyntaxError as error:
        raise _syntax_error(error, text, name, prefixes(base_iri)) from error
    _refuse_triple_terms(quads, text, name)
    _refuse_blank_graphs(quads, text, name)
    if is_trig:
        _refuse_default_graph(quads, text, name)
        return quads
    if graph is None:
        return quads
    target = NamedNode(graph)
    return [Quad(quad.subject, quad.predicate, quad.object, target) for quad in quads]


def _syntax_error(
    error: SyntaxError, text: str, name: str, table: dict[str, str]
) -> RdfSyntaxError:
    problem = _PLACE_IN_MESSAGE.sub("", error.msg)
    if len(problem) > _LONGEST:
        problem = problem[: _LONGEST // 2] + " … " + problem[-_LONGEST // 2 :]
    undeclared = _UNDECLARED.search(problem)
    if undeclared:
        prefix = undeclared.group(1)
        hint = _prefix_hint(prefix, table)
        return RdfSyntaxError(
            f"prefix '{prefix}:' is not declared", path=name, line=error.lineno, hint=hint
        )
    lines = text.split("\n")
    line = error.lineno or 1
    read = lines[line - 1].strip() if line <= len(lines) else ""
    hint = f"The line reads: {read[:120]}" if read else "The text ends here."
    if "nexpected end" in problem:
        hint = "A quotation mark, a bracket or the final '.' of a statement is missing. " + hint
    elif "No scheme" in problem:
        hint = "IRIs in angle brackets must be absolute; use a prefix for ours. " + hint
    elif "not a valid" in problem:
        hint = "Look for a missing ';' or '.' at the end of the line before. " + hint
    return RdfSyntaxError(problem, path=name, line=error.lineno, hint=hint)


def _prefix_hint(prefix: str, table: dict[str, str]) -> str:
    if prefix in table:
        return f"Add at the top: @prefix {prefix}: <{table[prefix]}> ."
    near = difflib.get_close_matches(prefix, table, n=1, cutoff=0.5)
    if near:
        return f"The nearest known prefix is '{near[0]}:' <{table[near[0]]}>."
    return "The project's prefixes are in ontology/prefixes.ttl."


def _refuse_triple_terms(quads: Iterable[Quad], text: str, name: str) -> None:
    """Refuse RDF 1.2's triple terms, which most tools cannot read yet."""
    for quad in quads:
        if isinstance(quad.object, Triple):
            marks = list(tokens(text))
            pairs = pairwise(marks)
            found = (one.line for one, two in pairs if one.text + two.text in ("<<", "{|"))
            raise RdfSyntaxError(
                "a triple term stands here",
                path=name,
                line=next(found, None),
                hint="Use a node of its own for what is said about a statement.",
            )


def _refuse_blank_graphs(quads: Iterable[Quad], text: str, name: str) -> None:
    if any(isinstance(quad.graph_name, BlankNode) for quad in quads):
        nameless = (token.line for token in tokens(text) if token.text[:2] in ("_:", "["))
        raise RdfSyntaxError(
            "a blank node names a graph",
            path=name,
            line=next(nameless, None),
            hint="Give the graph an IRI: graph:p-NNNN { … }.",
        )


def _refuse_default_graph(quads: Iterable[Quad], text: str, name: str) -> None:
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph):
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else None
            outside = (block for block in scan(text).blocks if block.graph is None)
            raise RdfSyntaxError(
                f"a triple of {subject or 'a blank node'} stands outside any graph",
                path=name,
                line=next((block.line for block in outside if block.subject == subject), None),
                hint="Put it into the graph of the passage that says it: graph:p-NNNN { … }.",
            )


def _label_stem(name: str) -> str:
    """Return what the labels of a file's blank nodes start with; each file has its own."""
    return re.sub(r"[^A-Za-z0-9]", "", name.rpartition(".")[0]) + "-"


def _own_labels(quads: Iterable[Quad], stem: str) -> Iterator[Quad]:
    """Give blank nodes names that depend on the order in the text only."""
    names: dict[BlankNode, BlankNode] = {}

    def renamed(node: BlankNode) -> BlankNode:
        return names.setdefault(node, BlankNode(f"{stem}n{len(names)}"))

    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
            yield Quad(
                renamed(subject) if isinstance(subject, BlankNode) else subject,
                quad.predicate,
                renamed(value) if isinstance(value, BlankNode) else value,
                quad.graph_name,
            )
        else:
            yield quad
