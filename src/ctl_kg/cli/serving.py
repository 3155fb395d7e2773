"""The commands that ask and publish: ``query``, ``queries``, ``serve``.

Answers go to stdout, messages to stderr. Each stock query's own parameters are flags of
``query``: they are read here, because typer cannot know them.
"""

from __future__ import annotations

import difflib
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctl_kg.cli.arguments import read_flags, read_input, read_text
from ctl_kg.cli.context import (
    ReleaseOption,
    check_address,
    check_language,
    chosen_project,
    open_store,
    shown_progress,
)
from ctl_kg.errors import (
    NotFoundError,
    ParameterError,
    QueryFileError,
    QuerySyntaxError,
    ReleaseError,
    RequestError,
)
from ctl_kg.settings import Settings, load_settings

if TYPE_CHECKING:
    from ctl_kg.namespaces import Curies
    from ctl_kg.sparql.query_file import Parameter, QueryFile
    from ctl_kg.sparql.store import Store
    from ctl_kg.sparql.terms import QueryResult

FORMATS = ("table", "csv", "tsv", "json", "xml", "ttl", "jsonld", "nt", "rdf")

_LangOption = Annotated[
    str, typer.Option("--lang", help="Language of titles and labels: it or en.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    flexible = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command("query", context_settings=flexible)(query)
    app.command("queries")(queries)
    app.command("serve")(serve)


def query(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="A stock query, or - to read SPARQL from standard input.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE.rq", help="Run the query of this file.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--format", help=f"One of {', '.join(FORMATS)}; default: table, or ttl."),
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint.")
    ] = None,
    release: ReleaseOption = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="A value; also as --NAME VALUE."),
    ] = None,
) -> None:
    """Answer a stock query, a query file or SPARQL text, as a table or data.

    Each query's parameters are flags; 'ctl-kg queries NAME' lists them with their values.

    Examples:
    ctl-kg query clusters-by-network --network network:eusalp;
    ctl-kg query clusters-by-network --format csv > answer.csv;
    echo 'ASK { ?s ?p ?o }' | ctl-kg query -
    """
    from ctl_kg.namespaces import Curies, prefixes
    from ctl_kg.sparql.binding import bind, list_choices

    given = read_flags(context.args, parameter or [])
    _check_format(output)
    settings = load_settings(release_dir=release)
    text, stock = _asked(context, settings, name, file)
    store, base_iri = _store(settings, endpoint)
    curies = Curies(prefixes(base_iri))
    if stock is not None:
        text = bind(
            stock, given, curies=curies, choices_of=lambda p: list_choices(store, p, curies)
        )
    elif given:
        raise ParameterError(next(iter(given)), "this query takes no parameters")
    try:
        result = store.query(text)
    except QuerySyntaxError as error:
        if file is None:
            raise
        raise QueryFileError(error.message, path=file, line=error.line, hint=error.hint) from error
    _print_result(result, output, stock, base_iri, settings, given)


def _check_format(output: str | None) -> None:
    """Refuse a format that no answer has."""
    if output is not None and output not in FORMATS:
        near = difflib.get_close_matches(output, FORMATS, n=1)
        raise RequestError(
            f"there is no format '{output}'",
            hint=(f"Did you mean {near[0]}? " if near else "") + f"Formats: {', '.join(FORMATS)}.",
        )


def _asked(
    context: typer.Context, settings: Settings, name: str | None, file: Path | None
) -> tuple[str, QueryFile | None]:
    """Return the text to run, and the stock query that it is, if it is one."""
    from ctl_kg.sparql.query_file import read_query

    if file is not None:
        if name is not None:
            raise RequestError("give a name or --file, not both")
        text = read_text(file)
        return text, read_query(file) if text.startswith("#+") else None
    if name == "-":
        return read_input(), None
    if name is None:
        raise RequestError("which query?", hint="List them with: ctl-kg queries")
    stock = _stock_query(context, settings, name)
    return stock.text, stock


def _query_folder(context: typer.Context, settings: Settings) -> Path:
    """Return where the stock queries are: in the release, else among the authored files."""
    folder = settings.release_dir / "queries"
    return folder if folder.is_dir() else chosen_project(context).queries


