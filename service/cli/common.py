"""What commands share: their options, the settings, and printing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from service.settings import Settings

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Data folder. Default: TRENDWISE_DATA_DIR or your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def settings(**given: Any) -> "Settings":
    """Settings of environment and file, under what the command line gives. Raises `BadSetting`."""
    from pydantic import ValidationError

    from service.errors import BadSetting
    from service.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        raise BadSetting(
            f"The setting {name} cannot be used: {wrong['msg']}. Correct it where it comes from: the command line, "
            f"TRENDWISE_{name.upper()} or trendwise.toml."
        ) from error
    except ValueError as error:  # not TOML, or JSON where an environment variable holds a list
        raise BadSetting(f"The settings cannot be read ({error}): correct trendwise.toml or TRENDWISE_*.") from error


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def note(text: str) -> None:
    """For people, on standard error, so that the output stays clean."""
    typer.echo(text, err=True)
