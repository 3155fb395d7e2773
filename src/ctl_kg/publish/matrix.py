"""Matrices of two classes: which members are linked, by what, how certainly, and which are not.

One table says which matrices there are, and what counts as a link in each, as SPARQL. A matrix
and each of its cells come from that one pattern, so that what a page counts is what the endpoint
answers. Not here: asking the queries, addresses, pages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeAlias

from ctl_kg.namespaces import prefixes
from ctl_kg.publish.link_rules import CERTAINTIES
from ctl_kg.publish.tables import Row

Texts: TypeAlias = Mapping[str, str]

VARIABLES = ("row", "column", "link", "role", "certainty", "graph")
STATED = CERTAINTIES[:2]  # what ``certainty=stated`` keeps: stated, and confirmed elsewhere


@dataclass(frozen=True)
class Axis:
    """What stands in rows or columns: the members of a class.

    ``kind`` is the property that says of which kind a member is, under the name ``kind_label``.
    """

    curie: str
    label: Texts
    kind: str = ""
    kind_label: Texts | None = None


@dataclass(frozen=True)
class Spec:
    """One matrix: names of its axes, what a link is, as SPARQL and in words.

    Args:
        rows: name of an axis.
        columns: name of an axis.
        arms: alternatives; each binds ``VARIABLES``, of which ``?role`` may stay unbound.
        says: what a link is.
        stock: name of the stock query about the same, if there is one.
    """

    rows: str
    columns: str
    arms: tuple[str, ...]
    says: Texts
    stock: str = ""

    @property
    def name(self) -> str:
        """Its place below ``/matrix/``."""
        return f"{self.rows}/{self.columns}"


AXES = {
    "clusters": Axis("ctl:TechnologyCluster", {"it": "Cluster", "en": "Clusters"}),
    "networks": Axis(
        "ctl:Network", {"it": "Reti", "en": "Networks"},
        "ctl:networkKind", {"it": "Tipo di rete", "en": "Kind of network"},
    ),
    "ecosystems": Axis("ctl:InnovationEcosystem", {"it": "Ecosistemi S3", "en": "S3 ecosystems"}),
    "components": Axis(
        "ctl:PnrrComponent", {"it": "Componenti del PNRR", "en": "PNRR components"},
        "skos:broader", {"it": "Missione", "en": "Mission"},
    ),
    "missions": Axis("ctl:PnrrMission", {"it": "Missioni del PNRR", "en": "PNRR missions"}),
    "projects": Axis("ctl:Project", {"it": "Progetti", "en": "Projects"}),
}  # fmt: skip

# MINUS, which asks once, takes a fiftieth of the time of FILTER NOT EXISTS, which asks per row.
# A node that a doubtful reading is about is as doubtful as the reading.
_TIE = """\
  ?link a ctl:NetworkMembership ;
    org:member ?row ;
    org:organization ?column .
  OPTIONAL { ?link org:role ?role }
  OPTIONAL {
    ?reading ctl:alignedSubject ?link ;
      ctl:certainty ?doubt .
    FILTER(?doubt NOT IN (certainty:stated, certainty:confirmed))
    MINUS { ?reading ctl:reviewStatus review-status:rejected }
  }
  BIND(COALESCE(?doubt, certainty:stated) AS ?certainty)
  VALUES ?part { org:member org:organization org:role }
  GRAPH ?graph { ?link ?part ?said }
"""

_ALIGNED = """\
  ?link a ctl:Alignment ;
    ctl:alignedPredicate {predicate} ;
    ctl:alignedSubject {subject} ;
    ctl:alignedObject {object} ;
    ctl:certainty ?certainty .
  MINUS {{ ?link ctl:reviewStatus review-status:rejected }}
"""

# On the pages of a cluster stand projects, initiatives, and boxes that are of the whole page.
_ON_ITS_PAGE = """\
  ?link ctl:inSection ?section .
  ?section schema:about ?row .
  OPTIONAL {
    ?entry a ?role .
    FILTER(?role IN (ctl:Project, ctl:Initiative, ctl:Section))
  }
"""

_OF_ITSELF = "  BIND({predicate} AS ?role)\n"
_IN_GRAPH = "  GRAPH ?graph {{ ?link ctl:alignedObject {object} }}\n"

# A statement that no alignment is about: its subject stands in the place of a link node.
_PLAIN = """\
  GRAPH ?graph {{ ?row {predicate} ?column }}
  MINUS {{
    ?other a ctl:Alignment ;
      ctl:alignedPredicate {predicate} ;
      ctl:alignedSubject ?row ;
      ctl:alignedObject ?column .
  }}
  BIND(?row AS ?link)
  BIND({predicate} AS ?role)
  BIND(certainty:stated AS ?certainty)