def _stock_query(context: typer.Context, settings: Settings, name: str) -> QueryFile:
    from ctl_kg.sparql.query_file import read_query

    folder = _query_folder(context, settings)
    names = sorted(path.stem for path in folder.glob("*.rq"))
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise NotFoundError(
            f"there is no stock query '{name}'",
            suggestions=near,
            hint=hint + "List them with: ctl-kg queries",
        )
    return read_query(folder / f"{name}.rq")


def _store(settings: Settings, endpoint: str | None) -> tuple[Store, str]:
    """Return the store to ask, and the base IRI of its data."""
    if endpoint is not None:
        from ctl_kg.sparql.remote import RemoteStore

        return RemoteStore(endpoint), settings.base_iri
    store = open_store(settings)
    return store, store.base_iri


def _print_result(
    result: QueryResult,
    output: str | None,
    stock: QueryFile | None,
    base_iri: str,
    settings: Settings,
    given: dict[str, list[str]],
) -> None:
    from ctl_kg.namespaces import Curies, prefixes
    from ctl_kg.publish.formats import GraphWriter, by_suffix, formats_for, write_result
    from ctl_kg.sparql.results import write_table
    from ctl_kg.sparql.terms import Solutions

    graph = isinstance(result, list)
    output = output or ("ttl" if graph else "table")
    if output == "table" and not isinstance(result, list):
        titles = None
        if stock is not None and isinstance(result, Solutions):
            language = (given.get("lang") or ["it"])[0]
            titles = [column.label.get(language, column.name) for column in stock.columns]
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        curies = Curies(prefixes(base_iri))
        sys.stdout.write(write_table(result, curies=curies, titles=titles, max_width=width))
        if isinstance(result, Solutions) and sys.stderr.isatty():
            count = len(result.rows)
            print(f"{count} row{'' if count == 1 else 's'}", file=sys.stderr)
        return
    form = "CONSTRUCT or DESCRIBE" if graph else "ASK" if isinstance(result, bool) else "SELECT"
    offered = formats_for(form.partition(" ")[0])
    if by_suffix(output, offered) is None:
        names = [*(["table"] if not graph else []), *(each.suffix for each in offered)]
        raise RequestError(
            f"the answer to {form} cannot be written as {output}",
            hint=f"Use one of {', '.join(names)}.",
        )
    writer = GraphWriter(base_iri, _context(settings) if output == "jsonld" else None)
    sys.stdout.buffer.write(write_result(result, output, writer))
    sys.stdout.buffer.flush()


def _context(settings: Settings) -> dict[str, Any] | None:
    from ctl_kg.publish.formats import read_context

    return read_context(settings.release_dir)


def queries(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Show this query in full.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    columns: Annotated[
        bool, typer.Option("--columns", help="With version, parameters and columns of each.")
    ] = False,
    release: ReleaseOption = None,
    lang: _LangOption = "en",
) -> None:
    """List the stock queries by group, or show one with its parameters and columns.

    Examples:
    ctl-kg queries;
    ctl-kg queries --columns;
    ctl-kg queries clusters-by-network;
    ctl-kg queries --json
    """
    from ctl_kg.sparql.query_file import GROUPS, load_queries

    check_language(lang)
    settings = load_settings(release_dir=release)
    if name is not None:
        _show_query(settings, _stock_query(context, settings, name), lang, as_json=as_json)
        return
    found = load_queries(_query_folder(context, settings))
    if as_json:
        typer.echo(
            json.dumps([_as_json(each) for each in found.values()], ensure_ascii=False, indent=1)
        )
        return
    longest = max((len(each) for each in found), default=0)
    for group in GROUPS:
        members = [each for each in found.values() if each.group == group]
        if members:
            typer.echo(group)
            for each in members:
                if columns:
                    typer.echo(f"  {_contract(each)}")
                else:
                    typer.echo(f"  {each.name:<{longest}}  {each.title[lang]}")


