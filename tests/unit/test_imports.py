"""The modules form layers: each imports only from layers below it, and there is no cycle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"

# Lowest first. A package stands for all its modules.
LAYERS = (
    ("ctl_kg.errors",),
    ("ctl_kg.namespaces", "ctl_kg.languages"),
    ("ctl_kg.client",),
    ("ctl_kg.assets", "ctl_kg.settings", "ctl_kg.terms"),
    ("ctl_kg.charts",),
    ("ctl_kg.rdf",),
    ("ctl_kg.sparql",),
    # A build calls on what it distributes, and on what describes that.
    ("ctl_kg.publish", "ctl_kg.distributions", "ctl_kg.catalogue"),
    ("ctl_kg.portal",),
    ("ctl_kg.web",),
    ("ctl_kg.cli",),
    ("ctl_kg.__main__",),
)


def imports() -> dict[str, set[str]]:
    """Return module → modules of ours that it imports, lazily or not (type-only imports too)."""
    names = {}
    for path in sorted((SOURCE / "ctl_kg").rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        names[module] = path
    table: dict[str, set[str]] = {}
    for module, path in names.items():
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    longer = f"{node.module}.{alias.name}"
                    found.add(longer if longer in names else node.module)
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        table[module] = {name for name in found if name in names and name != module}
    return table


def layer(module: str) -> int:
    for rank, members in enumerate(LAYERS):
        if any(module == member or module.startswith(member + ".") for member in members):
            return rank
    assert module == "ctl_kg", f"{module} belongs to no layer"
    return -1


def test_no_module_imports_from_a_layer_above() -> None:
    upward = [
        f"{module} imports {imported}"
        for module, found in imports().items()
        for imported in sorted(found)
        if layer(imported) > layer(module)
    ]
    assert upward == []


def test_the_client_needs_only_errors_and_namespaces() -> None:
    """So that it is light to import: the layers below it hold more than that."""
    needed = {
        imported
        for module, found in imports().items()
        if module.startswith("ctl_kg.client")
        for imported in found
        if not imported.startswith("ctl_kg.client")
    }
    assert needed <= {"ctl_kg", "ctl_kg.errors", "ctl_kg.namespaces"}


def test_there_is_no_import_cycle() -> None:
    try:
        list(TopologicalSorter(imports()).static_order())
    except CycleError as error:
        raise AssertionError(" → ".join(error.args[1])) from error
