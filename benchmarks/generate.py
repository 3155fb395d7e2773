"""Write a large release in the shape of the reference data: the same classes, properties, degrees.

    python benchmarks/generate.py --triples 1000000 --seed 1 --out FOLDER

The folder can be served like any release. It holds the reference data itself (region 0) and as
many synthetic regions as needed. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from synthetic import SHARED, Region, Template, cut

from ctl_kg import __version__
from ctl_kg.assets import find_assets
from ctl_kg.namespaces import DEFAULT_BASE
from ctl_kg.publish.build import write_files
from ctl_kg.publish.manifest import release_date, tool_versions
from ctl_kg.publish.release import MANIFEST, RELEASE_NAME, write_release
from ctl_kg.publish.validation import Project, load
from ctl_kg.publish.writers import MEDIA_TYPES, data_files

DATA = "ctl-kg.nq"
# Files of a reference release that hold for a larger one as they are.
_KEPT = ("context.jsonld", "ontology.ttl", "shapes.ttl")


@dataclass
class Counts:
    """What was written, counted on the way."""

    quads: int = 0
    graphs: set[str] = field(default_factory=set)
    classes: Counter[str] = field(default_factory=Counter)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    size: int = 0

    def add(self, line: str) -> bytes:
        """Count one line and return its bytes."""
        content = line.encode()
        self.quads += 1
        self.size += len(content)
        self.digest.update(content)
        self.graphs.add(line[line.rindex("<") + 1 : line.rindex(">")])
        if "22-rdf-syntax-ns#type> <" in line and "/onto/CTL/" in line:
            self.classes["ctl:" + line.split("> <")[2].rpartition("/")[2]] += 1
        return content


def plan(template: Template, triples: int, seed: int) -> list[tuple[int, str]]:
    """Return the (region, unit) pairs to write: as many as stay below a number of triples.

    The units of a region come in an order that depends on the seed, the shared one first.
    There is at least one cluster.
    """
    names = sorted(name for name in template.units if name != SHARED)
    written = len(template.fixed.reference)
    planned: list[tuple[int, str]] = []
    region = 0
    while True:
        order = random.Random(f"{seed}|order|{region}").sample(names, len(names))
        for name in (SHARED, *order):
            written += len(template.units[name].quads(region))
            if written > triples and len(planned) >= 2:
                return planned
            planned.append((region, name))
        region += 1


def lines(template: Template, triples: int, seed: int) -> Iterator[str]:
    """Yield the N-Quads of a large graph, region after region."""
    planned = plan(template, triples, seed)
    reference = Region(template, 0, seed)
    first = {name for number, name in planned if number == 0}
    yield from reference.lines(template.fixed, first.__contains__)
    for number in dict.fromkeys(number for number, _ in planned):
        region = Region(template, number, seed)
        present = {name for other, name in planned if other == number}
        for name in (name for other, name in planned if other == number):
            yield from region.lines(template.units[name], present.__contains__)


def generate(out: Path, triples: int, seed: int) -> Counts:
    """Write a release folder.

    Args:
        out: the folder; a release that is there is replaced.
        triples: about how many statements, the fixed part (ontology, vocabularies, shapes) and
            one cluster at least.
        seed: decides names, order and what regions share.
    Raises:
        ReleaseError: the folder is no release, or cannot be written.
    """
    project = load(find_assets(Path(__file__).resolve().parents[1]), DEFAULT_BASE)
    template = cut(project)
    counts = Counts()

    def write(folder: Path) -> None:
        reference = data_files(project)
        files = {n: c for n, c in reference.items() if n in _KEPT or n.startswith("queries/")}
        with (folder / DATA).open("wb") as stream:
            stream.writelines(counts.add(line) for line in lines(template, triples, seed))
        files[MANIFEST] = _manifest(project, files, counts)
        write_files(folder, files)

    write_release(out, write)
    return counts


def _manifest(project: Project, files: dict[str, bytes], counts: Counts) -> bytes:
    entries = {name: (len(c), hashlib.sha256(c).hexdigest()) for name, c in files.items()}
    entries[DATA] = (counts.size, counts.digest.hexdigest())
    document = {
        "name": RELEASE_NAME,
        "version": __version__,
        "base_iri": project.base_iri,
        "released": release_date(project.asserted, project.base_iri),
        "counts": {
            "quads": counts.quads,
            "named_graphs": len(counts.graphs),
            "entities_by_class": dict(sorted(counts.classes.items())),
        },
        "findings": {"Violation": 0, "Warning": 0, "Info": 0},
        "files": {
            name: {"bytes": size, "sha256": digest, "media_type": MEDIA_TYPES[Path(name).suffix]}
            for name, (size, digest) in sorted(entries.items())
        },
        "tools": tool_versions(),
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def main() -> None:
    """Read the arguments and write the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    counts = generate(arguments.out, arguments.triples, arguments.seed)
    print(f"{arguments.out}: {counts.quads} quads in {len(counts.graphs)} graphs")


if __name__ == "__main__":
    main()
