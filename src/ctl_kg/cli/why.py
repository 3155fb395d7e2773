"""The command ``why``: how two resources are linked, as sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ctl_kg.cli.context import ReleaseOption, check_language, open_store
from ctl_kg.errors import ParameterError

if TYPE_CHECKING:
    from ctl_kg.publish.resources import Resources
    from ctl_kg.publish.why import Answer, Hop, Why


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("why")(why)


def why(
    start: Annotated[str, typer.Argument(metavar="FROM", help="A CURIE, an IRI or a name.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="A CURIE, an IRI or a name.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=20, help="Paths, at most.")] = 5,
    max_hops: Annotated[
        int, typer.Option("--max-hops", min=1, max=6, help="Length of a path, at most.")
    ] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="Language: it or en.")] = "it",
    release: ReleaseOption = None,
) -> None:
    """Tell how two resources are linked: the shortest paths, each step with its source.

    Examples:
    ctl-kg why cluster:afil network:vanguard-initiative;
    ctl-kg why AFIL TAV --lang en;
    ctl-kg why network:eusalp eco:nutrizione --json
    """
    check_language(lang)
    explainer, resources = _open(release)
    first, second = resources.find(start, "FROM"), resources.find(end, "TO")
    if first == second:
        raise ParameterError("TO", "is the same resource as FROM", hint="Give two resources.")
    # Nobody else waits here, so the search may take its time.
    answer = explainer.explain(first, second, limit=limit, max_hops=max_hops, budget_s=10)
    if as_json:
        typer.echo(json.dumps(explainer.as_json(answer), ensure_ascii=False, indent=1))
        return
    for line in _lines(explainer, answer, lang):
        typer.echo(line)


def _open(release: Path | None) -> tuple[Why, Resources]:
    from ctl_kg.publish.description import Describer
    from ctl_kg.publish.resources import Resources
    from ctl_kg.publish.why import Why
    from ctl_kg.settings import load_settings

    store = open_store(load_settings(release_dir=release))
    explainer = Why(store, Describer(store, store.base_iri), store.base_iri)
    return explainer, Resources(store, explainer.reader)


_TEXTS = {
    "it": {
        "none": "Nessun percorso fino a {hops} passi.",
        "longer": "Il percorso più breve è di {hops} passi: si usi --max-hops.",
        "near": "Legami di {name}:",
    },
    "en": {
        "none": "No path of up to {hops} steps.",
        "longer": "The shortest path has {hops} steps: use --max-hops.",
        "near": "Links of {name}:",
    },
}


def _lines(explainer: Why, answer: Answer, lang: str) -> list[str]:
    """Return an answer as lines: numbered paths, a sentence for each step."""
    lines: list[str] = []
    for number, path in enumerate(answer.paths, 1):
        names = " → ".join(explainer.words.short(iri, lang) for iri in path.path.nodes)
        lines += [f"{number}. {names}", *(line for hop in path.hops for line in _said(hop, lang))]
    if answer.paths:
        return lines
    texts, shortest = _TEXTS[lang], answer.found.shortest
    lines.append(texts["none"].format(hops=answer.max_hops))
    if shortest is not None:
        lines.append(texts["longer"].format(hops=shortest))
    for iri, hops in zip((answer.start, answer.end), answer.near, strict=True):
        if hops:
            lines.append(texts["near"].format(name=explainer.words.label(iri, lang)))
            lines += [line for hop in hops for line in _said(hop, lang)]
    return lines


def _said(hop: Hop, lang: str) -> list[str]:
    return [f"   {hop.sentences[lang]}", *(f"   + {each.sentences[lang]}" for each in hop.also)]
