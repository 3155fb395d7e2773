"""Write a graph as compact JSON-LD that carries the part of the context it uses.

Every literal keeps its lexical form, type and language: rdflib's writer drops the type of an
ill-typed integer (7.6), and the engine's writes expanded JSON-LD only. The context is read as
plain term definitions (``@id``, ``@type``, ``@container``, ``@language``); a term with anything
else is left aside, and the property then stands under its compact IRI.

Source: JSON-LD 1.1 §4.1 (contexts), §4.2 (typed and language-tagged values), §4.6 (language maps).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ctl_kg.errors import NotAcceptableError

_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_XSD_STRING = _XSD + "string"
# Canonical, and exact in every reader, also where numbers are doubles.
_SMALL_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")
_PLAIN_KEYS = {"@id", "@type", "@container", "@language"}
_SIMPLE_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*\Z")


@dataclass(frozen=True)
class _Definition:
    """One term of a context; ``type`` is ``@id``, a datatype IRI or empty."""

    name: str
    iri: str
    type: str = ""
    container: str = ""
    language: str | None = None
    is_prefix: bool = False


class JsonLdWriter:
    """Writes graphs with one context."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._context = {
            name: meaning for name, meaning in context.items() if _SIMPLE_TERM.match(name)
        }
        self._definitions = {
            name: found
            for name, meaning in self._context.items()
            if (found := self._definition(name, meaning)) is not None
        }

    def _expand(self, text: str) -> str:
        prefix, colon, local = text.partition(":")
        known = self._context.get(prefix if colon else text)
        if isinstance(known, Mapping):
            known = known.get("@id")
        if not isinstance(known, str) or local.startswith("//"):
            return text
        if not colon:
            return known if known == text else self._expand(known)
        return (self._expand(known) if not known.startswith("http") else known) + local

    def _definition(self, name: str, meaning: object) -> _Definition | None:
        if isinstance(meaning, str):
            return _Definition(
                name, self._expand(meaning), is_prefix=meaning[-1:] in ("/", "#", ":")
            )
        if not isinstance(meaning, Mapping) or not set(meaning) <= _PLAIN_KEYS:
            return None
        container, kind = meaning.get("@container", ""), meaning.get("@type", "")
        if container not in ("", "@set", "@language") or not isinstance(meaning.get("@id"), str):
            return None
        if not isinstance(kind, str) or kind in ("@json", "@none"):
            return None
        kind = "@id" if kind in ("@id", "@vocab") else self._expand(kind) if kind else ""
        return _Definition(
            name, self._expand(meaning["@id"]), kind, container, meaning.get("@language")
        )

    def write(self, triples: Iterable[ox.Triple]) -> bytes:
        """Return the document; the order of the triples does not matter.

        Raises:
            NotAcceptableError: a triple term, which JSON-LD 1.1 cannot hold.
        """
        triples = sorted(set(triples), key=str)
        document = _Document(self._context, self._definitions, triples)
        return _text(document.build()).encode() + b"\n"

    def write_dataset(self, quads: Iterable[ox.Quad]) -> bytes:
        """Return a document with one node per named graph, which holds the graph's nodes.

        Raises:
            NotAcceptableError: a triple term, which JSON-LD 1.1 cannot hold.
        """
        found = sorted(set(quads), key=str)
        document = _Document(self._context, self._definitions, [quad.triple for quad in found])
        return _text(document.build_dataset(found)).encode() + b"\n"


def _text(document: dict[str, Any]) -> str:
    """Return the document as JSON; of several nodes each stands on a line of its own."""
    nodes = document.get("@graph")
    if nodes is None:
        return json.dumps(document, ensure_ascii=False, indent=1)
    context = json.dumps(document["@context"], ensure_ascii=False, indent=1)
    lines = ",\n".join(json.dumps(node, ensure_ascii=False) for node in nodes)
    return f'{{\n"@context": {context},\n"@graph": [\n{lines}\n]\n}}'


