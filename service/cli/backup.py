"""`trendwise backup` and `trendwise restore`: one file that holds the index and the conversations.

Of a data folder it is an archive of ours; of a database (TRENDWISE_DATABASE_URL) one that `pg_dump` writes, keys included.
"""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.common import Data, note, settings


def backup(file: Annotated[Path, typer.Argument(metavar="FILE")], data: Data = None) -> None:
    """Copy reports, vectors and conversations into one file, also while the service runs.

    It is as confidential as the reports. Example: trendwise backup trends.backup
    """
    from index.backup import back_up

    chosen = settings(data_dir=data)
    if chosen.database_url is not None:
        from index.postgres.dump import dump

        dump(chosen.database_url.get_secret_value(), file)
    else:
        back_up(chosen.data_dir, file)
    note(f"Backed up to {file} ({file.stat().st_size / 1e6:.1f} MB).")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the reports and conversations that are there now.")
    ] = False,
    data: Data = None,
) -> None:
    """Put a backup into the data folder, or into the database that the settings name.

    What is there already is replaced only with --replace. Example: trendwise restore trends.backup
    """
    from index.backup import is_empty
    from index.backup import restore as put_back
    from service.errors import BadSetting

    chosen = settings(data_dir=data)
    if chosen.database_url is not None:
        from index.postgres.dump import restore as put_into_database

        put_into_database(chosen.database_url.get_secret_value(), file, replace=replace)
        note(f"Restored {file} to the database.")
        return
    folder = chosen.data_dir
    if not (replace or is_empty(folder)):
        raise BadSetting(
            f"{folder} holds an index already: back it up first, then repeat this with --replace, "
            "or name another folder with --data."
        )
    for aside in put_back(file, folder):
        note(f"What was there is damaged; it is kept in {aside}.")
    note(f"Restored {file} to {folder}.")
