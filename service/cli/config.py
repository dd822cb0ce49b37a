"""`trendwise config show`: every setting, its value and where the value comes from."""

import os
from typing import TYPE_CHECKING

import typer

from service.cli.common import AsJson, print_json, settings

if TYPE_CHECKING:
    from service.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Look at the settings.", rich_markup_mode=None)


@app.command()
def show(as_json: AsJson = False) -> None:
    """Show every setting with its origin: environment, trendwise.toml or default. Secrets stay hidden.

    Example: trendwise config show
    """
    found = settings()
    values = found.model_dump(mode="json")
    rows = [(name, values[name], origin(found, name)) for name in values]
    if as_json:
        print_json({name: {"value": value, "origin": come_from} for name, value, come_from in rows})
        return
    width = max(len(name) for name, _, _ in rows)
    for name, value, come_from in rows:
        typer.echo(f"{name:{width}}  {'' if value is None else value}  ({come_from})")


def origin(found: "Settings", name: str) -> str:
    variable = f"TRENDWISE_{name.upper()}"
    if variable in {key.upper() for key in os.environ}:
        return variable
    return "trendwise.toml" if name in found.model_fields_set else "default"