class _Document:
    """One document in the making: it notes the terms that it uses."""

    def __init__(
        self,
        context: Mapping[str, Any],
        definitions: Mapping[str, _Definition],
        triples: list[ox.Triple],
    ) -> None:
        self._context = context
        self._triples = triples
        self._used: set[str] = set()
        self._shortened: dict[str, str] = {}
        # A name that is also the scheme of an IRI here (geo:45,9) would change that IRI.
        schemes = {iri.partition(":")[0] for iri in _iris(triples)}
        usable = [each for each in definitions.values() if each.name not in schemes]
        self._by_iri: dict[str, list[_Definition]] = defaultdict(list)
        for each in usable:
            self._by_iri[each.iri].append(each)
        self._prefixes = sorted(
            (each for each in usable if each.is_prefix),
            key=lambda each: (-len(each.iri), each.name),
        )

    def build(self) -> dict[str, Any]:
        graph = self._nodes(self._triples)
        head = {"@context": self._used_context()}
        return head | (graph[0] if len(graph) == 1 else {"@graph": graph})

    def build_dataset(self, quads: list[ox.Quad]) -> dict[str, Any]:
        graphs: dict[str, list[ox.Triple]] = defaultdict(list)
        for quad in quads:
            name = quad.graph_name
            key = "" if isinstance(name, ox.DefaultGraph) else self._node(name)
            graphs[key].append(quad.triple)
        nodes = self._nodes(graphs.pop("", []))
        nodes += [{"@id": name, "@graph": self._nodes(graphs[name])} for name in sorted(graphs)]
        return {"@context": self._used_context(), "@graph": nodes}

    def _nodes(self, triples: Iterable[ox.Triple]) -> list[dict[str, Any]]:
        nodes: dict[str, dict[str, Any]] = {}
        for triple in triples:
            if isinstance(triple.subject, ox.Triple):
                raise NotAcceptableError(["text/turtle", "application/n-triples"])
            subject = self._node(triple.subject)
            self._add(nodes.setdefault(subject, {}), triple.predicate.value, triple.object)
        return [{"@id": subject, **_sorted(found)} for subject, found in sorted(nodes.items())]

    def _used_context(self) -> dict[str, Any]:
        pending, found = sorted(self._used), {}
        while pending:
            name = pending.pop()
            if name in found or name not in self._context:
                continue
            found[name] = self._context[name]
            meaning = found[name]
            texts = list(meaning.values()) if isinstance(meaning, Mapping) else [meaning]
            for text in texts:
                pending += [text, text.partition(":")[0]] if isinstance(text, str) else []
        return {"@version": 1.1, **dict(sorted(found.items()))}

    def _node(self, term: ox.NamedNode | ox.BlankNode) -> str:
        return self._short(term.value) if isinstance(term, ox.NamedNode) else str(term)

    def _short(self, iri: str) -> str:
        short = self._shortened.get(iri)
        if short is None:
            short = self._shortened[iri] = self._compact_iri(iri)
        return short

    def _compact_iri(self, iri: str) -> str:
        for prefix in self._prefixes:
            local = iri[len(prefix.iri) :]
            if iri.startswith(prefix.iri) and local and not local.startswith("//"):
                self._used.add(prefix.name)
                return f"{prefix.name}:{local}"
        return iri

    def _word(self, iri: str) -> str:
        """Return the term for a class or property, if a bare one exists, else its short IRI."""
        for each in self._by_iri.get(iri, ()):
            if not (each.is_prefix or each.type or each.container or each.language):
                self._used.add(each.name)
                return each.name
        return self._short(iri)

    def _add(self, node: dict[str, Any], predicate: str, term: object) -> None:
        if isinstance(term, ox.Triple):
            raise NotAcceptableError(["text/turtle", "application/n-triples"])
        if predicate == _RDF_TYPE and isinstance(term, ox.NamedNode):
            node.setdefault("@type", []).append(self._word(term.value))
            return
        for each in self._by_iri.get(predicate, ()):
            if not each.is_prefix and self._add_as(each, node, term):
                self._used.add(each.name)
                return
        node.setdefault(self._short(predicate), []).append(self._value(term))

    def _add_as(self, definition: _Definition, node: dict[str, Any], term: object) -> bool:
        """Add a value under a term if the term's definition reads it back as the same value."""
        literal = term if isinstance(term, ox.Literal) else None
        tag = literal.language if literal else None
        if definition.container == "@language":
            if literal is None or not tag or tag != tag.lower():
                return False
            node.setdefault(definition.name, {}).setdefault(tag, []).append(literal.value)
            return True
        value: Any
        if definition.language is not None:
            if literal is None or tag != definition.language:
                return False
            value = literal.value
        elif definition.type == "@id":
            if not isinstance(term, (ox.NamedNode, ox.BlankNode)):
                return False
            value = self._node(term)
        elif definition.type:
            if literal is None or tag or literal.datatype.value != definition.type:
                return False
            value = _native(literal)
        else:
            value = self._value(term)
        node.setdefault(definition.name, []).append(value)
        return True

    def _value(self, term: object) -> Any:
        if isinstance(term, (ox.NamedNode, ox.BlankNode)):
            return {"@id": self._node(term)}
        assert isinstance(term, ox.Literal)
        if term.language:
            return {"@language": term.language, "@value": term.value}
        if term.datatype.value == _XSD_STRING:
            return term.value
        if not isinstance(native := _native(term), str):
            return native
        return {"@type": self._word(term.datatype.value), "@value": term.value}


def _native(literal: ox.Literal) -> str | int | bool:
    """Return a JSON number or boolean where reading it gives the same literal back.

    Source: JSON-LD 1.1 API §8.6 (data round tripping): integers below 10^21 and booleans.
    """
    text, datatype = literal.value, literal.datatype.value
    if datatype == _XSD + "boolean" and text in ("true", "false"):
        return text == "true"
    if datatype == _XSD + "integer" and _SMALL_INTEGER.match(text):
        return int(text)
    return text


def _iris(triples: Iterable[ox.Triple]) -> set[str]:
    found = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                found.add(term.value)
            elif isinstance(term, ox.Literal):
                found.add(term.datatype.value)
    return found


def _sorted(node: dict[str, Any]) -> dict[str, Any]:
    """Sort keys; a set of one value stands without brackets (language maps too)."""

    def tidy(value: Any) -> Any:
        if isinstance(value, list):
            return value[0] if len(value) == 1 else value
        if isinstance(value, dict):
            return {tag: tidy(texts) for tag, texts in sorted(value.items())}
        return value

    return {key: tidy(node[key]) for key in sorted(node)}
