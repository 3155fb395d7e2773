"""Good and bad records for the constraints of the shapes: read, generate, run.

A generated case takes one shape with one of its constraints, a record that satisfies it
(from the project's own data where an instance has a value, else made from the constraint)
and variants of that record, each of which breaks that constraint and nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ctl_kg.assets import Assets
from ctl_kg.namespaces import DEFAULT_BASE, Curies, prefixes
from ctl_kg.publish.findings import Finding
from ctl_kg.publish.shacl import prefix_declarations, run_shapes
from ctl_kg.publish.validation import Project, load

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "shapes"
MEND = DEFAULT_BASE + "onto/CTL/howToMend"
SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(RDF + "type")
IN_SCHEME = NamedNode("http://www.w3.org/2004/02/skos/core#inScheme")
SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
SAMPLE = DEFAULT_BASE + "data/sample/"
CURIES = Curies(prefixes())

Term = NamedNode | BlankNode | Literal
Record = frozenset[Quad]


def sh(local: str) -> NamedNode:
    return NamedNode(SH + local)


def xsd(local: str) -> NamedNode:
    return NamedNode(XSD + local)


# What a shape says besides its constraints.
DESCRIPTIVE = {
    "name", "description", "message", "severity", "order", "group", "defaultValue",
}  # fmt: skip
STRUCTURE = {
    "path", "property", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf",
}  # fmt: skip
# Parameters that only go along with another one, by that one.
COMPANIONS = {
    "pattern": ("flags",),
    "qualifiedMinCount": ("qualifiedValueShape",),
}
# Constraints by query have written cases (fixtures), not generated ones.
WRITTEN = {"sparql"}


# The shapes graph --------------------------------------------------------------------------


class Shapes:
    """Looks things up in a shapes graph."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = [Quad(q.subject, q.predicate, q.object) for q in quads]
        self.about: dict[Term, list[Quad]] = defaultdict(list)
        self.using: dict[Term, list[Quad]] = defaultdict(list)
        for quad in self.quads:
            self.about[quad.subject].append(quad)
            self.using[quad.object].append(quad)

    def values(self, node: Term, predicate: NamedNode) -> list[Term]:
        return [q.object for q in self.about.get(node, ()) if q.predicate == predicate]

    def value(self, node: Term, predicate: NamedNode) -> Term | None:
        return next(iter(self.values(node, predicate)), None)

    def items(self, node: Term) -> list[Term]:
        """Return the members of an RDF list."""
        found: list[Term] = []
        while node != NamedNode(RDF + "nil"):
            first = self.value(node, NamedNode(RDF + "first"))
            rest = self.value(node, NamedNode(RDF + "rest"))
            assert first is not None
            assert rest is not None
            found.append(first)
            node = rest
        return found

    def shapes(self) -> list[Term]:
        """Return every node that is a shape, whether it says so or not."""
        kinds = {sh("NodeShape"), sh("PropertyShape")}
        links = {sh(name) for name in ("property", "node", "qualifiedValueShape", "not")}
        lists = {sh(name) for name in ("or", "and", "xone")}
        found: set[Term] = set()
        for quad in self.quads:
            if quad.object in kinds or quad.predicate == sh("path"):
                found.add(quad.subject)
            elif quad.predicate in links:
                found.add(quad.object)
            elif quad.predicate in lists:
                found.update(self.items(quad.object))
        return sorted(found, key=str)

    def constraints(self, shape: Term) -> list[str]:
        """Return the names of the SHACL properties of a shape that constrain something."""
        skipped = DESCRIPTIVE | STRUCTURE | WRITTEN
        skipped |= {name for names in COMPANIONS.values() for name in names}
        used = {
            quad.predicate.value[len(SH) :]
            for quad in self.about.get(shape, ())
            if quad.predicate.value.startswith(SH)
        }
        return sorted(used - skipped)

    def closure(self, nodes: Iterable[Term]) -> set[Quad]:
        """Return what the graph says about nodes, and about what they refer to in it."""
        found: set[Quad] = set()
        pending = list(nodes)
        while pending:
            new = [quad for quad in self.about.get(pending.pop(), ()) if quad not in found]
            found.update(new)
            pending += [quad.object for quad in new]
        return found


