"""Why one pattern matches nothing, or one filter keeps nothing: the term that does not occur."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace

import pyoxigraph as ox

from ctl_kg.namespaces import prefixes
from ctl_kg.sparql import guard
from ctl_kg.sparql.nearest import nearest_iris, nearest_values, split_iri, variants
from ctl_kg.sparql.patterns import Step
from ctl_kg.sparql.patterns import Term as WrittenTerm
from ctl_kg.sparql.probe import Probe, Wrap
from ctl_kg.sparql.reasons import Reason, reason, shown
from ctl_kg.sparql.store import LocalStore
from ctl_kg.sparql.terms import Term
from ctl_kg.sparql.tokens import Token, decode, tokenise

_MANY = 3000  # terms among which the nearest is looked for
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def explain_graph(
    store: LocalStore, probe: Probe, iri: str, line: int | None, pattern: str
) -> Reason:
    """Return the reason that a graph does not exist."""
    found = reason("graph", "graph", line=line, pattern=pattern, term=f"<{iri}>")
    return found.suggest(probe, nearest_iris(iri, store.graph_sizes()))


def explain_resource(probe: Probe, scan: guard.Scan) -> Reason | None:
    """Return the reason why DESCRIBE finds nothing of the IRIs that it names."""
    forms = (i for i, token in enumerate(scan.tokens) if token.value.upper() == "DESCRIBE")
    for token in scan.tokens[next(forms) :]:
        if token.kind not in ("iri", "name"):
            continue
        iri = shown(WrittenTerm(token.text, token, token.kind), scan, probe.store.base_iri)
        if not probe.ask(f"{{ <{iri}> ?ctlP ?ctlO }} UNION {{ ?ctlS ?ctlP <{iri}> }}"):
            found = reason("term", "subject", line=token.line, pattern=token.text, term=token.text)
            return found.suggest(probe, _like_named(probe, iri, lambda body: body))
    return None


def explain_triple(probe: Probe, step: Step, wrap: Wrap, scan: guard.Scan) -> Reason:
    """Return the reason why a triple pattern matches nothing on its own."""
    return _Triple(probe, step, wrap, scan).explain()


def unknown_in_path(probe: Probe, step: Step, wrap: Wrap, scan: guard.Scan) -> Reason | None:
    """Return the reason that a property within a path does not occur, if there is one.

    Such a path may match all the same: an alternative, or no step at all.
    """
    is_path = step.kind == "triple" and step.terms[1].kind == "path"
    return _Triple(probe, step, wrap, scan).of_names() if is_path else None


class _Triple:
    """One pattern, term by term."""

    def __init__(self, probe: Probe, step: Step, wrap: Wrap, scan: guard.Scan) -> None:
        self._probe = probe
        self._step = step
        self._wrap = wrap
        self._scan = scan
        self._subject, self._predicate, self._object = step.terms
        self._at_type = self._iri(self._predicate) == _TYPE

    def _ask(self, body: str) -> bool:
        return self._probe.ask(self._wrap(body))

    def _iri(self, term: WrittenTerm) -> str:
        return shown(term, self._scan, self._probe.store.base_iri)

    def _reason(self, kind: str, key: str, **values: object) -> Reason:
        return reason(kind, key, line=self._step.line, pattern=self._step.text, **values)

    def explain(self) -> Reason:
        if not self._ask("?ctlS ?ctlP ?ctlO"):
            return self._reason("graph", "no-default")
        return (
            self._of_predicate()
            or self._of_subject()
            or self._of_object()
            or self._of_pair()
            or self._reason("pattern", "pattern")
        )

    def _of_predicate(self) -> Reason | None:
        predicate = self._predicate
        if predicate.is_variable:
            return None
        if predicate.kind == "path":
            return self._of_path()
        if self._ask(f"?ctlS {predicate.text} ?ctlO"):
            return None
        return self._unknown("predicate", predicate)

    def of_names(self) -> Reason | None:
        """Return the reason that a property of the path does not occur."""
        for token in tokenise(self._predicate.text):
            term = WrittenTerm(token.text, token, token.kind)
            if token.kind in ("iri", "name") and not self._ask(f"?ctlS {token.text} ?ctlO"):
                return self._unknown("predicate", term)
        return None

    def _of_path(self) -> Reason | None:
        found = self.of_names()
        if found:
            return found
        tokens = tuple(tokenise(self._predicate.text))
        start = self._subject.text if not self._subject.is_variable else "?ctlS"
        for prefix in _path_prefixes(self._predicate.text, tokens):
            if not self._ask(f"{start} {prefix} ?ctlO"):
                return self._reason("path", "path", term=f"{start} {prefix}".replace("?ctlS ", ""))
        return None

    def _of_subject(self) -> Reason | None:
        subject = self._subject
        if subject.is_variable or self._ask(f"{subject.text} ?ctlP ?ctlO"):
            return None
        return self._unknown("subject", subject)

    def _of_object(self) -> Reason | None:
        value, predicate = self._object, self._predicate.text
        if value.is_variable or self._ask(f"?ctlS {predicate} {value.text}"):
            return None
        if value.kind in ("iri", "name"):
            return self._unknown("class" if self._at_type else "object", value)
        return self._literal()

    def _literal(self) -> Reason:
        wanted = _parse(value := self._object.text)
        values = self._probe.values(
            "?ctlO",
            self._wrap(f"?ctlS {self._predicate.text} ?ctlO FILTER(ISLITERAL(?ctlO))"),
            _MANY,
        )
        text = wanted.value if wanted else value
        near = nearest_values(wanted, text, values)
        same = (
            near and isinstance(near[0], ox.Literal) and near[0].value.casefold() == text.casefold()
        )
        key = "literal-like" if same else "object"
        found = self._reason("term", key, term=value, predicate=self._predicate.text)
        return found.suggest(self._probe, near or values[:3])

    def _of_pair(self) -> Reason | None:
        subject, predicate, value = (term.text for term in self._step.terms)
        if self._subject.is_variable:
            return None
        values = {"subject": subject, "predicate": predicate, "term": value}
        if self._predicate.is_variable:
            return None
        existing = self._probe.values("?ctlO", self._wrap(f"{subject} {predicate} ?ctlO"), 3)
        if existing:
            return self._reason("pattern", "subject-object", **values).suggest(
                self._probe, existing
            )
        found = self._reason("pattern", "subject-predicate", **values)
        if self._predicate.kind == "path":
            return found
        has = self._probe.values("?ctlP", self._wrap(f"{subject} ?ctlP ?ctlO"), 200)
        wanted = split_iri(self._iri(self._predicate))[1]
        names = {split_iri(str(p.value))[1]: p for p in has if isinstance(p, ox.NamedNode)}
        close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
        return found.suggest(self._probe, [names[name] for name in close])

    def _unknown(self, role: str, term: WrittenTerm) -> Reason:
        """Return the reason that a term does not occur in its place, with the nearest that do."""
        iri = self._iri(term)
        found = self._reason("term", role, term=term.text, predicate=self._predicate.text)
        near: list[str] = []
        prefix = term.token.value.partition(":")[0]
        usual = prefixes(self._probe.store.base_iri).get(prefix)
        here = decode(self._scan.declared.get(prefix, ""))
        if term.kind == "name" and usual and usual != here:
            found = found.add("prefix", prefix=prefix, here=here, usual=usual)
            near.append(usual + iri[len(here) :])
        near += variants(iri)
        near = [each for each in near if _is_iri(each) and self._occurs(role, each)]
        near += nearest_iris(iri, self._candidates(role, iri))
        return found.suggest(self._probe, list(dict.fromkeys(near))[:3])

    def _occurs(self, role: str, iri: str) -> bool:
        place = {
            "predicate": f"?ctlS <{iri}> ?ctlO",
            "subject": f"<{iri}> ?ctlP ?ctlO",
            "class": f"?ctlS a <{iri}>",
            "object": f"?ctlS {self._predicate.text} <{iri}>",
        }
        return self._ask(place[role])

    def _candidates(self, role: str, iri: str) -> list[str]:
        if role == "subject":
            return _in_namespace(self._probe, iri, self._wrap)
        place = {
            "predicate": ("?ctlP", "?ctlS ?ctlP ?ctlO"),
            "class": ("?ctlO", "?ctlS a ?ctlO"),
            "object": ("?ctlO", f"?ctlS {self._predicate.text} ?ctlO FILTER(ISIRI(?ctlO))"),
        }
        variable, body = place[role]
        found = self._probe.values(variable, self._wrap(body), _MANY)
        return [str(each.value) for each in found if isinstance(each, ox.NamedNode)]


def _like_named(probe: Probe, iri: str, wrap: Wrap) -> list[str]:
    slips = [
        each for each in variants(iri) if _is_iri(each) and probe.ask(wrap(f"<{each}> ?ctlP ?ctlO"))
    ]
    return list(dict.fromkeys([*slips, *nearest_iris(iri, _in_namespace(probe, iri, wrap))]))[:3]


def _in_namespace(probe: Probe, iri: str, wrap: Wrap) -> list[str]:
    namespace = ox.Literal(split_iri(iri)[0])
    body = wrap(f"?ctlS ?ctlP ?ctlO FILTER(ISIRI(?ctlS) && STRSTARTS(STR(?ctlS), {namespace}))")
    found = probe.values("?ctlS", body, _MANY)
    return [str(each.value) for each in found if isinstance(each, ox.NamedNode)]


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _path_prefixes(text: str, tokens: Sequence[Token]) -> list[str]:
    """Return the beginnings of a path that is a sequence, shortest first, and the whole."""
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    depth = 0
    ends = []
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == "|":
            return []
        if depth == 0 and token.text == "/":
            ends.append(starts[token.line - 1] + token.column - 1)
    return [text[:end] for end in (*ends, len(text))] if ends else []


def _parse(text: str) -> ox.Literal | None:
    """Return the literal that a text stands for, if it needs no prefix."""
    try:
        found = next(iter(ox.Store().query(f"SELECT ({text} AS ?v) {{}}")))  # type: ignore[arg-type]
    except (SyntaxError, ValueError, StopIteration):
        match = re.match(r"([\"'])(.*)\1\^\^", text, re.DOTALL)
        return ox.Literal(match[2]) if match else None
    value = found[0]
    return value if isinstance(value, ox.Literal) else None


def explain_values(probe: Probe, step: Step, body: str, scan: guard.Scan) -> Reason:
    """Return the reason that the terms of VALUES do not occur, with the nearest that do.

    Args:
        probe: the store.
        step: the VALUES.
        body: the rest of the patterns.
        scan: the query.
    """
    found = reason("values", "values", line=step.line, pattern=step.text)
    tokens = tuple(tokenise(step.text))
    names = [token.text for token in tokens if token.kind == "variable"]
    near: list[Term | str] = []
    for name in names:
        values = probe.values(name, body, _MANY)
        iris = [str(v.value) for v in values if isinstance(v, ox.NamedNode)]
        for token in tokens:
            if token.kind in ("iri", "name"):
                iri = shown(WrittenTerm(token.text, token, token.kind), scan, probe.store.base_iri)
                if not probe.ask(f"<{iri}> ?ctlP ?ctlO"):
                    near += _like_named(probe, iri, lambda body: body)
                near += nearest_iris(iri, iris)
            elif token.kind == "string":
                text = token.text.strip("\"'")
                near += nearest_values(None, text, values)
    return found.suggest(probe, list(dict.fromkeys(near))[:3])


def explain_filter(probe: Probe, step: Step, before: Sequence[Step], body: str) -> Reason:
    """Return the reason that a filter keeps no row.

    Args:
        probe: the store.
        step: the filter.
        before: the parts of the group without it.
        body: their text.
    """

    def because(key: str, **values: object) -> Reason:
        return reason("filter", key, line=step.line, pattern=step.text, **values)

    if step.groups:
        return because("not-exists" if step.negated else "exists")
    bound = sorted({name for each in before for name in each.variables})
    for name in sorted(step.variables.difference(bound)):
        near = difflib.get_close_matches(name, bound, n=1, cutoff=0.4)
        suggested = tuple({"value": f"?{each}", "label": ""} for each in near)
        return replace(because("filter-unbound", variables=f"?{name}"), suggestions=suggested)
    for name in sorted(step.variables):
        values = probe.values(f"?{name}", body, _MANY)
        if not values:
            return because("filter-unbound", variables=f"?{name}")
        found = _by_values(probe, step, name, values, body)
        if found.suggestions:
            return found
    return because("filter")


def _by_values(probe: Probe, step: Step, name: str, values: Sequence[Term], body: str) -> Reason:
    variable = f"?{name}"
    if re.search(rf"LANG\s*\(\s*[?$]{name}\b", step.text, re.IGNORECASE):
        tags = probe.values(f"LANG({variable})", body, 10)
        names = sorted({tag.value for tag in tags if isinstance(tag, ox.Literal)})
        listed = ", ".join(f'"{each}"' for each in names)
        found = reason("filter", "filter-language", line=step.line, pattern=step.text,
                       variables=variable, values=listed)  # fmt: skip
        return found.suggest(probe, [ox.Literal(each) for each in names[:3]])
    wanted = [t.text.strip("\"'") for t in tokenise(step.text) if t.kind == "string"]
    near = [each for text in wanted for each in nearest_values(None, text, values)]
    iris = [str(each.value) for each in values if isinstance(each, ox.NamedNode)]
    near += [
        ox.NamedNode(each)
        for token in tokenise(step.text)
        if token.kind == "iri"
        for each in nearest_iris(token.text[1:-1], iris)
    ]
    samples = near[:3] or sorted(values, key=str)[:3]
    listed = ", ".join(str(each) for each in samples)
    found = reason("filter", "filter-values", line=step.line, pattern=step.text,
                   variables=variable, values=listed)  # fmt: skip
    return found.suggest(probe, samples)
