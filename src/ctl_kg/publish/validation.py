"""Validate a project: closed vocabulary, shapes and quality rules give one list of findings.

A finding of severity Violation stops a build. Nothing is skipped in silence: a shape with
a construct that the engine does not evaluate is an error.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from ctl_kg.assets import Assets
from ctl_kg.errors import QueryFileError, SourceError
from ctl_kg.namespaces import DEFAULT_BASE, prefixes, rebase
from ctl_kg.publish.entailment import derive, load_rules
from ctl_kg.publish.findings import Finding, ordered
from ctl_kg.publish.literal_check import check_literals
from ctl_kg.publish.quality import run_quality_rules
from ctl_kg.publish.query_graph import GRAPH as QUERIES_GRAPH
from ctl_kg.publish.query_graph import query_quads
from ctl_kg.publish.rights import check_rights
from ctl_kg.publish.shacl import check_declarations, check_supported, prefix_declarations
from ctl_kg.publish.shacl_worker import ShapesRun
from ctl_kg.publish.sparql_constraints import run_constraints, take_over
from ctl_kg.publish.vocabulary_check import add_places, check_vocabulary
from ctl_kg.rdf.loading import ParsedFile, load_project, parse_text, read_text
from ctl_kg.rdf.places import Places
from ctl_kg.rdf.terms import text_of
from ctl_kg.sparql import guard
from ctl_kg.sparql.query_file import QueryFile, check_slug, parse_query


@dataclass(frozen=True)
class Project:
    """A project as loaded: authored files and statements, and what follows from them.

    What follows is derived when it is first asked for, so that the SHACL engine can look at
    the shapes meanwhile.
    """

    assets: Assets
    base_iri: str
    files: tuple[ParsedFile, ...]
    asserted: tuple[Quad, ...]
    shapes: tuple[Quad, ...]

    @cached_property
    def derived(self) -> tuple[Quad, ...]:
        """What the entailment rules add.

        Raises:
            SourceError: a rule is wrong.
        """
        rules = load_rules(self.assets.ontology, self.assets.root, self.base_iri)
        return tuple(derive(self.asserted, rules, f"{self.base_iri}data/graph/derived"))

    @cached_property
    def queries(self) -> tuple[QueryFile, ...]:
        """The stock queries.

        Raises:
            QueryFileError: a file is malformed.
        """
        found = []
        for path in self.assets.files("queries", ".rq"):
            name = self.assets.name(path)
            text = rebase(read_text(path, name), self.base_iri)
            check_slug(path, name)
            found.append(parse_query(text, name=path.stem, path=name))
        return tuple(found)

    @cached_property
    def described_queries(self) -> tuple[Quad, ...]:
        """What the stock queries say of themselves."""
        return tuple(query_quads(self.queries, self.base_iri))

    @property
    def data(self) -> list[Quad]:
        """Every statement but the shapes: asserted, then derived, then the stock queries."""
        return [*self.asserted, *self.derived, *self.described_queries]

    @property
    def places(self) -> Places:
        """Where the authored files describe a node."""
        return Places(self.files, self.base_iri)


def load(assets: Assets, base_iri: str = DEFAULT_BASE, extra: Sequence[ParsedFile] = ()) -> Project:
    """Parse the authored files.

    Args:
        assets: the project.
        base_iri: base of our IRIs.
        extra: further parsed files, treated as data.
    Raises:
        SourceError: a file is wrong; see :mod:`ctl_kg.errors`.
    """
    files = (*load_project(assets, base_iri), *extra)
    shapes_graph = NamedNode(f"{base_iri}data/graph/shapes")
    quads = list(dict.fromkeys(quad for file in files for quad in file.quads))
    shapes = tuple(quad for quad in quads if quad.graph_name == shapes_graph)
    asserted = tuple(quad for quad in quads if quad.graph_name != shapes_graph)
    return Project(assets, base_iri, files, asserted, shapes)


def extra_file(path: Path, base_iri: str = DEFAULT_BASE) -> ParsedFile:
    """Parse a file that is not of the project; Turtle goes to a graph of its own.

    Raises:
        SourceError, RdfSyntaxError: the file cannot be read or does not parse.
    """
    text = rebase(read_text(path), base_iri)
    quads = parse_text(text, str(path), graph=f"{base_iri}data/graph/extra", base_iri=base_iri)
    return ParsedFile(str(path), text, tuple(quads))


class Validation:
    """A validation under way: the SHACL engine starts at once, in processes of its own.

    One validates the data, another the shapes themselves, which takes longer. Use as a
    context manager; :meth:`finish` gives the findings.
    """

    def __init__(self, project: Project, *, check_shapes: bool = True) -> None:
        self.project = project
        self._places = project.places
        if not project.shapes:
            raise SourceError(
                "there is no shape: nothing would be validated",
                path="shapes",
                hint="Put the SHACL shapes back, as Turtle files.",
            )
        check_queries(project)
        check_supported(project.shapes, self._places)
        declarations = prefix_declarations(project.asserted)
        check_declarations(declarations, prefixes(project.base_iri))
        mend = f"{project.base_iri}onto/CTL/howToMend"
        self._shapes = [*project.shapes, *declarations]
        self._constraints, rest = take_over(self._shapes, mend, self._places)
        self._runs: list[ShapesRun] = []
        try:
            if check_shapes:  # first, for it takes longest and needs no derived statements
                self._runs.append(ShapesRun([], rest, mend, check_shapes=True))
            # Without the stock queries: no shape is about them, and the engine would read them all.
            stated = [*project.asserted, *project.derived]
            self._runs.append(ShapesRun(stated, rest, mend, check_shapes=False))
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Validation:
        return self

    def __exit__(self, *error: object) -> None:
        for run in self._runs:
            run.__exit__(*error)

    def finish(self) -> list[Finding]:
        """Return every finding about the project, in their order, with file and line.

        Raises:
            SourceError: the shapes or a quality rule cannot be used.
        """
        project = self.project
        authored = [*project.asserted, *project.shapes]
        findings = check_vocabulary(authored, project.base_iri, _names_of_files(project))
        findings += check_literals(project.asserted, project.base_iri)
        findings += check_rights(project.asserted, project.base_iri)
        try:
            findings += run_constraints(self._constraints, project.data, self._shapes)
        except SourceError as error:
            raise self._placed(error) from error
        findings += run_quality_rules(
            [*project.data, *project.shapes],
            project.assets.shapes,
            project.assets.root,
            project.base_iri,
        )
        for run in self._runs:  # broken shapes are told before what they found
            try:
                findings += run.findings()
            except SourceError as error:
                raise self._placed(error) from error
        return ordered(add_places(findings, self._places))

    def _placed(self, error: SourceError) -> SourceError:
        """Return the error with the place of the first shape that it names, if it names one."""
        base = self.project.base_iri
        for iri in re.findall(re.escape(base) + r"[^\s<>\",;\]]+", error.message):
            place = self._places.find(iri) or self._places.find_term(iri)
            if place is not None:
                message = error.message.removeprefix(f"{error.path}: ")
                return SourceError(message, path=place.file, line=place.line, hint=error.hint)
        return error


def check_queries(project: Project) -> None:
    """Refuse stock queries that the server could not offer, or that use unknown terms.

    Raises:
        QueryFileError: with file, line and what to do.
    """
    terms_at = f"{project.base_iri}onto/CTL/"
    known = {text_of(quad.subject) for quad in project.asserted}
    for query in project.queries:
        for line, iri in guard.scan(query.text).iris():
            if iri.startswith(terms_at) and iri not in known and iri != terms_at:
                near = difflib.get_close_matches(iri, sorted(known), n=1, cutoff=0.8)
                raise QueryFileError(
                    f"ctl:{iri.removeprefix(terms_at)} is not a term of the ontology",
                    path=f"queries/{query.name}.rq",
                    line=line,
                    hint=f"Did you mean ctl:{near[0].removeprefix(terms_at)}?"
                    if near and near[0].startswith(terms_at)
                    else "Mend the query, or add the term to the ontology.",
                )


def validate(project: Project, *, check_shapes: bool = True) -> list[Finding]:
    """Return every finding about a project, in their order, with file and line.

    Args:
        project: as loaded.
        check_shapes: also validate the shapes with the shapes of SHACL itself.
    Raises:
        SourceError: the shapes or a quality rule cannot be used.
    """
    with Validation(project, check_shapes=check_shapes) as validation:
        return validation.finish()


def _names_of_files(project: Project) -> set[str]:
    """Return the IRIs that exist because a file or the build makes them."""
    base, assets = project.base_iri, project.assets
    names = {f"{base}data/graph/derived", base + QUERIES_GRAPH, base}
    names |= {f"{base}queries/{path.stem}" for path in assets.files("queries", ".rq")}
    names |= {f"{base}rules/{path.stem}" for path in assets.files("ontology", ".rq")}
    names |= {f"{base}rules/{path.stem}" for path in assets.files("shapes", ".rq")}
    # The services that the catalogue offers.
    return names | {base + path for path in ("sparql", "api/queries", "api/openapi.json")}