@dataclass(frozen=True)
class Property:
    """A property path: one or more alternatives, each forward or inverse."""

    steps: tuple[tuple[NamedNode, bool], ...]

    @classmethod
    def read(cls, shapes: Shapes, node: Term) -> Property:
        if isinstance(node, NamedNode):
            return cls(((node, False),))
        inner = shapes.value(node, sh("inversePath"))
        if isinstance(inner, NamedNode):
            return cls(((inner, True),))
        either = shapes.value(node, sh("alternativePath"))
        if either is not None:
            parts = [cls.read(shapes, item).steps for item in shapes.items(either)]
            return cls(tuple(step for part in parts for step in part))
        raise NotImplementedError(f"a kind of path that no test handles yet: {node}")

    def values(self, record: Iterable[Quad], focus: Term) -> list[Term]:
        found: set[Term] = set()
        for quad in record:
            if (quad.predicate, False) in self.steps and quad.subject == focus:
                found.add(quad.object)
            if (quad.predicate, True) in self.steps and quad.object == focus:
                found.add(quad.subject)
        return sorted(found, key=str)

    def add(self, record: Record, focus: Term, *values: Term) -> Record:
        predicate, is_inverse = self.steps[0]
        return record | {
            Quad(value, predicate, focus) if is_inverse else Quad(focus, predicate, value)
            for value in values
        }

    def remove(self, record: Record, focus: Term, *values: Term) -> Record:
        gone = {Quad(focus, predicate, value) for predicate, _ in self.steps for value in values}
        gone |= {
            Quad(value, predicate, focus)
            for predicate, is_inverse in self.steps
            for value in values
            if is_inverse and not isinstance(value, Literal)
        }
        return record - gone

    def replace(self, record: Record, focus: Term, old: Term, *new: Term) -> Record:
        return self.add(self.remove(record, focus, old), focus, *new)

    def __str__(self) -> str:
        """Return the path as findings show it."""
        if len(self.steps) == 1:
            predicate, is_inverse = self.steps[0]
            return f"^<{predicate.value}>" if is_inverse else predicate.value
        return "|".join(
            f"(^<{predicate.value}>)" if is_inverse else f"<{predicate.value}>"
            for predicate, is_inverse in self.steps
        )


# The project's data ------------------------------------------------------------------------


@cache
def project() -> Project:
    return load(Assets(ROOT))


@cache
def all_shapes() -> Shapes:
    return Shapes(project().shapes)


@cache
def declarations() -> tuple[Quad, ...]:
    """Return the prefix declarations that sh:select texts need."""
    return tuple(prefix_declarations(project().asserted))


