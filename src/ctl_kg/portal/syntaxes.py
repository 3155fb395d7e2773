"""RDF of any syntax that harvesters read, with the line of a mistake.

A JSON-LD context at another address is not fetched, as most harvesters do not: what it would
have explained is left out, and a finding tells it.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ctl_kg.errors import RdfSyntaxError, SourceError

_SUFFIXES = {
    ".ttl": RdfFormat.TURTLE, ".turtle": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS, ".trig": RdfFormat.TRIG, ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML, ".owl": RdfFormat.RDF_XML, ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
}  # fmt: skip
_MORE_TYPES = {
    "application/xml": RdfFormat.RDF_XML, "text/xml": RdfFormat.RDF_XML,
    "application/json": RdfFormat.JSON_LD, "application/x-turtle": RdfFormat.TURTLE,
}  # fmt: skip
_NO_TYPE = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html[\s>])", re.I | re.S)
_IN_MESSAGE = re.compile(r"^(?:Parser error )?(?:at|between) line .*?: ")
ACCEPT = (
    "text/turtle, application/rdf+xml, application/ld+json;q=0.9, application/n-triples;q=0.8, "
    "*/*;q=0.1"
)


def syntax_of(name: str, media_type: str = "") -> RdfFormat:
    """Return the syntax of a document, by its media type or else by the suffix of its name.

    Raises:
        SourceError: neither tells.
    """
    by_type = _MORE_TYPES.get(media_type) or (
        RdfFormat.from_media_type(media_type) if media_type not in _NO_TYPE else None
    )
    suffix = PurePosixPath(name.partition("?")[0].partition("#")[0]).suffix.lower()
    found = by_type or _SUFFIXES.get(suffix)
    if found is None:
        told = f"its media type is {media_type}" if media_type else f"its name ends in '{suffix}'"
        raise SourceError(
            f"is of no RDF syntax that harvesters read: {told}",
            path=name,
            hint="Give Turtle, RDF/XML, JSON-LD or N-Triples, with its own media type (text/turtle,"
            " application/rdf+xml, application/ld+json) or suffix.",
        )
    return found


def is_plain_type(media_type: str) -> bool:
    """Tell whether a media type is none of RDF's own, so that harvesters must guess."""
    return media_type in _NO_TYPE or media_type in _MORE_TYPES


def read_rdf(
    content: bytes, name: str, syntax: RdfFormat, base: str | None
) -> tuple[list[Triple], list[str]]:
    """Return the triples of a document, and the addresses of contexts that were not fetched.

    Args:
        content: the document.
        name: for messages.
        syntax: see :func:`syntax_of`.
        base: IRI that relative ones are resolved by, or None to refuse them.
    Raises:
        RdfSyntaxError: with the line, and what to do.
    """
    if _HTML.match(content):
        raise RdfSyntaxError(
            "is a page (HTML) and no RDF",
            path=name,
            line=1,
            hint="Give the address of the RDF document; a server that negotiates must offer RDF to"
            " programs, and a log-in or error page must not be answered with 200.",
        )
    remote: list[str] = []
    if syntax == RdfFormat.JSON_LD:
        content, remote = _without_remote(content)
    try:
        quads = list(parse(content, format=syntax, base_iri=base))
    except SyntaxError as error:
        raise _syntax_error(error, content, name, syntax) from error
    return [_as_schema(each.triple) for each in quads], remote


def _as_schema(triple: Triple) -> Triple:
    """Return a triple with the terms of schema.org under http:, which is the same vocabulary."""
    predicate, value = triple.predicate, triple.object
    if predicate.value.startswith("https://schema.org/"):
        predicate = NamedNode("http" + predicate.value[5:])
    if isinstance(value, NamedNode) and value.value.startswith("https://schema.org/"):
        value = NamedNode("http" + value.value[5:])
    return Triple(triple.subject, predicate, value)


def _without_remote(content: bytes) -> tuple[bytes, list[str]]:
    """Take addresses of contexts out of a JSON-LD document; return them, too."""
    found: list[str] = []
    try:
        cleaned = _cleaned(json.loads(content), found)
    except (ValueError, RecursionError):
        return content, []  # the parser tells the line
    return (json.dumps(cleaned).encode(), found) if found else (content, [])


def _cleaned(node: Any, found: list[str]) -> Any:
    if isinstance(node, list):
        return [_cleaned(each, found) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key == "@context":
            contexts = value if isinstance(value, list) else [value]
            found += [each for each in contexts if isinstance(each, str)]
            own = [_cleaned(each, found) for each in contexts if not isinstance(each, str)]
            kept[key] = own[0] if len(own) == 1 else own
        elif key == "@import" and isinstance(value, str):
            found.append(value)
        else:
            kept[key] = _cleaned(value, found)
    return kept


def _syntax_error(
    error: SyntaxError, content: bytes, name: str, syntax: RdfFormat
) -> RdfSyntaxError:
    line = error.lineno
    problem = _IN_MESSAGE.sub("", error.msg or str(error))
    if syntax == RdfFormat.RDF_XML and line is None:
        line = _line_of_xml(content) or None
    hint = "Mend the document; its maker has written what no reader takes."
    lines = content.decode(errors="replace").split("\n")
    if line and not "".join(lines[line - 1 :]).strip():  # the end: name the last line with a text
        line = max((n for n, text in enumerate(lines[:line], 1) if text.strip()), default=1)
    if line and line <= len(lines):
        hint = f"The line reads: {lines[line - 1].strip()[:120]}"
    if "No scheme" in problem:
        hint = "A relative address: write it whole, for it means another thing at each place. " + (
            hint
        )
    return RdfSyntaxError(problem[:200], path=name, line=line, hint=hint)


def _line_of_xml(content: bytes) -> int:
    """Return the line on which XML stops being well-formed, 0 if it is."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        return error.lineno
    return 0
