"""Small graphs made at random, with the links of every matrix told beside them.

What counts as a link is said here a second time, in Python over the parts that a graph was made
of, so that it can be compared with what the queries find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pyoxigraph as ox

from ctl_kg.namespaces import Curies, prefixes

CURIES = Curies(prefixes())
CERTAINTIES = ("certainty:stated", "certainty:confirmed", "certainty:inferred")  # strongest first
REVIEWS = (None, None, "review-status:accepted", "review-status:rejected")
KINDS = {
    "cluster": "ctl:TechnologyCluster", "network": "ctl:Network", "project": "ctl:Project",
    "initiative": "ctl:Initiative", "section": "ctl:Section", "eco": "ctl:InnovationEcosystem",
    "pnrr": "ctl:PnrrComponent", "mission": "ctl:PnrrMission",
}  # fmt: skip
PASSAGES = ("graph:p-0001", "graph:p-0002", "graph:p-0003")
SYNERGY, REFERENCE = "ctl:hasSynergyWith", "ctl:referenceEcosystem"


def iri(curie: str) -> str:
    found = CURIES.expand(curie)
    assert found is not None, curie
    return found


@dataclass
class Fact:
    """What is true of one link: the roles it names, how certain it is, which graphs say it."""

    certainty: str
    roles: set[str] = field(default_factory=set)
    graphs: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Box:
    """An alignment: somebody read that a subject has an object."""

    node: str
    subject: str
    predicate: str
    object: str
    certainty: str
    is_rejected: bool
    section: str | None
    graphs: tuple[str, ...]


Links = dict[tuple[str, str], dict[str, Fact]]  # by row and column, by node; all as CURIEs


class World:
    """A graph with its members by kind, and the links of each matrix by its name."""

    def __init__(self, chance: Random, most: int = 4) -> None:
        self.chance = chance
        self.quads: list[ox.Quad] = []
        self.links: dict[str, Links] = defaultdict(lambda: defaultdict(dict))
        self.members: dict[str, list[str]] = {}
        for kind, of_class in KINDS.items():
            prefix = "pnrr" if kind == "mission" else kind
            count = chance.randint(1, most)
            self.members[kind] = [f"{prefix}:{kind}-{n}" for n in range(count)]
            for each in self.members[kind]:
                self._say(each, "rdf:type", of_class, "graph:p-0001")
        self.missions = {each: self._some("mission", 1) for each in self.members["pnrr"]}
        self.about = {each: self._some("cluster", 2) for each in self.members["section"]}
        for table, predicate in ((self.missions, "skos:broader"), (self.about, "schema:about")):
            for subject, objects in table.items():
                for each in objects:
                    self._say(subject, predicate, each, "graph:p-0002")
        self._add_ties(chance.randint(0, 2 * most))
        self._add_boxes([self._box(number) for number in range(chance.randint(0, 3 * most))])
        self._add_noise()

    def _some(self, kind: str, most: int) -> list[str]:
        known = self.members[kind]
        return self.chance.sample(known, self.chance.randint(0, min(most, len(known))))

    def _one(self, *kinds: str) -> str:
        return self.chance.choice([each for kind in kinds for each in self.members[kind]])

    def _graphs(self) -> tuple[str, ...]:
        return tuple(self.chance.sample(PASSAGES, self.chance.randint(1, 2)))

    def _say(self, subject: str, predicate: str, value: str, *graphs: str) -> set[str]:
        triple = [ox.NamedNode(iri(each)) for each in (subject, predicate, value)]
        self.quads += [ox.Quad(*triple, ox.NamedNode(iri(graph))) for graph in graphs]
        return set(graphs)

    def _add_ties(self, count: int) -> None:
        """Clusters name networks; some readings of that are doubtful, some of those rejected."""
        for number in range(count):
            node, cluster, network = f"membership:m-{number}", self._one("cluster"), self._one(
                "network")  # fmt: skip
            graphs = self._say(node, "org:member", cluster, *self._graphs())
            graphs |= self._say(node, "org:organization", network, *self._graphs())
            self._say(node, "rdf:type", "ctl:NetworkMembership", PASSAGES[0])
            fact = Fact("certainty:stated")
            role = self.chance.choice((None, "network-role:guest", "network-role:listed"))
            if role:
                graphs |= self._say(node, "org:role", role, *self._graphs())
                fact.roles.add(role)
            for reading in range(self.chance.randint(0, 2)):
                read, certainty = f"alignment:r-{number}-{reading}", self.chance.choice(CERTAINTIES)
                review = self.chance.choice(REVIEWS)
                self._say(read, "rdf:type", "ctl:Alignment", PASSAGES[1])
                self._say(read, "ctl:alignedSubject", node, PASSAGES[1])
                self._say(read, "ctl:certainty", certainty, PASSAGES[1])
                if review:
                    self._say(read, "ctl:reviewStatus", review, PASSAGES[1])
                if certainty == "certainty:inferred" and review != "review-status:rejected":
                    fact.certainty = certainty
            fact.graphs = graphs
            self.links["clusters/networks"][cluster, network][node] = fact

    def _box(self, number: int) -> Box:
        chance, node, graphs = self.chance, f"alignment:b-{number}", self._graphs()
        if chance.random() < 0.3:
            subject, predicate, value = self._one("cluster"), REFERENCE, self._one("eco")
        else:
            subject, predicate = self._one("project", "initiative", "section"), SYNERGY
            value = self._one("eco", "pnrr", "mission")
        review = chance.choice(REVIEWS)
        section = chance.choice((None, self._one("section")))
        made = Box(node, subject, predicate, value, chance.choice(CERTAINTIES),
                   review == "review-status:rejected", section, graphs)  # fmt: skip
        self._say(node, "rdf:type", "ctl:Alignment", PASSAGES[0])
        self._say(node, "ctl:alignedSubject", subject, *graphs)
        self._say(node, "ctl:alignedPredicate", predicate, *graphs)
        self._say(node, "ctl:alignedObject", value, *graphs)
        self._say(node, "ctl:certainty", made.certainty, PASSAGES[0])
        if review:
            self._say(node, "ctl:reviewStatus", review, PASSAGES[0])
        if section:
            self._say(node, "ctl:inSection", section, PASSAGES[0])
        return made

    def _add_boxes(self, boxes: Sequence[Box]) -> None:
        for box in boxes:
            if not box.is_rejected:
                self._count_box(box)
        aligned = {(each.subject, each.predicate, each.object) for each in boxes}
        for _ in range(self.chance.randint(0, 6)):
            statement = self.chance.choice(
                (
                    (self._one("cluster"), REFERENCE, self._one("eco")),
                    (self._one("project"), SYNERGY, self._one("eco", "pnrr")),
                )
            )
            graphs = self._say(*statement, *self._graphs())
            if statement not in aligned:
                subject, predicate, value = statement
                fact = Fact("certainty:stated", {predicate})
                found = self.links[self._matrix(subject, value)][subject, value]
                found.setdefault(subject, fact).graphs |= graphs

    def _matrix(self, row: str, column: str) -> str:
        rows = "projects" if row in self.members["project"] else "clusters"
        return f"{rows}/{'ecosystems' if column in self.members['eco'] else 'components'}"

    def _count_box(self, box: Box) -> None:
        graphs = set(box.graphs)
        if box.predicate == REFERENCE or (
            box.subject in self.members["project"] and box.object not in self.members["mission"]
        ):
            found = self.links[self._matrix(box.subject, box.object)][box.subject, box.object]
            found[box.node] = Fact(box.certainty, {box.predicate}, graphs)
        if box.predicate == REFERENCE or box.section is None:
            return
        kind = next(k for k in KINDS if box.subject in self.members[k])
        of_mission = [box.object, *self.missions.get(box.object, ())]
        columns = {"clusters/missions": [m for m in of_mission if m in self.members["mission"]]}
        if box.object not in self.members["mission"]:
            columns[self._matrix("", box.object)] = [box.object]
        for name, objects in columns.items():
            for each in objects:
                for cluster in self.about[box.section]:
                    fact = Fact(box.certainty, {KINDS[kind]}, graphs)
                    self.links[name][cluster, each][box.node] = fact

    def _add_noise(self) -> None:
        """Say again by rule what is said already, and say what is no link of any matrix."""
        derived = ox.NamedNode(iri("graph:derived"))
        for quad in self.chance.sample(self.quads, len(self.quads) // 3):
            self.quads.append(ox.Quad(quad.subject, quad.predicate, quad.object, derived))
        self._say(self._one("cluster"), "ctl:hasNetworkTie", self._one("network"), "graph:derived")
        self._say(self._one("project"), SYNERGY, self._one("network"), PASSAGES[0])
        self._say(self._one("network"), REFERENCE, self._one("eco"), PASSAGES[0])