class Data:
    """Cuts small records out of the union of the project's statements."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.about: dict[Term, list[Quad]] = defaultdict(list)
        self.using: dict[Term, list[Quad]] = defaultdict(list)
        self.subclasses: dict[Term, list[Term]] = defaultdict(list)
        for quad in {Quad(q.subject, q.predicate, q.object) for q in quads}:
            self.about[quad.subject].append(quad)
            self.using[quad.object].append(quad)
            if quad.predicate == SUBCLASS:
                self.subclasses[quad.object].append(quad.subject)

    def instances(self, kind: Term) -> set[Term]:
        classes, pending = set(), [kind]
        while pending:
            current = pending.pop()
            if current not in classes:
                classes.add(current)
                pending += self.subclasses.get(current, ())
        return {
            quad.subject
            for current in classes
            for quad in self.using.get(current, ())
            if quad.predicate == TYPE
        }

    def record(self, focus: Term, path: Property | None) -> Record:
        """Return a node's statements, those that its inverse paths need, and the kind of each
        node that they name: its classes, theirs above, its scheme."""
        found = set(self.about.get(focus, ()))
        inverse = {predicate for predicate, is_inverse in path.steps if is_inverse} if path else ()
        found |= {quad for quad in self.using.get(focus, ()) if quad.predicate in inverse}
        nodes = {focus, *(q.object for q in found), *(q.subject for q in found)}
        for node in nodes:
            found |= {q for q in self.about.get(node, ()) if q.predicate in (TYPE, IN_SCHEME)}
        pending = [quad.object for quad in found if quad.predicate == TYPE]
        while pending:
            above = [q for q in self.about.get(pending.pop(), ()) if q.predicate == SUBCLASS]
            pending += [quad.object for quad in above if quad not in found]
            found.update(above)
        return frozenset(found)


@cache
def data() -> Data:
    return Data(project().data)


def referring(shapes: Shapes, quad: Quad) -> list[Term]:
    """Return the shapes that apply the quad's object to their values: directly, or in a list."""
    if quad.predicate in (sh("node"), sh("qualifiedValueShape")):
        return [quad.subject]
    if quad.predicate == NamedNode(RDF + "first"):
        return [
            used.subject
            for used in shapes.quads
            if used.predicate in (sh("or"), sh("and"), sh("xone"))
            and quad.object in shapes.items(used.object)
        ]
    return []


@cache
def focus_nodes(shape: Term) -> tuple[Term, ...]:
    """Return the nodes of the project that a shape looks at, by its targets or from a shape
    that refers to it."""
    shapes, found = all_shapes(), set[Term]()
    for kind in shapes.values(shape, sh("targetClass")):
        found |= data().instances(kind)
    for predicate in shapes.values(shape, sh("targetSubjectsOf")):
        found |= {
            quad.subject
            for quads in data().about.values()
            for quad in quads
            if quad.predicate == predicate
        }
    for quad in shapes.using.get(shape, ()):
        if quad.predicate == sh("property"):
            found.update(focus_nodes(quad.subject))
        for user in referring(shapes, quad):
            node = shapes.value(user, sh("path"))
            for focus in focus_nodes(user) if node is not None else ():
                path = Property.read(shapes, node)
                found.update(path.values([*data().about[focus], *data().using[focus]], focus))
    return tuple(sorted(found, key=str))


# Running -----------------------------------------------------------------------------------


def validate(record: Iterable[Quad], shapes: Iterable[Quad]) -> list[Finding]:
    """Return what pySHACL finds."""
    return run_shapes(list(record), list(shapes), MEND, check_shapes=False)


def summary(findings: Iterable[Finding]) -> list[tuple[str, str | None, str]]:
    return sorted(((f.focus, f.path, f.component.removeprefix(SH)) for f in findings), key=str)


# Generated cases ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Bad:
    """A record that breaks the constraint; another focus node if the change renames it."""

    how: str
    record: Record
    focus: Term


