"""Bring an authored Turtle or TriG file into the canonical layout, comments included.

Comments are kept in two places: the head of the file, and the lines directly above a
top-level subject (or graph) block. A comment elsewhere is refused, never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad

from ctl_kg.errors import FormatError
from ctl_kg.namespaces import DEFAULT_BASE, prefixes
from ctl_kg.rdf.layout import Layout, scan
from ctl_kg.rdf.loading import parse_text, read_text
from ctl_kg.rdf.turtle import write_trig

_WHERE_COMMENTS_GO = (
    "Comments may stand in the head of the file (before the first @prefix) or on lines of "
    "their own directly above the subject that starts a block."
)


def format_text(
    text: str, name: str, *, base_iri: str = DEFAULT_BASE, extra: Sequence[Quad] | None = None
) -> str:
    """Return the text in canonical layout; formatting the result again changes nothing.

    Args:
        text: a Turtle or TriG file.
        name: path for messages; its suffix chooses the syntax.
        base_iri: base of our prefixes.
        extra: quads to write instead of those in the text; comments stay with their subjects.
    Raises:
        RdfSyntaxError: the text does not parse.
        FormatError: a comment would be lost, or a term cannot be written.
    """
    quads = parse_text(text, name, base_iri=base_iri)
    layout = scan(text)
    _check_comments(layout, name)
    wanted = quads if extra is None else list(extra)
    try:
        table = prefixes(base_iri)
        result = write_trig(wanted, table, head=layout.head, comments=layout.comments)
    except FormatError as error:
        raise FormatError(error.message, path=name, hint=error.hint) from error
    _check_kept(layout, result, name)
    if not _same_graph(wanted, parse_text(result, name, base_iri=base_iri)):
        raise FormatError(
            "the formatted text would not say the same", path=name, hint="Leave the file as it is."
        )
    return result


def _check_comments(layout: Layout, name: str) -> None:
    if layout.misplaced:
        lines = ", ".join(str(line) for line, _ in sorted(layout.misplaced))
        first_line, first = min(layout.misplaced)
        raise FormatError(
            f"comment in a place where it would be lost: {first[:60]} (all such lines: {lines})",
            path=name,
            line=first_line,
            hint=_WHERE_COMMENTS_GO,
        )


def _check_kept(layout: Layout, result: str, name: str) -> None:
    """Refuse a result that lacks a comment: its block has gone (an empty graph, say)."""
    kept = scan(result).comments
    for key, lines in layout.comments.items():
        if kept.get(key) != lines:
            raise FormatError(
                f"the block below this comment has no triples: {lines[0][:60]}",
                path=name,
                hint=_WHERE_COMMENTS_GO,
            )


def _same_graph(left: Sequence[Quad], right: Sequence[Quad]) -> bool:
    if set(left) == set(right):
        return True
    if not any(_has_blank(quad) for quad in left):
        return False
    datasets = [Dataset(left), Dataset(right)]
    for dataset in datasets:
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return datasets[0] == datasets[1]


def _has_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def format_file(path: Path, name: str, *, write: bool = True) -> bool:
    """Format one file in place and tell whether it differed.

    Args:
        path: the file.
        name: path for messages.
        write: False only compares.
    Raises:
        SourceError, RdfSyntaxError, FormatError: as :func:`format_text`; the file is untouched.
    """
    text = read_text(path, name)
    result = format_text(text, name)
    if result == text:
        return False
    if write:
        replace_text(path, result)
    return True


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a crash leaves either the old or the new text.

    Raises:
        OSError: the folder cannot be written, or the disk is full; the old file stays.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
