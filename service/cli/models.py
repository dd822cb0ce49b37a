"""`trendwise models`: which models there are, and getting them.

Heavy imports are inside the functions, so that other commands start quickly.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.common import AsJson, print_json, settings

if TYPE_CHECKING:
    from service.llm.catalogue import Entry
    from service.llm.verify import State

app = typer.Typer(no_args_is_help=True, help="List, get and verify the models: language model, embedder, tokeniser.")

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Names of the catalogue. Default: what your settings need."),
]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Show the catalogue and what of it is here."""
    from service.llm.catalogue import entries

    folder = _models_dir()
    rows = [(entry, _worst(entry, folder, trust_memory=True)) for entry in entries(folder)]
    if as_json:
        print_json([_as_dict(entry, folder, state) for entry, state in rows])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Name", "What", "Kind", "Licence", "MB", "State", title=f"Models in {folder}")
    for entry, state in rows:
        table.add_row(entry.name, entry.title, entry.kind, entry.licence, f"{entry.size / 1e6:,.0f}", state)
    Console().print(table)


@app.command(epilog="Example: trendwise models get small")
def get(
    names: Names = None,
    hub_url: Annotated[
        str | None, typer.Option(help="Model hub or mirror to use instead of the one in your settings.")
    ] = None,
) -> None:
    """Fetch models and check their hashes.

    What is here already is left alone; an interrupted fetch goes on.
    """
    from service.cli.progress import reporting
    from service.llm.fetch import fetch

    folder = _models_dir()
    for entry in _chosen(names):
        with reporting(entry.name) as report:
            fetched = fetch(entry, folder, report, hub_url=hub_url or settings().hub_url)
        typer.echo(f"{entry.name}: {'fetched' if fetched else 'already here'}, {entry.where(folder)}", err=True)


@app.command()
def verify(names: Names = None, as_json: AsJson = False) -> None:
    """Hash every file again. Exit code 1 if one is missing or corrupt."""
    from service.llm.verify import State

    folder = _models_dir()
    states = {
        file: state for entry in _chosen(names) for file, state in _states(entry, folder, trust_memory=False).items()
    }
    if as_json:
        print_json(states)
    else:
        for file, state in states.items():
            typer.echo(f"{state:8} {folder / file}")
    if any(state is not State.OK for state in states.values()):
        typer.echo("Run `trendwise models get` with the model's name to fetch what is wrong again.", err=True)
        raise typer.Exit(1)


@app.command("path")
def show_path(name: Annotated[str, typer.Argument(help="A name of the catalogue.")] = "default") -> None:
    """Print where a model is, once it is there and verified."""
    from service.llm.catalogue import path

    typer.echo(path(name, _models_dir()))


def _models_dir() -> Path:
    return settings().models_dir


def _chosen(names: list[str] | None) -> "list[Entry]":
    """The named entries, or those that the settings need. A model by path or by URL needs no fetching."""
    from service.llm.catalogue import entry, is_path

    chosen = settings()
    if not names:
        local = [] if chosen.model_url or is_path(chosen.model) else [chosen.model]
        names = [*local, "embedder", "tokeniser"]
    return [entry(name, _models_dir()) for name in names]


def _states(entry: "Entry", folder: Path, *, trust_memory: bool) -> "dict[str, State]":
    from service.llm.verify import state

    return {
        file.path: state(folder / file.path, file.size, file.sha256, folder, trust_memory=trust_memory)
        for file in entry.files
    }


def _worst(entry: "Entry", folder: Path, *, trust_memory: bool) -> "State":
    from service.llm.verify import State

    states = _states(entry, folder, trust_memory=trust_memory).values()
    return next((state for state in (State.CORRUPT, State.MISSING) if state in states), State.OK)


def _as_dict(entry: "Entry", folder: Path, state: "State") -> dict[str, object]:
    return {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "licence": entry.licence,
        "bytes": entry.size,
        "state": state,
        "path": str(entry.where(folder)),
    }