@dataclass(frozen=True)
class Case:
    """One constraint of one shape."""

    shape: Term
    name: str

    def __str__(self) -> str:
        text = self.shape.value if not isinstance(self.shape, BlankNode) else str(self.shape)
        return f"{(CURIES.shorten(text) or text).removeprefix('ctlsh:')}--{self.name}"

    @property
    def component(self) -> str:
        special = {"in": "In", "nodeKind": "NodeKind"}
        return special.get(self.name, self.name[0].upper() + self.name[1:]) + "ConstraintComponent"

    @property
    def arguments(self) -> list[Term]:
        return all_shapes().values(self.shape, sh(self.name))

    @property
    def argument(self) -> Term:
        (value,) = self.arguments
        return value

    @property
    def number(self) -> int:
        return int(self.argument.value)

    @property
    def path(self) -> Property | None:
        node = all_shapes().value(self.shape, sh("path"))
        return None if node is None else Property.read(all_shapes(), node)

    def isolated(self, focus: Term) -> set[Quad]:
        """Return the shape with this constraint alone, aimed at one focus node."""
        shapes = all_shapes()
        constraining = {SH + self.name, *(SH + name for name in COMPANIONS.get(self.name, ()))}
        kept = constraining | {SH + "path", MEND, TYPE.value} | {SH + n for n in DESCRIPTIVE}
        own = {quad for quad in shapes.about[self.shape] if quad.predicate.value in kept}
        if isinstance(focus, BlankNode):  # sh:targetNode must not be one
            own |= {q for q in shapes.about[self.shape] if q.predicate == sh("targetClass")}
        else:
            own.add(Quad(self.shape, sh("targetNode"), focus))
        return own | shapes.closure(quad.object for quad in own if quad.predicate != TYPE)

    def findings(self, record: Record, focus: Term) -> list[Finding]:
        return validate(record, self.isolated(focus))

    def good(self) -> tuple[Term, Record, str]:
        """Return a focus node, a record that conforms, and where it comes from."""
        for focus in self._usable():
            record = data().record(focus, self.path)
            if not self.findings(record, focus):
                return focus, record, "data"
        focus, record = GOOD[self.name](self)
        return focus, record, "made"

    def _usable(self) -> Iterator[Term]:
        """Return the first few instances that have the values which the constraint is about."""
        found = 0
        for focus in focus_nodes(self.shape):
            record = data().record(focus, self.path)
            if self.path is None or self.path.values(record, focus):
                other = self.name in ("lessThan", "lessThanOrEquals")
                if other and not Property(((self.argument, False),)).values(record, focus):
                    continue
                yield focus
                found += 1
            if found == 20:
                return

    def edges(self, focus: Term, record: Record) -> list[tuple[str, Record]]:
        """Return further records that conform, but only just."""
        if self.path is None or self.name not in EDGES:
            return []
        return list(EDGES[self.name](self, focus, record))

    def bad(self, focus: Term, record: Record) -> list[Bad]:
        if self.path is None:
            return list(BAD_NODES[self.name](self, focus, record))
        return [Bad(how, made, focus) for how, made in BAD[self.name](self, focus, record)]


def generated_cases() -> list[Case]:
    """Return a case per constraint; nameless shapes in a list (sh:or) belong to the list's."""
    shapes = all_shapes()
    inside = {
        item
        for quad in shapes.quads
        if quad.predicate in (sh("or"), sh("and"), sh("xone"))
        for item in shapes.items(quad.object)
        if isinstance(item, BlankNode)
    }
    return [
        Case(shape, name)
        for shape in shapes.shapes()
        if shape not in inside
        for name in shapes.constraints(shape)
    ]


# Values ------------------------------------------------------------------------------------

# A good text and, where the datatype restricts its texts, an ill-formed one.
DATATYPES: dict[str, tuple[str, str | None]] = {
    XSD + "string": ("text", None),
    RDF + "langString": ("text", None),
    XSD + "integer": ("7", "seven"),
    XSD + "decimal": ("7.5", "seven"),
    XSD + "date": ("2022-06-30", "2022-06-31"),
    XSD + "gYearMonth": ("2022-06", None),
    XSD + "gYear": ("2022", None),
}
# Datatypes whose texts rdflib does not check: a shape that asks for one also needs a pattern.
UNCHECKED = {XSD + "gYearMonth", XSD + "gYear"}
# Texts for patterns whose message gives no example and of which the data have no instance.
TEXTS = ("0" * 64, "http://www.example.org/", "Text")


def iri(number: int) -> NamedNode:
    return NamedNode(f"{SAMPLE}value-{number}")


FOCUS = NamedNode(SAMPLE + "focus")
OTHER = NamedNode(SAMPLE + "other")  # nothing is said about it


def literal(datatype: Term) -> Literal:
    text = DATATYPES[datatype.value][0]
    if datatype.value == RDF + "langString":
        return Literal(text, language="en")
    return Literal(text, datatype=datatype)  # type: ignore[arg-type]