"""


def _of_page(target: str = "?column", more: str = "") -> str:
    aligned = _ALIGNED.format(predicate="ctl:hasSynergyWith", subject="?entry", object=target)
    return aligned + _ON_ITS_PAGE + more + _IN_GRAPH.format(object=target)


def _of_statement(predicate: str) -> tuple[str, str]:
    aligned = _ALIGNED.format(predicate=predicate, subject="?row", object="?column")
    role = _OF_ITSELF.format(predicate=predicate)
    graph = _IN_GRAPH.format(object="?column")
    return aligned + role + graph, _PLAIN.format(predicate=predicate)


_PAGES = {
    "it": "Un legame è un riquadro di sinergia su una pagina del cluster: di un progetto, di "
    "un'iniziativa o dell'intera pagina.",
    "en": "A link is a synergy box on a page of the cluster: of a project, of an initiative, or "
    "of the whole page.",
}
_ENTRY = {
    "it": "Un legame è una sinergia del progetto, dichiarata o dedotta dall'impaginazione.",
    "en": "A link is a synergy of the project, stated or inferred from the layout.",
}
MATRICES = (
    Spec("clusters", "networks", (_TIE,), {
        "it": "Un legame è una rete che il cluster nomina fra le proprie, con il ruolo che dice.",
        "en": "A link is a network that the cluster names among its own, with the role it says.",
    }, "cluster-network-matrix"),
    Spec("clusters", "ecosystems", (*_of_statement("ctl:referenceEcosystem"), _of_page()), {
        "it": "Un legame è un ecosistema di riferimento del cluster, oppure un riquadro di "
        "sinergia su una sua pagina.",
        "en": "A link is a reference ecosystem of the cluster, or a synergy box on a page of it.",
    }, "cluster-ecosystem-matrix"),
    Spec("clusters", "components", (_of_page(),), _PAGES, "cluster-component-matrix"),
    Spec("clusters", "missions", (
        _of_page("?aligned", "  ?aligned skos:broader? ?column .\n"),
    ), {
        "it": _PAGES["it"] + " Ogni componente conta per la sua missione.",
        "en": _PAGES["en"] + " Each component counts for its mission.",
    }, "cluster-mission-matrix"),
    Spec("projects", "components", _of_statement("ctl:hasSynergyWith"), _ENTRY,
         "projects-by-component"),
    Spec("projects", "ecosystems", _of_statement("ctl:hasSynergyWith"), _ENTRY,
         "projects-by-ecosystem"),
)  # fmt: skip
BY_NAME = {spec.name: spec for spec in MATRICES}


@dataclass(frozen=True)
class Wish:
    """Which links count: IRI of a role or empty for all; only stated ones, or any.

    ``kind`` is the IRI of the kind that columns must be of, or empty for all.
    """

    role: str = ""
    stated: bool = False
    kind: str = ""


@dataclass(frozen=True)
class LinkFound:
    """One link of a cell: its node, the roles that it names, and where it stands."""

    node: str
    roles: tuple[str, ...]
    certainty: str
    graphs: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A cell with its links, the certain ones first; a cell without links is a gap."""

    row: str
    column: str
    links: tuple[LinkFound, ...]

    @property
    def count(self) -> int:
        """How many links there are."""
        return len(self.links)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of all links."""
        return tuple(dict.fromkeys(role for link in self.links for role in link.roles))

    @property
    def certainty(self) -> str:
        """The certainty of the strongest link: if one is stated, so is that there is a link."""
        return self.links[0].certainty if self.links else ""

    @property
    def weakest(self) -> str:
        """The certainty of the weakest link."""
        return self.links[-1].certainty if self.links else ""


@dataclass(frozen=True)
class Matrix:
    """The links between the members of two axes, as far as a wish lets them count."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    roles: tuple[str, ...]  # of all links, whatever was wished

    def cell(self, row: str, column: str) -> Cell:
        """Return a cell, empty if there is no link."""
        return self.cells.get((row, column)) or Cell(row, column, ())

    @cached_property
    def row_totals(self) -> Mapping[str, int]:
        """The number of links of each row that has any."""
        return _sums((cell.row, cell.count) for cell in self.cells.values())

    @cached_property
    def column_totals(self) -> Mapping[str, int]:
        """The number of links of each column that has any."""
        return _sums((cell.column, cell.count) for cell in self.cells.values())

    @property
    def total(self) -> int:
        """The number of links in all cells."""
        return sum(cell.count for cell in self.cells.values())

    @property
    def gap_count(self) -> int:
        """The number of cells without a link."""
        return len(self.rows) * len(self.columns) - len(self.cells)

    def gaps(self, rows: Sequence[str]) -> list[tuple[str, str]]:
        """Return the empty cells of some rows, in order."""
        return [pair for pair in product(rows, self.columns) if pair not in self.cells]