def _contract(query: QueryFile) -> str:
    """Return the contract of a query on one line: version, parameters, and columns with types."""
    parameters = ", ".join(f"{each.name} {each.type}" for each in query.parameters)
    columns = ", ".join(
        f"{each.name} {each.type}" + (f" ({each.unit})" if each.unit else "")
        for each in query.columns
    )
    return f"{query.name}@{query.version}({parameters}): {columns or query.form}"


def _as_json(query: QueryFile) -> dict[str, Any]:
    return {
        "name": query.name,
        "version": query.version,
        "title": dict(query.title),
        "question": dict(query.question),
        "competency": query.competency,
        "group": query.group,
        "view": query.view.kind,
        "channels": dict(query.view.channels),
        "form": query.form,
        "parameters": [
            {
                "name": each.name,
                "type": each.type,
                "label": dict(each.label),
                "default": each.default,
                "required": each.required,
            }
            for each in query.parameters
        ],
        "columns": [
            {"name": each.name, "type": each.type, "label": dict(each.label), "unit": each.unit}
            for each in query.columns
        ],
    }


def _show_query(settings: Settings, query: QueryFile, lang: str, *, as_json: bool) -> None:
    from ctl_kg.namespaces import Curies, prefixes

    curies = Curies(prefixes(settings.base_iri))
    choices = {each.name: _allowed(settings, each, curies) for each in query.parameters}
    if as_json:
        document = _as_json(query)
        for each in document["parameters"]:
            each["allowed"] = [value for value, _ in choices[each["name"]]]
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{query.name}: {query.title[lang]} ({query.competency}, {query.group})")
    typer.echo(f"{query.question[lang]}\n{query.description[lang]}")
    if query.parameters:
        typer.echo("\nparameters")
    for each in query.parameters:
        default = f", default {each.default}" if each.default is not None else ""
        required = ", required" if each.required else ""
        typer.echo(f"  --{each.name}  {each.type}{default}{required}: {each.description[lang]}")
        for value, label in choices[each.name]:
            typer.echo(f"      {value}" + (f"  {label}" if label != value else ""))
    if query.columns:
        typer.echo("\ncolumns")
    for column in query.columns:
        unit = f" ({column.unit})" if column.unit else ""
        typer.echo(f"  {column.name}  {column.type}{unit}: {column.description[lang]}")


def _allowed(settings: Settings, parameter: Parameter, curies: Curies) -> list[tuple[str, str]]:
    """Return the allowed values of a parameter; those of a query only if there is a release."""
    from ctl_kg.sparql.binding import list_choices

    if parameter.enum:
        return [(value, value) for value in parameter.enum]
    if parameter.values is None:
        return []
    try:
        store, _ = _store(settings, None)
    except ReleaseError:
        return [("(build a release to see the allowed values: ctl-kg build)", "")]
    found = list_choices(store, parameter, curies)
    return [(curies.shorten(each.value) or each.value, each.label) for each in found]


def serve(
    context: typer.Context,
    release: ReleaseOption = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="TCP port to listen on.")] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="Settings file; default: ctl-kg.toml, if it exists."
        ),
    ] = None,
) -> None:
    """Publish a release: pages, data at every IRI, and a SPARQL endpoint.

    If there is no release yet, it is built first.

    Examples:
    ctl-kg serve;
    ctl-kg serve --release release --host 0.0.0.0 --port 8080
    """
    from ctl_kg.web.run import run

    settings = load_settings(config=config, release_dir=release, host=host, port=port)
    # Not resolved: the folder may be a link that is moved to the next release.
    release_dir = settings.release_dir.absolute()
    settings = replace(settings, release_dir=release_dir)
    check_address(settings.host, settings.port)
    if not (release_dir / "manifest.json").is_file():
        print(f"there is no release in {release_dir}: building it", file=sys.stderr)
        _build(context, settings)
    run(settings)


def _build(context: typer.Context, settings: Settings) -> None:
    """Build the release with the same function as ``ctl-kg build``."""
    import importlib

    build = importlib.import_module("ctl_kg.publish.build").build
    with shown_progress() as progress:
        build(
            chosen_project(context),
            settings.release_dir,
            base_iri=settings.base_iri,
            progress=progress,
        )