def like(term: Term, text: str) -> Literal:
    """Return a literal with another text, of the same language or datatype."""
    if isinstance(term, Literal) and term.language:
        return Literal(text, language=term.language)
    return Literal(text, datatype=term.datatype) if isinstance(term, Literal) else Literal(text)


def fresh(path: Property, record: Record, focus: Term) -> Iterator[Term]:
    """Return ever new values of the kind that a path already has."""
    values = path.values(record, focus)
    model = values[0] if values else iri(0)
    for number in range(1, 100):
        if isinstance(model, Literal) and re.match(r"[0-9]{4}\b", model.value):
            yield like(model, f"{1900 + number}{model.value[4:]}")
        elif isinstance(model, Literal):
            yield like(model, f"{model.value}{number}")
        else:
            yield iri(number)


def satisfying(shape: Term) -> tuple[Term, set[Quad]]:
    """Return a node that satisfies a simple shape, and what must be said about it."""
    shapes = all_shapes()
    kind = shapes.value(shape, sh("class"))
    if kind is not None:
        return iri(1), {Quad(iri(1), TYPE, kind)}
    datatype = shapes.value(shape, sh("datatype"))
    if datatype is not None:
        return literal(datatype), set()
    languages = shapes.value(shape, sh("languageIn"))
    if languages is not None:
        return Literal("text", language=shapes.items(languages)[0].value), set()
    said: set[Quad] = set()
    for part in shapes.values(shape, sh("property")):
        path, value = shapes.value(part, sh("path")), shapes.value(part, sh("hasValue"))
        assert isinstance(path, NamedNode)
        assert value is not None
        said.add(Quad(iri(1), path, value))
    if not said:
        raise NotImplementedError(f"no value is known that satisfies {shape}")
    return iri(1), said


# Good records, made ------------------------------------------------------------------------

GOOD: dict[str, Callable[[Case], tuple[Term, Record]]] = {}
EDGES: dict[str, Callable[[Case, Term, Record], Iterator[tuple[str, Record]]]] = {}
BAD: dict[str, Callable[[Case, Term, Record], Iterator[tuple[str, Record]]]] = {}
BAD_NODES: dict[str, Callable[[Case, Term, Record], Iterator[Bad]]] = {}


def _made(case: Case, *values: Term, said: Iterable[Quad] = ()) -> tuple[Term, Record]:
    if case.path is None:
        return values[0], frozenset(said)
    return FOCUS, case.path.add(frozenset(said), FOCUS, *values)


def _text(case: Case) -> Literal:
    messages = all_shapes().values(case.shape, sh("message"))
    examples = [re.search(r"\(example: (.*)\)", message.value) for message in messages]
    texts = [found.group(1) for found in examples if found] + list(TEXTS)
    return Literal(next(text for text in texts if re.search(case.argument.value, text)))


def _bounds(case: Case) -> tuple[Term, Record]:
    focus, record = _made(case, Literal(1))
    return focus, record | {Quad(focus, case.argument, Literal(2))}  # type: ignore[arg-type]


def _member(case: Case) -> tuple[Term, Record]:
    value, said = satisfying(all_shapes().items(case.argument)[0])
    return _made(case, value, said=said)


def _nested(case: Case) -> tuple[Term, Record]:
    shape = case.argument
    if case.name == "qualifiedMinCount":
        (shape,) = all_shapes().values(case.shape, sh("qualifiedValueShape"))
    value, said = satisfying(shape)
    return _made(case, value, said=said)


def _in_language(case: Case) -> tuple[Term, Record]:
    return _made(case, Literal("text", language=all_shapes().items(case.argument)[0].value))