def _sums(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for key, count in counts:
        totals[key] += count
    return dict(totals)


def matrix_query(
    spec: Spec, base_iri: str, wish: Wish | None = None, cell: tuple[str, str] | None = None
) -> str:
    """Return the query of a matrix, or of one cell: one solution per link, role and named graph.

    Args:
        spec: of the matrix.
        base_iri: base of our IRIs.
        wish: which links count; None for all.
        cell: IRIs of row and column; None for the whole matrix.
    """
    wish = wish or Wish()
    lines = [f"SELECT DISTINCT {' '.join('?' + name for name in VARIABLES)}", "WHERE {"]
    if cell is not None:
        lines.append(f"  VALUES (?row ?column) {{ (<{cell[0]}> <{cell[1]}>) }}")
    arms = [arm.rstrip() for arm in spec.arms]
    if len(arms) == 1:
        lines.append(arms[0])
    else:
        inner = ["\n".join("  " + line for line in arm.split("\n")) for arm in arms]
        lines.append("  {\n" + "\n  }\n  UNION\n  {\n".join(inner) + "\n  }")
    lines += [
        f"  ?row a {AXES[spec.rows].curie} .",
        f"  ?column a {AXES[spec.columns].curie} .",
        # What is derived by rule says again what another statement says.
        "  FILTER(?graph != graph:derived)",
    ]
    if wish.stated:
        lines.append(f"  FILTER(?certainty IN ({', '.join(STATED)}))")
    if wish.role:
        lines.append(f"  FILTER(?role = <{wish.role}>)")
    if wish.kind:
        lines.append(f"  ?column {AXES[spec.columns].kind} <{wish.kind}> .")
    lines.append("}\nORDER BY ?row ?column ?link ?role ?certainty ?graph")
    body = "\n".join(lines)
    table = prefixes(base_iri)
    used = sorted({each for each in re.findall(r"[\s(|]([a-z][a-z-]*):", body) if each in table})
    return "\n".join([*(f"PREFIX {each}: <{table[each]}>" for each in used), body]) + "\n"


def roles_query(spec: Spec, base_iri: str) -> str:
    """Return the query of the roles that the links of a matrix have."""
    prologue, select, body = matrix_query(spec, base_iri).partition("SELECT")
    whole = "\n".join("    " + line for line in (select + body).rstrip().split("\n"))
    return (
        f"{prologue}SELECT DISTINCT ?role\nWHERE {{\n  {{\n{whole}\n  }}\n"
        "  FILTER(BOUND(?role))\n}\nORDER BY ?role\n"
    )


def assemble(
    solutions: Iterable[Row],
    rows: Sequence[str],
    columns: Sequence[str],
    stated: Sequence[str],
    wish: Wish | None = None,
) -> Matrix:
    """Return the matrix that the solutions of a whole matrix's query make.

    Args:
        solutions: of :func:`matrix_query` without a wish.
        rows: every member of the rows' class, in order.
        columns: every member of the columns' class, in order; those of the kind that is wished.
        stated: IRIs of the certainties that count as stated, the strongest first.
        wish: which links count; the same as the filters of the query with that wish.
    """
    wish = wish or Wish()
    found: dict[tuple[str, str], dict[str, _Gathered]] = defaultdict(dict)
    roles: dict[str, None] = {}
    of_kind = frozenset(columns)
    for solution in solutions:
        values = {name: str(term.value) for name, term in solution.items()}
        role, certainty = values.get("role", ""), values["certainty"]
        if role:
            roles[role] = None
        if (wish.role and role != wish.role) or (wish.stated and certainty not in stated):
            continue
        if wish.kind and values["column"] not in of_kind:
            continue
        links = found[values["row"], values["column"]]
        link = links.setdefault(values["link"], _Gathered({}, {}, {}))
        link.certainties[certainty] = link.graphs[values["graph"]] = None
        if role:
            link.roles[role] = None
    cells = {}
    for (row, column), links in found.items():
        made = [_link(node, each, stated) for node, each in links.items()]
        made.sort(key=lambda each: (_strength(each.certainty, stated), each.node))
        cells[row, column] = Cell(row, column, tuple(made))
    return Matrix(tuple(rows), tuple(columns), cells, tuple(sorted(roles)))


@dataclass(frozen=True)
class _Gathered:
    """What solutions say of one link; the keys count."""

    roles: dict[str, None]
    certainties: dict[str, None]
    graphs: dict[str, None]


def _link(node: str, found: _Gathered, stated: Sequence[str]) -> LinkFound:
    weakest = max(found.certainties, key=lambda each: _strength(each, stated))
    return LinkFound(node, tuple(sorted(found.roles)), weakest, tuple(sorted(found.graphs)))


def _strength(certainty: str, stated: Sequence[str]) -> int:
    """Return the place of a certainty from the strongest; what is not known is weaker."""
    return stated.index(certainty) if certainty in stated else len(stated)
