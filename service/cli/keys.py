"""`trendwise keys`: who may use a server that others can reach."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from service.cli.common import AsJson, Data, note, print_json, settings

app = typer.Typer(no_args_is_help=True, help="Add, list and revoke API keys.", rich_markup_mode=None)


class RoleName(StrEnum):
    ASK = "ask"
    MANAGE = "manage"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    role: Annotated[RoleName, typer.Option(help="What it may do: ask, or also add and remove reports.")] = RoleName.ASK,
    data: Data = None,
) -> None:
    """Make a key and print it: it cannot be read again.

    From the first key on, every request to the server needs one.

    Example: trendwise keys add "Jane Smith" --role manage
    """
    from ingest.neutralise import neutralise
    from service.storage import Storage

    storage = Storage.open(settings(data_dir=data))
    typer.echo(storage.keys.add(neutralise(name)[0].strip()[:100], role.value))
    note("Keep it safe: only its hash is stored, so it cannot be shown again.")
    storage.close()


@app.command("list")
def list_(as_json: AsJson = False, data: Data = None) -> None:
    """List the keys, without their secrets.

    Example: trendwise keys list
    """
    from service.storage import Storage

    storage = Storage.open(settings(data_dir=data))
    found = storage.keys.all()
    storage.close()
    if as_json:
        print_json([asdict(key) for key in found])
    for key in [] if as_json else found:
        state = f"revoked {key.revoked_at[:10]}" if key.revoked_at else "active"
        typer.echo(f"{key.id}  {key.role:6}  {state:18}  {key.name}")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")], data: Data = None
) -> None:
    """Revoke a key at once, also in a running server, and end its sessions.

    Example: trendwise keys revoke 5b1e9c0d4f6a
    """
    from service.storage import Storage

    storage = Storage.open(settings(data_dir=data))
    storage.keys.revoke(key_id)
    storage.close()
    note(f"Revoked {key_id}.")