GOOD["minCount"] = lambda case: _made(case, *(iri(n) for n in range(case.number)))
GOOD["maxCount"] = lambda case: _made(case, *(iri(n) for n in range(case.number)))
GOOD["datatype"] = lambda case: _made(case, literal(case.argument))
GOOD["class"] = lambda case: _made(case, iri(1), said={Quad(iri(1), TYPE, case.argument)})
GOOD["nodeKind"] = lambda case: _made(case, iri(1))
GOOD["pattern"] = lambda case: _made(case, _text(case))
GOOD["languageIn"] = _in_language
GOOD["uniqueLang"] = lambda case: _made(
    case, Literal("testo", language="it"), Literal("text", language="en")
)
GOOD["minLength"] = lambda case: _made(case, Literal("x" * case.number))
GOOD["maxLength"] = lambda case: _made(case, Literal("x" * case.number))
GOOD["in"] = lambda case: _made(case, all_shapes().items(case.argument)[0])
GOOD["hasValue"] = lambda case: _made(case, case.argument)
GOOD["node"] = _nested
GOOD["qualifiedMinCount"] = _nested
GOOD["or"] = _member
GOOD["lessThan"] = _bounds
GOOD["lessThanOrEquals"] = _bounds
GOOD["minInclusive"] = lambda case: _made(case, Literal(case.number))


# Good records, on the edge -----------------------------------------------------------------

Variants = Iterator[tuple[str, Record]]
Maker = Callable[["Case", Property, Term, Record, list[Term]], Variants]


def with_values(function: Maker) -> Callable[[Case, Term, Record], Variants]:
    """Call a maker of records with the path of the case and its present values."""

    def made(case: Case, focus: Term, record: Record) -> Variants:
        assert case.path is not None
        return function(case, case.path, focus, record, case.path.values(record, focus))

    return made


def edge(*names: str) -> Callable[[Maker], Maker]:
    def register(function: Maker) -> Maker:
        for name in names:
            EDGES[name] = with_values(function)
        return function

    return register


