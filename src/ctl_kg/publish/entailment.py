"""Derive triples by the rules of ``ontology/rules``, until nothing new follows.

Rules are CONSTRUCT queries over the union of all graphs but the shapes; what they add
stands in ``graph:derived``. They run in the order of their names, each on what the rules
before it gave, round after round; so the result does not depend on chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QueryTriples, Store, Triple

from ctl_kg.errors import QueryFileError, SourceError
from ctl_kg.publish.rule_file import RuleFile, read_rules

RULES_FOLDER = "rules"
_MOST_ROUNDS = 50


def derive(quads: Iterable[Quad], rules: Sequence[RuleFile], graph: str) -> list[Quad]:
    """Return the triples that the rules add, in ``graph``, sorted.

    Args:
        quads: the asserted statements; their union is what the rules see as default graph.
        rules: CONSTRUCT queries.
        graph: IRI of the graph for what is new.
    Raises:
        QueryFileError: a rule does not parse, is no CONSTRUCT or makes blank nodes.
        SourceError: the rules do not come to an end.
    """
    asserted = list(quads)
    default = DefaultGraph()
    store = Store()
    store.bulk_extend(asserted)
    union = {(quad.subject, quad.predicate, quad.object) for quad in asserted}
    store.bulk_extend(Quad(*triple, default) for triple in union)
    known = {Triple(quad.subject, quad.predicate, quad.object) for quad in store}
    derived: set[Triple] = set()
    for _ in range(_MOST_ROUNDS):
        before = len(derived)
        for rule in rules:
            new = _run(rule, store) - known
            known |= new
            derived |= new
            store.extend(Quad(t.subject, t.predicate, t.object, default) for t in new)
        if len(derived) == before:
            target = NamedNode(graph)
            found = [Quad(t.subject, t.predicate, t.object, target) for t in derived]
            return sorted(found, key=str)
    raise SourceError(
        f"the rules still add triples after {_MOST_ROUNDS} rounds",
        path=rules[0].name.rsplit("/", 1)[0],
        hint="Look for a rule whose CONSTRUCT makes new values from its own results.",
    )


def _run(rule: RuleFile, store: Store) -> set[Triple]:
    try:
        result = store.query(rule.text)
    except SyntaxError as error:
        raise QueryFileError(
            f"the rule does not parse: {error.msg}", path=rule.name, line=error.lineno
        ) from error
    except (RuntimeError, ValueError) as error:
        raise QueryFileError(f"the rule failed: {error}", path=rule.name) from error
    if not isinstance(result, QueryTriples):
        raise QueryFileError("an entailment rule must be a CONSTRUCT", path=rule.name)
    triples = set(result)
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            raise QueryFileError(
                f"the rule makes a blank node ({triple})",
                path=rule.name,
                hint="Published data has no blank nodes: construct triples between IRIs.",
            )
    return triples


def load_rules(ontology: Path, root: Path, base_iri: str) -> list[RuleFile]:
    """Return the entailment rules of an ontology folder.

    Raises:
        SourceError, QueryFileError: a file cannot be read, or its header is malformed.
    """
    return read_rules(ontology / RULES_FOLDER, root, base_iri)
