"""The command that searches: ``search``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctl_kg.cli.context import ReleaseOption, base_of, check_language, open_store
from ctl_kg.errors import ParameterError

if TYPE_CHECKING:
    from ctl_kg.namespaces import Curies
    from ctl_kg.publish.search import Found, Hit, SearchIndex

_MOST = 1_000


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("search")(search)


def search(
    text: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT", help="Words, or a phrase in quotation marks; -WORD leaves out."
        ),
    ],
    kind: Annotated[
        str, typer.Option("--type", metavar="CLASS", help="Only this class, as CURIE or IRI.")
    ] = "",
    cluster: Annotated[
        str, typer.Option("--cluster", help="Only what is linked to it, as CURIE or IRI.")
    ] = "",
    size: Annotated[
        int, typer.Option("--size", min=1, max=_MOST, help="How many results at most.")
    ] = 10,
    lang: Annotated[str, typer.Option("--lang", help="Language of labels: it or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    release: ReleaseOption = None,
) -> None:
    """Search names, acronyms and descriptions; forgives accents and typing errors.

    Examples:
    ctl-kg search vangard initative;
    ctl-kg search idrogeno --type ctl:Project --cluster cluster:le2c;
    ctl-kg search '"smart cities"' --json;
    ctl-kg search 'idrogeno -progetto'
    """
    from ctl_kg.namespaces import Curies, prefixes
    from ctl_kg.publish.search import open_search
    from ctl_kg.publish.search_question import parse
    from ctl_kg.settings import load_settings

    check_language(lang)
    settings = load_settings(release_dir=release)
    base_iri = base_of(settings)
    index = open_search(settings.release_dir, base_iri, lambda: open_store(settings))
    curies = Curies(prefixes(base_iri))
    found = index.search(
        parse(" ".join(text).encode(errors="replace").decode()),
        kind=_facet("type", kind, index.kinds, curies),
        cluster=_facet("cluster", cluster, index.clusters, curies),
    )
    rows = [_row(index, hit, found, curies, lang) for hit in found.hits[:size]]
    _print(found, rows, as_json=as_json)
    index.close()


def _facet(name: str, text: str, known: frozenset[str], curies: Curies) -> str:
    iri = text if "://" in text else curies.expand(text) or text
    if text and iri not in known:
        allowed = sorted(curies.shorten(each) or each for each in known)
        raise ParameterError(
            name, f"'{text[:80]}' is none of those in the release",
            value=text, allowed=allowed, hint=f"There are: {', '.join(allowed)}.",
        )  # fmt: skip
    return iri


def _row(
    index: SearchIndex, hit: Hit, found: Found, curies: Curies, language: str
) -> dict[str, Any]:
    from ctl_kg.publish.snippets import Marker, label

    texts = index.texts([hit])[hit.id]
    match = Marker(found.terms).best_match(texts, language)
    return {
        "curie": curies.shorten(hit.iri) or hit.iri,
        "iri": hit.iri,
        "label": label(texts, language)[2],
        "types": [curies.shorten(each) or each for each in hit.kinds],
        "clusters": [curies.shorten(each) or each for each in hit.clusters],
        "field": match.property if match else None,
        "snippet": "".join(piece.text for piece in match.pieces) if match else None,
        "score": hit.score,
    }


def _print(found: Found, rows: list[dict[str, Any]], *, as_json: bool) -> None:
    total = len(found.hits)
    if as_json:
        document = {"total": total, "match": found.match, "corrected": found.corrected,
                    "results": rows}  # fmt: skip
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    width = max((len(row["curie"]) for row in rows), default=0)
    for row in rows:
        typer.echo(f"{row['curie']:<{width}}  {row['label']}  ({', '.join(row['types'])})")
    corrected = "".join(f"; {word} → {', '.join(m)}" for word, m in found.corrected.items())
    some = " (no resource has all the words)" if found.match == "some" and total else ""
    print(f"{len(rows)} of {total} results{some}{corrected}", file=sys.stderr)