@edge("minCount", "maxCount")
def just_as_many(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    extra = fresh(path, record, focus)
    more = [next(extra) for _ in range(case.number - len(values))]
    kept = path.remove(record, focus, *values[case.number :])
    yield f"{case.number} values", path.add(kept, focus, *more)


@edge("minLength", "maxLength")
def just_as_long(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    text = like(values[0], "x" * case.number)
    yield f"{case.number} characters", path.replace(record, focus, values[0], text)


@edge("in", "languageIn")
def each_listed(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    for item in all_shapes().items(case.argument):
        value = Literal("text", language=item.value) if case.name == "languageIn" else item
        yield f"{value}", path.replace(record, focus, values[0], value)


@edge("or")
def each_option(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    for option in all_shapes().items(case.argument):
        value, said = satisfying(option)
        yield f"{value}", path.replace(record, focus, values[0], value) | said


@edge("minInclusive")
def just_enough(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield f"{case.number}", path.replace(record, focus, values[0], Literal(case.number))


@edge("lessThanOrEquals")
def just_equal(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    other = Property(((case.argument, False),))  # type: ignore[arg-type]
    empty = other.remove(record, focus, *other.values(record, focus))
    yield "equal", other.add(empty, focus, *values)


# Bad records -------------------------------------------------------------------------------


def mutator(*names: str) -> Callable[[Maker], Maker]:
    def register(function: Maker) -> Maker:
        for name in names:
            BAD[name] = with_values(function)
        return function

    return register


@mutator("minCount")
def too_few(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    for left in {0, case.number - 1}:
        yield f"{left} values", path.remove(record, focus, *values[left:])


@mutator("maxCount")
def too_many(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    extra = fresh(path, record, focus)
    for count in (case.number + 1, case.number + 2):
        more = [next(extra) for _ in range(count - len(values))]
        yield f"{count} values", path.add(record, focus, *more)


@mutator("datatype")
def other_datatype(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    datatype = case.argument
    for other in (xsd("string"), xsd("integer"), NamedNode(RDF + "langString")):
        if other != datatype:
            yield f"{other}", path.replace(record, focus, values[0], literal(other))
    ill_formed = DATATYPES[datatype.value][1]
    if ill_formed is not None:
        wrong = Literal(ill_formed, datatype=datatype)  # type: ignore[arg-type]
        yield f"ill-formed {wrong}", path.replace(record, focus, values[0], wrong)
    yield "an IRI", path.replace(record, focus, values[0], OTHER)


@mutator("class")
def other_class(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "no class", path.replace(record, focus, values[0], OTHER)
    other = Quad(OTHER, TYPE, NamedNode(SAMPLE + "Class"))
    yield "another class", path.replace(record, focus, values[0], OTHER) | {other}
    if not any(is_inverse for _, is_inverse in path.steps):
        yield "a text", path.replace(record, focus, values[0], Literal("text"))


@mutator("nodeKind")
def other_kind(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    assert case.argument == sh("IRI"), "this kind of node has no bad values yet"
    yield "a text", path.replace(record, focus, values[0], Literal("text"))
    yield "a blank node", path.replace(record, focus, values[0], BlankNode("value"))


def mismatches(pattern: str, text: str) -> list[str]:
    tried = ("", f" {text}", f"{text} ", f"{text}§", f"§{text}", text[:-1], text.swapcase())
    return [other for other in dict.fromkeys(tried) if not re.search(pattern, other)]


@mutator("pattern")
def mismatch(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    old = values[0]
    if isinstance(old, Literal):
        new: list[Term] = [like(old, text) for text in mismatches(case.argument.value, old.value)]
    else:
        new = [NamedNode("urn:x-test:no-match")]
    assert new
    for value in new:
        yield f"{value}", path.replace(record, focus, old, value)


@mutator("languageIn")
def other_language(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    text = values[0].value
    for value in (Literal(text, language="de"), Literal(text)):
        yield f"{value}", path.replace(record, focus, values[0], value)


@mutator("uniqueLang")
def same_language(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "two in one language", path.add(record, focus, like(values[0], values[0].value + "!"))


@mutator("minLength")
def too_short(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    for length in {0, case.number - 1}:
        short = like(values[0], "x" * length)
        yield f"{length} characters", path.replace(record, focus, values[0], short)


@mutator("maxLength")
def too_long(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    long = like(values[0], "x" * (case.number + 1))
    yield f"{case.number + 1} characters", path.replace(record, focus, values[0], long)


@mutator("in")
def not_listed(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "a value of no list", path.replace(record, focus, values[0], Literal("no such value"))
    yield "an IRI", path.replace(record, focus, values[0], OTHER)


@mutator("hasValue")
def without_value(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "none", path.remove(record, focus, *values)
    yield "another", path.replace(record, focus, case.argument, OTHER)


@mutator("node")
def other_scheme(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "nothing known", path.replace(record, focus, values[0], OTHER)
    other = Quad(OTHER, IN_SCHEME, NamedNode(SAMPLE + "scheme"))
    yield "another scheme", path.replace(record, focus, values[0], OTHER) | {other}
    yield "a text", path.replace(record, focus, values[0], Literal("text"))


@mutator("qualifiedMinCount")
def not_enough_qualified(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "none", path.remove(record, focus, *values)
    other = [Literal(value.value, language="de") for value in values]
    yield "others", path.add(path.remove(record, focus, *values), focus, *other)


@mutator("or")
def none_of_them(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    shapes = all_shapes()
    options = shapes.items(case.argument)
    names = {name for option in options for name in shapes.constraints(option)}
    if names == {"class"}:
        yield "no class", path.replace(record, focus, values[0], OTHER)
        yield "a text", path.replace(record, focus, values[0], Literal("text"))
    elif names == {"datatype"}:
        yield "a string", path.replace(record, focus, values[0], Literal("7"))
        yield "an IRI", path.replace(record, focus, values[0], OTHER)
        for option in options:
            datatype = shapes.value(option, sh("datatype"))
            assert isinstance(datatype, NamedNode)
            if datatype.value not in UNCHECKED:
                wrong = Literal(DATATYPES[datatype.value][1] or "", datatype=datatype)
                yield f"ill-formed {wrong}", path.replace(record, focus, values[0], wrong)
    elif not names and all(shapes.values(option, sh("property")) for option in options):
        yield "nothing known", path.replace(record, focus, values[0], OTHER)
        other = Quad(OTHER, IN_SCHEME, NamedNode(SAMPLE + "scheme"))
        yield "another scheme", path.replace(record, focus, values[0], OTHER) | {other}
    else:
        raise NotImplementedError(f"sh:or over {sorted(names)} has no bad records yet")


@mutator("lessThan", "lessThanOrEquals")
def wrong_order(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    other = Property(((case.argument, False),))  # type: ignore[arg-type]
    (low,), (high,) = values, other.values(record, focus)
    if low == high:
        high = like(low, f"{int(low.value) + 1}")
    empty = path.remove(record, focus, *values)
    empty = other.remove(empty, focus, *other.values(record, focus))
    yield "swapped", path.add(other.add(empty, focus, low), focus, high)
    if case.name == "lessThan":
        yield "equal", path.add(other.add(empty, focus, low), focus, low)
    yield "not comparable", path.add(other.add(empty, focus, Literal("text")), focus, low)


@mutator("minInclusive")
def too_small(
    case: Case, path: Property, focus: Term, record: Record, values: list[Term]
) -> Variants:
    yield "one less", path.replace(record, focus, values[0], Literal(case.number - 1))
    yield "a text", path.replace(record, focus, values[0], Literal("text"))


def renamed(record: Record, old: Term, new: NamedNode | BlankNode) -> Record:
    return frozenset(
        Quad(
            new if quad.subject == old else quad.subject,
            quad.predicate,
            new if quad.object == old else quad.object,
        )
        for quad in record
    )


def other_iri(case: Case, focus: Term, record: Record) -> Iterator[Bad]:
    head, _, name = focus.value.rpartition("/")
    tried = (f"{head}/Upper-Case", f"{head}/{name}_", f"{head}/", f"{head}x/{name}")
    found = [NamedNode(text) for text in tried if not re.search(case.argument.value, text)]
    assert len(found) == len(tried), "the pattern accepts an IRI that it should not"
    for new in found:
        yield Bad(f"{new}", renamed(record, focus, new), new)


def no_iri(case: Case, focus: Term, record: Record) -> Iterator[Bad]:
    assert case.argument == sh("IRI"), "this kind of node has no bad focus nodes yet"
    blank = BlankNode("focus")
    yield Bad("a blank node", renamed(record, focus, blank), blank)
    yield Bad("a text", frozenset(), Literal("text"))


def other_language_node(case: Case, focus: Term, record: Record) -> Iterator[Bad]:
    for value in (Literal(focus.value, language="de"), Literal(focus.value)):
        yield Bad(f"{value}", record, value)


BAD_NODES["pattern"] = other_iri
BAD_NODES["nodeKind"] = no_iri
BAD_NODES["languageIn"] = other_language_node


# Written cases -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """What the first lines of a bad record announce."""

    results: list[tuple[str, str | None, str]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Expected:
        results = []
        for line in path.read_text(encoding="utf-8").split("\n"):
            if not line.startswith("# expects: "):
                break
            fields = dict(part.split("=", 1) for part in line.removeprefix("# expects: ").split())
            assert set(fields) == {"focus", "path", "component"}, line
            focus, component = expand(fields["focus"]), expand(fields["component"])
            place = None if fields["path"] == "none" else expand(fields["path"])
            results.append((focus, place, component.removeprefix(SH)))
        assert results, f"{path}: the first line must be '# expects: focus=… path=… component=…'"
        return cls(sorted(results, key=str))


def expand(curie: str) -> str:
    found = CURIES.expand(curie)
    assert found, curie
    return found
