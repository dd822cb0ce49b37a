"""`trendwise index`: moves reports, conversations and keys between the data folder and a PostgreSQL database."""

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.common import Data, note, settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from index.copying import Shelf
    from index.local import LocalIndex
    from index.postgres.index import PostgresIndex
    from service.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Move what this machine holds to PostgreSQL, or back.", rich_markup_mode=None
)


@app.callback()
def _only_subcommands() -> None:
    """Keeps `copy` a word of its own, though it is the only command yet."""


@app.command()
def copy(
    to: Annotated[str | None, typer.Option("--to", metavar="URL", help="The database to copy to.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="URL", help="The database to copy from.")] = None,
    data: Data = None,
) -> None:
    """Copy all reports with their vectors, conversations, feedback and keys between the data folder and PostgreSQL.

    What is there already is left alone, so an interrupted copy goes on; of a conversation that both have, the later
    turns and ratings are added. Uploads that wait stay where they are, and people sign in again with their keys.
    Instead of a URL, `env` takes TRENDWISE_DATABASE_URL, which keeps the password off the command line.

    Example: trendwise index copy --to env
    """
    from service.errors import BadSetting
    from service.runtime import open_database, open_embedder, open_local

    if (to is None) == (from_ is None):
        raise BadSetting("Say where to copy: either `--to URL` or `--from URL`.")
    chosen = settings(data_dir=data)
    url = _url(to or from_ or "", chosen)
    embedder = open_embedder(chosen)
    with closing(open_local(chosen, embedder)) as local, closing(open_database(url, embedder)) as database:
        _copy_reports(local, database, forth=to is not None)
        _copy_kept(chosen, database, forth=to is not None)


def _copy_reports(local: "LocalIndex", database: "PostgresIndex", *, forth: bool) -> None:
    from index.copying import copy as copy_reports
    from index.local_copying import LocalShelf
    from index.postgres.copying import PostgresShelf

    here: Shelf = LocalShelf(local)
    there: Shelf = PostgresShelf(database)
    source, target = (here, there) if forth else (there, here)
    copied = copy_reports(source, target, lambda info: note(f"Copied {info.title}"))
    note(f"Copied {copied} reports; {len(target.infos())} are there now.")


def _copy_kept(chosen: "Settings", database: "PostgresIndex", *, forth: bool) -> None:
    from service.copying import copy as copy_kept
    from service.postgres_tables import PostgresTables
    from service.storage import in_folder, kept_in

    with (
        closing(kept_in(partial(in_folder, chosen.data_dir))) as here,
        closing(kept_in(partial(PostgresTables, database.database))) as there,
    ):
        copied = copy_kept(here, there) if forth else copy_kept(there, here)
    note(f"Copied {copied.conversations} conversations and {copied.keys} keys.")


def _url(given: str, chosen: "Settings") -> "SecretStr":
    from pydantic import SecretStr

    from service.errors import BadSetting

    if given != "env":
        return SecretStr(given)
    if chosen.database_url is None:
        raise BadSetting("TRENDWISE_DATABASE_URL is not set: set it, or give the URL itself.")
    return chosen.database_url
